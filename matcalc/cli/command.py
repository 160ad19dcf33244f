"""How a function of (settings, arguments) becomes a command: shared options, `-` for standard input, one answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from matcalc.cli.arguments import arranged
from matcalc.cli.report import Report, emit
from matcalc.cli.settings import ALL, attached, settings_of, spellings
from matcalc.cli.streams import piped
from matcalc.diagnostics import fail
from matcalc.limits import alarm, work

HELP_NAMES = ["-h", "--help"]


class Command(click.Command):
    """A command whose arguments may start with a minus."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["matcalc.arguments"] = args  # for completion, which cannot ask for them otherwise
        return super().parse_args(ctx, arranged(args, spellings(self.get_params(ctx))))


def command(name: str, *parameters: Any, options: dict[str, dict[str, Any]] = ALL) -> Callable[[Any], Command]:
    """Make a command of a function that takes Settings and the values of `parameters` and returns a Report."""

    def decorate(function: Callable[..., Report]) -> Command:
        def run(**given: Any) -> int:
            settings = settings_of(given)
            own = {p.name: given[p.name] for p in made.params if p.name in given and p.name not in _SHARED}
            with alarm(settings.timeout), work(settings.timeout):
                report = function(settings, **own)
                if settings.strict:
                    refuse_defaults(report)
                emit(report, settings)
            return report.code

        callback: Any = attached(options)(run)
        for parameter in reversed(parameters):
            callback = parameter(callback)
        context = {"help_option_names": HELP_NAMES}
        made = click.command(name, cls=Command, context_settings=context, help=function.__doc__)(callback)
        return made

    return decorate


def refuse_defaults(report: Report) -> None:
    """Raise InputError where the kind of a variable was decided by its letter alone: --strict."""
    for v in report.payload().get("variables", ()):
        if "alternative" in v:
            kinds = f"{v['kind']} or a {v['alternative']}"
            raise fail("M0411", f"{v['name']} may be a {kinds}, and only its letter decides", str(v["name"]),
                       fixes=tuple(f'--var "{v["name"]}: {kind}"' for kind in (v["kind"], v["alternative"])))


_SHARED = {names.split("/")[-1].strip("-").replace("-", "_") for names in ALL}


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


def word(name: str, required: bool = True) -> Any:
    default: dict[str, Any] = {} if required else {"default": ""}
    return click.argument(name, required=required, metavar=name.upper(), shell_complete=_topics, **default)


def _topics(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
    from matcalc.cli.completion import topics

    return topics(ctx, incomplete)
