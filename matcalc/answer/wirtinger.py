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
from matcalc.algebra.indexed import at
from matcalc.algebra.leaves import is_zero
from matcalc.answer import applied
from matcalc.answer.derivative import Derivative, Form
from matcalc.answer.problem import Problem
from matcalc.answer.shown import shown
from matcalc.calculus.differential import seed
from matcalc.calculus.gathering import summed
from matcalc.calculus.structure import structure_of, within
from matcalc.checking.stated import Statement
from matcalc.core.expr import Expr
from matcalc.core.indices import Index, Ref
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
    if problem.is_summed and _is_of_entries(problem):
        raise fail("M1530", f"the entries of the {structure_of(problem.settled(problem.wrt[0]))} "
                   f"{problem.wrt[0].data.name} move together, and this sum has no matrix form", problem.typed_source,
                   error=NoRuleError)
    if is_real(problem.settled(problem.f)):
        return _of_real(problem, structure, layout, convention)
    return _of_complex(problem, structure, layout)


def both(problem: Problem, f: Expr | None = None) -> tuple[Expr, Expr]:
    """∂f/∂X and ∂f/∂X̄ with independent entries, of the formula or of another scalar; of a family in sums those by its
    member."""
    x, member, f = problem.wrt[0], _member(problem), problem.f if f is None else f
    by, by_conj = (problem.closed(problem.settled(applied.by_gradient(problem, f, leaf, member)))
                   for leaf in (x, conjugated(x)))
    return by, by_conj


def _member(problem: Problem) -> tuple[Index, ...]:
    """The indices of the member by which a formula that stays in sums is derived."""
    return problem.indexed.targets[0].member if problem.indexed is not None and problem.is_summed else ()


def pulled(problem: Problem, name: str, structure: Structure) -> Derivative:
    """J*[G] with Re tr(Gᴴ dF) = Re tr(J*[G]ᴴ dX): what torch gives for grad_outputs G."""
    f, x = problem.f, problem.wrt[0]
    g = variable(name, f.shape, frozenset() if is_real(problem.settled(f)) else frozenset({"complex"}))
    paired = multiply(HALF, twice_real(trace(multiply(transpose(conjugate(g)), f))))
    if x.complex:
        by, by_conj = both(problem, paired)
        free = problem.closed(add(conjugate(by), by_conj))
    else:
        free = problem.settled(applied.by_gradient(problem, paired, x, _member(problem)))
    answer = shown(problem.closed(within(problem.settled(x), structure, problem.rulebook)(free)), problem.rulebook)
    back = _paired(problem, conjugate(problem.marked(answer)), _tangent(problem))
    statement = Statement(paired, x, multiply(HALF, twice_real(back)), "differential", structure)
    note = f"Re tr({name}^H dF) = Re tr(J*[{name}]^H d{x.data.name}), as torch has it for grad_outputs"
    return Derivative(problem, lambda: answer, [*problem.notes, note], "vjp", lambda: (statement,), directions=(g,))


def _of_complex(problem: Problem, structure: Structure, layout: Layout) -> Derivative:
    """∂f/∂X of a holomorphic f, or by Hermitian matrices, which span all; else ∂f/∂X and ∂f/∂X̄."""
    settled, (by, by_conj) = problem.settled(problem.wrt[0]), both(problem)
    word = None if structure == "free" else structure_of(settled)
    if word in ("hermitian", "hpd"):
        found = problem.closed(add(by, transpose(by_conj)))
        return _one(problem, found, layout, [_about(problem, _SAID_OF_ONE[word])])
    if word == "unitary":
        raise fail("M1503", "the value is not certainly real; the derivative of what is complex within unitary "
                   "matrices is a differential, which `diff` gives", problem.source, error=NoRuleError,
                   fixes=("--structure free",))
    kept = within(settled, structure, problem.rulebook)
    by, by_conj = (problem.closed(kept(e)) for e in (by, by_conj))
    if is_zero(by_conj):
        return _one(problem, by, layout, [_about(problem, _SAID_OF_ONE[""])], structure,
                    lambda p: p.closed(kept(both(p)[0])))
    first, second = shown(by, problem.rulebook), shown(by_conj, problem.rulebook)
    statement = _statement(problem, pairing(problem, first, second), structure)
    notes = [*problem.notes, _about(problem, _SAID_OF_BOTH)]
    turned = transpose if layout == "numerator" else lambda e: e
    return Derivative(problem, lambda: turned(first), notes, "gradient", lambda: (statement,), layout,
                      further=lambda: [Form("conjugate", turned(second))], convention="both")


def _of_real(problem: Problem, structure: Structure, layout: Layout, convention: Convention) -> Derivative:
    """Of a real f: G with df = Re⟨G, dX⟩, as the convention has it."""
    settled = problem.settled(problem.wrt[0])
    is_bound = structure != "free" and structure_of(settled) in REAL_LINEAR
    side: Convention = "real-pair" if is_bound and convention == "brandwood" else convention

    def found(problem: Problem) -> Expr:
        by, by_conj = both(problem)
        kept = within(problem.settled(problem.wrt[0]), structure, problem.rulebook)
        return problem.closed(_OF_CONVENTION[side](problem.closed(kept(problem.closed(add(conjugate(by), by_conj))))))

    answer = shown(found(problem), problem.rulebook)
    back = _back(answer, side)
    paired = _paired(problem, conjugate(problem.marked(back)), _tangent(problem))
    statement = _statement(problem, multiply(HALF, twice_real(paired)), structure)
    said = _about_structure(settled, convention) if is_bound else [_about(problem, _SAID[convention])]
    turned = transpose if layout == "numerator" else lambda e: e
    return Derivative(problem, lambda: turned(answer), [*problem.notes, *said], "gradient", lambda: (statement,),
                      layout, further=lambda: _in_letters(problem, found),
                      convention=side, is_bound=is_bound)


def _in_letters(problem: Problem, found: Callable[[Problem], Expr]) -> list[Form]:
    """The answer in the letters that were typed, where a formula in index notation has a matrix form."""
    if problem.indexed is None or problem.is_summed or _is_of_entries(problem.in_sums):
        return []
    return [Form("index", problem.in_letters(found(problem.in_sums)))]


def _is_of_entries(problem: Problem) -> bool:
    """Whether one derives by the entries of a matrix that is Hermitian or unitary, which move together."""
    x = problem.wrt[0]
    return x.is_scalar and len(x.data.axes) == 2 and not x.data.props.isdisjoint(REAL_LINEAR)


def _about(problem: Problem, said: str) -> str:
    """What is said of the variable, or of every member of a family in sums."""
    name, letters = problem.wrt[0].data.name, "".join(index.name for index in _member(problem))
    if not letters:
        return said.replace("{X}", name)
    placed = said.replace("{X}̄", f"{name}̄_{letters}").replace("{X}", f"{name}_{letters}")
    return placed.replace("tr(", f"Σ_{letters} tr(")


def _back(answer: Expr, convention: Convention) -> Expr:
    """G of what is shown, whatever the convention."""
    if convention == "brandwood":
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


def _one(problem: Problem, found: Expr, layout: Layout, notes: list[str], structure: Structure = "project",
         again: Callable[[Problem], Expr] | None = None) -> Derivative:
    """An answer that is ∂f/∂X alone; `again` finds it for the same problem in sums."""
    answer = shown(found, problem.rulebook)
    statement = _statement(problem, _paired(problem, problem.marked(answer), _tangent(problem)), structure)
    turned = transpose if layout == "numerator" else lambda e: e
    return Derivative(problem, lambda: turned(answer), [*problem.notes, *notes], "gradient", lambda: (statement,),
                      layout, further=lambda: _in_letters(problem, again) if again else [],
                      convention="holomorphic")


def pairing(problem: Problem, by: Expr, by_conj: Expr) -> Expr:
    """tr(P'dX) + tr(Q'dX̄)."""
    dx = _tangent(problem)
    return add(_paired(problem, problem.marked(by), dx), _paired(problem, problem.marked(by_conj), conjugate(dx)))


def _tangent(problem: Problem) -> Expr:
    """dX, or dx_k of a family in sums."""
    dx, member = seed(problem.wrt[0]), _member(problem)
    return at(dx, *map(Ref, member)) if member else dx


def _paired(problem: Problem, g: Expr, dx: Expr) -> Expr:
    """tr(G'dX), of a family in sums Σ_k tr(G_k'dx_k)."""
    return summed(trace(multiply(transpose(g), dx)), _member(problem))


def _statement(problem: Problem, df: Expr, structure: Structure) -> Statement:
    return Statement(problem.f, problem.wrt[0], df, "differential", structure)
