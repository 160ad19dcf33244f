"""The start of the page: a port of this machine, an address that nobody can guess, a browser, and the end by Ctrl-C."""

from __future__ import annotations

import os
import socket
import webbrowser
from contextlib import closing, suppress
from errno import EACCES, EADDRINUSE
from secrets import token_urlsafe
from threading import Timer

import uvicorn

from matcalc.cli.output import put
from matcalc.diagnostics import fail
from matcalc.limits import SECONDS
from matcalc.page.pool import Pool
from matcalc.page.serving import application

HOST, PORT = "127.0.0.1", 6284  # MATH on a telephone
_MOST = 400  # connections at a time
_BROWSER = 0.3  # seconds until the browser is called: the socket listens already


def listen(port: int | None, seconds: float | None, opens: bool) -> int:
    """Serve the page until somebody ends it. Without a `port` it is the usual one, or any where that is taken.

    Raises InputError where the port cannot be had.
    """
    with closing(bound(port)) as listening:
        port = listening.getsockname()[1]
        token = token_urlsafe(24)
        address = f"http://{HOST}:{port}/{token}/"
        app = application(Pool(seconds=SECONDS if seconds is None else seconds), token, port)
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, server_header=False,
                                               lifespan="on", limit_concurrency=_MOST, timeout_graceful_shutdown=1))
        put(f"  {address}\n\n  This machine only; Ctrl-C ends it.\n")
        if opens:
            Timer(_BROWSER, webbrowser.open, (address,)).start()
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
        if not server.started:
            raise fail("M0008", "the page cannot be served")
    return 0


def bound(port: int | None) -> socket.socket:
    """A socket of this machine that listens."""
    for wanted in (PORT, 0) if port is None else (port,):
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":  # elsewhere it would take the port of another program
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((HOST, wanted))
            made.listen(128)
        except OSError as problem:
            made.close()
            if problem.errno in (EADDRINUSE, EACCES) and port is None and wanted:
                continue
            taken = problem.errno == EADDRINUSE
            reason = "is in use" if taken else f"cannot be had: {problem.strerror}"
            raise fail("M1202", f"port {wanted} {reason}", fixes=("matcalc page", "matcalc page --port 0")) from None
        return made
    raise fail("M1202", "no port of this machine can be had")
