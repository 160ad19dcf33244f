"""Derivatives by a complex variable: X and conj(X) count as independent, df = tr((∂f/∂X)'dX) + tr((∂f/∂X̄)'dX̄).

Of a real f the two are conjugates of each other, and one of them says it all: df = Re⟨G, dX⟩ with G = 2 ∂f/∂X̄, where
⟨A, B⟩ = tr(AᴴB). Books give ∂f/∂X̄, the direction of steepest ascent without the 2; programs G or its conjugate. Of a
holomorphic f ∂f/∂X̄ is 0 and ∂f/∂X the derivative. Of any other f both are given. Within a real-linear structure, that
of a Hermitian matrix, dX̄ is dX', and G is projected.

Source: Brandwood (1983); Hjørungnes & Gesbert (2007), Complex-valued matrix differentiation, tables II–V.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from matcalc.algebra import add, conjugate, multiply, num, trace, transpose, variable
from matcalc.algebra.conjugation import conjugated, is_real, twice_real
from matcalc.algebra.leaves import is_zero
from matcalc.answer import applied
from matcalc.answer.derivative import Derivative, Form
from matcalc.answer.problem import Problem
from matcalc.answer.shown import shown
from matcalc.calculus.differential import seed
from matcalc.calculus.structure import structure_of, within
from matcalc.checking.stated import Statement
from matcalc.core.expr import Expr
from matcalc.diagnostics import NoRuleError, fail
from matcalc.options import Convention, Layout, Structure

HALF = num(Fraction(1, 2))
REAL_LINEAR = ("hermitian", "hpd", "unitary")  # structures that only real multiples keep
_OF_CONVENTION: dict[Convention, Callable[[Expr], Expr]] = {
    "brandwood": lambda g: multiply(HALF, g), "real-pair": lambda g: g, "torch": lambda g: g, "jax": conjugate}
_SAID: dict[Convention, str] = {
    "brandwood": "df = 2 Re tr((∂f/∂{X}̄)ᴴ d{X}), the convention of Brandwood (1983) and Hjørungnes & Gesbert (2007); "
                 "torch gives twice this, JAX the conjugate of twice this: --convention",
    "real-pair": "2 ∂f/∂{X}̄ = ∂f/∂Re {X} + ⅈ ∂f/∂Im {X} = G: df = Re tr(Gᴴ d{X})",
    "torch": "2 ∂f/∂{X}̄ = G is what torch has after backward(): df = Re tr(Gᴴ d{X})",
    "jax": "2 ∂f/∂{X} = G is what jax.grad gives, the conjugate of what torch has: df = Re tr(Gᵀ d{X})"}


_SAID_OF_ONE = {
    "": "f is holomorphic: ∂f/∂{X}̄ = 0, and ∂f/∂{X} is its complex derivative, df = tr((∂f/∂{X})ᵀ d{X})",
    **dict.fromkeys(("hermitian", "hpd"), "f is not real; {X} is Hermitian, so that d{X}̄ = d{X}ᵀ, and df = tr("
                                          "(∂f/∂{X})ᵀ d{X})")}
_SAID_OF_BOTH = "f is neither real nor holomorphic: df = tr((∂f/∂{X})ᵀ d{X}) + tr((∂f/∂{X}̄)ᵀ d{X}̄)"


def gradient(problem: Problem, structure: Structure, layout: Layout, convention: Convention) -> Derivative:
    """The gradient by the first variable of a problem, which is complex."""
    if structure == "cookbook":
        raise fail("M1504", "the cookbook form is one of real symmetric matrices; the structures of a complex variable "
                   "are project and free", problem.source, fixes=("--structure project", "--structure free"))
    if is_real(problem.settled(problem.f)):
        return _of_real(problem, structure, layout, convention)
    return _of_complex(problem, structure, layout)


def both(problem: Problem, f: Expr | None = None) -> tuple[Expr, Expr]:
    """∂f/∂X and ∂f/∂X̄ with independent entries, of the formula or of another scalar."""
    x = problem.wrt[0]
    by, by_conj = (problem.closed(problem.settled(applied.by_gradient(problem, problem.f if f is None else f, leaf)))
                   for leaf in (x, conjugated(x)))
    return by, by_conj


def pulled(problem: Problem, name: str, structure: Structure) -> Derivative:
    """J*[G] with Re tr(Gᴴ dF) = Re tr(J*[G]ᴴ dX): what torch gives for grad_outputs G."""
    f, x = problem.f, problem.wrt[0]
    g = variable(name, f.shape, frozenset() if is_real(problem.settled(f)) else frozenset({"complex"}))
    paired = multiply(HALF, twice_real(trace(multiply(transpose(conjugate(g)), f))))
    if x.complex:
        by, by_conj = both(problem, paired)
        free = problem.closed(add(conjugate(by), by_conj))
    else:
        free = problem.settled(applied.by_gradient(problem, paired, x))
    answer = shown(problem.closed(within(problem.settled(x), structure, problem.rulebook)(free)), problem.rulebook)
    back = trace(multiply(transpose(conjugate(problem.marked(answer))), seed(x)))
    statement = Statement(paired, x, multiply(HALF, twice_real(back)), "differential", structure)
    note = f"Re tr({name}^H dF) = Re tr(J*[{name}]^H d{x.data.name}), as torch has it for grad_outputs"
    return Derivative(problem, lambda: answer, [*problem.notes, note], "vjp", lambda: (statement,), directions=(g,))


def _of_complex(problem: Problem, structure: Structure, layout: Layout) -> Derivative:
    """∂f/∂X of a holomorphic f, or by Hermitian matrices, which span all; else ∂f/∂X and ∂f/∂X̄."""
    settled, (by, by_conj) = problem.settled(problem.wrt[0]), both(problem)
    word = None if structure == "free" else structure_of(settled)
    if word in ("hermitian", "hpd"):
        found = problem.closed(add(by, transpose(by_conj)))
        return _one(problem, found, layout, [_SAID_OF_ONE[word].replace("{X}", settled.data.name)])
    if word == "unitary":
        raise fail("M1503", "the value is not certainly real; the derivative of what is complex within unitary "
                   "matrices is a differential, which `diff` gives", problem.source, error=NoRuleError,
                   fixes=("--structure free",))
    kept = within(settled, structure, problem.rulebook)
    by, by_conj = (problem.closed(kept(e)) for e in (by, by_conj))
    if is_zero(by_conj):
        return _one(problem, by, layout, [_SAID_OF_ONE[""].replace("{X}", settled.data.name)], structure)
    first, second = shown(by, problem.rulebook), shown(by_conj, problem.rulebook)
    statement = _statement(problem, pairing(problem, first, second), structure)
    notes = [*problem.notes, _SAID_OF_BOTH.replace("{X}", settled.data.name)]
    turned = transpose if layout == "numerator" else lambda e: e
    return Derivative(problem, lambda: turned(first), notes, "gradient", lambda: (statement,), layout,
                      further=lambda: [Form("conjugate", turned(second))], convention="both")


def _of_real(problem: Problem, structure: Structure, layout: Layout, convention: Convention) -> Derivative:
    """Of a real f: G with df = Re⟨G, dX⟩, as the convention has it."""
    x = problem.wrt[0]
    settled, (by, by_conj) = problem.settled(x), both(problem)
    whole = problem.closed(add(conjugate(by), by_conj))
    kept = problem.closed(within(settled, structure, problem.rulebook)(whole))
    is_bound = structure != "free" and structure_of(settled) in REAL_LINEAR
    made = _OF_CONVENTION["real-pair" if is_bound and convention == "brandwood" else convention]
    answer = shown(problem.closed(made(kept)), problem.rulebook)
    back = _back(answer, convention, is_bound)
    paired = trace(multiply(transpose(conjugate(problem.marked(back))), seed(x)))
    statement = _statement(problem, multiply(HALF, twice_real(paired)), structure)
    notes = [*problem.notes, *(_about_structure(settled, convention) if is_bound else [_named(convention, settled)])]
    turned = transpose if layout == "numerator" else lambda e: e
    return Derivative(problem, lambda: turned(answer), notes, "gradient", lambda: (statement,), layout,
                      convention=f"structure{' jax' * (convention == 'jax')}" if is_bound else convention)


def _named(convention: Convention, x: Expr) -> str:
    return _SAID[convention].replace("{X}", x.data.name)


def _back(answer: Expr, convention: Convention, is_bound: bool) -> Expr:
    """G of what is shown, whatever the convention."""
    if convention == "brandwood" and not is_bound:
        return multiply(num(2), answer)
    return conjugate(answer) if convention == "jax" else answer


def _about_structure(x: Expr, convention: Convention) -> list[str]:
    name, word = x.data.name, structure_of(x)
    turned = " (its conjugate, as JAX has it)" if convention == "jax" else ""
    if word == "unitary":
        return [f"the Riemannian gradient G - {name}*(({name}^H*G + G^H*{name})/2), G = 2 ∂f/∂conj({name}), on the "
                f"unitary matrices with Re tr(A^H*B): df = Re tr(∇^H d{name}){turned}"]
    return [f"{name} is {word}: the gradient among Hermitian matrices with Re tr(A^H*B): df = tr(∇ d{name}){turned}; "
            "--structure free has independent entries"]


def _one(problem: Problem, found: Expr, layout: Layout, notes: list[str],
         structure: Structure = "project") -> Derivative:
    """An answer that is ∂f/∂X alone."""
    x = problem.wrt[0]
    answer = shown(found, problem.rulebook)
    statement = _statement(problem, trace(multiply(transpose(problem.marked(answer)), seed(x))), structure)
    turned = transpose if layout == "numerator" else lambda e: e
    return Derivative(problem, lambda: turned(answer), [*problem.notes, *notes], "gradient", lambda: (statement,),
                      layout, convention="holomorphic")


def pairing(problem: Problem, by: Expr, by_conj: Expr) -> Expr:
    """tr(P'dX) + tr(Q'dX̄)."""
    dx = seed(problem.wrt[0])
    return add(trace(multiply(transpose(problem.marked(by)), dx)),
               trace(multiply(transpose(problem.marked(by_conj)), conjugate(dx))))


def _statement(problem: Problem, df: Expr, structure: Structure) -> Statement:
    return Statement(problem.f, problem.wrt[0], df, "differential", structure)
