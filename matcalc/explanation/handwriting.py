"""Formulas as a person writes them down, before any law is applied: nodes are put together as they stand.

The constructors of the algebra would rotate traces and collect terms at once. A line of a derivation shows what one
rule does, so a differential is put in for its placeholder and only brackets that nobody writes are dissolved.

"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from operator import attrgetter

from matcalc.algebra import conjugate, multiply, num, ones, power, substitute, transpose
from matcalc.algebra.addition import scaled
from matcalc.algebra.leaves import is_zero
from matcalc.core.expr import (
    ADD,
    CHAIN,
    CONJ,
    EYE,
    HAD,
    MUL,
    ONES,
    POW,
    TRACE,
    TRANSPOSE,
    VAR,
    Expr,
    Kind,
    node,
    postorder,
)
from matcalc.core.parts import ONE, base_and_exponent, chain_factors, number_and_factors, number_scalars_matrix, terms

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
    if e.kind is CONJ:
        return conjugate(args[0])
    return e if tuple(args) == e.args else JOIN.get(e.kind, _plain)(e, args)


def _plain(e: Expr, args: Parts) -> Expr:
    return node(e.kind, tuple(args), e.data, e.shape)


def total(summands: Parts) -> Expr:
    """The terms side by side, those of a sum behind a minus as well."""
    flat = [part for summand in summands for part in _terms(summand)]
    return flat[0] if len(flat) == 1 else node(ADD, tuple(flat), None, flat[0].shape)


def _terms(e: Expr) -> Parts:
    q, parts = number_and_factors(e)
    if e.kind is MUL and q == -1 and len(parts) == 1 and parts[0].kind is ADD:
        return [multiple(q, (), term) for term in parts[0].args]
    return terms(e)


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
    if len(flat) == 1 and flat[0].kind is ADD and _takes_in(q, flat[0]):
        return total([multiple(q, (), term) for term in flat[0].args])
    flat = _like_powers(flat)
    if len(flat) > 1 and (share := _share(flat[-1])) not in (0, 1):  # 2 ds (a − b), not ds 2 (a − b)
        q, flat[-1] = q * share, total([multiple(1 / share, (), term) for term in flat[-1].args])
    return multiple(q, flat[:-1], flat[-1])


def _share(e: Expr) -> Fraction:
    """The number that all terms of a sum have in front; 0 where there is none."""
    shares = {abs(number_and_factors(term)[0]) for term in e.args} if e.kind is ADD else set()
    return shares.pop() if len(shares) == 1 else Fraction(0)


def _takes_in(q: Fraction, e: Expr) -> bool:
    """Whether a fraction before a sum is cancelled in some term of it, but not in all."""
    cancels = [(q * number_and_factors(term)[0]).denominator < q.denominator for term in e.args]
    return any(cancels) and not all(cancels)


def _like_powers(flat: list[Expr]) -> list[Expr]:
    """Constant numbers that are powers of one base as one power: s t/(s s) as s t/s²."""
    found: dict[Expr, Fraction] = {}
    still = [f for f in flat[:-1] if f.is_scalar and not f.varies]
    for base, k in map(base_and_exponent, still):
        found[base] = found.get(base, Fraction()) + k
    if len(found) == len(still) or not all(found.values()):
        return flat
    return [*(power(base, num(k)) for base, k in found.items()), *(f for f in flat[:-1] if f not in still), flat[-1]]


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
    joined = node(e.kind, tuple(flat), None, e.shape)
    if not e.is_scalar or not any(f.varies for f in front):
        return multiple(q, front, joined)
    factor, constant = number_and_factors(joined if joined.varies else multiply(*flat))
    scalars = sorted((*front, *constant), key=VARIES)
    return multiple(q * factor, scalars[:-1], scalars[-1])


def numbers_first(e: Expr) -> Expr:
    """The sums in `e` with what depends on no variable in front: 1 + exp(x)."""
    done: dict[Expr, Expr] = {}
    for part in postorder(e):
        args = [done.get(arg, arg) for arg in part.args]
        if part.kind is ADD:
            args.sort(key=lambda arg: any(leaf.kind is VAR for leaf in postorder(arg)))
        done[part] = part if tuple(args) == part.args else node(part.kind, tuple(args), part.data, part.shape)
    return done[e]


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


def paired(g: Expr, leaf: Expr, inside: bool = False) -> Expr:
    """⟨G, dM⟩ written out: g dm for a scalar, g' dm for a vector, tr(G' dM) for a matrix.

    `inside` keeps the scalars of G within the trace, as in tr(G' dX).
    """
    q, parts = number_and_factors(signed(transpose(g)))
    content, own = number_and_factors(signed(g))
    turns = parts[-1].flips - own[-1].flips if parts else 0
    if parts and (turns > 1 if parts[-1].kind is HAD else parts[-1].kind is POW and turns > 0):
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
    rows, columns = matrix.shape
    is_full = matrix.kind is ONES and 1 not in matrix.shape
    factors = (ones(rows, 1), ones(1, columns)) if is_full else chain_factors(matrix)
    return node(CHAIN, (*factors, leaf), None, (matrix.shape[0], leaf.shape[1]))


def applied(matrix: Expr, column: Expr) -> Expr:
    """J dx as it is written; scalars stand in front."""
    q, parts = number_and_factors(matrix)
    if matrix.is_scalar:
        return multiple(q, parts, column)
    if column.is_scalar:
        return multiple(q, [*parts[:-1], column], parts[-1])
    return multiple(q, parts[:-1], _word(parts[-1], column))


def _traced_beside(e: Expr) -> Expr:
    """tr(M) ds for the trace of ds M, a number that varies beside a matrix that does not."""
    q, scalars, matrix = number_scalars_matrix(e)
    if q < 0:
        return multiple(-ONE, (), _traced_beside(multiple(-q, scalars, matrix)))
    if matrix.varies or not any(map(VARIES, scalars)):
        return traced(e)
    still, moving = [f for f in scalars if not f.varies], [f for f in scalars if f.varies]
    return multiple(q, (*still, traced(matrix), *moving[:-1]), moving[-1])


JOIN: dict[Kind, Callable[[Expr, Parts], Expr]] = {
    ADD: lambda e, args: total(args),
    MUL: _product,
    CHAIN: _joined,
    HAD: _joined,
    TRANSPOSE: lambda e, args: flipped(args[0]),
    TRACE: lambda e, args: _traced_beside(args[0]),
}
