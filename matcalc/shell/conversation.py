"""One line at the prompt and what is said to it: a pure function of what the session knows.

Whatever happens, there is an answer: errors are messages, as on the command line, and leave the session as it was.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from matcalc.cli.guard import Guard
from matcalc.cli.screen import wording
from matcalc.cli.screen.diagnose import rendered
from matcalc.cli.screen.terminal import INDENT, Terminal
from matcalc.diagnostics import Diagnostic, MatcalcError
from matcalc.extensions import ASCII
from matcalc.language import parse
from matcalc.language.declarations import is_signature, parse_declaration, split_declarations
from matcalc.language.signatures import signatures
from matcalc.shell.asked_line import ask, book_for, put, read, value_of
from matcalc.shell.directives import Said, directed
from matcalc.shell.lines import statements
from matcalc.shell.state import Definition, Question, State, named, without_prefix
from matcalc.shell.typed import Declared, Defined, Directive, typed


class _Refusals(Guard):
    """Keeps the message of an error, laid out for the terminal of the session."""

    def __init__(self, line: str, terminal: Terminal) -> None:
        super().__init__([line])
        self.terminal, self.rows, self.prefix, self.failed = terminal, list[str](), "", False

    def refuse(self, diagnostics: Sequence[Diagnostic], more: Sequence[str] = ()) -> None:
        """Lay out what is wrong."""
        said = without_prefix(MatcalcError(*diagnostics), self.prefix)
        rows = [row for d in said for row in rendered(d, self.terminal)]
        self.rows = [self.terminal.plain(row) for row in [*rows, *more]]

    say = refuse


def answer(state: State, text: str, terminal: Terminal) -> tuple[State, Said]:
    """The state after the line, or lines, and what is said to them, laid out for `terminal`.

    Raises nothing; an interrupted question has the exit code of one.
    """
    said = Said()
    for line in statements(text):
        state, more = _one(state, line, terminal)
        said = said.then(more)
    return state, said


def _one(state: State, line: str, terminal: Terminal) -> tuple[State, Said]:
    with _captured() as (out, err):
        guard = _Refusals(line, terminal)  # a guard of these streams
        found, said = state, Said()
        with guard:
            found, said = _answered(state, line, terminal, guard)
        written, remarks = out.getvalue(), err.getvalue()
    if guard.code or guard.rows:
        return state, Said(written, "".join(f"{row}\n" for row in guard.rows) + remarks, guard.code)
    return found, said._replace(text=said.text + written, errors=said.errors + remarks)


@contextmanager
def _captured() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Standard streams that are kept: nothing to read, and what is written."""
    out, err, before = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            yield out, err
    finally:
        sys.stdin = before


def _answered(state: State, line: str, terminal: Terminal, guard: _Refusals) -> tuple[State, Said]:
    found = typed(line)
    if found is None:
        return state, Said()
    if isinstance(found, Directive):
        return directed(state, found, terminal, answer)
    if isinstance(found, Declared):
        return _declared(state, line, found, terminal)
    if isinstance(found, Defined):
        return _defined(state, line, found, terminal, guard)
    return _questioned(state, line, found, terminal, guard)


def _declared(state: State, line: str, found: Declared, terminal: Terminal) -> tuple[State, Said]:
    """What is declared, as it is understood."""
    said = dict(split_declarations(found.text))
    rows = [f"{INDENT}{_understood(name, kind, state, terminal)}\n" for name, kind in said.items()]
    kept = tuple(d for d in state.definitions if said.keys().isdisjoint(d.names))
    return state.after(line, declared={**state.declared, **said}, definitions=kept), \
        Said(terminal.plain("".join(rows)) if terminal.tty else "")


def _understood(name: str, kind: str, state: State, terminal: Terminal) -> str:
    if is_signature(kind):
        signatures("", {name: kind})
        return f"{name}: {kind}"
    parse_declaration(name, kind)
    try:
        return ", ".join(wording.variables([parse(name, {name: kind}, book_for("", {}, state))], terminal.dialect))
    except MatcalcError:  # a family, say, which has no meaning alone
        return f"{name}: {kind}"


def _defined(state: State, line: str, found: Defined, terminal: Terminal,
             guard: _Refusals) -> tuple[State, Said]:
    """A definition is read in a formula that is what it defines."""
    names = named(found.left)
    shown = found.left if found.left.endswith(")") else names[0]
    formula = f"{found.text}; {shown}"
    guard.prefix = state.prefix(formula)
    read(formula, state)
    said = ask(put(Question("simplify", (formula,)), state).question, terminal) if terminal.tty else None
    declared = {name: kind for name, kind in state.declared.items() if name not in names}
    definitions = (*state.definitions, Definition(names, found.text))
    return state.after(line, declared=declared, definitions=definitions), Said(said.text if said else "")


def _questioned(state: State, line: str, found: Question, terminal: Terminal,
                guard: _Refusals) -> tuple[State, Said]:
    """A command answers; what it gives is the last answer."""
    question, guard.prefix = put(found, state)
    guard.args = [question.command, *question.options, *question.words]
    reply = ask(question, terminal)
    object_ = reply.answer() if reply.answer else None
    changed: dict[str, object] = {"asked": question, "kind": getattr(object_, "kind", "")}
    if object_ is not None:
        value = value_of(object_, state)
        changed |= {"value": value, "shown": value.text if value else reply.plain(ASCII)}
    else:
        changed |= {"shown": reply.plain(ASCII)}
    return state.after(line, **changed), Said(reply.text, "", reply.code, answer=object_)
