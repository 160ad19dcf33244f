"""How many scalar operations each way of differentiating takes, counted on the formulas that are evaluated.

A node of a formula costs its additions, multiplications and evaluations of functions at the sizes given; shared nodes
count once. Copies of constants, transposes and blocks move numbers and cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod

from matcalc.algebra import num, substitute
from matcalc.calculus.adjoint import gradient
from matcalc.core.exponents import ends
from matcalc.core.expr import (
    ADD,
    CALL,
    CHAIN,
    EYE,
    HAD,
    IVERSON,
    MATPOW,
    MUL,
    OVER,
    POW,
    SYMPOW,
    TRACE,
    UNIT,
    Expr,
    Kind,
    postorder,
)
from matcalc.core.parts import exponent
from matcalc.numeric.sizes import Sizes, footprint, shape_of, size
from matcalc.rulebook.book import Rulebook
from matcalc.tracing.modes import BAR, Tangent, partial_formulas
from matcalc.tracing.tape import Line, Tape


@dataclass(frozen=True, slots=True)
class Count:
    """Scalar multiplications and divisions, additions and subtractions, and evaluations of functions."""

    multiplications: int = 0
    additions: int = 0
    functions: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.multiplications + other.multiplications, self.additions + other.additions,
                     self.functions + other.functions)

    def times(self, k: int) -> Count:
        """The operations of `k` such runs."""
        return Count(self.multiplications * k, self.additions * k, self.functions * k)

    @property
    def total(self) -> int:
        """All operations together."""
        return self.multiplications + self.additions + self.functions


def count(roots: Iterable[Expr], sizes: Sizes) -> Count:
    """The operations below `roots`, each shared node once."""
    return _total(_node(e, sizes) for e in postorder(*roots))


def _total(counts: Iterable[Count]) -> Count:
    total = Count()
    for c in counts:
        total += c
    return total


def _size(e: Expr, sizes: Sizes) -> int:
    return prod(shape_of(e.shape, sizes))


def _entries(v: Expr, sizes: Sizes) -> int:
    """The numbers in the value of a line, of all members of a family together."""
    return prod(shape_of(footprint(v), sizes))


def _node(e: Expr, sizes: Sizes) -> Count:
    """The operations of a node, once for each member where it depends on indices."""
    if e.kind not in _COSTS:
        return Count()
    return _COSTS[e.kind](e, sizes).times(prod(size(index.size, sizes) for index in e.free))


def _reduction(e: Expr, sizes: Sizes) -> Count:
    """A sum of n members is n − 1 additions, and a product as many multiplications; a maximum compares."""
    word, index = e.data
    steps = (size(index.size, sizes) - 1) * _size(e, sizes)
    return Count(additions=steps) if word == "sum" else Count(steps) if word == "prod" else Count()


def _scaled(e: Expr, sizes: Sizes) -> Count:
    """Scalars are multiplied first; a sign and a condition cost nothing."""
    args = [arg for arg in e.args if arg.kind is not IVERSON]
    scalars = sum(arg.is_scalar for arg in args) + (abs(e.data) != 1)
    matrices = len(args) - sum(arg.is_scalar for arg in args)
    return Count(max(scalars - 1, 0) + (_size(e, sizes) if matrices and scalars else 0))


def _chain(e: Expr, sizes: Sizes) -> Count:
    rows, total = shape_of(e.args[0].shape, sizes)[0], Count()
    for factor in e.args[1:]:
        inner, columns = shape_of(factor.shape, sizes)
        if factor.kind not in (UNIT, EYE):
            total += Count(rows * inner * columns, rows * (inner - 1) * columns)
    return total


def _power(e: Expr, sizes: Sizes) -> Count:
    """x² is a product, 1/x a division, other powers are functions."""
    cheap = exponent(e) in (2, -1)
    return Count(_size(e, sizes)) if cheap else Count(functions=_size(e, sizes))


def _call(e: Expr, sizes: Sizes) -> Count:
    """Entry by entry one evaluation each; a function of a square matrix is counted like a factorisation, n³."""
    entries = max(_size(e, sizes), *(_size(arg, sizes) for arg in e.args))
    square = any(arg.is_square and not arg.is_scalar for arg in e.args) and e.data.form == "function"
    if square:
        return Count(shape_of(e.args[0].shape, sizes)[0] ** 3)
    if e.data.form == "linear":
        return Count()
    return Count(functions=entries)


def _symbolic_power(e: Expr, sizes: Sizes) -> Count:
    """As many products as the largest exponent says; one where nobody knows it."""
    found = ends(e.args[1])
    times = size(found.highest, sizes) - 1 if found is not None else 1
    return Count(shape_of(e.shape, sizes)[0] ** 3 * max(1, times))


_COSTS: dict[Kind, Callable[[Expr, Sizes], Count]] = {
    ADD: lambda e, sizes: Count(additions=(len(e.args) - 1) * _size(e, sizes)),
    MUL: _scaled,
    HAD: lambda e, sizes: Count((len(e.args) - 1) * _size(e, sizes)),
    CHAIN: _chain,
    POW: _power,
    MATPOW: lambda e, sizes: Count(shape_of(e.shape, sizes)[0] ** 3 * max(1, abs(e.data) - 1)),
    SYMPOW: _symbolic_power,
    TRACE: lambda e, sizes: Count(additions=shape_of(e.args[0].shape, sizes)[0] - 1),
    CALL: _call,
    OVER: _reduction,
}


def evaluation(tape: Tape, sizes: Sizes) -> Count:
    """What the values of all lines cost."""
    return _total(count([line.expr], sizes) for line in tape.lines if not line.is_input)


def forward_sweep(tangents: Iterable[Tangent], sizes: Sizes) -> Count:
    """One direction: what the tangents cost beyond the values."""
    return _total(count([t.formula], sizes) for t in tangents if not t.line.is_input)


def reverse_sweep(tape: Tape, sizes: Sizes, wrt: Iterable[Expr]) -> Count:
    """What the adjoints of everything between the result and `wrt` cost beyond the values."""
    lines = tape.between(wrt)
    total, uses = Count(), dict.fromkeys((line.v for line in lines), 0)
    for line in (line for line in lines if not line.is_input):
        one = {tape.member(line.v, BAR): num(1)} if line.v is tape.result else {}
        for p, formula in partial_formulas(tape, line).items():
            if p in uses:
                total += count([substitute(formula, one)], sizes)
                uses[p] += 1
    return total + Count(additions=sum((times - 1) * _entries(v, sizes) for v, times in uses.items() if times > 1))


def symbolic(f: Expr, wrt: Iterable[Line], sizes: Sizes, shared: bool, book: Rulebook) -> Count:
    """The formulas of all partial derivatives as they stand: each by itself, or with common parts computed once."""
    found = [gradient(f, line.expr, book, line.letters) for line in wrt]
    return count(found, sizes) if shared else _total(count([g], sizes) for g in found)


def table(tape: Tape, f: Expr, wrt: list[Expr], sizes: Sizes,
          sweep: Callable[[Expr], list[Tangent]]) -> list[tuple[str, str, Count]]:
    """(way, what it does, count) for the gradient by `wrt`; `sweep(v)` gives the tangents along one entry of v."""
    inputs = [line for line in tape.inputs if line.expr in wrt]
    entries = sum(_entries(line.v, sizes) for line in inputs)
    value = evaluation(tape, sizes)
    tangents = _total(forward_sweep(sweep(line.v), sizes).times(_entries(line.v, sizes)) for line in inputs)
    ends = Count(additions=1, multiplications=1)
    return [
        ("value", "the trace once", value),
        ("reverse mode", "the trace, then one sweep back", value + reverse_sweep(tape, sizes, [i.v for i in inputs])),
        ("forward mode", f"the trace, then {entries} sweep{'s' * (entries != 1)}", value + tangents),
        ("symbolic, each partial", "each formula by itself", symbolic(f, inputs, sizes, False, tape.book)),
        ("symbolic, shared", "common parts once", symbolic(f, inputs, sizes, True, tape.book)),
        ("forward differences", f"{entries + 1} evaluations", value.times(entries + 1) + ends.times(entries)),
        ("central differences", f"{2 * entries} evaluations", value.times(2 * entries) + ends.times(entries)),
    ]
