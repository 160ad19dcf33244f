"""The names of a chapter: what is declared of them, what they are defined as, and the letters that stand for signs.

Every name is a leaf of the expressions, a defined one too; so are dX, d(…) and ∇f, under letters of their own. What a
leaf stands for is looked up when it is needed (`expanding`), so that a line is first compared as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul

from matcalc.algebra import add, apply, hadamard, negate, ones, rebuild, substitute, variable
from matcalc.calculus.structure import tangent_word
from matcalc.core.dims import Shape, format_dim
from matcalc.core.dims import names as dim_names
from matcalc.core.expr import CALL, VAR, Expr, postorder, variables
from matcalc.diagnostics import InputError, MatcalcError, fail
from matcalc.language import name_of, parse
from matcalc.language.characters import GREEK_NAMES
from matcalc.language.declarations import parse_declaration
from matcalc.language.elaborate import outline
from matcalc.language.suggest import names as peers
from matcalc.language.syntax import Op
from matcalc.language.syntax import postorder as parts_of
from matcalc.language.vocabulary import RESERVED
from matcalc.proofreading.infinitesimals import Kind, Sign, Words, names, signs
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook

_SLOPE = (r"(?P<of>\\(?:sigma|phi|psi)(?![A-Za-z])|[σφψfgh])"
          r"(?:(?P<p>'+)|(?P<w>\s*\^\s*\{?\s*\\prime\s*\}?))(?=\s*(?:\\left\s*)?\()")
SIGMOIDS = ("sigma", "σ")
_FIRST_LETTER = 0x4E00  # letters that nobody types in a formula


class Mark(NamedTuple):
    """What a letter stands for: the tangent of `name`; or a derivative of `of`, by names, or along directions."""

    kind: Kind
    name: str = ""
    of: Expr | None = None
    order: int = 1
    by: tuple[str, ...] = ()
    along: tuple[Expr, ...] = ()
    is_nabla: bool = False


@dataclass
class Entry:
    """A name: its leaf, and what it is defined as; `flow` is its differential where only that is known."""

    name: str
    leaf: Expr
    body: Expr | None = None
    parameters: tuple[str, ...] = ()
    flow: Expr | None = None
    rank: int = 0

    @property
    def is_defined(self) -> bool:
        """Whether it stands for something else."""
        return self.body is not None or self.flow is not None


@dataclass
class Lexicon:
    """What is known in one chapter, with the rules that it is read by."""

    book: Rulebook
    declared: dict[str, str]
    dialect: str = ""
    found: dict[str, str] = field(default_factory=dict)  # declarations of what nobody declared
    entries: dict[str, Entry] = field(default_factory=dict)
    heads: set[str] = field(default_factory=set)  # names that the chapter defines somewhere
    marks: dict[Expr, Mark] = field(default_factory=dict)  # by their leaf
    typed: dict[str, str] = field(default_factory=dict)  # by its letter, how a sign was typed first
    notes: dict[str, None] = field(default_factory=dict)
    letters: dict[object, str] = field(default_factory=dict)
    sigmoids: bool = False  # whether a σ(…) that nobody defined is the sigmoid
    has_sigma: bool = False  # whether there is one, and whether σ′ is typed
    has_slope: bool = False
    functions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.functions = _functions(self.book)

    @property
    def words(self) -> Words:
        """What tells names from signs here."""
        return Words(self.is_function, self.is_head, "d" in {*self.declared, *self.heads})

    def is_function(self, word: str) -> bool:
        """Whether the rules know a function of that name, or an alias."""
        return word in self.functions

    def is_head(self, typed: str) -> bool:
        """Whether a name, as typed, is defined in this chapter."""
        try:
            return name_of(typed) in self.heads
        except MatcalcError:
            return False

    @property
    def known(self) -> dict[str, str]:
        """All declarations, with the sizes that were found for what the author declared without."""
        return {**self.declared, **self.found}

    def entry(self, name: str) -> Entry:
        """The entry of a name whose shape is known."""
        if name not in self.entries:
            if name not in self.known:
                raise fail("M0223", f"what is {name}? nothing says of which shape it is")
            read = parse(name, self.known, self.book)
            info = read.variables[name]
            if info.axes:
                raise fail("M0518", f"{name} is a family; differentials of members are not read here")
            self.entries[name] = Entry(name, info.expr)
        return self.entries[name]

    def learn(self, texts: Sequence[str], scalar: bool = False) -> Expr | None:
        """Find kinds and shapes of the new names in formulas of one shape; the first of them as it was read."""
        joined = " - ".join(f"({text})" for text in texts)
        try:
            return self.learn_exactly(joined, scalar)
        except InputError:
            if scalar:
                return self.learn(texts)
            for text in texts if len(texts) > 1 else ():
                try:
                    self.learn_exactly(text, False)
                except InputError:
                    continue
        return None

    def learn_exactly(self, text: str, scalar: bool) -> Expr:
        """The same of one formula; raises InputError where it cannot be read."""
        read = parse(text, self.known, self.book, dialect=self.dialect, demand_scalar=scalar, proposed=True)
        for name, info in read.variables.items():
            self.found.setdefault(name, info.declaration())
        return read.expr

    def is_new(self, text: str) -> bool:
        """Whether names occur in a formula of which nothing is known yet."""
        try:
            root = outline(text, self.known, self.book, self.dialect)
        except MatcalcError:
            return False
        return any(s.op is Op.NAME and str(s.data) not in self.found for s in parts_of(root))

    def uses(self, text: str, name: str) -> bool:
        """Whether a formula, as typed, has a name in it."""
        return any(_named(typed) == name for typed in names(text, self.words))

    def leaves(self, put: str, letters: Mapping[str, Expr]) -> list[Expr]:
        """The leaves that a formula names, even if its shapes do not fit; it has letters for its signs."""
        declared = self.known | {letter: declaration(leaf) for letter, leaf in letters.items()}
        try:
            root = outline(put, declared, self.book, self.dialect)
        except MatcalcError:
            return list(letters.values())
        typed = dict.fromkeys(str(s.data) for s in parts_of(root) if s.op is Op.NAME)
        return [*letters.values(), *(self.entry(name).leaf for name in typed if name in self.known)]

    @property
    def sizes(self) -> set[str]:
        """The names of the dimensions that the variables have."""
        found = (parse_declaration(name, kind) for name, kind in self.known.items())
        return {n for d in found for dim in (d.rows, d.cols) if dim is not None for n in dim_names(dim)}

    def define(self, name: str, body: Expr | None, parameters: tuple[str, ...] = (), flow: Expr | None = None) -> Entry:
        """Enter a definition."""
        of = body if body is not None else flow
        assert of is not None
        self.found.setdefault(name, shape_declaration(of.shape))
        entry = self.entry(name)
        if entry.leaf.shape != of.shape:
            raise fail("M0303", f"{name} is {shape_declaration(entry.leaf.shape)} elsewhere, here it is "
                       f"{shape_declaration(of.shape)}")
        entry.body, entry.flow, entry.parameters, entry.rank = body, flow, parameters, len(self.entries)
        return entry

    def shadow(self, text: str) -> str:
        """A formula of the same shapes without signs: dX is X, d(…) is (…), ∇f is the variable."""
        parts, at = [], 0
        for sign in signs(text, self.words):
            parts += [text[at:sign.start], f" {self._cast(sign)} "]
            at = sign.end
        return "".join([*parts, text[at:]])

    def _cast(self, sign: Sign) -> str:
        if sign.kind == "derivative":
            if sign.order > 1 or not sign.by:
                raise fail("M0223", "the shape of a derivative is not known yet")
            return f"{sign.by[0]}"
        inner = self.shadow(sign.of) if sign.kind == "differential" else sign.of
        return f"({inner})" if sign.kind == "differential" else inner

    def meaning(self, text: str) -> Expr:
        """The expression that a member is, in the leaves of this chapter."""
        put, letters = self.put(text)
        declared = self.known | {letter: declaration(leaf) for letter, leaf in letters.items()}
        read = parse(put, declared, self.book, dialect=self.dialect, proposed=True)
        if read.expr.free:
            raise fail("M0518", "an entry of a family is not compared here; write sums or matrices", put)
        for name, info in read.variables.items():
            if name not in letters:
                self.found.setdefault(name, info.declaration())
        self.notes.update(dict.fromkeys(read.notes))
        own = {info.expr: letters[name] for name, info in read.variables.items() if name in letters}
        found = substitute(read.expr, {x: leaf for x, leaf in own.items() if x is not leaf})
        known = with_sigmoids(found, self.book)
        self.has_sigma |= known is not found
        self.has_slope |= known is not found and any(e.kind is CALL and e.data.order for e in postorder(found))
        return known if self.sigmoids else found

    def put(self, text: str) -> tuple[str, dict[str, Expr]]:
        """The formula with a letter for each sign, of the same length, and the leaves or values of the letters."""
        found: dict[str, Expr] = {}
        parts, at = [], 0
        for sign in signs(text, self.words):
            letter, leaf = self._letter(sign, text[sign.start:sign.end])
            found[letter] = leaf
            parts += [text[at:sign.start], " " * (sign.end - sign.start - 1), letter]
            at = sign.end
        plain = re.sub(r"(?<=\})\s(?=\s*\d)", "·", "".join([*parts, text[at:]]))
        return re.sub(_SLOPE, self._slope, plain), found

    def _slope(self, m: re.Match[str]) -> str:
        """σ'(z) of a function that is no name here: the derivative, not a transpose."""
        if _named(m["of"]) in self.known:
            return str(m[0])
        primes = "′" * len(m["p"]) if m["p"] else "′" + " " * (len(m["w"]) - 1)
        return f"{m['of']}{primes}"

    def _letter(self, sign: Sign, typed: str) -> tuple[str, Expr]:
        if sign.kind == "value":
            value = self._value(sign)
            return self._new(("value", value), typed), value
        mark = self._mark(sign)
        letter = self._new(mark, typed)
        leaf = self._leaf(letter, mark)
        self.marks[leaf] = mark
        return letter, leaf

    def _new(self, key: object, typed: str) -> str:
        letter = self.letters.setdefault(key, chr(_FIRST_LETTER + len(self.letters)))
        self.typed.setdefault(letter, typed)
        return letter

    def _value(self, sign: Sign) -> Expr:
        """f(x): the name where the arguments are the parameters, else the definition at other values."""
        entry = self.entry(name_of(sign.of))
        said = [part.strip() for part in sign.arguments.replace(";", ",").replace("|", ",").split(",")]
        names = [_named(part) for part in said]
        if entry.body is None or not entry.parameters or names[:1] == list(entry.parameters[:1]):
            return entry.leaf
        if len(said) != len(entry.parameters):
            return entry.leaf
        values = [self.meaning(part) for part in said]
        if all(value.kind is VAR and value in self.marks for value in values):
            return entry.leaf
        return substitute(entry.body, {self.entry(x).leaf: value
                                       for x, value in zip(entry.parameters, values, strict=True)})

    def _mark(self, sign: Sign) -> Mark:
        if sign.kind == "tangent":
            return Mark("tangent", name_of(sign.of))
        of = self.meaning(sign.of)
        along = tuple(self.meaning(h) for h in sign.along)
        by = tuple(map(name_of, sign.by))
        if sign.kind == "derivative" and not by:
            by = (self.variable_of(of, sign.arguments),)
        return Mark(sign.kind, "", of, sign.order, by, along, sign.is_nabla)

    def variable_of(self, of: Expr, arguments: str = "") -> str:
        """By what ∇f differentiates: the argument, the parameter of f, or its only variable."""
        first = arguments.replace(";", ",").replace("|", ",").split(",")[0].strip()
        if first and (name := _named(first)) in self.known:
            return name
        entry = self.entries.get(of.data.name) if of.kind is VAR else None
        if entry is not None and entry.parameters:
            return entry.parameters[0]
        inner = entry.body if entry is not None and entry.body is not None else of
        found: list[str] = [x.data.name for x in variables(inner)]
        if len(found) != 1:
            raise fail("M0501", "name the variable: ∇_x f, ∂f/∂x")
        return found[0]

    def _leaf(self, letter: str, mark: Mark) -> Expr:
        if mark.kind == "tangent":
            x = self.entry(mark.name).leaf
            word = tangent_word(x)
            return variable(letter, x.shape, frozenset({word} if word else ()))
        assert mark.of is not None
        return variable(letter, mark.of.shape if mark.kind == "differential" else self._shape(mark, mark.of))

    def _shape(self, mark: Mark, of: Expr) -> Shape:
        """The shape of a derivative: of the variable, a Jacobian, a Hessian on vec."""
        shapes = [self.entry(x).leaf.shape for x in mark.by]
        sizes = [mul(*shape) for shape in shapes]
        if mark.order == 2 and of.shape == (1, 1):
            return (sizes[0], sizes[-1])
        if mark.order > 1:
            raise fail("M0513", "a second derivative of what is no scalar is not compared here")
        if of.shape == (1, 1):
            return shapes[0]
        return of.shape if shapes[0] == (1, 1) else (mul(*of.shape), sizes[0])

    def tangent(self, name: str) -> Expr:
        """The leaf of d<name>."""
        mark = Mark("tangent", name)
        leaf = self._leaf(self._new(mark, f"d{name}"), mark)
        self.marks[leaf] = mark
        return leaf

    def named(self, message: str) -> str:
        """A message with what was typed for the letters that stand for it."""
        return "".join(self.typed.get(c, c) for c in message)


def _named(typed: str) -> str:
    try:
        return name_of(typed)
    except MatcalcError:
        return ""


def with_sigmoids(e: Expr, book: Rulebook) -> Expr:
    """What people write σ(z) and σ′(z) for, where nobody says what σ is; `e` itself where it has no such function."""
    done: dict[Expr, Expr] = {}
    for part in postorder(e):
        args = [done[arg] for arg in part.args]
        new = rebuild(part, args) if args != [*part.args] else part
        is_open = part.kind is CALL and part.data.form == "unspecified"
        if is_open and part.data.name in SIGMOIDS and part.data.order < 2:
            p = apply(book.overloads("sigmoid")[0], *args)
            new = hadamard(p, add(ones(*p.shape), negate(p))) if part.data.order else p
        done[part] = new
    return done[e]


def declaration(leaf: Expr) -> str:
    """What is declared of the letter for a leaf or a value."""
    props = sorted(leaf.data.props) if leaf.kind is VAR else []
    return " ".join([shape_declaration(leaf.shape), *(props if not leaf.is_scalar else [])])


def shape_declaration(shape: Shape) -> str:
    """`matrix(m,n)`, `vector(n)` or `scalar`."""
    rows, columns = map(format_dim, shape)
    return "scalar" if shape == (1, 1) else f"vector({rows})" if columns == "1" else f"matrix({rows},{columns})"


def _functions(book: Rulebook) -> frozenset[str]:
    """What is read as a function or a constant, and never as a product of letters."""
    return frozenset({*book.names(), *book.aliases(), *peers(), *RESERVED, "Tr", "const", "lim"})


_SHORT = frozenset(
    "is by we of in to so it an as at be if on or do the and for let set put now but are was has get one all any say "
    "its can may use not our you how see two due via that".split())


def is_prose(book: Rulebook) -> Callable[[str], bool]:
    """Whether a run of letters is a word of a sentence, and no name or function."""
    known = _functions(book) | GREEK_NAMES

    def is_word(word: str) -> bool:
        if word in known or word.lower() in known or not (word.islower() or word.istitle()):
            return word.lower() in _SHORT and not word.isupper()
        return word.lower() in _SHORT if len(word) < 4 else word.isalpha()

    return is_word
