"""The derivatives of one problem together: those that are there, and the others where they are asked for."""

from __future__ import annotations

from collections.abc import Iterable

from matcalc.answer import backward, directional, first, second
from matcalc.answer.derivative import Derivative
from matcalc.answer.precise import exactly
from matcalc.answer.problem import Problem
from matcalc.checking.stated import Statement
from matcalc.core.expr import Expr
from matcalc.options import CONVENTIONS, Convention, Layout, Structure, Vec


class Related:
    """A problem, how its derivatives are meant, those that are derived already, and of what `kind` the answer is;
    "operator" is the Hessian as V ↦ ∇²f[V]. `called` is a name that somebody gave to the formula."""

    def __init__(self, problem: Problem, kind: str, structure: Structure = "project", layout: Layout = "gradient",
                 vec: Vec = "col", known: Iterable[Derivative] = (), like: Iterable[Derivative] = ()) -> None:
        self.problem, self.kind, self.structure, self.layout, self.vec = problem, kind, structure, layout, vec
        self.known: dict[str, Derivative] = {d.kind: d for d in known}
        self.called = ""
        said = {d.convention for d in like if not d.is_bound or d.convention == "jax"}  # of complex variables
        self.convention: Convention = next((word for word in CONVENTIONS if word in said), "brandwood")

    @classmethod
    def of(cls, d: Derivative, kind: str = "") -> Related:
        """One derivative and those of the same problem; `kind` is by default that of `d`."""
        structure = "project" if d.kind == "differential" else d.statements[-1].structure
        return cls(d.problem, kind or d.kind, structure, d.layout, d.vec, [d])

    def answer(self, kind: str) -> Derivative:
        """The derivative of a kind by the variables of the problem."""
        if kind not in self.known:
            self.known[kind] = self._derived(kind)
        return self.known[kind]

    def _derived(self, kind: str) -> Derivative:
        problem, structure = self.problem, self.structure
        if kind == "jacobian":
            return first.posed_jacobian(problem, structure, self.layout, self.vec)
        if kind == "hessian":
            return second.posed_hessian(problem, structure, self.layout, self.vec)
        if kind == "vjp":
            return directional.posed_vjp(problem, self._pulled(), structure)
        return directional.posed_jvp(problem, None, structure) if kind == "jvp" else \
            directional.posed_differential(problem)

    def _pulled(self) -> str:
        """A name for what is pulled back, which no direction has."""
        moved = [v.data.name for v in directional.directions_of(self.problem, None, self.structure)]
        return self.problem.fresh("gvw" if 1 in self.problem.f.shape else "GVW", moved)

    @property
    def gradients(self) -> list[Derivative]:
        """By each variable."""
        if "gradient" in self.known:
            return [self.known["gradient"]]
        return [first.posed_gradient(_by(self.problem, i), self.structure, self.layout, self.convention)
                for i in range(len(self.problem.wrt))]

    @staticmethod
    def slope(d: Derivative, said: Statement) -> Expr:
        """The gradient that a Hessian is derived from, as it is computed; `said` is what is said of it."""
        if exactly(d.problem) is d.problem:
            return said.derivative
        return first.posed_gradient(d.problem, said.structure).computed

    def ways(self, kind: str, x: Expr, v: Expr | None = None) -> list[Expr]:
        """Other ways to compute a derivative by `x`, along `v`: gradient, hessian or hessian_product."""
        if self.layout != "gradient" or self.vec != "col":
            return []
        if kind == "hessian_product":
            return [] if v is None else backward.product(exactly(self.problem), x, v)
        return {"gradient": backward.gradient, "hessian": backward.hessian}[kind](exactly(self.problem), x)

    @property
    def is_in_blocks(self) -> bool:
        """Whether the Hessian has a block for each two of several variables."""
        d = self.answer("hessian")
        return len(d.problem.wrt) > 1 and not d.directions and not d.problem.is_summed

    def shared(self, e: Expr) -> Expr:
        """`e` on the leaves that the others have, so that what they share is one."""
        return e if self.structure == "free" else self.problem.settled(e)


def _by(problem: Problem, i: int) -> Problem:
    """The same problem by one of its variables."""
    indexed = problem.indexed and problem.indexed._replace(targets=problem.indexed.targets[i:i + 1])
    return problem._replace(wrt=problem.wrt[i:i + 1], indexed=indexed)
