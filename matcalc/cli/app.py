"""The group of commands: a command's module is imported when it is called, and a formula may itself be a question."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from os import environ
from typing import TYPE_CHECKING, Any

import click

from matcalc import __version__
from matcalc.cli.arguments import HELP_NAMES, command_first
from matcalc.cli.commands import commands, listed

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _has_file(args: Sequence[str]) -> bool:
    """Whether the problems come from a file."""
    options = args[:args.index("--")] if "--" in args else args
    return any(arg.partition("=")[0] == "--file" for arg in options) and not {"-h", "--help"} & set(options)


_QUESTION = r"[∂∇]|\\(?:partial|nabla)(?![A-Za-z])|\bd[^/]*/\s*d|\\[dt]?frac\s*\{\s*(?:d|\\mathrm)"
QUESTION = "question"  # the command of a formula that is itself the question, ∂/∂X tr(AXB); it needs no name


def is_question(text: str) -> bool:
    """Whether a formula may ask for a derivative itself."""
    return re.search(_QUESTION, text) is not None


class Group(click.Group):
    """Commands by name, loaded lazily; errors end in messages and exit codes."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names of the commands in the list that help shows."""
        return list(listed())

    def get_command(self, _ctx: click.Context | None, name: str) -> click.Command | None:
        """The command `name`, its module imported only now; None where there is none."""
        if name not in commands():
            return None
        from importlib import import_module

        module = import_module(f"matcalc.cli.commands.{commands()[name][0]}")
        found: click.Command = getattr(module, name.replace("-", "_"))
        return found

    def resolve_command(self, ctx: click.Context,
                        args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Name, command and arguments; a formula that is itself the question goes to the command `question`."""
        if args[0] not in commands() and is_question(args[0]):
            return QUESTION, self.get_command(ctx, QUESTION), args
        found = self.get_command(ctx, args[0])
        if found is None and ctx.resilient_parsing:
            return None, None, []
        if found is None:
            from matcalc.cli.usage import unknown_command

            raise unknown_command(args[0], listed(), args)
        return args[0], found, args[1:]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options may stand before the command; an expression with a minus in its place is not an option."""
        if args and args[0].startswith("-") and args[0] not in ("-h", "--help", "--version"):
            from matcalc.cli.settings import VALUED

            args = command_first(args, VALUED, commands())
            self.resolve_command(ctx, list(args))
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands from the list, without importing them."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name, help=line) for name, line in listed().items()
                if name.startswith(incomplete)] or super().shell_complete(ctx, incomplete)

    def _main_shell_completion(self, ctx_args: Any, prog_name: str, complete_var: str | None = None) -> None:
        """Only where a shell asks, which says what has been typed."""
        if "COMP_WORDS" in environ:
            super()._main_shell_completion(ctx_args, prog_name, complete_var)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands with their summaries, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(listed().items()))

    def main(self, args: Sequence[str] | None = None, *_: Any, **extra: Any) -> Any:
        """Run, and leave with the exit code; the name shown is matcalc, however it was started."""
        from matcalc.cli.guard import Guard

        args = list(sys.argv[1:] if args is None else args) or ["--help"]
        extra |= {"standalone_mode": False, "prog_name": "matcalc"}
        with Guard(args) as guard:
            guard.code = _several(args) if _has_file(args) else super().main(list(args), **extra) or 0
        sys.exit(guard.code)


@click.group(cls=Group, context_settings={"help_option_names": HELP_NAMES, "max_content_width": 100},
             epilog='Try: matcalc grad "det(AXB)" --wrt X')
@click.version_option(__version__, prog_name="matcalc", message="%(prog)s %(version)s")
def app() -> None:
    """Matrix calculus: closed forms, the conditions under which they hold, and the check."""


def _several(args: Sequence[str]) -> int:
    from matcalc.cli.batch import run

    return run(args, _named, asked)


def asked(args: Sequence[str]) -> int:
    """Run one command; the exit code."""
    try:
        app.main(args)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _named(name: str) -> Any:
    return app.get_command(None, name)
