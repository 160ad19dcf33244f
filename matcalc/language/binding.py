"""What one sum binds: its letters, their limits, and conditions on them: relations, and membership in sets."""

from __future__ import annotations

import re
from itertools import combinations

from matcalc.core.dims import Dim, names
from matcalc.diagnostics import MatcalcError, fail
from matcalc.language.bounds import (
    Below,
    Chain,
    Limits,
    dim_of,
    excluded,
    explicit,
    is_letter,
    linear,
    plain,
    split_letters,
)
from matcalc.language.letters import Letter, Place, pieces, place_of, split_name
from matcalc.language.resolving import Env, Families
from matcalc.language.suggest import replace
from matcalc.language.syntax import Op, Syntax, node
from matcalc.language.vocabulary import name_of

_RANGE = r"\[(\w+)\]|\(?(\d+)(?:,\d+)*(?:,?…,?|:)(\w+)\)?"


class Binding:
    """What one sum binds: its letters, their limits, and conditions on them."""

    def __init__(self, resolver: Families, s: Syntax, limits: Limits, env: Env, is_typed: bool) -> None:
        self.is_typed = is_typed
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
            if set(chain.signs) != {"≠"} or not explicit(parts) or not excluded(parts) <= self.env.keys():
                self._bind_chain(chain)
            self._refuse_member(chain)
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
                if letter.name in starting or letter.name in parts.alone or not (starting or parts.alone):
                    self._upper(letter, self.limits.above)

    def _unread(self) -> MatcalcError:
        return self.resolver.fail("M0231", f"“{self.limits.below}” below a {self.limits.word} binds no index",
                                  self.span)

    def _bind(self, name: str) -> None:
        if any(letter.name == name for letter in self.letters):
            return
        letter = self.resolver.bound(name, self.span, self.is_typed)
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

    def _refuse_member(self, chain: Chain) -> None:
        """Σ_{i≠k} by x_k: over both letters, or over the others of one x_k? By x_i it is over both to everybody."""
        own = [letter.name for letter in self.letters]
        names_ = [split_letters(operand)[0] for operand in chain.operands if is_letter(operand)]
        if set(chain.signs) != {"≠"} or len(names_) != 2 or own != names_ or not self.is_typed \
                or names_[1] not in self.resolver.asked:
            return
        other, fixed = names_
        sign = {"sum": "\\sum", "prod": "\\prod"}.get(self.limits.word, f"\\{self.limits.word}")
        above = f"^{{{self.limits.above}}}" if self.limits.above else "^n"
        both, one = f"{sign}_{{{other}}}{sign}_{{{fixed}\\neq {other}}}", \
            f"{sign}_{{{other}=1,{other}\\neq {fixed}}}{above}"
        source = self.resolver.source
        space = " " * (not source[self.span.end:self.span.end + 1].isspace())
        raise fail("M0230", f"a {self.limits.word} over both {other} and {fixed}, or over {other} with one {fixed}?",
                   source, self.span, fixes=tuple(replace(source, self.span, text + space) for text in (both, one)))

    def _is_own(self, text: str) -> Letter | None:
        """The letter of this sum that `text` is."""
        letters = split_letters(text)
        place = self.env.get(letters[0]) if len(letters) == 1 else None
        return place.letter if place and place.letter in self.letters and place.shift == 0 else None

    def _limit(self, chain: Chain) -> None:
        steps = list(zip(chain.operands, chain.signs, chain.operands[1:], strict=False))
        if len(steps) > 1 and set(chain.signs) == {"≠"}:
            steps = [(left, "≠", right) for left, right in combinations(chain.operands, 2)]
            self.resolver.notes.append(f"{' ≠ '.join(chain.operands)}: all of them are different")
        for left, sign, right in steps:
            if sign == "=" and (letter := self._is_own(left)) is not None:
                low, _, high = right.partition("…")
                self._lower(letter, low)
                if high:
                    self._upper(letter, high)
            elif sign in ("<", "≤") and (letter := self._is_own(right)) is not None and self._dim(left) is not None:
                self._lower(letter, left, sign == "<")
            elif sign in ("<", "≤") and (letter := self._is_own(left)) is not None and self._dim(right) is not None:
                self._upper(letter, right, sign == "<")
            elif sign in (">", "≥") and (letter := self._is_own(left)) is not None and self._dim(right) is not None:
                self._lower(letter, right, sign == ">")
            else:
                places = [place_of(side, self.env) for side in (left, right)]
                if None in places or not all(place and place.letter for place in places):
                    self.conditions.append(node(Op.RELATION, (), self.span, f"{left}{sign}{right}"))
                else:
                    first, second = (place for place in places if place is not None)
                    self.conditions.append(self.resolver.relation(sign, first, second, self.span))

    def _dim(self, text: str) -> Dim | None:
        """The dimension that `text` spells; None where an index occurs."""
        coefficients = linear(text)
        if coefficients is None or any(name in self.env for name in coefficients):
            return None
        for name in coefficients:  # Σ_{j=1}^{n_i}
            cut = [piece for label in split_name(name)[1] for piece in pieces(label, self.env)]
            if cut and all(piece in self.env for piece in cut):
                raise self.resolver.fail("M0231", f"the limit {name} is another one for each {cut[0]}; a sum has as "
                                         f"many terms for every {cut[0]}", self.span)
        return dim_of(coefficients)

    def _lower(self, letter: Letter, text: str, above: bool = False) -> None:
        dim = self._dim(text)
        if dim is not None:
            letter.low = dim + 1 if above else dim
            self.resolver.dims |= names(dim)
        else:
            letter.least = self._place(text)
            self.conditions.append(self.resolver.relation("≤", letter.least, Place(letter), self.span))

    def _upper(self, letter: Letter, text: str, below_: bool = False) -> None:
        if "∞" in text:
            raise self.resolver.fail("M0231", "infinite sums are not read", self.span)
        dim = self._dim(text)
        if dim is not None:
            letter.high = dim + -1 if below_ else dim
            self.resolver.dims |= names(dim)
        else:
            letter.most = self._place(text)
            self.conditions.append(self.resolver.relation("≤", Place(letter), letter.most, self.span))

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
            if called or labels:
                raise self.resolver.fail("M0227", f"nothing binds an index of the set {text}", self.span)
            places = []
        own = [self.env[name] for name in letters]
        base = self.resolver.family(base)
        self.resolver.kinds[base] = "scalar"
        self.resolver.notes.append(f"{base} is 1 for what belongs to it, else 0")
        self.conditions.append(self.resolver.member(base, (*(p for p in places if p is not None), *own), self.span))
