"""Code for expressions with indices: arrays whose axes have labels, an index or the rows or the columns of a matrix.

A number has no axis, a vector one, the members of a family those of their indices besides. What belongs to one member
at a time broadcasts; a product that is summed is one contraction over labels. No loop runs over members.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from matcalc.core.dims import Dim, names
from matcalc.core.expr import LEAVES, OVER, TRANSPOSE, Expr, postorder
from matcalc.core.indices import Index
from matcalc.printers.precedence import ATOM, LOOSE, POWER, PRODUCT, SUM, Form
from matcalc.targets.identifiers import Names
from matcalc.targets.target import Stacks

ROW, COLUMN = "row", "column"
Label = Index | str
LONGEST = 60


class Value(NamedTuple):
    """Text of an array, how tightly it binds, and the labels of its axes; a negated one begins with a minus."""

    text: str
    level: int = ATOM
    axes: tuple[Label, ...] = ()
    negated: bool = False

    def at_least(self, level: int) -> str:
        """The text, in brackets where it binds too loosely."""
        return self.text if self.level >= level else f"({self.text})"


class Plan(NamedTuple):
    """How a node is computed: from the values of which others, and what is made of these."""

    parts: tuple[Expr, ...]
    make: Callable[[list[Value]], Value]


def member_axes(e: Expr) -> tuple[str, ...]:
    """The axes of one member of the value: none where there is one row or one column."""
    return (*((ROW,) if e.shape[0] != 1 else ()), *((COLUMN,) if e.shape[1] != 1 else ()))


class Labelled:
    """The lines that compute expressions with indices, and the dimensions they mention; `first` are the indices that
    the result has, in their order. One that `is_guarded` computes values that are not used, which may not exist."""

    def __init__(self, known: Names, roots: Sequence[Expr], first: Sequence[Index] = ()) -> None:
        assert known.target.stacks is not None
        self.known, self.target, self.first = known, known.target, tuple(first)
        self.say: Stacks = known.target.stacks
        self.identifiers = known.identifiers.inner()
        self.lines: list[str] = []
        self.sizes: set[str] = set()
        self.positions: dict[tuple[Dim, Dim], str] = {}
        self.is_guarded = False
        self.uses = Counter(arg for part in postorder(*roots) for arg in part.args)

    def dim(self, dim: Dim) -> str:
        """The text of a dimension, which the function then has to know."""
        self.sizes |= names(dim)
        return self.known.sizes.code(dim)

    def write(self, roots: Sequence[Expr], plan: Callable[[Labelled, Expr], Plan]) -> list[Value]:
        """Fill `lines`; returns the values of `roots`. `plan` says how each node is computed."""
        plans: dict[Expr, Plan] = {}

        def parts(part: Expr) -> tuple[Expr, ...]:
            if part not in plans:
                plans[part] = plan(self, part)
            return plans[part].parts

        order = postorder(*roots, below=parts)
        uses = Counter(arg for part in order for arg in plans[part].parts)
        whole = {e for e in roots if not uses[e] and roots.count(e) == 1}
        uses.update(e for e in roots if e not in whole)
        done: dict[Expr, Value] = {}
        for part in order:
            found = plans[part].make([done[arg] for arg in plans[part].parts])
            trivial = part.kind in LEAVES or part.kind is TRANSPOSE or found.text.isidentifier() or part in whole
            long = len(found.text) > LONGEST or (part.kind is OVER and uses[part] > 1)
            done[part] = found if trivial or (uses[part] < 2 and not long) else self.named(found)
        return [done[e] for e in roots]

    def named(self, value: Value, wish: str = "") -> Value:
        """The value as a line of its own."""
        name = self.identifiers.temporary(wish)
        self.lines.append(self.target.statements.assign([name], value.text))
        return Value(name, ATOM, value.axes)

    def rank(self, label: Label) -> tuple[int, int, str]:
        """Where an axis stands: indices of the result, bound ones from the outermost sum on, rows and columns."""
        if isinstance(label, str):
            return 2, (ROW, COLUMN).index(label), ""
        if label in self.first:
            return 0, self.first.index(label), ""
        height = label.name.strip("#~")
        return 1, -int(height) if height.isdigit() else 0, label.name

    def together(self, *values: Iterable[Label]) -> tuple[Label, ...]:
        """The axes that several have together, in order."""
        return tuple(sorted({label for axes in values for label in axes}, key=self.rank))

    def aligned(self, value: Value, axes: Sequence[Label], whole: bool = False) -> Value:
        """The value so that it broadcasts with `axes`; a `whole` one has an axis for each of them."""
        value = self.turned(value, [label for label in axes if label in value.axes])
        start = 0 if whole or not value.axes else next(i for i, label in enumerate(axes) if label in value.axes)
        wanted = axes[start:] if value.axes or whole else []
        if all(label in value.axes for label in wanted):
            return value
        shown = [self.say.all if label in value.axes else self.say.new for label in wanted]
        while shown[-1] == self.say.all:
            shown.pop()
        return Value(self.say.entry.format(x=value.at_least(ATOM), places=", ".join(shown)), ATOM, tuple(wanted))

    def turned(self, value: Value, axes: Sequence[Label]) -> Value:
        """The value with its own axes in another order."""
        if list(axes) == list(value.axes):
            return value
        order = [value.axes.index(label) for label in axes]
        text = (self.say.transposed if len(order) == 2 else self.say.turned).format(
            x=value.at_least(ATOM), order=", ".join(map(str, order)))
        return Value(text, ATOM, tuple(axes))

    def repeated(self, value: Value, axes: Sequence[Label], lengths: Sequence[str]) -> Value:
        """The value with all of `axes`, repeated along those it does not have."""
        found = self.aligned(value, axes)
        if set(axes) <= set(value.axes):
            return found
        return Value(self.say.repeated.format(x=found.text, shape=_tuple(lengths)), ATOM, tuple(axes))

    def lengths(self, axes: Sequence[Label], e: Expr) -> list[str]:
        """The lengths of axes of a value of `e`."""
        inner: dict[Label, Dim] = {ROW: e.shape[0], COLUMN: e.shape[1]}
        return [self.dim(label.size if isinstance(label, Index) else inner[label]) for label in axes]

    def matrix(self, value: Value, letters: Sequence[Label]) -> Value:
        """The value as stacks of matrices with two axes, behind as many of `letters` as broadcasting needs."""
        axes = (*letters, ROW, COLUMN)
        own = [label for label in axes if label in value.axes or isinstance(label, str)]
        start = next(i for i, label in enumerate(axes) if label in own)
        return self.aligned(value, axes[start:], whole=True)

    def of_matrix(self, text: str, e: Expr, letters: Sequence[Label], behind: int = 2) -> Value:
        """Stacks with `behind` axes for each member as a value of `e`, which has none for one row or one column."""
        kept = member_axes(e)
        if behind <= len(kept):
            return Value(text, ATOM, (*letters, *kept))
        inner = [self.say.all if label in kept else "0" for label in (ROW, COLUMN)][2 - behind:]
        front = [self.say.rest] if letters else []
        return Value(self.say.entry.format(x=text, places=", ".join([*front, *inner])), ATOM, (*letters, *kept))

    def filled(self, form: Form, values: Sequence[Value]) -> tuple[str, int]:
        """A row of a table with values in its holes, and how tightly it binds."""
        given = [self.named(v) if form.pieces.count(f"#{i}") > 1 and len(v.text) > 8 else v
                 for i, v in enumerate(values)]
        text = "".join(given[int(piece[1:])].at_least(form.need(int(piece[1:]))) if piece[0] == "#" else piece
                       for piece in form.pieces)
        return text, form.level

    def position(self, index: Index) -> str:
        """A name for the values of an index, in a line of its own."""
        key = (index.low, index.size)
        if key not in self.positions:
            text = self.say.range.format(start=self.dim(index.low), end=self.dim(index.low + index.size))
            self.positions[key] = self.named(Value(text), "ijklpq"[len(self.positions) % 6]).text
        return self.positions[key]


def scaled(factor: str, value: Value) -> Value:
    """A number times a value; −1 is a minus."""
    if factor == "1":
        return value
    if factor == "-1":
        return Value(f"-{value.at_least(PRODUCT)}", SUM, value.axes, negated=True)
    text = f"{factor.lstrip('-')} * {value.at_least(POWER)}"
    return Value(f"-{text}", SUM, value.axes, negated=True) if factor[0] == "-" else Value(text, LOOSE, value.axes)


def _tuple(items: Sequence[str]) -> str:
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
