"""Pictures in files: the ending of the name says the format, which is the real one or is refused."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from matcalc.diagnostics import fail

CONVERTED = (".png", ".pdf")  # from SVG, by the library of an extra
DRAWN = (".svg", *CONVERTED)
_OTHERS = (".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".eps", ".ps")
INSTALL = 'pip install "matcalc-cli[pictures]"'


def ending_of(file: str) -> str:
    return Path(file).suffix.lower()


def is_drawn(file: str) -> bool:
    """Whether `file` is to hold a picture. Raises InputError where it cannot be made, before any work is done."""
    ending = ending_of(file)
    if ending in _OTHERS:
        raise fail("M1011", f"pictures are written as .svg, .png or .pdf, not as “{ending}”",
                   fixes=tuple(f"-o {Path(file).stem}{known}" for known in DRAWN))
    if ending in CONVERTED and find_spec("typst") is None:
        raise fail("M1011", f"{ending} needs a library that is not installed; .svg needs none", fixes=(INSTALL,))
    return ending in DRAWN


def check_drawable(file: str, command: str) -> None:
    """Refuse the ending of a picture for an answer that is text."""
    if ending_of(file) in (*DRAWN, *_OTHERS):
        raise fail("M1011", f"what {command} says is text and is not written as “{ending_of(file)}”",
                   fixes=tuple(f"-o {Path(file).stem}{known}" for known in (".txt", ".tex", ".json")))


def in_format(svg: str, file: str) -> str | bytes:
    """The picture as the ending of `file` says."""
    if ending_of(file) not in CONVERTED:
        return svg
    from matcalc.graphs.pictures import converted

    return converted(svg, ending_of(file)[1:])
