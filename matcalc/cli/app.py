"""The group of commands: a table of names and one-line helps; a command's module is imported when it is called."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from matcalc import __version__
from matcalc.cli.arguments import command_first
from matcalc.cli.command import HELP_NAMES
from matcalc.cli.settings import VALUED

COMMANDS = {  # name: (module, one-line help), in the order of the help page
    "grad": ("derivations", "The gradient of a scalar, in the shape of X."),
    "jacobian": ("derivations", "The Jacobian: one row for each output, one column for each input."),
    "hessian": ("derivations", "The second derivative of a scalar."),
    "diff": ("derivations", "The total differential df = ... dX ..."),
    "jvp": ("derivations", "The derivative along a direction, dF[V]."),
    "vjp": ("derivations", "What is pulled back, the gradient of <G, F>."),
    "verify": ("judging", "Compare an answer, or your claim, with finite differences."),
    "equal": ("judging", "Are two expressions equal? Exit code 0 or 1."),
    "simplify": ("reading", "The closed form."),
    "parse": ("reading", "How an expression is read: kinds, shapes and reasons."),
    "trace": ("tracing", "Values, tangents and adjoints, step by step."),
    "graph": ("graphing", "The computation graph: tree, DOT, Mermaid, SVG."),
    "descend": ("descending", "Minimise with the derived gradient."),
    "code": ("coding", "A function that computes the derivative."),
    "rules": ("rules", "The mathematics matcalc knows: list, show, check."),
    "explain": ("explaining", "What a message, or a rule, means."),
    "completion": ("completion", "Completion of commands, options and variables by the shell."),
    "examples": ("explaining", "Worked problems to copy."),
    "help": ("explaining", "Pages on input, layout and structure."),
}


def _has_file(args: Sequence[str]) -> bool:
    """Whether the problems come from a file."""
    options = args[:args.index("--")] if "--" in args else args
    return any(arg.partition("=")[0] == "--file" for arg in options) and not {"-h", "--help"} & set(options)


def _several(args: Sequence[str]) -> int:
    from matcalc.cli.batch import run

    return run(args)


_QUESTION = re.compile(r"[∂∇]|\\(?:partial|nabla)(?![A-Za-z])|\bd[^/]*/\s*d|\\[dt]?frac\s*\{\s*(?:d|\\mathrm)")
QUESTION = "question"  # the command of a formula that is itself the question, ∂/∂X tr(AXB); it needs no name


class Group(click.Group):
    """Commands by name, loaded lazily; errors end in messages and exit codes."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS and name != QUESTION:
            return None
        module = COMMANDS[name][0] if name in COMMANDS else QUESTION
        found: click.Command = getattr(import_module(f"matcalc.cli.{module}"), name)
        return found

    def resolve_command(self, ctx: click.Context,
                        args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and _QUESTION.search(args[0]):
            return QUESTION, self.get_command(ctx, QUESTION), args
        found = self.get_command(ctx, args[0])
        if found is None and ctx.resilient_parsing:
            return None, None, []
        if found is None:
            from matcalc.cli.usage import unknown_command

            raise unknown_command(args[0], COMMANDS, args)
        return args[0], found, args[1:]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options may stand before the command; an expression with a minus in its place is not an option."""
        if args and args[0].startswith("-") and args[0] not in ("-h", "--help", "--version"):
            args = command_first(args, VALUED, COMMANDS)
            self.resolve_command(ctx, list(args))
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Commands from the table, without importing them."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name, help=summary) for name, (_, summary) in COMMANDS.items()
                if name.startswith(incomplete)] or super().shell_complete(ctx, incomplete)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

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
