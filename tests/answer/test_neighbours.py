"""Formulas in which laws, common factors and sizes meet: each is answered, and its answer passes its own check."""

from __future__ import annotations

from itertools import product

import pytest

import matcalc
from tests.samples import some

OUTER = ["cross_entropy(%s, y)", "norm(%s)^2", "logsumexp(%s)", "y'*softmax(%s)", "norm(silu(%s))^2",
         "norm(tanh(%s).*y)^2", "sum(softplus(%s))"]
INNER = ["abs(u)", "abs(A*u)", "exp(u)", "cosh(u)", "sigmoid(u)"]
POWERS = [".^-1", ".^-2", ".^-3", ".^-4", ".^(1/2)"]
KRON = [  # expression, variables
    ("kron(kron(A,B),C)", "ABC"), ("kron(A,kron(B,C))", "ABC"), ("kron(kron(A',B),C')", "ABC"),
    ("kron(kron(A,A),A)", "A"),
    ("kron(kron(A,B),kron(C,D))", "ABCD"), ("kron(kron(kron(A,B),C),D)", "ABCD"), ("kron(A,B)*C*kron(D,E)", "ABCDE"),
    ("vec(kron(kron(A,B),C))", "ABC"), ("kron(A*B,C*D)", "ABCD"), ("kron(x,kron(A,B))", "xAB"),
    ("inv(kron(kron(A,B),C))", "ABC"), ("kron(inv(A),kron(B,C))", "ABC"), ("kron(kron(A,B),C).*D", "ABCD"),
    ("tr(kron(kron(A,B),C)*D)", "ABCD"), ("kron(vec(A),kron(B,C))", "ABC"), ("kron(A,B)*kron(C,D)", "ABCD"),
]


@pytest.mark.parametrize("third", some(range(3)))
@pytest.mark.parametrize("outer", OUTER)
def test_powers_inside_functions(outer: str, third: int) -> None:
    for inner, power in list(product(INNER, POWERS))[(OUTER.index(outer) + third) % 3::3]:
        expr = outer % f"{inner}{power}"
        known = {"u": "vector(n)", "y": "vector", "A": "matrix(m,n)"}
        d = matcalc.grad(expr, "u", variables={name: kind for name, kind in known.items() if name in expr},
                         check=False)
        assert d.verify().ok, expr


def test_an_even_power_of_an_absolute_value_is_one_of_the_number() -> None:
    assert matcalc.parse("sum(abs(u).^-4)", {"u": "vector"}) is matcalc.parse("sum(u.^-4)", {"u": "vector"})
    assert matcalc.grad("cross_entropy(abs(u).^-1, y)", "u", variables={"u": "vector", "y": "vector"}).ascii \
        == "sign(u).*(y - sum(y)*softmax(abs(u).^-1))./u.^2"


@pytest.mark.parametrize(("expr", "names"), KRON)
def test_kronecker_products_of_several(expr: str, names: str) -> None:
    for name in names:
        assert matcalc.jacobian(expr, name, check=False).verify().ok, (expr, name)
