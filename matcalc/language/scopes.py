"""Which index a letter is: every sum gets letters of its own, and names with a label become members of families.

A label is an index where all of it is bound: by a sum around it, by the name of the formula (p_i = …), or declared.
The definition of p_i is put in for p_j with j in the place of i; what its own sums bind stays theirs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from matcalc.core.dims import Dim, names
from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.binders import relation_parts
from matcalc.language.bounds import Below, Chain, Limits, below, dim_of, is_letter, linear, plain, split_letters
from matcalc.language.inference import Declaration
from matcalc.language.letters import WHOLE, Letter, Member, Place, Relation, pieces, place_of, spelled, split_name
from matcalc.language.reaching import free_letters, reached
from matcalc.language.reader import Parse, run
from matcalc.language.suggest import replace
from matcalc.language.syntax import Op, Syntax, children, node, postorder, within
from matcalc.language.vocabulary import Found, name_of

Env = dict[str, Place]
DELTA = "delta"
_RANGE = r"\[(\w+)\]|\(?(\d+)(?:,\d+)*(?:,?…,?|:)(\w+)\)?"
_FLIPPED = {"≥": "≤", ">": "<"}
_ASCII = {"≤": "<=", "≠": "!="}
UPRIGHT = frozenset(["max", "min", "opt", "ref", "new", "old", "true", "in", "out", "tot", "obs", "init", "final"])


class Use(NamedTuple):
    """A member of a family: its places, and where it stands."""

    places: tuple[Place, ...]
    span: Span


class Resolver:
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
        self.top: Env = {}
        self.free_output: list[Letter] = []  # of an einsum
        self.kinds: dict[str, str] = {}  # of families that a sign makes: masks and labels
        self._memo: dict[tuple[Syntax, int], Syntax] = {}
        self._envs: list[Env] = [self.top]
        self._active: list[tuple[str, tuple[Place, ...]]] = []
        self._defined: dict[tuple[str, tuple[Place, ...]], Env] = {}
        self._free: dict[Syntax, frozenset[str]] = {}

    def free(self, name: str, span: Span) -> Letter:
        """A letter that no sum binds."""
        letter = Letter(name, span, len(self.letters), is_bound=False)
        self.letters.append(letter)
        self.top[name] = Place(letter)
        return letter

    def bound(self, name: str, span: Span) -> Letter:
        """The letter of a sum."""
        letter = Letter(name, span, len(self.letters))
        self.letters.append(letter)
        return letter

    def resolved(self, root: Syntax) -> Syntax:
        """`root` with its letters and members told apart."""
        return run(self.visit(root, self.top))

    def fail(self, code: str, message: str, span: Span, *fixes: str) -> MatcalcError:
        """A complaint; fixes are put in the place of `span`."""
        return fail(code, message, self.source, span, fixes=tuple(replace(self.source, span, fix) for fix in fixes))

    def visit(self, s: Syntax, env: Env) -> Parse:
        """The same with all names below resolved in `env`."""
        key = (s, id(env))
        if key not in self._memo:
            self._memo[key] = yield self._new(s, env)
        return self._memo[key]

    def _new(self, s: Syntax, env: Env) -> Parse:
        if s.op is Op.NAME:
            return (yield self._name(s, env))
        if s.op is Op.OVER and isinstance(s.data, Limits):
            return (yield self._over(s, env))
        if s.op is Op.RELATION and isinstance(s.data, str):
            return self._compared(s.data, s.span, env)
        if s.op is Op.EINSUM:
            return self._einsum(s)
        if s.op is Op.INDEX and (entry := self._entry(s, env)) is not None:
            return entry
        if s.op is Op.CALL and s.data == "eye" and (entry := self._identity(s, env)) is not None:
            return entry
        if s.op is Op.SUM:
            s = reached(s, self, env)
        parts: dict[Syntax, Syntax] = {}
        for part in children(s):
            parts[part] = yield self.visit(part, env)
        if all(new is old for old, new in parts.items()):
            return s
        data = s.data if s.op is not Op.INDEX else tuple(
            None if a is None else tuple(parts[x] for x in a) if isinstance(a, tuple) else parts[a] for a in s.data)
        return node(s.op, tuple(parts[arg] for arg in s.args), s.span, data)

    def free_letters(self, s: Syntax) -> frozenset[str]:
        """The letters in labels below `s` that no sum there binds."""
        return free_letters(s, self._free)

    # names

    def _name(self, s: Syntax, env: Env) -> Parse:
        name = str(s.data)
        if isinstance(s.data, Member):
            return s
        if name in env and name not in self.declared:
            return self._number(env[name], s.span)
        base, labels = split_name(name)
        base = self.family(base)
        cut = [piece for label in labels for piece in pieces(label, env)]
        inside = [piece for piece in cut if spelled(piece) and place_of(piece, env) is not None
                  and any(x in env for x in linear(piece) or ())]
        if inside and len(inside) < len(cut):
            yield from ()
            if name in self.declared or any(label in UPRIGHT for label in labels):
                inside = []
            elif not all(self._is_place(piece, env) for piece in cut):
                raise self._outside(s, [piece for piece in cut if not self._is_place(piece, env)])
        if not inside:
            return (yield self._unlabelled(s, base, name))
        if any(piece.strip("".join(WHOLE)) != piece for piece in cut):
            return self._row(s, base, cut, env)
        places = tuple(place for piece in cut if (place := place_of(piece, env)) is not None)
        return (yield self._member(s, base, places))

    def _is_place(self, piece: str, env: Env) -> bool:
        if piece.isdigit() or piece in WHOLE:
            return True
        coefficients = linear(piece)
        return coefficients is not None and any(x in env or x in self.dims for x in coefficients)

    def family(self, base: str) -> str:
        """w̃ is wtilde where that is declared."""
        from matcalc.language.characters import ACCENTS

        if base.isascii():
            return base
        import unicodedata

        letters = unicodedata.normalize("NFD", base)
        for word, mark in ACCENTS.items():
            if letters[1:] == mark and any(split_name(d)[0] == letters[0] + word for d in self.declared):
                return letters[0] + word
        return base

    def _unlabelled(self, s: Syntax, base: str, name: str) -> Parse:
        """A name that is no member: a variable, or what is defined under just this label."""
        indexed = self.found.indexed.get(base)
        if indexed is not None and name not in self.declared:
            label = split_name(name)[1]
            if label == (indexed.label,):
                return within((yield self.visit(indexed.body, self.top)), s.span)
        family = self.family(name)
        s = s if family == name else node(Op.NAME, (), s.span, family)
        self.plain.setdefault(family, s)
        return s

    def _number(self, place: Place, span: Span) -> Syntax:
        if place.letter is not None:
            self.used.add(place.letter)
        return node(Op.LETTER, (), span, place)

    def _member(self, s: Syntax, base: str, places: tuple[Place, ...]) -> Parse:
        yield from ()
        indexed = self.found.indexed.get(base)
        if indexed is not None:
            return within((yield self._instance(s, base, places)), s.span)
        if base == DELTA and len(places) == 2 and not self.is_declared(DELTA):
            return self.relation("=", places[0], places[1], s.span)
        return self.member(base, places, s.span)

    def is_declared(self, base: str) -> bool:
        """Whether a family of that name is declared."""
        return any(split_name(name)[0] == base for name in self.declared)

    def member(self, base: str, places: tuple[Place, ...], span: Span) -> Syntax:
        """The node for a member, noted down."""
        self.used |= {place.letter for place in places if place.letter is not None}
        self.uses.setdefault(base, []).append(Use(places, span))
        return node(Op.NAME, (), span, Member(base, places))

    def relation(self, sign: str, left: Place, right: Place, span: Span) -> Syntax:
        """The node for a relation between two places."""
        if sign in _FLIPPED:
            sign, left, right = _FLIPPED[sign], right, left
        letters = [place.letter for place in (left, right) if place.letter is not None]
        self.used |= set(letters)
        if len(letters) == 2:
            self.related.append((letters[0], letters[1]))
        return node(Op.RELATION, (), span, Relation(_ASCII.get(sign, sign), left, right))

    def _instance(self, s: Syntax, base: str, places: tuple[Place, ...]) -> Parse:
        """The body of a definition at these places."""
        indexed = self.found.indexed[base]
        parameters = pieces(indexed.label, ())
        if len(parameters) != len(places):
            raise self.fail("M0233", f"{base} is defined with {len(parameters)} indices and used with {len(places)}",
                            s.span)
        key = (base, places)
        if key in self._active:
            raise self.fail("M0212", f"{base} is defined by itself; a definition goes back to other names", s.span)
        if key not in self._defined:
            self._defined[key] = {**self.top, **dict(zip(parameters, places, strict=True))}
        self._active.append(key)
        body = yield self.visit(indexed.body, self._defined[key])
        self._active.remove(key)
        return body

    def _outside(self, s: Syntax, pieces_left: list[str]) -> MatcalcError:
        letter = pieces_left[0]
        name = self.source[s.span.start:s.span.end]
        message = f"nothing binds the index {letter} of {name}"
        start = self.source
        fixes = (f"{start.rstrip()}{', ' if ' where ' in start else ' where '}{letter}: index",) if is_letter(letter) \
            else ()
        return fail("M0227", message, self.source, s.span, fixes=fixes)

    def _row(self, s: Syntax, base: str, cut: list[str], env: Env) -> Syntax:
        """W_{i:}, the i-th row of W."""
        stripped = [piece.strip("".join(WHOLE)) for piece in cut]
        kept = [piece for piece in stripped if piece]
        column = cut[0] in WHOLE or (len(cut) == 1 and cut[0][:1] in WHOLE)
        place = place_of(kept[0], env) if len(kept) == 1 else None
        if column or place is None:
            shown = self.source[s.span.start:s.span.end]
            raise self.fail("M0231", f"{shown}: rows, W_{{i:}}, are read, columns are not", s.span)
        self.kinds[base] = "vector"
        return node(Op.TRANSPOSE, (self.member(base, (place,), s.span),), s.span)

    def _entry(self, s: Syntax, env: Env) -> Syntax | None:
        """A[i, j] with an index between the brackets, W[i, :]."""
        base = s.args[0]
        if base.op is not Op.NAME or isinstance(base.data, Member) or any(isinstance(axis, tuple) for axis in s.data):
            return None
        texts = [":" if axis is None else self.source[axis.span.start:axis.span.end] for axis in s.data]
        places = [None if text == ":" else place_of(text, env) for text in texts]
        if not any(place is not None and place.letter is not None for place in places):
            return None
        whole = node(Op.NAME, (), s.span, base.data)
        if any(text == ":" for text in texts):
            return self._row(whole, str(base.data), texts, env)
        if any(place is None for place in places):
            return None
        return self.member(self.family(str(base.data)), tuple(p for p in places if p is not None), s.span)

    def _identity(self, s: Syntax, env: Env) -> Syntax | None:
        """I_ij with indices is a family, no identity."""
        label = str(s.args[0].data) if len(s.args) == 1 and s.args[0].op is Op.NAME else ""
        places = [place_of(piece, env) for piece in pieces(label, env)]
        if len(places) < 2 or not all(place is not None and place.letter is not None for place in places):
            return None
        return self.member("I", tuple(place for place in places if place is not None), s.span)

    # relations between brackets

    def _compared(self, text: str, span: Span, env: Env) -> Syntax:
        left, sign, right = relation_parts(text)
        sides = [self._side(side, env) for side in (left, right)]
        first, second = sides
        if isinstance(first, Place) and isinstance(second, Place):
            return self.relation(sign, first, second, span)
        if sign not in ("=", "≠") or None in sides:
            raise self.fail("M0231", f"[{text}] compares no indices", span)
        if isinstance(first, tuple) and isinstance(second, tuple):
            letter = self.bound("c", span)
            both = node(Op.PRODUCT, tuple(self._hot(*side, Place(letter), span) for side in (first, second)), span)
            hot = node(Op.OVER, (both,), span, ("sum", letter))
        else:
            label, place = (first, second) if isinstance(first, tuple) else (second, first)
            assert isinstance(label, tuple) and isinstance(place, Place)
            hot = self._hot(*label, place, span)
        if sign == "=":
            return hot
        return node(Op.SUM, (node(Op.NUMBER, (), span, 1), hot), span, (1, -1))

    def _side(self, text: str, env: Env) -> Place | tuple[str, tuple[Place, ...]] | None:
        """A place, or the name of a family of labels and its places."""
        coefficients = linear(text)
        if coefficients is not None and all(not name or name in env for name in coefficients):
            return place_of(text, env)
        base, labels = split_name(name_of(text))
        places = tuple(place_of(piece, env) for label in labels for piece in pieces(label, env))
        good = tuple(place for place in places if place is not None)
        return (self.family(base), good) if len(good) == len(places) else None

    def _hot(self, base: str, places: tuple[Place, ...], value: Place, span: Span) -> Syntax:
        """[y_i = k] is the entry Y_ik of a one-hot matrix."""
        hot = base.upper() if base.upper() != base else f"{base}_hot"
        if places:
            self.notes.append(f"[{base} = …] is an entry of the one-hot matrix {hot} of the labels {base}")
        else:
            hot = f"e_{base}"
        self.kinds[hot] = "scalar"
        return self.member(hot, (*places, value), span)

    def _einsum(self, s: Syntax) -> Syntax:
        from matcalc.language.einstein import written_out

        return written_out(self, s)

    # sums

    def _over(self, s: Syntax, env: Env) -> Parse:
        limits = s.data
        parts = below(limits.below)
        if parts is None or not limits.below:
            raise self.fail("M0231", f"“{limits.below or limits.above}” with a {limits.word} is not read", limits.sign)
        binding = _Binding(self, s, limits, env)
        binding.read(parts)
        inner = binding.env
        self._envs.append(inner)
        body = yield self.visit(s.args[0], inner)
        conditions = tuple(binding.conditions)
        if conditions and limits.word in ("max", "min"):
            raise self.fail("M0231", f"a {limits.word} over part of the values is not read", limits.sign)
        for letter in binding.letters:
            if letter not in self.used and letter.high is None:
                raise self.fail("M0227", f"{letter.name} does not occur in what is taken the {limits.word} of",
                                limits.sign)
        for k, letter in enumerate(reversed(binding.letters)):
            body = node(Op.OVER, (body, *(conditions if k == 0 else ())), s.span, (limits.word, letter))
        return body


class _Binding:
    """What one sum binds: its letters, their limits, and conditions on them."""

    def __init__(self, resolver: Resolver, s: Syntax, limits: Limits, env: Env) -> None:
        self.resolver, self.limits, self.outer = resolver, limits, env
        self.span = limits.sign
        self.env = dict(env)
        self.letters: list[Letter] = []
        self.conditions: list[Syntax] = []
        self.mentioned = resolver.free_letters(s.args[0])

    def read(self, parts: Below) -> None:
        """Bind the letters, set their limits, note down the conditions."""
        for name in parts.alone:
            self._bind(name)
        for names_, _ in parts.sets:
            for name in names_:
                self._bind(name)
        for chain in parts.chains:
            self._bind_chain(chain)
        if not self.letters:
            raise self._unread()
        starting = {split_letters(c.operands[0])[0] for c in parts.chains if c.signs == ("=",)
                    and is_letter(c.operands[0])}
        for chain in parts.chains:
            self._limit(chain)
        for letters, text in parts.sets:
            self._within(letters, text)
        if self.limits.above:
            for letter in self.letters:
                if letter.name in starting or letter.name in parts.alone:
                    self._upper(letter, self.limits.above)

    def _unread(self) -> MatcalcError:
        return self.resolver.fail("M0231", f"“{self.limits.below}” below a {self.limits.word} binds no index",
                                  self.span)

    def _bind(self, name: str) -> None:
        if any(letter.name == name for letter in self.letters):
            return
        letter = self.resolver.bound(name, self.span)
        self.letters.append(letter)
        self.env[name] = Place(letter)

    def _bind_chain(self, chain: Chain) -> None:
        operands = chain.operands[:1] if chain.signs == ("=",) and is_letter(chain.operands[0]) else chain.operands
        if chain.signs == ("=",) and is_letter(chain.operands[0]):
            self._bind(split_letters(operands[0])[0])
            return
        for operand in operands:
            for name in linear(operand) or ():
                is_new = name and is_letter(name) and name not in self.env
                if is_new and (name in self.mentioned or (len(operands) == 2 and operand is operands[0])):
                    self._bind(name)

    def _is_own(self, text: str) -> Letter | None:
        """The letter of this sum that `text` is."""
        letters = split_letters(text)
        place = self.env.get(letters[0]) if len(letters) == 1 else None
        return place.letter if place and place.letter in self.letters and place.shift == 0 else None

    def _limit(self, chain: Chain) -> None:
        for left, sign, right in zip(chain.operands, chain.signs, chain.operands[1:], strict=False):
            if sign == "=" and (letter := self._is_own(left)) is not None:
                self._lower(letter, right)
            elif sign in ("<", "≤") and (letter := self._is_own(right)) is not None and self._dim(left) is not None:
                self._lower(letter, left, sign == "<")
            elif sign in ("<", "≤") and (letter := self._is_own(left)) is not None and self._dim(right) is not None:
                self._upper(letter, right, sign == "<")
            elif sign in (">", "≥") and (letter := self._is_own(left)) is not None and self._dim(right) is not None:
                self._lower(letter, right, sign == ">")
            else:
                places = [place_of(side, self.env) for side in (left, right)]
                if None in places or not all(place and place.letter for place in places):
                    self.conditions.append(self.resolver._compared(f"{left}{sign}{right}", self.span, self.env))
                else:
                    first, second = (place for place in places if place is not None)
                    self.conditions.append(self.resolver.relation(sign, first, second, self.span))

    def _dim(self, text: str) -> Dim | None:
        """The dimension that `text` spells; None where an index occurs."""
        coefficients = linear(text)
        if coefficients is None or any(name in self.env for name in coefficients):
            return None
        return dim_of(coefficients)

    def _lower(self, letter: Letter, text: str, above: bool = False) -> None:
        dim = self._dim(text)
        if dim is not None:
            letter.low = dim + 1 if above else dim
            self.resolver.dims |= names(dim)
        else:
            self.conditions.append(self.resolver.relation("≤", self._place(text), Place(letter), self.span))

    def _upper(self, letter: Letter, text: str, below_: bool = False) -> None:
        if "∞" in text:
            raise self.resolver.fail("M0231", "infinite sums are not read", self.span)
        dim = self._dim(text)
        if dim is not None:
            letter.high = dim + -1 if below_ else dim
            self.resolver.dims |= names(dim)
        else:
            self.conditions.append(self.resolver.relation("≤", Place(letter), self._place(text), self.span))

    def _place(self, text: str) -> Place:
        place = place_of(text, self.env)
        if place is None or any(name and split_name(name)[1] for name in linear(text) or ()):
            raise self.resolver.fail("M0231", f"“{plain(text)}” is no limit of an index", self.span)
        return place

    def _within(self, letters: tuple[str, ...], text: str) -> None:
        """j ∈ R_i, (i,j) ∈ Ω, i ∈ [n]: a range, or a family of zeros and ones."""
        span = re.fullmatch(_RANGE, text)
        if span:
            for name in letters:
                letter = self._is_own(name)
                assert letter is not None
                self._lower(letter, span[2] or "1")
                self._upper(letter, span[1] or span[3])
            return
        called = re.fullmatch(r"(.+?)\(([^()]+)\)", text)
        base, labels = split_name(name_of(called[1] if called else text))
        cut = [*(p for label in labels for p in pieces(label, self.env)), *(called[2].split(",") if called else ())]
        places = [place_of(piece, self.env) for piece in cut]
        if any(place is None or place.letter is None for place in places):
            base, places = name_of(text), []
        own = [self.env[name] for name in letters]
        base = self.resolver.family(base)
        self.resolver.kinds[base] = "scalar"
        self.resolver.notes.append(f"{base} is 1 for what belongs to it, else 0")
        self.conditions.append(self.resolver.member(base, (*(p for p in places if p is not None), *own), self.span))


def unresolved(root: Syntax) -> bool:
    """Whether a sum occurs whose letters are not told apart."""
    return any(s.op is Op.OVER and isinstance(s.data, Limits) for s in postorder(root))
