"""Commands that explain: message codes, rules, worked examples and pages of help, all of them data; and completion."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matcalc.cli.command import Report, command, word
from matcalc.cli.commands import listed
from matcalc.cli.completion import items, rule_names
from matcalc.cli.screen.terminal import INDENT, Terminal, paragraph
from matcalc.cli.settings import SHOWING, Settings
from matcalc.diagnostics import fail

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PLACE = 90
SHELLS = ("bash", "zsh", "fish")
_HERE = Path(__file__).parent.parent
PAGES = {
    "input": "what can be typed",
    "index": "sums over indices",
    "layout": "the shapes of derivatives",
    "targets": "languages and plans of programs",
    "structure": "symmetric and other variables",
    "schema": "the object that --json prints, as a JSON schema",
}


@cache
def codes() -> dict[str, dict[str, str]]:
    """Title and text of every message code."""
    import tomllib

    return tomllib.loads((_HERE / "codes.toml").read_text(encoding="utf-8"))


def _explained(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return items([*codes(), *rule_names()], incomplete)


@command("explain", "What a message, or a rule, means.", word("topic", _explained), options=SHOWING, example=("M0301",))
def explain(_settings: Settings, topic: str) -> Report:
    """What a message means (matcalc explain M0301), or the rule of a function (matcalc explain det)."""
    code = topic.strip("[]").upper()
    if code in codes():
        return _message(code, codes()[code])
    if code[:1] == "M" and code[1:].isdecimal():
        raise fail("M0003", f"there is no message {code}; codes run from {min(codes())} to {max(codes())}")
    from matcalc.cli.screen.lesson import lesson

    return lesson(topic.strip("[]"))


def _message(code: str, entry: dict[str, str]) -> Report:
    def lines(terminal: Terminal) -> list[str]:
        title = terminal.paint(f"{code}: {entry['title']}", "strong")
        return [INDENT + title, "", *paragraph(entry["text"], terminal.width)]

    return Report("explain", lines, lambda _: f"{code}: {entry['title']}. {entry['text']}",
                  lambda: {"explanation": {"code": code, **entry}})


@command("completion", "Completion of commands, options and variables by the shell.",
         click.argument("shell", type=click.Choice(SHELLS)), options=SHOWING, example=("bash",))
def completion(_settings: Settings, shell: str) -> Report:
    """The completion script of a SHELL: in ~/.bashrc: eval "$(matcalc completion bash)"

    In ~/.zshrc the same with zsh; in ~/.config/fish/config.fish: matcalc completion fish | source
    """
    from click.shell_completion import ShellComplete, get_completion_class

    made = get_completion_class(shell)
    assert made is not None
    script = ShellComplete.source(made(_group(), {}, "matcalc", "_MATCALC_COMPLETE")).rstrip()
    return Report("completion", lambda _: script.splitlines(), lambda _: script, lambda: {"text": script})


def _group() -> click.Group:
    """The group of all commands, in which this one is called."""
    group = click.get_current_context().find_root().command
    assert isinstance(group, click.Group)
    return group


@command("examples", "Worked problems to copy.", options=SHOWING)
def examples(_settings: Settings) -> Report:
    """Commands to copy and change."""
    return _page("examples", (_HERE / "help" / "examples.txt").read_text(encoding="utf-8"))


def _pages(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return items([*PAGES, *listed()], incomplete)


@command("help", "Pages on input, indices, layout and structure.", word("topic", _pages, False), options=SHOWING)
def help(_settings: Settings, topic: str) -> Report:
    """A page of help: input, index, layout, structure or schema; or the help of a command."""
    if topic == "schema":
        return _page("help", (_HERE / "schema.json").read_text(encoding="utf-8"))
    if topic in PAGES:
        return _page("help", (_HERE / "help" / f"{topic}.txt").read_text(encoding="utf-8"))
    if topic in listed():
        return _page("help", _usage(_group(), topic))
    if topic:
        raise fail("M0003", f"there is no page “{topic}”", fixes=tuple(f"matcalc help {page}" for page in PAGES))
    pages = [f"{INDENT}matcalc help {name:10} {title}" for name, title in PAGES.items()]
    return _page("help", "\n".join([*pages, f"{INDENT}matcalc --help          the commands"]))


def _usage(group: click.Group, name: str) -> str:
    """What `matcalc NAME --help` prints."""
    above = click.Context(group, info_name="matcalc")
    found = group.get_command(above, name)
    assert found is not None
    return found.get_help(found.make_context(name, [], parent=above, resilient_parsing=True))


def _page(name: str, text: str) -> Report:
    return Report(name, lambda _: text.rstrip().splitlines(), lambda _: text.rstrip(), lambda: {"text": text})
