"""The way down by blocks of rows: SciPy's optimisers and plain descent on totals over all rows, and stochastic descent
on one block after the other.

w ← w − η/(1 + e) ∇f_b(w) for every block b of an epoch e, in an order that the seed and e decide.

A pass over the rows is dear, so the point reached is not looked at from all sides as `descent` does: that the gradient
vanishes there is said, and that it is a minimum where the formula is convex.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import numpy as np

from matcalc.descent.families_given import as_given
from matcalc.descent.minimise import LIMIT, RUNS, Descent, Status
from matcalc.descent.objective import BottomlessError, DivergedError, Objective, Vector, Watch, Way, largest
from matcalc.diagnostics import fail
from matcalc.rowwise.checkpoints import Log
from matcalc.rowwise.loss import Rowwise

Method = Literal["lbfgs", "newton", "newton-cg", "gd", "sgd"]
TOLERANCE = 1e-6  # of a gradient, relative to the largest on the way
RECORDS = 16  # of the parameters in an epoch
_SMALLEST = 2.0**-60


@dataclass(slots=True)
class Logged(Rowwise):
    """The objective that remembers what is in a log."""

    log: Log = field(default_factory=lambda: Log("", {}))

    def __call__(self, w: Vector) -> tuple[float, Vector]:
        """The value and the gradient, computed or known."""
        known = self.log.find("value", w)
        if known is not None:
            self.evaluations += 1
            self.first = float(known[0]) if self.first is None else self.first
            self.last = w.copy(), float(known[0]), known[1:]
            return float(known[0]), known[1:]
        value, g = Objective.__call__(self, w)
        self.log.put("value", [w], np.concatenate([[value], g]))
        return value, g

    def product(self, w: Vector, v: Vector) -> Vector:
        """The Hessian product, computed or known."""
        known = self.log.find("product", w, v)
        if known is not None:
            self.products += 1
            return known
        found = Objective.product(self, w, v)
        self.log.put("product", [w, v], found)
        return found


def logged(f: Rowwise, log: Log) -> Logged:
    """The same objective with a log."""
    return Logged(**{one.name: getattr(f, one.name) for one in fields(Rowwise)}, log=log)


def fit(f: Logged, start: Vector, method: Method = "lbfgs", limit: int = 200, rate: float | None = None,
        watch: Watch | None = None, seed: int = 0, is_convex: Callable[[], bool] = lambda: False) -> Descent:
    """Minimise from `start` in at most `limit` steps, of sgd epochs. Raises InputError at a bad start."""
    try:
        way = Way(f, start, watch)
    except (DivergedError, BottomlessError):
        raise fail("M1008", "the function has no finite value at the start; choose another with --start",
                   f.gradients[0].problem.source) from None
    status, message = _run(f, way, method, limit, rate, seed)
    if not status:
        small = largest(f(way.w)[1]) <= TOLERANCE * way.steepest
        status = "limit" if not small else "converged" if is_convex() else "stationary"
        message = message if status == "limit" else ""
    last = way.points[-1]
    reached = {f.names.get(x, x.data.name): as_given(x, v) for x, v in f.unpack(way.w).items()}
    return Descent(method, status, last.value, last.gradient, f.evaluations, f.products, way.points, reached, message)


def _run(f: Logged, way: Way, method: Method, limit: int, rate: float | None, seed: int) -> tuple[Status | None, str]:
    """How it ended where that needs no look at the point, and the method's own message."""
    try:
        if method == "sgd":
            return None, _stochastic(f, way, limit, rate, seed)
        return None, RUNS["newton" if method == "newton-cg" else method](f, way, limit, rate)
    except BottomlessError:
        return "unbounded", "the value falls below every number on the way"
    except DivergedError:
        return "diverged", f"the value left all bounds after step {way.points[-1].step}"


def _stochastic(f: Logged, way: Way, limit: int, rate: float | None, seed: int) -> str:
    """Epochs of steps, one for every block."""
    every = max(1, f.blocks // RECORDS)
    eta = rate or _first_rate(f, way)
    for epoch in range(limit):
        w, done = way.w, 0
        order = np.random.default_rng([seed, epoch]).permutation(f.blocks)
        for k in range(every, f.blocks + 1, every):  # the last state of this epoch that is known
            known = f.log.find(f"sgd {epoch} {k}", way.w)
            w, done = (w, done) if known is None else (known, k)
        for k in range(done, f.blocks):
            w = w - eta / (1 + epoch) * f.slope(w, int(order[k]))
            if not np.isfinite(w).all():
                raise DivergedError
            if (k + 1) % every == 0:
                f.log.put(f"sgd {epoch} {k + 1}", [way.w], w)
        way.step(w)
    return LIMIT


def _first_rate(f: Logged, way: Way) -> float:
    """The largest power of two for which a step down the first block lowers its value as much as its slope promises,
    halved once."""
    value, g = f.some(way.w, 0)
    slope, eta = float(g @ g), 1.0
    while eta > _SMALLEST and not _lowers(f, way.w - eta * g, value - eta * slope / 2):
        eta /= 2
    return eta / 2


def _lowers(f: Logged, w: Vector, bound: float) -> bool:
    try:
        return f.some(w, 0)[0] <= bound
    except (DivergedError, np.linalg.LinAlgError):
        return False


def identity(f: Rowwise, start: Vector, method: Method, rate: float | None, seed: int) -> dict[str, Any]:
    """What makes a descent this one and no other, for its checkpoint."""
    problem = f.gradients[0].problem
    data = sorted((x.data.name, list(t.shape), [part["path"] for part in t.parts]) for x, t in f.tables.items())
    return {"formula": problem.source, "parameters": [x.data.name for x in f.wrt], "method": method, "rate": rate,
            "seed": seed, "rows": f.count, "block": f.block, "data": data,
            "start": float(np.sum(start * np.cos(np.arange(len(start))))),
            "values": {x.data.name: float(np.sum(np.asarray(v))) for x, v in f.data.items() if x not in f.wrt}}
