"""The endpoint at /sparql: reads a request, lets a worker answer it, and says why where it cannot."""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, Response

from failuregraph.names import FORMATS, format_named
from failuregraph.pages import views
from failuregraph.query import write_graph
from failuregraph.serve.description import description
from failuregraph.serve.negotiate import choose
from failuregraph.serve.protocol import Asked, Refused, read_request
from failuregraph.serve.scan import advice

if TYPE_CHECKING:
    from starlette.requests import Request

    from failuregraph.pages.rendering import Templates
    from failuregraph.pages.site import Site
    from failuregraph.serve.pool import Pool, Result
    from failuregraph.serve.settings import Settings

__all__ = ["Endpoint"]

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_METHODS: Final = "GET, HEAD, POST, OPTIONS"
_LONGEST_REASON: Final = 120
_POLL: Final = 0.25


class Endpoint:
    """Handles every request to the SPARQL endpoint; never evaluates a query itself."""

    def __init__(self, site: Site, pool: Pool, settings: Settings, templates: Templates) -> None:
        self.site, self.pool, self.settings, self.templates = site, pool, settings, templates

    async def handle(self, request: Request) -> Response:
        """Return the complete answer, or a refusal with its reason."""
        if request.method == "OPTIONS":
            allowed = {
                "Allow": _METHODS,
                "Access-Control-Allow-Methods": _METHODS,
                "Access-Control-Allow-Headers": "Accept, Content-Type",
                "Access-Control-Max-Age": "86400",
            }
            return Response(status_code=204, headers=allowed)
        try:
            asked = await read_request(request, self.settings)
            return self._without_query(request) if asked is None else await self._answer(request, asked)
        except Refused as refused:
            return self._refusal(request, refused)

    def _without_query(self, request: Request) -> Response:
        """Return the query form to a browser and the service description to everybody else."""
        accept = request.headers.get("accept")
        name = choose(accept, "graph", html=True)
        if name == "html":
            return self.templates.page("sparql.html", views.Form())
        if name is None:
            raise Refused(406, "The service is described as Turtle, JSON-LD, N-Triples, RDF/XML or HTML.")
        triples = description(self.site, str(request.url.replace(query="", fragment="")))
        return Response(write_graph(triples, name), media_type=_type(name, graph=True), headers={"Vary": "Accept"})

    async def _answer(self, request: Request, asked: Asked) -> Response:
        tag = self._tag(asked)
        headers = {"Vary": "Accept", "ETag": tag, "Cache-Control": "public, max-age=0, must-revalidate"}
        if tag in [each.strip() for each in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=headers)
        result = await self._run(request, asked)
        if result.status != 200:  # noqa: PLR2004 - HTTP
            raise _refused(result, asked)
        kind, _, name = result.form.partition(":")
        if asked.page:
            page = self.templates.page("sparql.html", views.form(asked.query, kind, result.body))
            page.headers.update(headers)
            return page
        return Response(result.body, headers=headers | {"Content-Type": _type(name, graph=kind == "graph")})

    def _tag(self, asked: Asked) -> str:
        """Return the entity tag: a release never changes, so release, query and format say it all."""
        digest = hashlib.sha256(repr((self.site.release.identifier, asked)).encode("utf-8", "surrogatepass"))
        return f'"{digest.hexdigest()[:32]}"'

    async def _run(self, request: Request, asked: Asked) -> Result:
        """Return the worker's answer; a client that goes away ends its worker."""
        work = asyncio.create_task(
            self.pool.run(
                {
                    "query": asked.query,
                    "default_graphs": asked.default_graphs,
                    "named_graphs": asked.named_graphs,
                    "formats": asked.formats,
                    "cap": self.settings.answer,
                }
            )
        )
        while not (await asyncio.wait({work}, timeout=_POLL))[0]:
            if await request.is_disconnected():
                work.cancel()
                raise Refused(499, "The client went away.")
        return work.result()

    def _refusal(self, request: Request, refused: Refused) -> Response:
        headers = {"Vary": "Accept", **refused.headers}
        if refused.status >= 500:  # noqa: PLR2004 - HTTP
            headers["Cache-Control"] = "no-store"
        if choose(request.headers.get("accept"), "table", html=True) == "html":
            return self.templates.error(refused.status, refused.message, headers)
        return PlainTextResponse(refused.message + "\n", refused.status, headers)


def _type(name: str, *, graph: bool) -> str:
    found = format_named(name, graph=graph)
    return found.content_type if found else "application/octet-stream"


def _refused(result: Result, asked: Asked) -> Refused:
    if result.status == 406:  # noqa: PLR2004 - HTTP
        kinds = [each.media_type for each in FORMATS if (each.graph if result.message == "graph" else each.table)]
        if result.message == "truth":
            kinds = kinds[:2]
        return Refused(406, f"This query is answered as {', '.join(kinds)}; none of them was asked for.")
    if result.status == 503:  # noqa: PLR2004 - HTTP
        return Refused(503, result.message, {"Retry-After": "1"})
    if result.status == 400:  # noqa: PLR2004 - HTTP
        return Refused(400, _syntax(result.message, asked.query))
    return Refused(result.status, result.message)


def _syntax(message: str, query: str) -> str:
    """Return the place and reason of a syntax error, with one suggestion."""
    found = _PLACE.match(message)
    if not found:
        return message
    reason = " ".join(found[3].split())
    told = reason if len(reason) <= _LONGEST_REASON else "something else is expected here"
    return f"The query does not parse at line {found[1]}, column {found[2]}: {told}. {advice(query)}".strip()
