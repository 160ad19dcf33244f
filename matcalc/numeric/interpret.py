"""Runs a plan: every kernel as the NumPy target spells it, in order, so that what is evaluated is what is emitted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping, Sequence
from math import prod
from typing import Any

import numpy as np

from matcalc.diagnostics import fail
from matcalc.limits import ENTRIES, LimitError, spend
from matcalc.numeric.batches import Compute, Shapes, called, each_member
from matcalc.numeric.compiled import Compiler, Step
from matcalc.numeric.sizes import Sized, number
from matcalc.plan.functions import Call
from matcalc.plan.node import Node

MOST = 4 * ENTRIES  # in one array of members: users have more of them than tests draw
Smooth = Callable[[str, Any, int], Any]
CONSTANTS = {"pi": np.float64(np.pi), "e": np.float64(np.e), "i": np.complex128(1j)}


class Machine:
    """Computes nodes; `call` computes functions of the rules that are kernels of their own, `smooth` unspecified
    ones."""

    def __init__(self, call: Compute, smooth: Smooth) -> None:
        self.call, self.smooth = call, smooth
        self.steps: dict[Node, Step] = {}

    def run(self, nodes: Iterable[Node], done: MutableMapping[Node, Any], lengths: Sized,
            is_indexed: bool = False) -> None:
        """Computes `nodes`, operands first, into `done`; what is there already stays. What `is_indexed` may have very
        many members without a large array being given; such arrays are refused before they are made."""
        steps = self.steps
        for e in nodes:
            if e in done:
                continue
            step = steps.get(e) or self._step(e)
            if is_indexed and len(e.shape) > 1:
                _affordable(e, lengths)
            done[e] = value = step.compute(*[done[arg] for arg in e.args], *[lengths[d] for d in step.dims])
            spend(1 + getattr(value, "size", 0) // 10)  # factors are tuples

    def _step(self, e: Node) -> Step:
        how = _SPECIAL.get(e.op)
        found = self.steps[e] = how(self, e) if how else _KERNELS.step(e)
        return found


def _affordable(e: Node, lengths: Sized) -> None:
    shape = lengths.shape(e.shape)
    if prod(shape) > MOST:
        raise fail("M0107", f"an array for all values of the indices would be too large, {'×'.join(map(str, shape))} "
                   "numbers", error=LimitError)


class _Lazy:
    """A module of SciPy, imported when a kernel needs it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, name: str) -> Any:
        from importlib import import_module

        module = import_module(self.name)
        return getattr(module, name) if hasattr(module, name) else import_module(f"{self.name}.{name}")


_LIBRARY: dict[str, Any] = {  # what the texts of kernels name: NumPy, SciPy, and the helpers that were needed so far
    "np": np, "scipy": _Lazy("scipy"), "lapack": _Lazy("scipy.linalg.lapack"), "blas": _Lazy("scipy.linalg.blas")}
_KERNELS = Compiler("numpy", _LIBRARY,
                    lambda speller, e, operands: speller.filled(speller.row(e, operands), e, operands))


def _number(_: Machine, e: Node) -> Step:
    value = np.float64(number(e.data))
    return Step(lambda: value)


def _constant(_: Machine, e: Node) -> Step:
    return Step(lambda: CONSTANTS[e.data])


def _call(known: Machine, e: Node) -> Step:
    of: Call = e.data
    names = [name for name, _ in of.given]
    axes, whole = len(e.shape), len(e.shape) + len(of.shape)

    def compute(*values: Any) -> Any:
        operands, lengths = values[:len(e.args)], values[len(e.args):]
        shapes = Shapes(lengths[:axes], lengths[axes:whole], dict(zip(names, lengths[whole:], strict=True)))
        return called(of, operands, shapes, _declared(shapes) if "abstract" in of.function.fields else known.call)

    return Step(compute, (*e.shape, *of.shape, *(d for _, d in of.given)))


def _declared(shapes: Shapes) -> Compute:
    """What computes a function of which only shapes are declared."""
    from matcalc.numeric.stand_ins import stand_in

    return lambda function, args: stand_in(function, args, shapes.matrix)


def _unspecified(known: Machine, e: Node) -> Step:
    name, order = e.data
    return Step(lambda x: known.smooth(name, x, order))


def _concat(_: Machine, e: Node) -> Step:
    return Step(lambda *operands: _blocks(e.data, operands))


def _blocks(counts: Sequence[int], operands: Sequence[Any]) -> Any:
    batch = np.broadcast_shapes(*(np.shape(x)[:-2] for x in operands if np.ndim(x) >= 2), ())
    parts = iter([np.broadcast_to(x, (*batch, *np.shape(x)[-2:])) if np.ndim(x) >= 2 else np.reshape(x, (
        *(1 for _ in batch), 1, 1)) for x in operands])
    rows = [np.concatenate([next(parts) for _ in range(count)], axis=-1) for count in counts]
    return np.concatenate(rows, axis=-2)


def _take(_: Machine, e: Node) -> Step:
    """Members at places, brought to the edge where they lie outside."""
    places = [(axis, place) for axis, place in enumerate(e.data) if place is not None]
    dims = tuple(d for _, (start, count) in places for d in (start, 1 if count is None else count))

    def compute(x: Any, *lengths: int) -> Any:
        ends = list(zip(lengths[::2], lengths[1::2], strict=True))
        for (axis, (_, count)), (start, many) in reversed(list(zip(places, ends, strict=True))):
            where = start if count is None else np.arange(start, start + many)
            x = np.take(x, np.clip(where, 0, x.shape[axis] - 1), axis=axis)
        return x

    return Step(compute, dims)


def _slice(_: Machine, e: Node) -> Step:
    dims = tuple(d for place in e.data if place is not None for d in (place[0], 1 if place[1] is None else place[1]))

    def compute(x: Any, *lengths: int) -> Any:
        rest = iter(lengths)
        found: list[Any] = []
        for place, length in zip(e.data, x.shape, strict=True):
            if place is None:
                found.append(slice(None))
                continue
            start, count = next(rest), next(rest)
            if start + count > length or start < 0:
                raise fail("M0804", f"entries {start + 1} to {start + count} do not exist, the length is {length}")
            found.append(start if place[1] is None else slice(start, start + count))
        return x[tuple(found)]

    return Step(compute, dims)


def _unit(_: Machine, e: Node) -> Step:
    def compute(length: int) -> Any:
        if not 0 < e.data <= length:
            raise fail("M0804", f"entry {e.data} does not exist, the length is {length}")
        found = np.zeros(length)
        found[e.data - 1] = 1.0
        return found

    return Step(compute, e.shape[:1])


def _matrix(_: Machine, e: Node) -> Step:
    """A kernel of one square matrix; of a family where one member has no value, member by member."""
    plain = _KERNELS.step(e)
    if len(e.args[0].shape) < 3:
        return plain

    def compute(x: Any) -> Any:
        try:
            return plain.compute(x)
        except np.linalg.LinAlgError:
            return each_member(plain.compute, [x], x.shape[:-2], x.shape[-2:] if e.op == "inverse" else ())

    return Step(compute)


def _power(_: Machine, e: Node) -> Step:
    plain = _KERNELS.step(e)
    return Step(lambda x, k: plain.compute(x, int(k)), plain.dims)


def _inner(_: Machine, e: Node) -> Step:
    """Σ a b; NumPy's vdot takes the conjugate of the first."""
    plain = _KERNELS.step(e)
    return Step(lambda a, b: np.sum(a * b) if np.iscomplexobj(a) else plain.compute(a, b), plain.dims)


def _range(_: Machine, e: Node) -> Step:
    plain = _KERNELS.step(e)
    return Step(lambda *ends: plain.compute(*ends).astype(float), plain.dims)


_SPECIAL: dict[str, Callable[[Machine, Node], Step]] = {
    "call": _call, "unspecified": _unspecified, "number": _number, "constant": _constant,
    "size": lambda _, e: Step(np.float64, (e.data,)), "concat": _concat, "take": _take, "slice": _slice, "unit": _unit,
    "matrix_power": _power, "inverse": _matrix, "det": _matrix, "logabsdet": _matrix, "range": _range,
    "inner": _inner, "conj": lambda _, e: Step(np.conj),
}
