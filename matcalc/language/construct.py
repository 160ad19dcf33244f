"""The record of an operator of the language: how it is written, what its shape is, and how its expression is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matcalc.algebra import apply
from matcalc.core.dims import Dim, Shape
from matcalc.core.expr import Expr
from matcalc.language.inference import Inference
from matcalc.language.lengths import Namer
from matcalc.language.syntax import Syntax
from matcalc.records import NamedTuple

SUMS, PRODUCTS, POWERS, TIGHTEST = 1, 2, 3, 4  # how tightly operators bind
Flat = tuple[list[int], tuple[Syntax, ...]]  # signs and parts of a flattened node


class Builder:
    """The expressions made so far, and what they are made of."""

    def __init__(self, inference: Inference, namer: Namer, leaves: Mapping[str, Expr],
                 uses: Mapping[Syntax, int]) -> None:
        self.inference = inference
        self.namer = namer
        self.leaves = leaves  # what names stand for
        self.uses = uses  # how often a node occurs as a part; only what occurs once is flattened
        self.done: dict[Syntax, Expr] = {}
        self.flat: dict[Syntax, Flat] = {}

    def shape(self, syntax: Syntax) -> Shape:
        """The shape of a node, with names for its unknown dimensions."""
        return self.namer.shape(self.inference, syntax)

    def dim(self, dim: Dim) -> Dim:
        """A dimension as it was solved, with names for its unknowns."""
        return self.namer.dim(self.inference.unifier.resolve(dim))

    def flattened(self, syntax: Syntax, flatten: Callable[[Builder, Syntax], Flat]) -> Flat:
        """The signs and parts that `flatten` finds in a node, looked for only once."""
        if syntax not in self.flat:
            self.flat[syntax] = flatten(self, syntax)
        return self.flat[syntax]

    def args(self, syntax: Syntax) -> list[Expr]:
        """The expressions made of the operands."""
        return [self.done[arg] for arg in syntax.args]

    def applied(self, syntax: Syntax, *args: Expr) -> Expr:
        """The function chosen for `syntax`, of these arguments."""
        return apply(self.inference.functions[syntax], *args)


Rule = Callable[[Inference, Syntax], Shape]
Make = Callable[[Builder, Syntax], Expr]
Parts = Callable[[Builder, Syntax], tuple[Syntax, ...]]


class Infix(NamedTuple):
    """How a sign between two operands is typed. The first of `signs` is the one that fixes and messages show.

    `glyphs` are read as the first sign, `commands` are LaTeX's with the sign or glyph that each stands for, `numpy` the
    signs that mean this operator in NumPy's dialect, whatever they mean elsewhere.
    """

    signs: tuple[str, ...]
    glyphs: tuple[str, ...] = ()
    commands: Mapping[str, str] = {}
    numpy: tuple[str, ...] = ()


def _operands(_: Builder, syntax: Syntax) -> tuple[Syntax, ...]:
    return syntax.args


class Construct(NamedTuple):
    """All that is known of one operator: `shape` infers, from the shapes of the operands, the shape of a node or raises
    ShapeError; `build` makes its expression from theirs.

    `sign` names it in a trace, `binds` tells how tightly it holds its operands, `infix` how it is typed if it is a sign
    between two. `parts` are what is built before it. `is_ordered`: a product whose factors may not be swapped.
    """

    shape: Rule
    build: Make
    sign: str = ""
    binds: int = TIGHTEST
    infix: Infix | None = None
    parts: Parts = _operands
    is_ordered: bool = False

    @property
    def typed(self) -> str:
        """The sign between its operands, as fixes and messages show it."""
        return self.infix.signs[0] if self.infix else ""
