"""What a client has already, what it may do from another page, and which format an address names: the rules of HTTP."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from live import Reply, Server
from retired import with_retired
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message, Scope
from werkzeug.http import http_date

from failuregraph.build import Release, build
from failuregraph.catalog.saying import DATASET
from failuregraph.project import Project
from failuregraph.serve.app import Service
from failuregraph.serve.kept import Kept
from failuregraph.serve.settings import Place, Settings

COUNT = "/sparql?" + urlencode({"query": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"})
LATER = "Fri, 31 Dec 2100 00:00:00 GMT"
#: Answers whose addresses name no release: documents, pages, feeds, tables, queries, the description and the form.
CHANGING = [
    ("/record/FI-9001", "text/turtle"),
    ("/record/FI-9001.jsonld", "*/*"),
    ("/record/FI-9001", "text/html"),
    ("/", "text/html"),
    ("/incidents", "text/html"),
    ("/incidents.csv", "*/*"),
    ("/questions/severity-by-mode", "text/csv"),
    ("/feeds/new.atom", "*/*"),
    ("/sitemap.xml", "*/*"),
    ("/rdf-graphs?default", "text/turtle"),
    (COUNT, "*/*"),
    (COUNT, "text/html"),
    ("/sparql", "text/turtle"),
    ("/sparql", "text/html"),
]


def ask(service: Service | Kept, path: str, method: str = "GET", **headers: str) -> Reply:
    """Return the reply of an application to a request with these headers."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    where, _, query = path.partition("?")
    scope: Scope = {"type": "http", "method": method, "path": where, "query_string": query.encode(), "headers": raw}
    scope.update(root_path="", scheme="http", server=None, asgi={"version": "3.0", "spec_version": "2.4"})
    asyncio.run(service(scope, receive, send))
    found = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return Reply(sent[0]["status"], found, b"".join(each["body"] for each in sent[1:]))


@pytest.fixture(scope="module")
def release(server: Server) -> str:
    """Return the name of the release that is served."""
    return server.get("/health").headers["x-release"]


@pytest.fixture(scope="module")
def day(server: Server) -> str:
    """Return the day of the data as VoID states it, written as HTTP writes it."""
    told = ox.parse(server.get("/graph/void.nt").body, format=ox.RdfFormat.N_TRIPLES)
    about = [quad for quad in told if quad.subject == ox.NamedNode(DATASET)]
    stated = [quad.object.value for quad in about if quad.predicate.value.endswith("/dc/terms/modified")]
    return http_date(dt.date.fromisoformat(stated[0]))


def _lasting(release: str) -> list[str]:
    return [f"/dumps/{release}/{name}" for name in ("failuregraph.nq", "manifest.json", "SHA256SUMS", "incidents.csv")]


@pytest.mark.parametrize(("path", "accept"), CHANGING)
def test_the_date_is_that_of_the_data(server: Server, day: str, path: str, accept: str) -> None:
    """One date for all of a release; it never stands without an entity tag, which tells releases apart."""
    reply = server.get(path, accept)
    assert (200, day) == (reply.status, reply.headers["last-modified"])
    assert reply.headers["etag"]
    assert "must-revalidate" in reply.headers["cache-control"]


def test_the_date_of_a_file_is_no_time_of_the_disk(corpus: Project, tmp_path: Path, day: str) -> None:
    """Whenever the files were written the answer is the same."""
    found = build(corpus, tmp_path)
    service = Service(found, corpus, Settings(), Place())
    for path in _lasting(found.identifier):
        if not path.endswith("SHA256SUMS"):
            os.utime(found.path / path.rpartition("/")[2], (0, 0))
        assert day == ask(service, path).headers["last-modified"]


@pytest.mark.parametrize("path", ["/nothing", "/incident/FI-9001", "/dumps/x/y", "/sparql?query=no"])
def test_what_is_no_answer_has_no_date(server: Server, path: str) -> None:
    """Refusals and redirects say nothing of the data."""
    reply = server.get(path)
    assert reply.status >= 300
    assert "last-modified" not in reply.headers


@pytest.mark.parametrize(("path", "accept"), CHANGING)
def test_a_date_alone_never_keeps_an_old_page(server: Server, path: str, accept: str) -> None:
    """Two releases may be of one day, so an address that names no release believes the entity tag alone."""
    whole = server.get(path, accept)
    assert whole.body == server.send("GET", path, Accept=accept, If_Modified_Since=LATER).body
    tag = whole.headers["etag"]
    known = server.send(
        "GET", path, Accept=accept, If_None_Match=tag, If_Modified_Since="Thu, 01 Jan 1970 00:00:00 GMT"
    )
    assert (304, b"", tag) == (known.status, known.body, known.headers["etag"])
    assert not {"content-type", "last-modified"} & known.headers.keys()


def test_two_releases_of_one_day_are_told_apart(copy: Project, tmp_path: Path) -> None:
    """The case for which no date is believed: another title, the same day, and who has the old page gets the new."""
    first = Service(build(copy, tmp_path), copy, Settings(), Place())
    path = copy.path_of("record", "FI-9001")
    path.write_text(path.read_text(encoding="utf-8").replace("invents a refund", "makes up a refund"), encoding="utf-8")
    second = Service(build(copy, tmp_path), copy, Settings(), Place())
    assert first.release.identifier != second.release.identifier
    for address in ("/record/FI-9001", "/feeds/new.atom"):
        old = ask(first, address, accept="text/html").headers
        new = ask(
            second, address, accept="text/html", if_none_match=old["etag"], if_modified_since=old["last-modified"]
        )
        assert (200, old["last-modified"]) == (new.status, new.headers["last-modified"])
        assert "makes up a refund" in new.text
        assert 200 == ask(second, address, accept="text/html", if_modified_since=old["last-modified"]).status


def test_a_date_alone_never_keeps_an_old_file(server: Server, release: str, day: str) -> None:
    """A release that other software builds again has other files beside the dumps under the same name."""
    for path in _lasting(release):
        assert {200} == {server.send("GET", path, If_Modified_Since=each).status for each in (day, LATER, "yesterday")}
        assert 200 == server.send("GET", path, If_Modified_Since=LATER, If_None_Match='"other"').status


def test_a_header_may_stand_twice(corpus_service: Service) -> None:
    """Two headers are one list (RFC 9110, 5.3), for files as for pages."""
    for path in (_lasting(corpus_service.release.identifier)[0], "/record/FI-9001.ttl"):
        tag = ask(corpus_service, path).headers["etag"]
        twice = {"if-none-match": '"other"', "If-None-Match": tag}
        assert 304 == ask(corpus_service, path, **twice).status


def test_a_release_beside_has_its_own_date(copy: Project, tmp_path: Path) -> None:
    """The files of an earlier release say the day of that release, whichever is served."""
    first = build(copy, tmp_path)
    before = ask(Service(first, copy, Settings(), Place()), _lasting(first.identifier)[0])
    path = copy.path_of("record", "FI-9001")
    text = path.read_text(encoding="utf-8")
    stated = next(line for line in text.splitlines() if "dcterms:modified" in line or "fg:indexedDate" in line)
    path.write_text(text.replace(stated, stated.replace('"2', '"3', 1)), encoding="utf-8")
    second = Service(build(copy, tmp_path), copy, Settings(), Place())
    after = ask(second, _lasting(first.identifier)[0])
    assert before.headers["last-modified"] == after.headers["last-modified"]
    assert (
        after.headers["last-modified"] != ask(second, _lasting(second.release.identifier)[0]).headers["last-modified"]
    )


@pytest.mark.parametrize("known", ["{0}", "W/{0}", '"other", W/{0}', "*", '"a","b",{0}'])
def test_entity_tags_are_compared_weakly_everywhere(server: Server, release: str, known: str) -> None:
    """A proxy that compresses weakens the tag; files, sums, documents and answers know it again."""
    for path in (*_lasting(release), "/record/FI-9001.ttl", "/sparql", COUNT, "/questions/severity-by-mode.csv"):
        tag = server.get(path).headers["etag"]
        reply = server.send("GET", path, If_None_Match=known.format(tag))
        assert (304, b"", tag) == (reply.status, reply.body, reply.headers["etag"])
        assert 200 == server.send("GET", path, If_None_Match='W/"other"').status


def test_the_sums_are_those_of_the_files(server: Server, release: str) -> None:
    """The list is text for good, and its tag is the hash of what is sent."""
    reply = server.get(f"/dumps/{release}/SHA256SUMS")
    assert ("text/plain; charset=utf-8", "public, max-age=31536000, immutable") == (
        reply.headers["content-type"],
        reply.headers["cache-control"],
    )
    assert {"failuregraph.nq", "manifest.json"} < {line.split("  ")[1] for line in reply.text.splitlines()}


def test_a_part_of_a_file_is_sent_while_the_file_is_the_same(server: Server, release: str, day: str) -> None:
    """If-Range with the tag of the file has the part; with another, or with a date, the whole."""
    path = _lasting(release)[0]
    tag = server.get(path).headers["etag"]
    assert 206 == server.send("GET", path, Range="bytes=0-9").status
    for known, status in ((tag, 206), (f"W/{tag}", 200), ('"other"', 200), (day, 200), (LATER, 200)):
        assert status == server.send("GET", path, Range="bytes=0-9", If_Range=known).status


def test_what_fails_is_not_stored() -> None:
    """A fault of ours, and a server that is full, pass; a refusal that a release stands for holds a minute."""

    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse("", int(request.path_params["status"]))

    kept = Kept(Starlette(routes=[Route("/{status}", answer)]), 1 << 20)
    found = {status: ask(kept, f"/{status}").headers["cache-control"] for status in (400, 404, 429, 500, 503)}
    assert {"no-store"} == {found[status] for status in (429, 500, 503)}
    assert {"public, max-age=60"} == {found[status] for status in (400, 404)}


def test_a_refused_query_holds_a_minute(server: Server) -> None:
    """It is refused again for as long as the release stands."""
    assert "public, max-age=60" == server.get("/sparql?query=no").headers["cache-control"]


# --- Other pages ---

ADDRESSES = [
    "/", "/incidents", "/incidents.csv", "/record/FI-9001", "/record/FI-9001.bib", "/incident/FI-9001", "/context",
    "/context/v1.jsonld", "/questions", "/questions/severity-by-mode", "/feeds/new.atom", "/sitemap.xml", "/data",
    "/dumps/{0}/failuregraph.nq", "/dumps/{0}/SHA256SUMS", "/release/{0}", "/.well-known/void", "/nothing",
    "/.well-known/sparql-examples/", "/rdf-graphs?default", "/missing", "/mode/hallucination", "/cards/FI-9001.png",
]  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_script_of_another_page_may_revalidate(server: Server, release: str, path: str) -> None:
    """OPTIONS lets it send what a second request needs, and names the methods that there are."""
    reply = server.send(
        "OPTIONS",
        path.format(release),
        Origin="https://example.org",
        Access_Control_Request_Method="GET",
        Access_Control_Request_Headers="if-none-match",
    )
    assert (204, b"", "*") == (reply.status, reply.body, reply.headers["access-control-allow-origin"])
    allowed = set(reply.headers["access-control-allow-headers"].lower().split(", "))
    assert {"accept", "if-none-match", "if-modified-since", "range"} <= allowed
    assert reply.headers["allow"] == reply.headers["access-control-allow-methods"]
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "QUERY"):
        found = server.send(method, path.format(release))
        assert (found.status == 405) == (method not in reply.headers["allow"].split(", "))
        assert 405 != found.status or found.headers["allow"] == reply.headers["allow"]


def test_the_endpoint_lets_the_same_headers_in(server: Server) -> None:
    """Its methods are its own."""
    endpoint, document = (server.send("OPTIONS", path).headers for path in ("/sparql", "/record/FI-9001"))
    assert endpoint["access-control-allow-headers"] == document["access-control-allow-headers"]
    assert ("GET, HEAD, POST, QUERY, OPTIONS", "GET, HEAD, OPTIONS") == (endpoint["allow"], document["allow"])


@pytest.mark.parametrize("path", ["/record/FI-9001", "/dumps/{0}/failuregraph.nq", "/sparql", "/nothing"])
def test_a_script_of_another_page_reads_what_it_needs(server: Server, release: str, path: str) -> None:
    """What is no header that every page may read is named."""
    exposed = set(server.get(path.format(release)).headers["access-control-expose-headers"].split(", "))
    assert {"ETag", "Link", "Content-Location", "Content-Disposition", "Accept-Ranges", "Content-Range"} <= exposed


# --- A format by name ---

DOCUMENTS = ["/record/FI-9001", "/doc/organisation/northwind-group", "/mode", "/ontology", "/graph/dcat"]


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize(
    ("query", "suffix"),
    [
        ("format=jsonld", "jsonld"),
        ("format=json", "jsonld"),
        ("format=application/n-triples", "nt"),
        ("output=xml", "rdf"),
        ("format=turtle&output=turtle&results=ttl", "ttl"),
        ("format=html", "html"),
        ("format=&other=nt", "rdf"),
    ],
)
def test_a_named_format_wins_over_accept(corpus_service: Service, path: str, query: str, suffix: str) -> None:
    """It is what stands at the fixed address of the format, and says where that is."""
    reply = ask(corpus_service, f"{path}?{query}", accept="application/rdf+xml")
    fixed = ask(corpus_service, f"{path}.{suffix}")
    assert (200, f"{path}.{suffix}") == (reply.status, reply.headers["content-location"])
    assert (fixed.headers["content-type"], fixed.body) == (reply.headers["content-type"], reply.body)


@pytest.mark.parametrize("query", ["format=zzz", "format=ttl&format=nt", "format=html,ttl"])
@pytest.mark.parametrize("path", ["/record/FI-9001", "/mode"])
def test_a_format_that_is_none_is_refused(corpus_service: Service, path: str, query: str) -> None:
    """400 names those that there are."""
    reply = ask(corpus_service, f"{path}?{query}")
    assert (400, "Accept") == (reply.status, reply.headers["vary"])
    assert "html, ttl, jsonld, nt, rdf, nq" in reply.text
    told = json.loads(ask(corpus_service, f"{path}?{query}", accept="application/problem+json").body)
    assert 400 == told["status"]


def test_a_format_of_tables_does_not_fit_a_document(corpus_service: Service) -> None:
    """406 lists the addresses of those that do, whatever is accepted; a suffix stands above all."""
    reply = ask(corpus_service, "/record/FI-9001?format=csv", accept="text/plain")
    assert 406 == reply.status
    assert "text/turtle /record/FI-9001.ttl" in reply.text
    fixed = ask(corpus_service, "/record/FI-9001.nt?format=csv")
    assert (200, "application/n-triples") == (fixed.status, fixed.headers["content-type"])
    assert 404 == ask(corpus_service, "/record/FI-0000?format=zzz").status


@pytest.fixture(scope="module")
def retired(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Return the application of a project with identifiers that are not in use any more."""
    folder = tmp_path_factory.mktemp("retired")
    project = with_retired(folder)
    return Service(build(project, folder / "build"), project, Settings(), Place())


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/incident/FI-9001", 303, "/record/FI-9001?format=nt"),
        ("/record/merged", 301, "/record/FI-9001?format=nt"),
        ("/record/withdrawn", 410, None),
        ("/record/divided", 300, None),
    ],
)
def test_a_named_format_goes_along(retired: Service, path: str, status: int, location: str | None) -> None:
    """Where an address leads to another, the wish holds there; what became of a thing is told in it too."""
    reply = ask(retired, f"{path}?format=nt")
    assert (status, location) == (reply.status, reply.headers.get("location"))
    assert status == 303 or reply.headers["content-type"] == "application/n-triples"


def test_every_release_states_a_day(corpus: Project, tmp_path: Path) -> None:
    """What has none would say 1970."""
    found: Release = build(corpus, tmp_path)
    service = Service(found, corpus, Settings(), Place())
    assert "1970" not in ask(service, "/", accept="text/html").headers["last-modified"]
