"""Numbers and dimensions that stand in the text itself: exponents, indices, sizes."""

from __future__ import annotations

from fractions import Fraction

from matcalc.dims import Dim, named
from matcalc.language.infer import Inference, ShapeError
from matcalc.language.syntax import Op, Syntax, postorder

LARGEST = 10**15  # no dimension is larger


def literal(syntax: Syntax) -> Fraction | None:
    """The rational number that `syntax` spells, or None."""
    values: dict[Syntax, Fraction] = {}
    for part in postorder(syntax):
        args = [values.get(arg) for arg in part.args]
        value = _value(part, [a for a in args if a is not None]) if None not in args else None
        if value is not None:
            values[part] = value
    return values.get(syntax)


def _value(syntax: Syntax, args: list[Fraction]) -> Fraction | None:
    if syntax.op is Op.NUMBER:
        return Fraction(syntax.data)
    if syntax.op is Op.NEGATE:
        return -args[0]
    if syntax.op is Op.DIVIDE and args[1]:
        return args[0] / args[1]
    if syntax.op is Op.SUM:
        return sum((sign * arg for sign, arg in zip(syntax.data, args, strict=True)), Fraction(0))
    return None


def to_dim(inference: Inference, syntax: Syntax) -> Dim:
    """The dimension that `syntax` spells: n, 3, m*n, n+1."""
    values: dict[Syntax, Dim] = {}
    for part in postorder(syntax):
        value = _dim(inference, part, [values[arg] for arg in part.args])
        if value is None:
            raise ShapeError("M0313", "a dimension is expected here: n, 3, n+1 or m*n", part, (), (), hard=True)
        values[part] = value
    dim = values[syntax]
    if isinstance(dim, int) and dim < 1:
        raise ShapeError("M0313", "a dimension is at least 1", syntax, (), (), hard=True)
    return dim


def _dim(inference: Inference, syntax: Syntax, args: list[Dim]) -> Dim | None:
    if syntax.op is Op.NUMBER and Fraction(syntax.data).denominator == 1 and abs(syntax.data) < LARGEST:
        return int(syntax.data)
    if syntax.op is Op.NAME and inference.is_dimension(syntax.data):
        return named(syntax.data)
    total: Dim = 1 if syntax.op is Op.PRODUCT else 0
    if syntax.op is Op.PRODUCT:
        for arg in args:
            total = total * arg
        return total
    if syntax.op is Op.SUM:
        for sign, arg in zip(syntax.data, args, strict=True):
            total = total + arg * sign
        return total
    return args[0] * -1 if syntax.op is Op.NEGATE else None
