"""What a shell offers at the cursor: commands, options, the variables of the expression, names of rules and codes."""

from __future__ import annotations

from collections.abc import Iterable

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from matcalc.cli.arguments import sorted_out
from matcalc.cli.command import command
from matcalc.cli.report import Report
from matcalc.cli.settings import SHOWING, VALUED, Settings
from matcalc.diagnostics import MatcalcError

SHELLS = ("bash", "zsh", "fish")
ARGUMENTS = "matcalc.arguments"  # where a context keeps what has been typed so far


@command("completion", click.argument("shell", type=click.Choice(SHELLS)), options=SHOWING)
def completion(_settings: Settings, shell: str) -> Report:
    """The completion script of a SHELL: in ~/.bashrc: eval "$(matcalc completion bash)"

    In ~/.zshrc the same with zsh; in ~/.config/fish/config.fish: matcalc completion fish | source
    """
    from matcalc.cli.app import app

    made = get_completion_class(shell)
    assert made is not None
    script = ShellComplete.source(made(app, {}, "matcalc", "_MATCALC_COMPLETE")).rstrip()
    return Report("completion", lambda _: script.splitlines(), lambda _: script, lambda: {"text": script})


def items(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def variables(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The variables of the expression that stands in the command line."""
    from matcalc.language import parse
    from matcalc.rulebook.book import standard

    found: dict[str, None] = {}
    for text in sorted_out(ctx.meta.get(ARGUMENTS, ()), VALUED)[1]:
        try:
            found |= dict.fromkeys(parse(text, {}, standard()).variables)
        except MatcalcError:
            continue
    return items(found, incomplete)


def topics(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """What can be named behind rules, explain and help."""
    from matcalc.cli.app import COMMANDS
    from matcalc.cli.explaining import PAGES, codes
    from matcalc.rulebook.book import standard

    if ctx.info_name == "help":
        return items([*PAGES, *COMMANDS], incomplete)
    names = sorted(standard().names())
    return items([*codes(), *names] if ctx.info_name == "explain" else names, incomplete)
