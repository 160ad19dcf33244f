"""Expressions as programs: lowered together, named by kernels once, computed at many points and of any sizes.

At the edge a scalar is a NumPy float, a matrix has two axes, a family those of its indices in front; inside an array
has no axis of length one. Kernels come as the formula has them: at small sizes no better order of products is worth
looking for, and an inverse that is formed shows where a matrix is close to a singular one. What is declared of
variables does not count: a derivative is checked in directions that leave a structure too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from matcalc.core.expr import TANGENT, VAR, Expr, givens
from matcalc.core.indices import Index
from matcalc.numeric.interpret import Machine
from matcalc.numeric.sizes import Sized, Sizes
from matcalc.plan.kernels import Kernels
from matcalc.plan.lower import Lowering
from matcalc.plan.members import key_of
from matcalc.plan.node import Axes, Graph, Node, ordered
from matcalc.records import NamedTuple

Letters = tuple[Index, ...]
Leaves = Mapping[Expr, Any]


@lru_cache(maxsize=4096)
def letters_of(free: frozenset[Index]) -> Letters:
    """Free indices in the order of the leading axes."""
    return tuple(sorted(free, key=lambda index: (index.name, str(index.size), str(index.low))))


class Programs:
    """Programs over one graph: what several of them have in common is lowered, and computed at a point, once."""

    def __init__(self, machine: Machine) -> None:
        graph = Graph()
        self.machine, self.kernels, self.lowering = machine, Kernels(graph), Lowering(graph, declared=False)
        self._known: dict[Expr, Node] = {}
        self._made: dict[tuple[Expr, ...], Program] = {}

    def program(self, *roots: Expr) -> Program:
        """The program that computes `roots`."""
        if roots not in self._made:
            self._made[roots] = self._program(roots)
        return self._made[roots]

    def _program(self, roots: tuple[Expr, ...]) -> Program:
        new = [e for e in dict.fromkeys(roots) if e not in self._known and not is_family(e)]
        values = self.lowering.values
        laid = []
        for e, value in zip(new, self.lowering.value(*new), strict=True):
            found = values.along(value, *([d] if d != 1 else [] for d in e.shape))
            laid.append(values.einsum(found, (*letters_of(e.free), *found.rows, *found.columns)))
        self._known |= zip(new, self.kernels.named(laid), strict=True)
        return Program(self.machine, roots, {e: self._known[e] for e in roots if not is_family(e)})


class Moving(NamedTuple):
    """What is computed again, and what of the rest is needed for it."""

    again: list[Node]
    fixed: list[Node]


class Program:
    """Computes the expressions `wanted`, which have the nodes `roots`; families are wanted as they are given."""

    def __init__(self, machine: Machine, wanted: Iterable[Expr], roots: Mapping[Expr, Node]) -> None:
        self.machine, self.roots = machine, roots
        self.order = ordered(*roots.values())
        given = {(e.data, e.shape): e for e in self.order if e.op == "input"}
        self.inputs = {leaf: given.get((key_of(leaf), shape_inside(leaf))) for leaf in givens(*wanted)}
        self.is_indexed = any(leaf.data.axes for leaf in self.inputs) or any(e.free for e in roots)
        self._lengths: tuple[Any, Sized] = (None, Sized({}))
        self._moving: dict[Any, Moving] = {}

    @cached_property
    def hidden(self) -> frozenset[Node]:
        """The nodes from which a condition chooses, and what only they need."""
        seen = {*self.roots.values()}
        for e in reversed(self.order):
            if e in seen:
                seen.update(e.args[:1] if e.op == "where" else e.args)
        return frozenset(e for e in self.order if e not in seen)

    def at(self, leaves: Leaves, sizes: Sizes, done: dict[Node, Any] | None = None) -> Run:
        """The program run at a point; what is `done` already stays."""
        run = Run(self, self.lengths(sizes), {} if done is None else done)
        run.given(leaves)
        self.machine.run(self.order, run.done, run.lengths, self.is_indexed)
        return run

    def lengths(self, sizes: Sizes) -> Sized:
        """The lengths of axes; those of the last sizes are remembered."""
        key = tuple(sizes.items())
        if self._lengths[0] != key:
            self._lengths = key, Sized(dict(sizes))
        return self._lengths[1]

    def moving(self, e: Expr, leaves: Iterable[Expr]) -> Moving:
        """What has to be computed for `e` again where these leaves change."""
        key = e, *leaves
        if key not in self._moving:
            moved = {self.inputs.get(leaf) for leaf in key[1:]}
            found: dict[Node, None] = {}
            for node in ordered(self.roots[e]):
                if node in moved or any(arg in found for arg in node.args):
                    found[node] = None
            again = [node for node in found if node not in moved]
            needed = dict.fromkeys(arg for node in [*again, self.roots[e]] for arg in (*node.args, node))
            self._moving[key] = Moving(again, [node for node in needed if node not in found and node not in moved])
        return self._moving[key]


class Run:
    """The values of a program at a point."""

    def __init__(self, program: Program, lengths: Sized, done: dict[Node, Any]) -> None:
        self.program, self.lengths, self.done = program, lengths, done
        self.families: dict[Expr, Any] = {}

    def given(self, leaves: Leaves) -> None:
        """Takes the values of leaves, as they are at the edge."""
        for leaf, e in self.program.inputs.items():
            if leaf in leaves:
                value = leaves[leaf]
                if is_family(leaf):
                    self.families[leaf] = value
                if e is not None:
                    self.done[e] = np.reshape(value, self.lengths.shape(e.shape)) if e.shape else _float(value)

    def again(self, e: Expr, leaves: Leaves) -> Any:
        """The value of `e` where these leaves have other values."""
        if is_family(e):
            return leaves.get(e, self.families[e])
        moving = self.program.moving(e, leaves)
        other = Run(self.program, self.lengths, {node: self.done[node] for node in moving.fixed})
        other.given(leaves)
        self.program.machine.run(moving.again, other.done, self.lengths, self.program.is_indexed)
        return other[e]

    def __contains__(self, e: Expr) -> bool:
        return e in self.program.roots or e in self.families

    def __getitem__(self, e: Expr) -> Any:
        """The value of a root."""
        if is_family(e):
            return self.families[e]
        value = self.done[self.program.roots[e]]
        if e.is_scalar and not e.free:
            return _float(value)
        return np.reshape(value, [self.lengths[d] for d in whole_shape(e)])

    @property
    def largest(self) -> float:
        """The largest number met on the way, not a number where one is none. Of what a condition chooses between only
        finite ones count: where it does not hold the others are not used."""
        hidden, roots = self.program.hidden, {*self.program.roots.values()}
        found = [0.0]
        for e in (e for e in self.program.order if e.op != "number" or e in roots):
            x = np.abs(self.done[e])
            if e in hidden:
                x = x[np.isfinite(x)]
            found.append(np.max(x, initial=0.0))
        return float(np.max(found))


def is_family(e: Expr) -> bool:
    """Whether it is a family as a whole."""
    return e.kind in (VAR, TANGENT) and bool(e.data.axes) and not e.data.refs


def _float(value: Any) -> Any:
    one = value if np.ndim(value) == 0 else np.asarray(value).item()
    return np.complex128(one) if np.iscomplexobj(one) else np.float64(one)


def shape_inside(leaf: Expr) -> Axes:
    """The axes of a variable or of a family, none of length one but for families of one."""
    return (*(axis.size for axis in leaf.data.axes), *(d for d in leaf.shape if d != 1))


def whole_shape(e: Expr) -> Axes:
    """The axes of the value of `e`: those of free indices, or of a family, then rows and columns."""
    return (*(index.size for index in letters_of(e.free)), *e.shape)
