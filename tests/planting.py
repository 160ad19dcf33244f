"""Rulebooks with a fault in one block: what does not speak of that block is shared with the shipped rulebook, so that
it is read once for all faults.
"""

from __future__ import annotations

import re
from copy import copy
from functools import cache

from matcalc.core.expr import CALL, postorder
from matcalc.core.function import Function
from matcalc.rulebook.book import CORE, Rulebook, standard
from matcalc.rulebook.read import EXPRESSIONS
from matcalc.session import SESSION
from tests.mutants import Mutant

Place = tuple[str, int]  # a block by its name, and its place among the overloads


@cache
def places() -> list[Place]:
    """Every block."""
    return [(name, i) for name in sorted(standard().names()) for i, _ in enumerate(standard().overloads(name))]


def read_all() -> None:
    """Let the shipped rulebook read every formula, which processes that are forked then need not do."""
    for name, i in places():
        function = standard().overloads(name)[i]
        for field in function.fields:
            if field.partition(".")[0] in EXPRESSIONS:
                function.template(field)
        function.laws()
    SESSION.forget()


@cache
def speaks_of(place: Place) -> frozenset[str]:
    """The words of a block, and the functions that its formulas call without a word, as far as they have been read."""
    function = standard().overloads(place[0])[place[1]]
    words = {word for text in function.fields.values() for word in re.findall(r"\w+", text)}
    read = [*function.reading.expressions.values(), function.reading.differential]
    return frozenset(words | {e.data.name for e in postorder(*filter(None, read)) if e.kind is CALL})


class Bed:
    """The shipped rules around one block. `users` are the blocks that mention it, and those that mention these, the
    nearest first."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.users = _users(place)
        names = {place[0], *(name for name, _ in self.users)}
        self._touched = standard().names() if place[0] in CORE else names  # what the calculus itself writes is anywhere

    def planted(self, mutant: Mutant) -> tuple[Function, Rulebook]:
        """The block with a fault in it, and the rulebook that it is in; of that block nothing has been read."""
        shipped, book = standard(), copy(standard())
        book.__dict__.pop("exactly", None)
        book._functions = {name: found for name, found in shipped._functions.items() if name not in self._touched}
        book._given = {key: made for key, made in shipped._given.items()
                       if key[0] not in self._touched and key[1].form == "unspecified"}
        book._views = dict(shipped._views)
        name, i = self.place
        function = book.overloads(name)[i]
        dict.__setitem__(function.fields, mutant.field, mutant.text)
        return function, book


def _users(place: Place) -> list[Place]:
    known, names, found = {place}, [place[0]], []
    for name in names:
        for other in places():
            if other not in known and name in speaks_of(other):
                known.add(other)
                names.append(other[0])
                found.append(other)
    return found
