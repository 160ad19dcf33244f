"""A difference of any size is one, and the point that is shown has the values that are shown."""

from __future__ import annotations

import math
import re

import mpmath
import pytest

import matcalc
from matcalc.answer.equal import equal
from tests.cli.sessions import run


@pytest.mark.parametrize(("a", "b"), [
    ("a+10^400", "a"), ("10^309*a", "2*10^309*a"), ("det(10^200*A)", "det(10^200*A)+1"), ("a-10^400", "a"),
    ("exp(a)+10^400", "exp(a)"), ("10^(-400)*a", "2*10^(-400)*a"), ("10^(-400)*a", "10^400*a"),
])
def test_values_beyond_floats_differ(a: str, b: str) -> None:
    found = equal(a, b)
    assert found.equal is False
    assert found.verification is not None
    assert found.verification.ok is False
    for form in ((), ("--json",)):
        assert run("equal", a, b, *form)[0] == 1


@pytest.mark.parametrize("exponent", [-20, -200, -310, -330, -400, -1000, 309, 400])
def test_a_claim_off_by_a_power_of_ten_is_wrong(exponent: int) -> None:
    found = matcalc.verify("a^2", "a", claim=f"2*a + 10^({exponent})")
    assert (found.ok, found.status) == (False, "failed")
    code, out, _ = run("verify", "a^2", "-w", "a", "--claim", f"2*a + 10^({exponent})")
    values = re.search(r"got (.*?), expected ([^;]*)", out)
    assert code == 1
    assert values is not None
    assert values[1] != values[2]


@pytest.mark.parametrize(("a", "b", "value"), [
    ("arcsin(sin(a))", "a", lambda a: (mpmath.asin(mpmath.sin(a)), a)),
    ("relu(sin(a)-0.9999)", "0", lambda a: (max(mpmath.sin(a) - mpmath.mpf("0.9999"), 0), mpmath.mpf(0))),
    ("abs(a)", "a", lambda a: (abs(a), a)), ("max(a^2,2)", "2", lambda a: (max(a * a, 2), mpmath.mpf(2))),
])
def test_the_point_shown_has_the_values_shown(a: str, b: str, value: object) -> None:
    code, out, _ = run("equal", a, b)
    shown = re.search(r"a = (\S+): (\S+) and (\S+)", out)
    assert code == 1
    assert shown is not None
    with mpmath.workdps(50):
        left, right = value(mpmath.mpf(shown[1]))  # type: ignore[operator]
    assert math.isclose(left, float(shown[2]), rel_tol=1e-5)
    assert math.isclose(right, float(shown[3]), rel_tol=1e-5)


def test_a_scalar_problem_has_a_seed_and_no_sizes() -> None:
    assert "seed 0; " in run("verify", "a^2", "-w", "a", "--claim", "3*a")[1]


def test_a_large_claim_is_not_wrong_for_its_size() -> None:
    found = matcalc.verify("sum(relu(x))", "x", claim="step(10^12*x)")
    assert found.ok is not False
