"""The parser's view of the tokens, the trampoline that runs its methods without recursion, and what stands in brackets.

A parse method is a generator that yields the parse of a part and receives its Syntax; `run` keeps the waiting
generators on its own stack, so 5,000 nested brackets are ordinary input. Bars need one bit of state: whether the one
that stands here closes the innermost open one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from matcalc.diagnostics import Label, MatcalcError, Span, fail
from matcalc.language.characters import FRACTION, OVER, pattern
from matcalc.language.peers import is_cvxpy
from matcalc.language.python_indices import END
from matcalc.language.suggest import replace
from matcalc.language.syntax import CONJUGATED, Op, Syntax, node, within
from matcalc.language.vocabulary import Token, Vocabulary

Parse = Generator[Any, Syntax, Syntax]
Argument = Syntax | str | bool | None  # of a call, by its name: a formula, a word in quotes, a truth value
INDEX = "index"  # what is open where places are read
TUPLE = ","  # what (a, b) is called as an argument
CLOSING = {"(": ")", "{": "}", "[": "]", "<": ">"}
NORMS = {"": "", "1": "1", "2": "2", "F": "F", "fro": "F", "∞": "inf", "inf": "inf", "infty": "inf", "*": "*",
         "nuc": "*", "op": "op"}
ARGUMENTS = ("axis", "dim", "keepdims", "keepdim")
TRUTHS = {"True": True, "False": False, "None": None}
SECONDS = ("k", "diagonal", "N", "q", "shift", "shifts")  # what NumPy's second argument may be called
NORM_KINDS = {"1": "1", "2": "2", "fro": "F", "nuc": "*", "inf": "inf"}


def run(start: Parse) -> Syntax:
    """Run a parse method; every part it yields is run to its end first."""
    waiting = [start]
    value: Any = None
    while waiting:
        try:
            waiting.append(waiting[-1].send(value))
            value = None
        except StopIteration as stop:
            waiting.pop()
            value = stop.value
    result: Syntax = value
    return result


def _directly_inside(tokens: list[Token], signs_: Collection[str], kinds: Collection[str] = ()) -> Iterator[int]:
    """The places of the brackets directly inside which such a token stands."""
    opened: list[int] = []
    for i, token in enumerate(tokens):
        if token.is_op("(", "[", "{"):
            opened.append(i)
        elif token.is_op(")", "]", "}"):
            del opened[-1:]
        elif opened and (token.is_op(*signs_) or token.kind in kinds):
            yield opened[-1]


_NO_INDEX = ("<", ">", "≤", "≥", "=", "≠", "/", "^", "|", "‖", FRACTION)
_NOTHING: Mapping[str, Any] = {}


class Reader:
    """Tokens, a position, what brackets and bars are open, and the names bound so far."""

    def __init__(self, source: str, tokens: list[Token], vocabulary: Vocabulary, expression: Callable[[Reader], Parse],
                 factor: Callable[[Reader], Parse], term: Callable[[Reader], Parse], *,
                 bound: Mapping[str, Syntax] = _NOTHING,
                 defined: Mapping[str, tuple[list[str], Syntax]] = _NOTHING,
                 turned: frozenset[int] = frozenset()) -> None:
        self.source, self.tokens, self.vocabulary = source, tokens, vocabulary
        self.expression, self.factor, self.term = expression, factor, term
        self.i = 0
        self.open: list[str] = []
        self.keywords: dict[str, Argument] = {}  # axis=1, keepdims=True of the call that was read last
        self.placed: dict[Syntax, int] = {}  # calls that stand for one of several results, and its place
        self.further: dict[Syntax, list[Syntax]] = {}  # the other results of those
        self.taken: dict[Syntax, Callable[[int, Span], Syntax]] = {}  # calls with a result for each place
        self.notes = list(vocabulary.found.notes)
        self.bound, self.defined = dict(bound), dict(defined)
        self.turned = turned  # bars read otherwise than at first sight
        self.blocks = frozenset(_directly_inside(tokens, ";"))  # brackets with rows, found for all of them at once
        self.formulas = frozenset(_directly_inside(tokens, _NO_INDEX, ("function", "superscript")))

    @cached_property
    def stars(self) -> dict[str, Op]:
        """What * means where that is not what the dialect says."""
        return {"*": Op.PRODUCT} if self.vocabulary.numpy and is_cvxpy(self.source, self.vocabulary.declared) else {}

    @property
    def token(self) -> Token:
        """The token that stands here."""
        return self.tokens[self.i]

    @property
    def next(self) -> Token:
        """The token behind the one that stands here, at the end of the text the end."""
        return self.tokens[min(self.i + 1, len(self.tokens) - 1)]

    @property
    def last(self) -> Token:
        """The token before the one that stands here."""
        return self.tokens[self.i - 1]

    def take(self) -> Token:
        """Go past the token that stands here, which is returned."""
        token = self.tokens[self.i]
        self.i += 1
        return token

    def at(self, *texts: str) -> bool:
        """Whether one of these operators stands here."""
        return self.token.is_op(*texts)

    def accept(self, *texts: str) -> bool:
        """Take the next token if it is one of these operators."""
        if self.token.is_op(*texts):
            self.i += 1
            return True
        return False

    def expect(self, text: str, opened: Span) -> Token:
        """Take the closing bracket that belongs to the one at `opened`."""
        if not self.token.is_op(text):
            what = f"“{self.token.text}” here" if self.token.kind != "end" else "the end of the text"
            raise fail("M0202", f"expected {text}, found {what}", self.source, self.token.span,
                       labels=(Label(opened, "opened here"),), fixes=(self.closed(text),))
        return self.take()

    def closed(self, text: str) -> str:
        """The whole text with `text` put in before the present token."""
        end = self.last.span.end if self.i else 0
        return self.source[:end] + text + self.source[end:]

    def error(self, code: str, message: str, span: Span, *texts: str, fixes: tuple[str, ...] = ()) -> MatcalcError:
        """A complaint about `span`; each of `texts` in its place is a fix, `fixes` are whole texts."""
        whole = tuple(replace(self.source, span, text) for text in texts)
        return fail(code, message, self.source, span, fixes=whole + fixes)

    def refuse_end(self, token: Token) -> None:
        """Raise InputError where this token is the end of an index, and no index is read."""
        if token.text == END and INDEX not in self.open:
            raise self.error("M0342", "end is the last place of an index, x(end)", token.span)

    def missing(self) -> MatcalcError:
        """Where an operand should stand, there is something else."""
        token = self.token
        if token.kind == "end":
            last = self.last.span if self.i else token.span
            texts = () if self.text(last) in ("|", "‖", "||") else ("",)  # of several bars it may be another one
            return self.error("M0201", "an operand is missing at the end", last, *texts, fixes=(self.source + "x",))
        without = replace(self.source, token.span, "")
        message = f"an operand is missing before “{self.text(token.span)}”"
        is_quotient = token.text == self.last.text == "/"  # a//b, which is no a/b
        return self.error("M0201", message, token.span, fixes=() if is_quotient else (without,))

    def text(self, span: Span) -> str:
        """What was typed at `span`."""
        return self.source[span.start:span.end]

    def closes_bar(self) -> bool:
        """Whether the bar here closes the innermost open one; the one bit of state that bars need."""
        innermost = self.open[-1] if self.open else ""
        if self.i in self.turned:
            return False
        if innermost == "||":
            return self.at("|") and self.next.is_op("|") and not self.next.space_before
        return innermost in ("|", "‖") and self.at(innermost)

    def starts_factor(self) -> bool:
        """Whether the token here can start an operand, hence continues a row of juxtaposed factors."""
        token = self.token
        if token.kind in ("number", "name", "function", "reserved", "relation", "einsum"):
            return True
        if self.at("|", "‖"):
            return not self.closes_bar() and not (self.open[-1:] == ["<"] and self.at("|"))
        return token.kind == "op" and token.text in "([{<√∑∏?\ue000" and token.text != ""

    def span_from(self, start: int) -> Span:
        """From the token with index `start` to the last one taken."""
        return self.tokens[start].span.to(self.tokens[max(start, self.i - 1)].span)


def signs(p: Reader) -> int:
    """The product of all signs that stand here."""
    sign = 1
    while p.at("+", "-"):
        sign *= -1 if p.take().text == "-" else 1
    return sign


def is_list(s: Syntax) -> bool:
    """Whether it is (a, b) or [a, b]."""
    return (s.op is Op.CALL and s.data == TUPLE) or (s.op is Op.BLOCK and len(s.data) == 1)


def integer(given: Argument) -> int | None:
    """The whole number that is given, None where it is something else."""
    if not isinstance(given, Syntax):
        return None
    if is_list(given) and len(given.args) == 1:
        return integer(given.args[0])
    if given.op is Op.NEGATE:
        inner = integer(given.args[0])
        return None if inner is None else -inner
    return int(given.data) if given.op is Op.NUMBER and Fraction(given.data).denominator == 1 else None


def group(p: Reader) -> Parse:
    """(p), {p} and {p \\over q}; a list in brackets is refused."""
    opening = p.take()
    p.open.append("(")
    inside = yield p.expression(p)
    if p.accept(OVER):
        inside = node(Op.DIVIDE, (inside, (yield p.expression(p))), opening.span.to(p.last.span))
    if p.at(","):
        end = p.tokens[closing_at(p, p.i, 1)].span
        blocks = f"{p.source[:opening.span.start]}[{p.source[opening.span.end:end.start]}]{p.source[end.end:]}"
        raise p.error("M0202", "a list of expressions stands only in a call, or as blocks in square brackets",
                      p.token.span, fixes=(blocks,))
    closing = p.expect(CLOSING[opening.text], opening.span)
    p.open.pop()
    return within(inside, opening.span.to(closing.span))


def closing_at(p: Reader, i: int, depth: int = 0) -> int:
    """Index of the bracket that closes the one at token i; or, with depth 1, the innermost that is open there."""
    for j in range(i, len(p.tokens)):
        depth += p.tokens[j].is_op("(", "[", "{") - p.tokens[j].is_op(")", "]", "}")
        if depth == 0:
            return j
    return len(p.tokens) - 1


def inner(p: Reader) -> Parse:
    """<A, X>, an inner product; <A | X> and <x | A | x>, of which the first operand is conjugated, as Dirac has it."""
    opening = p.take()
    p.open.append("<")
    left = yield p.expression(p)
    is_ket = p.at("|")
    if not p.accept(",", "|"):
        raise p.error("M0202", "an inner product reads <A, X>", p.token.span,
                      fixes=(p.closed(">"),) if p.at(",") else ())
    right = yield p.expression(p)
    if is_ket and p.accept("|"):
        right = node(Op.PRODUCT, (right, (yield p.expression(p))), right.span.to(p.last.span))
    closing = p.expect(">", opening.span)
    p.open.pop()
    return node(Op.INNER, (left, right), opening.span.to(closing.span), CONJUGATED if is_ket else None)


def bars(p: Reader) -> Parse:
    """|x|, ||x|| and ‖x‖ with its subscript."""
    before, opening = p.last, p.take()
    bar = opening.text
    if bar == "|" and p.at("|") and not p.token.space_before and p.i - 1 not in p.turned:
        p.take()
        bar = "||"
    p.open.append(bar)
    inside = yield p.expression(p)
    if not p.closes_bar():
        is_condition = bar == "|" and p.at(")") and before.kind in ("name", "subscript", "superscript")  # p(y | x)
        raise p.error("M0202", f"expected {bar}, which was opened here", opening.span,
                      fixes=() if is_condition else (p.closed(bar),))
    p.i += len(bar)
    p.open.pop()
    span = opening.span.to(p.last.span)
    if bar == "|":
        return node(Op.BARS, (inside,), span)
    if p.token.kind != "subscript":
        return node(Op.NORM, (inside,), span, "")
    return norm_with(p, inside, p.take(), span)


def norm_with(p: Reader, inside: Syntax, token: Token, span: Span) -> Syntax:
    """‖x‖ with a subscript: a word for a norm, or what `norm` takes for a second argument, an order or a matrix."""
    span, word = span.to(token.span), token.text.strip("{}")
    if word in NORMS:
        return node(Op.NORM, (inside,), span, NORMS[word])
    if pattern("[0-9]+,[0-9]+").fullmatch(word):  # ‖X‖_{2,1}
        name = f"norm_{word.replace(',', '')}"
        if name in p.vocabulary.functions:
            return node(Op.CALL, (inside,), span, name)
    below = pattern(r"([A-Za-z]\w*)(\^-1)?|([0-9]+)").fullmatch(word)
    if below is None:
        raise p.error("M0208", f"there is no norm with the subscript {word}", span)
    second = node(Op.NUMBER, (), token.span, int(below[3])) if below[3] else node(Op.NAME, (), token.span, below[1])
    if below[2]:
        second = node(Op.POWER, (second, node(Op.NUMBER, (), token.span, -1)), token.span)
    return node(Op.CALL, (inside, second), span, "norm")


def is_block(p: Reader) -> bool:
    """Whether the bracket here holds a matrix of blocks, as in A[x; y], and no indices."""
    return p.i in p.blocks


def is_formula(p: Reader, base: Syntax) -> bool:
    """Whether the bracket behind `base` holds a formula, as in 4c[(s/r)² − 1], and neither indices nor a mask nor what
    is taken the f of."""
    return p.i in p.formulas and not (p.vocabulary.numpy or p.vocabulary.is_table) and base.data not in ("f", "g", "h")
