"""The page as a folder of files for any host: the front end, Pyodide, and matcalc itself as one archive.

All addresses in it are relative, so that it works under any path, and nothing is fetched from elsewhere. The same
matcalc makes the same files, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from gzip import compress
from pathlib import Path

from matcalc.diagnostics import fail
from matcalc.page import engine
from matcalc.page.bytecode import archived
from matcalc.records import NamedTuple
from matcalc.rulebook.book import rules_folder

_PACKAGE = Path(__file__).parents[1]
_SITE = Path(__file__).parent / "site"
_ARCHIVE = "matcalc.zip"
_ENGINE = "pyodide"  # the folder of its files
_LEFT_OUT = ("__pycache__/", "page/site/")  # of the package
POLICY = "; ".join((
    "default-src 'none'", "script-src 'self' blob: 'wasm-unsafe-eval'", "worker-src blob:", "connect-src 'self' blob:",
    "style-src 'self'", "font-src 'self'", "img-src 'self' data:", "base-uri 'none'", "form-action 'none'"))


class Written(NamedTuple):
    """What was written, in bytes: the files as they lie there, and as a host sends them, compressed."""

    files: int
    raw: int
    compressed: int


def write(folder: Path, archive: str = "") -> Written:
    """The site into a folder, with Pyodide from an `archive` or from npm.

    Raises InputError where the folder holds something else, or Pyodide is not to be had.
    """
    _refuse_other(folder)
    files = site(archive)
    try:
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
    except OSError as trouble:
        raise fail("M0004", f"{folder} cannot be written: {trouble.strerror}") from None
    return Written(len(files), sum(map(len, files.values())), sum(len(compress(data)) for data in files.values()))


def _refuse_other(folder: Path) -> None:
    """Raise InputError where files would come among those of somebody else."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _ARCHIVE).is_file():
        raise fail("M0004", f"{folder} holds other files; a site is written into a folder that is new or empty, or "
                   "over an older site")


def site(archive: str = "") -> dict[str, bytes]:
    """The files of the site by their names in it."""
    found = {path.relative_to(_SITE).as_posix(): path.read_bytes() for path in _below(_SITE)}
    del found["server.js"]
    found["index.html"] = _standing_alone(found["index.html"].decode()).encode()
    python, own = engine.compiled(engine.engine(archive), packed())
    return {**found, _ARCHIVE: own, **{f"{_ENGINE}/{name}": data for name, data in python.items()}}


def _standing_alone(page: str) -> str:
    """The page with the backend that is computed in the browser, and with the policy that a server would send."""
    backend = '<meta name="matcalc-backend" content="server.js">'
    assert backend in page, "the page names its backend"
    return page.replace(backend, f'''<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="matcalc-backend" content="pyodide.js">''')


def packed() -> bytes:
    """The package with its rules, without the front end."""
    files = {f"matcalc/{path.relative_to(_PACKAGE).as_posix()}": path for path in _below(_PACKAGE)}
    files |= {f"matcalc/rules/{path.name}": path for path in Path(rules_folder()).glob("*.rules")}
    return archived({name: path.read_bytes() for name, path in files.items()})


def _below(folder: Path) -> Iterator[Path]:
    """The files below a folder in their order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part in f"{path.relative_to(folder).as_posix()}/" for part in _LEFT_OUT):
            yield path
