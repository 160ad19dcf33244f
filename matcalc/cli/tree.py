"""The parse tree as an indented outline, each line with the text it stands for."""

from __future__ import annotations

from matcalc.cli.layout import INDENT
from matcalc.cli.terminal import harmless
from matcalc.cli.wording import shape_text
from matcalc.language import Elaborated
from matcalc.language.syntax import Op, Syntax

MOST_LINES = 40
_DEEPEST = 24
_LONGEST = 48


def tree_lines(source: str, found: Elaborated) -> list[str]:
    """At most MOST_LINES lines; deeper parts are named by their text only."""
    rows: list[str] = []
    stack: list[tuple[Syntax, int]] = [(found.syntax, 0)]
    while stack:
        syntax, depth = stack.pop()
        if len(rows) == MOST_LINES:
            rows.append(f"{INDENT}… {len(stack) + 1} more branches")
            break
        rows.append(f"{INDENT}{'  ' * depth}{_label(syntax, source, found)}")
        if depth < _DEEPEST:
            stack.extend((arg, depth + 1) for arg in reversed(syntax.args))
    return rows


def _label(syntax: Syntax, source: str, found: Elaborated) -> str:
    if syntax.op is Op.NAME:
        info = found.variables.get(syntax.data)
        return f"{syntax.data}   {shape_text(info.shape)}" if info else str(syntax.data)
    if syntax.op in (Op.NUMBER, Op.RESERVED, Op.HOLE):
        return harmless(source[syntax.span.start:syntax.span.end])
    said = harmless(source[syntax.span.start:syntax.span.end])
    said = said if len(said) <= _LONGEST else said[:_LONGEST - 1] + "…"
    name = f" {syntax.data}" if syntax.op is Op.CALL else ""
    return f"{syntax.op.value}{name}   {said}"
