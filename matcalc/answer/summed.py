"""Derivatives in index notation: the calculus applied to the sums that were typed.

They are the second form of an answer in matrices, and the only one where a formula has no matrix form. By a member of a
family the derivative is one expression in the index of that member; of an output p_i it depends on i as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Literal

from matcalc.algebra import add, multiply, num, transpose, variable
from matcalc.algebra.indexed import at, family, rename
from matcalc.answer import applied
from matcalc.answer.derivative import Answer, Derivative, Derived
from matcalc.answer.problem import Problem
from matcalc.answer.replacing import replaced
from matcalc.answer.stacks import Axes, Indexed, Target, arranged
from matcalc.calculus.adjoint import gradient
from matcalc.calculus.differential import differential, seed
from matcalc.calculus.matrix_form import matrix_form
from matcalc.calculus.structure import within
from matcalc.checking.stated import Statement, Trials
from matcalc.checking.verdicts import Verification
from matcalc.core.expr import Expr
from matcalc.core.indices import Ref
from matcalc.diagnostics import fail
from matcalc.language.framing import formula_name
from matcalc.options import Structure
from matcalc.simplification.length import cost
from matcalc.simplification.lift import lifted

Matrix = Literal["gradient", "jacobian", "hessian"]


def typed(problem: Problem) -> Indexed:
    """What was typed in index notation."""
    assert problem.indexed is not None
    return problem.indexed


def gradient_of(problem: Problem, structure: Structure = "free") -> Expr:
    """∂f/∂x_k, in the shape of a member."""
    by = typed(problem).targets[0]
    with applied.named_gaps(problem):
        found = gradient(problem.closed(typed(problem).f), by.whole, problem.rulebook, by.member)
        inside = within(problem.settled(by.whole), structure, problem.rulebook)(problem.settled(found))
        return problem.closed(_mirrored(problem, inside, by, structure))


def jacobian_of(problem: Problem, structure: Structure = "free") -> Expr:
    """∂fᵢ/∂x_kᵀ: rows for the entries of the output, columns for those of the member."""
    return _matrix(problem, typed(problem).f, typed(problem).targets[0], structure)


def hessian_of(problem: Problem, structure: Structure = "free") -> Expr:
    """∂²f/∂x_k∂x_lᵀ, rows and columns for the entries of the two members."""
    rows, columns = typed(problem).both()
    with applied.named_gaps(problem):
        found = gradient(problem.closed(typed(problem).f), rows.whole, problem.rulebook, rows.member)
        slope = problem.closed(within(rows.whole, structure, problem.rulebook)(found))
        slope = problem.closed(_mirrored(problem, slope, rows, structure))
    return _matrix(problem, slope, columns, structure)


def _matrix(problem: Problem, f: Expr, by: Target, structure: Structure) -> Expr:
    with applied.named_gaps(problem):
        tangent = within(by.whole, structure, problem.rulebook)(seed(by.whole)) if not by.member else seed(by.whole)
        linear = differential(problem.closed(f), {by.whole: tangent}, problem.rulebook)
        found = matrix_form(linear, seed(by.whole), problem.rulebook, target=by.member)
        found = problem.settled(problem.closed(multiply(found, *_onto(problem, by, structure))))
        return problem.settled(problem.closed(_mirrored(problem, found, by, structure)))


def _mirrored(problem: Problem, e: Expr, by: Target, structure: Structure) -> Expr:
    """A derivative by the entries x_kl of a symmetric matrix: half of it and of that by x_lk."""
    if structure == "free" or len(by.member) != 2 or "sym" not in problem.settled(by.whole).data.props:
        return e
    if structure == "cookbook":
        raise fail("M0503", "the cookbook form is not written in entries; in matrices it is", problem.typed_source,
                   fixes=("--structure project",))
    one, other = by.member
    return multiply(num(Fraction(1, 2)), add(e, rename(e, {one: Ref(other), other: Ref(one)})))


def _onto(problem: Problem, by: Target, structure: Structure) -> list[Expr]:
    """The projection of a member onto what is declared of it, as a matrix on vec; none where that is all of them."""
    member = variable(by.whole.data.name, by.whole.shape, by.whole.data.props)
    inside = within(member, structure, problem.rulebook)(seed(member)) if by.member else seed(member)
    return [] if inside is seed(member) else [matrix_form(inside, seed(member), problem.rulebook)]


def in_letters(problem: Problem, kind: Derived, structure: Structure) -> Expr:
    """The derivative in the letters that were typed."""
    return problem.in_letters(_OF[kind](problem, structure))


def in_output(problem: Problem, e: Expr) -> Expr:
    """A Jacobian in letters said in the output, where the question names it: ∂pᵢ/∂zₖ = pᵢ (δᵢₖ − pₖ)."""
    asked = typed(problem)
    own = formula_name(asked.source, True)
    before = jacobian_of(problem) if own and own not in problem.variables and len(asked.output) == 1 else None
    if before is None or problem.in_letters(before) is not e:
        return e
    (i,), f = asked.output, asked.f
    whole, found = family(own, f.shape, (i.axis,)), before
    for place in sorted((index for index in before.free if index.axis == i.axis), key=str):
        found = replaced(found, rename(f, {i: Ref(place)}), at(whole, Ref(place)))
    return e if found is before else problem.in_letters(found)


def shorter(problem: Problem, kind: Matrix, found: Expr, structure: Structure) -> Expr:
    """The derivative in matrices, or the matrix form of the derivative in letters where that is shorter: a Jacobian
    then needs no ⊗ between families."""
    if problem.indexed is None:
        return found
    rows, columns = problem.indexed.axes(kind)
    sides = (problem.f, problem.wrt[0]) if kind == "jacobian" else (problem.wrt[0], problem.wrt[-1])
    if any(side.shape[1] != 1 for side in sides):
        return found
    said = _OF[kind](problem, structure)
    held = {name: problem.settled(info.expr) for name, info in problem.indexed.stacks.items()}
    other = lifted(transpose(said) if rows and not columns else said, problem.rulebook, held, (*rows, *columns))
    other = problem.closed(other) if other is not None else found
    return other if other.shape == found.shape and cost(other) < cost(found) else found


def derivative(problem: Problem, kind: Matrix, structure: Structure) -> Derivative:
    """The derivative of a formula that has no matrix form."""
    free = _OF[kind](problem, "free")
    answer = free if structure == "free" else _OF[kind](problem, structure)
    (x, *_), last = problem.wrt, problem.wrt[-1]

    def statements() -> list[Statement]:
        axes = typed(problem).axes(kind)
        if kind != "hessian":
            return [Statement(problem.f, x, problem.marked(answer), kind, structure, axes=axes)]
        rows, _ = typed(problem).both()
        slope = problem.marked(gradient_of(problem, structure))
        return [Statement(problem.f, x, slope, "gradient", structure, axes=((), rows.member)),
                Statement(slope, last, problem.marked(answer), "jacobian", structure, axes=axes)]

    return Derivative(problem, lambda: answer, list(problem.notes), kind, statements)


def value_of(answer: Answer, values: Mapping[Expr, Any], known: Mapping[str, int] | None = None) -> Any:
    """The value of an answer: axes for what is derived, then for the variable, a family stacked over its indices."""
    kind = answer.kind if isinstance(answer, Derivative) and answer.is_laid else ""
    return _value(answer.problem, answer.expr, kind, answer.axes, values, known)


def _value(problem: Problem, e: Expr, kind: str, axes: Axes, values: Mapping[Expr, Any],
           known: Mapping[str, int] | None = None) -> Any:
    """The value of `e`, whose free indices are `axes`; a Jacobian or a Hessian with an axis for each of both sides. The
    sizes that are not `known` follow from the values."""
    from matcalc.numeric.evaluate import as_result, bind, evaluate
    from matcalc.numeric.sizes import shape_of
    from matcalc.stability.stable import stable

    rows, columns = axes
    value = evaluate(stable(e, problem.rulebook), values, known, (*rows, *columns))
    if kind not in ("jacobian", "hessian"):
        return as_result(value, e.shape)
    sides = [problem.f, *problem.wrt]
    if rows or columns:
        sides = [typed(problem).f, *(target.whole for target in typed(problem).targets)]
    outside, inside = (sides[0], sides[1]) if kind == "jacobian" else (sides[1], sides[-1])
    sizes = bind(values, known)[1]
    array = value.reshape((*value.shape[:len(rows) + len(columns)], *shape_of(e.shape, sizes)))
    return arranged(array, len(rows), shape_of(outside.shape, sizes), shape_of(inside.shape, sizes))


def two_ways(answer: Derivative, how: Trials) -> Verification:
    """Whether the matrices say the same as the sums that were typed, of the formula and of its derivative: values at
    random points."""
    from matcalc.checking.agreement import agreement

    problem, asked = answer.problem, typed(answer.problem)
    leaves = {problem.settled(info.expr): problem.inputs[asked.stacks[name].name]
              for name, info in asked.variables.items()}
    f, pairs = problem.settled(asked.f), _both_ways(answer)

    def sides(values: Mapping[Expr, Any], sizes: Mapping[str, int]) -> list[tuple[Any, Any]]:
        held = {leaves[leaf]: value for leaf, value in values.items()}
        plain = ((), ())
        return [(_value(problem, f, "", (asked.output, ()), values, sizes),
                 _value(problem, problem.settled(problem.f), "", plain, held, sizes)),
                *((_value(problem, e, answer.kind, typed(problem).axes(answer.kind), values, sizes),
                   _value(problem, matrices, answer.kind, plain, held, sizes)) for e, matrices in pairs)]

    return agreement(list(leaves), [f, *(e for e, _ in pairs), *leaves.values()], sides, how)


def _both_ways(answer: Derivative) -> list[tuple[Expr, Expr]]:
    """The derivative in sums and in matrices, with independent entries where these can be told; by a complex variable
    that by its conjugate as well."""
    problem = answer.problem
    if not problem.wrt[0].complex:
        last, is_mirrored = answer.statements[-1], "sym" in problem.settled(problem.wrt[0]).data.props
        structure, found = (last.structure, last.derivative) if is_mirrored else ("free", _free_form(answer))
        return [(problem.settled(_OF[answer.kind](problem, structure)), problem.settled(found))]
    if answer.kind != "gradient":
        return []
    from matcalc.answer.wirtinger import both

    return list(zip(both(problem.in_sums), both(problem), strict=True))


def _free_form(answer: Derivative) -> Expr:
    """The derivative in matrices with independent entries, on column-major vec."""
    return answer.statements[0].derivative if answer.kind == "gradient" else answer.statements[-1].derivative


_OF: dict[str, Callable[[Problem, Structure], Expr]] = {
    "gradient": gradient_of, "jacobian": jacobian_of, "hessian": hessian_of}
