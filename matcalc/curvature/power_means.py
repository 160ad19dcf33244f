"""Powers, sums of powers, and products of powers: x^p, ‖u‖, (Σ xᵢ^p)^(1/p), u'u/y, √(x y), 1/(x y).

What is raised to a power is read as a mean of order p, M = (Σ wᵢ uᵢ^p)^(1/p), so that b^q is M^(p q): for p ≥ 1 it is
convex in nonnegative uᵢ, for p ≤ 1 concave, and increasing in both cases. A product of powers Π Mᵢ^aᵢ is concave in
concave Mᵢ where all aᵢ ≥ 0 and Σ aᵢ ≤ 1; it is convex where no aᵢ is positive, or where one is, of a convex M, and
Σ aᵢ ≥ 1.

Source: Boyd & Vandenberghe (2004) 3.1.5, 3.2.4, exercises 3.16 and 3.18; Hardy, Littlewood & Pólya (1952) 2.24;
Marshall, Olkin & Arnold (2011) 16.B.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

from matcalc.algebra import add, multiply, negate, num
from matcalc.algebra.facts import grams
from matcalc.algebra.make import instantiate
from matcalc.core.expr import ADD, CALL, CHAIN, HAD, MATPOW, MUL, NUM, OVER, POW, TRACE, TRANSPOSE, Expr
from matcalc.curvature.domain import STRICT
from matcalc.curvature.fields import Sense
from matcalc.curvature.proof import Modulus, Proof, Prover
from matcalc.records import NamedTuple

_ONE, _TWO = Fraction(1), Fraction(2)
_MOST = 4  # factors of a product that are tried in all their readings


class Sum(NamedTuple):
    """Σ wᵢ uᵢ^p with wᵢ ≥ 0; `order` is p, None where it is constant. `sizes` are vectors that count with their
    lengths, `spectra` matrices that count with their eigenvalues; `has_more` tells of a positive constant beside."""

    order: Expr | None
    bases: tuple[Expr, ...] = ()
    sizes: tuple[Expr, ...] = ()
    spectra: tuple[Expr, ...] = ()
    has_more: bool = False
    is_weighted: bool = False


class Mean(NamedTuple):
    """A factor as M^exponent, where M is convex (1) or concave (−1) and nonnegative; `strict` as of a Proof."""

    exponent: Expr
    sense: Sense
    premises: tuple[Proof, ...]
    why: tuple[str | Expr, ...]
    strict: tuple[Expr, ...] = ()
    is_strict: bool = False


def of_power(c: Prover, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """A power by the mean that its base is."""
    base, q = e.args
    if is_operator or c.varies[q]:
        return
    for mean in means(c, base, q):
        if _is_right(c, [mean], sense):
            strict = mean.strict if _is_bent(mean, c) or any(p.strict for p in mean.premises) else ()
            moduli = (Modulus(num(1), None, base),) if q.kind is NUM and q.data == 2 and c.affine[base] else ()
            yield Proof(e, sense, False, "power", mean.why, mean.premises, strict, moduli)
    if _is_odd(q) and c.domain.sign(base) < 0:
        for mean in means(c, negate(base), q):
            if _is_right(c, [mean], -sense):
                yield Proof(e, sense, False, "power", ("an odd power of what is negative",), mean.premises)


def _is_bent(mean: Mean, c: Prover) -> bool:
    """Whether the power itself is strict: its exponent is neither 0 nor 1, or the mean is."""
    if mean.is_strict:
        return True
    a = mean.exponent
    below, above = add(a, num(-1)), add(num(1), negate(a))
    return c.domain.is_positive(below) or (c.domain.is_positive(above) and (
        c.domain.is_positive(a) or c.domain.is_positive(negate(a))))


def of_product(c: Prover, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """A product of several powers."""
    moved = [f for f in e.args if c.varies[f]]
    rest = [c.domain.sign(f) for f in e.args if not c.varies[f]]
    if is_operator or not 2 <= len(moved) <= _MOST or 0 in rest:
        return
    powers = [_positive_base(c, f) for f in moved]
    turned = sum(s < 0 for s in rest) + sum(is_turned for _, _, is_turned in powers)
    side = 1 if (e.kind is HAD or e.data > 0) == (turned % 2 == 0) else -1
    goal: Sense = 1 if sense == side else -1
    for chosen in product(*(list(means(c, base, q)) for base, q, _ in powers)):
        if _is_right(c, chosen, goal):
            yield Proof(e, sense, False, "product of powers", (_PRODUCTS[goal],),
                        tuple(p for mean in chosen for p in mean.premises))


_PRODUCTS = {1: "powers of nonnegative functions: none of the concave ones has a positive exponent, and with one "
                "convex function on top the exponents add up to 1 or more",
             -1: "nonnegative concave functions with exponents that are not negative and add up to at most 1"}


def _is_right(c: Prover, chosen: Sequence[Mean], sense: Sense) -> bool:
    """Whether a product of these powers is convex (1), or concave."""
    total = add(*(mean.exponent for mean in chosen), num(-1))
    if sense < 0:
        return all(m.sense < 0 and c.domain.is_nonnegative(m.exponent) for m in chosen) \
            and c.domain.is_nonnegative(negate(total))
    upper = [m for m in chosen if m.sense > 0]
    lower = all(m.sense > 0 or c.domain.is_nonnegative(negate(m.exponent)) for m in chosen)
    return lower and (not upper or (len(upper) == 1 and c.domain.is_nonnegative(total)))


def _positive_base(c: Prover, f: Expr) -> tuple[Expr, Expr, bool]:
    """Base and exponent of a factor; an odd power of what is negative is minus one of what is positive."""
    base, q = f.args if f.kind is POW and not c.varies[f.args[1]] else (f, num(1))
    is_turned = _is_odd(q) and c.domain.sign(base) < 0
    return negate(base) if is_turned else base, q, is_turned


def means(c: Prover, base: Expr, q: Expr) -> Iterator[Mean]:
    """The ways to read the power base^q as a power of a mean."""
    yield from _of_root(c, base, q)
    found = power_sum(c, base)
    if found is not None and found.order is not None:
        yield from _convex(c, found, multiply(found.order, q))
        yield from _concave(c, found, multiply(found.order, q))
    if found is None or found.order is None or found.order.kind is not NUM or found.order.data != 1:
        alone = Sum(num(1), (base,))
        yield from _convex(c, alone, q, base)
        yield from _concave(c, alone, q)


def _convex(c: Prover, s: Sum, exponent: Expr, base: Expr | None = None) -> Iterator[Mean]:
    assert s.order is not None
    if not c.domain.is_nonnegative(add(s.order, num(-1))):
        return
    premises: list[Proof] = []
    for u in s.bases:
        is_even = _is_even(multiply(s.order, num(1))) or (_is_even(exponent) and base is u)
        found = c.has_curved_size(u) if is_even else _nonnegative(c, u, 1)
        if found is None:
            return
        premises += found
    for u in s.sizes:
        found = c.has_curved_size(u)
        if found is None:
            return
        premises += found
    for u in s.spectra:
        found = _definite(c, u, 1)
        if found is None:
            return
        premises += found
    strict = tuple(u for u in (*s.bases, *s.sizes) if c.affine[u]) if not s.is_weighted else ()
    is_round = s.has_more and c.domain.is_positive(add(s.order, num(-1)))  # as sqrt(1 + x²) is
    strict = strict or _strict(c, s, premises)
    yield Mean(exponent, 1, tuple(premises), _said(s, "convex"),
               strict if is_round or len(s.bases) + len(s.sizes) == 1 else (), is_round)


def _concave(c: Prover, s: Sum, exponent: Expr) -> Iterator[Mean]:
    assert s.order is not None
    if s.sizes or not c.domain.is_nonnegative(add(num(1), negate(s.order))):
        return
    premises: list[Proof] = []
    for u in s.bases:
        found = _nonnegative(c, u, -1)
        if found is None:
            return
        premises += found
    for u in s.spectra:
        found = _definite(c, u, -1)
        if found is None:
            return
        premises += found
    strict = _strict(c, s, premises)
    yield Mean(exponent, -1, tuple(premises), _said(s, "concave"), strict)


def _strict(c: Prover, s: Sum, premises: Sequence[Proof]) -> tuple[Expr, ...]:
    """In what a mean of one function is strict, if its power is."""
    if len(s.bases) != 1 or s.is_weighted or s.sizes or s.spectra:
        return ()
    return (s.bases[0],) if c.affine[s.bases[0]] else premises[0].strict if premises else ()


def _definite(c: Prover, m: Expr, sense: Sense) -> tuple[Proof, ...] | None:
    """That a semidefinite matrix is convex, or concave, in the order of Loewner."""
    proof = c.prove(m, sense, True) if c.domain.fits(m, "psd") else None
    return None if proof is None else (proof,)


def _nonnegative(c: Prover, u: Expr, sense: Sense) -> tuple[Proof, ...] | None:
    proof = c.prove(u, sense) if c.domain.is_nonnegative(u) else None
    return None if proof is None else (proof,)


def _said(s: Sum, word: str) -> tuple[str | Expr, ...]:
    if s.sizes and not s.bases:
        return ("a power of the Euclidean norm",)
    if len(s.bases) == 1 and not s.has_more:
        return (f"a power of what is {word}",)
    return (f"a power of a {word} average",)


def _of_root(c: Prover, base: Expr, q: Expr) -> Iterator[Mean]:
    """What a block says the root of its value is: concave and increasing in what is positive."""
    if base.kind is not CALL or "root" not in base.data.fields:
        return
    x = base.args[0]
    is_matrix = x.is_square and not x.is_scalar
    is_inside = c.domain.definiteness(x) == STRICT if is_matrix and _on_definite(base) else c.domain.is_positive(x)
    part = c.prove(x, -1, _on_definite(base)) if is_inside else None
    if part is not None:
        yield Mean(multiply(instantiate(base.data, "root", base.args), q), -1, (part,),
                   ("a power of its concave root",))


def _on_definite(call: Expr) -> bool:
    """Whether the root is that of a matrix in the order of Loewner, not of entries."""
    return bool(call.data.has("multiplicative"))


def power_sum(c: Prover, b: Expr) -> Sum | None:
    """A nonnegative expression as Σ wᵢ uᵢ^p; None where it is none."""
    if not c.varies[b]:
        is_more = c.domain.is_nonnegative(b) if b.is_scalar else c.domain.is_surely_nonnegative(b)
        return Sum(None, has_more=c.domain.sign(b) == STRICT) if is_more else None
    if b.kind is POW and not c.varies[b.args[1]]:
        return Sum(b.args[1], (b.args[0],))
    if b.kind is TRACE and b.args[0].kind is MATPOW and c.domain.definiteness(b.args[0].args[0]) > 0:
        return Sum(num(b.args[0].data), spectra=(b.args[0].args[0],))
    if b.kind in (CHAIN, TRACE):
        for half, middle in grams(b):
            if b.is_scalar and (middle is None or (not c.varies[middle] and c.domain.definiteness(middle) > 0)):
                return Sum(num(2), sizes=(multiply(*half),),
                           is_weighted=middle is not None and c.domain.definiteness(middle) < STRICT)
    if b.kind is ADD:
        return _added([power_sum(c, term) for term in b.args])
    if b.kind in (TRANSPOSE, OVER) and (b.kind is TRANSPOSE or b.data[0] == "sum"):
        inside = power_sum(c, b.args[0])
        return inside and inside._replace(is_weighted=inside.is_weighted or b.kind is OVER)
    if b.kind in (MUL, HAD, CHAIN):
        moved = [f for f in b.args if c.varies[f]]
        others = [f for f in b.args if not c.varies[f]]
        if len(moved) == 1 and (b.kind is not MUL or b.data > 0) and all(map(c.domain.is_nonnegative, others)):
            inside = power_sum(c, moved[0])
            is_weighted = not all(map(c.domain.is_positive, others))
            return inside and inside._replace(is_weighted=inside.is_weighted or is_weighted)
    return Sum(num(1), (b,)) if c.domain.is_nonnegative(b) else None


def _added(parts: Sequence[Sum | None]) -> Sum | None:
    """Several sums of the same order as one."""
    found = [part for part in parts if part is not None]
    orders = {part.order for part in found if part.order is not None}
    if len(found) < len(parts) or len(orders) != 1:
        return None
    return Sum(orders.pop(), tuple(u for part in found for u in part.bases),
               tuple(u for part in found for u in part.sizes), tuple(u for part in found for u in part.spectra),
               any(part.has_more for part in found), any(part.is_weighted for part in found))


def _is_even(q: Expr) -> bool:
    return q.kind is NUM and q.data.denominator == 1 and q.data.numerator % 2 == 0 and q.data > 0


def _is_odd(q: Expr) -> bool:
    return q.kind is NUM and q.data.denominator == 1 and q.data.numerator % 2 == 1

