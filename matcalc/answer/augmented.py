"""Second derivatives and Jacobians by a complex variable: pairs of blocks, by X and by conj(X).

d vec(Y) = J vec(dX) + K vec(dX̄) gives the pair ∂Y/∂X, ∂Y/∂X̄; where X is Hermitian, dX̄ is dX', and one matrix says it.
Of a real f the gradient g = ∂f/∂X̄ has such a pair, and its blocks make the augmented Hessian

    d²f = [dx; dx̄]ᴴ [∂²f/∂x̄∂xᵀ, ∂²f/∂x̄∂x̄ᵀ; conj of the second, conj of the first] [dx; dx̄].

Source: Hjørungnes (2011), Complex-Valued Matrix Derivatives, ch. 3 and 5; Kreutz-Delgado (2009), section 5.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.algebra import add, apply, block, conjugate, multiply, substitute, tangent, transpose, zeros
from matcalc.algebra.conjugation import is_real
from matcalc.algebra.leaves import is_zero
from matcalc.answer import applied
from matcalc.answer.applied import of_columns
from matcalc.answer.derivative import Derivative, Form
from matcalc.answer.directional import directions_of
from matcalc.answer.problem import Problem
from matcalc.answer.shown import shown
from matcalc.answer.wirtinger import both
from matcalc.calculus.differential import seed
from matcalc.calculus.matrix_form import commutation, matrix_form
from matcalc.calculus.structure import structure_of, within
from matcalc.checking.stated import Statement
from matcalc.core.expr import Expr
from matcalc.diagnostics import NoRuleError, fail
from matcalc.options import Layout, Structure, Vec

_PLACE = "conj"  # what stands for the conjugate of the tangent, which nobody can type


def pair(problem: Problem, f: Expr, x: Expr, vec: Vec, structure: Structure = "free") -> tuple[Expr, Expr]:
    """∂vec(f)/∂vec(X)' and ∂vec(f)/∂vec(X̄)', with independent entries or for directions within the structure."""
    dx, other = seed(x), tangent(_PLACE, x.shape, -1)
    moved = problem.settled(within(problem.settled(x), structure, problem.rulebook)(dx))
    linear = substitute(problem.settled(applied.unclosed(problem, f, {x: moved})), {conjugate(dx): other})
    with applied.named_gaps(problem):
        one, two = (problem.closed(problem.settled(matrix_form(
            substitute(linear, {gone: zeros(*x.shape)}), kept, problem.rulebook, vec)))
            for kept, gone in ((dx, other), (other, dx)))
    return one, two


def jacobian(problem: Problem, structure: Structure, layout: Layout, vec: Vec) -> Derivative:
    """The Jacobian by the first variable of a problem, which is complex."""
    _refuse_sums(problem, "the Jacobian")
    f, x = problem.f, problem.wrt[0]
    word = _structured(problem, structure, "unitary")
    is_unitary = word == "unitary"
    one, two = pair(problem, f, x, vec, "project" if is_unitary else "free")
    if word and not is_unitary:
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
    """The augmented Hessian of a real f by complex variables, and its blocks; among Hermitian matrices one matrix."""
    _refuse_sums(problem, "the Hessian")
    wrt = tuple(dict.fromkeys(problem.wrt))
    if _is_structured(problem, wrt, structure):
        return _among_hermitian(problem, layout, vec)
    slopes = {x: problem.marked(both(problem._replace(wrt=(x,)))[1]) for x in wrt}
    found = {(x, y): _shown(problem, pair(problem, slopes[x], y, vec)) for x in wrt for y in wrt}

    def whole() -> Expr:
        rows = [[*(found[x, y][0] for y in wrt), *(found[x, y][1] for y in wrt)] for x in wrt]
        below = [[*(conjugate(found[x, y][1]) for y in wrt), *(conjugate(found[x, y][0]) for y in wrt)] for x in wrt]
        whole = block([*rows, *below])
        return transpose(whole) if layout == "denominator" else whole

    def bilinear() -> Expr:
        return _second(problem, problem.f, wrt)

    def forms() -> list[Form]:
        if len(wrt) == 1:
            one, two = found[wrt[0], wrt[0]]
            operator = Form("operator", lambda: _along(problem, slopes[wrt[0]], wrt[0], direction))
            return [Form("bilinear", bilinear), Form("first block", one), Form("second block", two), operator]
        return [Form("bilinear", bilinear), *(Form(f"{word} block {x.data.name} {y.data.name}", e) for (x, y), both in
                                              found.items() for word, e in zip(("first", "second"), both, strict=True))]

    direction = directions_of(problem, None, structure)[-1]
    statements = [Statement(problem.f, x, applied.along(problem, problem.f, {x: seed(x)}), "differential") for x in wrt]
    statements += [_statement(problem._replace(wrt=(y,)), slopes[x], _by_columns(blocks, slopes[x], problem._replace(
        wrt=(y,)), vec), "free") for (x, y), blocks in found.items()]
    return Derivative(problem, whole, [*problem.notes, _about_blocks(wrt)], "hessian", lambda: statements, layout, vec,
                      forms, (direction,) if len(wrt) == 1 else (), convention="augmented")


def _refuse_sums(problem: Problem, what: str) -> None:
    """Raise NoRuleError for a sum over indices without a matrix form."""
    if problem.is_summed:
        raise fail("M1534", f"{what} by the complex {problem.wrt[0].data.name} is derived of what has a matrix form, "
                   "and this stays a sum over indices", problem.typed_source, error=NoRuleError)


def _is_structured(problem: Problem, wrt: Sequence[Expr], structure: Structure) -> bool:
    """Whether the second derivative is one among Hermitian matrices. Raises NoRuleError where there is none here."""
    if not is_real(problem.settled(problem.f)):
        raise fail("M1503", "an augmented Hessian is one of real values, and this is not certainly real; differentials "
                   "of second order are, with `diff --order 2`", problem.source, error=NoRuleError)
    if any(not x.complex for x in wrt):
        raise fail("M1503", "second derivatives by real and complex variables together are not derived; by one of them "
                   "they are", problem.source, error=NoRuleError)
    words = {_structured(problem._replace(wrt=(x,)), structure) for x in wrt}
    if words != {""} and len(wrt) > 1:
        raise fail("M1503", "second derivatives by several variables within a structure are not derived",
                   problem.source, fixes=("--structure free",), error=NoRuleError)
    return words != {""}


def _shown(problem: Problem, found: tuple[Expr, Expr]) -> tuple[Expr, Expr]:
    return shown(found[0], problem.rulebook), shown(found[1], problem.rulebook)


def _about_blocks(wrt: Sequence[Expr]) -> str:
    form, source = "d²f = [dv; conj(dv)]^H H [dv; conj(dv)] with dv =", "(Hjørungnes 2011, ch. 5)"
    matrix = "H = [H1, H2; conj(H2), conj(H1)]"
    if len(wrt) == 1:
        return f"{form} vec(d{wrt[0].data.name}) and {matrix} of these two blocks {source}"
    names = "; ".join(f"vec(d{x.data.name})" for x in wrt)
    return f"{form} [{names}] and {matrix}, H1 of the blocks by variables and H2 of those by conjugates {source}"


def _second(problem: Problem, f: Expr, wrt: Sequence[Expr]) -> Expr:
    """d²f[dX₁, dX₂]."""
    once = applied.along(problem, f, {x: seed(x, 1) for x in wrt})
    return problem.settled(applied.along(problem, once, {x: seed(x, 2) for x in wrt}))


def _along(problem: Problem, slope: Expr, x: Expr, v: Expr) -> Expr:
    """How a gradient changes along V."""
    return problem.closed(problem.settled(applied.unclosed(problem, slope, {x: v})))


def _among_hermitian(problem: Problem, layout: Layout, vec: Vec) -> Derivative:
    """∂vec(∇f)/∂vec(A)' for the gradient ∇f among Hermitian matrices: d²f = vec(dA)ᴴ H vec(dA)."""
    x = problem.wrt[0]
    settled, (by, by_conj) = problem.settled(x), both(problem)
    kept = within(settled, "project", problem.rulebook)
    slope = problem.marked(problem.closed(kept(problem.closed(add(conjugate(by), by_conj)))))
    one, two = pair(problem, slope, x, vec)
    swapped = multiply(two, commutation(*x.shape, problem.rulebook))
    matrix = shown(problem.closed(add(one, swapped)), problem.rulebook)
    direction = directions_of(problem, None, "project")[-1]
    columns = matrix if vec == "col" else of_columns(matrix, slope, x, problem.rulebook)
    name = x.data.name
    first = Statement(problem.f, x, applied.along(problem, problem.f, {x: seed(x)}), "differential", "project")
    notes = [*problem.notes, f"{name} is {structure_of(settled)}: d²f = vec(d{name})^H H vec(d{name}) for directions "
                             f"d{name} that are Hermitian; --structure free has independent entries"]
    forms = [Form("bilinear", lambda: _second(problem, problem.f, [x])),
             Form("operator", lambda: _along(problem, slope, x, direction))]
    return Derivative(problem, lambda: transpose(matrix) if layout == "denominator" else matrix, notes, "hessian",
                      lambda: (first, _statement(problem, slope, (columns, zeros(*columns.shape)), "project")), layout,
                      vec, lambda: forms, (direction,), convention="real-pair", is_bound=True)


def _structured(problem: Problem, structure: Structure, *others: str) -> str:
    """hermitian, where dX̄ is dX', or one of the `others`; '' where entries are independent. Raises NoRuleError for
    what is neither."""
    word = None if structure == "free" else structure_of(problem.settled(problem.wrt[0]))
    if word is not None and word not in ("hermitian", "hpd", *others):
        raise fail("M1503", f"a second derivative by complex variables that are {word} is not derived", problem.source,
                   fixes=("--structure free",), error=NoRuleError)
    return word or ""


def _about(name: str, word: str, is_pair: bool) -> str:
    if word == "unitary":
        return f"{name} is unitary: for directions d{name} that keep it so; --structure free has independent entries"
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
