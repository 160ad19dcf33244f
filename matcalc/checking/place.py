"""A place at which two expressions are compared: sizes, and an exact value for each variable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from matcalc.core.expr import Expr
from matcalc.numeric.sizes import Sizes

Values = dict[Expr, Any]
SIGNED = {"positive", "nonnegative"}
FIXED = {"orthogonal", "onehot", "spd", "psd", "binary", "stochastic"}  # not moved to a breakpoint
SCALED = {"positive", "sym", "skew", "diag", "lower", "upper", "spd", "psd", "invertible", "square", "const", "free",
           "nonnegative"}


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Sizes, a fraction or an array of fractions for each variable, and what is special about it."""

    sizes: Sizes
    values: Values
    what: str

    def floats(self) -> Values:
        return {v: as_float(x) for v, x in self.values.items()}

    def shortened(self, digits: int) -> Place:
        """The place with so many digits of each number, where that keeps what is declared."""
        return Place(self.sizes, {v: _shortened(x, v, digits) for v, x in self.values.items()}, self.what)


def as_float(x: Any) -> Any:
    return x.astype(float) if isinstance(x, np.ndarray) else np.float64(float(x))


def scaled(x: Any, v: Expr, scale: Fraction, turned: Callable[[Any], Any]) -> Any:
    props = v.data.props
    if "integer" in props:
        return (x if props & SIGNED else turned(x)) * max(1, int(scale))
    if not props <= SCALED:
        return x
    free = props.isdisjoint({"positive", "nonnegative", "spd", "psd", "skew", "invertible"})
    return (turned(x) if free else x) * scale


def size_of(values: Mapping[Expr, Any]) -> float:
    return max((float(np.max(np.abs(x), initial=0.0)) for x in values.values()), default=0.0)


def _shortened(x: Any, v: Expr, digits: int) -> Any:
    if not FIXED.isdisjoint(v.data.props):
        return x
    return each(x, lambda y: Fraction(f"{y:.{digits}g}"))


def each(x: Any, f: Callable[[float], Fraction]) -> Any:
    return np.frompyfunc(lambda y: f(float(y)), 1, 1)(x) if np.ndim(x) else f(float(x))
