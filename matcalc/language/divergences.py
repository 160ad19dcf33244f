"""Two arguments with bars between them, as divergences are written: KL(p ‖ q), D_{KL}(p || q).

The block of the function says so, `also = kl_divergence(‖)`. Norms have bars on both sides; those that stand alone in
the bracket of such a function part its arguments.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from matcalc.language.characters import pattern
from matcalc.language.vocabulary import Token, Vocabulary

BARS = "‖"
_OPENING, _CLOSING = "([{⟨", ")]}⟩"
_TYPED_BARS = r"‖|\|\||\\\|"


def has_list(known: Vocabulary, word: str, text: str, end: int) -> bool:
    """Whether `word` is a function and no product of letters, because a list stands in the bracket behind its end."""
    return word in known.aliases and not known.splits_into_declared(word) and _parts(text, text.index("(", end))


def _parts(text: str, start: int) -> bool:
    """Whether a comma, or bars that no others close, stand in the bracket that opens at `start`."""
    depth, bars, i = 0, 0, start
    while i < len(text):
        typed = pattern(_TYPED_BARS).match(text, i)
        depth += (text[i] in _OPENING) - (text[i] in _CLOSING)
        if depth == 0 and i > start:
            break
        if depth == 1 and text[i] == ",":
            return True
        bars += depth == 1 and typed is not None
        i += len(typed[0]) if typed else 1
    return bars == 1


def with_commas(tokens: Sequence[Token], aliases: Container[str]) -> list[Token]:
    """The tokens, with a comma for the bars that stand alone in the bracket of a function whose block says so."""
    found = list(tokens)
    for i in range(len(tokens) - 2, 0, -1):
        if f"{tokens[i - 1].text}({BARS})" in aliases and tokens[i].is_op("("):
            bars = _alone(found, i)
            if bars is not None:
                start, stop = bars
                found[start:stop] = [found[start]._replace(text=",", data=",")]
    return found


def _alone(tokens: Sequence[Token], opening: int) -> tuple[int, int] | None:
    """Where the only bars in a bracket that opens at `opening` start and end, None where there are none or more."""
    depth, bars, i = 0, [], opening
    while i < len(tokens) and (i == opening or depth > 0):
        depth += tokens[i].is_op(*_OPENING) - tokens[i].is_op(*_CLOSING)
        is_pair = tokens[i].is_op("|") and tokens[i + 1].is_op("|") and not tokens[i + 1].space_before
        if depth == 1 and (is_pair or tokens[i].is_op(BARS)):
            bars.append((i, i + 1 + is_pair))
        i += 1 + is_pair
    return bars[0] if len(bars) == 1 and bars[0][0] > opening + 1 else None
