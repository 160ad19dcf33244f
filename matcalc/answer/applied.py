"""The calculus applied to a posed problem: every result in closed form, and what is no answer refused.

What no rule covers is refused by name. An answer to another question is no answer, nor is a 0 that is 0 only because
a name was read as a number: a·b/√(a²b²) of vectors is a cosine.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from matcalc.algebra import multiply, transpose, zeros
from matcalc.algebra.leaves import is_zero
from matcalc.answer.derivative import Derivative
from matcalc.answer.problem import Problem, pose
from matcalc.calculus.adjoint import gradient, pull_back
from matcalc.calculus.differential import NoDifferentialError, differential, seed
from matcalc.calculus.matrix_form import commutation, matrix_form
from matcalc.calculus.structure import within
from matcalc.core.dims import Shape, format_dim
from matcalc.core.expr import Expr, postorder
from matcalc.core.indices import Index
from matcalc.diagnostics import MatcalcError, NoRuleError, fail, quoted
from matcalc.language.framing import framed
from matcalc.language.suggest import with_declarations
from matcalc.language.syntax import Op, Syntax
from matcalc.language.syntax import postorder as parts
from matcalc.options import Structure, Vec
from matcalc.rulebook.book import Rulebook

_FIRST = ("gradient", "jacobian")
_ORDERS = {"gradient": 1, "jacobian": 1, "jvp": 1, "vjp": 1, "hessian": 2, "differential": -1}


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


def by_gradient(problem: Problem, f: Expr, x: Expr, member: tuple[Index, ...] = ()) -> Expr:
    """The gradient of another scalar than the formula itself, of a family by its member."""
    with named_gaps(problem):
        return problem.closed(gradient(problem.closed(f), x, problem.rulebook, member))


def pulled_back(problem: Problem, f: Expr, x: Expr, g: Expr) -> Expr:
    """J*[G], where J is the differential of `f` by `x`: ⟨G, df⟩ = ⟨J*[G], dX⟩."""
    with named_gaps(problem):
        found = pull_back(differential(f, {x: seed(x)}, problem.rulebook), g)
    return problem.closed(found.get(seed(x), zeros(*x.shape)))


def matrix(problem: Problem, f: Expr, x: Expr, structure: Structure = "free", vec: Vec = "col") -> Expr:
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


def refuse_complex_values(problem: Problem, what: str) -> None:
    """Raise NoRuleError where something complex occurs in what is asked of real formulas only."""
    found = next((x.data.name for x in problem.leaves if x.complex), None)
    if found is not None:
        raise fail("M1503", f"{what} is not worked out for complex variables, and {found} is one", problem.typed_source,
                   error=NoRuleError)


def refuse_complex(problem: Problem, kind: str) -> None:
    """Raise NoRuleError where a derivative of this kind is by a complex variable."""
    found = next((x.data.name for x in problem.wrt if x.complex), None)
    if found is not None:
        raise fail("M1503", f"the {kind} by the complex {found} is not derived; its differential is", problem.source,
                   fixes=(f"matcalc diff {quoted(problem.source)}",), error=NoRuleError)


def not_scalar(problem: Problem) -> MatcalcError:
    """What is said where a gradient of a vector or a matrix is asked for."""
    if problem.indexed is not None and problem.indexed.output and not framed(problem.typed_source).names:
        letters = " and ".join(index.name for index in problem.indexed.output)
        message = f"a gradient needs a scalar, and there is one value for every {letters}, which no sum binds"
        typed = problem.typed_source
        signs = "".join(f"sum_{index.name} " for index in problem.indexed.output)
        fixes = () if "where" in typed else (f"{signs}({typed})",)
        return fail("M0504", message, typed, fixes=fixes)
    return fail("M0504", f"a gradient needs a scalar, and {shown(problem, problem.f)} is {size_text(problem.f.shape)}",
                problem.source, fixes=(f"sum({problem.source})", f"norm2({problem.source})^2"))


def shown(problem: Problem, e: Expr) -> str:
    """The expression in ASCII, with what is declared in force."""
    from matcalc.printers import ascii_text

    return ascii_text(problem.settled(e))


def size_text(shape: Shape) -> str:
    """m×n."""
    return "×".join(map(format_dim, shape))


def meant(result: Derivative) -> Derivative:
    """`result` where it answers what was asked; what does not is refused."""
    result.problem.refuse_order(_ORDERS[result.kind])
    _refuse_trivial(result)
    return result


def _refuse_trivial(result: Derivative) -> None:
    """Raise InputError where the derivative by a number is 0, and would not be if the letter were a vector."""
    problem = result.problem
    numbers = [name for name, info in problem.variables.items() if info.kind == "scalar" and info.origin == "default"]
    wrt = [x.data.name for x in problem.wrt if x in postorder(problem.f)]
    if result.kind not in _FIRST or not wrt or wrt[0] not in numbers or not is_zero(result.expr):
        return
    for names in ([wrt[0]], [name for name in numbers if name[0].isascii()]):
        text = with_declarations(_with_products(problem, names), ", ".join(f"{name}: vector" for name in names))
        if _moves(text, wrt[0], problem, result.kind == "gradient"):
            said = f"{' and '.join(names)} {'is read as a number' if len(names) == 1 else 'are read as numbers'}"
            number = with_declarations(problem.source, ", ".join(f"{name}: scalar" for name in names))
            raise fail("M0325", f"the derivative is 0 only because {said}; vectors?", problem.source,
                       fixes=(text, number))


def _moves(text: str, wrt: str, problem: Problem, demand_scalar: bool) -> bool:
    """Whether `text` can be read and depends on `wrt`."""
    declared = {name: info.declaration() for name, info in problem.variables.items() if info.origin == "declared"}
    try:
        other = pose(text, wrt, variables=declared, demand_scalar=demand_scalar)
        return not is_zero(along(other, other.f, {other.wrt[0]: seed(other.wrt[0])}))
    except MatcalcError:
        return False


def _with_products(problem: Problem, names: Collection[str]) -> str:
    """The source with a'a for a² and ‖a‖ for |a| of those names, as vectors have them."""
    source = problem.source
    for start, end, text in sorted(_of_vectors(problem, names), reverse=True):
        source = source[:start] + text + source[end:]
    return source


def _of_vectors(problem: Problem, names: Collection[str]) -> Iterator[tuple[int, int, str]]:
    for s in parts(problem.elaborated.syntax):
        if s.op is Op.BARS and len(inside := _names(s)) > 0 and inside <= set(names):
            yield s.span.start, s.span.end, _between_bars(problem.source[s.span.start:s.span.end])
        if s.op is Op.POWER and s.args[1].data == 2 and len(inside := _names(s.args[0])) > 0 and inside <= set(names):
            base = problem.source[s.args[0].span.start:s.args[0].span.end]
            if s.args[0].op is Op.NAME or (base[0], base[-1]) == ("(", ")"):
                yield s.span.start, s.span.end, f"{base}'{base}"


def _names(s: Syntax) -> set[str]:
    return {part.data for part in parts(s) if part.op is Op.NAME}


def _between_bars(text: str) -> str:
    """‖a − b‖ for |a − b|, \\lvert a − b \\rvert and these in braces."""
    found = re.fullmatch(r"(\{?\s*)(?:\||\\[lr]?vert\b)(.*)(?:\||\\[lr]?vert)(\s*\}?)", text, re.DOTALL)
    return f"{found[1]}‖{found[2].strip()}‖{found[3]}" if found else text
