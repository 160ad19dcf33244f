"""Declarations: every form of the language page, and clear refusals of the others."""

import pytest

import matcalc
from matcalc.diagnostics import InputError
from matcalc.language import name_of
from matcalc.language.declarations import parse_declaration, split_declarations
from matcalc.language.inference import Declaration
from tests.language.reading import read, refusal

FORMS = [
    ("A: sym", "A matrix ?×? sym"), ("x: vector(n)", "x vector n×1"), ("A: matrix(m,n)", "A matrix m×n"),
    ("Sigma: spd(d)", "Sigma matrix d×d spd"), ("lambda: scalar>0", "lambda scalar 1×1 positive"),
    ("λ > 0", "lambda ? ?×? positive"), ("A ∈ R^(m×n)", "A matrix m×n"), ("x ∈ ℝⁿ", "x vector n×1"),
    (r"A \in \mathbb{R}^{m\times n}", "A matrix m×n"), ("A ∈ ℝ³ˣ³", "A matrix 3×3"), ("c ∈ ℝ", "c scalar 1×1"),
    ("A: matrix(n,n) spd", "A matrix n×n spd"), ("x: vector(n) positive", "x vector n×1 positive"),
    ("k: scalar integer", "k scalar 1×1 integer"), ("A: symmetric", "A matrix ?×? sym"), ("A: posdef",
    "A matrix ?×? spd"),
    ("A: positive definite", "A matrix ?×? spd"), ("D: diagonal(n)", "D matrix n×n diag"),
    ("X: orthogonal(n,p)", "X matrix n×p orthogonal"), ("X: matrix(n,p) orthogonal", "X matrix n×p orthogonal"),
    ("X: orthogonal(n)", "X matrix n×n orthogonal"), ("X: orthogonal", "X matrix ?×? orthogonal"),
    ("X: lower(n) upper", "X matrix n×n diag"), ("X: matrix(n,n) sym lower positive", "X matrix n×n diag positive"),
    ("X: diag(n) spd", "X matrix n×n diag spd"), ("X: sym(n) psd", "X matrix n×n psd sym"),
    ("X: matrix(2n, n+1)", "X matrix 2*n×n+1"), ("Y: onehot(n,k)", "Y matrix n×k onehot"), ("W1: matrix",
    "W_1 matrix ?×?"),
]
WRONG = ["A: sim", "A: 3", "x: vector(m,n)", "A: matrix(m,n) sym", "X: orthogonal(2,3)", "X: orthogonal(n,n+1)",
         "X: matrix(m,n) orthogonal sym", "X: skew(n) sym", "X: diag(n) orthogonal",
         "X: matrix(n,n) onehot sym", "x: vector sym", "x: scalar vector",
         "A: matrix(0,1)", "A",
         "1: scalar", "A: ", "A: matrix(m,,n)"]


def describe(d: Declaration) -> str:
    rows, cols = ("?" if dim is None else str(dim) for dim in (d.rows, d.cols))
    return " ".join([d.name, d.kind or "?", f"{rows}×{cols}", *sorted(d.props)])


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_declaration(text: str, expected: str) -> None:
    ((name, kind),) = split_declarations(text)
    assert describe(parse_declaration(name, kind)) == expected


def test_several_names_share_a_kind() -> None:
    assert [name for name, _ in split_declarations("A,B: spd(n); x ∈ ℝⁿ, c: scalar")] == ["A", "B", "x", "c"]


@pytest.mark.parametrize("text", WRONG)
def test_wrong_declarations_are_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        [parse_declaration(name, kind) for name, kind in split_declarations(text)]
    assert caught.value.diagnostics[0].code.startswith("M04")


def test_declarations_behind_where() -> None:
    assert read("x'Ax where A: sym, x ∈ ℝⁿ").expr is read("x'Ax", A="sym(n)", x="vector(n)").expr
    assert read("2loss where loss: scalar").expr is read("2*loss", loss="scalar").expr


def test_what_is_resolved_can_be_declared() -> None:
    found = read("x'(A+A')x + λ", A="spd", λ="scalar>0")
    assert {n: i.declaration() for n, i in found.variables.items()} == {
        "x": "vector(n)", "A": "matrix(n,n) spd", "lambda": "scalar positive"}


def test_contradicting_declarations_are_refused() -> None:
    assert refusal("W1 x", W1="matrix(m,n)", W_1="scalar").diagnostics[0].code == "M0403"


@pytest.mark.parametrize(("typed", "name"), [
    ("W1", "W_1"), ("W₁", "W_1"), ("W_{1}", "W_1"), ("σ", "sigma"), (r"\sigma", "sigma"), ("Σ", "Sigma"), ("x̂", "x̂"),
    ("loss", "loss"), ("θ_1", "theta_1"), (r"\mathbf{x}", "x"), ("𝐱", "x"), ("x_{ij}", "x_ij")])
def test_one_name_for_each_spelling(typed: str, name: str) -> None:
    assert name_of(typed) == name


@pytest.mark.parametrize(("text", "declared"), [
    ("sum(max_pool(y, n))", {"y": "vector(n)"}),
    ("sum(max_pool(y, n)) + sum(cross(y, x))", {"y": "vector(n)", "x": "vector(n)"}),
    ("sum(repeat(y, n).^2) + sum(cross(y, x))", {"y": "vector(n)", "x": "vector(n)"})])
def test_a_length_as_argument_is_the_length_that_was_found(text: str, declared: dict[str, str]) -> None:
    assert matcalc.grad(text, "y", variables=declared).verify().ok
