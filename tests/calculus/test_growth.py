"""Cost grows with the expression: counted in operands of the nodes that a derivation makes, never in seconds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import matcalc
from matcalc.core import expr

Case = tuple[str, str, dict[str, str]]


def nested(n: int) -> Case:
    return "sin(" * n + f"c_{n}" + ")" * n, f"c_{n}", {f"c_{n}": "scalar"}


def terms(n: int) -> Case:
    names = [f"x_{n + k}" for k in range(n)]
    return " + ".join(f"{x}'*{x}" for x in names), names[1], dict.fromkeys(names, "vector(n)")


def network(n: int) -> Case:
    return "sum(" + f"tanh(A_{n}*" * n + "x" + ")" * (n + 1), "x", {f"A_{n}": "matrix(n,n)", "x": "vector(n)"}


def doublings(n: int) -> Case:
    bindings = [f"R_0 := c_{n}", *(f"R_{k} := sin(R_{k - 1}) + cos(R_{k - 1})" for k in range(1, n))]
    return f"{'; '.join(bindings)}; R_{n - 1}", f"c_{n}", {f"c_{n}": "scalar"}


def shifted(n: int) -> Case:
    """A product whose gradient has n terms of n − 1 factors."""
    return "*".join(f"(c_{n} + {k})" for k in range(1, n + 1)), f"c_{n}", {f"c_{n}": "scalar"}


def operands(case: Case) -> int:
    """Operands of all nodes that are made for the gradient and its text."""
    text, wrt, variables = case
    before = set(expr._table)
    _ = matcalc.grad(text, wrt=wrt, variables=variables, check=False).ascii
    return sum(len(key[1]) for key in expr._table.keys() - before)


@pytest.mark.parametrize(("case", "start", "factor"), [
    (nested, 150, 2.2), (terms, 150, 2.2), (network, 60, 2.2), (doublings, 15, 2.2), (shifted, 10, 8)])
def test_growth(case: Callable[[int], Case], start: int, factor: float) -> None:
    operands(case(2))  # reads the rules
    assert operands(case(2 * start)) <= factor * operands(case(start))
