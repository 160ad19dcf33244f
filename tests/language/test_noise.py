"""What a page leaves in a formula changes nothing: invisible characters, other spaces, dashes and quotes, dollars."""

from collections.abc import Callable
from functools import cache

import pytest

from matcalc.core.expr import Expr
from matcalc.diagnostics import InputError
from tests.language.reading import read
from tests.language.test_groups import GROUPS

PLAIN = [(head, text) for head, _, *spellings in GROUPS for text in spellings
         if text and "where" not in text and ":=" not in text]
EVERY = 4  # each kind of noise meets another quarter of the spellings
NOISE: dict[str, Callable[[str], str]] = {
    "a byte order mark": lambda t: f"\ufeff{t}",
    "line ends": lambda t: f"\r\n{t}\r\n",
    "no-break spaces": lambda t: t.replace(" ", "\u00a0"),
    "thin spaces": lambda t: t.replace(" ", "\u2009"),
    "lines for spaces": lambda t: t.replace(" ", "\n"),
    "minus signs": lambda t: t.replace("-", "\u2212"),
    "word joiners": "\u2060".join,
    "a soft hyphen": lambda t: f"{t[:len(t) // 2]}\u00ad{t[len(t) // 2:]}",
    "zero-width spaces": "\u200b".join,
    "full width": lambda t: t if "\\" in t else "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c
                                                        for c in t),
    "dollars": lambda t: f"${t}$",
    "a comma": lambda t: t if t[-1] in ".," else f"{t} ,",
    "backticks": lambda t: t if "$" in t else f"`{t}`",
}


@pytest.mark.parametrize(("place", "name"), list(enumerate(NOISE)))
def test_noise_changes_nothing(place: int, name: str) -> None:
    some = PLAIN[place % EVERY::EVERY]
    differ = [noisy for head, text in some if (noisy := NOISE[name](text)) != text and not _same(head, text, noisy)]
    assert differ == []


def _same(head: str, text: str, noisy: str) -> bool:
    dialect = "numpy" if head.startswith("numpy:") else ""
    try:
        return read(noisy, dialect=dialect).expr is _plain(text, dialect)
    except InputError:
        return False


@cache
def _plain(text: str, dialect: str) -> Expr:
    return read(text, dialect=dialect).expr
