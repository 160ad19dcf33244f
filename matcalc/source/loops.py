"""Loops over rows: one turn is read with a letter for the index, and what it adds is summed over all turns."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matcalc.source.broadcast import Array, World
from matcalc.source.extents import Dim
from matcalc.source.leaf import Key
from matcalc.source.marks import Labels, Range, Size
from matcalc.source.places_in import Index, entry
from matcalc.source.refusal import STATEMENT, VALUE, RefusalError

if TYPE_CHECKING:
    from matcalc.source.calling import Library


@dataclass(frozen=True, slots=True)
class Carried:
    """The value that a name has from the turn before, which is not known."""

    name: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """zip(…) and enumerate(…)."""

    parts: tuple[Any, ...]
    is_counted: bool


class Loop:
    """One loop that is being read: the names of before, and what the turns add to them or put into them."""

    def __init__(self, letter: str, dim: Dim, outer: dict[str, Any]) -> None:
        self.letter, self.dim, self.outer = letter, dim, outer
        self.own: set[str] = set()
        self.sums: dict[str, Array] = {}
        self.stores: dict[str, Array] = {}
        self.masks: list[Array] = []

    def add(self, world: World, name: str, value: Array) -> None:
        """What this turn adds to a name."""
        self.sums[name] = world.add(self.sums[name], value) if name in self.sums else value

    def store(self, name: str, value: Array) -> None:
        """What this turn appends to a list."""
        if name in self.stores:
            raise RefusalError(STATEMENT, "one append in a loop is read")
        self.stores[name] = stacked(value, Index(self.letter, self.dim))

    def is_blank(self, name: str) -> bool:
        """Whether a name of before is an array of zeros."""
        found = self.outer[name]
        return (
            isinstance(found, Array) and len(found.terms) == 1 and [p.text for p in found.terms[0]] in (["0"], ["0.0"])
        )

    def fill(self, name: str, value: Array, indices: Sequence[Index]) -> None:
        """What this turn puts into an array at its indices."""
        blank = self.outer[name]
        if name in self.stores or len(blank.shape) != len(indices) + value.rank:
            raise RefusalError(STATEMENT, "an array is filled once, with one value for every index")
        for index in reversed(indices):
            value = stacked(value, index)
        self.stores[name] = value

    def finish(self, library: Library, env: dict[str, Any], before: dict[str, Any], loops: Sequence[Loop]) -> None:
        """Put into `env` what the names are behind the loop; inside another loop it goes on adding."""
        world = library.world
        for name, value in self.sums.items():
            total = world.sum(value, self.letter)
            outer = next((loop for loop in loops if name in loop.outer and name not in loop.own), None)
            if outer is not None:
                loops[-1].add(world, name, masked(world, total, loops[-1]))
                env[name] = Carried(name)
            else:
                env[name] = world.add(library.array(before[name]), total)
        for name, value in self.stores.items():
            if isinstance(before[name], Array):
                for one, other in zip(before[name].shape, value.shape, strict=True):
                    world.dims.same(one, other, "the array that is filled")
            env[name] = value


def masked(world: World, value: Array, loop: Loop) -> Array:
    """A value that counts in some turns only."""
    for mask in loop.masks:
        value = world.multiply(mask, value)
    return value


def stacked(value: Array, index: Index) -> Array:
    """The values of all turns along a new first axis."""
    keys: dict[Key, Key] = {index.letter: -value.rank - 1}
    terms = tuple(tuple(piece._replace(keys=tuple(keys.get(key, key) for key in piece.keys)) for piece in term)
                  for term in value.terms)
    return Array((index.dim, *value.shape), terms, value.guess)


def assigned(body: Sequence[ast.stmt]) -> set[str]:
    """The names that statements bind."""
    found = {n.id for s in body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    appended = {
        n.func.value.id
        for s in body
        for n in ast.walk(s)
        if isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and n.func.attr == "append"
        and isinstance(n.func.value, ast.Name)
    }
    filled = {n.value.id for s in body for n in ast.walk(s) if isinstance(n, ast.Subscript)
              and isinstance(n.ctx, ast.Store) and isinstance(n.value, ast.Name)}
    return found | appended | filled


def rows_of(library: Library, turns: Any, target: ast.expr, count: int) -> tuple[Index, Any]:
    """The index of a loop, and what its target is in one turn."""
    name = target.id if isinstance(target, ast.Name) else "row"
    letter = f"{name}{count}"
    if isinstance(turns, Range):
        index = Index(letter, turns.size)
        return index, index
    if isinstance(turns, Pairs):
        found = [rows_of(library, one, target, count) for one in turns.parts]
        for other, _ in found[1:]:
            library.world.dims.same(found[0][0].dim, other.dim, "the lengths")
        index = found[0][0]
        each = tuple(value for _, value in found)
        return index, (index, each[0]) if turns.is_counted else each
    if isinstance(turns, Array | Labels):
        dim = library.length(turns)
        index = Index(letter, library.axes.dim(dim) if isinstance(dim, Size | int) else dim)
        return index, entry(library, turns, index)
    raise RefusalError(
        VALUE, "a loop is read over range(n), over rows of an array, zip and enumerate of these, or a list"
    )
