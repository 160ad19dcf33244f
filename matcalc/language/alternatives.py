"""What else a text may mean, asked about when the shapes are known.

Superscripts may be labels or powers. A power that a vector cannot have is a label, W^l x^{l-1}, and so is every other
that shares a letter with it; where labels and powers both fit, and where only a matrix bears one, the text is asked
about. Kinds that follow from a letter alone are decided by default where another kind would fit as well.

exp(X) of a square matrix: of every entry, or of the matrix as a whole? Books mean the matrix function by exp X, log X,
√X, programs the entries. A rule says with its field `whole` that a matrix function of that name exists. Typed as in a
book, such a function of a matrix that is square is asked about, as is one whose sizes nothing else decides; spelled
plainly it means the entries, with a note, and is asked about under tr, det, an inverse or a power, where the entries of
a matrix hardly matter. f.(X) always means the entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from matcalc.core.dims import Shape
from matcalc.diagnostics import InputError, Label, MatcalcError, Span, UnlikelyError, fail
from matcalc.language import suggest
from matcalc.language.characters import pattern
from matcalc.language.constructs import infer
from matcalc.language.inference import SCALAR, Inference, ShapeError
from matcalc.language.kinds import default_kind, names_below
from matcalc.language.readings import Elaborated, VariableInfo
from matcalc.language.suggest import replace as replaced
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.language.vocabulary import Found, Open, letters

Reading = Callable[[Found], Elaborated]
TURNED = "t"  # what some write for a transpose
LABEL, POWER, ENTRIES, SURE = "^{{({})}}", "^({})", ".^({})", "^{{[{}]}}"
_OTHER = {"scalar": "vector", "vector": "scalar"}  # a capital is a matrix in every book
WHOLE = "whole"
_OF_WHOLE = "funm"  # which takes a function of numbers to that of a symmetric matrix
_BOOK = r"\\(?:mathrm|operatorname|text|rm|mathop)\s*\{?\s*$"
_SAID = r"\\?\w+\.\(|deriv\b"  # f.(A): of every entry
_CHAIN = (Op.PRODUCT, Op.TRANSPOSE, Op.NEGATE, Op.POWER, Op.INVERSE_TRANSPOSE)
_ENTRYWISE = (Op.HADAMARD, Op.HADAMARD_DIVIDE, Op.HADAMARD_POWER, Op.DOTTED)
_PASSED_ON = (Op.SUM, Op.NEGATE, Op.PRODUCT, Op.DIVIDE)  # what their parent does with the entries is done with these
_NOTE = "{} works entry by entry; the matrix function is {}"


def decided(source: str, asked: frozenset[str], reading: Reading) -> Elaborated:
    """The reading with powers, or with labels where those do not fit; refused where both do."""
    found = Found(labelled=asked)
    try:
        powers = reading(found)
    except InputError as error:
        labels = _labels(found)
        other = _other(labels, found, reading) if labels and _may_help(error) else None
        if other is not None and isinstance(error, UnlikelyError):
            raise _question(source, [found.open[name] for name in labels], power=ENTRIES) from None
        if other is not None:
            return other
        raise _told(source, error, found) from None
    in_use = [o for name, o in found.bracketed.items() if _in_use(name, o, powers)]
    if in_use:
        raise _question(source, in_use, SURE)
    doubtful = [name for name, o in found.open.items() if _doubtful(o, powers, found)
                and not letters(o.label) & found.letters]
    if not doubtful:
        return powers
    other = _other(frozenset(found.open), found, reading)
    if other is not None and powers.reading is not None and powers.reading.inference.symbolic:
        return other  # W^l x^{l-1} + b^l: layers, rather than powers of a matrix
    if other is not None or _shares(found.open[doubtful[0]], found):
        raise _question(source, [found.open[name] for name in doubtful])
    return powers


def _in_use(name: str, o: Open, read: Elaborated) -> bool:
    """Whether the label of a scalar names a variable as well: a^{(b)} + b."""
    info = read.variables.get(name)
    return info is not None and info.kind == "scalar" and bool(letters(o.label) & set(read.variables))


def _may_help(error: InputError) -> bool:
    return error.diagnostics[0].code.startswith("M03") or error.diagnostics[0].code == "M0215"


def _labels(found: Found) -> frozenset[str]:
    """The open superscripts that are labels if any is: on vectors, and those that share a letter with them."""
    sure = {x for label in found.closed for x in letters(label)}
    vectors = {name: o for name, o in found.open.items() if _is_vector(o, found) and o.label != TURNED
               and not letters(o.label) & found.letters}
    sure |= {x for o in vectors.values() for x in letters(o.label)}
    return frozenset(vectors) | {name for name, o in found.open.items() if letters(o.label) & sure}


def _is_vector(o: Open, found: Found) -> bool:
    return found.kinds.get(o.base, default_kind(o.base)) == "vector"


def _shares(o: Open, found: Found) -> bool:
    return bool(letters(o.label) & {x for label in found.closed for x in letters(label)})


def _doubtful(o: Open, powers: Elaborated, found: Found) -> bool:
    """Whether a superscript that fits as a power may be a label: of a letter that stands for a vector elsewhere."""
    info = powers.variables.get(o.base)
    if info is None or info.origin == "declared" or o.form == "paren":
        return False
    return _shares(o, found) or (o.label != TURNED and _is_vector(o, found) and info.kind == "scalar")


def _other(labels: frozenset[str], found: Found, reading: Reading) -> Elaborated | None:
    """The reading with these labels, if there is one; what was a vector without its label is one with it."""
    vectors = {name: "vector" for name in labels if _is_vector(found.open[name], found)}
    again = Found(labelled=found.labelled | labels, kinds=vectors)
    try:
        other = reading(again)
    except InputError:
        return None
    if any(_shares(o, found) for o in again.open.values() if o.base in other.variables):
        return None
    notes = tuple(f"{name} is one name, its superscript a label" for name in sorted(labels))
    return other._replace(notes=other.notes + notes)


def _rewritten(source: str, opened: Iterable[Open], form: str) -> str:
    """The superscripts as ^{(k)}, which is always a label, or as ^(k), a power where one fits."""
    places = [(place, o.label.strip("()")) for o in opened for place in o.places]
    for (start, end), label in sorted(places, reverse=True):
        source = replaced(source, Span(start, end), form.format(label))
    return source


def _question(source: str, opened: list[Open], label: str = LABEL, power: str = POWER) -> InputError:
    fixes = tuple(_rewritten(source, opened, form) for form in (label, power))
    message = f"{opened[0].label} above {opened[0].base}: a label or a power?"
    error = fail("M0215", message, source, Span(*opened[0].places[0]), fixes=fixes)
    assert isinstance(error, InputError)
    return error


def _told(source: str, error: InputError, found: Found) -> InputError:
    """The complaint about a power, with the label among its fixes."""
    first, *rest = error.diagnostics
    if first.code not in ("M0304", "M0314", "M0303", "M0215") or first.source != source or first.span is None:
        return error
    span = first.span
    near = [o for o in found.open.values() if any(span.start <= i and j <= span.end for i, j in o.places)]
    if not near:
        return error
    alike = [o for o in found.open.values() if letters(o.label) & letters(near[0].label)]
    fix = _rewritten(source, alike or near[:1], LABEL)
    if first.code == "M0314" and near[0].label != TURNED:
        message = f"{near[0].label} above {near[0].base}: a label, or a power? A power of a matrix is a number"
        return InputError(first._replace(code="M0215", fixes=(fix,), message=message), *rest)
    return InputError(first._replace(fixes=(*first.fixes[:2], fix)), *rest)


def by_default(found: Elaborated) -> dict[str, str]:
    """Variables whose kind their letter decided, each with a kind that fits too."""
    if found.reading is None:
        return {}
    others = {name: _OTHER[info.kind] for name, info in found.variables.items()
              if info.origin == "default" and info.kind in _OTHER}
    alone = {name: kind for name, kind in others.items() if fits(found, {name: kind})}
    for syntax, _ in _present(found).doubts:  # a·b: both may be vectors, and neither alone
        together = {name: others[name] for name in names_below(syntax, set(others))}
        if len(together) > 1 and fits(found, together):
            alone |= together
    return alone


def merged(readings: Iterable[Elaborated]) -> tuple[list[VariableInfo], dict[str, str]]:
    """The variables of several texts read together, and what was decided by default."""
    infos: dict[str, VariableInfo] = {}
    others: dict[str, str] = {}
    for found in readings:
        infos |= found.variables
        others |= by_default(found)
    return list(infos.values()), others


def fits(found: Elaborated, kinds: Mapping[str, str]) -> bool:
    """Whether the text can be read with these kinds, and no function idle that is not."""
    read = _read(found, kinds)
    return read is not None and _idle(read) <= _idle(_present(found))


def _read(found: Elaborated, kinds: Mapping[str, str]) -> Inference | None:
    present = _present(found)
    try:
        return infer(postorder(found.syntax), present.scope, {**present.kinds, **kinds}, present.columns)
    except ShapeError:
        return None


def _present(found: Elaborated) -> Inference:
    assert found.reading is not None
    return found.reading.inference


def _idle(inference: Inference) -> int:
    return len(inference.idle)


def settle(source: str, nodes: list[Syntax], inference: Inference) -> list[str]:
    """Notes on functions taken entry by entry; raises InputError where the matrix function may be meant."""
    scope = inference.scope
    if scope.numpy or scope.lenient:
        return []
    if "det" in inference.notes:
        from matcalc.language.barred import question  # which few texts need

        if (asked_about := question(source, nodes, inference)) is not None:
            raise asked_about
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
                _takes_whole(parent, part, inference) and not pattern(_SAID).match(source, part.span.start):
            name = part.data[0]
            text = source[part.span.start:part.args[0].span.start]
            fix = suggest.replace(source, Span(part.span.start, part.args[0].span.start), f"{text.rstrip('( ')}.(")
            inner = source[part.args[0].span.start:part.args[0].span.end]
            whole = suggest.replace(source, part.span, f"{_OF_WHOLE}({inner}, {text.rstrip('( ')})")
            raise fail("M0323", f"{name} of a square matrix: of every entry, or of the matrix as a whole?", source,
                       part.span, fixes=(fix, whole))


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
    fits = inference.equate(rows, columns)
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
    return source[start] in "\\√" or pattern(_BOOK).search(source, max(0, start - 20), start) is not None


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
    fixes = (_with_names(source, asked, {s.data: _fields(inference, s)[WHOLE] for s in asked}),
             _with_names(source, asked, {s.data: f"{s.data}." for s in asked}))
    label = Label(first.args[0].span, "a square matrix" if _is_square(inference, first) else "a matrix")
    return fail("M0323", f"{name} of a matrix: of every entry, or of the matrix as a whole, {other}?", source,
                first.span, labels=(label,), fixes=fixes)


def _with_names(source: str, calls: list[Syntax], names: Mapping[str, str]) -> str:
    """`source` with other functions in all of `calls`, which may stand inside each other."""
    edits: list[tuple[int, int, str]] = []
    for s in calls:
        start, argument = s.span.start, s.args[0].span
        command = pattern(_BOOK).search(source, max(0, start - 20), start)
        edits.append((command.start() if command else start, argument.start, f"{names[s.data]}("))
        edits.append((argument.end, s.span.end, ")"))
    for start, end, text in sorted(edits, reverse=True):
        space = " " * (text != ")" and source[:start][-1:].isalnum())
        source = source[:start] + space + text + source[end:]
    return source
