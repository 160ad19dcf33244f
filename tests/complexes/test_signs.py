"""The signs of complex numbers, and other programs' names for them, mean what they are in books and programs."""

import re

import pytest

import matcalc

DECLARED = {"x": "complex vector(n)", "y": "complex vector(n)", "A": "complex matrix(n,n)", "z": "complex scalar"}
SAME = [
    *((text, "(x^H*y + y^H*x)/2") for text in (
        "Re(x^H y)", "real(x^H y)", "ℜ(x^H y)", r"\Re(x^H y)", r"\Re\{x^H y\}", r"\operatorname{Re}\{x^H y\}",
        r"\mathrm{Re}\,(x^H y)", r"\Re x^H y")),
    *((text, "(x^H*y - y^H*x)/(2*1i)") for text in ("Im(x^H y)", "imag(x^H y)", "ℑ(x^H y)", r"\Im \{x^H y\}")),
    ("2Re(z)", "z + conj(z)"), ("z Im(z)", "z*(z - conj(z))/(2*1i)"), ("tr(ℜ(A))", "(tr(A) + tr(conj(A)))/2"),
]
OF_NUMPY = [
    ("torch.conj(x) @ y", "x^H*y"), ("np.conj(x) @ y", "x^H*y"), ("np.vdot(x, y)", "x^H*y"), ("x.conj() @ y", "x^H*y"),
    ("np.linalg.vecdot(x, y)", "x^H*y"), ("torch.linalg.vecdot(x, y)", "x^H*y"), ("cp.quad_form(x, A)", "x^H*A*x"),
    ("np.dot(x, y)", "x'*y"), ("np.trace(torch.adjoint(A) @ A)", "tr(A^H*A)"), ("np.trace(A.mH @ A)", "tr(A^H*A)"),
    ("np.real(np.vdot(x, y))", "(x^H*y + y^H*x)/2"), ("np.trace(A.conj().T @ A)", "tr(A^H*A)"),
]


def _parsed(text: str, dialect: str = "") -> object:
    words = set(re.findall("[A-Za-z]+", text))
    return matcalc.parse(text, {name: said for name, said in DECLARED.items() if name in words}, dialect=dialect)


@pytest.mark.parametrize(("text", "meant"), SAME)
def test_real_and_imaginary_parts(text: str, meant: str) -> None:
    assert _parsed(text) is _parsed(meant)


@pytest.mark.parametrize(("text", "meant"), OF_NUMPY)
def test_conjugates_of_programs(text: str, meant: str) -> None:
    assert _parsed(text, "numpy") is _parsed(meant)


def test_a_capital_before_e_is_a_product_where_nothing_is_called() -> None:
    assert matcalc.parse("tr(R)*e") is matcalc.parse("e*tr(R)")
    assert matcalc.parse("R*e") is matcalc.parse("R e")
