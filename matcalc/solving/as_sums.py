"""A solution in the letters that were typed: X'𝟏/n is Σᵢ xᵢ/n where the xᵢ are the rows of X.

A product whose inner dimension counts the members of a family is a sum over them: L R = Σᵢ L₍:,ᵢ₎ R₍ᵢ,:₎.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.algebra import add, hadamard, multiply, num, ones, transpose
from matcalc.algebra.indexed import at, over
from matcalc.algebra.make import rebuild
from matcalc.answer.problem import Problem
from matcalc.core.expr import ADD, CHAIN, HAD, MUL, ONES, POW, TRANSPOSE, VAR, Expr, postorder
from matcalc.core.indices import Index, Ref
from matcalc.core.parts import chain_factors


class _NoMemberError(Exception):
    """A factor of which no member is a formula of members of families."""


def in_sums(e: Expr, problem: Problem) -> Expr | None:
    """`e` with a sum in the place of every product over members; None where it has none, or is no formula of them."""
    if problem.indexed is None or not problem.indexed.is_lifted:
        return None
    found: Expr | None = None
    for letter, axis in problem.indexed.letters:
        families = {problem.indexed.stacks[name].name: info.expr for name, info in problem.indexed.variables.items()
                    if list(info.axes) == [axis] and name in problem.indexed.stacks}
        if families:
            try:
                found = _Members(Index(letter, *axis), families).written(found or e)
            except _NoMemberError:
                return None
    return found if found is not e else None


class _Members:
    """The families over one index, by the names of the matrices that hold them."""

    def __init__(self, index: Index, families: dict[str, Expr]) -> None:
        self.index, self.families = index, families

    def written(self, e: Expr) -> Expr:
        """`e` without the matrices."""
        inner = [k for k in range(1, len(e.args)) if e.kind is CHAIN and self._is_inner(*e.args[k - 1:k + 1])]
        if inner:
            k = inner[0]
            left, right = e.args[:k], e.args[k:]
            return over("sum", self.index, multiply(transpose(self._row([transpose(f) for f in reversed(left)])),
                                                    self._row(right)))
        if e.kind is VAR and e.data.name in self.families:
            raise _NoMemberError
        if e.kind in (ADD, MUL, CHAIN, HAD, TRANSPOSE, POW):
            return rebuild(e, [self.written(arg) for arg in e.args])
        if any(leaf.kind is VAR and leaf.data.name in self.families for leaf in postorder(e)):
            raise _NoMemberError
        return e

    def _is_inner(self, left: Expr, right: Expr) -> bool:
        return left.shape[1] == self.index.size == right.shape[0]

    def _row(self, factors: Sequence[Expr]) -> Expr:
        """The row of a product that belongs to the index: a row of the first factor times the others."""
        first, *rest = factors
        return multiply(self._member(first), *(self.written(f) for f in rest))

    def _member(self, e: Expr) -> Expr:
        """The row of a factor that belongs to the index."""
        if e.kind is VAR and e.data.name in self.families:
            return transpose(at(self.families[e.data.name], Ref(self.index)))
        if e.kind is ONES:
            return ones(1, e.shape[1])
        if e.kind is ADD:
            return add(*map(self._member, e.args))
        if e.kind is MUL:
            return multiply(num(e.data), *map(self.written, e.args[:-1]), self._member(e.args[-1]))
        if e.kind is CHAIN:
            return self._row(chain_factors(e))
        if e.kind is HAD:
            return hadamard(*map(self._member, e.args))
        raise _NoMemberError
