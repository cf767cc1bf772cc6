"""What stands at well-known addresses, the dumps that the catalogue names, and the routes to them and to the graphs."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from failuregraph.bank import QUESTIONS
from failuregraph.catalog.saying import DATASET, VOID, iri, say
from failuregraph.forms import content_type
from failuregraph.names import BASE, CC_BY, RDF_TYPE, format_named
from failuregraph.query import write_graph
from failuregraph.serve.graph_store import GraphStore
from failuregraph.serve.negotiate import choose

if TYPE_CHECKING:
    from starlette.requests import Request

    from failuregraph.pages.site import Site
    from failuregraph.serve.settings import Settings

__all__ = ["WellKnown", "routes"]

_EXAMPLES: Final = BASE + ".well-known/sparql-examples/"
_SECURITY: Final = BASE + ".well-known/security.txt"
#: How long the contact of a release holds, counted from the date of its data: RFC 9116 advises less than a year.
_HOLDS: Final = dt.timedelta(days=364)
_MANIFEST: Final = "manifest.json"
_FOREVER: Final = "public, max-age=31536000, immutable"


def routes(site: Site, settings: Settings, root: str = "") -> list[Route]:
    """Return the routes of what is beside endpoint, documents and pages; ``root`` is the path that a proxy adds."""
    known, graphs = WellKnown(site, root), GraphStore(site, settings)
    found = {
        "/.well-known/void": known.void,
        "/.well-known/sparql-examples": known.examples,
        "/.well-known/sparql-examples/": known.examples,
        "/.well-known/security.txt": known.security,
        "/dumps/{release}/{file}": known.dump,
    }
    store = Route("/rdf-graphs", graphs.handle, methods=list(graphs.METHODS))
    return [store, *(Route(path, answer, methods=["GET", "HEAD"]) for path, answer in found.items())]


class WellKnown:
    """Answers ``/.well-known/`` and ``/dumps/``."""

    def __init__(self, site: Site, root: str = "") -> None:
        self.site, self.root = site, root

    def void(self, _: Request) -> Response:
        """Lead to the VoID document, which is negotiated like every document."""
        return RedirectResponse(f"{self.root}/{VOID.removeprefix(BASE)}", 303, {"Vary": "Accept"})

    def examples(self, request: Request) -> Response:
        """Return the IRIs of the stored questions: as a graph, or one a line for who asks for plain text."""
        accept = request.headers.get("accept")
        if "text/plain" in (accept or ""):
            return PlainTextResponse("".join(f"{name}\n" for name in self._questions()), headers={"Vary": "Accept"})
        name = choose(accept, "graph", html=True)
        if name == "html":
            return RedirectResponse(f"{self.root}/questions", 303, {"Vary": "Accept"})
        form = format_named(name, graph=True) if name else None
        if form is None:
            sentence = "The questions are listed as RDF, plain text or a page; none of them was asked for.\n"
            return PlainTextResponse(sentence, 406, {"Vary": "Accept"})
        headers = {"Content-Type": form.content_type, "Vary": "Accept"}
        return Response(write_graph(self._listed(), form.name), headers=headers)

    def _questions(self) -> list[str]:
        kind = (ox.NamedNode(RDF_TYPE), ox.NamedNode(iri("sh:SPARQLExecutable")))
        found = (t.subject for t in self.site.graphs[QUESTIONS] if (t.predicate, t.object) == kind)
        return sorted(node.value for node in found if isinstance(node, ox.NamedNode))

    def _listed(self) -> list[ox.Triple]:
        """Return the list of examples, each with what the bank says of it but for its text."""
        names = set(self._questions())
        kept = {RDF_TYPE, iri("rdfs:label"), iri("rdfs:comment")}
        told = [t for t in self.site.graphs[QUESTIONS] if t.predicate.value in kept and str(t.subject)[1:-1] in names]
        head = [say(_EXAMPLES, "a", "dcat:Resource"), say(_EXAMPLES, "dcterms:license", CC_BY)]
        return head + [say(_EXAMPLES, "dcterms:hasPart", name) for name in sorted(names)] + told

    def security(self, _: Request) -> Response:
        """Return the contact for weaknesses (RFC 9116); it ends a year after the date of the data."""
        lines = [
            "# SECURITY.md says what is in scope, and how soon an answer comes.",
            f"Contact: {BASE}",
            f"Expires: {self._expiry()}",
            "Preferred-Languages: en",
            f"Canonical: {_SECURITY}",
        ]
        return PlainTextResponse("\n".join(lines) + "\n")

    def _expiry(self) -> str:
        """Return the end of the contact, from the date of the release and never from the clock."""
        about = (t for t in self.site.graphs[VOID] if t.subject == ox.NamedNode(DATASET))
        modified = (t.object for t in about if t.predicate.value == iri("dcterms:modified"))
        days = [dt.date.fromisoformat(term.value) for term in modified if isinstance(term, ox.Literal)]
        return f"{max(days, default=dt.date(1970, 1, 1)) + _HOLDS}T00:00:00Z"

    async def dump(self, request: Request) -> Response:
        """Return a file of this release or of one beside it; its address holds for good, so it is cached for good."""
        identifier, name = (str(request.path_params[key]) for key in ("release", "file"))
        release = self.site.release.beside(identifier)
        files = (release or self.site.release).manifest["files"]
        if release is None or name not in (*files, _MANIFEST):
            listed = ", ".join((*files, _MANIFEST, "SHA256SUMS"))
            had = (release or self.site.release).identifier
            return PlainTextResponse(f"This server has the files of release {had}: {listed}.\n", 404)
        path = release.path / name
        digest = files[name]["sha256"] if name in files else hashlib.sha256(path.read_bytes()).hexdigest()
        headers = {"ETag": f'"{digest}"', "Cache-Control": _FOREVER}
        if headers["ETag"] in [each.strip() for each in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=headers)
        return FileResponse(path, headers=headers, media_type=content_type(name))
