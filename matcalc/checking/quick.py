"""The quick check of a gradient, a Jacobian or a differential: as `verification`, in plain Python at small sizes.

NumPy takes a third of the time of a short answer to load. This check can only pass: whatever it cannot compute, and
whatever it finds to be further off than rounding, it leaves undecided, for `verification` to look at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from zlib import crc32

from matcalc.checking.stated import Statement, Trials
from matcalc.checking.verdicts import Check, Verification, verdict
from matcalc.core.expr import TANGENT, VAR, Expr, givens, postorder
from matcalc.diagnostics import MatcalcError
from matcalc.numeric.plain import Plain, entries, mapped, planned
from matcalc.numeric.plain_draws import LINEAR, MODES, Numbers, direction, drawn, within
from matcalc.numeric.sizes import Sized, Sizes, affordable_sizes, dims_of, footprint
from matcalc.plan.members import Key, key_of
from matcalc.plan.node import Node
from matcalc.plan.templates import UnsaidError
from matcalc.plan.text import LackingError
from matcalc.records import NamedTuple

TOLERANCE = 1e-6
_CLOSE = 1e-8  # what is further off may be improved by smaller steps, or wrong
_COMFORTABLE = 1e3
_MOST_ENTRIES, _MOST_TERMS = 1500, 20000
_STEP, _DIRECTIONS = 1e-3, 2
_ROUNDING = 1e-10  # of a difference with this step of numbers of moderate size
Given = Mapping[Key, Any]


class UndecidedError(Exception):
    """Nothing is said of the answer."""


class Asked(NamedTuple):
    """A statement, the variables that it moves, all that need a value, a plan of the formula and of its derivative, and
    what chooses sizes."""

    s: Statement
    by: tuple[Expr, ...]
    leaves: Sequence[Expr]
    plan: Plain
    chosen: Callable[..., tuple[Sizes, str]]


class At(NamedTuple):
    """A statement at one point: the values of variables, those of all nodes of the plan, and the lengths of axes."""

    asked: Asked
    given: Given
    values: Sequence[Any]
    lengths: Sized

    @property
    def s(self) -> Statement:
        """The statement."""
        return self.asked.s

    @property
    def claimed(self) -> Any:
        """The value of the derivative, that of a differential at random tangents."""
        return self.values[self.asked.plan.roots[1]]

    def stepped(self, along: Given, h: float) -> list[float]:
        """The entries of the formula a step of h away."""
        moved = {key: mapped(lambda x, v: x + h * v, self.given[key], v) for key, v in along.items()}
        return _columns(self.moved(0, moved), self.s.f)

    def moved(self, root: int, given: Given) -> Any:
        """The value of the formula, 0, or of the derivative, 1, where some arguments have changed."""
        plan = self.asked.plan
        return plan.again(plan.roots[root], self.values, given, self.lengths)


def passed(s: Statement, how: Trials) -> Verification | None:
    """What `verification.check` says of a statement that holds; None where that has to be asked."""
    by = s.x if isinstance(s.x, tuple) else (s.x,)
    if s.kind not in _APPLIED or not _is_plain(s, by):
        return None
    try:
        plan = Plain(planned(s.f, s.derivative), _smooth)
        roots = (s.f, s.derivative, *by)
        sizes = partial(affordable_sizes, dims_of(*roots), {footprint(e) for e in postorder(*roots)}, fixed=how.sizes)
        asked = Asked(s, by, givens(*roots), plan, sizes)
        checks = [_trial(asked, trial, how.seed) for trial in range(how.number)]
    except (UndecidedError, LackingError, UnsaidError, MatcalcError, ArithmeticError, ValueError, TypeError,
            LookupError, AssertionError):
        return None
    return verdict(checks, tolerance=TOLERANCE, trials=how.number, seed=how.seed,
                   method=f"central differences at {how.number} random points")


def _is_plain(s: Statement, by: tuple[Expr, ...]) -> bool:
    """Whether it is a statement about matrices without indices, whose variables move in a linear space."""
    leaves = givens(s.f, s.derivative)
    if s.f.complex or s.derivative.complex or s.f.free or s.derivative.free or any(s.axes) or any(
            e.data.axes for e in (*leaves, *by)):
        return False
    if s.kind == "differential":
        directions = _directions(s, by)
        if directions is None or any(t in directions for t in givens(s.f)):
            return False
    elif len(by) > 1 or any(e.kind is TANGENT for e in leaves):
        return False
    return all(x.kind is VAR and _is_straight(s, x) for x in by)


def _is_straight(s: Statement, x: Expr) -> bool:
    """Whether a variable moves along lines; along which ones, is known where its structure counts."""
    words = x.data.props - {"free"}
    if words.isdisjoint({*LINEAR, "orthogonal"}):
        return True
    is_linear = s.structure == "project" and s.kind != "jacobian" and "orthogonal" not in words
    return is_linear or (s.structure == "free" and s.kind != "differential")


def _directions(s: Statement, by: tuple[Expr, ...]) -> dict[Expr, Expr] | None:
    """The tangents of a differential that stand for the direction, those with the largest number, and their variables;
    None where one of them is called after something else."""
    found = [e for e in givens(s.derivative) if e.kind is TANGENT]
    last = [e for e in found if e.data.turn == max(t.data.turn for t in found)]
    named = {(x.data.name, x.shape): x for x in by}
    if any((e.data.name, e.shape) not in named for e in last):
        return None
    return {e: named[e.data.name, e.shape] for e in last}


def _smooth(name: str, order: int) -> Callable[[float], float]:
    """A derivative of the random smooth function that stands for an unspecified one, Σ a sin(w x + p)."""
    rng = Numbers(crc32(name.encode()))
    terms = [(rng.uniform(0.5, 1.0), rng.uniform(0.4, 1.6), rng.uniform(0.0, 2 * math.pi)) for _ in range(3)]
    return lambda x: sum(a * w**order * math.sin(w * x + p + order * math.pi / 2) for a, w, p in terms)


def _trial(asked: Asked, trial: int, seed: int) -> Check:
    """One point at which both have values of moderate size. Raises UndecidedError where none is found, and where the
    claim is not close to the differences."""
    plan = asked.plan
    for attempt, kind in enumerate(MODES):
        sizes, too_much = asked.chosen(trial + attempt, larger=trial % 3)
        lengths = Sized(sizes)
        if too_much or not _is_small(plan, lengths):
            raise UndecidedError
        rng = Numbers(seed + trial, attempt)
        point = _point(asked.leaves, rng, sizes, kind, None if attempt else trial)
        try:
            values = plan.values(point, lengths)
        except (ArithmeticError, ValueError):
            continue
        if all(_is_moderate(values[k]) for k in plan.computed):
            error = _error(At(asked, point, values, lengths), rng)
            if error is not None:
                return Check(seed + trial, sizes, error)
    raise UndecidedError


def _is_small(plan: Plain, lengths: Sized) -> bool:
    """Whether plain Python is quick enough."""
    def count(e: Node) -> int:
        return math.prod(lengths.shape(e.shape))

    return all(count(e) <= _MOST_ENTRIES and (
        e.op not in ("einsum", "tensordot") or math.prod(map(count, e.args)) <= _MOST_TERMS)
        for e in (plan.nodes[k] for k in plan.computed) if e.shape)


def _is_moderate(value: Any) -> bool:
    return all(-_COMFORTABLE < a < _COMFORTABLE for a in entries(value))


def _point(given: Iterable[Expr], rng: Numbers, sizes: Sizes, kind: str, turn: int | None) -> dict[Key, Any]:
    """A value for each variable; numbers take their signs in turn."""
    leaves = {key_of(v): v for v in given}
    numbers = [key for key, v in leaves.items() if v.shape == (1, 1)]
    signs = {key: None if turn is None else turn >> i % 2 for i, key in enumerate(numbers)}
    return {key: drawn(v, rng, sizes, kind, signs.get(key)) for key, v in leaves.items()}


def _error(at: At, rng: Numbers) -> float | None:
    """The largest relative error in two directions; None where there is nothing but rounding, as of a determinant
    that is zero. Raises UndecidedError where it is not small."""
    props = {x: x.data.props if at.s.structure == "project" else frozenset[str]() for x in at.asked.by}
    errors = [_relative(*_flat(at.claimed, within(at.claimed, words))) for words in props.values()
              if at.s.kind == "gradient" and words & LINEAR]
    for _ in range(_DIRECTIONS):
        along = {x: within(direction(x, rng, at.lengths.sizes), props[x]) for x in at.asked.by}
        got = _APPLIED[at.s.kind](at, along)
        curve = partial(at.stepped, {key_of(x): v for x, v in along.items()})
        measured = _richardson(curve, _STEP)
        if _relative(got, measured) > _CLOSE and max(math.hypot(*got), math.hypot(*measured)) < _ROUNDING:
            return None
        errors.append(_relative(got, measured))
        if errors[-1] > _CLOSE:
            errors[-1] = _relative(got, _richardson(curve, _STEP / 8))
    if not max(errors) <= _CLOSE:  # nan as well
        raise UndecidedError
    return max(errors)


def _richardson(at: Callable[[float], list[float]], step: float) -> list[float]:
    """Two central differences combined, so that their error is of order h⁴."""
    fine, coarse = ([(b - a) / (2 * h) for a, b in zip(at(-h), at(h), strict=True)] for h in (step / 2, step))
    return [(4 * a - b) / 3 for a, b in zip(fine, coarse, strict=True)]


def _flat(*values: Any) -> list[list[float]]:
    return [entries(value) for value in values]


def _relative(got: list[float], expected: list[float]) -> float:
    error = math.hypot(*(a - b for a, b in zip(got, expected, strict=True)))
    return error / max(math.hypot(*got), math.hypot(*expected)) if error else 0.0


def _columns(value: Any, e: Expr) -> list[float]:
    """The entries of the value of an expression column by column."""
    is_matrix = isinstance(value, list) and isinstance(value[0], list)
    return entries(list(map(list, zip(*value, strict=True))) if is_matrix and 1 not in e.shape else value)


def _pairing(at: At, along: Mapping[Expr, Any]) -> list[float]:
    """⟨G, V⟩."""
    g, d = _flat(at.claimed, *along.values())
    return [sum(a * b for a, b in zip(g, d, strict=True))]


def _matrix(at: At, along: Mapping[Expr, Any]) -> list[float]:
    """J vec V."""
    (moved,) = (_columns(v, x) for x, v in along.items())
    if at.s.derivative.shape[0] == 1 or not isinstance(at.claimed, list):
        rows = [entries(at.claimed)]
    else:
        rows = [row if isinstance(row, list) else [row] for row in at.claimed]
    return [sum(a * b for a, b in zip(row, moved, strict=True)) for row in rows]


def _form(at: At, along: Mapping[Expr, Any]) -> list[float]:
    """The differential with V in the place of its tangents."""
    given = {key_of(t): along[x] for t, x in (_directions(at.s, at.asked.by) or {}).items()}
    return _columns(at.moved(1, given), at.s.derivative)


_APPLIED: dict[str, Callable[[At, Mapping[Expr, Any]], list[float]]] = {
    "gradient": _pairing, "jacobian": _matrix, "differential": _form}
