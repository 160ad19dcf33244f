"""SVG pictures as PNG or PDF, by Typst, whose wheel brings the letters of mathematics along: no font of the system.

Nothing of the machine and no date enters, so that one graph gives one file.
"""

from __future__ import annotations

import re
from math import sqrt
from pathlib import Path

from matcalc.diagnostics import fail

FAMILY = "DejaVu Sans Mono"  # the fixed-width one of Typst's own fonts
DENSITY, LEAST = 192.0, 32.0  # points of a PNG on an inch, of which there are 96 units of SVG
MOST_PIXELS = 60_000_000
_SIZE = re.compile(r'viewBox="0 0 (\d+) (\d+)"')
_FAMILIES = re.compile(r'font-family="[^"]*"')
_PAGE = Path(__file__).with_name("page.typ")


def converted(svg: str, form: str) -> bytes:
    """The picture in another format, as large as it is, or as large as a PNG may be."""
    import typst

    picture = _FAMILIES.sub(f'font-family="{FAMILY}"', svg)
    density = _density(svg) if form == "png" else None
    try:
        return typst.compile(str(_PAGE), format="png" if form == "png" else "pdf", ppi=density,
                             root=str(_PAGE.parent), sys_inputs={"svg": picture}, ignore_system_fonts=True)
    except RuntimeError as error:  # its own, whatever is wrong
        raise fail("M1011", f"the picture cannot be made: {error}", fixes=("-o picture.svg",)) from None


def _density(svg: str) -> float:
    size = _SIZE.search(svg)
    assert size is not None
    found = min(DENSITY, 96 * sqrt(MOST_PIXELS / (int(size[1]) * int(size[2]))))
    if found < LEAST:
        raise fail("M1007", f"a picture of {size[1]}×{size[2]} points is too large for .png",
                   fixes=("-o graph.pdf", "-o graph.svg"))
    return found
