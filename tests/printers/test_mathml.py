"""MathML: well-formed, one shape for one meaning, and where latex2mathml is right it says the same."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest

import matcalc
from matcalc.printers import text
from tests.printers.cases import CASES
from tests.printers.documents import conditions, derivations, formulas, read_case, sessions

ELEMENTS = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msup", "msub", "mfrac", "msqrt", "mover", "munder",
            "munderover", "mtable",
            "mtr", "mtd"}
COUNTS = {"msup": 2, "msub": 2, "mfrac": 2, "mover": 2, "munder": 2, "munderover": 3}


def parsed(shown: str) -> ET.Element:
    return ET.fromstring(shown)


def tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def wrong(shown: str) -> Iterator[str]:
    """What a browser would refuse: unknown elements, exponents without a base, text outside of a leaf."""
    for element in parsed(shown).iter():
        if tag(element) not in ELEMENTS:
            yield tag(element)
        if len(element) != COUNTS.get(tag(element), len(element)):
            yield f"{tag(element)} has {len(element)} children"
        if len(element) and (element.text or "").strip():
            yield f"text in {tag(element)}"
        if tag(element) in ("mi", "mn", "mo") and not (element.text or ""):
            yield f"nothing in {tag(element)}"


def test_everything_is_well_formed():
    shown = [*formulas("mathml"), *derivations("mathml"), *(f"<math>{said}</math>" for said in conditions("mathml"))]
    assert len(shown) > 500
    tables = [part for _, out in sessions("mathml") for part in re.findall("<math.*?</math>", out, re.DOTALL)]
    assert len(tables) > 20
    assert [(fault, formula) for formula in [*shown, *tables] for fault in wrong(formula)] == []


SHAPES = {  # one shape for one meaning, however it was typed
    "transpose": (["A'", "transpose(A)", "A^T", r"A^{\top}"], "<msup><mi>A</mi><mo>⊤</mo></msup>"),
    "inverse": (["inv(Q)", "Q^-1", r"Q^{-1}"], "<msup><mi>Q</mi><mrow><mo>−</mo><mn>1</mn></mrow></msup>"),
    "fraction": (["c/2", r"\frac{c}{2}"], "<mfrac><mi>c</mi><mn>2</mn></mfrac>"),
    "root": (["sqrt(c)", "√c", "c^(1/2)"], "<msqrt><mi>c</mi></msqrt>"),
    "norm": (["norm2(x)", "‖x‖"], "<msub><mrow><mo>‖</mo><mi>x</mi><mo>‖</mo></mrow><mn>2</mn></msub>"),
    "elementwise": (["x.*y", "x ∘ y", r"x \odot y"], "<mrow><mi>x</mi><mo>⊙</mo><mi>y</mi></mrow>"),
    "sum": (["x + y"], "<mrow><mi>x</mi><mo>+</mo><mi>y</mi></mrow>"),
    "call": (["log(det(Q))"], "<mrow><mi>log</mi><mo>(</mo><mrow><mi>det</mi><mo>(</mo><mi>Q</mi><mo>)</mo></mrow>"
                              "<mo>)</mo></mrow>"),
}


@pytest.mark.parametrize("meaning", SHAPES)
def test_one_shape_for_one_meaning(meaning):
    sources, expected = SHAPES[meaning]
    for source in sources:
        inside = re.fullmatch(r"<math[^>]*>(.*)</math>", text(read_case(source), "mathml"))
        assert inside is not None
        assert inside[1] == expected


def linear(element: ET.Element) -> str:
    """The formula as one line: exponents behind ^, indices behind _, fractions as (a)/(b); rows are not seen."""
    inner = [linear(child) for child in element]
    name = tag(element)
    if name in ("msup", "msub"):
        return f"{inner[0]}{'^' if name == 'msup' else '_'}{{{inner[1]}}}"
    if name == "msubsup":
        return f"{inner[0]}_{{{inner[1]}}}^{{{inner[2]}}}"
    if name == "mfrac":
        return f"frac({inner[0]})({inner[1]})"
    if name in ("msqrt", "mover"):
        return f"{name}({''.join(inner)})"
    if name in ("mtd", "mtr"):
        return f"{name}({''.join(inner)})"
    return "".join([(element.text or "").strip().replace("\u2062", ""), *inner])


SAME = {"-": "−", "∥": "‖", " ": "", "\u2003": ""}


def plain(line: str) -> str:
    """Signs that mean the same, and digits that stand together in one program and apart in the other."""
    for sign, other in SAME.items():
        line = line.replace(sign, other)
    return line


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_against_latex2mathml(case):
    converter = pytest.importorskip("latex2mathml.converter")
    e = read_case(case[0])
    theirs = converter.convert(text(e, "latex"))
    assert plain(linear(parsed(text(e, "mathml")))) == plain(linear(parsed(theirs)))


SPELLED = [r"A^T", r"A^{\top}", r"A^{\intercal}", r"A^{\mathsf{T}}", r"A^{\mathrm{T}}", "A'"]


def test_where_latex2mathml_is_not_followed():
    """It keeps the spelling: a transpose has as many shapes as there are ways to type it, and a command that it does
    not know is shown as text. Here they are read, and one shape is written."""
    converter = pytest.importorskip("latex2mathml.converter")
    theirs = {converter.convert(source) for source in SPELLED}
    assert len(theirs) > 4
    assert len({text(read_case(source), "mathml") for source in SPELLED}) == 1
    assert r"\dag" in converter.convert(r"A^{\dag}")
    assert all("\\" not in formula for formula in formulas("mathml"))


def test_a_derivation_has_its_mathml():
    d = matcalc.grad("det(AXB)", wrt="X", check=False)
    assert d.mathml == d.write("mathml")
    assert linear(parsed(d.mathml)) == "det(AXB)A^{⊤}(AXB)^{−⊤}B^{⊤}"
