"""Random points as numbers and lists, of the same kinds and with the same declared properties as those of `draws`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import cycle, islice
from typing import Literal

from matcalc.core.expr import VAR, Expr
from matcalc.numeric.plain import entries
from matcalc.numeric.sizes import Sizes, shape_of

Matrix = list[list[float]]
Mode = Literal["generic", "positive", "small", "identity", "fraction", "large"]
MODES: tuple[Mode, ...] = ("generic", "generic", "positive", "small", "identity", "generic", "fraction", "positive",
                           "identity", "large")
_WELL_CONDITIONED, _TRIES = 30.0, 30


def modes(tries: int) -> Iterable[Mode]:
    """The kinds of draws in turn, as many as there are tries."""
    return islice(cycle(MODES), tries)


class Numbers:
    """A stream of random numbers from a seed. Source: Knuth (1997) 3.3.4, a linear congruential generator."""

    def __init__(self, *seeds: int) -> None:
        self.state = 0
        for seed in seeds:
            self.state += seed + 1
            self.uniform()
        self.uniform()

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """Between two numbers."""
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return low + (high - low) * (self.state >> 11) / 2**53

    def below(self, n: int) -> int:
        """A whole number from 0 on."""
        return int(self.uniform() * n)

    def around(self, size: float) -> float:
        """On both sides of 0, with this standard deviation."""
        return self.uniform(-1.7320508075688772 * size, 1.7320508075688772 * size)


_DRAWN: dict[str, Callable[[Numbers], float]] = {
    "generic": lambda rng: rng.around(0.7),
    "positive": lambda rng: rng.uniform(0.5, 2.0),
    "small": lambda rng: rng.uniform(-0.25, 0.25),
    "identity": lambda rng: rng.uniform(0.5, 2.0),
    "fraction": lambda rng: rng.uniform(0.1, 0.3),
    "large": lambda rng: rng.uniform(1.5, 3.0),
}


def drawn(v: Expr, rng: Numbers, sizes: Sizes, kind: str, turn: int | None) -> object:
    """A value for a variable: a number, a list for a column or a row, a list of rows for a matrix. With a `turn` it is
    a number whose sign that says."""
    props = v.data.props if v.kind is VAR else frozenset()
    if turn is not None and v.shape == (1, 1) and props.isdisjoint(_BOUND):
        return rng.uniform(0.4, 1.5) * (-1.0) ** turn
    x = _with_properties(props, shape_of(v.shape, sizes), rng, kind)
    return as_given(x, v)


def direction(v: Expr, rng: Numbers, sizes: Sizes) -> object:
    """Any direction of a variable."""
    rows, columns = shape_of(v.shape, sizes)
    return as_given([[rng.around(0.7) for _ in range(columns)] for _ in range(rows)], v)


def within(x: object, props: frozenset[str]) -> object:
    """The part of a direction along which a declared linear structure is kept."""
    for word, part in _PARTS.items():
        if word in props and isinstance(x, list) and isinstance(x[0], list):
            x = part(x)
    return x


def as_given(x: Matrix, v: Expr) -> object:
    """A matrix with the axes that a plan gives to a variable."""
    if v.shape == (1, 1):
        return x[0][0]
    return entries(x) if 1 in v.shape else x


def _with_properties(props: frozenset[str], shape: tuple[int, int], rng: Numbers, kind: str) -> Matrix:
    if "invertible" not in props:
        return _structured(props, shape, rng, kind)
    tries = [_structured(props, shape, rng, kind)]
    while _condition(tries[-1]) > _WELL_CONDITIONED and len(tries) < _TRIES:
        tries.append(_structured(props, shape, rng, kind))
    return min(reversed(tries), key=_condition)


def _structured(props: frozenset[str], shape: tuple[int, int], rng: Numbers, kind: str) -> Matrix:
    rows, columns = range(shape[0]), range(shape[1])
    draw = _DRAWN[kind]
    if "positive" in props:
        draw = _DRAWN["positive"]
    elif "nonnegative" in props:  # 0 is an edge, at which nothing can be differentiated
        draw = lambda rng: rng.uniform(0.05, 2.0)  # noqa: E731
    x = [[draw(rng) for _ in columns] for _ in rows]
    if kind == "identity" and len(rows) == len(columns) and props.isdisjoint({"positive", "nonnegative"}):
        x = [[float(i == j) + rng.around(0.1) for j in columns] for i in rows]
    if "integer" in props:
        is_signed = kind == "generic" and "positive" not in props
        x = [[float(1 + rng.below(3)) * (1 - 2 * rng.below(2) if is_signed else 1) for _ in columns] for _ in rows]
    for word, make in _SHAPED.items():
        if word in props:
            x = make(x, rng)
    return x


def _symmetric(x: Matrix, sign: int = 1) -> Matrix:
    return [[(a + sign * x[j][i]) / 2 for j, a in enumerate(row)] for i, row in enumerate(x)]


def _kept(x: Matrix, inside: Callable[[int, int], bool]) -> Matrix:
    return [[a if inside(i, j) else 0.0 for j, a in enumerate(row)] for i, row in enumerate(x)]


def _definite(x: Matrix, rng: Numbers) -> Matrix:
    """Q diag(λ) Q' with λ spread between 0.5 and 2.5."""
    n = len(x)
    q = _orthogonal(x, rng)
    values = [0.5 + 2.0 * (k + rng.uniform(0.2, 0.8)) / n for k in range(n)]
    return _symmetric([[sum(a * b * c for a, b, c in zip(r, s, values, strict=True)) for s in q] for r in q])


def _orthogonal(x: Matrix, rng: Numbers) -> Matrix:
    """Orthonormal columns, by Gram and Schmidt, each twice."""
    columns: Matrix = []
    for _ in x[0]:
        column = [rng.around(1.0) for _ in x]
        for q in columns * 2:
            along = sum(a * b for a, b in zip(q, column, strict=True))
            column = [a - along * b for a, b in zip(column, q, strict=True)]
        length = math.hypot(*column)
        columns.append([a / length for a in column])
    return [list(row) for row in zip(*columns, strict=True)]


def _one_hot(x: Matrix, rng: Numbers) -> Matrix:
    """One 1 in each row; a column is one basis vector."""
    if len(x[0]) == 1:
        place = rng.below(len(x))
        return [[float(i == place)] for i in range(len(x))]
    return [[float(j == place) for j in range(len(x[0]))] for place in (rng.below(len(x[0])) for _ in x)]


_PARTS: dict[str, Callable[[Matrix], Matrix]] = {
    "sym": _symmetric,
    "psd": _symmetric,
    "spd": _symmetric,
    "skew": lambda x: _symmetric(x, -1),
    "diag": lambda x: _kept(x, lambda i, j: j == i),
    "lower": lambda x: _kept(x, lambda i, j: j <= i),
    "upper": lambda x: _kept(x, lambda i, j: j >= i),
}
_SHAPED: dict[str, Callable[[Matrix, Numbers], Matrix]] = {
    "sym": lambda x, _: _symmetric(x),
    "skew": lambda x, _: _symmetric(x, -1),
    "psd": _definite,
    "spd": _definite,
    "orthogonal": _orthogonal,
    "lower": lambda x, _: _PARTS["lower"](x),
    "upper": lambda x, _: _PARTS["upper"](x),
    "diag": lambda x, _: _PARTS["diag"](x),
    "onehot": _one_hot,
}
LINEAR = frozenset(_PARTS)
_BOUND = frozenset({"positive", "nonnegative", "integer", *_SHAPED})


def _condition(x: Matrix) -> float:
    """‖X‖ ‖X⁻¹‖ with the Euclidean norms, which is no smaller than the condition number; by Gauss and Jordan."""
    n = len(x)
    rows = [[*row, *(float(i == j) for j in range(n))] for i, row in enumerate(x)]
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k]))
        rows[k], rows[best] = rows[best], rows[k]
        if not rows[k][k]:
            return math.inf
        rows[k] = [a / rows[k][k] for a in rows[k]]
        for i in range(n):
            if i != k and rows[i][k]:
                rows[i] = [a - rows[i][k] * b for a, b in zip(rows[i], rows[k], strict=True)]
    return math.hypot(*entries(x)) * math.hypot(*(a for row in rows for a in row[n:]))
