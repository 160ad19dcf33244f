"""Messages as they look at 40, 80 and 120 columns, with and without Unicode; MATCALC_REWRITE=1 records them anew."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from matcalc.cli.screen.diagnose import rendered
from matcalc.cli.screen.terminal import Terminal, cells
from matcalc.diagnostics import Diagnostic, MatcalcError
from matcalc.language import parse
from matcalc.rulebook.book import standard

FILE = Path(__file__).parent / "diagnostics.txt"
INPUTS = [
    "x'A B y where A: matrix(n,n), B: matrix(p,q), x: vector(n), y: vector(q)",
    "0.5*sum(exp(z)) + tr(C*D*E*F) + x*y + norm2(C*z)^2 where x: vector(n), y: vector(n)",
    "X + 1", "x^2 where x: vector(n)", "日本 + x̂ᵀA x̂ + £", "x̂̂ᵀB + (", "sofmax(x)", "gamma(x)", "e^-x'Ax", "a/2b",
    "tr(A X", "|x| where x: vector(n)", "‖X‖_2", "f'(x)", "x'\u202eA\x1b[31mx", "A" * 300 + " £ " + "B" * 300,
    "X†", "X^t Y", "(A x)(2)", "A x = b", "A: sym where A: sim",
]
TERMINALS = [(width, unicode) for width in (40, 80, 120) for unicode in (True, False)]


@cache
def refused(text: str) -> tuple[Diagnostic, ...]:
    """What is said of a text, which looks different on each terminal."""
    with pytest.raises(MatcalcError) as caught:
        parse(text, {}, standard())
    return tuple(caught.value.diagnostics)


def shown(text: str, width: int, unicode: bool) -> list[str]:
    terminal = Terminal(tty=True, width=width, unicode=unicode)
    return [line for diagnostic in refused(text) for line in rendered(diagnostic, terminal)]


@pytest.mark.parametrize(("width", "unicode"), TERMINALS)
@pytest.mark.parametrize("text", INPUTS, ids=ascii)
def test_nothing_is_wider_than_the_terminal(text: str, width: int, unicode: bool) -> None:
    fixes = ("├", "|", "or ", "| or")  # what is to be pasted stays in one piece
    lines = [line for line in shown(text, width, unicode) if not line.lstrip().startswith(fixes) or "─" in line]
    assert [line for line in lines if cells(line) > width and "╰─" not in line] == []
    assert unicode or all(line.isascii() for line in shown(text, width, unicode) if text.isascii())


def test_messages_are_as_recorded() -> None:
    blocks = [f"== {width} columns{'' if unicode else ', ASCII'}\n" + "\n".join(shown(text, width, unicode))
              for text in INPUTS for width, unicode in TERMINALS]
    now = "\n\n".join(blocks) + "\n"
    if os.environ.get("MATCALC_REWRITE"):
        FILE.write_text(now, encoding="utf-8")
    assert now == FILE.read_text(encoding="utf-8")
