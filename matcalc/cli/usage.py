"""Wrong arguments as diagnostics: the command line is the text, and a fix is a whole command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import click

from matcalc.cli.arguments import command_line
from matcalc.cli.settings import ALL, VALUED, spellings
from matcalc.diagnostics import Diagnostic, MatcalcError, Span, fail, quoted
from matcalc.language.suggest import closest

UNKNOWN_COMMAND, UNKNOWN_OPTION, WRONG_USE = "M0001", "M0002", "M0003"


def unknown_command(name: str, names: Iterable[str], args: Sequence[str]) -> MatcalcError:
    """No such command; an expression in its place may want the gradient."""
    near = _near(name, names)
    fixes = [_replaced(args, name, word) for word in near]
    if not near and not name.isalpha():
        fixes = [command_line(["grad", *args])]
    fixes = fixes or ["matcalc --help"]
    return fail(UNKNOWN_COMMAND, f"there is no command “{name}”", command_line(args), _place(args, name),
                fixes=tuple(fixes))


def unknown_rule(name: str, names: Iterable[str]) -> MatcalcError:
    """No such function in the rules; those that look like it."""
    return fail("M0705", f"there is no rule called {name}", name, fixes=tuple(closest(name, names, 3)))


def diagnostic(error: click.UsageError, args: Sequence[str]) -> Diagnostic:
    """A complaint of click's as a diagnostic."""
    if isinstance(error, click.NoSuchOption):
        return _unknown_option(error.option_name, error, args)
    if stray := next((arg for arg in args if arg in VALUED and error.ctx and arg not in _options(error)), ""):
        return _unknown_option(stray, error, args)
    if isinstance(error, click.MissingParameter) and error.ctx is not None and error.param is not None:
        return _missing(error, error.ctx, args)
    token, value = _culprit(error, args)
    fixes = _fixes(error, value, args) if value else ()
    message = error.format_message().rstrip(".")
    message = message[:1].lower() + message[1:]
    if error.ctx is not None and not fixes:
        pieces = error.ctx.command.collect_usage_pieces(error.ctx)
        message += f"; usage: {' '.join([error.ctx.command_path, *pieces])}"
    return Diagnostic(WRONG_USE, message, command_line(args), _place(args, token) if token else None, (), fixes)


def _missing(error: click.MissingParameter, ctx: click.Context, args: Sequence[str]) -> Diagnostic:
    """An argument is missing: what it is, and an example to copy."""
    wanted = [p for p in ctx.command.params if isinstance(p, click.Argument)]
    is_expression = error.param is not None and error.param.name in ("expr", "a", "b")
    what = "an expression" if is_expression and len(wanted) == 1 else \
        "two expressions" if is_expression else f"{error.param.human_readable_name if error.param else 'an argument'}"
    example = re.search(r"matcalc [\w-]+ \".*[^.\s]", ctx.command.help or "")
    words = getattr(ctx.command, "example", ()) or ["x'Ax"]
    fix = example[0] if example else command_line([str(ctx.info_name), *words])
    return Diagnostic(WRONG_USE, f"{ctx.command_path} needs {what}", command_line(args), None, (), (fix,))


def _fixes(error: click.UsageError, token: str, args: Sequence[str]) -> tuple[str, ...]:
    """A value that sticks to a short option is cut off; a choice that is misspelt is corrected."""
    if token.startswith("-") and len(token) > 2 and token[:2] in _options(error):
        return (command_line(args).replace(quoted(token), f"{token[:2]} {token[2:]}"),)
    if isinstance(error, click.BadParameter) and error.param is not None and isinstance(error.param.type, click.Choice):
        return tuple(_replaced(args, token, word) for word in closest(token, map(str, error.param.type.choices)))
    return ()


def _unknown_option(name: str, error: click.UsageError, args: Sequence[str]) -> Diagnostic:
    is_elsewhere = name in {word for names in ALL for word in names.split("/")}  # an option of another command
    near = _near(name, _options(error)) if name.startswith("--") and not is_elsewhere else []
    help_page = f"{error.ctx.command_path} --help" if error.ctx else "matcalc --help"
    fixes = tuple(_replaced(args, name, word) for word in near) or (help_page,)
    return Diagnostic(UNKNOWN_OPTION, f"there is no option {name}", command_line(args), _place(args, name), (), fixes)


def _options(error: click.UsageError) -> list[str]:
    return list(spellings(error.ctx.command.get_params(error.ctx))) if error.ctx else []


def _near(name: str, words: Iterable[str]) -> list[str]:
    """Close in spelling, or begun and not finished."""
    words = list(words)
    found = closest(name, words)
    return found or [word for word in words if len(name.strip("-")) > 1 and word.startswith(name)][:2]


def _culprit(error: click.UsageError, args: Sequence[str]) -> tuple[str, str]:
    """The argument that the message names, if it names one, and the part of it that is wrong."""
    message = error.format_message()
    for arg in reversed(args):
        for value in (arg, arg.partition("=")[2]):
            if value and (f"'{value}'" in message or f"({value})" in message):
                return arg, value
    return "", ""


def _place(args: Sequence[str], token: str) -> Span | None:
    """Where `token` stands in the command line as it is shown."""
    for i, arg in enumerate(args):
        if arg == token or arg.partition("=")[0] == token:
            start = len(command_line(args[:i])) + 1
            return Span(start, start + len(quoted(arg)))
    return None


def _replaced(args: Sequence[str], old: str, new: str) -> str:
    """The command line with `new` for `old`: an argument, the name before a =, or the value behind it."""
    words = []
    for arg in args:
        name, equals, value = arg.partition("=")
        whole = new if arg == old else arg
        words.append(new + equals + value if name == old else name + equals + new if value == old else whole)
    return command_line(words)
