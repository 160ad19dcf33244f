"""The leaves: numbers, dimensions, variables, tangents and the constant matrices."""

from __future__ import annotations

from fractions import Fraction

from matcalc.core.dims import Dim, Shape
from matcalc.core.expr import (
    CONST,
    DIM,
    EYE,
    NUM,
    ONES,
    TANGENT,
    UNIT,
    VAR,
    ZEROS,
    Direction,
    Expr,
    Variable,
    node,
)
from matcalc.session import SESSION

SCALAR: Shape = (1, 1)


def num(value: Fraction | int) -> Expr:
    """A rational number."""
    found = _SMALL.get(value.numerator) if value.denominator == 1 else None
    return found or node(NUM, (), Fraction(value), SCALAR)


_SMALL: dict[int, Expr] = {}  # those that occur in every formula, without looking for them among all nodes
_SMALL.update({k: num(k) for k in range(-16, 17)})
ZERO, ONE = num(0), num(1)
pi = node(CONST, (), "pi", SCALAR)


def size(dim: Dim) -> Expr:
    """A dimension as an argument, where a size is asked for: commutation(m*n, p)."""
    return num(dim) if isinstance(dim, int) else node(DIM, (), dim, SCALAR)


def variable(name: str, shape: Shape, props: frozenset[str] = frozenset()) -> Expr:
    """A variable with its declared properties."""
    return node(VAR, (), Variable(name, props), shape)


def tangent(name: str, shape: Shape, index: int = 0) -> Expr:
    """The differential d<name>; `index` tells the directions of a higher differential apart."""
    return node(TANGENT, (), Direction(name, index), shape)


def eye(n: Dim) -> Expr:
    """The identity of size n."""
    if n == 1:
        return ONE
    SESSION.met.add(EYE.value)
    return node(EYE, (), None, (n, n))


def ones(m: Dim, n: Dim) -> Expr:
    """The m×n matrix of ones."""
    return ONE if (m, n) == SCALAR else node(ONES, (), None, (m, n))


def zeros(m: Dim, n: Dim) -> Expr:
    """The m×n matrix of zeros."""
    return ZERO if (m, n) == SCALAR else node(ZEROS, (), None, (m, n))


def unit(i: int, n: Dim) -> Expr:
    """The i-th basis vector (1-based) of length n."""
    return ONE if n == 1 else node(UNIT, (), i, (n, 1))


def is_zero(e: Expr) -> bool:
    """Whether it is the number 0 or a matrix of zeros."""
    return e is ZERO or e.kind is ZEROS
