"""A family used as a whole beside its members: one variable, whatever it is called."""

from __future__ import annotations

import pytest

import matcalc
from matcalc.diagnostics import InputError
from tests.cli.sessions import run

SAME = [  # typed, by what, declared, and the same in matrices by what holds the family
    (r"\sum_{i=1}^n (y_i - w^T x_i)^2 + \|y\|^2", "w", {"x_i": "vector(d)"}, "norm2(y - X*w)^2 + norm2(y)^2", "w"),
    (r"\sum_{i=1}^n (y_i - w^T x_i)^2 + \|y - Xw\|^2", "w", {}, "2*norm2(y - X*w)^2", "w"),
    (r"\sum_{i,j} (R_{ij} - u_i^T v_j)^2 + \|U\|_F^2 + \|V\|_F^2", "u_i", {},
     "normF(R - U*V')^2 + normF(U)^2 + normF(V)^2", "U"),
    (r"\sum_{i,j} (R_{ij} - u_i^T v_j)^2 + \|U\|_F^2 + \|V\|_F^2", "U", {},
     "normF(R - U*V')^2 + normF(U)^2 + normF(V)^2", "U"),
    (r"\sum_i y_i x_i^T w + \lambda\|X\|_F^2", "x", {"x_i": "vector(d)"}, "y'*X*w + lambda*normF(X)^2", "X"),
    (r"\sum_i (y_i - w^T x_i)^2 + \|X\|_F^2", "x", {"X": "matrix(n,d)"}, "norm2(y - X*w)^2 + normF(X)^2", "X"),
    (r"\sum_{ij} w_{ij} x_i^T x_j + \|W\|_F^2", "w_ij", {}, "tr(W'*X*X') + normF(W)^2", "W"),
    (r"\sum_i (y_i - k_i'\alpha)^2 + \alpha'K\alpha", "alpha", {}, "norm2(y - K*alpha)^2 + alpha'K*alpha", "alpha"),
    (r"\|Y - XW\|_F^2 + \lambda\sum_j \|w_j\|", "W", {"w_j": "vector(k)", "W": "matrix(d,k)"},
     "normF(Y - X*W)^2 + lambda*sum(sqrt(W.^2*ones(k)))", "W"),
    (r"c^T \sum_i y_i x_i + \|y\|^2", "c", {}, "c'*X'*y + norm2(y)^2", "c"),
    (r"\|\sum_i \alpha_i x_i\|^2 + \|\alpha\|^2", "alpha", {}, "norm2(X'*alpha)^2 + norm2(alpha)^2", "alpha"),
    (r"\|\sum_i x_i y_i\|^2 + \|y\|^2", "y", {"y_i": "scalar"}, "norm2(X'*y)^2 + norm2(y)^2", "y"),
    (r"\sum_{i=1}^n |x_i| + x_1^2 + \|x\|^2", "x", {}, "sum(abs(x)) + x[1]^2 + norm2(x)^2", "x"),
    ("x'A x + sum_i x_i x_{i+1}", "x", {}, "x'A x + x[1:n-1]'*x[2:n]", "x"),
    (r"\|y - Xw\|^2 + \lambda\sum_j |w_j|", "w", {}, "norm2(y - X*w)^2 + lambda*sum(abs(w))", "w"),
]


@pytest.mark.parametrize(("typed", "by", "declared", "same", "whole"), SAME)
def test_a_whole_and_its_members_are_one_variable(typed: str, by: str, declared: dict[str, str], same: str,
                                                  whole: str) -> None:
    found = matcalc.grad(typed, by, variables=declared)
    known = {"R": "matrix(m,n)", "K": "matrix(n,n)", "alpha": "vector(n)", "y": "vector(n)", "W": "matrix(n,n)",
             "x": "vector(n)"}
    known |= {name: kind for name, kind in declared.items() if "_" not in name}
    wanted = matcalc.grad(same, whole, variables={name: kind for name, kind in known.items() if name in same})
    assert repr(found.expr) == repr(wanted.expr), typed  # of which a difference is shown as it was typed


@pytest.mark.parametrize(("typed", "by", "declared"), [
    (r"\sum_i \log\det(x_i x_i^T + S) + \|X\|_F^2", "X", {}),  # has no matrix form
    (r"\sum_i (y_i - w^T x_i)^2 + \|X\|_F^2", "x", {"X": "matrix(n,d)", "x_i": "vector(p)"}),
    (r"\sum_i (x - x_i)^2", "x", {}),
    (r"\frac1n\sum_k n_k \|x - \mu_k\|^2", "x", {}),  # n is a number
    (r"\|Y - XW\|_F^2 + \lambda\sum_j \|w_j\|", "W", {}),  # rows or columns
    (r"\|Y - XW\|_F^2 + \lambda\sum_j \|w_j\|", "W", {"W": "matrix(d,k)"}),
    (r"\|Y - XW\|_F^2 + \lambda\sum_j \|w_j\|", "W", {"W": "matrix(d,k)", "w_j": "vector(d)"}),
])
def test_what_is_not_one_variable_is_refused(typed: str, by: str, declared: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        matcalc.grad(typed, by, variables=declared)
    assert caught.value.diagnostics[0].code == "M0229"


def test_a_capital_inside_the_sum_is_a_matrix_of_its_own() -> None:
    found = matcalc.grad(r"\sum_i x_i^T X x_i", "X")
    assert any("a matrix of its own" in note for note in found.notes)


def test_a_whole_is_shown_by_its_own_name() -> None:
    typed = r"\sum_{i=1}^n (y_i - w^T x_i)^2 + \|y\|^2"
    code, out, _ = run("parse", typed)
    assert (code, out.strip()) == (0, "sum_{i}((w'*x_i - y_i)^2) + y'*y")
    assert run("parse", out.strip())[1] == out
    assert "all" not in run("parse", typed, "-f", "text")[1]
