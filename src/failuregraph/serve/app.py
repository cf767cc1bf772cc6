"""The application: a list of routes, and the headers that every response carries."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from failuregraph import pages
from failuregraph.pages.rendering import Templates
from failuregraph.pages.site import Site
from failuregraph.serve.documents import Documents
from failuregraph.serve.endpoint import Endpoint
from failuregraph.serve.pool import Pool
from failuregraph.serve.screens import Screens
from failuregraph.serve.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from failuregraph.build import Release
    from failuregraph.project import Project

__all__ = ["application"]

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_EXPOSED: Final = "Link, ETag, Last-Modified, Retry-After, Content-Location, X-Request-Id, X-Release"


def application(release: Release, project: Project, settings: Settings | None = None) -> ASGIApp:
    """Return the ASGI application that serves a release."""
    limits = settings or Settings()
    site = Site.open(release, project)
    pool = Pool(release.store_path, limits)
    templates = Templates(release.identifier)
    endpoint = Endpoint(site, pool, limits, templates)
    screens = Screens(site, pool, templates)
    documents = Documents(site, templates)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await pool.start()
        try:
            yield
        finally:
            await pool.stop()

    reading = ["GET", "HEAD"]
    routes = [
        Route("/", screens.home, methods=reading),
        Route("/sparql", endpoint.handle, methods=["GET", "HEAD", "POST", "OPTIONS"]),
        Route("/sparql/", endpoint.handle, methods=["GET", "HEAD", "POST", "OPTIONS"]),
        Route("/records", screens.records, methods=reading),
        Route("/questions", screens.questions, methods=reading),
        Route("/questions/{name}", screens.question, methods=reading),
        Route("/health", screens.health, methods=reading),
        Route("/robots.txt", screens.robots, methods=reading),
        Mount("/static", StaticFiles(directory=Path(pages.__file__).parent / "static")),
        Route("/{path:path}", documents.handle, methods=reading),
    ]

    async def refuse(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        words = {404: "Nothing has this address.", 405: "This method is not offered here."}
        sentence = words.get(status, "The server failed; the fault is ours.")
        if "text/html" in request.headers.get("accept", ""):
            return templates.error(status, sentence, headers)
        return PlainTextResponse(sentence + "\n", status, headers)

    handlers = {HTTPException: refuse, Exception: refuse}
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)
    return _Headers(app, release.identifier)


class _Headers:
    """Adds the security headers, CORS and the name of the release to every response."""

    def __init__(self, app: ASGIApp, release: str) -> None:
        self.app = app
        self.headers = [
            (b"content-security-policy", _POLICY.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"access-control-allow-origin", b"*"),
            (b"access-control-expose-headers", _EXPOSED.encode()),
            (b"x-release", release.encode()),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.headers]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
