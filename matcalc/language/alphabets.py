"""One letter in two alphabets: 𝒳 and X, \\mathcal{X} and X. Alone it is the letter; both in one text differ in meaning.

Bold and sans-serif are not told apart: who types them changes between them and plain letters from line to line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from matcalc.diagnostics import MatcalcError, fail
from matcalc.language.suggest import replace
from matcalc.language.tokens import Token

_COMMAND = re.compile(r"\\math(?:cal|scr|frak|bb)\s*\{?\s*$")
_NAMES = ("SCRIPT", "FRAKTUR", "DOUBLE-STRUCK", "BLACK-LETTER")
_NEAR = 20  # characters before a letter in which its command stands


def two_alphabets(source: str, tokens: Iterable[Token]) -> MatcalcError | None:
    """The complaint about a name that occurs both plain and in script, fraktur or double-struck."""
    seen: dict[str, bool] = {}
    for token in tokens:
        if token.kind == "name" and seen.setdefault(token.text, _fancy(source, token)) != _fancy(source, token):
            other = token.text + "_s"
            fixes = (replace(source, token.span, other),) if not _fancy(source, token) else ()
            return fail("M0221", f"{token.text} in two alphabets: one variable or two?", source, token.span,
                        fixes=fixes)
    return None


def _fancy(source: str, token: Token) -> bool:
    name = unicodedata.name(source[token.span.start], "")
    before = source[max(0, token.span.start - _NEAR):token.span.start]
    return any(word in name for word in _NAMES) or _COMMAND.search(before) is not None
