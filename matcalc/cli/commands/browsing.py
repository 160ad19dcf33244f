"""The command that shows the page in a browser."""

from __future__ import annotations

import click

from matcalc.cli.command import conversation, started
from matcalc.cli.settings import Settings, only
from matcalc.diagnostics import fail

PLACE = 96
INSTALL = 'pip install "matcalc-cli[page]"'


@conversation("page", "A page in the browser, from this machine.", only("--timeout"),
              click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 for any that is free."),
              click.option("--no-browser", is_flag=True, help="Print the address and open no browser."))
def page(settings: Settings, port: int | None, no_browser: bool) -> int:
    """A page in the browser: matcalc page. One field, and the answer below it as one types; kinds, steps, code, pictures.

    It is served to this machine only, under an address that is new at every start, and fetches nothing from elsewhere.
    Each question has the usual limit of time, or --timeout SECONDS. Ctrl-C ends it."""
    try:
        from matcalc.page.listening import listen
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] not in ("starlette", "uvicorn"):
            raise
        raise fail("M1201", f"the page needs {missing.name}, which is not installed", fixes=(INSTALL,)) from None
    started()
    return listen(port, settings.timeout, not no_browser)
