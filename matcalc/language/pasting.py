"""What surrounds and clutters a pasted formula, made invisible: dollar signs, a full stop, spaces, quoted arguments.

Every replacement keeps the length of the text, so that spans still count characters of the original.
"""

from __future__ import annotations

import re

from matcalc.language.characters import NORM_WORDS, SEPARATOR

_DOLLARS = r"^[\s$]*\$|\$[\s$.,;]*$"
_BLANKS = f"[\\s{SEPARATOR}]*$"
_END = r"(?<![0-9.])[.,]" + _BLANKS
_SEMICOLON = ";" + _BLANKS
_QUOTED = re.compile(r"""(\s*)(['"“])(.*)(['"”])(\s*)""", re.DOTALL)
_NORM_WORD = rf",\s*(?:(?:ord|p)\s*=\s*)?{SEPARATOR}*" \
    r"(?P<quote>['\"])?(?P<word>fro|nuc|[iI]nf|∞)(?(quote)(?P=quote))(?=\s*\))"
_NORM_KEY = r"(?<=,)\s*(?:ord|p)\s*=\s*(?=[0-9])"
_SUBSCRIPT = r"\s+(?=_)|(?<=_)\s+"
_SIGNS = {word: sign for sign, word in NORM_WORDS.items()} | {"∞": "\ue004"}


def blank(match: re.Match[str]) -> str:
    """As many invisible characters as were matched."""
    return SEPARATOR * len(match[0])


def tidy(text: str, latex: bool) -> str:
    """`text` without what a formula brings along from the page it stood on."""
    text = _unquoted(text)
    if "$" in text:
        text = re.sub(_DOLLARS, blank, text)
    text = re.sub(_END, blank, text)
    if ":=" not in text and "≔" not in text:
        text = re.sub(_SEMICOLON, blank, text)
    if "norm" in text:
        text = re.sub(_NORM_KEY, blank, re.sub(_NORM_WORD, _argument, text))
    return re.sub(_SUBSCRIPT, blank, text) if latex else text


def _unquoted(text: str) -> str:
    """A text within quotes or backticks; no expression starts with one."""
    match = _QUOTED.fullmatch(text)
    return f"{match[1]}{SEPARATOR}{match[3]}{SEPARATOR}{match[5]}" if match else text


def _argument(match: re.Match[str]) -> str:
    """norm(X, 'fro'): a comma and the sign for its word."""
    return "," + _SIGNS[match["word"].lower()] + SEPARATOR * (len(match[0]) - 2)
