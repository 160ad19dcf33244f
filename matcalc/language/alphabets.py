"""One letter in two alphabets: 𝒳 and X, \\mathcal{X} and X. Alone it is the letter; both in one text differ in meaning.

A bold letter beside the plain one is a name of its own, `x_bold`; what is bold is a vector or a matrix. Script, fraktur
and double-struck letters beside plain ones are asked about. Sans-serif is not told apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace as changed

from matcalc.diagnostics import MatcalcError, fail
from matcalc.language.characters import UNSPECIFIED
from matcalc.language.names import Vocabulary, bold_name
from matcalc.language.suggest import replace
from matcalc.language.tokens import Token

_COMMAND = re.compile(r"\\math(?:cal|scr|frak|bb)\s*\{?\s*$")
_NAMES = ("SCRIPT", "FRAKTUR", "DOUBLE-STRUCK", "BLACK-LETTER")
_NEAR = 20  # characters before a letter in which its command stands


def told_apart(texts: list[list[Token]], vocabulary: Vocabulary) -> list[list[Token]]:
    """The tokens of several texts; bold names are called so where the plain ones occur too, or if that is declared."""
    plain = {token.text for tokens in texts for token in tokens if token.kind == "name" and not token.bold}
    told = [_told(tokens, plain, vocabulary) for tokens in texts]
    vocabulary.found.notes[:] = dict.fromkeys(vocabulary.found.notes)
    return told


def _told(tokens: list[Token], plain: set[str], vocabulary: Vocabulary) -> list[Token]:
    told = list(tokens)
    for i, token in enumerate(tokens):
        if token.bold and not (token.text in UNSPECIFIED and tokens[i + 1].is_op("(")):
            own = bold_name(token.text)
            if token.text in plain or own in vocabulary.declared:
                told[i] = changed(token, text=own)
                vocabulary.found.notes.append(f"{token.text} plain and {token.text} bold, {own}, are two names")
            vocabulary.found.kinds[told[i].text] = "matrix" if token.text[0].isupper() else "vector"
    return told


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
    typed = source[token.span.start:token.span.end]
    name = unicodedata.name(typed[:1] or " ", "")
    before = source[max(0, token.span.start - _NEAR):token.span.start]
    wrapped = re.match(r"\\math(?:cal|scr|frak|bb)\b", typed)
    return any(word in name for word in _NAMES) or wrapped is not None or _COMMAND.search(before) is not None
