"""The pages that are no documents: home, lists, questions, health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from failuregraph.answer.receipt import Edition, receipt, text_of
from failuregraph.errors import FailureGraphError
from failuregraph.names import FORMATS, format_named
from failuregraph.pages import views
from failuregraph.pages.home import home
from failuregraph.query import answer_with, serialise, write_graph
from failuregraph.serve.negotiate import choose

if TYPE_CHECKING:
    from starlette.requests import Request

    from failuregraph.names import Format
    from failuregraph.serve.desk import Desk
    from failuregraph.serve.pool import Pool

__all__ = ["Screens"]

_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"


class Screens:
    """Renders pages from stored queries over the front's own read-only store."""

    def __init__(self, desk: Desk, pool: Pool) -> None:
        self.site, self.templates, self.pool = desk.site, desk.templates, pool

    def routes(self) -> list[Route]:
        """Return the routes of these pages."""
        found = {
            "/": self.home,
            "/records": self.records,
            "/questions": self.questions,
            "/questions/{name}": self.question,
            "/health": self.health,
            "/robots.txt": self.robots,
        }
        return [Route(path, answer, methods=["GET", "HEAD"]) for path, answer in found.items()]

    async def home(self, _: Request) -> Response:
        """Return the front page with its counts."""
        return self.templates.page("home.html", home(self.site))

    async def records(self, _: Request) -> Response:
        """Return the list of all records."""
        return self.templates.page("records.html", views.records(self.site))

    async def questions(self, _: Request) -> Response:
        """Return the list of stored questions."""
        return self.templates.page("questions.html", views.questions(self.site))

    async def question(self, request: Request) -> Response:
        """Return the answer of a stored question as a page, or with ``format`` as CSV, TSV, JSON, XML or its receipt.

        A client that asks for RDF gets the question itself.
        """
        question = self.site.questions.get(str(request.path_params["name"]))
        if question is None:
            return self.templates.error(404, "There is no such question; /questions lists them.", {})
        names = {parameter.name for parameter in question.parameters}
        given = {name: value for name, value in request.query_params.items() if name in names and value}
        form = format_named(request.query_params.get("format", ""), graph=False)
        described = _described(request.headers.get("accept", ""))
        if form is None and described is not None:
            body = write_graph(self.site.question_graph(question.name), described.name)
            return Response(body, headers={"Content-Type": described.content_type, "Vary": "Accept"})
        try:
            terms = question.bind(given)
            table = answer_with(self.site.store, question, terms)
        except FailureGraphError as error:
            return self.templates.error(400, str(error), {})
        if request.query_params.get("format") == "receipt":
            stated = receipt(Edition.of_manifest(self.site.release.manifest), question, terms, table)
            return Response(text_of(stated), headers={"Content-Type": "application/json"})
        if form is not None:
            return Response(serialise(table, form), headers={"Content-Type": form.content_type})
        return self.templates.page("question.html", views.question(question, given, table))

    async def health(self, _: Request) -> Response:
        """Run a real query in a worker and compare the count with the manifest: 200, or 503 where they differ."""
        formats = {"table": "json", "truth": "json", "graph": "ttl"}
        request = {
            "query": _COUNT,
            "default_graphs": (),
            "named_graphs": (),
            "formats": formats,
            "cap": 10_000,
            "rows": 1,
        }
        result = await self.pool.run(request)
        expected = self.site.release.manifest["counts"]["quads"]
        healthy = result.status == 200 and f'"{expected}"' in result.body.decode()  # noqa: PLR2004 - HTTP
        body = {"status": "ok" if healthy else "failing", "release": self.site.release.identifier, "quads": expected}
        return JSONResponse(body, 200 if healthy else 503, {"Cache-Control": "no-store"})

    async def robots(self, _: Request) -> Response:
        """Keep crawlers out of the endpoint alone."""
        return PlainTextResponse("User-agent: *\nDisallow: /sparql\n")


def _described(accept: str) -> Format | None:
    """Return the format of graphs that a client asks for by name, or None where a page will do."""
    if not any(each.media_type in accept for each in FORMATS if each.graph):
        return None
    name = choose(accept, "graph", html=True)
    return format_named(name, graph=True) if name else None
