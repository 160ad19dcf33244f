"""vmap(lambda x: jnp.dot(x, a)**2)(X): a function of a row, done to every row of a matrix at once.

The parameter stands for all rows. What is made of a row entry by entry is made of the matrix; a sum along the row is
one along axis 1, which leaves a number for each row. What has another meaning for all rows at once is refused.
"""

from __future__ import annotations

from matcalc.language.arrays import reduced
from matcalc.language.axes import ALL, COLUMN, EACH, ONE_AXIS, SPREAD
from matcalc.language.broadcasting import TWO_AXES
from matcalc.language.handles import HANDLE
from matcalc.language.reader import Reader
from matcalc.language.suggest import table
from matcalc.language.syntax import Op, Syntax, node, postorder
from matcalc.records import NamedTuple

_ROW, _NUMBER, _EITHER = "row", "number", "either"
_ENTRYWISE = (Op.SUM, Op.NEGATE, Op.HADAMARD, Op.HADAMARD_DIVIDE, Op.HADAMARD_POWER, Op.DIVIDE, Op.POWER)
VEC = "vec"  # of a row, which is one already


class _Batch(NamedTuple):
    """What stands for all rows: the array, and what it holds of each row."""

    array: Syntax
    kind: str


def by_rows(p: Reader, function: Syntax, given: Syntax) -> Syntax:
    """A function of rows, given matrices. Raises InputError where a part of it has another meaning for all rows."""
    names = str(function.data).removeprefix(HANDLE).split(",")
    if len(names) != len(given.args):
        raise p.error("M0364", "vmap gives a function as many arrays as it has parameters", function.span)
    rows = dict(zip(names, given.args, strict=True))
    done: dict[Syntax, _Batch] = {}
    for s in postorder(function.args[0]):
        if s.op is Op.NAME and s.data in rows:
            array = rows[str(s.data)]
            done[s] = _Batch(node(Op.ALONG, (array, array), s.span, (SPREAD, 0, TWO_AXES)), _ROW)
        elif any(arg in done for arg in s.args):
            found = _one(s, done)
            if found is None:
                raise p.error("M0364", "this is not read of every row at once", s.span)
            done[s] = found
    if function.args[0] not in done:
        raise p.error("M0364", "a function that does not depend on its rows", function.span)
    return done[function.args[0]].array


def _one(s: Syntax, done: dict[Syntax, _Batch]) -> _Batch | None:
    """One operation on rows, done to all of them; None where it is none of these."""
    own = [done[arg] for arg in s.args if arg in done]
    is_product = s.op in (Op.PRODUCT, Op.INNER) or (s.op is Op.CALL and table("by entries").get(s.data) == "pair")
    if is_product and len(s.args) > 1 and all(one.kind == _ROW for one in own):
        return _product(s, done)
    if s.op in _ENTRYWISE:
        return _by_entries(s, done)
    if len(own) != 1 or len(s.args) != 1:
        return None
    x, word = own[0], str(s.data[0] if s.op is Op.ALONG else s.data)
    if s.op is Op.ALONG and word in (ALL, EACH) and s.data[1] in (0, -1) and not s.data[2] and x.kind == _ROW:
        return _Batch(node(Op.ALONG, (x.array,), s.span, (word, 1, False)), _NUMBER)
    if s.op not in (Op.CALL, Op.NORM):
        return None
    if s.op is Op.CALL and word == VEC and x.kind == _ROW:
        return x
    if s.op is Op.CALL and table("by entries").get(word) == "one":
        return _Batch(node(Op.CALL, (x.array,), s.span, word), x.kind)
    how = table("along").get("norm" if s.op is Op.NORM and word in ("", "2") else word)
    left = table("left of each row").get(str(how))
    return _Batch(reduced(str(how), x.array, 1, False, s.span), left) if x.kind == _ROW and left else None


def _product(s: Syntax, done: dict[Syntax, _Batch]) -> _Batch | None:
    """x @ y of two rows, a @ x of a vector, A @ x, and x @ A @ y, from left to right."""
    first, *rest = s.args
    found: _Batch | Syntax = done.get(first, first)
    for arg in rest:
        right = done.get(arg, arg)
        if isinstance(found, _Batch) and isinstance(right, _Batch):
            both = node(Op.HADAMARD, (found.array, right.array), s.span)
            found = _Batch(node(Op.ALONG, (both,), s.span, (ALL, 1, False)), _NUMBER)
        elif isinstance(found, _Batch):
            found = _Batch(node(Op.PRODUCT, (found.array, arg), s.span), _EITHER)
        elif isinstance(right, _Batch):
            turned = node(Op.ALONG, (node(Op.TRANSPOSE, (found,), s.span),), s.span, (ONE_AXIS, 0, False))
            found = _Batch(node(Op.PRODUCT, (right.array, turned), s.span), _EITHER)
        else:
            found = node(Op.PRODUCT, (found, arg), s.span)
        if isinstance(found, _Batch) and found.kind == _NUMBER and arg is not rest[-1]:
            return None
    return found if isinstance(found, _Batch) else None


def _by_entries(s: Syntax, done: dict[Syntax, _Batch]) -> _Batch | None:
    """An operation entry by entry; a number of each row counts for the whole row, and a vector for every row."""
    kinds = {done[arg].kind for arg in s.args if arg in done}
    if _EITHER in kinds and len(kinds) > 1:
        return None
    kind = _ROW if _ROW in kinds else kinds.pop()
    args: list[Syntax] = []
    for arg in s.args:
        if arg not in done:
            if arg.op is Op.NUMBER:
                args.append(arg)
                continue
            if kind != _ROW:
                beside = next(done[x].array for x in s.args if x in done)
                args.append(node(Op.ALONG, (arg, beside), arg.span, (SPREAD, 0, True)))  # a number
                continue
            upright = node(Op.ALONG, (arg,), arg.span, (COLUMN, 1, True))
            args.append(node(Op.TRANSPOSE, (upright,), arg.span, TWO_AXES))
        elif done[arg].kind == _NUMBER and kind == _ROW:
            args.append(node(Op.ALONG, (done[arg].array,), arg.span, (COLUMN, 1, True)))
        else:
            args.append(done[arg].array)
    return _Batch(node(s.op, tuple(args), s.span, s.data), kind)
