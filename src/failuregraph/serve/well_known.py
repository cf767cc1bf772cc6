"""What stands at well-known addresses, the dumps that the catalogue names, and the routes to them and to the graphs."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from failuregraph.bank import QUESTIONS
from failuregraph.catalog.saying import DCAT, VOID, iri, say
from failuregraph.forms import content_type
from failuregraph.names import BASE, CC_BY, RDF_TYPE, format_named
from failuregraph.pages.published.data import sums
from failuregraph.query import write_graph
from failuregraph.serve.cache import FOREVER, day_of, has, last_modified, lifetime
from failuregraph.serve.graph_store import GraphStore
from failuregraph.serve.negotiate import choose
from failuregraph.serve.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

    from failuregraph.build import Release
    from failuregraph.serve.desk import Desk

__all__ = ["WellKnown", "routes"]

_EXAMPLES: Final = BASE + ".well-known/sparql-examples/"
_SECURITY: Final = BASE + ".well-known/security.txt"
#: How long the contact of a release holds, counted from the date of its data: RFC 9116 advises less than a year.
_HOLDS: Final = dt.timedelta(days=364)
_MANIFEST: Final = "manifest.json"
_SUMS: Final = "SHA256SUMS"


def routes(desk: Desk) -> list[Route]:
    """Return the routes of what is beside endpoint, documents and pages."""
    known, graphs = WellKnown(desk), GraphStore(desk.site, desk.settings)
    found = {
        "/.well-known/void": known.void,
        "/.well-known/sparql-examples": known.examples,
        "/.well-known/sparql-examples/": known.examples,
        "/.well-known/security.txt": known.security,
        "/dumps/{path:path}": known.dump,
    }
    store = Route("/rdf-graphs", graphs.handle, methods=list(graphs.METHODS))
    return [store, *(Route(path, answer, methods=["GET", "HEAD"]) for path, answer in found.items())]


class WellKnown:
    """Answers ``/.well-known/`` and ``/dumps/``, where ``SHA256SUMS`` is a file of every release."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.site, self.root = desk, desk.site, desk.place.root
        self._days = {self.site.release.identifier: last_modified(self.site.graphs[DCAT])}

    def void(self, _: Request) -> Response:
        """Lead to the VoID document, which is negotiated like every document."""
        return RedirectResponse(f"{self.root}/{VOID.removeprefix(BASE)}", 303, {"Vary": "Accept"})

    def examples(self, request: Request) -> Response:
        """Return the IRIs of the stored questions: as a graph, or one a line for who likes plain text best."""
        accept = request.headers.get("accept")
        name = choose(accept, "list", html=True)
        if name == "txt":
            return PlainTextResponse("".join(f"{name}\n" for name in self._questions()), headers={"Vary": "Accept"})
        if name == "html":
            return RedirectResponse(f"{self.root}/questions", 303, {"Vary": "Accept"})
        form = format_named(name, graph=True) if name else None
        if form is None:
            sentence = "The questions are listed as RDF, plain text or a page; none of them was asked for."
            return self.desk.refuse(accept, Refused(406, sentence))
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
            f"Contact: {self.desk.place.contact or BASE}",
            f"Expires: {self._expiry()}",
            "Preferred-Languages: en",
            f"Canonical: {_SECURITY}",
        ]
        return PlainTextResponse("\n".join(lines) + "\n")

    def _expiry(self) -> str:
        """Return the end of the contact, from the date of the release and never from the clock."""
        return f"{day_of(self.site.graphs[DCAT]) + _HOLDS}T00:00:00Z"

    def dump(self, request: Request) -> Response:
        """Return a file of this release or of one beside it; its address holds for good, so it is cached for good."""
        identifier, _, name = str(request.path_params["path"]).partition("/")
        release = self.site.release.beside(identifier)
        files = _digests(release or self.site.release)
        listed = sums(files).encode()
        files[_SUMS] = hashlib.sha256(listed).hexdigest()
        if release is None or name not in files:
            return self._no_file(request, release or self.site.release, files)
        headers = {"ETag": f'"{files[name]}"', "Cache-Control": FOREVER}
        if has(",".join(request.headers.getlist("if-none-match")), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        _forget_range(request, headers["ETag"])
        headers["Last-Modified"] = self._day(release)
        if name == _SUMS:
            return PlainTextResponse(listed, headers=headers)
        return FileResponse(release.path / name, headers=headers, media_type=content_type(name))

    def _day(self, release: Release) -> str:
        """Return the date of a release, which one beside that which is served states in its own catalogue."""
        if release.identifier not in self._days:
            self._days[release.identifier] = last_modified(release.catalogue())
        return self._days[release.identifier]

    def _no_file(self, request: Request, release: Release, files: Iterable[str]) -> Response:
        sentence = f"This server has the files of release {release.identifier}: {', '.join(files)}."
        refused = Refused(404, sentence, {"Cache-Control": lifetime(404)})
        return self.desk.refuse(request.headers.get("accept"), refused)


def _forget_range(request: Request, tag: str) -> None:
    """Have the whole file sent where If-Range is not its tag: no date tells two builds of one release apart."""
    if request.headers.get("if-range", tag) != tag:
        request.scope["headers"] = [pair for pair in request.scope["headers"] if pair[0] != b"range"]


def _digests(release: Release) -> dict[str, str]:
    """Return file → SHA-256 of a release and of its manifest."""
    files = {name: str(stated["sha256"]) for name, stated in release.manifest["files"].items()}
    return files | {_MANIFEST: hashlib.sha256((release.path / _MANIFEST).read_bytes()).hexdigest()}
