"""Have two expressions the same values? Compared at many places, in exact arithmetic wherever there is one.

In fractions a difference is a difference. In real numbers it is one if it stays where the digits are doubled, and
round-off if it shrinks with them: so a large term hides nothing, and 10⁻³⁰ is not 0. What has floating point only
must differ clearly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from matcalc.checking.claims import Claim
from matcalc.checking.exact_places import SCALED, Place, as_float
from matcalc.checking.places import places
from matcalc.checking.verdicts import Check, Verification, WorstEntry, verdict
from matcalc.core.expr import Expr, postorder
from matcalc.diagnostics import MatcalcError
from matcalc.limits import LimitError, too_large
from matcalc.numeric.arithmetic import IrrationalError, NotExactError, NoValueError
from matcalc.numeric.draws import table
from matcalc.numeric.evaluate import as_result, ordered, programs, silence
from matcalc.numeric.exact import Numbers, cost, digits_of
from matcalc.numeric.programs import Programs, Run
from matcalc.numeric.sizes import Sizes, dims_of, footprint, shape_of, sizes_for

_DIGITS, _MOST_DIGITS = 30, 2000
Arithmetic = Literal["fractions", "reals", "floats"]
Differing = Callable[[Sequence[Expr], Place, Programs], "Difference | bool"]
_BUDGET: dict[Arithmetic, int] = {"fractions": 60_000, "reals": 18_000, "floats": 10**9}  # operations on numbers
_MOST_PLACES: dict[Arithmetic, int] = {"floats": 40}
_FEWEST = 3
_SAME = Fraction(1, 1000)  # how well a real difference is reproduced with more digits
_VISIBLE = 1e-6  # of the larger value: such a difference needs no better example
_TINY = 1e6  # one over what counts as a tiny value
_LOOK_ON = 12  # places that are still tried for a difference that one can see
_CLEAR, _ROUND_OFF = 1e-7, 1e-11  # for floats: of the values, of the largest number on the way
_FAINT, _BLUR, _STEADY = 1e-11, 1e-12, 1e-2  # a difference that may be seen only for being steady
_CLOSE_BY, _NEARBY = 4, 2.0**-30
_COMFORTABLE = 1e6
_SHORTER = (6, 9, 12, 17)  # digits


@dataclass(frozen=True, slots=True)
class Difference:
    """A place, the entry in which the two values differ, counted from 1, and both values there."""

    place: Place
    entry: tuple[int, int]
    left: Any
    right: Any
    everywhere: bool = False  # whether a usual place shows a difference too

    @property
    def relative(self) -> float:
        """The difference, of the larger value; never 0, however small."""
        found = abs(self.left - self.right) / max(abs(self.left), abs(self.right))
        return max(float(found), float(np.finfo(float).smallest_subnormal))

    def point(self) -> dict[str, Any]:
        """The same as plain data: sizes, values by name, the entry, both values, and their difference."""
        values = {v.data.name: _listed(v, x) for v, x in self.place.values.items()}
        return {"sizes": dict(self.place.sizes), "values": values, "entry": list(self.entry),
                "left": _finite(self.left), "right": _finite(self.right),
                "difference": _finite(self.left - self.right)}

    @property
    def seen(self) -> float:
        """How well one sees it: of the larger value, but hardly where both are tiny."""
        return self.relative * min(1.0, float(min(max(abs(self.left), abs(self.right)), 1)) * _TINY)

    def is_like(self, other: Difference) -> bool:
        """Whether both show the same: one difference in one entry."""
        off, before = self.left - self.right, other.left - other.right
        return self.entry == other.entry and bool(100 * abs(off - before) <= abs(before))


def _listed(v: Expr, x: Any) -> Any:
    """A value as lists; of a family as its user gives it."""
    return as_result(as_float(x), v.shape).tolist() if v.data.axes else as_float(x).tolist()


def rounded(x: Any) -> float:
    """As a float, infinite where it is too large for one."""
    try:
        return float(x)
    except OverflowError:
        return float("inf") if x > 0 else float("-inf")


def _finite(x: Any) -> float | None:
    """As a float, where it is one."""
    found = rounded(x)
    return found if np.isfinite(found) else None


@dataclass(slots=True)
class Comparison:
    """`ok` is True where no place shows a difference, None where the values exist at hardly any place."""

    ok: bool | None = None
    places: list[Place] = field(default_factory=list)
    difference: Difference | None = None
    near: bool = False
    seed: int = 0
    reason: str = "the values exist at hardly any of the points tried"

    def ranges(self) -> dict[str, tuple[float, float]]:
        """The least and the largest entry of each variable at the places."""
        found: dict[str, tuple[float, float]] = {}
        for place in self.places:
            for v, x in place.values.items():
                entries = np.ravel(np.asarray(x, dtype=float))
                low, high = found.get(v.data.name, (np.inf, -np.inf))
                found[v.data.name] = (min(low, float(entries.min())), max(high, float(entries.max())))
        return found

    def sizes(self) -> dict[str, tuple[int, int]]:
        """The least and the largest size of each dimension at the places."""
        names = self.places[0].sizes if self.places else {}
        return {n: (min(p.sizes[n] for p in self.places), max(p.sizes[n] for p in self.places)) for n in names}

    def verification(self) -> Verification:
        """The same as the outcome of a numeric check."""
        if self.difference is None:
            checks = [Check(self.seed, place.sizes, 0.0) for place in self.places] if self.ok else []
            return verdict(checks, tolerance=0.0, trials=max(len(checks), 1), seed=self.seed, method="values",
                           reason="" if self.ok else self.reason)
        d = self.difference
        worst = WorstEntry(d.entry, rounded(d.left), rounded(d.right))
        return verdict([Check(self.seed, d.place.sizes, d.relative)], tolerance=0.0, trials=1, seed=self.seed,
                       worst=worst, method="values")


def compare(a: Expr, b: Expr, seed: int = 0, sizes: Sizes | None = None, at_kinks: bool = True,
            domain: Sequence[Expr] = (), held: Mapping[Expr, Expr] | None = None) -> Comparison:
    """Compare the values of two expressions of one shape wherever both exist, and those of `domain`.

    Exactly at kinks only `at_kinks`: a derivative need not exist there. A matrix that is `held` has the members of its
    family for rows, or for entries.
    """
    arithmetic = _Arithmetic((a, b), domain, held or {})
    found = Comparison(seed=seed)
    usual = sizes_for(dims_of(a, b, *domain), 0, sizes)
    if too_much := too_large([shape_of(footprint(e), usual) for e in postorder(a, b, *domain)]):
        found.reason = too_much
        return found
    left = _LOOK_ON
    for drawn in places((a, b, *domain), seed, sizes, at_kinks):
        place = drawn.holding(held or {})
        if arithmetic.is_spent(len(found.places)) or left <= 0:
            break
        apart = arithmetic.difference(place)
        if apart is False:
            continue
        found.places.append(place)
        found.near |= isinstance(apart, Difference) and place.what == "near"
        if isinstance(apart, Difference) and (found.difference is None or apart.seen > found.difference.seen):
            found.difference = apart
        if found.difference is not None:
            left = 0 if found.difference.seen >= _VISIBLE else left - 1
    if found.difference is not None:
        found.difference = replace(arithmetic.plainer(found.difference), everywhere=found.near)
    found.ok = False if found.difference else True if len(found.places) >= _FEWEST else None
    return found


@dataclass(slots=True)
class _Arithmetic:
    """Fractions as long as they do, then real numbers, and floats where an operation has nothing else."""

    roots: tuple[Expr, Expr]
    domain: Sequence[Expr] = ()
    held: Mapping[Expr, Expr] = field(default_factory=dict)
    kind: Arithmetic = "fractions"
    spent: int = 0
    tried: int = 0
    programs: Programs = field(default_factory=programs)

    def is_spent(self, usable: int) -> bool:
        """Whether enough has been done; a few places are always tried."""
        dear = self.spent > _BUDGET[self.kind] and (usable >= _FEWEST or self.spent > 5 * _BUDGET[self.kind])
        return dear or self.tried >= _MOST_PLACES.get(self.kind, 1000)

    def difference(self, place: Place) -> Difference | bool:
        """What differs at the place; True where nothing does, False where a value is missing."""
        nodes = postorder(*self.roots)
        price = cost(nodes, place.sizes)
        if price > _BUDGET[self.kind]:
            self.kind = "floats"
        self.spent += price
        self.tried += 1
        try:
            if not self._exists(place):
                return False
            while True:
                try:
                    return _KINDS[self.kind](self.roots, place, self.programs)
                except IrrationalError:
                    self.kind = "reals"
                except NotExactError:
                    self.kind = "floats"
        except LimitError:
            raise
        except (NoValueError, MatcalcError, np.linalg.LinAlgError):
            return False

    def plainer(self, apart: Difference) -> Difference:
        """The same difference at a place with short numbers, so that what is shown of it is the place itself."""
        for digits in _SHORTER:
            found = self.difference(apart.place.shortened(digits).holding(self.held))
            if isinstance(found, Difference) and found.is_like(apart):
                return found
        return apart

    def _exists(self, place: Place) -> bool:
        """Whether the domain has a value at the place: floats tell."""
        with silence():
            run = self.programs.program(*self.domain).at(place.floats(), place.sizes)
        return not any((np.all if e.free else np.any)(np.isnan(run[e])) for e in self.domain)


def _in_fractions(roots: Sequence[Expr], place: Place, _: Programs) -> Difference | bool:
    left, right = Numbers().values(roots, place.values, place.sizes)
    return _largest(place, left, right, [(i, j) for i, j in np.ndindex(left.shape) if left[i, j] != right[i, j]])


def _in_reals(roots: Sequence[Expr], place: Place, _: Programs) -> Difference | bool:
    """A difference that is clear of the round-off of what was computed on the way, and that more digits confirm."""
    digits = _DIGITS + digits_of(roots)
    before = Numbers(digits).values(roots, place.values, place.sizes)
    suspects = [(i, j) for i, j in np.ndindex(before[0].shape) if before[0][i, j] != before[1][i, j]]
    while suspects:
        digits = 2 * digits
        if digits > _MOST_DIGITS:
            return False
        finer = Numbers(digits)
        now = finer.values(roots, place.values, place.sizes)
        with finer.context():
            changes = {at: (before[0][at] - before[1][at], now[0][at] - now[1][at]) for at in suspects}
            unclear = {at: d for at, (d0, d) in changes.items() if not _shrinks(d0, d, digits)}
            kept = [at for at, d in unclear.items() if finer.is_clear(d) and _stays(changes[at][0], d)]
            if kept:
                return _largest(place, now[0], now[1], kept)
            suspects = list(unclear)
            digits = max([digits, *(finer.needed(d) for d in unclear.values())])
        before = now
    return True


def _stays(before: Any, now: Any) -> bool:
    return bool(now != 0 and abs(now - before) <= abs(now) * _SAME.numerator / _SAME.denominator)


def _shrinks(before: Any, now: Any, digits: int) -> bool:
    return bool(now == 0 or abs(now) * 10 ** (digits // 4) < abs(before))


def _in_floats(roots: Sequence[Expr], place: Place, programs: Programs) -> Difference | bool:
    with silence():
        run = programs.program(*roots).at(place.floats(), place.sizes)
    largest = run.largest
    if not largest < _COMFORTABLE:
        return False
    left, right = _tables(roots, run, place)
    off = np.abs(left - right)
    scale = max(float(np.max(np.abs(left), initial=0.0)), float(np.max(np.abs(right), initial=0.0)))
    clear = off > max(_CLEAR * scale, _ROUND_OFF * largest)
    faint = off > max(_FAINT * scale, _BLUR * largest)
    if not np.any(clear) and np.any(faint) and _is_steady(roots, place, programs, left - right, faint):
        clear = faint
    return _largest(place, left, right, [(int(i), int(j)) for i, j in zip(*np.nonzero(clear), strict=True)])


def _tables(roots: Sequence[Expr], run: Run, place: Place) -> Iterator[Any]:
    """The values of two expressions, each in two axes; with indices over all on which either depends."""
    claim = Claim(roots[0], roots[1], (), "values")
    return (table(ordered(e, run[e], place.sizes, (*claim.rows, *claim.columns))) for e in roots)


def _is_steady(roots: Sequence[Expr], place: Place, programs: Programs, difference: Any, entries: Any) -> bool:
    """Whether a faint difference stays at places close by, where round-off would be another one."""
    for k in range(1, _CLOSE_BY + 1):
        values = place.floats()
        moved = {v: x * (1 + k * _NEARBY) for v, x in values.items() if SCALED.issuperset(v.data.props)}
        if not moved:
            return False
        with silence():
            run = programs.program(*roots).at({**values, **moved}, place.sizes)
        left, right = _tables(roots, run, place)
        if not np.all(np.abs(left - right - difference)[entries] <= _STEADY * np.abs(difference)[entries]):
            return False
    return True


_KINDS: dict[Arithmetic, Differing] = {"fractions": _in_fractions, "reals": _in_reals, "floats": _in_floats}


def _largest(place: Place, left: Any, right: Any, entries: Iterable[tuple[int, int]]) -> Difference | bool:
    """The entry in which the values differ most; True where none does."""
    worst = max(entries, key=lambda at: abs(left[at] - right[at]), default=None)
    return True if worst is None else Difference(place, (worst[0] + 1, worst[1] + 1), left[worst], right[worst])
