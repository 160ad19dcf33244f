"""Matching for stable forms: where a sum, a product or a power of a formula can be read as the left side of a law.

The laws of the constructors (`algebra.laws`) match whole nodes. A stable law has to be seen in the middle of what a
derivative has become: 1 − σ(z) in t∘σ(z) − t, one factor of a power, x/‖x‖ in (x'y) x x' (x'x)^(-3/2). So a variable
that stands alone in a sum or in front of a product takes the rest of it, and u'u is whatever is a square of that kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from matcalc.algebra import add, hadamard, multiply, num, power, transpose
from matcalc.algebra.addition import scaled
from matcalc.algebra.facts import roots
from matcalc.algebra.laws import Binding, matches
from matcalc.core.expr import ADD, CALL, CHAIN, HAD, MUL, NUM, ONES, POW, TRACE, TRANSPOSE, VAR, Expr, node
from matcalc.core.parts import (
    base_and_exponent,
    chain_factors,
    entry_factors,
    number_and_factors,
    number_scalars_matrix,
    terms,
)

_SAME = (CALL, POW, TRANSPOSE)
_LONGEST = 8  # a longer trace is read as it stands


def readings(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    """Every way in which `pattern` can be read as `e`, a variable taking the rest of a sum or a product."""
    if is_square(pattern):
        yield from _of_square(pattern, e, binding)
    elif pattern.kind is ADD:
        yield from _of_sum(pattern, e, binding)
    elif pattern.kind is MUL:
        yield from _of_product(pattern, e, binding)
    elif pattern.kind is HAD:
        yield from _shared(pattern.args, entry_factors(e), binding, hadamard)
    elif pattern.kind is POW and pattern.args[0].kind is VAR and e.kind in (MUL, HAD):
        yield from _of_powers(pattern, e, binding)
    elif pattern.kind is e.kind is TRACE:
        yield from _of_trace(pattern, e, binding)
    elif pattern.kind in _SAME and pattern.kind is e.kind and pattern.data == e.data:
        yield from _each(pattern, e, binding)
    else:
        yield from matches(pattern, e, binding)
        if pattern.kind is e.kind is CHAIN and e.is_scalar:  # x'y, read from its other end
            yield from matches(pattern, _turned(e), binding)
            yield from matches(_turned(pattern), e, binding)


def _of_trace(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    """tr(X'Y) is tr(Y X'), tr(Y'X) and tr(X Y')."""
    word = chain_factors(e.args[0])
    for factors in (word, tuple(transpose(f) for f in reversed(word))):
        for k in range(len(word) if len(word) <= _LONGEST else 1):
            yield from matches(pattern.args[0], multiply(*factors[k:], *factors[:k]), binding)


def _turned(word: Expr) -> Expr:
    return node(CHAIN, tuple(transpose(f) for f in reversed(word.args)), None, word.shape)


def is_square(pattern: Expr) -> bool:
    """Whether a pattern is x'x, or tr(X'X), of a variable."""
    inside = pattern.args[0] if pattern.kind is TRACE else pattern
    if inside.kind is not CHAIN or not pattern.is_scalar or len(inside.args) != 2:
        return False
    a, b = inside.args
    return (a.kind is TRANSPOSE and a.args[0] is b and b.kind is VAR) or (b.kind is TRANSPOSE and b.args[0] is a)


def takes_rest(pattern: Expr) -> bool:
    """Whether a pattern is the function of a sum of which a variable takes whatever is left, as in log(1 + X)."""
    return pattern.kind is CALL and pattern.args[0].kind is ADD and any(
        term.kind is VAR and term.shape == pattern.shape for term in pattern.args[0].args) and \
        all(term.kind in (VAR, ONES, NUM) for term in pattern.args[0].args)


def _of_square(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    inside = pattern.args[0] if pattern.kind is TRACE else pattern
    x = next(f for f in inside.args if f.kind is VAR)
    if (e.kind is TRACE) == (pattern.kind is TRACE):
        for half in roots(e):
            yield from matches(x, multiply(*half), binding)


def _each(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    found = [binding]
    for p, arg in zip(pattern.args, e.args, strict=True):
        found = [b for known in found for b in readings(p, arg, known)]
    yield from found


def _of_sum(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    if e.kind is NUM and len(pattern.args) == 2 and pattern.args[1].kind is NUM and e.data < 0:
        yield from readings(pattern.args[0], num(e.data - pattern.args[1].data), binding)  # −2/3 as 1/3 − 1
        return
    yield from _shared(pattern.args, terms(e), binding, add)


def _shared(patterns: Sequence[Expr], parts: Sequence[Expr], binding: Binding,
            join: Callable[..., Expr] | None) -> Iterator[Binding]:
    """Each pattern is one of the parts; a variable among them takes all the others, which `join` puts together."""
    rest = [p for p in patterns if p.kind is VAR]
    if len(patterns) > len(parts) or (len(patterns) < len(parts) and not (rest and join)):
        return
    others = sorted((p for p in patterns if p.kind is not VAR), key=lambda p: -p.weight)
    yield from _distributed(others, parts, rest, binding, join)


def _distributed(patterns: Sequence[Expr], parts: Sequence[Expr], rest: Sequence[Expr], binding: Binding,
                 join: Callable[..., Expr] | None) -> Iterator[Binding]:
    if patterns:
        for i, part in enumerate(parts):
            for known in readings(patterns[0], part, binding):
                yield from _distributed(patterns[1:], [*parts[:i], *parts[i + 1:]], rest, known, join)
    elif not rest:
        yield from [binding] if not parts else []
    elif parts:
        yield from matches(rest[0], join(*parts) if join else parts[0], binding)


def _of_product(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    """Scalars and at most one matrix; a scalar variable takes the number and all factors that are not spoken for."""
    if len(pattern.args) == 1 and pattern.args[0].kind is VAR:  # −X, whatever X is
        yield from matches(pattern.args[0], scaled(e, 1 / pattern.data), binding)
        return
    q, matrices = pattern.data, [f for f in pattern.args if not f.is_scalar]
    rest = [f for f in pattern.args if f.kind is VAR and f.is_scalar and f not in binding.exprs][:1]
    others = [f for f in pattern.args if f not in rest and f not in matrices]  # of several variables one takes the rest
    if e.is_scalar is bool(matrices):
        return
    number, scalars, matrix = number_scalars_matrix(e) if matrices else (*number_and_factors(e), None)
    if not rest and (number != q or len(others) != len(scalars)):
        return
    for known in _factors(others, scalars, rest, number / q, binding):
        yield from readings(matrices[0], matrix, known) if matrix is not None else [known]


def _factors(patterns: Sequence[Expr], factors: Sequence[Expr], rest: Sequence[Expr], number: Fraction,
             binding: Binding) -> Iterator[Binding]:
    if patterns:
        for i, f in enumerate(factors):
            for known in readings(patterns[0], f, binding):
                yield from _factors(patterns[1:], [*factors[:i], *factors[i + 1:]], rest, number, known)
    elif rest:
        yield from matches(rest[0], multiply(num(number), *factors), binding)
    elif not factors:
        yield binding


def _of_powers(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    """X^2 as a²∘b², where X is a∘b; the sign of X is free, so what is odd in it must not depend on that."""
    k = pattern.args[1]
    if k.kind is not NUM or k.data != 2:
        return
    number, factors = number_and_factors(e) if e.kind is MUL else (Fraction(1), entry_factors(e))
    parts = [base_and_exponent(f) for f in factors if f.kind is not HAD]
    inner = [base_and_exponent(g) for f in factors if f.kind is HAD for g in f.args]
    if number > 0 and all(q.denominator == 1 and q % 2 == 0 for _, q in [*parts, *inner]):
        halves = [power(base, num(q / 2)) for base, q in parts]
        entries = [power(base, num(q / 2)) for base, q in inner]
        joined = hadamard(*halves, *entries) if e.kind is HAD else \
            multiply(power(num(number), num(Fraction(1, 2))), *halves, *([hadamard(*entries)] if entries else []))
        yield from matches(pattern.args[0], joined, binding)
