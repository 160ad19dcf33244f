"""Laws used on a part of a sum or of a product: some terms with a common cofactor, some factors with a common power.

1 − σ(z) is found in a∘b − a∘σ(z)∘b: the term with σ(z) has holes into which the law's other terms are put, and the
sum must have what comes out of that. exp(z) σ(−z) is found in exp(z)³∘σ(−z)²: twice, with exp(z) left over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import floor

from matcalc.algebra import add, apply, hadamard, multiply, num, ones, power, substitute, trace, transpose
from matcalc.algebra.addition import coefficient, primitive
from matcalc.algebra.application import linear_params
from matcalc.algebra.facts import is_nonnegative, is_positive
from matcalc.algebra.laws import Binding, fits
from matcalc.core.expr import ADD, CALL, CHAIN, HAD, MUL, NUM, POW, TRACE, TRANSPOSE, VAR, Expr, variables
from matcalc.core.function import Law
from matcalc.core.parts import base_and_exponent, chain_factors, exponent, number_and_factors, terms
from matcalc.stability.matching import readings

Context = Callable[[Expr], Expr]
_DEPTH = 3  # products inside products: a chain in a linear call in a product
_CERTAIN = {"positive": is_positive, "nonnegative": is_nonnegative}
_LONGEST = 64  # factors of a product that is searched, terms of a sum into which a factor goes


def instance(e: Expr, binding: Binding) -> Expr:
    """A side of a law, with what its variables stand for."""
    return substitute(e, dict(binding.exprs), dict(binding.dims))


def bindings(law: Law, pattern: Expr, e: Expr, known: Binding | None = None) -> Iterator[Binding]:
    """The readings of a part of a law at which all that the law asks is certain."""
    for binding in readings(pattern, e, known or Binding({}, {})):
        if fits(binding) and all(_certain(law, binding)):
            yield binding


def _certain(law: Law, binding: Binding) -> Iterator[bool]:
    for demand in law.demands:
        known = set(variables(demand.expr)) <= binding.exprs.keys()
        yield not known or (demand.word in _CERTAIN and _CERTAIN[demand.word](instance(demand.expr, binding)))


def whole(law: Law, e: Expr) -> Iterator[Expr]:
    """The node itself; of a power with the exponent of the law any multiple of it. A positive integer power stays: x^2
    overflows only where it must."""
    if e.kind is POW and e.args[1].kind is NUM and exponent(e) > 0 and exponent(e).denominator == 1:
        return
    for binding in bindings(law, law.pattern, e):
        yield instance(law.replacement, binding)
    if e.kind is POW and law.pattern.kind is POW:
        (base, q), (pattern, a) = base_and_exponent(e), base_and_exponent(law.pattern)
        k = q / a
        if k > 1 and k.denominator == 1 and q.denominator > 1:
            for binding in bindings(law, pattern, base):
                yield power(instance(law.replacement, binding), num(k))


def in_chain(law: Law, e: Expr) -> Iterator[Expr]:
    """The first factors of a chain, or the last ones, of which a variable takes as many as there are."""
    yield from whole(law, e)
    for i in range(1, len(e.args) - 1 if len(e.args) <= _LONGEST else 1):
        for before, part, behind in (((), e.args[:-i], e.args[-i:]), (e.args[:i], e.args[i:], ())):
            for binding in bindings(law, law.pattern, multiply(*part)):
                yield multiply(*before, instance(law.replacement, binding), *behind)


def in_sum(law: Law, e: Expr) -> Iterator[Expr]:
    """Terms with a common cofactor that are, one by one, the terms of a law."""
    said = [coefficient(term) for term in law.pattern.args]
    first = _anchor([core for _, core in said])
    alpha, core = said.pop(first)
    have = {rest: q for q, rest in map(coefficient, e.args)}
    for rest, q in have.items():
        for inside, around in holes(rest):
            if inside.kind is core.kind and (inside.data == core.data or core.kind in (MUL, ADD)):
                for binding in bindings(law, core, inside):
                    if not _has_all(have, said, around, binding):
                        continue
                    left = {r: c for r, c in have.items() if r is not rest}
                    free = inside is rest  # a variable that is bound nowhere else is not looked for inside a product
                    for known, kept in _without(law, left, q / alpha, said, around, binding, free):
                        found = around(instance(law.replacement, known))
                        yield add(*(multiply(num(c), r) for r, c in kept.items()), multiply(num(q / alpha), found))


def _has_all(have: dict[Expr, Fraction], said: Sequence[tuple[Fraction, Expr]], around: Context,
             binding: Binding) -> bool:
    """Whether a sum has the other terms of a law, of those that are known already, with whatever numbers."""
    known = (around(instance(p, binding)) for _, p in said if set(variables(p)) <= binding.exprs.keys())
    return all(coefficient(term)[1] in have for other in known for term in terms(other))


def _without(law: Law, have: dict[Expr, Fraction], scale: Fraction, said: Sequence[tuple[Fraction, Expr]],
             around: Context, binding: Binding, free: bool) -> Iterator[tuple[Binding, dict[Expr, Fraction]]]:
    """What is left of a sum without the other terms of a law, in the ways in which it has all of them."""
    if not said:
        yield binding, have
        return
    (beta, pattern), *further = said
    if set(variables(pattern)) <= binding.exprs.keys():
        options = [(binding, _less(have, scale * beta, around(instance(pattern, binding))))]
    elif not free or (pattern.kind is VAR and len(have) > 1):
        options = []  # what is free to be anything is the whole of what remains
    else:
        options = [(known, {r: c for r, c in have.items() if r is not rest}) for rest, q in have.items()
                   if pattern.kind is VAR or q == scale * beta
                   for known in bindings(law, pattern, multiply(num(q / (scale * beta)), rest), binding)]
    for known, left in options:
        if left is not None:
            yield from _without(law, left, scale, further, around, known, free)


def _less(have: dict[Expr, Fraction], scale: Fraction, other: Expr) -> dict[Expr, Fraction] | None:
    """A sum without all terms of another one, None where it has not all of them."""
    left = dict(have)
    for term in terms(other):
        q, rest = coefficient(term)
        if left.pop(rest, None) != scale * q:
            return None
    return left


def _anchor(parts: Sequence[Expr]) -> int:
    """The part that binds most, and of these the lightest, which is found soonest."""
    return max(range(len(parts)), key=lambda i: (len(variables(parts[i])), parts[i].kind is not VAR, -parts[i].weight))


def holes(e: Expr, depth: int = _DEPTH) -> Iterator[tuple[Expr, Context]]:
    """The factors in which `e` is linear, each with what stands around it; of a power its smaller powers too."""
    yield e, lambda x: x
    if e.kind is POW and e.args[1].kind is NUM and e.args[1].data.denominator == 1:
        base, q = base_and_exponent(e)
        for k in range(1, min(int(q), 5)):
            yield power(base, num(k)), lambda x, k=k: _times(x, power(base, num(q - k)))  # type: ignore[misc]
    if not depth or len(e.args) > _LONGEST:
        return
    if e.kind is CHAIN and e.is_scalar and len(e.args) == 2:  # u'v is the sum of u∘v
        for inside, around in holes(hadamard(transpose(e.args[0]), e.args[1]), depth - 1):
            yield inside, lambda x, around=around: multiply(ones(1, e.args[1].shape[0]), around(x))  # type: ignore[misc]
    for i, arg in enumerate(e.args if _is_linear(e) else ()):
        for inside, around in holes(arg, depth - 1):
            yield inside, lambda x, i=i, around=around: _put(e, i, around(x))  # type: ignore[misc]


def _is_linear(e: Expr) -> bool:
    return e.kind in (MUL, HAD, CHAIN, TRACE, TRANSPOSE) or (e.kind is CALL and linear_params(e.data) == [0]
                                                             and len(e.args) == 1)


def _times(a: Expr, b: Expr) -> Expr:
    return multiply(a, b) if a.is_scalar or b.is_scalar else hadamard(a, b)


def _put(e: Expr, i: int, x: Expr) -> Expr:
    args = [*e.args[:i], x, *e.args[i + 1:]]
    if e.kind is HAD:
        return hadamard(*args)
    if e.kind is CALL:
        return apply(e.data, *args)
    if e.kind is TRACE:
        return trace(x)
    if e.kind is TRANSPOSE:
        return transpose(x)
    return multiply(*([num(e.data)] if e.kind is MUL else []), *args)


def in_product(law: Law, e: Expr) -> Iterator[Expr]:
    """Factors with a common power that are, one by one, the factors of a law."""
    if len(e.args) > _LONGEST:
        return
    said = [base_and_exponent(f) for f in law.pattern.args]
    first = _anchor([base for base, _ in said])
    pattern, a = said.pop(first)
    number, factors = number_and_factors(e) if e.kind is MUL else (Fraction(1), e.args)
    have = dict(map(base_and_exponent, factors))
    for base, q in have.items():
        if q / a > 0:
            for binding in bindings(law, pattern, base):
                for known, others in _others(law, said, {b: p for b, p in have.items() if b is not base}, binding):
                    k = min(q / a, *(have[b] / p for b, p in others))
                    k = k if k < 1 and all(have[b] / p == q / a for b, p in others) else Fraction(floor(k))
                    if k > 0:
                        left = {**have, base: q - k * a, **{b: have[b] - k * p for b, p in others}}
                        found = power(instance(law.replacement, known), num(k))
                        kept = [power(b, num(p)) for b, p in left.items() if p]
                        yield multiply(num(number), *kept, found) if e.kind is MUL else hadamard(*kept, found)


def _others(law: Law, said: Sequence[tuple[Expr, Fraction]], have: dict[Expr, Fraction],
            binding: Binding) -> Iterator[tuple[Binding, list[tuple[Expr, Fraction]]]]:
    """The other factors of a law, each with the exponent that the law gives it."""
    if not said:
        yield binding, []
        return
    (pattern, a), *further = said
    if set(variables(pattern)) <= binding.exprs.keys():
        content, one = primitive(instance(pattern, binding))
        candidates = [(one, binding)] if content == 1 and one in have else []
    else:
        candidates = [(b, known) for b in have for known in bindings(law, pattern, b, binding)]
    for b, known in candidates:
        if have[b] / a > 0:
            rest = {c: p for c, p in have.items() if c is not b}
            for last, others in _others(law, further, rest, known):
                yield last, [(b, a), *others]


def in_words(law: Law, e: Expr) -> Iterator[Expr]:
    """A scalar power and matrices that lie anywhere in the other factors: x/‖x‖ in (x'y) x x' (x'x)^(-3/2)."""
    scalars = [base_and_exponent(f) for f in law.pattern.args if f.is_scalar]
    matrix = next(f for f in law.pattern.args if not f.is_scalar)
    (pattern, a), = scalars
    for i, s in enumerate(e.args):
        base, q = base_and_exponent(s)
        count = floor(q / a) if s.is_scalar else 0
        if count < 1:
            continue
        for binding in bindings(law, pattern, base):
            old, new = chain_factors(instance(matrix, binding)), instance(law.replacement, binding)
            others, used = [], 0
            for f in (*e.args[:i], *e.args[i + 1:]):
                changed, taken = _replaced(f, old, new, count - used)
                others.append(changed)
                used += taken
            if used:
                yield multiply(num(e.data), power(base, num(q - used * a)), *others)


def _replaced(e: Expr, old: Sequence[Expr], new: Expr, most: int) -> tuple[Expr, int]:
    """`e` with `new` instead of the product `old`, at most so many times, and how often."""
    if not most:
        return e, 0
    if e is multiply(*old):
        return new, 1
    if e is transpose(multiply(*old)):
        return transpose(new), 1
    if e.kind is CHAIN:
        return _in_chain(e, old, new, most)
    if e.kind is ADD and len(e.args) <= _LONGEST:
        return _in_every_term(e, old, new)
    if e.kind in (MUL, HAD) or (e.kind in (CALL, TRACE, TRANSPOSE) and _is_linear(e)):
        for i, arg in enumerate(e.args):
            changed, used = _replaced(arg, old, new, most)
            if used:
                again, more = _replaced(_put(e, i, changed), old, new, most - used)
                return again, used + more
    if e.kind is POW and e.args[1].kind is NUM and e.args[1].data >= 1 and e.args[1].data.denominator == 1:
        return _in_power(e, old, new, most)
    return e, 0


def _in_power(e: Expr, old: Sequence[Expr], new: Expr, most: int) -> tuple[Expr, int]:
    """Some factors of a power of the product itself, or all factors of a power of something with it inside."""
    base, k = e.args[0], int(e.args[1].data)
    if base is multiply(*old):
        used = min(most, k)
        return _times(power(new, num(used)), power(base, num(k - used))), used
    changed, used = _replaced(base, old, new, most // k) if base.is_scalar else (base, 0)
    return (power(changed, num(k)), used * k) if used else (e, 0)


def _in_every_term(e: Expr, old: Sequence[Expr], new: Expr) -> tuple[Expr, int]:
    """Once in each term, or not at all."""
    once = [_replaced(term, old, new, 1) for term in e.args]
    return (add(*(term for term, _ in once)), 1) if all(used for _, used in once) else (e, 0)


def _in_chain(e: Expr, old: Sequence[Expr], new: Expr, most: int) -> tuple[Expr, int]:
    turned = tuple(transpose(f) for f in reversed(old))
    done: list[Expr] = []
    used, i = 0, 0
    while i < len(e.args):
        here = e.args[i:i + len(old)]
        if used < most and here in (tuple(old), turned):
            done.append(new if here == tuple(old) else transpose(new))
            used, i = used + 1, i + len(old)
            continue
        changed, taken = (e.args[i], 0) if e.args[i].kind is CHAIN else _replaced(e.args[i], old, new, most - used)
        done.append(changed)
        used, i = used + taken, i + 1
    return (multiply(*done), used) if used else (e, 0)
