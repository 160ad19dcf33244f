"""Words and traces the way people write them: the differential at the end, u'M dx rather than dx'M'u.

tr(M dX N) = tr(N M dX) and u'M v = v'M'u are laws, so a whole line may be turned; what the algebra turned to reach
its normal form is turned back before it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Container

from matcalc.algebra import transpose
from matcalc.core.expr import CHAIN, HAD, MUL, TRACE, TRANSPOSE, Expr, Kind, node, postorder
from matcalc.explanation.raw import JOIN, VARIES, again, flipped, multiple, signed, spread, traced


def faced(e: Expr) -> Expr:
    """Every word u'M dv and every trace in `e` with its differential at the end, as people write them."""
    done: dict[Expr, Expr] = {}
    for part in postorder(e, varying=True):
        new = again(part, [done.get(arg, arg) for arg in part.args]) if part.args else part
        if new.kind in (HAD, MUL):
            new = signed(JOIN[new.kind](new, new.args))
        done[part] = _FACE.get(new.kind, _same)(new)
    return done.get(e, e)


def unturned(e: Expr, leaves: Container[Expr]) -> Expr:
    """Scalar words that the algebra has transposed as wholes, so that a leaf in them is, the right way round again."""
    done: dict[Expr, Expr] = {}
    for part in postorder(e, varying=True):
        new = again(part, [done.get(arg, arg) for arg in part.args]) if part.args else part
        is_turned = new.kind is CHAIN and new.is_scalar and \
            any(f.kind is TRANSPOSE and f.args[0] in leaves for f in new.args)
        done[part] = _turned(new) if is_turned else new
    return done.get(e, e)


def _turned(e: Expr) -> Expr:
    return node(CHAIN, tuple(_bare(f) for f in reversed(e.args)), None, e.shape)


def _same(e: Expr) -> Expr:
    return e


def _facing_word(e: Expr) -> Expr:
    """(dv)'M u as u'M'dv."""
    first = e.args[0]
    turned = e.is_scalar and first.kind is TRANSPOSE and first.varies and sum(map(VARIES, e.args)) == 1
    return _turned(e) if turned else e


def _bare(f: Expr) -> Expr:
    return flipped(f) if f.varies else transpose(f)


def _facing_trace(e: Expr) -> Expr:
    """tr(M dX N) as tr(N M dX), tr(M dX' N) as tr(M' N' dX)."""
    q, parts = spread(e.args[0])
    inner = parts[-1]
    places = [i for i, f in enumerate(inner.args) if f.varies]
    if inner.kind is not CHAIN or len(places) != 1:
        return e
    i = places[0]
    factors = (*inner.args[i + 1:], *inner.args[:i + 1])
    if factors[-1].kind is TRANSPOSE:
        factors = (*(transpose(f) for f in reversed(factors[:-1])), flipped(factors[-1]))
    shape = (factors[0].shape[0], factors[-1].shape[1])
    return multiple(q, parts[:-1], traced(node(CHAIN, factors, None, shape)))


_FACE: dict[Kind, Callable[[Expr], Expr]] = {CHAIN: _facing_word, TRACE: _facing_trace}
