"""Names for what a derivation repeats from line to line: Z₁ = X W₁ is said once, and every line becomes shorter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterator, Sequence
from itertools import chain, count

from matcalc.core.expr import ADD, CALL, CHAIN, HAD, MATPOW, POW, Expr, postorder, variables
from matcalc.explanation.trace import Move, Trace
from matcalc.printers.layout import uses_below, views_below
from matcalc.printers.view import Part
from matcalc.printers.where import own_letter

MOST, SHORTEST, COST = 5, 7, 20
_LETTERS = {"scalar": "t", "vector": "z", "matrix": "Z"}


def formulas(moves: Sequence[Move]) -> list[Expr]:
    return [moves[0].before.expr, *(move.after.expr for move in moves)] if moves else []


def names(trace: Trace, moves: Sequence[Move], dialect: str, taken: Collection[str] = ()) -> dict[Expr, str]:
    """Names for parts that several lines have, in the order in which they are defined: the saving decides."""
    shown = formulas(moves)
    reached = [u for e in shown for leaf in postorder(e, varying=True) if (u := trace.opened.get(leaf)) is not None]
    chosen: dict[Expr, str] = {}
    while len(chosen) < MOST:
        best = _best(trace, [*shown, *reached, *chosen], dialect, chosen)
        if best is None:
            break
        chosen[best] = "Z_1"
    used = {*taken, *(x.data.name for e in shown for x in variables(e))}
    return _numbered(sorted(chosen, key=lambda part: part.order), used)


def _best(trace: Trace, roots: Sequence[Expr], dialect: str, chosen: dict[Expr, str]) -> Expr | None:
    """The part whose name saves most characters, what is named already standing for itself."""
    uses: Counter[Expr] = Counter()
    lengths: dict[Expr, int] = {}
    for root in roots:
        _count(root, {part for part in chosen if part is not root}, uses)
    repeated = [part for part, times in uses.items() if times > 2 and part not in chosen]
    for part in sorted(repeated, key=lambda part: -part.weight):
        if part not in lengths:
            lengths |= trace.lengths(part, dialect, chosen)
    savings = {part: (uses[part] - 1) * (lengths[part] - 3) - COST for part in repeated if lengths[part] >= SHORTEST}
    best = max(savings, key=lambda part: (savings[part], *part.order), default=None)
    return best if best is not None and savings[best] > 0 else None


def _count(root: Expr, leaves: Container[Part], uses: Counter[Expr]) -> None:
    """Add how often each part stands in the text of `root`."""
    views = views_below(root, leaves)
    here = uses_below(root, views)
    uses.update({part: n for part, n in here.items() if isinstance(part, Expr) and _nameable(part)})


def _nameable(e: Expr) -> bool:
    return not e.varies and e.kind in (CALL, CHAIN, ADD, MATPOW, HAD, POW)


def _numbered(parts: Sequence[Expr], used: set[str]) -> dict[Expr, str]:
    """Z for the only matrix, Z_1, Z_2, … for several, z for vectors, t for scalars, none of them taken."""
    several = Counter(map(_kind, parts))
    fresh = {kind: _supply(letter, several[kind] > 1, used) for kind, letter in _LETTERS.items()}
    return {part: _free_letter(part, used) or next(fresh[_kind(part)]) for part in parts}


def _free_letter(part: Expr, used: set[str]) -> str:
    """The letter that the rule of a call asks for, while it is free."""
    letter = own_letter(part)
    if letter in used:
        return ""
    used.add(letter)
    return letter


def _supply(letter: str, numbered: bool, used: set[str]) -> Iterator[str]:
    names = chain([] if numbered else [letter], (f"{letter}_{i}" for i in count(1)))
    yield from (name for name in names if name not in used)


def _kind(e: Expr) -> str:
    return "scalar" if e.is_scalar else "vector" if e.shape[1] == 1 else "matrix"
