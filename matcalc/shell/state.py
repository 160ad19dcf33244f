"""What a session at the prompt knows: declarations, definitions, rule files and its last answer. A line makes a new
state of it, and the one before stays, to go back to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from os import environ

from matcalc.diagnostics import Diagnostic, Label, MatcalcError, Span
from matcalc.records import NamedTuple

LAST = re.compile(r"(?<![\w\\})\]'])_(?![\w{(\\])")  # the last answer, and no subscript
_BASE = r"[^\W\d_]+"


class Question(NamedTuple):
    """A command with its words, formulas or others, and its options: what is asked of the commands of the shell."""

    command: str
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class Value(NamedTuple):
    """The last answer that is one formula, and what its variables are."""

    text: str
    declared: Mapping[str, str]


class Definition(NamedTuple):
    """`names` := `text`, a statement as it was typed."""

    names: tuple[str, ...]
    text: str


class State(NamedTuple):
    """`declared` are kinds by name, `definitions` in the order typed, `rules` files, `options` those of every question.

    `asked` is the last question as it was put to a command, with all that the session added, `kind` what it derived;
    `value` is `_`, and `shown` what :copy copies. `lines` are the inputs that were accepted, `before` the state that
    :undo goes back to.
    """

    declared: Mapping[str, str] = {}
    definitions: tuple[Definition, ...] = ()
    rules: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    asked: Question | None = None
    value: Value | None = None
    kind: str = ""
    shown: str = ""
    lines: tuple[str, ...] = ()
    before: State | None = None

    def after(self, line: str, **changed: object) -> State:
        """The state after `line`, which changes something."""
        return self._replace(**changed, lines=(*self.lines, line), before=self)  # type: ignore[arg-type]

    def prefix(self, text: str) -> str:
        """The definitions that a formula may need, in front of it; what it defines itself is its own affair."""
        from matcalc.language.parser import bound_names  # the prompt stands before the language is loaded

        own = bound_names(text)
        kept: list[str] = []
        needed = text
        for d in reversed(self.definitions):
            if own.isdisjoint(d.names) and any(_occurs(name, needed) for name in d.names):
                kept.append(f"{d.text}; ")
                needed += d.text
        return "".join(reversed(kept))


def _occurs(name: str, text: str) -> bool:
    """Whether a name, in any spelling of its letters, may stand in `text`."""
    from matcalc.language.characters import GLYPHS, GREEK

    found = re.match(_BASE, name)
    base = found[0] if found else name
    return base in text or (base in GLYPHS and any(glyph in text for glyph, word in GREEK.items() if word == base))


def named(text: str) -> tuple[str, ...]:
    """The names of a left side: f of f(x), λ and V of `λ, V`."""
    from matcalc.language.vocabulary import name_of

    return tuple(name_of(part) for part in re.sub(r"\([^()]*\)\s*$", "", text.strip()).split(","))


def without_prefix(error: MatcalcError, prefix: str) -> Sequence[Diagnostic]:
    """What is wrong, said of the text as it was typed: without the definitions that stood before it."""
    if not prefix:
        return error.diagnostics
    return [_typed(d, prefix) for d in error.diagnostics]


def _typed(d: Diagnostic, prefix: str) -> Diagnostic:
    fixes = tuple(fix.replace(prefix, "") for fix in d.fixes)
    if not d.source.startswith(prefix):
        return d._replace(fixes=fixes)
    k = len(prefix)
    labels = tuple(Label(_moved(label.span, k), label.text) for label in d.labels if label.span.end > k)
    span = None if d.span is None or d.span.end <= k else _moved(d.span, k)
    return d._replace(source=d.source[k:], span=span, labels=labels, fixes=fixes)


def _moved(span: Span, k: int) -> Span:
    return Span(max(span.start - k, 0), span.end - k)


def is_dumb() -> bool:
    """Whether the terminal obeys no sequence."""
    return environ.get("TERM") in (None, "", "dumb")
