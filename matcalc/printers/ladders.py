"""Ladders: parts of one form inside each other, Zᵢ = σ(Zᵢ₋₁ Wᵢ), as iterations leave them in an expression.

A rung has the form of the next rung below it, with other variables: σ(□ ·). Named one by one, the rungs show the
iteration. The number of a rung is that of its variable W₃ where it has one; else rungs are counted from inside.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator
from itertools import pairwise
from typing import Any

from matcalc.core.expr import CALL, CHAIN, CONST, LEAVES, NUM, VAR, Expr

LETTERS = "zghk"  # upper case for a matrix
LEAST, MOST = 2, 16  # rungs
_DEEP, _LARGE = 3, 60  # levels between two rungs, and nodes and edges of a form
_PARTS = 500  # of an expression that is searched
_PREFERRED = (CHAIN, CALL)  # σ(Z W) rather than Z W, where both climb equally far
Form = tuple[Any, ...]


def longest_ladder(e: Expr, leaves: Collection[Expr]) -> list[Expr]:
    """The rungs below `e` from inside to outside, nothing below `leaves` being seen; [] for too few or too many."""
    steps: dict[tuple[Expr, Form], Expr] = {}
    reach: dict[tuple[Expr, Form], int] = {}
    parts = _below(e, leaves)
    for part in parts if len(parts) <= _PARTS else ():
        for inner in _within(part, leaves):
            form = _form(part, inner, leaves)
            if form and (part, form) not in steps:
                steps[part, form] = inner
                reach[part, form] = 1 + reach.get((inner, form), 0)
    tops = [top for top in reach if top[0] is not e]
    best = max(tops, key=lambda top: (reach[top], _rank(top[0]), top[0].order), default=None)
    if best is None or not LEAST <= reach[best] <= MOST:
        return []
    part, form = best
    rungs = [part]
    while (part := steps[part, form], form) in steps:
        rungs.append(part)
    return rungs[::-1]


def _rank(e: Expr) -> int:
    return _PREFERRED.index(e.kind) if e.kind in _PREFERRED else -1


def _below(e: Expr, leaves: Container[Expr]) -> list[Expr]:
    """The parts that are no leaves, inner ones first."""
    done: dict[Expr, None] = {}
    stack = [e]
    while stack:
        top = stack[-1]
        waiting = [arg for arg in top.args if arg not in done and arg not in leaves and arg.kind not in LEAVES]
        if waiting:
            stack.extend(waiting)
        else:
            done[stack.pop()] = None
    return list(done)


def _within(e: Expr, leaves: Container[Expr]) -> Iterator[Expr]:
    """What stands up to _DEEP levels inside `e`."""
    level = [e]
    for _ in range(_DEEP):
        level = [arg for part in level if (part is e or part not in leaves) and len(part.args) < _LARGE
                 for arg in part.args]
        yield from level


def _form(e: Expr, hole: Expr, leaves: Container[Expr]) -> Form:
    """`e` with a hole in the place of `hole` and other leaves alike; () where it is too large."""
    room = _LARGE

    def written(part: Expr) -> Form:
        nonlocal room
        room -= 1 + len(part.args)
        if part is hole:
            return ("hole",)
        if part in leaves or part.kind in LEAVES - {NUM, CONST}:
            return ("leaf",)
        if room < 0:
            return ()
        name = (part.data.name, part.data.order) if part.kind is CALL else part.data
        return (part.kind, name, *map(written, part.args))

    form = written(e)
    return form if room >= 0 else ()


def names_of(rungs: list[Expr], leaves: Collection[Expr], taken: Collection[str]) -> dict[Expr, str]:
    """Z_1, Z_2, … with a letter that nothing has; none where no letter is left."""
    letters = {name.partition("_")[0] for name in taken}
    wanted = LETTERS if 1 in rungs[-1].shape else LETTERS.upper()
    letter = next((x for x in wanted if x not in letters), "")
    if not letter:
        return {}
    numbers = [_number(rung, inner, leaves) for rung, inner in zip(rungs, [None, *rungs], strict=False)]
    apart = {b - a for a, b in pairwise(numbers) if a is not None and b is not None}
    counted = numbers if None not in numbers and apart in ({1}, {-1}) else list(range(1, len(rungs) + 1))
    return {rung: f"{letter}_{k}" for rung, k in zip(rungs, counted, strict=True)}


def _number(rung: Expr, inner: Expr | None, leaves: Collection[Expr]) -> int | None:
    """The one number that variables of this rung, and not of the rung inside, bear."""
    parts = _below(rung, {*leaves, *([inner] if inner is not None else [])})
    names = {arg.data.name for part in parts for arg in part.args if arg.kind is VAR}
    found = {m[1] for name in names if (m := _INDEX.search(name))}
    return int(found.pop()) if len(found) == 1 else None


_INDEX = re.compile(r"_(\d+)$")
