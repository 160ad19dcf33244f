"""Commuting products of powers: x^a · x^b = x^(a+b), used for scalars and, entry by entry, for matrices."""

from __future__ import annotations

from fractions import Fraction
from operator import attrgetter

from matcalc.algebra import powers
from matcalc.algebra.atoms import ONE, is_zero, num
from matcalc.algebra.sums import add, primitive
from matcalc.core.expr import NUM, ONES, POW, Expr, Kind
from matcalc.limits import spend

_ORDER = attrgetter("order")


class Monomial:
    """A product under construction: a rational coefficient and a power for each base.

    `product` is the operation that joins factors of this kind: MUL for scalars, HAD for entries of matrices.
    """

    def __init__(self, product: Kind) -> None:
        self.product = product
        self.coefficient = Fraction(1)
        self.powers: dict[Expr, tuple[Expr, Expr | None]] = {}
        self.merged = False

    def take(self, *factors: Expr) -> None:
        """Multiply by factors of the product's kind."""
        spend(len(factors))
        for e in factors:
            if e.kind is NUM:
                self.coefficient *= e.data
            elif e.kind is self.product:
                if e.data is not None and e.data != 1:
                    self.coefficient *= e.data
                spend(len(e.args))
                for f in e.args:  # already in normal form
                    base, exponent = f.args if f.kind is POW else (f, ONE)
                    self._raise(base, exponent, f)
            elif is_zero(e):
                self.coefficient = Fraction(0)
            elif e.kind is POW:
                self._raise(e.args[0], e.args[1], e)
            elif e.kind is not ONES:
                content, base = primitive(e)
                self.coefficient *= content
                self._raise(base, ONE, base)

    def _raise(self, base: Expr, exponent: Expr, e: Expr) -> None:
        if base not in self.powers:
            self.powers[base] = (exponent, e)
            return
        self.merged = True
        before = self.powers[base][0]
        both = exponent.kind == before.kind == NUM
        self.powers[base] = (num(before.data + exponent.data) if both else add(before, exponent), None)

    def factors(self) -> list[Expr]:
        """The factors in structural order, once merged powers have settled."""
        while self.merged:
            self.merged = False
            open_ones = [base for base, (_, e) in self.powers.items() if e is None]
            self.take(*[powers.power(base, self.powers.pop(base)[0]) for base in open_ones])
        return sorted((e for _, e in self.powers.values() if e is not None), key=_ORDER)
