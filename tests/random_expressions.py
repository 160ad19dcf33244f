"""Seeded random well-typed expressions, as trees that know two meanings: the constructors' and NumPy's.

A tree is a nested tuple ("add", a, b). `build` makes the expression through the smart constructors, `value` computes
the number directly, without them: the oracle that a normal form never changes a value.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np

from matcalc import algebra as al
from matcalc.core.dims import named
from matcalc.core.expr import Expr

SIZES = {"m": 3, "n": 2, "p": 4}
M, N, P = named("m"), named("n"), named("p")
LEAVES: dict[str, tuple[Any, frozenset[str]]] = {
    "A": ((M, M), frozenset()), "B": ((M, N), frozenset()), "C": ((N, P), frozenset()), "D": ((N, N), frozenset()),
    "S": ((M, M), frozenset({"sym"})), "Q": ((M, M), frozenset({"orthogonal"})), "K": ((M, M), frozenset({"skew"})),
    "L": ((M, M), frozenset({"spd"})), "x": ((M, 1), frozenset()), "y": ((M, 1), frozenset()),
    "z": ((N, 1), frozenset()), "c": ((1, 1), frozenset()), "s": ((1, 1), frozenset({"positive"})),
}
Tree = tuple[Any, ...]


def size(dim: Any) -> int:
    return dim if isinstance(dim, int) else SIZES[str(dim)]


def leaf(name: str) -> Expr:
    shape, props = LEAVES[name]
    return al.variable(name, shape, props)


def draw_values(seed: int) -> dict[str, Any]:
    """A value for each leaf that has its declared property."""
    rng = np.random.default_rng(seed)
    values: dict[str, Any] = {}
    for name, (shape, props) in LEAVES.items():
        a = rng.normal(size=(size(shape[0]), size(shape[1]))) * 0.8
        if "sym" in props:
            a = (a + a.T) / 2
        elif "skew" in props:
            a = (a - a.T) / 2
        elif "spd" in props:
            a = a @ a.T + np.eye(len(a))
        elif "orthogonal" in props:
            a = np.linalg.qr(a)[0]
        elif "positive" in props:
            a = np.abs(a) + 0.5
        values[name] = a
    return values


def tree(rng: random.Random, shape: tuple[Any, Any], depth: int) -> Tree:
    """A random tree whose value has `shape`."""
    rows, columns = shape
    if depth <= 0 or rng.random() < 0.1:
        return _leaf(rng, shape)
    choices = ["add", "sub", "scale", "mul", "had", "square", "flip"]
    if shape == (1, 1):
        choices += ["trace", "det", "quadratic", "root", "quotient"]
    elif rows == columns:
        choices += ["inverse", "power"]
    kind = rng.choice(choices)
    return _node(rng, kind, shape, depth - 1)


def _leaf(rng: random.Random, shape: tuple[Any, Any]) -> Tree:
    fitting = [name for name, (s, _) in LEAVES.items() if s == shape]
    flipped = [name for name, (s, _) in LEAVES.items() if s == shape[::-1] and shape != (1, 1)]
    options: list[Tree] = [("leaf", name) for name in fitting] * 3 + [("flip", ("leaf", name)) for name in flipped]
    if shape == (1, 1):
        options.append(("num", Fraction(rng.randint(-3, 3), rng.randint(1, 3))))
    elif shape[0] == shape[1]:
        options.append(("eye", shape))
    options += [("ones", shape)]
    return rng.choice(options)


def _node(rng: random.Random, kind: str, shape: tuple[Any, Any], depth: int) -> Tree:
    rows, columns = shape

    def sub(s: tuple[Any, Any]) -> Tree:
        return tree(rng, s, depth)

    if kind in ("add", "sub", "had"):
        return (kind, sub(shape), sub(shape))
    if kind == "scale":
        return ("mul", sub((1, 1)), sub(shape))
    if kind == "mul":
        inner = rng.choice([M, N, P, 1])
        return ("mul", sub((rows, inner)), sub((inner, columns)))
    if kind == "flip":
        return ("flip", sub((columns, rows)))
    if kind in ("trace", "det"):
        n = rng.choice([M, N])
        return (kind, sub((n, n)))
    if kind == "quadratic":
        return ("mul", ("mul", ("flip", ("leaf", "x")), sub((M, M))), ("leaf", "y"))
    if kind == "quotient":
        return ("quotient", sub((1, 1)), ("add", ("num", Fraction(5)), ("square", sub((1, 1)))))
    if kind == "root":
        return ("root", ("add", ("num", Fraction(1)), ("square", sub((1, 1)))))
    if kind == "inverse":
        return ("inverse", ("add", ("mul", ("num", Fraction(9)), ("eye", shape)), sub(shape)))
    return (kind, sub(shape))


def build(t: Tree) -> Expr:
    """The expression, through the smart constructors."""
    kind, *rest = t
    if kind in ("leaf", "num", "eye", "ones"):
        made = {"leaf": leaf, "num": al.num, "eye": lambda s: al.eye(s[0]), "ones": lambda s: al.ones(*s)}
        return made[kind](rest[0])
    args = [build(a) for a in rest]
    return _BUILD[kind](*args)


def _det(x: Expr) -> Expr:
    from matcalc.rulebook.book import standard

    return al.apply(standard().overloads("det")[0], x)


_BUILD = {
    "add": al.add, "sub": lambda a, b: al.add(a, al.negate(b)), "mul": al.multiply, "had": al.hadamard,
    "flip": al.transpose, "square": lambda a: al.power(a, al.num(2)), "trace": al.trace, "det": _det,
    "quotient": al.divide, "root": lambda a: al.power(a, al.num(Fraction(1, 2))), "inverse": al.inverse,
    "power": lambda a: al.matrix_power(a, 2),
}


def value(t: Tree, values: dict[str, Any]) -> Any:
    """The number, straight from NumPy: always a two-dimensional array."""
    kind, *rest = t
    if kind == "leaf":
        return values[rest[0]]
    if kind == "num":
        return np.array([[float(rest[0])]])
    if kind == "eye":
        return np.eye(size(rest[0][0]))
    if kind == "ones":
        return np.ones((size(rest[0][0]), size(rest[0][1])))
    return _VALUE[kind](*(value(a, values) for a in rest))


def _times(a: Any, b: Any) -> Any:
    return a * b if a.size == 1 or b.size == 1 else a @ b


_VALUE = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": _times, "had": lambda a, b: a * b,
    "flip": lambda a: a.T, "square": lambda a: a**2, "trace": lambda a: np.trace(a).reshape(1, 1),
    "det": lambda a: np.linalg.det(a).reshape(1, 1), "quotient": lambda a, b: a / b, "root": np.sqrt,
    "inverse": np.linalg.inv, "power": lambda a: a @ a,
}
