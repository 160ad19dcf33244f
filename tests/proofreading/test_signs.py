"""The signs of the calculus are told from names and functions, whatever they look like."""

from __future__ import annotations

import pytest

from matcalc.proofreading.infinitesimals import Words, group_end, names, signs
from matcalc.rulebook.book import standard

FUNCTIONS = {*standard().names(), *standard().aliases(), "odot"}
WORDS = Words(FUNCTIONS.__contains__, {"f", "L", "p"}.__contains__)

SIGNS = [
    ("df", [("tangent", "df", "f")]),
    ("df(x)", [("tangent", "df(x)", "f")]),
    ("tr(AdXB)", [("tangent", "dX", "X")]),
    (r"\mathrm{d}X^{-1}", [("differential", r"\mathrm{d}X^{-1}", "X^{-1}")]),
    ("-X^{-1} dX X^{-1}", [("tangent", "dX", "X")]),
    ("dX^T A dX", [("tangent", "dX", "X"), ("tangent", "dX", "X")]),
    ("d(X^T X)", [("differential", "d(X^T X)", "(X^T X)")]),
    (r"\mathrm{d}\left(A X B\right)", [("differential", r"\mathrm{d}\left(A X B\right)", r"\left(A X B\right)")]),
    ("d log det X", [("differential", "d log det X", "log det X")]),
    (r"\mathrm d\operatorname{tr}(AX)", [("differential", r"\mathrm d\operatorname{tr}(AX)",
                                          r"\operatorname{tr}(AX)")]),
    (r"d\|Ax-b\|^2", [("differential", r"d\|Ax-b\|^2", r"\|Ax-b\|^2")]),
    (r"d\mathbf{x}^T A x", [("tangent", r"d\mathbf{x}", r"\mathbf{x}")]),
    (r"d\theta_1", [("tangent", r"d\theta_1", r"\theta_1")]),
    ("dW₁ x + db₁", [("tangent", "dW₁", "W₁"), ("tangent", "db₁", "b₁")]),
    ("∂(X⁻¹)", [("differential", "∂(X⁻¹)", "(X⁻¹)")]),
    (r"\frac{\partial L}{\partial W_1}", [("derivative", r"\frac{\partial L}{\partial W_1}", "L")]),
    ("∂L/∂W", [("derivative", "∂L/∂W", "L")]),
    ("∂/∂X tr(AXB)", [("derivative", "∂/∂X tr(AXB)", "tr(AXB)")]),
    (r"\nabla_\theta \frac12 (x'y)(y'x) + 1",
     [("derivative", r"\nabla_\theta \frac12 (x'y)(y'x)", r"\frac12 (x'y)(y'x)")]),
    ("∇f(x)ᵀ dx", [("derivative", "∇f(x)", "f"), ("tangent", "dx", "x")]),
    ("∇²f(x)", [("derivative", "∇²f(x)", "f")]),
    ("D f(x)[h]", [("differential", "D f(x)[h]", "f")]),
    ("d²f[h₁, h₂]", [("differential", "d²f[h₁, h₂]", "f")]),
    ("f(x + h) − f(x)", [("value", "f(x + h)", "f"), ("value", "f(x)", "f")]),
    ("diag(p) dz", [("tangent", "dz", "z")]),
    (r"A \odot \dot{x}", []), ("det(X) + round(y) + add", []), (r"\frac{1}{2} x' \cdot y", []), ("p_d x", []),
    (r"\frac{dX}{\phi}", [("tangent", "dX", "X")]),
]


@pytest.mark.parametrize(("text", "expected"), SIGNS, ids=[text for text, _ in SIGNS])
def test_signs(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(s.kind, text[s.start:s.end], s.of) for s in signs(text, WORDS)] == expected


def test_derivatives_name_their_variables_and_orders() -> None:
    said = {text: next(signs(text, WORDS)) for text in (
        "∇f(x)", "∇_x f", r"\nabla_{xy} f", "∂²f/∂x∂yᵀ", r"\frac{\partial^2 f}{\partial x^2}", "df/dx", "d^2 f[h, k]")}
    assert [(s.by, s.order) for s in said.values()] == [
        ((), 1), (("x",), 1), (("x", "y"), 2), (("x", "y"), 2), (("x",), 2), (("x",), 1), ((), 2)]
    assert said["∇f(x)"].arguments == "x"
    assert said["d^2 f[h, k]"].along == ("h", "k")


def test_a_variable_d_is_no_sign() -> None:
    assert list(signs("d x + d", WORDS._replace(d_is_name=True))) == []


def test_brackets_and_bars_end_where_they_close() -> None:
    assert [group_end(t, 0) for t in ("(a(b)c)d", "|x|y", r"\left( a \right) b", "‖x‖²", r"\{a\}", "(a", "a")] == [
        7, 3, 16, 3, 5, None, None]


def test_names_leave_functions_and_labels_out() -> None:
    assert list(names(r"\frac{\exp(z)}{\mathbf{1}^T x_d} tr(AX)", WORDS)) == ["z", r"\mathbf{1}", "T", "x_d", "A", "X"]
