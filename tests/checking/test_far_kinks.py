"""Kinks that are narrow, close together or far off, and differences that floats alone can see."""

from __future__ import annotations

import pytest

import matcalc
from matcalc.answer.equal import equal
from tests.samples import some

Row = tuple[str, str, dict[str, str]]
DIFFERENT: list[Row] = [
    ("max(a^2,10^13)", "10^13", {}), ("relu(x'x-10^14)", "0", {}), ("relu(a^3-10^21)", "0", {}),
    ("relu(log(a)-14)", "0", {}), ("relu(a*b*c-10^30)", "0", {}),
    ("relu(1/a-10^9)", "0", {}),
    ("relu(a^10-9.9*a^8+1000)", "a^10-9.9*a^8+1000", {}), ("relu(a^3-10^9)*relu(10^9+10^6-a^3)", "0", {}),
    ("abs(a^2-200*a+9999.999)", "a^2-200*a+9999.999", {}), ("step(10^(-15)-abs(a-3/7))", "0", {}),
    ("norm_nuc(X)", "norm_nuc(X)+10^(-9)*tr(X)", {}), ("sqrtm(P)*P", "P*sqrtm(P)+10^(-9)*P", {"P": "spd"}),
]
SAME: list[Row] = [
    ("norm_nuc(X)", "norm_nuc(X')", {}), ("sqrtm(P)*P", "P*sqrtm(P)", {"P": "spd"}),
    ("norm_nuc(X)^2", "norm_nuc(2*X)^2/4", {}), ("relu(a^3-10^9)", "max(a^3,10^9)-10^9", {}),
    ("sqrtm(P)*sqrtm(P)*P", "P*P", {"P": "spd"}), ("tr(logm(P))", "logdet(P)", {"P": "spd"}),
    ("expm(A)*expm(-A)", "eye(n)", {"A": "matrix(n,n)"}), ("norm_op(X)", "norm_op(X')", {}),
]


@pytest.mark.parametrize("row", DIFFERENT, ids=lambda row: f"{row[0]} | {row[1]}")
def test_different(row: Row) -> None:
    for seed in range(3):
        assert equal(row[0], row[1], variables=row[2], seed=seed).equal is False


@pytest.mark.parametrize("seed", some(range(3)))
@pytest.mark.parametrize("row", SAME, ids=lambda row: f"{row[0]} | {row[1]}")
def test_round_off_is_no_difference(row: Row, seed: int) -> None:
    assert equal(row[0], row[1], variables=row[2], seed=seed).equal is not False


@pytest.mark.parametrize(("f", "wrt", "claim", "variables"), [
    ("a^2", "a", "2*a+step(10^(-12)-abs(a-1/3))", {}), ("a^2", "a", "2*a+step(10^(-30)-abs(a-1/3))", {}),
    ("x'x", "x", "2*x+step(10^(-12)-norm1(x-1))*x", {}), ("sum(relu(x))", "x", "sigmoid(10^12*x)", {}),
    ("x'x+sum(relu(log(x)-30))", "x", "2*x", {}),
    ("lambda_max(A)", "A", "eigenprojection_max(A)*(1+10^(-9))", {"A": "sym"}),
])
def test_claims_with_narrow_or_far_kinks_are_wrong(f: str, wrt: str, claim: str, variables: dict[str, str]) -> None:
    for seed in range(3):
        found = matcalc.verify(f, wrt, claim=claim, variables=variables, seed=seed)
        assert found.ok is False
        assert found.difference is not None or found.worst is not None  # type: ignore[attr-defined]
