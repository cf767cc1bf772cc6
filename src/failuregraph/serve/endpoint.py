"""The endpoint at /sparql: reads a request, lets a worker answer it, and says why where it cannot."""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from failuregraph.catalog.saying import DCAT
from failuregraph.names import FORMATS, format_named
from failuregraph.pages.asking.form import Workbench
from failuregraph.query import write_graph
from failuregraph.serve.budget import Budget, BusyError, SpentError
from failuregraph.serve.cache import REVALIDATE, Cache, has, last_modified, lifetime
from failuregraph.serve.description import description
from failuregraph.serve.negotiate import choose
from failuregraph.serve.problems import Refused, body_of, of_syntax
from failuregraph.serve.protocol import Asked, Incoming, read_request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from failuregraph.pages.rendering import Templates
    from failuregraph.pages.site import Site
    from failuregraph.serve.frames import Result
    from failuregraph.serve.pool import Pool
    from failuregraph.serve.record import Seen
    from failuregraph.serve.settings import Settings

__all__ = ["Endpoint", "preflight"]

_METHODS: Final = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
_ALLOW: Final = ", ".join(_METHODS)
_POLL: Final = 0.25
_OK: Final = 200
#: What a script of another page may send beside what every page may (Fetch, 4.8).
_SENDABLE: Final = "Accept, Content-Type, If-Modified-Since, If-None-Match, Range"


class Endpoint:
    """Handles every request to the SPARQL endpoint, as an ASGI application; never evaluates a query itself."""

    def __init__(self, site: Site, pool: Pool, settings: Settings, templates: Templates, address: str) -> None:
        self.site, self.pool, self.settings, self.templates = site, pool, settings, templates
        self.address = address
        self.cache, self.budget = Cache(settings.cache), Budget(settings)
        self._workbench = Workbench(site, tuple(settings.explained()), address)
        self._described: dict[str, bytes] = {}
        self._modified = last_modified(site.graphs[DCAT])
        self._types = {(each.name, graph): each.content_type for each in FORMATS for graph in (True, False)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the complete answer, or a refusal with its reason."""
        incoming = Incoming(scope, receive)
        seen: Seen | None = scope.get("failuregraph.seen")
        try:
            status, headers, body = await self._handle(incoming, seen)
        except Refused as refused:
            status, headers, body = self._refusal(incoming, refused, seen)
        headers["Content-Length"] = str(len(body))
        start = {"type": "http.response.start", "status": status, "headers": _raw(headers.items())}
        await send(start)
        await send({"type": "http.response.body", "body": b"" if incoming.method == "HEAD" else body})

    async def _handle(self, incoming: Incoming, seen: Seen | None) -> tuple[int, dict[str, str], bytes]:
        if incoming.method == "OPTIONS":
            return 204, preflight(_ALLOW), b""
        if incoming.method not in _METHODS:
            sentence = f"{incoming.method} is not offered here; {_ALLOW} are."
            raise Refused(405, sentence, {"Allow": _ALLOW})
        asked = await read_request(incoming, self.settings)
        if asked is None:
            return self._without_query(incoming)
        tag = self._tag(asked)
        # A page also says how long the query took: it means the same each time, and is not the same to the byte.
        name = f'W/"{tag}"' if asked.page else f'"{tag}"'
        headers = {"Vary": "Accept", "ETag": name, "Cache-Control": REVALIDATE}
        if asked.timeout is not None:
            headers["X-Timeout"] = f"{min(asked.timeout, self.settings.deadline):g}"
        if seen is not None:
            seen.query = hashlib.sha256(asked.query.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        if has(incoming.headers.get("if-none-match", ""), name):
            return 304, headers, b""
        result = self.cache.get(tag)
        if seen is not None:
            seen.cached = result is not None
        if result is None:
            result = await self._answer(incoming, asked)
            self.cache.put(tag, result)
        return self._sent(result, asked, headers)

    def _sent(self, result: Result, asked: Asked, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        headers["Last-Modified"] = self._modified
        kind, _, name = result.form.partition(":")
        if asked.page:
            view = self._workbench.answered(asked.query, kind, result.body, result.seconds)
            return _taken(self.templates.page("sparql.html", view), headers)
        headers["Content-Type"] = self._types[name, kind == "graph"]
        return _OK, headers, result.body

    def _without_query(self, incoming: Incoming) -> tuple[int, dict[str, str], bytes]:
        """Return the query form to a browser and the service description to everybody else."""
        name = choose(incoming.headers.get("accept"), "graph", html=True)
        if name == "html":
            return self._form(incoming)
        if name is None:
            known = ", ".join(each.media_type for each in FORMATS if each.graph)
            raise Refused(406, f"The service is described as {known} or text/html; none of them was asked for.")
        tag = f'"{self.site.release.identifier}-service-{name}"'
        headers = {"Vary": "Accept", "ETag": tag, "Cache-Control": REVALIDATE}
        if has(incoming.headers.get("if-none-match", ""), tag):
            return 304, headers, b""
        headers |= {"Content-Type": self._types[name, True], "Last-Modified": self._modified}
        if name not in self._described:
            self._described[name] = write_graph(description(self.site, self.address, self.settings), name)
        return _OK, headers, self._described[name]

    def _form(self, incoming: Incoming) -> tuple[int, dict[str, str], bytes]:
        """Return the query form; one that is filled by an address that it does not understand is refused."""
        view = self._workbench.blank(_given(incoming))
        page = self.templates.page("sparql.html", view)
        if view.fault is not None:
            page.status_code = 400
            return _taken(page, {"Vary": "Accept", "Cache-Control": lifetime(400)})
        tag = f'"{hashlib.sha256(page.body).hexdigest()[:32]}"'
        headers = {"Vary": "Accept", "ETag": tag, "Cache-Control": REVALIDATE}
        if has(incoming.headers.get("if-none-match", ""), tag):
            return 304, headers, b""
        return _taken(page, headers | {"Last-Modified": self._modified})

    def _tag(self, asked: Asked) -> str:
        """Return what names the answer: a release never changes, so release, query, data set and format say it all."""
        what = (self.site.release.identifier, asked.query, asked.default_graphs, asked.named_graphs, asked.page)
        text = repr((what, sorted(asked.formats.items())))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    async def _answer(self, incoming: Incoming, asked: Asked) -> Result:
        try:
            account = await self.budget.enter(incoming.address)
        except SpentError as spent:
            sentence = (
                f"This address has used its {self.settings.burst:g} seconds of processing; {self.settings.refill:g} "
                f"come back each minute. Try again in {spent.seconds} seconds, or use the dumps."
            )
            raise Refused(429, sentence, {"Retry-After": str(spent.seconds)}, limit=self.settings.burst) from None
        except BusyError:
            sentence = f"{self.settings.waiting} queries of this address are waiting already; try again in a second."
            raise Refused(503, sentence, {"Retry-After": "1"}, limit=self.settings.waiting) from None
        seconds, started = None, time.perf_counter()
        try:
            result = await self._run(incoming, asked)
            seconds = result.seconds
        finally:
            self.budget.leave(account, time.perf_counter() - started if seconds is None else seconds)
        if result.status != _OK:
            raise self._refused(result, asked)
        return result

    async def _run(self, incoming: Incoming, asked: Asked) -> Result:
        """Return the worker's answer; a client that goes away ends its worker."""
        request = {
            "query": asked.query,
            "base": self.address,
            "default_graphs": asked.default_graphs,
            "named_graphs": asked.named_graphs,
            "formats": asked.formats,
            "cap": self.settings.answer,
            "rows": self.settings.rows,
        }
        watch = _Watch(incoming)
        try:
            return await self.pool.run(request, asked.timeout)
        except asyncio.CancelledError:
            if watch.gone:
                raise Refused(499, "The client went away.") from None
            raise
        finally:
            watch.end()

    def _refused(self, result: Result, asked: Asked) -> Refused:
        if result.status == 406:  # noqa: PLR2004 - HTTP
            return _unfit(result.message)
        if result.status == 503:  # noqa: PLR2004 - HTTP
            return Refused(503, result.message, {"Retry-After": "1"}, limit=self.settings.waiting)
        if result.status == 400:  # noqa: PLR2004 - HTTP
            return of_syntax(result.message, asked.query)
        limits = {413: self.settings.answer, 504: self.settings.deadline, 507: self.settings.memory}
        limit = limits.get(result.status)
        return Refused(result.status, result.message, None, **({} if limit is None else {"limit": limit}))

    def _refusal(self, incoming: Incoming, refused: Refused, seen: Seen | None) -> tuple[int, dict[str, str], bytes]:
        headers = {"Vary": "Accept", "Cache-Control": lifetime(refused.status), **refused.headers}
        accept = incoming.headers.get("accept")
        if choose(accept, "table", html=True) == "html":
            return _taken(self._page_of(incoming, refused), headers)
        request = "" if seen is None else seen.request
        body, headers["Content-Type"] = body_of(refused, accept, request, self.site.release.identifier)
        return refused.status, headers, body

    def _page_of(self, incoming: Incoming, refused: Refused) -> Response:
        """Return the form again with the query that was refused; other requests get a page that says why."""
        query = _given(incoming).get("query")
        if query is None:
            return self.templates.error(refused.status, refused.message, {})
        page = self.templates.page("sparql.html", self._workbench.refused(query, refused.message, refused.more))
        page.status_code = refused.status
        return page


def _given(incoming: Incoming) -> dict[str, str]:
    """Return the parameters of an address that names them in UTF-8, else none."""
    try:
        return dict(parse_qsl(incoming.query or "", errors="strict", max_num_fields=1000))
    except ValueError:
        return {}


def _raw(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _taken(response: Response, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Return what a page consists of, with more headers."""
    own = {name: value for name, value in response.headers.items() if name != "content-length"}
    return response.status_code, {**own, **headers}, bytes(response.body)


def preflight(methods: str) -> dict[str, str]:
    """Return what OPTIONS says of an address: its methods, and that a script of any page may use them."""
    return {
        "Allow": methods,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": _SENDABLE,
        "Access-Control-Max-Age": "86400",
    }


def _unfit(kind: str) -> Refused:
    """Return the refusal of an answer for which no format that was asked for will do."""
    graph = kind in ("graph", "rdf")
    known = [each for each in FORMATS if (each.graph if graph else each.table)]
    if kind == "truth":
        known = [each for each in known if format_named(each.name, graph=False) and each.name in ("json", "xml")]
    known = [each for each in known if each.name != kind]
    types = ", ".join(dict.fromkeys(each.media_type for each in known))
    if kind in ("xml", "rdf"):
        sentence = "The answer has a character or a property that XML cannot write"
        return Refused(406, f"{sentence}; it is there as {types}.")
    return Refused(406, f"This query is answered as {types}; none of them was asked for.")


class _Watch:
    """Looks out for a client that goes away, once its query takes longer than a moment, and then ends the query."""

    def __init__(self, incoming: Incoming) -> None:
        self.gone = False
        self._incoming, self._query = incoming, asyncio.current_task()
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(_POLL, self._begin)

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while (await self._incoming.receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        if self._query is not None:
            self._query.cancel()

    def end(self) -> None:
        """Look no longer."""
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
