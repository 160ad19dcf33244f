"""Updates of rank one: (A + a b')⁻¹ a = A⁻¹ a/(1 + b' A⁻¹ a), after Sherman and Morrison, and the same from the left.

It makes a product longer by itself, and a formula shorter in which the update stands only beside its own vectors.
Source: Golub & Van Loan (2013), Matrix Computations, 2.1.4.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra import add, matrix_power, multiply, num, power, rebuild
from matcalc.core.expr import ADD, CHAIN, MATPOW, Expr, postorder
from matcalc.core.parts import chain_factors, number_scalars_matrix
from matcalc.records import NamedTuple


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
    for update in list(_updates(e)):
        changed = _without(e, update)
        e = e if update.whole in postorder(changed) else changed
    return e


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
