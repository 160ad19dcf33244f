"""Functions without a name as arguments: MATLAB's @sin and @(z) z^2 in arrayfun and bsxfun, lambda z: z**2 and
Lambda(t, t**3) in SymPy's applyfunc. A function of an entry is read as what is done to every entry.
"""

from __future__ import annotations

from matcalc.diagnostics import Span
from matcalc.language.axes import SPREAD
from matcalc.language.reader import Parse, Reader
from matcalc.language.syntax import Op, Syntax, node, postorder
from matcalc.language.vocabulary import Token

HANDLE = "@"  # before the name of a function, or of the parameter of one without a name
LAMBDA, _LAMBDA = "lambda", "Lambda"  # of Python and of SymPy
_BY_ENTRIES = {"times": Op.HADAMARD, "rdivide": Op.HADAMARD_DIVIDE, "power": Op.HADAMARD_POWER}
_SUMS = {"plus": 1, "minus": -1}


def is_handle(p: Reader) -> bool:
    """Whether a function stands here as an argument."""
    if p.at(HANDLE):
        return not p.vocabulary.numpy
    following = p.tokens[p.i + 1:p.i + 4]
    if p.text(p.token.span) == _LAMBDA:
        return len(following) == 3 and following[0].is_op("(") and following[2].is_op(",")
    return p.text(p.token.span) == LAMBDA and len(following) > 1 and following[1].is_op(":", ",")


def handle(p: Reader) -> Parse:
    """@sin as a name, @(z) z^2 and lambda z: z^2 as a call of the body; both bear an @."""
    start = p.take().span
    if p.text(start) == _LAMBDA:
        return (yield _of_sympy(p, start))
    if p.last.is_op(HANDLE) and not p.at("("):
        word = _name(p)
        return node(Op.NAME, (), start.to(word.span), HANDLE + p.text(word.span))
    is_enclosed = p.accept("(")
    parameters = [_name(p).text]
    while p.vocabulary.numpy and p.accept(","):
        parameters.append(_name(p).text)
    if not (p.accept(")") if is_enclosed else p.accept(":")):
        raise p.error("M0216", "a function of one entry has one parameter, @(z) z^2", start.to(p.token.span))
    body = yield p.expression(p)
    return node(Op.CALL, (body,), start.to(body.span), HANDLE + ",".join(parameters))


def _name(p: Reader) -> Token:
    """Take the name of a function or of a parameter."""
    if p.token.kind not in ("name", "function", "reserved"):
        raise p.missing()
    return p.take()


def _of_sympy(p: Reader, start: Span) -> Parse:
    """Lambda(t, t**3)"""
    opening = p.take()
    parameter = _name(p)
    p.expect(",", opening.span)
    body = yield p.expression(p)
    closing = p.expect(")", opening.span)
    return node(Op.CALL, (body,), start.to(closing.span), HANDLE + parameter.text)


def of_entries(p: Reader, function: Syntax, array: Syntax, span: Span) -> Syntax:
    """What a function does to every entry of an array. Raises InputError where it does something else."""
    word = str(function.data).removeprefix(HANDLE)
    if str(function.data)[:1] != HANDLE:
        raise p.error("M0216", "what is applied to every entry is a function of one number", function.span)
    if function.op is Op.NAME:
        return node(Op.DOTTED, (array,), span, word)
    found = _everywhere(function.args[0], word, array)
    if found is None:
        raise p.error("M0216", "what is done to every entry is made of numbers and functions of numbers",
                      function.span)
    return found


def _everywhere(body: Syntax, parameter: str, array: Syntax) -> Syntax | None:
    """The body with an array for its parameter, entry by entry; None where it is no function of numbers."""
    done: dict[Syntax, Syntax] = {}
    varies: set[Syntax] = set()
    for s in postorder(body):
        own = [arg for arg in s.args if arg in varies]
        if s.op is Op.NAME and s.data == parameter:
            done[s] = array
        elif not own:
            done[s] = s
            continue
        elif (new := _one(s, done, varies)) is None:
            return None
        else:
            done[s] = new
        varies.add(s)
    return done[body] if body in varies else None


def _one(s: Syntax, done: dict[Syntax, Syntax], varies: set[Syntax]) -> Syntax | None:
    """One operation of a function of numbers, done to every entry; what does not vary stands at every entry."""
    array = next(done[arg] for arg in s.args if arg in varies)
    args = [done[arg] if arg in varies else node(Op.ALONG, (arg, array), arg.span, (SPREAD, 0, True)) for arg in s.args]
    if s.op in (Op.SUM, Op.NEGATE):
        return node(s.op, tuple(args), s.span, s.data)
    if s.op is Op.POWER and s.args[1] not in varies:
        return node(Op.HADAMARD_POWER, (args[0], s.args[1]), s.span)
    if s.op in (Op.POWER, Op.HADAMARD_POWER):
        return node(Op.HADAMARD_POWER, tuple(args), s.span)
    if s.op in (Op.DIVIDE, Op.HADAMARD_DIVIDE):
        return node(Op.HADAMARD_DIVIDE, tuple(args), s.span)
    if s.op in (Op.CALL, Op.DOTTED) and len(args) == 1:
        return node(Op.DOTTED, tuple(args), s.span, s.data)
    if s.op not in (Op.PRODUCT, Op.HADAMARD):
        return None
    numbers = [arg for arg in s.args if arg not in varies and arg.op is Op.NUMBER]
    rest = [arg for arg, typed in zip(args, s.args, strict=True) if typed not in numbers]
    total = rest[0]
    for arg in rest[1:]:
        total = node(Op.HADAMARD, (total, arg), s.span)
    return node(Op.PRODUCT, (*numbers, total), s.span) if numbers else total


def spread(call: Syntax) -> Syntax | None:
    """bsxfun(@minus, X, x), of arrays that are spread over each other; None where it is not one of these functions."""
    if len(call.args) != 3 or call.args[0].op is not Op.NAME:
        return None
    word, (left, right) = str(call.args[0].data).removeprefix(HANDLE), call.args[1:]
    both = (node(Op.ALONG, (left, right), call.span, (SPREAD, 0, False)),
            node(Op.ALONG, (right, left), call.span, (SPREAD, 0, False)))
    if word in _SUMS:
        return node(Op.SUM, both, call.span, (1, _SUMS[word]))
    if word in ("max", "min"):
        return node(Op.CALL, both, call.span, word)
    return node(_BY_ENTRIES[word], both, call.span) if word in _BY_ENTRIES else None
