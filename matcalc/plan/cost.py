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
from matcalc.plan.flops import entries_moved, flops
from matcalc.plan.names import ENTRYWISE, LEAVES, VIEWS
from matcalc.plan.node import Axes, Node, extents, ordered, upright

CALL = 1000.0  # a call, in the units of one operation outside of products of matrices
STREAM = 0.06  # a byte read or written
FRESH = 0.03  # a byte of an array that is not computed in the place of another one
PRODUCT = 0.05  # an operation of a matrix product
SOLVE = 0.15  # an operation of a factorisation or a triangular solve
INVERSE = 0.25  # one of an inverse that is made from a factor
ENTRY = 5.0  # a function of an entry
LONG, MIDDLE, SHORT = 400, 200, 60


class Lengths:
    """Lengths of the dimensions of a graph, guessed but for those that are `known`."""

    def __init__(self, nodes: Iterable[Node], known: Mapping[str, int] | None = None) -> None:
        seen: dict[str, int] = {}
        nodes = list(nodes)
        for e in nodes:
            rank = _guess(e)
            for d, k in zip(e.shape, rank, strict=True):
                for name in names(d):
                    seen[name] = max(seen.get(name, 0), k)
        for e in nodes:
            if e.op == "inverse" and e.args[0].op == "add":  # as D + U Uᵀ is, whose side is that of the rows of U
                seen |= {name: LONG for name in names(e.shape[-1]) if seen[name] >= MIDDLE}
        self.lengths = {**seen, **(known or {})}

    def of(self, dim: Dim) -> int:
        """The length of one axis."""
        found = evaluate(dim, self.of_name)
        assert isinstance(found, int)
        return max(found, 1)

    def of_name(self, name: str) -> int:
        """The length that a name stands for."""
        return self.lengths.get(name, MIDDLE)

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


def time(roots: Sequence[Node], lengths: Lengths) -> float:
    """A guess at how long the named kernels of a plan take."""
    return sum(_kernel(e, lengths) for e in ordered(*roots))


def _kernel(e: Node, lengths: Lengths) -> float:
    """A call, what streams through memory, and operations."""
    if e.op in LEAVES or e.op in VIEWS:
        return 0.0
    call = CALL if e.shape or any(arg.shape for arg in e.args) else CALL / 5
    return call + 8 * STREAM * entries_moved(e).at(lengths.of_name) + _rate(e.op) * flops(e).at(lengths.of_name)


def _rate(op: str) -> float:
    """The time of one operation; that of sums and products of entries is the time of their operands."""
    if op.startswith(("mat", "vecmat")) or op in ("tensordot", "einsum"):
        return PRODUCT
    if op.endswith("_inverse"):
        return INVERSE
    if op in FACTORED or op.startswith(("cholesky_", "lu_", "symmetric_", "solve_", "hpd_")):
        return SOLVE
    return ENTRY if op in FUNCTIONS else 0.0


def unnamed(e: Node, lengths: Lengths) -> float:
    """The same guess for a node that has no kernel yet, a product of two arrays at most."""
    if e.op in LEAVES:
        return 0.0
    entries = lengths.entries(e.shape)
    moved = 8.0 * (entries + sum(lengths.entries(arg.shape) for arg in e.args)) * STREAM
    if e.op == "inverse":
        share = 2 / 3 if e.data in ("spd", "sym") else 4 / 3  # beyond the factors
        return CALL + share * lengths.of(e.shape[-1]) ** 3 * INVERSE + moved
    if e.op != "einsum":
        return CALL + moved + (0.0 if e.op in ("add", "reshape", "slice") else ENTRY * entries)
    if len(e.args) < 2:
        is_view = len({*e.data.out}) == len(e.data.out) and e.args and e.data.number == 1 and (
            {*e.data.out} >= {*e.data.specs[0]})
        return 0.0 if is_view else CALL + moved
    sizes = {x: lengths.of(d) for x, d in extents(e).items()}
    letters = {x for spec in e.data.specs for x in spec}
    work = prod((sizes[x] for x in letters), start=2.0)
    is_product = len(letters) > max(len(spec) for spec in e.data.specs) and letters - {*e.data.out}
    if not is_product:
        return CALL + moved + work / 4 + (0.0 if _has_place(e) else 8.0 * FRESH * entries)
    return CALL + moved + work * (SOLVE if any(arg.op == "inverse" for arg in e.args) else PRODUCT)


def _has_place(e: Node) -> bool:
    """Whether an operand has as many axes and was computed, so that the product may take its place."""
    return any(len(arg.shape) == len(e.shape) and upright(arg).op not in LEAVES for arg in e.args)


FACTORED = frozenset("cholesky hpd lu symmetric det logabsdet signdet inverse svd eigh".split())
FUNCTIONS = ENTRYWISE | frozenset("sqrt power hypot arctan2 call unspecified".split())
