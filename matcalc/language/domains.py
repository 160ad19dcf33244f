"""What has no value anywhere is refused where it stands: 0/(x - x), log(-1), the inverse of a zero matrix."""

from __future__ import annotations

from collections.abc import Mapping

from matcalc.algebra.demands import Asking, impossible
from matcalc.diagnostics import fail
from matcalc.language.syntax import Syntax


def refuse_impossible(text: str, typed: Mapping[Asking, Syntax]) -> None:
    """Raise M0330 for an operation whose domain is empty; the normal form might have lost it."""
    for operation, syntax in typed.items():
        if why := impossible(operation):
            span = syntax.span
            raise fail("M0330", f"“{text[span.start:span.end]}” has no value: {why}", text, span)
