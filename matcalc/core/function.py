"""What the engine knows about a function: a block of the rules, fixed text, and what has been read of it so far.

The engine handles every function through this record; nothing else in `matcalc/` knows any of them by name. Text is
read as mathematics where somebody asks for it, by a `Reader`: the rulebook, which stands above all expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final

from matcalc.core.dims import Dim, Shape
from matcalc.records import NamedTuple

if TYPE_CHECKING:
    from matcalc.core.expr import Expr


class Param(NamedTuple):
    """A parameter: its name and its shape in dimension names of the block. `kind` is value, index, dimension, or
    negative: a dimension that is typed with a minus sign.

    A whole number k that stays `within` dimensions n of the block is a place among n: 1 ≤ k ≤ n, and an index also
    −n ≤ k ≤ −1, where it is counted from the end.
    """

    name: str
    shape: Shape
    kind: str = "value"
    props: frozenset[str] = frozenset()
    within: tuple[Dim, ...] = ()


OF_BLOCK: Final = "functional"  # the field of a function that is made of a block, which takes a function: its name
GIVEN: Final = "given"  # what such a block calls the function that it takes
SIZE_KINDS: Final = ("dimension", "negative")


class Signature(NamedTuple):
    """What is declared of an abstract function, of which nothing else is known: the shape of its argument and of its
    value, and the structure of the value. One that is `of` a scalar variable is written without its argument."""

    argument: Shape
    result: Shape
    props: frozenset[str] = frozenset()
    of: str = ""


class Statement(NamedTuple):
    """What a block says in one place of its file: the text of a field, or one of its laws."""

    text: str
    line: int


class Demand(NamedTuple):
    """`expr` must be what `word` says: positive, nonnegative, nonzero, invertible, or a phrase of a rule's domain,
    which may be about a `partner` as well."""

    word: str
    expr: Expr
    partner: Expr | None = None

    def about(self, changed: Callable[[Expr], Expr]) -> Demand:
        """The same of other expressions."""
        return Demand(self.word, changed(self.expr), None if self.partner is None else changed(self.partner))


class Law(NamedTuple):
    """A rewrite of one block: `pattern` => `replacement`, an identity named `name`.

    `demands` are conditions on its variables: without them the right side has a value where the left one has none.
    """

    name: str
    pattern: Expr
    replacement: Expr
    demands: tuple[Demand, ...] = ()


class Reader:
    """What reads the text of a block as mathematics. By itself it can read nothing."""

    def expression(self, function: Function, field: str, said: Statement, /) -> Expr:
        """`said`, in the names that the field may use."""
        raise NotImplementedError(function.name, field)

    def law(self, function: Function, said: Statement) -> list[Law]:
        """The rewrites that one line states."""
        raise NotImplementedError(function.name, said.text)

    def needs(self, function: Function, law: str) -> frozenset[str]:
        """What must have been met for a law to match: functions, the block's own apart, and the identity."""
        raise NotImplementedError(function.name, law)


class Reading:
    """What has been read of a block, each part when it was first asked for.

    `differential` is that of the body or the equation, of a block that states no other; `numeric` computes a value from
    arguments; `portable` is the numeric template for other numbers than floats, `stacks` tells what it makes of stacks;
    `lifted` is the function as one of complex operands.
    """

    __slots__ = ("differential", "expressions", "known", "laws", "lifted", "numeric", "portable", "stacks", "waiting")

    def __init__(self) -> None:
        self.expressions: dict[tuple[str, str], Expr] = {}
        self.laws: list[Law] = []
        self.known: dict[int, list[Law]] = {}
        self.waiting: dict[int, tuple[Statement, frozenset[str]]] | None = None
        self.differential: Expr | None = None
        self.numeric: Callable[[Sequence[Any]], Any] | None = None
        self.portable: tuple[Callable[..., Any], Mapping[str, Any], bool] | None = None
        self.stacks: tuple[int, int | None] | None = None
        self.lifted: Function | None = None


class Function:
    """One rule block. `form` says how its differential follows (see FORMS); `fields` is its text, `places` tells the
    lines of its file on which each field stands. `plain` is the block of real operands of which this is the one of
    complex operands. All this is fixed; `reading` grows.

    A block is equal to itself only: two that say the same may be read by different rulebooks.
    """

    __slots__ = ("__weakref__", "fields", "file", "form", "line", "name", "order", "params", "places", "plain",
                 "reader", "reading", "result")

    def __init__(self, name: str, params: tuple[Param, ...], result: Shape, form: str, fields: Mapping[str, str],
                 reader: Reader | None = None, *, order: int = 0, file: str = "", line: int = 0,
                 places: Mapping[str, tuple[int, ...]] | None = None, plain: Function | None = None) -> None:
        self.name: Final = name
        self.params: Final = params
        self.result: Final = result
        self.form: Final = form
        self.fields: Final = fields
        self.reader: Final = reader or Reader()
        self.order: Final = order
        self.file: Final = file
        self.line: Final = line
        self.places: Final = places or {}
        self.plain: Final = plain
        self.reading: Final = Reading()

    def statements(self, field: str) -> list[Statement]:
        """What the block says in `field`, line by line: its laws, its examples, or the one text of another field."""
        if field not in self.fields:
            return []
        texts = self.fields[field].split("\n")
        return list(map(Statement, texts, self.places.get(field, (self.line,) * len(texts))))

    def place(self, field: str) -> int:
        """The line on which `field` stands; that of the block where it has no such field."""
        return self.places.get(field, (self.line,))[0]

    def template(self, field: str) -> Expr | None:
        """The field as an expression in the parameters, or None where the block has no such field."""
        return self._read(field, self.fields[field]) if field in self.fields else None

    def spoken(self) -> list[tuple[str, Expr | None]]:
        """What is said of the value, words and formulas: in the parameters, the letters of what is shown, and own."""
        text, _, own = self.fields["said"].partition(" where ")
        letters = ", ".join(filter(None, (self.fields.get("shown", "").partition(" where ")[2], own)))
        pieces = text.replace("}", "{").split("{")
        return [(piece, self._read("said", f"{piece} where {letters}") if i % 2 else None)
                for i, piece in enumerate(pieces) if piece]

    def subject(self, text: str) -> Expr:
        """An expression in the parameters of which the domain says something: cos(X) nonzero."""
        return self._read("domain", text)

    def _read(self, field: str, text: str) -> Expr:
        known = self.reading.expressions
        found = known.get((field, text))
        if found is None:
            found = known[field, text] = self.reader.expression(self, field, Statement(text, self.place(field)))
        return found

    def laws(self, met: AbstractSet[str] | None = None) -> list[Law]:
        """The block's rewrites: all of them, or those that can match where no functions but those `met` occur.

        A law is read when it can match, so that det alone does not read what its laws say of other functions.
        """
        waiting = self.reading.waiting
        if waiting is None:
            said = enumerate(self.statements("law"))
            waiting = self.reading.waiting = {i: (law, self.reader.needs(self, law.text)) for i, law in said}
        ready = [i for i, (_, needs) in waiting.items() if met is None or needs <= met]
        if ready:
            self._read_laws(ready)
        return self.reading.laws

    def _read_laws(self, ready: list[int]) -> None:
        """Read laws; meanwhile the function has none, for a pattern must not be rewritten by the law it states."""
        reading = self.reading
        laws, waiting = reading.laws, reading.waiting or {}
        reading.laws, reading.waiting = [], {}
        try:
            found = {i: self.reader.law(self, waiting[i][0]) for i in ready}
            reading.known |= found
            waiting = {i: rest for i, rest in waiting.items() if i not in found}
            laws = [law for i in sorted(reading.known) for law in reading.known[i]]
        finally:
            reading.laws, reading.waiting = laws, waiting

    @property
    def unknown(self) -> str:
        """The letter of the value in the field implicit.X, an equation for it; "" where the block states none."""
        return next((field.removeprefix("implicit.") for field in self.fields if field.startswith("implicit.")), "")

    def field_for(self, word: str, i: int) -> str:
        """The name of the field that states `word`, adjoint or matrix, for the i-th parameter."""
        return word if word in self.fields else f"{word}.{self.params[i].name}"

    @property
    def known_as(self) -> str:
        """What its block is called: funm of the function that this is for exp."""
        return self.fields.get(OF_BLOCK, self.name)

    @property
    def is_choosy(self) -> bool:
        """Whether a structure is declared of a parameter, which an argument must have."""
        return self.plain is None and any(param.props for param in self.params)

    def has(self, word: str) -> bool:
        """Whether `is = …` declares the property `word` (equivariant, invariant, symmetric, nonnegative …)."""
        return word in self.fields.get("is", "").split()

    def __str__(self) -> str:
        return f"{self.name}{self.order or ''}({', '.join(p.name for p in self.params)}:{self.form})"


FORMS = {
    "function": "its differential is the field d, linear in dX",
    "linear": "linear in each parameter that has an adjoint: f(dX)",
    "elementwise": "dF = f'(X) .* dX with the field d = f'(X)",
    "constant": "piecewise constant: dF = 0 wherever it is differentiable",
    "notation": "stands for another expression and expands at once: the field means",
    "unspecified": "an elementwise function nobody defined: its differential is the next derivative",
}
