"""What a textbook shows of an expression, before anyone decides how it is spelled.

A `View` is one construct of written mathematics (a fraction, a norm, a transposed sum, an entry of a matrix); its
parts are expressions, which are viewed when their turn comes, or further views. All dialects share the views.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from matcalc.core.expr import Expr

AS_TYPED = "as typed"  # the literal part of a sum that keeps its signs
IN_ORDER = "in order"  # and of one that keeps the order of its terms as well


class View:
    """`op` is a row of the dialects' tables, `data` the literal part. Compared by identity, a key of memo tables."""

    __slots__ = ("data", "op", "parts")

    def __init__(self, op: str, parts: tuple[Part, ...] = (), data: tuple[Any, ...] = ()) -> None:
        self.op, self.parts, self.data = op, parts, data


Part = Expr | View


def is_typed(e: Expr) -> bool:
    """Whether a sum keeps the signs with which it was typed."""
    return e.data in (AS_TYPED, IN_ORDER)


def integer(n: int) -> View:
    """A whole number as a view."""
    return View("integer", (), (n,))


def product(parts: Sequence[Part]) -> Part:
    """Factors side by side: numbers and scalars, and behind them at most one matrix or one word x'Ax."""
    return parts[0] if len(parts) == 1 else View("product", tuple(parts))


def chain(parts: Sequence[Part], column: bool = False) -> Part:
    """A product of matrices; `column` where the result is one, which matters to code only."""
    return parts[0] if len(parts) == 1 else View("chain", tuple(parts), ("column",) if column else ())


def ratio(q: Fraction) -> View:
    """A rational exponent, written with a slanted stroke everywhere."""
    return View("ratio", (), (q.numerator, q.denominator))


def quotient(front: Sequence[Part], body: Part | None, below: Sequence[Part], coefficient: bool = False) -> Part:
    """front · body / below, where a fraction that is a mere `coefficient`, and any in LaTeX, stands before its body."""
    if not below:
        return product([*front, *([body] if body is not None else [])] or [integer(1)])
    if body is None:
        return View("fraction", (product(front or [integer(1)]), product(below)))
    if front:
        op = "coefficient" if coefficient else "scaled fraction"
        return View(op, (View("numerator", tuple(front)), product(below), body))
    return View("fraction in front", (body, product(below)))
