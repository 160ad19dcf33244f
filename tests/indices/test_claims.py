"""Claims in index notation: what an answer prints is right as a claim in both forms, what differs from it is wrong.

The answers to every fourth problem are judged in every run, all of them in the slow one.
"""

from __future__ import annotations

from typing import Any

import pytest

import matcalc
from matcalc.diagnostics import InputError, MatcalcError
from matcalc.judging import Judgement
from tests.indices.problems import FILES, Case, cases, declarations, derived, typed
from tests.samples import shared

KIND = {"grad": "gradient", "jacobian": "jacobian", "hessian": "hessian"}
PROBLEMS = [case for file in FILES for case in cases(file)]
SAMPLE, SAMPLE_OF_WRONG = 4, 16
NAMES = {"ids": lambda case: case["id"]}
ASKED: dict[str, Any] = {"dialect": "einstein"}


def answers(case: Case) -> list[str]:
    """What the answer to a problem says: in matrices, in the letters that were typed; nothing where it is refused."""
    try:
        d = derived(case)
    except MatcalcError:
        return []
    lettered = [d.in_form("index").ascii] if d.problem.indexed is not None else []
    return list(dict.fromkeys([d.ascii, *lettered]))


def judged(case: Case, claim: str) -> Judgement:
    more: dict[str, Any] = ASKED if case.get("einstein") else {}
    kind: Any = KIND[case["task"]]
    found = matcalc.verify(typed(case), case["wrt"], claim=claim, kind=kind, variables=declarations(case),
                           structure="free", **more)
    assert isinstance(found, Judgement)
    return found


@pytest.mark.parametrize("case", shared(PROBLEMS, SAMPLE), **NAMES)
def test_an_answer_given_back_is_right(case: Case) -> None:
    for claim in answers(case):
        assert judged(case, claim).ok is True, claim


@pytest.mark.parametrize("case", shared(PROBLEMS, SAMPLE_OF_WRONG), **NAMES)
def test_another_sign_and_another_factor_are_told(case: Case) -> None:
    for claim in answers(case):
        for spoiled, kind in ((f"-({claim})", "sign"), (f"2*({claim})", "factor")):
            found = judged(case, spoiled)
            assert found.ok is False, spoiled
            assert found.cause is not None
            assert found.cause.kind == kind, spoiled


RIGHT: list[tuple[str, str, str, dict[str, Any]]] = [
    (r"\sum_i x_i^2", "x", "2x", {}),
    (r"\sum_{i,j}A_{ij}x_i x_j", "x", "(A+A^T)x", {}),
    ("sum_{i<j} (x_i - x_j)^2", "x", "-2*sum_{i != k}(x_i - x_k)", {}),
    ("sum_{i<j} (x_i - x_j)^2", "x", "-2*sum_{i != p}(x_i - x_p)", {}),
    ("sum_{i<j} (x_i - x_j)^2", "x", "-2*sum_{j ≠ i}(x_j - x_i)", {}),
    ("sum_i c_i sum_{j<=i} x_j", "x", "sum_{t >= k}(c_t)", {}),
    ("sum_i (sum_{j<=i} x_j)^2", "x", "2*sum_{i=1}^{n}([k <= i]*sum_{j <= i}(x_j))", {}),
    ("x_i y_i z_i", "x", "y_k z_k", ASKED),
    ("A_ij x_i x_j", "x", "sum_j((A_kj + A_jk)*x_j)", ASKED),
    ("A_ij x_i x_j", "x", "(A_kj + A_jk) x_j", ASKED),
    (r"\sum_l \|W_l-W_{l+1}\|_F^2", "W", "2*([k >= 2]*(W_k - W_{k-1}) + [k <= n-1]*(W_k - W_{k+1}))",
     {"variables": {"W_l": "matrix(d,q)"}}),
    (r"\prod_i x_i", "x", r"\prod_{i\ne k}x_i", {}),
    (r"\sum_{i,j}A_{ij}x_i y_j", "A", "x_p y_q", {}),
    (r"\sum_{i,j}A_{ij}x_i y_j", "A_pq", "x_p y_q", {}),
    (r"\sum_i (y_i-w^\top x_i)^2", "w", r"\frac{\partial \mathcal{L}}{\partial w}=-2\sum_i (y_i-w^\top x_i)x_i", {}),
    (r"\sum_{k=0}^n a_k z^k", "a", "z^k", {}),
    (r"\sum_{k=0}^n k x_k^2", "x", "2*k*x_k", {}),
    (r"\sum_{i<j} \frac{q_i q_j}{\|r_i-r_j\|}", "r", r"-q_k\sum_{j\ne k}\frac{q_j(r_k-r_j)}{\|r_k-r_j\|^3}",
     {"variables": {"r_i": "vector(d)"}}),
    ("sum_i sum_j a_i B_ij b_j", "B", "a_p b_i", {}),
]
WRONG: list[tuple[str, str, str, str]] = [
    (r"\sum_{i,j}A_{ij}x_i y_j", "A", "x_l y_k", "index"),
    (r"\sum_{i,j}A_{ij}x_i x_j y_j", "A_pq", "x_q y_q x_q", ""),
    ("sum_{i<j} (x_i - x_j)^2", "x", "2*sum_{i != k}(x_i - x_k)", "sign"),
    (r"\prod_i x_i", "x", r"2\prod_{i\ne k}x_i", "factor"),
]


@pytest.mark.parametrize(("f", "wrt", "claim", "more"), RIGHT)
def test_the_letters_of_the_derivative_are_free(f: str, wrt: str, claim: str, more: dict[str, Any]) -> None:
    assert matcalc.verify(f, wrt, claim=claim, **more).ok is True


@pytest.mark.parametrize(("f", "wrt", "claim", "kind"), WRONG)
def test_other_letters_are_wrong(f: str, wrt: str, claim: str, kind: str) -> None:
    found = matcalc.verify(f, wrt, claim=claim)
    assert found.ok is False
    assert not kind or found.cause.kind == kind


SIZED = "Σᵢⱼ [yᵢⱼ(θᵢ − bⱼ) − log(1 + e^{θᵢ − bⱼ})]"


@pytest.mark.parametrize(("claim", "ok"), [
    ("(Y - sigmoid(theta*ones(1,m) - ones(n,1)*b'))*ones(m,1)", True),
    ("(Y - sigmoid(theta*ones(1,n) - ones(m,1)*b'))*ones(n,1)", True),
    ("(Y - sigmoid(theta*ones(1,q) - ones(p,1)*b'))*ones(q,1)", True),
    ("(Y - sigmoid(theta*ones(1,m) + ones(n,1)*b'))*ones(m,1)", False),
    ("2*(Y - sigmoid(theta*ones(1,m) - ones(n,1)*b'))*ones(m,1)", False),
    ("(sigmoid(theta*ones(1,n) - ones(m,1)*b') - Y)*ones(n,1)", False),
])
def test_sizes_that_nobody_typed_have_any_name(claim: str, ok: bool) -> None:
    found = matcalc.verify(SIZED, "theta", claim=claim)
    assert found.ok is ok
    assert "shape" not in found.diagnosis


def test_a_claim_may_define_again_what_the_formula_defines() -> None:
    softmax = "p_i = e^{z_i}/sum_j e^{z_j}"
    claim = f"p_i (δ_ij - p_j) where {softmax}"
    assert matcalc.verify(softmax, "z", claim=claim, kind="jacobian").ok is True


def test_an_unknown_function_and_a_family_without_an_index_are_asked_about() -> None:
    found = matcalc.verify("sum_i log(1 + e^{x_i})", "x", claim="σ(x_k)")
    assert (found.ok, "what is sigma(z)?" in found.reason) == (None, True)
    with pytest.raises(InputError, match="A is a family here"):
        matcalc.verify("sum_i log det(A_i + X)", "A", claim="A", variables={"A_i": "matrix(d,d)", "X": "matrix(d,d)"})


def test_a_gradient_of_what_depends_on_an_index_is_refused() -> None:
    with pytest.raises(InputError, match="a gradient needs a scalar"):
        matcalc.grad("c A_ijkl", "A", dialect="einstein")
