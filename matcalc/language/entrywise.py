"""Entry by entry: sums and the products, quotients and powers with a dot, where a scalar counts for every entry.

A name that is a scalar by its letter is rather a vector beside one (Ax − b), and an inner product rather says that the
vector is a number (y − x'w); so to add a scalar to every entry costs more than an unusual letter, unless it was
gathered from these entries, as in x − mean(x).
"""

from __future__ import annotations

from matcalc import algebra
from matcalc.core.dims import Dim, Shape, names
from matcalc.core.expr import Expr
from matcalc.diagnostics import Span
from matcalc.language import broadcasting
from matcalc.language.construct import POWERS, PRODUCTS, SUMS, Builder, Construct, Flat, Infix
from matcalc.language.inference import SCALAR, Inference, ShapeError, literal
from matcalc.language.kinds import default_kind
from matcalc.language.overloads import as_operand, chosen, is_letter
from matcalc.language.syntax import EACH, Op, Syntax, node, postorder

DOUBTFUL, UNUSUAL = 1, 2  # what it costs to spread what other vectors gathered, and what nothing gathered


def gathers(inference: Inference, syntax: Syntax) -> bool:
    """Whether a function of the entries of a vector or matrix occurs: mean(x), ‖x‖, 1'x."""
    return any(_gathers(inference, part) for part in postorder(syntax))


def _gathers(inference: Inference, part: Syntax) -> bool:
    if part.op is Op.RESERVED:
        return bool(part.data == "ones")
    if part.op not in (Op.CALL, Op.NORM) or inference.is_scalar(part.args[0]):
        return False
    if part.op is Op.NORM:
        return True
    function = inference.functions.get(part)
    shapes = [param.shape for param in function.params] if function is not None else []
    return function is not None and len(shapes) == 1 and function.result == SCALAR and shapes[0][0] != shapes[0][1]


def share_names(one: Syntax, other: Syntax) -> bool:
    """Whether a name occurs in both: x and mean(x)."""
    used = [{part.data for part in postorder(s) if part.op is Op.NAME} for s in (one, other)]
    return not used[0].isdisjoint(used[1])


def _turned(inference: Inference, syntax: Syntax) -> bool:
    """Whether a letter of a vector is read as a number only to be spread: the y of y − x'W."""
    used = {part.data for part in postorder(syntax) if part.op is Op.NAME}
    return not gathers(inference, syntax) and any(inference.kinds.get(name) == "scalar" and
                                                  default_kind(name) == "vector" for name in used)


def spread(inference: Inference, syntax: Syntax, arg: Syntax, other: Syntax, whole: Shape) -> None:
    """Accept the scalar `arg` of the sum `syntax` beside `other`, of shape `whole`, or complain."""
    scope = inference.scope
    if scope.lenient:
        return
    is_number = arg in inference.constant
    rows, columns = inference.resolved(whole)
    if scope.numpy:
        if arg.op is Op.NAME and not is_number:
            raise _misfit(syntax, arg, other)
    elif 1 not in (rows, columns):
        if is_number and _is_oblong(inference, rows, columns):
            inference.notes.append("broadcast")
            return
        _refuse_on_diagonal(inference, syntax, arg, other, rows == columns)
    elif not is_number:
        if _turned(inference, arg):
            raise _misfit(syntax, arg, other)
        shared = gathers(inference, arg) and share_names(arg, other)
        cost = 0 if shared else DOUBTFUL if gathers(inference, arg) else UNUSUAL
        inference.doubts.extend([(syntax, cost)] if cost else [])
    inference.notes.append("broadcast" if is_number else "spread")


def _is_oblong(inference: Inference, rows: Dim, columns: Dim) -> bool:
    """Whether a matrix is declared with other sizes than a square one has, and so has no diagonal to add to."""
    return rows != columns and {*names(rows), *names(columns)} <= inference.scope.dims


def _refuse_on_diagonal(inference: Inference, syntax: Syntax, arg: Syntax, other: Syntax, is_square: bool) -> None:
    """X + 1 and X − tr(X): on the diagonal, or to every entry? X − mean(X) of a rectangular X is no question."""
    is_number = arg in inference.constant
    gathered = not is_number and gathers(inference, arg)
    if gathered and not is_square:
        return
    if not (is_number or gathered):
        raise _misfit(syntax, arg, other)
    number = "" if literal(arg) == 1 else "{1} "
    raise ShapeError("M0307", "a number plus a matrix: on the diagonal, or to every entry?", syntax, (other, arg),
                     (number + "I", number + "𝟏𝟏ᵀ"), place=arg, hard=is_number and not _open_letters(inference, other))


def _open_letters(inference: Inference, syntax: Syntax) -> bool:
    """Whether a letter of a number occurs, which as a vector would make a vector of the matrix: the β of X β."""
    return any(part.op is Op.NAME and default_kind(part.data) == "scalar" and inference.is_open(part)
               for part in postorder(syntax))


def _misfit(syntax: Syntax, arg: Syntax, other: Syntax) -> ShapeError:
    return ShapeError("M0302", "cannot add these", syntax, (other, arg), ("{1}*ones",), place=arg)


def _sum(inference: Inference, syntax: Syntax) -> Shape:
    shapes = [inference.shape(arg) for arg in syntax.args]
    first = next((i for i, shape in enumerate(shapes) if shape != SCALAR), None)
    if first is None:
        return SCALAR
    whole = shapes[first]
    if inference.scope.numpy and (spread_to := broadcasting.spread(inference, syntax)) is not None:
        return spread_to
    for arg, shape in zip(syntax.args, shapes, strict=True):
        if shape == SCALAR:
            spread(inference, syntax, arg, syntax.args[first], whole)
        elif not inference.equate_shapes(shape, whole):
            raise ShapeError("M0302", "cannot add these", syntax, (syntax.args[first], arg), ("{1}'",),
                           place=arg, wide=True)
    return whole


def _parts(b: Builder, syntax: Syntax) -> tuple[Syntax, ...]:
    return b.flattened(syntax, _terms)[1]


def _terms(b: Builder, root: Syntax) -> Flat:
    """The terms of a sum and of the sums among its terms, with their signs."""
    signs: list[int] = []
    terms: list[Syntax] = []
    stack = [(1, root)]
    while stack:
        sign, syntax = stack.pop()
        if syntax is root or (syntax.op is Op.SUM and b.uses[syntax] < 2 and syntax not in b.inference.spread):
            stack.extend((sign * s, arg) for s, arg in zip(reversed(syntax.data), reversed(syntax.args), strict=True))
        elif syntax.op is Op.NEGATE and b.uses[syntax] < 2:
            stack.append((-sign, syntax.args[0]))
        else:
            signs.append(sign)
            terms.append(syntax)
    return signs, tuple(terms)


def _build_sum(b: Builder, syntax: Syntax) -> Expr:
    signs, terms = b.flat[syntax]
    shape = b.shape(syntax)
    built = []
    for sign, term in zip(signs, terms, strict=True):
        e = broadcasting.filled(b, syntax, term)
        if e.is_scalar and shape != SCALAR:
            e = algebra.multiply(e, algebra.ones(*shape))
        built.append(e if sign > 0 else algebra.negate(e))
    return algebra.add(*built)


def _entrywise(inference: Inference, syntax: Syntax) -> Shape:
    """x .* y and x ./ y: equal shapes, or a scalar for every entry."""
    p, q = (inference.shape(arg) for arg in syntax.args)
    if p == SCALAR and q != SCALAR:
        _refuse_short_argument(inference, syntax)
    if p == SCALAR or q == SCALAR:
        if not inference.scope.numpy and syntax.data != EACH:  # in NumPy * is the sign, of numbers too
            inference.doubt_idle(*(arg for arg in syntax.args if is_letter(inference, arg)))
        return q if p == SCALAR else p
    if 1 in (p[0], q[0]) and 1 in (p[1], q[1]) and not inference.scope.numpy:
        raise ShapeError("M0302", "a row and a column, entry by entry", syntax, syntax.args, ("({0})'.*{1}",
                         "{0}*{1}"), hard=True)
    if inference.scope.numpy and (spread_to := broadcasting.spread(inference, syntax)) is not None:
        return spread_to
    if not inference.equate_shapes(p, q):
        sign = CONSTRUCTS[syntax.op].typed
        raise ShapeError("M0302", f"{sign} needs equal shapes", syntax, syntax.args, wide=True)
    return p


def _refuse_short_argument(inference: Inference, syntax: Syntax) -> None:
    """∑ x∘y is (∑x)∘y by the rule for functions without parentheses, and ∑(x∘y) to most who write it."""
    call, whole = syntax.args[0], syntax.span
    argument = call.args[0] if call.op is Op.CALL and call.args else call
    is_bare = argument.span.end == call.span.end and argument.span.start > call.span.start
    if not is_bare or inference.is_scalar(argument):
        return
    parts = [(call.span.start, argument.span.start), (argument.span.start, whole.end), (call.span.end, whole.end)]
    extra = tuple(node(Op.HOLE, (), Span(i, j)) for i, j in parts)
    raise ShapeError("M0219", "how much is the argument?", syntax, (call,), ("{t1}({t2})", "({t0}){t3}"), extra=extra,
                     hard=True)


def _build_hadamard(b: Builder, syntax: Syntax) -> Expr:
    p, q = (broadcasting.filled(b, syntax, arg) for arg in syntax.args)
    return algebra.multiply(p, q) if p.is_scalar or q.is_scalar else algebra.hadamard(p, q)


def _build_quotient(b: Builder, syntax: Syntax) -> Expr:
    p, q = (broadcasting.filled(b, syntax, arg) for arg in syntax.args)
    inverse = algebra.power(q, algebra.num(-1))
    return algebra.multiply(p, inverse) if p.is_scalar or q.is_scalar else algebra.hadamard(p, inverse)


def _entrywise_power(inference: Inference, syntax: Syntax) -> Shape:
    shape = _entrywise(inference, syntax)
    if not inference.is_scalar(syntax.args[1]):
        chosen(inference, syntax, "log", shape)
        inference.logarithms[syntax] = inference.functions[syntax]
        chosen(inference, syntax, "exp", shape)
    return shape


def _build_power(b: Builder, syntax: Syntax) -> Expr:
    """x.^y is exp(y .* log x) where y is not a scalar."""
    p, q = b.args(syntax)
    if syntax not in b.inference.logarithms:
        return algebra.power(p, q)
    logarithm = algebra.apply(b.inference.logarithms[syntax], p)
    both = algebra.multiply(q, logarithm) if p.is_scalar else algebra.hadamard(q, logarithm)
    return b.applied(syntax, both)


CONSTRUCTS = {
    Op.SUM: Construct(_sum, _build_sum, "+", SUMS, parts=_parts),
    Op.NEGATE: Construct(as_operand, lambda b, s: algebra.negate(b.args(s)[0]), "−", SUMS),
    Op.HADAMARD: Construct(_entrywise, _build_hadamard, "∘", PRODUCTS,
                           Infix((".*",), ("⊙", "∘"), {"odot": "⊙", "circ": "∘"}, numpy=("*",))),
    Op.HADAMARD_DIVIDE: Construct(_entrywise, _build_quotient, "⊘", PRODUCTS,
                                  Infix(("./",), ("⊘",), {"oslash": "⊘"}, numpy=("/",))),
    Op.HADAMARD_POWER: Construct(_entrywise_power, _build_power, "∘^", POWERS, Infix((".^",), numpy=("**",))),
}
