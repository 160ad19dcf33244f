"""Equality: proved, or no difference found, or different with the point; every name means the same on both sides."""

from __future__ import annotations

import json

import pytest

from matcalc.answer.equal import equal
from matcalc.api import simplify
from matcalc.core.expr import Kind
from matcalc.diagnostics import InputError
from tests.cli.sessions import run
from tests.cli.test_json import VALID

CASES = [
    ("tr(AB)", "tr(BA)", True, "the same normal form"),
    ("(A B)'", "B'A'", True, "the same normal form"),
    ("(x+y)'(x+y)", "x'x + 2x'y + y'y", True, "the same closed form"),
    ("det(A B)", "det(B A)", False, "different values"),
    ("x'A y", "y'A'x", True, "the same normal form"),
    ("A", "A'", False, "different values"),
    ("R := x - y; R'R", "(x-y)'(x-y)", True, "the same normal form"),
    ("x'A x where A: sym", "x'A'x", True, "the same normal form"),
    ("b", "b", True, "the same normal form"),
    ("A inv(A)", "I", True, "the same normal form"),
    ("ones", "exp(x).*exp(-x)", True, "no difference found at "),
    ("A B", "I", False, "different values"),
]


@pytest.mark.parametrize(("a", "b", "verdict", "how"), CASES, ids=lambda value: str(value))
def test_equal(a: str, b: str, verdict: bool, how: str) -> None:
    found = equal(a, b)
    assert found.equal is verdict
    assert found.how.startswith(how)
    assert found.proved is (verdict and how.startswith("the same"))


def test_a_name_means_the_same_on_both_sides() -> None:
    assert equal("b", "A x").right.variables["A"].kind == "matrix"
    assert equal("b", "A x").left.variables["b"].kind == "vector"


def test_different_shapes_are_refused() -> None:
    with pytest.raises(InputError):
        equal("x'x where x: vector", "x x' where x: vector")
    with pytest.raises(InputError):
        equal("ones", "I")


def test_simplified() -> None:
    assert simplify("A + A - 2A").expr.kind is Kind.ZEROS


SAID = [
    (0, ("tr(AB)", "tr(BA)"), "equal, proved: the same normal form\n"),
    (0, ("sin(a)^2 + cos(a)^2", "1"), "no difference found at 55 points, not proved: a from -1.2e+06 to 1.1e+06, "),
    (1, ("max(a,10)", "10"), "different: at a = 10.625: 10.625 and 10\n"),
    (1, ("10^9*a + b", "10^9*a + 1.001*b"), "different: at a = -0.4, b = 1.3: -399999998.7 and -399999998.6987\n"),
    (1, ("a", "a + 10^(-12)"), "different: at a = 0.7: 0.7 and 0.700000000001\n"),
    (1, ("relu(a-5)", "0"), "different: at a = 5.625: 0.625 and 0\n"),
    (1, ("tanh(a+30)", "1"), "different: at a = -30: 0 and 1\n"),
    (1, ("exp(-(a+40)^2)", "0"), "different: at a = -40: 1 and 0\n"),
    (1, ("abs(k)", "k", "-v", "k: scalar integer"), "different: at k = -"),
    (1, ("A", "A'"), "different: at A = ["),
    (3, ("log(a)", "log(-a)"), "undecided: the values exist at hardly any of the points tried\n"),
]


@pytest.mark.parametrize("row", SAID, ids=lambda row: " | ".join(row[1]))
def test_which_of_the_three_it_is(row: tuple[int, tuple[str, ...], str]) -> None:
    code, out, err = run("equal", *row[1])
    assert (code, err) == (row[0], "")
    assert out.startswith(row[2])


def test_json_says_it_too() -> None:
    found = {}
    for a, b in (("tr(AB)", "tr(BA)"), ("sin(a)^2 + cos(a)^2", "1"), ("relu(a-5)", "0"), ("log(a)", "log(-a)")):
        data = json.loads(run("equal", a, b, "--json")[1])
        VALID.validate(data)
        found[a] = data["result"]
    proved, same, different, undecided = found.values()
    assert (proved["equal"], proved["proved"], proved["points"], proved["point"]) == (True, True, 0, None)
    assert (same["equal"], same["proved"], same["point"]) == (True, False, None)
    assert same["points"] == int(same["how"].split()[4]) > 20
    assert same["ranges"]["a"][0] < -1000 < 1000 < same["ranges"]["a"][1]
    assert (different["equal"], different["proved"]) == (False, False)
    point = different["point"]
    assert point["values"]["a"] > 5
    assert (point["left"], point["right"]) == (point["values"]["a"] - 5, 0.0)
    assert (undecided["equal"], undecided["proved"]) == (None, False)


@pytest.mark.parametrize(("a", "b", "needed"), [
    ("a/a", "1", ["a != 0"]), ("exp(log(a))", "a", ["a > 0"]), ("sqrt(a)^2", "a", ["a >= 0"]),
    ("log(a^2)", "2 log(a)", ["a > 0"]), ("log(a*b)", "log(a) + log(b)", ["a > 0", "b > 0"]),
    ("x'x/(x'x) where x: vector", "1", ["x != 0"]), ("X*inv(X) where X: matrix(n,n)", "I", ["X invertible"]),
    ("inv(A*B) where A: matrix(n,n), B: matrix(n,n)", "inv(B)*inv(A)", []), ("tr(A*B)", "tr(B*A)", []),
    ("log(a)", "log(a)", []), ("a", "b", []), ("abs(a)/a", "sign(a)", ["a != 0"]),
])
def test_equal_says_where(a: str, b: str, needed: list[str]) -> None:
    """What only one of the two needs to have a value is said; what both need goes without saying."""
    for left, right in ((a, b), (b, a)) if " where " not in a else ((a, b),):
        assert sorted(equal(left, right).conditions) == sorted(needed)


def test_where_is_said_on_the_line() -> None:
    assert run("equal", "a/a", "1")[1] == "equal, proved: the same normal form, if a != 0\n"
    assert json.loads(run("equal", "a/a", "1", "--json")[1])["result"]["conditions"] == ["a != 0"]
