"""Spellings that mean the same are the same expression: the tables of the language, row by row."""

import pytest

from matcalc.core.expr import CALL
from matcalc.printers import ascii_text
from tests.language.reading import read

SAME = [
    ["x'*A*x", "x'Ax", "xᵀAx", "x^TAx", "x.T A x", "x⊤Ax", r"x^\top A x", r"\mathbf{x}^{\top}A\mathbf{x}", "𝐱ᵀ𝐀𝐱",
     "x.'Ax", "x′Ax", r"x^{\mathsf T} A x", r"x^\intercal A x", "x'@A@x", "x'·A·x", r"x'\cdot A\cdot x", "x^{T}Ax",
     "x'A x"],
    ["inv(X)*Y", "X^-1Y", "X⁻¹Y", "X^{-1}Y", "X^(-1) Y", "inv(X)Y"],
    ["inv(X)'", "X^-T", "X⁻ᵀ", r"X^{-\top}", "X^{-T}", "X'^-1"],
    ["a^2", "a**2", "a²", "a^{2}"],
    ["x.*y", "x∘y", "x⊙y", r"x\odot y", r"x\circ y"],
    ["x./y", "x⊘y", r"x\oslash y"],
    ["x.^2", "x∘²", r"x^{\circ 2}", r"x^{\odot 2}"],
    ["kron(A,B)", "A⊗B", r"A\otimes B"],
    ["norm(x)", "norm2(x)", "||x||", "‖x‖", r"\|x\|_2", r"\lVert x\rVert", "‖x‖₂", "√(x'x)"],
    ["norm1(x)", "||x||_1", "‖x‖₁", r"\|x\|_1"],
    ["normF(X)", "||X||_F", "‖X‖_F", "‖X‖"],
    ["norm_nuc(X)", "‖X‖_*", r"\|X\|_*"],
    ["norm_op(X)", "‖X‖_op"],
    ["abs(a)", "|a|", r"\lvert a\rvert"],
    ["det(X)", "|X|", r"\det X", "det X"],
    ["tr(A'X)", "<A,X>", "⟨A, X⟩", r"\langle A,X\rangle", "inner(A,X)"],
    ["x'y", "dot(x,y)", "<x,y>"],
    ["sum(x)", "1'x", "𝟏ᵀx", "𝟙'x", r"\mathbf 1^\top x", r"\mathbf{1}^\top x", "ones'x", "∑x", r"\sum x", "ones(n)'x"],
    ["1/2*x'x", "½x'x", r"\frac{1}{2}x'x", r"\frac12 x'x", "0.5 x'x", r"\tfrac{1}{2} x'x", "1/2 x'x"],
    ["sqrt(x)", "√x", r"\sqrt{x}"],
    ["theta*Sigma", "θΣ", r"\theta\Sigma", "theta Sigma", "𝜃Σ"],
    ["W_1*x", "W1 x", "W₁x", "W_{1}x", r"\mathbf{W}_1 x"],
    [r"\hat{x}'x", "x̂'x", r"\hat x'x"],
    ["1/2*norm2(A*x-b)^2", r"\frac{1}{2}\|Ax-b\|_2^2", "1/2||Ax-b||^2", "½‖Ax−b‖²"],
    ["tr(A*X*B)", "trAXB", "tr AXB", r"\operatorname{tr}(AXB)", r"\mathrm{tr}\left(AXB\right)", "trace(AXB)",
    "Tr(AXB)"],
    ["[A, B; C, D]", r"\begin{bmatrix} A & B \\ C & D \end{bmatrix}"],
    ["log(det(X))", "log det X", r"\log\det X", "log|X|", "ln(det(X))"],
    ["exp(c)*(2c+2a)", "e^c(2c+2a)"],
    ["sin(x)'cos(y)", "sin(x)'*cos y"],
    ["deriv(sigma, X*W)", "σ′(XW)", r"\sigma^{\prime}(XW)"],
    ["deriv(f, 2, X*W)", "f″(XW)", "f′′(XW)", r"f^{\prime\prime}(XW)"],
    ["A*x - b", "Ax−b", "Ax \u2009– b", "R := A*x - b; R"],
    ["x.^2 + y.^2", "f(x) := x.^2; f(x) + f(y)"],
    ["eye(n)*x", "I x", "I_n x", "eye x", "eye*x"],
    ["inv(A)*b", "A\\b", "A \\ b"],
    ["vec(X)", "X(:)"],
    ["tr(a'*X*b)", "⟨a, Xb⟩", "(X'a)'b"],
]
PRECEDENCE = [
    ("2x^TAx", "2*(x'*A*x)"), ("A^-1B", "inv(A)*B"), ("x.*Ay", "x.*(A*y)"), ("-2^2", "-4"), ("-x'Ax", "-(x'*A*x)"),
    ("tr(A)B", "(tr(A))*B"), ("log(x)^2 where x: scalar", "(log(x))^2 where x: scalar"), ("det X^2", "det(X^2)"),
    ("2^3^2", "512"), ("a-b-c", "(a-b)-c"), ("a/b/c", "(a/b)/c"), ("x'y z", "(x'*y)*z"), ("A x'y", "A*(x'*y)"),
    ("x'Ax/x'x", "(x'*A*x)/(x'*x)"), ("1/2 x'Ax", "(1/2)*(x'*A*x)"), ("λ/2 ‖w‖²", "(lambda/2)*norm2(w)^2"),
    ("a(b+c)", "a*(b+c)"), ("A(x-b)", "A*(x-b)"), ("(xᵀAx)(xᵀBx)", "(x'*A*x)*(x'*B*x)"), ("2^-a^b", "2^(-(a^b))"),
    ("|a||b|", "abs(a)*abs(b)"), ("sin a cos b", "sin(a)*cos(b)"), ("-a*-b", "a*b"), ("exp(-y.*(X*w))",
    "exp((-y).*(X*w))"),
]
UNCHANGED = ["0.5*x'*A*x", "A*exp(x)", "sin(x)'*y", "(y.*v)'*x", "a^b", "norm1(A*x-y)", "norm2(A*x-y)^2",
             "sum(log(exp(-y.*(X*w)) + vector(1)))", "tr(A*X'*B*X*C)", "log(det(inv(X)))", "X + matrix(1)"]
READ = ["det(AXB)", "tr(AX'BXC)", "a'X^-1b", "x'Σ⁻¹x", "W2 relu(W1 x + b1) + b2", "(x-μ)'Σ^-1(x-μ)", "erfc(x)",
        "besselj(0,x)", "loggamma(x)", "X[1,2]", "X[1,:]", "x[2]", "K(m,n)*vec(X) where X: matrix(m,n)", "unit(1,n)'x",
        "zeros(m,n) + X", "pi*a", "lambda_max(A)", "log_softmax(x)", "leaky_relu(x, 0.1)", "[A, b; c', d]",
        "X[1:m, 2] where X: matrix(m,n)", "e'e", "N/2 log|Σ| + a"]


@pytest.mark.parametrize(("first", "other"), [(row[0], other) for row in SAME for other in row[1:]])
def test_spellings_of_one_thing_agree(first: str, other: str) -> None:
    assert read(other).expr is read(first).expr


@pytest.mark.parametrize(("text", "meaning"), PRECEDENCE)
def test_precedence(text: str, meaning: str) -> None:
    assert read(text).expr is read(meaning).expr


@pytest.mark.parametrize("text", UNCHANGED + READ)
def test_text_is_read(text: str) -> None:
    read(text)


def test_what_is_printed_is_read_back() -> None:
    for text in [row[0] for row in SAME] + UNCHANGED + READ:
        found = read(text)
        again = read(ascii_text(found.expr), **{name: info.declaration() for name, info in found.variables.items()})
        assert again.expr is found.expr, text


def test_a_spelled_out_letter_can_be_forced_to_be_a_function() -> None:
    assert read("sympy.gamma(x)").expr.kind is CALL


def test_notes_tell_what_was_chosen() -> None:
    assert read("1/2 x'Ax").notes == ()
    assert read("a - 1/2 ||x||^2").notes == read("1/2 norm2(x)").notes == ()
    assert read("a/b x'Ax").notes == ("a/b x'Ax is read as (a/b) x'Ax",)
    assert read("1/m x'Ax").notes == ("1/m x'Ax is read as (1/m) x'Ax",)
    assert "Frobenius" in read("‖X‖").notes[0]
    assert "determinant" in read("log|Σ|").notes[0]
    assert "sigmoid" in read("σ(XW)").notes[0]
    assert "every entry" in read("x + 1").notes[0]
