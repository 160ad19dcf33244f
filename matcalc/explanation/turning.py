"""Lines turned until the differential stands at the end: u'M dx rather than dx'M'u, tr(N M dX) rather than tr(M dX N).

Each function does one thing that a lecturer names: multiplying out, transposing, going around in a trace, reading off.
What the algebra turned to reach its normal form is turned back before it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from fractions import Fraction

from matcalc.algebra import eye, num, transpose
from matcalc.core.expr import ADD, CHAIN, HAD, MUL, TANGENT, TRACE, TRANSPOSE, Expr, Kind, node, postorder
from matcalc.core.parts import chain_factors, number_and_factors, terms, untransposed
from matcalc.explanation.handwriting import JOIN, VARIES, again, flipped, multiple, signed, total, traced

MOST_TERMS = 12


def each_term(e: Expr, turn: Callable[[Expr], Expr]) -> Expr:
    """`e` with its terms turned, scalars in front of a sum staying there."""
    q, parts = number_and_factors(e)
    inner = parts[-1] if parts else e
    if inner is not e and inner.kind is ADD and inner.is_scalar:
        return multiple(q, parts[:-1], each_term(inner, turn))
    return total([each_term(term, turn) for term in terms(e)]) if e.kind is ADD else turn(e)


def spread(e: Expr) -> Expr:
    """tr(A (dM + dN)) as tr(A dM) + tr(A dN): multiplied out over sums in which differentials stand."""
    done: dict[Expr, list[Expr]] = {}
    for part in postorder(e, varying=True):
        done[part] = _multiplied_out(part, done)
    found = done.get(e, [e])
    return total(found) if len(found) <= MOST_TERMS else e


def _multiplied_out(part: Expr, done: dict[Expr, list[Expr]]) -> list[Expr]:
    moving = [i for i, arg in enumerate(part.args) if arg.varies]
    if part.kind is ADD:
        return [term for arg in part.args for term in done.get(arg, [arg])]
    if part.kind not in _SPREADS or len(moving) != 1:
        return [part]
    i = moving[0]
    inner = done[part.args[i]]
    if part.kind is MUL and part.is_scalar and len(part.args) > 1:  # s (u'dx + v'dx) is read off as it stands
        inner = [total(inner)]
    if inner == [part.args[i]]:
        return [part]
    if part.kind is TRACE:
        return [_trace_of(term) for term in inner[:MOST_TERMS + 1]]
    return [again(part, [*part.args[:i], term, *part.args[i + 1:]]) for term in inner[:MOST_TERMS + 1]]


def _trace_of(e: Expr) -> Expr:
    """The trace of a term, its scalars in front."""
    q, parts = number_and_factors(e)
    return multiple(q, parts[:-1], traced(parts[-1]))


_SPREADS = frozenset({MUL, CHAIN, TRACE, TRANSPOSE})


def upright(e: Expr) -> Expr:
    """A term dx'M u as u'M'dx, tr(M dX') as tr(dX M'): the whole is transposed, so that the differential is not."""
    q, parts = number_and_factors(e)
    inner = parts[-1]
    if inner.kind is CHAIN and inner.is_scalar and _is_transposed(inner):
        return multiple(q, parts[:-1], turned(inner))
    if inner.kind is TRACE:
        factor, more = number_and_factors(inner.args[0])
        word = more[-1]
        if word.kind is TRANSPOSE and word.varies:
            return multiple(q * factor, (*parts[:-1], *more[:-1]), traced(word.args[0]))
        if word.kind is CHAIN and _is_transposed(word):
            flipped_word = node(CHAIN, tuple(_bare(f) for f in reversed(word.args)), None, word.shape[::-1])
            return multiple(q * factor, (*parts[:-1], *more[:-1]), traced(flipped_word))
    return e


def _is_transposed(e: Expr) -> bool:
    moving = [f for f in e.args if f.varies]
    return len(moving) == 1 and moving[0].kind is TRANSPOSE


def cycled(e: Expr) -> Expr:
    """A term tr(M dX N) as tr(N M dX), u'dX v as tr(v u'dX)."""
    q, parts = number_and_factors(e)
    inner = parts[-1]
    if inner.kind is CHAIN and inner.is_scalar and not inner.args[-1].varies:
        if not all(untransposed(f).kind is TANGENT for f in inner.args if f.varies):  # an entrywise product goes first
            return e
        if (cut := numbers_beside(inner)) is not None:
            return multiple(q, (*parts[:-1], cut[1]), cut[0])
        return multiple(q, parts[:-1], _facing_trace(traced(inner)))
    return multiple(q, parts[:-1], _facing_trace(inner)) if inner.kind is TRACE else e


def numbers_beside(word: Expr) -> tuple[Expr, Expr] | None:
    """u'dv and w'z of a word u'dv w'z, which is a product of two numbers."""
    places = [i for i, f in enumerate(word.args) if f.varies]
    i = places[-1] + 1 if len(places) == 1 else 0
    if not 0 < i < len(word.args) or word.args[i - 1].shape[1] != 1:
        return None
    first, last = (part[0] if len(part) == 1 else node(CHAIN, part, None, (1, 1))
                   for part in (word.args[:i], word.args[i:]))
    return first, last


def collected(e: Expr) -> Expr:
    """M + M as 2 M, in a sum behind scalars as well."""
    q, parts = number_and_factors(e)
    if e.kind is MUL and parts[-1].kind is ADD and parts[-1].is_scalar:
        return multiple(q, parts[:-1], collected(parts[-1]))
    found: dict[tuple[Expr, ...], list[Fraction]] = {}
    for term in terms(e) if e.kind is ADD else ():
        q, parts = number_and_factors(collected(term))
        found.setdefault(parts, []).append(q)
    if not found:
        return e
    return total([multiple(sum(qs, Fraction()), parts[:-1], parts[-1]) for parts, qs in found.items() if sum(qs)]
                 or [num(0)])


def read(e: Expr, dx: Expr) -> Expr | None:
    """M where `e` stands as tr(M dX), M dx or m dx already, scalars included, or as a sum of such; else None."""
    q, parts = number_and_factors(e)
    if parts and parts[-1] is not e and parts[-1].kind is ADD and parts[-1].is_scalar:
        inner = None if any(map(VARIES, parts[:-1])) else read(parts[-1], dx)
        return None if inner is None else multiple(q, parts[:-1], inner)
    if e.kind is not ADD:
        return _read_term(e, dx)
    found = [m for term in e.args if (m := read(term, dx)) is not None]
    return total(found) if len(found) == len(e.args) else None


def _read_term(e: Expr, dx: Expr) -> Expr | None:
    """M where a term stands as tr(M dX), M dx or m dx already, scalars included; else None."""
    q, parts = number_and_factors(e)
    if dx.is_scalar:
        return multiple(q, parts[:-1], num(1)) if parts[-1] is dx and not any(map(VARIES, parts[:-1])) else None
    inner, scalars = parts[-1], parts[:-1]
    if inner.kind is TRACE:
        factor, more = number_and_factors(inner.args[0])
        q, scalars, inner = q * factor, (*scalars, *more[:-1]), more[-1]
    elif dx.shape[1] != 1:
        return None
    if inner is dx and dx.is_square and not any(map(VARIES, scalars)):
        return multiple(q, scalars, eye(dx.shape[0]))
    fits = inner.kind is CHAIN and inner.args[-1] is dx and not any(map(VARIES, (*inner.args[:-1], *scalars)))
    if not fits:
        return None
    factors = inner.args[:-1]
    left = factors[0] if len(factors) == 1 else node(CHAIN, factors, None, (inner.shape[0], dx.shape[0]))
    return multiple(q, scalars, left)


def stood_before(m: Expr, leaf: Expr) -> Expr:
    """tr(M dX), M dx or m dx of an M that was read; a number that all of its terms have stands in front."""
    fractions = {abs(number_and_factors(term)[0]) for term in terms(m)}
    q, parts = number_and_factors(m)
    if m.kind is ADD and len(fractions) == 1:
        q = fractions.pop()
        parts = (total([multiple(1 / q, (), term) for term in m.args]),)
    if leaf.is_scalar:
        return multiple(q, parts, leaf)
    word = node(CHAIN, (*chain_factors(parts[-1]), leaf), None, (parts[-1].shape[0], leaf.shape[1]))
    return multiple(q, parts[:-1], word if leaf.shape[1] == 1 else traced(word))


def faced(e: Expr) -> Expr:
    """Every word u'M dv and every trace in `e` with its differential at the end, as people write them."""
    done: dict[Expr, Expr] = {}
    for part in postorder(e, varying=True):
        new = again(part, [done.get(arg, arg) for arg in part.args]) if part.args else part
        if new.kind in (HAD, MUL):
            new = signed(JOIN[new.kind](new, new.args))
        done[part] = _FACE.get(new.kind, _same)(new)
    return done.get(e, e)


def without_brackets(e: Expr) -> Expr:
    """v (R dA v)' as v v' dA' R': the transposes of products and sums written out, down to the differentials."""
    done: dict[Expr, Expr] = {}
    for part in postorder(e, varying=True):
        new = again(part, [done.get(arg, arg) for arg in part.args]) if part.args else part
        done[part] = _written_out(new.args[0]) if new.kind is TRANSPOSE else new
    return done.get(e, e)


def _written_out(e: Expr) -> Expr:
    """e' of what has no such transpose in it."""
    if not e.varies or e.kind not in (ADD, CHAIN, MUL):
        return flipped(e)
    if e.kind is ADD:
        return total([_written_out(term) for term in e.args])
    if e.kind is MUL:
        q, parts = number_and_factors(e)
        return multiple(q, parts[:-1], _written_out(parts[-1]))
    return JOIN[CHAIN](node(CHAIN, e.args, None, e.shape[::-1]), [_written_out(f) for f in reversed(e.args)])


def unturned(e: Expr, leaves: Container[Expr]) -> Expr:
    """Scalar words that the algebra has transposed as wholes, so that a leaf in them is, the right way round again."""
    done: dict[Expr, Expr] = {}
    for part in postorder(e, varying=True):
        new = again(part, [done.get(arg, arg) for arg in part.args]) if part.args else part
        is_turned = new.kind is CHAIN and new.is_scalar and \
            any(f.kind is TRANSPOSE and f.args[0] in leaves for f in new.args)
        done[part] = turned(new) if is_turned else new
    return done.get(e, e)


def turned(e: Expr) -> Expr:
    """u'M v as v'M'u."""
    return node(CHAIN, tuple(_bare(f) for f in reversed(e.args)), None, e.shape)


def _same(e: Expr) -> Expr:
    return e


def _facing_word(e: Expr) -> Expr:
    """(dv)'M u as u'M'dv."""
    first = e.args[0]
    is_turned = e.is_scalar and first.kind is TRANSPOSE and first.varies and sum(map(VARIES, e.args)) == 1
    return turned(e) if is_turned else e


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
