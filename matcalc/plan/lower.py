"""From expressions to values: each kind of node as a product of arrays, a repetition, a diagonal, or a kernel.

A product stays a product as long as nobody needs it as one array: what is used twice, an operand of a sum, of a
function. An outer product stays one even then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container
from fractions import Fraction
from itertools import pairwise

from matcalc.algebra.conjugation import is_real
from matcalc.algebra.guards import Guard, guard
from matcalc.algebra.make import bind_dims
from matcalc.core.dims import Dim
from matcalc.core.exponents import is_never_negative
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    CONJ,
    CONST,
    DIM,
    EYE,
    HAD,
    INDEX,
    IVERSON,
    MATPOW,
    MUL,
    NUM,
    ONES,
    OVER,
    POW,
    SLICE,
    SYMPOW,
    TANGENT,
    TRACE,
    TRANSPOSE,
    UNIT,
    VAR,
    ZEROS,
    Expr,
    Kind,
    postorder,
)
from matcalc.plan.entries import multiplied, over, power
from matcalc.plan.functions import called, structure_of
from matcalc.plan.members import holds, member, place
from matcalc.plan.node import Graph
from matcalc.plan.templates import diagonal, of_matrix
from matcalc.plan.value import Labels, Value, Values, is_diagonal

FEW = 3  # factors of a power of a matrix that stands in a product as that many
LAZY = 6  # factors of a product that is computed anew at each of its uses
_PRODUCTS = frozenset({MUL, HAD, CHAIN, TRANSPOSE, TRACE, MATPOW, SYMPOW, POW})
_CHAINS = frozenset({CHAIN, TRANSPOSE, MATPOW, POW})
Operands = list[Value]


class Lowering:
    """Expressions as values over one graph; in a `flat` one no side of a matrix is cut into several axes.
    Functions that are `native` are kernels, whatever their templates say. What is `declared` of variables counts."""

    def __init__(self, graph: Graph, flat: bool = False, native: Container[str] = (), declared: bool = True) -> None:
        self.graph, self.values, self.flat, self.native = graph, Values(graph, declared), flat, native
        self.done: dict[Expr, Value] = {}

    def value(self, *roots: Expr) -> list[Value]:
        """The values of expressions that are computed together."""
        order = postorder(*roots, below=lambda e: () if e in self.done else e.args)
        uses = Counter(arg for e in order for arg in e.args)
        for e in order:
            if e not in self.done:
                found = LOWER[e.kind](self, e, [self.done[arg] for arg in e.args])
                found = self._real(found) if self._becomes_real(e) else found
                self.done[e] = self._shared(e, found) if uses[e] > 1 or e.kind not in _PRODUCTS else found
        return [self.done[root] for root in roots]

    def _becomes_real(self, e: Expr) -> bool:
        """Whether an expression is certainly real and its operands are not, so that rounding alone has imaginary
        parts."""
        return e.complex and self.values.declared and is_real(e) and not all(map(is_real, e.args))

    def _real(self, value: Value) -> Value:
        return self.values.mapped([value], lambda nodes: self.graph.map("real", *nodes))

    def _shared(self, e: Expr, value: Value) -> Value:
        """What is used twice is one array. A matrix product is not, as long as it is short: in what order it is best
        multiplied depends on what stands beside it, and parts that are the same are found there."""
        is_one = len(value.factors) == 1 and value.number == 1 and {*value.factors[0][1]} == {*value.kept}
        kept = len(value.kept)
        is_outer = value.factors and kept > max(len(labels) for _, labels in value.factors)
        is_lazy = (is_outer or (e.kind in _CHAINS and not e.is_scalar)) and len(value.factors) <= LAZY
        return value if is_one or is_lazy or not value.factors else self.values.core(value)


def _number(known: Lowering, e: Expr, _: Operands) -> Value:
    return known.values.number(e.data)


def _size(known: Lowering, e: Expr, _: Operands) -> Value:
    return known.values.of(known.graph.size(e.data))


def _eye(known: Lowering, e: Expr, _: Operands) -> Value:
    side = known.values.axes(e.shape[0])
    return Value((), side, side)


def _ones(known: Lowering, e: Expr, _: Operands) -> Value:
    return Value((), known.values.axes(e.shape[0]), known.values.axes(e.shape[1]))


def _zeros(known: Lowering, e: Expr, _: Operands) -> Value:
    return _ones(known, e, [])._replace(number=Fraction(0))


def _unit(known: Lowering, e: Expr, _: Operands) -> Value:
    return known.values.of(known.graph.node("unit", data=e.data, shape=e.shape[:1]), known.values.axes(e.shape[0]))


def _sum(known: Lowering, _: Expr, terms: Operands) -> Value:
    """Terms with one diagonal in common are added on it; otherwise each is an array with all rows and columns."""
    values = known.values
    terms = values.cut_alike(terms)
    diagonals = [is_diagonal(v) and v.rows == v.columns for v in terms]
    if not all(diagonals):
        terms = [values.spread(v) if is_diagonal(v) else v for v in terms]
    plain = [v._replace(columns=()) for v in terms] if all(diagonals) else terms
    scaled = _added(known, plain)
    return scaled._replace(columns=scaled.rows) if all(diagonals) else scaled


def _added(known: Lowering, terms: Operands) -> Value:
    """Σ cₖ aₖ with the numbers in front of the terms kept apart."""
    numbers = [v.number for v in terms]
    bare = [v._replace(number=Fraction(1)) for v in terms]
    return known.values.mapped(bare, lambda nodes: known.graph.add(list(zip(numbers, nodes, strict=True))))


def _scaled(known: Lowering, e: Expr, factors: Operands) -> Value:
    """A number times numbers, times at most one matrix."""
    fresh = [known.values.fresh(v) for v in factors]
    last = fresh[-1] if fresh else None
    rows, columns = (last.rows, last.columns) if last is not None else ((), ())
    return _guarded(known, e, known.values.product(fresh, rows, columns, e.data))


def _entrywise(known: Lowering, e: Expr, factors: Operands) -> Value:
    return _guarded(known, e, multiplied(known.values, factors))


def _chain(known: Lowering, e: Expr, factors: Operands) -> Value:
    values = known.values
    if all(_meets(values, a, b) for a, b in pairwise(factors)):
        fresh = [values.fresh(factor) for factor in factors]
        met = [pair for a, b in pairwise(fresh) for pair in zip(a.columns, b.rows, strict=True)]
        joined = values.equated(fresh, met)
        return _guarded(known, e, values.product(joined, joined[0].rows, joined[-1].columns))
    found = values.fresh(factors[0])
    for factor in factors[1:]:
        right = values.fresh(factor)
        if not values.alike(found.columns, right.rows):
            found, right = values.matrix(found), values.matrix(right)
        inner = found.columns
        found, right = values.equated([found, right], zip(inner, right.rows, strict=True))
        found = values.product([found, right], found.rows, right.columns)
    return _guarded(known, e, found)


def _meets(values: Values, a: Value, b: Value) -> bool:
    """Whether the columns of `a` are cut as the rows of `b`, and an array goes along each of these axes."""
    return values.alike(a.columns, b.rows) and all(
        x in a.labels or y in b.labels for x, y in zip(a.columns, b.rows, strict=True))


def _guarded(known: Lowering, e: Expr, product: Value) -> Value:
    """A product where the relations among its factors hold; 0 where they do not."""
    held = guard[e]
    return product if held is None else _where(known, held, product, 0)


def _where(known: Lowering, held: Guard, value: Value, otherwise: int) -> Value:
    test = holds(known.values, held)
    zero = known.values.number(otherwise)
    return known.values.mapped([test, value, zero], lambda nodes: known.graph.map("where", *nodes))


def _transpose(_: Lowering, __: Expr, operands: Operands) -> Value:
    (value,) = operands
    return value._replace(rows=value.columns, columns=value.rows)


def _trace(known: Lowering, _: Expr, operands: Operands) -> Value:
    return known.values.product([diagonal(known.values, operands[0])], (), ())


def _power(known: Lowering, e: Expr, operands: Operands) -> Value:
    base, exponent = operands
    if e.args[1].kind is IVERSON:
        return _where(known, Guard("holds", relation=e.args[1]), base, 1)
    return power(known.values, base, exponent)


def _matrix_power(known: Lowering, e: Expr, operands: Operands) -> Value:
    values, k = known.values, abs(e.data)
    if k == 0:
        side = values.axes(e.shape[0])
        return Value((), side, side)
    base = values.core(operands[0])
    if e.data < 0:
        base = _inverse(known, base, structure_of(e.args[0]) if known.values.declared else "")
    found = base
    if k <= FEW:
        for _ in range(k - 1):
            found = _chain(known, e, [found, base])
        return found
    for bit in bin(k)[3:]:  # by squaring
        found = values.core(_chain(known, e, [found, found]))
        found = values.core(_chain(known, e, [found, base])) if bit == "1" else found
    return found


def _symbolic_power(known: Lowering, e: Expr, operands: Operands) -> Value:
    """One power, or for all values of indices those that they say. Where an exponent is negative, a factor beside it is
    0 then, so that I does as well as anything: k X^(k − 1) is 0 for k = 0."""
    values, (matrix, exponent) = known.values, operands
    if not is_never_negative(e.args[1], least=0):
        exponent = values.mapped([exponent, values.number(0)], lambda nodes: known.graph.map("maximum", *nodes))
    matrix = values.matrix(matrix)
    indices = values.product([matrix, exponent], (), ()).indices
    op = "matrix_powers" if exponent.indices else "matrix_power"
    node, _ = values.full(matrix, indices if matrix.indices else ())
    count, _ = values.full(exponent, indices if matrix.indices and exponent.indices else None)
    made = known.graph.node(op, [node, count], None, (*(i.size for i in indices), *e.shape))
    return values.of(made, values.axes(e.shape[0]), values.axes(e.shape[1]), indices)


def _inverse(known: Lowering, value: Value, structure: str) -> Value:
    if not value.rows:
        return power(known.values, value, known.values.number(-1))
    if is_diagonal(value) and value.rows == value.columns:
        found = power(known.values, value._replace(columns=()), known.values.number(-1))
        return found._replace(columns=found.rows)
    return of_matrix(known.values, "inverse", value, structure)


def _block(known: Lowering, e: Expr, operands: Operands) -> Value:
    """Blocks side by side and below each other."""
    values = known.values
    parts = [values.matrix(v) for v in operands]
    indices = tuple(dict.fromkeys(i for v in parts for i in v.indices))
    nodes = []
    for part, arg in zip(parts, e.args, strict=True):
        node, _ = values.full(part, indices)
        front = tuple(i.size for i in indices)
        nodes.append(known.graph.node("reshape", [node], None, (*front, *arg.shape)) if 1 in arg.shape else node)
    wide = known.graph.node("concat", nodes, e.data, (*(i.size for i in indices), *e.shape))
    if 1 in e.shape:
        wide = known.graph.node("reshape", [wide], None, (*wide.shape[:-2], *(d for d in e.shape if d != 1)))
    return values.of(wide, values.axes(e.shape[0]), values.axes(e.shape[1]), indices)


def _slice(known: Lowering, e: Expr, operands: Operands) -> Value:
    values = known.values
    matrix = values.matrix(operands[0])
    row, rows, column, columns = e.data
    node, indices = values.full(matrix)
    ranges = [(row, rows, len(matrix.rows)), (column, columns, len(matrix.columns))]
    places: list[tuple[Dim, Dim | None] | None] = [None] * len(indices)
    places += [(start, None if count == 1 else count) for start, count, own in ranges if own]
    shape = (*(i.size for i in indices), *(count for _, count, own in ranges if own and count != 1))
    made = known.graph.node("slice", [node], tuple(places), shape)
    kept: list[Labels] = [values.axes(count) if own else () for _, count, own in ranges]
    return values.of(made, kept[0], kept[1], indices)


def _over(known: Lowering, e: Expr, operands: Operands) -> Value:
    """A reduction over an index, which so becomes an axis like any other."""
    word, index = e.data
    value, values = operands[0], known.values
    axis = values.axis(index.size)
    if word == "sum":
        renamed = value.put({index: axis})
        return values.product([renamed], renamed.rows, renamed.columns, open_=[axis])
    if word == "prod" and index not in value.labels:
        return power(values, value, values.of(known.graph.size(index.size)))
    core = values.core(values.spread(value) if is_diagonal(value) else value)
    return over(values, word, core, {index})


def _index(known: Lowering, e: Expr, _: Operands) -> Value:
    return place(known.values, e.data)


def _relation(known: Lowering, e: Expr, _: Operands) -> Value:
    return _where(known, Guard("holds", relation=e), known.values.number(1), 0)


def _conjugate(known: Lowering, _: Expr, operands: Operands) -> Value:
    return known.values.mapped(operands, lambda nodes: known.graph.map("conj", *nodes))


def _call(known: Lowering, e: Expr, operands: Operands) -> Value:
    return called(known.values, e, operands, bind_dims(e.data, e.args), known.flat, known.native)


LOWER: dict[Kind, Callable[[Lowering, Expr, Operands], Value]] = {
    NUM: _number,
    DIM: _size,
    CONST: lambda known, e, _: known.values.of(known.graph.node("constant", data=e.data)),
    VAR: lambda known, e, _: member(known.values, e),
    TANGENT: lambda known, e, _: member(known.values, e),
    EYE: _eye,
    ONES: _ones,
    ZEROS: _zeros,
    UNIT: _unit,
    INDEX: _index,
    IVERSON: _relation,
    ADD: _sum,
    MUL: _scaled,
    HAD: _entrywise,
    CHAIN: _chain,
    POW: _power,
    OVER: _over,
    TRANSPOSE: _transpose,
    TRACE: _trace,
    MATPOW: _matrix_power,
    SYMPOW: _symbolic_power,
    CONJ: _conjugate,
    CALL: _call,
    BLOCK: _block,
    SLICE: _slice,
}
