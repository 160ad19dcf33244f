"""From df as the rules leave it to a sum of tr(G' dX): multiplied out, transposed, cycled, each in a line of its own.

What is left then changes sides in an inner product by the adjoints of the operations in it, as the engine does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from matcalc.algebra import substitute, variable
from matcalc.core.expr import ADD, CHAIN, MUL, TRACE, Expr, postorder, variables
from matcalc.core.parts import terms
from matcalc.explanation.calculus_laws import law
from matcalc.explanation.handwriting import total
from matcalc.explanation.moves import Formula, Trace
from matcalc.explanation.reasons import SILENT, declared
from matcalc.explanation.turning import (
    collected,
    cycled,
    each_term,
    numbers_beside,
    read,
    spread,
    stood_before,
    upright,
)


def buried(e: Expr, leaves: Sequence[Expr]) -> bool:
    """Whether a placeholder in a scalar `e` occurs twice, or below an operation that is no product or trace."""
    if not e.is_scalar or not leaves:
        return False
    uses: Counter[Expr] = Counter({e: 1})
    hidden: set[Expr] = set()
    for part in reversed(postorder(e, varying=True)):
        for arg in part.args:
            uses[arg] += uses[part]
            if part in hidden or part.kind not in _OPEN:
                hidden.add(arg)
    return any(uses[leaf] > 1 or leaf in hidden for leaf in leaves)


_OPEN = frozenset({ADD, MUL, CHAIN, TRACE})


def turn(trace: Trace, now: Formula) -> Formula:
    """Every term with its differential at the end, as far as transposing and cycling lead there."""
    if not now.expr.is_scalar:
        return now
    for turning, name in TURNS:
        expr = turning(now.expr)
        together = collected(expr) if expr is not now.expr else expr
        rules = [law(name(now.expr))] + [law("collect terms")] * (together is not expr)
        if expr is not now.expr:
            after = Formula(together, now.head)
            told = _undeclared(now.expr) if turning is spread else {}
            if told and (plain := turning(substitute(now.expr, told))) is not substitute(expr, told):
                trace.add(rules, now, Formula(plain, now.head))  # what the entries of a variable sum to is a step
                rules, now = [declared(told)], Formula(plain, now.head)
            trace.add(rules, now, after)
            now = after
    return now


def gathered(trace: Trace, now: Formula, leaves: Sequence[Expr]) -> Formula:
    """tr(A dM) + tr(B dM) as tr((A + B) dM), where the terms stand in that form."""
    groups: dict[Expr, list[Expr]] = {leaf: [] for leaf in leaves}
    for term in terms(now.expr):
        leaf, m = next(((leaf, m) for leaf in leaves if (m := read(term, leaf)) is not None), (None, None))
        if leaf is None or m is None:
            return now
        groups[leaf].append(m)
    if all(len(found) < 2 for found in groups.values()):
        return now
    after = Formula(total([stood_before(total(found), leaf) for leaf, found in groups.items()]), now.head)
    trace.add([law("collect")], now, after)
    return after


def _undeclared(e: Expr) -> dict[Expr, Expr]:
    """The variables of which something is declared that a formula says without a word, without it."""
    return {x: variable(x.data.name, x.shape, x.data.props - SILENT) for x in variables(e)
            if x.data.props & SILENT and not x.data.axes}


def _spreading(e: Expr) -> str:
    return "trace of a sum" if any(part.kind is TRACE for part in postorder(e, varying=True)) else "multiply out"


def _transposing(e: Expr) -> str:
    return "transpose in a trace" if any(part.kind is TRACE for part in postorder(e, varying=True)) \
        else "transpose of a scalar"


def _has_numbers(e: Expr) -> bool:
    """Whether a word of `e` is a product of two numbers, one of which varies."""
    return any(part.kind is CHAIN and part.is_scalar and numbers_beside(part) for part in postorder(e, varying=True))


TURNS: Sequence[tuple[Callable[[Expr], Expr], Callable[[Expr], str]]] = (
    (spread, _spreading),
    (lambda e: each_term(e, upright), _transposing),
    (lambda e: each_term(e, cycled), lambda e: "order of scalars" if _has_numbers(e) else "cyclic"),
)
