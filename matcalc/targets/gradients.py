"""The gradients of a program, each with the claim that it is one; by a complex variable in its convention."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from matcalc.core.expr import Expr
from matcalc.options import Structure
from matcalc.plan.planning import Layout
from matcalc.records import NamedTuple

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative
    from matcalc.answer.related import Related

SECOND = ("hessian", "hessian_blocks", "hessian_product")


class Slope(NamedTuple):
    """The gradient by one variable, as the program has it, and the claim that it is one; the derivative by conj(x)
    where that is another one."""

    x: Expr
    e: Expr
    structure: Structure
    result: Layout
    answer: Derivative
    conjugate: Expr | None = None

    @property
    def roots(self) -> list[Expr]:
        """What the program returns of it."""
        return [self.e, *([] if self.conjugate is None else [self.conjugate])]


def slopes(asked: Related, names: Collection[str]) -> list[Slope]:
    """The gradients as a program of `names` has them: with a Hessian, that of which the Hessian is the Jacobian."""
    found = asked.gradients
    if any(name in names for name in SECOND) and not is_by_complex(asked) and not asked.is_in_blocks:
        found = [asked.answer("hessian")]
    return [_slope(asked, d) for d in found]


def is_by_complex(asked: Related) -> bool:
    """Whether a derivative is by a complex variable, which has a convention of its own."""
    return any(x.complex for x in asked.problem.wrt)


def conjugate_of(d: Derivative) -> Expr | None:
    """The derivative by conj(x), where there is one beside that by x."""
    return d.forms["conjugate"].expr if d.convention == "both" else None


def _slope(asked: Related, d: Derivative) -> Slope:
    """The gradient in an answer, which may be a second derivative."""
    x = d.problem.wrt[0]
    if x.complex and d.kind == "gradient":
        indexed = d.problem.indexed
        member = indexed.targets[0].member if indexed is not None and d.problem.is_summed else ()
        return Slope(x, d.computed, d.statements[-1].structure, Layout((), member), d, conjugate_of(d))
    said = [s for s in d.statements if s.kind == "gradient"][-1]
    return Slope(x, d.computed if d.kind == "gradient" else asked.slope(d, said), said.structure, Layout(*said.axes), d)
