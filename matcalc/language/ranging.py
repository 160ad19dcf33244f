"""Which values indices take: the axes of families and the ranges of letters, from limits, shifts and declarations.

All places at which a family is used lie on its axis: x_{t-1} and y_t for t from 2 to T make both axes 1 … T. A letter
without limits runs over the axis it points to; letters that are compared, and open ones of the same name, run over one
range. What is still unknown is an unknown dimension, named when all shapes are known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, Protocol

from matcalc.core.dims import Dim, format_dim, named, subtract
from matcalc.core.indices import Axis
from matcalc.diagnostics import Label, MatcalcError, Span, fail
from matcalc.language.letters import Letter, Place
from matcalc.records import NamedTuple

FIRST_UNKNOWN = 100_000_000  # far from the numbers that one pass gives to its unknowns
AxisOf = tuple[str, int]


class Used(Protocol):
    """A member of a family as it stands in the text."""

    @property
    def places(self) -> tuple[Place, ...]: ...

    @property
    def span(self) -> Span: ...


class Interval(NamedTuple):
    """Values that must lie on an axis, and where that is said."""

    low: Dim
    high: Dim
    said: str
    span: Span


class Ranges(NamedTuple):
    """The axes of each family; of each letter the smallest value and how many."""

    families: dict[str, tuple[Axis, ...]]
    letters: dict[Letter, tuple[Dim, Dim]]


class _Classes:
    """Axes and open letters, joined where they run over the same values."""

    def __init__(self) -> None:
        self.parent: dict[object, object] = {}

    def find(self, x: object) -> object:
        self.parent.setdefault(x, x)
        while self.parent[x] != x:
            self.parent[x] = self.parent[self.parent[x]]
            x = self.parent[x]
        return x

    def join(self, x: object, y: object) -> None:
        self.parent[self.find(y)] = self.find(x)


def ranges(source: str, uses: Mapping[str, Iterable[Used]], letters: list[Letter],
           related: list[tuple[Letter, Letter]], sizes: Mapping[AxisOf, Axis], counted: Dim | None,
           square: Collection[str] = ()) -> Ranges:
    """The ranges of all letters and axes. `sizes` are declared; `counted` is the size of an open range that the
    formula names elsewhere: the n of 1/n Σᵢ. Both axes of the `square` families are one."""
    ranging = _Ranging(source, uses, letters, related, sizes)
    for name in square:
        ranging.classes.join((name, 0), (name, 1))
    return ranging.done(counted)


class _Ranging:
    def __init__(self, source: str, uses: Mapping[str, Iterable[Used]], letters: list[Letter],
                 related: list[tuple[Letter, Letter]], sizes: Mapping[AxisOf, Axis]) -> None:
        self.source, self.uses, self.letters, self.related = source, uses, letters, related
        self.classes = _Classes()
        self.intervals: dict[object, list[Interval]] = {}
        self.shifts: dict[Letter, list[int]] = {letter: [] for letter in letters}
        self.axes: dict[AxisOf, Span] = {}
        self.lows: dict[object, list[int]] = {}  # of axes with a member below 1: the 0 of [y_i = 0]
        self.shifted: list[tuple[AxisOf, Interval]] = []  # where letters that are declared reach
        self.sizes = sizes

    def done(self, counted: Dim | None) -> Ranges:
        self._collect()
        roots = {axis: self.classes.find(axis) for axis in self.axes}
        found: dict[object, Axis] = {}
        open_ = dict.fromkeys(self.classes.find(x) for x in (*self.letters, *self.axes)
                              if not isinstance(x, Letter) or x.high is None)
        for root in open_:
            found[root] = self._axis(root, counted)
            if not self.intervals.get(root):
                counted = None
        families: dict[str, tuple[Axis, ...]] = {}
        for (name, _), root in sorted(roots.items(), key=lambda pair: pair[0]):
            families[name] = (*families.get(name, ()), found[root])
        return Ranges(families, {letter: self._letter(letter, found) for letter in self.letters})

    def _close(self) -> None:
        """Give the j of Σ_{i=0}^3 Σ_{j=0}^i x_{j+1} the limits 0 and 3, where x, i and j differ in their places."""
        places = [place for uses in self.uses.values() for use in uses for place in use.places]
        moved = {place.letter for place in places if place.shift != 0}
        for letter in self.letters:
            ends = [place for place in (letter.least, letter.most) if place is not None]
            if letter in moved or _begins_below(letter) or any(
                    _begins_below(place.letter) or _is_beyond(place, letter) for place in ends):
                letter.low, letter.high = _limit(letter, "least"), _limit(letter, "most")

    def _collect(self) -> None:
        self._close()
        for axis, (size, low) in self.sizes.items():
            high = subtract(low + size, 1)
            self._interval(axis, Interval(low, high, f"{axis[0]} is declared up to {format_dim(high)}", Span(0, 0)))
        for name, uses in self.uses.items():
            for use in uses:
                for k, place in enumerate(use.places):
                    self._place((name, k), place, use.span)
        for left, right in self.related:
            for one, other in ((left, right), (right, left)):
                if one.high is None:
                    self._alike(one, other)
        for axis, interval in [said for said in self.shifted if not self._known(said[0])]:
            self._interval(axis, interval)  # elsewhere x_{k+1} stands under a condition
        self._same_names()

    def _alike(self, letter: Letter, other: Letter) -> None:
        if other.high is None:
            self.classes.join(other, letter)
        else:
            self._interval(letter, self._of(other, 0))

    def _same_names(self) -> None:
        """Open letters of one name run over one range; where that is said nowhere, over that of a closed one."""
        by_name: dict[str, list[Letter]] = {}
        for letter in self.letters if len(self.letters) > 1 else ():
            if not letter.is_typed:
                continue
            by_name.setdefault(letter.name, []).append(letter)
        for alike in by_name.values():
            closed = [x for x in alike if x.high is not None]
            bare = [x for x in alike if x.high is None and not self._known(x)]
            known = [x for x in alike if x.high is None and self._known(x)]
            for letter in bare:
                if known or len(bare) > 1:
                    self.classes.join((known or bare)[0], letter)
                elif closed:
                    self._alike(letter, closed[0])

    def _known(self, at: object) -> bool:
        root = self.classes.find(at)
        return any(self.classes.find(x) == root for x in self.intervals)

    def _interval(self, at: object, interval: Interval) -> None:
        self.intervals.setdefault(at, []).append(interval)
        self.classes.find(at)

    def _of(self, letter: Letter, shift: Dim) -> Interval:
        assert letter.high is not None
        low = 1 if letter.low is None else letter.low
        text = f"{letter.name} runs to {format_dim(letter.high)}"
        return Interval(low + shift, letter.high + shift, text, letter.span)

    def _place(self, axis: AxisOf, place: Place, span: Span) -> None:
        self.axes.setdefault(axis, span)
        self.classes.find(axis)
        letter = place.letter
        if letter is None:
            if not isinstance(place.shift, int):  # x_T lies on the axis
                text = f"{axis[0]} has a member {format_dim(place.shift)}"
                self._interval(axis, Interval(place.shift, place.shift, text, span))
            elif axis not in self.sizes:
                self.lows.setdefault(axis, []).append(place.shift)
            return
        if isinstance(place.shift, int):
            self.shifts[letter].append(place.shift)
        if letter.high is None:
            self.classes.join(axis, letter)
        elif letter.is_bound or place.shift == 0:
            self._interval(axis, self._of(letter, place.shift))
        else:
            self.shifted.append((axis, self._of(letter, place.shift)))

    def _members(self, root: object, table: Mapping[object, list[Interval]]) -> list[Interval]:
        return [interval for x, said in table.items() if self.classes.find(x) == root for interval in said]

    def _axis(self, root: object, counted: Dim | None) -> Axis:
        said = self._members(root, self.intervals)
        lows = [i.low for i in said] + [letter.low + min([0, *self.shifts[letter]]) for letter in self.letters
                                        if letter.low is not None and self.classes.find(letter) == root]
        low = self._lowest([1, *lows, *(n for x, below in self.lows.items() if self.classes.find(x) == root
                                        for n in below)], said)
        if not said:
            size = counted if counted is not None else self._unknown()
            return Axis(size if low == 1 or counted is None else size + subtract(1, low), low)
        self.intervals[root] = said
        sizes = {axis: size for axis, (size, _) in self.sizes.items() if self.classes.find(axis) == root}
        typed = [i for i in said if i.span.end > i.span.start] if sizes else []
        if typed and low != 1:  # x_0 … x_{n-1} are n members, too
            last = self._largest(typed).high
            if {subtract(last, low) + 1} == {*sizes.values()}:
                return Axis(subtract(last, low) + 1, low)
        high = self._largest(said)
        axis = Axis(subtract(high.high, low) + 1, low)
        for declared, size in sizes.items():
            if size != axis.size:
                raise self._beyond(declared, size, axis, typed)
        return axis

    def _largest(self, said: Sequence[Interval]) -> Interval:
        high = said[0]
        for other in said[1:]:
            high = self._larger(high, other, said)
        return high

    def _lowest(self, lows: list[Dim], said: list[Interval]) -> Dim:
        """The first place of an axis: sizes are 1 at least, so m is no place below 1, and −n is one."""
        numbers = [least for low in lows if (least := _least(low)) is not None]
        falling = list(dict.fromkeys(low for low in lows if _least(low) is None))
        if not falling:
            return min(numbers)
        low = falling[0]
        for other in falling[1:]:
            apart = subtract(other, low)
            low = other if isinstance(apart, int) and apart < 0 else low
        greatest = _least(subtract(0, low))
        unclear = next((x for x in falling if not isinstance(subtract(x, low), int)), None)
        if unclear is not None or greatest is None or -greatest > min(numbers):
            where = next((i for i in said if i.low == low), None)
            beside = format_dim(min(numbers) if unclear is None else unclear)
            raise fail("M0231", f"an index begins at {format_dim(low)}, which may be above or below {beside}",
                       self.source, where.span if where else None)
        return low

    def _larger(self, one: Interval, other: Interval, said: Sequence[Interval]) -> Interval:
        difference = subtract(other.high, one.high)
        if isinstance(difference, int):
            return other if difference > 0 else one
        for least, most in ((one, other), (other, one)):
            if any(i.high == most.high and i.low == least.high + 1 for i in said):
                return most
        raise self._contradiction(one, other)

    def _contradiction(self, one: Interval, other: Interval) -> MatcalcError:
        places = [i for i in (one, other) if i.span.end > i.span.start]
        labels = tuple(Label(i.span, i.said) for i in places)
        message = f"{one.said}, {other.said}: one index has one range"
        return fail("M0228", message, self.source, places[0].span if places else None, labels=labels)

    def _beyond(self, declared: AxisOf, size: Dim, axis: Axis, typed: Sequence[Interval]) -> MatcalcError:
        """A family that is declared with other members than it has."""
        last = format_dim(subtract(axis.low + axis.size, 1))
        return fail("M0228", f"{declared[0]} is declared with {format_dim(size)} members, and its index runs from "
                    f"{format_dim(axis.low)} to {last}: one index has one range", self.source,
                    typed[0].span if typed else None)

    def _unknown(self) -> Dim:
        self.count = getattr(self, "count", FIRST_UNKNOWN - 1) + 1
        return named(f"?{self.count}")

    def _letter(self, letter: Letter, found: Mapping[object, Axis]) -> tuple[Dim, Dim]:
        if letter.high is not None:
            low = 1 if letter.low is None else letter.low
            return low, subtract(letter.high, low) + 1
        axis = found[self.classes.find(letter)]
        shifts = [0, *self.shifts[letter]]
        low = axis.low + -min(shifts)
        if letter.low is not None:
            low = letter.low
        high = subtract(axis.low + axis.size, 1 + max(shifts))
        return low, subtract(high, low) + 1


def _limit(letter: Letter, end: Literal["least", "most"]) -> Dim | None:
    """The lowest or highest value of a letter by its limits; None where none is said."""
    said = letter.low if end == "least" else letter.high
    place: Place | None = getattr(letter, end)
    if said is not None or place is None:
        return said
    beyond = _limit(place.letter, end) if place.letter is not None else 0
    return None if beyond is None else beyond + place.shift


def _is_beyond(place: Place, letter: Letter) -> bool:
    """Whether a limit of `letter` lies beyond the values of the letter in it: j up to i + 1, or from i - 1."""
    return isinstance(place.shift, int) and (place.shift > 0 if place is letter.most else place.shift < 0)


def _begins_below(letter: Letter | None) -> bool:
    """Whether the values of a letter begin below 1."""
    low = None if letter is None else _limit(letter, "least")
    least = None if low is None else _least(low)
    return least is not None and least < 1


def _least(dim: Dim) -> int | None:
    """The least value for sizes of 1 at least; None where there is none."""
    if isinstance(dim, int):
        return dim
    factors = [c for monomial, c in dim.terms if monomial]
    constant = sum(c for monomial, c in dim.terms if not monomial)
    return int(sum(factors) + constant) if all(c > 0 for c in factors) else None
