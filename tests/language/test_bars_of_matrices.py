"""|X| of matrices: a determinant where that is evident, asked about where a norm is as likely."""

import pytest

import matcalc
from matcalc.diagnostics import MatcalcError
from matcalc.printers import text as text_of

EVIDENT = [("log|X - Y|", {}), ("|A|", {}), ("|A|^2", {}), ("|A|^{-1/2} x'x", {}), ("|A - lambda I|", {}),
           ("1/|X - Y|", {}), ("|A - B|", {"A": "spd"}), ("|A|^2 + tr(A)", {}), ("|X X^T|", {}), ("|A + B|", {})]
ASKED = [("|Y - X W|^2", ("det(Y - X W)^2", "‖Y - X W‖_F^2")), ("|X - Y|", ("det(X - Y)", "‖X - Y‖_F")),
         ("‖Y - X W‖^2 + λ|W|", ("‖Y - X W‖^2 + λ det(W)", "‖Y - X W‖^2 + λ‖W‖_F")),
         (r"\left|X - Y\right|^{2}", ("det(X - Y)^{2}", "‖X - Y‖_F^{2}")),
         (r"\frac{|X - Y|}{2}", (r"\frac{det(X - Y)}{2}", r"\frac{‖X - Y‖_F}{2}"))]


def test_an_evident_determinant_is_not_asked_about():
    for text, kinds in EVIDENT:
        assert "det" in text_of(matcalc.parse(text, kinds), "ascii"), text


def test_a_norm_that_is_as_likely_is_asked_about():
    for text, fixes in ASKED:
        with pytest.raises(MatcalcError) as caught:
            matcalc.parse(text)
        assert caught.value.diagnostics[0].code == "M0321"
        assert caught.value.diagnostics[0].fixes == fixes
        assert all(matcalc.parse(fix) is not None for fix in fixes)
