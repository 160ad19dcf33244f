"""The blocks of a Hessian that is block diagonal: which axes of the variable two entries have in common where they have
a second derivative together, and how what is returned is laid out.

    rows of X m×n that do not meet: H[i, a, b] = ∂²f/∂X_ia ∂X_ib, m blocks n×n · entries that do not meet: the diagonal
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcalc.core.expr import Expr
from matcalc.plan.planning import Layout, Wanted, shared_axes
from matcalc.stability.stable import stable
from matcalc.targets.language import language
from matcalc.targets.module import expanded

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative
    from matcalc.answer.related import Related

_SIDES = ("row", "column")


def whole_hessian(asked: Related) -> Derivative:
    """The Hessian by one variable, on column-major vec: blocks have axes, whatever the layout of the matrix."""
    if asked.layout == "gradient" and asked.vec == "col":
        return asked.answer("hessian")
    return type(asked)(asked.problem, asked.kind, asked.structure).answer("hessian")


def layout_of(asked: Related) -> Layout | None:
    """How the blocks are laid out; None where it is not proved that there are any."""
    d = whole_hessian(asked)
    (x,), axes = d.problem.wrt, d.statements[-1].axes if d.problem.is_summed else ((), ())
    layout = Layout(*axes, outside=x.shape, inside=x.shape)
    inputs = [*asked.problem.inputs.values()]
    count = len(layout.rows) + sum(n != 1 for n in x.shape)
    ways = [d.computed, *asked.ways("hessian", x)] if count else []
    numpy = language("numpy")  # what is proved of one form of the Hessian holds of each
    found = max((shared_axes(Wanted(expanded(stable(e, d.problem.rulebook), numpy), layout), inputs, trusts=True)
                 for e in ways), key=len, default=())
    return layout._replace(shared=found) if found or not count else None


def entries_said(layout: Layout, x: Expr, f: str) -> str:
    """What the entries of the blocks are, and for what there is a block."""
    sides = [side for side, n in zip(_SIDES, x.shape, strict=True) if n != 1]
    axes = [*["member"] * len(layout.rows), *(sides if len(sides) > 1 else ["entry"] * len(sides))]
    shared, name = layout.shared or (), x.data.name
    if not axes:
        return "It is the second derivative by a number."
    common, apart = iter("ijkl"), iter("abcdefgh")
    left = [next(common) if k in shared else next(apart) for k in range(len(axes))]
    right = [left[k] if k in shared else next(apart) for k in range(len(axes))]
    own = [left[k] for k in shared] + [side[k] for side in (left, right) for k in range(len(axes)) if k not in shared]
    first, second = (f"{name}[{', '.join(side)}]" for side in (left, right))
    by = f"∂{first}²" if left == right else f"∂{first} ∂{second}"
    each = " and ".join(dict.fromkeys(axes[k] for k in shared))
    blocks = "" if left == right else f", a block for each {each}"
    return f"Entry [{', '.join(own)}] is ∂²{f}/{by}{blocks}; all other second derivatives are zero."


