"""What a page leaves in a formula changes nothing: invisible characters, other spaces, dashes and quotes, dollars."""

from collections.abc import Callable

import pytest

from matcalc.diagnostics import InputError
from tests.language.reading import meaning, read
from tests.language.test_groups import GROUPS
from tests.samples import some

PLAIN = [(head, text) for head, _, *spellings in GROUPS for text in spellings
         if text and "where" not in text and ":=" not in text]
EVERY = 8  # each kind of noise meets another eighth of the spellings; in the slow run, all others too
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


@pytest.mark.parametrize("turn", some(range(EVERY)))
@pytest.mark.parametrize(("place", "name"), list(enumerate(NOISE)))
def test_noise_changes_nothing(place: int, name: str, turn: int) -> None:
    met = PLAIN[(place + turn) % EVERY::EVERY]
    differ = [noisy for head, text in met if (noisy := NOISE[name](text)) != text and not _same(head, text, noisy)]
    assert differ == []


def _same(head: str, text: str, noisy: str) -> bool:
    dialect = "numpy" if head.startswith("numpy:") else ""
    try:
        return read(noisy, dialect=dialect).expr is meaning(text, dialect)
    except InputError:
        return False
