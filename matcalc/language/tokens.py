"""Tokens: what the lexer hands to the parser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matcalc.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, name, function, reserved, superscript, subscript, op or end; `text` its canonical spelling.

    `data` is the value of a number or superscript; for a name True where it was spelled out in ASCII letters.
    `bold`: whether a name is set bold.
    """

    kind: str
    text: str
    span: Span
    space_before: bool = False
    data: Any = None
    bold: bool = False

    def is_op(self, *texts: str) -> bool:
        return self.kind == "op" and self.text in texts
