"""Points at which equations hold: random values moved onto them by Gauss and Newton's steps of least length.

What is assumed, 1ᵀy = 1 or xᵀx = 1, holds at all that is tested. Tangents obey the differentials of the equations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from matcalc.core.expr import VAR, Expr, givens
from matcalc.judging.evidence import Sample, close
from matcalc.numeric.draws import draw, project, retract
from matcalc.numeric.evaluate import programs
from matcalc.numeric.sizes import Sizes, dims_of, sizes_for

POINTS = 6
_AGREE, _ON, _STEP = 1e-7, 1e-11, 1e-6
_MOST_UNKNOWNS, _TURNS = 200, 30


def agreement(zeros: Sequence[Expr], left: Expr, right: Expr, seed: int, sizes: Sizes | None) -> bool | None:
    """Whether two expressions agree at the points where all of `zeros` are 0; None where no such point is found."""
    found = list(points(zeros, [left, right], seed, sizes))
    pairs = [(s.array(left), s.array(right)) for s in found]
    pairs = [(a, b) for a, b in pairs if np.all(np.isfinite(a)) and np.all(np.isfinite(b))]
    if not pairs:
        return None
    scale = max(float(np.max(np.abs(a))) for a, _ in pairs)
    return all(close(a, b, _AGREE) or float(np.max(np.abs(a - b))) <= _AGREE * scale for a, b in pairs)


def points(zeros: Sequence[Expr], roots: Sequence[Expr], seed: int, sizes: Sizes | None) -> Iterator[Sample]:
    """Samples at which the equations hold."""
    leaves = givens(*zeros, *roots)
    dims, shared = dims_of(*zeros, *roots, *leaves), programs()
    for k in range(POINTS):
        chosen = sizes_for(dims, k, sizes, larger=k % 3)
        rng = np.random.default_rng((seed % (1 << 63), 17, k))
        values = _moved(draw(leaves, rng, chosen, "generic", k), list(givens(*zeros)), zeros, chosen, shared)
        if values is not None:
            yield Sample(chosen, values, (), shared)


def _moved(values: dict[Expr, Any], unknown: list[Expr], zeros: Sequence[Expr], sizes: Sizes,
           shared: Any) -> dict[Expr, Any] | None:
    """The values moved until the equations hold; None where they cannot be reached."""
    flat = np.concatenate([np.ravel(values[x]) for x in unknown]) if unknown else np.zeros(0)
    if not 0 < len(flat) <= _MOST_UNKNOWNS:
        return None

    def residual(v: Any) -> Any:
        sample = Sample(sizes, values | _shaped(v, unknown, values), (), shared)
        return np.concatenate([np.ravel(sample.array(z)) for z in zeros])

    for _ in range(_TURNS):
        r = residual(flat)
        if not np.all(np.isfinite(r)):
            return None
        if np.max(np.abs(r)) < _ON:
            return values | _shaped(flat, unknown, values)
        steps = np.eye(len(flat)) * _STEP
        slopes = np.stack([(residual(flat + h) - residual(flat - h)) / (2 * _STEP) for h in steps], axis=1)
        moved = _shaped(flat - np.linalg.lstsq(slopes, r, rcond=1e-9)[0], unknown, values)
        flat = np.concatenate([np.ravel(moved[x]) for x in unknown])
    return None


def _shaped(v: Any, unknown: Sequence[Expr], like: Mapping[Expr, Any]) -> dict[Expr, Any]:
    """Numbers in a row as values, with what is declared of the variables."""
    found: dict[Expr, Any] = {}
    at = 0
    for x in unknown:
        size = int(np.size(like[x]))
        piece = np.reshape(v[at:at + size], np.shape(like[x]))
        value = retract(project(piece, piece, x.data.props), x.data.props) if x.kind is VAR else piece
        found[x] = np.float64(value) if x.is_scalar else value
        at += size
    return found
