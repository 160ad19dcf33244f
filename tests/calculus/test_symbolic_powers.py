"""Powers of matrices whose exponent is a name: laws, derivatives for k = 0 … 6 against differences and SymPy, printing,
programs, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import sympy

import matcalc
from matcalc import algebra as al
from matcalc.api import code, grad, hessian, jacobian, parse, verify
from matcalc.core.dims import named
from matcalc.diagnostics import InputError, MatcalcError, NoRuleError
from matcalc.printers import text

SQUARE = {"A": "matrix(n,n)", "X": "matrix(n,n)", "a": "vector(n)", "b": "vector(n)"}
FUNCTIONS = ["a'X^k b", "tr(X^k)", "tr(A X^k)", "tr(X^(k+1))", "tr((A+X)^k)", "sum(X^k)", "tr(X^k A X^k A')",
             "norm2(X^k a - b)^2", "tr((X'X)^k A)", "tr(X^(2k))"]
N, K, R = named("n"), al.dimension(named("k")), al.dimension(named("j"))
X = al.variable("X", (N, N))


def given(formula: str) -> dict[str, str]:
    return {name: said for name, said in SQUARE.items() if name in formula}


def point(seed: int, n: int = 3) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {"A": rng.standard_normal((n, n)), "X": rng.standard_normal((n, n)), "a": rng.standard_normal(n),
            "b": rng.standard_normal(n)}


def differences(f: Any, x: np.ndarray, h: float = 1e-3) -> np.ndarray:
    """Entry by entry, of fourth order; one axis more for each of the value."""
    found = np.zeros(x.shape + np.shape(f(x)))
    for place in np.ndindex(*x.shape):
        e = np.zeros(x.shape)
        e[place] = h
        found[place] = (8 * (f(x + e) - f(x - e)) - (f(x + 2 * e) - f(x - 2 * e))) / (12 * h)
    return found


@pytest.mark.parametrize("k", range(7))
@pytest.mark.parametrize("formula", FUNCTIONS)
def test_gradients_are_differences(formula: str, k: int) -> None:
    d = grad(formula, "X", variables=given(formula))
    values = {name: value for name, value in point(k).items() if name in d.problem.variables}
    for x in (values["X"], np.triu(np.ones((3, 3)), 1)):  # a singular one too
        moved = differences(lambda y: d.value({**values, "X": y, "k": k}), x)
        np.testing.assert_allclose(d.evaluate({**values, "X": x, "k": k}), moved, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("k", range(1, 6))
@pytest.mark.parametrize("formula", ["a'X^k b", "tr(X^k)", "tr(A X^k)", "a'inv(X)^k b"])
def test_hessians_are_differences_of_gradients(formula: str, k: int) -> None:
    d, second = (of(formula, "X", variables=given(formula)) for of in (grad, hessian))
    values = {name: value for name, value in point(10 + k).items() if name in d.problem.variables}
    moved = differences(lambda y: d.evaluate({**values, "X": y, "k": k}).flatten(order="F"), values["X"], 1e-4)
    wanted = np.moveaxis(moved, -1, 0).reshape(9, 9, order="F")
    np.testing.assert_allclose(second.evaluate({**values, "k": k}), wanted, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("k", range(1, 7))
def test_determinants_and_inverses(k: int) -> None:
    for formula in ("det(X^k)", "tr(inv(X)^k)", "tr(X^(-k))", "log det((X'X)^k)", "a'inv(X)^k b"):
        d = grad(formula, "X", variables=given(formula))
        values = {name: value for name, value in point(20 + k).items() if name in d.problem.variables}
        moved = differences(lambda y, d=d, v=values: d.value({**v, "X": y, "k": k}), values["X"], 1e-5)
        scale = max(1.0, float(np.abs(moved).max()))
        np.testing.assert_allclose(d.evaluate({**values, "k": k}) / scale, moved / scale, atol=1e-5)


@pytest.mark.parametrize("k", range(5))
def test_jacobians_are_those_of_sympy(k: int) -> None:
    d = jacobian("X^k", "X")
    symbols = sympy.Matrix(2, 2, sympy.symbols("a b c d"))
    power = symbols**k
    values = [sympy.Rational(q) for q in ("3/2", "-1/3", "2", "5/4")]
    place = dict(zip(symbols, values, strict=True))
    wanted = [[sympy.diff(power[i, j], symbols[p, q]).subs(place) for q in range(2) for p in range(2)]
              for j in range(2) for i in range(2)]
    found = d.evaluate({"X": np.array(values, float).reshape(2, 2), "k": k})
    np.testing.assert_allclose(found, np.array(wanted, float), rtol=1e-12, atol=1e-12)


LAWS = [
    ("X^k X", "X^(k+1)"), ("inv(X) X^k", "X^(k-1)"), ("X^k inv(X)^k", "I"), ("(X^k)^2", "X^(2k)"),
    ("(X^2)^k", "X^(2k)"), ("(X')^k", "(X^k)'"), ("(3 X)^k", "3^k X^k"), ("X^j X^k", "X^(j+k)"),
    ("inv(X^k)", "inv(X)^k"), ("X^(-k)", "inv(X)^k"), ("inv(X)^(k+1) X^k", "inv(X)"),
    ("(X A inv(X))^k", "X A^k inv(X)"),
    ("(S^k)' where S: sym", "S^k where S: sym"), ("diag(v)^k", "diag(v.^k)"), ("tr(X A X^k)", "tr(A X^(k+1))"),
    ("det(X^k)", "det(X)^k"), ("Q D^k Q' where Q: orthogonal(n)", "(Q D Q')^k where Q: orthogonal(n)"),
]


@pytest.mark.parametrize(("one", "other"), LAWS)
def test_equal_powers_are_one_expression(one: str, other: str) -> None:
    declared = {"X": "matrix(n,n)", "A": "matrix(n,n)", "D": "matrix(n,n)", "v": "vector(n)", "k": "scalar integer",
                "j": "scalar integer"}
    found = matcalc.equal(one, other, variables={n: d for n, d in declared.items() if n in one.partition("where")[0]})
    assert found.proved


def test_exponents_keep_their_sign() -> None:
    """X^(i − j) is a power of X beside [j <= i], and X⁻¹ X^k is not one of them where k may be 0."""
    power = al.symbolic_power(X, K)
    assert al.multiply(al.inverse(X), al.symbolic_power(X, al.add(K, al.num(-1)))) is not al.symbolic_power(
        X, al.add(K, al.num(-2)))
    assert al.multiply(power, al.symbolic_power(X, al.negate(K))) is al.eye(N)
    assert al.multiply(power, al.symbolic_power(X, R)) is al.symbolic_power(X, al.add(K, R))
    assert al.inverse(al.inverse(power)) is power


READ_BACK = [f for f in FUNCTIONS if "norm" not in f and "'X)" not in f] + ["a'inv(X)^k b", "tr(A inv(X)^(k+1))"]


@pytest.mark.parametrize("formula", READ_BACK)
def test_answers_are_read_back(formula: str) -> None:
    for found in (grad(formula, "X", variables=given(formula)), hessian(formula, "X", variables=given(formula))):
        for dialect in ("ascii", "unicode", "latex"):
            assert parse(text(found.expr, dialect), variables=given(formula)) is found.expr


def test_an_index_may_be_the_exponent() -> None:
    assert grad("sum_{k=0}^n c_k tr(X^k)", "X").ascii == "sum_{k=1}^{n}(k*c_k*(X^(k - 1))')"
    found = grad("sum_{k=0}^n c_k a'X^k b", "X")
    assert found.verify().ok


CLAIMS = [("tr(X^k)", "k (X')^(k-1)", True), ("tr(X^k)", "k X^(k-1)", False), ("det(X^k)", "k det(X)^k inv(X)'", True),
          ("a'X^k b", "sum_{r=0}^{k-1} (X^r)' a b' (X^(k-1-r))'", True),
          ("a'X^k b", "sum_{r=1}^{k} (X^(r-1))' a b' (X^(k-r))'", True),
          ("a'X^k b", "sum_{r=0}^{k} (X^r)' a b' (X^(k-r))'", False)]


@pytest.mark.parametrize(("formula", "claim", "holds"), CLAIMS)
def test_claims_are_judged(formula: str, claim: str, holds: bool) -> None:
    assert verify(formula, "X", claim=claim).ok is holds


@pytest.mark.parametrize("prop", ["sym", "spd", "skew", "lower", "diag", "orthogonal"])
@pytest.mark.parametrize("formula", ["a'X^k b", "tr(X^k)", "tr(A X^k)"])
def test_structured_gradients_are_checked(prop: str, formula: str) -> None:
    assert grad(formula, "X", variables={"X": f"matrix(n,n) {prop}"}).verify().ok


def test_conditions_are_said() -> None:
    assert grad("tr(X^k)", "X").conditions == []
    assert "k - 2 >= 0" in grad("tr(X^(k-2))", "X").conditions
    assert "X invertible" in grad("tr(X^(-k))", "X").conditions


REFUSED = ["sum_{r=0}^n tr(X^(r-3))", "sum_{r=0}^n sum_{s=0}^n tr(X^(r-s))", "tr(X^(k/2))", "tr(X^s)"]


@pytest.mark.parametrize("formula", REFUSED)
def test_what_is_no_whole_exponent_is_refused(formula: str) -> None:
    with pytest.raises(InputError):
        grad(formula, "X")


def test_there_is_no_derivative_by_a_whole_number() -> None:
    with pytest.raises(MatcalcError, match="whole number"):
        grad("tr(X^k)", "k")


def test_a_declared_integer_may_have_any_name() -> None:
    assert grad("tr(X^s)", "X", variables={"s": "integer"}).ascii == "s*(X^(s - 1))'"


def test_layers_have_labels() -> None:
    names = matcalc.jacobian(r"\sigma(W^l x^{l-1} + b^l)", "x^{l-1}", check=False).problem.variables
    assert "W^{l}" in names


def test_values_below_zero_are_refused() -> None:
    d = grad("tr(X^k)", "X")
    with pytest.raises(InputError, match="whole number"):
        d.evaluate({"X": np.eye(2), "k": -1})


@pytest.mark.parametrize("formula", ["a'X^k b", "tr(X^k)", "tr(A X^k)", "det(X^k)"])
@pytest.mark.parametrize("target", ["numpy", "pure", "array-api"])
def test_programs_check_themselves(formula: str, target: str) -> None:
    program = str(code(formula, "X", language=target))
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0
    space: dict[str, Any] = {"__name__": "program"}
    exec(compile(program, "<program>", "exec"), space)
    values = {name: value for name, value in point(3).items() if name in given(formula)}
    if target == "numpy":
        kept = values["X"].copy()
        for k in range(5):
            wanted = differences(lambda y, k=k: space["f"](**{**values, "X": y}, k=k), values["X"])
            np.testing.assert_allclose(space["gradient"](**values, k=k), wanted, rtol=1e-6, atol=1e-5)
        assert (values["X"] == kept).all()
        if "det" not in formula:  # k det(X)^k X⁻ᵀ holds for all k
            with pytest.raises(AssertionError, match="whole number"):
                space["gradient"](**values, k=-1)


@pytest.mark.parametrize("target", ["r", "cpp", "julia"])
def test_a_target_without_stacks_refuses_by_name(target: str) -> None:
    with pytest.raises(NoRuleError, match="matrix_powers"):
        code("a'X^k b", "X", language=target)
    assert "matrix_power" in str(code("tr(X^k)", "X", language=target)) or target == "julia"


def test_commuting_directions_close_the_sum() -> None:
    declared = {"A": "matrix(n,n)", "a": "vector(n)", "b": "vector(n)", "t": "scalar"}
    found = grad("a'(A + t I)^k b", "t", variables=declared)
    assert found.ascii == "k*a'*(A + t*eye(n))^(k - 1)*b"
    assert found.verify().ok


@pytest.mark.parametrize("formula", ["a'X^k b", "tr(X^k)", "tr(A inv(X)^k)"])
def test_steps_lead_to_the_answer(formula: str) -> None:
    second = matcalc.differential("tr(X^k)", order=2)
    for found in (grad(formula, "X"), hessian(formula, "X"), jacobian("X^k", "X"), second):
        assert found.steps
