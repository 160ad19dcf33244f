"""The first certificate: the second differential of the whole formula, a quadratic form in dX, read off its terms.

Where it does not depend on the unknown the formula is quadratic, and convex if and only if the form is nowhere
negative; that of x'A x is dx'(A + A')dx, and the condition is said of its matrix.

Source: Klaus, Merk, Wiedom, Laue & Giesen (2022), Convexity certificates from Hessians; Boyd & Vandenberghe (2004)
3.1.4.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra import apply, multiply, negate, num, substitute, variable
from matcalc.algebra.addition import primitive
from matcalc.algebra.conjugation import is_hermitian
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.adjoint import gradient
from matcalc.calculus.differential import differential, seed
from matcalc.calculus.matrix_form import matrix_form
from matcalc.calculus.regularity import Condition
from matcalc.convex.proved import POSITIVE_DEFINITE, POSITIVE_SEMIDEFINITE, Attempt, Statement
from matcalc.convex.strength import Strength
from matcalc.core.expr import CALL, Expr, postorder, variables
from matcalc.curvature.fields import Sense
from matcalc.curvature.forms import sign_of_form
from matcalc.curvature.one_number import has_slope, is_smooth
from matcalc.curvature.proof import Proof
from matcalc.diagnostics import MatcalcError
from matcalc.simplification import closed_form

RULE = "second differential"
_MOST = 120  # operations: the second differential of more is not looked for


class Second:
    """d²f in the directions of the unknowns; None as `form` where there is none, or where a kink hides it."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt, self.book = attempt, attempt.composition.book
        self.directions = {x: variable(f"d{x.data.name}", x.shape, _linear(x)) for x in attempt.unknowns
                           if not x.data.axes}
        self.form = self._form()

    def _form(self) -> Expr | None:
        f = self.attempt.f
        if len(self.directions) < len(self.attempt.unknowns) or f.weight > _MOST or not is_smooth(f):
            return None
        try:
            first = closed_form(differential(f, self.directions, self.book), self.book)
            if any(e.kind is CALL and e.data.form == "constant" for e in postorder(first)):
                return None  # the slope may jump, and down
            known = self.attempt.composition
            if not has_slope(f, first, lambda e: known.varies[e] and not known.affine[e]):
                return None
            return closed_form(differential(first, self.directions, self.book), self.book)
        except MatcalcError:
            return None

    @property
    def is_quadratic(self) -> bool:
        """Whether the form is the same everywhere."""
        return self.form is not None and not self.attempt.composition.varies[self.form]

    def statements(self, sense: Sense) -> Iterator[Statement]:
        """That it is convex, or concave, where every term of the form has that sign."""
        if self.form is None or not self.attempt.is_on_convex_set:
            return
        sign = sign_of_form(self.form, self.attempt.domain, tuple(self.directions.values()))
        if sign == sense and not is_zero(self.form):
            yield self._said(sense, Strength(""), (), "nowhere negative" if sense > 0 else "nowhere positive")

    def conditional(self, sense: Sense) -> Iterator[Statement]:
        """Of a quadratic formula: what its matrix has to be."""
        if not self.is_quadratic or len(self.directions) > 1 or self.attempt.f.complex:
            return
        x = self.attempt.unknowns[0]
        try:
            slope = closed_form(gradient(self.attempt.f, x, self.book), self.book)
            moved = differential(slope, {x: seed(x)}, self.book)
            matrix = closed_form(matrix_form(moved, seed(x), self.book), self.book)
        except MatcalcError:
            return
        content, shown = primitive(matrix if sense > 0 else negate(matrix))
        if content < 0:
            content, shown = -content, negate(shown)
        if self.attempt.domain.definiteness(shown) > 0:
            yield self._said(sense, Strength(""), (), "the same everywhere")
            return
        if not variables(shown):
            return  # which holds or does not, whatever the data are
        if shown.is_scalar:
            words, smallest = ("nonnegative", "positive"), shown
        else:
            words = (POSITIVE_SEMIDEFINITE, POSITIVE_DEFINITE)
            smallest = apply(self.book.overloads("lambda_min")[0], shown)
        why = "the same everywhere"
        yield self._said(sense, Strength(""), (Condition(words[0], shown),), why)
        constant = multiply(num(content), smallest)
        yield self._said(sense, Strength("strongly", (), constant), (Condition(words[1], shown),), why)

    def _said(self, sense: Sense, strength: Strength, conditions: tuple[Condition, ...], why: str) -> Statement:
        attempt = self.attempt
        assert self.form is not None
        shown = substitute(self.form, {d: seed(x) for x, d in self.directions.items()})
        proof = Proof(attempt.f, sense, False, RULE, ("its second differential is ", why, ": ", shown))
        return Statement("convex" if sense > 0 else "concave", strength, conditions, proof, attempt.f, attempt.unknowns)


def _linear(x: Expr) -> frozenset[str]:
    """The linear structure that directions have."""
    if x.complex:
        return frozenset({"hermitian" if is_hermitian(x) and not x.is_scalar else "complex"})
    return frozenset({"sym"}) if is_hermitian(x) and not x.is_scalar else frozenset()
