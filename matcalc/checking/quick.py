"""The quick check of a gradient or a Jacobian: the comparison of `verification`, in plain Python at small sizes.

NumPy takes a third of the time of a short answer to load. This check can only pass: whatever it cannot compute, and
whatever it finds to be further off than rounding, it leaves undecided, for `verification` to look at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from zlib import crc32

from matcalc.checking.stated import Statement, Trials
from matcalc.checking.verdicts import Check, Verification, verdict
from matcalc.core.expr import VAR, Expr, givens, postorder
from matcalc.diagnostics import MatcalcError
from matcalc.numeric.plain import Plain, Program, count, entries, planned
from matcalc.numeric.plain_draws import LINEAR, MODES, Numbers, direction, drawn, within
from matcalc.numeric.sizes import Sizes, affordable_sizes, dims_of, footprint
from matcalc.plan.members import Key, key_of
from matcalc.plan.templates import UnsaidError
from matcalc.plan.text import LackingError
from matcalc.records import NamedTuple

TOLERANCE = 1e-6
_CLOSE = 1e-8  # what is further off may be improved by smaller steps, or wrong
_COMFORTABLE = 1e3
_MOST_ENTRIES, _MOST_TERMS = 1500, 20000
_STEP, _DIRECTIONS = 1e-3, 2
_ROUNDING = 1e-10  # of a difference with this step of numbers of moderate size
Values = Mapping[Key, Any]


class UndecidedError(Exception):
    """Nothing is said of the answer."""


class Function(NamedTuple):
    """A plan, and the function that computes it."""

    plain: Plain
    program: Program

    def values(self, values: Values, sizes: Sizes) -> list[Any]:
        """The values of all nodes, that of the whole last."""
        return self.program(*(values[key] for key in self.plain.inputs), *(sizes[name] for name in self.plain.dims))


def passed(s: Statement, how: Trials) -> Verification | None:
    """What `verification.check` says of a statement that holds; None where that has to be asked."""
    by = s.x if isinstance(s.x, tuple) else (s.x,)
    if s.kind not in _APPLIED or len(by) != 1 or not _is_plain(s, by[0]):
        return None
    x = by[0]
    try:
        f, claim = (_function(e) for e in (s.f, s.derivative))
        roots = (s.f, s.derivative, x)
        sizes = partial(affordable_sizes, dims_of(*roots), {footprint(e) for e in postorder(*roots)}, fixed=how.sizes)
        checks = [_trial(s, x, f, claim, trial, how.seed, sizes) for trial in range(how.number)]
    except (UndecidedError, LackingError, UnsaidError, MatcalcError, ArithmeticError, ValueError, TypeError,
            LookupError, AssertionError):
        return None
    return verdict(checks, tolerance=TOLERANCE, trials=how.number, seed=how.seed,
                   method=f"central differences at {how.number} random points")


def _is_plain(s: Statement, x: Expr) -> bool:
    """Whether it is a statement about matrices without indices, whose variable moves in a linear space."""
    words = x.data.props - {"free"} if x.kind is VAR else frozenset()
    is_bound = bool(words & {*LINEAR, "orthogonal"})
    is_linear = s.structure == "project" and s.kind == "gradient" and "orthogonal" not in words
    if is_bound and s.structure != "free" and not is_linear:
        return False
    leaves = givens(s.f, s.derivative)
    return x.kind is VAR and all(e.kind is VAR and not e.data.axes for e in (*leaves, x)) and not (
        s.f.free or s.derivative.free or any(s.axes))


def _function(e: Expr) -> Function:
    """The plan of an expression, made from it alone."""
    plain = Plain(planned(e), _smooth)
    return Function(plain, plain.compiled())


def _smooth(name: str, order: int) -> Callable[[float], float]:
    """A derivative of the random smooth function that stands for an unspecified one, Σ a sin(w x + p)."""
    rng = Numbers(crc32(name.encode()))
    terms = [(rng.uniform(0.5, 1.0), rng.uniform(0.4, 1.6), rng.uniform(0.0, 2 * math.pi)) for _ in range(3)]
    return lambda x: sum(a * w**order * math.sin(w * x + p + order * math.pi / 2) for a, w, p in terms)


def _trial(s: Statement, x: Expr, f: Function, claim: Function, trial: int, seed: int,
           chosen: Callable[..., tuple[Sizes, str]]) -> Check:
    """One point at which both have values of moderate size. Raises UndecidedError where none is found, and where the
    claim is not close to the differences."""
    leaves = givens(s.f, s.derivative, x)
    for attempt, kind in enumerate(MODES):
        sizes, too_much = chosen(trial + attempt, larger=trial % 3)
        if too_much or not (_is_small(f, sizes) and _is_small(claim, sizes)):
            raise UndecidedError
        rng = Numbers(seed + trial, attempt)
        point = _point(leaves, rng, sizes, kind, None if attempt else trial)
        try:
            found = [g.values(point, sizes) for g in (f, claim)]
        except (ArithmeticError, ValueError):
            continue
        if all(_is_moderate(value) for values in found for value in values):
            error = _error(s, x, f, found[1][-1], point, sizes, rng)
            if error is not None:
                return Check(seed + trial, sizes, error)
    raise UndecidedError


def _is_small(f: Function, sizes: Sizes) -> bool:
    """Whether plain Python is quick enough."""
    return all(count(e.shape, sizes) <= _MOST_ENTRIES and (
        e.op not in ("einsum", "tensordot") or math.prod(count(a.shape, sizes) for a in e.args) <= _MOST_TERMS)
        for e in f.plain.computed if e.shape)


def _is_moderate(value: Any) -> bool:
    return all(-_COMFORTABLE < a < _COMFORTABLE for a in entries(value))


def _point(given: Iterable[Expr], rng: Numbers, sizes: Sizes, kind: str, turn: int | None) -> dict[Key, Any]:
    """A value for each variable; numbers take their signs in turn."""
    leaves = {key_of(v): v for v in given}
    numbers = [key for key, v in leaves.items() if v.shape == (1, 1)]
    signs = {key: None if turn is None else turn >> i % 2 for i, key in enumerate(numbers)}
    return {key: drawn(v, rng, sizes, kind, signs.get(key)) for key, v in leaves.items()}


def _error(s: Statement, x: Expr, f: Function, claimed: Any, values: Values, sizes: Sizes,
           rng: Numbers) -> float | None:
    """The largest relative error in two directions; None where there is nothing but rounding, as of a determinant
    that is zero. Raises UndecidedError where it is not small."""
    props = x.data.props if s.structure == "project" else frozenset[str]()
    errors = [_relative(*_flat(claimed, within(claimed, props)))] if props & LINEAR else []
    for _ in range(_DIRECTIONS):
        v = within(direction(x, rng, sizes), props)
        got = _APPLIED[s.kind](claimed, v, s, x)

        def at(h: float, v: Any = v) -> list[float]:
            moved = {**values, key_of(x): _moved(values[key_of(x)], h, v)}
            return _columns(f.values(moved, sizes)[-1], s.f)

        measured = _richardson(at, _STEP)
        if _relative(got, measured) > _CLOSE and max(math.hypot(*got), math.hypot(*measured)) < _ROUNDING:
            return None
        errors.append(_relative(got, measured))
        if errors[-1] > _CLOSE:
            errors[-1] = _relative(got, _richardson(at, _STEP / 8))
    if not max(errors) <= _CLOSE:  # nan as well
        raise UndecidedError
    return max(errors)


def _richardson(at: Callable[[float], list[float]], step: float) -> list[float]:
    """Two central differences combined, so that their error is of order h⁴."""
    fine, coarse = ([(b - a) / (2 * h) for a, b in zip(at(-h), at(h), strict=True)] for h in (step / 2, step))
    return [(4 * a - b) / 3 for a, b in zip(fine, coarse, strict=True)]


def _moved(x: Any, h: float, v: Any) -> Any:
    if isinstance(x, list):
        return [_moved(a, h, b) for a, b in zip(x, v, strict=True)]
    return x + h * v


def _flat(*values: Any) -> list[list[float]]:
    return [entries(value) for value in values]


def _relative(got: list[float], expected: list[float]) -> float:
    error = math.hypot(*(a - b for a, b in zip(got, expected, strict=True)))
    return error / max(math.hypot(*got), math.hypot(*expected)) if error else 0.0


def _columns(value: Any, e: Expr) -> list[float]:
    """The entries of the value of an expression column by column."""
    is_matrix = isinstance(value, list) and isinstance(value[0], list)
    return entries(list(map(list, zip(*value, strict=True))) if is_matrix and 1 not in e.shape else value)


def _pairing(claimed: Any, v: Any, _: Statement, __: Expr) -> list[float]:
    """⟨G, V⟩."""
    g, d = _flat(claimed, v)
    return [sum(a * b for a, b in zip(g, d, strict=True))]


def _matrix(claimed: Any, v: Any, s: Statement, x: Expr) -> list[float]:
    """J vec V."""
    along = _columns(v, x)
    if s.derivative.shape[0] == 1 or not isinstance(claimed, list):
        rows = [entries(claimed)]
    else:
        rows = [row if isinstance(row, list) else [row] for row in claimed]
    return [sum(a * b for a, b in zip(row, along, strict=True)) for row in rows]


_APPLIED: dict[str, Callable[[Any, Any, Statement, Expr], list[float]]] = {"gradient": _pairing, "jacobian": _matrix}
