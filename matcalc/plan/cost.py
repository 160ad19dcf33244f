"""A guess at the time of kernels.

Plans are compared at lengths that are guessed, where dimensions are names of which nobody says how long they are: a
side of a square matrix that is factored or declared is taken to be long, the columns of a rectangular matrix short. It
weighs a product of matrices, which runs in the cache, and what streams through memory, and counts the time that a call
takes at all (figures of one core of a server of 2024; only their ratios matter).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod

from matcalc.core.dims import Dim, evaluate, names
from matcalc.plan.node import Axes, Node, ordered

CALL = 1000.0  # a call, in the units of one operation outside of products of matrices
STREAM = 0.06  # a byte read or written
PRODUCT = 0.05  # an operation of a matrix product
SOLVE = 0.08  # an operation of a triangular solve
LONG, MIDDLE, SHORT = 400, 200, 60


class Lengths:
    """Lengths of the dimensions of a graph, guessed but for those that are `known`."""

    def __init__(self, nodes: Iterable[Node], known: Mapping[str, int] | None = None) -> None:
        seen: dict[str, int] = {}
        for e in nodes:
            rank = _guess(e)
            for d, k in zip(e.shape, rank, strict=True):
                for name in names(d):
                    seen[name] = max(seen.get(name, 0), k)
        self.lengths = {**seen, **(known or {})}

    def of(self, dim: Dim) -> int:
        """The length of one axis."""
        found = evaluate(dim, lambda name: self.lengths.get(name, MIDDLE))
        assert isinstance(found, int)
        return max(found, 1)

    def entries(self, shape: Axes) -> float:
        """How many entries an array has."""
        return prod(map(self.of, shape), start=1.0)


def _guess(e: Node) -> tuple[int, ...]:
    """How long the axes of an array are taken to be."""
    if e.op != "input" or len(e.shape) < 2:
        return (MIDDLE if e.op == "input" else SHORT,) * len(e.shape)
    if e.shape[-1] == e.shape[-2]:
        return (LONG,) * len(e.shape)
    return (*(LONG,) * (len(e.shape) - 2), MIDDLE, SHORT)


FACTORED = frozenset("cholesky lu symmetric det logabsdet signdet inverse".split())
VIEWS = frozenset("input number size constant transpose column row reshape turn spread".split())


def time(roots: Sequence[Node], lengths: Lengths) -> float:
    """A guess at how long kernels take."""
    total = 0.0
    for e in ordered(*roots):
        if e.op not in VIEWS:
            entries = lengths.entries(e.shape)
            moved = 8.0 * (entries + sum(lengths.entries(arg.shape) for arg in e.args)) * STREAM
            inner = max((lengths.of(d) for arg in e.args for d in arg.shape), default=1)
            is_product = e.op.startswith(("mat", "vecmat")) or e.op in ("tensordot", "einsum")
            is_factor = e.op in FACTORED or ("_" in e.op and e.op.startswith(("cholesky", "lu", "symmetric", "solve")))
            work = 2.0 * entries * inner * PRODUCT if is_product else entries * inner * SOLVE if is_factor else \
                5.0 * entries if e.op not in CHEAP else 0.0
            total += CALL * (1.0 if e.shape or (e.args and any(arg.shape for arg in e.args)) else 0.2) + moved + work
    return total


CHEAP = frozenset("add subtract multiply negate divide dot inner outer sum fill eye add_diagonal".split())
