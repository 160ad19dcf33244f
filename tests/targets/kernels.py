"""One entry for each kernel that targets spell: operands, the literal part, and what NumPy says the result is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import scipy.linalg as sla
import scipy.special as special

from matcalc.plan.names import ENTRYWISE
from matcalc.plan.node import Graph
from matcalc.plan.table import Table
from matcalc.plan.text import LackingError, Speller, Text
from matcalc.plan.variants import REPEATED

RNG = np.random.default_rng(3)
X, Y, Z = RNG.uniform(0.2, 0.9, (3, 4)), RNG.uniform(0.2, 0.9, (3, 4)), RNG.uniform(0.2, 0.9, (4, 2))
A, B = RNG.standard_normal((3, 3)), RNG.standard_normal((3, 2))
S = A @ A.T + np.eye(3)
L, U = np.linalg.cholesky(S), np.linalg.cholesky(S).T
v, w, u = RNG.uniform(0.2, 0.9, 3), RNG.uniform(0.2, 0.9, 3), RNG.uniform(0.2, 0.9, 4)
c, one, row1, col1 = np.array(0.7), np.array([0.4]), RNG.uniform(0, 1, (1, 4)), RNG.uniform(0, 1, (3, 1))
T, R = RNG.standard_normal((2, 3, 3)), RNG.standard_normal((2, 3, 4))
TAILS = ("erf", "erfc", "expit", "log_ndtr", "ndtr", "i0e", "i1e")  # asked far out on both sides
SPECIAL = {name: getattr(special, name) for name in (*TAILS, "erfcx", "psi", "gammaln", "gamma", "i0", "i1")}


class Entry(NamedTuple):
    """A kernel of operands, and the result."""

    op: str
    operands: tuple[Any, ...]
    want: Any
    data: Any = None


def entries() -> Iterator[Entry]:
    """Every kernel, for numbers, vectors and matrices where it may get each."""
    for name in sorted(ENTRYWISE):
        for x in (c, v, X):
            x = x + 1 if name == "arccosh" else x
            yield Entry(name, (x,), getattr(np, name)(x))
    for name, f in SPECIAL.items():
        for x in (c, v, X, *((-8 * v, 40 * v) if name in TAILS else (30 * v,))):
            yield Entry(name, (x,), f(x))
    for name, f in PAIRS.items():
        for a, b in ((c, 2 * c), (v, w), (v, c), (c, v), (X, Y), (X, c), (c, X)):
            yield Entry(name, (a, b), f(a, b))
    yield from _places()
    yield from _products()
    yield from _matrices()


PAIRS: dict[str, Callable[..., Any]] = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide, "power": np.power,
    "maximum": np.maximum, "minimum": np.minimum, "hypot": np.hypot, "arctan2": np.arctan2, "less": np.less,
    "less_equal": np.less_equal, "greater": np.greater, "greater_equal": np.greater_equal, "equal": np.equal,
    "not_equal": np.not_equal}


def _places() -> Iterator[Entry]:
    for x in (c, v, X):
        yield Entry("negate", (x,), -x)
        yield Entry("reciprocal", (x,), 1 / x)
    for test, a, b in ((v > w, c, 2 * c), (v > w, v, c), (v > w, c, v), (v > w, v, w), (X > Y, X, Y), (X > Y, c, Y),
                       (np.array(True), v, c), (np.array(False), X, Y), (np.array(False), X, c)):
        yield Entry("where", (test, a, b), np.where(test, a, b))
    yield Entry("fill", (c,), np.full(3, c))
    yield Entry("fill", (c,), np.full((3, 4), c))
    yield Entry("eye", (), np.eye(3))
    yield Entry("eye", (), np.eye(1))
    yield Entry("unit", (), np.eye(3)[1], 2)
    yield Entry("range", (), np.arange(2.0, 5.0), 2)
    for x, shape in ((c, (1, 1)), (v, (3, 1)), (v, (1, 3)), (u, (2, 2)), (X, (12,)), (X, (4, 3)), (row1, (4,)),
                     (col1, (3,)), (one, (1, 1)), (T, (2, 9)), (X, (3, 2, 2)), (col1, (3, 1, 1)), (v, (1, 3, 1))):
        yield Entry("reshape", (x,), x.reshape(shape))
    yield Entry("transpose", (X,), X.T)
    yield Entry("turn", (R,), R.transpose(1, 2, 0), (1, 2, 0))
    yield Entry("turn", (R,), R.transpose(2, 0, 1), (2, 0, 1))
    for x, places, want in ((u, ((1, 2),), u[1:3]), (u, ((2, None),), u[2]), (X, ((1, None), None), X[1]),
                            (X, (None, (2, None)), X[:, 2]), (X, ((1, 2), (0, 3)), X[1:3, :3]),
                            (X, ((1, None), (2, None)), X[1, 2]), (X, ((1, None), (1, 2)), X[1, 1:3]),
                            (X, ((1, 1), None), X[1:2]), (R, ((1, None), None, None), R[1])):
        yield Entry("slice", (x,), want, places)
    yield Entry("take", (u,), u[[0, 0, 1]], ((-1, 3),))
    yield Entry("take", (u,), u[[2, 3, 3]], ((2, 3),))
    yield Entry("take", (u,), u[3], ((7, None),))
    yield Entry("take", (X,), X[[1, 2, 2]], ((1, 3), None))
    yield Entry("take", (X,), X[0], ((-2, None), None))
    yield Entry("concat", (X, col1, row1, c.reshape(1, 1)), np.block([[X, col1], [row1, c.reshape(1, 1)]]), (2, 2))
    yield Entry("diagonal", (A,), np.diagonal(A))
    yield Entry("diagonal", (one.reshape(1, 1),), one)
    yield Entry("diagonal_matrix", (v,), np.diag(v))
    yield Entry("diagonal_matrix", (one,), np.diag(one))
    for x, d in ((A, v), (A, c), (one.reshape(1, 1), one), (one.reshape(1, 1), c)):
        yield Entry("add_diagonal", (x, d), x + np.diag(np.broadcast_to(d, len(x))))
    yield Entry("column", (v,), np.broadcast_to(v[:, None], (3, 4)))
    yield Entry("row", (u,), np.broadcast_to(u, (3, 4)))
    yield Entry("spread", (X,), np.broadcast_to(X[:, None, :], (3, 2, 4)), (1,))
    for name, f in (("sum", np.sum), ("prod", np.prod), ("max", np.max), ("min", np.min)):
        for x in (v, one, X, row1, col1):
            yield Entry(name, (x,), f(x), tuple(range(x.ndim)))
        for x in (X, row1, col1):
            yield Entry(name, (x,), f(x, axis=0), (0,))
            yield Entry(name, (x,), f(x, axis=1), (1,))
        yield Entry(name, (R,), f(R, axis=1), (1,))
        yield Entry(name, (R,), f(R, axis=(0, 2)), (0, 2))


def _products() -> Iterator[Entry]:
    yield Entry("trace", (A,), np.trace(A))
    yield Entry("dot", (v, w), v @ w)
    yield Entry("dot", (one, one), one @ one)
    yield Entry("inner", (X, Y), np.vdot(X, Y))
    yield Entry("inner", (row1, row1), np.vdot(row1, row1))
    yield Entry("outer", (v, u), np.outer(v, u))
    for x, y in ((X, u), (row1, u), (col1, one)):
        yield Entry("matvec", (x, y), x @ y)
        yield Entry("matmul", (x, y[:, None] * np.ones((1, 2))), x @ (y[:, None] * np.ones((1, 2))))
    for x, y in ((X, v), (row1, one), (col1, v)):
        yield Entry("vecmat", (x, y), y @ x)
    yield Entry("matmul", (X, Z), X @ Z)
    yield Entry("matmul_tn", (X, A), X.T @ A)
    yield Entry("matmul_nt", (X, Y), X @ Y.T)
    yield Entry("matmul_tt", (X, A), X.T @ A.T)
    yield Entry("row_inner", (X, Y), np.sum(X * Y, 1))
    yield Entry("column_inner", (X, Y), np.sum(X * Y, 0))
    yield Entry("matmul", (T, R), T @ R)
    yield Entry("tensordot", (R, Z), np.tensordot(R, Z, ((2,), (0,))), ((2,), (0,)))
    yield Entry("tensordot", (R, v), np.tensordot(R, v, ((1,), (0,))), ((1,), (0,)))
    yield Entry("tensordot", (R, R), np.tensordot(R, R, ((0, 1), (0, 1))), ((0, 1), (0, 1)))
    yield Entry("einsum", (R, T), np.einsum("ijk,ilj->ik", R, T), (((0, 1, 2), (0, 3, 1)), (0, 2)))


def _matrices() -> Iterator[Entry]:
    for x in (A, S, np.array([[0.4]])):
        yield Entry("inverse", (x,), np.linalg.inv(x))
        yield Entry("det", (x,), np.linalg.det(x))
        yield Entry("logabsdet", (x,), np.linalg.slogdet(x)[1])
        yield Entry("signdet", (x,), np.linalg.slogdet(x)[0])
    yield Entry("inverse", (T,), np.linalg.inv(T))
    yield Entry("det", (T,), np.linalg.det(T))
    yield Entry("logabsdet", (T,), np.linalg.slogdet(T)[1])
    yield Entry("cholesky", (S,), L)
    yield Entry("cholesky_logabsdet", (L,), np.linalg.slogdet(S)[1])
    yield Entry("cholesky_det", (L,), np.linalg.det(S))
    yield Entry("cholesky_inverse", (L,), np.linalg.inv(S))
    yield Entry("cholesky_inverse_trace", (L,), np.trace(np.linalg.inv(S)))
    for b in (v, B):
        yield Entry("cholesky_solve", (L, b), np.linalg.solve(S, b))
        for name, of in (("lower", L), ("upper", U)):
            yield Entry(f"solve_{name}", (of, b), sla.solve(of, b))
            yield Entry(f"solve_{name}_t", (of, b), sla.solve(of.T, b))
        yield Entry("lu lu_solve", (A, b), np.linalg.solve(A, b))
        yield Entry("lu lu_solve_t", (A, b), np.linalg.solve(A.T, b))
    yield Entry("lu lu_det", (A,), np.linalg.det(A))
    yield Entry("lu lu_logabsdet", (A,), np.linalg.slogdet(A)[1])
    for x in (A, A[[1, 0, 2]]):
        yield Entry("lu lu_signdet", (x,), np.linalg.slogdet(x)[0])
    yield Entry("lu lu_inverse", (A,), np.linalg.inv(A))


def spelled(entry: Entry, rows: Table) -> str:
    """The text of an entry in a target, its operands called a, b, d, g. Raises LackingError where there is none."""
    graph, speller = Graph(), Speller(rows, str)
    names = "abdg"[:len(entry.operands)]
    nodes = [graph.node("input", data=k, shape=np.shape(x)) for k, x in enumerate(entry.operands)]
    texts = [Text(name) for name in names]
    *first, op = entry.op.split()
    for factor in first:
        node = graph.node(factor, nodes[:1], None, nodes[0].shape)
        texts[0], nodes[0] = speller.spell(node, texts[:1]), node
    result = graph.node(op, nodes, entry.data, np.shape(entry.want))
    speller.repeated = {result: "whole"} if op in REPEATED else {}
    return speller.spell(result, texts).text


__all__ = ["Entry", "LackingError", "entries", "spelled"]
