"""Updates of rank one: (A + a b')⁻¹ a = A⁻¹ a/(1 + b' A⁻¹ a), after Sherman and Morrison, and the same from the left;
updates of I from one side to the other: (c I + U V)⁻¹ U = U (c I + V U)⁻¹, and V (c I + U V)⁻¹ U = I − c (c I + V U)⁻¹.

Each makes a product no shorter by itself, but a formula in which the update stands only beside its own factors.
Source: Golub & Van Loan (2013), Matrix Computations, 2.1.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from matcalc.algebra import add, eye, matrix_power, multiply, negate, num, power, rebuild
from matcalc.core.expr import ADD, CHAIN, EYE, MATPOW, Expr, Memo, postorder
from matcalc.core.parts import chain_factors, number_scalars_matrix
from matcalc.records import NamedTuple
from matcalc.session import SESSION
from matcalc.simplification.length import cost

_TWO = 2  # terms of a sum c I + U V


class Update(NamedTuple):
    """(A + a b')⁻¹ with the inverse of A."""

    whole: Expr
    inverse: Expr
    a: Expr
    b: Expr  # a row

    @property
    def share(self) -> Expr:
        """1/(1 + b' A⁻¹ a)"""
        return power(add(num(1), multiply(self.b, self.inverse, self.a)), num(-1))


def updated(e: Expr) -> Expr:
    """`e` without the inverses of updates; `e` itself where one of them stays."""
    for update in list(_updates(e)) if _has_power_of_sum[e] else ():
        changed = _without(e, update)
        e = e if update.whole in postorder(changed) else changed
    return e


@SESSION.memo
@Memo
def _has_power_of_sum(e: Expr) -> bool:
    """Whether (A + B)⁻¹ or another power of a sum of matrices stands in `e`: known of its parts, nothing is walked."""
    return (e.kind is MATPOW and e.args[0].kind is ADD) or any(map(_has_power_of_sum.__getitem__, e.args))


def _updates(e: Expr) -> Iterator[Update]:
    for part in postorder(e):
        if part.kind is MATPOW and part.data == -1 and part.args[0].kind is ADD:
            terms = part.args[0].args
            for i, term in enumerate(terms):
                q, scalars, matrix = number_scalars_matrix(term)
                f = chain_factors(matrix)
                if len(f) == 2 and f[0].shape[1] == 1 and not scalars and q in (1, -1):
                    rest = matrix_power(add(*terms[:i], *terms[i + 1:]), -1)
                    yield Update(part, rest, multiply(num(q), f[0]), f[1])


def _without(e: Expr, update: Update) -> Expr:
    """`e` with A⁻¹ a/(1 + b' A⁻¹ a) for (A + a b')⁻¹ a."""
    _, _, a = number_scalars_matrix(update.a)
    done: dict[Expr, Expr] = {}
    for part in postorder(e):
        args = [done[arg] for arg in part.args]
        done[part] = _chain(part, args, update, a) if part.kind is CHAIN else \
            part if args == [*part.args] else rebuild(part, args)
    return done[e]


def _chain(part: Expr, args: list[Expr], update: Update, a: Expr) -> Expr:
    """A product, each factor of which is done: those beside its own vectors, or the whole."""
    factors = [*part.args]
    for i, f in enumerate(factors):
        is_beside = (i + 1 < len(factors) and factors[i + 1] is a) or (i and factors[i - 1] is update.b)
        if f is update.whole and is_beside:
            return multiply(update.share, *args[:i], update.inverse, *args[i + 1:])
    return part if args == factors else rebuild(part, args)


def turned(e: Expr) -> Expr:
    """`e` with (c I + V U)⁻¹ in the place of (c I + U V)⁻¹ before U, and two inverses as the inverse of a product that
    is shorter when it is multiplied out: (Q⁻¹ + A)⁻¹ Q⁻¹ = (I + Q A)⁻¹."""
    parts = postorder(e) if _has_power_of_sum[e] else []
    if not any(part.kind is MATPOW and any(_sides(part.args[0])) for part in parts):
        return e
    done: dict[Expr, Expr] = {}
    for part in parts:
        args = [done[arg] for arg in part.args]
        new = part if args == [*part.args] else rebuild(part, args)
        done[part] = _turned_chain(new) if new.kind is CHAIN else new
    return done[e]


def _turned_chain(e: Expr) -> Expr:
    """A product in which inverses are turned, or two joined; what is no product any more stays."""
    if e.kind is not CHAIN:
        return e
    factors = chain_factors(e)
    for i, f in enumerate(factors):
        if f.kind is MATPOW and f.data == -1 and f.args[0].kind is ADD:
            before, behind = factors[:i], factors[i + 1:]
            for side in _sides(f.args[0]):
                found = _turned_inverse(side, before, behind)
                if found is not None:
                    return _turned_chain(multiply(*found))
    for i, (f, g) in enumerate(pairwise(factors)):
        if f.kind is MATPOW and g.kind is MATPOW and f.data == g.data == -1:
            for whole in _products(g.args[0], f.args[0]):
                if 1 + cost(whole) < cost(f) + cost(g):
                    return multiply(*factors[:i], matrix_power(whole, -1), *factors[i + 2:])
    return e


def _products(a: Expr, b: Expr) -> Iterator[Expr]:
    """A B with one of the two sums multiplied out."""
    if b.kind is ADD:
        yield add(*(multiply(a, term) for term in b.args))
    if a.kind is ADD:
        yield add(*(multiply(term, b) for term in a.args))


class _Side(NamedTuple):
    """c I + U V, and the inverse of c I + V U."""

    c: Expr
    u: tuple[Expr, ...]
    v: tuple[Expr, ...]
    other: Expr


def _sides(total: Expr) -> Iterator[_Side]:
    """The ways in which a sum is c I + U V; none of what is no sum."""
    if total.kind is not ADD or len(total.args) != _TWO:
        return
    split = [number_scalars_matrix(term) for term in total.args]
    i = next((i for i, (_, _, matrix) in enumerate(split) if matrix.kind is EYE), -1)
    if i >= 0 and split[1 - i][2].kind is CHAIN and split[1 - i][0] == 1 and not split[1 - i][1]:
        q, scalars, _ = split[i]
        c, f = multiply(num(q), *scalars), chain_factors(split[1 - i][2])
        for k in range(1, len(f)):
            u, v = f[:k], f[k:]
            other = add(multiply(c, eye(v[0].shape[0])), multiply(*v, *u))
            yield _Side(c, u, v, matrix_power(other, -1))


def _turned_inverse(side: _Side, before: tuple[Expr, ...], behind: tuple[Expr, ...]) -> tuple[Expr, ...] | None:
    """The factors with V (c I + U V)⁻¹ U as I − c (c I + V U)⁻¹, or the inverse behind U."""
    _, u, v, other = side
    is_before, is_behind = before[len(before) - len(v):] == v, behind[:len(u)] == u
    rest = before[:len(before) - len(v)]
    if is_before and is_behind:
        return *rest, add(eye(v[0].shape[0]), negate(multiply(side.c, other))), *behind[len(u):]
    return (*before, *u, other, *behind[len(u):]) if is_behind else None
