"""The page in Debian's Chromium: typing, selectors, fixes, copies, links, themes, a phone, the keyboard alone."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import quote

import pytest

from matcalc.page.asked import asked

pytest.importorskip("uvicorn", reason="the extra [page] is not installed")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
PATIENCE = 20_000  # milliseconds; a busy machine is no failure


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The page, served by a process of its own."""
    command = [sys.executable, "-m", "matcalc", "page", "--no-browser", "--port", "0", "--timeout", "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


class Visit:
    """A tab that has heard of all that went wrong and of all that was fetched."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.address = address
        self.context = browser.new_context(**options)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.wrong: list[str] = []
        self.fetched: list[str] = []
        self.page = self.opened()

    def opened(self) -> Any:
        """A further tab."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self.wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self.fetched.append(request.url))
        return page

    def go(self, fragment: str = "") -> Any:
        """Open the page with a question."""
        self.page.goto("about:blank")
        self.page.goto(self.address + (f"#{fragment}" if fragment else ""))
        return self.page

    def read(self, selector: str) -> str:
        """The LaTeX of a formula, as KaTeX keeps it beside its MathML."""
        return self.page.locator(f"{selector} annotation").first.text_content()

    def wait_for(self, latex: str) -> None:
        """Wait until the answer is this formula."""
        playwright.expect(self.page.locator("#answer .main annotation").first).to_contain_text(latex, timeout=PATIENCE)

    def copied(self) -> str:
        """What is on the clipboard."""
        return self.page.evaluate("navigator.clipboard.readText()")


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Visit]:
    made = Visit(browser, address, viewport={"width": 1280, "height": 900})
    yield made
    made.context.close()
    assert made.wrong == []
    assert [url for url in made.fetched if not url.startswith((address, "data:image/svg+xml", "about:"))] == []


def expect(found: Any) -> Any:
    return playwright.expect(found)


def test_an_answer_appears_as_one_types(visit: Visit) -> None:
    page = visit.go()
    expect(page.locator("#formula")).to_be_focused()
    page.keyboard.type("det(A X B)", delay=30)
    visit.wait_for(r"\det(A X B)\, A^{\top} (A X B)^{-\top} B^{\top}")
    expect(page.locator(".check")).to_contain_text("checked")
    expect(page.locator(".where")).to_contain_text("invertible")
    assert page.locator("#answer .main math").count() == 1
    expect(page.locator("#said")).to_contain_text("gradient by X")
    page.locator("#formula").fill("x'x")
    visit.wait_for("2 x")


def test_old_answers_are_dropped(visit: Visit) -> None:
    page = visit.go()
    held: list[Any] = []

    def slow(route: Any) -> None:
        """The first question is answered last."""
        if not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/ask", slow)
    page.locator("#formula").fill("x'A x")
    while not held:
        page.wait_for_timeout(20)
    page.locator("#formula").fill("y'y")
    visit.wait_for("2 y")
    held[0].abort()
    page.wait_for_timeout(300)
    assert "2 y" in visit.read("#answer .main")
    assert page.locator(".diagnostic").count() == 0


def test_kinds_are_selected(visit: Visit) -> None:
    page = visit.go("f=" + quote("x'A x"))
    visit.wait_for(r"(A + A^{\top}) x")
    page.get_by_label("what A is").select_option(label="symmetric matrix")
    visit.wait_for("2 A x")
    page.get_by_label("what A is").select_option(label="as matcalc reads it")
    visit.wait_for(r"(A + A^{\top}) x")
    page.get_by_label("by A").click()
    visit.wait_for(r"x x^{\top}")
    page.get_by_label("by x").click(modifiers=["Shift"])
    expect(page.locator("article")).to_have_count(2)


def test_every_question(visit: Visit) -> None:
    page = visit.go("f=" + quote("norm2(A x - b)^2"))
    visit.wait_for(r"2 A^{\top} (A x - b)")
    for name, latex in [("Hessian", r"2 A^{\top} A"), ("Solve", r"(A^{\top} A)^{-1} A^{\top} b"),
                        ("Convexity", "convex")]:
        page.get_by_role("radio", name=name).check()
        visit.wait_for(latex)
    page.locator("#formula").fill("A x")
    page.get_by_role("radio", name="Jacobian").check()
    visit.wait_for(r"\frac{\partial f}{\partial x^{\top}} = A")
    page.locator("#formula").fill("x'x")
    page.get_by_role("radio", name="Solve").check()
    page.get_by_label("subject to").fill("A x = b")
    visit.wait_for(r"A^{\top} (A A^{\top})^{-1} b")
    expect(page.locator("article")).to_have_count(2)


def test_steps_unfold(visit: Visit) -> None:
    page = visit.go("f=" + quote("det(A X B)"))
    visit.wait_for("det")
    page.get_by_text("Steps", exact=True).click()
    expect(page.locator(".steps li")).to_have_count(5)
    expect(page.locator(".steps .rule").first).to_have_text("det")
    assert "steps=brief" in page.url
    page.locator("#steps").get_by_role("button", name="Copy LaTeX").click()
    expect(page.locator("#said")).to_contain_text("copied")
    assert visit.copied().startswith(r"\begin{align*}")
    page.get_by_text("Steps", exact=True).click()
    expect(page.locator(".steps")).to_be_hidden()


def test_code_is_copied(visit: Visit) -> None:
    page = visit.go("f=" + quote("x'A x"))
    visit.wait_for("A")
    page.get_by_text("Code", exact=True).click()
    expect(page.locator("pre")).to_contain_text("import numpy as np")
    page.get_by_role("button", name="Julia").click()
    expect(page.locator("pre")).to_contain_text("using LinearAlgebra")
    expect(page.locator("#code")).to_contain_text("not run here")
    page.get_by_role("button", name="Copy code").click()
    expect(page.locator(".program .copy")).to_have_text("Copied")
    assert visit.copied() == page.locator("pre").text_content()


def test_formulas_are_copied_and_read_again(visit: Visit) -> None:
    page = visit.go("f=" + quote("x'A x"))
    visit.wait_for("A")
    for button, text in [("Copy LaTeX", r"(A + A^{\top}) x"), ("Copy text", "(A + A')*x")]:
        page.locator("#answer").get_by_role("button", name=button).click()
        expect(page.locator("#said")).to_contain_text("copied")
        assert visit.copied() == text
    page.locator("#formula").fill(r"$\left\lVert (A + A^{\top}) x \right\rVert_2^{2}$")
    visit.wait_for(r"2 (A + A^{\top})^{2} x")


def test_pictures_are_drawn(visit: Visit) -> None:
    page = visit.go("f=" + quote("x'A x"))
    visit.wait_for("A")
    page.get_by_text("Pictures", exact=True).click()
    expect(page.locator("figure img")).to_have_count(2)
    for image in page.locator("figure img").all():
        assert image.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 100


def test_what_is_wrong_stands_below_its_place(visit: Visit) -> None:
    page = visit.go()
    page.locator("#formula").fill("tr(A B) + x'(A B C)(y + d')")
    expect(page.locator("mark")).to_have_count(1)
    mark, message = page.locator("mark").bounding_box(), page.locator(".message").bounding_box()
    assert message["y"] >= mark["y"] + mark["height"] / 2
    assert abs(message["x"] - mark["x"]) < 4 or message["x"] > 200


def test_fixes_are_clicked(visit: Visit) -> None:
    page = visit.go()
    page.locator("#formula").fill("x'(A x")
    page.get_by_role("button", name="x'(A x)").click()
    visit.wait_for(r"(A + A^{\top}) x")
    expect(page.locator("#formula")).to_have_value("x'(A x)")
    expect(page.locator("#formula")).to_be_focused()
    page.locator("#formula").fill("A x")
    page.get_by_role("button", name="The Jacobian").click()
    visit.wait_for("A")
    expect(page.locator("input[value=jacobian]")).to_be_checked()


def test_a_link_holds_the_question(visit: Visit) -> None:
    page = visit.go("f=" + quote("x'A x + c'x"))
    visit.wait_for("A")
    page.get_by_label("what A is").select_option(label="positive definite")
    page.get_by_role("radio", name="Hessian").check()
    visit.wait_for("2 A")
    page.get_by_text("Steps", exact=True).click()
    expect(page.locator(".steps li").first).to_be_visible()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#link")).to_have_text("Copied")
    link = visit.copied()
    other = visit.opened()
    other.goto(link)
    expect(other.locator("#answer .main annotation").first).to_contain_text("2 A")
    expect(other.locator("#formula")).to_have_value("x'A x + c'x")
    expect(other.get_by_label("what A is")).to_have_value("matrix spd")
    expect(other.locator(".steps li").first).to_be_visible()


def test_tabs_share_nothing_but_the_history(visit: Visit) -> None:
    page = visit.go("f=" + quote("x'A x"))
    visit.wait_for("A")
    other = visit.opened()
    other.goto(visit.address)
    expect(other.locator("#formula")).to_have_value("")
    other.locator("#formula").fill("y'y")
    expect(other.locator("#answer .main annotation").first).to_contain_text("2 y")
    assert "A" in visit.read("#answer .main")
    expect(page.locator("#formula")).to_have_value("x'A x")
    while page.evaluate("JSON.parse(localStorage.getItem('matcalc history') ?? '[]').length") < 2:
        page.wait_for_timeout(50)
    page.get_by_role("button", name="History").click()
    expect(page.locator("#past button")).to_have_count(2)
    page.locator("#past button").filter(has_text="y").first.click()
    visit.wait_for("2 y")
    page.get_by_role("button", name="History").click()
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#past")).to_contain_text("Nothing yet")


NAME = "((one) => one.getAttribute('aria-label') || one.textContent || one.value || one.id)(document.activeElement)"


def test_the_keyboard_is_enough(visit: Visit) -> None:
    page = visit.go()
    page.keyboard.type("x'A x")
    visit.wait_for(r"(A + A^{\top}) x")
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(NAME))
        if seen[-1] == "Steps":
            break
    assert seen[:4] == ["by x", "what x is", "by A", "what A is"]
    assert {"Copy LaTeX", "Copy text"} <= set(seen)
    page.keyboard.press("Enter")
    expect(page.locator(".steps li").first).to_be_visible()
    page.locator("#formula").focus()
    for _ in range(4):
        page.keyboard.press("Tab")
    for kind in ("matrix positive", "matrix square", "matrix invertible", "matrix sym"):
        page.keyboard.press("ArrowDown")
        expect(page.get_by_label("what A is")).to_have_value(kind)
        expect(page.locator("body:not(.asking)")).to_have_count(1)
    visit.wait_for("2 A x")
    expect(page.get_by_label("what A is")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("input[value=hessian]")).to_be_checked()
    visit.wait_for("2 A")


def test_examples_are_offered(visit: Visit) -> None:
    page = visit.go()
    examples = page.locator("#examples button")
    examples.nth(5).wait_for()  # they are drawn when the page has found its backend
    for k in range(examples.count()):
        page.locator("#formula").fill("")
        examples.nth(k).click()
        page.locator("#answer:not(.old) .main annotation").first.wait_for(state="attached")
        expect(page.locator(".check.passed").first).to_be_visible()
    assert k >= 5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_width_and_theme(browser: Any, address: str, width: int, scheme: str, tmp_path: Path) -> None:
    made = Visit(browser, address, viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = made.go("steps=brief&code=numpy&pictures=yes&f=" + quote("log(det(A + X'X)) + tr(B X)^2"))
    expect(page.locator("figure img")).to_have_count(2)
    expect(page.locator("pre")).to_contain_text("import numpy")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ink, paper = (_light(page.evaluate(f"getComputedStyle(document.body).{name}"))
                  for name in ("color", "backgroundColor"))
    assert (ink > paper) == (scheme == "dark")
    for selector in ("body", ".remark, .check, .size", "summary", ".because", "nav button"):
        ratio = _contrast(_light(page.locator(selector).first.evaluate("one => getComputedStyle(one).color")), paper)
        assert ratio >= 4.5, selector
    page.screenshot(path=tmp_path / "page.png", full_page=True)
    made.context.close()
    assert made.wrong == []


def _light(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


FORMULAS = ["softmax(W x)'y", "logsumexp(A x)", "‖A x − b‖₂ + λ‖x‖₁", "tr(expm(X))", "sum_i max(0, 1 - y_i w'x_i)",
            "x'inv(A)x", "norm(X, 'nuc')", "lambda_max(A)", "det(A kron X)", "prod(x)", "(a'x)^p", "x̂'Σ⁻¹x̂",
            "relu(x)'y"]


def test_katex_sets_what_matcalc_writes(visit: Visit) -> None:
    page = visit.go()
    found = [asked({"formula": formula, "steps": "full"}) for formula in FORMULAS]
    latex = sorted({text for answer in found for one in answer.get("answers", ()) for text in
                    (one["latex"], one["left"], *one["conditions"], *(row["because"] for row in one["steps"]),
                     *(row["latex"] for row in one["steps"]), *(row["left"] for row in one["steps"]))})
    assert len(latex) > 50
    bad = page.evaluate("""(texts) => texts.filter((text) => {
        try { katex.renderToString(text, {throwOnError: true, strict: "ignore"}); return false; } catch { return true; }
    })""", latex)
    assert bad == []
