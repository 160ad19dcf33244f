"""Numbers, names, blocks and what stands behind them: entries, transposes and powers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from matcalc import algebra
from matcalc.algebra.conjugation import imaginary
from matcalc.core.dims import Dim, Shape, subtract
from matcalc.core.expr import Expr
from matcalc.language.broadcasting import is_flat_row
from matcalc.language.construct import POWERS, Builder, Construct, Infix
from matcalc.language.inference import EXPONENTIALS, SCALAR, Inference, Range, ShapeError, literal, to_dim
from matcalc.language.letters import Member
from matcalc.language.overloads import choose, chosen
from matcalc.language.python_indices import END, has_names, is_ellipsis, is_row
from matcalc.language.sums import member
from matcalc.language.syntax import EMPTY, UNIT, Op, Syntax, base_of, postorder

HALF = Fraction(1, 2)
TRANSPOSE_LETTERS = ("t", "H")  # what some write for T; elsewhere they are variables


WHOLE_LETTERS = frozenset("ijklmn")  # what an exponent of a matrix is called that nobody declares


def _name(inference: Inference, syntax: Syntax) -> Shape:
    if syntax.data in inference.scope.bindings:
        return inference.scope.bindings[syntax.data]
    return SCALAR if inference.is_dimension(syntax.data) else inference.variable(syntax.data)


def _build_name(b: Builder, syntax: Syntax) -> Expr:
    return member(b, syntax.data) if isinstance(syntax.data, Member) else b.leaves[syntax.data]


def _reserved(inference: Inference, syntax: Syntax) -> Shape:
    if syntax.data in ("pi", "e", EMPTY, END, UNIT):
        return SCALAR
    if syntax.data == "I" or syntax in inference.scope.units:
        n = inference.fresh()
        inference.identities.add(syntax)
        return n, n
    if syntax.args and not inference.is_scalar(syntax.args[0]):
        message = f"{syntax.data}(c) has every entry c, so c is a scalar"
        raise ShapeError("M0311", message, syntax, syntax.args, ("ones", "{0}"))
    fresh = inference.fresh if inference.scope.lenient else inference.fresh_generic  # a vector of one 1 is a number
    return fresh(), 1 if syntax.data in ("ones", "vector") else fresh()


def _build_reserved(b: Builder, syntax: Syntax) -> Expr:
    rows, cols = b.shape(syntax)
    if syntax.data == "pi":
        return algebra.pi
    if syntax.data == UNIT:
        return imaginary
    if syntax in b.inference.identities:
        return algebra.eye(rows)
    if syntax.data == "zeros":
        return algebra.zeros(rows, cols)
    value = b.args(syntax)
    return algebra.multiply(*value, algebra.ones(rows, cols))


def _hole(inference: Inference, syntax: Syntax) -> Shape:
    inference.holes.append(syntax)
    return inference.fresh(), inference.fresh()


def _build_hole(b: Builder, syntax: Syntax) -> Expr:
    return algebra.variable("?", b.shape(syntax))


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
                       extra=(exponent,), hard=not inference.scope.demand_scalar and exponent.op is not Op.LETTER)
    return _matrix_power(inference, syntax, base, literal(exponent))


def _exponential(inference: Inference, syntax: Syntax) -> Shape:
    exponent = syntax.args[1]
    if 1 not in inference.shape(exponent):
        rows, columns = inference.shape(exponent)
        if choose(inference, syntax, "expm", (rows, columns)) is not None:
            return rows, rows
    if not inference.is_scalar(exponent):
        if inference.columns == EXPONENTIALS:
            return inference.shape(exponent)
        is_letter = exponent.op is Op.NAME and inference.is_vector(exponent)
        raise ShapeError("M0316", "e^ has a scalar exponent; exp works entry by entry, expm is the matrix exponential",
                       syntax, (exponent,), ("exp({0})", "expm({0})")[:1 if is_letter else 2],
                         columns=inference.is_vector(exponent) and inference.scope.demand_scalar)
    return chosen(inference, syntax, "exp", SCALAR)


def _matrix_power(inference: Inference, syntax: Syntax, base: Syntax, k: Fraction | None) -> Shape:
    rows, cols = inference.shape(base)
    if not inference.equate(rows, cols):
        raise ShapeError("M0303", "only a square matrix has a power", syntax, (base,), ("{0}.^{1}", "{0}'{0}"),
                       extra=syntax.args[1:], wide=True)
    if k is not None and abs(k) == HALF and choose(inference, syntax, "sqrtm", (rows, rows)) is not None:
        inference.exponents[syntax] = 1 if k > 0 else -1
        return rows, rows
    if k is None and (counted := _counts(inference, syntax.args[1])) is not None:
        inference.counts |= counted
        inference.symbolic.add(syntax)
        return rows, rows
    real = _is_real(inference, syntax.args[1]) if k is None else k.denominator != 1
    if real and choose(inference, syntax, "powm", (rows, rows), SCALAR) is not None:
        return rows, rows
    if k is None or k.denominator != 1:
        raise ShapeError("M0314", "the exponent of a matrix is an integer", syntax, (base,), ("{0}.^{1}",),
                       extra=syntax.args[1:])
    if abs(k) > 1000:
        raise ShapeError("M0314", "a matrix power above 1000 is not taken", syntax, (base,), ("{0}^2",), hard=True)
    inference.exponents[syntax] = int(k)
    return rows, rows


def _counts(inference: Inference, exponent: Syntax) -> set[str] | None:
    """The names in an exponent that stand for whole numbers: k, k − 1, 2k; None where it is nothing of this kind."""
    found: set[str] = set()
    for part in postorder(exponent):
        if part.op is Op.NAME and isinstance(part.data, str) and part.data not in inference.scope.bindings:
            said = inference.scope.declarations.get(part.data)
            is_said = said is not None and (said.kind or said.props)
            is_whole = part.data in inference.scope.dims or base_of(part.data) in WHOLE_LETTERS
            if not ("integer" in said.props if said is not None and is_said else is_whole):
                return None
            found.add(part.data)
        elif part.op not in (Op.SUM, Op.NEGATE, Op.PRODUCT, Op.LETTER) and not (
                part.op is Op.NUMBER and part.data == int(part.data)):
            return None
    return found


def _is_real(inference: Inference, exponent: Syntax) -> bool:
    """Whether all names in an exponent are declared to be numbers, which no label is."""
    names = [part.data for part in postorder(exponent) if part.op is Op.NAME]
    said = [inference.scope.declarations.get(name) for name in names]
    return bool(names) and all(one is not None and one.kind == "scalar" for one in said)


def _build_power(b: Builder, syntax: Syntax) -> Expr:
    """A power of a scalar; of a square matrix, or of its root; or e^x, where the function is chosen alone."""
    base, exponent = b.args(syntax)
    if syntax in b.inference.symbolic:
        return algebra.symbolic_power(base, exponent)
    k = b.inference.exponents.get(syntax)
    if syntax not in b.inference.functions:
        return algebra.power(base, exponent) if k is None else algebra.matrix_power(base, k)
    if k is None:
        return b.applied(syntax, exponent) if syntax.args[0].op is Op.RESERVED else b.applied(syntax, base, exponent)
    return algebra.matrix_power(b.applied(syntax, base), k)


def _inverse_transpose(inference: Inference, syntax: Syntax) -> Shape:
    rows, cols = inference.shape(syntax.args[0])
    if not inference.equate(rows, cols):
        raise ShapeError("M0303", "only a square matrix has an inverse", syntax, syntax.args, ("pinv({0})",), wide=True)
    return rows, rows


def _build_inverse_transpose(b: Builder, syntax: Syntax) -> Expr:
    return algebra.transpose(algebra.inverse(b.args(syntax)[0]))


def _transpose(inference: Inference, syntax: Syntax) -> Shape:
    rows, cols = inference.shape(syntax.args[0])
    if (rows, cols) == SCALAR and syntax.args[0] not in inference.constant:
        inference.doubts.append((syntax, 1))  # nobody transposes a scalar on purpose
    return cols, rows


def _index(inference: Inference, syntax: Syntax) -> Shape:
    """Records (offset, length) per axis for the builder."""
    shape = inference.shape(syntax.args[0])
    axes = list(syntax.data)
    if is_ellipsis(axes[0]):
        axes = _last_axis(inference, syntax, shape)
    elif len(axes) == 1 and inference.scope.numpy and 1 not in shape:
        axes.append(None)
    elif len(axes) == 1:
        if 1 not in shape:
            asked = axes[0] if isinstance(axes[0], Syntax) and axes[0].op is Op.NUMBER else None
            fixes = ("{0}[{1}, :]", "{0}[:, {1}]") if asked else ()
            raise ShapeError("M0318", "an entry of a matrix has two indices", syntax, syntax.args, fixes,
                             extra=(asked,) if asked else ())
        axes = [*axes, 1] if shape[1] == 1 else [1, *axes]
    rows, columns = [_axis(inference, axis, size) for axis, size in zip(axes, shape, strict=True)]
    inference.ranges[syntax] = rows, columns
    if is_ellipsis(syntax.data[0]) and axes[0] is None and isinstance(axes[1], tuple) and columns[1] == 1:
        inference.columns_typed.add(syntax)  # X[..., :1] keeps both axes
    return (columns[1], rows[1]) if _is_turned(inference, syntax) else (rows[1], columns[1])


def _last_axis(inference: Inference, syntax: Syntax, shape: Shape) -> list[Any]:
    """The axes of x[..., i], an entry of a vector and a column of a matrix."""
    x, axis = syntax.args[0], syntax.data[1]
    if is_flat_row(inference, x):
        return [1, axis]
    if shape[1] == 1 and x not in inference.columns_typed:
        return [axis, 1]
    return [None, axis]


def _is_turned(inference: Inference, syntax: Syntax) -> bool:
    """Whether it is a row of a matrix as NumPy takes it out, with one axis: a column."""
    return inference.scope.numpy and is_row(syntax) and 1 not in inference.shape(syntax.args[0])


def _axis(inference: Inference, axis: Syntax | tuple[Syntax, Syntax] | int | None, size: Dim) -> Range:
    if axis is None:
        return 0, size
    if isinstance(axis, int):
        return 0, 1
    start, stop = axis if isinstance(axis, tuple) else (axis, axis)
    first, last = (to_dim(inference, side, signed=inference.scope.numpy, end=size) for side in (start, stop))
    if inference.scope.numpy:
        first, last = first + has_names(start), last + (has_names(stop) and start is stop)
    length = subtract(last, first) + 1
    if (isinstance(length, int) and length < 1) or (isinstance(first, int) and first < 1) \
            or (isinstance(size, int) and isinstance(last, int) and last > size):
        bounds = f"0 … {subtract(size, 1)}" if inference.scope.numpy else f"1 … {size}"
        raise ShapeError("M0318", f"the index is outside {bounds}", start, (), ("0" if inference.scope.numpy else "1",))
    return subtract(first, 1), length


def _build_index(b: Builder, syntax: Syntax) -> Expr:
    (row, rows), (col, cols) = b.inference.ranges[syntax]
    found = algebra.slice_(b.args(syntax)[0], b.dim(row), b.dim(rows), b.dim(col), b.dim(cols))
    return algebra.transpose(found) if _is_turned(b.inference, syntax) else found


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
            if not inference.equate(shape[0], top):
                raise ShapeError("M0317", "blocks side by side have equally many rows", syntax, (row[0], part),
                                 wide=True)
            across = across + shape[1]
        if width is not None and not inference.equate(width, across):
            raise ShapeError("M0317", "rows of blocks have equally many columns", syntax, (rows[0][0], row[0]),
                             wide=True)
        width, height = across, height + top
    return height, width or 1


def _align_columns(inference: Inference, rows: list[list[Syntax]]) -> None:
    """In a regular grid, blocks above each other have equally many columns where that is possible."""
    for row in rows[1:]:
        if len(row) == len(rows[0]):
            for above, part in zip(rows[0], row, strict=True):
                inference.equate(inference.shape(above)[1], inference.shape(part)[1])


def _build_block(b: Builder, syntax: Syntax) -> Expr:
    parts = iter(b.args(syntax))
    return algebra.block([[next(parts) for _ in range(count)] for count in syntax.data])


def _at(inference: Inference, syntax: Syntax) -> Shape:
    """x(2), which of a number can only be a factor, and behind f(x) is an entry."""
    shape = inference.shape(syntax.args[0])
    if shape == SCALAR and syntax.data:
        raise ShapeError("M0341", "how much is raised?", syntax, syntax.args, ("({1}*{0})", "{0}*{1}"), hard=True)
    if shape == SCALAR or (syntax.args[0].op is Op.CALL and shape[1] == 1):
        return SCALAR
    raise ShapeError("M0341", "an entry, or a factor behind the bracket?", syntax, syntax.args, ("{0}[{1}]", "{1}*{0}"),
                     hard=True)


def _build_at(b: Builder, syntax: Syntax) -> Expr:
    whole, place = b.args(syntax)
    if whole.is_scalar:
        return algebra.multiply(whole, place)
    return algebra.slice_(whole, int(syntax.args[1].data) - 1, 1, 0, 1)


CONSTRUCTS = {
    Op.AT: Construct(_at, _build_at, "( )"),
    Op.NUMBER: Construct(lambda i, s: SCALAR, lambda b, s: algebra.num(Fraction(s.data))),
    Op.NAME: Construct(_name, _build_name),
    Op.RESERVED: Construct(_reserved, _build_reserved),
    Op.HOLE: Construct(_hole, _build_hole),
    Op.POWER: Construct(_power, _build_power, "^", POWERS, Infix(("^",), ("**",))),
    Op.TRANSPOSE: Construct(_transpose, lambda b, s: algebra.transpose(b.args(s)[0]), "ᵀ"),
    Op.INVERSE_TRANSPOSE: Construct(_inverse_transpose, _build_inverse_transpose, "⁻ᵀ"),
    Op.INDEX: Construct(_index, _build_index, "[ ]"),
    Op.BLOCK: Construct(_block, _build_block, "[ , ; ]"),
}
