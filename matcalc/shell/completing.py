"""What Tab offers at the cursor: commands, options, functions, names, files; of LaTeX's commands the sign itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache

import click

from matcalc.answer.problem import rulebook_for
from matcalc.cli.app import app
from matcalc.cli.commands import listed
from matcalc.cli.settings import VALUED
from matcalc.diagnostics import MatcalcError
from matcalc.extensions import dialect_names
from matcalc.language.characters import COMMANDS, GLYPHS
from matcalc.language.constructs import commands as infix_commands
from matcalc.language.declarations import KINDS, PROPERTIES
from matcalc.language.framing import framed
from matcalc.language.syntax import Op, postorder
from matcalc.records import NamedTuple
from matcalc.shell.asked_line import read
from matcalc.shell.directives import DIRECTIVES
from matcalc.shell.state import Question, State
from matcalc.shell.typed import OUTSIDE, typed

_TEX = re.compile(r"\^?\\([A-Za-z]+)$")
_RAISED = {"top": "ᵀ", "intercal": "ᵀ"}
_FILES = ("rules", "save", "load", "graph")
_WORD = re.compile(r"[^\W\d_][\w′]*$|_$|$")


class Offer(NamedTuple):
    """`text` takes the place of the `length` characters before the cursor; `meaning` stands beside it in the list."""

    text: str
    length: int
    meaning: str = ""


@cache
def tex_signs() -> dict[str, str]:
    """The sign of every command of LaTeX that stands for one that can be seen."""
    signs = {**infix_commands(), **COMMANDS, **GLYPHS, "nabla": "∇", "partial": "∂"}
    return {name: sign for name, sign in sorted(signs.items())
            if name.isalpha() and len(sign) == 1 and sign.isprintable() and not sign.isascii() and not sign.isspace()
            and not "\ue000" <= sign <= "\uf8ff"}


def offers(state: State, before: str) -> list[Offer]:
    """What may stand at the end of `before`, the text up to the cursor. Raises nothing."""
    try:
        return list(_offers(state, before))
    except MatcalcError:
        return []


def _offers(state: State, before: str) -> Iterator[Offer]:
    if (tex := _TEX.search(before)) is not None:
        yield from _signs(tex)
    elif (directive := re.match(r"\s*:(\w*)(\s+)?(.*)$", before, re.DOTALL)) is not None:
        yield from _of_directive(*directive.groups())
    elif (option := re.search(r"(?:^|\s)(--[a-z-]*)$", before)) is not None:
        yield from _begun({name: "" for name in _options(before) if name.startswith("--")}, option[1])
    elif (wrt := re.search(r"\s(?:wrt|--wrt|-w)\s+(?:[^,]*,\s*)*([^\s,]*)$", before)) is not None:
        yield from _begun(dict.fromkeys(_variables(state, before[:wrt.start()]), ""), wrt[1])
    elif (to := re.search(r"\s--to\s+(\w*)$", before)) is not None:
        yield from _begun(dict.fromkeys(_targets(), ""), to[1])
    elif (said := re.match(r"\s*[^\s:=]+(?:\s*,\s*[^\s:=]+)*\s*:(?!=)\s*(?:.*[\s)])?([a-z]*)$", before)) is not None:
        yield from _begun({**dict.fromkeys(KINDS, "kind"), **dict.fromkeys(sorted(PROPERTIES), "property")}, said[1])
    else:
        yield from _words(state, before)


def _signs(tex: re.Match[str]) -> Iterator[Offer]:
    """α for \\alpha, ᵀ for ^\\top; where the command is whole, the sign alone."""
    name, is_raised = tex[1], tex[0].startswith("^")
    raised = is_raised and name in _RAISED
    if name in tex_signs():
        sign = _RAISED[name] if raised else tex_signs()[name]
        yield Offer(sign, len(tex[0]) - (is_raised and not raised), f"\\{name}")
    longer = {known: sign for known, sign in tex_signs().items() if known.startswith(name) and known != name}
    for known, sign in longer.items():
        yield Offer(sign, len(name) + 1, f"\\{known}")


def _of_directive(name: str, space: str | None, rest: str) -> Iterator[Offer]:
    if space is None:
        yield from _begun({known: entry.says for known, entry in DIRECTIVES.items()}, name)
    elif name in _FILES:
        yield from (Offer(path, len(rest)) for path in _paths(rest))
    else:
        words: dict[str, Iterable[str]] = {"code": _targets(), "copy": dialect_names(), "steps": ("brief", "full"),
                                           "help": [*listed(), *DIRECTIVES]}
        yield from _begun(dict.fromkeys(words.get(name, ()), ""), rest)


def _paths(rest: str) -> list[str]:
    """Files and folders that begin so."""
    folder, begun = os.path.split(rest)
    try:
        names = sorted(os.listdir(os.path.expanduser(folder) or "."))
    except OSError:
        return []
    found = [os.path.join(folder, name) for name in names if name.startswith(begun) and (begun or name[0] != ".")]
    return [path + os.sep if os.path.isdir(os.path.expanduser(path)) else path for path in found]


def _targets() -> list[str]:
    from matcalc.targets import TARGETS

    return list(TARGETS)


def _options(before: str) -> list[str]:
    """The options of the command that the line begins with."""
    name = before.split()[0] if before.split() else ""
    made = app.get_command(None, name) if name in listed() else None
    if made is None:
        return list(VALUED)
    return [opt for p in made.params if isinstance(p, click.Option) for opt in p.opts]


def _variables(state: State, before: str) -> list[str]:
    """The variables of the formula that stands before."""
    found = typed(before)
    if not isinstance(found, Question) or not found.words:
        return []
    elaborated = read(found.words[0], state)
    names = dict.fromkeys(str(s.data) for s in postorder(elaborated.syntax) if s.op is Op.NAME)
    return [name for name in elaborated.variables if name in names or elaborated.indices is not None]


def _words(state: State, before: str) -> Iterator[Offer]:
    """Commands at the beginning; functions and names everywhere."""
    match = _WORD.search(before)
    word = match[0] if match else ""
    if not word:
        return
    is_first = not before[:-len(word)].strip()
    known = {name: line for name, line in listed().items() if name not in OUTSIDE} if is_first else {}
    known |= dict.fromkeys(state.declared, "declared") | {n: "defined" for d in state.definitions for n in d.names}
    if state.value is not None:
        known |= dict.fromkeys(state.value.declared, "of the last answer")
    known |= dict.fromkeys(sorted(rulebook_for(state.rules).names()), "function")
    known |= {} if is_first or framed(before).declarations else {"wrt": "by which variable"}
    yield from _begun(known, word)


def _begun(known: dict[str, str], word: str) -> Iterator[Offer]:
    return (Offer(name, len(word), meaning) for name, meaning in known.items()
            if name.startswith(word) and name != word)
