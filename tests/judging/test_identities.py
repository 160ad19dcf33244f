"""A bare I in a claim has the size that its place demands."""

from __future__ import annotations

import pytest

import matcalc

ROWS = [
    ("AX", "X", "jacobian", "kron(I,A)", True, {}), ("XB", "X", "jacobian", "kron(B',I)", True, {}),
    ("AXB", "X", "jacobian", "(B'⊗I)(I⊗A)", True, {}), ("x*x'", "x", "jacobian", "kron(x,I)+kron(I,x)", True, {}),
    ("XAX", "X", "jacobian", "kron((A*X)',I)+kron(I,X*A)", True, {}),
    ("tr(X)*X", "X", "jacobian", "tr(X)*I+vec(X)*vec(I)'", True, {}),
    ("X'X", "X", "jacobian", "(I+K(n,n))*kron(I,X')", True, {"X": "matrix(m,n)"}),
    ("tr(X'AX)", "X", "hessian", "kron(I, A+A')", True, {}), ("AX", "X", "jacobian", r"\mathbf{I} \otimes A", True, {}),
    ("AX", "X", "jacobian", "kron(A,I)", False, {}), ("AX", "X", "jacobian", "kron(I,A')", False, {}),
    ("AX", "X", "jacobian", "2*kron(I,A)", False, {}), ("XB", "X", "jacobian", "kron(B,I)", False, {}),
    ("x*x'", "x", "jacobian", "kron(x,I)-kron(I,x)", False, {}), ("AX", "X", "jacobian", "kron(I,q*A)", None, {}),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} | {row[3]}")
def test_the_size_of_an_identity_is_solved(row: tuple[str, str, str, str, bool | None, dict[str, str]]) -> None:
    f, wrt, kind, claim, ok, variables = row
    assert matcalc.verify(f, wrt, kind=kind, claim=claim, variables=variables).ok is ok


def test_the_denominator_layout_has_the_other_shape() -> None:
    assert matcalc.verify("AX", "X", kind="jacobian", claim="kron(I,A')", layout="denominator").ok is True
    assert matcalc.verify("AX", "X", kind="jacobian", claim="kron(I,A)", layout="denominator").ok is False


def test_what_is_wrong_beside_an_identity_is_said() -> None:
    assert "2 times" in matcalc.verify("AX", "X", kind="jacobian", claim="2*kron(I,A)").diagnosis  # type: ignore[attr-defined]
