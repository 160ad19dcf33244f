"""Functions of the rules applied to every member of a family: at once where the numeric template of the function takes
a stack of matrices, else one member after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from matcalc.core.function import Function
from matcalc.diagnostics import MatcalcError, fail
from matcalc.numeric.draws import Array, Rng
from matcalc.numeric.sizes import format_shape, shape_of, sizes_for
from matcalc.plan.functions import Call
from matcalc.records import NamedTuple

Compute = Callable[[Function, Sequence[Any]], Any]
_PROBES = 3


class Shapes(NamedTuple):
    """The lengths of the axes of a value, the number of its rows and columns, and the whole numbers among the
    arguments."""

    all: tuple[int, ...]
    matrix: tuple[int, ...]
    whole: Mapping[str, int]


def called(of: Call, operands: Sequence[Any], shapes: Shapes, call: Compute) -> Any:
    """The value of a function that is a kernel."""
    rest = iter(zip(operands, of.stacked, strict=True))
    args = [next(rest) if p.kind == "value" else (shapes.whole[p.name], False) for p in of.function.params]

    def each(*members: Any) -> Any:
        picked = iter(members)
        own = [next(picked) if is_stacked else x for x, is_stacked in args]
        return np.reshape(fitted(of.function, call(of.function, own), shapes.matrix), shapes.all[of.batch:])

    if not of.batch:
        return each()
    front = shapes.all[:of.batch]
    if stacks(of.function, call)[1] is not None:
        try:
            stacked = [_stack(x, p.shape == (1, 1), front) if p.kind == "value" else x
                       for p, (x, _) in zip(of.function.params, args, strict=True)]
            return np.reshape(_numbers(call(of.function, stacked)), shapes.all)
        except np.linalg.LinAlgError:  # some member has no value, which may not matter
            pass
    spread = [np.broadcast_to(x, (*front, *np.shape(x)[of.batch:])) for x, is_stacked in args if is_stacked]
    return each_member(each, spread, front, shapes.all[of.batch:])


def fitted(function: Function, value: Any, wanted: tuple[int, ...]) -> Array:
    """The value of a template as a matrix, if it has the shape that is due."""
    found = _numbers(value)
    size = wanted[0] * wanted[1]
    if found.shape != wanted and not (found.ndim < 2 and 1 in wanted and found.size == size) and \
            not found.size == size == 1:
        raise fail("M0803", f"the numeric template of {function.name} gives {format_shape(found.shape) or 'a number'} "
                   f"where {format_shape(wanted)} is due")
    return found.reshape(wanted)


def _numbers(value: Any) -> Array:
    """Floats, or complex numbers."""
    return np.asarray(value, dtype=complex if np.iscomplexobj(value) else float)


def _stack(x: Any, is_number: bool, front: tuple[int, ...]) -> Array:
    """One stack of all the members, also where they are all the same."""
    array = np.asarray(x)[..., None, None] if is_number else np.asarray(x)
    return np.broadcast_to(array, (*front, *array.shape[-2:])).reshape(-1, *array.shape[-2:])


def each_member(compute: Callable[..., Any], args: Sequence[Any], front: tuple[int, ...],
                wanted: tuple[int, ...]) -> Array:
    """The members in turn; one that has no value is no number."""
    found = np.empty((*front, *wanted), dtype=complex if any(map(np.iscomplexobj, args)) else float)
    for at in np.ndindex(*front):
        try:
            found[at] = compute(*(x[at] for x in args))
        except np.linalg.LinAlgError:
            found[at] = np.nan
    return found


def stacks(function: Function, call: Compute) -> tuple[int, int | None]:
    """How many axes the numeric template of a function gives to the value of one member, and to each value of a stack
    of them, None where it takes no stacks: found out once, by random members."""
    if function.reading.stacks is None:
        try:
            function.reading.stacks = _tried(function, call)
        except (MatcalcError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            function.reading.stacks = (2, None)
    return function.reading.stacks


def _tried(function: Function, call: Compute) -> tuple[int, int | None]:
    sizes = sizes_for([dim for p in function.params for dim in p.shape])
    rng = np.random.default_rng(0)
    drawn = [_probe(shape_of(p.shape, sizes), rng) if p.kind == "value" else sizes.get(p.name, 1)
             for p in function.params]
    single = [call(function, [_single(x, k) for x in drawn]) for k in range(_PROBES)]
    try:
        found = np.asarray(call(function, drawn), dtype=float)
    except (MatcalcError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return np.ndim(single[0]), None
    expected = [np.reshape(x, shape_of(function.result, sizes)) for x in single]
    is_like = found.size == np.size(expected) and np.allclose(found.reshape(np.shape(expected)), expected, rtol=1e-9)
    return np.ndim(single[0]), found.ndim - 1 if is_like and np.all(np.isfinite(expected)) else None


def _single(x: Any, k: int) -> Any:
    if not np.ndim(x):
        return x
    return np.float64(x[k, 0, 0]) if x[k].shape == (1, 1) else x[k]


def _probe(shape: tuple[int, int], rng: Rng) -> Array:
    """Members that differ, positive, numbers below one, and matrices well conditioned where they are square."""
    found = rng.uniform(0.1, 0.9, (_PROBES, *shape))
    return found + 2.0 * np.eye(shape[0]) if shape[0] == shape[1] != 1 else found
