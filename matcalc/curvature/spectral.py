"""tr(f(X)) of a symmetric X: convex where f is, as in tr(X log X), tr(X⁻²), tr(exp X).

Source: Davis (1957); Boyd & Vandenberghe (2004) exercise 3.73; Bhatia (1997) 9.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra import apply, rebuild, substitute, variable
from matcalc.algebra.conjugation import is_hermitian
from matcalc.core.dims import names
from matcalc.core.expr import CALL, CHAIN, MATPOW, Expr, postorder
from matcalc.core.function import Function
from matcalc.curvature.domain import Domain
from matcalc.curvature.fields import STRUCTURES, Sense
from matcalc.curvature.one_number import bends
from matcalc.curvature.proof import Proof, Prover
from matcalc.rulebook.book import Rulebook


def of_spectrum(c: Prover, e: Expr, sense: Sense, _is_operator: bool) -> Iterator[Proof]:
    """The trace of a function of one symmetric matrix, by that function of a number."""
    found = _function(c, e)
    if found is None:
        return
    x, scalar, t = found
    if bends(c.book, scalar, t, sense):
        yield Proof(e, sense, False, "spectral function",
                    ("the trace of a function of a symmetric matrix is ", "convex" if sense > 0 else "concave",
                     " as that function of a number is"), (), (x,) if bends(c.book, scalar, t, sense, True) else ())


def is_log_convex_spectrum(c: Prover, e: Expr) -> bool:
    """Whether log tr f(X) is convex, as log Σ f(λᵢ) is where f is log-convex."""
    found = _function(c, e)
    if found is None or not Domain().is_positive(found[1]):
        return False
    return bends(c.book, apply(c.book.core("log"), found[1]), found[2], 1)


def _function(c: Prover, e: Expr) -> tuple[Expr, Expr, Expr] | None:
    """X, the function of a number, and that number, where `e` is the trace of a function of X."""
    inside = e.args[0]
    found = _argument(c, inside) if inside.is_square else None
    if found is None:
        return None
    definite = c.domain.fits(found, STRUCTURES[1])
    t = variable("t", (1, 1), frozenset({"positive"}) if definite else frozenset())
    stand_in = variable("spectral argument", found.shape, frozenset({"sym"}))
    size = dict.fromkeys(names(found.shape[0]), 1)
    alone = substitute(substitute(inside, {found: stand_in}), {}, size)
    return found, _of_number(substitute(alone, {x: t for x in postorder(alone) if x.data == stand_in.data}), c.book), t


def _argument(c: Prover, e: Expr) -> Expr | None:
    """The one symmetric affine matrix of which all factors are functions."""
    found: set[Expr] = set()
    stack = [e]
    while stack:
        part = stack.pop()
        if c.affine[part] and c.varies[part]:
            found.add(part)
        elif part.kind in (CHAIN, MATPOW) or (part.kind is CALL and _is_primary(part.data)):
            stack += part.args
        else:
            return None
    return found.pop() if len(found) == 1 and all(map(is_hermitian, found)) else None



def _is_primary(f: Function) -> bool:
    """Whether it acts on eigenvalues alone."""
    return "primary" in f.fields or f.has("primary")


def _of_number(e: Expr, book: Rulebook) -> Expr:
    """Functions of a 1×1 matrix as functions of a number: the block of log says that it is logm of a whole matrix."""
    if not e.args:
        return e
    args = [_of_number(arg, book) for arg in e.args]
    if e.kind is CALL:
        for f in (f for name in book.names_stating("whole") for f in book.overloads(name)):
            if f.fields.get("whole") == e.data.name and f.form != "notation":
                return apply(f, *args)
    return rebuild(e, args)
