"""A command is one file: it is listed, called, completed, explained and asked in batches as it states."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import jsonschema
import pytest

from matcalc.cli import commands
from matcalc.cli.command import Command
from tests.cli.sessions import run
from tests.cli.test_json import SCHEMA

SHAPE = '''"""The command that tells a shape."""

from matcalc import api
from matcalc.cli.command import Report, command, expression
from matcalc.cli.screen.wording import shape_text
from matcalc.cli.settings import READING, Settings


@command("shape", "The shape of an expression.", expression(), options=READING)
def shape(settings: Settings, expr: str) -> Report:
    """The shape of EXPR: matcalc shape "A x"."""
    found = api.parse(expr, **settings.reading())
    said = shape_text(found.shape)
    return Report("shape", lambda terminal: [said], lambda dialect: said, lambda: {"text": said})
'''


@pytest.fixture
def shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One more file of commands."""
    (tmp_path / "shaping.py").write_text(SHAPE, encoding="utf-8")
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    commands.commands.cache_clear()
    yield
    commands.commands.cache_clear()
    sys.modules.pop(f"{commands.__name__}.shaping", None)


def test_what_is_read_is_what_is_called() -> None:
    for name, (module, line) in commands.commands().items():
        made = getattr(import_module(f"{commands.__name__}.{module}"), name.replace("-", "_"))
        assert isinstance(made, Command)
        assert (made.name, made.short_help) == (name, line)


def test_no_command_is_imported_before_it_is_called() -> None:
    text = Path(str(commands.__file__)).read_text(encoding="utf-8")
    assert "import matcalc" not in text
    assert "from matcalc" not in text


@pytest.mark.usefixtures("shape")
def test_a_new_command_is_one_file() -> None:
    assert re.search(r"\n  shape +The shape of an expression\.\n\n  Try: matcalc grad", run("--help")[1])
    assert run("shape", "A x", "-v", "x: vector(n)") == (0, "m×1\n", "")
    assert "--rules FILE" in run("shape", "--help")[1]
    assert run("help", "shape")[1].rstrip() == run("shape", "-h")[1].rstrip()
    data = json.loads(run("shape", "A x", "--json")[1])
    jsonschema.validate(data, SCHEMA)
    assert (data["command"], data["text"]) == ("shape", "m×1")
    assert 'help: write   matcalc shape "A x"' in run("shape")[2]
    assert "matcalc shape x" in run("shap", "x")[2]
    answers = run("shape", "--file", "-", stdin="A x\nx'x\n")[1].splitlines()
    assert [json.loads(answer)["text"] for answer in answers] == ["m×1", "scalar"]
    offered = {"COMP_WORDS": "matcalc sha", "COMP_CWORD": "1", "_MATCALC_COMPLETE": "bash_complete"}
    assert run(env=offered)[1] == "plain,shape\n"


def test_the_screen_knows_no_command() -> None:
    screen = Path(str(commands.__file__)).parent.parent / "screen"
    texts = {file.name: file.read_text(encoding="utf-8") for file in screen.glob("*.py")}
    assert [name for name, text in texts.items() if "matcalc.cli.commands" in text] == []
