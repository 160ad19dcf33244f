"""The middle of a derivation: a differential that is worked out becomes a gradient or a Jacobian.

df = tr(G' dX) identifies G: each term is moved to that form by the adjoints of the operations in it. dy = J dx
identifies J: each operation states its matrix.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from matcalc.algebra import apply, num, transpose, zeros
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.adjoint import pull_back
from matcalc.calculus.differential import seed
from matcalc.calculus.matrix_form import matrix_form
from matcalc.core.expr import ADD, CALL, CHAIN, HAD, POW, TRACE, TRANSPOSE, Expr, postorder
from matcalc.explanation.identities import maps, of_body, tricks
from matcalc.explanation.laws import Identity, law
from matcalc.explanation.opening import open_differential
from matcalc.explanation.raw import applied, mirrored, paired, read, spread, total
from matcalc.explanation.trace import Formula, Head, Trace
from matcalc.simplification import closed_form

MOST_TERMS = 12


def gradient_of(trace: Trace, f: Expr, x: Expr, head: Head, left: Head = ("d", "f")) -> Formula:
    """df = tr(G' dX), hence G; then its closed form."""
    dx = seed(x)
    now = open_differential(trace, f, {x: dx}, left, transposing=True)
    g = pull_back(now.expr, num(1)).get(dx, num(0)) if now.expr.varies else num(0)
    if is_zero(g):
        after = Formula(zeros(*x.shape), head)
        trace.add([_read_off(x)], now, after, "read-off")
        return after
    now = _paired_terms(trace, now, dx)
    closed = closed_form(closed_form(g, trace.book), trace.book)
    m = read(now.expr, dx)
    if m is None:
        step = Formula(paired(closed, dx, inside=True), now.head)
        trace.add([law("collect")], now, step)
        now, m = step, read(step.expr, dx)
    turned = mirrored(m) if m is not None and _is_product(m) and 1 not in x.shape else closed
    shown = Formula(turned, head)
    trace.add([_read_off(x)], now, shown, "read-off")
    return _finished(trace, shown, closed)


def _is_product(e: Expr) -> bool:
    """A product whose transpose is a line of its own: of names and inverses, none of them a sum."""
    parts = spread(e)[1]
    if not parts or parts[-1].kind is not CHAIN:
        return False
    return not any(f.kind in (ADD, HAD, POW) for f in parts[-1].args)


def _read_off(x: Expr) -> Identity:
    return law("read-off of a derivative" if x.is_scalar else "read-off of a vector" if x.shape[1] == 1 else "read-off")


def _paired_terms(trace: Trace, now: Formula, dx: Expr) -> Formula:
    """Every term by itself as tr(G' dX)."""
    terms = now.expr.args if now.expr.kind is ADD else (now.expr,)
    if read(now.expr, dx) is not None or len(terms) > MOST_TERMS:
        return now
    pulled = [pull_back(term, num(1)).get(dx, num(0)) for term in terms]
    closed = [closed_form(g, trace.book) for g in pulled if not is_zero(g)]
    after = Formula(total([paired(g, dx, inside=len(closed) == 1) for g in closed]), now.head)
    shorter = any(g is not c for g, c in zip([g for g in pulled if not is_zero(g)], closed, strict=True))
    trace.add((tricks(now.expr) + [law("common factor")] * shorter) or [law("collect")], now, after)
    return after


def jacobian_of(trace: Trace, f: Expr, x: Expr, head: Head, left: Head, vec: str = "col") -> Formula:
    """dy = J dx, or vec(dY) = J vec(dX), hence J; then its closed form."""
    dx = seed(x)
    now = open_differential(trace, f, {x: dx}, left, transposing=False)
    read_off = law("read-off of a derivative" if x.is_scalar and f.is_scalar else "read-off of a Jacobian")
    if not now.expr.varies:
        after = Formula(zeros(f.shape[0] * f.shape[1], x.shape[0] * x.shape[1]), head)
        trace.add([read_off], now, after, "read-off")
        return after
    stacked = _matrices(trace, now, f, dx, vec)
    j = matrix_form(now.expr, dx, trace.book, vec)
    together = Formula(applied(j, _column(trace, dx, vec)), stacked.head)
    trace.add([law("collect columns")], stacked, together)
    shown = Formula(j, head)
    trace.add([read_off], together, shown, "read-off" if vec == "col" else "read-off by rows")
    return _finished(trace, shown, closed_form(j, trace.book))


def _column(trace: Trace, dx: Expr, vec: str) -> Expr:
    """vec(dX), or dx itself."""
    if 1 in dx.shape:
        return dx if dx.shape[1] == 1 else transpose(dx)
    return apply(trace.book.core("vec"), transpose(dx) if vec == "row" else dx)


def _matrices(trace: Trace, now: Formula, f: Expr, dx: Expr, vec: str) -> Formula:
    """Every term as a matrix times the stacked differential."""
    terms = now.expr.args if now.expr.kind is ADD and len(now.expr.args) <= MOST_TERMS else (now.expr,)
    found = [m for m in (matrix_form(term, dx, trace.book, vec) for term in terms) if not is_zero(m)]
    flat = f.shape[1] == dx.shape[1] == 1
    expr = total([applied(m, _column(trace, dx, vec)) for m in found]) if found else zeros(f.shape[0] * f.shape[1], 1)
    stacked = Formula(expr, now.head if flat else ("vec", *now.head))
    laws = maps(now.expr)
    if flat:
        trace.add(laws or [law("collect columns")], now, stacked)
    else:
        stacking = "vec by rows" if vec == "row" else "vec"
        trace.add([law(stacking), *laws[:1]], now, stacked, stacking)
    return stacked


def differentiated(trace: Trace, f: Expr, xs: Sequence[Expr], index: int, head: Head, closed: Expr) -> Formula:
    """The differential itself, as the engine closed it."""
    now = open_differential(trace, f, {x: seed(x, index) for x in xs}, head, transposing=False)
    after = Formula(closed, head)
    if trace.moves and Counter(now.expr.args) == Counter(closed.args):  # only the order of the terms differs
        trace.moves[-1] = replace(trace.moves[-1], after=after)
    else:
        trace.add([law("trace of a sum" if now.expr.kind is TRACE else "collect terms")], now, after)
    return after


def _finished(trace: Trace, shown: Formula, closed: Expr) -> Formula:
    """The closed form, after the transpose of a product is written out."""
    after = Formula(closed, shown.head)
    outer = spread(shown.expr)[1]
    last = outer[-1] if outer else None
    of_product = last is not None and last.kind is TRANSPOSE and last.args[0].kind is CHAIN
    turned = shown.expr.kind is TRANSPOSE or of_product
    trace.add([law("transposed product")] if turned else closing_rules(shown.expr, closed), shown, after)
    return after


def closing_rules(before: Expr, after: Expr) -> Sequence[Identity]:
    """What a closed form did, judged by what it made: functions that were not there are folded bodies."""
    known = {e.data for e in postorder(before) if e.kind is CALL}
    new = [e.data for e in postorder(after) if e.kind is CALL and e.data not in known]
    folded = [function for function in new if "body" in function.fields]
    if folded:
        return [of_body(function) for function in dict.fromkeys(folded)]
    if before.kind is ADD and (after.kind is not ADD or len(after.args) < len(before.args)):
        return [law("common factor")]
    return [law("multiply out" if after.kind == ADD != before.kind else "regroup")]
