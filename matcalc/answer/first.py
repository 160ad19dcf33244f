"""First derivatives: gradient = differential + transposition, Jacobian = the matrix of the differential."""

from __future__ import annotations

from typing import Literal

from matcalc.algebra import num, transpose
from matcalc.answer import applied
from matcalc.answer.applied import meant
from matcalc.answer.derivative import Derivative, Derived, Form
from matcalc.answer.labels import about_labels
from matcalc.answer.precise import precisely
from matcalc.answer.problem import Problem, pose
from matcalc.answer.shown import shown
from matcalc.answer.through import gradient_through, matrix_through
from matcalc.answer.typed_sum import with_typed_sums
from matcalc.calculus.differential import seed
from matcalc.calculus.index_form import index_form
from matcalc.calculus.structure import structure_of, within
from matcalc.checking.stated import Statement
from matcalc.core.expr import Expr
from matcalc.options import Convention, Dialect, Layout, Rules, Structure, Variables, Vec, allow
from matcalc.simplification.expand import expanded


def gradient(expr: str, wrt: str | None = None, *, variables: Variables = None, structure: Structure = "project",
             layout: Layout = "gradient", dialect: Dialect = "", rules: Rules = None,
             convention: Convention = "brandwood") -> Derivative:
    """The gradient of a scalar, in the shape of `wrt` (`layout="numerator"`: transposed).

    Source: Magnus & Neudecker (2019) 9.3: df = tr(G' dX) identifies the gradient G.
    """
    allow(structure=structure, layout=layout, convention=convention)
    problem = pose(expr, wrt, variables=variables, rules=rules, dialect=dialect, demand_scalar=True)
    return meant(posed_gradient(problem, structure, layout, convention))


def posed_gradient(problem: Problem, structure: Structure = "project", layout: Layout = "gradient",
                   convention: Convention = "brandwood") -> Derivative:
    """The gradient by the first variable of a problem."""
    x = problem.wrt[0]
    if problem.is_summed and (problem.f.free or not problem.f.is_scalar):
        raise applied.not_scalar(problem)
    if problem.is_summed and not x.complex:
        return in_sums(problem, "gradient", structure)
    if x.complex:
        from matcalc.answer import wirtinger

        return wirtinger.gradient(problem, structure, layout, convention)
    free = applied.free_gradient(problem, x)
    settled = problem.settled(x)

    def kept(problem: Problem, free: Expr) -> Expr:
        return problem.closed(within(settled, structure, problem.rulebook)(problem.settled(free)))

    found = kept(problem, free)
    is_free = structure == "free" or structure_of(settled) is None
    answer = shown(gradient_through(problem, x, found) if is_free else found, problem.rulebook)
    answer = with_typed_sums(problem, answer)
    last = Statement(problem.f, x, problem.marked(answer), "gradient", structure)
    first = () if last.derivative is free else (Statement(problem.f, x, free, "gradient", preliminary=not is_free),)
    notes = [*problem.notes, *_about_structure(settled, problem.settled(free), structure),
             *about_labels(problem, answer)]
    turned = transpose if layout == "numerator" else lambda e: e

    def computed() -> Expr:
        return turned(precisely(problem, lambda p: kept(p, applied.free_gradient(p, x)), found))

    return Derivative(problem, lambda: turned(answer), notes, "gradient", lambda: (*first, last), layout,
                      further=lambda: in_letters(problem, "gradient", structure), computing=computed)


def jacobian(expr: str, wrt: str | None = None, *, vec: Vec = "col", variables: Variables = None,
             structure: Structure = "project", layout: Layout = "gradient", dialect: Dialect = "",
             rules: Rules = None) -> Derivative:
    """∂vec(Y)/∂vec(X)', of shape (len vec Y, len vec X), with the same derivative written in other ways.

    Source: Magnus & Neudecker (2019) 5.12: d vec(Y) = J d vec(X) identifies the Jacobian J.
    """
    allow(structure=structure, layout=layout, vec=vec)
    problem = pose(expr, wrt, variables=variables, rules=rules, dialect=dialect)
    return meant(posed_jacobian(problem, structure, layout, vec))


def posed_jacobian(problem: Problem, structure: Structure = "project", layout: Layout = "gradient",
                   vec: Vec = "col") -> Derivative:
    """The Jacobian by the first variable of a problem."""
    if problem.wrt[0].complex:
        from matcalc.answer import augmented

        return augmented.jacobian(problem, structure, layout, vec)
    if problem.is_summed:
        return in_sums(problem, "jacobian", structure)
    f, x = problem.f, problem.wrt[0]

    def made(problem: Problem) -> Expr:
        return problem.settled(applied.matrix(problem, f, x, structure, vec))

    found = made(problem)
    if problem.indexed is not None:
        found = shorter_way(problem, "jacobian", found, structure)
    is_free = structure == "free" or structure_of(x) is None
    answer = shown(matrix_through(problem, f, x, found) if is_free else found, problem.rulebook)
    by_columns = answer if vec == "col" else applied.of_columns(answer, f, x, problem.rulebook)
    statement = Statement(f, x, problem.marked(by_columns), "jacobian", structure)
    notes = [*problem.notes, *_about_directions(problem.settled(x), structure)]
    turned = transpose if layout == "denominator" else lambda e: e
    return Derivative(problem, lambda: turned(answer), notes, "jacobian", lambda: (statement,), layout, vec,
                      lambda: _other_forms(problem, f, x, structure),
                      computing=lambda: turned(precisely(problem, made, found)))


def shorter_way(problem: Problem, kind: Literal["jacobian", "hessian"], found: Expr, structure: Structure) -> Expr:
    """The derivative of a formula in index notation on the shorter of the ways to its matrix form."""
    from matcalc.answer.summed import shorter

    return shorter(problem, kind, found, structure)


def in_sums(problem: Problem, kind: Literal["gradient", "jacobian", "hessian"], structure: Structure) -> Derivative:
    """A derivative of a formula that has no matrix form: it stays in sums."""
    from matcalc.answer import summed

    return summed.derivative(problem, kind, structure)


def in_letters(problem: Problem, kind: Derived, structure: Structure) -> list[Form]:
    """The derivative in the letters that were typed, where a formula in index notation has a matrix form."""
    if problem.indexed is None:
        return []
    from matcalc.answer import summed

    return [Form("index", summed.in_letters(problem, kind, structure))]


def _other_forms(problem: Problem, f: Expr, x: Expr, structure: Structure) -> list[Form]:
    """The differential, its index form where entries are independent, and the matrix that is ∂Y/∂t of a scalar t."""
    linear = problem.settled(applied.along(problem, f, {x: seed(x)}))
    found = [Form("differential", linear)]
    if x.is_scalar and 1 not in f.shape:
        found.append(Form("derivative", problem.settled(problem.closed(applied.along(problem, f, {x: num(1)})))))
    elif problem.indexed is not None:
        found += in_letters(problem, "jacobian", structure)
    elif (1 not in x.shape or 1 not in f.shape) and (structure == "free" or structure_of(x) is None):
        found += _entries(linear)
    return found


def _entries(linear: Expr) -> list[Form]:
    terms = index_form(linear) or index_form(expanded(linear))
    return [] if terms is None else [Form("index", entries=tuple(terms))]


def _about_structure(x: Expr, g: Expr, structure: Structure) -> list[str]:
    """What the declared structure made of the free gradient `g`."""
    from matcalc.printers import ascii_text

    word = structure_of(x)
    if word is None or structure == "free":
        return []
    if word == "orthogonal":
        name = x.data.name
        return [f"with independent entries G = {ascii_text(g)}",
                f"the Riemannian gradient G - {name}*sym({name}'*G), sym(M) = (M + M')/2, on the Stiefel manifold "
                f"{name}'*{name} = I with the Euclidean metric (Absil, Mahony & Sepulchre 2008); the canonical metric "
                f"gives G - {name}*G'*{name}"]
    if structure == "project" and word in ("sym", "spd", "psd"):
        said = "which is G" if transpose(g) is g else f"with independent entries G = {ascii_text(g)}"
        return [f"{x.data.name} is {word}: (G + G')/2, {said}; more: --structure"]
    return [f"{x.data.name} is {word}: the {structure} form; with independent entries G = {ascii_text(g)}"]


def _about_directions(x: Expr, structure: Structure) -> list[str]:
    """How a declared structure enters a Jacobian."""
    word = structure_of(x)
    if word is None or structure == "free":
        return []
    name = x.data.name
    if structure == "cookbook":
        return [f"{name} is {word}: the cookbook form, by the entries of {name} on and above the diagonal"]
    return [f"{name} is {word}: for directions d{name} within the structure, J*P with the projector P on them; "
            "--structure free leaves the entries independent"]
