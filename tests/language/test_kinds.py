"""Kinds and shapes of names nobody declared: fewest departures from the defaults, ties refused."""

import pytest

from tests.language.reading import kinds, read, refusal, shapes

INFERRED = [
    ("x'Ax", {"x": "vector", "A": "matrix"}),
    ("Ax - b", {"A": "matrix", "x": "vector", "b": "vector"}),
    ("(x-μ)'Σ^-1(x-μ)", {"x": "vector", "mu": "vector", "Sigma": "matrix"}),
    ("y - Xβ", {"y": "vector", "X": "matrix", "beta": "vector"}),
    ("a'X^-1b", {"a": "vector", "X": "matrix", "b": "vector"}),
    ("a x + b y", {"a": "scalar", "x": "vector", "b": "scalar", "y": "vector"}),
    ("X'X + λI", {"X": "matrix", "lambda": "scalar"}),
    ("1/n ‖Xw-y‖²", {"n": "scalar", "X": "matrix", "w": "vector", "y": "vector"}),
    ("exp(-‖x-μ‖²/(2σ²))", {"x": "vector", "mu": "vector", "sigma": "scalar"}),
    ("det(x)", {"x": "matrix"}),
    ("e^x(2x+2y)", {"x": "scalar", "y": "scalar"}),
    ("N/2 logdet(S) + x'x", {"N": "scalar", "S": "matrix", "x": "vector"}),
    ("w'x + b", {"w": "vector", "x": "vector", "b": "scalar"}),
]
VECTORS = [  # a norm, or a sum, has something to do
    ("norm2(x-a)", {"x": "vector", "a": "vector"}), ("norm(a)^2", {"a": "vector"}), ("‖a‖²", {"a": "vector"}),
    ("norm(a*x - b)", {"a": "scalar", "x": "vector", "b": "vector"}), ("dot(x,a)", {"x": "vector", "a": "vector"}),
    ("sum(x-a)", {"x": "vector", "a": "vector"}), ("logsumexp(a + x)", {"a": "vector", "x": "vector"}),
    ("sum(a*x)", {"a": "scalar", "x": "vector"}), ("sum(exp(a))", {"a": "vector"}),
]
SCALARS = [
    ("sin(x)", {"x": "scalar"}), ("x^2", {"x": "scalar"}), ("exp(-s^2/2)", {"s": "scalar"}),
    ("ln(x1)+x1*x2-sin(x2)", {"x_1": "scalar", "x_2": "scalar"}), ("f(x)", {"x": "scalar"}),
]


@pytest.mark.parametrize(("text", "expected"), INFERRED)
def test_kinds_are_inferred(text: str, expected: dict[str, str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(("text", "expected"), [*VECTORS, *SCALARS])
def test_the_demand_for_a_scalar_makes_scalars(text: str, expected: dict[str, str]) -> None:
    assert kinds(text, demand_scalar=True) == expected


def test_shapes_get_names_in_order_of_occurrence() -> None:
    assert shapes("det(AXB)") == {"A": ("m", "n"), "X": ("n", "p"), "B": ("p", "m")}
    assert shapes("x'Ax") == {"x": ("n", "1"), "A": ("n", "n")}
    assert shapes("[A, B; C, D]") == {"A": ("m", "n"), "B": ("m", "p"), "C": ("q", "n"), "D": ("q", "p")}


def test_declared_sizes_are_kept() -> None:
    assert shapes("A x", A="matrix(3,k)") == {"A": ("3", "k"), "x": ("k", "1")}
    assert shapes("x + y", x="vector(n)", y="vector(3)") == {"x": ("3", "1"), "y": ("3", "1")}


def test_a_dimension_is_a_number() -> None:
    assert read("1/n*sum(x)", x="vector(n)").expr is read("mean(x)", x="vector(n)").expr
    assert set(read("1/n*sum(x)", x="vector(n)").variables) == {"x"}


def test_origin_and_reason() -> None:
    found = read("x'A b", x="vector(n)").variables
    assert [found[n].origin for n in ("x", "A", "b")] == ["declared", "default", "inferred"]
    assert found["b"].reason == "as a scalar it would not fit"


def test_declared_but_unused_names_are_variables() -> None:
    assert "y" in read("x'x", y="vector(n)").variables


def test_a_tie_is_refused_with_both_readings() -> None:
    (found,) = refusal("exp(x'y z) where x: scalar", demand_scalar=True).diagnostics
    assert found.fixes


def test_a_wrong_declaration_is_not_overruled() -> None:
    refusal("x'A x", x="scalar", A="matrix(m,n)", demand_scalar=True)
    refusal("A + B", A="matrix(m,n)", B="matrix(n,m)")
    refusal("det(A)", A="matrix(m,n)")
