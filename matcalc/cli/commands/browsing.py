"""The command that shows the page in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from matcalc.cli.command import conversation, started
from matcalc.cli.output import put
from matcalc.cli.settings import Settings, only
from matcalc.diagnostics import fail, quoted

PLACE = 96
INSTALL = 'pip install "matcalc-cli[page]"'


@conversation("page", "A page in the browser, from this machine.", only("--timeout"),
              click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 for any that is free."),
              click.option("--no-browser", is_flag=True, help="Print the address and open no browser."),
              click.option("--static", "folder", metavar="DIR", help="Write the page for any web host instead."),
              click.option("--pyodide", "archive", metavar="FILE", default="",
                           help="With --static: this archive of Pyodide instead of fetching it with npm."))
def page(settings: Settings, port: int | None, no_browser: bool, folder: str | None, archive: str) -> int:
    """A page in the browser: matcalc page. One field, and below it the answer as one types, its steps, code, pictures.

    It is served to this machine only, under an address that is new at every start, and fetches nothing from elsewhere.
    Each question has the usual limit of time, or --timeout SECONDS. Ctrl-C ends it.

    matcalc page --static DIR writes the page into a folder that any web host serves: everything is computed in the
    reader's browser, with Python from Pyodide, and works on without a network once it is loaded."""
    if folder is not None:
        started()
        return _written(Path(folder), archive)
    if archive:
        raise fail("M0003", "--pyodide is for a site: it goes with --static", fixes=("--static site",))
    try:
        from matcalc.page.listening import listen
    except ImportError as missing:
        library = (missing.name or "").partition(".")[0]
        if library not in ("starlette", "uvicorn"):
            raise
        raise fail("M1201", f"the page needs {library}, which is not installed", fixes=(INSTALL,)) from None
    started()
    return listen(port, settings.timeout, not no_browser)


def _written(folder: Path, archive: str) -> int:
    from matcalc.page.static import write

    made = write(folder, archive)
    put(f"  {folder}: {made.files} files, {made.raw / 1e6:.1f} MB, {made.compressed / 1e6:.1f} MB compressed\n\n"
        f"  python -m http.server --directory {quoted(str(folder))}\n")
    return 0
