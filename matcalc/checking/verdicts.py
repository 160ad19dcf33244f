"""The outcome of a numeric check, as plain data: passed, failed, or inconclusive, and what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from matcalc.diagnostics import NoRuleError, fail, not_there
from matcalc.mime import Picture, Shown
from matcalc.records import NamedTuple

if TYPE_CHECKING:
    from typing import Self

    from matcalc.checking.vcurve import Branch

Status = Literal["passed", "failed", "inconclusive"]
_WITHOUT = "no library to compare with"
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
class Verification(Shown):
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
    drawn: tuple[Callable[[], Sequence[Branch]], str] | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        said = self.reason or f"largest relative error {self.max_rel_error:.1g}, tolerance {self.tolerance:g}"
        return f"<{self.status}: {said}>"

    def __bool__(self) -> bool:
        """Whether it passed: False also where nothing could be decided."""
        return self.ok is True

    @property
    def is_without(self) -> bool:
        """Whether nothing was compared, for a library that is not installed."""
        return self.method == _WITHOUT

    def drawn_by(self, branches: Callable[[], Sequence[Branch]], title: str) -> Self:
        """The same, with what measures its V-curve when somebody wants to see it."""
        return replace(self, drawn=(branches, title))

    def plot(self) -> Picture:
        """The V-curve, the error of finite differences over their step. Raises NoRuleError where there is none."""
        from matcalc.checking.vcurve import svg_plot

        branches, title = ((), "") if self.drawn is None else (self.drawn[0](), self.drawn[1])
        if not branches:
            raise fail("M0901", "there is no V-curve: nothing was differenced, or no point makes everything finite",
                       error=NoRuleError)
        return Picture(svg_plot(branches, title), f"the V-curve of the {title}")


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


def left_open(lost: ModuleNotFoundError, seed: int) -> Verification:
    """The verdict where a check needs a library that is not there."""
    return verdict([], tolerance=0.0, trials=1, seed=seed, method=_WITHOUT, reason=not_there(lost))


def worst_of(parts: Sequence[Verification]) -> Verification:
    """The verdict on claims that hold only together: of one that failed, else of one left open, else of the worst."""
    if not parts:
        return verdict([], tolerance=0.0, trials=1, seed=0, method="nothing to check", reason="nothing to check")
    return min(parts, key=lambda part: (_RANK[part.status], -part.max_rel_error))
