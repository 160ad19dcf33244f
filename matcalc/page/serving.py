"""The page on this machine: files by name, and questions that are handed to the pool.

Nobody else gets in. The address holds a token that is made at every start, requests have to name this host, come from
this page and bear no more than a question has. There are no cookies, and the page may fetch nothing from elsewhere.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from hmac import compare_digest
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from matcalc.diagnostics import MatcalcError
from matcalc.page.pool import FullError, Pool

SITE = Path(__file__).with_name("site")
MOST_BYTES = 65_536  # of a question
POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "img-src 'self' data:",
    "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    "require-trusted-types-for 'script'", "trusted-types 'none'"))
_HEADERS = {
    "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store"}
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".woff2": "font/woff2", ".svg": "image/svg+xml",
         ".txt": "text/plain; charset=utf-8"}


def files() -> dict[str, tuple[bytes, str]]:
    """The files of the page by their names below it, each with its type."""
    found = {file.relative_to(SITE).as_posix(): file for file in sorted(SITE.rglob("*"))}
    return {name: (file.read_bytes(), TYPES[file.suffix]) for name, file in found.items() if file.suffix in TYPES}


class RefusedError(Exception):
    """A request that is not answered, with its status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class Site:
    """The page under http://127.0.0.1:PORT/TOKEN/, and the pool that answers its questions."""

    def __init__(self, pool: Pool, token: str, port: int) -> None:
        self.pool, self.token = pool, token
        self.hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        self.files = files()
        self.starting: asyncio.Future[None]

    def admit(self, request: Request) -> None:
        """Raise RefusedError for a request that names another host, comes from elsewhere or lacks the token."""
        host = request.headers.get("host", "")
        if host not in self.hosts:
            raise RefusedError(403, "this page is asked under 127.0.0.1 only")
        if request.headers.get("origin", f"http://{host}") != f"http://{host}":
            raise RefusedError(403, "this page answers nobody but itself")
        if not compare_digest(request.path_params["token"].encode(), self.token.encode()):
            raise RefusedError(404, "there is nothing here; matcalc page prints the address, new at every start")

    async def file(self, request: Request) -> Response:
        """One of the files."""
        self.admit(request)
        name = request.path_params["name"] or "index.html"
        if name not in self.files:
            raise RefusedError(404, f"there is no {name}")
        content, kind = self.files[name]
        return Response(content, media_type=kind)

    async def ask(self, request: Request) -> Response:
        """The answer to a question; no form of another page can send one of this type."""
        self.admit(request)
        if "origin" not in request.headers or request.headers.get("content-type") != "application/json":
            raise RefusedError(403, "questions come from the page")
        question = await _question(request)
        try:
            return JSONResponse(await _while_there(request, self._answer(question)))
        except FullError:
            raise RefusedError(503, "too many questions at once; the page asks again in a moment") from None
        except MatcalcError as error:
            raise RefusedError(500, error.diagnostics[0].message) from None

    async def _answer(self, question: Any) -> dict[str, Any]:
        await asyncio.shield(self.starting)
        return await self.pool.ask(question)

    @asynccontextmanager
    async def life(self, _: Starlette) -> AsyncIterator[None]:
        """The pool is there as long as the page, which is shown while the first process starts."""
        self.starting = asyncio.ensure_future(self.pool.start())
        try:
            yield
        finally:
            self.starting.cancel()
            await self.pool.stop()


def application(pool: Pool, token: str, port: int) -> Starlette:
    """The page as an ASGI application."""
    site = Site(pool, token, port)
    made = Starlette(routes=[Route("/{token}/ask", site.ask, methods=["POST"]),
                             Route("/{token}/{name:path}", site.file, methods=["GET"])], lifespan=site.life,
                     exception_handlers={RefusedError: _refusal, ClientDisconnect: _gone})
    made.add_middleware(Headers)
    return made


async def _while_there(request: Request, answer: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """The answer, as long as somebody waits for it."""
    asking, leaving = asyncio.ensure_future(answer), asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({asking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            raise ClientDisconnect
        return asking.result()
    finally:
        asking.cancel()
        leaving.cancel()


async def _question(request: Request) -> Any:
    """The body, as long as a question may be."""
    text = b""
    async for part in request.stream():
        text += part
        if len(text) > MOST_BYTES:
            raise RefusedError(413, f"a question has at most {MOST_BYTES:,} bytes")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise RefusedError(400, "the question is no JSON") from None
    if not isinstance(found, dict):
        raise RefusedError(400, "a question is a JSON object")
    return found


async def _refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return PlainTextResponse(error.message + "\n", error.status)


async def _gone(_: Request, __: Exception) -> Response:
    return PlainTextResponse("nobody is there any more\n", 400)


class Headers:
    """Every response says what the page may do, also one that refuses."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand the request on, and add the headers to what comes back."""
        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *own]}
            await send(message)

        await self.app(scope, receive, sent)
