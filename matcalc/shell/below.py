"""The line below the input while one types: kinds and shapes of the formula, or what is wrong with it, and where."""

from __future__ import annotations

from matcalc.cli.app import app
from matcalc.cli.command import expressions
from matcalc.cli.commands import listed
from matcalc.cli.screen import wording
from matcalc.cli.screen.terminal import Terminal, harmless
from matcalc.diagnostics import Diagnostic, MatcalcError, Span
from matcalc.language import Elaborated
from matcalc.language.declarations import is_signature, parse_declaration, split_declarations
from matcalc.limits import work
from matcalc.records import NamedTuple
from matcalc.shell.asked_line import read
from matcalc.shell.directives import DIRECTIVES, directive_named
from matcalc.shell.lines import is_complete, statements
from matcalc.shell.state import LAST, Question, State, named, without_prefix
from matcalc.shell.typed import Declared, Defined, Directive, typed

SECONDS = 0.3  # of reading what is not finished yet
_OF_SCALARS = ("grad", "hessian")


class Below(NamedTuple):
    """What is said of a text: `style` is good, note, error or dim; `span` is the place in the text that is wrong."""

    text: str = ""
    style: str = "note"
    span: Span | None = None


def below(state: State, text: str, terminal: Terminal) -> Below:
    """What is said of a text that is being typed. Raises nothing."""
    if not text.strip() or len(statements(text)) > 1:
        return Below()
    try:
        with work(SECONDS, resumed=True):
            found = _said(state, text, terminal)
    except MatcalcError as error:
        found = _wrong(text, error.diagnostics[0])
    except Exception as error:  # noqa: BLE001  a defect is told when the line is asked, not while it is typed
        found = Below(type(error).__name__, "dim")
    return found._replace(text=terminal.plain(found.text))


def _wrong(text: str, d: Diagnostic) -> Below:
    """What is wrong, and its place in the text as it was typed, which may only have begun."""
    start = text.find(d.source) if d.source else -1
    span = None if d.span is None or start < 0 else Span(d.span.start + start, d.span.end + start)
    is_open = not is_complete(text) or (span is not None and _is_begun(text, span))
    said = harmless(f"{d.message}   {d.code}" if d.code else d.message)
    return Below("…" if is_open else said, "dim" if is_open else "error", span)


def _is_begun(text: str, span: Span) -> bool:
    """Whether what is wrong may be a word that is not yet whole, at the end of the text."""
    word = text[span.start:span.end]
    return span.end >= len(text.rstrip()) and (not word.strip() or any(
        known.startswith(word) for known in (*listed(), "wrt")))


def _said(state: State, text: str, terminal: Terminal) -> Below:
    found = typed(text)
    if found is None:
        return Below()
    if isinstance(found, Directive):
        begun = [f":{known}" for known in DIRECTIVES if known.startswith(found.name)]
        if len(begun) > 1 and found.name not in DIRECTIVES:
            return Below("  ".join(begun), "dim")
        name = directive_named(found.name)
        return Below(f":{name} {DIRECTIVES[name].takes}".rstrip() + f"   {DIRECTIVES[name].says}", "dim")
    if isinstance(found, Declared):
        return Below(", ".join(_declared(name, kind, state, terminal)
                               for name, kind in split_declarations(found.text)))
    if isinstance(found, Defined):
        name = found.left if found.left.endswith(")") else named(found.left)[0]
        return _formula(state, text, f"{found.text}; {name}", found.text, terminal)
    return _question(state, text, found, terminal)


def _declared(name: str, kind: str, state: State, terminal: Terminal) -> str:
    if is_signature(kind):
        return f"{name}: {kind}"
    parse_declaration(name, kind)
    with_kind = state._replace(declared={name: kind}, definitions=())
    return ", ".join(wording.variables([read(name, with_kind)], terminal.dialect))


def _question(state: State, text: str, found: Question, terminal: Terminal) -> Below:
    made = app.get_command(None, found.command)
    if made is None or not expressions(made):
        return Below(made.short_help or "" if made else "", "dim")
    if not found.words:
        return Below(made.short_help or "", "dim")
    dialect = next((b for a, b in zip(found.options, found.options[1:], strict=False) if a == "--dialect"), "")
    rows = [_formula(state, text, word, word, terminal, dialect, found.command in _OF_SCALARS)
            for word in found.words]
    return next((row for row in rows if row.style == "error"), rows[-1])


def _formula(state: State, text: str, formula: str, typed_as: str, terminal: Terminal, dialect: str = "",
             demand_scalar: bool = False) -> Below:
    """The shape of a formula and its variables; or its fault, in the place where it stands in the text."""
    prefix = state.prefix(formula)
    try:
        elaborated = read(formula, state, dialect, demand_scalar)
    except MatcalcError as error:
        d = without_prefix(error, prefix)[0]
        is_typed = d.source.startswith(typed_as) and not LAST.search(formula)
        return _wrong(text, d._replace(source=typed_as if is_typed else ""))
    return Below(_kinds(elaborated, terminal), "note")


def _kinds(found: Elaborated, terminal: Terminal) -> str:
    said = wording.variables([found], terminal.dialect)
    if found.indices is not None:
        from matcalc.cli.screen.both_forms import member_text

        said = [f"{member_text(v, found.indices.letters, terminal.dialect)} {wording.shape_text(v.shape)}"
                for v in found.variables.values()]
    return "   ".join([wording.shape_text(found.expr.shape, terminal.dialect), ", ".join(said)]).rstrip()
