"""Random formulas at degenerate points: what was typed is computed here, one operation at a time and with no law, and
the normal form has the same value, or none, or a stated condition fails there."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import pytest

from matcalc.answer.problem import pose
from matcalc.calculus.regularity import KINK, conditions
from matcalc.core.dims import names
from matcalc.diagnostics import InputError
from matcalc.numeric.degenerate import degenerate
from matcalc.numeric.evaluate import run, silence
from tests.samples import some

SCALARS = {"a": "scalar", "b": "scalar", "c": "scalar nonnegative", "d": "scalar positive", "k": "scalar integer"}
MATRICES = {"A": "matrix(n,n)", "B": "matrix(n,n)", "M": "psd(n)", "S": "spd(n)", "Q": "orthogonal(n)", "D": "diag(n)",
            "L": "lower(n)"}
DRAWN = {"a": [-2, -1, 0, 0.5, 3], "b": [-3, -1, 0, 1, 2], "c": [0, 0.25, 2], "d": [0.5, 3], "k": [-2, -1, 0, 1, 3]}
SINGULAR = 1e9


class NoValueError(Exception):
    """The typed formula is undefined here."""


def ratio(x, y):
    if y == 0:
        raise NoValueError
    return x / y


def power(q):
    def raised(x):
        if (x < 0 and q.denominator > 1) or (x == 0 and q < 0):
            raise NoValueError
        return float(x) ** float(q)
    return raised


def log(x):
    if x <= 0:
        raise NoValueError
    return math.log(x)


EXPONENTS = [Fraction(q) for q in ("-2", "-1", "-1/2", "1/3", "1/2", "2/3", "2", "3", "0")]
UNARY = {"exp": math.exp, "log": log, "sqrt": power(Fraction(1, 2)), "abs": abs, "sign": np.sign,
         "relu": lambda x: max(x, 0.0), "tanh": math.tanh, "step": lambda x: float(x > 0)}
BINARY = {"+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y, "/": ratio,
          "min": min, "max": max}


def scalar_tree(rng, depth):
    """(text, value): the text as typed, and a function of a point that computes it."""
    if depth == 0 or rng.random() < 0.1:
        if rng.random() < 0.15:
            n = rng.choice([0, 1, 2, -1])
            return f"({n})", lambda at: float(n)
        name = rng.choice(list(SCALARS))
        return name, lambda at: at[name]
    kind = rng.choice(["unary", "power", "power", "binary", "binary", "again"])
    x, f = scalar_tree(rng, depth - 1)
    if kind == "unary":
        name = rng.choice(list(UNARY))
        return f"{name}({x})", lambda at: UNARY[name](f(at))
    if kind == "power":
        q = rng.choice(EXPONENTS)
        return f"({x})^({q})", lambda at: power(q)(f(at))
    y, g = (x, f) if kind == "again" else scalar_tree(rng, depth - 1)
    sign = rng.choice(list(BINARY))
    text = f"{sign}({x}, {y})" if sign.isalpha() else f"({x}) {sign} ({y})"
    return text, lambda at: BINARY[sign](f(at), g(at))


def inverse(x):
    if np.linalg.cond(x) > SINGULAR:
        raise NoValueError
    return np.linalg.inv(x)


def matrix_tree(rng, depth):
    if depth == 0:
        name = rng.choice(list(MATRICES))
        return name, lambda at: at[name]
    kind = rng.choice(["inv", "inv", "transpose", "square", "+", "*", "*", "own inverse", "pinv", "scaled"])
    x, f = matrix_tree(rng, depth - 1)
    if kind == "inv":
        return f"inv({x})", lambda at: inverse(f(at))
    if kind == "transpose":
        return f"({x})'", lambda at: f(at).T
    if kind == "square":
        return f"({x})^2", lambda at: f(at) @ f(at)
    if kind == "own inverse":
        return f"({x})*inv({x})", lambda at: f(at) @ inverse(f(at))
    if kind == "pinv":
        return f"pinv({x})*({x})", lambda at: np.linalg.pinv(f(at)) @ f(at)
    if kind == "scaled":
        return f"det({x})/det({x})*({x})", lambda at: np.linalg.det(inverse(f(at)) @ f(at)) * f(at)
    y, g = matrix_tree(rng, depth - 1)
    if kind == "+":
        return f"({x}) + ({y})", lambda at: f(at) + g(at)
    return f"({x})*({y})", lambda at: f(at) @ g(at)


def of_matrix(rng):
    x, f = matrix_tree(rng, rng.choice([1, 2, 2]))
    kind = rng.choice(["tr", "det", "logdet"])
    numpy = {"tr": np.trace, "det": np.linalg.det, "logdet": lambda v: log(abs(np.linalg.det(inverse(inverse(v)))))}
    return f"{kind}({x})", lambda at: float(numpy[kind](f(at)))


def value(compute, at):
    try:
        found = compute(at)
    except (NoValueError, OverflowError):
        return None
    return found if np.isfinite(found) and abs(found) < 1e8 else None


def holds(condition, leaves, sizes):
    try:
        x = np.atleast_2d(run(condition.expr, leaves, sizes))
    except np.linalg.LinAlgError:
        return False
    if not np.all(np.isfinite(x)):
        return False
    tests = {"positive": lambda: x.min() > 0, "nonnegative": lambda: x.min() >= 0, "!= 0": lambda: np.any(x != 0),
             "nonzero": lambda: np.abs(x).min() > 1e-12, "invertible": lambda: np.linalg.cond(x) < SINGULAR,
             "of constant rank": lambda: np.linalg.cond(x) < SINGULAR}
    return bool(tests[condition.word]())


def points(problem, rng):
    """Values by name and by leaf: of scalars all drawn at random from the table, of matrices degenerate ones."""
    leaves = {name: info.expr for name, info in problem.variables.items()}
    if all(leaf.is_scalar for leaf in leaves.values()):
        for _ in range(12):
            at = {name: float(rng.choice(DRAWN[name])) for name in leaves}
            yield at, {leaves[name]: np.float64(x) for name, x in at.items()}, {}
        return
    draws = np.random.default_rng(rng.randrange(1 << 30))
    for n in (1, 2, 3):
        sizes = {name: n for leaf in leaves.values() for dim in leaf.shape for name in names(dim)}
        for _, found in degenerate(list(leaves.values()), draws, sizes):
            yield {name: np.atleast_2d(found[leaf]) for name, leaf in leaves.items()}, found, sizes


def compare(text, compute, kinds, rng):
    """The number of points at which a value was compared."""
    try:
        problem = pose(text, (), variables=kinds)
    except InputError:
        declared = pose(" + ".join(kinds), (), variables=kinds)
        assert all(value(compute, at) is None for at, _, _ in points(declared, rng)), text
        return 0
    said = [c for c in conditions(problem.f, problem.f, problem.typed) if c.word != KINK]
    compared = 0
    for at, leaves, sizes in points(problem, rng):
        with silence():
            typed = value(compute, at)
            if not all(holds(c, leaves, sizes) for c in said):
                continue
            found = float(run(problem.f, leaves, sizes))
        compared += typed is not None
        if typed is None:
            assert not np.isfinite(found) or abs(found) > 1e7, (text, at, problem.f, found, said)
        else:
            assert found == pytest.approx(typed, rel=1e-6, abs=1e-6), (text, at, problem.f, said)
    return compared


@pytest.mark.parametrize("seed", some(range(6)))
def test_scalar_formulas(seed):
    rng = random.Random(seed)
    assert sum(compare(*scalar_tree(rng, 3), SCALARS, rng) for _ in range(120)) > 150


@pytest.mark.parametrize("seed", some(range(4)))
def test_matrix_formulas(seed):
    rng = random.Random(seed)
    assert sum(compare(*of_matrix(rng), MATRICES, rng) for _ in range(30)) > 100
