"""Pages and documents in memory: a release never changes, so what was made once is right as long as it is served.

Every answer that was made is kept under its address and what the client accepts, with a strong entity tag; a client
that has it already is told so.  If-Modified-Since is not looked at: another release of the same day would be missed.
"""

from __future__ import annotations

import functools
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.serve.cache import has, lifetime
from failuregraph.serve.negotiate import choose, prefers
from failuregraph.serve.problems import PROBLEM_TYPES, graph_wanted

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Kept"]

#: What is never kept: the state of the server, and dumps, which are sent from the disk.
_APART: Final = ("/health", "/dumps/")
_OVERHEAD: Final = 1024
#: The headers that are read here alone.
_OWN: Final = (b"accept", b"if-none-match", b"if-modified-since", b"if-range", b"range")
#: The headers that say what a body is, which an answer without one has not.
_OF_A_BODY: Final = (b"content-length", b"content-type", b"last-modified")
#: The kinds of answer between which ``Accept`` decides.
_KINDS: Final = ("graph", "table", "question", "list")
_WISHES: Final = 1024
_KEEP: Final = {200, 300, 301, 303, 404, 406, 410}

_Wish = tuple[str | bool | None, ...]
_Key = tuple[str, bytes, _Wish]


@dataclass(frozen=True)
class _Page:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    tag: bytes


class Kept:
    """An application whose answers to GET and HEAD are kept, up to a number of bytes; ``modified`` is their date."""

    def __init__(self, inner: ASGIApp, size: int, root: str = "", modified: str = "") -> None:
        self._modified = modified.encode()
        self._inner, self._size, self._used = inner, size, 0
        self._apart = tuple(root + each for each in _APART)
        self._pages: OrderedDict[_Key, _Page] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the page that was kept, or make it; what fails is sent as the refusal that it is, and then raised."""
        path = str(scope["path"])
        if scope["method"] not in ("GET", "HEAD") or path.startswith(self._apart):
            await self._inner(scope, receive, send)
            return
        accept = _joined(scope, b"accept")
        key = (path, bytes(scope["query_string"]), _wanted(accept.decode("latin-1")))
        page, fault = self._pages.get(key), None
        if page is None:
            page, fault = await self._made(scope, receive, accept)
            self._put(key, page)
        else:
            self._pages.move_to_end(key)
        await _sent(page, _joined(scope, b"if-none-match"), send, empty=scope["method"] == "HEAD")
        if fault is not None:
            raise fault

    async def _made(self, scope: Scope, receive: Receive, accept: bytes) -> tuple[_Page, Exception | None]:
        """Return what the application answers to a GET by somebody who has nothing yet, and what failed in it."""
        parts: list[bytes] = []
        started: list[Message] = []

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
            else:
                parts.append(message.get("body", b""))

        asked = [pair for pair in scope["headers"] if pair[0] not in _OWN]
        asked += [(b"accept", accept)] if accept else []
        fault: Exception | None = None
        try:
            await self._inner({**scope, "method": "GET", "headers": asked}, receive, take)
        except Exception as error:  # the application has answered with 500 before it raises
            if not started:
                raise
            fault = error
        headers = list(started[0]["headers"])
        return _page(int(started[0]["status"]), headers, b"".join(parts), self._modified), fault

    def _put(self, key: _Key, page: _Page) -> None:
        cost = _cost(key, page)
        if page.status not in _KEEP or cost > self._size // 4 or key in self._pages:
            return
        self._pages[key] = page
        self._used += cost
        while self._used > self._size:
            self._used -= _cost(*self._pages.popitem(last=False))


def _cost(key: _Key, page: _Page) -> int:
    return len(page.body) + len(key[0]) + len(key[1]) + _OVERHEAD


def _joined(scope: Scope, name: bytes) -> bytes:
    """Return a header that may stand several times as one (RFC 9110, 5.3)."""
    return b", ".join(value for each, value in scope["headers"] if each == name)


@functools.lru_cache(_WISHES)
def _wanted(accept: str) -> _Wish:
    """Return all that an answer may depend on in ``Accept``: formats, and whether a refusal is JSON or RDF."""
    formats = (choose(accept, kind, html=True) for kind in _KINDS)
    return *formats, prefers(accept, *PROBLEM_TYPES), graph_wanted(accept) is not None


def _page(status: int, headers: list[tuple[bytes, bytes]], body: bytes, modified: bytes) -> _Page:
    """Return an answer with the headers that every one has: length, tag, date, and how long it holds."""
    names = {name for name, _ in headers}
    tag = next((value for name, value in headers if name == b"etag"), b"")
    if not tag and status == 200:  # noqa: PLR2004 - HTTP
        tag = b'"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
        headers.append((b"etag", tag))
    if tag and modified:
        headers.append((b"last-modified", modified))
    if b"cache-control" not in names:
        headers.append((b"cache-control", lifetime(status).encode()))
    if b"content-length" not in names:
        headers.append((b"content-length", str(len(body)).encode()))
    return _Page(status, headers, body, tag)


async def _sent(page: _Page, known: bytes, send: Send, *, empty: bool) -> None:
    if known and page.tag and has(known.decode("latin-1"), page.tag.decode("latin-1")):
        headers = [pair for pair in page.headers if pair[0] not in _OF_A_BODY]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": page.status, "headers": page.headers})
    await send({"type": "http.response.body", "body": b"" if empty else page.body})
