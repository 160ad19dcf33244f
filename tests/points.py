"""Numbers for all inputs of a derivation: square matrices near the identity, other entries positive."""

from __future__ import annotations

from typing import Any

import numpy as np

from matcalc.core.expr import Expr
from matcalc.derivation import Derivation
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import evaluate
from matcalc.numeric.sizes import dims_of, sizes_for


def point(d: Derivation, seed: int = 0) -> dict[str, Any]:
    """By name, the directions in which its operator is linear among them; sizes are pairwise different."""
    leaves = list(dict.fromkeys([*d.inputs.values(), *d.directions]))
    sizes = sizes_for(dims_of(d.problem.settled(d.problem.f), *leaves))
    return {v.data.name: value for v, value in draw(leaves, np.random.default_rng(seed), sizes, "identity").items()}


def value(d: Derivation, e: Expr, at: dict[str, Any], more: dict[Expr, Any] | None = None) -> np.ndarray:
    """The value of another form of the derivation."""
    leaves = {v: at[v.data.name] for v in [*d.inputs.values(), *d.directions]}
    return np.atleast_2d(evaluate(e, {**leaves, **(more or {})}))


def vec(x: Any) -> np.ndarray:
    return np.ravel(x, order="F")
