"""An answer to another question is no answer, nor is a 0 that is 0 only because a name was read as a number:
a·b/√(a²b²) of vectors is a cosine."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from matcalc.algebra.atoms import is_zero
from matcalc.answer import applied
from matcalc.answer.derivative import Derivative
from matcalc.answer.problem import Problem, pose
from matcalc.calculus.differential import seed
from matcalc.diagnostics import MatcalcError, fail
from matcalc.expr import postorder
from matcalc.language.suggest import with_declarations
from matcalc.language.syntax import Op, Syntax
from matcalc.language.syntax import postorder as parts

_FIRST = ("gradient", "jacobian")
_ORDERS = {"gradient": 1, "jacobian": 1, "jvp": 1, "vjp": 1, "hessian": 2, "differential": -1}


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
        return not is_zero(applied.along(other, other.f, {other.wrt[0]: seed(other.wrt[0])}))
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
