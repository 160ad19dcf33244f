"""Typst: what is printed compiles, all of it in one document, and says what the LaTeX of the same formula says."""

import json

import pytest

import matcalc
from matcalc.cli.screen.stepwise import steps_in
from matcalc.printers import text
from matcalc.printers.dialects import dialect_named
from matcalc.printers.typst_layout import lines
from tests import corpus
from tests.printers.documents import conditions, derivations, formulas, read_case, sessions

typst = pytest.importorskip("typst")
LINE, SHARE = 345, 24  # points of a line of LaTeX's class article; every so many of the derivations


def compiled(document: str) -> None:
    """Compile; a warning is a failure too, for it says that a name will go."""
    _, warnings = typst.compile_with_warnings(document.encode())
    assert [warning.message for warning in warnings] == []


def test_everything_compiles():
    shown = [*formulas("typst"), *conditions("typst")]
    assert len(shown) > 500
    tables = [out if name == "trace" or out.startswith("$") else f"$ {out.strip()} $"
              for name, out in sessions("typst")]
    assert len(tables) > 20
    compiled("\n\n".join([*(f"$ {formula} $" for formula in shown), *derivations("typst"), *tables]))


@pytest.mark.parametrize(("source", "expected"), [
    ("Q.*R", "Q dot.o R"),
    ("kron(Q, R)", "Q times.o R"),
    ("x./y", "x slash.o y"),
    ("tr(Q)*x", "tr (Q) thin x"),
    ("x'*Q*x/(x'*y)*x", "frac(x^top Q x, x^top y) x"),
    ("diag(x)*Q", 'op("diag") (x) Q'),
    ("norm2(A*x - b)", "norm(A x - b)_2"),
    ("norm_op(Q)", '‖ Q ‖_(op("op"))'),
    ("[A, b; x', 1]/2", 'frac(1, 2) mat(delim: "[", A, b; x^top, 1)'),
    ("A[1,2]/c", "frac(A [1, 2], c)"),
    ("loss*x̂", '"loss" hat(x)'),
    ("deriv(f, 2, x)", "f^(prime prime ) (x)"),
])
def test_texts(source, expected):
    assert text(read_case(source), "typst") == expected


@pytest.mark.parametrize(("name", "expected"), [
    ("Sigma_1", "Sigma_1"), ("x_bold", "bold(x)"), ("x_max", 'x_"max"'), ("u_2_1", 'u_2 ""_1'), ("w^star", "w^star.op"),
    ("x^{(k)}", "x^((k))"), ("x_12", "x_12"), ("loss", '"loss"'), ("x̄", "macron(x)"), ("x_2k", "x_(2 k)"),
])
def test_names(name, expected):
    shown = dialect_named("typst").name_text(name)
    assert shown == expected
    compiled(f"$ {shown} (x) {shown}/2 $")


def test_renamed_symbols_have_their_new_names():
    shown = "\n".join([*formulas("typst"), *derivations("typst")])
    for gone in ("times.circle", "dot.circle", "diff ", "angle.l"):
        assert gone not in shown
    for new in ("times.o", "dot.o", "partial "):
        assert new in shown


def test_a_derivation_has_its_typst():
    d = matcalc.grad("det(AXB)", wrt="X", check=False)
    assert d.typst == d.write("typst") == "det (A X B) thin A^top (A X B)^(-top) B^top"


def test_every_line_of_a_derivation_fits():
    """A block equation is as wide as its widest line, as Typst itself measures it."""
    markup = dialect_named("typst").markup
    assert markup is not None
    shown = [steps_in(markup, corpus.answer(case["id"]), "full", "typst") for case in corpus.cases()[::SHARE]]
    document = "\n".join(["#set text(size: 10pt)", *(
        f"#context [#metadata(measure([{one}]).width.pt()) <width>]" for one in shown)])
    widths = json.loads(typst.query(document.encode(), "<width>", field="value"))
    assert [one for one, wide in zip(shown, widths, strict=True) if wide > LINE] == []
    assert len(widths) == len(shown) > 10


@pytest.mark.parametrize(("source", "room", "broken"), [
    ("a + b - c", 30, ["a + b ", "- c"]),
    ("A (B + C) + D", 55, ["A (B + C)", "+ D"]),
    ("A (B + C + D + E + F + G + H)", 110, [r"A \(B + C + D + E + F", r"+ G + H\)"]),
    ("frac(a + b + c, d)", 10, ["frac(a + b + c, d)"]),
])
def test_a_line_breaks_outside_brackets_before_a_sign(source, room, broken):
    assert [line.strip() for line in lines(source, room, room)] == [line.strip() for line in broken]
