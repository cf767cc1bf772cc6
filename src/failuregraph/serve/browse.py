"""Incidents to browse and search: the page, and all rows of a result as data, from one address and its parameters."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from failuregraph.names import format_named
from failuregraph.pages.browsing.browse import browse, what_counts
from failuregraph.pages.browsing.exports import as_csv, as_json, statements
from failuregraph.pages.browsing.facets import Catalogue
from failuregraph.pages.browsing.query import selection_query
from failuregraph.pages.browsing.results import Result
from failuregraph.pages.browsing.selection import Selection
from failuregraph.query import write_graph
from failuregraph.search import Index
from failuregraph.serve.negotiate import DOCUMENT_FORMATS, choose

if TYPE_CHECKING:
    from starlette.requests import Request

    from failuregraph.pages.document import Link
    from failuregraph.serve.desk import Desk

__all__ = ["Browse"]

#: The types of JSON that are rows; JSON-LD is another.
_TABLE_JSON: Final = ("application/json", "application/sparql-results+json")
_SUFFIXES: Final = ("csv", "json", *(each for each in DOCUMENT_FORMATS if each != "nq"), "rq", "html")
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
    "rq": "application/sparql-query; charset=utf-8",
}


class Browse:
    """Answers ``/incidents`` and its data; the old list of records leads there."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.site, self.root = desk, desk.site, desk.place.root

    @cached_property
    def catalogue(self) -> Catalogue:
        """The records with their values, read when they are first asked for."""
        return Catalogue.read(self.site)

    @cached_property
    def index(self) -> Index:
        """The search index of the release."""
        return Index(self.site.release.index_path)

    @cached_property
    def definition(self) -> Link:
        """What counts as an incident."""
        return what_counts(self.site)

    def routes(self) -> list[Route]:
        """Return the routes of the page, of its data, and of the address that it had before."""
        found = {"/incidents": self.negotiated, "/incidents.{suffix}": self.fixed, "/records": self.moved}
        return [Route(path, answer, methods=["GET", "HEAD"]) for path, answer in found.items()]

    def moved(self, _: Request) -> Response:
        """Lead from the list of records to the page that took its place."""
        return RedirectResponse(f"{self.root}/incidents", 301)

    def fixed(self, request: Request) -> Response:
        """Return all rows of a result in the format that the address names."""
        suffix = str(request.path_params["suffix"])
        if suffix not in _SUFFIXES:
            choices = ", ".join(f"/incidents.{each}" for each in _SUFFIXES)
            return PlainTextResponse(f"The incidents are there as {choices}.\n", 404)
        return self._made(request, suffix)

    def negotiated(self, request: Request) -> Response:
        """Return the page or the data that the client asks for; Turtle to one that takes anything."""
        name = _wanted(request.headers.get("accept"))
        if name is None:
            choices = ", ".join(f"/incidents.{each}" for each in _SUFFIXES)
            sentence = f"The incidents are there as {choices}; none of them was asked for.\n"
            return PlainTextResponse(sentence, 406, {"Vary": "Accept"})
        response = self._made(request, name)
        response.headers["Vary"] = "Accept"
        response.headers["Content-Location"] = self.root + self._selection(request).address(name)
        return response

    def _selection(self, request: Request) -> Selection:
        return Selection.of(request.query_params.multi_items())

    def _made(self, request: Request, name: str) -> Response:
        result = Result(self.catalogue, self.index, self._selection(request))
        if name == "html":
            return self.desk.page("incidents.html", browse(self.definition, result))
        form = format_named(name, graph=True) if name in DOCUMENT_FORMATS else None
        kind = form.content_type if form else _TYPES[name]
        return Response(self._data(result, name), headers={"Content-Type": kind})

    def _data(self, result: Result, name: str) -> bytes:
        if name == "csv":
            return as_csv(result)
        if name == "json":
            return as_json(self.site, result)
        if name == "rq":
            return selection_query(result).encode()
        return write_graph(statements(self.site, result), name)


def _wanted(accept: str | None) -> str | None:
    """Return the format that a client likes best, or None where nothing fits.

    JSON is asked for as a table; where a header takes both a table and a graph by no name, it is as documents are.

    >>> _wanted("text/html,*/*;q=0.8"), _wanted("text/csv"), _wanted("application/json"), _wanted("*/*")
    ('html', 'csv', 'json', 'ttl')
    >>> _wanted("application/ld+json, */*"), _wanted("application/json, */*")
    ('jsonld', 'json')
    """
    table, graph = choose(accept, "table", html=True), choose(accept, "graph", html=True)
    named = any(each in (accept or "") for each in _TABLE_JSON)
    if table == "csv" or (table == "json" and named and graph in (None, "html", "jsonld")):
        return table
    return graph if graph in (*DOCUMENT_FORMATS, "html") and graph != "nq" else None
