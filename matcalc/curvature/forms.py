"""The sign of a quadratic form, read term by term: Gram forms, and traces of two semidefinite matrices.

Source: Klaus, Merk, Wiedom, Laue & Giesen (2022), Convexity certificates from Hessians; Horn & Johnson (2013) 7.1, 7.5.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from itertools import product

from matcalc.algebra import multiply, negate, num, substitute, trace, variable
from matcalc.algebra.addition import primitive
from matcalc.core.expr import ADD, CHAIN, MUL, NUM, TRACE, Expr, postorder
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


def sign_of_form(q: Expr, domain: Domain, directions: Collection[Expr]) -> int:
    """1 where a quadratic form in the directions is nowhere negative, −1 where it is nowhere positive, else 0: by its
    terms, or as Σ cᵢⱼ dᵢ'S dⱼ with a semidefinite S, by the matrix of the numbers cᵢⱼ."""
    found = list(summands(q))
    signs = {sign_of(term, domain) for term in found}
    if len(signs) == 1:
        return signs.pop()
    groups: dict[Expr, dict[tuple[Expr, Expr], Fraction]] = {}
    for term in found:
        split = _split(term, directions)
        if split is None:
            return 0
        number, pair, kernel = split
        table = groups.setdefault(kernel, {})
        table[pair] = table.get(pair, Fraction(0)) + number
    signs = {_sign_of_table(table) * min(1, max(-1, domain.sign(kernel))) for kernel, table in groups.items()}
    return signs.pop() if len(signs) == 1 else 0


def _split(term: Expr, directions: Collection[Expr]) -> tuple[Fraction, tuple[Expr, Expr], Expr] | None:
    """c, the two directions, and the form with one direction for both: c dᵢ'S dⱼ as c d'S d."""
    number, factors = number_and_factors(term)
    met = [d for d in directions for e in postorder(term) if e is d]
    if len(met) not in (1, 2) or len({d.shape for d in met}) > 1:
        return None
    one = variable("direction", met[0].shape, met[0].data.props)
    kernel = substitute(multiply(*factors), dict.fromkeys(met, one))
    rest, bare = primitive(kernel)
    pair = (met[0], met[-1])
    return number * rest, (min(pair, key=lambda d: d.order), max(pair, key=lambda d: d.order)), bare


def _sign_of_table(table: Mapping[tuple[Expr, Expr], Fraction]) -> int:
    """Of Σ cᵢⱼ xᵢ xⱼ, by completing squares."""
    for sign in (1, -1):
        rows = list(dict.fromkeys(d for pair in table for d in pair))
        matrix = [[sign * (table.get((a, b), Fraction(0)) + table.get((b, a), Fraction(0)))
                   for b in rows] for a in rows]
        if _is_semidefinite_table(matrix):
            return sign
    return 0


def _is_semidefinite_table(a: list[list[Fraction]]) -> bool:
    while a:
        pivot = a[0][0]
        if pivot < 0 or (pivot == 0 and any(a[0])):
            return False
        a = [[x - (row[0] * a[0][j + 1] / pivot if pivot else 0) for j, x in enumerate(row[1:])] for row in a[1:]]
    return True
