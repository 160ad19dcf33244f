"""Functions and the signs that are functions: the first overload whose shapes fit, sizes as arguments, norms."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc import algebra
from matcalc.algebra.conjugation import is_real
from matcalc.algebra.holomorphy import ComplexError
from matcalc.core.dims import Dim, Shape, names, substitute
from matcalc.core.expr import Expr
from matcalc.core.function import SIZE_KINDS, Function, Param
from matcalc.language.broadcasting import filled, is_mixed, shape_given, spread, takes_column, value_given
from matcalc.language.construct import PRODUCTS, Builder, Construct, Infix, Make, Rule
from matcalc.language.inference import SCALAR, SIZED, Inference, ShapeError, literal, to_dim
from matcalc.language.suggest import table
from matcalc.language.syntax import CONJUGATED, Op, Syntax, postorder

NORM_RULES = {"": "norm2", "2": "norm2", "F": "normF", "1": "norm1", "inf": "normInf", "*": "norm_nuc", "op": "norm_op",
              "columns": "column_sum_norm", "rows": "row_sum_norm"}
_INDUCED = {"1": "columns", "inf": "rows"}  # of a matrix, as an operator
_WHOLE = ("function", "linear")  # the forms of functions that do not work entry by entry


def choose(inference: Inference, syntax: Syntax, name: str, *given: Shape | Syntax) -> Shape | None:
    """Choose for `syntax` the overload of `name` that takes arguments of these shapes, or as they are typed; the shape
    of its value, or None where there is no such overload."""
    for function in inference.scope.rulebook.overloads(name):
        if len(function.params) != len(given):
            continue
        shapes = [_argument(inference, arg, param) if isinstance(arg, Syntax) else arg
                  for param, arg in zip(function.params, given, strict=True)]
        if (shape := fits(inference, function, shapes)) is not None:
            inference.functions[syntax] = function
            return shape
    return None


def chosen(inference: Inference, syntax: Syntax, name: str, *given: Shape | Syntax) -> Shape:
    """The same, or a ShapeError."""
    shape = choose(inference, syntax, name, *given)
    if shape is None:
        raise ShapeError("M0311", f"{name} does not take these shapes", syntax, syntax.args, (), wide=True)
    return shape


def fits(inference: Inference, function: Function, shapes: Sequence[Shape | Dim | None]) -> Shape | None:
    """The shape of the result if the arguments fit the parameters; a dimension stands for itself, and None fits."""
    mark = inference.mark()
    is_declared = "abstract" in function.fields  # whose dimensions are those of the declarations
    unknown = {} if is_declared else {name: inference.fresh() for name in _dim_names(function)}
    given = zip(function.params, shapes, strict=True)
    for param, shape in sorted(given, key=lambda pair: pair[0].kind not in SIZE_KINDS):
        if param.kind in SIZE_KINDS:
            assert shape is not None
            assert not isinstance(shape, tuple)
            good = inference.equate(unknown.setdefault(param.name, shape), shape)
        elif param.kind == "index" or shape is None:
            good = True
        else:
            assert isinstance(shape, tuple)
            rows, cols = (substitute(dim, unknown) for dim in param.shape)
            good = inference.equate(rows, shape[0]) and inference.equate(cols, shape[1])
        if not good:
            inference.undo(mark)
            return None
    return inference.resolved((substitute(function.result[0], unknown), substitute(function.result[1], unknown)))


def _dim_names(function: Function) -> list[str]:
    shapes = [function.result, *(param.shape for param in function.params if param.kind == "value")]
    return sorted({name for shape in shapes for dim in shape for name in names(dim)})


def named(name: str) -> Rule:
    """The rule of a sign that stands for the function `name`, which has nothing to do for numbers."""
    def rule(inference: Inference, syntax: Syntax) -> Shape:
        inference.doubt_idle(*(arg for arg in syntax.args if inference.is_open(arg)))
        return chosen(inference, syntax, name, *(inference.shape(arg) for arg in syntax.args))

    return rule


def build_chosen(b: Builder, syntax: Syntax) -> Expr:
    """A node whose function was chosen with its shapes: bars, ⊗."""
    return b.applied(syntax, *b.args(syntax))


def _call(inference: Inference, syntax: Syntax) -> Shape:
    name = inference.scope.spelled(syntax.data)
    if name in _SIZED:
        return _SIZED[name][0](inference, syntax)
    name = name if inference.scope.numpy else table("alone").get(name, name)
    if parts := inference.scope.rulebook.wholes().get(name):
        words = [word for word in dict.fromkeys(parts) if not word[0].isdigit()]
        raise ShapeError("M0319", f"{name} has several results: {', '.join(words)}", syntax, syntax.args,
                         tuple(f"{{call}}({{0}}).{word}" for word in words[:3]), hard=True)
    overloads = inference.scope.rulebook.overloads(name) or _fallback(inference, name)
    same_count = [f for f in overloads if len(f.params) == len(syntax.args)]
    same_count = [f for f in same_count if _has_signs(f, syntax)] or same_count
    if inference.scope.numpy and is_mixed(inference, syntax) and (whole := _filled_call(inference, syntax, same_count)):
        return whole
    for function in same_count:
        shape = fits(inference, function, _arguments(inference, function, syntax))
        if shape is not None and not takes_column(inference, function, syntax):
            if _is_idle(inference, function, syntax):
                inference.doubt_idle(syntax)
            _refuse_outside(inference, function, syntax)
            inference.functions[syntax] = function
            return shape
    for function in filter(_is_entrywise, same_count):
        if (shape := _spread(inference, function, syntax)) is not None:
            inference.functions[syntax] = function
            return shape
    raise _misfit(syntax, name, list(overloads), same_count)


def _filled_call(inference: Inference, syntax: Syntax, overloads: Sequence[Function]) -> Shape | None:
    """The shape of NumPy's maximum(x[:, None], y), of arrays that are spread; None where none goes by entries."""
    for function in filter(_is_entrywise, overloads):
        whole = spread(inference, syntax)
        shapes = [(param, inference.shape(arg)) for param, arg in zip(function.params, syntax.args, strict=True)]
        given = [shape if param.shape == SCALAR else None if shape == SCALAR else whole for param, shape in shapes]
        if whole is not None and fits(inference, function, given) is not None:
            inference.functions[syntax] = function
            return whole
        inference.spread.discard(syntax)
    return None


def _refuse_outside(inference: Inference, function: Function, syntax: Syntax) -> None:
    """Raise ShapeError where a number is no place among those within which it has to stay."""
    lengths = {str(dim): length for param, arg in zip(function.params, syntax.args, strict=True)
               if param.kind == "value" for dim, length in zip(param.shape, inference.shape(arg), strict=True)}
    for param, arg in zip(function.params, syntax.args, strict=True):
        place = to_dim(inference, arg, True) if param.within else None
        for length in (lengths.get(str(bound)) for bound in param.within):
            if place == 0 or (isinstance(place, int) and isinstance(length, int) and abs(place) > length):
                message = f"{param.name} of {function.name} is a place among {'n' if place == 0 else length}"
                raise ShapeError("M0313", f"{message}, not {place}", arg, (), (), hard=True)


def _is_entrywise(function: Function) -> bool:
    """Whether all matrices that a function takes, and its result, have one shape, of any two lengths."""
    rows, cols = function.result
    return rows != cols and 1 not in (rows, cols) and all(
        p.kind == "value" and p.shape in (SCALAR, function.result) for p in function.params)


def _spread(inference: Inference, function: Function, syntax: Syntax) -> Shape | None:
    """The shape of f(x, 1), in which numbers count for every entry; None where that does not fit either."""
    shapes = [inference.shape(arg) for arg in syntax.args]
    given = [None if shape == SCALAR != param.shape else shape
             for param, shape in zip(function.params, shapes, strict=True)]
    found = fits(inference, function, given) if None in given and set(given) != {None} else None
    if found is not None:
        inference.notes.append("everywhere")
    return found


def _dotted(inference: Inference, syntax: Syntax) -> Shape:
    """f.(X): only a function that works entry by entry."""
    shape = _call(inference, syntax)
    function = inference.functions.get(syntax)
    if function is None or function.form in _WHOLE or function.result != function.params[0].shape:
        raise ShapeError("M0324", f"{syntax.data} does not work entry by entry", syntax, syntax.args,
                         ("{call}({0})",), hard=True)
    return shape


def _is_idle(inference: Inference, function: Function, syntax: Syntax) -> bool:
    """Whether a function that gathers or rearranges entries is given a number: the sum, the softmax of one entry."""
    whole = len(function.params) == 1 and function.form in _WHOLE
    given = [arg for param, arg in zip(function.params, syntax.args, strict=True)
             if param.kind == "value" and param.shape != SCALAR and (whole or param.shape != function.result)]
    return any(inference.is_open(arg) for arg in given)


def _fallback(inference: Inference, name: str) -> tuple[Function, ...]:
    function = inference.scope.rulebook.fallback(name)
    return (function,) if function is not None else ()


def _arguments_of_call(_: Builder, syntax: Syntax) -> tuple[Syntax, ...]:
    return () if syntax.data in SIZED else syntax.args


def _build_call(b: Builder, syntax: Syntax) -> Expr:
    if syntax.data in _SIZED:
        return _SIZED[syntax.data][1](b, syntax)
    return b.applied(syntax, *given(b, syntax, 0))


def given(b: Builder, syntax: Syntax, first: int) -> list[Expr]:
    """What is given to the function chosen for a node, from the argument with number `first` on."""
    params = b.inference.functions[syntax].params[first:]
    return [_operand(b, syntax, arg, param) if param.kind == "value"
            else algebra.size(b.dim(_whole(b.inference, arg, param)))
            for param, arg in zip(params, syntax.args[first:], strict=True)]


def _operand(b: Builder, syntax: Syntax, arg: Syntax, param: Param) -> Expr:
    """What stands for a parameter; a number for every entry of one that has the shape of the result."""
    e, shape = value_given(b, arg, param), b.shape(syntax)
    if syntax in b.inference.spread and param.shape != SCALAR and not e.is_scalar:
        return filled(b, syntax, arg)
    if e.is_scalar and param.shape != SCALAR and shape != SCALAR and _is_entrywise(b.inference.functions[syntax]):
        return algebra.multiply(e, algebra.ones(*shape))
    return e


def _arguments(inference: Inference, function: Function, syntax: Syntax) -> list[Shape | Dim]:
    return [_argument(inference, arg, param) for param, arg in zip(function.params, syntax.args, strict=True)]


def _argument(inference: Inference, arg: Syntax, param: Param) -> Shape | Dim:
    return shape_given(inference, arg, param) if param.kind == "value" else _whole(inference, arg, param)


def _whole(inference: Inference, arg: Syntax, param: Param) -> Dim:
    """The whole number that is typed for a parameter; without its minus sign where the block has one."""
    if param.kind == "negative" and arg.op is Op.NEGATE:
        return to_dim(inference, arg.args[0])
    if param.kind == "negative":
        raise ShapeError("M0313", f"-{param.name} is expected here, with a minus sign", arg, (), (), hard=True)
    return to_dim(inference, arg, param.kind == "index")


def _has_signs(function: Function, syntax: Syntax) -> bool:
    """Whether the sizes that are typed have a minus sign where the block has one, and nowhere else."""
    return all((param.kind == "negative") == (arg.op is Op.NEGATE)
               for param, arg in zip(function.params, syntax.args, strict=True) if param.kind in SIZE_KINDS)


def _misfit(syntax: Syntax, name: str, overloads: list[Function], same_count: list[Function]) -> ShapeError:
    name, _, of = name.partition(":")
    if not overloads and of:
        return ShapeError("M0319", f"{name} takes a function of one number, which {of} is not", syntax, (), (),
                          hard=True)
    if not overloads:
        return ShapeError("M0319", f"there is no function {name} of these arguments", syntax, (), (), hard=True)
    if not same_count:
        counts = " or ".join(sorted({str(len(f.params)) for f in overloads}))
        typed = max(len(f.params) for f in overloads) < len(syntax.args)  # none of which a fix may drop
        fixes = () if typed else (f"{name}({', '.join('x' * min(len(f.params), 3) for f in overloads[:1])})",)
        return ShapeError("M0319", f"{name} takes {counts} argument{'s' * (counts != '1')}", syntax, (), fixes,
                          hard=True)
    wanted = same_count[0].params[0].shape
    square = len(same_count[0].params) == 1 and wanted[0] == wanted[1]
    if square and wanted != SCALAR:
        return ShapeError("M0303", f"{name} needs a square matrix", syntax, syntax.args, ("{call}({0}'*{0})",),
                          wide=True)
    signature = " or ".join(f"{name}({', '.join(_wanted(p) for p in f.params)})" for f in same_count[:2])
    message = f"{name} does not take these shapes; it reads {signature}"
    return ShapeError("M0311", message, syntax, syntax.args, (), wide=True)


def _wanted(param: Param) -> str:
    if param.kind != "value":
        return str(param.name)
    rows, cols = param.shape
    return f"{param.name}: " + ("scalar" if param.shape == SCALAR else f"{rows}" if cols == 1 else f"{rows}×{cols}")


def _eye(inference: Inference, syntax: Syntax) -> Shape:
    dims = _sizes(inference, syntax, 1, 2)
    if len(dims) == 2 and not inference.equate(*dims):
        raise ShapeError("M0303", "the identity is square", syntax, ())
    return dims[0], dims[0]


def _filled(inference: Inference, syntax: Syntax) -> Shape:
    dims = _sizes(inference, syntax, 1, 2)
    return dims[0], dims[1] if len(dims) == 2 else 1


def _unit(inference: Inference, syntax: Syntax) -> Shape:
    """unit(i, n): the i-th basis vector."""
    if len(syntax.args) != 2:
        raise ShapeError("M0319", "unit(i, n) is the i-th of n basis vectors", syntax, (), ("unit(1, n)",), hard=True)
    i, n = literal(syntax.args[0]), to_dim(inference, syntax.args[1])
    if i is None or i.denominator != 1 or i < 1 or (isinstance(n, int) and i > n):
        raise ShapeError("M0313", "a basis vector has an index from 1 to n", syntax.args[0], (), (), hard=True)
    return n, 1


def _build_unit(b: Builder, syntax: Syntax) -> Expr:
    return algebra.unit(int(syntax.args[0].data), b.shape(syntax)[0])


def _sizes(inference: Inference, syntax: Syntax, least: int, most: int) -> list[Dim]:
    if not least <= len(syntax.args) <= most:
        raise ShapeError("M0319", f"{syntax.data} takes one or two sizes", syntax, (), (f"{syntax.data}(n)",),
                         hard=True)
    return [inference.number(to_dim(inference, arg)) for arg in syntax.args]



def _norm(inference: Inference, syntax: Syntax) -> Shape:
    inside = syntax.args[0]
    shape = inference.shape(inside)
    kind = syntax.data
    if inference.is_open(inside):
        inference.doubt_idle(syntax)  # a number has an absolute value rather than a norm
    if kind == "" and 1 not in shape:
        inference.notes.append("frobenius")
        kind = "F"
    elif kind == "2" and 1 not in shape and inference.scope.numpy:
        kind = "op"
    elif kind == "2" and 1 not in shape:
        raise ShapeError("M0320", "‖X‖_2 of a matrix: Frobenius or spectral?", syntax, (inside,), ("‖{0}‖_F",
                         "‖{0}‖_op"))
    elif kind in _INDUCED and 1 not in shape and inference.scope.numpy:
        kind = _INDUCED[kind]
    elif kind in _INDUCED and 1 not in shape:
        entries = ("sum(abs({0}))", "max(abs({0}))")[kind == "inf"]
        raise ShapeError("M0320", f"‖X‖_{kind} of a matrix: of the operator, or of all entries?", syntax, (inside,),
                         (f"{NORM_RULES[_INDUCED[kind]]}({{0}})", entries))
    if shape[0] == 1 and shape != SCALAR:
        inference.rows.add(syntax)
        shape = (shape[1], 1)
    if choose(inference, syntax, NORM_RULES[kind], shape) is None:
        message = f"{NORM_RULES[kind]} does not take this shape"
        raise ShapeError("M0311", message, syntax, (inside,), (), hard=True)
    return SCALAR


def _build_norm(b: Builder, syntax: Syntax) -> Expr:
    """A row has the norm of the column."""
    (x,) = b.args(syntax)
    return b.applied(syntax, algebra.transpose(x) if syntax in b.inference.rows else x)


def is_letter(inference: Inference, syntax: Syntax) -> bool:
    """Whether a number is made of letters that are numbers, none of which is sure to be one."""
    names = [part for part in postorder(syntax) if part.op is Op.NAME]
    return inference.is_open(syntax) and bool(names) and all(map(inference.is_open, names))


def _bars(inference: Inference, syntax: Syntax) -> Shape:
    """|x|: absolute value of a scalar, determinant of a square matrix."""
    inside = syntax.args[0]
    rows, cols = inference.shape(inside)
    name = "abs" if (rows, cols) == SCALAR else "det"
    if name == "det" and inference.is_vector(inside):
        is_sure = rows != 1 or inside.op is not Op.PRODUCT or not is_letter(inference, inside.args[-1])  # |a'b|
        raise ShapeError("M0305", "|x| of a vector: every entry, or the norm?", syntax, (inside,),
                         ("abs({0})", "‖{0}‖"), hard=is_sure)
    if name == "det":
        if not inference.equate(rows, cols):
            raise ShapeError("M0303", "|X| is the determinant of a square matrix", syntax, (inside,),
                           ("abs({0})", "‖{0}‖_F"), wide=True)
        inference.notes.append("det")
    chosen(inference, syntax, name, (rows, cols))
    return SCALAR


def _inner(inference: Inference, syntax: Syntax) -> Shape:
    inference.doubt_idle(*(arg for arg in syntax.args if is_letter(inference, arg)))
    if not inference.equate_shapes(*(inference.shape(arg) for arg in syntax.args)):
        raise ShapeError("M0302", "an inner product needs equal shapes", syntax, syntax.args, wide=True)
    return SCALAR


def _build_inner(b: Builder, syntax: Syntax) -> Expr:
    p, q = b.args(syntax)
    if syntax.data == CONJUGATED:
        return algebra.trace(algebra.multiply(algebra.adjoint(p), q))
    if not (is_real(p) and is_real(q)):
        raise ComplexError("M1505", "an inner product of complex operands is linear in the one or in the other, which "
                           "differs from book to book", ("{0}^H*{1}", "{1}^H*{0}", "{0}'*{1}"))
    return algebra.trace(algebra.multiply(algebra.transpose(p), q))


def as_operand(inference: Inference, syntax: Syntax) -> Shape:
    """The shape of the only operand."""
    return inference.shape(syntax.args[0])


def _build_unspecified(b: Builder, syntax: Syntax) -> Expr:
    name, order = syntax.data
    return algebra.apply(b.inference.scope.rulebook.unspecified(name, order), *b.args(syntax))


_SIZED: dict[str, tuple[Rule, Make]] = {
    "eye": (_eye, lambda b, s: algebra.eye(b.shape(s)[0])),
    "ones": (_filled, lambda b, s: algebra.ones(*b.shape(s))),
    "zeros": (_filled, lambda b, s: algebra.zeros(*b.shape(s))),
    "unit": (_unit, _build_unit),
}
CONSTRUCTS = {
    Op.CALL: Construct(_call, _build_call, parts=_arguments_of_call),
    Op.DOTTED: Construct(_dotted, _build_call),
    Op.APPLY: Construct(as_operand, _build_unspecified),
    Op.BARS: Construct(_bars, build_chosen, "|·|"),
    Op.NORM: Construct(_norm, _build_norm, "‖·‖"),
    Op.INNER: Construct(_inner, _build_inner, "⟨·,·⟩"),
    Op.KRON: Construct(named("kron"), build_chosen, "⊗", PRODUCTS, Infix(("⊗",), commands={"otimes": "⊗"}),
                       is_ordered=True),
}
