"""Members of families and the values of indices: a part of an array, a place along an axis, a relation of places."""

from __future__ import annotations

from fractions import Fraction

from matcalc.algebra.guards import Guard
from matcalc.core.dims import Dim, is_natural, subtract
from matcalc.core.expr import VAR, Expr, whole
from matcalc.core.indices import Index, Ref
from matcalc.plan.node import Node
from matcalc.plan.value import Label, Labels, Value, Values
from matcalc.records import NamedTuple

Range = tuple[Dim, Dim | None]  # where it starts and how many; None for one place, whose axis goes


def member(values: Values, e: Expr) -> Value:
    """A variable, or a member of a family at its places: a part of the array, or what is picked along an axis."""
    family = whole(e)
    own = tuple(d for d in e.shape if d != 1)
    node = values.graph.node("input", data=key_of(family), shape=(*(axis.size for axis in e.data.axes), *own))
    node.complex = e.complex
    words = e.data.known if e.kind is VAR and values.declared and len(node.shape) == 2 else _nothing
    if words("sym", "spd", "psd"):
        values.graph.symmetric[node] = True
    if words("hermitian", "hpd"):
        values.graph.hermitian.add(node)
    if e.kind is VAR and e.data.known("positive", "nonnegative"):
        values.graph.nonnegative.add(node)
    rows, columns = values.axes(e.shape[0]), values.axes(e.shape[1])
    if words("diag") and not e.data.axes:
        entries = values.graph.einsum(Fraction(1), [node], [(0, 0)], (0,), own[:1])
        return Value(((entries, rows),), rows, rows)
    if not e.data.refs:  # the whole family, its axes as indices without names
        return values.of(node, rows, columns, tuple(Index(f"axis {k}", *axis) for k, axis in enumerate(e.data.axes)))
    labels: list[Label] = []
    ranges: list[Range] = []
    for axis, ref in zip(e.data.axes, e.data.refs, strict=True):
        start = subtract(ref.shift, axis.low)
        if ref.letter is not None:
            labels.append(ref.letter)
            ranges.append((start + ref.letter.low, ref.letter.size))
        else:
            ranges.append((start, None))
    found = _picked(values, node, ranges)
    return Value(((found, (*labels, *rows, *columns)),), rows, columns)


def _nothing(*_: str) -> bool:
    return False


class Key(NamedTuple):
    """Which argument an input is: a variable by its name, or a direction of one, by its turn."""

    name: str
    turn: int = -1


def key_of(leaf: Expr) -> Key:
    """Leaves that differ in their declared properties only are one argument."""
    return Key(leaf.data.name) if leaf.kind is VAR else Key(leaf.data.name, leaf.data.turn)


def _picked(values: Values, node: Node, ranges: list[Range]) -> Node:
    """The array at places along its first axes; what lies outside is brought to the edge, where nobody looks at it."""
    sizes = node.shape[:len(ranges)]
    if all(r == (0, size) for r, size in zip(ranges, sizes, strict=True)):
        return node
    shape = (*(count for _, count in ranges if count is not None), *node.shape[len(ranges):])
    whole_axes = (None,) * (len(node.shape) - len(ranges))
    inside = all(count is None or _is_inside(start, count, size)
                 for (start, count), size in zip(ranges, sizes, strict=True))
    places = tuple(None if r == (0, size) else r for r, size in zip(ranges, sizes, strict=True))
    return values.graph.node("slice" if inside else "take", [node], (*places, *whole_axes), shape)


def _is_inside(start: Dim, count: Dim, size: Dim) -> bool:
    return is_natural(start) and is_natural(subtract(size, start + count))


def place(values: Values, ref: Ref) -> Value:
    """The values of a place: those of an index, shifted, along its axis."""
    if ref.letter is None:
        return values.of(values.graph.size(ref.shift))
    start = ref.letter.low + ref.shift
    node = values.graph.node("range", data=start, shape=(ref.letter.size,))
    labels: Labels = (ref.letter,)
    return Value(((node, labels),))


_SIGNS = {"=": "equal", "!=": "not_equal", "<": "less", "<=": "less_equal"}


def holds(values: Values, held: Guard) -> Value:
    """Whether a condition holds, for all values of the indices."""
    if held.relation is not None:
        relation = held.relation.data
        sides = [place(values, ref) for ref in (relation.left, relation.right)]
        return values.mapped(sides, lambda nodes: values.graph.map(_SIGNS[relation.sign], *nodes))
    found, *others = [holds(values, part) for part in held.parts]
    word = {"all": "and", "any": "or"}[held.kind]
    for other in others:
        found = values.mapped([found, other], lambda nodes: values.graph.map(word, *nodes))
    return found


