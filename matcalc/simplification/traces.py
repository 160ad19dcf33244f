"""Traces with a common part as one trace: tr(X X' A) + tr(X X' B) = tr(X X' (A + B)), as a Laplacian is made of a
diagonal and what is beside it.

A trace is a word that may be rotated and transposed. Of all words in it the one is taken out that saves most symbols.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matcalc.algebra import add, eye, multiply, num, trace, transpose
from matcalc.core.expr import ADD, TRACE, Expr
from matcalc.core.parts import chain_factors, number_and_factors
from matcalc.simplification.length import cost

MOST_TERMS = 24
_LONGEST = 8
Word = tuple[Expr, ...]


def joined(e: Expr) -> Expr:
    """A sum with traces that have a common word joined, as long as that makes it shorter."""
    while e.kind is ADD and e.is_scalar and len(e.args) <= MOST_TERMS:
        shorter = min((_without(e, word) for word in _common(e.args)), key=cost, default=e)
        if cost(shorter) >= cost(e):
            break
        e = shorter
    return e


def _common(terms: Sequence[Expr]) -> list[Word]:
    """The words that two terms or more have, each as it first occurs."""
    counts: dict[Word, int] = {}
    for term in terms:
        own: dict[Word, None] = {}
        for word, _ in _cuts(term):
            if _flipped(word) not in own:
                own.setdefault(word)
        for word in own:
            key = word if word in counts else _flipped(word)
            counts[key if key in counts else word] = counts.get(key, 0) + 1
    return [word for word, count in counts.items() if count > 1]


def _cuts(term: Expr) -> Iterator[tuple[Word, Word]]:
    """Every word of the one trace in a term, with the rest of it, read from the end of the word round."""
    traces = [f for f in number_and_factors(term)[1] if f.kind is TRACE]
    word = chain_factors(traces[0].args[0]) if len(traces) == 1 else ()
    if len(word) <= _LONGEST:
        for start in range(len(word)):
            turned = (*word[start:], *word[:start])
            yield from ((turned[:k], turned[k:]) for k in range(1, len(word) + 1))


def _flipped(word: Word) -> Word:
    return tuple(transpose(f) for f in reversed(word))


def _without(e: Expr, word: Word) -> Expr:
    """The sum with the word taken out of every trace that has it."""
    rests: list[Expr] = []
    others: list[Expr] = []
    for term in e.args:
        rest = _rest(term, word)
        (others if rest is None else rests).append(term if rest is None else rest)
    return add(trace(multiply(*word, add(*rests))), *others)


def _rest(term: Expr, word: Word) -> Expr | None:
    """R, where the term is tr(word R)."""
    q, factors = number_and_factors(term)
    scalars = [num(q), *(f for f in factors if f.kind is not TRACE)]
    for candidate, flip in ((word, False), (_flipped(word), True)):
        for found, rest in _cuts(term):
            if found == candidate:
                matrix = multiply(*rest) if rest else eye(word[0].shape[0])
                return multiply(*scalars, transpose(matrix) if flip else matrix)
    return None
