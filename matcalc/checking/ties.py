"""Whether ties in sorted values matter: f(λ(A)) is as smooth as f where f does not depend on the order of its entries.

That is so for eigenvalues (Lewis 1996; Lewis & Sendov 2001) and for sorted entries. Whether the order matters is told
by values at random points with the entries in random orders; where one of them differs, or none has a value, it does.
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
    """Whether a permutation changes nothing at one random point, where all entries are positive in every second one;
    None where there is no value."""
    rng = np.random.default_rng((7, attempt))
    sizes = sizes_for(dims_of(g, x), attempt)
    values = draw(list(dict.fromkeys([x, *variables(g)])), rng, sizes)
    entries = np.asarray(values[x])
    values[x] = entries if attempt % 2 else np.abs(entries)
    if values[x].shape[0] < 2:
        return None
    permuted = {**values, x: np.roll(values[x], 1, axis=0)[rng.permutation(values[x].shape[0])]}
    try:
        one, other = (np.asarray(evaluate(g, point, sizes)) for point in (values, permuted))
    except MatcalcError:
        return None
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        return None
    return bool(np.max(np.abs(one - other)) <= _CLOSE * max(1.0, float(np.max(np.abs(one)))))
