"""Gram words: M'M and M'SM, recognised by factors that mirror each other; the squares of norms are the scalar ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matcalc.algebra import flip
from matcalc.core.expr import CHAIN, TRACE, Expr

LONGEST = 16  # a longer trace is not searched for the rotation that makes it a square


class Gram(NamedTuple):
    """The factors of M, and S, which is None where it is the identity."""

    half: tuple[Expr, ...]
    middle: Expr | None


def grams(e: Expr) -> Iterator[Gram]:
    """Every way to read a square chain as M'SM, or a trace as tr(M'SM) by rotation."""
    if e.kind is CHAIN and e.is_square:
        words = [e.args]
    elif e.kind is TRACE and e.args[0].kind is CHAIN and len(e.args[0].args) <= LONGEST:
        word = e.args[0].args
        words = [(*word[k:], *word[:k]) for k in range(len(word))]
    else:
        words = []
    return (found for found in map(_mirrored, words) if found)


def roots(e: Expr) -> list[tuple[Expr, ...]]:
    """The factors of u, or U, where the scalar `e` is u'u or tr(U'U)."""
    return [gram.half for gram in grams(e) if gram.middle is None] if e.is_scalar else []


def _mirrored(word: Sequence[Expr]) -> Gram | None:
    half = len(word) // 2
    if any(flip.transpose(a) is not b for a, b in zip(word[:half], reversed(word), strict=False)):
        return None
    middle = word[half] if len(word) % 2 else None
    return Gram(tuple(word[len(word) - half:]), middle)
