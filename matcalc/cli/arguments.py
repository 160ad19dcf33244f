"""Arguments before click sees them: an expression may start with a minus, options may stand anywhere.

Options come first, then `--`, then everything else; so `-log(det(X))` is never taken for a bundle of short options.
An attached value (`-wX`) is not an option: it could be the expression −w·X.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from itertools import zip_longest

from matcalc.diagnostics import quoted

HELP_NAMES = ["-h", "--help"]
STEPS = ("-s", "--steps")


def sorted_out(args: Sequence[str], options: Mapping[str, bool]) -> tuple[list[str], list[str]]:
    """The options with their values, and all other arguments; `options` says which options take a value."""
    front: list[str] = []
    rest: list[str] = []
    i = 0
    while i < len(args):
        token, i = args[i], i + 1
        name, equals, value = token.partition("=")
        if token == "--":
            return front, rest + list(args[i:])
        if name in STEPS and name in options:
            front.append(f"--steps={value or 'brief'}")
        elif name in options and options[name] and not equals:
            front += args[i - 1:i + 1]
            i += 1
        elif name in options:
            front += [name, value] if equals and options[name] else [token]
        elif _looks_long(name):
            front.append(token)
        else:
            rest.append(token)
    return front, rest


def _looks_long(token: str) -> bool:
    """--word, which can be nothing but an option."""
    return token[:2] == "--" and token[2:3].isascii() and token[2:3].isalpha() and \
        token.translate({ord("-"): "", ord("_"): ""}).isalnum()


def command_first(args: Sequence[str], options: Mapping[str, bool], commands: Container[str]) -> list[str]:
    """`args` with the command in front of options that were written before it."""
    front, rest = sorted_out(args, options)
    return [rest[0], *front, "--", *rest[1:]] if rest and rest[0] in commands else list(args)


def wishes(args: Sequence[str]) -> dict[str, str]:
    """What the arguments say about the form of messages, read without help from click: it may be click that fails."""
    found = {"color": "auto", "json": "", "ascii": "", "quiet": ""}
    for token, following in zip_longest(args, args[1:], fillvalue=""):
        name, _, value = token.partition("=")
        if name in ("--json", "--ascii", "--quiet", "-q"):
            found["quiet" if name == "-q" else name[2:]] = "yes"
        elif name in ("-f", "--format"):
            found["json"] = found["json"] or ("yes" if (value or following) == "json" else "")
        elif name == "--color":
            found["color"] = value or following
    return found


def command_line(args: Sequence[str], program: str = "matcalc") -> str:
    """The call as it can be typed again, each argument in quotes where a shell needs them."""
    return " ".join([program, *map(quoted, args)])
