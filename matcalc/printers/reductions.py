"""Members of families, relations between indices, and sums over indices, read aloud.

A relation that restricts the index of a sum goes below its sign, Σ_{i<j}; bounds are written where the index does not
run through the whole axis of a family inside, from 1 on: Σᵢ xᵢ, but Σᵢ₌₁ⁿ⁻¹ xᵢ₊₁. Sums in each other share a sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.core.dims import Dim, named
from matcalc.core.expr import ADD, CHAIN, IVERSON, MUL, NUM, OVER, POW, TANGENT, VAR, Expr, node, postorder
from matcalc.core.indices import Index, Ref, Relation
from matcalc.core.parts import number_and_factors
from matcalc.printers.view import View
from matcalc.records import NamedTuple

APART = {"sum": "∑", "prod": "∏", "max": "max", "min": "min"}  # signs that no Greek letter looks like
PLAIN_EQUALITY = "=="  # [i = j] where δ is the name of something else
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Below(NamedTuple):
    """What stands below a sign: letters, or a letter with its bounds, or a relation between two places."""

    letters: tuple[Dim, ...] = ()
    sign: str = ""
    high: Dim | None = None


def place(ref: Ref) -> Dim:
    """A place as a polynomial in its letter: i + 1."""
    return ref.shift if ref.letter is None else named(ref.letter.name) + ref.shift


def view_variable(e: Expr) -> View:
    """A name, or a member of a family."""
    places = tuple(map(place, e.data.refs))
    return View("member", (), (e.data.name, places)) if places else View("name", (), (e.data.name,))


def view_tangent(e: Expr) -> View:
    """The differential of a variable or of a member."""
    return View("tangent", (), (e.data.name, e.data.turn, tuple(map(place, e.data.refs))))


def view_index(e: Expr) -> View:
    """An index as a number."""
    return View("dimension", (), (place(e.data),))


def view_relation(e: Expr) -> View:
    """δ of two letters, another relation in brackets, a number on the right: [k ≥ 2]."""
    sign, left, right = e.data
    bare = left.letter is not None and right.letter is not None and left.shift == right.shift == 0
    sides = place(left), place(right)
    if sign == "=" and bare:
        return View("delta", (), sides)
    sign = "=" if sign == PLAIN_EQUALITY else sign
    return View("relation", (), (_TURNED.get(sign, sign), *sides[::-1]) if left.letter is None else (sign, *sides))


def view_reduction(e: Expr) -> View:
    """A sum, product or extremum over an index, or over two that a relation binds together."""
    word, index = e.data
    below, body = _restricted(e)
    if below is None and _needs_bounds(e):
        below = Below((named(index.name), index.low), "=", index.high)
    if below is None:
        below, body = _joint(e)
    is_open = not is_sum(e) and _has_other_factors(body, _innermost(e, body))
    return View("over", (body,), (word, below, is_open))


def _innermost(e: Expr, body: Expr) -> Index:
    """The index of the last sign before the body that is shown; some dialects write one sign for each."""
    while e.args[0].kind is OVER and e.args[0] is not body:
        e, = e.args
    index: Index = e.data[1]
    return index


def _has_other_factors(body: Expr, index: Index) -> bool:
    """Whether a factor lacks the index, and could stand behind a product or a maximum as well as in it."""
    number, factors = number_and_factors(body)
    inside = [part for f in factors for part in (f.args if f.kind is CHAIN else (f,))]
    return number.denominator > 1 or not all(index in f.free for f in inside)


def _restricted(e: Expr) -> tuple[Below | None, Expr]:
    """Below a sign the relation that restricts its index, and the body without it."""
    (body,), (word, index) = e.args, e.data
    if _needs_bounds(e):
        return None, body
    inner = body if body.kind is OVER and body.data[0] == word and not _needs_bounds(body) else None
    if inner is not None:
        relation = _relation(inner, index, inner.data[1])
        if relation is not None:
            return _below(relation, index), _without(inner, relation)
    relation = _relation(e, index)
    return (None, body) if relation is None else (_below(relation, index), _without(e, relation))


def _relation(e: Expr, *bound: Index) -> Expr | None:
    """A relation between the index of a sum and another one with the same values; with two indices between these."""
    index = e.data[1]
    return next((f for f in _conditions(e) if _binds(f.data, index, bound)), None)


def _binds(relation: Relation, index: Index, bound: Sequence[Index]) -> bool:
    sides = [ref.letter for ref in relation[1:] if ref.letter is not None and ref.shift == 0]
    if len(sides) < 2 or relation.sign in ("=", PLAIN_EQUALITY) or index not in sides:
        return False
    return sides[0].axis == sides[1].axis and (len(bound) < 2 or set(bound) == set(sides))


def _conditions(e: Expr) -> list[Expr]:
    """The relations without which a sum or a product would be over all values."""
    (body,), word = e.args, e.data[0]
    if is_sum(e):
        factors = number_and_factors(body)[1]
    elif word in ("prod", APART["prod"]) and body.kind is POW:
        factors = number_and_factors(body.args[1])[1]
    else:
        factors = ()
    return [f for f in factors if f.kind is IVERSON]


def _without(e: Expr, relation: Expr) -> Expr:
    """The body of a sum or product without a relation."""
    body, = e.args
    if body.kind is POW and not is_sum(e):
        base, exponent = body.args
        return base if exponent is relation else node(POW, (base, _fewer(exponent, relation)), None, body.shape)
    return _fewer(body, relation)


def _fewer(product: Expr, factor: Expr) -> Expr:
    if product is factor:
        return node(NUM, (), Fraction(1), (1, 1))
    rest = tuple(f for f in product.args if f is not factor)
    return rest[0] if len(rest) == 1 and product.data == 1 else node(MUL, rest, product.data, product.shape)


def _below(relation: Expr, first: Index) -> Below:
    """The relation with the index of the outermost sum on the left."""
    sign, left, right = relation.data
    if left.letter != first:
        sign, left, right = _TURNED.get(sign, sign), right, left
    return Below((place(left), place(right)), sign)


def _joint(e: Expr) -> tuple[Below, Expr]:
    """The letters of sums that stand in each other without anything between, and the innermost body."""
    letters = [named(e.data[1].name)]
    body, = e.args
    while body.kind is OVER and body.data[0] == e.data[0] and _restricted(body)[0] is None and not _needs_bounds(body):
        letters.append(named(body.data[1].name))
        body, = body.args
    return Below(tuple(letters)), body


def _needs_bounds(e: Expr) -> bool:
    """Whether the index of a sum is not just that of all members of a family inside."""
    index, parts = e.data[1], postorder(e.args[0])
    found = [(ref, axis) for part in parts if part.kind in (VAR, TANGENT) and index in part.free
             for ref, axis in zip(part.data.refs, part.data.axes, strict=True) if ref.letter == index]
    if not found and any(part.kind is TANGENT and not part.data.name for part in parts):
        return False  # of d(u) in a derivation, which says it
    return index.low != 1 or not found or any(ref.shift != 0 or axis != index.axis for ref, axis in found)


def lets_sign_through(e: Expr) -> bool:
    """Whether −Σ f is read as what Σ −f is: not of a sum of terms, whose sign stays as it is typed."""
    while e.kind is OVER and is_sum(e):
        e, = e.args
    return e.kind not in (ADD, OVER)


def is_sum(e: Expr) -> bool:
    """Whether a reduction is linear."""
    return e.data[0] in ("sum", APART["sum"])
