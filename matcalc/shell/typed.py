"""What a typed line is: a directive (`:steps`), a declaration, a definition, or a question: a command, or a formula.

Nothing is quoted at the prompt. Options begin with -- (or -w, -v, -o at the end of a line), and `wrt X` is --wrt X. A
line copied from a document, with `matcalc` in front and quotes around its formulas, is read as a shell reads it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from click import Command

from matcalc.cli.app import QUESTION, app, is_question
from matcalc.cli.arguments import HELP_NAMES, sorted_out
from matcalc.cli.command import expressions
from matcalc.cli.commands import listed
from matcalc.cli.settings import VALUED, spellings
from matcalc.diagnostics import Span, fail
from matcalc.language.framing import framed
from matcalc.records import NamedTuple
from matcalc.shell.state import Question

OUTSIDE = ("repl", "completion", "page")  # commands that make no sense at the prompt
_NAME = r"(?:\\[A-Za-z]+|[^\W\d_])(?:[\w\u0302-\u0307′]|_?\{[^{}]*\})*"
_NAMES = rf"{_NAME}(?:\s*,\s*{_NAME})*"
_DECLARES = re.compile(rf"\s*{_NAMES}\s*(?::(?!=)|∈|\\in(?![A-Za-z])|\s(?:is|are)\s|(?:>|≥)\s*0\s*$)")
_DEFINES = re.compile(rf"\s*(?P<left>{_NAMES}\s*(?:\([^()]*\))?)\s*(?::=|≔|\\coloneqq(?![A-Za-z]))")
_SHELL = re.compile(r"\s*(?:[$%>]\s+)?matcalc\s+")
_WORD = re.compile(r"\s*([a-z]+)(?=\s|$)")
_OPTION = re.compile(r"\s+(?=--[a-z][a-z-]+(?:[\s=]|$))")
_SHORT = re.compile(r"\s+-([wvo])\s+(?=[^\s-])")
_WRT = re.compile(r"\s+wrt(?=\s|$)")
_QUOTED = re.compile(r"\s*(?:\"[^\"]*\"|'[^']*'|\S+)")


class Directive(NamedTuple):
    """`:name argument`."""

    name: str
    argument: str


class Declared(NamedTuple):
    """A: spd(n), x ∈ ℝⁿ; the text declares one name or several."""

    text: str


class Defined(NamedTuple):
    """r := A x − b; f(x) := x'x."""

    left: str
    text: str


Typed = Directive | Declared | Defined | Question


def typed(text: str) -> Typed | None:
    """What a line is; None of a blank one and of a remark. Raises InputError for what no command takes."""
    text = text.strip()
    if not text or text.startswith("#"):
        return None
    if text.startswith(":"):
        name, _, argument = text[1:].strip().partition(" ")
        return Directive(name, argument.strip())
    if text in ("quit", "exit", "help"):
        return Directive(text, "")
    if text == "?":
        return Directive("help", "")
    if (match := _DEFINES.match(text)) is not None and not _follows(text):
        return Defined(match["left"].strip(), text.rstrip("; \t\n"))
    return Declared(text) if _is_declaration(text) else _question(text)


def _follows(text: str) -> bool:
    """Whether a formula stands behind the definitions: r := A x − b; r'r."""
    return bool(text[framed(text).statement:].strip("; \t\n")) and framed(text).statement > 0


def _is_declaration(text: str) -> bool:
    word = _WORD.match(text)
    return _DECLARES.match(text) is not None and not (word and word[1] in listed() and text[word.end():].strip())


def _question(text: str) -> Question:
    if (match := _SHELL.match(text)) is not None:
        return _as_in_a_shell(text, match.end())
    word = _WORD.match(text)
    if word is None or word[1] not in listed():
        words, options = _parted(text, VALUED)
        asking = QUESTION if is_question(words[0] if words else "") else \
            "grad" if "--wrt" in options else "simplify"
        return Question(asking, tuple(words), tuple(options))
    made = _command(word[1], text)
    rest = text[word.end():].strip()
    if rest in HELP_NAMES:
        return Question(word[1], (), ("--help",))
    if not expressions(made) or rest.startswith(('"', "'")):
        return _split(text, word[1], made, rest, word.end())
    words, options = _parted(rest, spellings(made.params))
    if len(expressions(made)) == 2 and len(words) == 1:
        words = re.split(r"\s*==\s*|\s*(?<![:<>=])=(?!=)\s*", words[0], maxsplit=1)
    return Question(word[1], tuple(words), tuple(options))


def _command(name: str, text: str) -> Command:
    if name in OUTSIDE:
        raise fail("M0003", f"{name} is for a shell; this is the prompt, :help tells what can be typed here", text)
    found = app.get_command(None, name)
    assert found is not None
    return found


def _as_in_a_shell(text: str, start: int) -> Question:
    """matcalc grad "det(AXB)" --wrt X."""
    words = _shell_words(text, start)
    if not words:
        return Question("help")
    if words[0] not in listed():
        front, rest = sorted_out(words, VALUED)
        return Question(QUESTION if rest and is_question(rest[0]) else "simplify", tuple(rest), tuple(front))
    front, rest = sorted_out(words[1:], spellings(_command(words[0], text).params))
    return Question(words[0], tuple(rest), tuple(front))


def _split(text: str, name: str, made: Command, rest: str, start: int) -> Question:
    front, words = sorted_out(_shell_words(text, start) if rest else [], spellings(made.params))
    return Question(name, tuple(words), tuple(front))


def _shell_words(text: str, start: int) -> list[str]:
    try:
        return shlex.split(text[start:])
    except ValueError:
        at = max(text.rfind('"'), text.rfind("'"))
        raise fail("M0003", "a quotation mark is opened and not closed", text, Span(at, at + 1)) from None


def _parted(text: str, valued: Mapping[str, bool]) -> tuple[list[str], list[str]]:
    """The formula of a text without quotes, and the options before and behind it."""
    front, text = _in_front(text, valued)
    head, *tail = _OPTION.split(_WRT.sub(" --wrt ", _SHORT.sub(_long, f" {text}")).strip())
    if head.startswith("--") and head.partition(" ")[0].partition("=")[0] in valued:
        head, tail = "", [head, *tail]
    options = [word for option in tail for word in _option(option, valued)]
    return [head] if head else [], [*front, *options]


def _long(match: re.Match[str]) -> str:
    return {"w": " --wrt ", "v": " --var ", "o": " --output "}[match[1]]


def _in_front(text: str, valued: Mapping[str, bool]) -> tuple[list[str], str]:
    """Options that stand before a formula: one word each, or in quotes."""
    found: list[str] = []
    while (match := re.match(r"\s*(--?[a-z][a-z-]*)(=\S+)?(?=\s|$)", text)) is not None and match[1] in valued:
        text = text[match.end():]
        found.append(match[1] + (match[2] or ""))
        if valued[match[1]] and not match[2] and match[1] != "--steps" and (word := _QUOTED.match(text)):
            found.append(_unquoted(word[0]))
            text = text[word.end():]
    return found, text.strip()


def _option(text: str, valued: Mapping[str, bool]) -> list[str]:
    """--steps full, --wrt X, Y, --claim 2 A x: the value is all that follows."""
    name, value = re.match(r"(--[a-z-]+)[\s=]*(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    value = _unquoted(value)
    if name == "--steps":
        return [f"--steps={value or 'brief'}"]
    return [name, value] if value or valued.get(name) else [name]


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
