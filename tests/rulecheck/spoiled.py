"""Shipped blocks, spoiled at random as their authors might: lines lost, swapped and cut off, other shapes, names,
functions, templates and words. Each is text for a file of its own, given by its number alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from matcalc.rulebook.book import rules_files

_BLOCK = re.compile(r"^[a-z]+ +[^\W\d]\w* *\(", re.MULTILINE)
_SHAPES = ["[n]", "[n,n]", "[m,n]", "[n,m]", "[2,3]", "[m+1,n]", "[m*n]", "[0,n]", "[1,n]", "scalar", "index",
           "dimension"]
_STRUCTURES = ["", "sym", "spd", "skew", "lower", "pretty", "positive", "orthogonal"]
_WORDS = ["equivariant", "invariant", "symmetric", "lower", "upper", "nonnegative", "positive", "bounded",
          "multiplicative", "invertible", "stable", "folds", "pretty"]
_DOMAINS = ["X positive", "A sym", "X invertible", "det(X) nonzero", "X orthogonal", "X spd; A positive", "X", "Z spd",
            "A and -B without common eigenvalue", "X of full rank", "cos(X) positive", "inv(X - X) positive"]
_TEMPLATES = ["X[0]", "X[9,9]", "np.linalg.inv(X - X)", "np.linalg.solve(X, X)", "1/0", "X.T.T", "X @ X", "np.eye(n)",
              "np.linalg.cholesky(X)", "np.array([1,2,3])", "X > 0", "np.nan", "np.log(-X * X)", "'a'", "np.inf * X",
              "np.block([[X, X]])", "np.einsum('ij,jk', X, X)", "X[m]", "np.zeros((n, n))[n]", "np.sort(X)",
              "np.linalg.eig(X)[1]", "scipy.special.gammaln", "np.linalg.det(X)", "np.tril"]
_SIGNS = ["+", "*", "'", "(", ")", "^", "/", ".*", "-", "[1]", "^-1", "^0.5", ";", ":", "=>", "="]


@cache
def blocks() -> list[str]:
    found = []
    for file in map(Path, rules_files()):
        text = file.read_text(encoding="utf-8")
        starts = [match.start() for match in _BLOCK.finditer(text)]
        found += [text[a:b].rstrip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    return found


@cache
def lines() -> list[str]:
    return [line for block in blocks() for line in block.splitlines()[1:] if re.match(r"  \S", line)]


@cache
def _names() -> list[str]:
    return sorted({word for block in blocks() for word in re.findall(r"[A-Za-z_]\w+", block)})


def spoiled(number: int) -> str:
    """The text of one file: a block with one to three faults."""
    rng = Random(number)
    block = rng.choice(blocks())
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        head, *rest = block.split("\n")
        if rest:
            fault = rng.choice(_FAULTS)
            block = "\n".join([line for line in fault(head, rest, rng) if line.strip()])
    return block + "\n"


Fault = Callable[[str, list[str], Random], list[str]]


def _without(head: str, rest: list[str], rng: Random) -> list[str]:
    rest.pop(rng.randrange(len(rest)))
    return [head, *rest]


def _swapped(head: str, rest: list[str], rng: Random) -> list[str]:
    """Two fields with each other's values."""
    i, j = rng.randrange(len(rest)), rng.randrange(len(rest))
    (a, _, x), (b, _, y) = rest[i].partition("="), rest[j].partition("=")
    rest[i], rest[j] = f"{a}={y}", f"{b}={x}"
    return [head, *rest]


def _cut(head: str, rest: list[str], rng: Random) -> list[str]:
    i = rng.randrange(len(rest))
    rest[i] = rest[i][:rng.randrange(3, max(len(rest[i]), 4))]
    return [head, *rest]


def _foreign(head: str, rest: list[str], rng: Random) -> list[str]:
    """A line of another block."""
    rest.insert(rng.randrange(len(rest) + 1), rng.choice(lines()))
    return [head, *rest]


def _replaced(pattern: str, choices: Callable[[], list[str]]) -> Fault:
    """Every second match in a field is something else."""
    def fault(head: str, rest: list[str], rng: Random) -> list[str]:
        i = rng.randrange(len(rest))
        key, equals, value = rest[i].partition("=")
        new = re.sub(pattern, lambda m: rng.choice([m[0], rng.choice(choices())]), value if equals else key)
        rest[i] = f"{key}={new}" if equals else new
        return [head, *rest]
    return fault


def _in_the_signature(pattern: str, choices: list[str], before: str = "") -> Fault:
    def fault(head: str, rest: list[str], rng: Random) -> list[str]:
        return [re.sub(pattern, lambda m: rng.choice([m[0], m[0] * bool(before) + before + rng.choice(choices)]), head),
                *rest]
    return fault


def _field(key: str, choices: list[str]) -> Fault:
    """One field says something else."""
    def fault(head: str, rest: list[str], rng: Random) -> list[str]:
        others = [line for line in rest if not re.match(rf"  {key}\b", line)]
        return [head, *others, f"  {key} = {rng.choice(choices)}"]
    return fault


def _sign(head: str, rest: list[str], rng: Random) -> list[str]:
    i = rng.randrange(len(rest))
    place = rng.randrange(2, len(rest[i]) + 1)
    rest[i] = rest[i][:place] + rng.choice(_SIGNS) + rest[i][place + rng.choice((0, 1)):]
    return [head, *rest]


def _renamed(head: str, rest: list[str], rng: Random) -> list[str]:
    """A function that nobody knows, in place of one that is shipped."""
    found = re.match(r"\w+ +(\w+)", head)
    name = rf"\b{found[1]}\b" if found else "$^"
    return [re.sub(name, f"fresh_{rng.choice('abc')}", line) for line in (head, *rest)]


_FAULTS: list[Fault] = [
    _without, _swapped, _cut, _foreign, _sign, _renamed,
    _replaced(r"\b[A-Za-z]\b", lambda: ["X", "A", "q", "G", "dX", "n", "m"]), _replaced(r"\b[a-z_]{2,}\b", _names),
    _replaced(r"\d+", lambda: ["0", "-1", "2", "1e9", "7", "0.5"]),
    _in_the_signature(r"\[[a-z,*]*\]|scalar|index|dimension", _SHAPES), _in_the_signature(r"\]", _STRUCTURES, " "),
    _in_the_signature(r"^\w+", ["function", "elementwise", "linear", "constant", "notation"]),
    _in_the_signature(r"[A-Za-z,:>()\[\]-]", [",", "[", "]", ":", "x", "->", "2", ""]),
    _field("numpy", _TEMPLATES), _field("is", _WORDS), _field("domain", _DOMAINS),
]
