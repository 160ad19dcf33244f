"""What is stated of a derivative, and at how many random points that is tried: plain data, cheap to load."""

from __future__ import annotations

from typing import Literal

from matcalc.core.expr import Expr
from matcalc.core.indices import Index
from matcalc.options import Sizes, Structure
from matcalc.records import NamedTuple

Stated = Literal["gradient", "jacobian", "hessian", "differential", "covariant"]


class Statement(NamedTuple):
    """What finite differences can decide: `derivative` is the `kind` of `f` by `x`, a second one by `x` and `y`.

    `kind` is "gradient" (f scalar, in the shape of x), "jacobian" (len(vec f) × len(vec x), column-major), "hessian"
    (of a scalar f, rows x, columns y or x, by second differences), "differential" (linear in the tangents with the
    largest index) or "covariant" (a Jacobian of the part within the structure). `structure` other than "free" moves x
    only within its declared structure. One that is not `decisive` can only refute. One that is `preliminary`, with
    independent entries, may meet kinks of which directions within the structure know nothing, as min(S) does where
    s_12 = s_21: where it is left open the next one, within the structure, decides.
    """

    f: Expr
    x: Expr | tuple[Expr, ...]
    derivative: Expr
    kind: Stated
    structure: Structure = "free"
    y: Expr | None = None
    decisive: bool = True
    preliminary: bool = False
    axes: tuple[tuple[Index, ...], tuple[Index, ...]] = ((), ())


class Trials(NamedTuple):
    """How a statement is tried: at how many random points, from which seed, and of which sizes where some are given."""

    number: int = 3
    seed: int = 0
    sizes: Sizes = None


USUAL = Trials()
