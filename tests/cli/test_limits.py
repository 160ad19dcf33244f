"""Hostile input: soon an answer or a clear refusal, no traceback, and memory stays bounded."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from matcalc.limits import LimitError, alarm, spend, work
from tests.cli.sessions import run


def _doublings(n: int) -> str:
    """Each line uses the one before twice."""
    return "; ".join(["R_0 := x", *(f"R_{k} := sin(R_{k - 1}) + cos(R_{k - 1})" for k in range(1, n)), f"R_{n - 1}"])


HOSTILE = {
    "power": ["X^1000000", "-w", "X"],
    "brackets": ["(" * 20_000 + "x" + ")" * 20_000, "-w", "x"],
    "kron": ["sum(" + "kron(X, " * 30 + "X" + ")" * 31, "-w", "X"],
    "kron, deep": ["sum(" + "kron(X, " * 1_000 + "X" + ")" * 1_001, "-w", "X"],
    "primes": ["x" + "'" * 50_000],
    "derivatives": ["f" + "′" * 50_000 + "(x)"],
    "digits": ["9" * 3_999 + "x'x", "-w", "x"],
    "exponents": ["(10^3000)^3000*x'x", "-w", "x"],
    "tower": ["x^9^9^9^9", "-v", "x: scalar"],
    "superscripts": ["x'x" + "⁹" * 5_000],
    "control": ["x\x07'\x1b[31mAx"],
    "direction": ["x'\u202eAx"],
    "long": ["x+" * 500_000 + "x"],
    "bars": ["|" * 2_000 + "a" + "|" * 2_000],
    "nested bars": ["|1+" * 2_000 + "a" + "|" * 2_000],
    "norms": ["‖" * 2_000 + "x" + "‖x" * 2_000],
    "letters": ["A" * 50_000, "-w", "A"],
    "giant": ["tr(A*X)", "-w", "X", "-v", "X: matrix(100000,100000)"],
    "giant size": ["x'x", "--size", "n=100000000"],
    "giant identity": ["tr(eye(1000000)*X)", "-w", "X"],
    "giant number as a size": ["tr(eye(1e4000)*X)", "-w", "X"],
    "digits of a dimension": ["x'x", "-v", "x: vector(" + "9" * 5_000 + ")"],
    "fractions": ["1/(" * 1_000 + "x" + "+1)" * 1_000, "-v", "x: scalar"],
    "doublings": ["f(x) := x.*x; sum(" + "f(" * 40 + "y" + ")" * 41],
    "Python": ["__import__('os').system('id')"],
    "attributes": ["x.__class__.__bases__", "--dialect", "numpy"],
    "variables": ["+".join(f"x{i}'*A{i}*x{i}" for i in range(300)), "-w", "x1"],
    "long chain": ["sum(" + "A*X*" * 500 + "A)", "-w", "X"],
    "deep sines": ["sin(" * 2_500 + "x" + ")" * 2_500, "-v", "x: scalar"],
    "deep powers": ["tr(" + "x^" * 1_000 + "1)", "-w", "x"],
    "roots of a polynomial": ["*".join(f"(x+{k})" for k in range(1, 60)), "-v", "x: scalar"],
    "steps of doublings": [_doublings(60), "-w", "x", "-v", "x: scalar", "--steps"],
    "steps of doublings, LaTeX": [_doublings(60), "-w", "x", "-v", "x: scalar", "--steps=full", "--latex"],
    "slow samples": ["norm_nuc(X)", "-w", "X", "--size", "n=1900,m=1900"],
    "empty": [""],
}


@pytest.mark.parametrize("args", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input(args: list[str]) -> None:
    code, _, err = run("grad", *args, "--timeout", "0.1")
    assert code in (0, 2, 3), err[:2_000]
    assert "Traceback" not in err
    assert len(err) < 500_000
    assert "\x1b[31m" not in err


def test_timeout() -> None:
    args = ["grad", "sum(" + "kron(X, " * 30 + "X" + ")" * 31, "-w", "X", "--timeout", "0.02"]
    code, out, err = run(*args)
    assert (code, out) == (3, "")
    assert "M0107" in err
    assert "--timeout" in err
    assert '"ok": false' in run(*args, "--json")[1]


@pytest.mark.parametrize("seconds", ["-1", "nan", "inf", "1e300", "x"])
def test_a_timeout_is_a_number_of_seconds(seconds: str) -> None:
    code, _, err = run("grad", "x'x", "--timeout", seconds)
    assert code == 2
    assert "--timeout" in err


def test_what_is_over_stays_over() -> None:
    """Somebody catches the error and goes on; the next look at the clock refuses again."""
    with work(0.01):
        for _ in range(2):
            with pytest.raises(LimitError):
                busy()


def test_the_alarm_rings_again() -> None:
    rings = 0
    with alarm(0.01):
        for _ in range(2):
            try:
                spin()
            except LimitError:
                rings += 1
    assert rings == 2


def test_an_alarm_inside_a_callback_is_no_news_and_rings_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is raised while an object is let go is lost; Python would print it."""
    printed: list[object] = []
    rung = []
    monkeypatch.setattr(sys, "unraisablehook", printed.append)

    class Slow:
        def __del__(self) -> None:
            try:
                spin()
            except LimitError:
                rung.append(1)
                raise

    held = [Slow()]

    def go_on() -> None:
        held.clear()
        spin()

    with pytest.raises(LimitError), alarm(0.01):
        go_on()
    assert (printed, rung) == ([], [1])


def spin() -> None:
    end = time.thread_time() + 3
    while time.thread_time() < end:
        sum(range(1_000))


def busy() -> None:
    end = time.thread_time() + 0.2
    while time.thread_time() < end:
        spend(1_000)


def test_a_scope_ends_and_nests() -> None:
    busy()
    with work(0), work(0.01):
        busy()
    with pytest.raises(LimitError), work(0.01), work(0):
        busy()
    busy()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here")
def test_memory_is_bounded() -> None:
    """Of the process itself: what `getrusage` says of a child begins with what its parent held."""
    code = ("import re, sys\nfrom matcalc.__main__ import main\ntry:\n    main()\nfinally:\n"
            "    print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1], file=sys.stderr)")
    for name in ("kron", "giant"):
        done = subprocess.run([sys.executable, "-c", code, "grad", *HOSTILE[name]], capture_output=True, text=True,
                              check=False)
        assert int(done.stderr.split()[-1]) < 1 << 20, name  # KiB
