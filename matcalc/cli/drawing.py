"""Pictures in files: the ending of the name says the format, which is the real one or is refused."""

from __future__ import annotations

from pathlib import Path

from matcalc.diagnostics import fail

CONVERTED = (".png", ".pdf")  # from SVG, by the library of an extra
DRAWN = (".svg", *CONVERTED)
_OTHERS = (".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".eps", ".ps")
_LANGUAGES = frozenset({
    ".py", ".jl", ".m", ".r", ".nb", ".wl", ".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".cu", ".f90", ".js", ".ts",
    ".rs", ".go", ".java", ".html", ".htm", ".xml", ".ipynb", ".docx", ".odt", ".rtf", ".typ", ".mml", ".dot", ".gv",
    ".mmd"})
_OWN = {"code": {".py"}, "graph": {".dot", ".gv", ".mmd"}}  # endings that are what a command writes
_NOT = {"graph": {".tex"}, "code": {".tex"}}
INSTALL = 'pip install "matcalc-cli[pictures]"'


def ending_of(file: str) -> str:
    return Path(file).suffix.lower()


def is_drawn(file: str) -> bool:
    """Whether `file` is to hold a picture. Raises InputError where it cannot be made, before any work is done."""
    ending = ending_of(file)
    if ending in _OTHERS:
        raise fail("M1011", f"pictures are written as .svg, .png or .pdf, not as “{ending}”",
                   fixes=tuple(f"-o {Path(file).stem}{known}" for known in DRAWN))
    if ending in CONVERTED and not _is_installed("typst"):
        raise fail("M1011", f"{ending} needs a library that is not installed; .svg needs none", fixes=(INSTALL,))
    return ending in DRAWN


def _is_installed(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


def check_written(file: str, command: str) -> None:
    """Refuse the ending of a picture, or of a language that `command` does not write, for an answer that is text."""
    own = _OWN.get(command, set())
    refused = (_LANGUAGES | {*DRAWN, *_OTHERS} | _NOT.get(command, set())) - own
    if ending_of(file) in refused:
        known = (ending for ending in (*sorted(own), ".txt", ".tex", ".json") if ending not in refused)
        raise fail("M1011", f"what {command} says is not written as “{ending_of(file)}”",
                   fixes=tuple(f"-o {Path(file).stem}{ending}" for ending in known))


def in_format(svg: str, file: str) -> str | bytes:
    """The picture as the ending of `file` says."""
    if ending_of(file) not in CONVERTED:
        return svg
    from matcalc.tracing.pictures import converted

    return converted(svg, ending_of(file)[1:])
