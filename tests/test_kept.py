"""Pages in memory: made once, told apart by all that they depend on, and never more than there is room for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from failuregraph.serve.asking import Reply, ask
from failuregraph.serve.kept import Kept

Headers = Iterable[tuple[bytes, bytes]]


class _Counting:
    """An application that counts what it makes."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.app = Starlette(
            routes=[
                Route("/page", self.page),
                Route("/bad", self.bad),
                Route("/fault", self.fault),
                Route("/health", self.page),
            ],
            exception_handlers={Exception: self.refuse},
        )

    def page(self, request: Request) -> Response:
        self.made.append(f"{request.url.path}?{request.url.query}")
        return PlainTextResponse(request.headers.get("accept", "") * 100)

    def bad(self, _: Request) -> Response:
        self.made.append("bad")
        return PlainTextResponse("no", 400)

    def fault(self, _: Request) -> Response:
        message = "this page has a fault"
        raise RuntimeError(message)

    async def refuse(self, _: Request, error: Exception) -> Response:
        return PlainTextResponse(f"failed: {error}", 500)


def _asked(app: Kept, path: str, headers: Headers, method: str = "GET") -> tuple[int, dict[bytes, bytes], bytes]:
    """Return the reply to a request with headers that may stand twice."""
    sent = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": list(headers)}
    asyncio.run(app({**scope, "root_path": "", "scheme": "http", "server": None}, receive, send))  # type: ignore[arg-type]  # a scope as ASGI has it
    return int(str(sent[0]["status"])), dict(sent[0]["headers"]), bytes(sent[1]["body"])  # type: ignore[call-overload]  # as above


def _get(app: Kept, path: str, accept: str = "text/html", query: str = "", method: str = "GET") -> Reply:
    return asyncio.run(ask(app, path, accept, method, query))


def test_a_page_is_made_once() -> None:
    """The second reply is the first, with a strong tag; HEAD has its headers and no body."""
    counting = _Counting()
    kept = Kept(counting.app, 1 << 20)
    first, second, head = _get(kept, "/page"), _get(kept, "/page"), _get(kept, "/page", method="HEAD")
    assert ["/page?"] == counting.made
    assert first == second
    assert first.headers == head.headers
    assert b"" == head.body
    assert first.headers["etag"].startswith('"')
    assert str(len(first.body)) == first.headers["content-length"]


def test_a_page_depends_on_parameters_and_on_what_is_accepted() -> None:
    """Another wish or another parameter is another page; another way to say the same wish is not."""
    counting = _Counting()
    kept = Kept(counting.app, 1 << 20)
    for accept, query in [
        ("text/html", ""),
        ("text/turtle", ""),
        ("text/html", "a=1"),
        ("text/html;charset=utf-8", ""),
    ]:
        _get(kept, "/page", accept, query)
    assert ["/page?", "/page?", "/page?a=1"] == counting.made


def test_two_accept_headers_are_one_wish() -> None:
    """What is kept under a wish was made for that wish, however often the header stands."""
    kept = Kept(_Counting().app, 1 << 20)
    twice = [(b"accept", b"text/turtle"), (b"accept", b"text/html;q=0.1")]
    _, _, body = _asked(kept, "/page", twice)
    assert b"text/turtle, text/html;q=0.1" * 100 == body
    assert "text/html" * 100 == _get(kept, "/page", "text/html").text


def test_who_has_it_is_told_so() -> None:
    """304 has the tag and no body, for a tag in a list, a weak one, and any."""
    kept = Kept(_Counting().app, 1 << 20)
    tag = _get(kept, "/page").headers["etag"].encode()
    for known in (tag, b'"other", ' + tag, b"W/" + tag, b"*"):
        status, headers, body = _asked(kept, "/page", [(b"accept", b"text/html"), (b"if-none-match", known)])
        assert (304, tag, b"") == (status, headers[b"etag"], body)
    assert 200 == _asked(kept, "/page", [(b"accept", b"text/html"), (b"if-none-match", b'"other"')])[0]


@pytest.mark.parametrize(("path", "made"), [("/bad", ["bad", "bad"]), ("/health", ["/health?", "/health?"])])
def test_some_pages_are_made_each_time(path: str, made: list[str]) -> None:
    """A refusal of a value, and the state of the server, are never kept."""
    counting = _Counting()
    kept = Kept(counting.app, 1 << 20)
    for _ in made:
        _get(kept, path)
    assert made == counting.made


def test_a_fault_is_answered_and_raised() -> None:
    """The client has the refusal, and the server hears of the fault, each time."""
    kept = Kept(_Counting().app, 1 << 20)
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/fault", "query_string": b"", "headers": []}
    for _ in range(2):
        sent.clear()
        with pytest.raises(RuntimeError, match="has a fault"):
            asyncio.run(kept({**scope, "root_path": "", "scheme": "http", "server": None}, receive, send))  # type: ignore[arg-type]  # a scope as ASGI has it
        assert 500 == sent[0]["status"]
        assert b"failed: this page has a fault" == sent[1]["body"]


def test_there_is_room_for_so_many_bytes() -> None:
    """The page that was asked for longest ago goes first; one of more than a quarter of the room is not kept."""
    counting = _Counting()
    kept = Kept(counting.app, 9_000)
    for number in [0, 1, 2, 3, 0, 4, 0, 1]:
        _get(kept, "/page", query=f"n={number}")
    assert [f"/page?n={number}" for number in (0, 1, 2, 3, 4, 1)] == counting.made
    small = Kept(counting.app, 5_000)
    counting.made.clear()
    for _ in range(2):
        _get(small, "/page")
    assert ["/page?", "/page?"] == counting.made
