"""The site without a server as files: complete, the same every time, and self-contained."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from matcalc.diagnostics import InputError
from matcalc.page import engine, static
from matcalc.page.bytecode import archived, compiled, members
from matcalc.rulebook.book import rules_files
from tests.cli.sessions import run
from tests.page.built import pyodide

PACKAGE = Path(static.__file__).parents[1]
OWN = ("index.html", "page.js", "view.js", "elements.js", "remembered.js", "pyodide.js", "worker.js", "page.css")


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The files of the site as they are where node is not installed, with a stand-in for Pyodide."""
    monkeypatch.setattr(engine, "which", lambda _: None)
    monkeypatch.setattr(engine, "engine", lambda _: {name: name.encode() for name in engine.FILES})
    return static.site()


def test_the_archive_is_the_whole_package_with_its_rules_and_always_the_same() -> None:
    held = members(static.packed())
    assert static.packed() == static.packed()
    assert {name for name in held if name.startswith("matcalc/rules/")} == {
        f"matcalc/rules/{Path(file).name}" for file in rules_files()}
    modules = {f"matcalc/{path.relative_to(PACKAGE).as_posix()}" for path in PACKAGE.rglob("*.py")}
    assert modules <= held.keys()
    assert not [name for name in held if "__pycache__" in name or name.startswith("matcalc/page/site")]


def test_bytecode_alone_answers(tmp_path: Path) -> None:
    """Of this Python, which is not the browser's; NumPy is there, and the answer the same."""
    held = members(compiled(static.packed()))
    assert not [name for name in held if name.endswith(".py")]
    for name, data in held.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    question = '{"formula": "det(A X B)", "steps": "brief", "code": ["pure"]}'
    said = f"import matcalc.page.as_text as page; print(page.__file__); print(page.answer({question!r}))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, cwd=tmp_path,
                          env={"PYTHONPATH": str(tmp_path)})
    place, answer = done.stdout.splitlines()
    assert place == str(tmp_path / "matcalc/page/as_text.pyc")
    assert r'"latex": "\\det(A X B)\\, A^{\\top} (A X B)^{-\\top} B^{\\top}"' in answer


def test_bytecode_is_the_same_every_time() -> None:
    some = archived({"a.py": b"def f(x):\n    return x + 1\n", "b.txt": b"text"})
    assert compiled(some) == compiled(some)
    assert members(compiled(some)).keys() == {"a.pyc", "b.txt"}


class Addresses(HTMLParser):
    """What a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.said: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [value for name in ("src", "href") if (value := given.get(name))]
        if tag == "meta":
            self.said[given.get("name") or given.get("http-equiv") or ""] = given.get("content") or ""


def test_all_addresses_are_relative_and_lead_to_a_file(sources: dict[str, bytes]) -> None:
    page = Addresses()
    page.feed(sources["index.html"].decode())
    found = [*page.found, page.said["matcalc-backend"]]
    for name in OWN:
        text = sources[name].decode()
        assert not re.search(r"https?:|\bimportScripts|['\"(]//", text), name
        found += re.findall(r"""(?:from|import) "\./([^"]*)\"""", text) if name.endswith(".js") else []
    assert page.said["matcalc-backend"] == "pyodide.js"
    assert {"page.js", "page.css", "view.js", "katex/katex.js"} <= set(found)
    assert set(found) <= sources.keys()
    styles = sources["katex/katex.css"].decode()
    assert {f"katex/{name}" for name in re.findall(r"url\(([^)]*woff2)\)", styles)} <= sources.keys()


def test_nothing_may_be_fetched_from_elsewhere(sources: dict[str, bytes]) -> None:
    page = Addresses()
    page.feed(sources["index.html"].decode())
    policy = dict(part.split(" ", 1) for part in page.said["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    allowed = {word for words in policy.values() for word in words.split()}
    assert allowed == {"'none'", "'self'", "blob:", "data:", "'wasm-unsafe-eval'"}


def test_what_only_a_server_needs_is_left_out(sources: dict[str, bytes]) -> None:
    assert "server.js" not in sources
    assert {"pyodide.js", "worker.js", "matcalc.zip", *(f"pyodide/{name}" for name in engine.FILES)} <= sources.keys()


def test_a_folder_with_other_files_is_left_alone(sources: dict[str, bytes], tmp_path: Path) -> None:
    other = tmp_path / "thesis.tex"
    other.write_text("mine")
    with pytest.raises(InputError, match="holds other files"):
        static.write(tmp_path)
    other.unlink()
    made = static.write(tmp_path)
    assert (made.files, made.raw) == (len(sources), sum(map(len, sources.values())))
    assert static.write(tmp_path) == made  # over an older site
    assert {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*")
            if path.is_file()} == sources


def test_another_archive_is_not_used(tmp_path: Path) -> None:
    wrong = tmp_path / "pyodide.tgz"
    wrong.write_bytes(b"something else")
    code, out, err = run("page", "--static", str(tmp_path / "site"), "--pyodide", str(wrong))
    assert (code, out) == (2, "")
    assert f"is not the archive of Pyodide {engine.VERSION}" in err
    assert not (tmp_path / "site").exists()


def test_without_npm_it_says_where_the_archive_comes_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(engine, "cache", lambda: tmp_path)
    monkeypatch.setattr(engine, "which", lambda _: None)
    code, out, err = run("page", "--static", str(tmp_path / "site"))
    assert (code, out) == (2, "")
    assert "npm, which is not installed here" in err
    assert f"npm pack pyodide@{engine.VERSION}" in err


def test_a_damaged_archive_in_the_cache_is_fetched_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / f"pyodide-{engine.VERSION}.tgz").write_bytes(b"cut off")
    monkeypatch.setattr(engine, "cache", lambda: tmp_path)
    monkeypatch.setattr(engine, "which", lambda _: None)
    with pytest.raises(InputError, match="not installed here"):
        engine.engine()


def test_pyodide_is_taken_whole_and_without_its_list_of_packages() -> None:
    found = pyodide()
    assert {*engine.FILES, "pyodide-lock.json", "NOTICE.txt"} == found.keys()
    assert b'"packages": {}' in found["pyodide-lock.json"]
    assert found["pyodide.asm.wasm"][:4] == b"\0asm"


def test_an_archive_goes_with_a_site() -> None:
    code, _, err = run("page", "--pyodide", "x.tgz")
    assert code == 2
    assert "it goes with --static" in err
