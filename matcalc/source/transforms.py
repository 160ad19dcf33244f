"""Functions of functions: vmap, partial, jit, cond with a test that is known; those that differentiate are refused."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from matcalc.source.broadcast import Array, Cond
from matcalc.source.loops import rows_of, stacked
from matcalc.source.marks import Labels, Size
from matcalc.source.refusal import BRANCH, CALL, RefusalError

if TYPE_CHECKING:
    from matcalc.source.broadcast import World
    from matcalc.source.calling import Library


class Reader(Protocol):
    """Who reads calls."""

    world: World
    meanings: Library

    def applied(self, function: Any, args: Sequence[Any], given: Mapping[str, Any]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Partial:
    """A function some of whose arguments are given."""

    function: Any
    args: tuple[Any, ...]
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mapped:
    """vmap of a function: which arguments are taken row by row."""

    function: Any
    in_axes: Any


_SAME = frozenset("jit njit checkpoint remat script compile typechecked beartype jaxtyped filter_jit".split())
_MAPS = frozenset("vmap filter_vmap".split())
_DIFFER = frozenset("grad value_and_grad jacfwd jacrev jacobian hessian jvp vjp linearize filter_grad elementwise_grad "
                    "filter_value_and_grad".split())
HOMES = ("jax", "functools", "torch", "equinox", "autograd", "numba", "typeguard", "beartype", "jaxtyping", "flax")


def is_transform(dotted: str) -> bool:
    """Whether a full name is a function of functions that is known here."""
    home, word = dotted.partition(".")[0], dotted.rpartition(".")[2]
    return home in HOMES and (word in _SAME | _MAPS | _DIFFER or dotted in ("functools.partial", "jax.lax.cond",
                                                                          "jax.lax.select"))


def transformed(reader: Reader, dotted: str, args: Sequence[Any], given: Mapping[str, Any]) -> Any:
    """The value of a call of such a function."""
    word = dotted.rpartition(".")[2]
    if word in _DIFFER:
        raise RefusalError(CALL, f"{dotted} takes a derivative itself; ask for the function that it is given")
    if word in _SAME:
        return args[0] if args else Partial(dotted, (), {})
    if word in _MAPS:
        axes = {key: value for key, value in given.items() if key in ("in_axes", "in_dims")}
        if len(axes) < len(given) and any(value not in (0, None) for key, value in given.items() if key not in axes):
            raise RefusalError(CALL, "vmap is read along first axes")
        in_axes = next(iter(axes.values()), args[1] if len(args) > 1 else 0)
        return Mapped(args[0], in_axes) if args else Partial(dotted, (), given)
    if word == "partial":
        if not args:
            raise RefusalError(CALL, "partial takes a function")
        return Partial(args[0], tuple(args[1:]), dict(given))
    if len(args) < 3 or given or isinstance(args[0], Array | Cond | Labels | Size):
        raise RefusalError(BRANCH, f"which branch {word} takes depends on values; where(…) chooses entry by entry")
    chosen = args[1] if args[0] else args[2]
    return chosen if word == "select" else reader.applied(chosen, args[3:], {})


def mapped(reader: Reader, f: Mapped, args: Sequence[Any]) -> Any:
    """vmap: one call for all rows."""
    axes = f.in_axes if isinstance(f.in_axes, tuple | list) else (f.in_axes,) * len(args)
    if len(axes) != len(args) or any(one not in (0, None) for one in axes) or set(axes) == {None}:
        raise RefusalError(CALL, "vmap is read along first axes, in_axes of 0 and None")
    world = reader.world
    count, each, found = len(world.loops), [], []
    for value, axis in zip(args, axes, strict=True):
        index, row = rows_of(reader.meanings, value, ast.Name("row"), count) if axis == 0 else (None, value)
        each.append(row)
        found += [index] if index else []
    for other in found[1:]:
        world.dims.same(found[0].dim, other.dim, "the lengths")
    world.loops[found[0].letter] = found[0].dim
    made = reader.applied(f.function, each, {})
    along: Callable[[Any], Array] = lambda value: stacked(reader.meanings.array(value), found[0])  # noqa: E731
    return tuple(map(along, made)) if isinstance(made, tuple) else along(made)
