"""Curvature by composition: what is proved of an expression from what is proved of its operands.

A goal is asked for, convex or concave, and each operation says from which goals of its operands that follows; what
depends on the unknown in an affine way is both. A matrix is convex by its entries, or in the order of Loewner.

Source: Boyd & Vandenberghe (2004) 3.2 and 3.6; Horn & Johnson (2013) 7.7; Bhatia (1997) V.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain

from matcalc.algebra import add, hadamard, multiply, negate, num, transpose
from matcalc.algebra.application import is_linear_in
from matcalc.algebra.conjugation import adjoint, is_hermitian, is_real
from matcalc.algebra.facts import grams
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    CONJ,
    HAD,
    MATPOW,
    MUL,
    ONES,
    OVER,
    POW,
    SLICE,
    TRACE,
    TRANSPOSE,
    VAR,
    Expr,
    Kind,
    Memo,
    whole,
)
from matcalc.core.parts import number_scalars_matrix
from matcalc.curvature.composed import of_call
from matcalc.curvature.domain import STRICT, Domain, pieces_of
from matcalc.curvature.fields import Sense
from matcalc.curvature.logs import of_logarithms
from matcalc.curvature.moduli import of_modulus
from matcalc.curvature.notations import of_notation
from matcalc.curvature.one_number import of_entries
from matcalc.curvature.power_means import of_power, of_product
from matcalc.curvature.proof import Modulus, Proof
from matcalc.curvature.spectral import of_spectrum
from matcalc.rulebook.book import Rulebook

Goal = tuple[Expr, Sense, bool]


class Composition:
    """Proofs about expressions in the `unknowns` on a domain."""

    def __init__(self, unknowns: Collection[Expr], domain: Domain, book: Rulebook) -> None:
        self.unknowns, self.domain, self.book = frozenset(unknowns), domain, book
        self._proofs: dict[Goal, Proof | None] = {}
        self.varies: Memo[bool] = Memo(self._depends)
        self.affine: Memo[bool] = Memo(self._is_affine)

    def _depends(self, e: Expr) -> bool:
        return whole(e) in self.unknowns if e.kind is VAR else any(self.varies[arg] for arg in e.args)

    def _is_affine(self, e: Expr) -> bool:
        if not self.varies[e] or e.kind is VAR:
            return True
        moved = [i for i, arg in enumerate(e.args) if self.varies[arg]]
        if not all(self.affine[e.args[i]] for i in moved):
            return False
        if e.kind in (ADD, TRANSPOSE, CONJ, TRACE, BLOCK, SLICE) or (e.kind is OVER and e.data[0] == "sum"):
            return True
        if e.kind is CALL:
            return len(moved) == 1 and is_linear_in(e.data, moved[0])
        return e.kind in (MUL, HAD, CHAIN) and len(moved) == 1

    def prove(self, e: Expr, sense: Sense, is_operator: bool = False) -> Proof | None:
        """A proof, or None where none is found."""
        is_operator = is_operator and not e.is_scalar
        goal = e, sense, is_operator
        if goal not in self._proofs:
            self._proofs[goal] = None  # what leads back to itself proves nothing
            self._proofs[goal] = _best(self._found(*goal))
        return self._proofs[goal]

    def _found(self, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
        if self.affine[e]:
            yield Proof(e, sense, is_operator, "affine" if self.varies[e] else "constant", ())
            return
        for law in _of_complex(e, is_operator) if e.complex else _of_real(e, is_operator):
            yield from law(self, e, sense, is_operator)

    def all(self, parts: Sequence[Expr], sense: Sense, is_operator: bool = False) -> tuple[Proof, ...] | None:
        """Proofs of the same of several expressions."""
        found = tuple(self.prove(part, sense, is_operator) for part in parts)
        return None if None in found else found  # type: ignore[return-value]

    def has_curved_size(self, u: Expr) -> tuple[Proof, ...] | None:
        """Why |u| is convex: u is affine, convex and nonnegative, or concave and nonpositive."""
        if self.affine[u]:
            return ()
        sign = self.domain.sign(u)
        proof = self.prove(u, 1 if sign > 0 else -1) if sign else None
        return None if proof is None else (proof,)


def _best(found: Iterator[Proof]) -> Proof | None:
    """The first proof of something strict, else the first."""
    first = None
    for proof in found:
        if proof.strict or proof.is_affine:
            return proof
        first = first or proof
    return first


def _of_sum(c: Composition, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    parts = c.all(e.args, sense, is_operator)
    if parts:
        yield Proof(e, sense, is_operator, "sum", ("a sum of such terms",), parts, *_joined(parts))
        return
    for term in e.args:
        yield from _of_pieces(c, e, term, sense)


def _of_pieces(c: Composition, e: Expr, term: Expr, sense: Sense) -> Iterator[Proof]:
    """r + c f(u), where f is the largest of some functions: the largest of r plus each of them."""
    number, scalars, call = number_scalars_matrix(term)
    pieces = pieces_of(call)
    factor = multiply(num(number), *scalars) if not any(c.varies[x] for x in scalars) else None
    if not pieces or factor is None or c.domain.sign(factor) * sense <= 0:
        return
    rest = add(e, negate(term))
    parts = c.all([add(rest, multiply(factor, piece)) for piece in pieces], sense)
    if parts:
        word = "largest" if sense > 0 else "smallest"
        said: list[str | Expr] = [f"the {word} of "]
        for part in parts:
            said += [part.expr, ", "]
        yield Proof(e, sense, False, "pointwise maximum", tuple(said[:-1]), parts)


def _joined(parts: Sequence[Proof]) -> tuple[tuple[Expr, ...], tuple[Modulus, ...]]:
    """In what a sum is strict."""
    strict = tuple(dict.fromkeys(chain.from_iterable(part.strict for part in parts)))
    return strict, tuple(chain.from_iterable(part.moduli for part in parts))


def _scaled(c: Composition, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """One factor that varies, and constants of a known sign."""
    moved = [arg for arg in e.args if c.varies[arg]]
    if len(moved) != 1:
        return
    others = [arg for arg in e.args if arg is not moved[0]]
    rest = multiply(num(e.data or 1), *others) if e.kind is MUL and all(x.is_scalar for x in others) else None
    signs = [_sign(c, other, is_operator) for other in others]
    level = STRICT if not signs else min(map(abs, signs))
    side = 1 if (e.kind is not MUL or e.data > 0) == (sum(sign < 0 for sign in signs) % 2 == 0) else -1
    part = c.prove(moved[0], _times(sense, side), is_operator) if level else None
    if part is None:
        return
    word = ("positive" if side > 0 else "negative") if level == STRICT else \
        "nonnegative" if side > 0 else "nonpositive"
    moduli = tuple(m._replace(number=multiply(rest, m.number)) for m in part.moduli) if rest is not None else ()
    yield Proof(e, sense, is_operator, "multiple", (f"a {word} multiple",), (part,),
                part.strict if level == STRICT else (), moduli)


def _sign(c: Composition, e: Expr, is_operator: bool) -> int:
    return c.domain.definiteness(e) if is_operator and not e.is_scalar else c.domain.sign(e)


def _times(sense: Sense, side: int) -> Sense:
    return sense if side > 0 else -sense


def _of_part(c: Composition, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """A transpose, blocks, entries of something."""
    if is_operator and e.kind is not TRANSPOSE:
        return
    parts = c.all(e.args, sense, is_operator)
    if parts:
        strict = _joined(parts)[0] if e.kind is not SLICE else ()
        yield Proof(e, sense, is_operator, "entries", ("its entries are",), parts, strict)


def _over(c: Composition, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """A sum over an index, the largest of members, the smallest."""
    word = e.data[0]
    part = c.prove(e.args[0], sense, is_operator)
    if part is not None and (word == "sum" or (word == "max" and sense > 0) or (word == "min" and sense < 0)):
        why = {"sum": "a sum of such terms", "max": "the largest of such functions",
               "min": "the smallest of such functions"}[word]
        yield Proof(e, sense, is_operator, "sum" if word == "sum" else "pointwise maximum", (why,), (part,),
                    _bound(part, e) if word == "sum" else ())


def _bound(part: Proof, e: Expr) -> tuple[Expr, ...]:
    """In what a sum over an index is strict: in all members, of which those without the index stay as they are."""
    return tuple(u for u in part.strict if not u.free - e.free)


def _of_trace(c: Composition, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """The trace of what is convex in the order of Loewner, or by its entries."""
    x = e.args[0].args[0] if e.args[0].kind is MATPOW and e.args[0].data == 2 else None
    if x is not None and is_hermitian(x) and c.affine[x] and sense > 0:
        yield Proof(e, sense, is_operator, "square", ("a square form of the affine ", x), (), (x,),
                    (Modulus(num(1), None, x),))
    for in_order in (True, False):
        part = c.prove(e.args[0], sense, in_order) if not in_order or is_hermitian(e.args[0]) else None
        if part is not None:
            why = "the trace increases in the order of Loewner" if in_order else "a sum of such entries"
            yield Proof(e, sense, is_operator, "trace", (why,), (part,), part.strict if in_order else ())


def words(e: Expr) -> Iterator[tuple[Expr, ...]]:
    """The ways to read a product, or the trace of one by rotation, with what is behind its number."""
    if e.kind is CHAIN:
        yield e.args
    elif e.kind is TRACE and e.args[0].kind is CHAIN:
        word = e.args[0].args
        for k in range(len(word)):
            yield (*word[k:], *word[:k])


def _one_factor(c: Composition, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """A product in which one factor varies, or a run of factors between constant ones."""
    for word in words(e):
        moved = [i for i, f in enumerate(word) if c.varies[f]]
        first, last = moved[0], moved[-1]
        left, middle, right = word[:first], multiply(*word[first:last + 1]), word[last + 1:]
        if e.kind is TRACE and first:
            continue
        yield from _between(c, e, sense, is_operator, (left, middle, right))


def _between(c: Composition, e: Expr, sense: Sense, is_operator: bool,
             parts: tuple[tuple[Expr, ...], Expr, tuple[Expr, ...]]) -> Iterator[Proof]:
    left, middle, right = parts
    if not left and not right:
        return
    if is_hermitian(middle) and not middle.is_scalar:
        sign = c.domain.definiteness(multiply(*right)) if e.kind is TRACE else \
            2 * _is_mirrored(left, right)
        part = c.prove(middle, _times(sense, sign), True) if sign and (e.is_scalar or is_operator) else None
        if part is not None:
            yield Proof(e, sense, is_operator, "congruence", ("a congruence keeps the order of Loewner",)
                        if e.kind is not TRACE else ("the trace with a semidefinite matrix keeps the order",), (part,),
                        part.strict if e.kind is TRACE and abs(sign) == STRICT else ())
    signs = [c.domain.sign(f) for f in (*left, *right)]
    level = min(map(abs, signs))
    side = 1 if sum(sign < 0 for sign in signs) % 2 == 0 else -1
    part = c.prove(middle, _times(sense, side)) if level and not is_operator else None
    if part is not None:
        strict = part.strict if e.is_scalar and e.kind is CHAIN and level == STRICT else ()
        if e.kind is CHAIN and e.is_scalar and 1 in middle.shape and _are_ones(left, right):
            strict = part.strict
        word = "nonnegative" if side > 0 else "nonpositive"
        why = "the sum of its entries" if _are_ones(left, right) else f"a sum with {word} weights"
        yield Proof(e, sense, False, "sum", (why,), (part,), strict,
                    part.moduli if _are_ones(left, right) and e.is_scalar else ())


def _are_ones(left: Sequence[Expr], right: Sequence[Expr]) -> bool:
    return all(f.kind is ONES or (f.kind is TRANSPOSE and f.args[0].kind is ONES) for f in (*left, *right))


def _is_mirrored(left: Sequence[Expr], right: Sequence[Expr]) -> bool:
    return len(left) == len(right) and all(adjoint(a) is b for a, b in zip(left, reversed(right), strict=True))


def _gram(c: Composition, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """u'S u, in the order of Loewner U'S U, where S is constant and semidefinite, or the inverse of what is concave:
    matrix fractions. By its entries U'U is not convex: x y stands beside its diagonal."""
    for half, middle in grams(e) if is_operator or e.is_scalar else ():
        u = multiply(*half)
        form = STRICT if middle is None else c.domain.definiteness(middle)
        if middle is not None and c.varies[middle]:
            yield from _fraction(c, e, u, middle, sense, is_operator)
        elif form * sense > 0 and c.affine[u]:
            sized = () if abs(form) != STRICT or is_operator else (u,)
            said = (u,) if middle is None else (u, " with the semidefinite ", middle)
            yield Proof(e, sense, is_operator, "square", ("a square form of the affine ", *said), (), sized,
                        (Modulus(num(1), middle, u),) if sense > 0 and not is_operator and e.is_scalar else ())
        elif form * sense > 0 and e.is_scalar and (middle is None or c.domain.is_nonnegative(middle)) \
                and (why := c.has_curved_size(u)) is not None:
            yield Proof(e, sense, is_operator, "square", ("a sum of squares of what is convex and nonnegative",), why)


def _fraction(c: Composition, e: Expr, u: Expr, middle: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """u'M⁻¹u, jointly convex in an affine u and in M where that is positive."""
    if middle.kind is not MATPOW or middle.data != -1 or sense < 0 or not c.affine[u]:
        return
    inside = middle.args[0]
    part = c.prove(inside, -1, True) if c.domain.definiteness(inside) == STRICT else None
    if part is not None:
        yield Proof(e, sense, is_operator, "matrix fraction",
                    ("u' inv(M) u is jointly convex in u and the positive definite M",), (part,))


def _inverse(c: Composition, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """X⁻¹ is convex and decreasing in the order of Loewner, X² convex."""
    x = e.args[0]
    if not is_operator or sense < 0:
        return
    if e.data == -1 and c.domain.definiteness(x) == STRICT:
        part = c.prove(x, -1, True)
        if part is not None:
            strict = (x,) if c.affine[x] else part.strict
            yield Proof(e, sense, True, "inverse",
                        ("the inverse is convex and decreasing on positive definite matrices",), (part,), strict)
    elif e.data == 2 and is_hermitian(x) and c.affine[x]:
        yield Proof(e, sense, True, "square", ("the square of a symmetric affine matrix",), (), (x,))


def _two_columns(c: Composition, e: Expr, sense: Sense, _is_operator: bool) -> Iterator[Proof]:
    """x'y as the sum of the entries of x∘y, tr(A B) as that of A'∘B."""
    if not e.is_scalar:
        return
    for word in words(e):
        for k in range(1, len(word)):
            left, right = multiply(*word[:k]), multiply(*word[k:])
            fits = e.kind is TRACE or right.shape[1] == 1
            if fits and c.varies[left] and c.varies[right] and not left.is_scalar:
                entries = hadamard(transpose(left), right)
                part = c.prove(entries, sense)
                if part is not None:
                    yield Proof(e, sense, False, "sum", ("the sum of the entries of ", entries), (part,), part.strict)


def _of_real(e: Expr, is_operator: bool) -> tuple[Law, ...]:
    return (*_LAWS.get(e.kind, ()), *(() if is_operator else _OF_ENTRIES))


def _of_complex(e: Expr, is_operator: bool) -> tuple[Law, ...]:
    """The laws for what complex variables are in: of real values, in the order of Loewner of Hermitian ones, that are
    made of such; of others, numbers and their conjugates, only moduli, square forms and sums are known."""
    if not (is_hermitian(e) if is_operator else is_real(e)):
        return ()
    if all(is_real(arg) or is_hermitian(arg) for arg in e.args) or e.kind in _OF_MATRICES:
        return (of_modulus, *_of_real(e, is_operator))
    return (of_modulus,)


Law = Callable[[Composition, Expr, Sense, bool], Iterator[Proof]]
_OF_ENTRIES: tuple[Law, ...] = (of_logarithms, of_entries, of_notation)
_OF_MATRICES = (ADD, CHAIN, TRACE)
_LAWS: dict[Kind, tuple[Law, ...]] = {
    ADD: (_of_sum,),
    MUL: (_scaled, of_product),
    HAD: (_scaled, of_product),
    CHAIN: (_gram, _one_factor, _two_columns),
    TRACE: (_gram, _of_trace, _one_factor, _two_columns, of_spectrum),
    POW: (of_power,),
    MATPOW: (_inverse,),
    CALL: (of_call,),
    OVER: (_over,),
    **dict.fromkeys((TRANSPOSE, BLOCK, SLICE), (_of_part,)),
}
