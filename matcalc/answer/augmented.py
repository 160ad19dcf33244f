"""Second derivatives and Jacobians by a complex variable: pairs of blocks, by X and by conj(X).

d vec(Y) = J vec(dX) + K vec(dX̄) gives the pair ∂Y/∂X, ∂Y/∂X̄; where X is Hermitian, dX̄ is dX', and one matrix says it.
Of a real f the gradient g = ∂f/∂X̄ has such a pair, and its blocks make the augmented Hessian

    d²f = [dx; dx̄]ᴴ [∂²f/∂x̄∂xᵀ, ∂²f/∂x̄∂x̄ᵀ; conj of the second, conj of the first] [dx; dx̄].

Source: Hjørungnes (2011), Complex-Valued Matrix Derivatives, ch. 3 and 5; Kreutz-Delgado (2009), section 5.
"""

from __future__ import annotations

from matcalc.algebra import add, apply, block, conjugate, multiply, substitute, tangent, transpose, zeros
from matcalc.algebra.conjugation import is_real
from matcalc.algebra.leaves import is_zero
from matcalc.answer import applied
from matcalc.answer.applied import of_columns
from matcalc.answer.derivative import Derivative, Form
from matcalc.answer.problem import Problem
from matcalc.answer.shown import shown
from matcalc.answer.wirtinger import both
from matcalc.calculus.differential import seed
from matcalc.calculus.matrix_form import commutation, matrix_form
from matcalc.calculus.structure import structure_of
from matcalc.checking.stated import Statement
from matcalc.core.expr import Expr
from matcalc.diagnostics import NoRuleError, fail
from matcalc.options import Layout, Structure, Vec

_PLACE = "conj"  # what stands for the conjugate of the tangent, which nobody can type


def pair(problem: Problem, f: Expr, x: Expr, vec: Vec) -> tuple[Expr, Expr]:
    """∂vec(f)/∂vec(X)' and ∂vec(f)/∂vec(X̄)', with independent entries."""
    dx, other = seed(x), tangent(_PLACE, x.shape, -1)
    linear = substitute(applied.unclosed(problem, f, {x: dx}), {conjugate(dx): other})
    with applied.named_gaps(problem):
        one, two = (problem.closed(problem.settled(matrix_form(
            substitute(linear, {gone: zeros(*x.shape)}), kept, problem.rulebook, vec)))
            for kept, gone in ((dx, other), (other, dx)))
    return one, two


def jacobian(problem: Problem, structure: Structure, layout: Layout, vec: Vec) -> Derivative:
    """The Jacobian by the first variable of a problem, which is complex."""
    f, x = problem.f, problem.wrt[0]
    word = _structured(problem, structure)
    one, two = pair(problem, f, x, vec)
    if word:
        one = problem.closed(add(one, multiply(two, commutation(*x.shape, problem.rulebook))))
        two = zeros(*one.shape)
    one, two = shown(one, problem.rulebook), shown(two, problem.rulebook)
    turned = transpose if layout == "denominator" else lambda e: e
    further = () if is_zero(two) else (Form("conjugate", turned(two)),)
    notes = [*problem.notes, _about(x.data.name, word, bool(further))]
    by_columns = _by_columns((one, two), f, problem, vec)
    return Derivative(problem, lambda: turned(one), notes, "jacobian",
                      lambda: (_statement(problem, f, by_columns, "project" if word else "free"),), layout, vec,
                      lambda: further, convention="both" if further else "holomorphic")


def hessian(problem: Problem, structure: Structure, layout: Layout, vec: Vec) -> Derivative:
    """The augmented Hessian of a real f by a complex variable, and its two blocks."""
    x = problem.wrt[0]
    if len({*problem.wrt}) > 1 or _structured(problem, structure):
        what = "by several variables" if len({*problem.wrt}) > 1 else "within a structure"
        raise fail("M1503", f"the second derivative by complex variables {what} is not derived", problem.source,
                   fixes=() if len({*problem.wrt}) > 1 else ("--structure free",), error=NoRuleError)
    if not is_real(problem.settled(problem.f)):
        raise fail("M1503", "an augmented Hessian is one of real values, and this is not certainly real; differentials "
                   "of second order are, with `diff --order 2`", problem.source, error=NoRuleError)
    by_conj = problem.marked(both(problem)[1])
    one, two = (shown(e, problem.rulebook) for e in pair(problem, by_conj, x, vec))
    columns = _by_columns((one, two), by_conj, problem, vec)
    slope = Statement(problem.f, x, applied.along(problem, problem.f, {x: seed(x)}), "differential")

    def whole() -> Expr:
        found = block([[one, two], [conjugate(two), conjugate(one)]])
        return transpose(found) if layout == "denominator" else found

    def bilinear() -> Expr:
        first, second = seed(x, 1), seed(x, 2)
        return problem.settled(applied.along(problem, applied.along(problem, problem.f, {x: first}), {x: second}))

    notes = [*problem.notes, f"d²f = [dv; conj(dv)]^H H [dv; conj(dv)] with dv = vec(d{x.data.name}) and H = [H1, H2; "
                             "conj(H2), conj(H1)] of these two blocks (Hjørungnes 2011, ch. 5)"]
    return Derivative(problem, whole, notes, "hessian",
                      lambda: (slope, _statement(problem, by_conj, columns, "free")), layout, vec,
                      lambda: (Form("bilinear", bilinear), Form("first block", one), Form("second block", two)),
                      convention="augmented")


def _structured(problem: Problem, structure: Structure) -> str:
    """hermitian, where dX̄ is dX'; '' where entries are independent. Raises NoRuleError for what is neither."""
    word = None if structure == "free" else structure_of(problem.settled(problem.wrt[0]))
    if word is not None and word not in ("hermitian", "hpd"):
        raise fail("M1503", f"a Jacobian by complex variables that are {word} is not derived", problem.source,
                   fixes=("--structure free",), error=NoRuleError)
    return word or ""


def _about(name: str, word: str, is_pair: bool) -> str:
    if word:
        return f"{name} is {word}: d vec(Y) = J vec(d{name}) for directions d{name} that are Hermitian"
    return f"d vec(Y) = (∂Y/∂{name}) vec(d{name}) + (∂Y/∂{name}̄) vec(d{name}̄)" if is_pair else \
        f"holomorphic: d vec(Y) = J vec(d{name}), without d{name}̄"


def _by_columns(pair: tuple[Expr, Expr], f: Expr, problem: Problem, vec: Vec) -> tuple[Expr, Expr]:
    """The same on column-major vec."""
    if vec == "col":
        return pair
    one, two = (of_columns(e, f, problem.wrt[0], problem.rulebook) for e in pair)
    return one, two


def _statement(problem: Problem, f: Expr, pair: tuple[Expr, Expr], structure: Structure) -> Statement:
    """d vec(f) = J vec(dX) + K vec(dX̄)."""
    x, (one, two) = problem.wrt[0], pair

    def vec(e: Expr) -> Expr:
        return e if e.shape[1] == 1 else apply(problem.rulebook.core("vec"), e)

    moved = vec(seed(x))
    linear = add(multiply(problem.marked(one), moved), multiply(problem.marked(two), conjugate(moved)))
    return Statement(vec(f), x, linear, "differential", structure)
