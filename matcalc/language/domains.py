"""What has no value anywhere is refused where it stands: 0/(x - x), log(-1), the inverse of a zero matrix."""

from __future__ import annotations

from collections.abc import Mapping

from matcalc.algebra.demands import Asking, impossible
from matcalc.diagnostics import fail
from matcalc.expr import Expr, postorder
from matcalc.language.syntax import Syntax


def refuse_impossible(text: str, typed: Mapping[Asking, Syntax], judged: Expr | None = None) -> None:
    """Raise M0330 for an operation whose domain is empty; of a formula that is `judged`, only where it has lost it."""
    kept = set() if judged is None else set(postorder(judged))
    for operation, syntax in typed.items():
        if operation not in kept and (why := impossible(operation)):
            span = syntax.span
            raise fail("M0330", f"“{text[span.start:span.end]}” has no value: {why}", text, span)
