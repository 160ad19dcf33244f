"""A question in its session: the formula with the definitions it needs before it, the declarations that concern it, the
rule files; put to the command that answers it, which writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from click import Context

from matcalc.answer.problem import rulebook_for
from matcalc.cli.app import app
from matcalc.cli.command import Report, emit, expressions, shown
from matcalc.cli.screen.terminal import Terminal
from matcalc.cli.settings import Settings, spellings
from matcalc.core.dims import format_dim
from matcalc.core.expr import Expr
from matcalc.derivation import Derivation, Formula
from matcalc.diagnostics import MatcalcError, fail
from matcalc.extensions import ASCII
from matcalc.language import Elaborated, parse
from matcalc.language.declarations import is_signature, split_declarations
from matcalc.language.framing import framed
from matcalc.language.letters import Member
from matcalc.language.syntax import Op, base_of, postorder
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.shell.state import LAST, Question, State, Value

_OF_THE_SESSION = ("--wrt", "--claim", "--subject-to")


class Put(NamedTuple):
    """A question with all that the session adds, and what stands before each of its formulas."""

    question: Question
    prefix: str = ""


class Reply(NamedTuple):
    """What a command said: `text` for the terminal, `plain` the answer alone, `answer` the object from Python."""

    text: str
    code: int
    plain: Callable[[str], str]
    answer: Callable[[], Any] | None


def put(question: Question, state: State) -> Put:
    """The question with the session's definitions, declarations, rule files and options."""
    made = app.get_command(None, question.command)
    assert made is not None
    known = spellings(made.params)
    if any(option.partition("=")[0] == "--file" for option in question.options):
        raise fail("M0003", "a file of problems is for a shell; here :load answers the lines of a file")
    if not expressions(made):
        return Put(question._replace(options=(*_known(state.options, known), *question.options)))
    words = [filled(word, state) for word in question.words]
    prefix = state.prefix(" ".join([*words, *_values(question.options, *_OF_THE_SESSION)]))
    own = {name for text in _values(question.options, "--var", "-v") for name, _ in split_declarations(text)}
    dialect = next(iter(_values((*question.options, *state.options), "--dialect")), "")
    said: dict[str, str] = {}
    for word in words:
        said |= concerning(prefix + word, declared_for(question.words, state), state, dialect)
    added = [part for name, kind in said.items() if name not in own for part in ("--var", f"{name}: {kind}")]
    files = [part for file in state.rules for part in ("--rules", file)]
    options = (*_known([*added, *files, *state.options], known), *question.options)
    return Put(Question(question.command, tuple(prefix + word for word in words), options), prefix)


def filled(text: str, state: State) -> str:
    """A formula with the last answer in the place of each `_`."""
    if not LAST.search(text):
        return text
    if state.value is None:
        raise fail("M0003", "_ is the last answer, and there is none that is one formula", text)
    value = state.value.text
    return value if text.strip() == "_" else LAST.sub(lambda _: f"({value})", text)


def declared_for(words: Sequence[str], state: State) -> Mapping[str, str]:
    """What is declared, and with the last answer what its variables are."""
    of_last = state.value.declared if state.value and any(map(LAST.search, words)) else {}
    return {**of_last, **state.declared}


def concerning(text: str, declared: Mapping[str, str], state: State, dialect: str = "") -> dict[str, str]:
    """The declarations of names that occur in a formula, but for those that it declares itself."""
    where = framed(text).declarations.replace("$", " ")
    own = {name for name, _ in split_declarations(where)} if where.strip() else set()
    said = {name: kind for name, kind in declared.items() if name not in own}
    if not said:
        return {}
    try:
        found = parse(text, said, book_for(text, said, state), dialect=dialect, holes="?" in text)
    except MatcalcError:
        return {name: kind for name, kind in said.items() if base_of(name) in text}
    return _occurring(found, said, text)


def _occurring(found: Elaborated, said: Mapping[str, str], text: str) -> dict[str, str]:
    """The declarations of names that a formula has."""
    data = [s.data for s in postorder(found.syntax) if s.op is Op.NAME]
    names = {*map(str, data), *(base_of(str(x)) for x in data)}
    families = {base_of(str(x)) for x in data if isinstance(x, Member)}  # x_i declares the members of x
    return {name: kind for name, kind in said.items()
            if name in names or base_of(name) in families or (is_signature(kind) and name in text)}


def book_for(text: str, declared: Mapping[str, str], state: State) -> Rulebook:
    """The rules of the session, with the functions of which shapes are declared."""
    book = rulebook_for(state.rules)
    if not any(map(is_signature, (text, *declared.values()))):
        return book
    from matcalc.answer.assumed import rules_with

    return rules_with(text, declared, book)


def read(formula: str, state: State, dialect: str = "", demand_scalar: bool = False) -> Elaborated:
    """How a formula is understood in the session."""
    text = filled(formula, state)
    prefix = state.prefix(text)
    said = concerning(prefix + text, declared_for([formula], state), state, dialect)
    return parse(prefix + text, said, book_for(prefix + text, said, state), dialect=dialect,
                 demand_scalar=demand_scalar, holes="?" in text)


def ask(question: Question, terminal: Terminal) -> Reply:
    """Have the command answer; raises whatever it raises."""
    made = app.get_command(None, question.command)
    assert made is not None
    replies: list[Reply] = []

    def show(report: Report, settings: Settings) -> None:
        if settings.output:
            emit(report, settings)
        text = "" if settings.output else shown(report, settings, terminal)
        replies.append(Reply(text, report.code, report.form, report.answer))

    whole = Context(app, info_name="matcalc", obj=show)
    with made.make_context(question.command, [*question.options, "--", *question.words], parent=whole) as context:
        made.invoke(context)
    return replies[0]


def value_of(answer: Any, state: State) -> Value | None:
    """The formula of an answer, if it is one that can be read again, with what its variables are."""
    if not isinstance(answer, Formula) or (isinstance(answer, Derivation) and answer.kind == "differential"):
        return None
    declared = answer.problem.declarations()
    if isinstance(answer, Derivation):
        declared |= {x.data.name: _kind(x) for x in answer.directions}
    text = answer.write(ASCII)
    try:
        found = parse(text, declared, book_for(text, declared, state))
    except MatcalcError:
        return None
    return Value(text, _occurring(found, declared, text))


def _kind(x: Expr) -> str:
    rows, columns = (format_dim(d, "*") for d in x.shape)
    return "scalar" if x.is_scalar else f"vector({rows})" if columns == "1" else f"matrix({rows},{columns})"


def _pairs(options: Sequence[str], known: Mapping[str, bool]) -> Iterator[tuple[str, ...]]:
    """Each option with its value, if it takes one."""
    given = iter(options)
    for option in given:
        name, equals, _ = option.partition("=")
        takes = known.get(name, False) and not equals
        yield (option, *([next(given, "")] if takes else []))


def _known(options: Sequence[str], known: Mapping[str, bool]) -> list[str]:
    """The options that a command has."""
    from matcalc.cli.settings import VALUED

    return [part for pair in _pairs(options, {**VALUED, **known}) if pair[0].partition("=")[0] in known
            for part in pair]


def kept(options: Sequence[str], command: str, *without: str) -> list[str]:
    """The options of a question that another command has as well."""
    made = app.get_command(None, command)
    assert made is not None
    return _known(options, {name: takes for name, takes in spellings(made.params).items() if name not in without})


def _values(options: Sequence[str], *names: str) -> list[str]:
    return [value for name, value in pairwise(options) if name in names]
