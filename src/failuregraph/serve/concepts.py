"""The pages of concepts: ``/mode/hallucination`` beside the IRI ``mode#hallucination``, which stays an anchor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from failuregraph.names import BASE, NAMESPACES, SCHEMES
from failuregraph.pages.linked.signposts import Sign, header
from failuregraph.pages.things.concepts import concept_page, concepts_of
from failuregraph.query import closest
from failuregraph.serve.negotiate import choose
from failuregraph.serve.problems import Refused

if TYPE_CHECKING:
    from starlette.requests import Request

    from failuregraph.serve.desk import Desk

__all__ = ["Concepts"]


def _signs(scheme: str, local: str) -> tuple[Sign, ...]:
    """Return the signposts of the page of a concept: its name, its scheme, and the RDF that tells of it."""
    return (
        Sign("cite-as", f"{BASE}{scheme}#{local}"),
        Sign("type", "https://schema.org/AboutPage"),
        Sign("type", NAMESPACES["skos"] + "Concept"),
        Sign("collection", BASE + scheme),
        Sign("describedby", f"/{scheme}.ttl", "text/turtle"),
        Sign("describedby", f"/{scheme}.jsonld", "application/ld+json"),
    )


class Concepts:
    """Handles one address for each concept of our schemes."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[Route]:
        """Return one route for each scheme; what is below it is a concept or nothing."""
        return [
            Route(f"/{scheme}/{{local:path}}", self.concept, methods=["GET", "HEAD"], name=f"concept-{scheme}")
            for scheme in SCHEMES
        ]

    def concept(self, request: Request) -> Response:
        """Return the page of a concept; a client that asks for RDF is led to the scheme, which tells of the concept.

        An address without a concept is refused with the nearest name.
        """
        scheme = str(request.url.path).removeprefix(self.desk.place.root).split("/")[1]
        local = str(request.path_params["local"])
        accept = request.headers.get("accept")
        known = concepts_of(self.desk.site, scheme)
        if local not in known:
            return self._unknown(accept, scheme, local, known)
        if choose(accept, "graph", html=True) not in ("html", None):
            return RedirectResponse(f"{self.desk.place.root}/{scheme}", 303, {"Vary": "Accept"})
        links = _signs(scheme, local)
        page = self.desk.templates.page("concept.html", concept_page(self.desk.site, scheme, local), links)
        page.headers["Link"] = header(links, self.desk.place.root)
        return page

    def _unknown(self, accept: str | None, scheme: str, local: str, known: tuple[str, ...]) -> Response:
        """Refuse with the nearest concept, whatever its case."""
        near = closest(local.lower(), known)
        sentence = f"The scheme {scheme} has no concept of this name; /{scheme} lists those that it has."
        return self.desk.refuse(accept, Refused(404, sentence), near=f"{scheme}/{near}" if near else "")
