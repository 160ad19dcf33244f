"""What can be wrong, said as data: a stable code, a message, where in the text, and fixes that work.

Every refusal of matcalc is a `MatcalcError` that carries `Diagnostic` objects; how they look on a terminal or in
JSON is decided elsewhere. The exit code of a command follows from the class of the error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from matcalc.records import NamedTuple


class Span(NamedTuple):
    """Half-open range of characters of the original text."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The smallest range that covers both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


class Label(NamedTuple):
    """A remark on a part of the text: a participant of the problem with its name and shape."""

    span: Span
    text: str


class Diagnostic(NamedTuple):
    """One problem: `source` is the original text, `span` its primary place, `fixes` are whole pasteable arguments."""

    code: str
    message: str
    source: str = ""
    span: Span | None = None
    labels: tuple[Label, ...] = ()
    fixes: tuple[str, ...] = ()
    severity: str = "error"
    file: str = ""
    line: int = 0
    column: int = 0


class Translated(str):
    """A formula in the language's own spelling that was pasted in another format: `pasted` is what was typed, and
    character i stands for the characters places[i] of it. `notes` say what was read; `asked` tells that the format was
    named, so that no formula in matcalc's own spelling can be pasted in its place."""

    pasted: str = ""
    places: Sequence[Span] = ()
    notes: tuple[str, ...] = ()
    asked: bool = False

    def span(self, span: Span) -> Span:
        """The place in what was pasted."""
        within = self.places[span.start:max(span.end, span.start + 1)]
        if not within:
            return Span(len(self.pasted), len(self.pasted))
        return Span(min(place.start for place in within), max(place.end for place in within))

    def told(self, said: Diagnostic) -> Diagnostic:
        """The same about what was pasted."""
        labels = tuple(label._replace(span=self.span(label.span)) for label in said.labels)
        fixes = tuple(fix for fix in said.fixes if fix[:1] == "-" or not self.asked)
        return said._replace(source=self.pasted, span=said.span and self.span(said.span), labels=labels, fixes=fixes)


class MatcalcError(Exception):
    """Anything matcalc refuses. `diagnostics` says what and where; `exit_code` is the command's."""

    exit_code: ClassVar[int] = 2

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(d.message for d in diagnostics))
        self.diagnostics = diagnostics

    def __reduce__(self) -> tuple[type[MatcalcError], tuple[Diagnostic, ...]]:
        return type(self), self.diagnostics  # else it would be made again from its message


class InputError(MatcalcError):
    """The input cannot be read: usage, syntax, names, shapes, declarations, files."""


class UnlikelyError(InputError):
    """There is a reading, but one in which a function has nothing to do."""


class NoRuleError(MatcalcError):
    """The input is understood, but no rule covers a sub-expression, or the check is inconclusive."""

    exit_code = 3


class ContradictionError(MatcalcError):
    """matcalc's own answer failed its own check: nothing is printed but a reproducible report."""

    exit_code = 70


def fail(code: str, message: str, source: str = "", span: Span | None = None, *, labels: tuple[Label, ...] = (),
         fixes: tuple[str, ...] = (), error: type[MatcalcError] = InputError) -> MatcalcError:
    """Build the error for one diagnostic: `raise fail("M0101", …)`."""
    return error(Diagnostic(code, message, source, span, labels, tuple(dict.fromkeys(fixes))[:3]))


def not_there(lost: ModuleNotFoundError) -> str:
    """What cannot be done where a library is not installed: in a browser there is Python, and matcalc, alone."""
    name = (lost.name or "").partition(".")[0]
    if name in ("", "matcalc"):
        raise lost
    return f"this needs {_LIBRARIES.get(name, name)}, which is not installed here"


_LIBRARIES = {"numpy": "NumPy", "scipy": "SciPy", "sympy": "SymPy"}


@contextmanager
def as_pasted() -> Iterator[None]:
    """What is refused inside points at what was pasted, where the formula is a translation."""
    try:
        yield
    except MatcalcError as error:
        error.diagnostics = tuple(d.source.told(d) if isinstance(d.source, Translated) else d
                                  for d in error.diagnostics)
        raise


def quoted(arg: str) -> str:
    """One argument as a shell reads it, in the quotes that disturb least."""
    if re.fullmatch(r"[\w./:=,@%+-]+", arg):
        return arg
    if not re.search(r'["$`\\!]', arg):
        return f'"{arg}"'
    return "'" + arg.replace("'", "'\\''") + "'"


def listed(items: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(items[:-1])] * (len(items) > 1) + list(items[-1:]))
