"""The expression: an immutable, hash-consed, typed graph in which everything is a matrix.

A scalar is 1×1 and a vector n×1. Two equal expressions are the same object, so equality is `is`, memo tables are
dicts, and common sub-expressions are shared without anybody looking for them. Nodes are made by the smart constructors
of `matcalc.algebra`, which keep the normal form; `node` itself only interns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from operator import attrgetter
from typing import Any, ClassVar, TypeVar
from zlib import crc32

from matcalc.core.dims import Dim, Shape
from matcalc.core.indices import NONE, Axis, Index, Ref, used
from matcalc.limits import exact, spend
from matcalc.mime import Shown
from matcalc.records import NamedTuple
from matcalc.session import SESSION

_SIGNATURE = 16
T = TypeVar("T")


class Variable(NamedTuple):
    """What a variable is besides its shape: its canonical name and its declared properties.

    A family has `axes`; a member of it is at the places `refs`, and the shape is that of a member. Without `refs` the
    whole family is meant.
    """

    name: str
    props: frozenset[str] = frozenset()
    axes: tuple[Axis, ...] = ()
    refs: tuple[Ref, ...] = ()

    def known(self, *words: str) -> bool:
        """Whether a declared structure may be used. The mark `free` forbids it: then the entries are independent
        while one differentiates, and the declaration only says where the result is evaluated."""
        return "free" not in self.props and not self.props.isdisjoint(words)

    @property
    def family(self) -> Variable:
        """The family to which a member belongs."""
        return Variable(self.name, self.props, self.axes)

    def sized(self, change: Callable[[Dim], Dim]) -> Variable:
        """The same with changed dimensions."""
        axes = tuple(Axis(change(size), change(low)) for size, low in self.axes)
        return self._replace(axes=axes, refs=tuple(ref.sized(change) for ref in self.refs))

    def __str__(self) -> str:
        places = f"[{','.join(map(str, self.refs))}]" if self.refs else ""
        return self.name + places + ":" + ",".join(sorted(self.props))


class Direction(NamedTuple):
    """Of which variable a tangent is the differential; `turn` tells the directions of a higher differential apart.
    `axes` and `refs` are those of a member of a family, `complex` tells the tangent of a complex variable."""

    name: str
    turn: int = 0
    axes: tuple[Axis, ...] = ()
    refs: tuple[Ref, ...] = ()
    complex: bool = False

    def sized(self, change: Callable[[Dim], Dim]) -> Direction:
        """The same with changed dimensions."""
        axes = tuple(Axis(change(size), change(low)) for size, low in self.axes)
        return self._replace(axes=axes, refs=tuple(ref.sized(change) for ref in self.refs))

    def __str__(self) -> str:
        return f"({self.name!r}, {self.turn}{''.join(f', {ref}' for ref in self.refs)}{', complex' * self.complex})"


class Kind(Enum):
    """What a node is. Members are compared by identity; the value is what sorting reads, and stays what it is."""

    NUM = "num"  # data Fraction
    DIM = "dim"  # data a dimension, used as a number
    CONST = "const"  # data "pi", or "i", the imaginary unit
    VAR = "var"  # data Variable
    TANGENT = "tangent"  # data Direction: the differential of a variable
    EYE = "eye"
    ONES = "ones"
    ZEROS = "zeros"
    UNIT = "unit"  # data i: the i-th basis vector
    ADD = "add"  # terms
    MUL = "mul"  # data coefficient; scalar factors, then at most one matrix
    POW = "pow"  # base, exponent; elementwise where the base is not 1×1
    HAD = "had"  # elementwise product
    CHAIN = "chain"  # matrix product of factors that are not 1×1
    TRANSPOSE = "transpose"  # of an atom
    MATPOW = "matpow"  # data k: X^k
    TRACE = "trace"
    BLOCK = "block"  # data: number of blocks in each row
    SLICE = "slice"  # data (row0, rows, col0, cols)
    CALL = "call"  # data Function
    INDEX = "index"  # data Ref: the value of an index as a number
    IVERSON = "iverson"  # data Relation: 1 where it holds, else 0
    SYMPOW = "sympow"  # X^k, the exponent an expression whose value is a whole number, 0 or more
    CONJ = "conj"  # of a complex variable, or of its tangent
    OVER = "over"  # data (word, Index): sum, prod, max or min of the operand over an index that is bound here

    __hash__ = object.__hash__  # identity, in C: kinds are keys of tables that are asked for every node


# The members as names of this module: `Kind.ADD` is looked up through the metaclass, which costs ten times as much.
(NUM, DIM, CONST, VAR, TANGENT, EYE, ONES, ZEROS, UNIT,
 ADD, MUL, POW, HAD, CHAIN, TRANSPOSE, MATPOW, TRACE, BLOCK, SLICE, CALL,
 INDEX, IVERSON, SYMPOW, CONJ, OVER) = Kind
LEAVES = frozenset({NUM, DIM, CONST, VAR, TANGENT, EYE, ONES, ZEROS, UNIT, INDEX, IVERSON})


def _structure(e: Expr) -> str:
    """The kind of a node with its literal part and its operands: mul(1, var(x:), var(y:))."""
    parts = e.args if e.data is None else (e.data, *e.args)
    return f"{e.kind.value}({', '.join(map(str, parts))})"


class Expr(Shown):
    """One node. `kind` says what it is, `args` are its operands, `data` is its literal part.

    `order` is a structural sort key of constant size (weight, leading names, transposes, digest), the same in every
    run. `varies` tells whether a tangent occurs below, `complex` whether something complex does, but for the operands
    of what has real values by its rule, `flips` counts the transposes and conjugates (both at once, Xᴴ, are one),
    `free` are the indices on which the value depends.
    """

    __slots__ = ("__weakref__", "args", "complex", "data", "digest", "flips", "free", "kind", "order", "shape",
                 "signature", "varies", "weight")

    kind: Kind
    args: tuple[Expr, ...]
    data: Any
    shape: Shape
    weight: int
    flips: int
    signature: str
    digest: int
    varies: bool
    complex: bool
    free: frozenset[Index]
    order: tuple[int, str, int, int]
    shown: ClassVar[Callable[[Expr], str]] = _structure  # for debugging; the printers put the formula in its place

    @property
    def is_scalar(self) -> bool:
        """Whether it is 1×1."""
        return self.shape == (1, 1)

    @property
    def is_square(self) -> bool:
        """Whether it has as many rows as columns."""
        return self.shape[0] == self.shape[1]

    def __repr__(self) -> str:
        return self.shown()


_table: dict[tuple[Kind, tuple[Expr, ...], Any, Shape], Expr] = SESSION.nodes


def node(kind: Kind, args: tuple[Expr, ...], data: Any, shape: Shape) -> Expr:
    """The one node with these parts."""
    key = (kind, args, data, shape)
    found = _table.get(key)
    if found is None:
        spend(1 + len(args))
        if data is not None:
            exact(data)
        found = _table[key] = _new(kind, args, data, shape)
    return found


def _new(kind: Kind, args: tuple[Expr, ...], data: Any, shape: Shape) -> Expr:
    """A node with what sorting and walking need of it; the sums over operands run in C, for sums of thousands."""
    e = Expr.__new__(Expr)
    e.kind, e.args, e.data, e.shape = kind, args, data, shape
    e.weight = int(kind not in _WEIGHTLESS) + sum(map(_WEIGHT, args))
    e.flips = int(kind in _FLIPPING and not (kind is TRANSPOSE and args[0].kind is CONJ)) + sum(map(_FLIPS, args))
    e.varies = kind is TANGENT or any(map(_VARIES, args))
    e.complex = any(map(_COMPLEX, args)) if args else kind in _COMPLEX_LEAVES and _is_complex(kind, data)
    if e.complex and kind is CALL and data.plain is not None and data.has("real"):
        e.complex = False
    e.free = _free(kind, args, data)
    e.signature = _sign(kind, args, data)
    # A hash of integers, which is the same in every run, other than a hash of strings.
    e.digest = hash((crc32(f"{kind.value} {data} {shape}".encode()), *map(_DIGEST, args)))
    e.order = (e.weight, e.signature, e.flips, e.digest)
    return e


COMPLEX = frozenset({"complex", "hermitian", "hpd", "unitary"})  # what makes a variable complex, where declared
_NAMED = (VAR, CALL)
_MEMBERS = (VAR, TANGENT)
_INDEXED = frozenset({VAR, TANGENT, INDEX, IVERSON, OVER})
_WEIGHTLESS = frozenset({NUM, TRANSPOSE, CONJ})
_FLIPPING = frozenset({TRANSPOSE, CONJ})
_COMPLEX_LEAVES = frozenset({CONST, VAR, TANGENT})
_WEIGHT, _FLIPS, _VARIES, _DIGEST, _FREE = map(attrgetter, ("weight", "flips", "varies", "digest", "free"))
_COMPLEX = attrgetter("complex")


def _is_complex(kind: Kind, data: Any) -> bool:
    """Whether a leaf is complex."""
    if kind is VAR:
        return not COMPLEX.isdisjoint(data.props)
    return bool(data.complex) if kind is TANGENT else data == "i"


def _free(kind: Kind, args: tuple[Expr, ...], data: Any) -> frozenset[Index]:
    """The indices below a node that no sum binds."""
    if kind not in _INDEXED:
        return NONE.union(*map(_FREE, args)) if any(map(_FREE, args)) else NONE
    if kind is OVER:
        return args[0].free - {data[1]}
    refs = (data,) if kind is INDEX else (data.left, data.right) if kind is IVERSON else data.refs
    return frozenset(used(*refs)) if refs else NONE


def _sign(kind: Kind, args: tuple[Expr, ...], data: Any) -> str:
    """The first names below a node, cut to a constant length."""
    signature = "d" + data[0] if kind is TANGENT else data.name if kind in _NAMED else ""
    if kind in _MEMBERS and data.refs:  # members are in one order with and without a transpose
        signature += "".join(f"_{index.rank}" for index in used(*data.refs))
    for arg in args:
        if len(signature) >= _SIGNATURE:
            break
        signature += arg.signature
    return str(signature[:_SIGNATURE])


def postorder(*roots: Expr, varying: bool = False,
              below: Callable[[Expr], Sequence[Expr]] | None = None) -> list[Expr]:
    """Every node below `roots` once, operands before the operations that use them.

    `varying` leaves out what no tangent occurs in, without walking through it; `below` says what is needed for a node
    where that is not its operands.
    """
    seen: set[Expr] = set()
    done: list[Expr] = []
    stack: list[Expr | None] = [*reversed(roots)]
    while stack:
        e = stack.pop()
        if e is None:  # all below the next one is done
            done.append(stack.pop())  # type: ignore[arg-type]
        elif e not in seen:
            seen.add(e)
            args = e.args if below is None else below(e)
            if not args:
                done.append(e)
                continue
            stack += (e, None)
            stack += [arg for arg in reversed(args) if arg not in seen and (arg.varies or not varying)]
    spend(len(done))
    return done


class Table(dict[Expr, T]):
    """What `value` says of an expression, found when it is asked for, operands first."""

    value: Callable[[Expr], T]

    def __missing__(self, e: Expr) -> T:
        waiting = [e]
        while waiting:
            part = waiting[-1]
            missing = [arg for arg in part.args if arg not in self]
            if missing:
                missing.reverse()
                waiting += missing
                continue
            waiting.pop()
            if part not in self:
                spend()
                self[part] = self.value(part)
        return self[e]


class Memo(Table[T]):
    """The table of a function."""

    def __init__(self, function: Callable[[Expr], T]) -> None:
        super().__init__()
        self.value = function


def whole(leaf: Expr) -> Expr:
    """The family to which a member belongs, conjugated as that is; any other leaf itself."""
    if leaf.kind is CONJ:
        return node(CONJ, (whole(leaf.args[0]),), None, leaf.shape)
    if leaf.kind not in (VAR, TANGENT) or not leaf.data.refs:
        return leaf
    return node(leaf.kind, (), leaf.data._replace(refs=()), leaf.shape)


def givens(*roots: Expr) -> list[Expr]:
    """What below `roots` needs a value: variables, tangents, and the families of members."""
    return list(dict.fromkeys(whole(e) for e in postorder(*roots) if e.kind in (VAR, TANGENT)))


def variables(*roots: Expr) -> list[Expr]:
    """The variables below `roots` in order of first occurrence."""
    return [e for e in postorder(*roots) if e.kind is VAR]


def functions(e: Expr) -> frozenset[Any]:
    """The functions that are called in `e`, known of its parts: nothing is walked."""
    return _functions[e]


@SESSION.memo
@Memo
def _functions(e: Expr) -> frozenset[Any]:
    """A set is shared as far up as it stays the same."""
    own = {e.data} if e.kind is CALL else ()
    below = {_functions[arg] for arg in e.args if _functions[arg]}
    return next(iter(below)) if len(below) == 1 and not own else frozenset().union(own, *below)


