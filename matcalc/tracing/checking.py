"""Every tangent and every adjoint against central differences of the trace itself.

To check v̄ the value of the line is moved and what follows is computed again; to check v̇ the inputs are moved. Several
steps are tried and the best one counts, because none suits every function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcalc.core.expr import Expr
from matcalc.numeric.sizes import Sizes
from matcalc.tracing.modes import Adjoint, Tangent, Values, compute
from matcalc.tracing.operations import Tape

STEPS = (1e-3, 1e-4, 1e-5, 1e-6)
TOLERANCE = 1e-5
ENTRYWISE = 36  # larger values are moved along random directions instead of entry by entry
DIRECTIONS = 3
MOST_LINES = 250  # of longer traces only the inputs are checked


@dataclass(frozen=True, slots=True)
class Check:
    """`ok` is None where the differences do not settle, as at a kink; `where` is the line with the largest error."""

    ok: bool | None
    count: int
    max_rel_error: float
    where: Expr | None = None


def check_adjoints(tape: Tape, values: Values, sizes: Sizes, adjoints: Iterable[Adjoint], seed: int = 0) -> Check:
    """⟨v̄, direction⟩ against the change of the result when v moves along the direction."""
    rng = np.random.default_rng(seed)
    wanted = [a for a in adjoints if len(tape.lines) <= MOST_LINES or a.line.is_input]
    results = []
    for adjoint in wanted:
        v = adjoint.line.v
        lines = tape.lines[tape.number(v):]
        known = [*tape.lines[:tape.number(v)], *tape.inputs]
        earlier = {line.v: values[line.v] for line in known}
        errors = []
        for direction in _directions(values[v], rng):
            slopes = _Slopes(lines, earlier, {v: direction}, sizes)
            errors.append(slopes.error(tape.result, float(np.sum(adjoint.value * direction))))
        results.append((v, errors))
    return _judged(results)


def check_tangents(tape: Tape, values: Values, sizes: Sizes, tangents: Iterable[Tangent],
                   directions: Mapping[Expr, Any]) -> Check:
    """v̇ against the change of v when the inputs move along `directions`."""
    inputs = {line.v: values[line.v] for line in tape.inputs}
    slopes = _Slopes(tape.lines, inputs, directions, sizes)
    return _judged([(t.line.v, [slopes.error(t.line.v, t.value)]) for t in tangents])


def _directions(value: Any, rng: np.random.Generator) -> Iterator[Any]:
    if np.ndim(value) == 0:
        yield np.float64(1.0)
    elif value.size <= ENTRYWISE:
        for i in range(value.size):
            unit = np.zeros(value.size)
            unit[i] = 1.0
            yield unit.reshape(value.shape)
    else:
        for _ in range(DIRECTIONS):
            yield rng.standard_normal(value.shape)


class _Slopes:
    """The trace computed again on both sides of the point, once for each step."""

    def __init__(self, lines: list[Any], earlier: Values, directions: Mapping[Expr, Any], sizes: Sizes) -> None:
        moved = max(_largest(earlier[v]) for v in directions)
        self.steps = [h * max(1.0, min(moved, 1e3)) for h in STEPS]
        self.sides = [[compute(lines, _shift(earlier, directions, s * h), sizes) for s in (1, -1)] for h in self.steps]
        self.middle = compute(lines, earlier, sizes)

    def error(self, v: Expr, claimed: Any) -> tuple[float, bool]:
        """The smallest relative error over the steps, and whether the two sides have different slopes."""
        found = []
        for h, (above, below) in zip(self.steps, self.sides, strict=True):
            central = (above[v] - below[v]) / (2 * h)
            size = max(_largest(central), _largest(claimed), 1e-4 * _largest(self.middle[v]), 1e-8)
            found.append(_largest(central - claimed) / size if np.isfinite(central).all() else np.inf)
        return min(found), self._kinked(v)

    def _kinked(self, v: Expr) -> bool:
        """The slopes to the right and to the left stay apart at the smallest step."""
        (above, below), h = self.sides[-1], self.steps[-1]
        right, left = (above[v] - self.middle[v]) / h, (self.middle[v] - below[v]) / h
        apart = _largest(right - left)
        return not np.isfinite(apart) or apart > 1e-3 * max(_largest(right), 1e-8)


def _largest(value: Any) -> float:
    return float(np.max(np.abs(value)))


def _shift(values: Values, directions: Mapping[Expr, Any], h: float) -> Values:
    return {**values, **{v: values[v] + h * direction for v, direction in directions.items()}}


def _judged(results: list[tuple[Expr, list[tuple[float, bool]]]]) -> Check:
    errors = [(error, v, kinked) for v, row in results for error, kinked in row]
    smooth = [(error, v) for error, v, kinked in errors if error <= TOLERANCE or not kinked]
    worst = max(smooth, key=lambda pair: pair[0], default=(0.0, None))
    kink = next((v for error, v, kinked in errors if error > TOLERANCE and kinked), None)
    if worst[0] > TOLERANCE:
        return Check(False, len(results), worst[0], worst[1])
    return Check(None if kink is not None else True, len(results), worst[0], kink or worst[1])
