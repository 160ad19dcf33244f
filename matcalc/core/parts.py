"""Taking apart: the terms of a sum, the factors of the three products, base and exponent of a power.

What is no such sum, product or power is the only part of itself, so nobody has to ask for the kind before.
"""

from __future__ import annotations

from fractions import Fraction

from matcalc.core.expr import ADD, CHAIN, HAD, INDEX, IVERSON, MUL, NUM, POW, TRANSPOSE, Expr
from matcalc.core.indices import Ref

ONE = Fraction(1)


def terms(e: Expr) -> tuple[Expr, ...]:
    """The terms of a sum."""
    return e.args if e.kind is ADD else (e,)


def chain_factors(e: Expr) -> tuple[Expr, ...]:
    """The factors of a product of matrices, from left to right."""
    return e.args if e.kind is CHAIN else (e,)


def entry_factors(e: Expr) -> tuple[Expr, ...]:
    """The factors of an elementwise product."""
    return e.args if e.kind is HAD else (e,)


def number_and_factors(e: Expr) -> tuple[Fraction, tuple[Expr, ...]]:
    """The number in front of a product, and its other factors, the matrix last; a number has none."""
    if e.kind is NUM:
        return e.data, ()
    return (e.data, e.args) if e.kind is MUL else (ONE, (e,))


def number_scalars_matrix(e: Expr) -> tuple[Fraction, tuple[Expr, ...], Expr]:
    """c, s, t … and M of a matrix c s t M."""
    return (e.data, e.args[:-1], e.args[-1]) if e.kind is MUL else (ONE, (), e)


def base_and_exponent(e: Expr) -> tuple[Expr, Fraction]:
    """x and q of a power x^q with a rational exponent; a power with another exponent is a base itself."""
    return (e.args[0], e.args[1].data) if e.kind is POW and e.args[1].kind is NUM else (e, ONE)


def exponent(e: Expr) -> Fraction:
    """The q of a power x^q with a rational exponent."""
    return base_and_exponent(e)[1]


def is_binary(e: Expr) -> bool:
    """Whether it is a product of relations, each 0 or 1."""
    return e.kind is IVERSON or (e.kind is MUL and e.data == 1 and all(f.kind is IVERSON for f in e.args))


def place(e: Expr) -> Ref | None:
    """i + 1, where the number `e` is the value of an index and a whole number."""
    if e.kind is INDEX:
        return Ref(e.data.letter, e.data.shift)
    if e.kind is not ADD or len(e.args) != 2 or e.args[1].kind is not NUM or e.args[0].kind is not INDEX:
        return None
    return Ref(e.args[0].data.letter, int(e.args[1].data)) if e.args[1].data.denominator == 1 else None


def untransposed(e: Expr) -> Expr:
    """The X of a transpose X' that stays as it is."""
    return e.args[0] if e.kind is TRANSPOSE else e
