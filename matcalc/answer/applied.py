"""The calculus applied to a posed problem: every result in closed form, and what no rule covers refused by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from matcalc.algebra import multiply, transpose, zeros
from matcalc.answer.problem import Problem
from matcalc.calculus.adjoint import gradient, pull_back
from matcalc.calculus.differential import NoDifferentialError, differential, seed
from matcalc.calculus.matrix_form import commutation, matrix_form
from matcalc.calculus.structure import within
from matcalc.core.dims import Shape, format_dim
from matcalc.core.expr import Expr
from matcalc.diagnostics import MatcalcError, NoRuleError, fail
from matcalc.rulebook.book import Rulebook


def free_gradient(problem: Problem, x: Expr) -> Expr:
    """The gradient with independent entries."""
    if not problem.f.is_scalar:
        raise not_scalar(problem)
    with named_gaps(problem):
        return problem.closed(gradient(problem.closed(problem.f), x, problem.rulebook))


def along(problem: Problem, f: Expr, seeds: Mapping[Expr, Expr]) -> Expr:
    """df for the tangents that `seeds` gives to the variables."""
    return problem.closed(unclosed(problem, f, seeds))


def unclosed(problem: Problem, f: Expr, seeds: Mapping[Expr, Expr]) -> Expr:
    """df as the rules give it."""
    with named_gaps(problem):
        return differential(f, seeds, problem.rulebook)


def pulled_back(problem: Problem, f: Expr, x: Expr, g: Expr) -> Expr:
    """J*[G], where J is the differential of `f` by `x`: ⟨G, df⟩ = ⟨J*[G], dX⟩."""
    with named_gaps(problem):
        found = pull_back(differential(f, {x: seed(x)}, problem.rulebook), g)
    return problem.closed(found.get(seed(x), zeros(*x.shape)))


def matrix(problem: Problem, f: Expr, x: Expr, structure: str = "free", vec: str = "col") -> Expr:
    """∂vec(f)/∂vec(X)', for directions within the structure of `x`."""
    with named_gaps(problem):
        linear = differential(f, {x: within(x, structure, problem.rulebook)(seed(x))}, problem.rulebook)
        return problem.closed(matrix_form(linear, seed(x), problem.rulebook, vec))


def of_columns(jacobian: Expr, f: Expr, x: Expr, book: Rulebook) -> Expr:
    """The Jacobian of vec(f) by vec(X), where `jacobian` is that of vec(f') by vec(X'): vec(X') = K(m,n) vec(X)."""
    return multiply(transpose(commutation(*f.shape, book)), jacobian, commutation(*x.shape, book))


@contextmanager
def named_gaps(problem: Problem) -> Iterator[None]:
    """What no rule covers is refused with the sub-expression named."""
    try:
        yield
    except NoDifferentialError as missing:
        message = f"{missing.reason}, needed for {shown(problem, missing.expr)}"
        raise fail("M0601", message, problem.source, error=NoRuleError) from None


def not_scalar(problem: Problem) -> MatcalcError:
    return fail("M0504", f"a gradient needs a scalar, and {shown(problem, problem.f)} is {size_text(problem.f.shape)}",
                problem.source, fixes=(f"sum({problem.source})", f"norm2({problem.source})^2"))


def shown(problem: Problem, e: Expr) -> str:
    from matcalc.printers import ascii_text

    return ascii_text(problem.settled(e))


def size_text(shape: Shape) -> str:
    return "×".join(map(format_dim, shape))
