"""How a function becomes a command: its options, `-` for standard input, and one report, shown as it is asked for.

What was found is a Report before anyone decides how it is shown; here is the one place that decides it.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from sys import maxsize
from typing import Any, TextIO

import click

from matcalc.cli.arguments import HELP_NAMES, sorted_out
from matcalc.cli.output import check_written, format_for, in_format, is_drawn, piped, put, remark, save
from matcalc.cli.screen.terminal import Terminal, noted, terminal_of
from matcalc.cli.settings import ALL, WORDS, Completer, Settings, options_of, settings_of, spellings
from matcalc.diagnostics import as_pasted, fail
from matcalc.limits import alarm, work
from matcalc.options import NOTATIONS
from matcalc.records import NamedTuple


class Report(NamedTuple):
    """`lines` lays the answer out for a terminal; `form` is the answer alone in a dialect.

    `payload` holds further keys of the JSON object; `aside` is a remark for standard error where only `form` is shown;
    `picture` is the SVG that an output file takes instead of the answer, which is then shown all the same, unless
    `is_only_drawn`. `files` are texts by the names of the files that hold them, where it is not one of all. `answer` is
    what the Python face gives to the same question, for whoever can show more than text.
    """

    command: str
    lines: Callable[[Terminal], list[str]]
    form: Callable[[str], str]
    payload: Callable[[], Mapping[str, Any]] = dict
    code: int = 0
    aside: str = ""
    picture: Callable[[], str] | None = None
    is_only_drawn: bool = False
    files: Callable[[], Mapping[str, str]] | None = None
    answer: Callable[[], Any] | None = None


Show = Callable[[Report, Settings], object]


class Command(click.Command):
    """A command whose arguments may start with a minus.

    `saves` tells that its file stands beside the answer, `example` what to write where an argument is missing. What
    click makes of the parameters is made once: a file of problems asks the same command for each line.
    """

    saves: bool = False
    example: Sequence[str] = ()
    _known: list[click.Parameter] | None = None
    _parser: Any = None
    _spellings: Mapping[str, bool] | None = None

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The parameters, and the option that asks for help."""
        if self._known is None:
            self._known = super().get_params(ctx)
        return self._known

    def make_parser(self, ctx: click.Context) -> Any:
        """The parser of the options, which reports to the context of this call."""
        if self._parser is None:
            self._parser = super().make_parser(ctx)
        self._parser.ctx = ctx
        return self._parser

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Have click parse the options first, and everything else behind `--`."""
        if self._spellings is None:
            self._spellings = spellings(self.get_params(ctx))
        front, words = sorted_out(args, self._spellings)
        ctx.meta[WORDS] = words  # for completion, which cannot ask for them otherwise
        return super().parse_args(ctx, [*front, "--", *words] if words else front)


def started() -> None:
    """The start of a process is over: what it has made stays, and garbage is looked for from now on."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def command(name: str, summary: str, *parameters: Any, options: Mapping[str, dict[str, Any]] = ALL,
            example: Sequence[str] = (), writes: Sequence[str] = (),
            saves: bool = False) -> Callable[[Callable[..., Report]], Command]:
    """Make a command of a function that takes Settings and the values of `parameters` and returns a Report.

    `summary` is its line in the list of commands; the docstring is its help. `writes` are the endings of the files
    that hold what it says, where that is no formula; `example` and `saves` as of the Command. The report is shown by
    the object of click's context, a Show, and without one by `emit`.
    """

    def decorate(function: Callable[..., Report]) -> Command:
        def run(**given: Any) -> int:
            started()
            settings = settings_of(given)
            own = {p.name: given[p.name] for p in made.params if p.name in given and p.name not in _SHARED}
            if settings.output and not (saves and is_drawn(settings.output)):
                check_written(settings.output, f"what {name} says" if summary else "the answer", writes)
                settings.format = format_for(settings.output, settings.format)
            # work goes first: what the session forgets then is not interrupted
            with work(settings.timeout), alarm(settings.timeout), as_pasted():
                report = _reported(function, settings, own, name)
                if settings.strict:
                    refuse_defaults(report)
                show: Show = click.get_current_context().obj or emit
                show(report, settings)
            return report.code

        callback: Any = run
        for parameter in reversed(parameters):
            callback = parameter(callback)
        context = {"help_option_names": HELP_NAMES}
        made = click.command(name, cls=Command, context_settings=context, help=function.__doc__,
                             short_help=summary)(callback)
        made.params.extend(options_of(options))
        made.saves, made.example = saves, example
        return made

    return decorate


def _reported(function: Callable[..., Report], settings: Settings, own: Mapping[str, Any], name: str) -> Report:
    """What a command finds; a formula may be a function of a file, or pasted in the format of another program, and
    the readers of these are imported only then."""
    if ".py:" not in str(own):
        settings, own = _translated(settings, own)
        return function(settings, **own)
    from matcalc.cli.sources import opened

    settings, own = opened(settings, own, name)
    report = function(settings, **own)
    found: Report = report if settings.source is None else settings.source.shown(report)
    return found


def _translated(settings: Settings, own: Mapping[str, Any]) -> tuple[Settings, Mapping[str, Any]]:
    """The settings and arguments of a call with formulas in matcalc's own spelling."""
    if not any(name in own for name in _FORMULAS):
        return settings, own
    from matcalc.language.foreign import in_own_spelling, is_pasted

    if not is_pasted(own, settings.dialect):
        return settings, own
    dialect = "" if settings.dialect in NOTATIONS else settings.dialect
    found = in_own_spelling(own, settings.dialect, settings.variables())
    return Settings(**{**settings.__dict__, "dialect": dialect}), found


_FORMULAS = ("expr", "a", "b")  # arguments that a command with formulas has
_SHARED = {names.split("/")[-1].strip("-").replace("-", "_") for names in ALL}


def refuse_defaults(report: Report) -> None:
    """Raise InputError where the kind of a variable was decided by its letter alone: --strict."""
    for v in report.payload().get("variables", ()):
        if "alternative" in v:
            kinds = f"{v['kind']} or a {v['alternative']}"
            raise fail("M0411", f"{v['name']} may be a {kinds}, and only its letter decides", str(v["name"]),
                       fixes=tuple(f'--var "{v["name"]}: {kind}"' for kind in (v["kind"], v["alternative"])))


_LONGEST = 1_000_000  # characters; the reader of expressions says how many are too many


def _read(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """The text of an expression; `-` stands for standard input."""
    text = piped(_LONGEST).strip() if value == "-" else value
    try:
        text.encode()
    except UnicodeEncodeError as wrong:
        raise fail("M0005", f"the text is not UTF-8 at character {wrong.start + 1}") from None
    return text


def expression(name: str = "expr") -> Any:
    """The argument EXPR."""
    return click.argument(name, callback=_read, metavar=name.upper())


def expressions(made: click.Command) -> list[click.Parameter]:
    """The arguments of a command that are formulas."""
    return [p for p in made.params if isinstance(p, click.Argument) and p.callback is _read]


def conversation(name: str, summary: str, options: Mapping[str, dict[str, Any]],
                 *parameters: Any) -> Callable[..., Command]:
    """Make a command of a function of Settings and the values of `parameters` that asks and answers itself, each
    question with its own limits, says when it has `started`, and returns the exit code. The docstring is its help."""

    def decorate(function: Callable[..., int]) -> Command:
        def run(**given: Any) -> int:
            own = {p.name: given[p.name] for p in made.params if p.name in given and p.name not in _SHARED}
            return function(settings_of(given), **own)

        callback: Any = run
        for parameter in reversed(parameters):
            callback = parameter(callback)
        made = click.command(name, cls=Command, context_settings={"help_option_names": HELP_NAMES},
                             help=function.__doc__, short_help=summary)(callback)
        made.params.extend(options_of(options))
        return made

    return decorate


def word(name: str, offered: Completer, required: bool = True) -> Any:
    """An argument that names something; a shell is offered what `offered` finds."""
    default: dict[str, Any] = {} if required else {"default": ""}
    return click.argument(name, required=required, metavar=name.upper(), shell_complete=offered, **default)


def emit(report: Report, settings: Settings) -> None:
    """Show `report` as the options and the stream ask for."""
    terminal = terminal_of(sys.stdout, settings.color, settings.ascii)
    if settings.output and report.picture is not None:
        save(in_format(report.picture(), settings.output), settings.output)
        if report.is_only_drawn and not settings.format:
            return
    elif settings.output and report.files is not None and not settings.format:
        for file, text in report.files().items():
            save(text, file)
        return
    elif settings.output:
        save(shown(report, settings, Terminal(width=terminal.width, unicode=not settings.ascii)), settings.output)
        return
    text = shown(report, settings, terminal)
    put(escaped(text, sys.stdout) if settings.format == "json" else text)


def shown(report: Report, settings: Settings, terminal: Terminal) -> str:
    """The whole output, with its last newline."""
    wish = settings.format or ("text" if _laid_out(settings, terminal) else "")
    if wish == "json":
        return as_json(report.command, report.code == 0, dict(report.payload())) + "\n"
    if wish == "text":
        return terminal.plain("".join(f"{line.rstrip()}\n" for line in report.lines(terminal)))
    if report.aside and not settings.quiet:
        errors = terminal_of(sys.stderr, settings.color, settings.ascii)
        rows = noted(report.aside, errors if errors.tty else errors._replace(width=maxsize))
        remark("".join(f"{errors.plain(row)}\n" for row in rows))
    dialect = wish or terminal._replace(unicode=terminal.unicode and terminal.tty).dialect
    return report.form(terminal.shows(dialect)).rstrip("\n") + "\n"


def _laid_out(settings: Settings, terminal: Terminal) -> bool:
    """A person gets the whole layout, a pipe one line; steps were asked for, so they are shown to either."""
    return not settings.quiet and (terminal.tty or bool(settings.steps))


def as_json(command: str, ok: bool, payload: Mapping[str, Any]) -> str:
    """The JSON object of an answer or a refusal, without any character that a terminal obeys."""
    import json
    import re

    head: dict[str, Any] = {"schema": "matcalc/1", "ok": ok, "command": command}
    whole = {**head, **payload, "diagnostics": payload.get("diagnostics", [])}
    text = json.dumps(whole, ensure_ascii=False, allow_nan=False)
    return re.sub(_OBEYED, lambda found: f"\\u{ord(found[0]):04x}", text)


_OBEYED = "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"  # JSON escapes others


def escaped(text: str, stream: TextIO) -> str:
    """A line of JSON in the characters that `stream` has, the others as escapes that JSON knows."""
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        import json

        return json.dumps(json.loads(text)) + "\n"
    return text
