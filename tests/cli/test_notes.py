"""Notes are filled into lines at words, whatever the width; a formula keeps no note that says nothing."""

from __future__ import annotations

import pytest

from matcalc.cli.screen.terminal import Terminal, cells, noted
from tests.cli.sessions import on_terminal

LONG = ("grad", "tr(A'X)", "--wrt", "X", "--var", "X: orthogonal(n,p)")


@pytest.mark.parametrize("width", [30, 40, 60, 80, 100, 200])
def test_notes_fit_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for call in (LONG, ("jacobian", "A X B", "--wrt", "X", "--var", "X: sym")):
        rows = on_terminal(monkeypatch, *call, width=width).splitlines()
        start = next(i for i, row in enumerate(rows) if row.startswith("  note: "))
        for row in rows[start:]:
            assert row.startswith(("  note: ", "        "))
            assert cells(row) <= width or " " not in row.strip().removeprefix("note: ")


def test_no_word_is_lost_or_broken() -> None:
    text = "the Riemannian gradient G - X*sym(X'*G), on the Stiefel manifold " + "x" * 50
    rows = noted(text, Terminal(tty=True, width=30), "  ")
    assert " ".join(row.strip() for row in rows) == f"note: {text}"
    assert all(cells(row) <= 30 for row in rows[:-1])


def test_an_answer_has_at_most_ten_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    for width, cut in ((100, False), (60, False), (50, True)):
        rows = on_terminal(monkeypatch, *LONG, width=width).splitlines()
        assert len(rows) <= 10
        assert ("1 more note: --json shows it" in " ".join(rows)) is cut


@pytest.mark.parametrize("source", ["1/2 x'A x", "1/2 ||A x - b||^2", "-1/2 x'A x + 3/4 x'x"])
def test_a_numeric_fraction_needs_no_note(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "note" not in on_terminal(monkeypatch, "grad", source, "-w", "x")


def test_other_fractions_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "note: a/b x'A x is read as (a/b) x'A x" in on_terminal(monkeypatch, "grad", "a/b x'A x", "-w", "x")
