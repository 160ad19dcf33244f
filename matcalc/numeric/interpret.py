"""Runs a plan: every kernel as the NumPy target spells it, in order, so that what is evaluated is what is emitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np

from matcalc.core.dims import Dim
from matcalc.limits import spend
from matcalc.numeric.sizes import Sizes, size
from matcalc.plan.node import Node
from matcalc.plan.table import table
from matcalc.plan.text import LackingError, Speller, Text

Calls = Callable[[Node, Sequence[Any], Sizes], Any]


class Machine:
    """Computes nodes at given lengths; `call` computes functions of the rules that are kernels of their own."""

    def __init__(self, sizes: Sizes, call: Calls, smooth: Callable[[str, Any, int], Any]) -> None:
        self.sizes, self.call, self.smooth = sizes, call, smooth
        self.speller = Speller(table("numpy"), self._dim)

    def _dim(self, dim: Dim) -> str:
        found = size(dim, self.sizes)
        return str(found) if found >= 0 else f"({found})"

    def run(self, nodes: Sequence[Node], done: dict[Node, Any]) -> None:
        """Computes `nodes`, operands first, into `done`; what is there already stays."""
        for e in nodes:
            if e not in done:
                done[e] = value = self.value(e, [done[arg] for arg in e.args])
                spend(1 + getattr(value, "size", 0) // 10)  # factors are tuples

    def value(self, e: Node, operands: Sequence[Any]) -> Any:
        """The value of one kernel."""
        if e.op == "call":
            return self.call(e, operands, self.sizes)
        if e.op == "unspecified":
            return self.smooth(e.data[0], operands[0], e.data[1])
        if e.op == "number":
            return np.float64(e.data.numerator / e.data.denominator)
        if e.op == "size":
            return np.float64(size(e.data, self.sizes))
        special = _SPECIAL.get(e.op)
        if special is not None:
            return special(self, e, operands)
        text = self.speller.spell(e, [Text(f"a{k}") for k in range(len(operands))]).text
        return _compiled(text, len(operands))(*operands)


@lru_cache(maxsize=4096)
def _compiled(text: str, count: int) -> Callable[..., Any]:
    names = _library()
    code = compile(f"lambda {', '.join(f'a{k}' for k in range(count))}: {text}", "<kernel>", "eval")
    found: Callable[..., Any] = eval(code, names)  # noqa: S307 - a row of our own file
    return found


@cache
def _library() -> dict[str, Any]:
    """What the texts of kernels name: NumPy, SciPy and the helpers of the target."""
    names: dict[str, Any] = {"np": np, "scipy": _Lazy("scipy"),
                             "lapack": _Lazy("scipy.linalg.lapack"), "blas": _Lazy("scipy.linalg.blas")}
    for helper in table("numpy").helpers.values():
        exec(compile(helper, "<helper>", "exec"), names)
    return names


class _Lazy:
    """A module of SciPy, imported when a kernel needs it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, name: str) -> Any:
        from importlib import import_module

        module = import_module(self.name)
        return getattr(module, name) if hasattr(module, name) else import_module(f"{self.name}.{name}")


def _concat(_: Machine, e: Node, operands: Sequence[Any]) -> Any:
    batch = np.broadcast_shapes(*(x.shape[:-2] for x in map(np.asarray, operands) if np.ndim(x) >= 2), ())
    parts = iter([np.broadcast_to(x, (*batch, *np.shape(x)[-2:])) if np.ndim(x) >= 2 else np.reshape(x, (
        *(1 for _ in batch), 1, 1)) for x in operands])
    rows = [np.concatenate([next(parts) for _ in range(count)], axis=-1) for count in e.data]
    return np.concatenate(rows, axis=-2)


def _take(known: Machine, e: Node, operands: Sequence[Any]) -> Any:
    """Members at places, brought to the edge where they lie outside."""
    (x,) = operands
    for axis in reversed(range(len(e.data))):
        place = e.data[axis]
        if place is None:
            continue
        start, count = size(place[0], known.sizes), place[1]
        last = x.shape[axis] - 1
        where = np.clip(start, 0, last) if count is None else np.clip(
            np.arange(start, start + size(count, known.sizes)), 0, last)
        x = np.take(x, where, axis=axis)
    return x


def _slice(known: Machine, e: Node, operands: Sequence[Any]) -> Any:
    (x,) = operands
    found: list[Any] = []
    for place, length in zip(e.data, x.shape, strict=True):
        if place is None:
            found.append(slice(None))
            continue
        start, count = size(place[0], known.sizes), place[1]
        end = start + (1 if count is None else size(count, known.sizes))
        if end > length or start < 0:
            from matcalc.diagnostics import fail

            raise fail("M0804", f"entries {start + 1} to {end} do not exist, the length is {length}")
        found.append(start if count is None else slice(start, end))
    return x[tuple(found)]


def _unit(known: Machine, e: Node, _: Sequence[Any]) -> Any:
    found = np.zeros(size(e.shape[0], known.sizes))
    if not 0 < e.data <= len(found):
        from matcalc.diagnostics import fail

        raise fail("M0804", f"entry {e.data} does not exist, the length is {len(found)}")
    found[e.data - 1] = 1.0
    return found


_SPECIAL: dict[str, Callable[[Machine, Node, Sequence[Any]], Any]] = {
    "concat": _concat, "take": _take, "slice": _slice, "unit": _unit,
    "inverse": lambda known, e, operands: np.linalg.inv(operands[0]),
}
__all__ = ["LackingError", "Machine", "Mapping"]
