r"""How wide a formula is when TeX has set it, in points at 10 pt: what tells where a line of a document must break.

The widths of letters and signs are those of Computer Modern (`tex_widths.txt`), the gaps between atoms those of The
TeXbook, chapter 18: none around an ordinary atom, thin ones around an operator, medium ones around a binary sign, thick
ones around a relation, and only the thin ones in scripts. Delimiters that grow are taken at the size they have around a
fraction. It is an estimate, right to some points a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from matcalc.language.characters import GLYPHS
from matcalc.records import NamedTuple

DISPLAY, TEXT, SCRIPT = range(3)  # styles: in a fraction each is followed by the next, indices are scripts
_SCALES = (1.0, 1.0, 0.8)  # what is left of the width of a letter: the 7 pt of a script are cut wider
_THIN, _MEDIUM, _THICK, _SPACE = 1.67, 2.22, 2.78, 3.33
_GREEK = 5.8  # a letter of the Greek alphabet, in the mean
_UPRIGHT = ("mathrm", "text", "textrm", "mathsf", "mathtt", "operatorname", "operatorname*")
_WIDER = {"mathbf": 1.15, "boldsymbol": 1.15, "mathbb": 1.0, "mathcal": 1.1, "mathit": 1.0, "mathfrak": 1.0}
_ACCENTS = ("hat", "bar", "tilde", "dot", "ddot", "vec", "check", "breve", "acute", "grave", "widehat", "widetilde",
            "overline", "mathring")
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)


class Atom(NamedTuple):
    """A part of a formula: how wide it is, and its class for the gaps around it (ord, op, large, bin, rel, open …)."""

    width: float
    kind: str


def width(text: str) -> float:
    """How wide a formula is on a line of its own, in points: width("x + y") is 23.2."""
    return _set(iter(_TOKEN.findall(text)), DISPLAY, "")


@cache
def _table() -> dict[str, dict[str, Atom]]:
    """The metrics: letters in italic, upright ones, and signs with the commands among them."""
    found: dict[str, dict[str, Atom]] = {"italic": {}, "upright": {}, "signs": {}}
    for row in (Path(__file__).parent / "tex_widths.txt").read_text(encoding="utf-8").splitlines():
        if not row.startswith("#"):
            kind, sign, wide = row.split()
            found.get(kind, found["signs"])[sign] = Atom(float(wide), kind if kind not in found else "ord")
    return found


def _set(tokens: Iterator[str], style: int, end: str) -> float:
    """The width of what stands before `end`."""
    atoms: list[Atom] = []
    scripts = {"^": 0.0, "_": 0.0}
    for token in tokens:
        if token == end:
            break
        if token in scripts:
            scripts[token] = max(scripts[token], _argument(tokens, SCRIPT))
            continue
        _attach(atoms, scripts)
        atoms.extend(_atom(token, tokens, style))
    _attach(atoms, scripts)
    return sum(atom.width for atom in atoms) + (_gaps(atoms) if style < SCRIPT else _thin(atoms))


def _attach(atoms: list[Atom], scripts: dict[str, float]) -> None:
    """Scripts stand above each other beside the atom before them, the limits of a large sign above and below it."""
    raised = max(scripts.values())
    if raised and atoms:
        wide, kind = atoms.pop()
        atoms.append(Atom(max(wide, raised) if kind == "large" else wide + raised + 0.5, kind))
    scripts.update(dict.fromkeys(scripts, 0.0))


def _gaps(atoms: list[Atom]) -> float:
    """What stands between atoms: a sign with nothing to join on its left, or on its right, is an ordinary atom."""
    kinds = [atom.kind for atom in atoms]
    joins = [kind == "bin" and 0 < i < len(kinds) - 1 and kinds[i - 1] not in ("bin", "rel", "open", "punct")
             for i, kind in enumerate(kinds)]
    return (2 * _MEDIUM * sum(joins) + 2 * _THICK * kinds.count("rel") + _THIN * kinds.count("punct") + _thin(atoms))


def _thin(atoms: list[Atom]) -> float:
    """The gaps beside operators."""
    kinds = ["large" if atom.kind == "op" else atom.kind for atom in atoms]
    return _THIN * sum("large" in pair and pair[0] in ("large", "ord", "close") and pair[1] in ("large", "ord")
                       for pair in pairwise(kinds))


def _argument(tokens: Iterator[str], style: int) -> float:
    """The width of the next group, or of the next token."""
    for token in tokens:
        if token == "{":
            return _set(tokens, style, "}")
        if not token.isspace():
            return sum(atom.width for atom in _atom(token, tokens, style))
    return 0.0


def _words(tokens: Iterator[str]) -> float:
    """The width of a group that is set upright, with its spaces; formulas in it stand between dollars."""
    total, letters = 0.0, _table()["upright"]
    for token in tokens:
        if token == "}":
            break
        if token == "$":
            total += _set(tokens, TEXT, "$")
        elif token != "{":
            total += _SPACE if token.isspace() else letters[token].width if token in letters else 5.0
    return total


def _atom(token: str, tokens: Iterator[str], style: int) -> Iterator[Atom]:
    """What starts with `token`, which may leave no trace."""
    table = _table()
    known = table["signs"].get(token) or table["italic"].get(token)
    if known is not None:
        yield Atom(known.width * _SCALES[style], known.kind)
    elif token == "{":
        yield Atom(_set(tokens, style, "}"), "ord")
    elif token in (r"\left", r"\right"):
        delimiter = next((t for t in tokens if not t.isspace()), ".")
        wide = 0.0 if delimiter == "." else 5.56 if "ert" in delimiter or delimiter == r"\|" else 5.97
        yield Atom(wide * _SCALES[style], "open" if token == r"\left" else "close")
    elif token[0] == "\\":
        yield from _command(token[1:], tokens, style)
    elif not token.isspace() and token not in "&~":
        yield Atom(5.0 * _SCALES[style], "ord")


def _command(word: str, tokens: Iterator[str], style: int) -> Iterator[Atom]:
    if word in ("frac", "dfrac", "tfrac"):
        inner = TEXT if word == "dfrac" or (style, word) == (DISPLAY, "frac") else SCRIPT
        yield Atom(max(_argument(tokens, inner), _argument(tokens, inner)) + 2.4, "ord")
    elif word == "sqrt":
        yield Atom(_argument(tokens, style) + 8.4 * _SCALES[style], "ord")
    elif word in _UPRIGHT:
        next((t for t in tokens if t == "{"), None)
        yield Atom(_words(tokens) * _SCALES[style], "op" if word.startswith("operator") else "ord")
    elif word in _WIDER or word in _ACCENTS:
        yield Atom(_argument(tokens, style) * _WIDER.get(word, 1.0), "ord")
    elif word == "begin":
        yield _environment(tokens, style)
    elif word.lower() in GLYPHS or not word.isalpha():
        yield Atom(_GREEK * _SCALES[style], "ord")
    elif word != "displaystyle":  # a function that is set upright
        yield Atom(sum(_table()["upright"][c].width for c in word) * _SCALES[style], "op")


def _environment(tokens: Iterator[str], style: int) -> Atom:
    r"""A matrix or cases: \begin{bmatrix} … & … \\ … \end{bmatrix}."""
    name = "".join(iter(lambda: next(tokens, "}"), "}")).strip("{")
    body, depth = [], 0
    for token in tokens:
        depth += (token == r"\begin") - (token == r"\end")
        if depth < 0:
            break
        body.append(token)
    next((t for t in tokens if t == "}"), None)
    rows = [[_set(iter(_TOKEN.findall(cell)), TEXT, "") for cell in row.split("&")]
            for row in "".join(body).split(r"\\")]
    columns = max(map(len, rows))
    wide = sum(max(row[k] for row in rows if k < len(row)) for k in range(columns))
    return Atom((wide + 10.0 * (columns - 1) + (0.0 if name == "aligned" else 14.0)) * _SCALES[style], "ord")
