"""The parse tree: what was typed, before anyone knows what a name is or which shape it has.

A `Syntax` node keeps its span in the original text, so that every later complaint can point at it. Sums and products
are n-ary, so a sum of thousands of terms is one flat node. Names bound with := are replaced by what they stand for; a
bound expression is shared, never copied twice, so a tree may be a graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from matcalc.diagnostics import Span
from matcalc.limits import spend


class Op(Enum):
    """The operators of the language, each with what `data` and `args` of its nodes are."""

    NUMBER = "number"  # data Fraction
    NAME = "name"  # data canonical name (W_1 for W1, W₁, W_{1}; sigma for σ)
    RESERVED = "reserved"  # data one of I, ones, zeros, pi, e (Euler's number, only as the base of a power), or
    # vector and matrix, whose one argument is every entry
    HOLE = "hole"  # ?
    SUM = "sum"  # args terms, data their signs (+1 or -1)
    NEGATE = "negate"
    PRODUCT = "product"  # args factors; data (i, DOT or CROSS) for factors i behind such a sign, or None
    DIVIDE = "divide"
    DIVIDE_BY_RUN = "divide-by-run"  # p / q r …: args (p, q, r, …) where both (p/q) r … and p/(q r …) can be meant
    HADAMARD = "hadamard"
    HADAMARD_DIVIDE = "hadamard-divide"
    HADAMARD_POWER = "hadamard-power"
    KRON = "kron"
    POWER = "power"
    TRANSPOSE = "transpose"
    INVERSE_TRANSPOSE = "inverse-transpose"
    CALL = "call"  # data function name as typed (canonical spelling), args its arguments
    DOTTED = "dotted"  # f.(p): a function taken entry by entry, data and args as for a call
    APPLY = "apply"  # unspecified elementwise function: data (name, order of derivative), one argument
    BARS = "bars"  # |p|: absolute value or determinant
    NORM = "norm"  # ‖p‖ with data '', '1', '2', 'F', 'inf', '*' or 'op'
    INNER = "inner"  # <p, q>
    INDEX = "index"  # p[i, j]: args (p,); data for each axis None (all), a Syntax or a pair of Syntax (range)
    BLOCK = "block"  # [A, B; C, D]: args row by row, data the number of blocks in each row
    OVER = "over"  # Σᵢ p and its kin: args (p, condition, …), data the limits as typed, then (word, Letter)
    LETTER = "letter"  # an index as a number, the k of xᵏ: data a Place
    RELATION = "relation"  # [i = j]: data the text between the brackets, then (sign, Place, Place)
    AT = "at"  # x(2): an entry, or a factor behind the bracket, args (p, number), data whether a power follows
    STEPPED = "stepped"  # entries at equal steps: data (axis, steps, how many axes were typed)
    ALONG = "along"  # a sum along an axis, and axes that NumPy adds: data (word, axis, whether the axis is kept)
    REPLACED = "replaced"  # args (an index of an array, what is put there), data how: set, add, multiply …
    PADDED = "padded"  # args (an array, what is put around it), data how much along each axis, the last one first
    EINSUM = "einsum"  # args operands, data the string of subscripts

    __hash__ = object.__hash__


for _op in Op:  # Python 3.11 looks a member up by a property, four times as slow as an attribute
    type.__setattr__(Op, _op.name, _op)

CONJUGATED = "vdot"  # an inner product whose first operand is conjugated, as NumPy and Dirac have it
CONJUGATE, ADJOINT = "conj", "ctranspose"  # the functions that the signs x̄ and ᴴ stand for
UNIT = "imaginary"  # the reserved word of 1i
PSEUDO_INVERSE = "pinv"  # the function that ⁺ stands for
EMPTY = "[]"  # MATLAB's empty argument; as a size, what remains beside the other one
EACH = "each"  # data of a sign that goes entry by entry though no dot was typed
DOT, CROSS = "dot", "cross"  # signs that mean more between vectors than between numbers


class Syntax:
    """`op` says which construct, `data` its literal part (see Op), `args` its operands. Never changed.

    Compared by identity, so that nodes can be keys of memo tables.
    """

    __slots__ = ("args", "data", "op", "span")

    def __init__(self, op: Op, args: tuple[Syntax, ...], data: Any, span: Span) -> None:
        self.op, self.args, self.data, self.span = op, args, data, span


def node(op: Op, args: tuple[Syntax, ...], span: Span, data: Any = None) -> Syntax:
    """Make a node; `data` may be left out."""
    return Syntax(op, args, data, span)


def within(syntax: Syntax, span: Span) -> Syntax:
    """The same syntax, its brackets counted in."""
    return Syntax(syntax.op, syntax.args, syntax.data, span)


def children(syntax: Syntax) -> Iterator[Syntax]:
    """All parts of a node, with those in its data (the indices of an entry)."""
    yield from syntax.args
    if syntax.op is Op.INDEX:
        for axis in syntax.data:
            if axis is not None:
                yield from axis if isinstance(axis, tuple) else (axis,)


def postorder(root: Syntax) -> list[Syntax]:
    """Every node below `root` once, parts before the whole, from left to right."""
    seen: set[Syntax] = set()
    done: list[Syntax] = []
    stack = [(root, False)]
    while stack:
        syntax, expanded = stack.pop()
        if expanded:
            done.append(syntax)
        elif syntax not in seen:
            seen.add(syntax)
            stack.append((syntax, True))
            parts = syntax.args if syntax.op is not Op.INDEX else tuple(children(syntax))
            stack.extend((part, False) for part in reversed(parts) if part not in seen)
    spend(len(done))
    return done


def instantiate(body: Syntax, values: Mapping[str, Syntax]) -> Syntax:
    """`body` with the names of `values` replaced."""
    new: dict[Syntax, Syntax] = {}
    for syntax in postorder(body):
        if syntax.op is Op.NAME and syntax.data in values:
            new[syntax] = values[syntax.data]
        elif any(new[part] is not part for part in children(syntax)):
            args = tuple(new[arg] for arg in syntax.args)
            new[syntax] = Syntax(syntax.op, args, _data(syntax, new), syntax.span)
        else:
            new[syntax] = syntax
    return new[body]


def placed(syntax: Syntax, span: Span) -> Syntax:
    """The same, standing at `span`."""
    return Syntax(syntax.op, tuple(placed(arg, span) for arg in syntax.args), syntax.data, span)


def _data(syntax: Syntax, new: Mapping[Syntax, Syntax]) -> object:
    if syntax.op is not Op.INDEX:
        return syntax.data
    return tuple(None if axis is None else tuple(new[a] for a in axis) if isinstance(axis, tuple) else new[axis]
                 for axis in syntax.data)


def base_of(name: str) -> str:
    """The letter or word of a name, without its sub- and superscripts."""
    return re.split(r"[_^]", name, maxsplit=1)[0]
