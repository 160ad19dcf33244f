"""Every answer has a page: LaTeX, Markdown, HTML with conditions and check, a picture, plain text, and all is escaped.

HTML and SVG are read by Python's own parsers; the LaTeX in them is what `.document` says.
"""

from __future__ import annotations

import html
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import NoRuleError
from matcalc.mime import Picture, Shown
from matcalc.tracing.graph import graph_of
from matcalc.tracing.traced import Trace, traced

VOID = {"hr", "br"}
DERIVATION = "f(x) = x'A x\ndf = dx'A x + x'A dx\n   = 2 x'A dx"


def trace() -> Trace:
    return traced("x'A x", {}, random={"n": 3}, wrt=("x",))


OBJECTS: dict[str, Callable[[], Any]] = {
    "gradient": lambda: matcalc.grad("det(A X B)", "X"),
    "hessian": lambda: matcalc.hessian("x'A x", "x"),
    "gradients": lambda: matcalc.grad("norm2(A x - b)^2", ["x", "b"]),
    "formula": lambda: matcalc.simplify("2x + x"),
    "expression": lambda: matcalc.parse("A X B"),
    "form": lambda: matcalc.jacobian("A X B", "X").differential,
    "entries": lambda: matcalc.jacobian("A X B", "X").index_form,
    "steps": lambda: matcalc.grad("x'A x", "x").steps,
    "solution": lambda: matcalc.solve("norm2(A x - b)^2", "x"),
    "convex": lambda: matcalc.convexity("norm2(A x - b)^2", "x"),
    "neither": lambda: matcalc.convexity("x'y", ["x", "y"]),
    "conditions": lambda: matcalc.kkt("x'x", "x", subject_to=["A x <= b"]),
    "way": lambda: matcalc.solve("norm2(A x - b)^2", "x").steps,
    "verification": lambda: matcalc.grad("x'A x", "x").verify(),
    "wrong": lambda: matcalc.verify("x'A x", "x", claim="2A x"),
    "right": lambda: matcalc.verify("x'A x", "x", claim="A x + A'x"),
    "equal": lambda: matcalc.equal("tr(A B)", "tr(B A)"),
    "different": lambda: matcalc.equal("A B", "B A", variables={"A": "matrix(n,n)", "B": "matrix(n,n)"}),
    "proofreading": lambda: matcalc.check(DERIVATION),
    "trace": trace,
    "graph": lambda: graph_of(trace().tape),
    "curve": lambda: matcalc.grad("x'A x", "x").verify().plot(),
}


class Balanced(HTMLParser):
    """Complains of a tag that is closed and not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "iframe", "img", "link", "style")
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(text: str) -> str:
    parser = Balanced()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    return "".join(parser.text)


@pytest.mark.parametrize("name", OBJECTS)
def test_every_answer_has_a_page(name: str) -> None:
    made = OBJECTS[name]()
    assert isinstance(made, Shown)
    page = made._repr_mimebundle_()
    assert page["text/plain"].strip()
    if "image/svg+xml" in page:
        assert ET.fromstring(page["image/svg+xml"]).tag.endswith("svg")
        assert "text/html" not in page  # which would be shown in its place
        return
    assert read(page["text/html"]).strip()
    assert page["text/markdown"].strip()
    assert "text/latex" in page or name in ("proofreading", "neither")


@pytest.mark.parametrize("name", ["gradient", "hessian", "solution"])
def test_conditions_and_check_stand_below_the_formula(name: str) -> None:
    d = OBJECTS[name]()
    page = d._repr_mimebundle_()
    assert page["text/latex"] == rf"$\displaystyle {d.document('latex')}$"
    assert f'alttext="{html.escape(d.document("latex"))}"' in page["text/html"]
    for kind in ("text/html", "text/markdown"):
        assert "✓" in page[kind]
        assert "3 random draws, largest relative error" in page[kind]
        assert ("requires" in page[kind]) == bool(d.conditions)


def test_a_formula_in_html_has_its_left_side_in_one_element() -> None:
    shown = OBJECTS["gradient"]()._repr_mimebundle_()["text/html"]
    math = shown[shown.index("<math"):shown.index("</math>") + len("</math>")]
    row, = ET.fromstring(math)
    assert [child.tag.rpartition("}")[2] for child in row][:2] == ["mfrac", "mo"]
    assert "".join(row[0].itertext()) == "∂f∂X"


def test_whatever_is_typed_is_escaped() -> None:
    proofread = matcalc.check("f(x) = x'x  % <script>alert(1)</script>\ndf = 2x'dx <b>")
    page = proofread._repr_mimebundle_()
    read(page["text/html"])
    assert "<script" not in page["text/html"]
    positive = matcalc.grad("sum(log(x_1))", "x_1", variables={"x_1": "vector(n)"})._repr_mimebundle_()
    assert "&gt; 0" in positive["text/html"]
    picture = matcalc.verify("x'A x", "x", claim="A x + A'x where A: sym").plot()
    ET.fromstring(picture.svg)


def test_a_wrong_claim_shows_what_is_right() -> None:
    page = OBJECTS["wrong"]()._repr_mimebundle_()
    assert "✗ the claim is wrong" in page["text/plain"]
    assert "diagnosis" in page["text/html"]
    assert r"(A + A^{\top}) x" in page["text/markdown"]


def test_only_what_is_asked_is_given() -> None:
    d = OBJECTS["formula"]()
    assert d._repr_mimebundle_(include={"text/plain"}) == {"text/plain": "3 x"}
    assert "text/html" not in d._repr_mimebundle_(exclude={"text/html"})


def test_a_picture_is_saved(tmp_path: Any) -> None:
    picture = matcalc.verify("x'A x", "x", claim="2A x").plot()
    assert isinstance(picture, Picture)
    assert "2A x" in repr(picture)
    picture.save(str(tmp_path / "v.svg"))
    assert (tmp_path / "v.svg").read_text("utf-8") == picture.svg
    unfit = matcalc.verify("x'A x", "x", claim="x'")
    with pytest.raises(NoRuleError):
        unfit.plot()


def test_a_derivation_is_a_function_of_arrays() -> None:
    d = matcalc.grad("x'A x + c", "x", variables={"c": "scalar"})
    A, x = np.arange(9.0).reshape(3, 3), np.array([1.0, -2.0, 0.5])
    assert list(d.inputs) == ["x", "A", "c"]
    wanted = (A + A.T) @ x
    assert np.allclose(d(x, A, 1.0), wanted)
    assert np.allclose(d(A=A, x=x, c=1.0), wanted)
    assert np.allclose(d(x, A=A, c=1.0), wanted)
    with pytest.raises(matcalc.MatcalcError) as refused:
        d(x)
    assert refused.value.diagnostics[0].code == "M0505"
    with pytest.raises(matcalc.MatcalcError):
        d(x, A, 1.0, 2.0)


@pytest.mark.parametrize("library", ["jax", "torch"])
def test_arrays_of_other_libraries_stay_there(library: str) -> None:
    module = pytest.importorskip("jax.numpy" if library == "jax" else "torch", reason=f"{library} is not installed")
    made = getattr(module, "asarray")  # noqa: B009  both have it
    A, x = np.arange(9.0).reshape(3, 3), np.array([1.0, -2.0, 0.5])
    for kind, wanted in (("grad", (A + A.T) @ x), ("hessian", A + A.T)):
        d = getattr(matcalc, kind)("lambda + x'A x", "x")
        found = d(made(0.0), made(x), made(A))
        assert type(found).__module__.startswith(library)
        assert np.allclose(np.asarray(found), wanted, atol=1e-5)
        assert d._compiled(library) is d._compiled(library)
