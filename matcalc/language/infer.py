"""One pass over the Syntax computes every shape: for a fixed kind of each name, dimensions are unknowns to be solved.

A dimension of an undeclared vector or matrix may be anything but 1, so that a vector never silently becomes a scalar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matcalc.dims import Dim, Poly, Shape, Unifier, named, names, substitute
from matcalc.language.declarations import SQUARE, Declaration
from matcalc.language.syntax import Op, Syntax
from matcalc.limits import spend

SCALAR: Shape = (1, 1)
IDLE = 2  # what it costs to read a function so that it has nothing to do: more than one unusual letter
EXPONENTIALS = "exponentials"  # of the readings of columns the one that takes e^x entry by entry


@dataclass(slots=True)
class Scope:
    """What is known before any kind is inferred. `lenient`: a scalar term is added to every entry of a matrix."""

    rulebook: Any
    declarations: Mapping[str, Declaration] = field(default_factory=dict)
    dims: frozenset[str] = frozenset()
    bindings: Mapping[str, Shape] = field(default_factory=dict)
    lenient: bool = False
    numpy: bool = False
    demand_scalar: bool = False
    shown: Mapping[str, str] = field(default_factory=dict)  # kinds that the typeface shows: bold letters
    units: frozenset[Syntax] = frozenset()  # bold ones that are the identity
    any_letter: bool = False  # a capital may be a vector or a number
    soft: bool = False  # a number as a dimension may stand for a product of declared dimensions: 6 for k*m


def single(dim: Dim) -> str | None:
    """The name that `dim` is, or None where it is a number or anything composed."""
    if isinstance(dim, int) or len(dim.terms) != 1 or dim.terms[0][1] != 1 or len(dim.terms[0][0]) != 1:
        return None
    return dim.terms[0][0][0]


class ShapeError(Exception):
    """The shapes of `syntax` do not fit under the present kinds; the message is made only when it is needed.

    `parts` are the participants to label; `fixes` are put in the place of `place` (or of `syntax`), where {0}, {1} …
    are the texts of the parts and then of `extra`. `hard`: no other kinds may be tried. `wide`: dimensions collided,
    so any name may be the cause, not only those below `syntax`. `columns`: a product of two columns, or e^ of a column.
    """

    def __init__(self, code: str, message: str, syntax: Syntax, parts: tuple[Syntax, ...] = (),
                 fixes: tuple[str, ...] = (), *, extra: tuple[Syntax, ...] = (), place: Syntax | None = None,
                 hard: bool = False, wide: bool = False, columns: bool = False, cross: bool = False) -> None:
        super().__init__(code)
        self.code, self.message, self.syntax, self.parts, self.fixes = code, message, syntax, parts, fixes
        self.extra, self.place = extra, place or syntax
        self.hard, self.wide, self.columns, self.cross = hard, wide, columns, cross
        self.inference: Inference | None = None  # the pass that failed
        self.unlikely = False  # it is said although another reading fits


@dataclass(slots=True)
class Inference:
    """The state of one pass. `choices` remembers per node what was decided (overload, grouping, reading)."""

    scope: Scope
    kinds: Mapping[str, str]
    columns: str = ""  # how a product of two columns is read: '' refuses it
    unifier: Unifier = field(default_factory=Unifier)
    shapes: dict[Syntax, Shape] = field(default_factory=dict)
    constant: set[Syntax] = field(default_factory=set)
    choices: dict[Syntax, Any] = field(default_factory=dict)
    variables: dict[str, Shape] = field(default_factory=dict)
    generic: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    holes: list[Syntax] = field(default_factory=list)
    soft: dict[str, int] = field(default_factory=dict)
    cost: int = 0  # departures from the most plausible kinds, and doubts
    idle: list[Syntax] = field(default_factory=list)  # numbers under functions and signs that do nothing to them
    doubts: list[tuple[Syntax, int]] = field(default_factory=list)  # odd places, and how odd

    @property
    def forced(self) -> bool:
        """Whether several odd things had to be accepted: more than the letters of a formula explain."""
        return sum(cost for _, cost in self.doubts) >= IDLE and self.scope.any_letter

    def doubt_idle(self, *places: Syntax) -> None:
        """Functions or signs with nothing to do are evidence for other kinds."""
        self.idle += places
        self.doubts += [(place, IDLE) for place in places]

    def fresh(self) -> Dim:
        return self.unifier.fresh()

    def fresh_generic(self) -> Dim:
        """An unknown that is not 1."""
        dim = self.unifier.fresh()
        self.generic |= names(dim)
        return dim

    def number(self, dim: Dim) -> Dim:
        """A dimension as written; a number may turn out to be a product where the scope is soft."""
        if not self.scope.soft or not isinstance(dim, int) or dim < 4:
            return dim
        unknown = self.fresh_generic()
        self.soft[single(unknown) or ""] = dim
        return unknown

    def harden(self, root: Syntax) -> None:
        """What is still unknown is the number that was written; anything but a product of dimensions must equal it."""
        for name, value in self.soft.items():
            dim = self.unifier.resolve(named(name))
            product = isinstance(dim, Poly) and len(names(dim)) > 1
            if not product and not self.unifier.unify(dim, value):
                raise ShapeError("M0301", f"a dimension is {value} and {dim}", root, wide=True)

    def shape(self, syntax: Syntax) -> Shape:
        return self.resolved(self.shapes[syntax])

    def resolved(self, shape: Shape) -> Shape:
        return self.unifier.resolve(shape[0]), self.unifier.resolve(shape[1])

    def is_scalar(self, syntax: Syntax) -> bool:
        return self.shape(syntax) == SCALAR

    def is_open(self, syntax: Syntax) -> bool:
        """Whether a scalar might be meant as more: it is neither a literal nor declared."""
        return self.is_scalar(syntax) and syntax not in self.constant

    def is_vector(self, syntax: Syntax) -> bool:
        shape = self.shape(syntax)
        return shape != SCALAR and 1 in shape

    def same(self, a: Dim, b: Dim) -> bool:
        """Make two dimensions equal, unless that makes a generic one 1."""
        a, b = self.unifier.resolve(a), self.unifier.resolve(b)
        if a == b:
            return True
        if self._rank(a) < self._rank(b):
            a, b = b, a  # the younger unknown is expressed by the older one, a generic one by nothing else
        if (b == 1 and self._is_generic(a)) or (a == 1 and self._is_generic(b)):
            return False
        return self.unifier.unify(a, b) or self._pin(a, b) or self._pin(b, a) or self._factorwise(a, b)

    def _factorwise(self, a: Dim, b: Dim) -> bool:
        """vec(X)' vec(Y): two products of unknowns are equal if their factors are, one by one."""
        if isinstance(a, int) or isinstance(b, int) or len(a.terms) != 1 or len(b.terms) != 1:
            return False
        (left, c), (right, d) = a.terms[0], b.terms[0]
        unknown = all(name.startswith("?") for name in (*left, *right))
        if c != d or len(left) != len(right) or not unknown:
            return False
        pairs = zip(*(sorted(names, key=lambda name: int(name[1:])) for names in (left, right)), strict=True)
        return all(self.same(named(x), named(y)) for x, y in pairs)

    def _pin(self, a: Dim, b: Dim) -> bool:
        """A declared dimension name gets the number that it must be: x + y with x: vector(n), y: vector(3)."""
        if not isinstance(a, Poly) or not isinstance(b, int) or not 2 <= b <= 10_000 or len(names(a)) != 1:
            return False
        (name,) = names(a)
        value = next((k for k in range(2, b + 1) if substitute(a, {name: k}) == b), None)
        if value is None or name not in self.scope.dims or self.scope.bindings:
            return False
        self.unifier.solved[name] = value
        return True

    def _is_generic(self, dim: Dim) -> bool:
        return (name := single(dim)) is not None and name in self.generic

    def _rank(self, dim: Dim) -> int:
        """How readily an unknown is replaced: its age, those that may be 1 first."""
        name = single(dim)
        if name is None or not name.startswith("?"):
            return 0
        return int(name[1:]) + (0 if name in self.generic else 1_000_000_000)

    def same_shape(self, a: Shape, b: Shape) -> bool:
        return self.same(a[0], b[0]) and self.same(a[1], b[1])

    def mark(self) -> int:
        """A point to which `undo` goes back."""
        return len(self.unifier.solved)

    def undo(self, mark: int) -> None:
        while len(self.unifier.solved) > mark:
            self.unifier.solved.popitem()

    def variable(self, name: str) -> Shape:
        """The shape of a name under the present kinds."""
        if name not in self.variables:
            self.variables[name] = self._declared(name) or self._of_kind(self.kinds.get(name, "scalar"))
        return self.variables[name]

    def _declared(self, name: str) -> Shape | None:
        declaration = self.scope.declarations.get(name)
        if declaration is None or not declaration.kind:
            return None
        rows = self.fresh_generic() if declaration.rows is None else self.number(declaration.rows)
        if declaration.cols is None:
            return rows, rows if declaration.props & SQUARE else self.fresh_generic()
        return rows, rows if declaration.cols == declaration.rows else self.number(declaration.cols)

    def _of_kind(self, kind: str) -> Shape:
        if kind == "scalar":
            return SCALAR
        return self.fresh_generic(), 1 if kind == "vector" else self.fresh_generic()

    def is_dimension(self, name: str) -> bool:
        return name in self.scope.dims and name not in self.scope.declarations and name not in self.scope.bindings


def infer(nodes: list[Syntax], scope: Scope, kinds: Mapping[str, str], columns: str = "") -> Inference:
    """Shapes of all `nodes` (operands first, the root last), or a ShapeError."""
    from matcalc.language.shapes import RULES

    inference = Inference(scope, kinds, columns)
    try:
        for syntax in nodes:
            spend(8)
            inference.shapes[syntax] = shape = RULES[syntax.op](inference, syntax)
            if shape == SCALAR and is_constant(inference, syntax):
                inference.constant.add(syntax)
        _demand(inference, nodes[-1])
        inference.harden(nodes[-1])
    except ShapeError as mismatch:
        mismatch.inference = inference
        raise
    return inference


def is_constant(inference: Inference, syntax: Syntax) -> bool:
    """A number made of literals, dimensions and declared scalars: it may be added to every entry of a vector."""
    if syntax.op is Op.NAME:
        return syntax.data in inference.scope.declarations or inference.is_dimension(syntax.data)
    if syntax.op in (Op.HOLE, Op.CALL, Op.DOTTED, Op.INDEX):
        return False
    return all(arg in inference.constant for arg in syntax.args)


def _demand(inference: Inference, root: Syntax) -> None:
    if inference.scope.demand_scalar and not inference.is_scalar(root):
        shape = inference.shapes[root]
        if not (root.op in (Op.HOLE, Op.CALL) and inference.same_shape(shape, SCALAR)):
            terms = [arg for arg in root.args if root.op is Op.SUM and inference.is_open(arg)]
            if terms:  # a number spread over a vector is hardly meant where a number is asked for
                other = next(arg for arg in root.args if not inference.is_scalar(arg))
                raise ShapeError("M0302", "cannot add these", root, (terms[0], other), place=other)
            raise ShapeError("M0310", "a scalar is needed here", root, (root,), ("sum({t0})", "‖{t0}‖²"))
