"""Claims about derivatives by members of a family: what is wrong with them is said as of any other."""

import pytest

import matcalc

VARIABLES = {"A_i": "matrix(p,p)", "X": "matrix(p,p)"}
F = "\\sum_i \\log\\det(A_i + X)"
CLAIMS = {
    "(A_k + X)^{-1}": "transpose", "2(A_k + X)^{-T}": "constant factor", "-(A_k + X)^{-T}": "sign",
    "(A_k - X)^{-T}": "sign of one term",
}


def test_what_is_right_holds():
    assert matcalc.verify(F, "A_k", claim="(A_k + X)^{-T}", variables=VARIABLES).ok is True
    assert matcalc.verify(F, "X", claim="\\sum_j (A_j + X)^{-T}", variables=VARIABLES).ok is True


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_is_wrong_is_named(claim):
    found = matcalc.verify(F, "A_k", claim=claim, variables=VARIABLES)
    assert found.ok is False
    assert CLAIMS[claim] in str(found.diagnosis)
