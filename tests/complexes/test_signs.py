"""The signs of complex numbers, and other programs' names for them, mean what they are in books and programs."""

import re

import pytest

import matcalc
from matcalc.diagnostics import MatcalcError

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


OF_BOOKS = [
    *((text, "(z + conj(z))/2") for text in ("Re{z}", "Re z", "Re[z]", r"\mathrm{Re}\, z", r"\mathfrak{R}(z)",
                                             r"\operatorname{Re}\left\{z\right\}")),
    *((text, "conj(z)") for text in ("z^*", r"z^\ast", r"z^{*}", r"\overline{z}", r"\bar z", "z̄")),
    *((text, "(log(z) - log(conj(z)))/(2*1i)") for text in ("arg(z)", r"\arg z", "angle(z)", r"\angle(z)", "∠z")),
    ("Re tr(A)", "(tr(A) + tr(conj(A)))/2"), ("2 Re x^H y", "x^H*y + y^H*x"), (r"\overline{A B}", "conj(A)*conj(B)"),
    (r"\langle x | A | y \rangle", "x^H*A*y"), (r"\langle x|y\rangle", "x^H*y"),
    (r"\log_2 |z|^2", "log(abs(z)^2)/log(2)"),
    (r"A^{\mathsf H}", "A^H"), (r"A^{\mathrm{H}} y", "A^H*y"), (r"A^\dagger", "A^H"),
]
ATTRIBUTES = [("np.vdot(x, y).real", "(x^H*y + y^H*x)/2"), ("x.real", "real(x)"), ("x.imag", "imag(x)"),
              ("x.conj().T @ A @ x", "x^H*A*x"), ("np.inner(x, y)", "x'*y"), ("torch.vdot(x, y)", "x^H*y"),
              ("cmath.phase(z)", "angle(z)"), ("A.adjoint() @ x", "A^H*x"), ("cp.vdot(x, y)", "x^H*y")]
OF_MATLAB = [("A'", "A^H"), ("A.'", "A'"), ("dot(x, y)", "x^H*y"), ("real(x'*y)", "(x^H*y + y^H*x)/2"),
             ("norm(A*x)^2", "x^H*A^H*A*x")]


def _meant(text: str, dialect: str = "") -> object:
    letters = {name for name in "xyzAB" if re.search(rf"(?<![A-Za-z\\]){name}(?![a-z])", text)}
    kinds = {**DECLARED, "B": "complex matrix(n,n)"}
    return matcalc.parse(text, {name: kinds[name] for name in letters}, dialect=dialect)


def test_signs_of_books_and_programs() -> None:
    for dialect, table in (("", OF_BOOKS), ("numpy", ATTRIBUTES), ("matlab", OF_MATLAB)):
        wrong = [text for text, meant in table if _meant(text, dialect) is not _meant(meant)]
        assert wrong == []


ASKED = [("x^* A x", "M0214"), ("A^{*}", "M0214"), (r"A^\star", "M0214"), ("<x, A y>", "M1505"), ("x^H y + i", "M1506")]


def test_what_means_two_things_is_asked_with_fixes_that_are_read() -> None:
    for text, code in ASKED:
        with pytest.raises(MatcalcError) as refused:
            _meant(text)
        (first,) = refused.value.diagnostics
        assert first.code == code, text
        readings = {str(_meant(fix.partition(" where ")[0])) if "where" not in fix else fix for fix in first.fixes}
        assert readings
        assert len(readings) == len(first.fixes), text


def test_a_bar_over_real_letters_is_no_conjugate() -> None:
    with pytest.raises(MatcalcError) as refused:
        matcalc.parse(r"\overline{x + y}", {"x": "vector(n)", "y": "vector(n)"})
    assert refused.value.diagnostics[0].code == "M0224"
    assert matcalc.parse("Re tr(A)") is matcalc.parse("R*e*tr(A)")  # in a text of real numbers


SHOWN = ["Re(z)", "Im(x^H y)", "z*abs(z)", "x^H A x - 2 Re(x^H y)", "angle(z)", "norm2(A x - y)^2", "Im(A) x", "abs(x)",
         "|z - 1|^2/|z + 1|", "exp(Re(z)) Im(z)^2", "Re(1i*z)", "Re(tr(A B)) x", "(z + conj(z))^2", "conj(A x) + Re(x)"]


def test_parts_are_printed_by_their_names_and_read_back() -> None:
    for text in SHOWN:
        d = matcalc.simplify(text, variables={n: k for n, k in {**DECLARED, "B": DECLARED["A"]}.items() if re.search(
            rf"(?<![A-Za-z]){n}(?![a-z])", text)})
        for dialect in ("ascii", "unicode", "latex", "typst", "mathml"):
            shown = d.write(dialect)
            kinds = {n: info.declaration() for n, info in d.problem.variables.items()}
            back = matcalc.parse(shown, kinds, dialect="typst" if dialect == "typst" else "")
            assert back is d.expr, (dialect, text, shown)
    for text in ("Re(z)", "Im(z)", "angle(z)", "|z|"):
        assert len(matcalc.simplify(text, variables={"z": "complex scalar"}).unicode) <= 6
