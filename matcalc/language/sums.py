"""Σᵢ and its kin, indices as numbers, and relations between them: their shapes and their expressions.
"""

from __future__ import annotations

from matcalc import algebra
from matcalc.algebra.indexed import at, value_of
from matcalc.core.dims import Shape
from matcalc.core.expr import IVERSON, VAR, Expr
from matcalc.core.indices import Index, Ref
from matcalc.language.construct import Builder, Construct
from matcalc.language.inference import SCALAR, Inference, ShapeError
from matcalc.language.letters import Letter, Member, Place
from matcalc.language.syntax import Op, Syntax


def index_of(b: Builder, letter: Letter) -> Index:
    """What a letter is in expressions: one index for each sum, so that equal letters stay apart."""
    low, size = b.inference.scope.ranges[letter]
    return Index(f"{letter.name}.{letter.number}" if letter.is_bound else letter.name, b.dim(size), b.dim(low))


def ref_of(b: Builder, place: Place) -> Ref:
    """A place in expressions."""
    return Ref(index_of(b, place.letter) if place.letter else None, b.dim(place.shift))


def member(b: Builder, name: Member) -> Expr:
    """A member of a family."""
    return at(b.leaves[name], *(ref_of(b, place) for place in name.places))


def _over(inference: Inference, syntax: Syntax) -> Shape:
    body = syntax.args[0]
    shape = inference.shape(body)
    if syntax.data[0] != "sum" and shape != SCALAR:
        raise ShapeError("M0311", f"{syntax.data[0]} over an index is of numbers", syntax, (body,), wide=True)
    for condition in syntax.args[1:]:
        if not inference.is_scalar(condition):
            raise ShapeError("M0311", "a condition is a number, 0 or 1", syntax, (condition,), wide=True)
    return shape


def _build_over(b: Builder, syntax: Syntax) -> Expr:
    word, letter = syntax.data
    body, *conditions = b.args(syntax)
    if word == "sum":
        body = algebra.multiply(*conditions, body) if conditions else body
    elif conditions and all(condition.kind in (IVERSON, VAR) for condition in conditions):
        body = algebra.power(body, algebra.multiply(*conditions))
    elif conditions:  # by size: [x > 0] is of no use as an exponent of x
        body = algebra.add(algebra.num(1), algebra.multiply(*conditions, algebra.add(body, algebra.num(-1))))
    return algebra.over(word, index_of(b, letter), body)


def _build_letter(b: Builder, syntax: Syntax) -> Expr:
    return value_of(ref_of(b, syntax.data))


def _build_relation(b: Builder, syntax: Syntax) -> Expr:
    sign, left, right = syntax.data
    return algebra.iverson(sign, ref_of(b, left), ref_of(b, right))


def _number(_inference: Inference, _syntax: Syntax) -> Shape:
    return SCALAR


def _unread(_: object, syntax: Syntax) -> Shape:
    raise ShapeError("M0231", "einsum is read where its operands are names", syntax, (), hard=True)


def _unbuilt(_: Builder, syntax: Syntax) -> Expr:
    raise AssertionError(syntax.op)


CONSTRUCTS = {
    Op.OVER: Construct(_over, _build_over, "Σ"),
    Op.LETTER: Construct(_number, _build_letter),
    Op.RELATION: Construct(_number, _build_relation, "[ = ]"),
    Op.EINSUM: Construct(_unread, _unbuilt, "einsum"),
}
