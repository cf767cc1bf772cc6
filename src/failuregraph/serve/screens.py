"""The pages that are no documents: home, lists, health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from failuregraph.catalog.saying import DCAT
from failuregraph.forms import media_type
from failuregraph.names import BASE
from failuregraph.pages.home import home
from failuregraph.pages.linked.signposts import Sign, header
from failuregraph.serve.negotiate import choose
from failuregraph.serve.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from failuregraph.serve.desk import Desk
    from failuregraph.serve.pool import Pool

__all__ = ["Screens"]

#: What programs of the data set begin with.
_TYPES: Final = ("https://schema.org/AboutPage", "https://schema.org/Dataset")
_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"


class Screens:
    """Renders pages from stored queries over the front's own read-only store."""

    def __init__(self, desk: Desk, pool: Pool) -> None:
        self.desk, self.site, self.templates, self.pool = desk, desk.site, desk.templates, pool
        self.root = desk.place.root

    def routes(self) -> list[Route]:
        """Return the routes of these pages."""
        found = {
            "/": self.home,
            "/health": self.health,
            "/opensearch.xml": self.opensearch,
        }
        return [Route(path, answer, methods=["GET", "HEAD"]) for path, answer in found.items()]

    def home(self, request: Request) -> Response:
        """Return the front page with its counts; who asks for RDF is led to what describes the data set."""
        accept = request.headers.get("accept")
        name = choose(accept, "graph", html=True)
        if name is None:
            return self.desk.refuse(
                accept, Refused(406, "The front page is there as a page, and as RDF at /graph/dcat.")
            )
        if name != "html":
            return RedirectResponse(f"{self.root}/{DCAT.removeprefix(BASE)}", 303, {"Vary": "Accept"})
        links = tuple(self._signs())
        page = self.templates.page("home.html", home(self.site), links)
        page.headers["Link"] = header(links, self.root)
        return page

    def _signs(self) -> Iterator[Sign]:
        """Yield the signposts of the front page, which stands for the data set: its name, files, licence, catalogue."""
        release = self.site.release
        yield Sign("cite-as", BASE)
        yield Sign("license", self.site.rows("release")[0][5])
        yield from (Sign("type", kind) for kind in _TYPES)
        yield Sign("describedby", "/graph/dcat.ttl", "text/turtle")
        yield Sign("describedby", "/graph/dcat.jsonld", "application/ld+json")
        for name in release.manifest["dumps"]:
            yield Sign("item", f"/dumps/{release.identifier}/{name}", media_type(name))

    def opensearch(self, _: Request) -> Response:
        """Return how browsers and aggregators search the incidents (OpenSearch 1.1)."""
        page = self.desk.page("opensearch.xml", self.desk.place.home)
        return Response(page.body, headers={"Content-Type": "application/opensearchdescription+xml"})

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
