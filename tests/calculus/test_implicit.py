"""Functions that a block gives by an equation have the derivatives of closed forms, of differences, of SciPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize

import matcalc
from tests.cli.sessions import run
from tests.rulecheck.files import complaints

RNG = np.random.default_rng(11)

ROOT = """
function root_(A: [n,n]) -> [n,n]
  title   = principal matrix square root
  is      = equivariant stable
  implicit.X = X*X - A
  domain  = A without eigenvalue on the negative real axis
  numpy   = scipy.linalg.sqrtm(A)
  ref     = Higham (2008) 6.1
  example tr(B*root_(A)) wrt A -> sylvester(root_(A)', root_(A)', B')
"""
ARGMIN = """
function argmin_(P: [n,n] spd, q: [n]) -> [n]
  title   = what makes x'P x/2 + q'x least
  implicit.x = P*x + q
  numpy   = -np.linalg.solve(P, q)
  ref     = Boyd & Vandenberghe (2004) 9.1
  example c'*argmin_(P, q) where c: vector wrt q -> -inv(P)*c
"""
FIXED = """
function fixed_(W: [n,n], b: [n]) -> [n]
  title   = the x that is W x + b
  implicit.x = x - W*x - b
  domain  = W without eigenvalues whose product is 1
  numpy   = np.linalg.solve(np.eye(n) - W, b)
  ref     = me
  example c'*fixed_(W, b) where c: vector wrt b -> inv(eye(n) - W)'*c
"""
CUBIC = """
function cubic_(b: scalar) -> scalar
  title   = the x with x^3 + x = b
  implicit.x = x^3 + x - b
  numpy   = np.cbrt(b/2 + np.sqrt(b**2/4 + 1/27)) + np.cbrt(b/2 - np.sqrt(b**2/4 + 1/27))
  ref     = Cardano (1545)
  example cubic_(b) wrt b -> (3*cubic_(b)^2 + 1)^-1
"""
STRETCH = """
function stretch_(A: [n,n]) -> [n,n]
  title   = H of the polar decomposition A = U H
  is      = symmetric invertible
  implicit.X = X*X - A'*A
  domain  = A invertible
  numpy   = scipy.linalg.sqrtm(A.T @ A)
  ref     = Higham (2008) 8.1
  example tr(stretch_(A)) wrt A -> -2*A*lyap(stretch_(A), eye(n))
"""


def grad(text: str, folder: Path, f: str, x: str, **variables: str) -> matcalc.Derivation:
    file = folder / "mine.rules"
    file.write_text(text, encoding="utf-8")
    return matcalc.grad(f, x, variables=variables, rules=str(file))


@pytest.mark.parametrize("block", [ROOT, ARGMIN, FIXED, CUBIC, STRETCH],
                         ids=["root", "argmin", "fixed", "cubic", "stretch"])
def test_a_block_with_an_equation_passes_all_checks(block: str, tmp_path: Path) -> None:
    assert complaints(tmp_path, block) == []


@pytest.mark.parametrize(("call", "closed"), [("argmin_(P, q)", "-inv(P)*q"),
                                              ("norm2(argmin_(P, q))^2", "q'*inv(P)^2*q")])
@pytest.mark.parametrize("x", ["P", "q"])
def test_the_minimum_of_a_quadratic_has_the_derivative_of_its_closed_form(call: str, closed: str, x: str,
                                                                          tmp_path: Path) -> None:
    declared = {"P": "spd(3)", "q": "vector(3)"}
    f, g = (e if e[0] in "nq" else f"sum({e})" for e in (call, closed))
    c = RNG.standard_normal((3, 3))
    at = {"P": c @ c.T + np.eye(3), "q": RNG.standard_normal(3)}
    found, due = grad(ARGMIN, tmp_path, f, x, **declared), matcalc.grad(g, x, variables=declared)
    assert np.allclose(found.evaluate(at), due.evaluate(at), rtol=1e-10)


def test_a_square_root_by_its_equation_has_the_gradient_of_the_shipped_one(tmp_path: Path) -> None:
    d = grad(ROOT, tmp_path, "tr(B*root_(A))", "A")
    assert d.ascii == matcalc.grad("tr(B*sqrtm(A))", "A").ascii.replace("sqrtm", "root_")
    assert any("sylvester" in str(step.because) for step in d.steps)


def test_the_polar_factor_by_the_equation_of_the_stretch(tmp_path: Path) -> None:
    """U = A H⁻¹ with H² = A'A has the gradient of the polar factor that a singular value decomposition gives."""
    a, w = RNG.standard_normal((2, 3, 3))
    d = grad(STRETCH, tmp_path, "tr(W'*A*inv(stretch_(A)))", "A", A="matrix(3,3)", W="matrix(3,3)")
    due = matcalc.grad("tr(W'*polar(A))", "A", variables={"A": "matrix(3,3)", "W": "matrix(3,3)"})
    assert np.allclose(d.evaluate({"A": a, "W": w}), due.evaluate({"A": a, "W": w}), rtol=1e-8)


def test_a_root_of_a_number_and_its_second_derivative(tmp_path: Path) -> None:
    file = tmp_path / "mine.rules"
    file.write_text(CUBIC, encoding="utf-8")
    d = matcalc.hessian("cubic_(b)", "b", variables={"b": "scalar"}, rules=str(file))

    def value(b: float) -> float:
        return scipy.optimize.brentq(lambda x: x**3 + x - b, -9, 9, xtol=1e-14)

    h = 1e-3
    assert d.evaluate({"b": 1.3}) == pytest.approx((value(1.3 + h) - 2 * value(1.3) + value(1.3 - h)) / h**2, rel=1e-5)


VECTORS = [  # equations for a vector, entry by entry and with a number that depends on it
    ("x.*x - b", "np.sqrt(b)", "b positive"),
    ("x*(x'*x) - b", "b / np.cbrt(np.sum(b * b))", ""),
    ("x.*(a'*x) - b", "b / np.sqrt(a.T @ b)", "b positive; a positive"),
    ("cumsum(x) + x - b", "np.linalg.solve(np.tril(np.ones((n, n))) + np.eye(n), b)", ""),
]


@pytest.mark.parametrize(("equation", "numpy", "domain"), VECTORS)
def test_equations_for_a_vector(equation: str, numpy: str, domain: str, tmp_path: Path) -> None:
    """The first and the second differential are compared with differences of the template."""
    where = f"  domain = {domain}\n" if domain else ""
    more = ", a: [n]" * ("a" in equation)
    text = f"function rest_(b: [n]{more}) -> [n]\n  implicit.x = {equation}\n  numpy = {numpy}\n{where}  ref = me\n"
    assert [said for said in complaints(tmp_path, text) if not said.startswith("example")] == []


REFUSED = [
    ("implicit.X = X.*X - A", "it is no sum of products A dX B"),
    ("implicit.X = X*A*X + A*X*A*X*A + A", "no block of the rules solves the sum of"),
    ("implicit.X = X*X' - A", "it has the transpose of the unknown in it"),
    ("implicit.A = A*A", "A is a parameter, and the value of the equation has a letter of its own"),
    ("implicit = A", "a block states one equation, implicit.X"),
    ("implicit.X = X*X - A\n  implicit.Y = Y*Y - A", "a block states one equation, implicit.X"),
    ("implicit.X = X*X - A\n  d = dA", "d follows from the equation; state one of them"),
    ("implicit.X = tr(X) - tr(A)", "must be [n,n]"),
    ("implicit.X = X*X - 2*A", "implicit.X is 0"),
    ("implicit.X = X*dA", "dA is a change of A, of which the field implicit.X does not speak"),
    ("implicit.np = np*np - A", "the value is not called np, which is a library"),
]


@pytest.mark.parametrize(("line", "said"), REFUSED)
def test_what_is_no_equation_that_can_be_solved_is_refused(line: str, said: str, tmp_path: Path) -> None:
    text = ROOT.replace("  implicit.X = X*X - A", f"  {line}").replace("equivariant stable", "equivariant")
    assert any(said in complaint for complaint in complaints(tmp_path, text)), complaints(tmp_path, text)


def test_a_notation_and_an_elementwise_function_state_no_equation(tmp_path: Path) -> None:
    text = "elementwise el_(X: [m,n]) -> [m,n]\n  implicit.Y = Y - X\n  d = ones(m,n)\n  numpy = X\n  ref = me\n"
    assert any("states no equation" in said for said in complaints(tmp_path, text))


SOLVER = """
linear three_(A: [n,n], B: [n,n], C: [n,n], D: [n,n], E: [n,n]) -> [n,n]
  title   = the X with A X + X B + C X D = E
  implicit.X = A*X + X*B + C*X*D - E
  adjoint.E = three_(A', B', C', D', G)
  domain  = kron(eye(n),A) + kron(B',eye(n)) + kron(D',C) invertible
  matrix.E = inv(kron(eye(n), A) + kron(B', eye(n)) + kron(D', C))
  body    = unvec(inv(kron(eye(n), A) + kron(B', eye(n)) + kron(D', C))*vec(E), n, n)
  ref     = me
  example tr(F'*three_(A, B, C, D, E)) where F: square wrt E -> three_(A', B', C', D', F)
"""


def test_a_users_linear_block_is_a_solver(tmp_path: Path) -> None:
    """Three products are solved by no shipped block; the block with this equation solves its own linearised one."""
    assert complaints(tmp_path, SOLVER) == []
    answer = grad(SOLVER, tmp_path, "tr(F'*three_(A, B, C, D, E))", "A")
    assert answer.verify().ok
    assert answer.ascii == "-three_(A', B', C', D', F)*three_(A, B, C, D, E)'"


def test_a_steps_line_says_how_the_value_moves() -> None:
    because = [step.because for step in matcalc.grad("tr(B'*lyap(A, Q))", "Q").steps]
    assert any(str(said).startswith("d lyap(A, Q) = lyap(A, ") for said in because)


def test_explain_shows_the_equation() -> None:
    code, out, _ = run("explain", "care")
    assert code == 0
    assert "equation for X  A'*X - X*B*inv(R)*B'*X + X*A + Q = 0" in out


KEPT = [  # what sylvester gave when its block stated d.A and d.B by hand
    ("tr(D'*sylvester(A, B, C))", "A", "-sylvester(A', B', D)*sylvester(A, B, C)'"),
    ("tr(D'*sylvester(A, B, C))", "B", "-sylvester(A, B, C)'*sylvester(A', B', D)"),
    ("tr(D'*sylvester(A, B, C))", "C", "sylvester(A', B', D)"),
    ("tr(B*sqrtm(A))", "A", "sylvester(sqrtm(A)', sqrtm(A)', B')"),
]


@pytest.mark.parametrize(("f", "x", "answer"), KEPT)
def test_answers_of_sylvester_and_sqrtm_stay(f: str, x: str, answer: str) -> None:
    assert matcalc.grad(f, x).ascii == answer


def test_scipy_solves_what_the_block_says() -> None:
    a, b, c = RNG.standard_normal((3, 3, 3))
    x = matcalc.grad("tr(D'*sylvester(A, B, C))", "C", variables=dict.fromkeys("ABCD", "matrix(3,3)"))
    assert np.allclose(x.evaluate({"A": a, "B": b, "C": c, "D": c}), scipy.linalg.solve_sylvester(a.T, b.T, c))
