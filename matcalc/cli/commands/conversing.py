"""The command that asks for one line after the other: formulas and commands without quotes."""

from __future__ import annotations

from matcalc.cli.command import conversation
from matcalc.cli.settings import Settings, only

PLACE = 95
_OPTIONS = only("-v/--var", "--rules", "--dialect", "--layout", "--vec", "--structure", "--seed", "--timeout",
                "--no-limit", "--ascii", "--color")


@conversation("repl", "A prompt: formulas and commands without quotes.", _OPTIONS)
def repl(settings: Settings) -> int:
    """A prompt for formulas and commands, without quotes: matcalc repl. :help there tells what can be typed.

    Declarations, definitions (r := A x - b) and rule files stay for the session, and _ is the last answer. From a pipe
    it answers line by line, without a prompt; the exit code is then the largest of all."""
    from matcalc.shell.state import State
    from matcalc.shell.talking import talk

    return talk(State(declared=settings.variables(), rules=settings.rules, options=_given(settings)), settings)


def _given(settings: Settings) -> tuple[str, ...]:
    """The options that every question gets."""
    given: list[str] = []
    for name in (names.split("/")[-1] for names in _OPTIONS):
        key = name.strip("-").replace("-", "_")
        value = vars(settings).get(key)
        if key in ("var", "rules", "color", "ascii") or value in (None, False, getattr(Settings, key)):
            continue
        given += [name] if value is True else [name, str(value)]
    return tuple(given)
