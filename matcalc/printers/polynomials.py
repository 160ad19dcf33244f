"""Sums and products, read aloud: one fraction for all scalars and the matrix behind it, roots and norms instead of half
powers; a positive term first, a common factor in front, the vector of ones as the number 1.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from fractions import Fraction
from math import gcd, lcm

from matcalc.algebra import transpose
from matcalc.algebra.addition import coefficient, scaled
from matcalc.algebra.application import linear_params
from matcalc.algebra.conjugation import conjugate
from matcalc.algebra.leaves import num
from matcalc.algebra.transposition import upright
from matcalc.core.expr import (
    ADD,
    CALL,
    CHAIN,
    CONST,
    DIM,
    EYE,
    HAD,
    MATPOW,
    MUL,
    NUM,
    ONES,
    OVER,
    SYMPOW,
    TRANSPOSE,
    VAR,
    Expr,
    Kind,
    node,
    postorder,
)
from matcalc.core.parts import base_and_exponent, number_scalars_matrix, untransposed
from matcalc.printers import matrix_products, reductions
from matcalc.printers.number_roots import roots_of_numbers
from matcalc.printers.view import IN_ORDER, Part, View, chain, integer, is_typed, product, quotient, ratio

FACTORED_AT_MOST = 4  # a longer sum keeps its factors inside, so that it can be broken before a + or -
_SIMPLE = frozenset({VAR, NUM, CONST, DIM})
Turn = Callable[[Expr], Expr | None]


def view_product(e: Expr, named: Container[Part] = ()) -> View:
    """Numbers and scalars as one fraction, the matrix behind it, and the sign before it or inside a sum, but inside
    nothing that is `named`."""
    if e.data < 0:
        turned = turned_product(e, turned_sum, named)
        return _positive(turned) if turned is not None else View("negate", (scaled(e, -1),))
    if e.is_scalar:
        return _as_view(_scalar(e.data, e.args))
    q, scalars, matrix = number_scalars_matrix(e)
    return _as_view(_over(q, scalars, matrix_products.view_factor(matrix)))


def _positive(e: Expr) -> View:
    """A product whose sign has gone into a sum; without coefficient a single factor is no product."""
    if e.kind is MUL:
        return view_product(e)
    views: dict[Kind, Callable[[Expr], View]] = {
        HAD: view_hadamard, CHAIN: matrix_products.view_chain, ADD: view_sum,
        MATPOW: matrix_products.view_matrix_power, TRANSPOSE: matrix_products.view_transpose,
        SYMPOW: lambda f: View("power", f.args),
        CALL: lambda f: View("call", f.args, (f.data,)), OVER: reductions.view_reduction}
    return views[e.kind](e)


def turned_product(e: Expr, turn: Turn, named: Container[Part] = ()) -> Expr | None:
    """−A'(A x − b) as A'(b − A x): the sign goes into the first sum that `turn` turns."""
    found = _turned_factor(e.args, turn, 3, named)
    if found is None:
        return None
    return found[0] if e.data == -1 and len(found) == 1 else node(MUL, found, -e.data, e.shape)


def _turned_factor(args: tuple[Expr, ...], turn: Turn, depth: int,
                   named: Container[Part] = ()) -> tuple[Expr, ...] | None:
    """The factors with the sign of one of them changed, looking into products `depth` deep."""
    for i, f in enumerate(args):
        if f in named:
            continue
        is_sum = f.kind is CHAIN and untransposed(f.args[0]).kind is ADD
        if f.kind is CHAIN and (f.is_scalar or is_sum) and transpose(f.args[0]) is f.args[-1]:
            continue  # −(x − u)'S(x − u), −‖x − u‖² and −(x − u) (x − u)' keep their sign
        changed = turn(f)
        if changed is None and depth and (_is_linear(f) or (len(args) == 1 and _is_inverse(f))):
            inner = _turned_factor(f.args, turn, depth - 1, named)
            changed = node(f.kind, inner, f.data, f.shape) if inner else None
        if changed is not None:
            return (*args[:i], changed, *args[i + 1:])
    return None


def _is_linear(f: Expr) -> bool:
    """Products, diag(…), A ⊗ B and the like, which let a sign through."""
    if f.kind is CALL:
        return linear_params(f.data) == list(range(len(f.args)))
    return f.kind in (CHAIN, HAD) or (f.kind is OVER and reductions.lets_sign_through(f))


def _is_inverse(f: Expr) -> bool:
    return f.kind is TRANSPOSE or (f.kind is MATPOW and f.data % 2 == 1)


def turned_sum(e: Expr) -> Expr | None:
    """−e where `e` is a sum that has at least as many minus signs as plus signs, and was not typed so."""
    if is_typed(e):
        return None
    minus = sum(is_negative(term) or (term.kind is CHAIN and turned_difference(term.args[0]) is not None)
                for term in e.args)
    return scaled(e, -1) if e.kind is ADD and 2 * minus >= len(e.args) else None


def turned_difference(e: Expr) -> Expr | None:
    """1 − s for s − 1, I − P for P − I: −e where only constants are taken away in `e`."""
    if e.kind is not ADD or is_typed(e):
        return None
    taken = [term for term in e.args if is_negative(term)]
    return scaled(e, -1) if taken and all(map(_is_fixed, taken)) else None


def _is_fixed(term: Expr) -> bool:
    return term.kind is NUM or (term.data == -1 and is_constant(term))


def _as_view(part: Part) -> View:
    return part if isinstance(part, View) else View("product", (part,))


def _over(q: Fraction, scalars: Sequence[Expr], matrix: Part) -> Part:
    """The fraction of the scalars times a matrix; a single factor over a named denominator goes on top of it."""
    above, below = _split(q, scalars)
    if isinstance(matrix, Expr) and matrix.kind is OVER:
        return _before_sum(above, matrix, below)
    named = len(below) > (q.denominator != 1)
    on_top = not above and named and not (isinstance(matrix, Expr) and matrix.kind is CHAIN)
    return quotient([matrix], None, below) if on_top else quotient(above, matrix, below, _letters(above) and not named)


def _scalar(q: Fraction, scalars: Sequence[Expr]) -> Part:
    """A scalar product: a single word x'Ax stands last, where it needs no brackets, but not behind a differential."""
    above, below = _split(q, scalars)
    words = [s for s in above if isinstance(s, Expr) and (s.kind is OVER or matrix_products.is_word(s))]
    named = len(below) > (q.denominator != 1)
    bracketed = len(words) > 1 or (words and not words[0].varies and any(s.varies for s in scalars))
    if len(words) != 1 or bracketed:
        return quotient([View("scalars", tuple(above))] if bracketed else above, None, below)
    front: list[Part] = [s for s in above if s is not words[0]]
    if words[0].kind is OVER:
        return _before_sum(front, words[0], below)
    if named:
        return quotient([*front, words[0]], None, below)
    return quotient(front, words[0], below, _letters(front))


def _before_sum(front: Sequence[Part], body: Expr, below: Sequence[Part]) -> Part:
    """What takes the product to its right stands behind the fraction, 1/n Σᵢ xᵢ, or over another sum."""
    if not front and any(isinstance(part, Expr) and any(e.kind is OVER for e in postorder(part)) for part in below):
        return quotient([body], None, below)
    return quotient(front or [integer(1)], body, below, True) if below else product([*front, body])


def _letters(above: Sequence[Part]) -> bool:
    """Whether more than a number stands above the stroke."""
    return any(isinstance(part, Expr) for part in above)


def _split(q: Fraction, scalars: Sequence[Expr]) -> tuple[list[Part], list[Part]]:
    """What stands above and what below the fraction stroke."""
    q, scalars, *roots = roots_of_numbers(q, scalars)
    above: list[Part] = [*([integer(q.numerator)] if q.numerator != 1 else []), *roots[0]]
    below: list[Part] = [*([integer(q.denominator)] if q.denominator != 1 else []), *roots[1]]
    for s in scalars:
        base, exponent = base_and_exponent(s)
        if s.complex and (pair := _modulus(s, scalars)) is not None:
            (above if exponent > 0 else below).extend(pair)
        elif exponent < 0:
            below.append(rational_power(base, -exponent))
        else:
            above.append(s)
    return above, below


def _modulus(s: Expr, scalars: Sequence[Expr]) -> list[Part] | None:
    """|z|^2k for the factor z^k beside conj(z)^k, which itself is nothing more; None where they are no such pair."""
    base, k = base_and_exponent(s)
    # Of a sum that stays as it was typed the conjugate is in normal form, and that of this is not the typed sum.
    other = next((e for e in scalars if e is not s and (conjugate(s) is e or conjugate(e) is s)), None)
    if other is None or (2 * k).denominator != 1:
        return None
    is_first = (s.flips, s.order) < (other.flips, other.order)
    return [integer_power(View("modulus", (base,)), int(2 * abs(k)))] if is_first else []


def is_constant(term: Expr) -> bool:
    """Whether the matrix in `term` is I or all ones, whose size is not seen."""
    matrix = number_scalars_matrix(term)[2]
    return matrix.kind in (EYE, ONES) and not matrix.is_scalar


def view_anchored(term: Expr) -> Part:
    """A positive multiple of I or of ones whose size is known from the terms beside it."""
    q, scalars, matrix = number_scalars_matrix(term)
    if matrix.kind is ONES and matrix.shape[1] == 1 and not scalars:
        return num(q)
    rows, columns = matrix.shape
    shown: Part = View("identity", (), (rows,))
    if matrix.kind is ONES:
        sides: list[Part] = [View("one", (), (rows,))] if rows != 1 else []
        sides += [View("transpose", (View("one", (), (columns,)),))] if columns != 1 else []
        shown = chain(sides) if 1 in matrix.shape else View("ones beside", (), matrix.shape)
    above, below = _split(q, scalars)
    return quotient(above, shown, below)


def view_power(e: Expr) -> View:
    """A fraction, a root, a norm or a power; of a matrix one of its entries."""
    base, exponent = e.args
    if not e.is_scalar:
        turned = matrix_products.view_upright(e)
        return turned if isinstance(turned, View) else _elementwise(base, exponent)
    if exponent.kind is not NUM:
        return View("power", (base, exponent))
    q: Fraction = exponent.data
    if q < 0:
        return View("fraction", (integer(1), rational_power(base, -q)))
    return _as_view(rational_power(base, q))


def rational_power(base: Expr, q: Fraction) -> Part:
    """base^q for q > 0; half powers of x'x are norms, other square roots are roots."""
    if base.complex and base.kind is MUL and base.data == 1 and len(base.args) == 2 and q.denominator == 2:
        pairs = [_modulus(f, base.args) for f in base.args]
        if base_and_exponent(base.args[0])[1] == 1 and None not in pairs:  # √(z z̄)
            modulus = View("modulus", (min(base.args, key=lambda f: (f.flips, f.order)),))
            return integer_power(modulus, int(2 * q))
    norm = matrix_products.view_norm(base)
    part: Part = base
    if norm is not None and (q.denominator == 2 or matrix_products.is_norm_squared(base)):
        part, q = norm, 2 * q
    elif q == Fraction(1, 2):
        return View("simple root" if base.kind in _SIMPLE else "root", (base,))
    return integer_power(part, int(q)) if q.denominator == 1 else View("power", (part, ratio(q)))


def integer_power(base: Part, k: int) -> Part:
    """`base` to a power; the first power is `base` itself."""
    return base if k == 1 else View("integer power", (base,), (k,))


def _elementwise(base: Expr, exponent: Expr) -> View:
    if exponent.kind is not NUM:
        return View("elementwise power", (base, exponent))
    q: Fraction = exponent.data
    if q == Fraction(1, 2):
        return View("roots of entries" if base.is_square else "elementwise root", (base,))
    if q == -1 and base.kind in (ADD, VAR):
        return View("hadamard quotient", (integer(1), base))
    if q == Fraction(-1, 2) and base.kind is ADD:
        return View("hadamard quotient", (integer(1), _elementwise(base, num(-q))))
    if q.denominator == 1:
        return View("elementwise integer power", (base,), (int(q),))
    return View("elementwise power", (base, ratio(q)))


def view_hadamard(e: Expr) -> View:
    """Factors with negative powers stand behind one elementwise stroke; I needs no size beside other factors."""
    turned = matrix_products.view_upright(e)
    if isinstance(turned, View):
        return turned
    factors = _anchored_rows(e.args)
    below = [f for f in factors if base_and_exponent(f)[1] < 0]
    above: list[Part] = [f for f in factors if f not in below and f.kind is not EYE]
    above += [View("identity", (), (f.shape[0],)) if len(e.args) > 1 else f for f in e.args if f.kind is EYE]
    inverted = [_inverted(f) for f in below]
    if not above:
        return View("elementwise integer power", (View("hadamard", tuple(inverted)),), (-1,))
    if not below:
        return View("hadamard", tuple(above))
    stroke = [View("hadamard", tuple(side)) if len(side) > 1 else side[0] for side in (above, inverted)]
    return View("hadamard quotient", tuple(stroke))


def _inverted(f: Expr) -> Part:
    base, exponent = f.args
    return base if exponent.data == -1 else _elementwise(base, num(-exponent.data))


def view_sum(e: Expr) -> View:
    """A row of terms is the transpose of a column of them where that saves transposes: (A x - b)'."""
    if e.data == IN_ORDER:
        return _in_order(e.args)
    if e.shape[0] == 1 and not e.is_scalar and upright(e)[1]:
        return View("transpose", (transpose(e),))
    common = content(e.args)
    if common == 1:
        return _sum(e.args)
    if common < 0:
        return View("negate", (scaled(e, -1),))
    inside = _sum([scaled(term, 1 / common) for term in e.args])
    front = [integer(common.numerator)] if common.numerator != 1 else []
    below = [integer(common.denominator)] if common.denominator != 1 else []
    multiple = quotient(front, inside, below)
    assert isinstance(multiple, View)
    return multiple


def content(terms: Sequence[Expr]) -> Fraction:
    """The positive rational that all coefficients of a short sum share, negative where all of them are negative."""
    if len(terms) > FACTORED_AT_MOST:
        return Fraction(1)
    coefficients = [coefficient(term)[0] for term in terms]
    if any(abs(q) == 1 for q in coefficients):
        return Fraction(1)
    denominators = [q.denominator for q in coefficients]
    common = Fraction(gcd(*(q.numerator for q in coefficients)), 1 if 1 in denominators else lcm(*denominators))
    return -common if all(q < 0 for q in coefficients) else common


def is_negative(e: Expr) -> bool:
    """Whether a term is a negative number or has a negative coefficient."""
    return e.kind in (NUM, MUL) and bool(e.data < 0)


def _sum(terms: Sequence[Expr]) -> View:
    terms = sorted((_turned(term) for term in terms), key=is_constant)
    if all(map(is_negative, terms)) and terms[0].kind is MUL:
        terms[0] = turned_product(terms[0], turned_sum) or terms[0]
    lead = next((i for i, term in enumerate(terms) if not is_negative(term)), 0)
    return _in_order([terms[lead], *terms[:lead], *terms[lead + 1:]])


def _in_order(ordered: Sequence[Expr]) -> View:
    """The terms as they come."""
    anchored = any(not is_constant(term) for term in ordered)
    sized = not anchored and any(number_scalars_matrix(term)[2].kind is EYE for term in ordered)
    ordered = _anchored_rows(ordered)
    signs = tuple(-1 if is_negative(term) else 1 for term in ordered)
    return View("sum", tuple(_beside(term) if sized else _magnitude(term, anchored) for term in ordered), signs)


def _anchored_rows(terms: Sequence[Expr]) -> Sequence[Expr]:
    """M 𝟏 𝟏' for M 𝟏 ones(n)' beside a term that tells how many columns there are."""
    rows = [number_scalars_matrix(term) for term in terms]
    open_ = [matrix.kind is CHAIN and matrix.args[-1].kind is ONES and matrix.args[-1].shape[0] == 1 != matrix.shape[0]
             for _, _, matrix in rows]
    is_square = any(matrix.kind is EYE for _, _, matrix in rows)  # then there are as many as rows of x 𝟏'
    if all(is_row or is_constant(term) for is_row, term in zip(open_, terms, strict=True)) and not (
            is_square and any(is_row and matrix.args[0].kind is not ONES
                              for is_row, (_, _, matrix) in zip(open_, rows, strict=True))):
        return terms
    return [_with_row(term, row[2]) if is_row else term for term, row, is_row in zip(terms, rows, open_, strict=True)]


def _with_row(term: Expr, matrix: Expr) -> Expr:
    """A product with the row of ones at its end without its size."""
    row = node(ONES, (), matrix_products.ANCHORED, matrix.args[-1].shape)
    whole = node(CHAIN, (*matrix.args[:-1], row), matrix.data, matrix.shape)
    return whole if term is matrix else node(MUL, (*term.args[:-1], whole), term.data, term.shape)


def _turned(term: Expr) -> Expr:
    """a − (S − T) b as a + (T − S) b, a − (s − 1) B as a + (1 − s) B."""
    turned = term.kind is MUL and term.data < 0 and turned_product(term, _turned_inside)
    return turned or term


def _turned_inside(e: Expr) -> Expr | None:
    """T − S, but not s − 1 for 1 − s."""
    found = turned_difference(e) if e.is_scalar else turned_sum(e)
    return found if found is None or e.is_scalar or turned_difference(found) is None else None


def _beside(term: Expr) -> Part:
    """A term without its sign beside I_n, which says how large a matrix of ones is."""
    positive = scaled(term, -1) if is_negative(term) else term
    q, scalars, matrix = number_scalars_matrix(positive)
    if matrix.kind is not ONES or 1 in matrix.shape:
        return positive
    above, below = _split(q, scalars)
    return quotient(above, View("ones beside", (), matrix.shape), below)


def _magnitude(term: Expr, anchored: bool) -> Part:
    """A term without its sign; beside a term that fixes the shape, I and 1 need no size."""
    positive = scaled(term, -1) if is_negative(term) else term
    return view_anchored(positive) if anchored and is_constant(positive) else positive


def view_number(e: Expr) -> View:
    """An integer or a fraction, the sign before it."""
    q: Fraction = e.data
    if q < 0:
        return View("negate", (num(-q),))
    return integer(q.numerator) if q.denominator == 1 else View("fraction", (integer(q.numerator),
                                                                             integer(q.denominator)))
