"""The second derivative: the Jacobian of the gradient, and the same bilinear map as d²f[dX₁, dX₂] and V ↦ ∇²f[V].

Within a structure the gradient is projected before it is differentiated, and so is the direction: P H P where the
projector is constant, the Riemannian Hessian P_X(D grad f(X)[V]) on the Stiefel manifold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations_with_replacement

from matcalc.algebra import add, block, multiply, negate, substitute, transpose
from matcalc.answer import applied
from matcalc.answer.applied import meant, of_columns
from matcalc.answer.derivative import Derivative, Form
from matcalc.answer.directional import directions_of, inner
from matcalc.answer.first import in_letters, in_sums, shorter_way
from matcalc.answer.precise import precisely
from matcalc.answer.problem import Problem, pose
from matcalc.answer.shown import shown
from matcalc.calculus.differential import seed
from matcalc.calculus.matrix_form import matrix_form
from matcalc.calculus.structure import HALF, project, structure_of, within
from matcalc.checking.stated import Statement
from matcalc.core.expr import Expr
from matcalc.diagnostics import NoRuleError, fail
from matcalc.options import Dialect, Layout, Names, Rules, Structure, Variables, Vec, allow


def hessian(expr: str, wrt: Names = None, wrt2: str | None = None, *, vec: Vec = "col", variables: Variables = None,
            structure: Structure = "project", layout: Layout = "gradient", dialect: Dialect = "",
            rules: Rules = None) -> Derivative:
    """The Jacobian of the gradient: (n, n) by a vector, on column-major vec by a matrix.

    `wrt2` asks for the mixed one, rows by `wrt`, columns by `wrt2` (`layout="denominator"`: transposed). A sequence
    `wrt` gives all second derivatives as one block matrix.
    Source: Magnus & Neudecker (2019) ch. 10; Absil, Mahony & Sepulchre (2008) 5.5.
    """
    allow(structure=structure, layout=layout, vec=vec)
    names = wrt or None if wrt2 is None else [str(wrt), wrt2]
    problem = pose(expr, names, variables=variables, rules=rules, dialect=dialect, demand_scalar=True)
    return meant(posed_hessian(problem, structure, layout, vec, in_blocks=wrt2 is None and wrt is not None))


def posed_hessian(problem: Problem, structure: Structure = "project", layout: Layout = "gradient", vec: Vec = "col",
                  in_blocks: bool = True) -> Derivative:
    """The Hessian by the variable of a problem, by several `in_blocks`, or else the mixed one by the first and last."""
    if any(x.complex for x in problem.wrt):
        from matcalc.answer import augmented

        return augmented.hessian(problem, structure, layout, vec)
    in_blocks = in_blocks and len(problem.wrt) > 1
    if problem.is_summed and in_blocks:
        raise fail("M0518", "this stays a sum over indices, and its second derivatives are no blocks of one matrix; "
                   "ask by one variable or by two", problem.typed_source, error=NoRuleError)
    if problem.is_summed:
        return in_sums(problem, "hessian", structure)
    if in_blocks:
        return _blocks(problem, structure, layout, vec)
    second = Second(problem, problem.wrt[0], problem.wrt[-1], structure, vec)
    notes = [*problem.notes, *second.notes]
    return Derivative(problem, lambda: _laid(second.matrix, layout), notes, "hessian", second.statements,
                      layout, vec, second.forms, (second.direction,), lambda: _laid(second.computed, layout))


def _laid(e: Expr, layout: Layout) -> Expr:
    return transpose(e) if layout == "denominator" else e


@dataclass(eq=False, repr=False)
class Second:
    """The second derivative of a problem's scalar, rows by `x`, columns by `y`."""

    problem: Problem
    x: Expr
    y: Expr
    structure: Structure
    vec: Vec = "col"

    @cached_property
    def free(self) -> Expr:
        """The gradient with independent entries."""
        return applied.free_gradient(self.problem, self.x)

    @cached_property
    def gradient(self) -> Expr:
        """The gradient within the structure, still as a function of independent entries."""
        return self.problem.closed(within(self.x, self.structure, self.problem.rulebook)(self.free))

    @cached_property
    def curved(self) -> bool:
        """Whether the projector depends on the point."""
        return self.structure == "project" and structure_of(self.x) == "orthogonal"

    def along(self, v: Expr) -> Expr:
        """The derivative of the gradient along V, within the structure: P(∇²f[V] − V sym(X'G)) where X is orthogonal,
        since what the normal part X sym(X'G) changes by is tangent only through V."""
        found = applied.unclosed(self.problem, self.free if self.curved else self.gradient, {self.y: v})
        if not self.curved:
            return found
        if self.y is self.x:
            normal = multiply(transpose(self.x), self.free)
            found = add(found, negate(multiply(HALF, v, add(normal, transpose(normal)))))
        return project(found, self.x, self.problem.rulebook)

    @cached_property
    def linear(self) -> Expr:
        """∇²f[dY], within the structure for any tangent dY."""
        return self.problem.settled(self.along(within(self.y, self.structure, self.problem.rulebook)(seed(self.y))))

    @cached_property
    def closed(self) -> Expr:
        """∇²f[dY] in closed form."""
        return self.problem.closed(self.linear)

    @cached_property
    def matrix(self) -> Expr:
        """The matrix on vec, as it is shown."""
        return shown(self.found, self.problem.rulebook)

    @cached_property
    def found(self) -> Expr:
        """The matrix on vec, as it is computed."""
        with applied.named_gaps(self.problem):
            found = self.problem.closed(matrix_form(self.linear, seed(self.y), self.problem.rulebook, self.vec))
        is_asked = self.problem.indexed is not None and self.problem.wrt in ((self.x,), (self.x, self.y)) \
            and (len(self.problem.wrt) > 1) == (self.x is not self.y)
        return shorter_way(self.problem, "hessian", found, self.structure) if is_asked else found

    @cached_property
    def computed(self) -> Expr:
        """What the value of the matrix is made of."""
        return precisely(self.problem, lambda p: replace(self, problem=p).found, self.found)

    @cached_property
    def direction(self) -> Expr:
        """V, the variable along which the operator is taken."""
        return directions_of(self.problem, None, self.structure)[-1]

    @cached_property
    def operator(self) -> Expr:
        """∇²f[V] for a direction V within the structure."""
        if self.is_free:
            return substitute(self.closed, {seed(self.y): self.direction})
        return self.problem.closed(self.problem.settled(self.along(self.direction)))

    @cached_property
    def bilinear(self) -> Expr:
        """d²f[dX₁, dX₂] = ⟨dX₁, ∇²f[dX₂]⟩."""
        (first, second), tangent = ((seed(self.x, 1), seed(self.y, 2)), seed(self.y))
        along = self.closed if self.is_free else applied.along(self.problem, self.free, {self.y: tangent})
        return substitute(self.problem.closed(self.problem.settled(inner(first, along))), {tangent: second})

    @property
    def is_free(self) -> bool:
        """Whether no structure counts."""
        return self.structure == "free" or not (structure_of(self.x) or structure_of(self.y))

    def forms(self) -> list[Form]:
        """None with the cookbook's coordinates, where a direction is no matrix of the shape of Y."""
        if self.structure == "cookbook" and structure_of(self.y):
            return []
        def applied_to_v() -> Expr:
            return precisely(self.problem, lambda p: replace(self, problem=p).operator, self.operator)

        flat = [] if self.curved else [Form("bilinear", lambda: self.bilinear)]
        operator = Form("operator", lambda: self.operator, computing=applied_to_v)
        return [*flat, operator, *in_letters(self.problem, "hessian", self.structure)]

    @property
    def notes(self) -> list[str]:
        """What a declared structure made of the second derivative."""
        words = {v.data.name: structure_of(v) for v in (self.x, self.y) if structure_of(v)}
        if self.structure == "free" or not words:
            return []
        if self.curved:
            name = self.x.data.name
            return [f"the Riemannian Hessian P(D grad f[V]) on the Stiefel manifold {name}'*{name} = I, Euclidean "
                    "metric, for tangent V; --structure free gives the Euclidean one"]
        said = " and ".join(f"{name} is {word}" for name, word in words.items())
        how = "P*H*P with the projector P on the structure" if self.structure == "project" else "the cookbook form"
        return [f"{said}: {how}; --structure free leaves the entries independent"]

    def statements(self) -> list[Statement]:
        """The gradient, and the second derivative against differences of the gradient and second differences of f."""
        f, x, y, structure = self.problem.f, self.x, self.y, self.structure
        matrix = self.problem.marked(self.matrix)
        is_kept = self.gradient is self.free
        found = [Statement(f, x, self.free, "gradient", preliminary=not is_kept)]
        if not is_kept:
            found.append(Statement(f, x, self.gradient, "gradient", structure))
        sides = (self.gradient, y, matrix if self.vec == "col" else of_columns(matrix, x, y, self.problem.rulebook))
        if self.curved:
            return [*found, Statement(*sides, "covariant" if x is y else "jacobian", structure)]
        if structure != "cookbook" and self.vec == "col":
            found.append(Statement(f, x, matrix, "hessian", structure, y, decisive=False))
        if structure != "cookbook" and 1 not in y.shape:
            operator = substitute(self.problem.marked(self.operator), {self.direction: seed(y)})
            found.append(Statement(self.gradient, y, operator, "differential", structure))
        return [*found, Statement(*sides, "jacobian", structure)]


def _blocks(problem: Problem, structure: Structure, layout: Layout, vec: Vec) -> Derivative:
    """All second derivatives by several variables: the blocks on and above the diagonal, and their transposes."""
    wrt = problem.wrt
    above = {(x, y): Second(problem, x, y, structure, vec) for x, y in combinations_with_replacement(wrt, 2)}

    def entry(x: Expr, y: Expr) -> Expr:
        return above[x, y].matrix if (x, y) in above else transpose(above[y, x].matrix)

    def forms() -> list[Form]:
        return [Form(f"{x.data.name},{y.data.name}", second.matrix) for (x, y), second in above.items()]

    notes = list(dict.fromkeys([*problem.notes, *(note for second in above.values() for note in second.notes)]))
    names = ", ".join(x.data.name for x in wrt)
    notes.append(f"blocks by {names}; those below the diagonal are the transposes of those above")
    return Derivative(problem, lambda: block([[entry(x, y) for y in wrt] for x in wrt]), notes, "hessian",
                      lambda: [s for second in above.values() for s in second.statements()], layout, vec, forms)
