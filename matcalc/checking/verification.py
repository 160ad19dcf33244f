"""Does a formula equal the derivative? Finite differences on random matrices, the oracle that knows no rule.

A quick test compares along random directions with Richardson's difference. Only where that disagrees, a sweep of
steps decides whether the claim is wrong, entry by entry, or the point is near a kink and another one is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from matcalc.checking.admitted import is_admitted
from matcalc.checking.claims import Claim, Direction, Point, outside, scaled_gradient, vec, weights
from matcalc.checking.differences import STEPS, Curve, Sweep, jump, richardson, size, slope, sweep
from matcalc.checking.stated import USUAL, Statement, Trials
from matcalc.checking.verdicts import Check, Verification, WorstEntry, verdict
from matcalc.core.dims import Dim, Shape
from matcalc.core.expr import Expr, postorder
from matcalc.limits import LimitError
from matcalc.numeric.draws import Array, Rng, draw, table
from matcalc.numeric.evaluate import ordered, silence
from matcalc.numeric.plain_draws import Mode, modes
from matcalc.numeric.sizes import Sizes, affordable_sizes, dims_of, footprint
from matcalc.records import NamedTuple

__all__ = ["Check", "Verification", "WorstEntry", "check", "equal_numerically"]
TOLERANCE = 1e-6
SECOND_ORDER_TOLERANCE = 1e-5
TRIES = 20
_DIRECTIONS = 2
_ROUND_OFF = 4e-15  # of a difference, relative to the largest number met on the way and to the step
_COMFORTABLE, _LARGEST = 1e3, 1e10  # numbers on the way: well conditioned; singular up to rounding
_CLOSE = 1e-8  # a quick difference that is further off than this may be improved by smaller steps
_KINK = 1e-2
VERY_LARGE = "the expression is singular or very large at the points tried"
MOST_ENTRIES = 400
Entry = tuple[tuple[int, int], float, float]


class Attempt(NamedTuple):
    """How one point is drawn: sizes, kind of values, signs of scalars, and the largest number that is acceptable."""

    sizes: Sizes
    mode: Mode
    rng: Rng
    largest: float
    turn: int | None

    def point(self, claim: Claim) -> Point:
        """The point that is drawn."""
        return claim.point(draw(claim.leaves, self.rng, self.sizes, self.mode, self.turn), self.sizes, self.rng)


Outcome = tuple[Check, WorstEntry | None] | str
At = Callable[[Attempt], Outcome]


def check(s: Statement, how: Trials = USUAL) -> Verification:
    """Compare what is stated with finite differences of its f."""
    claim = Claim.of(s)
    limit = TOLERANCE if claim.second is None else SECOND_ORDER_TOLERANCE
    roots = (claim.f, claim.derivative, *claim.moved)
    return _trials(roots, lambda attempt: _examine(claim, attempt, limit), how, limit, "central differences")


def equal_numerically(a: Expr, b: Expr, how: Trials = USUAL, tol: float = 1e-9) -> Verification:
    """Do two expressions of one shape have the same value wherever both exist?"""
    claim = Claim(a, b, (), "values")
    together = (*claim.rows, *claim.columns)

    def at(attempt: Attempt) -> Outcome:
        point = attempt.point(claim)
        trouble = _trouble(claim, point, attempt.largest)
        if trouble:
            return trouble
        x, y = (ordered(e, point.run[e], point.sizes, together) for e in (a, b))
        error = _relative(x, y, point.run.largest * 1e-14 / tol)
        entry = None if error <= tol else between(x, y)
        return Check(how.seed, point.sizes, error), entry

    return _trials((a, b), at, how, tol, "values")


def _trials(roots: tuple[Expr, ...], at: At, how: Trials, tolerance: float, what: str) -> Verification:
    """Test one valid point in each trial; the first failure ends the search."""
    dims, shapes = dims_of(*roots), {footprint(e) for e in postorder(*roots)}
    checks: list[Check] = []
    outcome: Outcome = ""
    for trial in range(how.number):
        outcome = _search(dims, shapes, at, trial, how)
        if isinstance(outcome, str):
            break
        checks.append(outcome[0]._replace(seed=how.seed + trial))
        if not checks[-1].rel_error <= tolerance:
            break
    worst, reason = (None, outcome) if isinstance(outcome, str) else (outcome[1], "")
    method = f"{what} at {how.number} random points"
    return verdict(checks, tolerance=tolerance, trials=how.number, seed=how.seed, method=method, worst=worst,
                   reason=reason)


def _search(dims: Sequence[Dim], shapes: Iterable[Shape], at: At, trial: int, how: Trials) -> Outcome:
    """Draw points, of changing sizes and kinds, until one is inside the domain."""
    outcome: Outcome = ""
    for attempt, mode in enumerate(modes(TRIES)):
        sizes, too_much = affordable_sizes(dims, shapes, trial + attempt // 2, how.sizes, larger=trial % 3)
        if too_much:
            return too_much
        rng = np.random.default_rng(((how.seed + trial) % (1 << 63), attempt))
        largest = _COMFORTABLE if attempt < TRIES // 2 else _LARGEST
        try:
            with silence():
                outcome = at(Attempt(sizes, mode, rng, largest, None if attempt else trial))
        except np.linalg.LinAlgError as error:
            outcome = f"no value at the points tried: {error}"
        except LimitError as error:
            return str(error)
        if not isinstance(outcome, str):
            return outcome
    return outcome


def _examine(claim: Claim, attempt: Attempt, tolerance: float) -> Outcome:
    """One point: two random directions and what they say; a sentence where the point is of no use."""
    point = attempt.point(claim)
    trouble = _trouble(claim, point, attempt.largest)
    if trouble:
        return trouble
    stated = size(point.run[claim.derivative]) if claim.derivative in point.run else 0.0
    given = max(stated, point.run.largest * _ROUND_OFF / tolerance)
    check = Check(0, point.sizes, _relative(outside(claim, point), 0.0, given))
    for _ in range(_DIRECTIONS):
        direction = claim.direction(point.values, point.sizes, attempt.rng)
        got, curve = claim.applied(point, direction), claim.curve(point, direction)
        if not np.all(np.isfinite(got)):
            return "the derivative is not finite at the points tried"
        error = _relative(got, vec(richardson(curve)), 0.0)
        if error <= min(tolerance, _CLOSE):
            check = check._replace(rel_error=max(check.rel_error, error))
            continue
        swept = sweep(curve)
        floor = point.run.largest * _ROUND_OFF / swept.step / tolerance
        wrong = _relative(got, vec(swept.value), floor) > tolerance
        off = size(got - vec(swept.value))
        if wrong and (_unsettled(swept, curve, got) or claim.is_coarse(point, direction, swept.value, off)):
            return "the finite differences do not settle: a kink or a singular point"
        check = _with_sweep(check, swept, got, floor)
    if check.rel_error > tolerance and not is_admitted(claim.f, point.values, point.sizes):
        return "the points tried lie outside of where the functions of the expression are defined"
    return check, None if check.rel_error <= tolerance else worst_entry(claim, point, direction)


def _with_sweep(check: Check, swept: Sweep, got: Array, floor: float) -> Check:
    """The check with one more direction taken in, along which the steps were swept."""
    error = _relative(got, vec(swept.value), floor)
    steps = tuple((h, _relative(got, vec(d), floor)) for h, d in zip(STEPS, swept.differences, strict=True))
    if check.steps and error < check.rel_error:
        return check
    return check._replace(rel_error=max(check.rel_error, error), slope=slope(steps), steps=steps)


def _unsettled(swept: Sweep, curve: Curve, got: Array) -> bool:
    """Whether the difference to `got` may be the fault of the finite differences.

    At a kink they settle halfway between the derivatives on both sides, and what is claimed there is one of these, so
    that it is off by half the jump, however small that is, and by more where another kink is near.
    """
    off = size(got - vec(swept.value))
    if not swept.uncertainty < 0.1 * off:
        return True
    return jump(curve, STEPS[-2]) > min(off / 4, _KINK * max(size(got), size(swept.value)))


def _relative(got: Any, expected: Any, floor: float) -> float:
    error = size(got - expected)
    return error / max(size(got), size(expected), floor) if error else 0.0


def _trouble(claim: Claim, point: Point, limit: float) -> str:
    """Why a point is of no use, or nothing."""
    for e, what in ((claim.f, "the expression"), (claim.derivative, "the derivative")):
        if e in point.run and not np.all(np.isfinite(point.run[e])):
            return f"{what} is not finite at the points tried"
    return "" if point.run.largest < limit else VERY_LARGE


def between(got: Array, expected: Array) -> WorstEntry:
    """The entry in which two matrices differ most."""
    got, expected = table(got), table(expected)
    i, j = (int(k) for k in np.unravel_index(int(np.argmax(np.abs(got - expected))), got.shape))
    return WorstEntry((i + 1, j + 1), _number(got[i, j]), _number(expected[i, j]))


def _number(x: Any) -> Any:
    return complex(x) if np.iscomplexobj(x) else float(x)


def worst_entry(claim: Claim, point: Point, direction: Direction) -> WorstEntry | None:
    """The worst entry of the claim's matrix; of a differential, of its value along `direction`."""
    pairs = islice(_ENTRIES[claim.kind](claim, point, direction), MOST_ENTRIES)
    usable = [pair for pair in pairs if np.isfinite(pair[1]) and np.isfinite(pair[2])]
    worst = max(usable, key=lambda pair: abs(pair[1] - pair[2]), default=None)
    return WorstEntry(*worst) if worst else None


def _units(claim: Claim, point: Point, v: Expr) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Basis directions of a variable in column-major order, member by member, within the declared structure; and the
    entry that each one moves."""
    shape = np.shape(np.atleast_2d(point.values[v]))
    for *member, j, i in np.ndindex(*shape[:-2], shape[-1], shape[-2]):
        basis = np.zeros(shape)
        basis[*member, i, j] = 1.0
        whole: Any = np.float64(1.0) if np.ndim(point.values[v]) == 0 else basis
        yield (*member, i, j), claim.admissible(whole, v, point.values)


def _of_gradient(claim: Claim, point: Point, direction: Direction) -> Iterator[Entry]:
    (v,) = claim.moved
    if claim.rows:
        yield from _of_matrix(claim, point, direction)
        return
    got = np.atleast_2d(scaled_gradient(claim, point))
    weight = np.broadcast_to(weights(claim, v, point.values[v]), got.shape)
    places = table(np.arange(got.size).reshape(got.shape))
    for at, unit in _units(claim, point, v):
        expected = float(np.squeeze(richardson(claim.curve(point, {v: unit}))))
        i, j = np.argwhere(places == np.ravel_multi_index(at, got.shape))[0]
        yield (int(i) + 1, int(j) + 1), float(got[at] / weight[at]), float(expected / weight[at])


def _of_matrix(claim: Claim, point: Point, _: Direction) -> Iterator[Entry]:
    (v,) = claim.moved
    for column, (_at, unit) in enumerate(_units(claim, point, v)):
        got = vec(claim.applied(point, {v: unit}))
        expected = vec(richardson(claim.curve(point, {v: unit})))
        for row, (a, b) in enumerate(zip(got, expected, strict=True)):
            yield (row + 1, column + 1), float(a), float(b)


def _of_bilinear(claim: Claim, point: Point, direction: Direction) -> Iterator[Entry]:
    assert claim.second is not None
    for row, (_at, unit) in enumerate(_units(claim, point, claim.second)):
        at = point._replace(second={claim.second: unit})
        for (_, column), got, expected in _of_matrix(claim, at, direction):
            yield (row + 1, column), got, expected


def _of_form(claim: Claim, point: Point, direction: Direction) -> Iterator[Entry]:
    expected = np.atleast_2d(richardson(claim.curve(point, direction)))
    got = claim.applied(point, direction)
    stacked = expected.ndim > 2
    worst = between(got[:, None], vec(expected)[:, None]) if stacked else between(
        got.reshape(expected.shape, order="F"), expected)
    yield worst.index, worst.got, worst.expected


_ENTRIES: dict[str, Callable[[Claim, Point, Direction], Iterator[Entry]]] = {
    "gradient": _of_gradient, "jacobian": _of_matrix, "hessian": _of_bilinear, "differential": _of_form,
    "covariant": _of_matrix,
}
