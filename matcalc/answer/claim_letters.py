"""Which letters of a claim are its indices: those of the derivative by name, or others in the order of the alphabet.

No relation below a sum binds a letter of the derivative: k is free in Σ_{i≠k} (x_i − x_k). Where nobody typed a letter
for the member, a claim may have its own: Σ_{i≠p} (x_i − x_p), of which the last letter of a relation is the free one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

from matcalc.core.dims import format_dim
from matcalc.core.indices import Index
from matcalc.language.bounds import Limits, below, split_letters
from matcalc.language.letters import pieces, split_name
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.options import Asked

_MOST = 3  # letters that are tried in another order


class Wanted(NamedTuple):
    """The indices that a claim may depend on, those of its rows and of its columns, what letters stand for them where
    its left side says so, and which letters nobody typed."""

    rows: tuple[Index, ...] = ()
    columns: tuple[Index, ...] = ()
    stated: Mapping[str, Index] = {}
    chosen: frozenset[str] = frozenset()
    kind: Asked = "gradient"

    @property
    def axes(self) -> tuple[Index, ...]:
        """All of them in order."""
        return *self.rows, *self.columns

    @property
    def known(self) -> dict[str, Index]:
        """The indices by the letters that stand for them."""
        said = {*self.stated.values()}
        return {index.name: index for index in self.axes if index not in said} | dict(self.stated)


class Open(NamedTuple):
    """The letters of a claim that nothing binds, and those that only relations below its sums may bind, the last ones
    of a relation first."""

    free: tuple[str, ...]
    related: tuple[str, ...]


def open_letters(root: Syntax, families: Mapping[str, object], usual: frozenset[str]) -> Open:
    """The letters of the `families` and relations below `root` that nothing binds there, and `usual` ones alone."""
    found: dict[Syntax, frozenset[str]] = {}
    related: dict[str, int] = {}
    for s in postorder(root):
        letters = frozenset[str]().union(*(found[arg] for arg in s.args))
        if s.op is Op.NAME:
            letters = frozenset({str(s.data)} & usual) or _of_label(str(s.data), families)
        elif s.op is Op.RELATION and isinstance(s.data, str):
            letters = frozenset(re.findall(r"(?<![^\W_])[^\W\d_](?![^\W_])", s.data))
        elif s.op is Op.OVER and isinstance(s.data, Limits):
            bound, chained = _bound(s.data)
            related |= chained
            letters = (letters | chained.keys()) - bound
        found[s] = letters
    free = found[root]
    return Open(tuple(sorted(free - related.keys())),
                tuple(sorted(free & related.keys(), key=lambda letter: (related[letter], letter))))


def _of_label(name: str, families: Mapping[str, object]) -> frozenset[str]:
    base, labels = split_name(name)
    if name in families or (base not in families and base != "delta"):
        return frozenset()
    cut = (piece for label in labels for piece in pieces(label, ()))
    return frozenset(letter for piece in cut for letter in re.findall(r"[^\W\d_]", piece))


def _bound(limits: Limits) -> tuple[frozenset[str], dict[str, int]]:
    """The letters that a sum binds for sure, and those of its relations: 0 for the last one, 1 for others."""
    parts = below(limits.below)
    if parts is None:
        return frozenset(), {}
    bound = {*parts.alone, *(letter for letters, _ in parts.sets for letter in letters)}
    chained: dict[str, int] = {}
    for chain in parts.chains:
        operands = [letter for operand in chain.operands for letter in split_letters(operand.strip("+-0123456789"))]
        if chain.signs[0] == "=":
            bound |= {*operands[:1]}
            continue
        turned = ">" in limits.below or "≥" in limits.below or "\\g" in limits.below
        chained |= dict.fromkeys(operands, 1) | dict.fromkeys(operands[:1] if turned else operands[-1:], 0)
    return frozenset(bound), {letter: k for letter, k in chained.items() if letter not in bound}


def choices(wanted: Wanted, found: Open, taken: Mapping[str, object]) -> Iterator[dict[str, Index]]:
    """What the letters of a claim may stand for, the likeliest first."""
    named = {letter: index for letter, index in wanted.known.items() if letter not in taken}
    stated = {*wanted.stated.values()}
    waiting = [index for index in wanted.axes if index.name in wanted.chosen and index not in stated]
    typed = {letter: index for letter, index in named.items() if index not in waiting}
    free = [letter for letter in found.free if letter not in typed]
    related = [letter for letter in found.related if letter not in typed]
    own = {index.name for index in waiting}
    if own.issuperset(free) and (own.intersection((*free, *related)) or not related):
        yield named
    else:
        yield from (typed | pairs for pairs in _in_order(waiting, free, related))
        yield named


def _in_order(waiting: Sequence[Index], free: list[str], related: list[str]) -> Iterator[dict[str, Index]]:
    missing = len(waiting) - len(free)
    if not waiting or missing < 0 or missing > len(related) or len(waiting) > _MOST:
        return
    letters = sorted([*free, *related[:missing]])
    for order in permutations(letters):
        yield dict(zip(order, waiting, strict=True))


def range_of(index: Index) -> str:
    """The declaration of a letter for this index."""
    if index.low == 1:
        return f"index({format_dim(index.size)})"
    return f"index({format_dim(index.low)}:{format_dim(index.high)})"
