"""Random smooth functions in the place of those of which only shapes are declared, with their exact derivatives.

f(x) = Σₜ aₜ sin(wₜ'x + pₜ), with a vector aₜ for the values of several numbers, and a matrix Aₜ for a matrix K(θ)
or F(X). The coefficients are fixed by the name and the sizes. A definite K has a multiple of the identity besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np

from matcalc.core.function import Function
from matcalc.numeric.draws import Array
from matcalc.records import NamedTuple

TERMS = 4


class Waves(NamedTuple):
    """The terms a sin(w'x + p): rows of `w` and of `a` belong to one of them."""

    w: Array
    p: Array
    a: Array


def waves(name: str, inputs: int, outputs: int) -> Waves:
    """The terms that stand for a function of so many numbers with so many values."""
    rng = np.random.default_rng(crc32(name.encode()))
    w = rng.uniform(0.4, 1.2, (TERMS, inputs)) * rng.choice([-1.0, 1.0], (TERMS, inputs))
    return Waves(w, rng.uniform(0.0, 2 * np.pi, TERMS), rng.uniform(0.5, 1.0, (TERMS, outputs)))


def stand_in(function: Function, args: Sequence[Any], shape: tuple[int, ...]) -> Array:
    """The value, of this shape, of a part of an abstract function: of f, ∇f, ∇²f, J_g, …, K or its derivatives."""
    kind, name = function.fields["abstract"], function.fields["of"]
    if kind == "dependent":
        return _dependent(function, float(np.asarray(args[0]).item()), shape)
    x = np.asarray(args[0], dtype=float)
    rows = x.reshape(-1, order="F")
    is_many = kind in ("Jacobian", "change")
    v = np.asarray(args[1], dtype=float).reshape(-1, order="F") if len(args) > 1 else None
    weighs = kind == "curvature" and function.params[1].name == "w"
    count = int(np.prod(shape)) if kind in ("function", "pushed") else shape[0] if is_many else 1
    terms = waves(name, rows.size, v.size if v is not None and (weighs or kind == "pulled") else count)
    found = _VALUES["weighted" if weighs else kind](terms, terms.w @ rows + terms.p, v)
    return np.asarray(np.reshape(found, shape, order="F"))


def _directed(terms: Waves, u: Array, v: Any) -> Array:
    """∇²f[V], as a vector."""
    return np.asarray(-(terms.a[:, 0] * np.sin(u) * (terms.w @ v)) @ terms.w)


_VALUES: dict[str, Any] = {
    "function": lambda terms, u, v: np.sin(u) @ terms.a,
    "gradient": lambda terms, u, v: (terms.a[:, 0] * np.cos(u)) @ terms.w,
    "Hessian": lambda terms, u, v: -(terms.w.T * (terms.a[:, 0] * np.sin(u))) @ terms.w,
    "curvature": _directed,
    "Jacobian": lambda terms, u, v: (terms.a.T * np.cos(u)) @ terms.w,
    "change": lambda terms, u, v: -(terms.a.T * (np.sin(u) * (terms.w @ v))) @ terms.w,
    "pushed": lambda terms, u, v: (np.cos(u) * (terms.w @ v)) @ terms.a,
    "pulled": lambda terms, u, v: (np.cos(u) * (terms.a @ v)) @ terms.w,
    "weighted": lambda terms, u, v: -(terms.w.T * ((terms.a @ v) * np.sin(u))) @ terms.w,
}


def _dependent(function: Function, theta: float, shape: tuple[int, ...]) -> Array:
    """Σₜ Aₜ wₜᵏ sin(wₜ θ + pₜ + kπ/2), and what keeps the structure and a square matrix regular."""
    k, known = function.order, function.has
    terms = waves(function.fields["of"], 1, shape[0] * shape[1])
    u, w = terms.w[:, 0] * theta + terms.p + k * np.pi / 2, terms.w[:, 0]
    found = ((w**k * np.sin(u)) @ terms.a).reshape(shape) / TERMS
    if known("lower"):
        found = np.tril(found)
    if known("upper"):
        found = np.triu(found)
    if known("symmetric"):
        found = (found + found.T) / 2
    if k:
        return np.asarray(found)
    found = found + 1.5 if known("positive") or known("nonnegative") else found
    return np.asarray(found + 3.0 * shape[0] * np.eye(shape[0]) if shape[0] == shape[1] != 1 else found)
