"""Printers: an expression as text, in ASCII, Unicode and LaTeX such that it parses back, in Typst and in MathML.

What a textbook would show is decided once (views), how it is spelled by a record per dialect, and one layout sets the
brackets. Everything is imported when it is first used.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from matcalc.core.expr import Expr
from matcalc.extensions import ASCII, LATEX, UNICODE

if TYPE_CHECKING:
    from matcalc.core.dims import Dim
    from matcalc.printers.as_typed import Typed
    from matcalc.printers.textbook import Letter


def text(e: Expr, dialect: str) -> str:
    """`e` by itself in a dialect; what is read in this dialect parses back to `e`."""
    from matcalc.printers.dialects import dialect_named

    return dialect_named(dialect).whole(inline(e, dialect))


def inline(e: Expr, dialect: str) -> str:
    """`e` as a part of a longer formula."""
    from matcalc.printers.dialects import dialect_named
    from matcalc.printers.precedence import joined
    from matcalc.printers.typesetting import lay_out
    from matcalc.printers.where import LONGEST, bindings

    known = dialect_named(dialect)
    laid = lay_out(e, known)
    return known.finish(joined(laid)) if laid.length <= LONGEST * known.scale else bindings(e, known)


def ascii_text(e: Expr) -> str:
    """The canonical spelling: det(A*X*B)*A'*inv(A*X*B)'*B'."""
    return text(e, ASCII)


def unicode_text(e: Expr) -> str:
    """The spelling of a terminal: det(A X B) Aᵀ (A X B)⁻ᵀ Bᵀ."""
    return text(e, UNICODE)


def latex(e: Expr) -> str:
    """The spelling of a paper, without signs around it that start mathematics."""
    return text(e, LATEX)


def pieces(e: Expr, dialect: str) -> list[str]:
    """The terms of `e` with their signs; joined by spaces they are its text, which may be broken between them."""
    from matcalc.printers.dialects import dialect_named
    from matcalc.printers.typesetting import broken, lay_out
    from matcalc.printers.where import LONGEST

    known = dialect_named(dialect)
    return broken(e, known) if lay_out(e, known).length <= LONGEST * known.scale else [inline(e, dialect)]


def abbreviated(e: Expr, dialect: str, width: int = 100,
                taken: Collection[str] = (), typed: Typed | None = None) -> tuple[list[str], list[tuple[str, str]]]:
    """The terms of `e`, shortened by names for what it repeats or what makes a line longer than `width`, and the
    definitions (name, text) of these names, later ones using earlier ones. No new name is among `taken`. What is
    `typed` stays so."""
    from matcalc.printers import where
    from matcalc.printers.as_typed import NOTHING
    from matcalc.printers.dialects import dialect_named

    return where.abbreviated(e, dialect_named(dialect), width, taken, typed or NOTHING)


def abbreviated_together(roots: Sequence[Expr], dialect: str, width: int = 100,
                         taken: Collection[str] = (),
                         typed: Typed | None = None) -> list[tuple[list[str], list[tuple[str, str]]]]:
    """The same for formulas that stand together: one name for what they share, beside each what it needs."""
    from matcalc.printers import where
    from matcalc.printers.as_typed import NOTHING
    from matcalc.printers.dialects import dialect_named

    return where.abbreviated_together(roots, dialect_named(dialect), width, taken, typed or NOTHING)


def names_together(roots: Sequence[Expr], dialect: str, width: int = 100, taken: Collection[str] = (),
                   typed: Typed | None = None) -> dict[Expr, str]:
    """The parts that have a name where formulas stand together, with these names."""
    from matcalc.printers import where
    from matcalc.printers.as_typed import NOTHING
    from matcalc.printers.dialects import dialect_named

    return where.names_of(roots, dialect_named(dialect), width, taken, typed or NOTHING)


def in_letters(e: Expr, dialect: str, taken: Collection[str] = ()) -> tuple[str, list[Letter]]:
    """`e` in the letters of a textbook, v vᵀ, where people read it, and what is said of them: v is “unit eigenvector of
    A for its largest eigenvalue”. It is not read back."""
    from matcalc.printers import where
    from matcalc.printers.dialects import dialect_named

    return where.in_letters(e, dialect_named(dialect), taken)


def in_parts(e: Expr, dialect: str) -> str:
    """`t_1 := …; t_2 := …; …`: everything that occurs twice has a name; linear in the graph, and read back."""
    from matcalc.printers.dialects import dialect_named
    from matcalc.printers.where import bindings

    return dialect_named(dialect).whole(bindings(e, dialect_named(dialect)))


def dim_text(dim: Dim, dialect: str) -> str:
    """A dimension: m*n is m·n in Unicode."""
    from matcalc.printers.dialects import dialect_named

    return dialect_named(dialect).dim_text(dim)


Expr.shown = ascii_text  # repr of an expression is its text, as soon as there are printers

__all__ = ["abbreviated", "abbreviated_together", "ascii_text", "dim_text", "in_letters", "in_parts",
           "inline", "latex", "names_together", "pieces", "text", "unicode_text"]
