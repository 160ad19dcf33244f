"""Computes graphs in any state, whatever passes they have been through: the last of them names kernels, NumPy runs
these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from matcalc.core.expr import Expr
from matcalc.numeric.evaluate import bind, call, silence, smooth
from matcalc.numeric.interpret import Machine
from matcalc.numeric.sizes import Sized, Sizes, size
from matcalc.plan.applying import Applying
from matcalc.plan.bracketing import Bracketing
from matcalc.plan.common_entries import CommonEntries
from matcalc.plan.contraction import Contraction
from matcalc.plan.cost import Lengths
from matcalc.plan.factor import Factoring
from matcalc.plan.flattening import flattened
from matcalc.plan.idioms import Idioms
from matcalc.plan.kernels import Kernels
from matcalc.plan.lower import Lowering
from matcalc.plan.lowrank import LowRank
from matcalc.plan.multiples import with_numbers
from matcalc.plan.node import Graph, Node, extents, ordered, rewritten
from matcalc.plan.outer import joined
from matcalc.plan.planning import Wanted, laid_out, trusted
from matcalc.plan.symmetry import Symmetry
from matcalc.plan.table import table

KERNELS = table("numpy").abilities
HAS = KERNELS.names.__contains__
PASSES = {  # each alone, with what has to come before it
    "as lowered": (),
    "low rank": ("lowrank",),
    "idioms": ("idioms",),
    "symmetry": ("symmetry",),
    "bracketing": ("bracketing",),
    "flattening": ("flattening",),
    "common entries": ("common entries",),
    "applying": ("applying",),
    "contraction": ("contraction",),
    "multiples": ("contraction", "multiples"),
    "factor": ("contraction", "factor"),
    "outer": ("contraction", "factor", "outer"),
    "all": ("lowrank", "idioms", "symmetry", "bracketing", "flattening", "common entries", "flattening",
            "applying", "contraction", "multiples", "factor", "outer"),
}


def lowered(exprs: Sequence[Expr], trusts: bool = False, flat: bool = False) -> tuple[Graph, list[Node]]:
    """The graph of several formulas, before any pass."""
    graph = Graph()
    known = Lowering(graph, flat)
    exprs = [trusted(e) if trusts else e for e in exprs]
    found = known.value(*exprs)
    return graph, [laid_out(known.values, v, Wanted(e)) for v, e in zip(found, exprs, strict=True)]


def passed(graph: Graph, roots: Sequence[Node], names: Sequence[str]) -> list[Node]:
    """The roots after some passes."""
    lengths = Lengths(ordered(*roots))
    known = {"lowrank": lambda r: LowRank(graph, lengths).rewritten(r),
             "applying": lambda r: Applying(graph, lengths, r).applied(),
             "contraction": lambda r: Contraction(graph, lengths).planned(r),
             "idioms": lambda r: Idioms(graph).named(Idioms(graph).shortened(r), HAS),
             "symmetry": lambda r: Symmetry(graph).halved(r),
             "bracketing": lambda r: Bracketing(graph).drawn_out(r),
             "flattening": lambda r: flattened(graph, r),
             "common entries": lambda r: CommonEntries(graph, r).drawn_out(),
             "multiples": lambda r: with_numbers(graph, r),
             "factor": lambda r: Factoring(graph, HAS).factored(r),
             "outer": lambda r: joined(graph, r, HAS)}
    for name in names:
        roots = known[name](roots)
    return list(roots)


def from_the_left(graph: Graph, roots: Sequence[Node]) -> list[Node]:
    """Every product of many factors two at a time, as they stand, and then its number: the plan of somebody who does
    not plan."""
    return rewritten(graph, roots, lambda e: _two_at_a_time(graph, e) if e.op == "einsum" and len(e.args) > 1 else None)


def _two_at_a_time(graph: Graph, e: Node) -> Node:
    lengths = extents(e)
    (found, *args), (own, *specs) = e.args, e.data.specs
    for k, (arg, spec) in enumerate(zip(args, specs, strict=True), 1):
        later = {*e.data.out, *(x for other in specs[k:] for x in other)}
        kept = tuple(x for x in dict.fromkeys((*own, *spec)) if x in later)
        found = graph.einsum(Fraction(1), [found, arg], [own, spec], kept, tuple(lengths[x] for x in kept))
        own = kept
    return graph.einsum(e.data.number, [found], [own], e.data.out, e.shape)


def guessed(graph: Graph, lengths: Lengths, roots: Sequence[Node]) -> float:
    """The guessed cost of all that is computed for the roots."""
    return Contraction(graph, lengths).price(graph.node("all", roots, None, ()))


def computed(graph: Graph, roots: Sequence[Node], values: Mapping[str, Any], sizes: Sizes) -> list[Any]:
    """The values of the roots, given those of the variables by name."""
    named = Kernels(graph).named(roots)
    order = ordered(*named)
    done = {e: np.reshape(values[e.data.name], [size(d, sizes) for d in e.shape]) for e in order if e.op == "input"}
    with silence():
        Machine(call, smooth).run(order, done, Sized(sizes))
    return [done[root] for root in named]


def by_name(values: Mapping[Expr, Any]) -> tuple[dict[str, Any], Sizes]:
    """Values of leaves by their names, and the sizes that they tell."""
    arrays, sizes = bind(values)
    return {leaf.data.name: value for leaf, value in arrays.items()}, sizes
