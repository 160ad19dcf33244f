"""Polynomials in f(x) where 1 − f(x) is f(−x), in Bernstein form, which keeps its digits at both ends.

σ(σ(2σ − 3) + 1) is 0 to rounding where σ is near 1. With τ = σ(−x) = 1 − σ every power of σ + τ is 1, so that a
polynomial of degree d in σ is Σ bⱼ σʲ τ^(d−j), here τ² − σ τ, in which nothing cancels at the ends; σ − y becomes
(1 − y) σ − y τ, right to the last digit for labels y that are 0 or 1. Source: Farouki & Rajan (1987), On the numerical
condition of polynomials in Bernstein form.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb

from matcalc.algebra import add, apply, hadamard, multiply, negate, num, ones, power
from matcalc.algebra.addition import coefficient
from matcalc.core.expr import ADD, CALL, HAD, MUL, NUM, ONES, POW, Expr, postorder
from matcalc.core.parts import terms
from matcalc.simplification.closed_form import called

Polynomial = dict[int, Expr]
_MOST_NODES, _MOST = 64, 6  # parts of a sum that is looked into, its degree
WORD = "complementary"  # what a rule says of such a function


def in_bernstein_form(e: Expr) -> Iterator[Expr]:
    """A sum as a polynomial in each of the functions that are complementary, where digits may cancel in it."""
    for atom in _atoms(e):
        p = _polynomial(e, atom, apply(atom.data, negate(atom.args[0])))
        if p is not None and 0 < max(p) <= _MOST and _cancels(p):
            yield _bernstein(p, atom)


def _atoms(e: Expr) -> list[Expr]:
    """The calls of complementary functions that are joined entry by entry; none where too much is."""
    found: dict[Expr, None] = {}
    todo, met = [e], 0
    while todo:
        part = todo.pop()
        met += 1 + len(part.args)
        if met > _MOST_NODES:
            return []
        if part.kind is CALL and part.data.has(WORD) and part.shape == e.shape:
            found[part] = None
        todo += part.args if part.kind in (ADD, HAD, MUL, POW) else ()
    return list(found)


def _bernstein(p: Polynomial, atom: Expr) -> Expr:
    d, other = max(p), apply(atom.data, negate(atom.args[0]))
    found = []
    for j in range(d + 1):
        b = add(*(multiply(num(comb(d - k, j - k)), p[k]) for k in p if k <= j), _zero(atom))
        found.append(_product(b, _power(atom, j), _power(other, d - j)))
    return add(*found)


def _cancels(p: Polynomial) -> bool:
    """Whether a number before one power has another sign than something before another one."""
    signs = {k: {q > 0 for q, _ in map(coefficient, terms(c)) if q} for k, c in p.items()}
    plain = {k: c for k, c in p.items() if _number(c)}
    return any(k != j and sign != other for k in plain if k or len(plain) > 1 for sign in signs[k]
               for j, others in signs.items() for other in others)


def _number(e: Expr) -> Fraction | None:
    """q, where every entry is the number q ≠ 0."""
    q, rest = coefficient(e)
    return q if rest.kind in (ONES, NUM) and q else None


def _polynomial(e: Expr, x: Expr, other: Expr) -> Polynomial | None:
    """The coefficients of `e` as a polynomial in `x`, where `other` is 1 − x; None where it is none."""
    if e is x or e is other:
        return {1: _one(e)} if e is x else {0: _one(e), 1: negate(_one(e))}
    if x.data.name not in called(e):
        return {0: e} if e.shape == x.shape else None
    if e.kind is POW and e.args[1].kind is NUM and e.args[1].data.denominator == 1 and 0 < e.args[1].data <= _MOST:
        return _joined([e.args[0]] * int(e.args[1].data), x, other, Fraction(1))
    if e.kind is ADD:
        parts = [_polynomial(term, x, other) for term in e.args]
        known = [p for p in parts if p is not None]
        return _sum(known, e) if len(known) == len(parts) else None
    if e.kind in (HAD, MUL):
        return _joined(list(e.args), x, other, e.data if e.kind is MUL else Fraction(1))
    is_free = e.shape == x.shape and not any(part is x or part is other for part in postorder(e))
    return {0: e} if is_free else None


def _sum(parts: list[Polynomial], e: Expr) -> Polynomial:
    return {k: add(*(p[k] for p in parts if k in p), _zero(e)) for k in sorted({k for p in parts for k in p})}


def _joined(factors: list[Expr], x: Expr, other: Expr, q: Fraction) -> Polynomial | None:
    found: Polynomial = {0: multiply(num(q), _one(x))}
    for f in factors:
        p = {0: multiply(f, _one(x))} if f.is_scalar and not x.is_scalar else _polynomial(f, x, other)
        if p is None or max(p) + max(found) > _MOST:
            return None
        found = _sum([{k + j: _product(a, b)} for k, a in found.items() for j, b in p.items()], x)
    return found


def _product(*factors: Expr) -> Expr:
    return hadamard(*factors)


def _power(x: Expr, k: int) -> Expr:
    return power(x, num(k))


def _one(e: Expr) -> Expr:
    return ones(*e.shape)


def _zero(e: Expr) -> Expr:
    return multiply(num(0), _one(e))
