"""An answer as plain data: the problem, the formula, and the statements that together make the formula true.

Nothing here prints, explains, checks or runs. A formula is made when it is first asked for: a Hessian on vec can be
large where its operator is all that anyone wants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from matcalc.answer.problem import Problem
from matcalc.calculus import regularity
from matcalc.calculus.differential import seed
from matcalc.calculus.index_form import Term
from matcalc.checking.stated import Statement
from matcalc.core.dims import Dim, format_dim, rank
from matcalc.core.expr import CALL, VAR, Expr, functions, postorder
from matcalc.core.indices import Index
from matcalc.limits import work
from matcalc.options import Layout, Vec

if TYPE_CHECKING:
    from matcalc.checking.joints import Joint

Derived = Literal["gradient", "jacobian", "hessian", "differential", "jvp", "vjp"]


class Form:
    """One more way to write a derivative: an expression, or in index notation the `entries` whose products it sums.

    What is given as a function is made when it is first asked for, like the answer itself. `computing` is what values
    come from, where that is not what is shown.
    """

    __slots__ = ("_expr", "computing", "entries", "name")

    def __init__(self, name: str, expr: Expr | Callable[[], Expr | None] | None = None,
                 entries: tuple[Term, ...] = (), computing: Callable[[], Expr] | None = None) -> None:
        self.name, self._expr, self.entries, self.computing = name, expr, entries, computing

    @property
    def computed(self) -> Expr | None:
        """What its value is made of."""
        if self.computing is None:
            return self.expr
        with work(resumed=True):
            return self.computing()

    @property
    def expr(self) -> Expr | None:
        """The expression; None where it is index notation."""
        if callable(self._expr):
            with work(resumed=True):
                self._expr = self._expr()
        return self._expr


class Answer:
    """A formula that answers a problem, with notes on how it was read; where it holds follows from what was typed.

    Its fields are set once. It is no dataclass: defining all records as such took a fifth of a start.
    """

    problem: Problem
    formula: Callable[[], Expr]
    notes: list[str]

    def __init__(self, problem: Problem, formula: Callable[[], Expr], notes: list[str]) -> None:
        vars(self).update(problem=problem, formula=formula, notes=notes)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"the {name} of an answer is not changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"the {name} of an answer is not taken away")

    @cached_property
    def expr(self) -> Expr:
        """The formula that is shown."""
        with work(resumed=True):
            return self.formula()

    @property
    def computed(self) -> Expr:
        """What its value is computed from."""
        return self.expr

    @property
    def axes(self) -> tuple[tuple[Index, ...], tuple[Index, ...]]:
        """The free indices of the formula, of a formula that stays in sums: of its output, and of the variable."""
        return (), ()

    @property
    def lengths(self) -> tuple[Dim, ...]:
        """The lengths of the axes of its value."""
        indices = [index for side in self.axes for index in side]
        return (*(index.size for index in indices), *self.expr.shape[:rank(self.expr.shape)])

    @property
    def shape(self) -> tuple[str, ...]:
        """Dimension names: () for a scalar, (n,) for a vector, (m, n) for a matrix; of families stacked ones."""
        return tuple(map(format_dim, self.lengths))

    @cached_property
    def requirements(self) -> list[regularity.Condition]:
        """Where the formula holds, and where it has kinks."""
        problem = self.problem
        found = regularity.conditions(problem.settled(problem.f), self.expr, problem.typed, self.order)
        moved = {problem.settled(x) for x in problem.wrt}
        decided = {joint.call for joint in self.joints}
        found = [c for c in found if not self._is_said_of_all(c, found)]
        return [c for c in found if c.word != regularity.KINK
                or not (c.expr in decided or moved.isdisjoint(postorder(c.expr)) or self._is_smooth(c.expr))]

    def _is_said_of_all(self, c: regularity.Condition, found: list[regularity.Condition]) -> bool:
        """Whether what is said of a member, rᵢⱼ > 0, is said of the matrix that holds its family."""
        if self.problem.indexed is None or c.expr.kind is not VAR or not c.expr.free:
            return False
        stack = self.problem.indexed.stacks.get(c.expr.data.name)
        return stack is not None and any(
            other.word == c.word and other.expr is self.problem.settled(stack.expr) for other in found)

    def _is_smooth(self, call: Expr) -> bool:
        """Whether a first derivative is right at ties of the sorted values of a call, on which they have no effect."""
        if self.order > 1 or call.kind is not CALL or not call.data.has("ordered"):
            return False
        from matcalc.checking.ties import is_blind  # which imports NumPy

        return is_blind(self.problem.settled(self.problem.f), call)

    @cached_property
    def joints(self) -> list[Joint]:
        """What is known of the places where the pieces of a function meet."""
        problem = self.problem
        f = problem.settled(problem.f)
        if not any(function.has("chooses") for function in functions(f)):
            return []
        from matcalc.checking.joints import joints  # which imports NumPy

        return list(joints(f, [problem.settled(x) for x in problem.wrt], problem.rulebook))

    @property
    def order(self) -> int:
        """How often the formula was derived, of one derivative."""
        return 0

    @property
    def inputs(self) -> dict[str, Expr]:
        """What the formula is a function of, by name: the variables as declared."""
        return self.problem.inputs


class Derivative(Answer):
    """A derivative. `statements` are the claims that together make it true, and are what is checked.

    `forms` holds further ways to write it by name: differential, index, derivative (of a matrix by a scalar),
    operator, bilinear, and the blocks of a Hessian by several variables. `directions` are the variables V or G in
    which a jvp, a vjp or an operator is linear. `computing` is what values come from, where that is not what is shown.
    `convention` tells by what of a complex variable it is: conj(X), twice that …; "" where the variable is real;
    `is_bound` that it is the gradient of a real value among Hermitian or unitary matrices.
    """

    kind: Derived
    claims: Callable[[], Sequence[Statement]]
    layout: Layout
    vec: Vec
    further: Callable[[], Sequence[Form]]
    directions: tuple[Expr, ...]
    computing: Callable[[], Expr] | None
    convention: str
    is_bound: bool

    def __init__(self, problem: Problem, formula: Callable[[], Expr], notes: list[str], kind: Derived,
                 claims: Callable[[], Sequence[Statement]], layout: Layout = "gradient", vec: Vec = "col",
                 further: Callable[[], Sequence[Form]] = tuple, directions: tuple[Expr, ...] = (),
                 computing: Callable[[], Expr] | None = None, convention: str = "", is_bound: bool = False) -> None:
        super().__init__(problem, formula, notes)
        vars(self).update(kind=kind, claims=claims, layout=layout, vec=vec, further=further, directions=directions,
                          computing=computing, convention=convention, is_bound=is_bound)

    @cached_property
    def computed(self) -> Expr:
        """What values and code come from: the formula as it was found."""
        if self.computing is None:
            return self.expr
        with work(resumed=True):
            return self.computing()

    @property
    def axes(self) -> tuple[tuple[Index, ...], tuple[Index, ...]]:
        """The free indices of the formula: of the output, or of the rows of a Hessian, and of the member."""
        indexed = self.problem.indexed
        return indexed.axes(self.kind) if indexed is not None and not indexed.is_lifted else ((), ())

    @property
    def is_laid(self) -> bool:
        """Whether the value has an axis for each axis of what is derived and of the variable: of a Jacobian, or a
        Hessian by one variable or by two, of a formula in index notation, in the usual layout."""
        if self.problem.indexed is None or self.kind not in ("jacobian", "hessian"):
            return False
        is_block = self.kind == "hessian" and not self.problem.is_summed and not self.directions
        return self.layout == "gradient" and self.vec == "col" and not is_block

    @property
    def lengths(self) -> tuple[Dim, ...]:
        """The lengths of the axes of its value."""
        if not self.is_laid:
            return super().lengths
        (rows, columns), sides = self.axes, [self.problem.f, *self.problem.wrt]
        outside, inside = (sides[0], sides[1]) if self.kind == "jacobian" else (sides[1], sides[-1])
        return (*(index.size for index in rows), *outside.shape[:rank(outside.shape)],
                *(index.size for index in columns), *inside.shape[:rank(inside.shape)])

    @property
    def order(self) -> int:
        """2 for a Hessian."""
        return 2 if self.kind == "hessian" else 1

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What has to hold for the formula to be right."""
        return tuple(self.claims())

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """The same derivative written in other ways."""
        return {form.name: form for form in self.further()}

    @property
    def tangents(self) -> tuple[Expr, Expr]:
        """dX₁ and dX₂ of the bilinear form: by the row variable and by the column variable."""
        return seed(self.problem.wrt[0], 1), seed(self.problem.wrt[-1], 2)

    @property
    def inputs(self) -> dict[str, Expr]:
        """What the formula is a function of, by name: the variables as declared, and directions."""
        further = self.directions if self.kind in ("jvp", "vjp") else ()
        return super().inputs | {v.data.name: v for v in further}


def fields(answer: Derivative) -> dict[str, Any]:
    """What a derivative was made of, to make another like it."""
    return {name: getattr(answer, name) for name in Answer.__annotations__ | Derivative.__annotations__}
