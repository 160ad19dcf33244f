"""The sign of a quadratic form, read term by term: Gram forms, and traces of two semidefinite matrices.

Source: Klaus, Merk, Wiedom, Laue & Giesen (2022), Convexity certificates from Hessians; Horn & Johnson (2013) 7.1, 7.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from matcalc.algebra import multiply, negate, num, trace
from matcalc.core.expr import ADD, CHAIN, MUL, NUM, TRACE, Expr
from matcalc.core.parts import number_and_factors, terms
from matcalc.curvature.domain import Domain, is_mirrored
from matcalc.simplification.expand import expanded


def summands(e: Expr) -> Iterator[Expr]:
    """The terms of a number when all products are multiplied out, those below traces too."""
    e = expanded(e)
    if e.kind is ADD:
        for term in e.args:
            yield from summands(term)
    elif e.kind is TRACE:
        whole = expanded(e.args[0])
        yield from map(trace, terms(whole)) if whole.kind is ADD else (e,)
    elif e.kind is MUL:
        for factors in product(*map(summands, e.args)):
            yield multiply(num(e.data), *factors)
    else:
        yield e


def sign_of(term: Expr, domain: Domain) -> int:
    """1 where the number is nowhere negative, −1 where it is nowhere positive, 0 where nobody knows."""
    if is_nowhere_negative(term, domain):
        return 1
    return -1 if is_nowhere_negative(negate(term), domain) else 0


def is_nowhere_negative(term: Expr, domain: Domain) -> bool:
    """Whether one term of a quadratic form is certainly ≥ 0."""
    if domain.is_nonnegative(term):
        return True
    number, factors = number_and_factors(term)
    if term.kind in (MUL, NUM) and number > 0:
        return all(is_nowhere_negative(factor, domain) for factor in factors)
    inside = term.args[0] if number > 0 and term.kind is TRACE else term
    return inside is not term and inside.kind is CHAIN and _is_of_two(inside.args, domain)


def _is_of_two(word: tuple[Expr, ...], domain: Domain) -> bool:
    """Whether tr(M) of the product M is tr(P Q) with semidefinite P and Q, which is tr(√P Q √P)."""
    turned = [(*word[k:], *word[:k]) for k in range(len(word))]
    return any(_is_semidefinite(w[:k], domain) and _is_semidefinite(w[k:], domain)
               for w in turned for k in range(1, len(w)))


def _is_semidefinite(word: tuple[Expr, ...], domain: Domain) -> bool:
    return is_mirrored(word) and domain.fits(multiply(*word), "psd")
