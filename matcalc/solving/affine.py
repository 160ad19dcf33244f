"""An equation G(X) = 0 read as one that is affine in its unknown, L[X] + R = 0, and solved for it.

Many an equation is affine only behind what it never is zero by: a number such as exp(…) in front, X⁻¹ on a side, a
power of a scalar. That is taken off first, and remembered, because the curvature at the solution is that of the whole.

Source: Magnus & Neudecker (2019) 7.3 and 13.2; Boyd & Vandenberghe (2004) 4.1.3, equivalent problems.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction

from matcalc.algebra import (
    add,
    apply,
    hadamard,
    inverse,
    multiply,
    negate,
    num,
    ones,
    power,
    size,
    substitute,
    trace,
    transpose,
    variable,
)
from matcalc.algebra.addition import primitive
from matcalc.algebra.facts import is_nonnegative, is_positive
from matcalc.algebra.holomorphy import ComplexError
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.differential import differential, seed
from matcalc.calculus.implicit import FEWER, UnsolvedError, linear_solution
from matcalc.calculus.matrix_form import Stacking, matrix_form
from matcalc.calculus.regularity import Condition
from matcalc.core.expr import MATPOW, MUL, TRACE, TRANSPOSE, Expr, postorder
from matcalc.core.parts import base_and_exponent, number_and_factors, terms
from matcalc.diagnostics import NoRuleError
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.simplification import closed_form
from matcalc.simplification.expand import expanded
from matcalc.solving.complex_unknown import has_conjugate
from matcalc.solving.images import Image, images

_ANY = "any"  # a right side that stands for all, which nobody can type
_IMAGE = "image"  # what stands for an image of the unknown
Outer = Callable[[Expr], Expr]


class Affine(NamedTuple):
    """G = outer(L[u] + rest): `linear` is L[du], `outer` a linear map that vanishes only at 0; `move` says how the
    equation came to this form, `times` by what it was multiplied or divided. `leaf` is u: the unknown, or what stands
    for an `image` of it, whose argument is affine in the unknown as `inner` says, up to what it is to be."""

    linear: Expr
    rest: Expr
    outer: Outer
    leaf: Expr
    move: str = ""
    times: Expr | None = None
    image: Image | None = None
    inner: Affine | None = None

    @property
    def left(self) -> Expr:
        """L[u], as one writes it."""
        return substitute(self.linear, {seed(self.leaf): self.image.e if self.image else self.leaf})

    def moved(self, way: Expr, image: Callable[[Image, Expr], Expr]) -> Expr:
        """L[du] as the unknown moves by `way`; `image` tells how an image moves as its argument does."""
        if self.image is None or self.inner is None:
            return substitute(self.linear, {seed(self.leaf): way})
        return substitute(self.linear, {seed(self.leaf): image(self.image, self.inner.moved(way, image))})


class _Moved(NamedTuple):
    """Another form of an equation: `g` is 0 where the equation holds, which is outer(g) = 0."""

    g: Expr
    outer: Outer
    move: str = ""
    times: Expr | None = None


def affine(g: Expr, x: Expr, book: Rulebook, is_plain: bool = False,
           positive: Collection[Expr] = ()) -> Affine | None:
    """The equation g = 0 as an affine one in `x`, which occurs in it, or in an image of it; None where it is none.

    Where it `is_plain`, only a number is taken off in front. What is `positive` is so wherever the equation is meant.
    """
    moves = list(_moves(g, x, is_plain))
    for moved in moves:
        found = _affine(moved, x, book)
        if found is not None:
            return found
        if x.is_scalar and not x.complex:
            found = _in_an_image(moved, x, book, positive)
            if found is not None:
                return found
    if x.is_scalar or x.complex:  # functions that are undone have branches
        return None
    return next(filter(None, (_in_an_image(m, x, book, positive) for m in moves)), None)


def _in_an_image(moved: _Moved, x: Expr, book: Rulebook, positive: Collection[Expr]) -> Affine | None:
    """The equation as one that is affine in an image of X, X itself standing nowhere else."""
    g = closed_form(moved.g, book)
    for image in images(g, x, positive):
        leaf = variable(_IMAGE, image.e.shape)
        inside = substitute(g, {image.e: leaf})
        if x in postorder(inside):
            continue
        found = _affine(moved._replace(g=inside), leaf, book)
        inner = affine(image.argument, x, book, True, positive) if found else None
        if found is not None and inner is not None and not inner.move:
            return found._replace(image=image, inner=inner)
    return None


def _affine(moved: _Moved, x: Expr, book: Rulebook) -> Affine | None:
    """One form of an equation read as affine."""
    linear = closed_form(differential(moved.g, {x: seed(x)}, book), book)
    if x in postorder(linear):
        linear = closed_form(_multiplied_out(linear), book)
    if x in postorder(linear) or has_conjugate(linear, seed(x)) or is_zero(linear):
        return None
    left = add(moved.g, negate(substitute(linear, {seed(x): x})))
    for form in (left, _multiplied_out(left)):  # a sum of squares that need not be multiplied out stays one
        rest = closed_form(form, book)
        if x not in postorder(rest):
            return Affine(linear, rest, moved.outer, x, moved.move, moved.times)
    return None


def _multiplied_out(e: Expr) -> Expr:
    """`e` as a sum of products, the products below traces as well: tr(B'(A − c B)) is tr(B'A) − c tr(B'B)."""
    traces = {t: trace(expanded(t.args[0])) for t in postorder(e) if t.kind is TRACE}
    return expanded(substitute(e, traces) if traces else e)


def vanishes_nowhere(g: Expr, x: Expr, book: Rulebook) -> bool:
    """Whether an equation of a number has no solution, because its numerator does not depend on X."""
    if not x.is_scalar:
        return False
    below = _denominator(g, x)
    above = closed_form(add(*(multiply(below, term) for term in terms(expanded(g)))), book)
    return x not in postorder(above) and not is_zero(above)


class NowhereError(UnsolvedError):
    """An image would have to be what it never is: exp(x) = 0."""


class Isolated(NamedTuple):
    """The X with L[X] = −R, and `wholes`: that of L[X] = P for any P, of which nothing cancels: what X needs. `images`
    are the values of its images, `asked` what these have to be."""

    value: Expr
    wholes: tuple[Expr, ...]
    images: Mapping[Expr, Expr] = {}
    asked: tuple[Condition, ...] = ()


def isolated(equation: Affine, x: Expr, is_symmetric: bool, book: Rulebook) -> Isolated:
    """The equation solved for X. Raises UnsolvedError where no inverse and no solver of the rules does it."""
    image, inner = equation.image, equation.inner
    if image is None or inner is None:
        value, whole = _linear_solution(equation, is_symmetric, book)
        return Isolated(closed_form(value, book), (whole,))
    value, whole = _linear_solution(equation, False, book)
    value = closed_form(value, book)
    if (is_zero(value) and image.is_never_zero) or (is_positive(image.e) and is_nonnegative(negate(value))):
        raise NowhereError
    there = add(inner.rest, negate(image.back(value)))
    found = isolated(inner._replace(rest=there), x, is_symmetric, book)
    return Isolated(found.value, (whole, *found.wholes), {image.e: value, **found.images},
                    (*image.asked(value), *found.asked))


def _linear_solution(equation: Affine, is_symmetric: bool, book: Rulebook) -> tuple[Expr, Expr]:
    """The u with L[u] = −R, and that of any right side."""
    def slope(e: Expr, leaf: Expr) -> Expr:
        return differential(e, {leaf: seed(leaf)}, book)

    x = equation.leaf
    number, linear = primitive(equation.linear)
    due = multiply(num(-1 / number), equation.rest)
    props = {"sym"} if is_symmetric and not x.is_scalar else {"complex"} if due.complex else ()
    any_due = variable(_ANY, due.shape, frozenset(props))

    def solved(moved: Expr, right: Expr) -> Expr:
        return linear_solution(moved, right, is_symmetric, slope, book)

    try:
        return solved(linear, due), solved(linear, any_due)
    except ComplexError as missing:  # the solvers of the rules are those of real equations
        trouble = UnsolvedError(str(missing))
        return _by_vec(linear, x, due, book, trouble), _by_vec(linear, x, any_due, book, trouble)
    except NoRuleError as missing:
        raise UnsolvedError(str(missing)) from None
    except UnsolvedError as trouble:
        if any(e.kind is TRANSPOSE and e.args[0] is seed(x) for e in postorder(linear)):
            with suppress(UnsolvedError):
                return solved(transpose(linear), transpose(due)), solved(transpose(linear), transpose(any_due))
        weights = _weights(linear, x, book)
        if weights is not None:
            return hadamard(due, power(weights, num(-1))), hadamard(any_due, power(weights, num(-1)))
        return _by_vec(linear, x, due, book, trouble), _by_vec(linear, x, any_due, book, trouble)


def _weights(linear: Expr, x: Expr, book: Rulebook) -> Expr | None:
    """The W where L[dX] is W ∘ dX."""
    if 1 in x.shape or linear.shape != x.shape:
        return None
    weights = closed_form(substitute(linear, {seed(x): ones(*x.shape)}), book)
    left = add(*(expanded(e) for e in (linear, negate(hadamard(weights, seed(x))))))
    return weights if is_zero(closed_form(expanded(left), book)) else None


def _by_vec(linear: Expr, x: Expr, due: Expr, book: Rulebook, trouble: UnsolvedError) -> Expr:
    """The X with L[X] = P by the matrix of L on vec(X), where there is nothing shorter; raises `trouble` where that
    matrix is not square."""
    if linear.shape[0] * linear.shape[1] != x.shape[0] * x.shape[1]:
        raise UnsolvedError(FEWER)
    if 1 in x.shape:
        raise trouble
    matrix = closed_form(matrix_form(linear, seed(x), book), book)
    entries = multiply(inverse(matrix), Stacking(book).vec(due))
    return apply(book.core("unvec"), entries, *map(size, x.shape))


def _moves(g: Expr, x: Expr, is_plain: bool) -> Iterator[_Moved]:
    yield _Moved(g, _between())
    yield from _without_a_number(g, x)
    if is_plain:
        return
    if x.is_scalar:
        below = _denominator(g, x)
        yield from _multiplied(g, below, None, _between(power(below, num(-1))), "multiplied by", below)
    elif any(e.kind is MATPOW and e.data < 0 and e.args[0] is x for e in postorder(g)):
        back = inverse(x)
        yield from _multiplied(g, x, None, _between(back), "multiplied from the left by", x)
        yield from _multiplied(g, None, x, _between(None, back), "multiplied from the right by", x)
        yield from _multiplied(g, x, x, _between(back, back), "multiplied on both sides by", x)


def _denominator(g: Expr, x: Expr) -> Expr:
    """The common denominator of a number, as far as it depends on X."""
    highest: dict[Expr, Fraction] = {}
    for term in terms(expanded(g)):
        for factor in number_and_factors(term)[1]:
            base, exponent = base_and_exponent(factor)
            if exponent < 0 and x in postorder(base):
                highest[base] = max(-exponent, highest.get(base, -exponent))
    return multiply(num(1), *(power(base, num(exponent)) for base, exponent in highest.items()))


def _multiplied(g: Expr, left: Expr | None, right: Expr | None, outer: Outer, move: str,
                times: Expr) -> Iterator[_Moved]:
    """left G right, as little multiplied out as will do."""
    whole = _between(left, right)
    for product in (whole(g), add(*map(whole, terms(g))), expanded(whole(g)), add(*map(whole, terms(expanded(g))))):
        yield _Moved(product, outer, move, times)


def _between(left: Expr | None = None, right: Expr | None = None) -> Outer:
    """E ↦ left E right."""
    return lambda e: multiply(*(factor for factor in (left, e, right) if factor is not None))


def _without_a_number(g: Expr, x: Expr) -> Iterator[_Moved]:
    """G = s H with a number s that depends on X and never is 0."""
    if g.kind is not MUL:
        return
    for k, factor in enumerate(g.args):
        front = [e for i, e in enumerate(g.args) if i != k and x in postorder(e)]
        if x in postorder(factor) and front and all(e.is_scalar and _is_never_zero(e) for e in front):
            s = multiply(*front)
            rest = multiply(num(g.data), *(e for e in g.args if e not in front))
            yield _Moved(rest, _between(s), "divided by", s)


def _is_never_zero(s: Expr) -> bool:
    """Whether a number is positive, or negative, wherever it exists."""
    return any(is_positive(e) or (is_nonnegative(e) and base_and_exponent(e)[1] < 0) for e in (s, negate(s)))
