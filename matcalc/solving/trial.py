"""A solution at random data: the gradient of the Lagrangian vanishes, the constraints hold, no feasible step lowers f.

Data are drawn as they are declared, and where the conditions of the solution hold well. What is left of the gradient is
measured against what it is a step away. Steps of several lengths are taken along the null space of the constraints,
found from their values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from matcalc.algebra.conjugation import is_real
from matcalc.checking.verdicts import Check, Verification, verdict
from matcalc.core.dims import Dim, names
from matcalc.core.expr import Expr, variables
from matcalc.diagnostics import MatcalcError, fail
from matcalc.limits import LimitError
from matcalc.numeric.draws import Array, Rng, draw, project
from matcalc.numeric.evaluate import bind, run, silence
from matcalc.numeric.plain_draws import modes
from matcalc.numeric.sizes import Sizes, affordable_sizes, dims_of
from matcalc.solving.complex_unknown import is_hermitian_unknown
from matcalc.solving.met import holds
from matcalc.solving.nature import Stated

TOLERANCE = 1e-7
_TRIES = 200
_LENGTHS = (1e-3, 1e-1, 1.0, 10.0)
_STEPS = 6
_ROUNDING = 1e-9
METHOD = "the gradient and the constraints at the solution, and feasible steps from it, at random data"


def tried(said: Stated, trials: int = 3, seed: int = 0, fixed: Mapping[str, int] | None = None) -> Verification:
    """What random data say of a solution; nothing is decided where no data were found at which its conditions hold."""
    checks: list[Check] = []
    reason = "no random data were found at which its conditions hold"
    for choice, mode in enumerate(modes(_TRIES)):
        rng = np.random.default_rng((abs(seed), choice))
        try:
            with silence():
                found = _trial(said, rng, mode, fixed)
        except LimitError:
            raise
        except MatcalcError as trouble:
            reason = str(trouble)
            continue
        if found is None:
            continue
        if not np.isfinite(found[0]):
            reason = "the gradient has no value there"
            continue
        checks.append(Check(seed, found[1], found[0]))
        if len(checks) >= trials or not found[0] <= TOLERANCE:
            break
    return verdict(checks, tolerance=TOLERANCE, trials=trials, seed=seed, method=METHOD, reason=reason)


def _trial(said: Stated, rng: Rng, mode: Any,
           fixed: Mapping[str, int] | None) -> tuple[float, Sizes] | None:
    """The error at one draw of data; None where the conditions do not hold there."""
    known = [*said.unknowns, *said.unknowns.values()]
    roots = [e for e in (said.f, *said.zero, *said.bound, *known, said.onto) if e is not None]
    leaves = variables(*roots)
    dims = dims_of(*roots)
    sizes, trouble = affordable_sizes(dims, [e.shape for e in roots], 0, _sizes(dims, rng, fixed or {}))
    if trouble:
        return None
    values = draw([leaf for leaf in leaves if leaf not in said.unknowns], rng, sizes, mode)
    at = _Point(said, values, sizes)
    if not all(np.all(np.isfinite(x)) for x in at.x.values()) or not all(holds(c, at.value) for c in said.conditions):
        return None
    error = max(_left(e, at, rng) for e in said.zero)
    return (max(error, _gain(said, at, rng)) if np.isfinite(error) else error), sizes


def _sizes(dims: Iterable[Dim], rng: Rng, fixed: Mapping[str, int]) -> dict[str, int]:
    """Pairwise different sizes in random order: what has full rank depends on which of two is larger."""
    free = [name for name in dict.fromkeys(name for dim in dims for name in sorted(names(dim))) if name not in fixed]
    pool = 2 + rng.permutation(len(free) + 2)
    return {**fixed, **{name: int(k) for name, k in zip(free, pool, strict=False)}}


Place = Mapping[Expr, Any]  # a value, or a step, for each unknown


class _Point:
    """Data, and the solution there."""

    def __init__(self, said: Stated, values: dict[Expr, Any], sizes: Sizes) -> None:
        self.data, self.sizes = bind(values, sizes)
        self.x: Place = {}
        self.x = {x: self.value(solution) for x, solution in said.unknowns.items()}

    def value(self, e: Expr, x: Place | None = None) -> Any:
        """The value of `e` with the unknowns at `x`, by default at the solution."""
        try:
            found = run(e, {**self.data, **(self.x if x is None else x)}, self.sizes)
        except np.linalg.LinAlgError as error:
            raise fail("M0805", f"the expression has no value at this point: {error}") from None
        return np.real(found) if e.complex and is_real(e) else found

    def moved(self, step: Place, length: float = 1.0) -> Place:
        """The point a step away."""
        return {x: here + length * (step[x] if np.ndim(here) else step[x][0, 0]) for x, here in self.x.items()}

    def shapes(self) -> dict[Expr, tuple[int, int]]:
        """Rows and columns of each unknown."""
        return {x: np.atleast_2d(here).shape for x, here in self.x.items()}


def _left(e: Expr, at: _Point, rng: Rng) -> float:
    """What is left of something that is to vanish, of what it is a step away."""
    left = float(np.linalg.norm(np.atleast_2d(at.value(e))))
    if left == 0:
        return 0.0
    length = 0.1 * (1 + max(float(np.linalg.norm(x)) for x in at.x.values()))
    away = [float(np.linalg.norm(np.atleast_2d(at.value(e, at.moved(_direction(at, rng), length))))) for _ in range(4)]
    scale = max((size for size in away if np.isfinite(size)), default=0.0)
    return left / scale if scale else left


def _direction(at: _Point, rng: Rng) -> Place:
    """A random step within what is declared, of length 1 in each unknown."""
    steps = {}
    for x, shape in at.shapes().items():
        drawn = rng.standard_normal(shape)
        drawn = drawn + 1j * rng.standard_normal(shape) if x.complex else drawn
        step = np.atleast_2d(project(drawn, np.atleast_2d(at.x[x]), x.data.props))
        steps[x] = np.asarray(step / np.linalg.norm(step))
    return steps


def _gain(said: Stated, at: _Point, rng: Rng) -> float:
    """By how much a feasible step is better than a minimum or a maximum, of how much f changes by such steps."""
    if said.f is None or said.kind not in ("minimum", "maximum"):
        return 0.0
    sign = 1.0 if said.kind == "minimum" else -1.0
    here = sign * float(at.value(said.f))
    changes = [sign * float(at.value(said.f, x)) - here for x in _steps(said, at, rng)]
    finite = [change for change in changes if np.isfinite(change)]
    allowed = _ROUNDING * (1 + abs(here))
    worst = max((-change for change in finite), default=0.0)
    return 0.0 if worst <= allowed else max(worst / (1 + abs(here)), 2 * TOLERANCE)


def _steps(said: Stated, at: _Point, rng: Rng) -> Iterator[Place]:
    """Points at which the constraints and what is declared hold."""
    kept = None if said.onto is not None else _null_space(said, at)
    for _ in range(_STEPS):
        step = _direction(at, rng)
        if kept is not None:
            step = _apart(kept @ (kept.T @ _joined(step)), at)
        for length in _LENGTHS:
            point = at.moved(step, length)
            if said.onto is not None:
                point = {x: at.value(said.onto, point) for x in point}
            if all(_is_declared(value, x.data.props) for x, value in point.items()):
                yield point


def _joined(step: Place) -> Array:
    """All entries as one column of real numbers."""
    return np.concatenate([_real_parts(part) for part in step.values()])


def _real_parts(x: Any) -> Array:
    """The entries as a column, of complex ones the real parts and then the imaginary ones."""
    entries = np.reshape(x, -1, order="F")
    return np.concatenate([entries.real, entries.imag]) if np.iscomplexobj(entries) else entries


def _apart(entries: Array, at: _Point) -> Place:
    """One column as a step of each unknown."""
    step, start = {}, 0
    for x, (m, n) in at.shapes().items():
        parts = entries[start:start + _width(x, m * n)].reshape((-1, m * n))
        step[x] = (parts[0] + 1j * parts[1] if x.complex else parts[0]).reshape((m, n), order="F")
        start += _width(x, m * n)
    return step


def _width(x: Expr, entries: int) -> int:
    """How many real numbers an unknown is."""
    return 2 * entries if x.complex else entries


def _null_space(said: Stated, at: _Point) -> Array | None:
    """An orthonormal basis of the steps along which linear constraints, and a declared symmetry, stay; None for all."""
    if not said.bound:
        return None
    count = sum(_width(x, m * n) for x, (m, n) in at.shapes().items())
    rows = []
    for unit in np.eye(count):
        step = _apart(unit, at)
        change = [_real_parts(at.value(h, at.moved(step)) - at.value(h)) for h in said.bound]
        change += [np.ravel(step[x] - step[x].T) for x in step if "sym" in x.data.props]
        change += [_real_parts(step[x] - step[x].conj().T) for x in step if is_hermitian_unknown(x)]
        rows.append(np.concatenate(change))
    _, s, v = np.linalg.svd(np.array(rows).T)
    rank = int(np.sum(s > 1e-9 * max(s.max(initial=0.0), 1e-300)))
    return np.asarray(v[rank:].T)


def _is_declared(x: Any, props: frozenset[str]) -> bool:
    """Whether a point lies within the open sets that its unknown is declared to be in."""
    if props & {"spd", "psd", "hpd"} and np.linalg.eigvalsh(np.atleast_2d(x)).min() <= 0:
        return False
    return not (props & {"positive", "nonnegative"} and np.min(x) <= 0)
