"""Formulas in the formats of other programs, translated into the language's own spelling with a map of places.

A format is known by signs that neither the language nor LaTeX has. Each is a reader: what is written side by side as on
a page becomes LaTeX, a program's expression the plain spelling, both with what the format means by its signs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module

from matcalc.diagnostics import InputError, Span, Translated, fail
from matcalc.formats.counted import counted, is_counted
from matcalc.formats.mapped_pieces import Piece, Pieces, joined
from matcalc.formats.repaired import is_flattened, repaired
from matcalc.formats.telltales import SHARED, SIGNS, TITLES
from matcalc.language.characters import pattern
from matcalc.language.declarations import split_declarations
from matcalc.options import NOTATIONS

Reader = Callable[[str, int, int, Mapping[str, str]], Pieces]
_LONGEST = 100_000  # characters; the language says how many are too many
_WHERE = r"(?s)\s+where\s+(?=[^\W\d]\w*(?:\s*,\s*\w+)*\s*(?::|∈|\\in))"


def translated(source: str, dialect: str = "", declared: Mapping[str, str] | None = None) -> str:
    """`source` in the language's own spelling, a Translated, or as it is where it is in no other format.

    `dialect` names the format; what stands behind `where` are declarations in the language. Raises InputError, about
    `source`, where a part has no meaning here or where two formats mean different things by it.
    """
    if (whole := _otherwise(source, dialect, declared or {})) is not None or len(source) > _LONGEST:
        return whole or source
    where = pattern(_WHERE).search(source)
    end = where.start() if where else len(source)
    declared = {**dict(split_declarations(source[where.end():]) if where else ()), **(declared or {})}
    sure = [dialect] if dialect in NOTATIONS else recognised(source[:end], declared)
    names = sure or perhaps(source[:end])
    found: dict[str, Pieces] = {}
    refusals: list[InputError] = []
    for name in names:
        try:
            found[name] = _reader(name)(source, 0, end, declared)
        except InputError as error:
            refusals.append(error)
    if not found:
        if sure:
            raise refusals[0]
        return source
    texts = {name: re.sub(r"\s", "", "".join(piece.text for piece in pieces)) for name, pieces in found.items()}
    if len(set(texts.values())) > 1:
        raise fail("M1402", f"this may be {' or '.join(TITLES[name] for name in found)}, and these do not say the same "
                   "by it", source, Span(0, end), fixes=tuple(f"--dialect {name}" for name in found))
    name = next(iter(found))
    pieces = found[name]
    is_said = bool(pieces) and pieces[-1].text.startswith(" where ")
    behind = [Piece(", " if is_said else " where ", Span(*where.span()))] if where else []
    start = where.end() if where else end
    behind += [Piece(char, Span(start + k, start + k + 1)) for k, char in enumerate(source[start:])]
    asked = dialect in NOTATIONS and name not in recognised(source[:end], declared)
    said = f"read as {TITLES[name]}" if len(found) == 1 else f"read as {' or '.join(TITLES[n] for n in found)}"
    return joined(pieces, behind, source, [said], asked, name == NOTATIONS[0])


def _otherwise(source: str, dialect: str, declared: Mapping[str, str]) -> str | None:
    """LaTeX of which a program has replaced signs, and SymPy's sums, where the rest of the text stays as it is."""
    if dialect not in NOTATIONS and is_flattened(source):
        return joined([], repaired(source, len(source)), source, ["read as LaTeX that went through unicodeit"], False)
    if not dialect and len(source) <= _LONGEST and is_counted(source, declared):
        where = pattern(_WHERE).search(source)
        declared = {**dict(split_declarations(source[where.end():]) if where else ()), **declared}
        said = ["read as a sum of SymPy, which counts entries from 0"]
        return joined([], counted(source, declared), source, said, False)
    return None


def recognised(text: str, declared: Mapping[str, str]) -> list[str]:
    """The formats that have a sign of their own in `text`."""
    found = []
    for name, signs in SIGNS.items():
        matches = pattern(signs).finditer(text)
        if any(match["word"] not in declared if "word" in match.re.groupindex and match["word"] else True
               for match in matches):
            found.append(name)
    return found


def perhaps(text: str) -> list[str]:
    """The formats that share a sign which occurs in `text`."""
    return list(dict.fromkeys(name for signs, names in SHARED.items() if pattern(signs).search(text) for name in names))


_MODULES = {"mathml": "presentation", "typst": "page", "asciimath": "page", "unicodemath": "page"}


def _reader(name: str) -> Reader:
    module = _MODULES.get(name, "infix")
    made: Callable[..., Pieces] = import_module(f"matcalc.formats.{module}").read
    if module == "presentation":
        return lambda source, _start, end, _declared: made(source, end)
    return lambda source, start, end, known: made(name, source, start, end, known)


__all__ = ["Translated", "recognised", "translated"]
