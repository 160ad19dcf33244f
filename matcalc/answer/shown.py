"""The form of an answer that is shown: over one denominator, entry by entry too, and in the functions of a book.

1/√s − x²/s^(3/2) with s = x² + c is c/s^(3/2), and 2 σ(2 x) − 1 is tanh x. What is computed may differ: s^(3/2) can be
too large for a float where 1/√s is not. So code and values come from the form that the search found, and nothing that
is stated for them, `stable`, changes what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product

from matcalc.algebra import add, hadamard, multiply, negate, num, power, rebuild
from matcalc.algebra.addition import coefficient, scaled
from matcalc.core.expr import ADD, CALL, MUL, NUM, POW, Expr, Table, postorder
from matcalc.core.parts import base_and_exponent, entry_factors, number_scalars_matrix
from matcalc.rulebook.book import Rulebook
from matcalc.session import SESSION
from matcalc.simplification.closed_form import called
from matcalc.simplification.common import factored
from matcalc.simplification.length import cost
from matcalc.stability.stable import Laws

LARGEST = 400  # symbols of an answer of which another form is looked for
_MOST_TERMS = 4  # of a sum that is brought over one denominator
_FLIPPED = 4  # symbols of 1 − and of a number of entries
SHORT = "short"  # the laws of a block that make what is shown shorter


def shown(e: Expr, book: Rulebook) -> Expr:
    """The shortest form of an answer for the eye; `e` itself where none is shorter."""
    if cost(e) > LARGEST or not _has_other_forms(e, short_laws(book).names):
        return e
    return _forms[book][e]


def short_laws(book: Rulebook) -> Laws:
    """The laws of the blocks of `book` that make what is shown shorter."""
    if book not in _forms:
        _forms[book] = _Shown(book)
    return _forms[book].laws


def _has_other_forms(e: Expr, names: frozenset[str]) -> bool:
    """Whether a law may speak of `e`, or a sum in it has a denominator."""
    if not names.isdisjoint(called(e)):
        return True
    return any(part.kind is ADD and (any(_denominators(part)) or any(_open_powers(part.args[0])))
               for part in postorder(e))


class _Shown(Table[Expr]):
    """The shown form of each node, whose operands have theirs."""

    def __init__(self, book: Rulebook) -> None:
        self.laws = Laws(book, SHORT)

    def value(self, e: Expr) -> Expr:
        """The shortest of a few forms of one node."""
        inner = rebuild(e, [self[arg] for arg in e.args]) if e.args else e
        candidates = [inner, e, *_over_one(inner), *_before_powers(inner), *_drawn_together(inner)]
        for form in dict.fromkeys((e, inner)):
            candidates += [other for law, way in self.laws.at(form, called(form)) for other in way(law, form)
                           if _minuses(other) < _minuses(form) + (not _is_turned(form, other))]
        found = min(candidates, key=_length)
        return found if found is e or found is inner else self[found]


def _length(e: Expr) -> int:
    """The length of a form, where σ(x) (1 − σ(x)) counts no more than σ(x) σ(−x)."""
    return cost(e) + _FLIPPED * _minuses(e)


def _is_turned(form: Expr, other: Expr) -> bool:
    """Whether a function in the other form is taken of the negative of what it is taken of in the first."""
    turned = {(part.data, scaled(part.args[0], -1)) for part in postorder(form) if part.kind is CALL and part.args}
    return any((part.data, *part.args[:1]) in turned for part in postorder(other) if part.kind is CALL)


@SESSION.cached
def _minuses(e: Expr) -> int:
    """How many functions in `e` are taken of what has a minus in front: 1 − σ(−x) is σ(x), but 1 − σ(x) stays."""
    return sum(any(coefficient(arg)[0] < 0 for arg in part.args)
               or any(arg.kind is ADD and all(coefficient(term)[0] < 0 for term in arg.args) for arg in part.args)
               for part in postorder(e) if part.kind is CALL)


def _over_one(e: Expr) -> Iterator[Expr]:
    """A sum over a denominator of its terms, of numbers or entry by entry."""
    if e.kind is not ADD or len(e.args) > _MOST_TERMS:
        return
    for base in dict.fromkeys(base for base, _ in _denominators(e)):
        lowest = min(q for other, q in _denominators(e) if other is base)
        join = multiply if base.is_scalar else hadamard
        whole = add(*(_times(term, base, -lowest, join) for term in e.args))
        yield from (join(power(base, num(lowest)), form) for form in dict.fromkeys((factored(whole), whole)))


def _before_powers(e: Expr) -> Iterator[Expr]:
    """A sum with s^(g−1) in front, where each term has a power of s whose exponent is g and a whole number."""
    for base, k in _open_powers(e.args[0]) if e.kind is ADD and len(e.args) <= _MOST_TERMS else ():
        own = [[add(other, negate(k)) for b, other in _open_powers(term) if b is base] for term in e.args]
        apart = [d[0].data for d in own if len(d) == 1 and d[0].kind is NUM and d[0].data.denominator == 1]
        if len(apart) == len(e.args) and base.shape in ((1, 1), e.shape):
            join = multiply if base.is_scalar else hadamard
            lowest = add(k, num(min(apart)))
            rest = add(*(join(term, power(base, negate(lowest))) for term in e.args))
            yield join(power(base, lowest), rest)


def _drawn_together(e: Expr) -> Iterator[Expr]:
    """s s^(g−1) as s^g, and p (a − b/p) as a p − b."""
    scalars = number_scalars_matrix(e)[1] if e.kind is MUL else []
    for base, k in (pair for f in scalars for pair in _open_powers(f)):
        for sign, s in ((1, base), (-1, negate(base))):
            if s in scalars:
                rest = [f for f in e.args if f is not s and f is not power(base, k)]
                yield multiply(num(sign * e.data), power(base, add(k, num(1))), *rest)
    for s, total in product(scalars, [f for f in e.args if f.kind is ADD] if e.kind is MUL else []):
        if s is not total and any(power(s, num(-1)) in _factors(term) for term in total.args):
            rest = [f for f in e.args if f is not s and f is not total]
            yield multiply(num(e.data), *rest, add(*(multiply(s, term) for term in total.args)))


def _open_powers(term: Expr) -> Iterator[tuple[Expr, Expr]]:
    """The powers in a product whose exponent is no number, each as base and exponent."""
    for f in _factors(term):
        if f.kind is POW and f.args[1].kind is not NUM:
            yield f.args[0], f.args[1]


def _times(term: Expr, base: Expr, k: Fraction, join: Callable[..., Expr]) -> Expr:
    """A term times base^k; where the sum itself is left, over its terms."""
    whole = join(term, power(base, num(k)))
    rest = join(whole, power(base, num(-1)))
    if any(f is base for f in _factors(whole)):
        return add(*(join(rest, part) for part in base.args))
    return whole


def _factors(term: Expr) -> Iterator[Expr]:
    _, scalars, matrix = number_scalars_matrix(term)
    yield from (*scalars, *entry_factors(matrix))


def _denominators(e: Expr) -> Iterator[tuple[Expr, Fraction]]:
    """The sums with a negative exponent among the factors of terms, with the exponent."""
    for term in e.args:
        for f in _factors(term):
            if f.kind is POW and f.args[1].kind is NUM:
                base, q = base_and_exponent(f)
                if base.kind is ADD and q < 0 and base.shape in ((1, 1), e.shape):
                    yield base, q


_forms: dict[Rulebook, _Shown] = SESSION.memo({})
