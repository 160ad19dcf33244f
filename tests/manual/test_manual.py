"""The manual is true: generated pages are what the rules say today, and every command shown prints what is shown."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from pkgutil import resolve_name

import pytest

from matcalc import manual
from matcalc.rulebook.book import standard
from tests.cli.sessions import replay, run
from tests.test_architecture import LAYERS, layer

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
WRITTEN = sorted(DOCS.glob("*.md"))
EXAMPLE = re.compile(r"- Example: `matcalc grad (.*)` gives `(.*)`")
EXAMPLES = [found.groups() for file in sorted((DOCS / "functions").glob("*.md"))
            for found in EXAMPLE.finditer(file.read_text("utf-8"))]


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@cache
def pages() -> dict[str, str]:
    return manual.pages()


def test_generated_pages_are_not_stale() -> None:
    """`python -m matcalc.manual` makes them again."""
    stale = [name for name, text in pages().items()
             if not (DOCS / name).is_file() or (DOCS / name).read_text("utf-8") != text]
    assert stale == []
    assert {f"functions/{file.name}" for file in (DOCS / "functions").glob("*.md")} <= set(pages())


def test_a_second_run_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manual, "pages", pages)
    assert len(manual.write(tmp_path)) == len(pages())
    (tmp_path / "functions" / "gone.md").write_text("of a rule file that was removed")
    assert manual.write(tmp_path) == []
    assert not (tmp_path / "functions" / "gone.md").exists()


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.name)
def test_commands_print_what_is_shown(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written, now = replay(file, monkeypatch)
    assert now == written


@pytest.mark.parametrize(("command", "answer"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_examples_of_functions_hold(command: str, answer: str) -> None:
    code, out, err = run("verify", *shlex.split(command), "--claim", answer, "--trials", "1")
    assert code == 0, out + err


def test_every_function_has_its_section() -> None:
    text = "\n".join(page for name, page in pages().items() if name.startswith("functions/"))
    for function in standard().functions():
        section = text.split(f"**`{manual.signature(function)}`**")[1].split("**`")[0]
        assert "- Reference: " in section, function.name
        stated = {field.partition(".")[0] for field in function.fields} & {"d", "adjoint", "body", "means"}
        assert not stated or "- Example: " in section, function.name
        assert ("- Domain: " in section) is ("domain" in function.fields)


def test_links_lead_somewhere() -> None:
    for file in [*WRITTEN, *sorted((DOCS / "functions").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", file.read_text("utf-8")):
            assert (file.parent / target).exists(), f"{file.name}: {target}"


def test_the_block_in_the_text_is_the_file() -> None:
    assert (DOCS / "softsign.rules").read_text("utf-8") in (DOCS / "adding-a-function.md").read_text("utf-8")


def test_how_it_works_names_what_exists() -> None:
    """The walk of one formula through the program names files and functions; each of them is there."""
    text = (DOCS / "how-it-works.md").read_text("utf-8")
    walk = text[text.index("## From text to answer"):text.index("## Where it is written")]
    named = re.findall(r"`([a-z_]+(?:\.\w+)+)`", walk)
    assert len(named) >= 40
    assert [name for name in named if not found(name)] == []


def found(name: str) -> bool:
    """Whether `name`, dotted below the package, is a module, a function, a class, or a method."""
    try:
        resolve_name(f"matcalc.{name}")
    except (ImportError, AttributeError):
        return False
    return True


def test_the_map_of_the_folders_is_whole() -> None:
    """Every file and folder of the package stands in the table, in the order of the layers."""
    text = (DOCS / "how-it-works.md").read_text("utf-8")
    table = text[text.index("| in `matcalc/` | idea |"):text.index("## Traces and graphs")]
    named = [part.strip("/") for row in table.splitlines() if row.startswith("| `")
             for part in re.findall(r"`([a-z]+/?)`", row.split("|")[1])]
    assert len(named) == len(set(named))
    layers = [part for row in LAYERS for part in row.split()]
    assert {*named, "manual", "__init__", "__main__"} == set(layers)
    floors = [layer(part) for part in named]
    assert floors == sorted(floors)
