"""exp(X) of a square matrix: of every entry, or of the matrix as a whole?

Books mean the matrix function by exp X, log X, √X, programs the entries. A rule says with its field `whole` that a
matrix function of that name exists. Typed as in a book, such a function of a matrix that is square is asked about, as
is one whose sizes nothing else decides; spelled plainly it means the entries, with a note, and is asked about under
tr, det, an inverse or a power, where the entries of a matrix hardly matter. f.(X) always means the entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from matcalc.diagnostics import Label, MatcalcError, Span, fail
from matcalc.dims import Shape
from matcalc.language import suggest
from matcalc.language.inference import SCALAR, Inference
from matcalc.language.syntax import Op, Syntax, postorder

WHOLE = "whole"
_BOOK = re.compile(r"\\(?:mathrm|operatorname|text|rm|mathop)\s*\{?\s*$")
_SAID = re.compile(r"\\?\w+\.\(|deriv\b")  # f.(A): of every entry
_CHAIN = (Op.PRODUCT, Op.TRANSPOSE, Op.NEGATE, Op.POWER, Op.INVERSE_TRANSPOSE)
_ENTRYWISE = (Op.HADAMARD, Op.HADAMARD_DIVIDE, Op.HADAMARD_POWER, Op.DOTTED)
_PASSED_ON = (Op.SUM, Op.NEGATE, Op.PRODUCT, Op.DIVIDE)  # what their parent does with the entries is done with these
_NOTE = "{} works entry by entry; the matrix function is {}"


def settle(source: str, nodes: list[Syntax], inference: Inference) -> list[str]:
    """Notes on functions taken entry by entry; raises InputError where the matrix function may be meant."""
    scope = inference.scope
    if scope.numpy or scope.lenient:
        return []
    named = [s for s in nodes if WHOLE in _fields(inference, s)]
    back = [s for s in named if _maps_back(source, s, inference)]
    if back:
        inside = [s for s in postorder(back[0]) if WHOLE in _fields(inference, s)]
        raise _unclear(source, inside[::-1], inference)
    calls = [s for s in named if _may_be_square(inference, s)]
    above = {part: s for s in nodes for part in s.args} if calls else {}
    _refuse_unspecified(source, nodes, inference)
    asked = [s for s in calls if _is_asked(source, s, inference, above)]
    if asked:
        raise _unclear(source, asked, inference)
    square = [s for s in calls if _is_square(inference, s) or (above.get(s, s).op is Op.PRODUCT
                                                               and not _is_entrywise(s, inference, above))]
    return [_NOTE.format(s.data, _fields(inference, s)[WHOLE]) for s in square]


def _refuse_unspecified(source: str, nodes: list[Syntax], inference: Inference) -> None:
    """tr f(A) with an f that nobody defined: in a book a function of the matrix."""
    applied = {s for s in nodes if s.op is Op.APPLY and not s.data[1] and _is_square(inference, s)}
    for parent in nodes if applied else ():
        part = parent.args[0] if parent.args else parent
        if part in applied and source[part.args[0].span.end:part.span.end].strip() and \
                _takes_whole(parent, part, inference) and not _SAID.match(source, part.span.start):
            name = part.data[0]
            text = source[part.span.start:part.args[0].span.start]
            fix = suggest.replace(source, Span(part.span.start, part.args[0].span.start), f"{text.rstrip('( ')}.(")
            raise fail("M0323", f"{name} of a square matrix: of every entry, or of the matrix as a whole?", source,
                       part.span, fixes=(fix,))


def _fields(inference: Inference, syntax: Syntax) -> Mapping[str, str]:
    if syntax.op is not Op.CALL:
        return {}
    function = inference.functions.get(syntax)
    return function.fields if function is not None else {}


def _is_square(inference: Inference, syntax: Syntax) -> bool:
    rows, columns = inference.shape(syntax)
    return (rows, columns) != SCALAR and rows == columns


def _may_be_square(inference: Inference, syntax: Syntax) -> bool:
    """Whether the matrix is square, or its sizes are still open."""
    rows, columns = inference.shape(syntax)
    if 1 in (rows, columns):
        return False
    mark = inference.mark()
    fits = inference.same(rows, columns)
    inference.undo(mark)
    return fits


def _maps_back(source: str, syntax: Syntax, inference: Inference) -> bool:
    """log(R exp(m)): the logarithm of a product with an exponential is a map of groups to many."""
    argument = syntax.args[0] if syntax.args else syntax
    return _is_typed_as_in_a_book(source, syntax) and argument.op is Op.PRODUCT and not inference.is_scalar(argument) \
        and any(WHOLE in _fields(inference, f) and not inference.is_scalar(f) for f in argument.args)


def _is_asked(source: str, syntax: Syntax, inference: Inference, above: Mapping[Syntax, Syntax]) -> bool:
    if _is_typed_as_in_a_book(source, syntax) and (_is_square(inference, syntax)
                                                   or not _is_entrywise(syntax, inference, above)):
        return True
    return any(_takes_whole(parent, part, inference) for part, parent in _chain_above(syntax, above))


def _is_typed_as_in_a_book(source: str, syntax: Syntax) -> bool:
    start = syntax.span.start
    return source[start] in "\\√" or _BOOK.search(source, max(0, start - 20), start) is not None


def _chain_above(syntax: Syntax, above: Mapping[Syntax, Syntax]) -> Iterator[tuple[Syntax, Syntax]]:
    """(part, parent) from `syntax` upwards, as long as the parents are products and the like."""
    part = syntax
    while (parent := above.get(part)) is not None:
        yield part, parent
        if parent.op not in _CHAIN:
            return
        part = parent


def _takes_whole(parent: Syntax, part: Syntax, inference: Inference) -> bool:
    """Whether `parent` is the trace, determinant, inverse or power of `part`: a function of square matrices."""
    if parent.op in (Op.POWER, Op.INVERSE_TRANSPOSE, Op.BARS):
        return parent.args[0] is part
    rows, columns = _parameter(inference, parent)
    return rows == columns != 1


def _parameter(inference: Inference, syntax: Syntax) -> Shape:
    """The shape that a function of one argument asks for; 1×1 where `syntax` is no call of one."""
    function = inference.functions.get(syntax) if syntax.op is Op.CALL else None
    shapes = [param.shape for param in function.params] if function is not None else []
    return shapes[0] if len(shapes) == 1 else SCALAR


def _is_entrywise(syntax: Syntax, inference: Inference, above: Mapping[Syntax, Syntax]) -> bool:
    """Whether the entries are used one by one: summed up, multiplied entry by entry, given to another function."""
    parent = above.get(syntax)
    if parent is None:
        return False
    if parent.op in _ENTRYWISE:
        return True
    if parent.op in _PASSED_ON and (parent.op is not Op.PRODUCT or _scales(parent, inference)):
        return any(inference.is_scalar(a) for a in parent.args if parent.op is Op.SUM) \
            or _is_entrywise(parent, inference, above)
    rows, columns = _parameter(inference, parent)
    return rows != columns


def _scales(product: Syntax, inference: Inference) -> bool:
    """Whether all factors but one are numbers."""
    return sum(not inference.is_scalar(factor) for factor in product.args) == 1


def _unclear(source: str, asked: list[Syntax], inference: Inference) -> MatcalcError:
    first = asked[0]
    name, other = str(first.data), _fields(inference, first)[WHOLE]
    fixes = (_rewritten(source, asked, {s.data: _fields(inference, s)[WHOLE] for s in asked}),
             _rewritten(source, asked, {s.data: f"{s.data}." for s in asked}))
    label = Label(first.args[0].span, "a square matrix" if _is_square(inference, first) else "a matrix")
    return fail("M0323", f"{name} of a matrix: of every entry, or of the matrix as a whole, {other}?", source,
                first.span, labels=(label,), fixes=fixes)


def _rewritten(source: str, calls: list[Syntax], names: Mapping[str, str]) -> str:
    """`source` with other functions in all of `calls`, which may stand inside each other."""
    edits: list[tuple[int, int, str]] = []
    for s in calls:
        start, argument = s.span.start, s.args[0].span
        command = _BOOK.search(source, max(0, start - 20), start)
        edits.append((command.start() if command else start, argument.start, f"{names[s.data]}("))
        edits.append((argument.end, s.span.end, ")"))
    for start, end, text in sorted(edits, reverse=True):
        space = " " * (text != ")" and source[:start][-1:].isalnum())
        source = source[:start] + space + text + source[end:]
    return source
