"""Indices as they are typed: the letter that a sum binds, a place i+1 that a subscript points to, a member of a family,
and how a label is cut into places.

A member is a name like any other, with places: x_i and x_j share the kind and the shape of the family x.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from matcalc.core.dims import Dim
from matcalc.diagnostics import Span
from matcalc.language.bounds import dim_of, linear
from matcalc.language.characters import GREEK_NAMES
from matcalc.records import NamedTuple

SURE = "ijkl"  # letters that are indices in the name of a formula, and behind brackets, without any sum
WHOLE = (":", "*", "∙")  # W_{i:} and W_{i\cdot}: all of that axis
_GREEK = "|".join(sorted(GREEK_NAMES, key=len, reverse=True))
_PARTS = r"(\{(?:[^{}]|\{[^{}]*\})*\}|[A-Za-z0-9]+)"


class Letter:
    """An index that is bound by one sum, or free. `low` and `high` are its limits as typed, None where none is said,
    `least` and `most` those that are places of other indices: the i of j = 0 … i."""

    __slots__ = ("high", "is_bound", "is_typed", "least", "low", "most", "name", "number", "span")

    def __init__(self, name: str, span: Span, number: int, is_bound: bool = True,
                 is_typed: bool = True) -> None:
        self.is_typed = is_typed  # and not of a sum that nobody wrote
        self.name, self.span, self.number, self.is_bound = name, span, number, is_bound
        self.low: Dim | None = None
        self.high: Dim | None = None
        self.least: Place | None = None
        self.most: Place | None = None


class Place(NamedTuple):
    """The value of a letter and a shift; without a letter the shift alone."""

    letter: Letter | None
    shift: Dim = 0

    def moved(self, shift: Dim) -> Place:
        """The place so much further on."""
        return Place(self.letter, self.shift + shift)


class Member(str):
    """The name of a family, with the places of the member that is meant."""

    places: tuple[Place, ...]

    def __new__(cls, name: str, places: tuple[Place, ...]) -> Member:
        """A name with places."""
        made = super().__new__(cls, name)
        made.places = places
        return made

    def __getnewargs__(self) -> tuple[str, tuple[Place, ...]]:  # type: ignore[override]
        """What copies are made of."""
        return str(self), self.places


class Relation(NamedTuple):
    """A sign between two places."""

    sign: str
    left: Place
    right: Place


def split_name(name: str) -> tuple[str, tuple[str, ...]]:
    """The base of a canonical name and its labels, one above first: w_j^{(i)} has i and j. What stands above and is no
    letter in brackets belongs to the base: y^{*} of y_i^{*}; so does what tells a bold letter from the plain one."""
    match = re.match(r"[^_^]+(?:_bold(?![A-Za-z0-9]))?", name)
    base = match[0] if match else name
    rest = name[len(base):]
    labels: list[str] = []
    scripts: list[tuple[str, str]] = re.findall("([_^])" + _PARTS, rest)  # x_{i^2} has nothing above
    for above in (part for sign, part in scripts if sign == "^"):
        inside = re.fullmatch(r"\{\(([^()]*[a-zA-Z][^()]*)\)\}", above)
        if inside:
            labels.append(inside[1])
        else:
            base += f"^{above}"
    below = [part[1:-1] if part[0] == "{" else part for sign, part in scripts if sign == "_"]
    return base, (*labels, *below)


def apart(name: str, known: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """The same where only the `known` letters are bound: another one above, beside others below, is part of the name:
    w^{(l)} of w_jk^{(l)}."""
    base, labels = split_name(name)
    count = len(re.findall(r"\^\{\([^()]*[a-zA-Z][^()]*\)\}", name))
    for label in labels[:count] if len(labels) > count else ():
        if not any(word in known for word in re.findall(r"[^\W\d_]", label)):
            base, labels = f"{base}^{{({label})}}", tuple(x for x in labels if x is not label)
    return base, labels


def pieces(label: str, known: Collection[str]) -> tuple[str, ...]:
    """A label cut at commas and into letters, with the `known` ones of several characters: i,j+1, ij, i1."""
    while label.startswith("(") and label.endswith(")"):
        label = label[1:-1]
    found: list[str] = []
    for part in label.split(","):
        found += [part] if re.search(r"[^A-Za-z0-9'′]", part) and part[:1] not in WHOLE and part[-1:] not in WHOLE \
            else _letters(part, known)
    return tuple(found)


def _letters(part: str, known: Collection[str]) -> Iterator[str]:
    i = 0
    while i < len(part):
        word = next((w for w in sorted(known, key=len, reverse=True) if part.startswith(w, i)), "")
        digits = re.compile(r"\d+").match(part, i)
        piece = word or (digits[0] if digits else part[i])
        while part[i + len(piece):i + len(piece) + 1] in ("'", "′") and part[i + len(piece):]:
            piece += part[i + len(piece)]
        yield piece
        i += len(piece)


def place_of(text: str, env: dict[str, Place]) -> Place | None:
    """The place that i, i+1 or n−1 spells, None where it is none; a name that is no index is a dimension."""
    coefficients = linear(text)
    if coefficients is None:
        return None
    inside = [name for name in coefficients if name in env]
    if not inside:
        return Place(None, dim_of(coefficients))
    if len(inside) > 1 or coefficients[inside[0]] != 1:
        return None
    rest = {name: value for name, value in coefficients.items() if name != inside[0]}
    return env[inside[0]].moved(dim_of(rest))


def only_letters(name: str) -> list[str]:
    """The letters of a label, if it has nothing else."""
    labels = [label.replace(",", "") for label in split_name(name)[1]]
    return [char for label in labels for char in _apart(label)] if all(label.isalpha() for label in labels) else []


def upper_letters(name: str) -> list[str]:
    """The letters of labels above a name without brackets: μ and ν of F^{μν}."""
    labels = [label.replace(",", "") for label in re.findall(r"\^\{?([A-Za-z,]+)\}?", name)]
    return [char for label in labels for char in _apart(label)]


def _apart(label: str) -> list[str]:
    """munu as mu and nu, ij as i and j."""
    words = re.findall(_GREEK, label)
    return words if "".join(words) == label else list(label)
