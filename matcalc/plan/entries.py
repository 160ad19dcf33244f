"""Arithmetic of values, entry by entry: products, quotients, powers, and what reduces rows or columns."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.plan.node import Node
from matcalc.plan.value import Label, Labels, Value, Values, is_diagonal

MOST = 4  # factors of a power that is written as a product


def multiplied(values: Values, factors: Sequence[Value]) -> Value:
    """The product of entries; what has no rows or no columns repeats along them."""
    aligned = values.aligned(factors)
    rows = next((v.rows for v in aligned if v.rows), ())
    columns = next((v.columns for v in aligned if v.columns), ())
    return values.product(aligned, rows, columns)


def reciprocal(values: Values, value: Value) -> Value:
    """1/x of every entry; 1/0 is left to what computes it."""
    if not value.factors and value.number:
        return value._replace(number=1 / value.number)
    if not value.factors:
        return values.mapped([value], lambda nodes: values.graph.map("reciprocal", *nodes))
    number, plain = value.number, value._replace(number=Fraction(1))
    found = values.mapped([plain], lambda nodes: inverted(values, nodes[0]))
    return found._replace(number=found.number / number)


def inverted(values: Values, node: Node) -> Node:
    """1/x; what has been inverted comes back."""
    return node.args[0] if node.op == "map" and node.data == "reciprocal" else values.graph.map("reciprocal", node)


def quotient(values: Values, above: Value, below: Value) -> Value:
    """a/b, entry by entry."""
    return multiplied(values, [above, reciprocal(values, below)])


def power(values: Values, base: Value, exponent: Value) -> Value:
    """Powers of entries: small whole ones are products, halves are roots."""
    if exponent.factors:
        return values.mapped([base, exponent], lambda nodes: values.graph.map("power", *nodes))
    return rational_power(values, base, exponent.number)


def rational_power(values: Values, base: Value, q: Fraction) -> Value:
    """A power with a rational exponent."""
    if q < 0:
        return reciprocal(values, rational_power(values, base, -q))
    if q.denominator == 1 and q <= MOST:
        return whole_power(values, base, int(q))
    if q.denominator == 2 and q <= MOST:
        root = values.mapped([base], lambda nodes: values.graph.map("sqrt", nodes[0]))
        return root if q == Fraction(1, 2) else multiplied(values, [whole_power(values, base, int(q)), root])
    return values.mapped([base], lambda nodes: values.graph.map("power", nodes[0], values.graph.number(q)))


def whole_power(values: Values, base: Value, k: int) -> Value:
    """x², x³, x⁴ as products; a square beside other factors may be multiplied with them one by one."""
    if k == 0:
        return values.number(1)
    core = values.spread(base) if is_diagonal(base) else values.core(base)
    if k == 1:
        return core
    half = whole_power(values, core, k // 2)
    half = half if k < 4 else values.core(half)
    square = multiplied(values, [half, half])
    return square if k % 2 == 0 else multiplied(values, [square, core])


def total(values: Values, value: Value, sides: Sequence[str]) -> Value:
    """The sum over rows, columns or both."""
    rows, columns = (() if side in sides else getattr(value, side) for side in ("rows", "columns"))
    return values.product([value], rows, columns)


def reduced(values: Values, word: str, value: Value, sides: Sequence[str]) -> Value:
    """The largest, the smallest or the product of entries over rows, columns or both."""
    core = values.spread(value) if is_diagonal(value) or word == "prod" else values.core(value)
    gone = {x for side in sides for x in getattr(core, side)}
    found = over(values, word, core, gone)
    rows, columns = (() if side in sides else getattr(core, side) for side in ("rows", "columns"))
    return found._replace(rows=rows, columns=columns)


def over(values: Values, word: str, core: Value, gone: set[Label]) -> Value:
    """A reduction over axes of what is one array."""
    if not core.factors:
        return core
    ((node, labels),) = core.factors
    axes = tuple(k for k, x in enumerate(labels) if x in gone)
    kept: Labels = tuple(x for x in labels if x not in gone)
    if not axes:
        return core
    shape = tuple(x.size for x in kept)
    return Value(((values.graph.node("reduce", [node], (word, axes), shape), kept),), core.rows, core.columns)
