"""Formulas as people fit them, with data for each: which are sums over rows, in how many passes, and which are not."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

ROWS = 13


class Case(NamedTuple):
    """A formula, its parameters, how many passes its value and gradient take, and whether it has a Hessian product."""

    expr: str
    wrt: tuple[str, ...]
    passes: int
    second: bool = True


SUMS = [
    Case("norm2(X w - y)^2", ("w",), 1),
    Case("1/(2*m) norm2(X w - y)^2 + lambda/2 w'w where X: matrix(m,n), y: vector(m)", ("w",), 1),
    Case("sum(log(1 + exp(-s.*(X w)))) + lambda w'w", ("w",), 1),
    Case("sum_i log(1 + exp(-s_i*(x_i'w)))", ("w",), 1),
    Case("sum(exp(X w)) - y'X w", ("w",), 1),
    Case("mean((X w - y).^2)", ("w",), 1),
    Case("sum_i (y_i - x_i'w)^2/n", ("w",), 1),
    Case("norm2(X w + b*ones(m) - y)^2", ("w", "b"), 1),
    Case("norm2([ones(m), X] u - y)^2", ("u",), 1),
    Case("normF(Z - tanh(X A) B)^2", ("A", "B"), 1, second=False),
    Case("tr((X - Z W)'(X - Z W))", ("W",), 1),
    Case("sum_i norm2(x_i - W z_i)^2", ("W",), 1),
    Case("sum_i logsumexp(W x_i) - z_i'W x_i", ("W",), 1),
    Case("sum(p.*(X w - y).^2)", ("w",), 1),
    Case("(X w - y)'diag(p)(X w - y)", ("w",), 1),
    Case("sum(sqrt(1 + (X w - y).^2))", ("w",), 1),
    Case("sum(log(cosh(X w - y)))", ("w",), 1),
    Case("logdet(X'X + c I)", ("c",), 1),
    Case("y'X inv(X'X + c I) X'y", ("c",), 1),
    Case("m*logdet(S) + tr(inv(S) X'X) where X: matrix(m,n), S: spd", ("S",), 1),
    Case("sum_i (x_i - u)'inv(S)(x_i - u) where S: spd", ("u",), 1),
    Case("exp(-norm2(X w - y)^2/100)", ("w",), 1),
    Case("(sum(X w))^2/(w'w)", ("w",), 1),
    Case("norm(X w - y)", ("w",), 2),
    Case("log(sum(exp(X w)))", ("w",), 2),
    Case("sum_i (y_i - sum_j y_j/n - c)^2", ("c",), 2),
    Case("sum(softmax(X w).*y)", ("w",), 4, second=False),
]
REFUSED = [  # with the part that is blamed
    ("sum(sort(X w).*y)", "w", "sort(X w)"),
    ("max(X w) + w'w", "w", ""),
    ("sum(cumsum(X w).*y)", "w", ""),
    ("median(X w)", "w", ""),
    ("sum_{i=1}^{n-1} (y_{i+1} - c*y_i)^2", "c", ""),
    ("sum_i i*(y_i - c)^2", "c", ""),
    ("sum(exp(-c*(y*ones(m)' - ones(m)*y').^2)) where y: vector(m)", "c", ""),
    ("logdet(c*y*y' + I)", "c", ""),
    ("w'K w", "w", "every axis"),
]


def data(names: Any) -> dict[str, Any]:
    """Values for the letters that occur."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((ROWS, 3))
    every = {"X": x, "x": x, "y": rng.standard_normal(ROWS), "s": np.sign(rng.standard_normal(ROWS)),
             "Z": rng.standard_normal((ROWS, 2)), "z": rng.standard_normal((ROWS, 2)),
             "p": rng.uniform(0.5, 2, ROWS), "lambda": np.array(0.7), "b": np.array(0.3), "c": np.array(0.6),
             "w": rng.standard_normal(3), "u": rng.standard_normal(4), "A": rng.standard_normal((3, 5)),
             "B": rng.standard_normal((5, 2)), "S": np.eye(3) + 0.1, "W": rng.standard_normal((2, 3))}
    return {name: every[name] for name in names}
