"""A problem: the formula as typed, its variables, data of three sizes, and the functions that a specialist writes.

A problem is written as a class that is never instantiated, a bag of functions, each of the arrays that it names:

    plain(N, …)              the value, in the words of a library N, for automatic differentiation
    value_and_gradient(…)    and `gradient(…)` where less work is needed for it alone
    hessian(…)               for vectors
    product(…, dx)           the Hessian times a direction; the direction of x is dx
    prepare(rng, data)       changes random data where the formula asks for more than its declarations say
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np

Data = dict[str, Any]
Sizes = Literal["vector", "cubic", "batch"]
SIZES: dict[Sizes, list[dict[str, int]]] = {
    "vector": [
        {"m": 20, "n": 10, "p": 8, "k": 5},
        {"m": 400, "n": 200, "p": 50, "k": 10},
        {"m": 2000, "n": 1000, "p": 100, "k": 20},
    ],
    "cubic": [
        {"m": 5, "n": 10, "p": 8, "k": 3},
        {"m": 50, "n": 100, "p": 80, "k": 10},
        {"m": 100, "n": 400, "p": 300, "k": 20},
    ],
    "batch": [
        {"m": 20, "n": 10, "p": 8, "k": 5, "h": 10, "t": 20},
        {"m": 128, "n": 64, "p": 64, "k": 10, "h": 64, "t": 128},
        {"m": 512, "n": 256, "p": 64, "k": 10, "h": 256, "t": 512},
    ],
}
PROBLEMS: dict[str, Problem] = {}


@dataclass(frozen=True)
class Problem:
    name: str
    text: str
    wrt: str                    # the variable as typed, a member where the formula is a sum over members
    declared: dict[str, str]    # what is declared of the variables as typed
    arrays: dict[str, str]      # what the arrays of the emitted program are
    variable: str               # the array that holds the variable
    sizes: Sizes
    written: SimpleNamespace

    def draw(self, size: int | dict[str, int], seed: int = 1) -> Data:
        """Random data of one of the three sizes or of given dimensions, and under "d" + variable a direction."""
        rng = np.random.default_rng(seed)
        dims = SIZES[self.sizes][size] if isinstance(size, int) else size
        data = {name: _draw(rng, declaration, dims) for name, declaration in self.arrays.items()}
        if hasattr(self.written, "prepare"):
            self.written.prepare(rng, data)
        direction = rng.standard_normal(np.shape(data[self.variable]))
        if self.arrays[self.variable].startswith(("spd", "sym")):
            direction = (direction + direction.T) / 2
        return data | {"d" + self.variable: direction}

    def by_hand(self, name: str) -> Callable[..., Any] | None:
        if name == "gradient" and not hasattr(self.written, name):
            both = self.written.value_and_gradient
            return _second(both)
        return getattr(self.written, name, None)


def _second(both: Callable[..., Any]) -> Callable[..., Any]:
    def gradient(*arrays: Any) -> Any:
        return both(*arrays)[1]

    gradient.__signature__ = inspect.signature(both)  # type: ignore[attr-defined]
    return gradient


def _draw(rng: np.random.Generator, declaration: str, dims: dict[str, int]) -> Any:
    """Entries of size about 1/√columns, so that products stay of size 1."""
    kind, inner, properties = re.fullmatch(r"(\w+)(?:\(([\w,]+)\))?(.*)", declaration).groups()  # type: ignore[union-attr]
    if kind == "scalar":
        return float(rng.uniform(0.5, 2.0))
    shape = tuple(dims[dim] for dim in inner.split(","))
    if kind in ("sym", "spd"):
        M = rng.standard_normal(shape * 2)
        return M @ M.T / shape[0] + np.eye(shape[0]) if kind == "spd" else (M + M.T) / 2
    x = rng.standard_normal(shape) / (shape[-1] ** 0.5 if len(shape) > 1 else 1.0)
    if "positive" in properties:
        return np.abs(x) + 0.5
    return x / 3 + np.eye(shape[0]) if "invertible" in properties else x


def problem(text: str, wrt: str, *, sizes: Sizes = "vector", arrays: dict[str, str] | None = None, variable: str = "",
            **declared: str) -> Callable[[type], type]:
    """Enters a class as the problem of its name: LeastSquares becomes least_squares."""
    def enter(written: type) -> type:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", written.__name__).lower()
        functions = SimpleNamespace(**dict(inspect.getmembers(written, inspect.isfunction)))
        PROBLEMS[name] = Problem(name, text, wrt, declared, arrays or declared, variable or wrt, sizes, functions)
        return written

    return enter
