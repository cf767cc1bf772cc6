"""Asking an application without a network: what ``export`` and the tests are made with.

One request goes in and one whole reply comes out, by the same calls that a server makes; nothing listens.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Scope

__all__ = ["Reply", "ask"]


@dataclass(frozen=True)
class Reply:
    """A reply as the application sent it: status, headers with names in lower case, whole body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def media_type(self) -> str:
        """The type of the body without its parameters; empty where none is stated."""
        return self.headers.get("content-type", "").partition(";")[0].strip()


async def ask(app: ASGIApp, path: str, accept: str = "text/html", method: str = "GET", query: str = "") -> Reply:
    """Return the reply of an application to one request without a body; ``path`` is decoded, ``query`` is not.

    What the application raises is raised here.
    """
    sent: list[Message] = []
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        found = next(asked, None)
        return found if found is not None else await asyncio.Future()

    async def send(message: Message) -> None:
        sent.append(message)

    await app(_scope(path, accept, method, query), receive, send)
    start, *parts = sent
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Reply(int(start["status"]), headers, b"".join(part.get("body", b"") for part in parts))


def _scope(path: str, accept: str, method: str, query: str) -> Scope:
    """Return a request as ASGI states it; it names no host, so that no answer can depend on one."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [(b"accept", accept.encode("latin-1"))] if accept else [],
        "client": None,
        "server": None,
        "extensions": {},
    }
    return scope
