"""Formulas in LaTeX fit the page: their width as TeX measured it, lines that break, brackets by height, gaps.

Where pdflatex is installed every derivation of the corpus is set: no line is too wide, nothing is an error.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import matcalc
from matcalc.cli.screen.stepwise import steps_in
from matcalc.printers.dialects.latex import DIALECT
from matcalc.printers.tex_layout import PAGE, finished, lines
from matcalc.printers.tex_width import width
from tests import corpus

MEASURED = [row.split("\t") for row in (Path(__file__).parents[1] / "data" / "tex_widths.tsv")
            .read_text(encoding="utf-8").splitlines() if not row.startswith("#")]
LINE = 345  # points: of the class article
SHARE = 8


def derivation(name: str) -> str:
    assert DIALECT.markup is not None
    return steps_in(DIALECT.markup, corpus.answer(name), "full", "latex")


@pytest.mark.parametrize(("measured", "formula"), MEASURED)
def test_the_width_is_that_of_tex(measured: str, formula: str) -> None:
    wide = float(measured)
    assert abs(width(formula) - wide) < 5 + 0.02 * wide


@pytest.mark.parametrize(("text", "shown"), [
    (r"A \mathrm{d}X B", r"A\, \mathrm{d}X\, B"),
    (r"\mathrm{d}W W^{\top}", r"\mathrm{d}W\, W^{\top}"),  # not dWW
    (r"\mathrm{d}(X W) W", r"\mathrm{d}(X W)\, W"),
    (r"\operatorname{tr}(G^{\top} \mathrm{d}X)", r"\operatorname{tr}(G^{\top}\, \mathrm{d}X)"),
    (r"\mathrm{d}X_{1}^{\top} \odot Y - \mathrm{d}Z", r"\mathrm{d}X_{1}^{\top} \odot Y - \mathrm{d}Z"),
    (r"\mathrm{d}\mathbf{x}^{\top} y", r"\mathrm{d}\mathbf{x}^{\top}\, y"),
    (r"(\frac{1}{2} x + y) (u + v)", r"\left(\frac{1}{2} x + y\right) (u + v)"),
    (r"\exp(-(x + \frac{y}{2}))", r"\exp\left(-\left(x + \frac{y}{2}\right)\right)"),
    (r"(\sum_{i} B_{i}) x", r"\left(\sum_{i} B_{i}\right) x"),
    (r"(x^{\frac{1}{2}} + y)", r"(x^{\frac{1}{2}} + y)"),  # a small fraction does not make a line high
    (r"\frac{(a + b) c}{d}", r"\frac{(a + b) c}{d}"),
])
def test_brackets_and_gaps(text: str, shown: str) -> None:
    assert finished(text) == shown
    assert finished(shown) == shown


@pytest.mark.parametrize(("text", "room", "broken"), [
    ("a + b - c", 30, ["a + b", "{} - c"]),
    ("A (B + C) + D", 55, ["A (B + C)", "{} + D"]),
    ("A (B + C)", 40, ["A", "(B + C)"]),
    ("A (B + C + D + E + F + G + H)", 110, ["A (B + C + D + E + F", "{} + G + H)"]),
    (r"A B \odot C D", 30, ["A B", r"{} \odot C D"]),
    ("-a", 1, ["-a"]),
    (r"\sqrt{a + b + c}", 10, [r"\sqrt{a + b + c}"]),
    (r"\frac{a + b + c + d + e}{e}", 60, [r"\frac{1}{e} \biggl(a + b", "{} + c + d", "{} + e\\biggr)"]),
])
def test_a_line_breaks_outside_brackets_before_a_sign(text: str, room: float, broken: list[str]) -> None:
    assert lines(text, room, room) == broken


@pytest.mark.parametrize("name", [case["id"] for case in corpus.cases()[::SHARE]])
def test_every_line_of_a_derivation_fits(name: str) -> None:
    rows = derivation(name).splitlines()[1:-1]
    left = max(width(row.partition("&")[0]) for row in rows)
    for row in rows:
        shown = row.partition("&")[2].removesuffix(r" \\")
        small = 0.87 if r"\footnotesize" in shown else 1.0
        assert left + small * width(shown) <= LINE + 5, row
    assert PAGE <= LINE


WIDE = "1/m sum(log(1+exp(-y.*(X w)))) + ‖Xw - b‖^2*exp(-w'w)*tr(X'X) + ‖w‖^4 sum(tanh(X w))"


@pytest.mark.parametrize(("formula", "wrt", "kind", "shown"), [
    ("log det(L L'+D) + tr(inv(L L'+D) S) where D: sym, S: sym", "L", matcalc.grad,
     r"2 C^{-1} (C - S) C^{-1} L \text{ where } C = L L^{\top} + D"),
    ("logsumexp(A x)", "x", matcalc.hessian,
     r"A^{\top} (\operatorname{diag}(p) - p p^{\top}) A \text{ where } p = \operatorname{softmax}(A x)"),
    ("det(A X B)", "X", matcalc.grad, r"\det(A X B)\, A^{\top} (A X B)^{-\top} B^{\top}"),
])
def test_a_document_names_what_the_terminal_names(formula: str, wrt: str, kind: Any, shown: str) -> None:
    assert kind(formula, wrt, check=False).document("latex") == shown


@pytest.mark.parametrize(("formula", "wrt", "kind"), [
    (WIDE, "w", matcalc.grad), ("logsumexp(A x)", "x", matcalc.hessian), ("x'A x/(x'x)", "x", matcalc.hessian)])
def test_a_document_is_read_back(formula: str, wrt: str, kind: Any) -> None:
    d = kind(formula, wrt, check=False)
    variables = {name: info.kind for name, info in d.problem.variables.items()}
    found = matcalc.equal(d.document("latex"), d.ascii, variables=variables)
    assert found.equal
    rows = d.document("latex").splitlines()
    assert all(width(row.removeprefix("&").removesuffix(r" \\")) <= LINE + 5 for row in rows)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_tex_sets_every_derivation_without_an_overfull_box(tmp_path: Path) -> None:
    names = [case["id"] for case in corpus.cases()]
    body = "\n\n".join(f"\\typeout{{{name}}}\n{derivation(name)}\n\\[\n{corpus.answer(name).document('latex')}\n\\]"
                       for name in names)
    (tmp_path / "all.tex").write_text("\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n\\allowdisplaybreaks\n"
                                      f"\\begin{{document}}\n{body}\n\\end{{document}}\n", encoding="utf-8")
    made = subprocess.run(["pdflatex", "-interaction=nonstopmode", "all.tex"], cwd=tmp_path, capture_output=True,
                          text=True, errors="replace", check=False).stdout
    assert not re.findall(r"^(?:!|Overfull).*", made, re.MULTILINE)
    assert all(name in made for name in names)
