"""What is declared of a parameter, kept on the way by a map X(θ) of free numbers, and checked of the values given.

A linear structure is kept by its independent entries, in an orthonormal basis, so that a step of steepest descent is
the step along the projected gradient. Positive entries are exp(θ), nonnegative ones θ², a definite matrix is L L'
with L lower triangular (Burer & Monteiro 2003). What no map keeps is refused by name. A value from a file is rounded,
so a word holds of data, starts and ends up to rounding relative to the largest entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from matcalc.algebra import multiply, num, power, transpose, variable
from matcalc.core.dims import named
from matcalc.core.expr import Expr
from matcalc.diagnostics import MatcalcError, NoRuleError, fail
from matcalc.printers import text
from matcalc.records import NamedTuple

Array = npt.NDArray[np.float64]
_HALF = np.sqrt(0.5)
_CLOSE = 1e-8
_SINGULAR = 1e-12  # of singular values, relative to the largest
_VANISHED = 1e-10  # the same where it is a limit of steps


class Bend(NamedTuple):
    """A smooth map of numbers with its inverse and its first two derivatives."""

    value: Callable[[Array], Array]
    back: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    second: Callable[[Array], Array]


STRAIGHT = Bend(lambda t: t, lambda x: x, np.ones_like, np.zeros_like)
EXP = Bend(np.exp, np.log, np.exp, np.exp)
SQUARE = Bend(np.square, np.sqrt, lambda t: 2 * t, lambda t: np.full_like(t, 2.0))


@dataclass(frozen=True, slots=True)
class Chart:
    """X(θ): numbers are bent, put in their places, mirrored across the diagonal, and squared to L L' if `gram`.

    `keeps` is the declared word that the map is for; it is `open_` where the edge of the structure is not in it.
    """

    shape: tuple[int, int]
    places: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
    mirror: int = 0
    bend: Bend = STRAIGHT
    gram: bool = False
    keeps: str = ""
    open_: bool = False

    @property
    def size(self) -> int:
        """How many free numbers there are."""
        return len(self.places[0])

    @property
    def is_linear(self) -> bool:
        """Whether X depends linearly on θ."""
        return self.bend is STRAIGHT and not self.gram

    def value(self, t: Array) -> Array:
        """X(θ)."""
        m = self._spread(self.bend.value(t))
        return m @ m.T if self.gram else m

    def back(self, x: Array) -> Array:
        """θ with X(θ) = x, or not a number where there is none."""
        with np.errstate(all="ignore"):
            m = _root(x) if self.gram else x
            return self.bend.back(self._gathered(m))

    def push(self, t: Array, v: Array) -> Array:
        """dX along v."""
        moved = self._spread(self.bend.slope(t) * v)
        if not self.gram:
            return moved
        half = moved @ self._spread(self.bend.value(t)).T
        return half + half.T

    def pull(self, t: Array, g: Array) -> Array:
        """The gradient by θ, where that by X is g."""
        return self.bend.slope(t) * self._gathered(self._inner(t, g))

    def turn(self, t: Array, v: Array, g: Array) -> Array:
        """The derivative of `pull` along v for a constant g: what the map itself bends."""
        found = self.bend.second(t) * v * self._gathered(self._inner(t, g))
        if self.gram:
            found += self.bend.slope(t) * self._gathered((g + g.T) @ self._spread(self.bend.slope(t) * v))
        return found

    def _inner(self, t: Array, g: Array) -> Array:
        return (g + g.T) @ self._spread(self.bend.value(t)) if self.gram else g

    def _spread(self, t: Array) -> Array:
        x = np.zeros(self.shape)
        rows, columns = self.places
        x[rows, columns] = t * self._weights()
        if self.mirror:
            off = rows != columns
            x[columns[off], rows[off]] = self.mirror * x[rows[off], columns[off]]
        return x

    def _gathered(self, g: Array) -> Array:
        rows, columns = self.places
        if not self.mirror:
            return np.asarray(g[rows, columns])
        both = g[rows, columns] + np.where(rows == columns, 0.0, self.mirror * g[columns, rows])
        return np.asarray(both * self._weights())

    def _weights(self) -> Any:
        rows, columns = self.places
        return np.where(rows == columns, 1.0, _HALF) if self.mirror else 1.0

    def said(self, name: str, dialect: str, letter: str) -> str:
        """`X = L Lᵀ, L lower triangular`: what the steps are taken in."""
        if self.gram:
            root = variable(letter, (named("n"), named("n")))
            return f"{name} = {text(multiply(root, transpose(root)), dialect)}, {letter} lower triangular"
        theta = variable("theta", (1, 1))
        bent = {EXP: f"exp({text(theta, dialect)})", SQUARE: text(power(theta, num(2)), dialect)}.get(self.bend, "")
        by = _ENTRIES.get(self.keeps.split()[-1] if self.keeps else "", "")
        if bent:
            return f"{name} = {bent}, entry by entry" + (f", {by}" if by else "")
        return f"{name} by {by}" if by else ""


def _root(x: Array) -> Array:
    """L lower triangular with L L' = X for X positive semidefinite: from the QR decomposition of a square root."""
    values, vectors = np.linalg.eigh((x + x.T) / 2)
    lower = np.asarray(np.linalg.qr((vectors * np.sqrt(values)).T)[1].T) if np.all(values >= 0) else \
        np.full_like(x, np.nan)
    return lower * np.where(np.diagonal(lower) < 0, -1.0, 1.0)


_ENTRIES = {"sym": "its entries on and below the diagonal", "lower": "its entries on and below the diagonal",
            "upper": "its entries on and above the diagonal", "diag": "its diagonal",
            "skew": "its entries below the diagonal"}
_TRIANGLES: dict[str, Callable[[int], Any]] = {
    "sym": np.tril_indices, "spd": np.tril_indices, "psd": np.tril_indices, "lower": np.tril_indices,
    "upper": np.triu_indices, "diag": np.diag_indices, "skew": lambda n: np.tril_indices(n, -1),
}
_MIRRORS = {"sym": 1, "skew": -1}
_HARMLESS = frozenset({"free", "square", "const", "invertible"})  # a generic point has these
_SIGNS = {"positive": (EXP, True), "nonnegative": (SQUARE, False)}


def chart_of(x: Expr, shape: tuple[int, int], source: str) -> Chart:
    """The map that keeps all that is declared of `x`. Raises NoRuleError for what no map keeps."""
    words = sorted(x.data.props - _HARMLESS)
    shapes = [word for word in words if word in _TRIANGLES]
    signs = [word for word in words if word in _SIGNS]
    unkept = [word for word in words if word not in _TRIANGLES and word not in _SIGNS]
    definite = [word for word in shapes if word in ("spd", "psd")]
    shapes = definite[:1] if definite and set(shapes) <= {"sym", "spd", "psd"} else shapes
    if "spd" in definite and shapes:
        shapes = ["spd"]
    if unkept or len(shapes) > 1 or len(signs) > 1 or (signs and shapes and shapes[0] in ("spd", "psd", "skew")):
        raise _unkept(x, unkept or [*shapes, *signs], source)
    word = shapes[0] if shapes else ""
    bend, is_open = _SIGNS[signs[0]] if signs else (STRAIGHT, word == "spd")
    places = tuple(_TRIANGLES[word](shape[0])) if word else tuple(np.divmod(np.arange(shape[0] * shape[1]), shape[1]))
    return Chart(shape, (places[0], places[1]), _MIRRORS.get(word, 0), bend, word in ("spd", "psd"),
                 " ".join([*signs, *shapes]), is_open)


def _unkept(x: Expr, words: Sequence[str], source: str) -> MatcalcError:
    name = x.data.name
    said = " and ".join(words)
    if "orthogonal" in words:
        message = (f"a straight step leaves {name}'*{name} = I, so {name} cannot be declared orthogonal here; "
                   "grad gives the Riemannian gradient for a descent with a retraction")
        return fail("M0514", message, source, error=NoRuleError)
    return fail("M0515", f"descend does not keep {name} {said}, so {name} cannot be declared so here", source,
                error=NoRuleError)


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
    "hermitian": lambda x: _same(x, np.conj(x.T)),
    "hpd": lambda x: _same(x, np.conj(x.T)) and bool(np.linalg.eigvalsh(x).min() > 0),
    "unitary": lambda x: _same(np.eye(x.shape[1]), np.conj(x.T) @ x),
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
    x = np.atleast_2d(np.asarray(value, dtype=complex if np.iscomplexobj(value) else float))
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
