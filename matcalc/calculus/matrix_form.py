"""The matrix of a linear operation on vec: vec(L[dX]) = J vec(dX), read off the differential.

Each linear operation states its matrix; their product along the graph is the Jacobian. With columns stacked, a product
A M B has the matrix B' ⊗ A, which is A alone where M is a column, so a form without ⊗ appears by itself where one
exists. With rows stacked it is A ⊗ B'.
"""

from __future__ import annotations

from collections.abc import Callable

from matcalc.algebra import add, apply, eye, hadamard, multiply, num, size, transpose, zeros
from matcalc.algebra.blocks import embed, offsets
from matcalc.algebra.indexed import insight
from matcalc.algebra.make import instantiate
from matcalc.calculus.adjoint import varying
from matcalc.calculus.differential import NoDifferentialError
from matcalc.calculus.gathering import Arrivals
from matcalc.core.dims import Dim
from matcalc.core.expr import ADD, BLOCK, CALL, CHAIN, HAD, MUL, OVER, SLICE, TRACE, TRANSPOSE, Expr, Kind, whole
from matcalc.core.indices import Index
from matcalc.options import Vec
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook

Parts = list[tuple[Expr, Expr]]


def length(e: Expr) -> Dim:
    """The number of entries, which is the length of vec(e)."""
    return e.shape[0] * e.shape[1]


def commutation(m: Dim, n: Dim, book: Rulebook) -> Expr:
    """K(m,n) with K(m,n) vec(X) = vec(X') for X m×n; the identity for vectors."""
    return eye(m * n) if 1 in (m, n) else apply(book.core("commutation"), size(m), size(n))


class Stacking(NamedTuple):
    """How a matrix becomes a vector: column by column, as is usual, or row by row."""

    book: Rulebook
    by_row: bool = False

    def vec(self, e: Expr) -> Expr:
        """The entries of `e` as one column."""
        if 1 in e.shape:
            return e if e.shape[1] == 1 else transpose(e)
        return apply(self.book.core("vec"), transpose(e) if self.by_row else e)

    def product(self, before: Expr, after: Expr) -> Expr:
        """The matrix of M ↦ before · M · after."""
        left, right = (before, transpose(after)) if self.by_row else (transpose(after), before)
        return apply(self.book.core("kron"), left, right)

    def transposition(self, m: Dim, n: Dim) -> Expr:
        """The matrix of M ↦ M' for M m×n."""
        return commutation(n, m, self.book) if self.by_row else commutation(m, n, self.book)

    def stated(self, matrix: Expr, before: Expr, after: Expr) -> Expr:
        """A matrix that a rule states for columns, for a map from the shape of `before` to that of `after`."""
        if not self.by_row:
            return matrix
        behind, front = (commutation(*e.shape, self.book) for e in (before, after))
        return multiply(front, matrix, transpose(behind))


def matrix_form(linear: Expr, dx: Expr, book: Rulebook, vec: Vec = "col", target: tuple[Index, ...] = ()) -> Expr:
    """J of shape (len vec L, len vec dX), for a `linear` expression L[dX].

    For the tangent of a family it is the matrix of what is linear in its member at the indices `target`.
    Raises NoDifferentialError where an operation states no matrix.
    Source: Magnus & Neudecker (2019) 2.4: vec(A M B) = (B' ⊗ A) vec(M).
    """
    stacking = Stacking(book, vec == "row")
    seen = insight(linear, varying=True)
    arriving = Arrivals(seen)
    arriving.put(linear, [eye(length(linear))])
    for e in reversed(seen.nodes):
        if e.varies and e.args and e in arriving:
            left = arriving.take(e)
            parts = [(seen.inner[e][1], eye(length(e)))] if e.kind is OVER else _MATRICES[e.kind](e, stacking)
            for arg, matrix in parts:
                arriving.put(arg, [_product(left, matrix, 1 in arg.shape and 1 not in e.shape)], e)
    leaves = [e for e in seen.nodes if whole(e) is dx]
    return arriving.gathered(leaves, target).get(dx, zeros(length(linear), length(dx)))


def _product(left: Expr, matrix: Expr, collapses: bool) -> Expr:
    """left · matrix, term by term where a matrix is made of a vector: there each term may lose its ⊗."""
    if not collapses or left.kind is not ADD:
        return multiply(left, matrix)
    return add(*(multiply(term, matrix) for term in left.args))


def _sum(e: Expr, _: Stacking) -> Parts:
    return [(term, eye(length(e))) for term in e.args if term.varies]


def _scaled(e: Expr, s: Stacking) -> Parts:
    i = varying(e)
    rest = multiply(num(e.data), *e.args[:i], *e.args[i + 1:])
    return [(e.args[i], s.vec(rest) if e.args[i].is_scalar else multiply(rest, eye(length(e))))]


def _chain(e: Expr, s: Stacking) -> Parts:
    i = varying(e)
    m = e.args[i]
    before = multiply(*e.args[:i]) if i else eye(m.shape[0])
    after = multiply(*e.args[i + 1:]) if i + 1 < len(e.args) else eye(m.shape[1])
    return [(m, s.product(before, after))]


def _hadamard(e: Expr, s: Stacking) -> Parts:
    i = varying(e)
    return [(e.args[i], apply(s.book.core("diag"), s.vec(hadamard(*e.args[:i], *e.args[i + 1:]))))]


def _trace(e: Expr, s: Stacking) -> Parts:
    """tr(A M B) = vec((B A)')' vec(M)."""
    inside = e.args[0]
    if inside.kind is not CHAIN:
        return [(inside, transpose(s.vec(eye(inside.shape[0]))))]
    i = varying(inside)
    around = [*inside.args[i + 1:], *inside.args[:i]]
    return [(inside.args[i], transpose(s.vec(transpose(multiply(*around)))))]


def _transpose(e: Expr, s: Stacking) -> Parts:
    return [(e.args[0], s.transposition(*e.args[0].shape))]


def _selector(start: Dim, count: Dim, total: Dim) -> Expr:
    """[0 I 0], which cuts `count` rows out of `total`."""
    return embed(eye(count), 0, start, (count, total))


def _slice(e: Expr, s: Stacking) -> Parts:
    row, rows, column, columns = e.data
    x = e.args[0]
    return [(x, s.product(_selector(row, rows, x.shape[0]), transpose(_selector(column, columns, x.shape[1]))))]


def _block(e: Expr, s: Stacking) -> Parts:
    parts = []
    for b, (top, left) in zip(e.args, offsets(e), strict=True):
        if b.varies:
            down = transpose(_selector(top, b.shape[0], e.shape[0]))
            parts.append((b, s.product(down, _selector(left, b.shape[1], e.shape[1]))))
    return parts


def _call(e: Expr, s: Stacking) -> Parts:
    i = varying(e)
    function = e.data
    field = function.field_for("matrix", i)
    if field not in function.fields:
        raise NoDifferentialError(e, f"no matrix for the linear operation {function.name}")
    return [(e.args[i], s.stated(instantiate(function, field, e.args), e.args[i], e))]


_MATRICES: dict[Kind, Callable[[Expr, Stacking], Parts]] = {
    ADD: _sum,
    MUL: _scaled,
    CHAIN: _chain,
    HAD: _hadamard,
    TRACE: _trace,
    TRANSPOSE: _transpose,
    SLICE: _slice,
    BLOCK: _block,
    CALL: _call,
}
