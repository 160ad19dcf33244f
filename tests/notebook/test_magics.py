"""Magics in a notebook that is executed, and the page that becomes of it. Skipped where the libraries are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
pytest.importorskip("ipykernel", reason="ipykernel is not installed")

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "notebook.ipynb"


def executed(*cells: str) -> list[list[dict[str, object]]]:
    """The outputs of every cell."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3", allow_errors=True).execute()
    return [cell.outputs for cell in book.cells]


def test_magics_give_pages_and_objects() -> None:
    first, grad, jacobian, latex, cell, wrong, refused, called = executed(
        "%load_ext matcalc", "d = %grad det(AXB) wrt X\nd", "%jacobian _ wrt X", r"%grad \frac{1}{2} x^\top x wrt x",
        "%%matcalc\nA: spd(n)\nr := A x - b\ngrad r'r wrt x\n:steps\n:graph", "%grad foo(x) wrt x",
        "import matcalc\nmatcalc.grad('foo(x)', 'x')", "x, n = 2, 3\n%simplify {x} + $n")
    assert first == []
    assert grad[0]["data"]["text/plain"].startswith("det(A X B) Aᵀ")
    assert set(grad[0]["data"]) == {"text/plain", "text/latex", "text/markdown", "text/html"}
    assert "⊗" in jacobian[0]["data"]["text/plain"]
    assert latex[0]["data"]["text/plain"] == "x"  # no {…} is a variable of Python
    kinds = [output["output_type"] for output in cell]
    assert kinds.count("display_data") >= 2
    assert any("image/svg+xml" in output.get("data", {}) for output in cell)
    assert any("[read-off]" in output.get("text", "") for output in cell)
    assert any("2 A (A x − b)" in output.get("data", {}).get("text/plain", "") for output in cell)
    for outputs in (wrong, refused):
        said = "".join(str(output.get("text", "")) for output in outputs)
        assert "error[M0102]: unknown name “foo”" in said
        assert "Traceback" not in said
    assert "2 + 3" not in str(called)


def test_the_example_runs_and_says_what_it_says() -> None:
    book = nbformat.read(EXAMPLE, as_version=4)
    before = [[o.get("data", {}).get("text/latex") for o in cell.get("outputs", [])] for cell in book.cells]
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3", allow_errors=True).execute()  # the last is one
    after = [[o.get("data", {}).get("text/latex") for o in cell.get("outputs", [])] for cell in book.cells]
    assert after == before


def test_the_page_of_a_notebook() -> None:
    nbconvert = pytest.importorskip("nbconvert", reason="nbconvert is not installed")
    page, _ = nbconvert.HTMLExporter(template_name="lab").from_notebook_node(nbformat.read(EXAMPLE, as_version=4))
    assert page.count("<math ") >= 3
    assert "largest relative error" in page
    assert "<svg" in page or "data:image/svg+xml" in page
