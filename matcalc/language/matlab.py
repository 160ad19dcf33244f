"""What the notation reads of other programs where their dialect is not said.

MATLAB's and Octave's round brackets behind an operand that take entries, X(1,2), inv(A)(:,1), x(2:end), and their calls
with an empty argument, a word or a dimension counted from 1: max(X, [], 2), sort(x, 'descend'), repmat(A, 2, 3).
SymPy's calls and methods: MatMul(A, B), X.inv().
"""

from __future__ import annotations

from collections.abc import Collection

from matcalc.diagnostics import Span, fail
from matcalc.language.axes import COUNT
from matcalc.language.bracket_places import index
from matcalc.language.characters import pattern
from matcalc.language.listed import bracketed
from matcalc.language.peers import MATLAB, MATLAB_SIGNS, SYMPY, SYMPY_METHODS, is_matlab, is_sympy, lines_for
from matcalc.language.postfixes import holds_mask, holds_places
from matcalc.language.python_indices import picked
from matcalc.language.reader import Parse, Reader, integer
from matcalc.language.suggest import replace, table
from matcalc.language.syntax import Op, Syntax, node

_APPLYING = ("arrayfun", "bsxfun")
_SIZES = ("numel", "length", "size")
_COMMAND = r"\\([A-Za-z]+)"
_OPERANDS = (Op.NAME, Op.CALL, Op.PRODUCT, Op.SUM, Op.BLOCK, Op.INDEX, Op.POWER, Op.TRANSPOSE, Op.HADAMARD,
             Op.HADAMARD_DIVIDE, Op.HADAMARD_POWER, Op.APPLY, Op.ALONG, Op.DOTTED)


def is_number(p: Reader) -> bool:
    """Whether the round bracket here holds one whole number, x(2)."""
    number = p.next
    return number.kind == "number" and number.text.isdigit() and p.tokens[min(p.i + 2, len(p.tokens) - 1)].is_op(")")


def entry(p: Reader, base: Syntax) -> Parse:
    """The entry or entries that the round bracket here takes out of `base`, which may be a product in x(2) as well."""
    if base.op is not Op.TRANSPOSE and holds_mask(p):
        from matcalc.language.masks import behind  # which few texts need

        return (yield behind(p, base))
    if holds_places(p):
        found = yield index(p, base)
        return picked(found, 0)
    number = p.next
    if number.text == "1" or is_matlab(p.source) or _several_places(p, p.text(base.span), number.text):
        return (yield index(p, base))
    place = node(Op.NUMBER, (), number.span, int(number.text))
    p.i += 3
    is_raised = p.at("^", "'") or p.token.kind == "superscript"
    return node(Op.AT, (base, place), base.span.to(p.last.span), is_raised)


def takes_entries(p: Reader, base: Syntax) -> bool:
    """Whether the round bracket here, close behind `base`, may take entries out of it."""
    is_operand = base.op in _OPERANDS and not p.token.space_before
    return is_operand and (holds_places(p) or is_number(p) or (base.op is not Op.TRANSPOSE and holds_mask(p)))


def is_method(p: Reader) -> bool:
    """Whether SymPy's X.inv() stands here, behind X."""
    following = p.tokens[min(p.i + 2, len(p.tokens) - 1)]
    return following.is_op("(") and bool(lines_for(SYMPY_METHODS, p.text(p.next.span))) and is_sympy(p.source)


def method(p: Reader, base: Syntax) -> Parse:
    """X.inv(), and x.applyfunc(sin), which is sin of every entry."""
    from matcalc.language.calls import first_line

    p.take()
    name = p.take()
    word, given = p.text(name.span), p.next
    if given.kind == "function" and p.tokens[p.i + 2].is_op(")"):
        p.i += 3
        return node(Op.DOTTED, (base,), base.span.to(p.last.span), given.text)
    given_ones: tuple[Syntax, ...] = ()
    if given.is_op(")"):
        p.i += 2
    else:
        given_ones = (yield bracketed(p, Op.CALL, word)).args
    call = node(Op.CALL, (base, *given_ones), base.span.to(p.last.span), word)
    if word == "applyfunc" and len(given_ones) == 1:
        from matcalc.language.handles import of_entries  # which few texts need

        return of_entries(p, given_ones[0], base, call.span)
    found = first_line(p, lines_for(SYMPY_METHODS, word), call)
    if found is None:
        raise p.error("M0216", f"{word} with these arguments is not read", call.span)
    return found


def refuse_solved(source: str, functions: Collection[str]) -> None:
    """Raise InputError where A\\diag(x) may divide, as in MATLAB, or be LaTeX's product: no other command stands in the
    text, and signs of MATLAB do."""
    found = list(pattern(_COMMAND).finditer(source))
    behind = [match for match in found if match[1] in functions and source[match.end():match.end() + 1] == "("
              and source[match.start() - 1:match.start()].strip(" +-*/^_(,[{=;:&\\")]
    if not found or len(behind) < len(found) or not pattern(r"['*]").search(source):
        return
    span = Span(behind[0].start(), behind[0].end())
    raise fail("M0343", f"{source[span.start:span.end]} divides in MATLAB, and is the function in LaTeX", source, span,
               fixes=tuple(replace(source, span, f"{sign}{behind[0][1]}") for sign in (" \\ ", "*")))


def _several_places(p: Reader, name: str, number: str) -> bool:
    """Whether another number stands in brackets behind the same operand: x(2) and x(3) are entries."""
    places = {match[1] for match in pattern(r"(?<![\w.])" + _escaped(name) + r"\((\d+)\)").finditer(p.source)}
    return bool(places - {number})


def _escaped(name: str) -> str:
    return "".join(f"\\{c}" if not c.isalnum() and c != "_" else c for c in name)


def _counted(p: Reader, call: Syntax, word: str) -> Syntax:
    """numel(X), length(x) of a vector, and size(X, 1)."""
    axis = integer(call.args[1]) if len(call.args) == 2 else None
    if len(call.args) != 1 + (word == "size") or p.keywords or (word == "size" and axis not in (1, 2)):
        raise p.error("M0216", f"{word} with these arguments is not read", call.span)
    along = None if word == "numel" else 0 if axis is None else axis - 1
    return node(Op.ALONG, call.args[:1], call.span, (COUNT, along, word == "length"))


def matlab_call(p: Reader, call: Syntax) -> Syntax | None:
    """What MATLAB means by a call, None where its table says nothing of it."""
    from matcalc.language.calls import first_line  # which other texts do not need

    word = pattern(r"[A-Za-z]\w*").match(p.source, call.span.start)
    if word is None or word[0] in p.vocabulary.declared:
        return None
    if word[0] in _SIZES:
        return _counted(p, call, word[0])
    if word[0] in _APPLYING:
        from matcalc.language.handles import of_entries, spread  # which few texts need

        found = of_entries(p, *call.args, call.span) if word[0] == _APPLYING[0] and len(call.args) == 2 else \
            spread(call) if word[0] == _APPLYING[1] else None
        if found is None:
            raise p.error("M0216", f"{word[0]} with these arguments is not read", call.span)
        return found
    programs = (MATLAB, SYMPY, MATLAB_SIGNS) if is_matlab(p.source) else (MATLAB, SYMPY)
    lines = [line for program in programs for line in lines_for(program, word[0])]
    found = first_line(p, lines, call)
    strange = next((arg for arg in call.args if arg.op in (Op.NAME, Op.RESERVED) and str(arg.data)[:1] in "['"), None)
    if found is None and strange is not None and word[0] != table("by columns")["reshape"]:
        raise p.error("M0216", f"the argument {p.text(strange.span)} of {word[0]} is not read", strange.span)
    return found
