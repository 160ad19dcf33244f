"""What a check finds: two values compared, a claimed derivative against differences, and the report on a block.

What fails is said with the two numbers that differ most: “the example says 3, the gradient is 2.9”.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from matcalc.checking.differences import Curve, richardson, size
from matcalc.diagnostics import Diagnostic, MatcalcError
from matcalc.numeric.draws import Rng
from matcalc.rulecheck.specimen import POINTS, Specimen

EXACT = 1e-10
DIFFERENCES = 1e-6
SMALLEST = 1e-3  # below this size an error counts absolutely
_STEPS = (2e-3, 1e-3)
_UNSETTLED = "the differences do not settle: a kink or a singular point in the domain"
_DIGITS = range(6, 18, 3)

Trial = Callable[[Rng, int], tuple[Curve, Callable[[], Any]]]
Words = tuple[str, str]  # what is said of each of two values, before the number
DERIVATIVE: Words = ("the block says", "the differences of its values say")


@dataclass(frozen=True, slots=True)
class Check:
    """One statement of a block, tested: its name, whether it holds, and the numbers; `origin`: why it is not read.

    `line` is where the statement stands, 0 for one about the whole block.
    """

    name: str
    ok: bool
    detail: str = ""
    origin: tuple[Diagnostic, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one block; `signature` tells overloads apart, `file` and `line` are where the block begins."""

    name: str
    signature: str
    ok: bool
    checks: tuple[Check, ...]
    file: str = ""
    line: int = 0

    def place(self, check: Check) -> str:
        """Where a statement of the block stands, in words."""
        return f"{self.file}, line {check.line or self.line}"

    def detail(self, check: Check) -> str:
        """The numbers of a check, without the place if that is the one of the statement: it is said before."""
        return check.detail.removesuffix(f" ({self.place(check)})")

    def failures(self) -> list[Check]:
        """The statements that do not hold."""
        return [check for check in self.checks if not check.ok]


def placed(line: int, *checks: Check) -> Iterator[Check]:
    """The checks of what stands on one line."""
    return (replace(check, line=line) for check in checks)


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison: how far two values are apart, and where, as a sentence."""

    error: float
    said: str


def relative(a: Any, b: Any) -> float:
    """‖a − b‖ relative to the larger one; infinite where shapes differ or a number is missing."""
    if np.shape(a) != np.shape(b):
        return float("inf")
    return finite(size(np.asarray(a) - np.asarray(b)) / max(size(a), size(b), SMALLEST))


def finite(error: float) -> float:
    """An error that is no number is infinite."""
    return error if error == error else float("inf")


def compared(a: Any, b: Any, words: Words) -> Finding:
    """`a` against `b`; what is said names both where they differ most."""
    return Finding(relative(a, b), _difference(np.asarray(a), np.asarray(b), words))


def _difference(a: Any, b: Any, words: Words) -> str:
    left, right = words
    if a.shape != b.shape:
        return f"{left} {_shape(a)}, {right} {_shape(b)}"
    if not a.size:
        return ""
    gaps = np.nan_to_num(np.abs(a - b), nan=np.inf)
    place = np.unravel_index(int(np.argmax(gaps)), a.shape)
    where = f" in entry ({', '.join(str(i + 1) for i in place)})" if a.size > 1 else ""
    gap = (a - b)[place]
    part = np.imag if abs(np.imag(gap)) > abs(np.real(gap)) else np.real
    x, y = pair(float(part(a[place])), float(part(b[place])))
    return f"{left} {x}, {right} {y}{where}"


def _shape(x: Any) -> str:
    return f"an array of {'×'.join(map(str, x.shape))}" if x.ndim else "one number"


def pair(x: float, y: float) -> Words:
    """Two numbers with as many digits as tell them apart."""
    texts = ((f"{x:.{digits}g}", f"{y:.{digits}g}") for digits in _DIGITS)
    return next((both for both in texts if both[0] != both[1]), (f"{x:.6g}", f"{y:.6g}"))


def holds(ok: Any, said: str) -> Finding:
    """A statement that is true or is not."""
    return Finding(0.0 if ok else float("inf"), said)


def judged(name: str, findings: Iterable[Finding], tolerance: float = EXACT) -> Check:
    """The worst of some comparisons."""
    worst = max(findings, key=lambda finding: finding.error, default=Finding(0.0, ""))
    measured = f"relative error {worst.error:.1e}"
    if worst.error <= tolerance:
        return Check(name, True, measured)
    return Check(name, False, f"{worst.said} ({measured})" if np.isfinite(worst.error) else worst.said)


def differences_agree(name: str, block: Specimen, trial: Trial) -> Check:
    """A trial gives a curve and its claimed slope at 0; where the differences do not settle another point is taken."""
    rng = block.rng()
    found: list[Finding] = []
    for choice in range(3 * POINTS):
        curve, claimed = trial(rng, choice)
        measured, finer = (richardson(curve, h) for h in _STEPS)
        if relative(measured, finer) < DIFFERENCES:
            found.append(compared(claimed(), measured, DERIVATIVE))
        if len(found) == POINTS:
            return judged(name, found, DIFFERENCES)
    return Check(name, False, _UNSETTLED if np.all(np.isfinite(curve(0.0))) else said_of_domain("it is not finite"))


def said_of_domain(why: str) -> str:
    """Of what has no value at a point that was drawn from the domain."""
    return f"at a random point of the domain it has no value: {why}; the field domain says where a block has one"


def said(error: MatcalcError) -> str:
    """The error on one line, with the text it is about."""
    return "; ".join(map(_sentence, error.diagnostics))


def _sentence(diagnostic: Diagnostic) -> str:
    where = f" in “{diagnostic.source}”" if diagnostic.source else ""
    where += f" ({diagnostic.file}, line {diagnostic.line})" if diagnostic.file else ""
    labels = ", ".join(label.text for label in diagnostic.labels)
    return diagnostic.message + where + (f": {labels}" if labels else "")
