"""The parser's view of the tokens, and the trampoline that runs its methods without recursion.

A parse method is a generator that yields the parse of a part and receives its Syntax; `run` keeps the waiting
generators on its own stack, so 5,000 nested brackets are ordinary input.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.suggest import replace
from matcalc.language.syntax import Syntax
from matcalc.language.vocabulary import Token, Vocabulary

Parse = Generator[Any, Syntax, Syntax]
Bars = ("|", "||", "‖")


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


def _with_rows(tokens: list[Token]) -> Iterator[int]:
    """The places of the brackets directly inside which a semicolon stands."""
    opened: list[int] = []
    for i, token in enumerate(tokens):
        if token.is_op("(", "[", "{"):
            opened.append(i)
        elif token.is_op(")", "]", "}"):
            del opened[-1:]
        elif token.is_op(";") and opened:
            yield opened[-1]


@dataclass(slots=True)
class Reader:
    """Tokens, a position, what brackets and bars are open, and the names bound so far."""

    source: str
    tokens: list[Token]
    vocabulary: Vocabulary
    expression: Callable[[Reader], Parse]
    factor: Callable[[Reader], Parse]
    dialect: str = ""
    i: int = 0
    open: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bound: dict[str, Syntax] = field(default_factory=dict)
    defined: dict[str, tuple[list[str], Syntax]] = field(default_factory=dict)
    turned: frozenset[int] = frozenset()  # bars read otherwise than at first sight
    blocks: frozenset[int] = field(init=False)  # brackets with rows inside, found for all of them at once

    def __post_init__(self) -> None:
        self.blocks = frozenset(_with_rows(self.tokens))

    @property
    def token(self) -> Token:
        return self.tokens[self.i]

    @property
    def next(self) -> Token:
        return self.tokens[min(self.i + 1, len(self.tokens) - 1)]

    @property
    def last(self) -> Token:
        return self.tokens[self.i - 1]

    def take(self) -> Token:
        token = self.tokens[self.i]
        self.i += 1
        return token

    def at(self, *texts: str) -> bool:
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
                       labels=self._opened(opened), fixes=(self.closed(text),))
        return self.take()

    def _opened(self, span: Span) -> tuple[Any, ...]:
        from matcalc.diagnostics import Label

        return (Label(span, "opened here"),)

    def closed(self, text: str) -> str:
        """The whole text with `text` put in before the present token."""
        end = self.last.span.end if self.i else 0
        return self.source[:end] + text + self.source[end:]

    def error(self, code: str, message: str, span: Span, *texts: str, fixes: tuple[str, ...] = ()) -> MatcalcError:
        """A complaint about `span`; each of `texts` in its place is a fix, `fixes` are whole texts."""
        whole = tuple(replace(self.source, span, text) for text in texts)
        return fail(code, message, self.source, span, fixes=whole + fixes)

    def missing(self) -> MatcalcError:
        """Where an operand should stand, there is something else."""
        token = self.token
        if token.kind == "end":
            last = self.last.span if self.i else token.span
            return self.error("M0201", "an operand is missing at the end", last, "", fixes=(self.source + "x",))
        without = replace(self.source, token.span, "")
        message = f"an operand is missing before “{self.text(token.span)}”"
        return self.error("M0201", message, token.span, fixes=(without,))

    def text(self, span: Span) -> str:
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
        if token.kind in ("number", "name", "function", "reserved"):
            return True
        if self.at("|", "‖"):
            return not self.closes_bar() and not (self.open[-1:] == ["<"] and self.at("|"))
        return token.kind == "op" and token.text in "([{<√∑?\ue000" and token.text != ""

    def span_from(self, start: int) -> Span:
        """From the token with index `start` to the last one taken."""
        return self.tokens[start].span.to(self.tokens[max(start, self.i - 1)].span)


def signs(p: Reader) -> int:
    """The product of all signs that stand here."""
    sign = 1
    while p.at("+", "-"):
        sign *= -1 if p.take().text == "-" else 1
    return sign
