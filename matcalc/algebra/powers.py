"""Powers: of scalars and entries where (x^a)^b = x^(ab) is true for real numbers, and whole ones of square matrices.

The inverse is among the latter: (X Y)⁻¹ = Y⁻¹ X⁻¹ for square X, Y; (X')⁻¹ = (X⁻¹)'. A power whose exponent is no number
is one of its own kind; its exponent is 0 at least, for X^(−k) is (X⁻¹)^k.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import isqrt

from matcalc.algebra import products
from matcalc.algebra.addition import negate, primitive, scaled
from matcalc.algebra.conjugation import adjoint, is_real
from matcalc.algebra.demands import note
from matcalc.algebra.facts import is_nonnegative, is_orthogonal
from matcalc.algebra.laws import laws
from matcalc.algebra.leaves import ONE, SCALAR, ZERO, eye, num, ones
from matcalc.algebra.make import MAKE
from matcalc.algebra.transposition import FLIP, flipped, marked, transpose, upright
from matcalc.core.exponents import ends, is_never_negative
from matcalc.core.expr import (
    ADD,
    CALL,
    CHAIN,
    CONST,
    EYE,
    HAD,
    IVERSON,
    MATPOW,
    MUL,
    NUM,
    ONES,
    POW,
    SYMPOW,
    ZEROS,
    Expr,
    Kind,
    node,
)
from matcalc.core.parts import is_binary, number_scalars_matrix
from matcalc.limits import BITS

_MOST_FACTORS = 64


def power(base: Expr, exponent: Expr) -> Expr:
    """base^exponent for a scalar base, base.^exponent for a matrix; the exponent is a scalar."""
    if exponent is ONE:
        return base
    if exponent is ZERO or base.kind is ONES or base is ONE:
        return ones(*base.shape)
    if exponent.kind is not NUM or exponent.data < 0 or exponent.data.denominator > 1:
        note(POW, (base, exponent), None, base.shape)
    if base.kind in (ZEROS, EYE) and exponent.kind is NUM and exponent.data > 0:
        return base
    if base.kind is CALL:
        for rewritten in _by_law(base, exponent):
            return rewritten
    if is_binary(exponent) and base.kind is POW and is_binary(base.args[1]):
        return power(base.args[0], products.multiply(base.args[1], exponent))
    if exponent.kind is not NUM:
        return _symbolic(base, exponent)
    handler = _BY_BASE.get(base.kind)
    return handler(base, exponent.data) if handler else _plain(base, exponent.data)


def _by_law(base: Expr, exponent: Expr) -> Iterator[Expr]:
    """A power of a call by a law for it; an even one by a law for the square: |X|.^-4 = X.^-4."""
    yield from laws(base, node(POW, (base, exponent), None, base.shape))
    if exponent.kind is NUM and exponent.data % 2 == 0 and exponent.data != 2:
        for square in laws(base, node(POW, (base, num(2)), None, base.shape)):
            yield power(square, num(exponent.data / 2))


def _plain(base: Expr, q: Fraction) -> Expr:
    return base if q == 1 else node(POW, (base, num(q)), None, base.shape)


def _symbolic(base: Expr, exponent: Expr) -> Expr:
    if base.kind is POW and base.args[1].kind is not NUM and is_nonnegative(base.args[0]):
        return power(base.args[0], products.multiply(base.args[1], exponent))
    return node(POW, (base, exponent), None, base.shape)


def _of_number(base: Expr, q: Fraction) -> Expr:
    """Integer powers are exact; of a root, the part that is a perfect power leaves it."""
    value: Fraction = base.data
    if value == 0:
        return base if q > 0 else _plain(base, q)
    if q.denominator == 1:
        return num(value**q.numerator) if abs(q) * _bits(value) <= BITS else _plain(base, q)
    if value < 0:
        return _plain(base, q)
    outside, inside = _split_root(value, q.denominator)
    if inside == 1:
        return num(outside**q.numerator)
    whole = q.numerator // q.denominator
    rest = _plain(num(inside), q - whole)
    factor = outside**q.numerator * inside**whole
    return rest if factor == 1 else node(MUL, (rest,), factor, SCALAR)


def _of_constant(base: Expr, q: Fraction) -> Expr:
    """i² = −1; no power of π is a number."""
    if not base.complex or q.denominator > 1:
        return _plain(base, q)
    half, odd = divmod(q.numerator, 2)
    return scaled(base if odd else ONE, (-1) ** (half % 2))


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _split_root(value: Fraction, degree: int) -> tuple[Fraction, Fraction]:
    """value = outside^degree · inside with no small perfect power left inside."""
    outside, inside = Fraction(1), value
    for part, sign in ((value.numerator, 1), (value.denominator, -1)):
        root = _integer_root(part, degree)
        outside *= Fraction(root) ** sign
        inside /= Fraction(root) ** (sign * degree)
    return outside, inside


def _integer_root(n: int, degree: int) -> int:
    """The largest r found with r^degree dividing n: exact for perfect powers, trial division below 100 otherwise."""
    guess = isqrt(n) if degree == 2 else round(float(n) ** (1 / degree)) if n < 1 << 60 else 1
    if guess**degree == n:
        return guess
    root = 1
    for r in range(2, 100):
        while n % r**degree == 0:
            n //= r**degree
            root *= r
    return root


def _of_power(base: Expr, q: Fraction) -> Expr:
    """(x^a)^q: a root of an even power is a power of |x|, unless x is known not to be negative."""
    inner, a = base.args
    if a.kind is not NUM:
        if q.denominator == 1 or is_nonnegative(inner):
            return power(inner, products.multiply(a, num(q)))
        return _plain(base, q)
    product = a.data * q
    if q.denominator > 1 and not is_real(inner) and not is_nonnegative(inner):  # (z³)^(1/3) is another root than z
        return _plain(base, q)
    needed = a.data % 2 == 0 and product % 2 and q.denominator > 1  # x^a has a value below 0, x^(aq) none or another
    return _plain(base, q) if needed and not is_nonnegative(inner) else power(inner, num(product))


def _of_product(base: Expr, q: Fraction) -> Expr:
    """(c s M)^q: an integer power goes to every factor, a root only to factors that are known not to be negative."""
    if q.denominator == 1:
        outside = [power(factor, num(q)) for factor in base.args]
        return products.multiply(_of_number(num(base.data), q), *outside)
    split, left = _split_root(abs(base.data), q.denominator)
    pulled = [f for f in base.args if is_nonnegative(f)]
    kept = [f for f in base.args if not is_nonnegative(f)]
    if base.data < 0 and not kept:  # the root of −c, of c ≥ 0, has a value at c = 0, that of −1 has none
        kept, pulled = pulled, []
    inside = products.multiply(num(left if base.data > 0 else -left), *kept)
    root = power(inside, num(q)) if pulled or split != 1 else _plain(base, q)
    return products.multiply(num(split**q.numerator), *(power(f, num(q)) for f in pulled), root)


def _of_hadamard(base: Expr, q: Fraction) -> Expr:
    if q.denominator == 1:
        return products.hadamard(*(power(f, num(q)) for f in base.args))
    pulled = [power(f, num(q)) for f in base.args if is_nonnegative(f)]
    kept = [f for f in base.args if not is_nonnegative(f)]
    if not pulled:
        return _plain(base, q)
    return products.hadamard(*pulled, *([power(products.hadamard(*kept), num(q))] if kept else []))


def _of_sum(base: Expr, q: Fraction) -> Expr:
    """The content of a sum leaves an integer power, its perfect part leaves a root."""
    content, rest = primitive(base)
    if q.denominator == 1:
        return products.multiply(num(content**q.numerator), _plain(rest, q))
    split, left = _split_root(abs(content), q.denominator)
    inside = products.multiply(num(left if content > 0 else -left), rest)
    return products.multiply(num(split**q.numerator), _plain(inside, q))


def _of_chain(base: Expr, q: Fraction) -> Expr:
    """(u 1')^q entry by entry is u^q 1': equal columns stay equal."""
    if not base.is_scalar and products.ends_in_ones(base):
        *before, row = base.args
        return products.multiply(power(products.multiply(*before), num(q)), row)
    if not base.is_scalar and products.starts_with_ones(base):
        column, *behind = base.args
        return products.multiply(column, power(products.multiply(*behind), num(q)))
    return _plain(base, q)


_BY_BASE: dict[Kind, Callable[[Expr, Fraction], Expr]] = {
    CHAIN: _of_chain,
    NUM: _of_number,
    CONST: _of_constant,
    POW: _of_power,
    MUL: _of_product,
    HAD: _of_hadamard,
    ADD: _of_sum,
    IVERSON: lambda base, q: base if q > 0 else _plain(base, q),  # 0^q is 0, 1^q is 1
}


def inverse(x: Expr) -> Expr:
    """X⁻¹ for a square X."""
    return matrix_power(x, -1)


def matrix_power(x: Expr, k: int) -> Expr:
    """X^k for an integer k and a square X (for a scalar its power)."""
    if x.is_scalar:
        return power(x, num(k))
    if k == 0 or x.kind is EYE:
        return eye(x.shape[0])
    if k == 1:
        return x
    if k < 0:
        note(MATPOW, (x,), k, x.shape)
    if x.kind in (MUL, ADD):
        content, rest = primitive(x)
        if rest.kind is MUL or content != 1:
            _, scalars, matrix = number_scalars_matrix(rest)
            outside = [power(s, num(k)) for s in (num(content), *scalars)]
            return products.multiply(*outside, matrix_power(matrix, k))
    if x.kind is MATPOW:
        return matrix_power(x.args[0], x.data * k)
    if x.kind is SYMPOW:
        return symbolic_power(x.args[0] if k > 0 else inverse(x.args[0]), products.multiply(num(abs(k)), x.args[1]))
    if x.kind is ZEROS and k > 0:
        return x
    if x.kind is ONES and k > 0:  # (1 1')² = n 1 1'
        return products.multiply(matrix_power(products.dimension(x.shape[0]), k - 1), x)
    if x.kind is CHAIN:
        return _of_matrices(x, k)
    return _of_matrix(x, k)


def _of_matrix(x: Expr, k: int) -> Expr:
    if is_orthogonal(x) and k < 0:
        return matrix_power(adjoint(x), -k)
    if x.kind is CALL:
        for rewritten in laws(x, node(MATPOW, (x,), k, x.shape)):
            return rewritten
    upright_x, flipped = upright(x)
    if flipped:
        return transpose(matrix_power(upright_x, k))
    return node(MATPOW, (x,), k, x.shape)


def _of_matrices(x: Expr, k: int) -> Expr:
    """A product of square blocks is inverted block by block; a small positive power is multiplied out."""
    blocks = _square_blocks(x)
    if len(blocks) > 1 and k < 0:
        inverted = products.multiply(*(matrix_power(b, -1) for b in reversed(blocks)))
        return matrix_power(inverted, -k)
    if k > 0 and k * len(x.args) <= _MOST_FACTORS:
        return products.multiply(*([x] * k))
    return _of_matrix(x, k)


def symbolic_power(x: Expr, k: Expr) -> Expr:
    """X^k for a whole number k that need not be known, and a square X (for a scalar its power)."""
    if x.is_scalar:
        return power(x, k)
    if k.kind is NUM:
        return matrix_power(x, int(k.data))
    if is_never_negative(negate(k)):
        return symbolic_power(matrix_power(x, -1), negate(k))
    found = _of_known(x, k) if is_never_negative(k) else None
    note(SYMPOW, (x, k), None, x.shape)
    if found is not None:
        return found
    upright_x, flipped = upright(x)
    return transpose(symbolic_power(upright_x, k)) if flipped else node(SYMPOW, (x, k), None, x.shape)


def _of_known(x: Expr, k: Expr) -> Expr | None:
    """(c s M)^k = c^k s^k M^k, (X^a)^k = X^(a k), (V D V⁻¹)^k = V D^k V⁻¹, of diag(x) the powers of its entries."""
    if x.kind is EYE:
        return x
    content, rest = primitive(x)
    _, scalars, matrix = number_scalars_matrix(rest)
    if content != 1 or scalars:
        outside = [power(s, k) for s in (num(content), *scalars)]
        return products.multiply(*outside, symbolic_power(matrix, k))
    if x.kind in (MATPOW, SYMPOW):
        times = num(x.data) if x.kind is MATPOW else x.args[1]
        total = products.multiply(times, k)
        is_said = x.kind is SYMPOW or x.data != -1
        return symbolic_power(x.args[0], total) if is_said and ends(total) is not None else None
    if x.kind is CALL and x.data.has("weights"):  # a diagonal matrix
        return MAKE[CALL](x.data, [power(x.args[0], k)])
    if x.kind is CHAIN and len(x.args) > 2 and _are_inverse(x.args[0], x.args[-1]):
        return products.multiply(x.args[0], symbolic_power(products.multiply(*x.args[1:-1]), k), x.args[-1])
    return None


def _are_inverse(a: Expr, b: Expr) -> bool:
    return a.is_square and (matrix_power(a, -1) is b or matrix_power(b, -1) is a)


def _square_blocks(x: Expr) -> list[Expr]:
    """The factors of a chain, grouped so that every group is as square as the chain itself."""
    blocks: list[Expr] = []
    group: list[Expr] = []
    for f in x.args:
        group.append(f)
        if f.shape[1] == x.shape[0]:
            blocks.append(products.multiply(*group))
            group = []
    return blocks


def _flip_matrix_power(e: Expr) -> Expr:
    """(X^k)' is X^k itself for a symmetric X, and (−1)^k X^k for a skew one."""
    sign, flipped = primitive(transpose(e.args[0]))
    return scaled(e, sign**(e.data % 2)) if flipped is e.args[0] and abs(sign) == 1 else marked(e)


def _flip_symbolic_power(e: Expr) -> Expr:
    return e if transpose(e.args[0]) is e.args[0] else marked(e)


MAKE.update({
    POW: lambda _, args: power(*args),
    MATPOW: lambda k, args: matrix_power(args[0], k),
    SYMPOW: lambda _, args: symbolic_power(*args),
})
FLIP.update({
    POW: lambda e: power(flipped(e.args[0]), e.args[1]),
    MATPOW: _flip_matrix_power,
    SYMPOW: _flip_symbolic_power,
})
