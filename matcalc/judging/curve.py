"""The V-curve of a derivation, or of a claim in its place."""

from __future__ import annotations

from matcalc.algebra import transpose
from matcalc.checking.claims import Claim
from matcalc.checking.vcurve import Branch, v_curve
from matcalc.deriving.derivation import Derivation
from matcalc.expr import Expr
from matcalc.numeric.sizes import Sizes


def curve_of(own: Derivation, claim: Expr | None = None, seed: int = 0,
             sizes: Sizes | None = None) -> tuple[Branch, ...]:
    """Errors of the finite differences of what `own` differentiates, against `claim` or its own last statement."""
    last = own.statements[-1]
    said = last.derivative
    if claim is not None:
        marked = own.problem.marked(claim)
        said = marked if marked.shape == said.shape else transpose(marked)
    moved = last.x if isinstance(last.x, tuple) else (last.x,)
    return v_curve(Claim(last.f, said, moved, last.kind, last.structure), seed, sizes)
