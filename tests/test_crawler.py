"""A crawler over the real graph: every IRI of ours answers, as a page and as Turtle, and caches never mix the two."""

from __future__ import annotations

import asyncio
import html.parser
import re
from collections import Counter
from collections.abc import Iterable

import pyoxigraph as ox
import pytest
from reading import inlined

from failuregraph.build import Release
from failuregraph.names import BASE
from failuregraph.pages.linked.context import CONTEXT
from failuregraph.pages.linked.refusals import REFUSALS, refusal_iri
from failuregraph.pages.site import Site
from failuregraph.project import Project
from failuregraph.serve.app import Service
from failuregraph.serve.asking import Reply, ask
from failuregraph.serve.settings import Place, Settings

HTML, TURTLE = "text/html", "text/turtle"
RDF = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
#: What the page of a graph says that it does not show as a whole.
CUT = re.compile(r"The first [\d,]+ of [\d,]+ statements")
#: What a retired identifier may answer in the place of 200.
RETIRED = {300, 301, 410}
_HOPS = 4


class _Ids(html.parser.HTMLParser):
    """How often each id of a page stands there."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - any element
        self.found.update(value for name, value in attrs if name == "id" and value)


class Crawler:
    """A release, the application that serves it, and the addresses of every IRI of ours in it."""

    def __init__(self, release: Release, project: Project) -> None:
        self.release = release
        self.service = Service(release, project, Settings(), Place())
        self.iris = _iris(release.graphs()) | {CONTEXT, *(refusal_iri(each.name) for each in REFUSALS)}
        self.paths = sorted({iri.partition("#")[0].removeprefix(BASE) for iri in self.iris})

    async def follow(self, path: str, accept: str) -> tuple[str, Reply]:
        """Return the last path and its reply, after redirects."""
        reply = await self.ask(path, accept)
        for _ in range(_HOPS):
            if reply.status not in (301, 302, 303):
                break
            path = reply.headers["location"].removeprefix("/")
            reply = await self.ask(path, accept)
        return path, reply

    async def ask(self, path: str, accept: str) -> Reply:
        """Return the reply of an address; a fault of the application is the 500 that a server would send."""
        try:
            return await ask(self.service, "/" + path, accept)
        except Exception as fault:  # noqa: BLE001 - any fault is listed with the address that shows it
            return Reply(500, {}, repr(fault).encode())

    async def visit(self, paths: Iterable[str], accept: str) -> dict[str, tuple[str, Reply]]:
        """Return address → where it led and what was there."""
        return {path: await self.follow(path, accept) for path in paths}


def _iris(graphs: dict[str, list[ox.Triple]]) -> set[str]:
    """Return every IRI of ours: subjects, predicates, objects and names of graphs."""
    terms = (term for triples in graphs.values() for t in triples for term in (t.subject, t.predicate, t.object))
    found = {term.value for term in terms if isinstance(term, ox.NamedNode)} | set(graphs)
    return {iri for iri in found if iri.startswith(BASE)}


@pytest.fixture(scope="module")
def crawler(real_site: Site) -> Crawler:
    """Return a crawler over a release of the repository."""
    return Crawler(real_site.release, real_site.project)


@pytest.fixture(scope="module")
def pages(crawler: Crawler) -> dict[str, tuple[str, Reply]]:
    """Return what every address answers to a browser."""
    return asyncio.run(crawler.visit(crawler.paths, HTML))


@pytest.fixture(scope="module")
def turtles(crawler: Crawler) -> dict[str, tuple[str, Reply]]:
    """Return what every address answers to a reader of Turtle."""
    return asyncio.run(crawler.visit(crawler.paths, TURTLE))


def _is_data(path: str) -> bool:
    """Say whether an address is a file: a dump or a context, which have one format."""
    return path.startswith(("dumps/", "context/"))


def test_there_is_much_to_crawl(crawler: Crawler) -> None:
    """The crawler sees things, documents, parts of the vocabulary, questions, files and the base itself."""
    kinds = {path.partition("/")[0] for path in crawler.paths}
    assert {"", "dumps", "graph", "incident", "mode", "ontology", "organisation", "problem", "questions"} <= kinds
    assert len(crawler.paths) > 1200


def test_every_iri_answers_as_a_page(pages: dict[str, tuple[str, Reply]]) -> None:
    """The address of each is a page, or the file that it is."""
    wrong = {
        path: (reply.status, reply.media_type, reply.body[:80] if reply.status == 500 else b"")
        for path, (_, reply) in pages.items()
        if reply.status not in {200, *RETIRED} or (reply.media_type != HTML and not _is_data(path))
    }
    assert {} == wrong


def test_every_iri_answers_as_turtle(turtles: dict[str, tuple[str, Reply]]) -> None:
    """The address of each is Turtle that says something and reads back, or the file that it is."""
    wrong = {}
    for path, (_, reply) in turtles.items():
        if _is_data(path) and reply.status == 200:
            continue
        if (
            reply.status not in {200, *RETIRED}
            or reply.media_type != TURTLE
            or not list(ox.parse(reply.body, RDF[TURTLE]))
        ):
            wrong[path] = (reply.status, reply.media_type)
    assert {} == wrong


def test_every_address_that_is_found_says_how_it_varies(
    crawler: Crawler, pages: dict[str, tuple[str, Reply]], turtles: dict[str, tuple[str, Reply]]
) -> None:
    """Two different bodies at one address are told apart by Accept."""
    assert len(crawler.paths) == len(pages) == len(turtles)
    same = [path for path in crawler.paths if not _is_data(path) and pages[path][0] == turtles[path][0]]
    assert {} == {
        path: reply.headers.get("vary")
        for path in same
        for reply in (pages[path][1], turtles[path][1])
        if "Accept" not in reply.headers.get("vary", "")
    }


def test_what_a_document_defines_has_a_place_on_its_page(
    pages: dict[str, tuple[str, Reply]], turtles: dict[str, tuple[str, Reply]]
) -> None:
    """The fragment of each hash IRI that a document tells of is the id of an element.

    The page of a large graph shows its first statements and says how many there are; the others have no place on it.
    """
    missing: dict[str, set[str]] = {}
    leads = {path: final for path, (final, _) in pages.items()}
    for path, (final, reply) in turtles.items():
        if _is_data(path) or final != pages[path][0] or CUT.search(pages[path][1].text):
            continue
        ids = _Ids(pages[path][1].text).found
        for quad in ox.parse(reply.body, RDF[TURTLE]):
            subject = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
            home, mark, fragment = subject.partition("#")
            if mark and leads.get(home.removeprefix(BASE)) == final and fragment not in ids:
                missing.setdefault(final, set()).add(fragment)
    assert {} == missing


def test_a_page_has_no_id_twice(pages: dict[str, tuple[str, Reply]]) -> None:
    """An id leads to one place."""
    found = {final: _Ids(reply.text).found for final, reply in pages.values() if reply.media_type == HTML}
    twice = {path: [name for name, count in ids.items() if count > 1] for path, ids in found.items()}
    assert {} == {path: names[:5] for path, names in twice.items() if names}


class Cache:
    """A shared cache as RFC 9111 has it: it keeps by address and by the header fields that Vary names."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.vary: dict[str, str] = {}
        self.kept: dict[tuple[str, str], Reply] = {}

    async def get(self, path: str, accept: str) -> Reply:
        """Return what is kept for that address and Accept, or what the server says."""
        if path in self.vary:
            found = self.kept.get((path, accept if "accept" in self.vary[path] else ""))
            if found:
                return found
        reply = await ask(self.service, path, accept)
        self.vary[path] = reply.headers.get("vary", "").lower()
        self.kept[path, accept if "accept" in self.vary[path] else ""] = reply
        return reply


SEQUENCE = (HTML, TURTLE, HTML, "application/ld+json", TURTLE, "application/rdf+xml", HTML)


@pytest.mark.parametrize(
    "path",
    ["/", "/record/FG-0055", "/doc/organisation/meta", "/mode", "/ontology", "/shapes", "/graph/dcat", "/sparql"],
)
def test_a_cache_never_gives_the_wrong_representation(crawler: Crawler, path: str) -> None:
    """Whatever was asked before, each client gets its own type, by the document's address or after a redirect."""

    async def walk() -> list[tuple[int, str]]:
        cache, found = Cache(crawler.service), []
        for accept in SEQUENCE:
            reply = await cache.get(path, accept)
            if reply.status == 303:
                reply = await cache.get(reply.headers["location"], accept)
            found.append((reply.status, reply.media_type))
        return found

    assert [(200, accept) for accept in SEQUENCE] == asyncio.run(walk())


@pytest.mark.parametrize("thing", ["/incident/FI-0351", "/organisation/meta", "/system/evaas", "/incident/AIID-1158"])
def test_a_redirect_of_a_thing_is_the_same_for_all(crawler: Crawler, thing: str) -> None:
    """A thing leads to the document that negotiates, never to one format."""
    replies = [asyncio.run(ask(crawler.service, thing, accept)) for accept in SEQUENCE]
    assert {(303, "Accept")} == {(reply.status, reply.headers["vary"]) for reply in replies}
    assert 1 == len({reply.headers["location"] for reply in replies})


@pytest.mark.slow
def test_every_document_says_the_same_in_every_format(crawler: Crawler) -> None:
    """Each fixed address of each document holds the statements of its graph."""
    site = crawler.service.site
    wrong = []
    for name, triples in site.graphs.items():
        expected = _canonical(triples)
        for suffix, kind in zip(("ttl", "nt", "jsonld", "rdf", "nq"), RDF, strict=True):
            reply = asyncio.run(ask(crawler.service, f"/{name.removeprefix(BASE)}.{suffix}", kind))
            body = inlined(reply.body) if suffix == "jsonld" else reply.body
            if (
                reply.media_type != kind
                or "vary" in reply.headers
                or _canonical(quad.triple for quad in ox.parse(body, RDF[kind])) != expected
            ):
                wrong.append(f"{name}.{suffix}")
    assert [] == wrong


def _canonical(triples: Iterable[ox.Triple]) -> ox.Dataset:
    found = ox.Dataset(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found
