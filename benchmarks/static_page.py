"""The page without a server: what a browser has to fetch, and how long the answers take that it computes itself.

    python -m benchmarks.static_page --visits 3

Each visit is a new Chromium without a cache. The first answer is timed from the address to the formula on the screen,
with its check; the next ones from the question to the answer, and once more as somebody sees them who types, with the
pause after which the page asks. The machine's load is printed: a site is timed on what the others leave of it.
"""

from __future__ import annotations

import argparse
import gzip
import os
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter
from typing import Any

from playwright.sync_api import sync_playwright

from matcalc.page import static

FIRST = "det(A X B)"
NEXT = ("tr(A X B)", "norm2(A x - b)^2", "x'A x", "log(det(X))", "sum(exp(A x))", "tr(inv(X) A)", "norm2(x)",
        "sum(log(1 + exp(-y .* (X w))))", "a'X b", "tr(X'A X)", "logsumexp(A x)", "b'inv(A) b", "norm2(x)^2/2",
        "tr(expm(X))", "sum(relu(W x + b))", "x'x + lambda norm1(x)", "det(X)^2", "tr(X^3)", "y'A x", "sum(A .* X)")
TYPED = """([field, text]) => {
    document.querySelector("#answer").replaceChildren();
    field.value = text;
    field.dispatchEvent(new Event("input"));
}"""
ASKED = """async (formula) => {
    const {ask} = await import("./pyodide.js");
    const start = performance.now();
    await ask({formula, steps: "brief"});
    return performance.now() - start;
}"""


class Files(SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *_: object) -> None: ...


def sizes(site: Path) -> None:
    """Print how large the site is, by its parts."""
    parts = {"Pyodide": "pyodide/", "matcalc": "matcalc.zip", "KaTeX and its fonts": "katex/", "the page": ""}
    files = {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    print(f"{'':<20} {'files':>5} {'MB':>7} {'MB gzip':>8}")
    whole = dict(files)
    for part, start in parts.items():
        own = {name: files.pop(name) for name in [*files] if name.startswith(start)}
        line(part, own)
    line("together", whole)


def line(name: str, files: dict[str, bytes]) -> None:
    """One row of the table of sizes."""
    raw, sent = (sum(map(len, some)) / 1e6 for some in (files.values(), map(gzip.compress, files.values())))
    print(f"{name:<20} {len(files):>5} {raw:>7.2f} {sent:>8.2f}")


def visit(browser: Any, address: str) -> tuple[float, list[float], list[float]]:
    """Seconds until the first answer, of the next ones, and of the next ones as they are typed."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    start = perf_counter()
    page.goto(f"{address}#f={FIRST}&wrt=X")
    page.wait_for_selector("#answer .check.passed")
    first = perf_counter() - start
    asked = [page.evaluate(ASKED, formula) / 1e3 for formula in NEXT]
    typed = []
    for formula in NEXT:
        start = perf_counter()
        page.evaluate(TYPED, [page.query_selector("#formula"), f"2 {formula}"])
        page.wait_for_selector("#answer .check")
        typed.append(perf_counter() - start)
    context.close()
    return first, asked, typed


def main() -> None:
    """Write the site, and visit it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=3)
    parser.add_argument("--site", type=Path, help="one that is written already")
    given = parser.parse_args()
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = given.site or Path(folder) / "site"
        if given.site is None:
            static.write(site)
        sizes(site)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(site)))
        Thread(target=server.serve_forever, daemon=True).start()
        print(f"\n{'seconds':<20} {'first':>7} {'next, median':>13} {'worst':>7} {'typed, median':>14} {'worst':>7}")
        for k in range(given.visits):
            browser = playwright.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
            first, asked, typed = visit(browser, f"http://127.0.0.1:{server.server_port}/")
            browser.close()
            print(f"visit {k + 1}, load {os.getloadavg()[0]:<5.1f} {first:>9.2f} {median(asked):>13.3f} "
                  f"{max(asked):>7.3f} {median(typed):>14.3f} {max(typed):>7.3f}")
        server.shutdown()


if __name__ == "__main__":
    main()
