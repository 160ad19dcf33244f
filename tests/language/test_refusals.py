"""Where two readings are possible and people mean both, the text is refused with fixes that are read."""

import shlex

import pytest

from matcalc.answer.equal import equal
from matcalc.diagnostics import InputError
from matcalc.language import parse
from matcalc.rulebook.book import standard
from tests.language.reading import refusal

REFUSED = [
    ("x^2", "M0304", ["x.^2", "x'x", "xx'"]),
    ("x'x + x^2", "M0304", ["x'x + x'x"]),
    ("|x|", "M0305", ["abs(x)", "‖x‖"]),
    ("x*y", "M0306", ["x.*y", "x'y", "xy'"]),
    ("xy", "M0306", ["x.*y", "x'y", "xy'"]),
    ("X + 1", "M0307", ["X + I", "X + 𝟏𝟏ᵀ"]),
    ("X - 2", "M0307", ["X - 2 I", "X - 2 𝟏𝟏ᵀ"]),
    ("e^-x'Ax", "M0206", ["e^(-x'Ax)", "(e^-x)'Ax"]),
    ("2 3x", "M0106", ["2*3x", "23x"]),
    ("11ᵀ", "M0207", ["𝟏𝟏ᵀ", "ones*ones'"]),
    ("11^T", "M0207", ["𝟏𝟏ᵀ", "ones*ones'"]),
    ("11^{\\top}", "M0207", ["𝟏𝟏ᵀ", "ones*ones'"]),
    ("sin^-1 x", "M0204", ["arcsin(x)", "1/sin(x)"]),
    ("sin^2 x", "M0204", ["sin(x)^2"]),
    ("f'(x)", "M0205", ["deriv(f, x)", "f*(x)"]),
    ("f''(x)", "M0205", ["deriv(f, 2, x)", "f*(x)"]),
    ("a/2b", "M0308", ["a/(2b)", "(a/2) b"]),
    ("1/2x'Ax", "M0308", ["1/(2x'Ax)", "(1/2) x'Ax"]),
    ("gamma(x)", "M0209", ["gamma*(x)", "sympy.gamma(x)"]),
    ("sinx", "M0102", ["sin x"]),
    ("sofmax(x)", "M0102", ["softmax(x)"]),
    ("loss", "M0102", ["loss where loss: scalar"]),
    ("Ax = b", "M0222", ["matcalc equal Ax b"]),
    ("f(A) f(A)^T = A", "M0222", ['matcalc equal "f(A) f(A)^T" A']),
    ("((x)", "M0202", ["((x))"]),
    ("x)", "M0201", ["x"]),
    ("*x", "M0201", ["x"]),
    ("x +", "M0201", ["x "]),
    ("exp -x", "M0203", ["exp(-x)"]),
    ("||x", "M0202", ["||x||"]),
    (r"A\foo", "M0103", []),
    ("X^*", "M0214", ["X'", "X^H", "X^{(*)}"]),
    ("X†", "M0214", ["X'", "X^H", "pinv(X)"]),
    (r"X^\dagger", "M0214", ["X'", "X^H", "pinv(X)"]),
    ("X^t Y", "M0314", ["X' Y"]),
    ("X(1,2)", "M0210", ["X[1,2]"]),
    ("norm(X, 2)", "M0320", ["‖X‖_F", "‖X‖_op"]),
    ("norm(X, 1)", "M0320", ["column_sum_norm(X)", "sum(abs(X))"]),
    ("f′′" + "′" * 200 + "(x)", "M0210", []),
    ("eye(1e4000) X", "M0313", []),
    ("W^{(2)} x", "M0215", ["W_{2} x", "W^{2} x"]),
    (r"\sum_i x", "M0227", []),
    ("‖X‖_2", "M0320", ["‖X‖_F", "‖X‖_op"]),
    ("sum(X, 1)", "M0216", ["sum(X, axis=0)", "sum(X, axis=1)"]),
    ("A/B", "M0315", ["A ./ B", "A*inv(B)"]),
    ("x/y", "M0315", ["x ./ y"]),
    ("tr(exp(A))", "M0323", ["tr(expm(A))", "tr(exp.(A))"]),
    (r"\exp(t(U+sH))", "M0323", ["expm(t(U+sH))", "exp.(t(U+sH))"]),
    (r"\sqrt{AA^T}", "M0323", ["sqrtm(AA^T)", "sqrt.(AA^T)"]),
    ("tr(log(XA)log(XA)')", "M0323", ["tr(logm(XA)logm(XA)')", "tr(log.(XA)log.(XA)')"]),
    ("det.(A)", "M0324", ["det(A)"]),
    ("tr(A ? B)", "M0312", ["tr(A Y B)"]),
    ("x₁ + (Ax)_2", "M0213", ["x₁ + (Ax)[2]"]),
    ("", "M0201", []),
    ("x % y", "M0220", ["x"]),
    ("log(", "M0201", []),
    ("‖x‖22", "M0215", ["‖x‖_2^2"]),
    ("‖X‖F", "M0215", ["‖X‖_F"]),
    ("(x'y)2", "M0215", ["(x'y)^2", "2*(x'y)"]),
    ("A^+b", "M0206", ["pinv(A) b"]),
    ("log 1' exp(x)", "M0219", ["log(1' exp(x))", "log(1')*exp(x)"]),
    ("∑ x∘log x", "M0219", ["∑ (x∘log x)", "(∑ x)∘log x"]),
    ("σ (Wx)", "M0209", ["σ(Wx)", "σ*(Wx)"]),
    (r"\mathcal{X} X", "M0221", [r"\mathcal{X} X_s"]),
    ("𝒳 + X", "M0221", ["𝒳 + X_s"]),
    ("x .* y'", "M0302", ["x*y'"]),
    (r"\[A_max x\]", "M0215", [r"\[A_{max} x\]"]),
    ("unit", "M0319", ["unit(1, n)"]),
    (r"\begin{align} x'x \\ y'y \end{align}", "M0201", [r"\begin{align} x'x"]),
    ("x'A x  % the form", "M0220", ["x'A x"]),
    ("t(X) %*% X", "M0220", ["transpose(X) @ X"]),
]
DEMANDED = [("Ax-b", "M0310", ["sum(Ax-b)", "‖Ax-b‖²"]), ("x*y", "M0306", ["x'y"]), ("xy", "M0306", ["x'y"]),
            ("1'log(1+e^x)", "M0316", ["1'log(1+exp(x))"]), ("∑|Ax-b|", "M0305", ["∑abs(Ax-b)"])]


def check(text: str, code: str, fixes: list[str], demand_scalar: bool = False) -> None:
    (found,) = refusal(text, demand_scalar).diagnostics
    assert found.code == code
    assert set(fixes) <= set(found.fixes)
    assert found.source == text
    assert found.span is not None
    for fix in found.fixes:
        assert any(is_read(fix, demand) for demand in (False, True))


def is_read(text: str, demand_scalar: bool) -> bool:
    try:
        if text.startswith("matcalc equal "):
            return equal(*shlex.split(text)[2:]).how != ""
        parse(text, {}, standard(), demand_scalar=demand_scalar)
    except InputError:
        return False
    return True


@pytest.mark.parametrize(("text", "code", "fixes"), REFUSED)
def test_refused_with_fixes_that_are_read(text: str, code: str, fixes: list[str]) -> None:
    check(text, code, fixes)


@pytest.mark.parametrize(("text", "code", "fixes"), DEMANDED)
def test_refused_where_a_scalar_is_demanded(text: str, code: str, fixes: list[str]) -> None:
    check(text, code, fixes, demand_scalar=True)


def test_participants_are_labelled_with_their_shapes() -> None:
    (found,) = refusal("x'A B y", x="vector(n)", A="matrix(n,m)", B="matrix(p,q)", y="vector(q)").diagnostics
    assert found.code == "M0301"
    assert [label.text for label in found.labels] == ["x'A is 1×m", "B is p×q"]


def test_a_transpose_is_proposed_where_it_helps() -> None:
    (found,) = refusal("A B where A: matrix(m,n), B: matrix(p,n)").diagnostics
    assert "A B' where A: matrix(m,n), B: matrix(p,n)" in found.fixes


def test_a_hole_is_told_its_shape() -> None:
    (found,) = refusal("tr(A ? B)", A="matrix(n,m)", B="matrix(k,n)").diagnostics
    assert found.message == "`?` must be m×k"
    assert parse("tr(A ? B)", {}, standard(), holes=True).holes


def test_fixes_keep_the_declarations() -> None:
    (found,) = refusal("X + 1 where X: spd(n)").diagnostics
    assert found.fixes[0] == "X + I where X: spd(n)"


@pytest.mark.parametrize("text", ["1" * 5000, "2^1e9999999", "x" * 200_000, "1e99999"])
def test_hostile_sizes_are_refused(text: str) -> None:
    refusal(text)


@pytest.mark.parametrize(("text", "dialect", "code"), [
    ("a^()", "", "M0201"), ("a^(", "", "M0201"), ("exp.(A)", "numpy", "M0220"), ("det.(A)", "numpy", "M0220")])
def test_an_operand_or_a_name_is_missing(text: str, dialect: str, code: str):
    assert refusal(text, dialect=dialect).diagnostics[0].code == code
