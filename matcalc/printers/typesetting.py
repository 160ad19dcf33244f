"""One layout for all dialects: views to text, brackets exactly where precedence asks for them.

Every shared part is laid out once, on an explicit stack, so the cost is linear in the size of the text, however deep
the expression is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from functools import partial, reduce
from itertools import pairwise
from typing import Any

from matcalc.core.dims import Dim, format_dim
from matcalc.core.expr import DIM, MUL, TANGENT, TRANSPOSE, VAR, Expr, Variable
from matcalc.core.indices import Relation
from matcalc.printers.dialect import Dialect
from matcalc.printers.lettering import lettered
from matcalc.printers.polynomials import view_product
from matcalc.printers.precedence import (
    ANY,
    ATOM,
    LOOSE,
    POWER,
    PRODUCT,
    SUM,
    Form,
    Laid,
    first_sign,
    interleaved,
    joined,
    rope,
)
from matcalc.printers.reductions import PLAIN_EQUALITY, place
from matcalc.printers.symbols import superscript
from matcalc.printers.view import Part, View
from matcalc.printers.views import dotted, view
from matcalc.session import SESSION

Keep = Callable[[Part, Laid], Laid]


def views_below(root: Part, leaves: Container[Part] = ()) -> dict[Part, View]:
    """The view of every part of `root`, parts before the wholes that show them; nothing is seen below `leaves`."""
    return views_together([root], leaves)


def views_together(roots: Sequence[Part], leaves: Container[Part] = ()) -> dict[Part, View]:
    """The views of several, each part once."""
    found: dict[Part, View] = {}
    done: dict[Part, View] = {}
    stack = [*reversed(roots)]
    while stack:
        top = stack[-1]
        if top not in found:
            found[top] = _seen(top, leaves)
            stack.extend(part for part in reversed(found[top].parts) if part not in found)
        else:
            done.setdefault(top, found[top])
            stack.pop()
    return done


def _seen(part: Part, leaves: Container[Part]) -> View:
    """A leaf has a name, and the inverse transpose of what has the name Z is Z'."""
    if part in leaves:
        return _LEAF
    if isinstance(part, View):
        return part
    if not leaves:
        return _spelled_out(part)
    if part.kind is TRANSPOSE and part.args[0] in leaves:
        return View("transpose", part.args)
    return dotted(part, view_product(part, leaves) if part.kind is MUL else view(part), leaves)


@SESSION.cached
def _spelled_out(part: Expr) -> View:
    """The view of a part where nothing has a name."""
    return dotted(part, view_product(part, ()) if part.kind is MUL else view(part), ())


def uses_below(root: Part, views: dict[Part, View]) -> Counter[Part]:
    """How often each part stands in the text of `root`; an inverse stands in its transpose as well."""
    here: Counter[Part] = Counter({root: 1})
    for part, seen in reversed(views.items()):
        inner = part.args if isinstance(part, Expr) and seen.op == "inverse transpose" else ()
        for below in (*seen.parts, *inner):
            here[below] += here[part]
    return here


def lay_out(root: Part, dialect: Dialect, named: Mapping[Any, str] | None = None) -> Laid:
    """The text of `root`; parts in `named`, other than `root`, are shown as that name."""
    inner: Mapping[Part, str] = named or {}
    root = _with_letters(root, inner)
    if not inner:
        known = _known.setdefault(dialect.name, {})
        return known[root] if root in known else lay_out_all(views_below(root), dialect, {}, partial(_kept, known))
    if root in inner:
        inner = {part: name for part, name in inner.items() if part is not root}
    return lay_out_all(views_below(root, inner), dialect, inner)


_known: dict[str, dict[Part, Laid]] = SESSION.memo({})  # by dialect: texts in which nothing has a name


def _kept(known: dict[Part, Laid], part: Part, laid: Laid) -> Laid:
    if isinstance(part, Expr):
        known[part] = laid
    return laid


def _with_letters(root: Part, named: Container[Any]) -> Part:
    return lettered(root, leaves=named) if isinstance(root, Expr) else root


def lay_out_all(views: Mapping[Part, View], dialect: Dialect, named: Mapping[Part, str],
                keep: Keep = lambda part, laid: laid) -> Laid:
    """The text of the last of `views`; `keep` may put another text in the place of a part's own."""
    done: dict[Part, Laid] = {}
    for part, seen in views.items():
        laid = rope((named[part],)) if part in named else assemble(seen, [done[p] for p in seen.parts], dialect)
        done[part] = keep(part, laid)
    return done[part]


def lengths(views: Mapping[Part, View], dialect: Dialect, named: Mapping[Any, str]) -> dict[Expr, int]:
    """How many characters each of `views` that shows an expression has."""
    found: dict[Expr, int] = {}

    def note(part: Part, laid: Laid) -> Laid:
        if isinstance(part, Expr):
            found[part] = laid.length
        return laid

    lay_out_all(views, dialect, named, note)
    return found


def broken(root: Part, dialect: Dialect, named: Mapping[Expr, str] | None = None) -> list[str]:
    """The texts of the terms of `root`, each with its sign."""
    root = _with_letters(root, named or {})
    seen = view(root) if isinstance(root, Expr) else root
    if seen.op != "sum":
        return [dialect.finish(joined(lay_out(root, dialect, named)))]
    laid = [part_text(part, dialect, named or {}) for part in seen.parts]
    return [dialect.finish(joined(rope(pair)).strip()) for pair in terms(seen, laid, dialect)]


def part_text(part: Part, dialect: Dialect, named: Mapping[Expr, str]) -> Laid:
    """A part that may itself have a name."""
    name = named.get(part) if isinstance(part, Expr) else None
    return rope((name,)) if name else lay_out(part, dialect, named)


def assemble(seen: View, parts: Sequence[Laid], dialect: Dialect) -> Laid:
    """The text of one view from the texts of its parts."""
    special = _SPECIAL.get(seen.op)
    if special is not None:
        return special(seen, parts, dialect)
    if seen.op != "call":
        form, op = dialect.forms[seen.op], seen.op
    elif low := _indexed(seen, dialect):
        return rope((low,), ATOM)
    else:
        form = dialect.call_form(seen)
        op = seen.op if form.level == ATOM else seen.data[0].name
    return rope([_filled(hole, seen, parts, form, dialect) for hole in form.pieces], form.level, op)


def _indexed(seen: View, dialect: Dialect) -> str:
    """K_{mn}, of a function of sizes that are letters, where a dialect writes indices; '' for anything else."""
    letter = seen.data[0].fields.get("indexed", "").partition(" ")[0]
    if not letter or "indexed eye" not in dialect.forms:
        return ""
    sizes = [format_dim(part.data) for part in seen.parts if isinstance(part, Expr) and part.kind is DIM]
    are_letters = len(sizes) == len(seen.parts) and all(len(size) == 1 and "a" <= size <= "z" for size in sizes)
    return re.sub(r"_(\w{2,})$", r"_{\1}", dialect.member_text(letter, sizes)) if are_letters else ""


def _filled(hole: str, seen: View, parts: Sequence[Laid], form: Form, dialect: Dialect) -> str | Laid:
    if hole[0] != "#":
        return hole
    key = hole[1]
    if key.isdigit():
        part, need = parts[int(key)], form.need(int(key))
        if key == "0" and seen.op == "call" and part.op == seen.data[0].name and need == PRODUCT:
            need = LOOSE  # A ⊗ B ⊗ C, which is read from the left
        is_open = part.op == "over" and seen.op == "fraction" and need != ANY  # Σᵢ xᵢ/n reaches over the stroke
        return part.at_least(ATOM if is_open else need, dialect.brackets)
    if key == "s":
        return superscript(seen.data[0])
    if key == "p":
        return dialect.joins["prime"] * int(seen.data[0])
    if key in "ij":
        return str(seen.data["ij".index(key)] - 1)
    return _datum(seen.data["ab".index(key)], dialect)


def _datum(value: Any, dialect: Dialect) -> str:
    """The name of a function, a range of indices, or a dimension."""
    if isinstance(value, str):
        return dialect.name_text(value)
    return dialect.axis_text(value) if isinstance(value, tuple) else dialect.dim_text(value)


def _side_by_side(pieces: Sequence[str | Laid], level: int, op: str, dialect: Dialect) -> Laid:
    """Pieces in a row, which in some dialects is an element of its own."""
    before, after = dialect.row
    return rope([before, *pieces, after] if before else pieces, level, op)


def _sum(seen: View, parts: Sequence[Laid], dialect: Dialect) -> Laid:
    return _side_by_side([piece for term in terms(seen, parts, dialect) for piece in term], SUM, "sum", dialect)


def terms(seen: View, parts: Sequence[Laid], dialect: Dialect) -> list[tuple[str, Laid]]:
    """The terms of a sum, each behind its sign."""
    signs = [dialect.joins["plus" if sign > 0 else "minus"] for sign in seen.data]
    signs[0] = "" if seen.data[0] > 0 else signs[0].strip()
    needs = [SUM if i == 0 and not sign else LOOSE for i, sign in enumerate(signs)]  # a sum in front stays open
    return [(sign, part.at_least(need, dialect.brackets))
            for sign, need, part in zip(signs, needs, parts, strict=True)]


def _product(seen: View, parts: Sequence[Laid], dialect: Dialect) -> Laid:
    """Scalars in front of at most one matrix, which may be a chain without brackets where both read the same.

    Before more factors x'Ax has brackets, unless a fraction stroke encloses it.
    """
    if len(parts) == 1 and seen.op == "numerator" and dialect.forms["scaled fraction"].need(0) == ANY:
        return parts[0]
    is_last = seen.op == "product" or (seen.op == "numerator" and dialect.forms["scaled fraction"].need(0) == ANY)
    alike = dialect.joins["chain"] == dialect.joins["product"] and is_last
    last = PRODUCT if alike else POWER
    shown = [part.at_least(POWER, dialect.brackets) for part in parts[:-1]]
    shown.append(parts[-1].at_least(last, dialect.brackets))
    spaces = [_between(part, following, dialect) for part, following in pairwise(shown)]
    return _side_by_side(interleaved(shown, spaces), PRODUCT, "product", dialect)


def _between(part: Laid, following: Laid, dialect: Dialect) -> str:
    """The sign between two factors, which is seen before a number: 3·2^n."""
    if "times" in dialect.joins and (sign := first_sign(following)).isascii() and sign.isdigit():
        return dialect.joins["times"]
    return dialect.joins["call" if part.op in _SPACED and part.level == ATOM else "product"]


def _row(seen: View, parts: Sequence[Laid], dialect: Dialect) -> Laid:
    """Operands of one kind, none of them looser than a power."""
    sign = dialect.joins[seen.op]
    shown = [part.at_least(POWER, dialect.brackets) for part in parts]
    level = PRODUCT if seen.op == "chain" else LOOSE
    if seen.data == ("column",) and "group" in dialect.joins:  # A @ (B @ x) costs less than (A @ B) @ x
        return reduce(lambda right, left: rope((left, sign, right.at_least(POWER)), level), reversed(shown))
    return _side_by_side(interleaved(shown, [sign] * (len(shown) - 1)), level, seen.op, dialect)


def _word(seen: View, parts: Sequence[Laid], dialect: Dialect) -> Laid:
    """A chain that is 1×1, of which code takes the only entry."""
    inside = _row(View("chain", seen.parts), parts, dialect)
    form = dialect.forms.get("word")
    return rope([inside if piece == "#0" else piece for piece in form.pieces], form.level) if form else inside


def _block(seen: View, parts: Sequence[Laid], dialect: Dialect) -> Laid:
    separators = [sign for count in seen.data for sign in (*["beside"] * (count - 1), "below")][:-1]
    inside = interleaved(list(parts), [dialect.joins[sign] for sign in separators])
    return rope([dialect.joins["open"], *inside, dialect.joins["close"]], ATOM, "block")


def _dimension(seen: View, _: Sequence[Laid], dialect: Dialect) -> Laid:
    dim = seen.data[0]
    single = isinstance(dim, int) or len(dim.terms) == 1
    plain = isinstance(dim, int) or (single and dim.terms[0][1] == 1 and len(dim.terms[0][0]) == 1)
    return rope((dialect.dim_text(dim),), ATOM if plain else LOOSE if single else SUM)


def _eye(seen: View, _: Sequence[Laid], dialect: Dialect) -> Laid:
    """The identity with its size as an index where that is a name or a number."""
    dim = seen.data[0]
    index = dialect.low_text(format_dim(dim)) if "indexed eye" in dialect.forms else ""
    made = dialect.forms["indexed eye" if index else "eye"]
    return rope([piece if piece[0] != "#" else index or dialect.dim_text(dim) for piece in made.pieces], made.level)


def _tangent(seen: View, _: Sequence[Laid], dialect: Dialect) -> Laid:
    name, turn, places = seen.data
    shown = f"{name}_{turn}" if turn else name
    return rope((dialect.filled("differential", _member(shown, places, dialect) if places else
                                dialect.name_text(shown)),))


def _conjugate(seen: View, parts: Sequence[Laid], dialect: Dialect) -> Laid:
    """A bar above a single letter, behind a d perhaps, and above nothing else where text has one line."""
    (part,) = seen.parts
    leaf = part.data if isinstance(part, Expr) and part.kind in (VAR, TANGENT) else None
    if isinstance(leaf, Variable) and leaf.refs and len(leaf.name) == 1 and _has_bar(dialect):
        return rope((_member(f"{leaf.name}\u0304", tuple(map(place, leaf.refs)), dialect),))
    is_name = leaf is not None
    is_letter = leaf is not None and len(leaf.name) == 1 and not leaf.refs and not getattr(leaf, "turn", 0)
    row = "letter conjugate" if is_letter else "name conjugate" if is_name else "conjugate"
    shown = dialect.forms[row if row in dialect.forms else "conjugate"]
    return rope([parts[0] if piece == "#0" else piece for piece in shown.pieces], shown.level)


def _has_bar(dialect: Dialect) -> bool:
    """Whether a conjugate is a bar over a letter, as in all dialects but those of one line of ASCII."""
    return dialect.forms["letter conjugate"].pieces != dialect.forms["conjugate"].pieces


def _member(name: str, places: Sequence[Dim], dialect: Dialect) -> str:
    return dialect.member_text(name, list(map(format_dim, places)))


def _delta(seen: View, _: Sequence[Laid], dialect: Dialect) -> Laid:
    """δ with the two letters as its indices, where the dialect has it."""
    if not dialect.has_delta:
        return _relation(View("relation", (), ("=", *seen.data)), (), dialect)
    return rope((_member("delta", seen.data, dialect),))


def _relation(seen: View, _: Sequence[Laid], dialect: Dialect) -> Laid:
    return rope((dialect.filled("indicator", _related(seen.data[0], seen.data[1], seen.data[2], dialect)),))


def relation_text(relation: Relation, dialect: Dialect) -> str:
    """i ≠ j, without brackets."""
    sign = "=" if relation.sign == PLAIN_EQUALITY else relation.sign
    return _related(sign, place(relation.left), place(relation.right), dialect)


def _related(sign: str, left: Dim, right: Dim, dialect: Dialect) -> str:
    return dialect.joins[f"is {sign}"].join(map(dialect.dim_text, (left, right)))


def _reduction(seen: View, parts: Sequence[Laid], dialect: Dialect) -> Laid:
    """A sum over an index takes the product to its right, of which a fraction may be the whole; factors that could as
    well stand behind a product or a maximum are in brackets."""
    (word, below, is_open), (body,), shown = seen.data, parts, dialect.forms["over"]
    if shown.need(0) != ANY and (is_open or body.op not in _FRACTIONS):
        body = body.at_least(POWER if is_open else PRODUCT, dialect.brackets)
    return rope([body if piece == "#0" else dialect.reduction_text(word, below) if piece == "#a" else piece
                 for piece in shown.pieces], PRODUCT, "over")


_LEAF = View("named")
_FRACTIONS = frozenset({"fraction", "scaled fraction", "coefficient", "fraction in front"})
_SPACED = frozenset({"call", "trace", "total", "unspecified", "derivative", "second derivative", "higher derivative",
                     *(f"declared {part}" for part in "function gradient Hessian Jacobian change curvature".split())})
_SPECIAL: dict[str, Callable[[View, Sequence[Laid], Dialect], Laid]] = {
    "sum": _sum, "product": _product, "scalars": _product, "numerator": _product, "chain": _row,
    "hadamard": _row, "word": _word, "block": _block, "dimension": _dimension, "tangent": _tangent, "eye": _eye,
    "delta": _delta, "conjugate": _conjugate, "relation": _relation, "over": _reduction,
    "member": lambda seen, parts, dialect: rope((_member(seen.data[0], seen.data[1], dialect),),
                                                POWER if "^" in seen.data[0] else ATOM),
    "integer": lambda seen, parts, dialect: rope((dialect.dim_text(seen.data[0]),)),
    "name": lambda seen, parts, dialect: rope((dialect.name_text(seen.data[0]),),
                                              POWER if "^" in seen.data[0] else ATOM),
}
