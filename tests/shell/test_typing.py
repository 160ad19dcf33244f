"""While one types: the line below says kinds, shapes and the first error in its place; Tab offers what may follow."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcalc.cli.screen.terminal import Terminal
from matcalc.language import parse
from matcalc.rulebook.book import standard
from matcalc.shell.below import below
from matcalc.shell.completing import offers, tex_signs
from matcalc.shell.conversation import answer
from matcalc.shell.state import State
from matcalc.shell.typed import Declared, Defined, Directive, typed

SCREEN = Terminal(tty=True, width=100)


@pytest.fixture(scope="module")
def state() -> State:
    return answer(State(), "A: spd(n)\nr := A x - b", SCREEN)[0]


@pytest.mark.parametrize(("text", "said"), [
    ("x'A x", "scalar   x n×1, A n×n spd"),
    ("A X B", "n×p   A n×n spd, X n×m, B m×p"),
    ("grad r'r wrt x", "scalar   A n×n spd, x n×1, b n×1 (as a scalar it would not fit)"),
    ("∑_i (y_i - w'x_i)^2", "scalar   yᵢ scalar, w m×1, xᵢ m×1"),
    ("B: sym(k)", "B k×k sym"),
    (":ste", ":steps [full]   the derivation of the last answer"),
    ("explain det", "What a message, or a rule, means."),
    ("", ""),
])
def test_kinds_and_shapes_stand_below(state: State, text: str, said: str) -> None:
    found = below(state, text, SCREEN)
    assert found.text == said
    assert found.style != "error"


@pytest.mark.parametrize(("text", "wrong", "code"), [
    ("grad x'A x + foo(x) wrt x", "foo", "M0102"), ("r'r + foo(x)", "foo", "M0102"),
    ("q := A x + foo(A) + 1", "foo", "M0102"), ("B: spo", "spo", "M0402"), ("(A X) (A X) + 1", None, "M0"),
    (":frobnicate", None, "M0001"),
])
def test_the_first_error_has_its_place(state: State, text: str, wrong: str | None, code: str) -> None:
    found = below(state, text, SCREEN)
    assert found.style == "error"
    assert code in found.text
    if wrong is not None:
        assert found.span is not None
        assert text[found.span.start:found.span.end] == wrong


@pytest.mark.parametrize("text", ["x'A (", "tr(A + ", "hess", "A x +", "log(det("])
def test_what_has_only_begun_is_no_error(state: State, text: str) -> None:
    assert below(state, text, SCREEN).style == "dim"


@pytest.mark.parametrize(("text", "kind"), [
    ("A: sym", Declared), ("x ∈ ℝⁿ", Declared), ("A, B are symmetric", Declared), ("lambda > 0", Declared),
    ("x_i: vector(d) over(n)", Declared), ("f: function(n) -> scalar", Declared),
    ("\\Sigma \\in R^{n \\times n}", Declared),
    ("r := A x", Defined), ("f(x, y) := x'y", Defined), ("λ, V := eigh(A)", Defined), ("W_1 := 2", Defined),
    (":steps full", Directive), ("quit", Directive),
])
def test_what_a_line_is(text: str, kind: type) -> None:
    assert isinstance(typed(text), kind)


@pytest.mark.parametrize("text", ["r := x; r'r", "x > y", "trace(A)", "det(A)", "A is"])
def test_what_is_a_question(text: str) -> None:
    assert not isinstance(typed(text), (Declared, Defined, Directive))


def texts(state: State, before: str) -> list[str]:
    return [before[:len(before) - o.length] + o.text for o in offers(state, before)]


@pytest.mark.parametrize(("before", "after"), [
    ("x^\\top", "xᵀ"), ("\\alp", "α"), ("\\Sigma", "Σ"), ("A \\otim", "A ⊗"), ("\\nab", "∇"), ("x^\\al", "x^α"),
    ("gra", "grad"), ("tr(logd", "tr(logdet"), ("grad x'B x wrt ", "grad x'B x wrt B"),
    ("grad x'x --ste", "grad x'x --steps"),
    (":st", ":steps"), (":code ja", ":code jax"), ("B: sp", "B: spd"), ("code x'x --to tor", "code x'x --to torch"),
    ("grad x'x wr", "grad x'x wrt"),
])
def test_tab_offers(state: State, before: str, after: str) -> None:
    assert after in texts(state, before)


def test_every_sign_that_tab_makes_is_read_as_its_command() -> None:
    """Where LaTeX's spelling of a name or product can be read, the sign means the same."""
    for name, sign in tex_signs().items():
        for form in ("{} x", "A {} B", "x^{}"):
            with_command, with_sign = form.format(f"\\{name} "), form.format(sign)
            try:
                wanted = parse(with_command, {}, standard()).expr
            except Exception:  # noqa: BLE001  not every form fits every sign
                continue
            assert parse(with_sign, {}, standard()).expr is wanted, name


@settings(max_examples=150)
@given(st.text(alphabet="xA'(){}[]:=;,.^_\\+-*/ \n#\"∂∇∑ᵀtrdgwh123|‖<>-w", max_size=18))
def test_no_text_breaks_the_line_below_or_tab(text: str) -> None:
    found = below(State(), text, SCREEN)
    assert "\x1b" not in found.text
    assert found.text not in ("AttributeError", "IndexError", "KeyError", "TypeError", "ValueError", "AssertionError")
    assert all(o.length <= len(text) for o in offers(State(), text))
