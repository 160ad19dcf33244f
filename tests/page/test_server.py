"""The server lets in its own page and nobody else, and takes no more than it can answer."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra [page] is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from starlette.testclient import TestClient

from matcalc.page.pool import FullError, Pool
from matcalc.page.serving import MOST_BYTES, POLICY, TYPES, application, files

PORT, TOKEN = 4321, "a-token-that-nobody-knows"
HOME = f"http://127.0.0.1:{PORT}"
OWN = {"Origin": HOME, "Content-Type": "application/json"}


class Echo:
    """A pool that answers with the question."""

    def __init__(self) -> None:
        self.is_full = False

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def ask(self, question: Any) -> dict[str, Any]:
        """The question itself."""
        if self.is_full:
            raise FullError
        await asyncio.sleep(0)
        return {"asked": question}


@pytest.fixture
def pool() -> Echo:
    return Echo()


@pytest.fixture
def client(pool: Echo) -> Iterator[TestClient]:
    with TestClient(application(pool, TOKEN, PORT), base_url=HOME) as found:  # type: ignore[arg-type]
        yield found


def test_the_page_is_served(client: TestClient) -> None:
    for name in ("", *files()):
        reply = client.get(f"/{TOKEN}/{name}")
        assert reply.status_code == 200
        assert reply.headers["content-type"] in TYPES.values()
    assert "<title>matcalc</title>" in client.get(f"/{TOKEN}/").text


def test_every_response_has_the_policy_and_no_cookie(client: TestClient) -> None:
    replies = [client.get(f"/{TOKEN}/"), client.get("/wrong/"), client.get("/"), client.post(f"/{TOKEN}/ask"),
               client.put(f"/{TOKEN}/"), client.post(f"/{TOKEN}/ask", headers=OWN, json={"formula": "x"})]
    for reply in replies:
        assert reply.headers["content-security-policy"] == POLICY
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in reply.headers
        assert "access-control-allow-origin" not in reply.headers
    assert "unsafe" not in POLICY


@pytest.mark.parametrize("path", ["/", "/x/", f"/{TOKEN[:-1]}/", f"/{TOKEN}x/", "/x/page.js", f"/{TOKEN}/../x",
                                  f"/{TOKEN}/%2e%2e/serving.py", f"/{TOKEN}/../pool.py", f"/{TOKEN}//etc/passwd"])
def test_without_the_token_or_the_file_there_is_nothing(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post("/x/ask", headers=OWN, json={"formula": "x"}).status_code == 404


@pytest.mark.parametrize("host", ["matcalc.example", "127.0.0.1", "127.0.0.1:1", f"127.0.0.1.example:{PORT}", ""])
def test_only_this_host(client: TestClient, host: str) -> None:
    assert client.get(f"/{TOKEN}/", headers={"Host": host}).status_code == 403
    assert client.post(f"/{TOKEN}/ask", headers={**OWN, "Host": host}, json={}).status_code == 403


@pytest.mark.parametrize("origin", ["http://matcalc.example", "null", "http://127.0.0.1:1", f"https://127.0.0.1:{PORT}",
                                    f"http://localhost:{PORT}"])
def test_only_this_origin(client: TestClient, origin: str) -> None:
    headers = {**OWN, "Origin": origin}
    assert client.post(f"/{TOKEN}/ask", headers=headers, json={"formula": "x"}).status_code == 403
    assert client.get(f"/{TOKEN}/", headers={"Origin": origin}).status_code == 403


def test_questions_say_where_they_come_from(client: TestClient) -> None:
    assert client.post(f"/{TOKEN}/ask", json={"formula": "x"}).status_code == 403
    plain = {"Origin": HOME, "Content-Type": "text/plain"}  # what a form of another page can send
    assert client.post(f"/{TOKEN}/ask", headers=plain, content="{}").status_code == 403
    assert client.get(f"/{TOKEN}/ask").status_code in (404, 405)


def test_questions_are_handed_on(client: TestClient) -> None:
    question = {"formula": "x'A x ‖x‖²", "kinds": {"A": "matrix sym"}}
    assert client.post(f"/{TOKEN}/ask", headers=OWN, json=question).json() == {"asked": question}


@pytest.mark.parametrize(("text", "status"), [
    ("", 400), ("[", 400), ("[" * 60_000, 400), ("3", 400), ('"x"', 400), ("\xff", 400), ("{}", 200),
    (json.dumps({"formula": "x" * MOST_BYTES}), 413)])
def test_what_is_no_question(client: TestClient, text: str, status: int) -> None:
    assert client.post(f"/{TOKEN}/ask", headers=OWN, content=text.encode("latin-1")).status_code == status


def test_a_long_stream_is_cut_off(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(10_000):
            yield b" " * 1000

    assert client.post(f"/{TOKEN}/ask", headers=OWN, content=endless()).status_code == 413


def test_processes_that_do_not_start_are_told() -> None:
    pool = Pool(size=1, command=(sys.executable, "-c", ""))
    with TestClient(application(pool, TOKEN, PORT), base_url=HOME) as client:
        assert client.get(f"/{TOKEN}/").status_code == 200
        reply = client.post(f"/{TOKEN}/ask", headers=OWN, json={"formula": "x"})
    assert (reply.status_code, reply.text) == (500, "no process that answers questions can be started\n")


def test_a_full_line_is_said(client: TestClient, pool: Echo) -> None:
    pool.is_full = True
    reply = client.post(f"/{TOKEN}/ask", headers=OWN, json={"formula": "x"})
    assert (reply.status_code, reply.text) == (503, "too many questions at once; the page asks again in a moment\n")
