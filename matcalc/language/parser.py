"""Text to Syntax: bindings `name := …;` first, then the expression."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from itertools import combinations

from matcalc.diagnostics import InputError, MatcalcError, fail
from matcalc.language.cases import IF, choice
from matcalc.language.characters import GREEK_NAMES
from matcalc.language.clean import BEFORE_BRACKET, Clean, clean, tidy
from matcalc.language.foreign import refuse_cvxpy, strip_prefixes
from matcalc.language.framing import Definition, equation, framed, refuse_constraints, refuse_equation, refuse_implicit
from matcalc.language.grammar import factor, products, sums
from matcalc.language.letters import pieces, split_name
from matcalc.language.lexer import Lexer, told_apart, two_alphabets
from matcalc.language.of_numbers import of_entries
from matcalc.language.reaching import free_letters
from matcalc.language.reader import Parse, Reader, run
from matcalc.language.results import results
from matcalc.language.suggest import names, table
from matcalc.language.syntax import Op, Syntax, instantiate, node, postorder
from matcalc.language.vocabulary import RESERVED, Indexed, Token, Vocabulary, name_of

BINDING = r"(?:^|;)\s*([^\W\d_]\w*(?:\s*,\s*[^\W\d_]\w*)*)\s*(?:\([^()]*\))?\s*(?::=|≔|=(?=.*;))"
MOST_BARS = 12
LONGEST_TEXT = 100_000
Read = tuple[Syntax, list[str]]
Bound = dict[str, Syntax]
Defined = dict[str, tuple[list[str], Syntax]]


def split_where(source: str) -> tuple[str, str]:
    """The expression, with what it binds, and the declarations behind `where`."""
    found = framed(source)
    return found.visible(source).strip(), found.declarations


def bound_names(source: str) -> frozenset[str]:
    """Names that the text itself binds: with := before the formula, or behind `where`."""
    found = framed(source)
    front = re.findall(BINDING, source[:found.statement]) if found.statement else ()
    texts = [*front, *(d.name for d in found.definitions)]
    return frozenset(name_of(name) for text in texts for name in each(text))


def read(source: str, vocabulary: Vocabulary) -> tuple[Syntax, list[str]]:
    """Parse `source` without its declarations: the Syntax and notes on readings that were chosen."""
    found = framed(source)
    refuse_constraints(source, found)
    refuse_equation(source, found, vocabulary.functions)
    texts = [found.visible(source), *(" " * d.span.start + source[d.span.start:d.span.end] for d in found.definitions)]
    tokens, *behind = told_apart([tokenized(source, text, vocabulary) for text in texts], vocabulary)
    front = _bound_before(source, tokens, vocabulary) if behind else (Bound(), Defined())
    bound, defined = _definitions(source, dict(zip(found.definitions, behind, strict=True)), vocabulary, *front)

    def parsed(turned: tuple[int, ...] = ()) -> tuple[Syntax, list[str]]:
        return _whole(Reader(source, tokens, vocabulary, choices, factor, products, bound=bound, defined=defined,
                             turned=frozenset(turned)))

    try:
        syntax, notes = parsed()
    except InputError:
        turned = bars_turned(tokens, parsed)
        if turned is None:
            raise
        syntax, notes = turned
    if found.names:
        used = {source[s.span.start:s.span.end].strip() for s in postorder(syntax) if s.op is Op.NAME}
        refuse_implicit(source, found, used)
    return syntax, notes


def _bound_before(source: str, tokens: list[Token], vocabulary: Vocabulary) -> tuple[Bound, Defined]:
    """What the text binds with := before its formula, as far as that does not use what is defined behind it."""
    p = Reader(source, tokens, vocabulary, choices, factor, products)
    with suppress(InputError):
        while _binding(p):
            pass
    return dict(p.bound), dict(p.defined)


def _definitions(source: str, found: dict[Definition, list[Token]], vocabulary: Vocabulary, given: Bound,
                 called: Defined) -> tuple[Bound, Defined]:
    """What the text defines behind `where`, each definition with the others put in, and what was `given` and `called`
    before."""
    bound: Bound = {}
    defined: Defined = {}
    before = {name_of(name) for text in re.findall(BINDING, source[:framed(source).statement]) for name in each(text)}
    for d in sorted(found, key=lambda d: not d.parameters):
        for name in map(name_of, each(d.name)):
            if name in {*before, *bound, *defined}:
                raise fail("M0212", f"{name} is defined twice", source, d.span)
        p = Reader(source, found[d], vocabulary, choices, factor, products, bound=dict(given),
                   defined={**called, **defined})
        body, _ = _whole(p)
        if len(several := list(map(name_of, each(d.name)))) > 1:
            bound |= zip(several, results(p, body, several, d.span), strict=True)
            continue
        name = name_of(d.name)
        if d.is_square:
            half = node(Op.DIVIDE, tuple(node(Op.NUMBER, (), d.span, k) for k in (1, 2)), d.span)
            body = node(Op.POWER, (body, half), body.span)
        if d.parameters:
            parameters = [name_of(x) for x in d.parameters]
            defined[name] = parameters, of_entries(parameters, body)
        elif not _is_indexed(vocabulary, name, body):
            bound[name] = vocabulary.found.bound[name] = body
    bound = _put_in(source, bound, defined)
    vocabulary.found.bound.update(bound)
    return bound, defined


_MOST_INDICES = 3  # letters of one label; longer ones are words


def _is_indexed(vocabulary: Vocabulary, name: str, body: Syntax) -> bool:
    """Whether p_i = … defines one for every i, as its right side shows, which is then noted down."""
    base, labels = split_name(name)
    found = vocabulary.found.indexed
    letters = pieces(labels[0], ()) if len(labels) == 1 else ()
    if not 0 < len(letters) <= _MOST_INDICES or not all(letter.isalpha() for letter in letters) \
            or not set(letters) <= free_letters(body, {}) - _of_words(body):
        return False
    if base in found:
        return False
    found[base] = Indexed(labels[0], body)
    return True


def _of_words(body: Syntax) -> set[str]:
    """The letters that stand in words behind names, q_means, and in no label of few letters: they are no indices."""
    labels = [label for s in postorder(body) if s.op is Op.NAME for label in split_name(str(s.data))[1]]
    long = {letter for label in labels if len(label) > _MOST_INDICES for letter in label}
    has_brackets = any(s.op is Op.INDEX for s in postorder(body))
    few = {letter for label in labels if len(label) <= _MOST_INDICES for letter in label}
    return set() if has_brackets else long - few


def _put_in(source: str, bound: Bound, defined: Defined) -> Bound:
    """Definitions in terms of variables only; raises InputError where they go in a circle."""
    waiting, done = dict(bound), Bound()
    while waiting:
        free = [n for n, body in waiting.items() if not any(s.op is Op.NAME and s.data in waiting
                                                            for s in postorder(body))]
        if not free:
            name, body = next(iter(waiting.items()))
            message = f"{name} is defined by itself; a definition goes back to other names"
            raise fail("M0212", message, source, body.span)
        for name in free:
            done[name] = instantiate(waiting.pop(name), done)
    for name, (parameters, body) in defined.items():
        defined[name] = parameters, instantiate(body, {n: b for n, b in done.items() if n not in parameters})
    return done


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


def choices(p: Reader) -> Parse:
    """An expression: a sum, or p if x > 0 else q."""
    value = yield sums(p)
    return (yield choice(p, value, choices)) if p.at(IF) else value


def _whole(p: Reader) -> tuple[Syntax, list[str]]:
    while _binding(p):
        pass
    if p.token.kind == "end":
        raise fail("M0201", "there is no expression", p.source, p.token.span, fixes=("x'x",))
    syntax = run(choices(p))
    if p.token.kind != "end":
        raise _trailing(p)
    if p.vocabulary.found.picks:
        from matcalc.language.masks import gathered  # which few texts need

        syntax = gathered(p, syntax)
    return syntax, p.notes


def tokenized(source: str, text: str, vocabulary: Vocabulary) -> list[Token]:
    """The tokens of `text`, a part of `source` in its place."""
    if len(source) > LONGEST_TEXT:
        raise fail("M0105", f"the text has {len(source)} characters; at most {LONGEST_TEXT} are read")
    cleaned = clean(text, () if text.isascii() and "\\" not in text else _commands(vocabulary))
    cleaned = Clean(source, tidy(cleaned.text, cleaned.latex), cleaned.starts, cleaned.ends, cleaned.latex)
    if vocabulary.numpy:
        cleaned.text = strip_prefixes(cleaned.text)
    else:
        refuse_cvxpy(source, vocabulary.declared)
        if "\\" in source:
            from matcalc.language.matlab import refuse_solved  # which few texts need

            refuse_solved(source, vocabulary.functions)
    tokens = Lexer(cleaned, vocabulary).run()
    if (unclear := two_alphabets(source, tokens)) is not None:
        raise unclear
    return tokens


def _commands(vocabulary: Vocabulary) -> frozenset[str]:
    """The words that may follow a backslash, or stand in another alphabet."""
    return _words() | vocabulary.functions | vocabulary.declared | vocabulary.aliases.keys() | (
        {"nabla", "partial"} if vocabulary.abstract else set())


@cache
def _words() -> frozenset[str]:
    """The words of the language, whatever the rules and the declarations add."""
    return frozenset({*RESERVED, *BEFORE_BRACKET, *GREEK_NAMES, "max", "min", *table("peers"),
                      *(name for name in names() if len(name) > 1)})


def _binding(p: Reader) -> bool:
    """Read one `name := expression;` or `f(x) := expression;` if one stands here."""
    end = _binding_sign(p)
    if end is None:
        return False
    if p.next.is_op(","):
        return _several(p, end)
    name = p.token.text
    parameters = [t.text for t in p.tokens[p.i + 2:end - 1] if not t.is_op(",")] if end > p.i + 1 else []
    is_function = end > p.i + 1
    if is_function and any(t.kind != "name" for t in p.tokens[p.i + 2:end - 1] if not t.is_op(",")):
        raise p.error("M0212", "the parameters of a function are names", p.tokens[p.i + 1].span, "(x")
    p.i = end + 1
    hidden = {x: p.bound.pop(x) for x in parameters if x in p.bound}
    body = run(choices(p))
    p.bound.update(hidden)
    if not p.accept(";"):
        fixed = f"{p.source}; {name}"
        raise p.error("M0212", "after a binding follow ; and an expression", p.token.span, fixes=(fixed,))
    if is_function:
        p.defined[name] = (parameters, of_entries(parameters, body))
    elif not _is_indexed(p.vocabulary, name, body):
        p.bound[name] = p.vocabulary.found.bound[name] = body
    return True


def _several(p: Reader, end: int) -> bool:
    """λ, V := eigh(A); binds each name to one of the results."""
    span = p.token.span.to(p.tokens[end - 1].span)
    names_ = [token.text for token in p.tokens[p.i:end:2]]
    p.i = end + 1
    body = run(choices(p))
    if not p.accept(";"):
        raise p.error("M0212", "after a binding follow ; and an expression", p.token.span,
                      fixes=(f"{p.source}; {names_[0]}",))
    for name, result in zip(names_, results(p, body, names_, span), strict=True):
        p.bound[name] = p.vocabulary.found.bound[name] = result
    return True


def each(names_: str) -> list[str]:
    """The names of a left side: λ and V of `λ, V`."""
    return [name.strip() for name in names_.split(",")]


def _binding_sign(p: Reader) -> int | None:
    """Index of the := that ends the left side which starts here."""
    if p.token.kind not in ("name", "function"):
        return None
    i = p.i + 1
    while i + 1 < len(p.tokens) and p.tokens[i].is_op(",") and p.tokens[i + 1].kind == "name":
        i += 2
    if p.tokens[i].is_op("("):
        while i < len(p.tokens) - 1 and not p.tokens[i].is_op(")"):
            i += 1
        i += 1
    if i < len(p.tokens) and (p.tokens[i].is_op(":=") or (p.tokens[i].is_op("=") and _another_follows(p, i))):
        return i
    return None


def _another_follows(p: Reader, i: int) -> bool:
    """Whether behind token i there is a semicolon outside brackets with something behind it: R = Ax - b; R'R."""
    depth = 0
    for token, following in zip(p.tokens[i:], p.tokens[i + 1:], strict=False):
        depth += token.is_op("(", "[", "{") - token.is_op(")", "]", "}")
        if depth == 0 and token.is_op(";"):
            return following.kind != "end"
    return False


def _trailing(p: Reader) -> MatcalcError:
    token = p.token
    without = p.source[:token.span.start].rstrip()
    if token.is_op("="):
        start = max((s.span.end for s in p.tokens[:p.i] if s.is_op(";")), default=0)
        stop = next((s.span.start for s in p.tokens[p.i:] if s.is_op(";")), len(p.source))
        return equation(p.source, token.span, p.source[start:token.span.start].strip(),
                        p.source[token.span.end:stop].strip())
    if token.is_op(":="):
        fixed = p.source[token.span.end:].strip()
        return p.error("M0212", "only a name or f(x) can be bound", token.span, fixes=(fixed,))
    message = f"“{p.text(token.span)}” is not expected here"
    rest = p.source[token.span.end:].strip()
    if token.is_op(";"):
        two = (without, rest)  # two formulas: the one or the other
        return p.error("M0201", message, token.span, fixes=(f"{rest}; {without}",) if "=" in rest else two)
    if token.is_op(",") and re.search(r"(?<![\w.])\d+\s*,\d+$", p.source[:token.span.end + 1] + rest):
        return p.error("M0201", message, token.span, ".")  # 1,5
    alone = token.is_op(")", "]", "}", ",") or not (rest or token.is_op("!"))
    return p.error("M0201", message, token.span, fixes=(without + p.source[token.span.end:],) if alone else ())
