"""Claims that are wrong only far off or by little, claims with names and shapes of their own, and what is said."""

from __future__ import annotations

import json

import pytest

import matcalc
from matcalc.judging import Judgement, parting
from tests.cli.sessions import run
from tests.cli.test_json import VALID
from tests.samples import some

Row = tuple[str, str, str, dict[str, str]]
HIDDEN: list[Row] = [
    ("x'x + sum(relu(x-500))", "x", "2*x", {}), ("x'x", "x", "2.000000000001*x", {}),
    ("x'x", "x", "2*x + 10^(-20)*x", {}), ("abs(k)*x'x", "x", "2*k*x", {"k": "integer"}),
    ("abs(k)*x'x", "x", "2*k*x", {"k": "scalar integer"}), ("sum(max(x,10))", "x", "zeros", {}),
    ("sum(tanh(x+30))", "x", "zeros", {}), ("x'x + exp(-(c+40)^2)*sum(x)", "x", "2*x", {"c": "scalar"}),
    ("10^9*a*x'x + b*x'x", "x", "(2*10^9*a + 2.001*b)*x", {}), ("norm1(x - 1000*ones(n))", "x", "-ones(n)", {}),
    ("det(X)", "X", "abs(det(X))*inv(X)'", {}), ("relu(1 - (a-500)^2)*x'x", "x", "zeros(n,1)", {}),
    ("sum(abs(x))", "x", "x./abs(x) + step(x - 10^6)", {}),
    ("sum(relu(A x - b))", "x", "A'*step(A x - b) + 10^(-13)*x", {}),
]


@pytest.mark.parametrize("row", HIDDEN, ids=lambda row: f"{row[0]} | {row[2]}")
def test_what_hides_is_wrong(row: Row) -> None:
    f, wrt, claim, variables = row
    for seed in range(3):
        found = matcalc.verify(f, wrt, claim=claim, variables=variables, seed=seed)
        assert (found.ok, found.status) == (False, "failed")
        assert matcalc.verify(f, wrt, claim=found.right, variables=variables, seed=seed).ok is True


RIGHT: list[Row] = [
    ("sum(X*ones(n,p))", "X", "p*ones(m,n)", {}), ("sum(max(x,10))", "x", "step(x-10)", {}),
    ("max(x)", "x", "onehot_max(x)", {}), ("sum(abs(x))", "x", "x./abs(x)", {}), ("min(x)", "x", "onehot_max(-x)", {}),
    ("sum(relu(x))", "x", "(sign(x)+1)/2", {}), ("prod(x)", "x", "prod(x)*x.^-1", {}),
    ("sum(sigmoid(x))", "x", "exp(-x)./(1 + exp(-x)).^2", {}), ("sum(softplus(x))", "x", "1/2*(1 + tanh(x/2))", {}),
    ("sum(abs(relu(x-5) - 2))", "x", "sign(relu(x-5) - 2).*step(x-5)", {}), ("log(a'x)", "x", "a/(x'a)", {}),
    ("norm2(A x - b)", "x", "A'*(A x - b)/sqrt((A x - b)'*(A x - b))", {}), ("log(x)", "x", "1/x", {"x": "scalar"}),
    ("log(det(X))", "X", "adj(X)'/det(X)", {}), ("sum(x.^k)", "x", "k*x.^(k-1)", {"k": "scalar integer"}),
    ("tr(expm(A))", "A", "expm(A')", {}), ("sum(tanh(x))", "x", "4./(exp(x) + exp(-x)).^2", {}),
    ("lambda_max(S)", "S", "eigenprojection_max(S)", {"S": "sym"}), ("norm_op(X)", "X", "singular_max(X)", {}),
]


@pytest.mark.parametrize("seed", some(range(3)))
@pytest.mark.parametrize("row", RIGHT, ids=lambda row: f"{row[0]} | {row[2]}")
def test_right_claims_stay_right(row: Row, seed: int) -> None:
    f, wrt, claim, variables = row
    assert matcalc.verify(f, wrt, claim=claim, variables=variables, seed=seed).ok is True


@pytest.mark.parametrize(("f", "claim", "ok"), [
    ("r := A x - b; r'r", "2 A' r", True), ("r := A x - b; r'r", "A' r", False),
    ("r := A x - b; s := 2*r; r's", "2 A's", True), ("g(t) := t't; g(A x)", "2 A'*A*x", True),
    ("r := A x - b; r'r where A: matrix(m,n)", "2 A' r", True), ("x'x", "c := 2; c x", True),
])
def test_bound_names_hold_in_claims(f: str, claim: str, ok: bool) -> None:
    assert matcalc.verify(f, "x", claim=claim).ok is ok


@pytest.mark.parametrize(("claim", "asked"), [
    ("α x", "what is α? write α := …; α x"), ("2 X y", "what are X and y? write X := …; y := …; 2 X y"),
    ("2 x + λ x", "what is λ? write λ := …; 2 x + λ x"), ("(A + A')y", "what are A and y?"),
])
def test_unknown_names_leave_a_claim_undecided(claim: str, asked: str) -> None:
    found = matcalc.verify("x'x", "x", claim=claim)
    assert (found.ok, found.status, found.diagnosis) == (None, "inconclusive", "")
    assert found.reason.startswith(asked)
    code, out, _ = run("verify", "x'x", "-w", "x", "--claim", claim)
    assert code == 3
    assert out.startswith("undecided: what ")
    code, out, _ = run("verify", "x'x", "-w", "x", "--claim", claim, "--json")
    data = json.loads(out)
    VALID.validate(data)
    assert (code, data["ok"], data["verification"]["status"]) == (3, False, "inconclusive")
    assert data["verification"]["reason"].startswith(asked)


def test_a_name_that_cancels_is_no_question() -> None:
    assert matcalc.verify("x'x", "x", claim="2x + 0*y").ok is True


@pytest.mark.parametrize(("f", "claim"), [("det(AXB)", "det(AXB)*inv(X)'"), ("log(det(AXB))", "inv(X)'")])
def test_a_claim_asks_for_shapes(f: str, claim: str) -> None:
    found = matcalc.verify(f, "X", claim=claim)
    assert isinstance(found, Judgement)
    assert (found.ok, found.assumed) == (True, ("A square", "X square", "B square"))
    code, out, _ = run("verify", f, "-w", "X", "--claim", claim)
    assert (code, out.startswith("holds if A, X and B are square: ")) == (0, True)
    conditions = json.loads(run("verify", f, "-w", "X", "--claim", claim, "--json")[1])["result"]["conditions"]
    assert conditions[:3] == ["A square", "X square", "B square"]
    assert matcalc.verify(f, "X", claim=claim, variables={"X": "matrix(n,p)"}).ok is False
    assert matcalc.verify(f, "X", claim=f"2*{claim}").ok is False


NEEDED = [
    ("trace((W.*(A-U V'))'(W.*(A-U V')))", "U", "-2*(W.*(A-U*V'))*V", "binary",
     "right if W.*W = W: entries 0 or 1"),
    ("abs(k)*x'x", "x", "2*k*x", "nonnegative", "right only where k is not negative"),
    ("norm1(x)", "x", "ones(n)", "positive", "right only where x is positive"),
    ("x'A'A x", "x", "2*x", "orthogonal", "right only if A is orthogonal"),
    ("-sum(Y.*log_softmax(X))", "X", "softmax(X) - Y", "onehot", "right only if the rows of Y sum to one"),
    ("x'A x + x'B x", "x", "2*A x + (B + B')x", "sym", "right only if A is symmetric"),
]


@pytest.mark.parametrize("row", NEEDED, ids=lambda row: f"{row[0]} | {row[2]}")
def test_the_weakest_property_is_named(row: tuple[str, str, str, str, str]) -> None:
    f, wrt, claim, kind, words = row
    variables = {"A": "square"} if "A'A" in f else {}
    found = matcalc.verify(f, wrt, claim=claim, variables=variables)
    assert found.cause is not None
    assert (found.ok, found.cause.kind) == (False, kind)
    assert found.diagnosis.startswith(words)


def test_only_what_is_needed_is_named() -> None:
    found = matcalc.verify("x'A x + x'B x + x'C x", "x", claim="2*A x + 2*B x + (C + C')x")
    assert found.diagnosis.startswith("right only if A and B are symmetric")


def test_a_property_that_does_not_suffice_is_not_named() -> None:
    for f, claim in (("det(X)", "abs(det(X))*inv(X)'"), ("det(X)^2", "2*det(X)^2*inv(X)' + relu(det(X) - 50)*X")):
        assert "right only" not in matcalc.verify(f, "X", claim=claim).diagnosis


LOST = [
    ("norm2(A x - b)^2", "A'(A x - b)", {}, (1, "product")),
    ("1/2*norm2(A x - b)^2", "2*A'(A x - b)", {}, (1, "product")),
    ("x'Ax", "A x", {"A": "sym"}, (1, "product")), ("sum(exp(2*x))", "exp(2*x)", {}, (1, "exp")),
    ("sum(x.^3)", "x.^2", {}, (1, "power")), ("r := A x - b; r'r", "A' r", {}, (1, "product")),
]


@pytest.mark.parametrize("row", LOST, ids=lambda row: f"{row[0]} | {row[1]}")
def test_a_lost_factor_is_lost_where_it_arises(row: tuple[str, str, dict[str, str], tuple[int, str]]) -> None:
    f, claim, variables, where = row
    step = parting(matcalc.verify(f, "x", claim=claim, variables=variables))
    assert step is not None
    assert (step.n, step.rule) == where
    declared = [part for name, kind in variables.items() for part in ("-v", f"{name}: {kind}")]
    data = json.loads(run("verify", f, "-w", "x", "--claim", claim, "--json", *declared)[1])
    VALID.validate(data)
    diagnosis = data["result"]["diagnosis"]
    assert (diagnosis["kind"], diagnosis["step"]) == ("factor", {"n": where[0], "rule": where[1]})
    assert diagnosis["text"].startswith("a constant factor: the claim is ")


def test_the_place_of_a_hidden_difference_is_said() -> None:
    out = run("verify", "x'x + sum(relu(x-500))", "-w", "x", "--claim", "2*x")[1]
    assert out.startswith("wrong: at x = [")
    data = json.loads(run("verify", "x'x + sum(relu(x-500))", "-w", "x", "--claim", "2*x", "--json")[1])
    VALID.validate(data)
    point = data["result"]["point"]
    i = point["entry"][0] - 1
    x = point["values"]["x"][i][0]
    assert x > 500
    assert (point["left"], point["right"]) == (pytest.approx(2 * x, rel=1e-12), pytest.approx(2 * x + 1, rel=1e-12))
    assert data["result"]["diagnosis"]["kind"] == "region"
    small = run("verify", "x'x", "-w", "x", "--claim", "2.000000000001*x")[1]
    assert "right up to a small difference, 5e-13 of the whole" in small


@pytest.mark.parametrize(("f", "wrt", "claim", "opening"), [
    ("sum(relu(x))", "x", "(sign(x)+1)/2", "holds at all points tried, not proved: "),
    ("sum(abs(x))", "x", "x./abs(x)", "holds at all points tried, not proved: "),
    ("sum(relu(x))", "x", "step(x)", "holds: "), ("x'Ax", "x", "(A+A')x", "holds: "),
])
def test_a_kink_of_the_claim_alone_leaves_it_unproved(f: str, wrt: str, claim: str, opening: str) -> None:
    code, out, _ = run("verify", f, "-w", wrt, "--claim", claim)
    assert (code, out.startswith(opening)) == (0, True)
