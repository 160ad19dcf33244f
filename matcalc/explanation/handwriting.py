"""Formulas as a person writes them down, before any law is applied: nodes are put together as they stand.

The constructors of the algebra would rotate traces and collect terms at once. A line of a derivation shows what one
rule does, so a differential is put in for its placeholder and only brackets that nobody writes are dissolved.

A differential stands at the end, u'M dx rather than dx'M'u: tr(M dX N) = tr(N M dX) and u'M v = v'M'u are laws, so a
whole line may be turned; what the algebra turned to reach its normal form is turned back before it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from fractions import Fraction
from operator import attrgetter

from matcalc.algebra import num, substitute, transpose
from matcalc.algebra.addition import scaled
from matcalc.algebra.leaves import is_zero
from matcalc.core.expr import ADD, CHAIN, EYE, HAD, MUL, TRACE, TRANSPOSE, Expr, Kind, node, postorder
from matcalc.core.parts import ONE, chain_factors, number_and_factors, number_scalars_matrix, terms

Parts = Sequence[Expr]
VARIES = attrgetter("varies")  # what is constant stands in front


def put(e: Expr, leaves: Mapping[Expr, Expr]) -> Expr:
    """`e` with tangents replaced; only what varies is walked."""
    if any(is_zero(new) for new in leaves.values()):
        return substitute(e, leaves)
    done: dict[Expr, Expr] = {}
    for part in postorder(e, varying=True):
        if part in leaves:
            done[part] = leaves[part]
        elif part.args:
            done[part] = again(part, [done.get(arg, arg) for arg in part.args])
    return done.get(e, e)


def again(e: Expr, args: Parts) -> Expr:
    """The operation of `e` on other operands, as it is written."""
    return e if tuple(args) == e.args else JOIN.get(e.kind, _plain)(e, args)


def _plain(e: Expr, args: Parts) -> Expr:
    return node(e.kind, tuple(args), e.data, e.shape)


def total(summands: Parts) -> Expr:
    """The terms side by side."""
    flat = [part for summand in summands for part in terms(summand)]
    return flat[0] if len(flat) == 1 else node(ADD, tuple(flat), None, flat[0].shape)


def multiple(q: Fraction, scalars: Parts, e: Expr) -> Expr:
    """q · scalars · e as one product."""
    factor, more = number_and_factors(e)
    parts = (*scalars, *more)
    if not parts:
        return num(q * factor)
    return parts[0] if q * factor == 1 and len(parts) == 1 else node(MUL, parts, q * factor, parts[-1].shape)


def _product(e: Expr, args: Parts) -> Expr:
    """Scalar factors, and at most one matrix behind them."""
    q, flat = Fraction(e.data), list[Expr]()
    for f in args:
        factor, parts = number_and_factors(f)
        q *= factor
        flat += parts
    if e.is_scalar:
        flat.sort(key=VARIES)
    return multiple(q, flat[:-1], flat[-1])


def _joined(e: Expr, args: Parts) -> Expr:
    """A chain or an elementwise product: inner ones of the same kind open up, scalars go to the front."""
    q, front, flat = ONE, list[Expr](), list[Expr]()
    for f in args:
        factor, parts = number_and_factors(f)
        q *= factor
        front += parts[:-1]
        inner = parts[-1]
        flat += inner.args if inner.kind == e.kind else (inner,)
    if e.kind is HAD:
        flat.sort(key=VARIES)
    else:
        flat = [f for f in flat if f.kind is not EYE] or flat[:1]
    if len(flat) == 1:
        return multiple(q, front, flat[0])
    return multiple(q, front, node(e.kind, tuple(flat), None, e.shape))


def flipped(e: Expr) -> Expr:
    """e' as it is written: two transposes cancel, a number in front stays there, each term has its own."""
    if e.is_scalar:
        return e
    if not e.varies:
        return transpose(e)
    if e.kind is TRANSPOSE:
        return e.args[0]
    if e.kind is MUL:
        q, scalars, matrix = number_scalars_matrix(e)
        return multiple(q, scalars, flipped(matrix))
    return node(TRANSPOSE, (e,), None, (e.shape[1], e.shape[0]))


def mirrored(e: Expr) -> Expr:
    """The brackets around `e` and a transpose behind them, even where nothing varies."""
    return e if e.is_scalar else node(TRANSPOSE, (e,), None, (e.shape[1], e.shape[0]))


def signed(e: Expr) -> Expr:
    """−(M² − 1) ∘ N as (1 − M²) ∘ N: a minus in front goes into a sum among elementwise factors."""
    if e.kind is not MUL or e.data >= 0:
        return e
    q, scalars, matrix = number_scalars_matrix(e)
    changed = _changed_sign(matrix)
    return e if changed is None else multiple(-q, scalars, changed)


def _changed_sign(e: Expr) -> Expr | None:
    for i, f in enumerate(e.args):
        is_inside = e.kind is CHAIN and f.kind is HAD
        inner = _changed_sign(f) if is_inside else scaled(f, -1) if f.kind is ADD else None
        if inner is not None and (e.kind is HAD or f.kind is HAD):
            return node(e.kind, (*e.args[:i], inner, *e.args[i + 1:]), e.data, e.shape)
    return None


def read(e: Expr, dx: Expr) -> Expr | None:
    """M where `e` stands as tr(M dX), M dx or m dx already, scalars included; else None."""
    q, parts = number_and_factors(e)
    if dx.is_scalar:
        return multiple(q, parts[:-1], num(1)) if parts[-1] is dx and not any(map(VARIES, parts[:-1])) else None
    inner, scalars = parts[-1], parts[:-1]
    if inner.kind is TRACE:
        factor, more = number_and_factors(inner.args[0])
        q, scalars, inner = q * factor, (*scalars, *more[:-1]), more[-1]
    elif dx.shape[1] != 1:
        return None
    fits = inner.kind is CHAIN and inner.args[-1] is dx and not any(map(VARIES, (*inner.args[:-1], *scalars)))
    if not fits:
        return None
    factors = inner.args[:-1]
    left = factors[0] if len(factors) == 1 else node(CHAIN, factors, None, (inner.shape[0], dx.shape[0]))
    return multiple(q, scalars, left)


def paired(g: Expr, leaf: Expr, inside: bool = False) -> Expr:
    """⟨G, dM⟩ written out: g dm for a scalar, g' dm for a vector, tr(G' dM) for a matrix.

    `inside` keeps the scalars of G within the trace, as in tr(G' dX).
    """
    q, parts = number_and_factors(signed(transpose(g)))
    content, own = number_and_factors(signed(g))
    if parts and parts[-1].kind is HAD and own[-1].flips + 1 < parts[-1].flips:
        q, parts = content, (*own[:-1], mirrored(own[-1]))
    if leaf.is_scalar:
        return multiple(q, parts, leaf)
    word = _word(parts[-1], leaf)
    if leaf.shape[1] == 1:
        return multiple(q, parts[:-1], word)
    if inside:
        return traced(multiple(q, parts[:-1], word))
    return multiple(q, parts[:-1], traced(word))


def traced(e: Expr) -> Expr:
    """tr(e) as it stands."""
    return node(TRACE, (e,), None, (1, 1))


def _word(matrix: Expr, leaf: Expr) -> Expr:
    """matrix · leaf as one chain."""
    if matrix.kind is EYE:
        return leaf
    return node(CHAIN, (*chain_factors(matrix), leaf), None, (matrix.shape[0], leaf.shape[1]))


def applied(matrix: Expr, column: Expr) -> Expr:
    """J dx as it is written; scalars stand in front."""
    q, parts = number_and_factors(matrix)
    if matrix.is_scalar:
        return multiple(q, parts, column)
    if column.is_scalar:
        return multiple(q, [*parts[:-1], column], parts[-1])
    return multiple(q, parts[:-1], _word(parts[-1], column))


JOIN: dict[Kind, Callable[[Expr, Parts], Expr]] = {
    ADD: lambda e, args: total(args),
    MUL: _product,
    CHAIN: _joined,
    HAD: _joined,
    TRANSPOSE: lambda e, args: flipped(args[0]),
}


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
    q, parts = number_and_factors(e.args[0])
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
