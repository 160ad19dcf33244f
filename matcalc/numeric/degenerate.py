"""Points where identities break: zero, negative, singular, semidefinite and large values, reflections, size one.

Random draws are well conditioned and never meet such a point by chance; a law has to hold there too, or say that it
does not. Declared structure is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from matcalc.core.expr import VAR, Expr
from matcalc.numeric.draws import Array, Rng, draw
from matcalc.numeric.sizes import Sizes, shape_of

MIXTURES = 6
Make = Callable[[int, int, Rng], Array]


def _signs(m: int, n: int, rng: Rng) -> Array:
    return np.asarray(rng.choice([-1.0, 1.0], (m, n)))


def _of_rank_one(m: int, n: int, rng: Rng) -> Array:
    """Whole numbers, so that elimination meets an exact zero; 0 at size 1."""
    return np.outer(np.arange(m) % 3 - 1.0, _signs(1, n, rng)) + 0.0


def _last(m: int, n: int, value: float) -> Array:
    """The identity with another last entry where square: 0 makes it semidefinite, −1 a reflection."""
    x = np.eye(m, n)
    x[-1, -1] = value
    return x


def _large(m: int, n: int, rng: Rng) -> Array:
    """A multiple of the identity where square, so that inverses and exponentials of it are accurate."""
    return 12.0 * np.eye(m) + 0.1 * _signs(m, n, rng) if m == n > 1 else 15.0 * _signs(m, n, rng)


KINDS: dict[str, Make] = {
    "zero": lambda m, n, rng: np.zeros((m, n)),
    "negative": lambda m, n, rng: -rng.uniform(0.5, 2.0, (m, n)) - (3.0 * np.eye(m) if m == n > 1 else 0.0),
    "singular": _of_rank_one,
    "semidefinite": lambda m, n, rng: _last(m, n, 0.0),
    "large": _large,
    "reflection": lambda m, n, rng: _last(m, n, -1.0),
    "equal entries": lambda m, n, rng: np.full((m, n), 0.5),
    "opposite eigenvalues": lambda m, n, rng: np.eye(m, n) * (-1.0) ** np.arange(m)[:, None],
}


def degenerate(leaves: Sequence[Expr], rng: Rng, sizes: Sizes) -> Iterator[tuple[str, dict[Expr, Any]]]:
    """Points with a name: all leaves of one kind, then each of a kind of its own, a usual draw among them."""
    for kind in KINDS:
        yield kind, {leaf: _value(leaf, kind, rng, sizes) for leaf in leaves}
    for _ in range(MIXTURES if len(leaves) > 1 else 0):
        kinds = [str(rng.choice([*KINDS, "usual"])) for _ in leaves]
        yield " and ".join(dict.fromkeys(kinds)), {
            leaf: _value(leaf, kind, rng, sizes) for leaf, kind in zip(leaves, kinds, strict=True)}


def _value(leaf: Expr, kind: str, rng: Rng, sizes: Sizes) -> Any:
    props = leaf.data.props if leaf.kind is VAR else frozenset()
    usual = draw([leaf], rng, sizes)[leaf]
    if kind == "usual":
        return usual
    x = KINDS[kind](*shape_of(leaf.shape, sizes), rng)
    for word, fit in _FITTED.items():
        if word in props:
            x = fit(x)
    if props & _DRAWN or ("invertible" in props and np.linalg.matrix_rank(x) < len(x)):
        return usual
    return np.float64(x[0, 0]) if leaf.shape == (1, 1) else x


_DRAWN = {"onehot", "spd"}  # of which there is no point at the edge; the usual draw meets all that there are
_FITTED: dict[str, Callable[[Array], Array]] = {
    "positive": lambda x: np.abs(x) + (x == 0) * 1e-3,
    "nonnegative": np.abs,
    "integer": np.round,
    "sym": lambda x: (x + x.T) / 2,
    "skew": lambda x: (x - x.T) / 2,
    "psd": lambda x: x @ x.T,
    "orthogonal": lambda x: x if np.array_equal(x.T @ x, np.eye(x.shape[1])) else np.linalg.qr(x)[0],
    "lower": np.tril,
    "upper": np.triu,
    "diag": lambda x: np.diag(np.diagonal(x)),
}
