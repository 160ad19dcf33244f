"""What has no value anywhere is refused where it stands: 0/(x - x), log(-1), the inverse of a zero matrix; and an
argument that is not what the rule of a function declares of it: symmetric, triangular, diagonal."""

from __future__ import annotations

from collections.abc import Mapping

from matcalc.algebra.demands import Asking, impossible, unfit
from matcalc.core.expr import CALL, Expr, postorder
from matcalc.core.function import Demand
from matcalc.diagnostics import fail
from matcalc.language.syntax import Syntax


def refuse_impossible(text: str, typed: Mapping[Asking, Syntax], judged: Expr | None = None) -> None:
    """Raise M0330 for an operation whose domain is empty; of a formula that is `judged`, only where it has lost it."""
    kept = set() if judged is None else set(postorder(judged))
    for operation, syntax in typed.items():
        if operation not in kept and (why := impossible(operation)):
            span = syntax.span
            raise fail("M0330", f"“{text[span.start:span.end]}” has no value: {why}", text, span)


def refuse_unfit(text: str, typed: Mapping[Asking, Syntax]) -> None:
    """Raise M0331 for an argument whose declared structure cannot be seen."""
    for operation, syntax in typed.items():
        if not isinstance(operation, Demand) and operation.kind is CALL:
            for param, _, word in unfit(operation.data, operation.args):
                typed_as = dict(zip(operation.data.params, syntax.args, strict=False))
                place = typed_as.get(param, syntax)
                said = text[place.span.start:place.span.end]
                raise fail("M0331", f"“{said}” is not known to be {word}, and {operation.data.name} takes nothing else",
                           text, place.span)
