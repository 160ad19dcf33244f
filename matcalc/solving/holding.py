"""Where a solution holds: what is inverted in it, what a declared unknown has to be, in the words of a textbook.

That A'A is invertible is said of A: it has full column rank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from matcalc.algebra import multiply, negate, substitute
from matcalc.algebra.addition import primitive
from matcalc.algebra.conjugation import base_of, is_hermitian
from matcalc.algebra.facts import (
    grams,
    is_definite,
    is_nonnegative,
    is_positive,
    is_semidefinite,
    is_symmetric,
    root_of_square,
)
from matcalc.calculus.regularity import KINK, Condition, conditions, needed
from matcalc.core.expr import ADD, CHAIN, MATPOW, TRANSPOSE, Expr, postorder
from matcalc.core.parts import base_and_exponent, entry_factors, number_scalars_matrix, untransposed
from matcalc.diagnostics import NoRuleError, fail
from matcalc.records import NamedTuple
from matcalc.solving.constants import holds_nowhere, is_constant
from matcalc.solving.nature import COLUMN_RANK, POSITIVE_DEFINITE, POSITIVE_SEMIDEFINITE, ROW_RANK, Nature


class _Open(NamedTuple):
    """A declared property that an open set has: when it is certain, and how it is said as a condition."""

    holds: Callable[[Expr], bool]
    word: str


_OPEN = {
    "spd": _Open(is_definite, POSITIVE_DEFINITE),
    "hpd": _Open(is_definite, POSITIVE_DEFINITE),
    "psd": _Open(is_semidefinite, POSITIVE_SEMIDEFINITE),
    "positive": _Open(is_positive, "positive"),
    "nonnegative": _Open(is_nonnegative, "nonnegative"),
    "invertible": _Open(is_definite, "invertible"),
}
_LINEAR = {"sym": is_symmetric, "hermitian": is_hermitian}  # structures within which the gradient is set to zero


def held(x: Expr, solution: Expr, others: Sequence[Expr], nature: Nature, source: str,
         positive: Sequence[Expr] = (), asked: Sequence[Condition] = ()) -> list[Condition]:
    """What has to hold for `solution` to be the point that is sought; `others` have to have values too, what is to be
    `positive` has to be so there, and what else is `asked` has to hold.

    Raises NoRuleError where x is declared to be what the solution is not seen to be, and where nothing can hold.
    """
    assumed = dict(nature.assumed)
    shown = [substitute(e, assumed) for e in (solution, *others)]
    found = [_said(c) for e in shown for c in conditions(e, e) if c.word != KINK]
    found = [c for c in found if x not in postorder(c.expr)]
    for c in found:
        _refuse_impossible(c, x, source)
    found = [c for c in found if not is_constant(c)]
    there = [substitute(substitute(e, assumed), {x: shown[0]}) for e in positive]
    said = [*nature.conditions, *found, *_of_unknown(x, shown[0], source), *map(_of_product, asked),
            *(_of_product(Condition("positive", e)) for e in there if not is_positive(e))]
    return needed(list(dict.fromkeys(said)))


def _said(c: Condition) -> Condition:
    """The rank of M for the inverse of M'M, or of M'SM with a definite S."""
    if c.word != "invertible" or c.expr.kind is not CHAIN:
        return c
    for gram in grams(c.expr):
        if gram.middle is None or is_definite(gram.middle) or _is_inverse_of_square(gram.middle):
            m = multiply(*gram.half)
            word, m = (ROW_RANK, m.args[0]) if m.kind is TRANSPOSE else (COLUMN_RANK, m)
            return Condition(word, base_of(m))
    return c


def of_columns(c: Condition, x: Expr) -> Condition:
    """Of a matrix whose polar factor, or its transpose, is an `x` with orthonormal columns: which rank is full."""
    if c.word != "of full rank":
        return c
    matrix = primitive(c.expr)[1]
    is_upright = matrix.shape == x.shape
    if matrix.kind is TRANSPOSE:
        matrix, is_upright = matrix.args[0], not is_upright
    return Condition(COLUMN_RANK if is_upright else ROW_RANK, matrix)


def _is_inverse_of_square(e: Expr) -> bool:
    """Whether a matrix is an inverse that is definite where it exists, as that of M'M."""
    return e.kind is MATPOW and e.data < 0 and is_semidefinite(e.args[0])


def _of_product(c: Condition) -> Condition:
    """What is said of the one factor of a number whose sign is not certain: r ≠ 0 for r'r/n > 0; of M for M'M/n."""
    if c.word == POSITIVE_DEFINITE:
        number, scalars, matrix = number_scalars_matrix(c.expr)
        rank = _said(Condition("invertible", matrix))
        return rank if number > 0 and all(map(is_positive, scalars)) and rank.word != "invertible" else c
    if c.word != "positive":
        return c
    core = unsure_part(c.expr)
    root = root_of_square(core)
    return c._replace(expr=core) if root is None else Condition("!= 0", multiply(*root))


def unsure_part(e: Expr) -> Expr:
    """The one factor of which it is not certain that it is positive, where it is the only one: c of 2/c, r'r of r'r/n,
    p of p ⊘ q with a positive q."""
    number, scalars, matrix = number_scalars_matrix(e)
    unsure = [factor for factor in (*scalars, *entry_factors(matrix)) if not is_positive(factor)]
    if len(unsure) != 1:
        return e
    if number < 0:
        return negate(unsure[0]) if unsure[0].kind is ADD else e
    base, q = base_and_exponent(unsure[0])
    return unsure[0] if base is unsure[0] or q.numerator % 2 == 0 else unsure_part(base)


def _refuse_impossible(c: Condition, x: Expr, source: str) -> None:
    """A column of more than one entry has no full row rank, a matrix has its own eigenvalues, and a constant that is
    inverted, as what centres, may be singular in every size."""
    if c.partner is not None and untransposed(c.expr) is untransposed(c.partner):
        raise fail("M0604", f"with {x.data.name} other points solve the equation, whatever the data are", source,
                   error=NoRuleError)
    if is_constant(c) and holds_nowhere(c):
        raise fail("M0604", f"what is to be inverted for {x.data.name} is singular, whatever the data are: no point is "
                   "the only one", source, error=NoRuleError)
    rows, columns = c.expr.shape[::-1] if c.word == COLUMN_RANK else c.expr.shape
    if c.word in (COLUMN_RANK, ROW_RANK) and columns == 1 != rows:
        raise fail("M0604", f"the second differential vanishes in some directions of {x.data.name}, whatever the data "
                   "are, so that no single point is stationary", source, error=NoRuleError)


def _of_unknown(x: Expr, solution: Expr, source: str) -> Iterator[Condition]:
    """What the solution has to be, because the unknown is declared so."""
    for word in sorted(x.data.props):
        if word == "complex":
            continue
        if word in _OPEN and _OPEN[word].holds(negate(solution)) and word != "invertible":
            raise fail("M0604", f"the gradient vanishes where {x.data.name} is not {word}, and nowhere else", source,
                       error=NoRuleError)
        if word in _OPEN:
            if not _OPEN[word].holds(solution):
                yield _of_product(Condition(_OPEN[word].word, solution))
        elif word not in _LINEAR or not _LINEAR[word](solution):
            name = x.data.name
            raise fail("M0603", f"{name} is declared {word}, and no closed form is known that keeps it so", source,
                       fixes=(), error=NoRuleError)
