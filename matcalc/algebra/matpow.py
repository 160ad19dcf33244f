"""Integer powers of square matrices, the inverse among them: (X Y)⁻¹ = Y⁻¹ X⁻¹ for square X, Y; (X')⁻¹ = (X⁻¹)'."""

from __future__ import annotations

from matcalc.algebra import calls, chains, flip, powers, products
from matcalc.algebra.atoms import eye, num
from matcalc.algebra.demands import note
from matcalc.algebra.sums import primitive
from matcalc.core.expr import ADD, CALL, CHAIN, EYE, MATPOW, MUL, ONES, ZEROS, Expr, node

EXPAND_AT_MOST = 64


def inverse(x: Expr) -> Expr:
    return matrix_power(x, -1)


def matrix_power(x: Expr, k: int) -> Expr:
    """X^k for an integer k and a square X (for a scalar its power)."""
    if x.is_scalar:
        return powers.power(x, num(k))
    if k == 0 or x.kind is EYE:
        return eye(x.shape[0])
    if k == 1:
        return x
    if k < 0:
        note(MATPOW, (x,), k, x.shape)
    if x.kind in (MUL, ADD):
        content, rest = primitive(x)
        if rest.kind is MUL or content != 1:
            scalars, matrix = (rest.args[:-1], rest.args[-1]) if rest.kind is MUL else ((), rest)
            outside = [powers.power(s, num(k)) for s in (num(content), *scalars)]
            return products.multiply(*outside, matrix_power(matrix, k))
    if x.kind is MATPOW:
        return matrix_power(x.args[0], x.data * k)
    if x.kind is ZEROS and k > 0:
        return x
    if x.kind is ONES and k > 0:  # (1 1')² = n 1 1'
        return products.multiply(matrix_power(products.dimension(x.shape[0]), k - 1), x)
    if x.kind is CHAIN:
        return _of_chain(x, k)
    return _of_atom(x, k)


def _of_atom(x: Expr, k: int) -> Expr:
    if chains.is_orthogonal(x) and k < 0:
        return matrix_power(flip.transpose(x), -k)
    if x.kind is CALL:
        for rewritten in calls.laws(x, node(MATPOW, (x,), k, x.shape)):
            return rewritten
    upright_x, flipped = flip.upright(x)
    if flipped:
        return flip.transpose(matrix_power(upright_x, k))
    return node(MATPOW, (x,), k, x.shape)


def _of_chain(x: Expr, k: int) -> Expr:
    """A product of square blocks is inverted block by block; a small positive power is multiplied out."""
    blocks = square_blocks(x)
    if len(blocks) > 1 and k < 0:
        inverted = products.multiply(*(matrix_power(b, -1) for b in reversed(blocks)))
        return matrix_power(inverted, -k)
    if k > 0 and k * len(x.args) <= EXPAND_AT_MOST:
        return products.multiply(*([x] * k))
    return _of_atom(x, k)


def square_blocks(x: Expr) -> list[Expr]:
    """The factors of a chain, grouped so that every group is as square as the chain itself."""
    blocks: list[Expr] = []
    group: list[Expr] = []
    for f in x.args:
        group.append(f)
        if f.shape[1] == x.shape[0]:
            blocks.append(products.multiply(*group))
            group = []
    return blocks
