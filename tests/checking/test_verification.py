"""Right derivatives pass, wrong ones fail in the right entry, and what cannot be decided is called inconclusive."""

from fractions import Fraction

import numpy as np
import pytest

from matcalc.algebra import (
    add,
    apply,
    eye,
    hadamard,
    inverse,
    matrix_power,
    multiply,
    negate,
    num,
    ones,
    power,
    slice_,
    trace,
    transpose,
    unit,
    variable,
    zeros,
)
from matcalc.checking.claims import Claim
from matcalc.checking.differences import richardson, slope, sweep
from matcalc.checking.vcurve import v_curve
from matcalc.checking.verdicts import worst_of
from matcalc.diagnostics import InputError
from matcalc.numeric import interpret
from tests.checking.formulas import (
    AXB,
    HALF,
    NORM,
    QUADRATIC,
    SLOPE,
    TWO,
    XX,
    A,
    B,
    R,
    S,
    X,
    c,
    check_gradient,
    checked,
    total,
    x,
    y3,
)
from tests.numeric_rules import ARCSIN, EXP, EXPM, RELU, STEP, det, elementwise, log, m, n
from tests.samples import some

GRADIENTS = {
    "det(A X B)": (det(AXB), multiply(det(AXB), transpose(A), transpose(inverse(AXB)), transpose(B)), X),
    "x'Sx": (QUADRATIC, SLOPE, x),
    "x'Sx by S": (QUADRATIC, multiply(x, transpose(x)), S),
    "norm": (NORM, multiply(power(NORM, num(-1)), transpose(A), R), x),
    "logdet(X'X)": (log(det(XX)), multiply(TWO, X, inverse(XX)), X),
    "logdet": (log(det(S)), transpose(inverse(S)), S),
    "relu": (total(apply(RELU, R)), multiply(transpose(A), apply(STEP, R)), x),
    "arcsin(x'x)": (apply(ARCSIN, multiply(transpose(x), x)), multiply(
        TWO, power(add(num(1), negate(power(multiply(transpose(x), x), TWO))), negate(HALF)), x), x),
    "acosh": (apply(elementwise("acosh", "np.arccosh(X)"), c), power(add(power(c, TWO), num(-1)), negate(HALF)), c),
    "tr expm": (trace(apply(EXPM, S)), transpose(apply(EXPM, S)), S),
    "c^3": (power(c, num(3)), multiply(num(3), power(c, TWO)), c),
    "constant": (trace(S), zeros(n, 1), x),
    "tiny": (multiply(num(Fraction(1, 10**9)), QUADRATIC), multiply(num(Fraction(1, 10**9)), SLOPE), x),
    "offset": (add(num(10**7), QUADRATIC), SLOPE, x),
    "log of a quadratic form": (log(QUADRATIC), multiply(power(QUADRATIC, num(-1)), SLOPE), x),
    "steep": (multiply(transpose(x), apply(EXP, multiply(num(8), x))),
              add(apply(EXP, multiply(num(8), x)), hadamard(multiply(num(8), x), apply(EXP, multiply(num(8), x)))), x),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_right_gradients_pass(name):
    f, g, wrt = GRADIENTS[name]
    for seed in range(4):
        found = check_gradient(f, g, wrt, seed=seed)
        assert (found.ok, found.status, len(found.checks)) == (True, "passed", 3), found
        assert found.max_rel_error < 1e-6


@pytest.mark.parametrize("factor", [num(2), HALF, num(-1), num(Fraction(1001, 1000)), num(0)])
@pytest.mark.parametrize("name", [name for name in GRADIENTS if name != "constant"])
def test_wrong_factors_fail(name, factor):
    f, g, wrt = GRADIENTS[name]
    found = check_gradient(f, multiply(factor, g), wrt)
    assert found.status == "failed", found
    assert found.worst is not None
    assert found.worst.expected != 0
    assert found.worst.got / found.worst.expected == pytest.approx(float(factor.data), abs=1e-4)
    assert len(found.curve) == len(found.checks[-1].steps) == 13


WRONG = {
    "transposed": (log(det(S)), inverse(S), S),
    "half of a quadratic": (QUADRATIC, multiply(TWO, S, x), x),
    "zero": (trace(S), zeros(n, n), S),
    "not zero": (trace(multiply(A, transpose(A))), x, x),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_gradients_fail(name):
    found = check_gradient(*WRONG[name])
    assert found.ok is False
    assert found.worst is not None


def test_the_worst_entry_is_found():
    only = add(S, multiply(num(3), matrix_power(S, 0), hadamard(ones(n, n), eye(n))))
    found = check_gradient(trace(multiply(transpose(S), S)), multiply(TWO, only), S)
    assert found.worst is not None
    assert found.worst.index[0] == found.worst.index[1]
    assert found.worst.got - found.worst.expected == pytest.approx(6)


def test_sizes_are_rectangular_and_change_and_may_be_given():
    f, g, wrt = GRADIENTS["x'Sx"]
    assert len({tuple(c.sizes.items()) for c in check_gradient(f, g, wrt).checks}) == 3
    given = check_gradient(total(R), multiply(transpose(A), ones(m, 1)), x, sizes={"n": 7})
    assert all(c.sizes["n"] == 7 != c.sizes["m"] for c in given.checks)


def test_sizes_leave_room_for_an_index():
    entry = multiply(transpose(unit(7, n)), S, unit(2, n))
    assert check_gradient(entry, multiply(unit(7, n), transpose(unit(2, n))), S).ok
    part = slice_(S, 4, 3, 2, 3)
    assert checked(multiply(part, y3), y3, part, "jacobian").ok
    with pytest.raises(InputError, match="n = 3"):
        check_gradient(entry, multiply(unit(7, n), transpose(unit(2, n))), S, sizes={"n": 3})


def test_the_same_seed_gives_the_same_verdict():
    f, g, wrt = GRADIENTS["relu"]
    assert check_gradient(f, g, wrt, seed=5) == check_gradient(f, g, wrt, seed=5)
    assert check_gradient(f, g, wrt, seed=5).max_rel_error != check_gradient(f, g, wrt, seed=6).max_rel_error


def test_a_domain_nobody_meets_is_inconclusive():
    found = check_gradient(log(negate(multiply(transpose(x), x))), x, x)
    assert (found.ok, found.status) == (None, "inconclusive")
    assert "not finite" in found.reason


def test_a_kink_is_not_a_mistake():
    v = variable("v", (n, 1), frozenset({"integer"}))
    ramp = add(v, multiply(num(-2), ones(n, 1)))
    assert check_gradient(total(apply(RELU, ramp)), apply(STEP, ramp), v, sizes={"n": 3}).ok
    assert check_gradient(total(apply(RELU, ramp)), ones(n, 1), v, sizes={"n": 3}).ok is False


def test_a_kink_everywhere_is_inconclusive():
    v = variable("v", (n, 1), frozenset({"integer"}))
    found = check_gradient(total(apply(elementwise("f", "np.abs(np.sin(np.pi * X))"), v)), ones(n, 1), v)
    assert found.ok is None
    assert "kink" in found.reason


def test_relu_passes_at_many_points():
    f, g, wrt = GRADIENTS["relu"]
    assert check_gradient(f, g, wrt, number=60).ok


def test_the_slope_tells_right_from_wrong():
    f, g, wrt = GRADIENTS["tr expm"]
    wrong = check_gradient(f, multiply(TWO, g), wrt)
    assert abs(wrong.checks[-1].slope) < 0.1
    _, central = v_curve(Claim(f, g, (wrt,), "gradient"))
    assert 1.7 < central.slope < 2.3
    _, linear = v_curve(Claim(trace(S), eye(n), (S,), "gradient"))
    assert linear.slope is None


def test_slope_and_extrapolation():
    measured = sweep(np.exp)
    steps = tuple((h, abs(float(d) - 1.0)) for h, d in zip([10 ** (-k / 2) for k in range(2, 15)], measured.differences,
                                                          strict=True))
    assert slope(steps) == pytest.approx(2, abs=0.05)
    assert float(measured.value) == pytest.approx(1, abs=1e-12)
    assert float(richardson(np.exp)) == pytest.approx(1, abs=1e-12)
    assert slope([(h, 0.5) for h, _ in steps]) == pytest.approx(0)
    assert slope([(h, 0.0) for h, _ in steps]) is None


def test_the_worst_of_several():
    good, bad = check_gradient(trace(S), eye(n), S), check_gradient(trace(S), zeros(n, n), S)
    unclear = check_gradient(log(negate(multiply(transpose(x), x))), x, x)
    assert worst_of([good, bad, unclear]) is bad
    assert worst_of([good, unclear]) is unclear
    assert worst_of([]).ok is None


EVERYDAY = 100  # units of work, of which one question has many millions


def test_the_everyday_check_is_quick(monkeypatch):
    """It is a few hundred operations, whatever the machine takes for one."""
    f, g, wrt = GRADIENTS["x'Sx"]
    spent = []
    monkeypatch.setattr(interpret, "spend", spent.append)
    for seed in range(5):
        check_gradient(f, g, wrt, seed=seed)
    assert 0 < sum(spent) / 5 < EVERYDAY


@pytest.mark.parametrize("levels", some([1_200, 2_000]))
def test_a_deep_expression_is_ordinary_input(levels):
    e = c
    for i in range(levels):
        e = apply(EXP, negate(multiply(e, e))) if i % 2 else add(e, num(Fraction(1, 3)))
    assert check_gradient(e, c, c, number=1).ok is False
