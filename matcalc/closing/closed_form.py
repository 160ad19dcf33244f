"""The search for the smallest equal form: from the leaves up, each node is replaced by the shortest of its candidates.

Shared nodes are treated once, so the cost grows with the graph. A candidate that is longer than what it replaces is
dropped, hence the search ends and never makes a formula longer.
"""

from __future__ import annotations

from matcalc.algebra import rebuild
from matcalc.closing.clear import cleared
from matcalc.closing.cost import cost
from matcalc.closing.expand import expanded
from matcalc.closing.factor import factored
from matcalc.closing.fold import folded
from matcalc.expr import Expr, bottom_up

MOST_SYMBOLS = 400
_memo: dict[Expr, Expr] = {}
_names: dict[Expr, frozenset[str]] = {}


def closed_form(e: Expr) -> Expr:
    """The shortest form found that equals `e`: once more as long as that makes it shorter, for a common factor that is
    taken out brings terms together."""
    found = _once(e)
    while cost(again := _once(found)) < cost(found):
        found = again
    return found


def _once(e: Expr) -> Expr:
    return bottom_up(_memo, e, _closed)


def _closed(e: Expr) -> Expr:
    """The closed form of a node whose operands have theirs."""
    short = _shortest(rebuild(e, [_memo[arg] for arg in e.args])) if e.args else e
    return min(short, e, key=cost)


def _shortest(e: Expr) -> Expr:
    present = bottom_up(_names, e, _functions)
    e = folded(e, present) if present else e
    if e.op not in ("add", "mul", "chain", "had") or cost(e) > MOST_SYMBOLS:
        return e
    candidates = [e, factored(e), cleared(e)]
    if any(f.op in ("add", "mul", "chain", "had", "pow", "matpow") for f in e.args):
        candidates.append(factored(expanded(e)))
    return folded(min(candidates, key=lambda c: (cost(c), c.order)), present)


def _functions(e: Expr) -> frozenset[str]:
    """The names of the functions in `e`; a set is shared as far up as it stays the same."""
    own = {e.data.name} if e.op == "call" else ()
    below = {_names[arg] for arg in e.args if _names[arg]}
    return next(iter(below)) if len(below) == 1 and not own else frozenset().union(own, *below)
