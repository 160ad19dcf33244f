"""Typst: what is printed compiles, all of it in one document, and says what the LaTeX of the same formula says."""

import pytest

import matcalc
from matcalc.printers import text
from matcalc.printers.dialects import dialect_named
from tests.printers.documents import conditions, derivations, formulas, read_case, sessions

typst = pytest.importorskip("typst")


def compiled(document: str) -> None:
    """Compile; a warning is a failure too, for it says that a name will go."""
    _, warnings = typst.compile_with_warnings(document.encode())
    assert [warning.message for warning in warnings] == []


def test_everything_compiles():
    shown = [*formulas("typst"), *conditions("typst")]
    assert len(shown) > 500
    tables = [out if name == "trace" or out.startswith("$") else f"$ {out.strip()} $"
              for name, out in sessions("typst")]
    assert len(tables) > 20
    compiled("\n\n".join([*(f"$ {formula} $" for formula in shown), *derivations("typst"), *tables]))


@pytest.mark.parametrize(("source", "expected"), [
    ("Q.*R", "Q dot.o R"),
    ("kron(Q, R)", "Q times.o R"),
    ("x./y", "x slash.o y"),
    ("tr(Q)*x", "tr (Q) thin x"),
    ("x'*Q*x/(x'*y)*x", "frac(x^top Q x, x^top y) x"),
    ("diag(x)*Q", 'op("diag") (x) Q'),
    ("norm2(A*x - b)", "norm(A x - b)_2"),
    ("norm_op(Q)", '‖ Q ‖_(op("op"))'),
    ("[A, b; x', 1]/2", 'frac(1, 2) mat(delim: "[", A, b; x^top, 1)'),
    ("A[1,2]/c", "frac(A [1, 2], c)"),
    ("loss*x̂", '"loss" hat(x)'),
    ("deriv(f, 2, x)", "f^(prime prime ) (x)"),
])
def test_texts(source, expected):
    assert text(read_case(source), "typst") == expected


@pytest.mark.parametrize(("name", "expected"), [
    ("Sigma_1", "Sigma_1"), ("x_bold", "bold(x)"), ("x_max", 'x_"max"'), ("u_2_1", 'u_2 ""_1'), ("w^star", "w^star.op"),
    ("x^{(k)}", "x^((k))"), ("x_12", "x_12"), ("loss", '"loss"'), ("x̄", "macron(x)"), ("x_2k", "x_(2 k)"),
])
def test_names(name, expected):
    shown = dialect_named("typst").name_text(name)
    assert shown == expected
    compiled(f"$ {shown} (x) {shown}/2 $")


def test_renamed_symbols_have_their_new_names():
    shown = "\n".join([*formulas("typst"), *derivations("typst")])
    for gone in ("times.circle", "dot.circle", "diff ", "angle.l"):
        assert gone not in shown
    for new in ("times.o", "dot.o", "partial "):
        assert new in shown


def test_a_derivation_has_its_typst():
    d = matcalc.grad("det(AXB)", wrt="X", check=False)
    assert d.typst == d.write("typst") == "det (A X B) thin A^top (A X B)^(-top) B^top"
