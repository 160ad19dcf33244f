"""How strong a proof is: strictly where the affine maps that bend determine the unknown, strongly with a constant.

f is strongly convex with the constant m where f − m‖x‖²/2 is convex; of c u'S u with u = A x that is 2 c λ_min(A'S A).

Source: Boyd & Vandenberghe (2004) 9.1.2; Rockafellar & Wets (1998) 12.59.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matcalc.algebra import add, apply, multiply, num, transpose
from matcalc.algebra.conjugation import conjugate
from matcalc.algebra.facts import is_orthogonal
from matcalc.calculus.regularity import Condition
from matcalc.core.dims import Dim
from matcalc.core.expr import CALL, CHAIN, EYE, HAD, MUL, TRANSPOSE, Expr
from matcalc.core.parts import terms
from matcalc.curvature.composition import Composition
from matcalc.curvature.domain import STRICT
from matcalc.curvature.proof import Proof
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook

COLUMN_RANK, ROW_RANK = "has full column rank", "has full row rank"


class Strength(NamedTuple):
    """How convex, or concave, and where: `conditions` are of rank, `constant` is that of strong convexity."""

    word: str
    conditions: tuple[Condition, ...] = ()
    constant: Expr | None = None


class Injective(NamedTuple):
    """What an affine map is to one unknown: left·x·right, with what has to hold for it to determine x."""

    x: Expr
    number: Expr
    left: tuple[Expr, ...]
    right: tuple[Expr, ...]
    conditions: tuple[Condition, ...]


def strengths(c: Composition, proof: Proof, xs: Sequence[Expr]) -> Iterator[Strength]:
    """The strongest that is certain, then what more holds under conditions of rank."""
    strict = _strict(c, proof, xs)
    strong = _strong(c, proof, xs) if len(xs) == 1 and not proof.expr.complex else None
    sure = [s for s in (strong, strict) if s is not None and not s.conditions]
    more = [s for s in (strong, strict) if s is not None and s.conditions]
    yield sure[0] if sure else Strength("")
    if more and not (sure and sure[0].word == "strongly"):
        yield more[0]


def _strict(c: Composition, proof: Proof, xs: Sequence[Expr]) -> Strength | None:
    needed: list[Condition] = []
    for x in xs:
        maps = [found for u in proof.strict for found in _maps(c, u, x)]
        if not maps:
            return None
        needed += min(maps, key=lambda found: len(found.conditions)).conditions
    return Strength("strictly", tuple(dict.fromkeys(c._replace(expr=_plain(c.expr)) for c in needed)))


def _plain(e: Expr) -> Expr:
    """Of a matrix and its conjugate, which have one rank, the one with fewer signs."""
    return min(e, conjugate(e), key=lambda f: f.flips) if e.complex else e


def _strong(c: Composition, proof: Proof, xs: Sequence[Expr]) -> Strength | None:
    """By the quadratic terms: those in the unknown itself add up, else one in a product with it."""
    x, plain, others = xs[0], [], []
    for number, middle, u in proof.moduli:
        for found in _maps(c, u, x):
            total = multiply(number, found.number, found.number)
            if c.domain.sign(number) * proof.sense < STRICT:
                continue
            word = [*found.left, *found.right]
            if not word and middle is None:
                plain.append(multiply(num(2 * proof.sense), total))
            else:
                row = multiply(*found.right) if found.right else num(1)
                if row.shape[0] != 1:
                    continue
                total = multiply(total, row, transpose(row))
                if not found.left and middle is None and not found.conditions:
                    plain.append(multiply(num(2 * proof.sense), total))
                    continue
                others.append((found.conditions, multiply(num(2 * proof.sense), total), found.left, middle))
    if plain:
        return Strength("strongly", (), add(*plain))
    least = min(others, key=lambda other: len(other[0]), default=None)
    if least is None or (least[3] is not None and c.domain.definiteness(least[3]) < STRICT):
        return None
    conditions, total, left, middle = least
    matrix = multiply(*map(transpose, reversed(left)), *([] if middle is None else [middle]), *left)
    return Strength("strongly", conditions, multiply(total, _smallest(matrix, c.book)))


def _smallest(matrix: Expr, book: Rulebook) -> Expr:
    return matrix if matrix.is_scalar else apply(book.overloads("lambda_min")[0], matrix)


def _maps(c: Composition, u: Expr, x: Expr) -> Iterator[Injective]:
    """How an affine map determines x, where it is one product with x and constants."""
    moved = [term for term in terms(u) if c.varies[term]]
    if len(moved) != 1:
        return
    found = _product(c, moved[0], x)
    if found is not None:
        yield found


def _product(c: Composition, e: Expr, x: Expr) -> Injective | None:
    """Left·x·right."""
    if e is x or e is transpose(x):
        return Injective(x, num(1), (), (), ())
    if e.kind is TRANSPOSE:
        return _product(c, e.args[0], x)
    if e.kind is MUL and c.varies[e.args[-1]]:
        inside, scalars = _product(c, e.args[-1], x), e.args[:-1]
        more = tuple(Condition("!= 0", s) for s in scalars if abs(c.domain.sign(s)) < STRICT)
        return inside and inside._replace(number=multiply(num(e.data), *scalars, inside.number),
                                          conditions=(*inside.conditions, *more))
    if e.kind is MUL and e.args and x in e.args and x.is_scalar:
        others = tuple(f for f in e.args if f is not x)
        m = multiply(num(e.data), *others)
        sure = m.is_scalar and abs(c.domain.sign(m)) == STRICT
        return Injective(x, num(1), (m,), (), () if sure else (Condition("!= 0", m),))
    if e.kind is HAD and x in e.args:
        others = tuple(f for f in e.args if f is not x)
        return Injective(x, num(1), (), (), ()) if all(abs(c.domain.sign(f)) == STRICT for f in others) else None
    if e.kind is CALL and e.data in (c.book.core("vec"), c.book.core("diag")):
        return _product(c, e.args[0], x)
    return _between(c, e, x) if e.kind is CHAIN else None


def _has_surely_rank(c: Composition, matrix: Expr, length: Dim) -> bool:
    """Whether a matrix, of which one side is `length` and has to be the rank, has it for certain: the identity, a
    definite one, a row or a column without 0 where the rank is 1."""
    is_line = length == 1 and abs(c.domain.sign(matrix)) == STRICT
    return matrix.kind is EYE or is_line or (matrix.is_square and c.domain.fits(matrix, "spd"))


def _between(c: Composition, e: Expr, x: Expr) -> Injective | None:
    places = [i for i, f in enumerate(e.args) if f in (x, transpose(x))]
    if len(places) != 1:
        return None
    left, right = e.args[:places[0]], e.args[places[0] + 1:]
    if e.args[places[0]] is not x:
        left, right = tuple(map(transpose, reversed(right))), tuple(map(transpose, reversed(left)))
    conditions = []
    for side, word in ((left, COLUMN_RANK), (right, ROW_RANK)):
        matrix = multiply(*side) if side else None
        if matrix is None:
            continue
        rows, columns = matrix.shape if word == COLUMN_RANK else matrix.shape[::-1]
        upright = side if word == COLUMN_RANK else map(transpose, side)
        if _has_surely_rank(c, matrix, columns) or all(map(is_orthogonal, upright)):
            continue
        if rows == 1 != columns:
            return None
        conditions.append(Condition("!= 0", matrix) if columns == 1 else
                          Condition(ROW_RANK if word == COLUMN_RANK else COLUMN_RANK, matrix.args[0])
                          if matrix.kind is TRANSPOSE else Condition(word, matrix))
    return Injective(x, num(1), left, right, tuple(conditions))
