"""Products: the factors from left to right, where a stretch that is 1×1 is a scalar and steps out of the chain.

`A x'y` is A (x'y): a row that does not fit the factors before it opens a word of its own, which must close to 1×1.
Nested products are flattened before anything is built, so that 5,000 factors, however bracketed, cost about one
constructor call.
"""

from __future__ import annotations

from collections.abc import Iterable

from matcalc import algebra
from matcalc.core.dims import Shape
from matcalc.core.expr import Expr
from matcalc.language.construct import PRODUCTS, Builder, Construct, Flat, Infix
from matcalc.language.inference import EXPONENTIALS, SCALAR, Inference, ShapeError
from matcalc.language.kinds import is_either
from matcalc.language.syntax import DOT, Op, Syntax, node

DOUBTS = {Op.NAME: 2, Op.SUM: 1}
Attempt = tuple[tuple[Syntax, ...], Shape]  # the factors of a product, and its shape


class Word:
    """A stretch of factors; `shape` is that of its matrix part, 1×1 while it has none."""

    def __init__(self, items: Iterable[Syntax] = (), shape: Shape = SCALAR, last: Syntax | None = None) -> None:
        self.items = list(items)
        self.shape = shape
        self.last = last  # its last factor that is not 1×1


def _product(inference: Inference, syntax: Syntax) -> Shape:
    """The shape of a product; remembers the factors, 1×1 stretches as products of their own."""
    shape, items = grouped(inference, syntax, syntax.args)
    inference.factors[syntax] = items
    return shape


def grouped(inference: Inference, syntax: Syntax, factors: tuple[Syntax, ...]) -> tuple[Shape, tuple[Syntax, ...]]:
    """Shape and factors of a product, 1×1 stretches being products of their own; ShapeError where they do not fit."""
    stack = [Word()]
    signs = dict(syntax.data) if factors is syntax.args and syntax.data else {}
    for i, factor in enumerate(factors):
        if i in signs:
            (_doubt_dot if signs[i] == DOT else _refuse_cross)(inference, syntax, factors[i - 1], factor)
        _push(inference, stack, factor, syntax, signs.get(i) == DOT)
    if len(stack) > 1:
        raise _mismatch(inference, syntax, stack[-2], stack[-1].items[0])
    word = stack[0]
    items = tuple(word.items)
    if len(items) == 1 and items[0].op is Op.PRODUCT and items[0] in inference.factors and items[0] not in factors:
        items = inference.factors[items[0]]
    return inference.resolved(word.shape), items


def _doubt_dot(inference: Inference, whole: Syntax, left: Syntax, right: Syntax) -> None:
    """Between letters a dot hints at vectors: weakly in a longer product, for numbers are multiplied with dots too."""
    if left.op == right.op is Op.NAME and (inference.is_open(left) or inference.is_open(right)):
        inference.doubts.append((whole, 2 if _are_letters(inference, whole, left, right) else 1))


def _are_letters(inference: Inference, whole: Syntax, left: Syntax, right: Syntax) -> bool:
    """Whether a product is one of two letters that are numbers or vectors, and nothing else."""
    return len(whole.args) == 2 and all(x.op is Op.NAME and is_either(x.data) and inference.is_open(x)
                                        for x in (left, right))


def _refuse_cross(inference: Inference, whole: Syntax, left: Syntax, right: Syntax) -> None:
    """a × b of vectors is a cross product; beside a vector a letter may stand for one."""
    if not inference.scope.numpy and _are_letters(inference, whole, left, right):
        inference.doubts.append((whole, 2))
    if inference.scope.numpy or not (inference.is_vector(left) or inference.is_vector(right)):
        return
    other = right if inference.is_vector(left) else left
    both = inference.is_vector(left) and inference.is_vector(right)
    if both or (other.op is Op.NAME and inference.is_open(other)):
        fixes = ("cross({0}, {1})",) if both else ("{0} {1}",)
        place = node(Op.PRODUCT, (left, right), left.span.to(right.span))
        raise ShapeError("M0224", "a cross product of vectors is written cross(a, b)", whole, (left, right), fixes,
                         place=place, cross=True)


def _push(inference: Inference, stack: list[Word], factor: Syntax, whole: Syntax, dotted: bool = False) -> None:
    shape = inference.shape(factor)
    word = stack[-1]
    if shape == SCALAR:
        _scalar(inference, word, factor)
        return
    if word.shape == SCALAR:
        word.items.append(factor)
        word.shape, word.last = shape, factor
    elif _fits(inference, word, shape, dotted):
        word.items.append(factor)
        word.last = factor
    elif shape[0] == 1 and word.shape[1] != 1:
        stack.append(Word([factor], shape, factor))
    else:
        raise _mismatch(inference, whole, word, factor)
    if inference.resolved(stack[-1].shape) == SCALAR:
        _close(inference, stack)


def _scalar(inference: Inference, word: Word, factor: Syntax) -> None:
    """A scalar may stand anywhere, but a letter or sum behind a matrix is hardly meant as one: A b, A(x-b)."""
    if word.shape != SCALAR and factor.op in DOUBTS and factor not in inference.constant:
        inference.doubts.append((factor, DOUBTS[factor.op]))
    word.items.append(factor)


def _fits(inference: Inference, word: Word, shape: Shape, dotted: bool) -> bool:
    rows, cols = inference.resolved(word.shape)
    if cols == 1 and shape[0] != 1:
        return _columns(inference, word, shape, dotted) if shape[1] == 1 else _numpy_row(inference, word, shape)
    if not inference.equate(cols, shape[0]):
        return False
    word.shape = (rows, shape[1])
    return True


def _numpy_row(inference: Inference, word: Word, shape: Shape) -> bool:
    """NumPy's one-dimensional arrays: in x @ A the vector is a row."""
    if not inference.scope.numpy or not inference.equate(word.shape[0], shape[0]):
        return False
    _flip(inference, word)
    word.shape = (1, shape[1])
    return True


def _flip(inference: Inference, word: Word) -> None:
    """Replace the word by its transpose."""
    items = word.items[0] if len(word.items) == 1 else _made(inference, word)
    flipped = node(Op.TRANSPOSE, (items,), items.span)
    inference.shapes[flipped] = (word.shape[1], word.shape[0])
    word.items = [flipped]


def _made(inference: Inference, word: Word) -> Syntax:
    """The word as a product of its own."""
    made = node(Op.PRODUCT, tuple(word.items), word.items[0].span.to(word.items[-1].span))
    inference.shapes[made] = word.shape
    inference.factors[made] = tuple(word.items)
    return made


def _columns(inference: Inference, word: Word, shape: Shape, dotted: bool) -> bool:
    """Two columns side by side: read as `inference.columns` says (v·w and NumPy's @ as inner product), else refused."""
    reading = "inner" if inference.scope.numpy or dotted else inference.columns
    if reading in ("", EXPONENTIALS):
        if shape[0] == 1 or word.shape[1] != 1:
            return False
        return inference.equate(1, shape[0])
    if reading == "outer":
        word.shape = (word.shape[0], shape[0])
        return True
    if not inference.equate(word.shape[0], shape[0]):
        return False
    if reading == "inner":
        _flip(inference, word)
        word.shape = SCALAR
    return True


def _close(inference: Inference, stack: list[Word]) -> None:
    """The topmost word has become 1×1: it is a scalar factor from now on."""
    word = stack[-1]
    word.shape = SCALAR
    made = _made(inference, word) if len(word.items) > 1 else word.items[0]
    if len(stack) > 1:
        stack.pop()
        stack[-1].items.append(made)
    else:
        word.items, word.last = [made], None


def _mismatch(inference: Inference, whole: Syntax, word: Word, factor: Syntax) -> ShapeError:
    first, last = word.items[0], word.items[-1]
    left = first
    if len(word.items) > 1:
        left = node(Op.PRODUCT, tuple(word.items), first.span.to(last.span))
        inference.shapes[left] = word.shape
    place = node(Op.PRODUCT, (left, factor), first.span.to(factor.span))
    shape, before = inference.shape(factor), inference.resolved(word.shape)
    if before[1] == 1 and shape[1] == 1:
        fixes = ("{0}.*{1}", "{0}'{1}", "{0}{1}'")
        return ShapeError("M0306", "a product of two columns", whole, (left, factor), fixes, place=place, columns=True)
    return ShapeError("M0301", "cannot multiply these", whole, (left, factor), ("{0} {1}'", "{0}' {1}"), place=place,
                    wide=before[1] != 1 and shape[0] != 1)


def _divided_by_run(inference: Inference, syntax: Syntax) -> Shape:
    """p / q r …: (p/q) r … or p / (q r …), whichever type-checks; refused when both do."""
    p, q, *rest = syntax.args
    first, second = _over_first(inference, syntax), _over_run(inference, syntax)
    if first and second:
        run, behind = (node(Op.PRODUCT, part, part[0].span.to(part[-1].span)) for part in ((q, *rest), tuple(rest)))
        raise ShapeError("M0308", "what is divided by what?", syntax, (), ("{0}/({t1})", "({0}/{2}) {t3}"),
                       extra=(p, run, q, behind), hard=True)
    found = first or second
    if not found:
        raise ShapeError("M0315", "the divisor of / is a scalar", syntax, (p, q), ("{0} ./ {1}",))
    reading, shape = found
    inference.factors[syntax] = reading
    return shape


def _over_first(inference: Inference, syntax: Syntax) -> Attempt | None:
    """(p/q) r …"""
    p, q, *rest = syntax.args
    if not inference.is_scalar(q):
        return None
    quotient = node(Op.DIVIDE, (p, q), p.span.to(q.span))
    inference.shapes[quotient] = inference.shape(p)
    return _attempt(inference, syntax, (quotient, *rest))


def _over_run(inference: Inference, syntax: Syntax) -> Attempt | None:
    """p / (q r …)"""
    p, *run = syntax.args
    found = _attempt(inference, syntax, tuple(run))
    if found is None or found[1] != SCALAR:
        return None
    bottom = node(Op.PRODUCT, tuple(run), run[0].span.to(run[-1].span))
    inference.shapes[bottom] = SCALAR
    inference.factors[bottom] = found[0]
    quotient = node(Op.DIVIDE, (p, bottom), syntax.span)
    inference.shapes[quotient] = inference.shape(p)
    return (quotient,), inference.shape(p)


def _attempt(inference: Inference, syntax: Syntax, factors: tuple[Syntax, ...]) -> Attempt | None:
    mark = inference.mark()
    try:
        shape, items = grouped(inference, syntax, factors)
    except ShapeError:
        inference.undo(mark)
        return None
    return items, shape


def _parts(b: Builder, syntax: Syntax) -> tuple[Syntax, ...]:
    return b.flattened(syntax, _factors)[1]


def _factors(b: Builder, root: Syntax) -> Flat:
    """The factors of a product and of the products among them; a 1×1 product of matrices stays whole."""
    sign = 1
    factors: list[Syntax] = []
    stack = list(reversed(b.inference.factors[root]))
    while stack:
        syntax = stack.pop()
        once = syntax.op is Op.PRODUCT and b.uses[syntax] < 2
        items = b.inference.factors.get(syntax, ()) if once else ()
        if items and (b.inference.shape(syntax) != SCALAR or all(b.inference.is_scalar(i) for i in items)):
            stack.extend(reversed(items))
        elif syntax.op is Op.NEGATE and syntax.args[0].op in (Op.PRODUCT, Op.NAME):
            sign = -sign
            stack.append(syntax.args[0])
        else:
            factors.append(syntax)
    return [sign], tuple(factors)


def _build_product(b: Builder, syntax: Syntax) -> Expr:
    (sign,), factors = b.flat[syntax]
    built = algebra.multiply(*(b.done[f] for f in factors))
    return built if sign > 0 else algebra.negate(built)


def _divide(inference: Inference, syntax: Syntax) -> Shape:
    p, q = syntax.args
    if not inference.is_scalar(q):
        fixes = ("{0} ./ {1}",) if inference.is_vector(q) else ("{0} ./ {1}", "{0}*inv({1})")
        raise ShapeError("M0315", "the divisor of / is a scalar", syntax, (p, q), fixes,
                         hard=inference.is_vector(p))
    inference.doubts = [(place, 1 if place is q else cost) for place, cost in inference.doubts]  # a/(b·c): numbers
    return inference.shape(p)


CONSTRUCTS = {
    Op.PRODUCT: Construct(_product, _build_product, "·", PRODUCTS,
                          Infix(("*", "@"), commands={"cdot": "*", "times": "*"}), _parts, is_ordered=True),
    Op.DIVIDE: Construct(_divide, lambda b, s: algebra.divide(*b.args(s)), "÷", PRODUCTS,
                         Infix(("/",), commands={"div": "/"})),
    Op.DIVIDE_BY_RUN: Construct(_divided_by_run, _build_product, "·", PRODUCTS, parts=_parts),
}
