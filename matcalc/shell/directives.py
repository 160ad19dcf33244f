"""What begins with a colon at the prompt: the last question asked in another way, and what the session keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from matcalc.answer.problem import rulebook_for
from matcalc.cli.app import QUESTION
from matcalc.cli.output import save
from matcalc.cli.screen.terminal import INDENT, Terminal, paragraph, table
from matcalc.diagnostics import MatcalcError, fail
from matcalc.extensions import LATEX, dialect_names
from matcalc.files import FileError, text_of
from matcalc.language.framing import framed
from matcalc.language.suggest import closest
from matcalc.records import NamedTuple
from matcalc.shell.asked_line import Reply, ask, kept
from matcalc.shell.lines import statements
from matcalc.shell.state import Question, State, is_dumb
from matcalc.shell.typed import Directive

_KINDS = {"grad": "gradient", "diff": "differential"}  # of the program that belongs to a command of another name
MOST_COPIED = 50_000
_DERIVED = ("gradient", "jacobian", "hessian", "differential", "jvp", "vjp")


class Said(NamedTuple):
    """`text` for standard output, `errors` for standard error; `clip` for the clipboard, `answer` the object itself."""

    text: str = ""
    errors: str = ""
    code: int = 0
    clip: str = ""
    ends: bool = False
    answer: Any = None

    def then(self, other: Said) -> Said:
        """What is said to two lines together."""
        return Said(self.text + other.text, self.errors + other.errors, max(self.code, other.code),
                    other.clip or self.clip, self.ends or other.ends,
                    self.answer if other.answer is None else other.answer)


Answer = Callable[[State, str, Terminal], tuple[State, Said]]


class Call(NamedTuple):
    """A directive as it was given, and who answers lines."""

    state: State
    argument: str
    terminal: Terminal
    answer: Answer


Act = Callable[[Call], tuple[State, Said]]


def directed(state: State, found: Directive, terminal: Terminal, answer: Answer) -> tuple[State, Said]:
    """Do what a directive says. Raises MatcalcError."""
    return DIRECTIVES[directive_named(found.name)].act(Call(state, found.argument, terminal, answer))


def directive_named(name: str) -> str:
    """The directive of this name, or that alone begins with it. Raises InputError where there is none."""
    found = [known for known in DIRECTIVES if known.startswith(name)] if name else []
    if name in DIRECTIVES or len(found) == 1:
        return name if name in DIRECTIVES else found[0]
    near = found or closest(name, DIRECTIVES)
    raise fail("M0001", f"there is no directive “:{name}”", f":{name}",
               fixes=tuple(f":{known}" for known in near) or (":help",))


def _asked(call: Call) -> Question:
    if call.state.asked is None:
        raise fail("M0003", "nothing has been asked yet", fixes=("grad det(A X B) wrt X",))
    return call.state.asked


def _plainly(question: Question) -> Question:
    """A formula that is itself the question as the formula and --wrt."""
    if question.command != QUESTION:
        return question
    source, = question.words
    found = framed(source)
    by = [part for name in found.wrt for part in ("--wrt", name)]
    return question._replace(words=(source[:found.statement] + source[found.formula.start:],),
                             options=(*by, *question.options))


def _again(call: Call, command: str, *options: str, keeps_wrt: bool = True) -> Reply:
    """The last question, put to another command."""
    question = _plainly(_asked(call)) if command != _asked(call).command else _asked(call)
    without = ("--format", "-f", "--steps", "-s", "--output", "-o", *(() if keeps_wrt else ("--wrt", "-w")))
    return ask(Question(command, question.words, (*kept(question.options, command, *without), *options)),
               call.terminal)


def _derived(call: Call) -> str:
    """What was derived last."""
    asked, kind = _asked(call), call.state.kind
    if kind in _DERIVED:
        return kind
    return "gradient" if asked.command == "grad" else ""


def _in(dialect: str) -> Act:
    def act(call: Call) -> tuple[State, Said]:
        reply = _again(call, _asked(call).command, "--format", dialect)
        return call.state._replace(shown=reply.text.rstrip("\n")), Said(reply.text, code=reply.code)

    return act


def _steps(call: Call) -> tuple[State, Said]:
    """The last answer with its derivation."""
    command = _asked(call).command
    if not kept(["--steps"], command):
        raise fail("M0003", f"{command} has no steps: they belong to a derivative or a solution",
                   fixes=("grad _ wrt x",) if call.state.value else ())
    reply = _again(call, command, f"--steps={call.argument or 'brief'}")
    return call.state, Said(reply.text, code=reply.code)


def _code(call: Call) -> tuple[State, Said]:
    """A program for the last derivative; of a formula alone its value."""
    target, *more = call.argument.split() or ["numpy"]
    kind = _derived(call)
    wanted = ["--kind", kind] if kind else ["--kind", "differential", "--functions", "f"]
    reply = _again(call, "code", "--to", target, *wanted, *more)
    return call.state._replace(shown=reply.text.rstrip("\n")), Said(reply.text, code=reply.code)


def _verify(call: Call) -> tuple[State, Said]:
    """The last answer, or a claim about it, before finite differences."""
    kind = _derived(call)
    if _asked(call).command == "solve":
        raise fail("M0003", "a solution has been tried at random data; :verify compares a derivative")
    options = (["--kind", kind] if kind in _DERIVED[:3] else []) + (["--claim", call.argument] if call.argument else [])
    reply = _again(call, "verify", *options)
    return call.state, Said(reply.text, code=reply.code, answer=reply.answer() if reply.answer else None)


def _graph(call: Call) -> tuple[State, Said]:
    """The computation graph of the last formula; into a file where one is named."""
    reply = _again(call, "graph", *(["--output", call.argument] if call.argument else []))
    return call.state, Said(reply.text or f"{INDENT}written: {call.argument}\n", code=reply.code,
                            answer=reply.answer() if reply.answer else None)


def _copy(call: Call) -> tuple[State, Said]:
    """What was shown last, or the answer in a dialect, for the clipboard."""
    state = call.state
    if call.argument:
        if call.argument not in dialect_names():
            raise fail("M0003", f"there is no dialect “{call.argument}”", f":copy {call.argument}",
                       fixes=tuple(f":copy {name}" for name in dialect_names()[:3]))
        state, _ = _in(call.argument)(call)
    _asked(call)
    if not call.terminal.tty or is_dumb():
        raise fail("M0003", "there is no terminal whose clipboard could take it; :latex writes it")
    if len(state.shown) > MOST_COPIED:
        raise fail("M0003", f"terminals take at most {MOST_COPIED:,} characters; -o FILE writes them to a file")
    return state, Said(f"{INDENT}copied: {_short(state.shown)}\n", clip=state.shown)


def _short(text: str, room: int = 60) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= room and line == text.strip() else line[:room] + "…"


def _undo(call: Call) -> tuple[State, Said]:
    """Back to what was before the last line that changed something."""
    before = call.state.before
    if before is None:
        raise fail("M0003", "there is nothing to undo")
    return before, Said(f"{INDENT}undone: {_short(call.state.lines[-1])}\n")


def _reset(call: Call) -> tuple[State, Said]:
    """Forget all that was declared, defined and answered."""
    state = call.state
    return State(options=state.options, before=state, lines=(*state.lines, ":reset")), Said()


def _rules(call: Call) -> tuple[State, Said]:
    """Add a rule file, which is checked first."""
    if not call.argument:
        raise fail("M0003", "name a file of rules", fixes=(":rules my.rules",))
    files = (*(file for file in call.state.rules if file != call.argument), call.argument)
    new = ", ".join(rulebook_for(files).names_in({call.argument}))
    return call.state.after(f":rules {call.argument}", rules=files), Said(f"{INDENT}{new}\n" if new else "")


def _names(call: Call) -> tuple[State, Said]:
    """What is declared and defined, and the last answer."""
    state = call.state
    rows = [(name, kind) for name, kind in state.declared.items()]
    rows += [(", ".join(d.names), d.text) for d in state.definitions]
    rows += [("rules", file) for file in state.rules]
    rows += [("_", state.value.text)] if state.value else []
    return state, Said("".join(f"{row}\n" for row in table(rows)) if rows else f"{INDENT}nothing yet\n")


def _save(call: Call) -> tuple[State, Said]:
    """The lines of the session, as :load reads them."""
    if not call.argument:
        raise fail("M0003", "name the file to write", fixes=(":save session.txt",))
    save("".join(f"{line}\n" for line in call.state.lines), call.argument)
    count = len(call.state.lines)
    return call.state, Said(f"{INDENT}{count} line{'s' * (count != 1)} written to {call.argument}\n")


def _load(call: Call) -> tuple[State, Said]:
    """Answer the lines of a file; one :undo takes them all back."""
    if not call.argument:
        raise fail("M0003", "name the file to read", fixes=(":load session.txt",))
    try:
        lines = statements(text_of(call.argument))
    except FileError as trouble:
        raise fail("M0009", f"cannot read {call.argument}: {trouble}") from None
    if any(line.startswith(":l") and not line.startswith(":latex") for line in lines):
        raise fail("M0003", f"{call.argument} loads a file itself", fixes=())
    state, said = call.state, Said()
    for line in lines:
        state, more = call.answer(state, line, call.terminal)
        said = said.then(more._replace(answer=None))
    return state._replace(before=call.state) if state is not call.state else state, said


def _help(call: Call) -> tuple[State, Said]:
    """What can be typed; with a word what is said of it: a command, a page, a function or a message."""
    if call.argument:
        topic = call.argument.lstrip(":")
        if topic in DIRECTIVES:
            return call.state, Said(f"{INDENT}:{topic} {DIRECTIVES[topic].takes}".rstrip() + f"\n{INDENT}"
                                    f"{DIRECTIVES[topic].says}\n")
        return call.state, Said(_topic(topic, call.terminal))
    width = call.terminal.width
    rows = [*_INTRODUCTION, "", *table([(f":{name} {d.takes}".rstrip(), d.says) for name, d in DIRECTIVES.items()]), ""]
    rows += paragraph(_KEYS, width)
    return call.state, Said(call.terminal.plain("".join(f"{row}\n" for row in rows)))


def _topic(topic: str, terminal: Terminal) -> str:
    try:
        return ask(Question("help", (topic,)), terminal).text
    except MatcalcError:
        return ask(Question("explain", (topic,)), terminal).text


def _quit(call: Call) -> tuple[State, Said]:
    """Leave."""
    return call.state, Said(ends=True)


_INTRODUCTION = (
    f"{INDENT}x'A x                        its closed form, kinds and shapes",
    f"{INDENT}grad det(A X B) wrt X        a command; formulas need no quotes, options begin with --",
    f"{INDENT}∂/∂X tr(A X B)               a formula that is itself the question",
    f"{INDENT}A: spd(n)                    a declaration, kept for the session",
    f"{INDENT}r := A x - b                 a definition, kept for the session",
    f"{INDENT}hessian _ wrt x              _ is the last answer",
)
_KEYS = ("Tab completes, also \\alpha to α; Alt-Enter begins a new line; Ctrl-R searches the history; Ctrl-C clears "
         "the line; Ctrl-D leaves.")


class Entry(NamedTuple):
    """What a directive takes and says, and what it does."""

    takes: str
    says: str
    act: Act


DIRECTIVES: Mapping[str, Entry] = {
    "steps": Entry("[full]", "the derivation of the last answer", _steps),
    "code": Entry("[TARGET]", "a program for it, by default in NumPy", _code),
    "verify": Entry("[CLAIM]", "compare it, or a claim, with finite differences", _verify),
    "graph": Entry("[FILE.svg]", "the computation graph", _graph),
    **{name: Entry("", f"the last answer in {'LaTeX' if name == LATEX else name}", _in(name))
       for name in (LATEX, *(name for name in dialect_names() if name != LATEX))},
    "copy": Entry("[DIALECT]", "to the clipboard of the terminal", _copy),
    "names": Entry("", "what is declared and defined", _names),
    "rules": Entry("FILE", "add the functions of a rule file", _rules),
    "undo": Entry("", "take back the last line that changed something", _undo),
    "reset": Entry("", "begin anew", _reset),
    "save": Entry("FILE", "write the lines of the session", _save),
    "load": Entry("FILE", "answer the lines of a file", _load),
    "help": Entry("[WORD]", "this page; or a command, a function, a message", _help),
    "quit": Entry("", "leave; so does Ctrl-D", _quit),
    "exit": Entry("", "the same", _quit),
}
