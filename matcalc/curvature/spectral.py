"""tr(f(X)) of a symmetric X: convex where f is, as in tr(X log X), tr(X⁻²), tr(exp X).

Source: Davis (1957); Boyd & Vandenberghe (2004) exercise 3.73; Bhatia (1997) 9.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra import apply, rebuild, substitute, variable
from matcalc.algebra.facts import is_symmetric
from matcalc.core.dims import names
from matcalc.core.expr import CALL, CHAIN, MATPOW, Expr, postorder
from matcalc.curvature.proof import Proof, Prover
from matcalc.curvature.single import bends
from matcalc.curvature.stated import STRUCTURES, Sense
from matcalc.rulebook.book import Rulebook


def of_spectrum(c: Prover, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """The trace of a function of one symmetric matrix, by that function of a number."""
    inside = e.args[0]
    found = _argument(c, inside)
    if found is None or not inside.is_square:
        return
    definite = c.domain.fits(found, STRUCTURES[1])
    t = variable("t", (1, 1), frozenset({"positive"}) if definite else frozenset())
    stand_in = variable("spectral argument", found.shape, frozenset({"sym"}))
    size = {name: 1 for name in names(found.shape[0])}
    alone = substitute(substitute(inside, {found: stand_in}), {}, size)
    scalar = _of_number(substitute(alone, {x: t for x in postorder(alone) if x.data == stand_in.data}), c.book)
    if bends(c.book, scalar, t, sense):
        yield Proof(e, sense, False, "spectral function",
                    ("the trace of a function of a symmetric matrix is ", "convex" if sense > 0 else "concave",
                     " as that function of a number is"), (), (found,) if bends(c.book, scalar, t, sense, True) else ())


def _argument(c: Prover, e: Expr) -> Expr | None:
    """The one symmetric affine matrix of which all factors are functions."""
    found: set[Expr] = set()
    stack = [e]
    while stack:
        part = stack.pop()
        if c.affine[part] and c.varies[part]:
            found.add(part)
        elif part.kind in (CHAIN, MATPOW) or (part.kind is CALL and ("primary" in part.data.fields or part.data.has("primary"))):
            stack += part.args
        else:
            return None
    return found.pop() if len(found) == 1 and all(map(is_symmetric, found)) else None



def _of_number(e: Expr, book: Rulebook) -> Expr:
    """Functions of a 1×1 matrix as functions of a number: what log is for numbers, its block says, is logm as a whole."""
    if not e.args:
        return e
    args = [_of_number(arg, book) for arg in e.args]
    if e.kind is CALL:
        for f in (f for name in book.names_stating("whole") for f in book.overloads(name)):
            if f.fields.get("whole") == e.data.name and f.form != "notation":
                return apply(f, *args)
    return rebuild(e, args)
