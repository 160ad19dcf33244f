"""What a block says of the k-th of n, said of a place that is known: the largest, the 2nd largest, the smallest."""

from __future__ import annotations

from matcalc.core.expr import NUM, Expr
from matcalc.core.function import Function

_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def ordinal(k: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    return f"{k}{'th' if k % 100 in (11, 12, 13) else _ENDINGS.get(k % 10, 'th')}"


def placed(text: str, function: Function, args: tuple[Expr, ...]) -> str:
    """`text` with numbers for the parameters that are places; counted from the end the largest is the smallest."""
    for param, arg in zip(function.params, args, strict=True):
        if not param.within:
            continue
        k = int(arg.data) if arg.kind is NUM else None
        nth = f"{arg.data}-th" if k is None else ordinal(abs(k))
        end = "smallest" if k is not None and k < 0 else "largest"
        text = text.replace(f"{param.name}-th largest", end if k in (1, -1) else f"{nth} {end}")
        text = text.replace(f"{param.name}-th", nth)
    return text
