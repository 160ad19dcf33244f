"""What is different where an unknown is complex: a real f is stationary where ∂f/∂X̄ is 0, X and X̄ being independent.

An equation c = 0 with complex values has a complex multiplier, and 2 Re⟨Λ, c⟩ in the Lagrangian, where ⟨Λ, c⟩ is
tr(Λᴴc); one with real values has a real multiplier and ⟨Λ, c⟩. Equations that are linear in X̄ alone, as wᴴa = 1, are
taken as their conjugate transposes, which hold where they do.

Source: Brandwood (1983), theorems 2 and 3, and section 3.3, the minimum under linear constraints.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from matcalc.algebra import add, adjoint, conjugate, multiply, num, trace
from matcalc.algebra.conjugation import conjugated, is_real, twice_real
from matcalc.answer.problem import Problem
from matcalc.calculus.differential import seed
from matcalc.checking.stated import Statement
from matcalc.core.expr import CONJ, Expr, postorder
from matcalc.diagnostics import MatcalcError, NoRuleError, fail
from matcalc.printers import unicode_text

_HERMITIAN = frozenset({"hermitian", "hpd"})
_NOT_LINEAR = "of constraints that are not linear, among complex numbers only x^H*B*x = c is solved, " \
              "with a complex vector x"


def is_hermitian_unknown(x: Expr) -> bool:
    """Whether a complex unknown is declared to be Hermitian, so that X̄ is X' and not independent of X."""
    return not x.data.props.isdisjoint(_HERMITIAN)


def side(x: Expr) -> Expr:
    """By what the gradient is taken: X̄ of a complex unknown, but X of a Hermitian one."""
    return conjugated(x) if x.complex and not is_hermitian_unknown(x) else x


def free_gradient(by: Callable[[Expr], Expr], x: Expr) -> Expr:
    """The gradient with independent entries, where `by` gives the one by a leaf: among Hermitian matrices the two by X
    and by X̄ together, df = tr(Gᴴ dX), which is still to be projected."""
    return add(conjugate(by(x)), by(conjugated(x))) if is_hermitian_unknown(x) else by(side(x))


def pairing(multiplier: Expr, h: Expr) -> Expr:
    """⟨Λ, h⟩, of a complex Λ 2 Re⟨Λ, h⟩."""
    paired = trace(multiply(adjoint(multiplier), h))
    return twice_real(paired) if multiplier.complex else paired


def statement(f: Expr, x: Expr, gradient: Expr) -> Statement:
    """That a gradient of a real f is what it is said to be: df = 2 Re⟨∂f/∂X̄, dX⟩ by a complex unknown."""
    if not x.complex:
        return Statement(f, x, gradient, "gradient")
    both = twice_real(trace(multiply(adjoint(gradient), seed(x))))
    if is_hermitian_unknown(x):
        return Statement(f, x, multiply(num(Fraction(1, 2)), both), "differential", "project")
    return Statement(f, x, both, "differential")


def second(q: Expr, x: Expr) -> Expr:
    """The second differential of ⟨dX, dG⟩, where G is the gradient: twice its real part where that is ∂f/∂X̄."""
    if not x.complex or is_hermitian_unknown(x):
        return q
    return twice_real(q)


def has_conjugate(e: Expr, x: Expr) -> bool:
    """Whether the conjugate of a leaf stands in `e`."""
    return any(part.kind is CONJ and part.args[0] is x for part in postorder(e))


def linear_in(h: Expr, xs: Sequence[Expr], text: str) -> Expr:
    """An equation h = 0 with real values, or with complex ones in which no conjugate of an unknown stands.

    Raises NoRuleError where there is none.
    """
    if is_real(h):
        return h
    for form in (h, adjoint(h)):
        if all(x.complex and not is_hermitian_unknown(x) and not has_conjugate(form, x) for x in xs
               if x in postorder(form)):
            return form
    raise fail("M1503", f"{text} has complex values and is not linear over the complex numbers in what is sought; its "
               "real and imaginary parts are equations of their own", text, error=NoRuleError)


def refuse_unsolved(problem: Problem) -> None:
    """Raise NoRuleError for what of complex variables is not solved."""
    unknown = next((x for x in problem.wrt if x.complex), None)
    if unknown is None and is_real(problem.f):
        return
    source = problem.typed_source
    if not is_real(problem.settled(problem.f)):
        raise fail("M1503", "the value is not certainly real, and only what is real has a minimum; where a matrix is "
                   "Hermitian, “hermitian” or “hpd” in its declaration says so", source, error=NoRuleError)
    if unknown is not None and "unitary" in unknown.data.props:
        raise fail("M1503", f"solving for what is unitary is not worked out, and {unknown.data.name} is declared so",
                   source, error=NoRuleError)


def not_linear(source: str) -> MatcalcError:
    """What is said of spectra and of lengths."""
    return fail("M1503", _NOT_LINEAR, source, error=NoRuleError)


def refuse_not_real(source: str, values: Sequence[tuple[Expr, Expr]]) -> None:
    """Raise NoRuleError where what is to be real, an unknown or a multiplier, is not certainly so."""
    for leaf, value in values:
        if not leaf.complex and not is_real(value):
            raise fail("M1503", f"the value of the real {leaf.data.name} is found among complex numbers, and is not "
                       "certainly real", source, error=NoRuleError)


def remarks(multipliers: Sequence[Expr]) -> list[str]:
    """How complex multipliers are meant."""
    names = [unicode_text(m) for m in multipliers if m.complex]
    return [f"{name} is complex: the Lagrangian has 2 Re tr({name}ᴴ c), c being left minus right" for name in names]
