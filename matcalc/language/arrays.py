"""NumPy's axes as they are typed: sum(X, axis=1), keepdims, x[:, None]; the squared distances of the rows of two
matrices, ((X[:, None, :] - Y[None, :, :])**2).sum(-1), are written out.
"""

from __future__ import annotations

from fractions import Fraction

from matcalc.diagnostics import Span
from matcalc.language.axes import ALL, COLUMN, EACH, LAYERS, ONE_AXIS
from matcalc.language.broadcasting import TWO_AXES
from matcalc.language.peers import is_matlab
from matcalc.language.python_indices import NEW
from matcalc.language.reader import ARGUMENTS, Argument, Reader, integer
from matcalc.language.suggest import table
from matcalc.language.syntax import Op, Syntax, node, postorder

VMAP = "vmap"  # of a function, which is applied to each row
WORDS = (ALL, EACH)  # what a second argument of a call is an axis for
_ROOT = Fraction(1, 2)
ROOT = "root"  # of the table of what is gathered along an axis
_EXPONENTIAL = ("log", "share")  # of the same


def along(p: Reader, call: Syntax) -> Syntax | None:
    """A call with an axis; None for one without."""
    said = dict(p.keywords)
    p.keywords.clear()
    args = call.args
    axis, keeps = _said(p, call, said)
    how = table("along").get(str(call.data), "")
    if axis is None and len(args) == 2 and how in WORDS and (number := integer(args[1])) is not None:
        if not p.vocabulary.numpy and (number == 2 or (number == 1 and is_matlab(p.source))):
            axis, args = number - 1, args[:1]
        elif not p.vocabulary.numpy:  # where some count from 0 and others from 1
            raise p.error("M0216", f"along which axis is the {call.data}?", call.span,
                          *(f"{call.data}({p.text(args[0].span)}, axis={k})" for k in (0, 1)))
        else:
            axis, args = number, args[:1]
    if axis is None:
        return None
    if not how or not args or (len(args) > 1 and how in (*WORDS, ROOT, *_EXPONENTIAL)):
        raise p.error("M0216", f"the argument axis of {call.data} is not read", call.span)
    x, *others = args
    if how in (ROOT, ALL) and axis in (-1, 2) and (distances := _distances(x, how, axis)) is not None:
        return distances
    if others:
        return node(Op.ALONG, args, call.span, (how, axis, keeps))
    return reduced(how, x, axis, keeps, call.span)


def _said(p: Reader, call: Syntax, said: dict[str, Argument]) -> tuple[int | None, bool]:
    """The axis of a call, and whether it is kept. Raises InputError where other arguments have names."""
    for name, given in said.items():
        if name not in ARGUMENTS:
            raise p.error("M0216", f"the argument {name} of {call.data} is not read", call.span)
        is_axis = name in ARGUMENTS[:2]
        if given is not None and (integer(given) is None if is_axis else not isinstance(given, bool)):
            span = given.span if isinstance(given, Syntax) else call.span
            shown = p.text(span) if isinstance(given, Syntax) else str(given)
            raise p.error("M0216", f"{name}={shown} is not read", span, *("01" if isinstance(given, Syntax) else ""))
    axis = next((integer(said[name]) for name in ARGUMENTS[:2] if name in said), None)
    return axis, any(bool(said.get(name)) for name in ARGUMENTS[2:])


def reduced(how: str, x: Syntax, axis: int, keeps: bool, span: Span) -> Syntax:
    """What is gathered along an axis: a sum, a mean, a norm, a logarithm of or shares in exponentials."""
    if how == ROOT:
        total = _total(node(Op.HADAMARD, (x, x), span), axis, keeps)
        return node(Op.HADAMARD_POWER, (total, node(Op.NUMBER, (), span, _ROOT)), span)
    if how == _EXPONENTIAL[0]:
        return node(Op.CALL, (_total(node(Op.CALL, (x,), span, "exp"), axis, keeps),), span, how)
    if how == _EXPONENTIAL[1]:
        top = node(Op.CALL, (x,), span, "exp")
        return node(Op.HADAMARD_DIVIDE, (top, _total(top, axis, True)), span)
    return node(Op.ALONG, (x,), span, (how, axis, keeps))


def _total(x: Syntax, axis: int, keeps: bool) -> Syntax:
    return node(Op.ALONG, (x,), x.span, (ALL, axis, keeps))


def new_axes(p: Reader, s: Syntax) -> Syntax:
    """x[:, None] is a column, x[None, :] a row; X[:, None, :] waits for its sum over the last axis."""
    axes = ["new" if isinstance(a, Syntax) and a.op is Op.NAME and a.data in NEW else a for a in s.data]
    if "new" not in axes:
        return s
    if len(axes) == 3 or (len(axes) == 1 and axes == ["new"]):
        return node(Op.ALONG, s.args, s.span, (LAYERS, axes.index("new"), _typed(axes)))
    if axes == [None, "new"]:
        return node(Op.ALONG, s.args, s.span, (COLUMN, 1, True))
    if axes == ["new", None]:
        return node(Op.TRANSPOSE, s.args, s.span, TWO_AXES)
    raise p.error("M0216", "this index is not read", s.span, "[:, None]", "[None, :]")


def _typed(axes: list[object]) -> int:
    """How many axes are typed, all of them whole but one that is new; 0 where entries are taken as well."""
    return len(axes) if axes.count("new") == 1 and all(axis is None for axis in axes if axis != "new") else 0


def _distances(x: Syntax, how: str, axis: int) -> Syntax | None:
    """‖xᵢ − yⱼ‖² of the rows of two matrices, as s1' + 1t' − 2XY' with the sums s and t of their squares."""
    if how == ALL:
        square = x.op is Op.HADAMARD_POWER and x.args[1].op is Op.NUMBER and x.args[1].data == 2
        if not square:
            return None
        x = x.args[0]
    if x.op is not Op.SUM or x.data != (1, -1) or not all(_spread(arg, k, axis) for k, arg in enumerate(x.args)):
        return None
    span = x.span
    left, right = (arg.args[0] for arg in x.args)
    s, t = (_total(node(Op.HADAMARD, (m, m), span), 1, False) for m in (left, right))
    both = node(Op.PRODUCT, (node(Op.NUMBER, (), span, 2), left, node(Op.TRANSPOSE, (right,), span)), span)
    column = node(Op.ALONG, (s,), span, (COLUMN, 1, True))
    found = node(Op.SUM, (column, node(Op.TRANSPOSE, (t,), span), both), span, (1, 1, -1))
    return found if how == ALL else node(Op.HADAMARD_POWER, (found, node(Op.NUMBER, (), span, _ROOT)), span)


def _spread(s: Syntax, k: int, axis: int) -> bool:
    """Whether X[:, None, :] or Y[None, :, :] stands here; X[:, None] with a third axis that is summed is the same."""
    of_matrix = axis == 2 or (s.args and s.args[0].op is Op.NAME and str(s.args[0].data)[:1].isupper())
    if s.op is Op.ALONG and s.data[0] == LAYERS:
        return bool(s.data[1] == 1 - k)
    column = s.op is Op.ALONG and s.data[0] == COLUMN
    return bool(of_matrix and (column if k == 0 else s.op is Op.TRANSPOSE))


def one_axis(s: Syntax) -> Syntax:
    """What is made of a product, which for NumPy has one axis where it is x @ A."""
    has_product = any(part.op is Op.PRODUCT for part in postorder(s))
    return node(Op.ALONG, (s,), s.span, (ONE_AXIS, 0, False)) if has_product else s


def layered(p: Reader, call: Syntax) -> Syntax | None:
    """np.abs(X[:, None, :] - Y[None, :, :]).sum(-1) and (A[:, :, None]*X[None, :, :]).sum(1): what has three axes
    before one of them is summed; None where it is something else."""
    x = call.args[0] if call.args else None
    named = [given for name, given in p.keywords.items() if name in ARGUMENTS[:2]]
    if x is None or len(named) != len(p.keywords) or len(call.args) + len(named) > 2:
        return None
    given = [*call.args[1:], *named]
    axis = integer(given[0]) if given else None
    if given and axis not in (0, 1, 2, -1, -2, -3):
        return None
    place = 2 if axis is None else axis % 3
    found = _product(x, place, call.span) or (_of_rows(x, call.span) if place == 2 else None)
    if found is None:
        return None
    p.keywords.clear()
    return found if axis is not None else node(Op.CALL, (found,), call.span, "sum")


def _axes(s: Syntax) -> tuple[int, ...]:
    """Which of three axes a matrix has, () where it is none of this kind."""
    is_layer = s.op is Op.ALONG and s.data[0] == LAYERS and s.data[2] == 3
    return tuple(k for k in range(3) if k != s.data[1]) if is_layer else ()


def _product(x: Syntax, place: int, span: Span) -> Syntax | None:
    """Σ over one axis of a product of two matrices that have it, as a product of matrices."""
    if x.op is not Op.HADAMARD or len(x.args) != 2:
        return None
    axes = [_axes(arg) for arg in x.args]
    if not all(place in one for one in axes) or axes[0] == axes[1]:
        return None
    parts = [arg.args[0] if one[1] == place else node(Op.TRANSPOSE, arg.args[:1], span)
             for arg, one in zip(x.args, axes, strict=True)]
    left, right = parts if sum(axes[0]) < sum(axes[1]) else parts[::-1]
    return node(Op.PRODUCT, (left, node(Op.TRANSPOSE, (right,), span)), span)


def _of_rows(x: Syntax, span: Span) -> Syntax | None:
    """Sums over the differences of the rows of two matrices: of their squares, and of their absolute values."""
    if x.op is Op.CALL and x.data in table("distances of rows") and len(x.args) == 1:
        (inner,) = x.args
        fits = inner.op is Op.SUM and inner.data == (1, -1) and all(
            _axes(arg) and _spread(arg, k, 2) for k, arg in enumerate(inner.args))
        word = table("distances of rows")[str(x.data)]
        return node(Op.CALL, tuple(arg.args[0] for arg in inner.args), span, word) if fits else None
    return _distances(x, ALL, 2) if x.op is Op.HADAMARD_POWER and x.args[0].op is Op.SUM and all(
        map(_axes, x.args[0].args)) else None
