"""Random formulas with indices, as trees that print themselves in three spellings and know their value by loops.

Nothing here knows matcalc: a tree is a nested tuple, its value is a recursion over it in which a sum is a Python loop,
and its derivative is that of the same loop at complex numbers, f(x + ih) = f(x) + ihf'(x), which loses no digits.

    ("number", k)  ("member", name, letters)  ("add"|"sub"|"times"|"over", a, b)  ("minus", a)  ("power", a, k)
    ("call", function, a)  ("dot", v, w)  ("square", v)  ("reduce", "sum"|"prod", letters, relation, body)
    vectors: ("member", name, letters)  ("add"|"sub", v, w)  ("scale", a, v)  ("map", name, v)
"""

from __future__ import annotations

import cmath
import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Tree = tuple[Any, ...]
Places = dict[str, int]

SIZES = {"n": 4, "m": 3, "d": 2}
LETTERS = {"n": ("i", "j", "p"), "m": ("k", "l", "r")}
RANGE = {letter: size for size, letters in LETTERS.items() for letter in letters}
SCALARS = {"s": "", "t": "", "y": "n", "a": "n", "z": "m", "A": "nn", "B": "nm"}
VECTORS = {"w": "", "x": "n", "u": "m"}
MAP = "M"
FUNCTIONS: dict[str, Callable[[Any], Any]] = {"sin": cmath.sin, "cos": cmath.cos, "exp": cmath.exp, "tanh": cmath.tanh}
RELATIONS: dict[str, Callable[..., bool]] = {
    "": lambda *_: True, "<": lambda i, j: i < j, "!=": lambda i, j: i != j, ">=": lambda i, j: i >= j}


# Values

def value(tree: Tree, values: Mapping[str, Any], at: Places) -> Any:
    """The number (or the list of numbers of a vector) that the tree denotes where the letters have the places `at`."""
    kind, *parts = tree
    if kind == "number":
        return parts[0]
    if kind == "member":
        member = values[parts[0]]
        for letter in parts[1]:
            member = member[at[letter]]
        return member
    if kind == "reduce":
        return _reduced(tree, values, at)
    if kind == "map":
        v = value(parts[1], values, at)
        return [sum(m * x for m, x in zip(row, v, strict=True)) for row in values[parts[0]]]
    return _calculated(kind, [value(p, values, at) if isinstance(p, tuple) else p for p in parts])


def _calculated(kind: str, parts: list[Any]) -> Any:
    if kind in ("add", "sub"):
        a, b = parts
        sign = 1 if kind == "add" else -1
        return [x + sign * y for x, y in zip(a, b, strict=True)] if isinstance(a, list) else a + sign * b
    if kind == "times":
        return parts[0] * parts[1]
    if kind == "over":
        return parts[0] / parts[1]
    if kind == "minus":
        return -parts[0]
    if kind == "power":
        return parts[0] ** parts[1]
    if kind == "call":
        return FUNCTIONS[parts[0]](parts[1])
    if kind == "scale":
        return [parts[0] * x for x in parts[1]]
    v, w = parts if kind == "dot" else (parts[0], parts[0])
    return sum(x * y for x, y in zip(v, w, strict=True))


def _reduced(tree: Tree, values: Mapping[str, Any], at: Places) -> Any:
    _, word, letters, relation, body = tree
    result: Any = 0 if word == "sum" else 1
    for places in itertools.product(*(range(SIZES[RANGE[letter]]) for letter in letters)):
        inner = at | dict(zip(letters, places, strict=True))
        if related(relation, inner):
            term = value(body, values, inner)
            result = result + term if word == "sum" else result * term
    return result


def related(relation: Tree, at: Places) -> bool:
    sign, *letters = relation or ("",)
    return RELATIONS[sign](*(at[letter] for letter in letters))


def gradient(tree: Tree, values: Mapping[str, Any], name: str) -> Any:
    """The derivative of the loop by all entries of `name`, in the shape of its value."""
    x = np.asarray(values[name], complex)
    found = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        moved = x.copy()
        moved[place] += 1e-30j
        found[place] = np.imag(value(tree, {**values, name: moved.tolist()}, {})) / 1e-30
    return found


def draw(tree: Tree, seed: int) -> dict[str, Any]:
    """Values for the names that occur."""
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(0.2, 1.0, shape(name)).round(3).tolist() for name in sorted(names(tree))}


def shape(name: str) -> tuple[int, ...]:
    if name == MAP:
        return SIZES["d"], SIZES["d"]
    lead = tuple(SIZES[size] for size in (SCALARS | VECTORS)[name])
    return (*lead, SIZES["d"]) if name in VECTORS else lead


def names(tree: Tree) -> set[str]:
    if tree[0] == "member":
        return {tree[1]}
    if tree[0] == "reduce":
        return names(tree[4])
    found = {tree[1]} if tree[0] == "map" else set()
    return found.union(*(names(part) for part in tree[1:] if isinstance(part, tuple)))


def declarations(tree: Tree) -> dict[str, str]:
    """What is declared: x_i: vector(d), A_ij: scalar."""
    found = {}
    for name in sorted(names(tree)):
        sizes = (SCALARS | VECTORS | {MAP: ""})[name]
        letters = "".join(LETTERS[size][sizes[:k].count(size)] for k, size in enumerate(sizes))
        kind = "matrix(d,d)" if name == MAP else "vector(d)" if name in VECTORS else "scalar"
        found[f"{name}_{letters}" if letters else name] = kind
    return found


# Spelling

@dataclass(frozen=True)
class Spelling:
    """How a notation writes the few things a tree has; `{}` are filled by written parts."""

    times: str
    minus: str
    power: str
    over: str
    call: str
    dot: str
    square: str
    left: str
    right: str
    member: Callable[[str, tuple[str, ...]], str]
    reduce: Callable[[str, tuple[str, ...], Tree, bool], str]


_BELOW = dict(zip("ijklprnm<", "ᵢⱼₖₗₚᵣₙₘ<", strict=True))
_ABOVE = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _plain_limits(letters: tuple[str, ...], relation: Tree, bounded: bool, signs: Mapping[str, str]) -> str:
    if relation:
        return "_{" + relation[1] + signs[relation[0]] + relation[2] + "}"
    if len(letters) > 1:
        return "_{" + ",".join(letters) + "}"
    return f"_{{{letters[0]}=1}}^{{{RANGE[letters[0]]}}}" if bounded else f"_{letters[0]}"


def _plain(word: str, letters: tuple[str, ...], relation: Tree, bounded: bool) -> str:
    return word + _plain_limits(letters, relation, bounded, {"<": "<", "!=": "!=", ">=": ">="}) + " "


def _latex(word: str, letters: tuple[str, ...], relation: Tree, bounded: bool) -> str:
    signs = {"<": " < ", "!=": r" \neq ", ">=": r" \geq "}
    return f"\\{word}" + _plain_limits(letters, relation, bounded, signs) + " "


def _unicode(word: str, letters: tuple[str, ...], relation: Tree, bounded: bool) -> str:
    sign = {"sum": "Σ", "prod": "Π"}[word]
    if relation or bounded or len(letters) > 1:
        return sign + _plain_limits(letters, relation, bounded, {"<": "<", "!=": "≠", ">=": "≥"}) + " "
    return sign + _BELOW[letters[0]] + " "


def _member(name: str, letters: tuple[str, ...]) -> str:
    return f"{name}_{''.join(letters)}" if letters else name


def _member_latex(name: str, letters: tuple[str, ...]) -> str:
    return f"{name}_{{{''.join(letters)}}}" if len(letters) > 1 else _member(name, letters)


def _member_unicode(name: str, letters: tuple[str, ...]) -> str:
    return name + "".join(_BELOW[letter] for letter in letters)


SPELLINGS = {
    "plain": Spelling("{}*{}", " - ", "{}^{}", "{}/{}", "{}({})", "{}'*{}", "||{}||^2", "(", ")", _member, _plain),
    "unicode": Spelling("{} {}", " − ", "{}{}", "{}/{}", "{}({})", "{}ᵀ{}", "‖{}‖²", "(", ")",
                        _member_unicode, _unicode),
    "latex": Spelling(r"{} \, {}", " - ", "{}^{{{}}}", r"\frac{{{}}}{{{}}}", r"\{}\left({}\right)", r"{}^\top {}",
                      r"\left\|{}\right\|^2", r"\left(", r"\right)", _member_latex, _latex),
}

SUM, TERM, FACTOR, ATOM = range(4)
_LEVEL = {"add": SUM, "sub": SUM, "minus": SUM, "reduce": TERM, "times": FACTOR, "over": FACTOR, "scale": FACTOR,
          "map": FACTOR, "dot": FACTOR, "power": FACTOR, "square": FACTOR}


def spell(tree: Tree, notation: str, bounded: bool = False, level: int = SUM) -> str:
    """The formula as text; brackets go where a reader could differ, a sum stands alone or last in its term."""
    s = SPELLINGS[notation]
    text = _spelled(tree, s, notation, bounded)
    return s.left + text + s.right if _LEVEL.get(tree[0], ATOM) < level else text


def _spelled(tree: Tree, s: Spelling, notation: str, bounded: bool) -> str:
    def part(k: int, level: int) -> str:
        return spell(tree[k], notation, bounded, level)

    kind = tree[0]
    if kind == "number":
        return str(tree[1])
    if kind == "member":
        return s.member(tree[1], tree[2])
    if kind == "add":
        return f"{part(1, TERM)} + {part(2, TERM)}"
    if kind == "sub":
        return part(1, TERM) + s.minus + part(2, TERM)
    if kind == "minus":
        return s.minus.strip() + part(1, FACTOR)
    if kind == "reduce":
        return s.reduce(tree[1], tree[2], tree[3], bounded) + part(4, TERM)
    return _spelled_product(tree, s, notation, part)


def _spelled_product(tree: Tree, s: Spelling, notation: str, part: Callable[[int, int], str]) -> str:
    kind = tree[0]
    if kind in ("times", "scale"):
        return s.times.format(part(1, ATOM), part(2, ATOM))
    if kind == "over":
        level = SUM if notation == "latex" else ATOM
        return s.over.format(part(1, level), part(2, level))
    if kind == "power":
        exponent = str(tree[2]).translate(_ABOVE) if notation == "unicode" else str(tree[2])
        return s.power.format(part(1, ATOM), exponent)
    if kind == "call":
        return s.call.format(tree[1], part(2, SUM))
    if kind == "map":
        return s.times.format(tree[1], part(2, ATOM))
    if kind == "dot":
        return s.dot.format(part(1, ATOM), part(2, ATOM))
    return s.square.format(part(1, SUM))


# Random trees

class Writer:
    """Random trees that are closed under their sums, each letter of a sum used in its body."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def formula(self, depth: int = 3) -> Tree:
        """A scalar formula with at least one sum."""
        first = self.reduction((), depth)
        if self.rng.random() < 0.6:
            return first
        return (self.rng.choice(["add", "sub"]), first, self.reduction((), depth - 1))

    def reduction(self, bound: tuple[str, ...], depth: int) -> Tree:
        size = self.rng.choice("nm")
        free = [letter for letter in LETTERS[size] if letter not in bound]
        if not free:
            return self.scalar(bound, 0)
        outer = [letter for letter in bound if RANGE[letter] == size]
        style = self.rng.random()
        if style < 0.25 and len(free) > 1:
            letters: tuple[str, ...] = tuple(free[:2])
            relation: Tree = self.rng.choice([(), ("<", *letters), ("!=", *letters)])
        else:
            letters = (self.rng.choice(free),)
            pairs = [(), (self.rng.choice(["!=", ">="]), letters[0], self.rng.choice(outer))] if outer else [()]
            relation = self.rng.choice(pairs)
        word = "prod" if self.rng.random() < 0.08 else "sum"
        return ("reduce", word, letters, relation, self.using(letters, bound + letters, depth - 1))

    def using(self, letters: tuple[str, ...], bound: tuple[str, ...], depth: int) -> Tree:
        """A scalar tree in which all the letters occur."""
        tree = self.touch(letters, bound)
        if depth > 0 and self.rng.random() < 0.7:
            other = self.scalar(bound, depth)
            product = ("times", other, tree) if other[0] == "number" else ("times", tree, other)
            tree = self.rng.choice([product, ("add", tree, other), ("sub", other, tree)])
        style = self.rng.random()
        if style < 0.25:
            return ("power", tree, self.rng.choice([2, 3]))
        if style < 0.45:
            return ("call", self.rng.choice(sorted(FUNCTIONS)), tree)
        return tree

    def touch(self, letters: tuple[str, ...], bound: tuple[str, ...]) -> Tree:
        """A small tree with just these letters, and some that are bound outside."""
        if len(letters) == 2:
            first, second = letters
            if RANGE[first] == "n" and self.rng.random() < 0.4:
                return ("member", "A", letters)
            kind = self.rng.choice(["square", "dot", "times"])
            if kind == "square":
                return ("square", ("sub", self.vector_at(first), self.vector_at(second)))
            at = self.vector_at if kind == "dot" else self.scalar_at
            return (kind, at(first), at(second))
        return self.touch_one(letters[0], bound)

    def touch_one(self, letter: str, bound: tuple[str, ...]) -> Tree:
        kind = self.rng.choice(["scalar", "dot", "square", "quadratic", "entry"])
        x = self.vector_at(letter)
        if kind == "dot":
            return ("dot", x, ("member", "w", ()))
        if kind == "square":
            return ("square", ("sub", x, ("member", "w", ())))
        if kind == "quadratic":
            return ("dot", x, ("map", MAP, x))
        same = [other for other in bound if other != letter]
        if kind == "entry" and same:
            return self.entry(letter, self.rng.choice(same))
        return self.scalar_at(letter)

    def entry(self, i: str, j: str) -> Tree:
        sizes = RANGE[i] + RANGE[j]
        if sizes == "nn":
            return ("member", "A", (i, j))
        if sizes == "mm":
            return ("times", ("member", "z", (i,)), ("member", "z", (j,)))
        return ("member", "B", (i, j) if sizes == "nm" else (j, i))

    def scalar_at(self, letter: str) -> Tree:
        return ("member", self.rng.choice(["y", "a"]) if RANGE[letter] == "n" else "z", (letter,))

    def vector_at(self, letter: str) -> Tree:
        return ("member", "x" if RANGE[letter] == "n" else "u", (letter,))

    def scalar(self, bound: tuple[str, ...], depth: int) -> Tree:
        """Any scalar tree with letters among those that are bound."""
        if depth > 0 and self.rng.random() < 0.5:
            return self.reduction(bound, depth)
        if not bound or self.rng.random() < 0.2:
            return self.rng.choice([("member", "s", ()), ("member", "t", ()), ("number", self.rng.randint(2, 5))])
        tree = self.touch_one(self.rng.choice(bound), bound)
        if self.rng.random() < 0.2:
            return ("over", tree, ("add", ("number", 1), ("power", self.scalar_at(self.rng.choice(bound)), 2)))
        return ("minus", tree) if self.rng.random() < 0.1 else tree


def renamed(tree: Tree, letters: Mapping[str, str]) -> Tree:
    """The tree with every letter replaced: a permutation of the letters of each range keeps the meaning."""
    kind = tree[0]
    if kind == "member":
        return ("member", tree[1], tuple(letters[letter] for letter in tree[2]))
    if kind == "reduce":
        relation = (tree[3][0], *(letters[letter] for letter in tree[3][1:])) if tree[3] else ()
        return ("reduce", tree[1], tuple(letters[letter] for letter in tree[2]), relation, renamed(tree[4], letters))
    return tuple(renamed(part, letters) if isinstance(part, tuple) else part for part in tree)
