"""Powers of scalars, and elementwise powers of matrices: (x^a)^b = x^(ab) where that is true for real numbers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import isqrt

from matcalc.algebra import calls, elementwise, products
from matcalc.algebra.atoms import ONE, SCALAR, ZERO, num, ones
from matcalc.algebra.demands import note
from matcalc.algebra.signs import is_nonnegative
from matcalc.algebra.sums import primitive
from matcalc.core.expr import ADD, CALL, CHAIN, EYE, HAD, MUL, NUM, ONES, POW, ZEROS, Expr, node
from matcalc.limits import BITS


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
    if exponent.kind is not NUM:
        return _symbolic(base, exponent)
    handler = _BY_BASE.get(base.kind)
    return handler(base, exponent.data) if handler else _plain(base, exponent.data)


def _by_law(base: Expr, exponent: Expr) -> Iterator[Expr]:
    """A power of a call by a law for it; an even one by a law for the square: |X|.^-4 = X.^-4."""
    yield from calls.laws(base, node(POW, (base, exponent), None, base.shape))
    if exponent.kind is NUM and exponent.data % 2 == 0 and exponent.data != 2:
        for square in calls.laws(base, node(POW, (base, num(2)), None, base.shape)):
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
        return elementwise.hadamard(*(power(f, num(q)) for f in base.args))
    pulled = [power(f, num(q)) for f in base.args if is_nonnegative(f)]
    kept = [f for f in base.args if not is_nonnegative(f)]
    if not pulled:
        return _plain(base, q)
    return elementwise.hadamard(*pulled, *([power(elementwise.hadamard(*kept), num(q))] if kept else []))


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
    if not base.is_scalar and base.args[-1].kind is ONES and base.args[-1].shape[0] == 1:
        return products.multiply(power(products.multiply(*base.args[:-1]), num(q)), base.args[-1])
    if not base.is_scalar and base.args[0].kind is ONES and base.args[0].shape[1] == 1:
        return products.multiply(base.args[0], power(products.multiply(*base.args[1:]), num(q)))
    return _plain(base, q)


_BY_BASE = {
    CHAIN: _of_chain,
    NUM: _of_number,
    POW: _of_power,
    MUL: _of_product,
    HAD: _of_hadamard,
    ADD: _of_sum,
}
