"""Signs of formulas that stand together: 1 − s for s − 1 inside elementwise products, where that takes no more signs.

(S − 1) ∘ M is −((1 − S) ∘ M), and a product lets the sign through: two of them in one gradient cancel, one turns that
of the gradient. What the formulas share stays shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from matcalc.algebra.addition import scaled
from matcalc.algebra.make import rebuild
from matcalc.core.expr import ADD, CHAIN, EYE, HAD, MUL, NUM, OVER, TRACE, TRANSPOSE, Expr, Memo, node, postorder
from matcalc.printers.polynomials import turned_difference
from matcalc.printers.reductions import is_sum
from matcalc.session import SESSION

_LONG = 3  # terms of a sum that takes a minus in
_LINEAR = frozenset({CHAIN, HAD, MUL, TRACE, TRANSPOSE})
Signed = tuple[int, Expr]


def fewest_signs(roots: Sequence[Expr]) -> list[Expr]:
    """The same values, with 1 − s for s − 1 where that takes no more minus signs."""
    if not any(map(_has_minus.__getitem__, roots)):
        return [*roots]
    before = _minuses(roots)
    done: dict[Expr, Signed] = {}
    for part in postorder(*roots):
        done[part] = _signed(part, [done[arg] for arg in part.args])
    found = [_taken_in(_with_sign(*done[e])) for e in roots]
    return found if _minuses(found) <= before else [*roots]


def _taken_in(e: Expr) -> Expr:
    """x ∘ (b − a − c) for −x ∘ (a − b + c): a minus in front goes into a sum of three terms or more that has no more
    signs then."""
    if e.kind is not MUL or e.data != -1 or (found := _negated(e)) is None:
        return e
    return found.args[0] if len(found.args) == 1 else node(MUL, found.args, -found.data, e.shape)


def _negated(e: Expr) -> Expr | None:
    """The negative of a product, its sign taken in by a sum."""
    if e.kind is ADD:
        negative = sum(_is_negative(term) for term in e.args)
        is_longer = len(e.args) < _LONG or 2 * negative < len(e.args) - 1 or any(f.kind is EYE for f in e.args)
        return None if is_longer else scaled(e, -1)
    for i, f in enumerate(e.args if e.kind in (MUL, CHAIN, HAD) else ()):
        if (turned := _negated(f)) is not None:
            return node(e.kind, (*e.args[:i], turned, *e.args[i + 1:]), e.data, e.shape)
    return None


def _is_negative(term: Expr) -> bool:
    return term.kind in (MUL, NUM) and bool(term.data < 0)


def _signed(part: Expr, args: list[Signed]) -> Signed:
    if part.kind is OVER and is_sum(part):
        return _of_sum(*args[0], part)
    if part.kind not in _LINEAR:
        new = rebuild(part, [_with_sign(*arg) for arg in args])
        is_let_out = new.kind is MUL and new.data < 0  # of diag(−s)
        return (-1, scaled(new, -1)) if is_let_out else (1, new)
    if part.kind is HAD:
        args = [_turned(*arg) for arg in args]
    return prod(sign for sign, _ in args), node(part.kind, tuple(e for _, e in args), part.data, part.shape)


def _of_sum(sign: int, body: Expr, part: Expr) -> Signed:
    """Σ of s (s − 1) as −Σ of s (1 − s)."""
    for i, f in enumerate(body.args if body.kind is MUL else ()):
        other = turned_difference(f) if f.is_scalar else None
        if other is not None:
            sign, body = -sign, node(MUL, (*body.args[:i], other, *body.args[i + 1:]), body.data, body.shape)
            break
    return sign, node(OVER, (body,), part.data, part.shape)


def _turned(sign: int, e: Expr) -> Signed:
    other = turned_difference(e)
    return (sign, e) if other is None else (-sign, other)


def _with_sign(sign: int, e: Expr) -> Expr:
    return e if sign > 0 else scaled(e, -1)


@SESSION.memo
@Memo
def _has_minus(e: Expr) -> bool:
    return (e.kind in (MUL, NUM) and e.data.numerator < 0) or any(map(_has_minus.__getitem__, e.args))


def _minuses(roots: Sequence[Expr]) -> int:
    return sum(part.kind in (MUL, NUM) and part.data.numerator < 0 for part in postorder(*roots))
