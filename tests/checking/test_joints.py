"""What is said of the places where pieces meet, against limits that SymPy and mpmath find."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

import matcalc
from tests.cli.sessions import on_terminal

X, A, B = sp.symbols("x a b", positive=True)
PIECES = [  # the piece above the joint, the one below, and the joint
    ("x^2", "3*x", 0), ("x^2", "x^3", 0), ("x^2", "2*x - 1", 1), ("x", "a*(exp(x/a) - 1)", 0), ("x", "exp(x) - 1", 0),
    ("x", "2*(exp(x) - 1)", 0), ("a", "b", 0), ("a*x", "b*x", 0), ("x", "x + 1/1000000000", 2), ("cos(x)", "1", 0),
    ("cos(x)", "1 - x^2/2", 0), ("tanh(x)", "x", 0), ("log(1 + x)", "x", 0), ("x/(1 + x)", "x - x^2", 0),
    ("sin(a*x)", "a*x", 0), ("x^2/2", "x - 1/2", 1), ("a*x - a^2/2", "x^2/2", 3), ("exp(a*x)", "exp(b*x)", 0),
]
LIMITS = [("sin(x)/x", "1", 0), ("sin(x)/x", "1 + x", 0), ("(exp(x) - 1)/x", "1 + x/2", 0),
          ("(1 - cos(x))/x^2", "1/2", 0),
          ("(1 - cos(x))/x^2", "1/3", 0), ("log(1 + x)/x", "1 - x/2", 0), ("sin(2*x)/x", "2 + x", 0),
          ("(cos(x) - 1 + x^2/2)/x^4", "1/24", 0), ("(cos(x) - 1 + x^2/2)/x^4", "0", 0)]
OPEN = ["1/x", "x*exp(1/x)", "sin(1/x)", "1/log(x)"]  # without a limit, or with one that is not seen so soon
T = {"x": "scalar"}


def _joint(above, below, at):
    d = matcalc.grad(f"where(x > {at}, {above}, {below})", "x", variables=T, check=False)
    return d.joints


def _limits(text, at, side):
    """The limits of a piece and of its derivative."""
    e = sp.sympify(text.replace("^", "**"), locals={"x": X, "a": A, "b": B})
    x = sp.Symbol("x", real=True)
    return [sp.simplify(sp.limit(part.subs(X, x), x, at, side)) for part in (e, sp.diff(e, X))]


@pytest.mark.parametrize(("above", "below", "at"), PIECES)
def test_exactly_as_sympy_says(above, below, at):
    (joint,) = _joint(above, below, at)
    (high, rising), (low, falling) = _limits(above, at, "+"), _limits(below, at, "-")
    assert joint.exact
    assert joint.continuous == (sp.simplify(high - low) == 0)
    assert not joint.continuous or joint.smooth == (sp.simplify(rising - falling) == 0)


@pytest.mark.parametrize(("above", "below", "at"), LIMITS)
def test_limits_as_mpmath_says(above, below, at):
    (joint,) = _joint(above, below, at)
    e, f = (sp.lambdify(X, sp.sympify(text.replace("^", "**"), locals={"x": X}), "mpmath") for text in (above, below))
    with mpmath.workdps(40):
        apart = mpmath.limit(lambda h: e(at + h) - f(at - h), 0)
        kink = mpmath.limit(lambda h: mpmath.diff(e, at + h) - mpmath.diff(f, at - h), 0)
    assert not joint.exact
    assert joint.continuous == (abs(apart) < 1e-8)
    assert not joint.continuous or joint.smooth in (None, abs(kink) < 1e-8)


@pytest.mark.parametrize("above", OPEN)
def test_nothing_is_claimed_where_there_is_no_limit(above):
    assert _joint(above, "0", 0) == []


def test_an_infinite_slope_is_not_called_one():
    (joint,) = _joint("sqrt(x)", "x", 0)
    assert joint.continuous
    assert joint.smooth is None


def test_entry_by_entry_and_other_conditions():
    ((x, smooth), (y, kinked), (part, kink), (square, none)) = (
        (found[0], found[0].smooth) for found in (matcalc.grad(f, "x", check=False).joints for f in (
            "sum(where(x > 1, x.^2, 2*x - 1))", "sum(where(x > y, x.^2, y.^2))", "where(b'*x > 0, b'*x, 0)",
            "where(b'*x > 0, (b'*x)^2, 0)")))
    assert (smooth, kinked, kink, none) == (True, False, False, True)
    assert all(joint.continuous for joint in (x, y, part, square))
    assert all(joint.exact for joint in (x, y, square))


def test_entries_that_are_mixed_are_not_decided():
    """Where xᵢ = 0 the other entries are anything, so that A x and B x do not meet."""
    assert matcalc.grad("sum(where(x > 0, A*x, B*x))", "x", variables={"A": "matrix(n,n)", "B": "matrix(n,n)"},
                        check=False).joints == []


def test_cases_one_in_another():
    d = matcalc.grad("where(0 < x <= 1, x, 1)", "x", variables=T, check=False)
    assert {str(joint.value.data): (joint.continuous, joint.smooth) for joint in d.joints} == {
        "1": (True, False), "0": (False, None)}


def test_a_variable_that_never_gets_to_the_joint():
    assert matcalc.grad("where(x > 0, x^2, 3*x)", "x", variables={"x": "positive"}, check=False).joints == []


def test_a_condition_that_does_not_move():
    assert matcalc.grad("where(x > 0, a*x, 3*a)", "a", variables=T, check=False).joints == []


@pytest.mark.parametrize(("formula", "said"), [
    ("where(t > 0, t^2, 3*t)",
     "where(t > 0, t², 3 t) is continuous where t is 0; its derivative jumps there: that of 3 t is taken"),
    ("t if t > 0 else exp(t) - 1",
     "where(t > 0, t, exp(t) - 1) is continuous where t is 0, and so is its derivative"),
    ("where(t >= 1, t, 3)", "where((1 - t) > 0, 3, t) jumps where t is 1, from 1 to 3; it is t there"),
    ("where(t > 0, sin(t)/t, 1)",
     "where(t > 0, sin(t)/t, 1) is continuous where t is 0, and so is its derivative, say its limits at random points"),
])
def test_the_answer_says_it(formula, said, monkeypatch):
    shown = on_terminal(monkeypatch, "grad", formula, "--wrt", "t", "--var", "t: scalar", width=200)
    assert said in " ".join(shown.replace("−", "-").split())


def test_a_hessian_says_which_second_derivative_is_taken():
    d = matcalc.hessian("where(t > 0, t^2, t^3)", "t")
    assert d.conditions == [
        "select(t, t^2, t^3) is continuous where t is 0, and so is its derivative; the second one is that of t^3 there"]
    assert d.evaluate({"t": 0.0}) == 0


def test_latex_and_conditions():
    from matcalc.printers.requirements import joint_text

    d = matcalc.grad("where(t > 0, t^2, 3*t)", "t")
    said = "select(t, t^2, 3*t) is continuous where t is 0; its derivative jumps there: that of 3*t is taken"
    assert d.conditions == [said]
    assert r"\text{ is continuous where }t" in joint_text(d.joints[0], "latex")
