"""Whether a value is what its variable is declared to be: data, starts and the point where a descent ends.

A value from a file is rounded, so a word holds up to rounding relative to the largest entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from matcalc.core.expr import Expr
from matcalc.diagnostics import fail

Array = npt.NDArray[np.float64]
_CLOSE = 1e-8
_SINGULAR = 1e-12  # of singular values, relative to the largest
_VANISHED = 1e-10  # the same where it is a limit of steps


def _same(x: Array, y: Any) -> bool:
    return x.shape == np.shape(y) and bool(np.all(np.abs(x - y) <= _CLOSE * max(np.abs(x).max(initial=0), 1e-300)))


def _eigenvalues(x: Array) -> Array:
    """Relative to the largest; of the zero matrix zeros."""
    found = np.linalg.eigvalsh((x + x.T) / 2)
    return np.asarray(found / (np.abs(found).max(initial=0) or 1.0))


def _gap(x: Array) -> float:
    """The least singular value relative to the largest."""
    found = np.linalg.svd(x, compute_uv=False)
    return float(found[-1] / found[0]) if found[0] else 0.0


_HOLDS: dict[str, Callable[[Array], bool]] = {
    "square": lambda x: x.shape[0] == x.shape[1],
    "sym": lambda x: _same(x, x.T),
    "skew": lambda x: _same(x, -x.T),
    "diag": lambda x: _same(x, np.diag(np.diagonal(x))),
    "lower": lambda x: _same(x, np.tril(x)),
    "upper": lambda x: _same(x, np.triu(x)),
    "spd": lambda x: _same(x, x.T) and bool(_eigenvalues(x).min() > _SINGULAR),
    "psd": lambda x: _same(x, x.T) and bool(_eigenvalues(x).min() >= -_CLOSE),
    "orthogonal": lambda x: _same(np.eye(x.shape[1]), x.T @ x),
    "invertible": lambda x: _gap(x) > _SINGULAR,
    "positive": lambda x: bool(np.all(x > 0)),
    "nonnegative": lambda x: bool(np.all(x >= 0)),
    "integer": lambda x: bool(np.all(x == np.round(x))),
    "onehot": lambda x: _is_one_hot(x if x.shape[1] > 1 else x.T),
}


def _is_one_hot(x: Array) -> bool:
    return bool(np.all((x == 0) | (x == 1)) and np.all(x.sum(axis=1) == 1))


def broken(words: Iterable[str], value: Any) -> str:
    """The first declared word that `value` is not; “” where all hold, as far as they can be checked."""
    x = np.atleast_2d(np.asarray(value, dtype=float))
    order = [word for word in _HOLDS if word in set(words)]
    with np.errstate(all="ignore"):
        return next((word for word in order if not _HOLDS[word](x)), "")


def check(x: Expr, value: Any, what: str, source: str) -> None:
    """Refuse a value of `x` that is not what is declared. Raises InputError."""
    word = broken(x.data.props, value)
    if word:
        name = x.data.name
        raise fail("M1010", f"the {what} of {name} is not {word}, as {name} is declared", source)


def vanishes(words: Iterable[str], value: Any, start: Any) -> str:
    """To what steps that keep to invertible matrices tend where that is a singular one; “” elsewhere."""
    edge = next((said for word, said in _EDGES.items() if word in set(words)), "")
    if not edge:
        return ""
    found, before = (np.linalg.svd(np.atleast_2d(v), compute_uv=False) for v in (value, start))
    return edge if found[-1] <= _VANISHED * max(found[0], before[0]) else ""


_EDGES = {"spd": "the edge of positive definite, which is not attained",
          "invertible": "a singular matrix, which is not invertible"}
