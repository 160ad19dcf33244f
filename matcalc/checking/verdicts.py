"""The outcome of a numeric check, as plain data: passed, failed, or inconclusive, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from matcalc.records import NamedTuple

Status = Literal["passed", "failed", "inconclusive"]
_RANK: dict[Status, int] = {"failed": 0, "inconclusive": 1, "passed": 2}


class Check(NamedTuple):
    """One random point: the seed and sizes that made it, the error, and (step, error) pairs if steps were swept."""

    seed: int
    sizes: Mapping[str, int]
    rel_error: float
    slope: float | None = None
    steps: tuple[tuple[float, float], ...] = ()


@dataclass(slots=True)
class WorstEntry:
    """The entry (row, column), counted from 1, in which a claim is furthest from the truth."""

    index: tuple[int, int]
    got: float
    expected: float


@dataclass(frozen=True, slots=True, repr=False)
class Verification:
    """`ok` is None when nothing could be decided; `reason` then says why. `curve` is the sweep shown to users."""

    ok: bool | None
    status: Status
    max_rel_error: float
    tolerance: float
    trials: int
    seed: int
    method: str
    checks: tuple[Check, ...] = ()
    worst: WorstEntry | None = None
    curve: tuple[tuple[float, float], ...] = ()
    reason: str = ""

    def __repr__(self) -> str:
        said = self.reason or f"largest relative error {self.max_rel_error:.1g}, tolerance {self.tolerance:g}"
        return f"<{self.status}: {said}>"

    def __bool__(self) -> bool:
        """Whether it passed: False also where nothing could be decided."""
        return self.ok is True


def verdict(checks: list[Check], *, tolerance: float, trials: int, seed: int, method: str,
            worst: WorstEntry | None = None, reason: str = "") -> Verification:
    """Sum up: one failed point refutes, and a claim passes only if every trial found a point."""
    error = max((c.rel_error for c in checks), default=float("nan"))
    failed = any(not c.rel_error <= tolerance for c in checks)
    ok = False if failed else None if len(checks) < trials else True
    words: dict[bool | None, Status] = {True: "passed", False: "failed", None: "inconclusive"}
    swept = [c for c in checks if c.steps]
    curve = max(swept, key=lambda c: c.rel_error).steps if swept else ()
    return Verification(ok, words[ok], error, tolerance, trials, seed, method, tuple(checks), worst, curve,
                        reason if ok is None else "")


def worst_of(parts: Sequence[Verification]) -> Verification:
    """The verdict on claims that hold only together: of one that failed, else of one left open, else of the worst."""
    if not parts:
        return verdict([], tolerance=0.0, trials=1, seed=0, method="nothing to check", reason="nothing to check")
    return min(parts, key=lambda part: (_RANK[part.status], -part.max_rel_error))
