"""Every recorded session shows today what is written in its file: the examples, and the messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.sessions import FENCE, replay

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE.parent.parent / "examples").glob("*.md"))
FILES = [*EXAMPLES, *sorted(HERE.glob("*.md"))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_session(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written, now = replay(file, monkeypatch)
    assert now == written


def test_examples_are_listed_in_their_readme() -> None:
    readme = next(file for file in EXAMPLES if file.name == "README.md").read_text(encoding="utf-8")
    assert all(f"]({file.name})" in readme for file in EXAMPLES if file.name != "README.md")
    assert all(FENCE.search(file.read_text(encoding="utf-8")) for file in EXAMPLES if file.name != "README.md")
