"""The SPARQL 1.1 Graph Store HTTP Protocol, its reading side: a whole named graph, or the union of all.

Graphs of ours are also named directly by their own addresses, which ``failuregraph.serve.documents`` answers.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from starlette.responses import PlainTextResponse, Response

from failuregraph.names import format_named
from failuregraph.query import write_graph
from failuregraph.serve.negotiate import DOCUMENT_FORMATS, UnknownFormatError, choose, override

if TYPE_CHECKING:
    from starlette.requests import Request

    from failuregraph.pages.site import Site
    from failuregraph.serve.settings import Settings

__all__ = ["GraphStore"]

_ALLOWED: Final = "GET, HEAD, OPTIONS"
_OVERRIDES: Final = ("format", "output")
_DEFAULT: Final = ""


class GraphStore:
    """Answers ``/rdf-graphs?graph=IRI`` and ``/rdf-graphs?default``; nothing can be written."""

    METHODS: Final = ("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH")

    def __init__(self, site: Site, settings: Settings) -> None:
        self.site, self.cap = site, settings.answer

    async def handle(self, request: Request) -> Response:
        """Return the graph that is asked for, whole, or a refusal with its reason."""
        if request.method not in ("GET", "HEAD"):
            sentence = "The graphs are read-only; CONTRIBUTING.md says how to propose a change."
            return _refused(405, sentence, Allow=_ALLOWED)
        graph = self._named(request)
        if isinstance(graph, Response):
            return graph
        name = _format(request)
        if isinstance(name, Response):
            return name
        return await self._answer(request, graph, name)

    def _named(self, request: Request) -> str | Response:
        """Return the IRI of the graph, empty for the default graph, or a refusal."""
        graphs, default = request.query_params.getlist("graph"), "default" in request.query_params
        if len(graphs) + default != 1:
            return _refused(400, "Name one graph: /rdf-graphs?graph=IRI, or /rdf-graphs?default for the union of all.")
        if default:
            return _DEFAULT
        if graphs[0] in self.site.release.manifest["graphs"]:
            return graphs[0]
        sentence = "There is no graph of that name; SELECT DISTINCT ?g WHERE { GRAPH ?g {} } at /sparql lists them."
        return _refused(404, sentence)

    async def _answer(self, request: Request, graph: str, name: str) -> Response:
        headers = self._headers(graph, name)
        if headers["ETag"] in [each.strip() for each in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=headers)
        body = await asyncio.to_thread(self._body, graph, name)
        if len(body) > self.cap:
            sentence = f"The graph is larger than {self.cap} bytes; ask for a part of it at /sparql, or use the dumps."
            return _refused(413, sentence)
        found = format_named(name, graph=True)
        headers["Content-Type"] = found.content_type if found else "application/octet-stream"
        return Response(body, headers=headers)

    def _headers(self, graph: str, name: str) -> dict[str, str]:
        """Return what marks an answer: a release never changes, so release, graph and format say it all."""
        digest = hashlib.sha256(graph.encode()).hexdigest()[:16]
        tag = f'"{self.site.release.identifier}-{digest}-{name}"'
        return {"ETag": tag, "Vary": "Accept", "Cache-Control": "public, max-age=0, must-revalidate"}

    def _body(self, graph: str, name: str) -> bytes:
        node = ox.NamedNode(graph) if graph else None
        quads = self.site.store.inner.quads_for_pattern(None, None, None, node)
        return write_graph(dict.fromkeys(quad.triple for quad in quads), name)


def _format(request: Request) -> str | Response:
    """Return the name of the format that is asked for, or a refusal."""
    try:
        named = [value for key in _OVERRIDES for value in request.query_params.getlist(key)]
        name = override(named, "graph") if named else choose(request.headers.get("accept"), "graph")
    except UnknownFormatError as error:
        return _refused(400, f"{error} is no format; use one of {', '.join(DOCUMENT_FORMATS)}.")
    if name is None:
        return _refused(406, "A graph is there as Turtle, JSON-LD, N-Triples, RDF/XML and N-Quads.")
    return name


def _refused(status: int, sentence: str, **headers: str) -> Response:
    return PlainTextResponse(sentence + "\n", status, {"Vary": "Accept", **headers})
