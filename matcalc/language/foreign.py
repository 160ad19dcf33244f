"""Formulas in the language of another program, and comments: what cannot be read here, and how to say it.

Asked only when a text was refused; the fix is a translation by replacements, offered where it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matcalc.diagnostics import Diagnostic, InputError, Span
from matcalc.language.numpy_names import PREFIX

DIALECT = "--dialect numpy"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A sign of another language: the pattern that tells it, and the replacements that translate the whole text."""

    name: str
    sign: str
    replacements: tuple[tuple[str, str], ...] = ()


MATHEMATICA = r"(?<=[\w\])])\.(?!(?:T|I|H|mT)\b)(?=[A-Za-z(])"
FOREIGN = (
    Foreign("a comment", r"\s*(?:(?<!\*)%(?!\*%)|#|//)[^\n]*", ((r"\s*;?\s*(?:%|#|//)[^\n]*", ""),)),
    Foreign("NumPy", PREFIX + r"|(?<=[)\]\w])\.[a-z]\w*\("),
    Foreign("R", r"%\*%", (
        (r"%\*%", "@"), (r"(?<![.@])([*/^])", r".\1"), (r"\bt\(", "transpose("), (r"\bsolve\(", "inv("))),
    Foreign("Julia", r"\.(?=[-+])", ((r"\.(?=[-+])", ""),)),
    Foreign("NumPy's matrix class", r"(?<=[\w)])\.I\b", ((r"(?<=[\w)])\.I\b", "^-1"),)),
    Foreign("Mathematica", MATHEMATICA, ((r"(?<=[\w\])])\s*\.\s*(?!(?:T|H|mT)\b)(?=[A-Za-z(])", "·"),)),
)


def foreign(text: str, dialect: str) -> Iterator[InputError]:
    """What `text` may be written in, and what it says here."""
    for language in FOREIGN:
        match = re.search(language.sign, text)
        if match is not None and not (dialect and language.name == "NumPy"):
            yield InputError(Diagnostic("M0220", f"this is {language.name}, which is not read", text,
                                        Span(*match.span()), fixes=(_translated(text, language),)))


def _translated(text: str, language: Foreign) -> str:
    for old, new in language.replacements:
        text = re.sub(old, new, text)
    return text if language.replacements else DIALECT
