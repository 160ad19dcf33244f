"""Text to Syntax: bindings `name := …;` first, then the expression."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from itertools import combinations

from matcalc.diagnostics import InputError, MatcalcError, fail
from matcalc.language.alphabets import told_apart, two_alphabets
from matcalc.language.characters import GREEK_NAMES
from matcalc.language.clean import Clean, clean
from matcalc.language.grammar import factor, sums
from matcalc.language.lexer import LONGEST_TEXT, Lexer
from matcalc.language.names import BEFORE_BRACKET, RESERVED, Vocabulary, name_of
from matcalc.language.numpy_names import strip_prefixes
from matcalc.language.pasting import tidy
from matcalc.language.reader import Reader, run
from matcalc.language.syntax import Syntax
from matcalc.language.tables import names, table
from matcalc.language.tokens import Token

BINDING = r"(?:^|;)\s*([^\W\d_]\w*)\s*(?:\([^()]*\))?\s*(?::=|≔)"
WHERE = r"[\s,;]+(?:\\text\s*\{\s*where\s*\}|where)\s+"
MOST_BARS = 12
Read = tuple[Syntax, list[str]]


def split_where(source: str) -> tuple[str, str]:
    """The expression and the declarations behind `where`."""
    head, *rest = re.split(WHERE, source, maxsplit=1) if "where" in source else [source]
    return head, rest[0] if rest else ""


def bound_names(source: str) -> frozenset[str]:
    """Names that the text itself binds with :=."""
    return frozenset(name_of(name) for name in re.findall(BINDING, source))


def read(source: str, vocabulary: Vocabulary, dialect: str = "") -> tuple[Syntax, list[str]]:
    """Parse `source` without its declarations: the Syntax and notes on readings that were chosen."""
    tokens = told_apart(_tokens(source, vocabulary, dialect).tokens, vocabulary)

    def parsed(turned: tuple[int, ...] = ()) -> tuple[Syntax, list[str]]:
        notes = list(vocabulary.found.notes)
        return _whole(Reader(source, tokens, vocabulary, sums, factor, dialect, notes=notes, turned=frozenset(turned)))

    try:
        return parsed()
    except InputError:
        found = bars_turned(tokens, parsed)
        if found is None:
            raise
        return found


def bars_turned(tokens: list[Token], parsed: Callable[[tuple[int, ...]], Read]) -> Read | None:
    """|a|b|| and ||a|-b|: a bar that seemed to close may open, two that seemed one sign may be two."""
    bars = [i for i, token in enumerate(tokens) if token.is_op("|")]
    if len(bars) > MOST_BARS or len(tokens) > 500:
        return None
    for count in (1, 2):
        for turned in combinations(bars, count):
            with suppress(InputError):
                return parsed(turned)
    return None


def _whole(p: Reader) -> tuple[Syntax, list[str]]:
    while _binding(p):
        pass
    if p.token.kind == "end":
        raise fail("M0201", "there is no expression", p.source, p.token.span, fixes=("x'x",))
    syntax = run(sums(p))
    if p.token.kind != "end":
        raise _trailing(p)
    return syntax, p.notes


def _tokens(source: str, vocabulary: Vocabulary, dialect: str) -> Lexer:
    if len(source) > LONGEST_TEXT:
        raise fail("M0105", f"the text has {len(source)} characters; at most {LONGEST_TEXT} are read")
    head, _ = split_where(source)
    known = {*vocabulary.functions, *RESERVED, *BEFORE_BRACKET, *vocabulary.declared, *GREEK_NAMES, "max", "min",
             *table("peers"), *(name for name in names() if len(name) > 1)}
    cleaned = clean(head, known)
    cleaned = Clean(source, tidy(cleaned.text, cleaned.latex), cleaned.starts, cleaned.ends, cleaned.latex)
    if dialect == "numpy":
        cleaned.text = strip_prefixes(cleaned.text)
    lexer = Lexer(cleaned, vocabulary)
    if (unclear := two_alphabets(source, lexer.run())) is not None:
        raise unclear
    return lexer


def _binding(p: Reader) -> bool:
    """Read one `name := expression;` or `f(x) := expression;` if one stands here."""
    end = _binding_sign(p)
    if end is None:
        return False
    name = p.token.text
    parameters = [t.text for t in p.tokens[p.i + 2:end - 1] if not t.is_op(",")] if end > p.i + 1 else []
    is_function = end > p.i + 1
    if is_function and any(t.kind != "name" for t in p.tokens[p.i + 2:end - 1] if not t.is_op(",")):
        raise p.error("M0212", "the parameters of a function are names", p.tokens[p.i + 1].span, "(x")
    p.i = end + 1
    hidden = {x: p.bound.pop(x) for x in parameters if x in p.bound}
    body = run(sums(p))
    p.bound.update(hidden)
    if not p.accept(";"):
        fixed = f"{p.source}; {name}"
        raise p.error("M0212", "after a binding follow ; and an expression", p.token.span, fixes=(fixed,))
    if is_function:
        p.defined[name] = (parameters, body)
    else:
        p.bound[name] = body
    return True


def _binding_sign(p: Reader) -> int | None:
    """Index of the := that ends the left side which starts here."""
    if p.token.kind not in ("name", "function"):
        return None
    i = p.i + 1
    if p.tokens[i].is_op("("):
        while i < len(p.tokens) - 1 and not p.tokens[i].is_op(")"):
            i += 1
        i += 1
    return i if i < len(p.tokens) and p.tokens[i].is_op(":=") else None


def _trailing(p: Reader) -> MatcalcError:
    token = p.token
    without = p.source[:token.span.start].rstrip()
    if token.is_op("="):
        right = p.source[token.span.end:].strip()
        message = "= is not part of an expression; name a part with :="
        names = re.fullmatch(r"[^\W\d_]\w*(\([\w\s,]*\))?", without)  # y = … and f(x) = … name what is right of =
        difference = () if names else (f"{without} - ({right})",)
        return p.error("M0211", message, token.span, fixes=(right, *difference))
    if token.is_op(":="):
        fixed = p.source[token.span.end:].strip()
        return p.error("M0212", "only a name or f(x) can be bound", token.span, fixes=(fixed,))
    fixes = () if token.is_op(";") else ("",)
    message = f"“{p.text(token.span)}” is not expected here"
    return p.error("M0201", message, token.span, *fixes, fixes=(without,))
