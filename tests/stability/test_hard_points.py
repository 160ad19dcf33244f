"""Emitted code where a formula taken at its word overflows, cancels or divides 0 by 0, against mpmath at 400 digits."""

import mpmath
import numpy as np

import matcalc

CASES = [
    ("1 - cos(x)", lambda x: 1 - mpmath.cos(x), (1e-9, 1e-3, 2.0)),
    ("exp(-x^2)/erfc(x)", lambda x: mpmath.exp(-x * x) / mpmath.erfc(x), (30.0, 1.0)),
    ("sin(x)/x", lambda x: mpmath.sin(x) / x, (1e-9, 1e-5, 3.0)),
    ("log(sinh(x))", lambda x: mpmath.log(mpmath.sinh(x)), (800.0, 1.0)),
    ("(exp(2x) - 1)/(exp(2x) + 1)", mpmath.tanh, (800.0, -800.0, 1.0)),
]


def _program(text, kind):
    names = {"__name__": "a program"}
    exec(str(matcalc.code(text, "x", variables={"x": kind})), names)
    return names["f"], names["gradient"]


def test_values_and_gradients_where_they_are_hard():
    with mpmath.workdps(400), np.errstate(all="ignore"):
        for text, oracle, points in CASES:
            f, gradient = _program(text, "scalar")
            for x in points:
                assert np.isclose(f(x), float(oracle(mpmath.mpf(x))), rtol=1e-12, atol=0), (text, x)
                slope = float(mpmath.diff(oracle, mpmath.mpf(x), h=mpmath.mpf(10) ** -150 * abs(mpmath.mpf(x))))
                assert np.isclose(gradient(x), slope, rtol=1e-10, atol=1e-300), (text, x)


def test_a_power_of_a_norm_above_the_first_is_smooth_at_zero():
    x = np.array([0.3, -1.1, 0.4])
    for text, power in (("norm2(x)^1.5", 1.5), ("norm2(x)^1.2", 1.2), ("norm2(x)^3", 3)):
        _, gradient = _program(text, "vector(n)")
        assert np.allclose(gradient(x), power * np.linalg.norm(x) ** (power - 2) * x)
        if power != 1.2:
            with np.errstate(all="ignore"):
                assert np.array_equal(gradient(np.zeros(3)), np.zeros(3))
