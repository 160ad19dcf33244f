"""Points against a claim of convexity: two, and one between where the formula is on the wrong side of the chord.

Points are drawn near each other and far apart, of scales from 1e-3 to 1e3, within the domain and the declared
structure. What counts is larger than rounding: it stands out from the size of the values, and does not turn when the
points move by a billionth.

Source: Boyd & Vandenberghe (2004) 3.1.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from time import process_time
from typing import Any

import numpy as np

from matcalc.algebra.demands import demands
from matcalc.core.expr import VAR, Expr, givens, postorder
from matcalc.curvature.fields import Sense
from matcalc.diagnostics import MatcalcError
from matcalc.numeric.draws import Rng, draw
from matcalc.numeric.evaluate import run, silence
from matcalc.numeric.plain_draws import MODES, Mode
from matcalc.numeric.sizes import Sizes, affordable_sizes, dims_of
from matcalc.records import NamedTuple

_CLEAR = 1e-6  # of the values: what is above the chord by less may be rounding
_NUDGE = 1e-9
_DIGITS = (1, 2, 3)
_PATIENCE = 2.0  # seconds of computing: the search for points that are hard to evaluate ends
_WEIGHTS = (0.5, 0.5, 0.25, 0.9)
_SCALES = (1.0, 1.0, 0.1, 10.0, 1e-2, 100.0, 1e-3, 1000.0)
_OPEN = {"positive", "nonnegative", "spd", "psd", "hpd"}  # declared properties that rounding can lose
_SIGNED = {"positive": 1e-12, "nonnegative": 0.0}
Values = dict[Expr, Any]
Pair = tuple[Values, Values, float]
_SIDES: tuple[Sense, Sense] = (1, -1)
_MOST_WAYS, _SHORT = 12, 1e-3  # directions in which second differences are taken, and how far
_CLIMBS = 400  # pairs that are tried near the best one of those drawn


class Chord(NamedTuple):
    """Two points, the weight of the first, the value between them, and that of the chord there."""

    first: Mapping[str, Any]
    second: Mapping[str, Any]
    weight: float
    between: float
    chord: float


class Witness(NamedTuple):
    """What contradicts convexity, and what concavity, at the same `data`; None where nothing was found."""

    against_convex: Chord | None
    against_concave: Chord | None
    data: Mapping[str, Any]
    sizes: Sizes

    @property
    def is_full(self) -> bool:
        """Whether it contradicts both."""
        return self.against_convex is not None and self.against_concave is not None


class Field:
    """A formula at drawn data, as a function of the unknowns."""

    def __init__(self, f: Expr, unknowns: Sequence[Expr], rng: Rng, mode: Mode, choice: int,
                 fixed: Sizes | None, holding: Sequence[tuple[str, Expr]] = ()) -> None:
        self.f, self.unknowns, self.rng, self.mode = f, tuple(unknowns), rng, mode
        roots = [f, *unknowns, *(e for _, e in holding)]
        self.leaves = [leaf for leaf in givens(*roots) if leaf.kind is VAR]
        self.sizes, self.trouble = affordable_sizes(dims_of(*roots), [e.shape for e in roots], choice, fixed)
        self.data = draw([leaf for leaf in self.leaves if leaf not in self.unknowns], rng, self.sizes, mode)
        moved = _dependent(f, self.unknowns)
        self.asked = [(d.word, d.expr) for e in postorder(f) for d in demands(e)
                      if d.word in _SIGNS and d.expr in moved]
        self.asked += [(word, e) for word, e in holding if e in moved or _dependent(e, self.unknowns)]
        self.fixed = [(word, e) for word, e in holding if not _dependent(e, self.unknowns)]

    def holds(self) -> bool:
        """Whether the data are as they have to be."""
        return not self.trouble and all(_is(word, run(e, self.data, self.sizes)) for word, e in self.fixed)

    def value(self, point: Values) -> float:
        """The value at a point, NaN outside the domain."""
        values = {**self.data, **point}
        try:
            if not all(_is(word, run(e, values, self.sizes)) for word, e in self.asked):
                return float("nan")
            found = float(np.real(run(self.f, values, self.sizes)))
        except (MatcalcError, np.linalg.LinAlgError, ArithmeticError, ValueError):
            return float("nan")
        return found if abs(found) < 1e100 else float("nan")

    def point(self, scale: float) -> Values:
        """A point of the declared structure."""
        mode: Mode = MODES[int(self.rng.integers(len(MODES)))]
        drawn = draw(list(self.unknowns), self.rng, self.sizes, mode)
        is_wild = self.rng.random() < 0.3
        return {x: (self._uneven(v, x) if is_wild else v) * scale for x, v in drawn.items()}

    def _uneven(self, v: Any, x: Expr) -> Any:
        """With entries, or eigenvalues, of very different sizes."""
        if not np.ndim(v):
            return v * 10.0 ** self.rng.uniform(-2, 2)
        if x.data.props & {"spd", "psd", "hpd"} and np.ndim(v) == 2:
            q, _ = np.linalg.qr(self.rng.standard_normal(v.shape) + (v * 1j if np.iscomplexobj(v) else 0))
            found = q @ np.diag(10.0 ** self.rng.uniform(-2.5, 1.5, len(v))) @ np.conj(q.T)
            return (found + np.conj(found.T)) / 2
        spread = 10.0 ** self.rng.uniform(-2, 1, np.shape(v))
        if x.data.props & {"sym", "skew", "hermitian"} and np.ndim(v) == 2:
            spread = (spread + spread.T) / 2
        return v * spread

    def pairs(self, count: int) -> Iterator[Pair]:
        """Pairs of points, near and far, with a weight."""
        for k in range(count):
            scale = _SCALES[k % len(_SCALES)]
            p = self.point(scale)
            other = self.point(scale if k % 3 else _SCALES[int(self.rng.integers(len(_SCALES)))])
            near = float(self.rng.choice((1.0, 1.0, 0.3, 0.05)))
            q = {x: p[x] + near * (other[x] - p[x]) for x in p}
            yield p, q, _WEIGHTS[k % len(_WEIGHTS)]

    def bent(self) -> Iterator[Pair]:
        """Pairs along the directions in which the formula bends least and most, by second differences between some
        points, whose hull is not left: where most directions bend one way a random pair seldom meets the others."""
        count = min(_MOST_WAYS, 1 + sum(int(np.size(v)) for v in self.point(1.0).values()))
        drawn = [self.point(1.0) for _ in range(count)]
        p = {x: sum(one[x] for one in drawn) / count for x in self.unknowns}
        ways = [{x: one[x] - p[x] for x in p} for one in drawn]
        alone = [self.value(_step(p, way, _SHORT)) for way in ways]
        both = [[self.value(_step(_step(p, a, _SHORT), b, _SHORT)) - alone[i] - alone[j] + self.value(p)
                 for j, b in enumerate(ways)] for i, a in enumerate(ways)]
        if not np.all(np.isfinite(both)):
            return
        for weights in np.linalg.eigh(np.array(both))[1].T[[0, -1]]:
            way = {x: sum(w * one[x] for w, one in zip(weights, ways, strict=True)) for x in p}
            for length in (0.01 / count, 1 / count):
                yield _step(p, way, length), _step(p, way, -length), 0.5

    def moved(self, best: Mapping[Sense, tuple[float, Pair]], found: Mapping[Sense, Chord]) -> Pair | None:
        """The best pair so far for what is not found yet, moved a little towards other points."""
        side = next((side for side in _SIDES if side not in found and side in best), None)
        if side is None:
            return None
        p, q, t = best[side][1]
        step = float(self.rng.choice((0.5, 0.2, 0.05)))
        towards = self.point(_SCALES[int(self.rng.integers(len(_SCALES)))])
        aside = self.point(_SCALES[int(self.rng.integers(len(_SCALES)))])
        return ({x: p[x] + step * (towards[x] - p[x]) for x in p}, {x: q[x] + step * (aside[x] - q[x]) for x in q}, t)

    def gap(self, p: Values, q: Values, t: float) -> tuple[float, float, float]:
        """By how much the formula is above the chord, of the size of what is compared; the two values."""
        a, b = self.value(p), self.value(q)
        middle = self.value(between(p, q, t))
        chord = t * a + (1 - t) * b
        size = max(abs(a), abs(b), abs(middle))
        return (middle - chord) / size if size else 0.0, middle, chord

    def is_sure(self, p: Values, q: Values, t: float, gap: float) -> bool:
        """Whether what was seen is no rounding: it stays when the points move a little."""
        for sign in (1.0, -1.0):
            moved, _, _ = self.gap({x: v * (1 + sign * _NUDGE) for x, v in p.items()}, q, t)
            if not abs(moved - gap) < 0.1 * abs(gap):
                return False
        return True

    def chord(self, p: Values, q: Values, t: float, side: Sense) -> Chord:
        """The pair for people: with as few digits as still show what it shows."""
        for digits in _DIGITS:
            short = [{x: _rounded(v, digits) for x, v in point.items()} for point in (p, q)]
            gap, middle, chord = self.gap(short[0], short[1], t)
            if gap * side > _CLEAR and all(map(self._is_declared, short)) and self.is_sure(short[0], short[1], t, gap):
                return Chord(_named(short[0]), _named(short[1]), t, middle, chord)
        _, middle, chord = self.gap(p, q, t)
        return Chord(_named(p), _named(q), t, middle, chord)

    def _is_declared(self, point: Values) -> bool:
        """Whether rounding left the declared structure."""
        return all(_is(word, v) for x, v in point.items() for word in x.data.props & _OPEN)


_SIGNS = ("positive", "nonnegative", "nonzero", "between 0 and 1", "between -1 and 1")


def _dependent(f: Expr, unknowns: Sequence[Expr]) -> set[Expr]:
    """What below `f` depends on the unknowns."""
    found: set[Expr] = set()
    for e in postorder(f):
        if e in unknowns or (e.kind is VAR and any(e.data.family == x.data.family for x in unknowns)) \
                or any(arg in found for arg in e.args):
            found.add(e)
    return found


def _is(word: str, value: Any) -> bool:
    if not np.all(np.isfinite(value)):
        return False
    parts = np.real(value)
    low, high = float(np.min(parts)), float(np.max(parts))
    if word in _SIGNED:
        return low > _SIGNED[word] if word == "positive" else low >= 0
    if word.startswith("between"):
        return (low > 0 if "0" in word.split()[1] else low > -1) and high < 1
    if word in ("spd", "psd", "hpd"):
        whole = (value + np.conj(np.transpose(value))) / 2
        return bool(np.linalg.eigvalsh(whole).min() > 0) if np.ndim(value) else low > 0
    return not (word == "nonzero" and low == 0)


def between(p: Values, q: Values, t: float) -> Values:
    """t p + (1 − t) q."""
    return {x: t * p[x] + (1 - t) * q[x] for x in p}


def _step(p: Values, way: Values, length: float) -> Values:
    return {x: p[x] + length * way[x] for x in p}


def _rounded(value: Any, digits: int) -> Any:
    """Every entry with so many significant digits."""
    if np.iscomplexobj(value):
        return _rounded(np.real(value), digits) + 1j * _rounded(np.imag(value), digits)
    rounded = np.frompyfunc(lambda x: float(f"{x:.{digits}g}"), 1, 1)(value)
    return np.asarray(rounded, dtype=float) if np.ndim(value) else np.float64(rounded)


def _named(p: Values) -> Mapping[str, Any]:
    return {x.data.name: v for x, v in p.items()}


def fields(f: Expr, unknowns: Sequence[Expr], seed: int, fixed: Sizes | None, count: int,
           holding: Sequence[tuple[str, Expr]] = ()) -> Iterator[Field]:
    """The formula at several data, of several sizes."""
    made = 0
    for k in range(8 * count):
        rng: Rng = np.random.default_rng((abs(seed), k))
        field = Field(f, unknowns, rng, MODES[k % len(MODES)], made, fixed, holding)
        if field.holds():
            made += 1
            yield field
        if made >= count:
            return


def against(f: Expr, unknowns: Sequence[Expr], seed: int = 0, fixed: Sizes | None = None, *, data: int = 4,
            pairs: int = 240) -> Witness | None:
    """Points against convexity and concavity of `f`, at the same data; of one of them where no more is found."""
    best: Witness | None = None
    end = process_time() + _PATIENCE
    with silence():
        for field in fields(f, unknowns, seed, fixed, data):
            found = _both_sides(field, pairs, end)
            shown = {x.data.name: v for x, v in field.data.items()}
            here = Witness(found.get(1), found.get(-1), shown, field.sizes)
            if len(found) == 2:
                return here
            best = best or (here if found else None)
    return best


def _both_sides(field: Field, pairs: int, end: float) -> dict[Sense, Chord]:
    """A chord below the formula, and one above it, as far as they are found."""
    found: dict[Sense, Chord] = {}
    best: dict[Sense, tuple[float, Pair]] = {}
    waiting = iter(field.pairs(pairs))
    for k in range(pairs + _CLIMBS):
        pair = next(waiting, None) or field.moved(best, found)
        if pair is None or process_time() > end or len(found) == 2:
            break
        gap, _, _ = field.gap(*pair)
        for side in _SIDES:
            if np.isfinite(gap) and (side not in best or gap * side > best[side][0]):
                best[side] = gap * side, pair
        side = 1 if gap > 0 else -1
        if abs(gap) > _CLEAR and side not in found and field.is_sure(*pair, gap):
            found[side] = field.chord(*pair, side)
        if k == pairs // 4 and not found:
            break  # it is affine at these data
    return found


class Trial(NamedTuple):
    """How many midpoints were tried of a statement, at how many data, and the worst that contradicts it."""

    midpoints: int
    data: int
    worst: float


def tried(f: Expr, unknowns: Sequence[Expr], senses: Sequence[Sense], holding: Sequence[tuple[str, Expr]],
          seed: int = 0, fixed: Sizes | None = None, *, data: int = 3, pairs: int = 16) -> Trial:
    """Random midpoints of a formula that is said to be convex, concave, or both."""
    count, places, worst = 0, 0, 0.0
    with silence():
        for field in fields(f, unknowns, seed, fixed, data, holding):
            seen = 0
            for p, q, t in chain(field.pairs(pairs), field.bent()):
                gap, _, _ = field.gap(p, q, t)
                if np.isfinite(gap):
                    seen += 1
                    for sense in senses:
                        if gap * sense > _CLEAR and field.is_sure(p, q, t, gap):
                            worst = max(worst, gap * sense)
            count, places = count + seen, places + bool(seen)
    return Trial(count, places, worst)


def holds_along_geodesics(f: Expr, x: Expr, senses: Sequence[Sense], seed: int = 0) -> bool:
    """Whether no middle of a random geodesic between positive definite matrices contradicts convexity along them."""
    with silence():
        for field in fields(f, (x,), seed, None, 2):
            for p, q, _ in field.pairs(12):
                values, vectors = np.linalg.eigh(p[x])
                half = (vectors * np.sqrt(values)) @ vectors.T
                inner = np.linalg.solve(half, np.linalg.solve(half, q[x]).T)
                roots, turn = np.linalg.eigh((inner + inner.T) / 2)
                middle = half @ (turn * np.sqrt(roots)) @ turn.T @ half
                a, b, m = (field.value({x: v}) for v in (p[x], q[x], (middle + middle.T) / 2))
                gap = (m - (a + b) / 2) / max(abs(a), abs(b), abs(m), 1e-300)
                if any(gap * sense > _CLEAR for sense in senses):
                    return False
    return True
