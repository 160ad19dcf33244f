"""Bessel functions, integrals and incomplete functions in the languages whose libraries have them. A program compares
its gradient, which other functions make, with differences of the function of the library: orders and parameters are
those of the rule."""

from __future__ import annotations

import pytest

import matcalc
from matcalc.targets import running, target_named

BESSEL = ("bessel_j(2, x)", "bessel_j(1, -x)", "bessel_y(2, x)", "bessel_i(3, -x)", "bessel_k(2, x)")
INCOMPLETE = ("gammainc(3*ones(n), x)", "gammaincc(3*ones(n), x)", "reciprocal_gamma(x)", "polygamma(3, x)")
BETAINC, ELLIPTIC = ("betainc(2*ones(n), 3*ones(n), expit(x))",), ("ellipk(expit(x))", "ellipe(expit(x))")
EXPONENTIAL, TRIGONOMETRIC = ("exp1(x)", "expi(x)"), ("sine_integral(x)", "cosine_integral(x)")
KNOWN = {
    "octave": (*BESSEL, *INCOMPLETE, *BETAINC, *ELLIPTIC, *EXPONENTIAL, *TRIGONOMETRIC, "dawsn(x)"),
    "r": (*BESSEL, *INCOMPLETE, *BETAINC),
    "cpp": (*BESSEL, *INCOMPLETE, *BETAINC, *ELLIPTIC, *EXPONENTIAL),
    "julia": (*BESSEL, *INCOMPLETE, *BETAINC, *ELLIPTIC, *EXPONENTIAL, "dawsn(x)"),
    "jax": (*INCOMPLETE, *BETAINC, *EXPONENTIAL, *TRIGONOMETRIC, "dawsn(x)", "fresnel_s(x) + fresnel_c(x)",
            "owens_t(x, 2*x)"),
    "torch": (*BESSEL[:3], BESSEL[4], *INCOMPLETE),
    "pure": ("reciprocal_gamma(x)",),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_library_has_them(name: str) -> None:
    f = " + ".join(f"sum({call})" for call in KNOWN[name])
    target = target_named(name)
    source = matcalc.grad(f, "x", variables={"x": "positive vector(n)"}, check=False).code(name)
    if not running.not_run(target):
        assert running.passes(source, target)
