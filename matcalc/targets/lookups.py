"""Members of families in code, and the values of their indices: a part of an array, a place along an axis, a relation.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.algebra.guards import Guard
from matcalc.core.dims import Dim, subtract
from matcalc.core.expr import Expr
from matcalc.core.indices import Index, Ref, Relation
from matcalc.printers.precedence import ATOM, SUM
from matcalc.targets.labelled import Label, Labelled, Value, member_axes


def member(known: Labelled, e: Expr) -> Value:
    """A member of a family at its places: the whole array, a part of it, or what is picked along an axis."""
    value: list[Label] = []
    text, places, picked = known.known.name(e), [], False
    for axis, ref in zip(e.data.axes, e.data.refs, strict=bool(e.data.refs)):
        start = subtract(ref.shift, axis.low)
        if ref.letter is None:
            places.append(known.dim(start))
            continue
        value.append(ref.letter)
        start, count = start + ref.letter.low, ref.letter.size
        places.append(_range(known, start, count, axis.size))
        picked = picked or known.say.clipped_mark in places[-1]
    if not e.data.refs:
        value = [Index(f"axis {k}", *axis) for k, axis in enumerate(e.data.axes)]
    labels = [*value, *member_axes(e)]
    if any(place != known.say.all for place in places):
        text = _picked(known, text, places, picked)
    found = Value(text, ATOM, tuple(labels))
    return _diagonal(known, found) if len({*labels}) < len(labels) else found


def _range(known: Labelled, start: Dim, count: Dim, size: Dim) -> str:
    """The places of an index along an axis; what lies outside is brought to the edge."""
    if (start, count) == (0, size):
        return known.say.all
    rest = subtract(size, start + count)
    if _is_natural(start) and _is_natural(rest):
        last = "" if rest == 0 else f"-{rest}" if isinstance(rest, int) else known.dim(start + count)
        return f"{'' if start == 0 else known.dim(start)}:{last}"
    return known.say.clipped.format(start=known.dim(start), end=known.dim(start + count),
                                    last=known.dim(subtract(size, 1)))


def _is_natural(dim: Dim) -> bool:
    """Whether a dimension is certainly not negative."""
    if isinstance(dim, int):
        return dim >= 0
    constant = sum(c for monomial, c in dim.terms if not monomial)
    factors = [c for monomial, c in dim.terms if monomial]
    return all(c > 0 for c in factors) and sum(factors) + constant >= 0


def _picked(known: Labelled, text: str, places: Sequence[str], apart: bool) -> str:
    """An array at places along its axes, one axis after the other where several are lists."""
    if not apart:
        while places and places[-1] == known.say.all:
            places = places[:-1]
        return known.say.entry.format(x=text, places=", ".join(places))
    for k in reversed(range(len(places))):
        if places[k] != known.say.all:
            front = [known.say.all] * k
            text = known.say.entry.format(x=text, places=", ".join([*front, places[k]]))
    return text


def _diagonal(known: Labelled, value: Value) -> Value:
    """A_ii: one axis for labels that are the same."""
    letters = dict(zip(dict.fromkeys(value.axes), "ijklmnop", strict=False))
    spec = "".join(letters[label] for label in value.axes)
    text = known.say.contracted.format(spec=f"{spec}->{''.join(letters.values())}", factors=value.text)
    return Value(text, ATOM, tuple(letters))


def index(known: Labelled, e: Expr) -> Value:
    """The values of an index as numbers."""
    return Value(known.position(e.data.letter), ATOM, (e.data.letter,))


def _place(known: Labelled, ref: Ref, axes: Sequence[Label]) -> Value:
    """The values of a place, along its own axis."""
    if ref.letter is None:
        return Value(known.dim(ref.shift), SUM)
    value = known.aligned(Value(known.position(ref.letter), ATOM, (ref.letter,)), axes)
    shift = known.dim(ref.shift)
    if ref.shift == 0:
        return value
    return Value(f"{value.text} {'-' if shift[0] == '-' else '+'} {shift.lstrip('-')}", SUM, value.axes)


def _holds(known: Labelled, held: Guard, axes: Sequence[Label]) -> str:
    if held.relation is not None:
        relation: Relation = held.relation.data
        left, right = (_place(known, ref, axes).at_least(SUM) for ref in (relation.left, relation.right))
        return f"{left} {known.say.relations[relation.sign]} {right}"
    return known.say.conditions[held.kind].join(f"({_holds(known, part, axes)})" for part in held.parts)


def where(known: Labelled, held: Guard, value: Value, otherwise: str) -> Value:
    """The value where relations of indices hold, and what it is elsewhere."""
    known.is_guarded = True
    axes = known.together(value.axes, *(relation.free for relation in held.relations))
    text = known.say.where.format(test=_holds(known, held, axes), value=known.aligned(value, axes).text,
                                  otherwise=otherwise)
    return Value(text, ATOM, axes)
