"""Index expressions as trees that know two meanings: the constructors', and loops in Python over the members.

A tree is a nested tuple ("sum", "i", body). `build` makes the expression, `value` computes the number as the formula
says it, without matcalc: the oracle of what is lifted.
"""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np

from matcalc import algebra as al
from matcalc.algebra.indexed import at, family, iverson, over
from matcalc.core.dims import named, subtract
from matcalc.core.expr import Expr
from matcalc.core.indices import Axis, Index, Ref
from matcalc.rulebook.book import standard

Tree = tuple[Any, ...]
SIZES = {"n": 4, "m": 3, "d": 2}
RANGES = {**SIZES, "n-1": SIZES["n"] - 1}
N, M, D = map(named, SIZES)
LETTERS = {"i": "n", "j": "n", "l": "n", "r": "n", "k": "m", "q": "m", "p": "n-1", "s": "n-1"}  # with their ranges
FAMILIES: dict[str, tuple[tuple[str, ...], int, frozenset[str]]] = {  # axes, length of a member, properties
    "y": (("n",), 1, frozenset()), "c": (("n",), 1, frozenset({"positive"})), "t": (("m",), 1, frozenset()),
    "W": (("n", "n"), 1, frozenset()), "S": (("n", "n"), 1, frozenset({"sym"})), "V": (("n", "m"), 1, frozenset()),
    "x": (("n",), 2, frozenset()), "z": (("n",), 2, frozenset()), "u": (("m",), 2, frozenset()),
}
PLAIN = {"w": ("d", 1), "mu": ("d", 1), "A": ("d", "d"), "s": (1, 1)}
FUNCTIONS = {"exp": math.exp, "log": math.log, "tanh": math.tanh, "sin": math.sin, "abs": abs,
             "sigmoid": lambda x: 1 / (1 + math.exp(-x))}


Place = str | int | tuple[str, int]  # i, 2 and i + 1


def index(letter: str) -> Index:
    return Index(letter, subtract(N, 1) if LETTERS[letter] == "n-1" else named(LETTERS[letter]))


def ref(place: Place) -> Ref:
    if isinstance(place, int):
        return Ref(None, place)
    return Ref(index(place)) if isinstance(place, str) else Ref(index(place[0]), place[1])


def position(place: Place, env: dict[str, int]) -> int:
    """Where a place points, counted from 0."""
    if isinstance(place, int):
        return place - 1
    return env[place] if isinstance(place, str) else env[place[0]] + place[1]


def _size(dim: str | int) -> Any:
    return named(dim) if isinstance(dim, str) else dim


def members(name: str) -> Expr:
    axes, length, props = FAMILIES[name]
    return family(name, (1 if length == 1 else D, 1), [Axis(named(axis)) for axis in axes], props)


def stack(name: str) -> Expr:
    """The matrix that holds a family."""
    axes, length, props = FAMILIES[name]
    sizes = [named(axis) for axis in axes] + ([D] if length > 1 else [])
    return al.variable(name.upper() if len(sizes) > 1 else name, (sizes[0], sizes[1] if len(sizes) > 1 else 1), props)


STACKS = {name: stack(name) for name in FAMILIES}


def plain(name: str) -> Expr:
    rows, columns = PLAIN[name]
    return al.variable(name, (_size(rows), _size(columns)))


def draw(seed: int) -> dict[str, Any]:
    """An array for each name."""
    rng = np.random.default_rng(seed)
    found: dict[str, Any] = {}
    for name, (axes, length, props) in FAMILIES.items():
        a = rng.normal(size=[SIZES[axis] for axis in axes] + ([length] if length > 1 else [])) * 0.7
        found[name] = abs(a) + 0.2 if "positive" in props else (a + a.T) / 2 if "sym" in props else a
    for name, shape in PLAIN.items():
        a = rng.normal(size=[SIZES[dim] if isinstance(dim, str) else dim for dim in shape])
        found[name] = a[:, 0] if shape[1] == 1 and shape[0] != 1 else a
    found["s"] = float(found["s"].item())
    return found


def call(name: str, *args: Expr) -> Expr:
    return al.apply(standard().overloads(name)[0], *args)


def build(tree: Tree) -> Expr:
    """The tree through the constructors."""
    kind, *rest = tree
    if kind == "member":
        return at(members(rest[0]), *map(ref, rest[1:]))
    if kind == "plain":
        return plain(rest[0])
    if kind == "num":
        return al.num(rest[0])
    if kind in ("sum", "prod", "max", "min"):
        return over(kind, index(rest[0]), build(rest[1]))
    if kind == "rel":
        return iverson(rest[0], ref(rest[1]), ref(rest[2]))
    if kind == "fn":
        return call(rest[0], build(rest[1]))
    if kind == "pow":
        return al.power(build(rest[0]), al.num(rest[1]))
    args = [build(arg) for arg in rest]
    if kind == "add":
        return al.add(*args)
    if kind == "sub":
        return al.add(args[0], al.negate(args[1]))
    if kind == "dot":
        return al.multiply(al.transpose(args[0]), *args[1:])
    if kind == "outer":
        return al.multiply(args[0], al.transpose(args[1]))
    if kind == "to":
        return al.power(*args)
    assert kind == "mul", kind
    return al.multiply(*args)


def value(tree: Tree, data: dict[str, Any], env: dict[str, int]) -> Any:
    """The tree as loops."""
    kind, *rest = tree
    if kind == "member":
        return data[rest[0]][tuple(position(place, env) for place in rest[1:])]
    if kind == "plain":
        return data[rest[0]]
    if kind == "num":
        return float(rest[0])
    if kind in ("sum", "prod", "max", "min"):
        values = [value(rest[1], data, {**env, rest[0]: i}) for i in range(RANGES[LETTERS[rest[0]]])]
        return {"sum": sum, "prod": math.prod, "max": max, "min": min}[kind](values)
    if kind == "rel":
        a, b = (position(place, env) for place in rest[1:])
        return float({"!=": a != b, "<": a < b, "<=": a <= b, "=": a == b}[rest[0]])
    if kind == "fn":
        return FUNCTIONS[rest[0]](value(rest[1], data, env))
    if kind == "pow":
        return value(rest[0], data, env) ** rest[1]
    if kind == "mul" and any(arg[0] == "rel" and not value(arg, data, env) for arg in rest):
        return np.zeros(SIZES["d"]) if is_vector(tree) else 0.0
    args = [value(arg, data, env) for arg in rest]
    if kind in ("add", "sub"):
        return args[0] - args[1] if kind == "sub" else sum(args[1:], args[0])
    if kind in ("outer", "to"):
        return np.outer(*args) if kind == "outer" else args[0] ** args[1]
    product = args[0]
    for arg in args[1:]:
        product = product @ arg if kind == "dot" else product * arg
    return product


def is_vector(tree: Tree) -> bool:
    """Whether the value is a vector."""
    kind, *rest = tree
    if kind == "member":
        return FAMILIES[rest[0]][1] > 1
    if kind == "plain":
        return rest[0] in ("w", "mu")
    if kind in ("sum", "mul", "add", "sub"):
        return is_vector(rest[-1]) if kind != "mul" else any(map(is_vector, rest))
    return False


def vector(rng: random.Random, scope: list[str], depth: int) -> Tree:
    """A random vector."""
    long = [name for name, (axes, length, _) in FAMILIES.items() if length > 1 and places(axes[0], scope)]
    if depth > 0 and rng.random() < 0.3:
        return rng.choice(("add", "sub")), vector(rng, scope, depth - 1), vector(rng, scope, depth - 1)
    if depth > 0 and rng.random() < 0.15:
        return "mul", scalar(rng, scope, depth - 1), vector(rng, scope, depth - 1)
    if depth > 0 and rng.random() < 0.1:
        return bound(rng, scope, depth - 1, vector)
    if long and rng.random() < 0.8:
        name = rng.choice(long)
        return "member", name, rng.choice(places(FAMILIES[name][0][0], scope))
    return "plain", rng.choice(("w", "mu"))


def places(axis: str, scope: list[str]) -> list[Place]:
    """What may point to a member along an axis."""
    found: list[Place] = [letter for letter in scope if LETTERS[letter] == axis]
    shorter = [letter for letter in scope if LETTERS[letter] == f"{axis}-1"]
    return [*found, *shorter, *((letter, 1) for letter in shorter), *([2] if found and len(scope) > 2 else [])]


def bound(rng: random.Random, scope: list[str], depth: int, body: Any, word: str = "sum") -> Tree:
    """A sum over a letter, which may hide one of the same name."""
    letter = rng.choice(list(LETTERS))
    inner = body(rng, [*(x for x in scope if x != letter), letter], depth)
    twins = [x for x in scope if x != letter and LETTERS[x][0] == LETTERS[letter][0]]
    if twins and rng.random() < 0.3:
        first, second = rng.sample([letter, rng.choice(twins)], 2)
        relation = "rel", rng.choice(("!=", "<", "<=", "=", "!=")), first, rng.choice((second, second, (second, -1)))
        inner = "mul", relation, inner
    return word, letter, inner


def leaf(rng: random.Random, scope: list[str]) -> Tree:
    """A random scalar without operands."""
    choices: list[Tree] = [("num", rng.choice((2, -1, 3))), ("plain", "s")] if rng.random() < 0.2 or not scope else []
    for name, (axes, length, _) in FAMILIES.items():
        fitting = [places(axis, scope) for axis in axes]
        if length == 1 and all(fitting):
            choices += [("member", name, *map(rng.choice, fitting))] * 3
    return rng.choice(choices or [("plain", "s")])


def scalar(rng: random.Random, scope: list[str], depth: int) -> Tree:
    """A random scalar."""
    if depth <= 0:
        return leaf(rng, scope)
    kind = rng.choice(("add", "sub", "mul", "mul", "sum", "sum", "sum", "fn", "pow", "dot", "dot", "leaf", "safe",
                       "prod"))
    if kind in ("add", "sub", "mul"):
        return kind, scalar(rng, scope, depth - 1), scalar(rng, scope, depth - 1)
    if kind == "sum":
        return bound(rng, scope, depth - 1, scalar)
    if kind == "prod":
        return bound(rng, scope, 1, leaf_at, rng.choice(("prod", "max", "min")))
    if kind == "fn":
        return "fn", rng.choice(("tanh", "sin", "sigmoid", "abs")), scalar(rng, scope, depth - 1)
    if kind == "pow":
        return "pow", scalar(rng, scope, depth - 1), rng.choice((2, 2, 3))
    if kind == "safe" and rng.random() < 0.3:
        base = "add", ("num", 1), ("pow", leaf(rng, scope), 2)
        return "to", base, leaf(rng, scope)
    if kind == "safe":
        body = "add", ("num", 1), ("pow", scalar(rng, scope, depth - 1), 2)
        return rng.choice((("pow", body, -1), ("fn", "log", body)))
    if kind == "dot":
        middle = [("plain", "A")] if rng.random() < 0.2 else []
        return "dot", vector(rng, scope, depth - 1), *middle, vector(rng, scope, depth - 1)
    return leaf(rng, scope)


def leaf_at(rng: random.Random, scope: list[str], depth: int) -> Tree:
    """A leaf, or a function of one."""
    if rng.random() < 0.3:
        return "mul", ("fn", "exp", leaf(rng, scope)), leaf(rng, scope), ("plain", "s")
    return leaf(rng, scope) if depth == 0 else ("fn", "tanh", leaf(rng, scope))
