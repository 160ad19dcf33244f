"""Pictures as PNG and PDF: real files of their kind, in which the letters of mathematics can be seen."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from matcalc.diagnostics import InputError
from matcalc.tracing.pictures import converted
from tests.cli.sessions import run

SIGNS = "σᵀ‖×₁²⁻√∘∂∇⊗λΣ−⟨"
SVG = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} 20" width="{0}" height="20" font-size="13" '
       'font-family="x"><rect width="{0}" height="20" fill="#ffffff"/>{1}</svg>')


def pixels(data: bytes) -> np.ndarray:
    """A PNG of 8 bits, decoded by hand: rows × columns × channels."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colour = (int.from_bytes(data[i:j]) for i, j in ((16, 20), (20, 24), (24, 25), (25, 26)))
    assert depth == 8
    channels = {2: 3, 6: 4}[colour]
    packed, at = b"", 8
    while at < len(data):
        length, kind = int.from_bytes(data[at:at + 4]), data[at + 4:at + 8]
        packed += data[at + 8:at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * channels).astype(int)
    rows = np.zeros((height + 1, width + 1, channels), int)
    for y, row in enumerate(raw):
        for x, value in enumerate(row[1:].reshape(width, channels)):
            a, b, c = rows[y + 1, x], rows[y, x + 1], rows[y, x]
            rows[y + 1, x + 1] = value + (0, a, b, (a + b) // 2, _paeth(a, b, c))[row[0]] & 255
    return rows[1:, 1:]


def _paeth(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    p, q, r = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    return np.where((p <= q) & (p <= r), a, np.where(q <= r, b, c))


def streams(data: bytes) -> bytes:
    """What a PDF has packed."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    return b"\n".join(zlib.decompress(s) for s in found if s[:1] == b"x")


def test_every_sign_is_drawn_and_looks_like_itself() -> None:
    letters = SIGNS + "\ue123"  # the last has no glyph anywhere
    text = "".join(f'<text x="{16 * i + 4}" y="14">{c}</text>' for i, c in enumerate(letters))
    found = pixels(converted(SVG.format(16 * len(letters), text), "png"))
    assert found.shape[:2] == (40, 32 * len(letters))
    cells = [found[:, 32 * i:32 * i + 32, 0] < 128 for i in range(len(letters))]
    assert all(cell.any() for cell in cells[:-1])
    assert len({cell.tobytes() for cell in cells}) == len(letters)


def test_a_pdf_says_its_letters() -> None:
    pdf = converted(SVG.format(400, f'<text x="4" y="14">{SIGNS}</text>'), "pdf")
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type ?/Page\b", pdf)) == 1
    assert b"DejaVuSansMono" in pdf
    assert b"/FontFile" in pdf  # embedded
    codes = streams(pdf)
    assert all(f"<{ord(c):04X}>".encode() in codes for c in SIGNS)


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_one_picture_is_one_file(form: str) -> None:
    drawn = SVG.format(40, '<text x="4" y="14">σ</text>')
    assert converted(drawn, form) == converted(drawn, form)


def test_a_large_picture_is_drawn_coarser_or_refused() -> None:
    drawn = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" width="{0}" height="{0}"></svg>'
    coarse = converted(drawn.format(8_000), "png")
    assert int.from_bytes(coarse[16:20]) * int.from_bytes(coarse[20:24]) <= 60_100_000
    with pytest.raises(InputError, match=r"too large for \.png"):
        converted(drawn.format(40_000), "png")


@pytest.mark.parametrize("ending", [".svg", ".png", ".pdf", ".PNG"])
def test_commands(ending: str, tmp_path: Path) -> None:
    starts = {".svg": b"<svg", ".png": b"\x89PNG\r\n\x1a\n", ".pdf": b"%PDF-"}
    graph, curve = tmp_path / f"g{ending}", tmp_path / f"v{ending}"
    assert run("graph", "norm(X') + exp(σ)", "-w", "X", "-o", str(graph)) == (0, "", "")
    code, out, _ = run("verify", "x'A x", "-w", "x", "-o", str(curve))
    assert (code, out.startswith("holds")) == (0, True)
    for file in (graph, curve):
        assert file.read_bytes().startswith(starts[ending.lower()])


def test_the_size_is_that_of_the_svg(tmp_path: Path) -> None:
    for name in ("g.svg", "g.png"):
        run("graph", "x'A x", "-o", str(tmp_path / name))
    root = ElementTree.parse(tmp_path / "g.svg").getroot()
    png = (tmp_path / "g.png").read_bytes()
    assert [int.from_bytes(png[i:i + 4]) for i in (16, 20)] == \
        pytest.approx([2 * int(root.attrib[side]) for side in ("width", "height")], abs=2)


def test_json_beside_a_picture(tmp_path: Path) -> None:
    code, out, _ = run("graph", "x'A x", "-o", str(tmp_path / "g.pdf"), "--json")
    assert (code, json.loads(out)["ok"]) == (0, True)
    assert (tmp_path / "g.pdf").read_bytes().startswith(b"%PDF-")
