"""Functions that work entry by entry and can be undone: φ(u) = y is u = φ⁻¹(y).

An equation that is not affine in X may be affine in an image of it, as log(p) + c = 0 is in log(p). What undoes a
function is stated in its block by the field `inverse`; a power is undone by a root. Increasing functions keep what a
second differential says: φ(X) − φ(X*) = W ∘ (X − X*) with a W that is positive entry by entry.

Source: Boyd & Vandenberghe (2004) 5.1.6, entropy; the mean value theorem.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from math import prod

from matcalc.algebra import add, apply, hadamard, inverse, multiply, negate, num, ones, power, substitute, variable
from matcalc.algebra.facts import is_definite, is_nonnegative, is_positive
from matcalc.algebra.make import instantiate, param_leaf
from matcalc.calculus.regularity import Condition
from matcalc.core.expr import CALL, MATPOW, NUM, ONES, POW, VAR, Expr, postorder
from matcalc.core.function import Function
from matcalc.core.parts import (
    base_and_exponent,
    chain_factors,
    entry_factors,
    number_scalars_matrix,
    terms,
    untransposed,
)
from matcalc.records import NamedTuple
from matcalc.simplification.expand import expanded

Back = Callable[[Expr], Expr]
MEANS = _SLOPE, _HERE, _THERE = "slope between", "inverse here", "inverse there"  # between two points


class Image(NamedTuple):
    """φ(u): the node `e`, its `argument` u, which depends on the unknown, the way `back`, and φ'(u), None of an
    inverse. A root has only positive values, which is `asked` of what it is to be."""

    e: Expr
    argument: Expr
    back: Back
    slope: Expr | None
    is_root: bool = False

    def moved(self, change: Expr) -> Expr:
        """dφ as u moves by `change`: φ'(u) ∘ du, or −u⁻¹ du u⁻¹."""
        return hadamard(self.slope, change) if self.slope is not None else negate(multiply(self.e, change, self.e))

    def moved_to(self, change: Expr, sign: int) -> Expr:
        """φ(u + du) − φ(u) as `change` enters it: times slopes between two points, of that `sign`; of the inverse of
        definite matrices it is −P du Q with definite P and Q."""
        shape = self.e.shape
        if self.slope is not None:
            return hadamard(num(sign or 1) if change.is_scalar else multiply(num(sign or 1), ones(*shape)), change,
                            variable(_SLOPE, shape, frozenset({"positive"} if sign else ())))
        here, there = (variable(name, shape, frozenset({"spd"} if sign else ())) for name in (_HERE, _THERE))
        return negate(multiply(here, change, there))

    @property
    def is_never_zero(self) -> bool:
        """Whether it is no number of which an entry is 0."""
        base, q = base_and_exponent(self.e)
        return is_positive(self.e) or (base is not self.e and q < 0)

    def asked(self, value: Expr) -> list[Condition]:
        """What a value has to be so that it is one of φ."""
        return [Condition("positive", value)] if self.is_root and not is_positive(value) else []


def images(g: Expr, x: Expr, positive: Collection[Expr] = ()) -> Iterator[Image]:
    """The images of `x` in `g`, the outermost first; of what is `positive` even powers can be undone, too. An inverse
    does not work entry by entry, but can be undone."""
    for e in reversed(postorder(g)):
        if e.kind is CALL and "inverse" in e.data.fields and x in postorder(e):
            yield _of_call(e)
        elif e.kind is POW and x in postorder(e.args[0]):
            yield from _of_power(e, positive)
        elif e.kind is MATPOW and e.data == -1 and x in postorder(e):
            yield Image(e, e.args[0], inverse, None)


def _of_call(e: Expr) -> Image:
    def back(value: Expr) -> Expr:
        return _undone(e.data, value)

    return Image(e, e.args[0], back, instantiate(e.data, "d", e.args))


def _undone(function: Function, value: Expr) -> Expr:
    """φ⁻¹ of a value; where φ makes products of sums, φ⁻¹ makes sums of products: log(y/n) = log(y) − log(n)."""
    entry = _entry(value)
    if entry is not value:
        return multiply(_undone(function, entry), ones(*value.shape))
    number, scalars, matrix = number_scalars_matrix(value)
    factors = [num(number), *scalars, *entry_factors(matrix)]
    if not _is_product_of_sums(function) or sum(not is_positive(factor) for factor in factors) > 1:
        return instantiate(function, "inverse", (value,))
    undone = [multiply(num(q), instantiate(function, "inverse", (base,)))
              for base, q in map(base_and_exponent, factors) if base is not num(1)]
    return add(*(part if part.shape == value.shape else multiply(part, ones(*value.shape)) for part in undone))


def _is_product_of_sums(function: Function) -> bool:
    """Whether f(X + Y) = f(X) ∘ f(Y)."""
    template = function.template("of_sum")
    return template is not None and len(entry_factors(template)) == 2 and \
        all(factor.kind is CALL and factor.data is function for factor in entry_factors(template))


def _of_power(e: Expr, positive: Collection[Expr]) -> Iterator[Image]:
    """u^q of a positive u; u³ and 1/u of any; a root, which only has a value where u is positive."""
    base, q = base_and_exponent(e)
    is_known = is_positive(base) or base in positive or q.denominator > 1
    if base is e or not (is_known or q.numerator % 2):
        return

    def back(value: Expr) -> Expr:
        return power(value, num(1 / q))

    yield Image(e, base, back, multiply(num(q), power(base, num(q - 1))), is_root=q.denominator > 1)


def rising(image: Image, positive: Collection[Expr]) -> int:
    """1 where φ increases wherever it is defined, −1 where it decreases, 0 where nobody knows."""
    if image.slope is None:
        return -1 if is_definite(image.argument) else 0
    known = {e: variable(f"positive_{k}", e.shape, frozenset({"positive"})) for k, e in enumerate(positive)}
    return _sign(substitute(image.slope, known))


def _sign(e: Expr) -> int:
    """The sign that every entry has, or 0 where it is not certain; of a product that of its factors."""
    if is_nonnegative(e) or is_nonnegative(negate(e)):
        return 1 if is_nonnegative(e) else -1
    number, scalars, matrix = number_scalars_matrix(e)
    factors = [*scalars, *entry_factors(matrix)]
    return (1 if number > 0 else -1) * prod(map(_sign, factors)) if factors != [e] else 0


def parted(e: Expr, x: Expr) -> Expr:
    """`e` with f(u + v) as f(u) ∘ f(v) where v depends on `x` or is a number, by what blocks say of the value of a sum:
    exp(u − 1 − λ) = exp(u) exp(−1) exp(−λ); and √(λ u) as √λ √u where the sign of one factor at most is open."""
    found = {part: _parts(part, x) for part in postorder(e)
             if part.kind is CALL and "of_sum" in part.data.fields and x in postorder(part)}
    found |= {part: _of_factors(part) for part in postorder(e) if part.kind is POW and x in postorder(part.args[0])}
    return substitute(e, found) if found else e


def _of_factors(e: Expr) -> Expr:
    """The power of a product as a product of powers: both are defined where the product is positive."""
    base, q = base_and_exponent(e)
    number, scalars, matrix = number_scalars_matrix(base)
    factors = [*scalars, *entry_factors(matrix)]
    if q.denominator == 1 or number < 0 or sum(not is_positive(factor) for factor in factors) > 1:
        return e
    powers = [power(factor, num(q)) for factor in (num(number), *factors)]
    matrices = [factor for factor in powers if not factor.is_scalar]
    return multiply(*(factor for factor in powers if factor.is_scalar), *([hadamard(*matrices)] if matrices else []))


def _parts(call: Expr, x: Expr) -> Expr:
    summands = terms(expanded(call.args[0]))
    alone = [term for term in summands if x in postorder(term) or _entry(term).kind is NUM]
    others = [term for term in summands if term not in alone]
    return _of_terms(call.data, [*alone, add(*others)] if others else alone)


def _of_terms(function: Function, summands: Sequence[Expr]) -> Expr:
    """f(u + v + …) in the values f(u), f(v), …"""
    first, *rest = summands
    if not rest:
        return _value(function, first)
    left, right = (variable(name, first.shape) for name in ("the first", "the others"))
    template = function.template("of_sum")
    assert template is not None
    own = param_leaf(function, 0)
    other, = (leaf for leaf in postorder(template) if leaf.kind is VAR and leaf is not own)
    form = instantiate(function, template, (left,), {other: right})
    return substitute(form, {apply(function, left): _value(function, first),
                             apply(function, right): _of_terms(function, rest)})


def _entry(e: Expr) -> Expr:
    """The s of a matrix s 𝟏𝟏'; `e` itself where it is none."""
    number, scalars, matrix = number_scalars_matrix(e)
    return multiply(num(number), *scalars) if matrix.kind is ONES else e


def _value(function: Function, term: Expr) -> Expr:
    """f(s 𝟏) = f(s) 𝟏."""
    entry = _entry(term)
    if entry is not term:
        return multiply(apply(function, entry), ones(*term.shape))
    number, scalars, matrix = number_scalars_matrix(term)
    front, factors = [num(number), *scalars], chain_factors(matrix)
    if len(factors) > 1 and untransposed(factors[-1]).kind is ONES and factors[-1].shape[0] == 1:
        return multiply(apply(function, multiply(*front, *factors[:-1])), factors[-1])  # f(u 𝟏') = f(u) 𝟏'
    if len(factors) > 1 and factors[0].kind is ONES and factors[0].shape[1] == 1:
        return multiply(factors[0], apply(function, multiply(*front, *factors[1:])))
    return apply(function, term)
