"""Folding: the body of a known function, met in a formula, becomes a call of it; exp(x)/sum(exp(x)) is softmax(x).

Only blocks that say `is = … folds` take part. A body that is a product may be part of a longer product, and one with
exponent −1 part of a higher power.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from matcalc.algebra import apply, hadamard, multiply, num, power, substitute, transpose
from matcalc.algebra.application import linear_params
from matcalc.algebra.laws import Binding, fits, matches
from matcalc.algebra.make import param_leaf
from matcalc.algebra.products import ends_in_ones
from matcalc.core.expr import CALL, CHAIN, HAD, MUL, POW, Expr, Kind
from matcalc.core.function import Function, Law
from matcalc.core.parts import base_and_exponent, entry_factors
from matcalc.rulebook.book import Rulebook

_MOST_PIECES = 6


class Folding:
    """The blocks of a rulebook that fold, each with the functions that its body calls."""

    def __init__(self, book: Rulebook) -> None:
        found = [f for name in book.names_saying("folds") for f in book.overloads(name) if f.has("folds")]
        self._blocks = [(f, book.calls_in(f.fields["body"])) for f in found]
        self._laws: dict[frozenset[str], dict[Kind, list[Law]]] = {}

    def folded(self, e: Expr, present: frozenset[str]) -> Expr:
        """`e`, or a call that equals it; `present` are the names of the functions below it."""
        if e.args:
            for law in self._ready(present).get(e.kind, ()):
                for result in _ROOTS.get(e.kind, _rewrite)(law, e):
                    return result
        return e

    def _ready(self, present: frozenset[str]) -> dict[Kind, list[Law]]:
        """The laws that can match where only these functions are, by the operation at the root of the body."""
        if present not in self._laws:
            laws: dict[Kind, list[Law]] = {}
            for law in (law for f, calls in self._blocks if calls <= present for law in _laws(f)):
                laws.setdefault(law.pattern.kind, []).append(law)
            self._laws[present] = laws
        return self._laws[present]


def _laws(function: Function) -> tuple[Law, ...]:
    """body => call, for matrices and, where that differs, for scalars."""
    call = apply(function, *(param_leaf(function, i) for i in range(len(function.params))))
    body = function.template("body")
    assert body is not None
    law = Law(f"{function.name}-body", body, call)
    if function.form != "elementwise":
        return (law,)
    return law, Law(law.name, substitute(body, {}, {"m": 1, "n": 1}), substitute(call, {}, {"m": 1, "n": 1}))


def _rewrite(law: Law, e: Expr) -> Iterator[Expr]:
    for binding in matches(law.pattern, e, Binding({}, {})):
        if fits(binding):
            yield substitute(law.replacement, dict(binding.exprs), dict(binding.dims))


def _of_power(law: Law, e: Expr) -> Iterator[Expr]:
    """body^−k is call^k where the body itself has exponent −1."""
    base, k = base_and_exponent(e)
    if k < 0 and k.denominator == 1:
        for result in _rewrite(law, power(base, num(-1))):
            yield power(result, num(-k))


def _of_hadamard(law: Law, e: Expr) -> Iterator[Expr]:
    """Of some factors; what a body is to rows it is to columns of the transpose."""
    count = len(law.pattern.args)
    for flip in (False, True)[:1 + (1 not in e.shape and 1 not in law.pattern.shape)]:
        pieces = _pieces(transpose(e) if flip else e)
        if count <= len(pieces) <= _MOST_PIECES:
            for places in permutations(range(len(pieces)), count):
                rest = [f for i, f in enumerate(pieces) if i not in places]
                for result in _rewrite(law, hadamard(*(pieces[i] for i in places))):
                    found = hadamard(result, *rest)
                    yield transpose(found) if flip else found


def _pieces(e: Expr) -> list[Expr]:
    """The factors of an elementwise product, (u ∘ v) 1' as u 1' and v 1'."""
    found: list[Expr] = []
    for f in entry_factors(e):
        whole = ends_in_ones(f) and len(f.args) == 2
        found += [multiply(g, f.args[1]) for g in entry_factors(f.args[0])] if whole else [f]
    return found


def _of_product(law: Law, e: Expr) -> Iterator[Expr]:
    """A scalar factor and a matrix factor, wherever it stands in a chain, that make a body together."""
    holders = [j for j, f in enumerate(e.args) if f.kind is CHAIN] if e.is_scalar else [len(e.args) - 1]
    for j in holders:
        for i, s in enumerate(e.args):
            if s.is_scalar and i != j:
                one, left = _one_of(s)
                rest = [num(e.data), left, *(f for k, f in enumerate(e.args) if k not in (i, j))]
                for result in _in_matrix(law, one, e.args[j]):
                    yield multiply(*rest, result)


def _one_of(s: Expr) -> tuple[Expr, Expr]:
    """s^−3 as s^−1 and s^−2."""
    base, q = base_and_exponent(s)
    return (power(base, num(-1)), power(base, num(q + 1))) if q < -1 else (s, num(1))


def _in_matrix(law: Law, scalar: Expr, matrix: Expr) -> Iterator[Expr]:
    if matrix.kind is CALL and linear_params(matrix.data) == [0]:
        yield from (apply(matrix.data, result, *matrix.args[1:]) for result in _in_matrix(law, scalar, matrix.args[0]))
        return
    parts: Sequence[Expr] = matrix.args if matrix.kind in (CHAIN, HAD) else (matrix,)
    join = hadamard if matrix.kind is HAD else multiply
    for i, f in enumerate(parts):
        for flip in (False, True):
            for result in _rewrite(law, multiply(scalar, transpose(f) if flip else f)):
                yield join(*parts[:i], transpose(result) if flip else result, *parts[i + 1:])


_ROOTS = {POW: _of_power, HAD: _of_hadamard, MUL: _of_product}
