"""The files of the page: nothing in them is fetched from outside, nothing typed is read as HTML, licences are kept."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import matcalc

SITE = Path(matcalc.__file__).with_name("page") / "site"
TEXTS = [file for file in sorted(SITE.rglob("*")) if file.suffix in (".html", ".css", ".js", ".svg")]
OWN = [file for file in TEXTS if file.parent == SITE]
NAMES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/xhtml")


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_nothing_from_outside(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for name in NAMES:
        text = text.replace(name, "")
    assert re.findall(r"""(?:(?:https?|wss?)://|["'(]//)[^\s"')]*""", text) == []


@pytest.mark.parametrize("file", OWN, ids=lambda file: file.name)
def test_nothing_typed_is_read_as_html(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\bon\w+=", text)


class Found(HTMLParser):
    """Scripts, styles and files that a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[str] = []
        self.inline: list[str] = []
        self.ids: list[str] = []
        self.labelled: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.files += [value for name in ("src", "href") if (value := known.get(name))]
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.labelled += [value for name, value in attrs
                          if name in ("for", "aria-labelledby", "aria-describedby") and value]
        if "style" in known or tag == "style" or (tag == "script" and "src" not in known):
            self.inline.append(tag)


def test_the_page_names_its_files_and_has_nothing_inline() -> None:
    found = Found()
    found.feed((SITE / "index.html").read_text(encoding="utf-8"))
    assert found.inline == []
    assert [name for name in found.files if not (SITE / name).exists()] == []
    assert len(found.ids) == len(set(found.ids))
    assert set(found.labelled) <= set(found.ids)


def test_imports_and_elements_are_there() -> None:
    ids = re.findall(r'id="([\w-]+)"', (SITE / "index.html").read_text(encoding="utf-8"))
    for file in (file for file in OWN if file.suffix == ".js"):
        text = file.read_text(encoding="utf-8")
        assert all((SITE / name).exists() for name in re.findall(r'from "\./([\w.]+)"', text))
        assert set(re.findall(r'\bat\("([\w-]+)"\)', text)) <= set(ids)


def test_katex_is_whole() -> None:
    katex = SITE / "katex"
    style = (katex / "katex.css").read_text(encoding="utf-8")
    fonts = re.findall(r"url\(([^)]*)\)", style)
    assert fonts
    assert {file.name for file in (katex / "fonts").iterdir()} == {Path(font).name for font in fonts}
    assert all(font.endswith(".woff2") for font in fonts)
    assert "The MIT License" in (katex / "LICENSE.txt").read_text(encoding="utf-8")
