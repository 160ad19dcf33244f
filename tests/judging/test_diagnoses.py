"""What the judge says of typical mistakes: one line each, the problem, the claim, and words of the diagnosis."""

from __future__ import annotations

from pathlib import Path

import pytest

import matcalc
from matcalc.judging import Judgement, parting
from tests.samples import some

Row = tuple[str, str, str, str, str]  # f, variable, claim, cause, words of the diagnosis
GRADIENTS: list[Row] = [
    ("x'Ax", "x", "2A x", "sym", "right only if A is symmetric"),
    ("x'Ax", "x", "x'(A + A')", "transpose", "the claim is 1×n; the claim is the transpose of the gradient"),
    ("x'Ax", "x", "(A - A')x", "sign", "right up to the sign of one term"),
    ("x'Ax", "x", "A x", "term", "the term A'*x is missing"),
    ("x'Ax", "x", "-(A + A')x", "sign", "-1 times"),
    ("x'Ax", "x", "(A + A')x + x", "term", "the term x is too many"),
    ("log(det(X))", "X", "inv(X)", "transpose", "numerator layout"),
    ("log(det(X))", "X", "2 inv(X)", "transpose", "2 times the transpose"),
    ("tr(A X) where A: square", "X", "1/2 (A + A')", "projection", "symmetric projection"),
    ("tr(A X) where A: square", "X", "A + A' - A.*I", "cookbook", "cookbook form"),
    ("tr(A'X) where X: orthogonal(n,p)", "X", "A", "free", "independent entries"),
    ("tr(A'X) where X: orthogonal(n,p)", "X", "A - X A'X", "metric", "of the canonical metric"),
    ("tr(A'X) where X: orthogonal(n,p)", "X", "A - X X'A", "projection", "rotations of the columns of X"),
    ("tr(A'X) where X: matrix(n,p)", "X", "A - X (X'A + A'X)/2", "projection", "right if X is declared orthogonal"),
    ("tr(A X) where A: square", "X", "A' - A.*I", "diagonal", "the diagonal is missing"),
    ("tr(A X) where A: square", "X", "A.*I", "diagonal", "only the diagonal"),
    ("norm2(A x - b)^2", "x", "A'(A x - b)", "factor", "a constant factor: the claim is 1/2 times"),
    ("norm2(A x - b)^2", "x", "2A(A x - b)", "transpose", "cannot multiply these"),
    ("norm2(A x - b)^2", "x", "2A'(A x + b)", "sign", "right up to the sign of one term"),
    ("norm2(A x - b)", "x", "A'(A x - b)", "factor", "norm2(A*x - b) times"),
    ("1/n * sum(x) where x: vector(n)", "x", "ones(n)", "factor", "n times"),
    ("-sum(Y.*log_softmax(X))", "X", "softmax(X) - Y", "onehot", "rows of Y sum to one"),
    ("norm1(x)", "x", "ones", "positive", "where x is positive"),
    ("tr(A inv(X) B)", "X", "-inv(X)' B' A' inv(X)'", "swap", "two factors are swapped"),
    ("tr(A inv(X) B)", "X", "-inv(X)' A' B inv(X)'", "transpose", "B should be transposed"),
    ("tr(X)", "X", "zeros", "zero", "the claim is zero"),
    ("sum(A)+x'x-x'x", "x", "x", "zero", "does not depend"),
    ("x'Ax", "x", "A", "shape", "the gradient is n×1, the claim is n×n"),
    ("x'x", "x", "2 x x", "shape", "wrong shape"),
    ("(x'A x)(x'B x)", "x", "(x'A x)(B + B')x", "term", "is missing"),
    ("sum(x.^3)", "x", "3 x.^4", "number", "4 should be 2"),
    ("x'Ax", "x", "(A + A')x + 10^-9 * x", "term", "the term x/1000000000 is too many"),
    ("x'Ax + 10^-10 x'x", "x", "(A + A')x", "term", "is missing"),
    ("10^8 * x'A x", "x", "10^8 (A + A')x + x", "term", "the term x is too many"),
]
JACOBIANS: list[Row] = [
    ("A x", "x", "A'", "transpose", "denominator layout"),
    ("exp(x)", "x", "exp(x)", "diagonal", "the diagonal matrix of it"),
    ("A X B", "X", "kron(A, B')", "vec", "stacks matrices by rows"),
    ("A X B", "X", "kron(B, A)", "transpose", "B should be transposed"),
]
HESSIANS: list[Row] = [
    ("x'Ax", "x", "2A", "sym", "right only if A is symmetric"),
    ("x'x/2", "x", "2I", "factor", "2 times"),
    ("tr(X'A X B)", "X", "kron(A, B') + kron(A', B)", "vec", "stacks matrices by rows"),
]
ROWS = [("gradient", *row) for row in GRADIENTS] + [("jacobian", *row) for row in JACOBIANS] + \
       [("hessian", *row) for row in HESSIANS]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[1]} | {row[3]}")
def test_diagnosis(row: tuple[str, ...]) -> None:
    kind, f, wrt, claim, cause, words = row
    found = matcalc.verify(f, wrt, claim=claim, kind=kind)
    assert isinstance(found, Judgement)
    assert found.cause is not None
    assert (found.ok, found.status, found.cause.kind) == (False, "failed", cause), found.diagnosis
    assert words in found.diagnosis
    assert matcalc.verify(f, wrt, claim=found.right, kind=kind).ok is True


RIGHT = [
    ("x'Ax", "x", "A x + A' x", {}), ("x'Ax", "x", r"(A + A^\top) x", {}), ("x'Ax", "x", "2A x", {"A": "sym"}),
    ("log(det(X))", "X", "X^-T", {}), ("norm1(x)", "x", "sign(x)", {}), ("sum(x)", "x", "ones", {}),
    ("tr(X)", "X", "I", {}), ("norm2(x)", "x", "x/norm2(x)", {}),
    ("1/n sum(x) where x: vector(n)", "x", "ones(n)/n", {}),
    ("log(det(X))", "X", "inv(X)", {"X": "spd"}), ("tr(A X)", "X", "1/2 (A + A')", {"X": "sym"}),
    ("10^8 * x'x", "x", "2*10^8 * x", {}), ("10^-9 * x'x", "x", "2*10^-9 * x", {}), ("10^16 + x'x", "x", "2x", {}),
    ("exp(50 x'x)", "x", "100 exp(50 x'x) x", {}), ("sum(x.^40)", "x", "40 x.^39", {}),
    ("(x'x)^10", "x", "20 (x'x)^9 x", {}),
    ("log(x'x + 10^-12)", "x", "2x/(x'x + 10^-12)", {}), ("sum(tanh(x))", "x", "4 ./ (exp(x) + exp(-x)).^2", {}),
    ("det(X)", "X", "adj(X)'", {}), ("logdet(X'X)", "X", "2 pinv(X)'", {}),
    ("sum(relu(x))", "x", "1/2 (1 + sign(x))", {}), ("sum(σ(x))", "x", "σ′(x)", {}),
    ("-sum(Y.*log_softmax(X))", "X", "softmax(X) - Y", {"Y": "onehot", "X": "matrix"}),
]


@pytest.mark.parametrize("seed", some(range(5), 2))
@pytest.mark.parametrize("row", RIGHT, ids=lambda row: f"{row[0]} | {row[2]}")
def test_right_claims_pass_whatever_the_draw(row: tuple[str, str, str, dict[str, str]], seed: int) -> None:
    f, wrt, claim, variables = row
    found = matcalc.verify(f, wrt, claim=claim, variables=variables, seed=seed)
    assert (found.ok, found.diagnosis, found.right) == (True, "", ""), found


def test_what_matters_is_the_structure() -> None:
    declared = {"X": "sym"}
    asked = {structure: [matcalc.verify("tr(A X)", "X", claim=claim, variables=declared, structure=structure).ok
                         for claim in ("A'", "1/2 (A + A')", "A + A' - A.*I")]
             for structure in ("free", "project", "cookbook")}
    assert asked == {"free": [True, False, False], "project": [False, True, False], "cookbook": [False, False, True]}
    free = matcalc.verify("tr(A X)", "X", claim="A'", variables=declared)
    assert free.cause.kind == "free"


def test_layouts() -> None:
    assert matcalc.verify("x'Ax", "x", claim="x'(A + A')", layout="numerator").ok is True
    assert matcalc.verify("x'Ax", "x", claim="(A + A')x", layout="numerator").cause.kind == "transpose"
    assert matcalc.verify("A x", "x", claim="A'", kind="jacobian", layout="denominator").ok is True


def test_mixed_second_derivative() -> None:
    assert matcalc.verify("x'Ay", ["x", "y"], claim="A", kind="hessian").ok is True
    assert matcalc.verify("x'Ay", ["x", "y"], claim="A'", kind="hessian").cause.kind == "transpose"


def test_nearly_right_is_wrong() -> None:
    found = matcalc.verify("x'x", "x", claim="2.0000001 x")
    assert (found.ok, found.cause.kind) == (False, "factor")
    assert "1.00000005 times" in found.diagnosis


def test_wrong_only_close_to_zero() -> None:
    assert matcalc.verify("sum(sqrt(x.^2 + 10^-9))", "x", claim="sign(x)").ok is False


def test_right_only_in_a_region() -> None:
    f = "sum(abs(x - 20))/2 - sum(x)/2"
    for claim, cause in (("-ones", "region"), ("1/2 (sign(x + 20) - 1)", "zero"), ("2 ones", "factor")):
        found = matcalc.verify(f, "x", claim=claim)
        assert (found.ok, found.cause.kind) == (False, cause)
    assert matcalc.verify(f, "x", claim="1/2 (sign(x - 20) - 1)").ok is True


PARTINGS = [
    ("log(det(X)) + norm2(X)^2", "X", "inv(X)'", "d tr(M'M)"),
    ("log(det(X)) + norm2(X)^2", "X", "2X - inv(X)'", "d log(det(X))"),
    ("tr(A inv(X) B)", "X", "inv(X)' A' B' inv(X)'", "d inv(X)"),
    ("log(det(X))", "X", "inv(X)", "df = tr(G' dX)"),
    ("sum(exp(x))", "x", "2 exp(x)", "d exp(X)"),
    ("x'A x", "x", "2A x", "s' = s"),  # right for a symmetric A: the ways part where A is transposed
    ("log(det(X)) + tr(A X)", "X", "inv(X) + A'", "df = tr(G' dX)"),
]


@pytest.mark.parametrize("row", PARTINGS, ids=lambda row: f"{row[0]} | {row[2]}")
def test_where_the_ways_part(row: tuple[str, str, str, str]) -> None:
    f, wrt, claim, identity = row
    step = parting(matcalc.verify(f, wrt, claim=claim))
    assert step is not None
    assert step.because.startswith(identity)


def test_ways_that_do_not_part() -> None:
    assert parting(matcalc.verify("x'x", "x", claim="2x")) is None
    assert parting(matcalc.verify("x'x", "x", claim="2x 2x")) is None


def test_without_a_rule_finite_differences_decide(tmp_path: Path) -> None:
    file = tmp_path / "mine.rules"
    text = "function turn(X: [n,n]) -> [n,n]\n  numpy = np.linalg.qr(X)[0]\n  ref = nobody\n"
    file.write_text(text, encoding="utf-8")
    right = matcalc.verify("tr(turn(X)'turn(X))", "X", claim="zeros", rules=file)
    wrong = matcalc.verify("x'x + tr(turn(X)'turn(X))/10 - sum(turn(X))", "X", claim="X", rules=file)
    assert (right.ok, wrong.ok, wrong.right) == (True, False, "")


def test_undecided() -> None:
    found = matcalc.verify("log(x)", "x", claim="log(-x - x^2)", variables={"x": "scalar"})
    assert found.ok is not True


def test_a_claim_without_values_is_wrong() -> None:
    found = matcalc.verify("sum(x)", "x", claim="log(-exp(x))")
    assert (found.ok, found.method) == (False, "values")


def test_what_cannot_be_read_is_refused() -> None:
    for claim in ("2 A x +", "sofmax(x)"):
        with pytest.raises(matcalc.MatcalcError):
            matcalc.verify("x'Ax", "x", claim=claim)
