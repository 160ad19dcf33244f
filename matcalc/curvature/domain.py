"""What is certain of signs on the domain of a formula: of declared variables, and of what stands below a logarithm.

A formula has values only where its logarithms, roots and inverses have, and is convex or not on that set. So what is
below a logarithm is positive there, whatever else is known of it. Signs of sums, products and powers follow; those of
quadratic forms likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from matcalc.algebra import add, apply, multiply, negate, num, ones, size, zeros
from matcalc.algebra.conjugation import adjoint, is_hermitian, is_real
from matcalc.algebra.demands import demands
from matcalc.algebra.facts import grams, is_nonnegative, is_positive, is_semidefinite
from matcalc.algebra.facts import is_definite as is_surely_definite
from matcalc.algebra.leaves import is_zero
from matcalc.algebra.make import instantiate
from matcalc.core.expr import (
    ADD,
    CALL,
    CHAIN,
    EYE,
    HAD,
    MATPOW,
    MUL,
    NUM,
    ONES,
    OVER,
    POW,
    SLICE,
    TRACE,
    TRANSPOSE,
    Expr,
    Kind,
    Memo,
    postorder,
)
from matcalc.core.function import Demand
from matcalc.core.parts import number_scalars_matrix
from matcalc.curvature.fields import LARGEST, claims
from matcalc.records import NamedTuple

NONE, WEAK, STRICT = 0, 1, 2  # nothing is known; ≥ 0; > 0
_OF_SIGNS = {"positive": STRICT, "nonnegative": WEAK}
_OF_FORMS = {"spd": STRICT, "psd": WEAK}


class Sides(NamedTuple):
    """How certain it is that something is not negative, and that it is not positive."""

    low: int
    high: int

    @property
    def sign(self) -> int:
        """2 for positive, 1 for nonnegative, −1 for nonpositive, −2 for negative, 0 where nobody knows."""
        return self.low or -self.high


class Domain:
    """The set on which formulas are asked about. `given` is what is known there besides their own demands."""

    def __init__(self, formulas: Iterable[Expr] = (), given: Iterable[Demand] = ()) -> None:
        self.asked: dict[Demand, None] = {}  # what was asked for and is not known, which one may suppose
        self._signs: dict[Expr, int] = {}
        self._forms: dict[Expr, int] = {}
        for e in postorder(*formulas):
            for demand in demands(e):
                self._suppose(demand)
        for demand in given:
            self._suppose(demand)
        self._entries = Memo(self._of_entries)
        self._form = Memo(self._of_form)

    def _suppose(self, demand: Demand) -> None:
        e, word = demand.expr, demand.word
        if word in _OF_SIGNS:
            self._signs[e] = max(_OF_SIGNS[word], self._signs.get(e, NONE))
        elif word in _OF_FORMS and is_hermitian(e):
            self._forms[e] = max(_OF_FORMS[word], self._forms.get(e, NONE))
        elif word in ("between 0 and 1", "between -1 and 1"):
            one = num(1) if e.is_scalar else ones(*e.shape)
            lower = e if "0" in word else add(one, e)
            self._signs |= {lower: STRICT, add(one, negate(e)): STRICT}

    def sign(self, e: Expr) -> int:
        """Of all entries, as of Sides."""
        found = self._entries[e].sign
        return found or self._unknown(e, "nonnegative")

    def is_nonnegative(self, e: Expr) -> bool:
        """Whether every entry is certainly ≥ 0."""
        return self.has(e, "nonnegative")

    def is_positive(self, e: Expr) -> bool:
        """Whether every entry is certainly > 0."""
        return self.has(e, "positive")

    def is_surely_nonnegative(self, e: Expr) -> bool:
        """The same, of what nobody would suppose: nothing is noted."""
        return self._entries[e].low >= WEAK

    def has(self, e: Expr, word: str) -> bool:
        """Whether every entry is positive, or nonnegative."""
        found = self._entries[e]
        return found.low >= _OF_SIGNS[word] or bool(0 if found.high == STRICT else self._unknown(e, word))

    def definiteness(self, e: Expr) -> int:
        """Of the quadratic form of a symmetric matrix, as of Sides; of a number its sign."""
        if e.is_scalar:
            return self.sign(e)
        return self._form[e].sign or (self._unknown(e, "psd") if is_hermitian(e) else NONE)

    def fits(self, e: Expr, structure: str) -> bool:
        """Whether a matrix is sym, psd or spd; a number any, nonnegative or positive."""
        if structure == "sym":
            return e.is_scalar or is_hermitian(e) or bool(self._unknown(e, structure))
        if e.is_scalar:
            return self.has(e, "positive" if structure == "spd" else "nonnegative")
        return self._form[e].low >= _OF_FORMS[structure] or bool(self._unknown(e, structure))

    def _unknown(self, e: Expr, word: str) -> int:
        """Nothing is known, which is noted."""
        if e.kind is not NUM:
            self.asked[Demand(word, e)] = None
        return NONE

    def _of_entries(self, e: Expr) -> Sides:
        if not is_real(e):
            return Sides(NONE, NONE)
        opposite = negate(e)
        own = _OF_ENTRIES[e.kind](self, e) if e.kind in _OF_ENTRIES else Sides(NONE, NONE)
        return Sides(max(own.low, _sure(e), self._known(e)), max(own.high, _sure(opposite), self._known(opposite)))

    def _known(self, e: Expr) -> int:
        """What is known of it, or of what it is a constant above."""
        found = self._signs.get(e, NONE)
        for other, level in self._signs.items():
            if not found and other.shape == e.shape and other.kind is not NUM:
                number, scalars, rest = number_scalars_matrix(add(e, negate(other)))
                if rest.kind is NUM and rest.data >= 0 and not scalars:
                    found = STRICT if rest.data * number > 0 else level
        return found

    def _of_sum(self, e: Expr) -> Sides:
        parts = [self._entries[term] for term in e.args]
        low, high = [part.low for part in parts], [part.high for part in parts]
        found = Sides(max(low) if min(low) else NONE, max(high) if min(high) else NONE)
        return found if found.low else Sides(self._of_largest(e), found.high)

    def _of_largest(self, e: Expr) -> int:
        """Of r + c f(u) with c > 0, where f is the largest of some functions: it is nonnegative if one of them is."""
        for term in e.args:
            number, scalars, call = number_scalars_matrix(term)
            if number > 0 and pieces_of(call) and all(self._entries[x].low == STRICT for x in scalars):
                rest = add(e, negate(term))
                sums = [add(rest, multiply(num(number), *scalars, piece)) for piece in pieces_of(call)]
                if any(_sure(x) or self._signs.get(x, NONE) for x in sums):
                    return WEAK
        return NONE

    def _of_product(self, e: Expr) -> Sides:
        return _product([self._entries[arg].sign for arg in e.args], e.kind is MUL and e.data < 0)

    def _of_power(self, e: Expr) -> Sides:
        base, q = self._entries[e.args[0]], e.args[1]
        if base.low:
            return Sides(base.low, NONE)
        if q.kind is NUM and q.data.denominator == 1:
            is_even = q.data.numerator % 2 == 0
            return Sides(max(WEAK, base.high), NONE) if is_even else Sides(NONE, base.high)
        return Sides(NONE, NONE)

    def _of_word(self, e: Expr) -> Sides:
        """x'M x and tr(X'M X) with a semidefinite M; products of entries of one sign."""
        whole = self._form[e.args[0]] if e.kind is TRACE else Sides(NONE, NONE)
        middles = [STRICT if g.middle is None else self._form[g.middle].sign for g in grams(e)] if e.is_scalar else []
        signs = [self._entries[arg].sign for arg in e.args]
        entries = _product(signs, False)
        low = max(whole.low, entries.low, int(any(m > 0 for m in middles)))
        return Sides(low, max(whole.high, entries.high, int(any(m < 0 for m in middles))))

    def _of_call(self, e: Expr) -> Sides:
        """A function that keeps the sign of its argument, being 0 at 0; what has a logarithm is positive."""
        f, x = e.data, e.args[0]
        if f.has("positive") or ("root" in f.fields and self._is_inside(x)):
            return Sides(STRICT, NONE)
        if f.has("internal"):
            return self._entries[x]
        ordered = any(c.word == "increasing" and not c.is_operator and not c.conditions for c in claims(f, "monotone"))
        if ordered and len(e.args) == 1 and (f.form == "linear" or is_zero(apply(f, zeros(*x.shape)))):
            return Sides(min(WEAK, self._entries[x].low), min(WEAK, self._entries[x].high))
        return Sides(NONE, NONE)

    def _is_inside(self, x: Expr) -> bool:
        return (self._form if x.is_square and not x.is_scalar else self._entries)[x].low == STRICT

    def _dominated(self, e: Expr) -> int:
        """Of c I − u u', which is semidefinite where u'u ≤ c."""
        eyes = [term for term in e.args if number_scalars_matrix(term)[2].kind is EYE]
        squares = [_square_below(term) for term in e.args if term not in eyes]
        if len(eyes) != 1 or None in squares:
            return NONE
        number, scalars, _ = number_scalars_matrix(eyes[0])
        room = add(multiply(num(number), *scalars), *(negate(square) for square in squares if square is not None))
        return min(WEAK, self._entries[room].low)

    def _of_form(self, e: Expr) -> Sides:
        if e.is_scalar:
            return self._entries[e]
        if not e.is_square:
            return Sides(NONE, NONE)
        opposite = negate(e)
        own = self._form_by_parts(e)
        return Sides(max(own.low, _sure_form(e), self._forms.get(e, NONE)),
                     max(own.high, _sure_form(opposite), self._forms.get(opposite, NONE)))

    def _form_by_parts(self, e: Expr) -> Sides:
        if e.kind is ADD:
            parts = [self._form[term] for term in e.args]
            low, high = [part.low for part in parts], [part.high for part in parts]
            return Sides(max(low) if min(low) else self._dominated(e), max(high) if min(high) else NONE)
        if e.kind is MUL:
            signs = [*(self._entries[arg].sign for arg in e.args[:-1]), self._form[e.args[-1]].sign]
            return _product(signs, e.data < 0)
        if e.kind in (MATPOW, OVER, TRANSPOSE):
            return self._form[e.args[0]] if e.kind is not MATPOW or self._form[e.args[0]].low else Sides(NONE, NONE)
        if e.kind is CHAIN:
            signs = [self._form[g.middle].sign for g in grams(e) if g.middle is not None]
            return Sides(int(any(s > 0 for s in signs)), int(any(s < 0 for s in signs)))
        if e.kind is CALL and e.data.has("weights"):  # a diagonal matrix
            return self._entries[e.args[0]]
        if e.kind is CALL and any(c.word == "definite" and is_hermitian(e.args[0]) for c in claims(e.data, "known")):
            return Sides(STRICT, NONE)
        return Sides(NONE, NONE)


def _square_below(e: Expr) -> Expr | None:
    """u'u, where `e` is −c u u'; None where it is not."""
    number, scalars, word = number_scalars_matrix(e)
    if word.kind is ONES and number < 0:
        return multiply(num(-number), *scalars, size(word.shape[0]))
    half = next((g.half for g in grams(word) if g.middle is None and multiply(*g.half).shape[0] == 1), None)
    if number > 0 or half is None:
        return None
    u = multiply(*half)
    return multiply(num(-number), *scalars, u, adjoint(u))


def pieces_of(e: Expr) -> list[Expr]:
    """The functions of which a call is the largest, as its block states: of relu(x) these are x and 0."""
    if e.kind is not CALL or LARGEST not in e.data.fields:
        return []
    texts = e.data.fields[LARGEST].split(";")
    return [instantiate(e.data, e.data.subject(text.strip()), e.args) for text in texts]


def _sure(e: Expr) -> int:
    return STRICT if is_positive(e) else WEAK if is_nonnegative(e) else NONE


def _sure_form(e: Expr) -> int:
    return STRICT if is_surely_definite(e) else WEAK if is_semidefinite(e) else NONE


def _product(signs: Iterable[int], is_negated: bool) -> Sides:
    """Of a product of numbers with these signs."""
    level, side = STRICT, -1 if is_negated else 1
    for sign in signs:
        level, side = min(level, abs(sign)), side * (1 if sign > 0 else -1)
    return Sides(level, NONE) if side > 0 else Sides(NONE, level)


def is_mirrored(word: tuple[Expr, ...]) -> bool:
    """Whether a product is its own conjugate transpose."""
    whole = multiply(*word)
    return whole.is_square and is_hermitian(whole)


_OF_ENTRIES: dict[Kind, Callable[[Domain, Expr], Sides]] = {
    ADD: Domain._of_sum,
    MUL: Domain._of_product,
    HAD: Domain._of_product,
    POW: Domain._of_power,
    CHAIN: Domain._of_word,
    TRACE: Domain._of_word,
    CALL: Domain._of_call,
    **dict.fromkeys((TRANSPOSE, SLICE), lambda domain, e: domain._entries[e.args[0]]),
    OVER: lambda domain, e: domain._entries[e.args[0]]._replace(**({"high": NONE} if e.data[0] == "prod" else {})),
}
