"""Logarithms: what is log-convex is convex, sums of it are log-convex, and products and powers need no more.

What the logarithm of a value is, a block states in the field `log`: that of exp(x) is x, that of det(X) is logdet(X).

Source: Boyd & Vandenberghe (2004) 3.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matcalc.algebra.demands import demands
from matcalc.algebra.facts import grams
from matcalc.algebra.make import instantiate
from matcalc.core.expr import ADD, CALL, CHAIN, HAD, MATPOW, MUL, OVER, POW, TRACE, TRANSPOSE, Expr, postorder
from matcalc.curvature.fields import Sense
from matcalc.curvature.proof import Proof, Prover
from matcalc.curvature.spectral import is_log_convex_spectrum

_LOG = "log"  # the field, and the function


def of_logarithms(c: Prover, e: Expr, sense: Sense, _is_operator: bool) -> Iterator[Proof]:
    """log(f) by what is proved of the logarithm of f; f itself where that is convex."""
    if e.kind is CALL and e.data is c.book.core(_LOG):
        found = log_curved(c, e.args[0], sense)
        word = "log-convex" if sense > 0 else "log-concave"
        if found is not None:
            is_stated = e.args[0].kind is CALL and _LOG in e.args[0].data.fields and len(found) == 1
            yield Proof(e, sense, False, "logarithm", ("the logarithm of the ", word, " ", e.args[0]), found,
                        found[0].strict if is_stated else ())
    elif e.kind in (MUL, HAD, POW, CALL) and sense > 0:
        found = log_curved(c, e, 1)
        if found is not None:
            yield Proof(e, sense, False, "logarithm", ("it is log-convex, hence convex",), found)


def log_curved(c: Prover, e: Expr, sense: Sense) -> tuple[Proof, ...] | None:
    """Why the logarithm of a positive expression is convex (1), or concave; None where nobody knows."""
    if not c.varies[e]:
        if not e.is_scalar:  # of data with many entries nobody would suppose that all are positive
            return () if c.domain.is_surely_nonnegative(e) and sense > 0 else None
        return () if c.domain.is_positive(e) or (sense > 0 and c.domain.is_nonnegative(e)) else None
    found = _by_parts(c, e, sense)
    if found is None and sense < 0 and c.domain.is_positive(e):
        part = c.prove(e, -1)
        found = None if part is None else (part,)
    return found


def _by_parts(c: Prover, e: Expr, sense: Sense) -> tuple[Proof, ...] | None:
    if e.kind is TRANSPOSE:
        return log_curved(c, e.args[0], sense)
    if e.kind is HAD or (e.kind is MUL and e.data > 0):
        return _all(c, e.args, sense)
    if e.kind is POW and not c.varies[e.args[1]]:
        sign = c.domain.sign(e.args[1])
        return log_curved(c, e.args[0], sense if sign > 0 else -sense) if sign else None
    if e.kind is CALL and _LOG in e.data.fields:
        log = instantiate(e.data, _LOG, e.args)
        part = c.prove(log, sense) if _has_value(c, log, e) else None
        return None if part is None else (part,)
    if sense > 0 and (e.kind is ADD or (e.kind is OVER and e.data[0] == "sum")):
        return _all(c, e.args, sense)
    if sense > 0 and (found := _of_inverse(c, e)) is not None:
        return found
    if sense > 0 and e.kind in (CHAIN, TRACE):
        return _all(c, e.args, sense) if e.kind is CHAIN and sum(c.varies[f] for f in e.args) == 1 else None
    return None


def _of_inverse(c: Prover, e: Expr) -> tuple[Proof, ...] | None:
    """a'M⁻¹a with a constant a, tr(M⁻¹): their reciprocals are concave where M is (Bhatia 2007, 4)."""
    for half, middle in grams(e):
        if middle is not None and not any(map(c.varies.__getitem__, half)) and middle.kind is MATPOW \
                and middle.data == -1 and c.domain.definiteness(middle.args[0]) > 0:
            part = c.prove(middle.args[0], -1, True)
            return None if part is None else (part,)
    if e.kind is TRACE and e.args[0].kind is MATPOW and e.args[0].data == -1:
        inside = e.args[0].args[0]
        part = c.prove(inside, -1, True) if c.domain.definiteness(inside) > 0 else None
        return None if part is None else (part,)
    return () if e.kind is TRACE and is_log_convex_spectrum(c, e) else None


def _has_value(c: Prover, log: Expr, e: Expr) -> bool:
    """Whether the logarithm that a block states has a value on the domain."""
    inside = {*postorder(e)}
    return all(c.domain.has(d.expr, d.word) for part in postorder(log) if part not in inside
               for d in demands(part) if d.word in ("positive", "nonnegative"))


def _all(c: Prover, parts: Sequence[Expr], sense: Sense) -> tuple[Proof, ...] | None:
    found: list[Proof] = []
    for part in parts:
        one = log_curved(c, part, sense)
        if one is None:
            return None
        found += one
    return tuple(found)
