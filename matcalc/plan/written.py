"""What a formula costs as it stands, before any pass: products from the left to the right, inverses formed, all
matrices filled in, each function by itself. A sub-expression that occurs twice is computed once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from matcalc.algebra.make import rebuild
from matcalc.core.exponents import ends
from matcalc.core.expr import (
    ADD,
    CALL,
    CHAIN,
    HAD,
    LEAVES,
    MATPOW,
    MUL,
    NUM,
    OVER,
    POW,
    SYMPOW,
    TRACE,
    TRANSPOSE,
    VAR,
    Expr,
    Variable,
    node,
    postorder,
)
from matcalc.plan.amount import Amount, product
from matcalc.plan.flops import NOTHING, entries_moved, flops
from matcalc.plan.node import ordered
from matcalc.plan.planning import Wanted, plan
from matcalc.records import NamedTuple

VIEWS = (NUM, TRANSPOSE)


class Step(NamedTuple):
    """One array: its entries, the operations that make it, and the entries that these read and write."""

    entries: Amount
    flops: Amount = NOTHING
    moved: Amount = NOTHING


def steps(roots: Iterable[Expr]) -> dict[Expr, list[Step]]:
    """For each node the arrays that are made on the way to its value, operands first."""
    return {e: [_of_members(e, _with_parts(e, step)) for step in _made(e)] for e in postorder(*roots)}


def _with_parts(e: Expr, step: Step) -> Step:
    """Of complex arrays both parts are moved."""
    return step._replace(moved=step.moved * 2) if e.complex else step


def _of_members(e: Expr, step: Step) -> Step:
    """Once for each member where it depends on indices."""
    times = product(index.size for index in e.free)
    return Step(*(part * times for part in step))


def _entries(e: Expr) -> Amount:
    return product(e.shape)


def _made(e: Expr) -> Iterator[Step]:
    if e.kind in VIEWS or e.kind in LEAVES:
        if e.kind not in (*VIEWS, VAR) and not e.is_scalar:
            yield Step(_entries(e), moved=_entries(e))
    elif e.kind is CHAIN:
        yield from _chain(e)
    elif e.kind is CALL:
        yield _call(e)
    else:
        yield _one(e)


def _chain(e: Expr) -> Iterator[Step]:
    """Factor by factor, from the left."""
    rows, inner = e.args[0].shape
    for factor in e.args[1:]:
        made, columns = product((rows, factor.shape[1])), factor.shape[1]
        yield Step(made, made * product([inner]) * 2, made + product((rows, inner)) + _entries(factor))
        inner = columns


def _one(e: Expr) -> Step:
    """Operations entry by entry, sums over indices, whole powers of matrices, traces."""
    made = _entries(e)
    read = NOTHING
    for arg in dict.fromkeys(e.args):
        read = read + _entries(arg) * (product([e.data[1].size]) if e.kind is OVER else 1)
    if e.kind is MATPOW:
        return Step(made, product((*e.shape, e.shape[0])) * 2 * max(1, abs(e.data) - 1 + (e.data < 0)), made + read)
    if e.kind is SYMPOW:
        last = ends(e.args[1])
        factors = (*e.shape, e.shape[0], 1 if last is None else last.highest)
        return Step(made, product(factors) * 2, made + read)
    if e.kind is TRACE:
        return Step(made, product(e.args[0].shape[:1]), made + read)
    if e.kind is OVER:
        return Step(made, made * product([e.data[1].size]), made + read)
    times = len(e.args) - 1 if e.kind in (ADD, HAD) else max(len(e.args) - (e.data in (1, -1)), 0) if e.kind is MUL \
        else e.kind is POW
    return Step(made, made * int(times), made + read)


def _call(e: Expr) -> Step:
    """A function, planned alone, of arguments of which nothing is known but what it demands."""
    def plain(k: int, arg: Expr) -> Expr:
        param = e.data.params[k] if k < len(e.data.params) else None
        if arg.kind is NUM or (param is not None and param.kind != "value"):
            return arg
        props = frozenset(param.props) if param is not None else frozenset()
        return node(VAR, (), Variable(f"argument {k}", props), arg.shape)

    inputs = [plain(k, arg) for k, arg in enumerate(e.args)]
    alone = rebuild(e, inputs)
    kernels = ordered(*plan([Wanted(alone)], [x for x in inputs if x.kind is VAR]).roots)
    found = Step(_entries(e))
    for kernel in kernels:
        found = Step(found.entries, found.flops + flops(kernel), found.moved + entries_moved(kernel))
    return found
