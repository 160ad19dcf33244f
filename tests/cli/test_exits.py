"""Exit codes: 0 answered, 1 false, 2 bad input, 3 no rule or undecided, 70 matcalc's own mistake, 130 interrupted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matcalc import api
from tests.cli.sessions import run

CALLS = [
    (0, "grad", "x'Ax", "-w", "x"),
    (0, "--version"),
    (0, "verify", "x'Ax", "-w", "x", "--claim", "(A + A')x"),
    (1, "verify", "x'Ax", "-w", "x", "--claim", "2A x"),
    (0, "equal", "(x+y)'(x+y)", "x'x + 2x'y + y'y"),
    (1, "equal", "det(AB)", "tr(AB)"),
    (2, "equal", "x'x", "x"),
    (2, "grad", "x'A +"),
    (2, "grad", "A X"),
    (2, "grad", "x'x", "--size", "n"),
    (2, "grad", "x'x", "-w", "x", "-w", "y"),
    (2, "grad", "x'x", "--rules", "/nowhere/my.rules"),
    (2, "grad", "x'x", "-o", "/nowhere/x"),
    (2, "grad", "x\udcff"),
    (2, "explain", "M1234"),
    (3, "verify", "log(x)", "-w", "x", "-v", "x: scalar", "--claim", "log(-x - x^2)"),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: ascii(" ".join(call[1:])))
def test_exit_code(call: tuple[int, str]) -> None:
    code, *args = call
    found, _, err = run(*args)
    assert found == code, err
    assert "Traceback" not in err
    assert bool(err) is (code == 2)


def _raise(error: BaseException) -> object:
    def raising(*_: object, **__: object) -> None:
        raise error

    return raising


def test_an_answer_that_fails_its_check_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = api.Derivation.verify

    def wrong(self: api.Derivation, **options: object) -> object:
        return replace(honest(self, **options), ok=False, status="failed", max_rel_error=0.5)  # type: ignore[arg-type]

    monkeypatch.setattr(api.Derivation, "verify", wrong)
    code, out, err = run("grad", "x'Ax", "-w", "x", "--seed", "5")
    assert (code, out) == (70, "")
    assert "M9001" in err
    assert "seed 5" in err
    assert 'python -m matcalc grad "x\'Ax" -w x --seed 5' in err
    assert run("grad", "x'Ax", "-w", "x", "--json")[2] == ""


def test_a_defect_is_reported_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "grad", _raise(AssertionError("odd")))
    code, out, err = run("grad", "x'x")
    assert (code, out) == (70, "")
    assert "M9002" in err
    assert "Traceback" not in err
    assert "python -m matcalc grad" in err


def test_an_answer_that_cannot_be_checked_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = api.Derivation.verify

    def unsure(self: api.Derivation, **options: object) -> object:
        return replace(honest(self, **options), ok=None, status="inconclusive", reason="no point")  # type: ignore[arg-type]

    monkeypatch.setattr(api.Derivation, "verify", unsure)
    code, out, err = run("grad", "x'x")
    assert (code, out) == (3, "")
    assert "could not be checked, so it is not shown: no point" in err
    assert run("grad", "x'x", "--no-check")[:2] == (0, "2*x\n")


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (BrokenPipeError(), 0), (RecursionError(), 3),
                                             (MemoryError(), 3)])
def test_other_ends(error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "grad", _raise(error))
    assert run("grad", "x'x")[0] == code
