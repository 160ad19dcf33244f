"""Indices: the letter that a sum binds, the places of families that it points to, and relations between such places.

A family is a row of scalars, vectors or matrices: x_i for i = 1 … n. Its axes say where its indices start and how many
values they take. A bound index has a name that nobody can type, by the height of its sum, so that sums which differ in
letters only are one expression; the letters come back in print.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matcalc.core.dims import Dim, format_dim, subtract
from matcalc.records import NamedTuple

BOUND, OPEN = "#", "~"  # first signs of the names that bound indices have, and those of a sum that is looked into
NONE: frozenset[Index] = frozenset()


class Axis(NamedTuple):
    """The values that an index takes: `size` many, from `low` on."""

    size: Dim
    low: Dim = 1


class Index(NamedTuple):
    """An index: its name and the values it takes."""

    name: str
    size: Dim
    low: Dim = 1

    @property
    def high(self) -> Dim:
        """The largest value."""
        return subtract(self.low + self.size, 1)

    @property
    def is_nameless(self) -> bool:
        """Whether it has no letter of its own: it is bound, looked into, or that of one sum among several, i.0."""
        return self.name[0] in (BOUND, OPEN) or "." in self.name

    @property
    def rank(self) -> str:
        """What sorts indices: outer ones before inner ones, by name otherwise."""
        height = self.name[1:]
        return f"{BOUND}{999 - int(height):03}" if self.name[0] in (BOUND, OPEN) and height.isdigit() else self.name

    @property
    def axis(self) -> Axis:
        """Its values alone."""
        return Axis(self.size, self.low)


class Ref(NamedTuple):
    """A place of an axis: the value of an index and a shift, i + 1; without an index the shift alone."""

    letter: Index | None
    shift: Dim = 0

    def put(self, places: Callable[[Index], Ref | None]) -> Ref:
        """The place with its index replaced by what `places` has for it."""
        new = places(self.letter) if self.letter is not None else None
        return self if new is None else Ref(new.letter, new.shift + self.shift)

    def sized(self, change: Callable[[Dim], Dim]) -> Ref:
        """The place with changed dimensions."""
        letter = self.letter and Index(self.letter.name, change(self.letter.size), change(self.letter.low))
        return Ref(letter, change(self.shift))

    def __str__(self) -> str:
        name = f"{self.letter.name}<{self.letter.low},{self.letter.size}>" if self.letter else ""
        return f"{name}+{format_dim(self.shift)}"


class Relation(NamedTuple):
    """A relation between two places: `sign` is =, !=, < or <=."""

    sign: str
    left: Ref
    right: Ref

    def put(self, places: Callable[[Index], Ref | None]) -> Relation:
        """The relation with indices replaced."""
        return Relation(self.sign, self.left.put(places), self.right.put(places))

    def sized(self, change: Callable[[Dim], Dim]) -> Relation:
        """The relation with changed dimensions."""
        return Relation(self.sign, self.left.sized(change), self.right.sized(change))

    def __str__(self) -> str:
        return f"{self.left}{self.sign}{self.right}"


def used(*refs: Ref) -> Iterator[Index]:
    """The indices in several places."""
    return (ref.letter for ref in refs if ref.letter is not None)


def range_of(ref: Ref) -> tuple[Dim, Dim]:
    """The smallest and the largest value of a place."""
    if ref.letter is None:
        return ref.shift, ref.shift
    return ref.letter.low + ref.shift, ref.letter.high + ref.shift
