"""Random test points that respect what is declared of each variable, well conditioned and of moderate size.

A point may lie outside the domain of an expression (log, roots, arcsin); then the next of MODES is tried. Nobody can
declare nonneg, binary and stochastic (rows that sum to one): the judge asks whether a claim needs them. Members of a
family are drawn one by one, numbers with two indices as one matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from matcalc.core.expr import COMPLEX, VAR, Expr
from matcalc.diagnostics import fail
from matcalc.limits import LimitError, too_large
from matcalc.numeric.plain_draws import Mode
from matcalc.numeric.sizes import Sizes, footprint, shape_of, size, stacked_shape

Array = npt.NDArray[np.float64]
Rng = np.random.Generator
TRIES = 30
_WELL_CONDITIONED = 30.0


def _around(rows: int, columns: int, rng: Rng) -> Array:
    """Close to the identity where square, positive entries otherwise."""
    if rows == columns:
        return np.eye(rows) + 0.1 * rng.standard_normal((rows, columns))
    return rng.uniform(0.5, 2.0, (rows, columns))


_MODES: dict[Mode, Callable[[int, int, Rng], Array]] = {
    "generic": lambda m, n, rng: 0.7 * rng.standard_normal((m, n)),
    "positive": lambda m, n, rng: rng.uniform(0.5, 2.0, (m, n)),
    "small": lambda m, n, rng: rng.uniform(-0.25, 0.25, (m, n)),
    "identity": _around,
    "fraction": lambda m, n, rng: rng.uniform(0.1, 0.3, (m, n)),
    "large": lambda m, n, rng: rng.uniform(1.5, 3.0, (m, n)),
}


def draw(variables: Sequence[Expr], rng: Rng, sizes: Sizes, mode: Mode = "generic",
         turn: int | None = None) -> dict[Expr, Any]:
    """A value for each variable (or tangent): a float for 1×1, a 2-D array otherwise.

    With a `turn`, free scalars take their signs in turn, so that few draws see every combination for two of them.
    """
    if too_much := too_large([shape_of(footprint(v), sizes) for v in variables]):
        raise fail("M0107", too_much, error=LimitError)
    values = {v: _value(v, rng, sizes, mode) for v in variables}
    if turn is not None:
        bound = {*COMPLEX, "positive", "nonnegative", "integer", *_SHAPED}
        free = [v for v in variables if v.shape == (1, 1) and not v.data.axes and bound.isdisjoint(_props(v))]
        for i, v in enumerate(free):
            values[v] = np.float64(rng.uniform(0.4, 1.5) * (-1.0) ** (turn >> i % 2))
    return values


def _props(v: Expr) -> frozenset[str]:
    found: frozenset[str] = v.data.props if v.kind is VAR else frozenset({"complex"} if v.complex else ())
    return found


def _value(v: Expr, rng: Rng, sizes: Sizes, mode: Mode) -> Any:
    if v.data.axes:
        return _family(v, rng, sizes, mode)
    x = _with_props(_props(v), shape_of(v.shape, sizes), rng, mode)
    return x[0, 0] if v.shape == (1, 1) else x


def _family(v: Expr, rng: Rng, sizes: Sizes, mode: Mode) -> Array:
    """The members behind the axes; what is declared of numbers with one or two indices is declared of their matrix."""
    shape = tuple(size(d, sizes) for d in stacked_shape(v))
    inner = (*shape[:-2], 1)[:2] if v.is_scalar else shape[-2:]
    above = shape[:-2][2:] if v.is_scalar else shape[:-2]
    members = [_with_props(_props(v), (inner[0], inner[1]), rng, mode) for _ in range(prod(above))]
    found = np.reshape(members, (*above, *inner))
    return np.moveaxis(found, (-2, -1), (0, 1)).reshape(shape) if v.is_scalar else found


def _with_props(props: frozenset[str], shape: tuple[int, int], rng: Rng, mode: Mode) -> Array:
    if "invertible" not in props:
        return _structured(props, shape, rng, mode)
    tries = [_structured(props, shape, rng, mode)]
    while np.linalg.cond(tries[-1]) > _WELL_CONDITIONED and len(tries) < TRIES:
        tries.append(_structured(props, shape, rng, mode))
    return min(reversed(tries), key=np.linalg.cond)


def _structured(props: frozenset[str], shape: tuple[int, int], rng: Rng, mode: Mode) -> Array:
    """A matrix with the structure that is declared; of a complex one both parts are drawn."""
    if not COMPLEX.isdisjoint(props):
        imaginary = _MODES["generic"](*shape, rng) * (1.0 if mode == "generic" else 0.3)
        return _shaped(_MODES[mode](*shape, rng) + 1j * imaginary, props, rng)
    x = _MODES[mode](*shape, rng)
    if "positive" in props:
        x = rng.uniform(0.5, 2.0, shape)
    elif "nonnegative" in props:  # 0 is an edge, at which nothing can be differentiated
        x = rng.uniform(0.05, 2.0, shape)
    if "integer" in props:
        signs = rng.choice((-1, 1), shape) if mode == "generic" and "positive" not in props else 1
        x = (rng.integers(1, 4, shape) * signs).astype(float)
    return _shaped(x, props, rng)


def _shaped(x: Array, props: frozenset[str], rng: Rng) -> Array:
    for word, make in _SHAPED.items():
        if word in props:
            x = make(x, rng)
    return x


def _adjoint(x: Any) -> Any:
    return np.conj(np.swapaxes(x, -1, -2))


def _unitary(x: Array, _: Rng) -> Array:
    return np.asarray(np.linalg.qr(x)[0])


def _hermitian_definite(x: Array, rng: Rng) -> Array:
    q = _unitary(x, rng)
    found = q @ np.diag(0.5 + 2.0 * rng.uniform(0.0, 1.0, len(x))) @ _adjoint(q)
    return np.asarray((found + _adjoint(found)) / 2)


def _symmetric(x: Array, _: Rng) -> Array:
    return np.asarray((x + x.T) / 2)


def _definite(x: Array, rng: Rng) -> Array:
    q = _orthogonal(x, rng)
    spread = (np.arange(len(x)) + rng.uniform(0.2, 0.8, len(x))) / len(x)
    found: Array = q @ np.diag(0.5 + 2.0 * spread) @ q.T
    return (found + found.T) / 2


def _orthogonal(x: Array, rng: Rng) -> Array:
    q, r = np.linalg.qr(rng.standard_normal(x.shape))
    return np.asarray(q * np.sign(np.diagonal(r)))


def _one_hot(x: Array, rng: Rng) -> Array:
    """One 1 in each row; a column is one basis vector."""
    rows, columns = x.shape
    if columns == 1:
        return np.asarray(np.eye(rows)[:, [rng.integers(rows)]])
    return np.asarray(np.eye(columns)[rng.integers(columns, size=rows)])


_SHAPED: dict[str, Callable[[Array, Rng], Array]] = {
    "sym": _symmetric,
    "skew": lambda x, rng: (x - x.T) / 2,
    "psd": _definite,
    "spd": _definite,
    "orthogonal": _orthogonal,
    "lower": lambda x, rng: np.tril(x),
    "upper": lambda x, rng: np.triu(x),
    "diag": lambda x, rng: np.diag(np.diagonal(x)),
    "onehot": _one_hot,
    "hermitian": lambda x, _: (x + _adjoint(x)) / 2,
    "hpd": _hermitian_definite,
    "unitary": _unitary,
    "binary": lambda x, rng: rng.integers(0, 2, x.shape).astype(float),
    "stochastic": lambda x, rng: x + (1 - x.sum(axis=1, keepdims=True)) / x.shape[1],
}


def turned(x: Array) -> Array:
    """The transpose of a matrix, of each member of a stack."""
    return np.swapaxes(x, -1, -2)


_TANGENT_SPACE: dict[str, Callable[[Array, Array], Array]] = {
    "sym": lambda v, x: (v + turned(v)) / 2,
    "psd": lambda v, x: (v + turned(v)) / 2,
    "spd": lambda v, x: (v + turned(v)) / 2,
    "skew": lambda v, x: (v - turned(v)) / 2,
    "diag": lambda v, x: v * np.eye(v.shape[-1], dtype=int),
    "lower": lambda v, x: np.tril(v),
    "upper": lambda v, x: np.triu(v),
    "orthogonal": lambda v, x: v - x @ (turned(x) @ v + turned(v) @ x) / 2,
    "hermitian": lambda v, x: (v + _adjoint(v)) / 2,
    "hpd": lambda v, x: (v + _adjoint(v)) / 2,
    "unitary": lambda v, x: v - x @ (_adjoint(x) @ v + _adjoint(v) @ x) / 2,
}


def project(v: Any, x: Any, props: frozenset[str]) -> Any:
    """The part of the direction `v` at `x` along which the declared structure is kept, of a family that of each
    member, or of the matrix of its numbers."""
    words = [word for word in _TANGENT_SPACE if word in props]
    if not words:
        return v
    is_matrix = np.ndim(v) == 4 and np.shape(v)[2:] == (1, 1)
    whole, at = (v[..., 0, 0], x[..., 0, 0]) if is_matrix else np.atleast_2d(v, x)
    for word in words:
        whole = _TANGENT_SPACE[word](whole, at)
    return whole[..., None, None] if is_matrix else _as_given(whole, v)


def retract(x: Any, props: frozenset[str]) -> Any:
    """A point near the declared structure brought onto it; where that is a linear space or open, `x` is on it.

    Source: Absil, Mahony & Sepulchre (2008) 4.1.1: the polar factor, which is a retraction of second order.
    """
    if props.isdisjoint({"orthogonal", "unitary"}):
        return x
    is_matrix = np.ndim(x) == 4 and np.shape(x)[2:] == (1, 1)
    return _polar(x[..., 0, 0])[..., None, None] if is_matrix else _as_given(_polar(np.atleast_2d(x)), x)


def _polar(x: Array) -> Array:
    u, _, v = np.linalg.svd(x, full_matrices=False)
    return np.asarray(u @ v)


def _as_given(x: Array, like: Any) -> Any:
    return x if np.ndim(like) else x[0, 0]


def table(x: Any) -> Array:
    """The entries of a value in two axes, as one would write them: rows for the members where these are vectors, a
    matrix for numbers with two indices."""
    array = np.asarray(x)
    if array.ndim <= 2:
        return np.atleast_2d(array)
    *axes, rows, columns = array.shape
    if rows == columns == 1:
        return array.reshape(axes[0], -1)
    return np.swapaxes(array, -1, -2).reshape(prod(axes), rows * columns)
