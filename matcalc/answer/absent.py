"""Members that do not exist: x_{k+1} of x_1 … x_n where k is n.

A program that evaluates them takes the nearest member there, which a condition beside them, [k <= n-1]*x_{k+1}, makes
harmless. What has no such condition is told by changing what stands there: its value changes, too.
"""

from __future__ import annotations

from matcalc.algebra import add, multiply, ones, substitute
from matcalc.algebra.indexed import iverson
from matcalc.algebra.leaves import is_zero
from matcalc.core.expr import VAR, Expr, givens, postorder
from matcalc.core.indices import Index, Ref
from matcalc.diagnostics import fail

_SEED = 7


def changed(e: Expr) -> Expr:
    """`e` with other values for members that do not exist; `e` itself where there are none."""
    beyond = {leaf: _beyond(leaf) for leaf in postorder(e) if leaf.kind is VAR and leaf.data.refs}
    moved = {leaf: add(leaf, multiply(far, ones(*leaf.shape))) for leaf, far in beyond.items() if not is_zero(far)}
    return substitute(e, moved) if moved else e


def _beyond(leaf: Expr) -> Expr:
    """1 where a member does not exist, 0 where it does."""
    ends = [(ref, Index("", *axis)) for ref, axis in zip(leaf.data.refs, leaf.data.axes, strict=True)]
    return add(*(iverson("<", ref, Ref(None, axis.low)) for ref, axis in ends),
               *(iverson(">", ref, Ref(None, axis.high)) for ref, axis in ends))


def refuse_absent(e: Expr, source: str) -> None:
    """Refuse a formula whose value depends on members that do not exist."""
    other = changed(e)
    if other is e:
        return
    import numpy as np

    from matcalc.numeric.draws import draw
    from matcalc.numeric.evaluate import run, silence
    from matcalc.numeric.sizes import affordable_sizes, dims_of

    sizes, trouble = affordable_sizes(dims_of(e), [part.shape for part in postorder(e)])
    if trouble:
        return
    values = draw(givens(e), np.random.default_rng(_SEED), sizes)
    with silence():
        here, there = (run(one, values, sizes) for one in (e, other))
    if not np.allclose(here, there, equal_nan=True):
        raise fail("M0228", "an index goes beyond what it counts: members that do not exist have no value. Declare a "
                   "smaller range, or put a condition beside them, [k <= n-1]*x_{k+1}", source)
