"""Random rewrites of random trees that keep the value: another spelling of the same expression."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from tests.random_expressions import Tree, build

Rewrite = Callable[[Tree], Tree | None]
MINUS = ("num", Fraction(-1))


def _commute(t: Tree) -> Tree | None:
    return (t[0], t[2], t[1]) if t[0] in ("add", "had") else None


def _regroup(t: Tree) -> Tree | None:
    if t[0] in ("add", "had", "mul") and t[1][0] == t[0]:
        if t[0] == "mul" and not _are_matrices(t[1], *t[1][1:], t[2]):
            return None
        return (t[0], t[1][1], (t[0], t[1][2], t[2]))
    return None


def _distribute(t: Tree) -> Tree | None:
    if t[0] in ("mul", "had") and t[2][0] in ("add", "sub"):
        return (t[2][0], (t[0], t[1], t[2][1]), (t[0], t[1], t[2][2]))
    if t[0] in ("mul", "had") and t[1][0] in ("add", "sub"):
        return (t[1][0], (t[0], t[1][1], t[2]), (t[0], t[1][2], t[2]))
    return None


def _flip_twice(t: Tree) -> Tree:
    return ("flip", ("flip", t))


def _flip_inside(t: Tree) -> Tree | None:
    if t[0] != "flip" or t[1][0] not in ("mul", "add", "sub", "had"):
        return None
    kind, a, b = t[1]
    return (kind, ("flip", b), ("flip", a)) if kind == "mul" else (kind, ("flip", a), ("flip", b))


def _subtract(t: Tree) -> Tree | None:
    return ("add", t[1], ("mul", MINUS, t[2])) if t[0] == "sub" else None


def _square(t: Tree) -> Tree | None:
    return ("had", t[1], t[1]) if t[0] == "square" else None


def _power(t: Tree) -> Tree | None:
    return ("mul", t[1], t[1]) if t[0] == "power" else None


def _trace(t: Tree) -> Tree | None:
    if t[0] != "trace":
        return None
    rotates = t[1][0] == "mul" and _are_matrices(*t[1][1:])
    return ("trace", ("mul", t[1][2], t[1][1])) if rotates else ("trace", ("flip", t[1]))


def _are_matrices(*trees: Tree) -> bool:
    """Whether none is 1×1: scalars move by other laws."""
    return not any(build(t).is_scalar for t in trees)


def _det(t: Tree) -> Tree | None:
    return ("det", ("flip", t[1])) if t[0] == "det" else None


PLAIN: tuple[Rewrite, ...] = (_commute, _regroup, _flip_twice, _flip_inside, _subtract, _square, _power, _trace, _det)
ALL: tuple[Rewrite, ...] = (*PLAIN, _distribute)


def rewritten(t: Tree, rng: random.Random, rewrites: tuple[Rewrite, ...], rate: float = 0.4) -> Tree:
    """The tree with random rewrites applied at random nodes."""
    if t[0] not in ("leaf", "num", "eye", "ones"):
        t = (t[0], *(rewritten(a, rng, rewrites, rate) for a in t[1:]))
    if rng.random() < rate:
        fitting = [new for rewrite in rewrites if (new := rewrite(t)) is not None]
        return rng.choice(fitting) if fitting else t
    return t
