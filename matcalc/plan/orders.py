"""In which order factors that hang together are multiplied, two at a time: the cheapest of all orders for a few, the
cheapest pair first for more, one after the other for very many.

`Pair` multiplies two factors and keeps the letters that are wanted; what a factor costs is part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations
from math import inf

from matcalc.plan.node import Letters
from matcalc.plan.pairs import Factor

Pair = Callable[[Factor, Factor, set[int]], Factor]
APART = 1e9  # what it costs to multiply factors that share no letter, so that it is done last


def exact(factors: Sequence[Factor], out: Letters, pair: Pair, from_left: bool) -> Factor:
    """All orders, by subsets that hang together; of orders that cost the same the one from the left or the right."""
    n = len(factors)
    slack = 1e-9 if from_left else -1e-9
    best: dict[int, Factor] = {1 << k: f for k, f in enumerate(factors)}
    for size in range(2, n + 1):
        for chosen in combinations(range(n), size):
            subset = sum(1 << k for k in chosen)
            wanted = {*out} | {x for k, f in enumerate(factors) if not subset >> k & 1 for x in f.letters}
            found = _cheapest_of(subset, best, wanted, pair, slack)
            if found is not None:
                best[subset] = found
    return best[(1 << n) - 1]


def _cheapest_of(subset: int, best: dict[int, Factor], wanted: set[int], pair: Pair, slack: float) -> Factor | None:
    """The cheapest product of two parts of a subset that share a letter; with some slack the last one of equal ones."""
    found: Factor | None = None
    part = (subset - 1) & subset
    while part:
        rest = subset ^ part
        if part > rest and part in best and rest in best and {*best[part].letters} & {*best[rest].letters}:
            joined = pair(best[part], best[rest], wanted)
            found = joined if found is None or joined.cost <= found.cost + slack else found
        part = (part - 1) & subset
    return found


def greedy(factors: Sequence[Factor], out: Letters, pair: Pair) -> Factor:
    """The cheapest pair first, among those that share a letter where there are any."""
    factors = list(factors)
    while len(factors) > 1:
        best, chosen = inf, (factors[0], (0, 1))
        for i, j in combinations(range(len(factors)), 2):
            wanted = {*out} | {x for k, f in enumerate(factors) if k not in (i, j) for x in f.letters}
            shared = {*factors[i].letters} & {*factors[j].letters}
            joined = pair(factors[i], factors[j], wanted)
            cost = joined.cost - factors[i].cost - factors[j].cost + (0 if shared else APART)
            if cost < best:
                best, chosen = cost, (joined, (i, j))
        factors = [*(f for k, f in enumerate(factors) if k not in chosen[1]), chosen[0]]
    return factors[0]


def in_turn(factors: Sequence[Factor], out: Letters, pair: Pair) -> Factor:
    """Very many factors one after the other, each beside what is multiplied already, so that the work grows with
    their number."""
    left = Counter(x for f in factors for x in f.letters)
    waiting: dict[int, list[Factor]] = {}
    for f in factors:
        for x in f.letters:
            waiting.setdefault(x, []).append(f)
    found = next((f for f in factors if any(x in out for x in f.letters)), factors[0])
    left.subtract(found.letters)
    seen, todo = {id(found)}, [f for x in found.letters for f in waiting[x]]
    while todo:
        f = todo.pop()
        if id(f) not in seen:
            seen.add(id(f))
            left.subtract(f.letters)
            found = pair(found, f, {x for x in (*found.letters, *f.letters) if left[x] > 0 or x in out})
            todo += [g for x in f.letters for g in waiting[x]]
    return found
