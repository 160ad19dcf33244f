"""What is found while names are told apart: letters, families with their members, and where they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from matcalc.core.dims import Dim, subtract
from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.characters import ACCENTS
from matcalc.language.inference import Declaration
from matcalc.language.letters import Letter, Member, Place, Relation, apart, split_name
from matcalc.language.reaching import free_letters
from matcalc.language.suggest import replace
from matcalc.language.syntax import Op, Syntax, node, postorder
from matcalc.language.vocabulary import Found, letters
from matcalc.records import NamedTuple

Env = dict[str, Place]
_FLIPPED = {"≥": "≤", ">": "<"}
_STRICT: dict[tuple[str, Dim], str] = {("≤", 1): "<", ("<", -1): "≤"}
_ASCII = {"≤": "<=", "≠": "!="}


class Use(NamedTuple):
    """A member of a family: its places, and where it stands."""

    places: tuple[Place, ...]
    span: Span


class Families:
    """What was found about letters and families so far."""

    def __init__(self, source: str, found: Found, declared: Mapping[str, Declaration]) -> None:
        self.source, self.found, self.declared = source, found, declared
        self.letters: list[Letter] = []
        self.uses: dict[str, list[Use]] = {}
        self.plain: dict[str, Syntax] = {}  # names that are no members
        self.related: list[tuple[Letter, Letter]] = []
        self.dims: set[str] = set()
        self.notes: list[str] = []
        self.used: set[Letter] = set()
        self.pointed: set[Letter] = set()  # the letters at which members stand, which are not only numbers
        self.top: Env = {}
        self.asked: frozenset[str] = frozenset()  # letters of the members that one differentiates by
        self.gathered: dict[str, tuple[Dim | None, ...]] = {}  # vectors whose entries are added, and their sizes
        self.running: set[Letter] = set()  # the letters that occur in the end
        self.free_output: list[Letter] = []  # of an einsum
        self.kinds: dict[str, str] = {}  # of families that a sign makes: masks and labels
        self._free: dict[Syntax, frozenset[str]] = {}

    def free(self, name: str, span: Span) -> Letter:
        """A letter that no sum binds."""
        letter = Letter(name, span, len(self.letters), is_bound=False)
        self.letters.append(letter)
        self.top[name] = Place(letter)
        return letter

    def bound(self, name: str, span: Span, is_typed: bool = True) -> Letter:
        """The letter of a sum."""
        letter = Letter(name, span, len(self.letters), is_typed=is_typed)
        self.letters.append(letter)
        return letter

    def seen(self, root: Syntax) -> None:
        """Note down what occurs in the end, when everything is resolved."""
        self.uses, self.plain = {}, {}
        self.running = {letter for letter in self.letters if not letter.is_bound}
        for s in postorder(root):
            if s.op is Op.NAME and isinstance(s.data, Member):
                self.uses.setdefault(str(s.data), []).append(Use(s.data.places, s.span))
            elif s.op is Op.NAME:
                self.plain.setdefault(str(s.data), s)
            elif s.op is Op.OVER:
                self.running.add(s.data[1])
        self.related = [pair for pair in self.related if self.running.issuperset(pair)]

    def fail(self, code: str, message: str, span: Span, *fixes: str) -> MatcalcError:
        """A complaint; fixes are put in the place of `span`."""
        return fail(code, message, self.source, span, fixes=tuple(replace(self.source, span, fix) for fix in fixes))

    def family(self, base: str) -> str:
        """w̃ is wtilde where that is declared."""
        if base.isascii():
            return base
        parts = unicodedata.normalize("NFD", base)
        for word, mark in ACCENTS.items():
            if parts[1:] == mark and any(split_name(d)[0] == parts[0] + word for d in self.declared):
                return parts[0] + word
        return base

    def split(self, name: str) -> tuple[str, tuple[str, ...]]:
        """The base of a name and its labels; the t of μ_k^{(t)} belongs to the base where it is no index, and the 1 of
        x^{(1)} is a label where x^{(i)} is a member."""
        above = re.search(r"\^\{\((\d+)\)\}", name)
        if above is not None and split_name(name.replace(above[0], ""))[0] in self._above():
            base, labels = split_name(name.replace(above[0], ""))
            return base, (above[1], *labels)
        return apart(name, {*self.found.letters, *self.top})

    def _above(self) -> set[str]:
        """The families whose members have their index above."""
        return {split_name(o.base)[0] for o in self.found.bracketed.values() if letters(o.label) & self.found.letters}

    def parted(self, name: str) -> tuple[str, tuple[str, ...]]:
        """The family and the labels of a name."""
        if name in self.uses:
            return name, ()
        base, labels = split_name(name)
        whole = apart(name, ())
        return (self.family(base), labels) if base in self.uses or whole[0] not in self.uses else whole

    def labelled_family(self, base: str, places: list[str]) -> tuple[str, list[str]]:
        """The declared family and the places of a name: e_{y,l} is the member l of e_y, where that is a family."""
        for k in range(1, len(places)):
            name = f"{base}_{''.join(places[:k])}"
            if name in self.declared and len(self.declared[name].axes) == len(places) - k:
                return name, places[k:]
        return base, places

    def is_declared(self, base: str) -> bool:
        """Whether a family of that name is declared."""
        return any(split_name(name)[0] == base for name in self.declared)

    def has_vectors(self, base: str) -> bool:
        """Whether a family is declared as one of vectors or matrices."""
        return any(split_name(name)[0] == base and d.kind in ("vector", "matrix") for name, d in self.declared.items())

    def member(self, base: str, places: tuple[Place, ...], span: Span) -> Syntax:
        """The node for a member, noted down."""
        own = {place.letter for place in places if place.letter is not None}
        self.used |= own
        self.pointed |= own
        self.uses.setdefault(base, []).append(Use(places, span))
        return node(Op.NAME, (), span, Member(base, places))

    def relation(self, sign: str, left: Place, right: Place, span: Span) -> Syntax:
        """The node for a relation between two places."""
        if sign in _FLIPPED:
            sign, left, right = _FLIPPED[sign], right, left
        apart = subtract(left.shift, right.shift)
        if (sign, apart) in _STRICT:  # i + 1 ≤ j as i < j
            sign, left, right = _STRICT[sign, apart], Place(left.letter), Place(right.letter)
        own = [place.letter for place in (left, right) if place.letter is not None]
        self.used |= set(own)
        if len(own) == 2:
            self.related.append((own[0], own[1]))
        return node(Op.RELATION, (), span, Relation(_ASCII.get(sign, sign), left, right))

    def free_letters(self, s: Syntax) -> frozenset[str]:
        """The letters in labels below `s` that no sum there binds."""
        return free_letters(s, self._free)
