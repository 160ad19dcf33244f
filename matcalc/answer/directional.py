"""Derivatives along directions: the differential of any order, dF[V] forwards, and J*[G] pulled back."""

from __future__ import annotations

from matcalc.algebra import multiply, trace, transpose
from matcalc.algebra.indexed import at, family, replaced
from matcalc.answer import applied
from matcalc.answer.applied import meant
from matcalc.answer.derivative import Derivative
from matcalc.answer.precise import precisely
from matcalc.answer.problem import Problem, pose
from matcalc.calculus.differential import seed
from matcalc.calculus.gathering import summed
from matcalc.calculus.structure import tangent_word, within
from matcalc.checking.stated import Statement
from matcalc.core.expr import Expr
from matcalc.core.indices import Index, Ref
from matcalc.diagnostics import fail
from matcalc.language import name_of
from matcalc.language.framing import framed
from matcalc.options import Dialect, Names, Rules, Structure, Variables, allow

MATRICES, VECTORS = "VWUDHM", "vwudhm"


def differential(expr: str, wrt: Names = None, *, order: int = 1, variables: Variables = None, dialect: Dialect = "",
                 rules: Rules = None) -> Derivative:
    """The total differential, linear in the tangents d<name> of `wrt`, or of all variables where `wrt` is None.

    Of `order` k > 1 it is linear in each of k tangents: d²f[dX₁, dX₂].
    Source: Magnus & Neudecker (2019) ch. 5 and 6.
    """
    names = wrt or None
    if names is None:
        asked = pose(expr, framed(expr).wrt, variables=variables, dialect=dialect, rules=rules)
        names = [x.data.name for x in asked.wrt] or list(asked.variables)
    return meant(posed_differential(pose(expr, names, variables=variables, dialect=dialect, rules=rules), order))


def posed_differential(problem: Problem, order: int = 1) -> Derivative:
    """The total differential by the variables of a problem."""
    df, statements = problem.f, []
    is_within = any(tangent_word(x) == "hermitian" for x in problem.wrt)  # then d conj(X) is dX'
    for k in _numbers(problem, order):
        before, df = df, applied.along(problem, df, {x: seed(x, k) for x in problem.wrt})
        statements.append(Statement(before, problem.wrt, df, "differential", "project" if is_within else "free"))
    answer = problem.settled(df)
    return Derivative(problem, lambda: answer, list(problem.notes), "differential", lambda: statements)


def _numbers(problem: Problem, order: int) -> range:
    """Numbers of the tangents: dX alone, or dX₁, dX₂ … where these are not differentials of variables X₁, X₂."""
    start = 0 if order == 1 else 1
    while any(f"{x.data.name}_{start + k}" in problem.variables for x in problem.wrt for k in range(order) if start):
        start += 1
    return range(start, start + order)


def jvp(expr: str, wrt: Names = None, *, direction: Names = None, variables: Variables = None,
        structure: Structure = "project", dialect: Dialect = "", rules: Rules = None) -> Derivative:
    """dF[V], the derivative of F along a direction V: an expression of the shape of F, with V a further input.

    `direction` names it (V or v where free); with several `wrt` there is one direction for each. A structured variable
    moves within its structure, so V has it too.
    Source: Magnus & Neudecker (2019) 5.4.
    """
    allow(structure=structure)
    problem = pose(expr, wrt or None, variables=variables, rules=rules, dialect=dialect)
    return meant(posed_jvp(problem, direction, structure))


def posed_jvp(problem: Problem, direction: Names = None, structure: Structure = "project") -> Derivative:
    """The derivative along directions of the variables of a problem."""
    directions = directions_of(problem, direction, structure)
    seeds = dict(zip(problem.wrt, directions, strict=True))

    def made(problem: Problem) -> Expr:
        return problem.settled(applied.along(problem, problem.f, seeds))

    answer = made(problem)
    tangents = {v: seed(x) for x, v in seeds.items()}
    statement = Statement(problem.f, problem.wrt, replaced(problem.marked(answer), tangents), "differential",
                          "free" if structure == "free" else "project")
    return Derivative(problem, lambda: answer, list(problem.notes), "jvp", lambda: (statement,),
                      directions=directions, computing=lambda: precisely(problem, made, answer))


def vjp(expr: str, wrt: str | None = None, *, direction: str | None = None, variables: Variables = None,
        structure: Structure = "project", dialect: Dialect = "", rules: Rules = None) -> Derivative:
    """J*[G], the gradient of ⟨G, F⟩ for a constant G of the shape of F: an expression of the shape of `wrt`.

    `direction` names G (G or g where free). For vectors it is J'g.
    Source: Minka (2000), Old and New Matrix Algebra Useful for Statistics.
    """
    allow(structure=structure)
    problem = pose(expr, wrt or None, variables=variables, rules=rules, dialect=dialect)
    return meant(posed_vjp(problem, direction, structure))


def posed_vjp(problem: Problem, direction: str | None = None, structure: Structure = "project") -> Derivative:
    """What is pulled back to the first variable of a problem."""
    f, x = problem.f, problem.wrt[0]
    name = _chosen(problem, direction) if direction else problem.fresh("gvw" if 1 in f.shape else "GVW")
    if any(leaf.complex for leaf in problem.leaves):
        from matcalc.answer.wirtinger import pulled

        return pulled(problem, name, structure)
    output, member = sides(problem)
    g = family(name, f.shape, [index.axis for index in output])
    paired = summed(inner(at(g, *map(Ref, output)), f), output)

    def made(problem: Problem) -> Expr:
        free = applied.by_gradient(problem, paired, x, member) if x.data.axes or output else \
            applied.pulled_back(problem, f, x, g)
        return problem.closed(within(problem.settled(x), structure, problem.rulebook)(problem.settled(free)))

    answer = made(problem)
    statement = Statement(paired, x, problem.marked(answer), "gradient", structure, axes=((), member))
    return Derivative(problem, lambda: answer, list(problem.notes), "vjp", lambda: (statement,), directions=(g,),
                      computing=lambda: precisely(problem, made, answer))


def sides(problem: Problem) -> tuple[tuple[Index, ...], tuple[Index, ...]]:
    """The free indices of a formula that stays in sums, and those of the member one differentiates by."""
    if problem.indexed is None or problem.indexed.is_lifted:
        return (), ()
    return problem.indexed.output, problem.indexed.targets[0].member if problem.indexed.targets else ()


def inner(a: Expr, b: Expr) -> Expr:
    """⟨A, B⟩ = tr(A'B)."""
    return trace(multiply(transpose(a), b))


def directions_of(problem: Problem, names: Names, structure: Structure) -> tuple[Expr, ...]:
    """A direction for each variable differentiated by, with the structure of the variable."""
    asked = [names] if isinstance(names, str) else list(names or ())
    if asked and len(asked) != len(problem.wrt):
        raise fail("M0511", f"one direction for each variable: {len(problem.wrt)}, not {len(asked)}", problem.source)
    found: list[Expr] = []
    for i, x in enumerate(problem.wrt):
        letters = VECTORS if 1 in x.shape else MATRICES
        name = _chosen(problem, asked[i]) if asked else problem.fresh(letters, [v.data.name for v in found])
        word = None if structure == "free" else tangent_word(x)
        kept = {word} if word else {"complex"} if x.complex else ()
        found.append(family(name, x.shape, x.data.axes, frozenset(kept)))
    return tuple(found)


def _chosen(problem: Problem, name: str) -> str:
    canonical = name_of(name)
    if canonical in problem.variables:
        raise fail("M0512", f"the direction needs a name of its own; {canonical} is a variable of the expression",
                   problem.source)
    return canonical
