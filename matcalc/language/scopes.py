"""Which index a letter is: every sum gets letters of its own, and names with a label become members of families.

A label is an index where all of it is bound: by a sum around it, by the name of the formula (p_i = …), or declared.
The definition of p_i is put in for p_j with j in the place of i; what its own sums bind stays theirs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from matcalc.core.dims import names
from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.binding import Binding
from matcalc.language.bounds import Limits, below, is_letter, linear
from matcalc.language.einstein import written_out
from matcalc.language.factors import refuse_behind, refuse_called
from matcalc.language.inference import Declaration
from matcalc.language.iverson import compared, compares_values, read_sides, step_of
from matcalc.language.letters import WHOLE, Letter, Member, Place, pieces, place_of, split_name
from matcalc.language.reaching import reached
from matcalc.language.reader import Parse, run
from matcalc.language.resolving import Env, Families
from matcalc.language.suggest import replace
from matcalc.language.syntax import Op, Syntax, children, node, within
from matcalc.language.vocabulary import Found

DELTA = "delta"
UPRIGHT = frozenset(["max", "min", "opt", "ref", "new", "old", "true", "in", "out", "tot", "obs", "init", "final"])


class Resolver(Families):
    """Walks over a text, with what every letter stands for at each place."""

    def __init__(self, source: str, found: Found, declared: Mapping[str, Declaration]) -> None:
        super().__init__(source, found, declared)
        self._memo: dict[tuple[Syntax, int], Syntax] = {}
        self._envs: list[Env] = [self.top]  # kept, so that their identity stays theirs
        self._active: list[tuple[str, tuple[Place, ...]]] = []
        self._defined: dict[tuple[str, tuple[Place, ...]], Env] = {}

    def resolved(self, root: Syntax) -> Syntax:
        """`root` with its letters and members told apart."""
        return run(self.visit(root, self.top))

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
            if not compares_values(self, s.data, env):
                return compared(self, s.data, s.span, env)
            left, right = s.args or read_sides(self, s.data, s.span)
            return step_of(s.data, (yield self.visit(left, env)), (yield self.visit(right, env)), s.span)
        if s.op is Op.EINSUM:
            return (yield self._einsum(s, env))
        if s.op is Op.INDEX and (entry := self._entry(s, env)) is not None:
            return entry
        if s.op is Op.CALL and s.data == "eye" and (entry := self._identity(s, env)) is not None:
            return entry
        if s.op is Op.PRODUCT:
            refuse_called(self, s, env)
        if s.op is Op.SUM and (whole := reached(s, self, env)) is not s:
            return (yield self.visit(whole, env))
        parts: dict[Syntax, Syntax] = {}
        for part in children(s):
            parts[part] = yield self.visit(part, env)
        if all(new is old for old, new in parts.items()):
            return s
        data = s.data if s.op is not Op.INDEX else tuple(
            None if a is None else tuple(parts[x] for x in a) if isinstance(a, tuple) else parts[a] for a in s.data)
        if s.op is Op.INDEX:
            self._point(data)
        return node(s.op, tuple(parts[arg] for arg in s.args), s.span, data)

    def _einsum(self, s: Syntax, env: Env) -> Parse:
        operands = []
        for part in s.args:
            operands.append(part if part.op is Op.NAME else (yield self.visit(part, env)))
        return written_out(self, node(s.op, tuple(operands), s.span, s.data))

    def _point(self, axes: Sequence[object]) -> None:
        """Note down the letters of an entry of an expression, (Ax)_i."""
        places = [axis.data for axis in axes if isinstance(axis, Syntax) and axis.op is Op.LETTER]
        self.pointed |= {place.letter for place in places if place.letter is not None}

    # names

    def _name(self, s: Syntax, env: Env) -> Parse:
        name = str(s.data)
        if isinstance(s.data, Member):
            return s
        if name in env and name not in self.declared:
            return self._number(env[name], s.span)
        base, labels = self.split(name)
        base = self.family(base)
        for label in labels:
            if "_" in label and any(x in env for x in split_name(label)[1]) and name not in self.declared:
                raise self.class_of(s, base, label)
        base, cut = self.labelled_family(base, [piece for label in labels for piece in pieces(label, env)])
        is_label = name in self.declared or any(label in UPRIGHT for label in labels)
        if not is_label and (odd := next((piece for piece in cut if _is_odd(piece, env)), "")):
            raise self._no_place(s, odd)
        inside = [piece for piece in cut if place_of(piece, env) is not None
                  and any(x in env for x in linear(piece) or ())]
        if inside and len(inside) < len(cut):
            yield from ()
            if is_label:
                inside = []
            elif not all(self._is_place(piece, env) for piece in cut):
                raise self._outside(s, [piece for piece in cut if not self._is_place(piece, env)])
        if not inside:
            return (yield self._unlabelled(s, base, name))
        if any(piece.strip("".join(WHOLE)) != piece for piece in cut):
            return self._line(s, base, cut, env)
        places = tuple(place for piece in cut if (place := place_of(piece, env)) is not None)
        self._refuse_unknown_shift(s, places)
        return (yield self._member(s, base, places))

    def _no_place(self, s: Syntax, piece: str) -> MatcalcError:
        """x_{t-k} and x_{n-i}, which are no letter with a number added."""
        shown = self.source[s.span.start:s.span.end]
        return self.fail("M0231", f"{shown}: an index is read with a size or a number added to it, and {piece} is not "
                         "such a place", s.span)

    def _refuse_unknown_shift(self, s: Syntax, places: tuple[Place, ...]) -> None:
        """x_{i+h}, where nothing says how far i runs."""
        for place in places:
            if place.letter is not None and not isinstance(place.shift, int):
                if place.letter.high is None:
                    shown = self.source[s.span.start:s.span.end]
                    raise self.fail("M0231", f"{shown} is read where the sum says how far {place.letter.name} runs",
                                    s.span)
                self.dims |= names(place.shift)

    def _is_place(self, piece: str, env: Env) -> bool:
        if piece.isdigit() or piece in WHOLE:
            return True
        coefficients = linear(piece)
        return coefficients is not None and any(x in env or x in self.dims for x in coefficients)

    def _unlabelled(self, s: Syntax, base: str, name: str) -> Parse:
        """A name that is no member: a variable, or what is defined under just this label."""
        indexed = self.found.indexed.get(base)
        if indexed is not None and name not in self.declared:
            label = self.split(name)[1]
            if label == (indexed.label,):
                return within((yield self.visit(indexed.body, self.top)), s.span)
        labels = self.split(name)[1]
        axes = self.declared[base].axes if base in self.declared and name not in self.declared else ()
        if len(axes) == len(labels) > 0 and all(label.isdigit() for label in labels):
            return self.member(base, tuple(Place(None, int(label)) for label in labels), s.span)
        family = self.family(name)
        s = s if family == name else node(Op.NAME, (), s.span, family)
        self.plain.setdefault(family, s)
        return s

    def _number(self, place: Place, span: Span) -> Syntax:
        if place.letter is not None:
            self.used.add(place.letter)
        return node(Op.LETTER, (), span, place)

    def _member(self, s: Syntax, base: str, places: tuple[Place, ...]) -> Parse:
        indexed = self.found.indexed.get(base)
        if indexed is not None:
            return within((yield self._instance(s, base, places)), s.span)
        if base in self.found.bound and base not in self.declared:
            body = yield self.visit(self.found.bound[base], self.top)
            axes = tuple(self._number(place, s.span) for place in places)
            self._point(axes)
            return node(Op.INDEX, (body,), s.span, axes)
        if base == DELTA and len(places) == 2 and not self.is_declared(DELTA):
            return self.relation("=", places[0], places[1], s.span)
        return self.member(base, places, s.span)

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

    def class_of(self, s: Syntax, base: str, label: str) -> MatcalcError:
        """c_{y_i}: the entry of class y_i, or a name?"""
        shown = self.source[s.span.start:s.span.end]
        taken = self.free_letters(s) | {letter.name for letter in self.letters} | {base}
        k = next(letter for letter in "kclmqr" if letter not in taken)
        return self.fail("M0226", f"{shown}: the member of {base} for the class {label}, or a name?", s.span,
                         f"(sum_{k} [{label} = {k}]*{base}_{k})")

    def _outside(self, s: Syntax, pieces_left: list[str]) -> MatcalcError:
        letter = pieces_left[0]
        name = self.source[s.span.start:s.span.end]
        message = f"nothing binds the index {letter} of {name}"
        start = self.source
        fixes = (f"{start.rstrip()}{', ' if ' where ' in start else ' where '}{letter}: index",) if is_letter(letter) \
            else ()
        return fail("M0227", message, self.source, s.span, fixes=fixes)

    def _line(self, s: Syntax, base: str, cut: list[str], env: Env) -> Syntax:
        """W_{i:} and W_{:,j}, the i-th row and the j-th column of W."""
        stripped = [piece.strip("".join(WHOLE)) for piece in cut]
        kept = [piece for piece in stripped if piece]
        is_column = cut[0] in WHOLE or (len(cut) == 1 and cut[0][:1] in WHOLE)
        place = place_of(kept[0], env) if len(kept) == 1 and len(cut) < 3 else None
        if place is None:
            shown = self.source[s.span.start:s.span.end]
            raise self.fail("M0231", f"{shown}: rows, W_{{i:}}, and columns, W_{{:,j}}, are read", s.span)
        at = self._number(place, s.span)
        self._point((at,))
        whole = node(Op.NAME, (), s.span, base)
        return node(Op.INDEX, (whole,), s.span, (None, at) if is_column else (at, None))

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
            return self._line(whole, self.family(str(base.data)), texts, env)
        loose = [text for text in texts if not all(not x or x in env or x in self.dims for x in linear(text) or ("?",))]
        if loose:
            raise self._outside(s, loose)
        return self.member(self.family(str(base.data)), tuple(p for p in places if p is not None), s.span)

    def _identity(self, s: Syntax, env: Env) -> Syntax | None:
        """I_ij with indices is a family, no identity."""
        label = str(s.args[0].data) if len(s.args) == 1 and s.args[0].op is Op.NAME else ""
        places = [place_of(piece, env) for piece in pieces(label, env)]
        if len(places) < 2 or not all(place is not None and place.letter is not None for place in places):
            return None
        return self.member("I", tuple(place for place in places if place is not None), s.span)

    # sums

    def _over(self, s: Syntax, env: Env) -> Parse:
        limits = s.data
        parts = below(limits.below)
        if parts is None or not limits.below:
            raise self.fail("M0231", f"“{limits.below or limits.above}” with a {limits.word} is not read", limits.sign)
        binding = Binding(self, s, limits, env, is_typed=not self._active)
        binding.read(parts)
        inner = binding.env
        self._envs.append(inner)
        if limits.word != "sum":
            refuse_behind(self, s, {letter.name for letter in binding.letters})
        body = yield self.visit(s.args[0], inner)
        conditions: list[Syntax] = []
        for condition in binding.conditions:
            conditions.append((yield self.visit(condition, inner)))
        if conditions and limits.word in ("max", "min"):
            raise self.fail("M0231", f"a {limits.word} over part of the values is not read", limits.sign)
        for letter in binding.letters:
            if letter.high is None and not self._has_range(letter):
                without = replace(self.source, limits.sign, "").strip()
                fixes = (without,) if limits.word in ("max", "min") else ()  # min_w of a formula in w
                what = "is no index" if letter in self.used else "does not occur"
                raise fail("M0227", f"{letter.name} {what} in what is taken the {limits.word} of", self.source,
                           limits.sign, fixes=fixes)
        for k, letter in enumerate(reversed(binding.letters)):
            body = node(Op.OVER, (body, *(conditions if k == 0 else ())), s.span, (limits.word, letter))
        return body

    def _has_range(self, letter: Letter) -> bool:
        """Whether a member stands at the letter, or one that is compared with it has a range: i of Σᵢ (Σ_{j≤i} xⱼ)²."""
        others = {other for pair in self.related if letter in pair for other in pair}
        return any(x in self.pointed or x.high is not None or not x.is_bound for x in {letter, *others})


def _is_odd(piece: str, env: Env) -> bool:
    """Whether an index occurs in a piece of a label that is no place of it: n − i."""
    if place_of(piece, env) is not None or piece.strip("".join(WHOLE)) in env:
        return False
    return not env.keys().isdisjoint(re.findall(r"[A-Za-z]['′]*", piece))
