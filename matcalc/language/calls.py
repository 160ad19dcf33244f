"""What a call in another program means, by its arguments: torch.clamp(x, min=0), F.mse_loss(x, y, reduction='sum').

A table (calls.txt) has a line for each way to call a function, a signature as Python writes it and the formula that
it stands for. The first line that the arguments fit is taken; a call that no line of its program fits is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from matcalc.diagnostics import Span
from matcalc.language.arrays import WORDS, one_axis
from matcalc.language.axes import COLUMN, FLAT
from matcalc.language.clean import clean
from matcalc.language.lexer import Lexer
from matcalc.language.peers import (
    ANY_NUMBER,
    ASKED,
    BELOW,
    LISTED,
    MASK,
    PAIR,
    PAIRED,
    PICKED,
    REST,
    ROW,
    SQUEEZED,
    TAKEN,
    UNSURE,
    UPRIGHT,
    WHOLE,
    Line,
    Parameter,
    is_numpy_method,
    is_wholly_listed,
    lines_for,
    lines_of,
    plain,
    programs_of_methods,
)
from matcalc.language.reader import TUPLE, Argument, Reader, integer, is_list, run
from matcalc.language.refusals import refusal
from matcalc.language.suggest import table
from matcalc.language.syntax import EMPTY, Op, Syntax, instantiate, node, placed
from matcalc.language.vocabulary import Vocabulary

Values = dict[str, Argument | tuple[Syntax | int, ...]]
_SECTION = r"\{(\w+):(from|to|after|before)\}"  # of the section that is taken, by lengths or by cuts
_EACH = r"\{(\w+)(?:\|([^|{}]*))?(?:\|([^|{}]*))?\}"  # {arrays|[#; #]}, {places|x[#]|[#; #]} and the length {places}


def meaning(p: Reader, call: Syntax, is_method: bool) -> Syntax | None:
    """What the table says of a call, None where it says nothing. Raises InputError where no line of it fits."""
    word = str(call.data) if is_method else _typed(p, call)
    before = "." if is_method else p.source[:call.span.start]
    lines = lines_of(before, word)
    if word in p.vocabulary.declared:
        return None
    if not lines and is_method:
        return _as_function(p, word, call)
    if not lines:
        if is_wholly_listed(before):
            if why := refusal(word):
                raise p.error("M0108", f"{word} is refused: {why}", call.span)
            raise p.error("M0220", f"{word} of {before.rpartition('.')[0].split()[-1]} is not read", call.span)
        return None
    if (found := first_line(p, lines, call)) is not None or any(not line.text for line in lines):
        return found
    if is_method:
        return _as_function(p, word, call)
    if why := refusal(word):
        raise p.error("M0108", f"{word} is refused: {why}", call.span)
    ways = " or ".join(dict.fromkeys(line.signature for line in lines))
    message = f"{word} with these arguments is not read; it reads {ways}"
    raise p.error("M0216" if p.keywords else "M0319", message, call.span)


def first_line(p: Reader, lines: Sequence[Line], call: Syntax) -> Syntax | None:
    """What the first of some lines makes of a call that fits; None where none does, or where it leaves it as it is."""
    for line in lines:
        if not line.text:
            return None
        if (values := _bound(line.parameters, call.args, p.keywords)) is not None:
            p.keywords.clear()
            if line.text == PAIR:
                first = next(value for value in values.values() if isinstance(value, Syntax))
                return node(Op.CALL, (first,), call.span, call.data)
            return _read_as(p, line, values, call.span)
    return None


def _as_function(p: Reader, word: str, call: Syntax) -> Syntax | None:
    """A method with arguments, X.amax(0), as torch's or NumPy's function of the same name; None where neither fits.
    Raises InputError where both fit and mean different things."""
    is_alone = len(call.args) < 2 and not p.keywords
    numbers = all(integer(given) is not None for given in (*call.args[1:], *p.keywords.values()) if given is not True)
    if (is_alone and is_numpy_method(word)) or (table("along").get(word) in WORDS and numbers):
        return None
    found: dict[tuple[str, bool], Line] = {}
    programs = programs_of_methods(word, p.source, p.keywords)
    for program in programs:
        if program != programs[0] and bool(found) != is_numpy_method(word):
            break
        for line in lines_for(program, word):
            values = _bound(line.parameters, call.args, p.keywords)
            if values is not None and line.text:
                found.setdefault((_filled(line.text, values)[0], line.place is None), line)
                break
    if len(found) > 1:
        given = p.text(call.span)[len(p.text(call.args[0].span)):].partition("(")[2]
        given = f", {given}" if given != ")" else given
        raise p.error("M0340", f"{word} with these arguments: programs differ in what it is", call.span,
                      *(f"{prefix}.{word}({p.text(call.args[0].span)}{given}" for prefix in ("np", "torch")))
    return first_line(p, list(found.values()), call)


def _read_as(p: Reader, line: Line, values: Values, span: Span) -> Syntax:
    """The formula of a line, and where it is one of several results. Raises InputError where several may be meant."""
    if line.text.startswith(ASKED):
        texts = [_typed_out(p, text, values) for text in line.text.removeprefix(ASKED).split(f" {ASKED}")]
        word = line.signature.partition("(")[0].partition("|")[0]
        raise p.error("M0340", f"{word} with these arguments: programs differ in what it is", span, *texts)
    if line.text.startswith((UPRIGHT, SQUEEZED)):
        (value,) = (v for v in values.values() if isinstance(v, Syntax))
        return node(Op.ALONG, (value,), span, (COLUMN if line.text.startswith(UPRIGHT) else FLAT, 1, True))
    if TAKEN in line.text or re.search(_SECTION, line.text):
        given = tuple(value for value in values.values() if isinstance(value, Syntax))
        found = node(Op.CALL, given, span, line.signature.partition("(")[0].partition("|")[0])

        def taken(place: int, at: Span) -> Syntax:
            text = re.sub(_SECTION, lambda match: _section(values[match[1]], match[2], place), line.text)
            return _expanded(p, text.replace(TAKEN, str(place)), values, at)

        p.taken[found] = taken
        return found
    found = _expanded(p, line.text, values, span)
    if line.place is not None:
        p.placed[found] = line.place
        p.further[found] = [_expanded(p, text, values, span) for text in line.others]
    return found


def _section(given: object, word: str, place: int) -> str:
    """Where one of several sections begins or ends, counted from 1: by their lengths, or by the places of the cuts."""
    numbers = [number - 1 for number in given] if isinstance(given, tuple) else []  # which are counted from 1
    if word in ("from", "to"):
        return str(sum(numbers[:place]) + 1 if word == "from" else sum(numbers[:place + 1]))
    ends = [0, *numbers, "end"]
    return str(ends[place] + 1 if word == "after" and place <= len(numbers) else ends[min(place + 1, len(ends) - 1)])


def _typed_out(p: Reader, text: str, values: Values) -> str:
    """The formula with the arguments as they were typed."""
    for name, value in values.items():
        typed = p.text(value.span) if isinstance(value, Syntax) else str(value)
        text = typed.join(re.split(rf"(?<![\w.]){name}(?![\w(])", text))
    return text


def _typed(p: Reader, call: Syntax) -> str:
    """The word as it stands in the text, which the lexer may have replaced by what it means."""
    match = re.match(r"[A-Za-z]\w*", plain(p.source[call.span.start:call.span.end]))
    return match[0] if match else str(call.data)


def _bound(parameters: Sequence[Parameter], args: Sequence[Syntax], said: Mapping[str, Argument]) -> Values | None:
    """The value of each parameter, None where the arguments do not fit."""
    positional, rest = list(args), dict(said)
    found: Values = {}
    for parameter in parameters:
        name = parameter.name
        if parameter.must == REST:
            if not positional or any(map(is_list, positional)):
                return None
            found[name], positional = tuple(map(one_axis, positional)), []
            continue
        if positional and not parameter.keyword:
            given: Argument = positional.pop(0)
        elif name in rest:
            given = rest.pop(name)
        elif name == "axis" and "dim" in rest:
            given = rest.pop("dim")
        elif parameter.default is None:
            return None
        else:
            if parameter.default[:1] not in "'TFN" or parameter.must == WHOLE:
                found[name] = parameter.default
            continue
        values = _fitting(parameter, given)
        if values is None:
            return None
        found |= values
    return None if positional or rest else found


def _fitting(parameter: Parameter, given: Argument) -> Values | None:
    """The values of one parameter; None where it is not what it must be."""
    name, entries = parameter.name, parameter.entries
    if parameter.must == LISTED and isinstance(given, Syntax):
        return {name: _array(given)}
    if parameter.must == PICKED:
        places = _places(given)
        return {name: places} if places else None
    if parameter.must == MASK:
        ones = _places(given)
        chosen = tuple(k for k, one in enumerate(ones, 1) if one == 2)  # which are counted from 1
        return {name: chosen} if chosen and set(ones) <= {1, 2} else None
    if parameter.must == ROW:
        members = given.args if isinstance(given, Syntax) and is_list(given) else ()
        return {name: tuple(map(one_axis, members))} if members and not any(map(is_list, members)) else None
    if parameter.must == ANY_NUMBER:
        is_long = isinstance(given, Syntax) and is_list(given) and len(given.args) > 1
        return {name: tuple(map(one_axis, given.args))} if is_long and isinstance(given, Syntax) else None
    if parameter.must.startswith(PAIRED):
        is_pair = isinstance(given, Syntax) and given.op is Op.CALL and f"{PAIRED}{given.data}" == parameter.must
        return {name: given.args[0]} if is_pair and isinstance(given, Syntax) else None
    if entries:
        items = given.args if isinstance(given, Syntax) and is_list(given) else ()
        pairs = list(zip(entries, items, strict=False)) if len(items) == len(entries) else []
        numbers = [entry for entry in entries if entry.lstrip("-").isdigit()]
        fits = bool(pairs) and all(entry not in numbers or _literal(item) == entry for entry, item in pairs)
        return {entry: item for entry, item in pairs if entry not in numbers} if fits else None
    if parameter.must in (WHOLE, BELOW):
        number = integer(given)
        return None if number is None or (parameter.must == BELOW) > (number < 0) else \
            {name: str(abs(number) if parameter.must == BELOW else number)}
    wanted = parameter.must or (parameter.default or "" if (parameter.default or "")[:1] in "'TFN" else "")
    if wanted:
        return {} if _literal(given) == wanted else None
    fits = isinstance(given, Syntax) and not is_list(given) and _literal(given)[:1] != "'" and \
        _literal(given) not in ("True", "False", "None", EMPTY)
    return {name: given} if fits else None


def _array(given: Syntax) -> Syntax:
    """[a, b] is a vector, [[a, b], [c, d]] a matrix; anything else is what it is."""
    if not (is_list(given) and given.args):
        return one_axis(given)
    if all(map(is_list, given.args)):
        rows = [node(Op.BLOCK, row.args, row.span, (len(row.args),)) for row in given.args]
        return node(Op.BLOCK, tuple(rows), given.span, (1,) * len(rows))
    return node(Op.BLOCK, given.args, given.span, (1,) * len(given.args))


def _places(given: Argument) -> tuple[int, ...]:
    """The places in [0, 2] and np.array([0, 2]), counted from 1; () where it is something else."""
    if not isinstance(given, Syntax) or not (is_list(given) or given.op is Op.BLOCK):
        return ()
    truths = {"True": 1, "False": 0}
    found = [truths.get(str(item.data), integer(item)) for item in given.args]
    known = [k + 1 for k in found if k is not None and k >= 0]
    return tuple(known) if len(known) == len(found) else ()


def _literal(given: Argument) -> str:
    """A word, a truth value, a number or a list of them, as the table writes it."""
    if not isinstance(given, Syntax):
        return f"'{given}'" if isinstance(given, str) else str(given)
    if (number := integer(given)) is not None:
        return str(number)
    if given.op is Op.NEGATE and (inner := _literal(given.args[0])):
        return f"-{inner}"
    if is_list(given):
        return f"({', '.join(map(_literal, given.args))})"
    if given.op is Op.NUMBER:
        return str(float(given.data))
    return str(given.data) if given.op in (Op.NAME, Op.RESERVED) else ""


def _expanded(p: Reader, text: str, values: Values, span: Span) -> Syntax:
    """The formula with the arguments in the places of the parameters; all of it stands where the call stands."""
    text, put = _filled(text, values)
    known = Vocabulary(functions=p.vocabulary.functions, aliases=p.vocabulary.aliases,
                       fallback=p.vocabulary.fallback)
    known.is_table = True
    inner = Reader(text, Lexer(clean(text), known).run(), known, p.expression, p.factor, p.term)
    return instantiate(placed(run(inner.expression(inner)), span), put)


def _filled(text: str, values: Values) -> tuple[str, dict[str, Syntax]]:
    """The formula with names for the arguments, which are numbered, and the argument of each name."""
    put: dict[str, Syntax] = {}

    def held(value: Argument | int) -> str:
        if not isinstance(value, Syntax):
            return str(value)
        put[f"P_{len(put) + 1}"] = value
        return f"P_{len(put)}"

    for name, value in values.items():
        if not isinstance(value, tuple):
            text = re.sub(rf"(?<![\w.{{]){name}(?![\w(=]|\s*=(?!=))", held(value), text)
    members = {name: [held(one) for one in value] for name, value in values.items() if isinstance(value, tuple)}
    text = re.sub(_EACH, lambda match: _folded(match, members[match[1]]) if match[1] in members else match[0], text)
    return text, put


def _folded(match: re.Match[str], ones: Sequence[str]) -> str:
    """The members of a list, two at a time from the left: {arrays|[#; #]}; each as it is said first, with % its place
    from 1: {places|X[%, #]|# + #}. {places} alone is how many there are."""
    each, joined = (match[2], match[3]) if match[3] is not None else ("#", match[2])
    if joined is None:
        return str(len(ones))
    parts = [each.replace("#", one).replace("%", str(k)) for k, one in enumerate(ones, 1)]
    found = parts[0]
    for part in parts[1:]:
        left, middle, right = joined.split("#")
        found = f"{left}{found}{middle}{part}{right}"
        found = found if left else f"({found})"
    return found


def refuse_lists(p: Reader, call: Syntax) -> None:
    """Raise InputError where an argument is a list in brackets or a word in quotes that nothing has read."""
    for arg in call.args:
        if arg.op is Op.CALL and arg.data == TUPLE:
            raise p.error("M0202", "a list of expressions stands only in a call, or as blocks in square brackets",
                          arg.span, f"[{p.text(arg.span)[1:-1].rstrip(', ')}]")
        if arg.op is Op.NAME and str(arg.data)[:1] == "'":
            raise p.error("M0216", f"the argument {arg.data} of {call.data} is not read", arg.span)


def taken_from(p: Reader, base: Syntax, entry: Syntax) -> Syntax | None:
    """torch.sort(x)[0], one of two results; None where the index takes an entry."""
    axis = entry.data[0] if len(entry.data) == 1 else None
    if base in p.taken and isinstance(axis, Syntax) and (place := integer(axis)) is not None and place >= 0:
        return p.taken[base](place, entry.span)
    if base not in p.placed:
        return None
    text = p.text(base.span)
    if p.placed[base] == UNSURE:
        raise p.error("M0216", f"an index behind {text}: of its values, or of torch's pair of values and places?",
                      entry.span, f"{text}.values", f"({text}){p.text(entry.span)[len(text):]}")
    place = integer(axis) if isinstance(axis, Syntax) else None
    if place == p.placed[base]:
        return node(base.op, base.args, entry.span, base.data)
    if place is not None and 0 < place <= len(p.further.get(base, ())):
        return p.further[base][place - 1]
    raise p.error("M0319", f"[{p.placed[base]}] is the value here, and the other result is not read", entry.span)
