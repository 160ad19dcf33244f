"""What a chapter takes for granted: declarations, definitions, and which variables vary together.

A name is defined where it stands alone on the left for the first time, or is said with `where`; it holds for the whole
chapter. A variable varies if its tangent or a derivative by it occurs; those whose tangents occur together vary
together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from matcalc.diagnostics import InputError, MatcalcError
from matcalc.language import name_of
from matcalc.language.declarations import parse_declaration
from matcalc.proofreading.chains import DEFINES, EQUALS, Member, Statement
from matcalc.proofreading.expanding import World
from matcalc.proofreading.infinitesimals import NAME, names, signs
from matcalc.proofreading.lexicon import SIGMOIDS, Lexicon
from matcalc.proofreading.properties import in_prose, said_of
from matcalc.records import NamedTuple

_ARGUMENTS = r"(?:\\left\s*)?\((?P<args>[^()]*(?:\([^()]*\)[^()]*)*?)(?:\\right\s*)?\)"
_HEAD = re.compile(rf"(?P<name>{NAME}|[A-Za-z]{{2,}}(?=\s*\())\s*(?:{_ARGUMENTS})?")
_BETWEEN = r"[,;|]|\\mid|\\vert"
_OBJECTIVES = {"f", "L", "J", "ell", "E", "C", "Q"}
ZERO = re.compile(r"\s*(?:0|\\(?:mathbf|boldsymbol|vec)\s*\{?\s*0\s*\}?|𝟎)\s*")


class Definition(NamedTuple):
    """`name(parameters) = …`, by the number of its statement."""

    statement: int
    name: str
    parameters: tuple[str, ...]
    right: Member


class Premises:
    """The statements of a chapter with all that they say of each other."""

    def __init__(self, lexicon: Lexicon, statements: Sequence[Statement], prose: str) -> None:
        self.lexicon, self.statements = lexicon, statements
        self.declaring: set[int] = set()
        self.failed: dict[int, MatcalcError] = {}
        self._declare(prose)
        self.definitions = {d.statement: d for d in self._heads()}
        lexicon.heads |= {d.name for d in self.definitions.values()}
        self.together = [self._moved(s) for s in statements]
        self._define()

    def _declare(self, prose: str) -> None:
        for i, statement in enumerate(self.statements):
            said = said_of(statement)
            for name, kind in said:
                self._say(name, kind)
            if said:
                self.declaring.add(i)
        for name, kind in in_prose(prose):
            self._say(name, kind)

    def _say(self, name: str, kind: str) -> None:
        before = self.lexicon.declared.get(name, "")
        both = before if kind in before.split() else f"{before} {kind}".strip()
        for said in (both, kind):
            try:
                parse_declaration(name, said)
            except MatcalcError:
                continue
            self.lexicon.declared[name] = said
            return

    def _heads(self) -> Iterator[Definition]:
        """The definitions: a name alone on the left for the first time, and no conclusion from a condition."""
        seen: set[str] = set()
        waiting = False
        for i, s in enumerate(self.statements):
            waiting |= _is_stationary(s, self.lexicon)
            head = _HEAD.fullmatch(s.members[0].text.strip())
            if head is None or i in self.declaring or s.members[1].relation not in (EQUALS, DEFINES):
                continue
            try:
                name = name_of(head["name"])
            except MatcalcError:
                continue
            is_concluded = waiting and s.opening != "where" and s.members[1].relation != DEFINES
            if (self.lexicon.sigmoids and name in SIGMOIDS) or name in seen or (is_concluded and head["args"] is None):
                continue
            if self.lexicon.is_function(head["name"]) or self.lexicon.uses(s.members[1].text, name):
                continue
            args = tuple(names_in(head["args"] or ""))
            if head["args"] is not None and len(args) != len(re.split(_BETWEEN, head["args"])):
                continue
            seen.add(name)
            yield Definition(i, name, args, s.members[1])

    def _moved(self, s: Statement) -> set[str]:
        """The names whose tangents occur in a statement, or by which it differentiates."""
        found: set[str] = set()
        for member in s.members:
            found |= set(self.tangents(member.text))
        return found

    def tangents(self, text: str) -> Iterator[str]:
        """The names whose tangents occur in a formula, or by which it differentiates."""
        for sign in signs(text, self.lexicon.words):
            if sign.kind == "tangent":
                yield from names_in(sign.of)
            elif sign.kind == "derivative":
                yield from (name for x in sign.by for name in names_in(x))
                if not sign.by:
                    yield from names_in(sign.arguments)
            elif sign.kind == "differential":
                yield from self.tangents(sign.of)

    def _define(self) -> None:
        """Enter the definitions that need no derivative, those first on which others rest."""
        plain = [d for d in self.definitions.values() if not any(
            s.kind != "value" for s in signs(d.right.text, self.lexicon.words))]
        scalars = self._scalars()
        for d in self._ordered(plain):
            try:
                text = self.lexicon.shadow(d.right.text)
                read = self.lexicon.learn([text], d.name in scalars)
                if read is None:
                    self._learn_together(plain)
                self.lexicon.define(d.name, self.lexicon.meaning(d.right.text), d.parameters)
            except MatcalcError as error:
                self.failed[d.statement] = error

    def _scalars(self) -> set[str]:
        """The names of what is differentiated as a scalar."""
        found = set(_OBJECTIVES)
        for s in self.statements:
            for member in s.members:
                found |= {name for sign in signs(member.text, self.lexicon.words) if sign.kind == "derivative"
                          and sign.is_nabla for name in names_in(sign.of)}
        return found

    def _ordered(self, plain: list[Definition]) -> list[Definition]:
        rest, done = list(plain), list[Definition]()
        while rest:
            names = {d.name: d for d in rest}
            free = [d for d in rest if not any(name != d.name and self.lexicon.uses(d.right.text, name)
                                               for name in names)] or rest[:1]
            done += free
            rest = [d for d in rest if d not in free]
        return done

    def _learn_together(self, plain: list[Definition]) -> None:
        """Find the shapes from all definitions at once, where one by one they contradict each other."""
        texts = [(d.name, self.lexicon.shadow(d.right.text)) for d in plain]
        whole = " + ".join(f"tr((({n}) - ({t}))'*(({n}) - ({t})))" for n, t in texts)
        before, self.lexicon.found = self.lexicon.found, {}
        try:
            self.lexicon.learn_exactly(whole, scalar=True)
        except InputError:
            self.lexicon.found = before

    @property
    def moving(self) -> set[str]:
        """The variables that vary somewhere in the chapter."""
        names = {name for group in self.together for name in group}
        return {name for name in names if not self.is_defined(name)}

    def is_defined(self, name: str) -> bool:
        """Whether a name stands for something else."""
        entry = self.lexicon.entries.get(name)
        return entry is not None and entry.is_defined

    def names_of(self, member: Member) -> Iterator[str]:
        """The names that are typed in a member."""
        for typed in names(member.text, self.lexicon.words):
            yield from names_in(typed)

    def unread(self, *typed: str) -> str:
        """How one of some names was typed, or one in what they stand for, whose definition was not read; '' if none."""
        bodies = {d.name: d for d in self.definitions.values()}
        waiting, seen = list(typed), set[str]()
        while waiting:
            name = waiting.pop()
            d = None if name in seen else bodies.get(name)
            seen.add(name)
            if d is not None and d.statement in self.failed and not self.is_defined(name):
                return self.statements[d.statement].members[0].text.strip()
            waiting += self.names_of(d.right) if d is not None else ()
        return ""

    def world(self, tangents: set[str]) -> World:
        """What varies in a link in which these tangents occur."""
        all_, bases, cut = self.moving, set[str](), set[str]()
        plain = World(self.lexicon)
        for name in tangents:
            if self.is_defined(name):
                below = {x for x in plain.below(self.lexicon.entry(name).leaf) if x in all_}
                bases |= below
                cut |= set() if below else {name}
            else:
                bases |= self._with(name)
        return replace(plain, moving=frozenset(bases if tangents else all_), cut=frozenset(cut))

    def _with(self, name: str) -> set[str]:
        """The variables that vary together with one."""
        found = {name}
        for _ in self.together:
            more = {x for group in self.together if group & found for x in group if not self.is_defined(x)}
            if more <= found:
                break
            found |= more
        return found


def _is_stationary(s: Statement, lexicon: Lexicon) -> bool:
    """Whether a gradient or a differential is set to zero."""
    return len(s.members) > 1 and ZERO.fullmatch(s.members[-1].text) is not None and any(
        sign.kind != "value" for m in s.members for sign in signs(m.text, lexicon.words))


def names_in(text: str) -> list[str]:
    """The names in a list of them; what is no name is left out."""
    found = []
    for part in re.split(_BETWEEN, text):
        try:
            found.append(name_of(part))
        except MatcalcError:
            continue
    return found
