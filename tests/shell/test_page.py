"""The session in the manual's page on the prompt is what the prompt says; MATCALC_REWRITE=1 writes it anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

from matcalc.cli.screen.terminal import Terminal
from matcalc.shell.conversation import answer
from matcalc.shell.directives import DIRECTIVES
from matcalc.shell.state import State
from tests.cli.sessions import settled

PAGE = Path(__file__).parent.parent.parent / "docs" / "repl.md"
SESSION = re.compile(r"^```\n(› .*?)^```$", re.MULTILINE | re.DOTALL)


def played(match: re.Match[str]) -> str:
    state, rows = State(), ["```\n"]
    for line in re.findall(r"^› (.*)$", match[1], re.MULTILINE):
        state, said = answer(state, line, Terminal(tty=True, width=100))
        rows.append(f"› {line}\n{said.text}{said.errors}")
    return "".join([*rows, "```"])


def test_the_page_shows_what_the_prompt_says() -> None:
    text = PAGE.read_text("utf-8")
    now = SESSION.sub(played, text)
    if os.environ.get("MATCALC_REWRITE"):
        PAGE.write_text(now, "utf-8")
        return
    assert settled(now) == settled(text)


def test_the_page_names_every_directive() -> None:
    text = PAGE.read_text("utf-8")
    assert [name for name in DIRECTIVES if f":{name}" not in text and name != "exit"] == []
