"""A dialect is one file: a module that nothing names gives a form, an attribute, steps, and conditions."""

import json

import pytest

import matcalc
from matcalc.cli.settings import FORMATS
from matcalc.explanation.calculus_laws import LAWS
from matcalc.language import parse
from matcalc.printers import text
from matcalc.printers.call_forms import look_in, plain_call
from matcalc.printers.dialect import Dialect
from matcalc.printers.dialects import ascii as plain
from matcalc.printers.dialects import dialect_named, dialect_names
from matcalc.printers.precedence import form, joined
from matcalc.printers.translation import prose, translated
from matcalc.printers.typesetting import lay_out
from matcalc.rulebook.book import Rulebook, rules_files, standard
from tests.cli.sessions import run

NEW = ("typst", "mathml")


def test_every_dialect_is_a_format_and_an_attribute():
    assert dialect_names() == ("ascii", "unicode", "latex", "mathml", "typst")
    assert set(FORMATS) == {"text", "json", *dialect_names()}
    d = matcalc.grad("x'Ax", wrt="x", check=False)
    for name in dialect_names():
        assert getattr(d, name) == d.write(name) == text(d.expr, name)
        assert run("grad", "x'Ax", "-w", "x", "--format", name)[1] == d.write(name) + "\n"


def test_every_dialect_states_every_form():
    for name in dialect_names():
        assert set(plain.FORMS) <= set(dialect_named(name).forms)
        assert set(plain.JOINS) == set(dialect_named(name).joins)
        if dialect_named(name).markup:
            assert {"update", "gradient by"} <= set(dialect_named(name).forms)


def test_a_dialect_with_one_other_sign_is_three_lines():
    forms = plain.FORMS | {"transpose": dialect_named("latex").forms["transpose"]}
    made = Dialect("mine", forms, plain.JOINS, str, str, look_in("mine", plain_call("{}<{}>")))
    e = parse("A'*exp(x)", {"A": "matrix(m,n)", "x": "vector(m)"}, standard()).expr
    assert joined(lay_out(e, made)) == r"A^{\top}*exp<x>"


def test_the_forms_of_json_stay():
    forms = json.loads(run("grad", "x'Ax", "-w", "x", "--json")[1])["result"]["forms"]
    assert set(forms) == {"ascii", "unicode", "latex"}


@pytest.mark.parametrize(("look", "typst"), [
    (r"\operatorname{adj}(#0)", 'op("adj") (#0)'), (r"\det(#0)", "det (#0)"), (r"#0 \otimes #1", "#0 times.o #1"),
    (r"\lVert #0 \rVert_{*}", "‖ #0 ‖_(*)"), (r"\lambda_{\max}(#0)", "lambda_(max) (#0)"), (r"#0^{-1}", "#0^(- 1)"),
    (r"\frac{#0}{#1}", ""), (r"\mathbf{#0}", ""), (r"\input{#0}", ""), ("#0}", ""), ("{#0", ""), (r"_#0", ""),
])
def test_looks_are_translated_or_left(look, typst):
    marks = dialect_named("typst").marks
    assert marks is not None
    assert translated(look, marks).replace("( ", "(").replace(" )", ")") == typst


def test_rules_may_say_how_they_look(tmp_path):
    file = tmp_path / "own.rules"
    file.write_text('elementwise gud(X: [m,n]) -> [m,n]\n  d = cosh(X).^-1\n  numpy = 2*np.arctan(np.tanh(X/2))\n'
                    '  typst = op("gd") ({X})\n', encoding="utf-8")
    book = Rulebook([file, *rules_files()])
    e = parse("2*gud(x)", {"x": "vector(n)"}, book).expr
    assert text(e, "typst") == '2 op("gd") (x)'
    assert "<mi>gud</mi>" in text(e, "mathml")


@pytest.mark.parametrize(("dialect", "look", "problem"), [
    ("typst", '#read("a")', "# means something else"), ("typst", '"{X}', "not balanced"),
    ("typst", "$ {X}", "$ means"), ("mathml", "<script>{X}</script>", "<script> is not among"),
    ("mathml", '<mi href="a">{X}</mi>', "no attributes"), ("mathml", "<mi>{X}", "not balanced"),
])
def test_looks_of_rules_are_harmless(dialect, look, problem):
    assert any(problem in found for found in dialect_named(dialect).unsafe(look))


@pytest.mark.parametrize("dialect", ["unicode", "latex", *NEW])
def test_identities_keep_no_sign_of_a_keyboard(dialect):
    for law in LAWS.values():
        shown = "".join(prose(part, dialect_named(dialect)) for part in law.because if isinstance(part, str))
        assert "=>" not in shown
        assert ".*" not in shown
        assert "kron(" not in shown

def test_a_sign_that_is_no_hole_is_text():
    assert form("# #0#").pieces == ("# ", "#0", "#")
