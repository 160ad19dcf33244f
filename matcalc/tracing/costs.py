"""What the value and the gradient of a trace cost as a program: operations and memory as the formulas stand, and as
they are planned."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from matcalc.calculus.adjoint import gradient
from matcalc.core.expr import Expr
from matcalc.numeric.sizes import Sizes, size
from matcalc.plan import explained, memory
from matcalc.plan.flops import flops
from matcalc.plan.node import Node, ordered
from matcalc.plan.planning import Plan, Wanted, plan
from matcalc.records import NamedTuple
from matcalc.stability.stable import stable
from matcalc.targets import target_named
from matcalc.tracing.tape import Tape

BYTES = 8


class Cost(NamedTuple):
    """Floating-point operations, and the most bytes that intermediate results and results take at one time."""

    flops: int
    bytes: int


def costs(tape: Tape, f: Expr, wrt: Sequence[Expr], sizes: Sizes) -> tuple[Cost, Cost]:
    """Of one function for the value and the gradient by all of `wrt`: before the passes, and after them."""
    inputs = tape.inputs
    roots = [f, *(gradient(f, line.expr, tape.book, line.letters) for line in inputs if line.expr in wrt)]
    has = target_named("numpy").rows.abilities
    planned = plan([Wanted(stable(e, tape.book)) for e in roots], [line.expr for line in inputs], has, trusts=True,
                   sizes=sizes)

    def length(name: str) -> int:
        return sizes[name]

    before = Cost(explained.as_written(roots).flops.at(length), BYTES * memory.as_written(roots, length))
    return before, _after(planned, sizes)


def _after(planned: Plan, sizes: Sizes) -> Cost:
    def entries(e: Node) -> int:
        return prod(size(d, sizes) for d in e.shape)

    operations = sum(flops(e).at(lambda name: sizes[name]) for e in ordered(*planned.roots))
    return Cost(operations, BYTES * memory.of_plan(planned.roots, entries))
