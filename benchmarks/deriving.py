"""What deriving costs in CPU time, each time in names that were never met before: a memory of answers helps nobody.

    python benchmarks/deriving.py                      all tables on standard output, in Markdown
    python benchmarks/deriving.py nets file            some of: nets operators matrices products sums sympy file
    python benchmarks/deriving.py file --beside DIR    lines per second of another checkout as well, taken in turn

Ratios of one run are comparable, milliseconds only on one machine. Answers are not checked here, but in `file`, where a
user has them checked. Needs SymPy for `sympy`.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count, product
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

from problems.machine import sentence

import matcalc

_STEMS = map("".join, product(ascii_uppercase, ascii_lowercase, ascii_lowercase))
RUNS = 3
DEPTHS = (6, 12, 25, 50, 100)
TERMS = (30, 40, 50, 60, 62, 63, 64, 65, 70, 80, 160, 320)
LINES = 500
Question = tuple[str, str, dict[str, str]]  # expression, by what, declarations


class Answered(NamedTuple):
    """CPU seconds of a derivation with its text, and the text; a refusal is its first line."""

    seconds: float
    text: str


def stem() -> str:
    """A name that has not been used; the families of a question are numbered behind it."""
    return next(_STEMS)


def net(layers: int) -> Question:
    """‖tanh(W_L … tanh(W_1 x)) − y‖² by W_1."""
    w, x, y = stem(), stem(), stem()
    text = x
    for k in range(1, layers + 1):
        text = f"tanh({w}_{k}*{text})"
    weights = {f"{w}_{k}": "matrix(n,n)" for k in range(1, layers + 1)}
    return f"normF({text} - {y})^2", f"{w}_1", {x: "vector(n)", y: "vector(n)", **weights}


def powers(factors: int) -> Question:
    """tr(A_1 X … A_N X) by X."""
    a, x = stem(), stem()
    text = "*".join(f"{a}_{k}*{x}" for k in range(1, factors + 1))
    return f"tr({text})", x, {x: "matrix(n,n)", **{f"{a}_{k}": "matrix(n,n)" for k in range(1, factors + 1)}}


def residual(terms: int) -> Question:
    """‖A_1 x + … + A_N x − b‖² by x."""
    a, x, b = stem(), stem(), stem()
    text = " + ".join(f"{a}_{k}*{x}" for k in range(1, terms + 1))
    declared = {x: "vector(n)", b: "vector(m)", **{f"{a}_{k}": "matrix(m,n)" for k in range(1, terms + 1)}}
    return f"normF({text} - {b})^2", x, declared


def gradient(question: Question) -> str:
    text, wrt, variables = question
    return matcalc.grad(text, wrt=wrt, variables=variables, check=False).ascii


def operator(question: Question) -> str:
    text, wrt, variables = question
    found = matcalc.hessian(text, wrt=wrt, variables=variables, check=False).operator
    assert found is not None
    return found.ascii


def hessian(question: Question) -> str:
    text, wrt, variables = question
    return matcalc.hessian(text, wrt=wrt, variables=variables, check=False).ascii


def answered(derive: Callable[[Question], str], asked: Callable[[int], Question], size: int) -> Answered:
    """The median of some runs, each with new names."""
    found = []
    for _ in range(RUNS):
        question = asked(size)
        start = time.process_time()
        try:
            text = derive(question)
        except matcalc.MatcalcError as refused:
            text = str(refused).splitlines()[0]
        found.append(Answered(time.process_time() - start, text))
        if found[-1].seconds > 2:
            break
    return sorted(found)[len(found) // 2]


def table(head: Sequence[str], rows: Iterator[Sequence[object]]) -> None:
    """A table in Markdown, row by row as they are measured."""
    print(f"\n| {' | '.join(head)} |\n|{'---|' * len(head)}", flush=True)
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |", flush=True)


def growing(derive: Callable[[Question], str], asked: Callable[[int], Question],
            sizes: Sequence[int]) -> Iterator[Sequence[object]]:
    """Size, milliseconds, how many times those of the row before, characters, or what was said instead."""
    before = None
    for size in sizes:
        found = answered(derive, asked, size)
        ratio = f"{found.seconds / before:.2f}" if before else ""
        before = found.seconds
        said = found.text if found.text.startswith("error") else len(found.text)
        yield size, f"{1e3 * found.seconds:.0f}", ratio, said


_GROWTH = ("CPU, ms", "times the row before", "characters")


def nets() -> None:
    answered(gradient, net, 3)
    table(("layers, gradient", *_GROWTH), growing(gradient, net, DEPTHS))


def operators() -> None:
    answered(operator, net, 3)
    table(("layers, ∇²f[V]", *_GROWTH), growing(operator, net, DEPTHS))


def matrices() -> None:
    answered(hessian, net, 3)
    table(("layers, Hessian on vec", *_GROWTH), growing(hessian, net, DEPTHS))


def products() -> None:
    answered(operator, powers, 3)
    table(("factors A X, ∇²f[V]", *_GROWTH), growing(operator, powers, (5, 10, 20, 40)))


def sums() -> None:
    answered(gradient, residual, 3)
    table(("terms, gradient", *_GROWTH), growing(gradient, residual, TERMS))


# SymPy differentiates what is below rightly; what it leaves as a Derivative, as det X, is no comparison.
MATRICES, VECTORS, SCALARS = "AXB", "Axb", "xa"
CASES = {
    "tr(A*X*B)": (MATRICES, lambda s, A, X, B: s.Trace(A * X * B).diff(X).doit()),
    "tr(X'*A*X)": (MATRICES, lambda s, A, X, B: s.Trace(X.T * A * X).diff(X).doit()),
    "tr(A*inv(X)*B)": (MATRICES, lambda s, A, X, B: s.Trace(A * s.Inverse(X) * B).diff(X).doit()),
    "tr(A*X*B*X'*X)": (MATRICES, lambda s, A, X, B: s.Trace(A * X * B * X.T * X).diff(X).doit()),
    "x'*A*x": (VECTORS, lambda s, A, x, b: (x.T * A * x).diff(x).doit()),
    "b'*A*x": (VECTORS, lambda s, A, x, b: (b.T * A * x).diff(x).doit()),
    "(A*x - b)'*(A*x - b)": (VECTORS, lambda s, A, x, b: ((A * x - b).T * (A * x - b)).diff(x).doit()),
    "x^3 + a*x": (SCALARS, lambda s, x, a: (x**3 + a * x).diff(x)),
    "sin(x)*exp(a*x)": (SCALARS, lambda s, x, a: (s.sin(x) * s.exp(a * x)).diff(x)),
    "log(1 + exp(a*x))": (SCALARS, lambda s, x, a: s.log(1 + s.exp(a * x)).diff(x)),
    "sqrt(x^2 + a^2)": (SCALARS, lambda s, x, a: s.sqrt(x**2 + a**2).diff(x)),
    "tanh(a*x)/x": (SCALARS, lambda s, x, a: (s.tanh(a * x) / x).diff(x)),
}
_NUMBERS = count(1)


def _by_sympy(letters: str, derive: Callable[..., Any]) -> Callable[[], object]:
    import sympy

    k = next(_NUMBERS)
    if letters == SCALARS:
        symbols = [sympy.Symbol(f"{letter}_{k}") for letter in letters]
        return lambda: str(derive(sympy, *symbols))
    n = sympy.Symbol(f"n_{k}", integer=True, positive=True)
    sizes = {letter: (n, 1) if letters == VECTORS and letter.islower() else (n, n) for letter in letters}
    return lambda: str(derive(sympy, *(sympy.MatrixSymbol(f"{c}_{k}", *size) for c, size in sizes.items())))


def _by_matcalc(text: str, letters: str) -> Callable[[], object]:
    k = next(_NUMBERS)
    kinds = {letter: "scalar" if letters == SCALARS else "vector(n)" if letters == VECTORS and letter.islower()
             else "matrix(n,n)" + " invertible" * (f"inv({letter})" in text) for letter in letters}
    wrt = f"{'X' if letters == MATRICES else 'x'}_{k}"
    named = re.sub(rf"\b[{letters}]\b", rf"\g<0>_{k}", text)
    declared = {f"{letter}_{k}": kind for letter, kind in kinds.items() if f"{letter}_{k}" in named}
    return lambda: gradient((named, wrt, declared))


def _seconds(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def against_sympy(runs: int = 25) -> Iterator[Sequence[object]]:
    """Both in turn, the first of each not counted: the milliseconds of the medians, and their ratio."""
    ratios = []
    for text, (letters, derive) in CASES.items():
        both = [(_seconds(_by_sympy(letters, derive)), _seconds(_by_matcalc(text, letters))) for _ in range(runs)][1:]
        theirs, ours = (statistics.median(seconds) for seconds in zip(*both, strict=True))
        ratios.append(theirs / ours)
        yield f"`{text}`", f"{1e3 * theirs:.2f}", f"{1e3 * ours:.2f}", f"{ratios[-1]:.1f}"
    yield "median; worst", "", "", f"{statistics.median(ratios):.1f}; {min(ratios):.1f}"


def sympy() -> None:
    table(("warm, new names", "SymPy, ms", "matcalc, ms", "SymPy / matcalc"), against_sympy())


# As in tables of formulas: an expression in A X B (square), x y (columns), a c (numbers), and by what.
TEMPLATES = (
    ("tr(A*X*B)", "X"), ("tr(X'*A*X)", "X"), ("tr(X'*A*X*B)", "X"), ("tr(A*inv(X)*B)", "X"), ("log(det(X))", "X"),
    ("det(A*X*B)", "X"), ("x'*A*x + y'*x", "x"), ("norm(A*x - y)^2", "x"), ("norm(A*x - y)^2 + c*x'*x", "x"),
    ("sum(log(1 + exp(A*x)))", "x"), ("sum(log(1 + exp(-y.*(A*x))))", "x"), ("logsumexp(A*x + y)", "x"),
    ("x'*A*x/(x'*x)", "x"), ("sqrt(x'*x + c^2)", "x"), ("y'*tanh(A*x)", "x"), ("normF(X*A - B)^2", "X"),
    ("log(det(X*X' + A))", "X"), ("tr(expm(X))", "X"), ("x'*y/(norm(x)*norm(y))", "x"), ("exp(-c*x'*x)", "x"),
    ("normF(A.*(X - B))^2", "X"), ("y'*inv(X)*x", "X"), ("sum(exp(A*x)) - y'*A*x", "x"), ("a*sin(c)*exp(a*c)", "c"),
    ("y'*X*A*X'*x", "X"),
)
_KINDS = {"A": "matrix(n,n)", "B": "matrix(n,n)", "X": "matrix(n,n)", "x": "vector(n)", "y": "vector(n)",
          "a": "scalar", "c": "scalar"}


def problems(lines: int) -> list[str]:
    """So many problems, no two alike: templates in new names, some with a further term."""
    found = []
    for k in range(lines):
        text, wrt = TEMPLATES[k % len(TEMPLATES)]
        if k // len(TEMPLATES) % 2:
            text += {"X": " + c*tr(B*X)", "x": " - 3*y'*x", "c": " + a*c^2"}[wrt]
        own = re.sub(r"\b[ABXxyac]\b", rf"\g<0>_{k}", text)
        declared = [f"--var '{name}_{k}: {kind}'" for name, kind in _KINDS.items() if f"{name}_{k}" in own]
        found.append(" ".join([own, f"--wrt {wrt}_{k}", *(word.replace("'", "") for word in declared)]))
    return found


def _file_seconds(file: Path, checkout: Path | None, cores: int) -> tuple[float, float]:
    """CPU and wall seconds of `grad --file`, of modules that Python has compiled in a run before: where an environment
    forbids to keep that, each start would pay for it."""
    allowed = sorted(os.sched_getaffinity(0))
    kept = {"PYTHONPYCACHEPREFIX": str(file.parent / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    environment = os.environ | kept | ({"PYTHONPATH": str(checkout)} if checkout else {})

    def spent() -> tuple[float, float]:
        before, start = getrusage(RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-m", "matcalc", "grad", "--file", str(file)], check=False,
                       stdout=subprocess.DEVNULL, env=environment,
                       preexec_fn=lambda: os.sched_setaffinity(0, allowed[:cores]))
        after, end = getrusage(RUSAGE_CHILDREN), time.perf_counter()
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, end - start

    spent()
    return spent()


def of_files(beside: Path | None) -> Iterator[Sequence[object]]:
    """A file of many problems on one core and on two; of another checkout first, where one is named."""
    checkouts = {"that checkout": beside, "this": None} if beside else {"this": None}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "problems.txt"
        file.write_text("\n".join(problems(LINES)) + "\n", "utf-8")
        for cores in (1, 2)[:len(os.sched_getaffinity(0))]:
            for name, checkout in checkouts.items():
                cpu, wall = _file_seconds(file, checkout, cores)
                yield name, cores, f"{cpu:.1f}", f"{wall:.1f}", f"{LINES / cpu:.1f}", f"{LINES / wall:.1f}"


def files(beside: Path | None) -> None:
    head = (f"`grad --file`, {LINES} problems", "cores", "CPU, s", "wall, s", "lines a CPU second", "lines a second")
    table(head, of_files(beside))


SECTIONS: dict[str, Callable[[], None]] = {
    "nets": nets, "operators": operators, "matrices": matrices, "products": products, "sums": sums, "sympy": sympy}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="section", help="of: " + ", ".join([*SECTIONS, "file"]))
    parser.add_argument("--beside", type=Path, metavar="DIR", help="another checkout, for `file`")
    asked = parser.parse_args()
    if unknown := set(asked.sections) - {*SECTIONS, "file"}:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    for name in asked.sections or [*SECTIONS, "file"]:
        if name == "file":
            files(asked.beside)
        else:
            SECTIONS[name]()
    print(f"\n{sentence()}")


if __name__ == "__main__":
    main()
