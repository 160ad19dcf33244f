"""Differences at the edges of what is declared, and at sizes that a formula counts with."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc
from matcalc.answer.equal import equal

Row = tuple[str, str, dict[str, str]]
DIFFERENT: list[Row] = [
    ("(n-1)*(n-2)*(n-3)*(n-4)*sum(x)", "0", {"x": "vector(n)"}), ("relu(n-4)*sum(x)", "0", {"x": "vector(n)"}),
    ("abs(tr(P*R*T))", "tr(P*R*T)", {"P,R,T": "psd"}), ("abs(tr(P*R*T))", "tr(P*R*T)", {"P,R,T": "spd"}),
    ("relu(2*P[1,2]-P[1,1])", "0", {"P": "spd"}), ("relu(-(P*R)[1,1])", "0", {"P,R": "spd"}),
    ("pinv(M)*M", "M*pinv(M)", {"M": "matrix(n,n)"}), ("pinv(A*A)", "pinv(A)*pinv(A)", {"A": "matrix(n,n)"}),
    ("P*pinv(P)*R*pinv(R)", "R*pinv(R)*P*pinv(P)", {"P,R": "psd"}),
    ("relu(tr(Q)-2.99)", "0", {"Q": "orthogonal(3)"}), ("relu(-Q[2,1]-0.9)", "0", {"Q": "orthogonal(3)"}),
    ("y[6]*y[7]+y[20]", "0", {"y": "vector(40) onehot"}),
]
SAME: list[Row] = [
    ("abs(tr(P*R))", "tr(P*R)", {"P,R": "psd"}), ("relu(-P[1,1])", "0", {"P": "spd"}),
    ("relu(abs(P[1,2])-P[1,1]-P[2,2])", "0", {"P": "psd"}), ("abs(det(Q))", "1", {"Q": "orthogonal"}),
    ("relu(tr(Q)-3)", "0", {"Q": "orthogonal(3)"}), ("y[6]*y[7]", "0", {"y": "vector(40) onehot"}),
    ("relu(1-n)*sum(x)", "0", {"x": "vector(n)"}), ("M*pinv(M)*M", "M", {"M": "matrix(n,n)"}),
]


@pytest.mark.parametrize("row", DIFFERENT, ids=lambda row: f"{row[0]} | {row[1]}")
def test_different_at_an_edge(row: Row) -> None:
    assert equal(row[0], row[1], variables=row[2]).equal is False


@pytest.mark.parametrize("row", SAME, ids=lambda row: f"{row[0]} | {row[1]}")
def test_the_same_at_every_edge(row: Row) -> None:
    for seed in range(2):
        assert equal(row[0], row[1], variables=row[2], seed=seed).equal is not False


def test_points_shown_are_what_is_declared() -> None:
    point = equal("abs(tr(P*R*T))", "tr(P*R*T)", variables={"P,R,T": "spd"}).point
    assert point is not None
    values = [np.array(point["values"][name]) for name in "PRT"]
    assert all(np.array_equal(x, x.T) and np.linalg.eigvalsh(x)[0] > 0 for x in values)
    assert np.trace(values[0] @ values[1] @ values[2]) == pytest.approx(point["right"])
    assert point["right"] < 0


@pytest.mark.parametrize(("f", "wrt", "claim", "variables"), [
    ("n*x'x", "x", "2*n*x+(n-1)*(n-2)*(n-3)*(n-4)*(n-5)*(n-6)*x", {"x": "vector(n)"}),
    ("x'P*x", "x", "2*P*x+relu(2*P[1,2]-P[1,1])*x", {"P": "spd"}),
    ("tr(P*X)*abs(tr(P*R*T))", "X", "P*tr(P*R*T)", {"P,R,T": "psd"}),
])
def test_claims_that_are_wrong_at_an_edge(f: str, wrt: str, claim: str, variables: dict[str, str]) -> None:
    found = matcalc.verify(f, wrt, claim=claim, variables=variables)
    assert found.ok is False
    assert matcalc.verify(f, wrt, claim=found.right, variables=variables).ok is True  # type: ignore[attr-defined]
