"""The state of one pass that computes every shape: for a fixed kind of each name, dimensions are unknowns to be solved.

A dimension of an undeclared vector or matrix may be anything but 1, so that a vector never silently becomes a scalar.
What is still unknown in the end is named by `lengths`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Protocol

from matcalc.core.dims import Dim, Poly, Shape, Unifier, named, names, over, smaller, substitute
from matcalc.core.function import Function, Signature
from matcalc.core.indices import Axis
from matcalc.language.letters import Letter
from matcalc.language.python_indices import END
from matcalc.language.syntax import EMPTY, Op, Syntax, postorder
from matcalc.records import NamedTuple

SCALAR: Shape = (1, 1)
IDLE = 2  # what it costs to read a function so that it has nothing to do: more than one unusual letter
EXPONENTIALS = "exponentials"  # of the readings of columns the one that takes e^x entry by entry
LARGEST = 10**15  # no dimension is larger
SQUARE = frozenset(["square", "sym", "skew", "psd", "spd", "orthogonal", "diag", "lower", "upper", "invertible",
                    "hermitian", "hpd", "unitary"])
SIZED = frozenset({"eye", "ones", "zeros", "unit"})  # calls whose arguments are sizes
COMMUTATION = "commutation"
Range = tuple[Dim, Dim]  # offset and length
_NOTHING: Mapping[str, Any] = {}
_NO_LETTERS: Mapping[Letter, tuple[Dim, Dim]] = {}


class Rules(Protocol):
    """What the language asks of a rulebook."""

    declared: Mapping[str, Signature]

    def names(self) -> set[str]: ...

    def called(self) -> frozenset[str]: ...

    def aliases(self) -> Mapping[str, str]: ...

    def wholes(self) -> Mapping[str, Mapping[str, str]]: ...

    def functionals(self) -> Mapping[str, int]: ...

    def overloads(self, name: str) -> tuple[Function, ...]: ...

    def fallback(self, name: str) -> Function | None: ...

    def unspecified(self, name: str, order: int = 0) -> Function: ...


class Declaration(NamedTuple):
    """What is said about a name; `kind` may be '' and a dimension None where nothing is said."""

    name: str
    kind: str
    rows: Dim | None = None
    cols: Dim | None = None
    props: frozenset[str] = frozenset()
    axes: tuple[Axis, ...] = ()  # of a family, where they are said


class Scope(NamedTuple):
    """What is known before any kind is inferred. `lenient`: a scalar term is added to every entry of a matrix."""

    rulebook: Rules
    declarations: Mapping[str, Declaration] = _NOTHING
    dims: frozenset[str] = frozenset()
    bindings: Mapping[str, Shape] = _NOTHING
    lenient: bool = False
    numpy: bool = False
    demand_scalar: bool = False
    shown: Mapping[str, str] = _NOTHING  # kinds that the typeface shows: bold letters
    units: frozenset[Syntax] = frozenset()  # bold ones that are the identity
    any_letter: bool = False  # a capital may be a vector or a number
    families: Mapping[str, tuple[Axis, ...]] = _NOTHING  # their axes; names with ? are unknown
    ranges: Mapping[Letter, tuple[Dim, Dim]] = _NO_LETTERS  # of the index letters: the smallest value and how many
    soft: bool = False  # a number as a dimension may stand for a product of declared dimensions: 6 for k*m

    def spelled(self, name: str) -> str:
        """K(m,n) is the commutation matrix."""
        return COMMUTATION if name == "K" and not self.rulebook.overloads("K") else name


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


class Inference:
    """The state of one pass over the nodes: their shapes, and what was decided about each."""

    def __init__(self, scope: Scope, kinds: Mapping[str, str], columns: str = "") -> None:
        self.scope = scope
        self.kinds = kinds
        self.columns = columns  # how a product of two columns is read: '' refuses it
        self.unifier = Unifier()
        self.shapes: dict[Syntax, Shape] = {}
        self.constant: set[Syntax] = set()
        self.functions: dict[Syntax, Function] = {}  # the overloads of calls and of signs
        self.logarithms: dict[Syntax, Function] = {}  # of x.^y, which is exp(y.*log(x))
        self.factors: dict[Syntax, tuple[Syntax, ...]] = {}  # 1×1 stretches as products of their own
        self.exponents: dict[Syntax, int] = {}  # of square matrices and of their roots
        self.symbolic: set[Syntax] = set()  # powers of square matrices whose exponents are no numbers
        self.counts: set[str] = set()  # the names in these exponents
        self.ranges: dict[Syntax, tuple[Range, Range]] = {}  # of entries, for rows and columns
        self.rows: set[Syntax] = set()  # norms of a row, which are those of the column
        self.remaining: dict[Syntax, Dim] = {}  # of sizes that are what remains beside others, X.reshape(2, -1)
        self.columns_typed: set[Syntax] = set()  # NumPy's x[:, None], with two axes
        self.spread: set[Syntax] = set()  # operations on arrays that are spread along an axis
        self.identities: set[Syntax] = set()
        self.variables: dict[str, Shape] = {}
        self.generic: set[str] = {n for axes in scope.families.values() for axis in axes for n in names(axis.size)
                                  if n.startswith("?")}
        self.notes: list[str] = []
        self.holes: list[Syntax] = []
        self.soft: dict[str, int] = {}
        self.cost = 0  # departures from the most plausible kinds, and doubts
        self.idle: list[Syntax] = []  # numbers under functions and signs that do nothing to them
        self.doubts: list[tuple[Syntax, int]] = []  # odd places, and how odd

    @property
    def forced(self) -> bool:
        """Whether several odd things had to be accepted: more than the letters of a formula explain."""
        return sum(cost for _, cost in self.doubts) >= IDLE and self.scope.any_letter

    def doubt_idle(self, *places: Syntax) -> None:
        """Functions or signs with nothing to do are evidence for other kinds."""
        self.idle += places
        self.doubts += [(place, IDLE) for place in places]

    def fresh(self) -> Dim:
        """An unknown that may be 1."""
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
        """The shape of a node, as far as it is known by now."""
        return self.resolved(self.shapes[syntax])

    def resolved(self, shape: Shape) -> Shape:
        """A shape with all that is known of its unknowns by now."""
        return self.unifier.resolve(shape[0]), self.unifier.resolve(shape[1])

    def is_scalar(self, syntax: Syntax) -> bool:
        """Whether a node is 1×1, as far as is known by now."""
        return self.shape(syntax) == SCALAR

    def is_open(self, syntax: Syntax) -> bool:
        """Whether a scalar might be meant as more: it is neither a literal nor declared."""
        return self.is_scalar(syntax) and syntax not in self.constant

    def is_vector(self, syntax: Syntax) -> bool:
        """Whether a node is a row or a column of more than one entry, as far as is known by now."""
        shape = self.shape(syntax)
        return shape != SCALAR and 1 in shape

    def equate(self, a: Dim, b: Dim) -> bool:
        """Make two dimensions equal, unless that makes a generic one 1; whether that worked."""
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
        return all(self.equate(named(x), named(y)) for x, y in pairs)

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

    def equate_shapes(self, a: Shape, b: Shape) -> bool:
        """Make two shapes equal, as `equate` does it with their dimensions; False where that is impossible."""
        return self.equate(a[0], b[0]) and self.equate(a[1], b[1])

    def mark(self) -> int:
        """A point to which `undo` goes back."""
        return len(self.unifier.solved)

    def undo(self, mark: int) -> None:
        """Forget what the unknowns solved since `mark` are."""
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
        """Whether a name means a dimension, and is neither declared as a variable nor a parameter of a rule."""
        return name in self.scope.dims and name not in self.scope.declarations and name not in self.scope.bindings


def literal(syntax: Syntax) -> Fraction | None:
    """The rational number that `syntax` spells, or None."""
    values: dict[Syntax, Fraction] = {}
    for part in postorder(syntax):
        args = [values.get(arg) for arg in part.args]
        value = _value(part, [a for a in args if a is not None]) if None not in args else None
        if value is not None:
            values[part] = value
    return values.get(syntax)


def _value(syntax: Syntax, args: list[Fraction]) -> Fraction | None:
    if syntax.op is Op.NUMBER:
        return Fraction(syntax.data)
    if syntax.op is Op.NEGATE:
        return -args[0]
    if syntax.op is Op.DIVIDE and args[1]:
        return args[0] / args[1]
    if syntax.op is Op.SUM:
        return sum((sign * arg for sign, arg in zip(syntax.data, args, strict=True)), Fraction(0))
    return None


def to_dim(inference: Inference, syntax: Syntax, signed: bool = False, end: Dim | None = None) -> Dim:
    """The dimension that `syntax` spells: n, 3, m*n, n+1, min(m,n); `signed`: a whole number of any sign. `end` is the
    size of the axis, where places may be counted from its end."""
    values: dict[Syntax, Dim] = {}
    for part in postorder(syntax):
        value = end if (part.op, part.data) == (Op.RESERVED, END) else \
            _dim(inference, part, [values[arg] for arg in part.args])
        if value is None:
            raise ShapeError("M0313", "a dimension is expected here: n, 3, n+1 or m*n", part, (), (), hard=True)
        values[part] = value
    if isinstance(dim := values[syntax], int) and dim < 1 and not signed:
        raise ShapeError("M0313", "a dimension is at least 1", syntax, (), (), hard=True)
    return dim


def _dim(inference: Inference, syntax: Syntax, args: list[Dim]) -> Dim | None:
    if syntax.op is Op.NUMBER and Fraction(syntax.data).denominator == 1 and abs(syntax.data) < LARGEST:
        return int(syntax.data)
    if (syntax.op, syntax.data) == (Op.RESERVED, EMPTY):
        return inference.remaining.setdefault(syntax, inference.fresh())
    if syntax.op is Op.NAME and inference.is_dimension(syntax.data):
        return named(syntax.data)
    if syntax.op is Op.DIVIDE:
        return over(args[0], args[1]) if isinstance(args[1], int) and args[1] else None
    if syntax.op is Op.CALL and syntax.data == "min" and len(args) > 1:
        return smaller(*args)
    total: Dim = 1 if syntax.op is Op.PRODUCT else 0
    if syntax.op is Op.PRODUCT:
        for arg in args:
            total = total * arg
        return total
    if syntax.op is Op.SUM:
        for sign, arg in zip(syntax.data, args, strict=True):
            total = total + arg * sign
        return total
    return args[0] * -1 if syntax.op is Op.NEGATE else None
