"""`matcalc page` as a command: the address, the end, a port that is taken, an extra that is missing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.cli.sessions import run


@pytest.mark.parametrize("library", ["starlette", "uvicorn"])
def test_a_missing_extra_is_named(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("matcalc.page") or name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    if library == "starlette":
        monkeypatch.setitem(sys.modules, "uvicorn", type(sys)("uvicorn"))
    code, out, err = run("page")
    assert (code, out) == (2, "")
    assert f"error[M1201]: the page needs {library}, which is not installed" in err
    assert 'pip install "matcalc-cli[page]"' in err


def test_a_port_that_is_taken() -> None:
    pytest.importorskip("uvicorn", reason="the extra [page] is not installed")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, out, err = run("page", "--port", str(port), "--no-browser")
    assert (code, out) == (2, "")
    assert f"error[M1202]: port {port} is in use" in err


def test_the_usual_port_is_left_to_others() -> None:
    pytest.importorskip("uvicorn", reason="the extra [page] is not installed")
    from matcalc.page.listening import bound

    with bound(None) as first, bound(None) as second:
        assert first.getsockname()[1] != second.getsockname()[1]
        assert {s.getsockname()[0] for s in (first, second)} == {"127.0.0.1"}


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal")
def test_it_serves_until_it_is_ended() -> None:
    pytest.importorskip("uvicorn", reason="the extra [page] is not installed")
    command = [sys.executable, "-m", "matcalc", "page", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        with urlopen(address, timeout=60) as reply:
            assert "<title>matcalc</title>" in reply.read().decode()
        parts = urlsplit(address)
        with pytest.raises(HTTPError):
            urlopen(f"{parts.scheme}://{parts.netloc}/", timeout=60)
        server.send_signal(signal.SIGINT)
        _, err = server.communicate(timeout=60)
    assert (server.returncode, err) == (0, "")
