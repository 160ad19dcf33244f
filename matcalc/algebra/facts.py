"""Facts: what is certain of an expression. Where it is zero, that it is a square, its sign, whether it is definite.

All of them follow from the parts of an expression. Products, sums and powers of lower matrices are lower, an
elementwise product is what one of its factors is. Entries are nonnegative and matrices semidefinite by sums, products
with nonnegative numbers, squares, Gram words M'SM, and a constant that outweighs bounded functions, as in
1 − tanh(X). That is the licence to move a factor out of a root, and spares the reader conditions that always hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from fractions import Fraction
from math import prod

from matcalc.algebra.addition import negate
from matcalc.algebra.conjugation import adjoint, base_of, conjugate, is_real
from matcalc.algebra.transposition import transpose
from matcalc.core.expr import (
    ADD,
    CALL,
    CHAIN,
    CONST,
    DIM,
    EYE,
    HAD,
    INDEX,
    IVERSON,
    MATPOW,
    MUL,
    NUM,
    ONES,
    OVER,
    POW,
    SYMPOW,
    TRACE,
    TRANSPOSE,
    UNIT,
    VAR,
    ZEROS,
    Expr,
    Kind,
    Memo,
)
from matcalc.core.indices import range_of
from matcalc.core.parts import place, untransposed
from matcalc.records import NamedTuple
from matcalc.session import SESSION

Sides = tuple[bool, bool]  # nothing above the diagonal, nothing below it
_LONGEST = 16  # a longer trace is not searched for the rotation that makes it a square


def is_lower(e: Expr) -> bool:
    """Whether all entries above the diagonal are certainly 0."""
    return _sides[e][0]


def is_upper(e: Expr) -> bool:
    """Whether all entries below the diagonal are certainly 0."""
    return _sides[e][1]


def is_diagonal(e: Expr) -> bool:
    """Whether all entries beside the diagonal are certainly 0."""
    return _sides[e] == (True, True)


@SESSION.memo
@Memo
def _sides(e: Expr) -> Sides:
    if e.kind is VAR:
        return e.data.known("lower", "diag"), e.data.known("upper", "diag")
    if e.kind is CALL:
        return e.data.has("lower"), e.data.has("upper")
    rule = _SIDES.get(e.kind)
    return rule([_sides[arg] for arg in e.args], e) if rule else (False, False)


def _all(sides: Iterable[Sides]) -> Sides:
    below, above = zip(*sides, strict=True)
    return all(below), all(above)


_SIDES: dict[Kind, Callable[[list[Sides], Expr], Sides]] = {
    EYE: lambda sides, e: (True, True),
    ZEROS: lambda sides, e: (True, True),
    TRANSPOSE: lambda sides, e: sides[0][::-1],
    ADD: lambda sides, e: _all(sides),
    CHAIN: lambda sides, e: _all(sides),
    MUL: lambda sides, e: sides[-1],
    MATPOW: lambda sides, e: sides[0],
    SYMPOW: lambda sides, e: sides[0],
    HAD: lambda sides, e: (any(s[0] for s in sides), any(s[1] for s in sides)),
}


def is_symmetric(e: Expr) -> bool:
    """Whether X' is X."""
    return transpose(e) is e


def is_orthogonal(e: Expr) -> bool:
    """Whether the columns of a variable are declared orthonormal, XᴴX = I; so are those of its conjugate."""
    x = base_of(e)
    return x.kind is VAR and bool(x.data.known("orthogonal", "unitary"))


class Structure(NamedTuple):
    """A structure that can be declared: the adjective for it, and whether an expression has it for certain."""

    adjective: str
    holds: Callable[[Expr], bool]


STRUCTURES = {
    "sym": Structure("symmetric", is_symmetric),
    "spd": Structure("symmetric", is_symmetric),
    "psd": Structure("symmetric", is_symmetric),
    "skew": Structure("skew-symmetric", lambda e: transpose(e) is negate(e)),
    "diag": Structure("diagonal", is_diagonal),
    "lower": Structure("lower triangular", is_lower),
    "upper": Structure("upper triangular", is_upper),
}


class Gram(NamedTuple):
    """The factors of M, and S, which is None where it is the identity."""

    half: tuple[Expr, ...]
    middle: Expr | None


def grams(e: Expr) -> Iterator[Gram]:
    """Every way to read a square chain as MᴴSM, or a trace as tr(MᴴSM) by rotation; of real matrices as M'SM."""
    if e.kind is CHAIN and e.is_square:
        words = [e.args]
    elif e.kind is TRACE and e.args[0].kind is CHAIN and len(e.args[0].args) <= _LONGEST:
        word = e.args[0].args
        words = [(*word[k:], *word[:k]) for k in range(len(word))]
    else:
        words = []
    return (found for found in map(_mirrored, words) if found)


def roots(e: Expr) -> list[tuple[Expr, ...]]:
    """The factors of u, or U, where the scalar `e` is u'u or tr(U'U)."""
    return [gram.half for gram in grams(e) if gram.middle is None] if e.is_scalar else []


def _mirrored(word: Sequence[Expr]) -> Gram | None:
    half = len(word) // 2
    if any(adjoint(a) is not b for a, b in zip(word[:half], reversed(word), strict=False)):
        return None
    middle = word[half] if len(word) % 2 else None
    return Gram(tuple(word[len(word) - half:]), middle)


class Sign(IntEnum):
    """What is known of the sign of a number, from less to more."""

    UNKNOWN = 0
    NONNEGATIVE = 1
    POSITIVE = 2


class Known(NamedTuple):
    """What is known of every entry, and of x'Ax for all x ≠ 0 where the matrix is symmetric.

    Every entry is smaller than `bound` in size, where there is one.
    """

    entries: Sign
    form: Sign
    bound: Fraction | None


def is_nonnegative(e: Expr) -> bool:
    """Whether every entry of `e` is certainly ≥ 0; False means that nobody knows."""
    return _known[e].entries >= Sign.NONNEGATIVE


def is_positive(e: Expr) -> bool:
    """Whether every entry of `e` is certainly > 0."""
    return _known[e].entries is Sign.POSITIVE


def is_definite(e: Expr) -> bool:
    """Whether `e` is certainly symmetric and positive definite."""
    return _known[e].form is Sign.POSITIVE


def is_semidefinite(e: Expr) -> bool:
    """Whether `e` is certainly symmetric and positive semidefinite."""
    return bool(_known[e].form)


def is_stable(e: Expr) -> bool:
    """Whether every eigenvalue of `e` certainly has a positive real part."""
    x = untransposed(e)
    return is_definite(x) or (x.kind is CALL and bool(x.data.has("stable")))


def root_of_square(e: Expr) -> tuple[Expr, ...] | None:
    """The factors of M, where `e` is tr(M'M), or M'SM with a vector M and a definite S: zero only where M is."""
    return next((gram.half for gram in grams(e) if gram.middle is None or is_definite(gram.middle)), None)


@SESSION.memo
@Memo
def _known(e: Expr) -> Known:
    if not is_real(e):
        return Known(Sign.UNKNOWN, Sign.UNKNOWN if e.is_scalar else _form(e), None)
    entries = _entries(e)
    return Known(entries, entries if e.is_scalar else _form(e), _bound(e))


def _entries(e: Expr) -> Sign:
    parts = [_known[arg].entries for arg in e.args]
    if e.kind in (ONES, DIM, CONST):
        return Sign.POSITIVE
    if e.kind in (EYE, UNIT, ZEROS, IVERSON):
        return Sign.NONNEGATIVE
    if e.kind is NUM:
        return _of_number(e)
    if e.kind is VAR:
        return Sign.POSITIVE if "positive" in e.data.props else Sign("nonnegative" in e.data.props)
    if e.kind is CALL:
        return _of_call(e)
    if e.kind is INDEX:
        return _of_value(e)
    if e.kind is OVER:
        return parts[0]
    if e.kind is POW:
        return max(parts[0], _of_even_power(e.args[1]) if is_real(e.args[0]) else Sign.UNKNOWN)
    if e.kind is ADD:
        return Sign.POSITIVE if _outweighs(e) else _of_sum(parts) or _of_value(e)
    if e.kind is MUL:
        first = e.args[0]
        left, turned = _unpaired(e.args) if e.complex else ([], 1)
        parts = parts if not e.complex else [_known[arg].entries for arg in left] or [Sign.NONNEGATIVE]
        return min(parts) if e.data * turned > 0 else Sign(first.kind is TRACE and _is_negated_square(first.args[0], e))
    if e.kind in (HAD, TRANSPOSE):
        left, turned = _unpaired(e.args) if e.complex and e.kind is HAD else (list(e.args), 1)
        return min([_known[arg].entries for arg in left] or [Sign.NONNEGATIVE]) if turned > 0 else Sign.UNKNOWN
    if e.kind is TRACE and _known[e.args[0]].form:
        return _known[e.args[0]].form
    if e.kind in (CHAIN, TRACE):
        return max(min(parts), Sign(e.is_scalar and bool(_grams(e))))
    return Sign.UNKNOWN


def _form(e: Expr) -> Sign:
    """Definiteness of what is not 1×1."""
    if e.kind is EYE:
        return Sign.POSITIVE
    if e.kind is VAR:
        return Sign.POSITIVE if not {"spd", "hpd"}.isdisjoint(e.data.props) else Sign(e.data.known("psd"))
    if e.kind is MATPOW:
        return _known[e.args[0]].form or Sign(_square(e) > 0)
    if e.kind in (SYMPOW, TRANSPOSE):  # a Hermitian matrix is not its transpose
        return _known[e.args[0]].form
    if e.kind is ADD:
        return _of_sum([_known[arg].form for arg in e.args])
    if e.kind is MUL:
        return min(_known[arg].form for arg in e.args) if e.data > 0 else Sign(_is_negated_square(e.args[0], e))
    if e.kind is CHAIN:
        return Sign.NONNEGATIVE if _grams(e) else Sign.UNKNOWN
    if e.kind is OVER:
        return _known[e.args[0]].form
    if e.kind is CALL and e.data.has("definite"):
        return Sign.POSITIVE
    if e.kind is CALL and e.data.has("semidefinite"):
        return Sign.NONNEGATIVE
    if e.kind is CALL and e.data.has("weights"):  # a diagonal matrix
        return _known[e.args[0]].entries
    return Sign.UNKNOWN


def _unpaired(factors: Sequence[Expr]) -> tuple[list[Expr], int]:
    """The factors of a product of numbers without z z̄ ≥ 0, and −1 where an odd number of them were −z z̄."""
    left: list[Expr] = []
    turned = 1
    for f in factors:
        other = conjugate(f) if f.complex else f
        pair = next((g for g in left if g in (other, negate(other))), None) if other is not f else None
        if pair is None:
            left.append(f)
        else:
            left.remove(pair)
            turned *= 1 if pair is other else -1
    return left, turned


def _square(e: Expr) -> int:
    """1 where `e` is M'M or its power, 1 or -1 where it is an even power of a skew matrix M, M² = -M'M, else 0."""
    if e.kind is not MATPOW or e.data % 2:
        return 0
    turned = adjoint(e.args[0])
    if turned is e.args[0]:
        return 1
    return (-1 if e.data % 4 else 1) if turned is negate(e.args[0]) else 0


def _is_negated_square(e: Expr, scaled: Expr) -> bool:
    """Whether c·e is semidefinite for a number c < 0."""
    return len(scaled.args) == 1 and _square(e) < 0


def _bound(e: Expr) -> Fraction | None:
    """What every entry is smaller than, in size."""
    if e.kind is CALL:
        return Fraction(1) if e.data.has("bounded") else None
    parts = [_known[arg].bound for arg in e.args]
    if e.kind is POW:
        k = e.args[1]
        is_natural = k.kind is NUM and k.data > 0 and k.data.denominator == 1
        return parts[0] ** k.data if parts[0] and is_natural else None
    if not parts or e.kind not in (ADD, MUL, HAD, TRANSPOSE):
        return None
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if e.kind is ADD:
        return sum(known, Fraction(0))
    return prod(known, start=abs(e.data) if e.kind is MUL else Fraction(1))


def _outweighs(e: Expr) -> bool:
    """Whether a constant term is at least as large as the bounds of all others together."""
    constants = [c for c in map(_constant, e.args) if c is not None]
    others = [_known[term].bound for term in e.args if _constant(term) is None]
    known = [bound for bound in others if bound is not None]
    return len(known) == len(others) > 0 and sum(constants) >= sum(known)


def _constant(e: Expr) -> Fraction | None:
    """c, where every entry is c."""
    if e.kind in (NUM, ONES):
        return e.data if e.kind is NUM else Fraction(1)
    return e.data if e.kind is MUL and len(e.args) == 1 and e.args[0].kind is ONES else None


def _of_number(e: Expr) -> Sign:
    return Sign.POSITIVE if e.data > 0 else Sign(e.data == 0)


def _of_value(e: Expr) -> Sign:
    ref = place(e)
    low = range_of(ref)[0] if ref else None
    return Sign.UNKNOWN if not isinstance(low, int) or low < 0 else Sign.POSITIVE if low else Sign.NONNEGATIVE


def _of_sum(parts: list[Sign]) -> Sign:
    return max(parts) if min(parts) else Sign.UNKNOWN


def _of_call(e: Expr) -> Sign:
    """What the rule states; det, which is multiplicative, is positive for a definite matrix."""
    if e.data.has("positive") or (e.data.has("multiplicative") and _known[e.args[0]].form is Sign.POSITIVE):
        return Sign.POSITIVE
    return Sign(e.data.has("nonnegative"))


def _of_even_power(exponent: Expr) -> Sign:
    even = exponent.kind is NUM and exponent.data.numerator % 2 == 0 and exponent.data.denominator == 1
    return Sign(even)


def _grams(e: Expr) -> list[Gram]:
    """The readings of `e` as M'SM with a semidefinite S."""
    return [gram for gram in grams(e) if gram.middle is None or _known[gram.middle].form]
