"""Which letters of a claim are its indices: those of the derivative by name, or others in the order of the alphabet.

No relation below a sum binds a letter of the derivative: k is free in Σ_{i≠k} (x_i − x_k). Where nobody typed a letter
for the member, a claim may have its own: Σ_{i≠p} (x_i − x_p), of which the last letter of a relation is the free one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

from matcalc.core.dims import format_dim
from matcalc.core.indices import Index
from matcalc.language.bounds import Limits, below, is_letter, split_letters
from matcalc.language.einstein import PRODUCTS
from matcalc.language.letters import pieces, split_name
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.options import Asked
from matcalc.records import NamedTuple

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

    @property
    def waiting(self) -> list[Index]:
        """The indices for which nobody typed a letter."""
        stated = {*self.stated.values()}
        return [index for index in self.axes if index.name in self.chosen and index not in stated]


class Open(NamedTuple):
    """The letters of a claim that nothing binds, and those that only relations below its sums may bind, the last ones
    of a relation first."""

    free: tuple[str, ...]
    related: tuple[str, ...]


def open_letters(root: Syntax, families: Mapping[str, object], usual: frozenset[str], einstein: bool = False) -> Open:
    """The letters of the `families` and relations below `root` that nothing binds there, and `usual` ones alone; by
    Einstein's convention a product binds what two of its factors have."""
    found: dict[Syntax, frozenset[str]] = {}
    related: dict[str, int] = {}
    for s in postorder(root):
        letters = frozenset[str]().union(*(found[arg] for arg in s.args))
        if einstein and s.op in PRODUCTS:
            letters -= {letter for letter in letters if sum(letter in found[arg] for arg in s.args) > 1}
        elif s.op is Op.NAME:
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


def labels_of(family: str, root: Syntax) -> list[tuple[str, ...]]:
    """The letters with which members of a family are typed: u and i of R_{ui}."""
    names = [str(s.data) for s in postorder(root) if s.op is Op.NAME]
    cut = (tuple(piece for label in labels for piece in pieces(label, ()))
           for base, labels in map(split_name, names) if base == family)
    return [letters for letters in cut if all(map(is_letter, letters))]


def choices(wanted: Wanted, found: Open, taken: Mapping[str, object],
            typed: Sequence[tuple[str, ...]] = ()) -> Iterator[dict[str, Index]]:
    """What the letters of a claim may stand for, the likeliest first: those of the derivative by name; else those that
    are `typed` at members of the family in their order there; else others in the order of the alphabet."""
    named = {letter: index for letter, index in wanted.known.items() if letter not in taken}
    waiting = wanted.waiting
    fixed = {letter: index for letter, index in named.items() if index not in waiting}
    free = [letter for letter in found.free if letter not in fixed]
    related = [letter for letter in found.related if letter not in fixed]
    own = {index.name for index in waiting}
    label = next((letters for letters in typed if sorted(letters) == sorted(free)), ())
    if label and len(label) == len(waiting):
        yield fixed | dict(zip(label, waiting, strict=True))
    elif own.issuperset(free) and (own.intersection((*free, *related)) or not related):
        yield named
    else:
        yield from (fixed | pairs for pairs in _in_order(waiting, free, related))
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
