"""Formulas in the formats of other programs: each means what its own program means by it, or is refused, never a third.

The truths are the formula in the language's own spelling; LaTeX as five programs made MathML of it (katex 0.19,
temml 0.13, mathjax-full 3.2, latex2mathml 3.81, pandoc 2.17), tex2typst's Typst and unicodeit's text; the MathML that
Typst 0.15 and MathJax's AsciiMath make of a text; and numbers that R 4.2 computed.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import matcalc
from matcalc.formats import recognised, translated
from matcalc.formats.telltales import SHARED, SIGNS
from matcalc.language.foreign import PASTED, is_pasted
from matcalc.options import NOTATIONS
from matcalc.printers import ascii_text

HERE = Path(__file__).parent
FORMULAS = tomllib.loads((HERE / "formulas.toml").read_text(encoding="utf-8"))["formula"]
TABLE = [(row["name"], name, row[name], row["truth"]) for row in FORMULAS for name in NOTATIONS if name in row]
PRINTED = [json.loads(row) for row in (HERE / "printed.jsonl").read_text(encoding="utf-8").splitlines()]
VALUES = [json.loads(row) for row in (HERE / "r_values.jsonl").read_text(encoding="utf-8").splitlines()]
PROGRAMS = ("katex", "temml", "mathjax", "latex2mathml", "pandoc", "tex2typst", "unicodeit")
RIGHT = {"katex": 81, "temml": 81, "mathjax": 79, "latex2mathml": 82, "pandoc": 83, "tex2typst": 69, "unicodeit": 76}


def read(text: str, dialect: str = "") -> str:
    """How a text is read, or the code of what is refused."""
    try:
        return ascii_text(matcalc.parse(text, dialect=dialect))  # type: ignore[arg-type]
    except matcalc.MatcalcError as error:
        return error.diagnostics[0].code


@pytest.mark.parametrize(("notation", "text", "truth"), [row[1:] for row in TABLE],
                         ids=[f"{row[1]} {row[0]}" for row in TABLE])
def test_formulas_of_the_field(notation: str, text: str, truth: str) -> None:
    found = read(text, notation)
    assert matcalc.equal(found, truth).equal, found


def test_each_format_has_enough_formulas() -> None:
    counts = {name: sum(row[1] == name for row in TABLE) for name in NOTATIONS[1:]}  # MathML is in PRINTED
    assert min(counts.values()) >= 25, counts


def test_signs_tell_the_format() -> None:
    for _, notation, text, _ in TABLE:
        assert set(recognised(text, {})) <= {notation}, text
        if recognised(text, {}):
            assert is_pasted({"expr": text}, "")
            assert read(text) == read(text, notation)


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_programs_print_is_read_or_refused(program: str) -> None:
    right = 0
    for row in PRINTED:
        if program not in row:
            continue
        found, wanted = read(row[program], "typst" if program == "tex2typst" else ""), read(row["tex"])
        if found != wanted and program == "unicodeit":
            found = found.replace("\u20d7", "")  # x⃗ is a name of its own
        assert found == wanted or re.fullmatch(r"M\d{4}", found), (row[program], found, wanted)
        right += found == wanted
    assert right >= RIGHT[program], right


@pytest.mark.parametrize(("file", "notation"), [("typst_sets.json", "typst"), ("asciimath_sets.json", "asciimath")])
def test_a_text_is_what_its_program_sets(file: str, notation: str) -> None:
    for row in json.loads((HERE / file).read_text(encoding="utf-8")):
        found = read(row[notation], notation)
        assert found[:2] == "M1" or found == read(row["mathml"]), row[notation]


@pytest.mark.parametrize("row", VALUES, ids=lambda row: row["r"][:40])
def test_numbers_of_r(row: dict[str, Any]) -> None:
    formula = matcalc.simplify(row["r"], dialect="r")
    values = {name: np.asarray(value) for name, value in row["values"].items()}
    assert np.allclose(np.ravel(formula.evaluate(values), order="F"), row["result"], rtol=1e-8)


OWN = ["bb", "op(A)", "t(x+y)", "Tr[Transpose[X] A X]", "Norm[A x - b]^2", "Log[Det[X]]", "diag(x)", "exp.(A)", "x'A*x",
       "A\\\\b", "2*I + D", "E'E", "X[1,2]", "x[2:3]", "∑(x)", "sum(X, axis=0)", "a.*x", "x.T A x", "‖𝐱‖²", "𝐱^⊤𝐀𝐱",
       "<A,X>",
       "\\text{tr}(A)", "\\operatorname{tr}(X)", "f.(x)", "norm(A x)", "x ≤ y", "p <m>", "D[1,2]"]


@pytest.mark.parametrize("text", OWN)
def test_the_language_keeps_what_is_its_own(text: str) -> None:
    assert translated(text) is text


def test_a_declared_word_is_no_sign() -> None:
    assert recognised("bb(x)", {"bb": "scalar"}) == []
    assert recognised("bb(x)", {}) == ["asciimath"]


def test_the_hint_covers_all_signs() -> None:
    texts = [row[2] for row in TABLE] + [row[p] for row in PRINTED for p in PROGRAMS if p in row]
    for text in texts:
        signs = [*SIGNS.values(), *SHARED]
        assert re.search(PASTED, text) or not any(re.search(sign, text) for sign in signs), text


REFUSED = [  # text, dialect, code, what is marked
    ("<math><mi>x</mi><mi>\\dag</mi></math>", "", "M1401", "\\dag"),
    ("<math><mi>x</mi>", "", "M1401", "<math>"),
    ("<math><mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac></math>", "", "M1401", None),
    ("<math><mn>1,5</mn></math>", "", "M1401", "1,5"),
    ("<math><msup><mi mathvariant='bold'>x</mi><mn>2</mn></msup></math>", "", "M0304", None),
    ("<math><mi mathvariant='bold'>TDc</mi></math>", "", "M1401", "TDc"),
    ("<apply><partialdiff/><ci>x</ci></apply>", "", "M1401", None),
    ("bold(A)^-1", "", "M1401", "-1"),
    ("op(\"logdet\")(A)/2", "", "M1401", "(A)"),
    ("|bold(x)|/2", "", "M1401", None),
    ("vec(bold(X))", "", "M1401", "vec"),
    ("t r a c e(bold(A))", "", "M1401", "t r a c e"),
    ("x.A.x", "", "M1402", "x.A.x"),
    ("D[x.x, x]", "mathematica", "M1401", "D"),
    ("x^T + Total[y]", "", "M1401", "T"),
    ("x^T %*% y", "", "M1401", "T"),
    ("A.x*B", "maple", "M1401", "A.x*B"),
    ("exp(x) + sum(abs2, x)", "", "M1401", "exp(x)"),
    ("X*W .+ b", "", "M1401", "b"),
    ("A %*% x + A", "", "M1401", "A %*% x + A"),
    ("Xw %*% y", "", "M1401", "Xw"),
    ("diag(p) %*% y", "", "M1401", "diag(p)"),
    ("I * x + Total[y]", "", "M1401", "I"),
    ("e^x + Total[y]", "", "M1401", "e"),
    ("lm(y) + crossprod(x)", "", "M1401", "lm"),
]


@pytest.mark.parametrize(("text", "dialect", "code", "marked"), REFUSED)
def test_refusals_point_into_what_was_pasted(text: str, dialect: Any, code: str, marked: str | None) -> None:
    with pytest.raises(matcalc.MatcalcError) as refused:
        matcalc.parse(text, dialect=dialect)
    found = refused.value.diagnostics[0]
    assert found.code == code, found
    assert found.source == text
    assert found.span is not None
    assert marked is None or text[found.span.start:found.span.end] == marked
    for fix in found.fixes:
        read_as = fix.removeprefix("--dialect ") if fix.startswith("--") else dialect
        assert read(text if fix.startswith("--") else fix, read_as)[:3] != "M12", fix


def test_kinds_are_those_of_the_format() -> None:
    bold = "<mi mathvariant='bold'>b</mi>"
    found = matcalc.grad(f"<math><msup>{bold}<mi>T</mi></msup>{bold}</math>")
    assert found.shape == ("n",)
    assert found.notes[0] == "read as MathML"
    assert matcalc.grad("(a - b).(a - b) + 0 Total[a]", "a").shape == ("n",)


def test_declarations_may_stand_behind() -> None:
    assert read("X %*% Xw where Xw: vector") == "X*Xw"
    assert matcalc.grad("t(x) %*% A %*% x where A: sym", "x").ascii == "2*A*x"


def test_a_claim_is_read_like_the_formula() -> None:
    assert matcalc.verify("t(x) %*% A %*% x", "x", claim="(A + t(A)) %*% x").ok
    assert not matcalc.verify("t(x) %*% A %*% x", "x", claim="A %*% x").ok


SYMPY = [  # what mathml() of SymPy 1.14 makes of matrix expressions
    ("<apply><times/><transpose><ci>x</ci></transpose><ci>A</ci><ci>x</ci></apply>", "x'*A*x"),
    ("<apply><times/><inverse><ci>A</ci><cn>-1</cn></inverse><ci>x</ci></apply>", "inv(A)*x"),
    ("<apply><ln/><determinant><ci>A</ci></determinant></apply>", "log(det(A))"),
    ("<hadamardproduct><ci>A</ci><ci>B</ci></hadamardproduct>", "A.*B"),
    ("<kroneckerproduct><ci>A</ci><ci>B</ci></kroneckerproduct>", "kron(A, B)"),
    ("<trace><apply><times/><ci>A</ci><ci>B</ci></apply></trace>", "tr(A*B)"),
    ("<matpow><ci>A</ci><cn>2</cn></matpow>", "A^2"),
    ("<apply><minus/><apply><times/><apply><exp/><ci>&#955;</ci></apply><ci>A</ci></apply><ci>B</ci></apply>",
     "exp(lambda)*A - B"),
    ("<mrow><msup><mi>x</mi><mo>T</mo></msup><mo>&InvisibleTimes;</mo><mi>A</mi><mo>&InvisibleTimes;</mo><mi>x</mi>"
     "</mrow>", "x'*A*x"),
    ("<mrow><mi>kroneckerproduct</mi><mrow><mo>(</mo><mi>A</mi><mo>,</mo><mi>B</mi><mo>)</mo></mrow></mrow>",
     "kron(A, B)"),
]


@pytest.mark.parametrize(("text", "truth"), SYMPY)
def test_sympys_elements(text: str, truth: str) -> None:
    assert matcalc.equal(read(text), truth).equal


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("text", ["(" * 500, "<math>" * 500, "frac(" * 300, "[[" * 300, "√" * 500, "mat(a]", "■(a]",
                                  "x^", "_x", "/", "‖x", "t(", "A[1", "2 ^ ^", "<math></mi>"])
def test_what_is_broken_is_refused(notation: Any, text: str) -> None:
    with pytest.raises(matcalc.MatcalcError):
        matcalc.parse(text, dialect=notation)
