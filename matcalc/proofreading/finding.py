"""What was found of one link of a chain: the verdict, why, and the place that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from matcalc.core.expr import Expr
from matcalc.diagnostics import Span
from matcalc.judging.evidence import Diagnosis

Verdict = Literal["given", "follows", "not refuted", "does not follow", "not read"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one link or definition, and why; `span` is where it stands in the document.

    `place` is what the reason is about, a term, or what could not be read. `right` is what would be right, in ASCII;
    `points` at how many points the values were compared where algebra did not decide; `since` the number of a wrong
    line without which it would not follow. `goes_on` tells that it goes on with the chain of the line before.
    """

    span: Span
    verdict: Verdict
    reason: str = ""
    right: str = ""
    points: int = 0
    place: Span | None = None
    since: int | None = None
    goes_on: bool = False
    cause: Diagnosis | None = None
    formula: Expr | None = None
    code: str = ""
