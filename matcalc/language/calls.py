"""What a call in another program means, by its arguments: torch.clamp(x, min=0), F.mse_loss(x, y, reduction='sum').

A table (calls.txt) has a line for each way to call a function, a signature as Python writes it and the formula that
it stands for. The first line that the arguments fit is taken; a call that no line of its program fits is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from matcalc.diagnostics import Span
from matcalc.language.clean import clean
from matcalc.language.lexer import Lexer
from matcalc.language.peers import BELOW, LISTED, UNSURE, WHOLE, Parameter, is_wholly_listed, lines_of, plain
from matcalc.language.reader import TUPLE, Argument, Reader, integer, is_list, run
from matcalc.language.refusals import refusal
from matcalc.language.syntax import Op, Syntax, instantiate, node, placed
from matcalc.language.vocabulary import Vocabulary

Values = dict[str, Argument]


def meaning(p: Reader, call: Syntax, is_method: bool) -> Syntax | None:
    """What the table says of a call, None where it says nothing. Raises InputError where no line of it fits."""
    word = str(call.data) if is_method else _typed(p, call)
    before = "." if is_method else p.source[:call.span.start]
    lines = lines_of(before, word)
    if word in p.vocabulary.declared:
        return None
    if not lines:
        if not is_method and is_wholly_listed(before):
            if why := refusal(word):
                raise p.error("M0108", f"{word} is refused: {why}", call.span)
            raise p.error("M0220", f"{word} of {before.rpartition('.')[0].split()[-1]} is not read", call.span)
        return None
    for line in lines:
        if not line.text:
            return None
        if (values := _bound(line.parameters, call.args, p.keywords)) is not None:
            p.keywords.clear()
            found = _expanded(p, line.text, values, call.span)
            if line.place is not None:
                p.placed[found] = line.place
            return found
    if is_method:
        return None
    ways = " or ".join(dict.fromkeys(line.signature for line in lines))
    message = f"{word} with these arguments is not read; it reads {ways}"
    raise p.error("M0216" if p.keywords else "M0319", message, call.span)


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
        is_row = is_list(given) and given.op is Op.BLOCK
        return {name: node(Op.TRANSPOSE, (given,), given.span) if is_row else given}
    if entries:
        items = given.args if isinstance(given, Syntax) and is_list(given) else ()
        return dict(zip(entries, items, strict=True)) if len(items) == len(entries) else None
    if parameter.must in (WHOLE, BELOW):
        number = integer(given)
        return None if number is None or (parameter.must == BELOW) > (number < 0) else \
            {name: str(abs(number) if parameter.must == BELOW else number)}
    wanted = parameter.must or (parameter.default or "" if (parameter.default or "")[:1] in "'TFN" else "")
    if wanted:
        return {} if _literal(given) == wanted else None
    fits = isinstance(given, Syntax) and not is_list(given) and _literal(given)[:1] != "'" and \
        _literal(given) not in ("True", "False", "None")
    return {name: given} if fits else None


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
    put: dict[str, Syntax] = {}
    for name, value in values.items():
        if isinstance(value, Syntax):
            holder = f"P_{len(put) + 1}"
            put[holder] = value
        else:
            holder = str(value)
        text = re.sub(rf"(?<![\w.]){name}(?![\w(=]|\s*=(?!=))", holder, text)
    known = Vocabulary(functions=p.vocabulary.functions, aliases=p.vocabulary.aliases,
                       fallback=p.vocabulary.fallback)
    inner = Reader(text, Lexer(clean(text), known).run(), known, p.expression, p.factor, p.term)
    return instantiate(placed(run(inner.expression(inner)), span), put)


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
    if base not in p.placed:
        return None
    axis = entry.data[0] if len(entry.data) == 1 else None
    text = p.text(base.span)
    if p.placed[base] == UNSURE:
        raise p.error("M0216", f"an index behind {text}: of its values, or of torch's pair of values and places?",
                      entry.span, f"{text}.values", f"({text}){p.text(entry.span)[len(text):]}")
    if isinstance(axis, Syntax) and integer(axis) == p.placed[base]:
        return node(base.op, base.args, entry.span, base.data)
    raise p.error("M0319", f"[{p.placed[base]}] is the value here, and the other result is not read", entry.span)
