"""Kronecker products of Kronecker products: the operands of what is cut into blocks are cut themselves."""

from __future__ import annotations

import pytest

import matcalc

CASES = ["tr(kron(A, X)*B)", "sum(kron(kron(X, X), X))", "tr(B*kron(kron(A, X), C)) + sum(exp(X))",
         "norm(kron(kron(A, X), C) - B)^2", "norm(kron(X, kron(X, A)) - B)^2", "sum(kron(kron(x, X), kron(x', X)))",
         "sum(exp(kron(kron(A, X), X)))", "sum(sin(kron(X, kron(x, X))))"]


@pytest.mark.parametrize("text", CASES)
def test_gradients_are_what_differences_say(text):
    assert matcalc.grad(text, wrt="X").verify()


@pytest.mark.parametrize(("text", "due"), [
    ("sum(kron(X, X))", "2*sum(X)*ones(m,n)"),
    ("sum(kron(kron(kron(X, X), X), kron(X, X)))", "5*sum(X)^4*ones(m,n)"),
    ("sum(kron(A, X))", "sum(A)*ones(p,q)")])
def test_the_sum_of_a_product_is_the_product_of_sums(text, due):
    assert matcalc.grad(text, wrt="X").ascii == due
