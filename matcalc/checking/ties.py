"""Whether ties in sorted values matter: f(λ(A)) is as smooth as f where f does not depend on the order of its entries.

That is so for eigenvalues (Lewis 1996; Lewis & Sendov 2001) and for sorted entries. Whether the order matters is told
by values at random points: two entries exchanged, and all moved on by one, which together make every order. Where a
value differs, or there is none, it matters.
"""

from __future__ import annotations

import numpy as np

from matcalc.algebra.leaves import variable
from matcalc.algebra.make import substitute
from matcalc.core.expr import CALL, Expr, postorder, variables
from matcalc.diagnostics import MatcalcError
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import evaluate
from matcalc.numeric.sizes import dims_of, sizes_for

ORDERED = "ordered"  # the property of a function whose value is a vector of sorted numbers
_POINTS, _MOST_POINTS = 4, 12
_CLOSE = 1e-9
_NAME = "sorted values"  # which no formula can have


def is_blind(f: Expr, call: Expr) -> bool:
    """Whether `f`, a formula with a `call` of a function with sorted values, does not depend on their order."""
    if call.kind is not CALL or not call.data.has(ORDERED) or call.free:
        return False
    x = variable(_NAME, call.shape)
    g = substitute(f, {call: x})
    if any(e.kind is CALL and e.data.form == "unspecified" for e in postorder(g)):
        return False
    agreed = 0
    for attempt in range(_MOST_POINTS):
        found = _agrees(g, x, attempt)
        if found is False:
            return False
        agreed += found is True
        if agreed == _POINTS:
            return True
    return False


def _agrees(g: Expr, x: Expr, attempt: int) -> bool | None:
    """Whether no order changes the value at one random point, where all entries are positive in every second one;
    None where there is no value."""
    rng = np.random.default_rng((7, attempt))
    sizes = sizes_for(dims_of(g, x), attempt)
    values = draw(list(dict.fromkeys([x, *variables(g)])), rng, sizes)
    entries = np.asarray(values[x])
    values[x] = entries if attempt % 2 else np.abs(entries)
    if values[x].shape[0] < 2:
        return None
    swapped = [1, 0, *range(2, values[x].shape[0])]
    orders = values[x], values[x][swapped], np.roll(values[x], 1, axis=0)
    try:
        one, *others = (np.asarray(evaluate(g, {**values, x: entries}, sizes)) for entries in orders)
    except MatcalcError:
        return None
    if not all(np.isfinite(found).all() for found in (one, *others)):
        return None
    room = _CLOSE * max(1.0, float(np.max(np.abs(one))))
    return all(float(np.max(np.abs(one - other))) <= room for other in others)
