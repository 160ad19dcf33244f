"""A claim that is wrong where the usual comparison does not look: far from the usual draws, or by very little.

min(x, 10) has derivative one at every moderate point. Here draws of all kinds are scaled, and only a clear difference
counts, so that rounding at large values refutes nothing. A small difference counts where algebra does not make both
formulas one and every one of several points shows it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from matcalc.algebra import add, negate
from matcalc.algebra.atoms import is_zero
from matcalc.checking.entries import between
from matcalc.checking.verdicts import Check, Verification, verdict
from matcalc.checking.verification import equal_numerically
from matcalc.closing import closed_form
from matcalc.expr import Expr, postorder, variables
from matcalc.numeric.draws import MODES, draw
from matcalc.numeric.evaluate import silence, walk
from matcalc.numeric.sizes import Sizes, dims_of, sizes_for

_SCALES = (1.0, 10.0, 100.0, 1e-3)
_CLEAR = 1e-4
_LARGEST = 1e4
_ROUND_OFF = 1e-10  # of the largest value on the way
_FINE, _POINTS = 1e-11, 5
_SCALED = {"positive", "nonnegative", "sym", "skew", "diag", "lower", "upper", "spd", "psd", "invertible", "square",
           "const"}


def hidden_difference(claim: Expr, right: Expr, seed: int, sizes: Mapping[str, int] | None) -> Verification | None:
    """A refutation far off or by little, or None."""
    return _far_off(claim, right, seed, sizes) or _slight(claim, right, seed, sizes)


def _far_off(claim: Expr, right: Expr, seed: int, sizes: Mapping[str, int] | None) -> Verification | None:
    """A refutation at some large or small point, or None."""
    leaves = variables(claim, right)
    dims = dims_of(claim, right)
    for k, mode in enumerate(dict.fromkeys(MODES)):
        for scale in _SCALES:
            rng = np.random.default_rng((seed % (1 << 63), 13, k))
            chosen = sizes_for(dims, k, sizes)
            values = {v: x * (scale if v.data.props <= _SCALED else 1.0)
                      for v, x in draw(leaves, rng, chosen, mode).items()}
            found = _compared(claim, right, values, chosen, seed)
            if found is not None:
                return found
    return None


def _compared(claim: Expr, right: Expr, values: dict[Expr, float], sizes: Sizes, seed: int) -> Verification | None:
    try:
        with silence():
            walk(postorder(claim, right), values, sizes)
    except np.linalg.LinAlgError:
        return None
    largest = max(float(np.max(np.abs(x), initial=0.0)) for x in values.values())
    if not largest < _LARGEST:
        return None
    got, expected = np.atleast_2d(values[claim]), np.atleast_2d(values[right])
    size = max(float(np.linalg.norm(got)), float(np.linalg.norm(expected)), largest * _ROUND_OFF / _CLEAR)
    error = float(np.linalg.norm(got - expected)) / size if size else 0.0
    if error <= _CLEAR:
        return None
    return verdict([Check(seed, sizes, error)], tolerance=_CLEAR, trials=1, seed=seed, worst=between(got, expected),
                   method="values at large and small points")


def _slight(claim: Expr, right: Expr, seed: int, sizes: Mapping[str, int] | None) -> Verification | None:
    """A refutation by a difference that is small, but more than round-off at every point tried; or None."""
    found = None
    for k in range(_POINTS):
        found = equal_numerically(claim, right, trials=1, seed=seed + k, tol=_FINE, sizes=sizes)
        if found.ok is not False:
            return None
    return None if is_zero(closed_form(add(claim, negate(right)))) else found
