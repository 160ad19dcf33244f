"""Primary functions of a matrix: tr f(A) → f'(A)', Fréchet derivatives where eigenvalues coincide, real powers, and the
order in which functions of one matrix stand. mpmath's functions of matrices are the oracle, differenced in 40 digits.
"""

import mpmath
import numpy as np
import pytest
import scipy.linalg

import matcalc
from matcalc.diagnostics import InputError
from matcalc.rulebook.book import Rulebook

RNG = np.random.default_rng(7)
B, E = RNG.standard_normal((2, 3, 3))
NEAR = np.eye(3) + 0.2 * RNG.standard_normal((3, 3))
POINTS = {  # eigenvalues that coincide, with one eigenvector too few and with all of them; and none
    "identity": np.eye(3), "double": np.diag([0.5, 0.5, 1.2]),
    "Jordan block": np.array([[0.8, 1, 0], [0, 0.8, 1], [0, 0, 0.8]]), "generic": NEAR,
}
TRACES = [
    ("tr(sinm(X))", "cosm(X)'"), ("tr(cosm(X))", "-sinm(X)'"), ("tr(tanm(X))", "(tanm(X)^2)' + eye(n)"),
    ("tr(sinhm(X))", "coshm(X)'"), ("tr(coshm(X))", "sinhm(X)'"), ("tr(tanhm(X))", "eye(n) - (tanhm(X)^2)'"),
    ("tr(signm(X))", "zeros(n,n)"), ("tr(expm(X))", "expm(X)'"), ("tr(logm(X))", "inv(X)'"),
    ("tr(powm(X, p)) where p: scalar", "p*powm(X, p - 1)'"), ("tr(X^p) where p: scalar", "p*powm(X, p - 1)'"),
    ("tr(X^(1/3))", "powm(X, -2/3)'/3"),
]


def of(function):
    def quotient(a, b):
        return lambda M: a(M) * mpmath.inverse(b(M))

    sinh, cosh = (lambda M: (mpmath.expm(M) - mpmath.expm(-M)) / 2), (lambda M: (mpmath.expm(M) + mpmath.expm(-M)) / 2)
    return {"sinm": mpmath.sinm, "cosm": mpmath.cosm, "expm": mpmath.expm, "sinhm": sinh, "coshm": cosh,
            "tanm": quotient(mpmath.sinm, mpmath.cosm), "tanhm": quotient(sinh, cosh)}[function]


def slope(f, A):
    """d/dt tr(B f(A + tE)) at 0."""
    with mpmath.workdps(40):
        b, a, e = map(mpmath.matrix, (B.tolist(), A.tolist(), E.tolist()))
        h = mpmath.mpf(10) ** -12
        change = b * (f(a + h * e) - f(a - h * e))
        return float(mpmath.re(sum(change[i, i] for i in range(3))) / (2 * h))


@pytest.mark.parametrize("where", POINTS)
@pytest.mark.parametrize("name", ["sinm", "cosm", "expm", "sinhm", "coshm", "tanm", "tanhm"])
def test_gradients_are_right_where_eigenvalues_coincide(name, where):
    A = POINTS[where]
    G = matcalc.grad(f"tr(B*{name}(X))", "X", check=False).evaluate({"B": B, "X": A})
    assert np.sum(G * E) == pytest.approx(slope(of(name), A), rel=1e-11)


@pytest.mark.parametrize("where", ["identity", "double", "generic"])
@pytest.mark.parametrize("name", ["logm(X)", "X^(1/3)", "X^(-3/4)", "powm(X, 1.7)"])
def test_powers_and_logarithms_are_right_where_eigenvalues_coincide(name, where):
    """Against the integral representation of SciPy's fractional powers, differenced."""
    power = {"X^(1/3)": 1 / 3, "X^(-3/4)": -3 / 4, "powm(X, 1.7)": 1.7}.get(name)

    def f(A):
        return scipy.linalg.logm(A) if power is None else scipy.linalg.fractional_matrix_power(A, power)

    A, h = POINTS[where], 1e-5
    G = matcalc.grad(f"tr(B*{name})", "X", check=False).evaluate({"B": B, "X": A})
    due = np.trace(B @ (f(A + h * E) - f(A - h * E))) / (2 * h)
    assert np.sum(G * E) == pytest.approx(due, rel=1e-7)


@pytest.mark.parametrize(("formula", "answer"), TRACES)
def test_the_trace_of_a_function_has_the_gradient_of_a_textbook(formula, answer):
    d = matcalc.grad(formula, "X")
    assert d.ascii == matcalc.simplify(answer, variables={"X": "matrix(n,n)", "p": "scalar"}).ascii
    assert d.verify().ok


def test_functions_of_one_matrix_stand_in_one_order():
    assert matcalc.grad("normF(logm(P))^2", "P", variables={"P": "spd"}).ascii == "2*inv(P)*logm(P)"
    one = {"A": "matrix(n,n)"}
    assert matcalc.parse("sinm(A)*A*expm(A)", variables=one) is matcalc.parse("A*expm(A)*sinm(A)", variables=one)
    assert matcalc.parse("expm(A)*expm(A')", variables=one) is not matcalc.parse("expm(A')*expm(A)", variables=one)


@pytest.mark.parametrize("formula", ["tr(sinm(X))", "tr(B*cosm(X))", "tr(P^p)", "normF(logm(P))^2"])
def test_second_derivatives(formula):
    wrt = "P" if "P" in formula else "X"
    assert matcalc.hessian(formula, wrt, variables={"P": "spd", "p": "scalar"}, check=False).verify().ok


def test_a_label_is_still_asked_about():
    with pytest.raises(InputError, match="a label, or a power"):
        matcalc.grad("tr(X^p)", "X")


@pytest.mark.parametrize(("block", "said"), [
    ("function twice(A: [m,n]) -> [m,n]\n  primary = A\n", "is said of a function of one square matrix"),
    ("linear twice(A: [n,n]) -> [n,n]\n  primary = A\n", "is said of a function of one square matrix"),
])
def test_primary_is_said_of_functions_of_a_square_matrix(tmp_path, block, said):
    file = tmp_path / "mine.rules"
    file.write_text(block)
    with pytest.raises(matcalc.MatcalcError, match=said):
        Rulebook([file])


CUBIC = """
function cubicm(A: [n,n]) -> [n,n]
  title   = A^3 + A
  primary = {}
  numpy   = A @ A @ A + A
  ref     = by hand
"""


def test_a_wrong_primary_is_found(tmp_path):
    right, wrong = tmp_path / "right.rules", tmp_path / "wrong.rules"
    right.write_text(CUBIC.format("3*A^2 + eye(n)"))
    wrong.write_text(CUBIC.format("2*A^2 + eye(n)"))
    assert matcalc.grad("tr(cubicm(X))", "X", rules=str(right)).ascii == "3*(X^2)' + eye(n)"
    with pytest.raises(matcalc.MatcalcError, match="dcubicm-of-identity"):
        matcalc.grad("tr(cubicm(X))", "X", rules=str(wrong))
