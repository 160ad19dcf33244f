"""The site in Debian's Chromium, from a plain server of files under a path of its own, then without a network."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest

from tests.page.built import site

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
PATIENCE = 120_000  # milliseconds; a busy machine is no failure
HEAVY = {"formula": "tr((X A)^60)", "want": "hessian", "wrt": ["X"]}  # longer than a question may take


class Files(SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *_: object) -> None: ...


class Server:
    """The site under /course/notes/ of a server of files that can be ended."""

    def __init__(self, root: Path) -> None:
        (root / "course").mkdir()
        (root / "course" / "notes").symlink_to(site(), target_is_directory=True)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(root)))
        self.address = f"http://127.0.0.1:{self.server.server_port}/course/notes/"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self) -> None:
        """Nothing is served from now on."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("root"))
    yield found
    found.end()


@pytest.fixture(scope="module")
def page(browser: Any, server: Server) -> Iterator[Any]:
    """The page as it is when a link was followed, and then the network went."""
    context = browser.new_context()
    made = context.new_page()
    made.set_default_timeout(PATIENCE)
    made.requested, made.troubles, made.started = [], [], []
    made.on("worker", lambda worker: made.started.append(worker.url))
    made.on("request", lambda request: made.requested.append(request.url))
    made.on("pageerror", lambda error: made.troubles.append(str(error)))
    made.goto(server.address + "#f=" + quote("det(A X B)") + "&wrt=X")
    made.wait_for_selector("#answer .check.passed")
    server.end()
    context.set_offline(True)
    yield made
    context.close()


def ask(page: Any, question: dict[str, Any]) -> Any:
    return page.evaluate("async (q) => (await import('./pyodide.js')).ask(q)", question)


def test_the_first_answer_is_that_of_the_link(page: Any) -> None:
    assert "checked" in page.inner_text("#answer .check")
    assert page.locator("#answer .katex").count()
    assert page.inner_text("#place") == "Computed in this browser; nothing leaves it."


def test_all_of_it_came_from_the_folder(page: Any, server: Server) -> None:
    asked = [url for url in page.requested if not url.startswith(("data:", f"blob:{server.address[:20]}"))]
    assert all(url.startswith(server.address) for url in asked)
    assert {"index.html", "server.js"}.isdisjoint(url.rpartition("/")[2] for url in asked)


def test_it_answers_while_one_types_without_a_network(page: Any) -> None:
    page.fill("#formula", "norm2(A x - b)^2")
    page.wait_for_selector("#answer annotation:has-text('A x - b')", state="attached")
    page.wait_for_selector("#answer .check.passed")
    page.click("#steps summary")
    page.wait_for_selector("#steps li")
    page.click("#code summary")
    page.click("#code .targets button:has-text('plain Python')")
    page.wait_for_selector("#code pre:has-text('def gradient')")
    page.click("label:has-text('Convexity')")
    page.wait_for_selector("#answer .verdict")
    assert "convex" in page.inner_text("#answer .verdict")


def test_what_is_wrong_is_said_under_its_place(page: Any) -> None:
    page.click("label:has-text('Gradient')")
    page.fill("#formula", "det(A X B")
    page.wait_for_selector("#diagnostics .message")
    assert "expected )" in page.inner_text("#diagnostics")


def test_a_question_that_takes_too_long_ends_with_a_reason(page: Any) -> None:
    assert ask(page, HEAVY)["diagnostics"][0]["code"] == "M0107"
    assert ask(page, {"formula": "tr(A X)", "wrt": ["X"]})["ok"]


ABANDONED = """async (heavy) => {
    const {ask} = await import('./pyodide.js');
    const gone = new AbortController();
    const lost = ask(heavy, gone.signal).catch((error) => error.name);
    setTimeout(() => gone.abort(), 100);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return [await lost, (await ask({formula: "x'x"})).ok];
}"""


def test_one_that_nobody_waits_for_gives_way_to_a_worker_that_needs_no_network(page: Any) -> None:
    before = [url for url in page.requested if url.startswith("http") and "icon" not in url]
    for _ in range(PATIENCE // 4000):  # the second worker takes over when it is ready, then a third one is started
        assert page.evaluate(ABANDONED, HEAVY) == ["AbortError", True]
        page.wait_for_timeout(4000)
        if len(page.started) > 2:
            break
    assert len(page.started) > 2
    assert ask(page, {"formula": "tr(A X)", "wrt": ["X"]})["ok"]
    assert before == [url for url in page.requested if url.startswith("http") and "icon" not in url]


def test_nothing_broke(page: Any) -> None:
    assert page.troubles == []


def test_a_site_that_is_not_whole_says_so(browser: Any, tmp_path: Path) -> None:
    server, lost = Server(tmp_path), browser.new_page()
    lost.set_default_timeout(PATIENCE)
    lost.route("**/python_stdlib.zip", lambda route: route.fulfill(status=404))
    lost.goto(server.address + "#f=x")
    lost.wait_for_selector("#diagnostics .message")
    assert "python_stdlib.zip is missing" in lost.inner_text("#diagnostics")
    lost.close()
    server.end()
