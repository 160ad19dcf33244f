"""What a check of one rule block found, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from matcalc.core.dims import Shape, format_dim
from matcalc.core.function import Function, Param
from matcalc.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Check:
    """One statement of a block, tested: its name, whether it holds, and the numbers; `origin`: why it is not read."""

    name: str
    ok: bool
    detail: str = ""
    origin: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one block; `signature` tells overloads apart, `file` and `line` are where the block begins."""

    name: str
    signature: str
    ok: bool
    checks: tuple[Check, ...]
    file: str = ""
    line: int = 0

    def failures(self) -> list[Check]:
        return [check for check in self.checks if not check.ok]


def signature(function: Function) -> str:
    """`kron(A: [m,n], B: [p,q]) -> [m*p,n*q]`, as the block begins."""
    params = ", ".join(" ".join([f"{p.name}: {_kind(p)}", *sorted(p.props)]) for p in function.params)
    return f"{function.name}({params}) -> {shape_text(function.result)}"


def _kind(param: Param) -> str:
    return shape_text(param.shape) if param.kind == "value" else param.kind


def shape_text(shape: Shape) -> str:
    if shape == (1, 1):
        return "scalar"
    kept = shape if shape[1] != 1 else shape[:1]
    return f"[{','.join(map(format_dim, kept))}]"
