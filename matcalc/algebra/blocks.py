"""Block matrices and their slices, transposes of each other: the adjoint of cutting out is embedding in zeros."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.algebra.leaves import eye, is_zero, num, ones, unit, zeros
from matcalc.algebra.make import MAKE
from matcalc.algebra.products import multiply
from matcalc.algebra.transposition import FLIP, flipped, marked, transpose
from matcalc.core.dims import Dim
from matcalc.core.expr import BLOCK, EYE, MUL, ONES, SLICE, Expr, node
from matcalc.core.parts import number_scalars_matrix


def block(rows: Sequence[Sequence[Expr]]) -> Expr:
    """The matrix made of `rows` of blocks; heights agree within a row, total widths between rows."""
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    height: Dim = 0
    for row in rows:
        height = height + row[0].shape[0]
    width: Dim = 0
    for b in rows[0]:
        width = width + b.shape[1]
    if all(is_zero(b) for row in rows for b in row):
        return zeros(height, width)
    args = tuple(b for row in rows for b in row)
    return node(BLOCK, args, tuple(len(row) for row in rows), (height, width))


def _rows(counts: Sequence[int], args: Sequence[Expr]) -> list[list[Expr]]:
    rest = iter(args)
    return [[next(rest) for _ in range(count)] for count in counts]


def block_rows(e: Expr) -> list[list[Expr]]:
    """The blocks of a block node, row by row."""
    return _rows(e.data, e.args)


def _flip_block(e: Expr) -> Expr:
    """Transpose block by block; rows of unequal make stay as they are under a transpose."""
    rows = block_rows(e)
    widths = [[b.shape[1] for b in row] for row in rows]
    if any(w != widths[0] for w in widths):
        return marked(e)
    return block([[flipped(row[j]) for row in rows] for j in range(len(widths[0]))])


def offsets(e: Expr) -> list[tuple[Dim, Dim]]:
    """Row and column at which each block of a block node starts."""
    places: list[tuple[Dim, Dim]] = []
    top: Dim = 0
    for row in block_rows(e):
        left: Dim = 0
        for b in row:
            places.append((top, left))
            left = left + b.shape[1]
        top = top + row[0].shape[0]
    return places


def slice_(x: Expr, row: Dim, rows: Dim, column: Dim, columns: Dim) -> Expr:
    """The part of `x` that starts at (row, column), counted from 0, and has `rows` × `columns` entries."""
    if (rows, columns) == x.shape:
        return x
    if is_zero(x):
        return zeros(rows, columns)
    if rows == 1 and isinstance(row, int) and x.shape[0] != 1:
        return slice_(multiply(transpose(unit(row + 1, x.shape[0])), x), 0, 1, column, columns)
    if columns == 1 and isinstance(column, int) and x.shape[1] != 1:
        return slice_(multiply(x, unit(column + 1, x.shape[1])), row, rows, 0, 1)
    if x.kind is EYE and (row, rows) == (column, columns):
        return eye(rows)
    if x.kind is ONES:
        return ones(rows, columns)
    if x.kind is MUL and not x.is_scalar:
        q, scalars, matrix = number_scalars_matrix(x)
        return multiply(num(q), *scalars, slice_(matrix, row, rows, column, columns))
    if x.kind is BLOCK:
        for b, (top, left) in zip(x.args, offsets(x), strict=True):
            if (top, left) == (row, column) and b.shape == (rows, columns):
                return b
    if x.kind is SLICE:
        return slice_(x.args[0], x.data[0] + row, rows, x.data[2] + column, columns)
    return node(SLICE, (x,), (row, rows, column, columns), (rows, columns))


def embed(x: Expr, row: Dim, column: Dim, shape: tuple[Dim, Dim]) -> Expr:
    """`x` inside a zero matrix of `shape`, at (row, column): the adjoint of `slice_`."""
    height, width = x.shape
    below, right = shape[0] + (row + height) * -1, shape[1] + (column + width) * -1
    grid = []
    for h, middle in ((row, False), (height, True), (below, False)):
        if h != 0:
            cells = ((column, False), (width, middle), (right, False))
            grid.append([x if here else zeros(h, w) for w, here in cells if w != 0])
    return block(grid)


MAKE.update({
    BLOCK: lambda counts, blocks: block(_rows(counts, blocks)),
    SLICE: lambda place, args: slice_(args[0], *place),
})
FLIP.update({
    BLOCK: _flip_block,
    SLICE: lambda e: slice_(flipped(e.args[0]), *e.data[2:], *e.data[:2]),
})
