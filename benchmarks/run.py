"""Speed as ratios measured in one run, since machines are noisy: start-up, warm derivation, growth with the input.

    python benchmarks/run.py            all of them, a table on standard output
    python benchmarks/run.py growth     one of: processes, warm, growth, indices

`processes` wants a normal, non-editable install and PYTHONDONTWRITEBYTECODE unset, as a user has it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import matcalc

Row = tuple[str, float, str]


def median_seconds(action: Callable[[], Any], runs: int = 5) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def interleaved(*actions: Callable[[], Any], runs: int = 9) -> list[float]:
    """Median seconds of each action, taken in turn, so that a drifting machine slows all of them alike."""
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(runs):
        for action, seconds in zip(actions, times, strict=True):
            seconds.append(median_seconds(action, 1))
    return [statistics.median(seconds) for seconds in times]


def _process(*words: str) -> Callable[[], Any]:
    command = [sys.executable, *words]
    return lambda: subprocess.run(command, check=True, capture_output=True)


def processes() -> Iterator[Row]:
    """Whole processes against `python -c "import sympy"`."""
    commands = {
        "import sympy": _process("-c", "import sympy"),
        "matcalc grad det(AXB), checked": _process("-m", "matcalc", "grad", "det(AXB)", "--wrt", "X"),
        "matcalc --version": _process("-m", "matcalc", "--version"),
    }
    for command in commands.values():
        command()
    seconds = interleaved(*commands.values())
    limits = ["", "<= 0.5", "<= 0.17"]
    for name, time_taken, limit in zip(commands, seconds, limits, strict=True):
        yield f"{name}: of import sympy", time_taken / seconds[0], limit


def _sympy_cases() -> Iterator[tuple[str, Callable[[], Any], dict[str, str]]]:
    """Expressions that SymPy 1.14 differentiates correctly, with the same problem for matcalc."""
    from sympy import Inverse, MatrixSymbol, Symbol, Trace

    n, m = Symbol("n", integer=True, positive=True), Symbol("m", integer=True, positive=True)
    A, X, B = MatrixSymbol("A", m, m), MatrixSymbol("X", m, m), MatrixSymbol("B", m, m)
    x, M = MatrixSymbol("x", n, 1), MatrixSymbol("M", n, n)
    square = {"A": "matrix(m,m)", "X": "matrix(m,m) invertible", "B": "matrix(m,m)"}
    yield "tr(A*X*B)", lambda: Trace(A * X * B).diff(X).doit(), square
    yield "tr(X'*A*X)", lambda: Trace(X.T * A * X).diff(X).doit(), square
    yield "tr(A*inv(X)*B)", lambda: Trace(A * Inverse(X) * B).diff(X).doit(), square
    yield "x'*M*x", lambda: (x.T * M * x).diff(x).doit(), {"x": "vector(n)", "M": "matrix(n,n)"}
    yield "tr(A*X*B*X'*X)", lambda: Trace(A * X * B * X.T * X).diff(X).doit(), square


def warm() -> Iterator[Row]:
    """How many times faster than SymPy a derivation is once both are loaded."""
    from sympy.core.cache import clear_cache

    for text, derive, variables in _sympy_cases():
        wrt = "x" if "x" in variables else "X"

        def by_sympy(derive: Callable[[], Any] = derive) -> None:
            clear_cache()
            derive()

        def by_matcalc(text: str = text, wrt: str = wrt, variables: dict[str, str] = variables) -> None:
            _ = matcalc.grad(text, wrt=wrt, variables=variables, check=False).ascii

        by_sympy(), by_matcalc()
        theirs, ours = interleaved(by_sympy, by_matcalc)
        yield f"SymPy / matcalc, warm: {text}", theirs / ours, ">= 5"


def network(layers: int) -> tuple[str, dict[str, str]]:
    """‖… tanh(tanh(X W1) W2) … − Y‖² with L layers, and its declarations."""
    text = "X"
    for k in range(1, layers + 1):
        text = f"tanh({text}*W_{k})"
    weights = {f"W_{k}": "matrix(n,n)" for k in range(1, layers + 1)}
    return f"normF({text} - Y)^2", {"X": "matrix(m,n)", "Y": "matrix(m,n)", **weights}


def _network_seconds(layers: int) -> float:
    text, variables = network(layers)

    def derive() -> None:
        matcalc.grad(text, wrt="W_1", variables=variables, check=False)

    return min(median_seconds(derive, 1) for _ in range(5))


def growth() -> Iterator[Row]:
    """time(2L)/time(L) for an L-layer network, and the seconds that very large inputs take."""
    _network_seconds(5)
    seconds = {layers: _network_seconds(layers) for layers in (25, 50, 100, 200, 400)}
    for layers in (25, 50, 100, 200):
        yield f"network time({2 * layers}) / time({layers})", seconds[2 * layers] / seconds[layers], "<= 2.3"
    terms = " + ".join(f"x_{k}'*x_{k}" for k in range(5000))
    variables = {f"x_{k}": "vector(n)" for k in range(5000)}
    nested = "sin(" * 5000 + "c" + ")" * 5000
    yield "a sum of 5,000 terms, seconds", _seconds(terms, "x_1", variables), "a few"
    yield "5,000 nested calls, seconds", _seconds(nested, "c", {"c": "scalar"}), "a few"
    yield "5,000 nested brackets, seconds", _seconds("(" * 5000 + "c^2" + ")" * 5000, "c", {"c": "scalar"}), "a few"
    shifted = "*".join(f"(c + {k})" for k in range(1, 41))
    yield "a product of 40 shifted factors, seconds", _seconds(shifted, "c", {"c": "scalar"}), "a few"


def indexed(terms: int) -> tuple[str, dict[str, str]]:
    """A sum of so many sums over members, no two alike, and its declarations."""
    parts = [f"(sum_i sin({k}*y_i*(x_i'w)))" if k % 2 else f"(sum_i sum_j exp(-{k}*||x_i - x_j||^2)*y_j)"
             for k in range(1, terms + 1)]
    return " + ".join(parts), {"x_i": "vector(d)", "y_i": "scalar", "w": "vector(d)"}


def _indexed_seconds(terms: int, wrt: str) -> float:
    text, variables = indexed(terms)
    return min(_seconds(text, wrt, variables) for _ in range(3))


def indices() -> Iterator[Row]:
    """time(2N)/time(N) for N sums over indices, by a parameter and by a member; and members cost nothing."""
    _indexed_seconds(10, "w")
    for wrt in ("w", "x_k"):
        seconds = {terms: _indexed_seconds(terms, wrt) for terms in (10, 20, 40, 80, 160, 320)}
        for terms in (10, 20, 40, 80, 160):
            growth_of = seconds[2 * terms] / seconds[terms]
            yield f"sums by {wrt} time({2 * terms}) / time({terms})", growth_of, "<= 2.3"
    few, many = ("sum_{i=1}^{" + n + "} log(1 + exp(-y_i*(x_i'w)))" for n in ("10", "1000000"))
    variables = {"x_i": "vector(d)", "y_i": "scalar", "w": "vector(d)"}
    least, most = (min(_seconds(text, "w", variables) for _ in range(5)) for text in (few, many))
    yield "time(1,000,000 members) / time(10 members)", most / least, "about 1"


def _seconds(text: str, wrt: str, variables: dict[str, str]) -> float:
    return median_seconds(lambda: matcalc.grad(text, wrt=wrt, variables=variables, check=False), 1)


SECTIONS = {"processes": processes, "warm": warm, "growth": growth, "indices": indices}


def main() -> None:
    asked = sys.argv[1:] or list(SECTIONS)
    for name in asked:
        for label, figure, limit in SECTIONS[name]():
            print(f"{label:55s}{figure:10.2f}   {limit}", flush=True)


if __name__ == "__main__":
    main()
