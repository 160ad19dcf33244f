"""The search for the smallest equal form: from the leaves up, each node is replaced by the shortest of its candidates.

Shared nodes are treated once, so the cost grows with the graph. A candidate that is longer than what it replaces is
dropped, hence the search ends and never makes a formula longer.
"""

from __future__ import annotations

from matcalc.algebra import apply, rebuild, trace
from matcalc.algebra.indexed import inside, over
from matcalc.core.expr import ADD, CHAIN, HAD, MATPOW, MUL, OVER, POW, TRACE, Expr, Table, functions
from matcalc.core.function import Function
from matcalc.rulebook.book import Rulebook
from matcalc.session import SESSION
from matcalc.simplification.common import factored, of_one_call
from matcalc.simplification.congruence import congruent
from matcalc.simplification.expand import cleared, expanded
from matcalc.simplification.fold import Folding
from matcalc.simplification.identities import with_identities, with_whole_sums
from matcalc.simplification.interplay import meeting, size
from matcalc.simplification.length import cost
from matcalc.simplification.reduction import related, together
from matcalc.simplification.scaling import scaled
from matcalc.simplification.updates import turned, updated

MOST_TWICE = 5_000  # nodes above the atoms of what is searched a second time


def closed_form(e: Expr, book: Rulebook) -> Expr:
    """The shortest form found that equals `e`: once more as long as that makes it shorter, for a common factor that is
    taken out brings terms together; what is very large is searched once. The functions of `book` that say so are
    folded back."""
    if book not in _searches:
        _searches[book] = _Search(book)
    closed = _searches[book]
    found = closed[e]
    while size(found) <= MOST_TWICE:
        again = min((closed[form] for form in (found, updated(found), turned(found))), key=cost)
        if cost(again) >= cost(found):
            break
        found = again
    return found


class _Search(Table[Expr]):
    """The closed form of each node, whose operands have theirs, with the rules of one book."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._folding = Folding(book)

    def value(self, e: Expr) -> Expr:
        """The shortest form of one node."""
        short = self._shortest(rebuild(e, [self[arg] for arg in e.args])) if e.args else e
        return min(short, e, key=cost)

    def _shortest(self, e: Expr) -> Expr:
        present = called(e)
        e = self._folding.folded(e, present)
        if e.kind is TRACE and e.args[0].kind is OVER:
            return min(e, self._inside(e.args[0]), key=cost)
        if e.kind not in (ADD, MUL, CHAIN, HAD):
            return e
        if e.kind is ADD and e.free:
            e = related(e)
        candidates = [e, congruent(factored(e)), cleared(e)]
        if e.kind is ADD and (one := of_one_call(e)) is not None:
            candidates.append(apply(one[0], self[one[1]]))
        if e.kind is ADD and not e.is_scalar:
            candidates += [with_identities(e), *with_whole_sums(e)]
        if any(f.kind is HAD for f in (e, *e.args)):
            candidates.append(scaled(e, self._book))
        if any(f.kind is OVER for f in (*e.args, *(g for f in e.args for g in f.args))):
            candidates.append(factored(together(e, self.__getitem__)))
        if any(f.kind in (ADD, MUL, CHAIN, HAD, POW, MATPOW) for f in e.args):
            candidates.append(factored(expanded(e, meeting(e))))
        return self._folding.folded(min(candidates, key=lambda c: (cost(c), c.order)), present)

    def _inside(self, e: Expr) -> Expr:
        """The trace of a sum as the sum of traces: tr(Σᵣ X^r A X^(k−1−r)) is k tr(A X^(k−1))."""
        index, body = inside(e)
        return over(e.data[0], index, self[trace(body)]) if e.data[0] == "sum" else trace(e)


_searches: dict[Rulebook, _Search] = SESSION.memo({})


def called(e: Expr) -> frozenset[str]:
    """The names of the functions in `e`."""
    return _names_of(functions(e))


@SESSION.cached
def _names_of(called: frozenset[Function]) -> frozenset[str]:
    return frozenset(f.name for f in called)
