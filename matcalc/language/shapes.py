"""Shape rules, one per kind of Syntax node: what its operands must be, and what comes out."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from matcalc.dims import Dim, Shape
from matcalc.language.calls import call, dotted, kron, norm, refuse_short_argument, resolve
from matcalc.language.indices import index
from matcalc.language.infer import EXPONENTIALS, SCALAR, Inference, ShapeError
from matcalc.language.literals import literal
from matcalc.language.spreading import spread
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.language.words import divided_by_run, product

HALF = Fraction(1, 2)
TRANSPOSE_LETTERS = ("t", "H")  # what some write for T; elsewhere they are variables
Rule = Callable[[Inference, Syntax], Shape]


def _name(inference: Inference, syntax: Syntax) -> Shape:
    if syntax.data in inference.scope.bindings:
        return inference.scope.bindings[syntax.data]
    return SCALAR if inference.is_dimension(syntax.data) else inference.variable(syntax.data)


def _reserved(inference: Inference, syntax: Syntax) -> Shape:
    if syntax.data in ("pi", "e"):
        return SCALAR
    if syntax.data == "I" or syntax in inference.scope.units:
        n = inference.fresh()
        inference.choices[syntax] = "I"
        return n, n
    if syntax.args and not inference.is_scalar(syntax.args[0]):
        message = f"{syntax.data}(c) has every entry c, so c is a scalar"
        raise ShapeError("M0311", message, syntax, syntax.args, ("ones", "{0}"))
    fresh = inference.fresh if inference.scope.lenient else inference.fresh_generic  # a vector of one 1 is a number
    return fresh(), 1 if syntax.data in ("ones", "vector") else fresh()


def _hole(inference: Inference, syntax: Syntax) -> Shape:
    inference.holes.append(syntax)
    return inference.fresh(), inference.fresh()


def _sum(inference: Inference, syntax: Syntax) -> Shape:
    shapes = [inference.shape(arg) for arg in syntax.args]
    first = next((i for i, shape in enumerate(shapes) if shape != SCALAR), None)
    if first is None:
        return SCALAR
    whole = shapes[first]
    for arg, shape in zip(syntax.args, shapes, strict=True):
        if shape == SCALAR:
            spread(inference, syntax, arg, syntax.args[first], whole)
        elif not inference.same_shape(shape, whole):
            raise ShapeError("M0302", "cannot add these", syntax, (syntax.args[first], arg), ("{1}'",),
                           place=arg, wide=True)
    return whole


def _negate(inference: Inference, syntax: Syntax) -> Shape:
    return inference.shape(syntax.args[0])


def _divide(inference: Inference, syntax: Syntax) -> Shape:
    p, q = syntax.args
    if not inference.is_scalar(q):
        fixes = ("{0} ./ {1}",) if inference.is_vector(q) else ("{0} ./ {1}", "{0}*inv({1})")
        raise ShapeError("M0315", "the divisor of / is a scalar", syntax, (p, q), fixes,
                         hard=inference.is_vector(p))
    inference.doubts = [(place, 1 if place is q else cost) for place, cost in inference.doubts]  # a/(b·c): numbers
    return inference.shape(p)


def _entrywise(inference: Inference, syntax: Syntax) -> Shape:
    """x .* y and x ./ y: equal shapes, or a scalar for every entry."""
    p, q = (inference.shape(arg) for arg in syntax.args)
    if p == SCALAR and q != SCALAR:
        refuse_short_argument(inference, syntax)
    if p == SCALAR or q == SCALAR:
        if not inference.scope.numpy:  # there * is the sign, and numbers are multiplied with it too
            inference.doubt_idle(*(arg for arg in syntax.args if _is_letter(inference, arg)))
        return q if p == SCALAR else p
    if 1 in (p[0], q[0]) and 1 in (p[1], q[1]) and not inference.scope.numpy:
        raise ShapeError("M0302", "a row and a column, entry by entry", syntax, syntax.args, ("({0})'.*{1}",
                         "{0}*{1}"), hard=True)
    if not inference.same_shape(p, q):
        sign = ".*" if syntax.op is Op.HADAMARD else "./"
        raise ShapeError("M0302", f"{sign} needs equal shapes", syntax, syntax.args, wide=True)
    return p


def _is_letter(inference: Inference, syntax: Syntax) -> bool:
    """Whether a number is made of letters that are numbers, none of which is sure to be one."""
    names = [part for part in postorder(syntax) if part.op is Op.NAME]
    return inference.is_open(syntax) and bool(names) and all(map(inference.is_open, names))


def _entrywise_power(inference: Inference, syntax: Syntax) -> Shape:
    shape = _entrywise(inference, syntax)
    if not inference.is_scalar(syntax.args[1]):
        inference.choices[syntax] = (resolve(inference, "exp", (shape,)), resolve(inference, "log", (shape,)))
    return shape


def _power(inference: Inference, syntax: Syntax) -> Shape:
    base, exponent = syntax.args
    shape = inference.shape(base)
    if base.op is Op.RESERVED and base.data == "e":
        return _exponential(inference, syntax)
    if exponent.op is Op.NAME and exponent.data in TRANSPOSE_LETTERS and shape != SCALAR:
        message = "the exponent of ^ is a number; a transpose is '"
        raise ShapeError("M0314", message, syntax, (base, exponent), ("{0}'",), hard=True)
    if not inference.is_scalar(exponent):
        raise ShapeError("M0314", "the exponent of ^ is a scalar", syntax, (base, exponent), ("{0}.^({1})",),
                         hard=inference.is_vector(base) and not inference.scope.demand_scalar)
    if shape == SCALAR:
        return SCALAR
    if inference.is_vector(base):
        raise ShapeError("M0304", "a vector has no power", syntax, (base,), ("{0}.^{1}", "{0}'{0}", "{0}{0}'"),
                       extra=(exponent,), hard=not inference.scope.demand_scalar)
    return _matrix_power(inference, syntax, base, literal(exponent))


def _exponential(inference: Inference, syntax: Syntax) -> Shape:
    exponent = syntax.args[1]
    if 1 not in inference.shape(exponent):
        rows, columns = inference.shape(exponent)
        inference.choices[syntax] = resolve(inference, "expm", ((rows, columns),))
        if inference.choices[syntax] is not None:
            return rows, rows
    if not inference.is_scalar(exponent):
        if inference.columns == EXPONENTIALS:
            return inference.shape(exponent)
        is_letter = exponent.op is Op.NAME and inference.is_vector(exponent)
        raise ShapeError("M0316", "e^ has a scalar exponent; exp works entry by entry, expm is the matrix exponential",
                       syntax, (exponent,), ("exp({0})", "expm({0})")[:1 if is_letter else 2],
                         columns=inference.is_vector(exponent) and inference.scope.demand_scalar)
    inference.choices[syntax] = resolve(inference, "exp", (SCALAR,))
    return SCALAR


def _matrix_power(inference: Inference, syntax: Syntax, base: Syntax, k: Fraction | None) -> Shape:
    rows, cols = inference.shape(base)
    if not inference.same(rows, cols):
        raise ShapeError("M0303", "only a square matrix has a power", syntax, (base,), ("{0}.^{1}", "{0}'{0}"),
                       extra=syntax.args[1:], wide=True)
    if k is not None and abs(k) == HALF and (root := resolve(inference, "sqrtm", ((rows, rows),))) is not None:
        inference.choices[syntax] = (root, k > 0)
        return rows, rows
    if k is None or k.denominator != 1:
        raise ShapeError("M0314", "the exponent of a matrix is an integer", syntax, (base,), ("{0}.^{1}",),
                       extra=syntax.args[1:])
    if abs(k) > 1000:
        raise ShapeError("M0314", "a matrix power above 1000 is not taken", syntax, (base,), ("{0}^2",), hard=True)
    inference.choices[syntax] = int(k)
    return rows, rows


def _inverse_transpose(inference: Inference, syntax: Syntax) -> Shape:
    rows, cols = inference.shape(syntax.args[0])
    if not inference.same(rows, cols):
        raise ShapeError("M0303", "only a square matrix has an inverse", syntax, syntax.args, ("pinv({0})",), wide=True)
    return rows, rows


def _transpose(inference: Inference, syntax: Syntax) -> Shape:
    rows, cols = inference.shape(syntax.args[0])
    if (rows, cols) == SCALAR and syntax.args[0] not in inference.constant:
        inference.doubts.append((syntax, 1))  # nobody transposes a scalar on purpose
    return cols, rows


def _bars(inference: Inference, syntax: Syntax) -> Shape:
    """|x|: absolute value of a scalar, determinant of a square matrix."""
    inside = syntax.args[0]
    rows, cols = inference.shape(inside)
    name = "abs" if (rows, cols) == SCALAR else "det"
    if name == "det" and inference.is_vector(inside):
        raise ShapeError("M0305", "|x| of a vector: every entry, or the norm?", syntax, (inside,), ("abs({0})",
                         "‖{0}‖"),
                       hard=True)
    if name == "det":
        if not inference.same(rows, cols):
            raise ShapeError("M0303", "|X| is the determinant of a square matrix", syntax, (inside,),
                           ("abs({0})", "‖{0}‖_F"), wide=True)
        inference.notes.append("det")
    inference.choices[syntax] = resolve(inference, name, ((rows, cols),))
    return SCALAR


def _inner(inference: Inference, syntax: Syntax) -> Shape:
    inference.doubt_idle(*(arg for arg in syntax.args if _is_letter(inference, arg)))
    if not inference.same_shape(*(inference.shape(arg) for arg in syntax.args)):
        raise ShapeError("M0302", "an inner product needs equal shapes", syntax, syntax.args, wide=True)
    return SCALAR


def _apply(inference: Inference, syntax: Syntax) -> Shape:
    return inference.shape(syntax.args[0])


def _block(inference: Inference, syntax: Syntax) -> Shape:
    parts = iter(syntax.args)
    rows = [[next(parts) for _ in range(count)] for count in syntax.data]
    _align_columns(inference, rows)
    height: Dim = 0
    width: Dim | None = None
    for row in rows:
        top = inference.shape(row[0])[0]
        across: Dim = 0
        for part in row:
            shape = inference.shape(part)
            if not inference.same(shape[0], top):
                raise ShapeError("M0317", "blocks side by side have equally many rows", syntax, (row[0], part),
                                 wide=True)
            across = across + shape[1]
        if width is not None and not inference.same(width, across):
            raise ShapeError("M0317", "rows of blocks have equally many columns", syntax, (rows[0][0], row[0]),
                             wide=True)
        width, height = across, height + top
    return height, width or 1


def _align_columns(inference: Inference, rows: list[list[Syntax]]) -> None:
    """In a regular grid, blocks above each other have equally many columns where that is possible."""
    for row in rows[1:]:
        if len(row) == len(rows[0]):
            for above, part in zip(rows[0], row, strict=True):
                inference.same(inference.shape(above)[1], inference.shape(part)[1])


RULES: dict[Op, Rule] = {
    Op.NUMBER: lambda i, s: SCALAR, Op.NAME: _name, Op.RESERVED: _reserved, Op.HOLE: _hole, Op.SUM: _sum, Op.NEGATE: _negate,
    Op.PRODUCT: product, Op.DIVIDE: _divide, Op.DIVIDE_BY_RUN: divided_by_run, Op.HADAMARD: _entrywise,
    Op.HADAMARD_DIVIDE: _entrywise, Op.HADAMARD_POWER: _entrywise_power, Op.KRON: kron, Op.POWER: _power,
    Op.TRANSPOSE: _transpose, Op.INVERSE_TRANSPOSE: _inverse_transpose, Op.CALL: call, Op.DOTTED: dotted, Op.APPLY: _apply,
    Op.BARS: _bars, Op.NORM: norm, Op.INNER: _inner, Op.INDEX: index, Op.BLOCK: _block,
}
