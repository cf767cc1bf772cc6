"""Linked data over the test corpus: redirects, documents, refusals, tombstones and signposts."""

from __future__ import annotations

import asyncio
import html.parser
import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from reading import statements
from retired import with_retired

from failuregraph.build import build
from failuregraph.ingest.importing import take
from failuregraph.ingest.registries import REGISTRIES
from failuregraph.names import BASE
from failuregraph.pages.linked.gathered import gathered
from failuregraph.pages.linked.refusals import REFUSALS
from failuregraph.project import Project
from failuregraph.serve.app import Service
from failuregraph.serve.asking import Reply, ask
from failuregraph.serve.settings import Place, Settings

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PROBLEM = "application/problem+json"
REPLACED = "http://purl.org/dc/terms/isReplacedBy"


def get(service: Service, path: str, accept: str = "", method: str = "GET") -> Reply:
    """Return the reply of the application."""
    return asyncio.run(ask(service, path.removeprefix("/base"), accept, method))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Return the application of the test corpus with some identifiers retired, below the path of a proxy."""
    folder = tmp_path_factory.mktemp("retired")
    project = with_retired(folder)
    return Service(build(project, folder / "build"), project, Settings(), Place(root="/base"))


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/incident/FI-9001", "/record/FI-9001"),
        ("/organisation/northwind-group", "/doc/organisation/northwind-group"),
        ("/ontology/0.1.0", "/ontology"),
        ("/incident/AIID-9001", "/doc/incident/AIID-9001"),
        ("/.well-known/void", "/graph/void"),
        ("/", "/graph/dcat"),
    ],
)
def test_a_thing_leads_to_its_document(corpus_service: Service, path: str, document: str) -> None:
    """Who asks for RDF is led by 303, which varies by Accept as what it leads to does."""
    reply = get(corpus_service, path, "text/turtle")
    assert (303, document, "Accept") == (reply.status, reply.headers["location"], reply.headers["vary"])
    assert 200 == get(corpus_service, document, "text/turtle").status


def test_the_base_is_the_front_page_to_a_browser(corpus_service: Service) -> None:
    """The data set describes itself to programs; to an unknown type nothing is sent for it."""
    page = get(corpus_service, "/", BROWSER)
    assert (200, "text/html") == (page.status, page.media_type)
    assert '</graph/dcat.ttl>; rel="describedby"; type="text/turtle"' in page.headers["link"]
    described = statements("ttl", get(corpus_service, "/graph/dcat", "text/turtle").body)
    assert any(str(value) == "http://www.w3.org/ns/dcat#Dataset" for _, _, value in described)
    assert 406 == get(corpus_service, "/", "image/png").status


NEGOTIATED = [
    ("", "ttl", "text/turtle"),
    ("*/*", "ttl", "text/turtle"),
    (BROWSER, "html", "text/html"),
    ("text/html", "html", "text/html"),
    ("text/turtle;charset=utf-8", "ttl", "text/turtle"),
    ("application/n-triples", "nt", "application/n-triples"),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld", "application/ld+json"),
    ("application/json", "jsonld", "application/ld+json"),
    ("application/rdf+xml", "rdf", "application/rdf+xml"),
    ("application/n-quads", "nq", "application/n-quads"),
    ("text/html;q=0.1, text/turtle", "ttl", "text/turtle"),
    ("text/turtle;q=0, application/rdf+xml;q=0.1", "rdf", "application/rdf+xml"),
]  # fmt: skip


@pytest.mark.parametrize("path", ["/record/FI-9003", "/doc/organisation/northwind-group", "/mode", "/problem"])
@pytest.mark.parametrize(("accept", "name", "media_type"), NEGOTIATED)
def test_a_document_negotiates(corpus_service: Service, path: str, accept: str, name: str, media_type: str) -> None:
    """It says which type it chose, where that is for good, and that another client may get another."""
    reply = get(corpus_service, path, accept)
    assert (200, media_type) == (reply.status, reply.media_type)
    assert ("Accept", f"{path}.{name}") == (reply.headers["vary"], reply.headers["content-location"])
    fixed = get(corpus_service, f"{path}.{name}", "image/png")
    assert (200, media_type, reply.body) == (fixed.status, fixed.media_type, fixed.body)
    assert not {"vary", "content-location"} & fixed.headers.keys()


@pytest.mark.parametrize("accept", ["image/png", "application/trig", "text/plain", "text/html;q=0, image/*"])
def test_an_unknown_type_gets_the_list(corpus_service: Service, accept: str) -> None:
    """406 lists every type with its address and never sends a page instead."""
    reply = get(corpus_service, "/record/FI-9003", accept)
    assert (406, "text/plain", "Accept") == (reply.status, reply.media_type, reply.headers["vary"])
    lines = reply.text.splitlines()
    assert "text/turtle /record/FI-9003.ttl" in lines
    assert "text/html /record/FI-9003.html" in lines


def test_a_program_reads_the_list_as_problem_details(corpus_service: Service) -> None:
    """The same list as JSON, of a type that the page of refusals explains; both are kept apart."""
    for _ in range(2):
        plain = get(corpus_service, "/record/FI-9003", "image/png")
        reply = get(corpus_service, "/record/FI-9003", PROBLEM)
        assert ("text/plain", PROBLEM) == (plain.media_type, reply.media_type)
    told = json.loads(reply.body)
    assert (406, BASE + "problem#not-acceptable") == (told["status"], told["type"])
    assert {"type": "application/ld+json", "address": "/record/FI-9003.jsonld"} in told["alternatives"]


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/record/fi-9003", "/record/FI-9003"),
        ("/record/FI-90003", "/record/FI-9003"),
        ("/incident/FI-9O03", "/incident/FI-9003"),
        ("/organisation/northwind-grup", "/organisation/northwind-group"),
        ("/doc/organisation/northwind-grup", "/doc/organisation/northwind-group"),
        ("/ontologie", "/ontology"),
        ("/record/%20%20", ""),
        ("/zzz/zzz", ""),
    ],
)
def test_a_wrong_address_names_the_nearest(corpus_service: Service, path: str, near: str) -> None:
    """404 comes as a page with a link, as text and as problem details; there is no guess where nothing is near."""
    page, text, told = (get(corpus_service, path, accept) for accept in (BROWSER, "", PROBLEM))
    assert {404} == {page.status, text.status, told.status}
    assert ["text/html", "text/plain", PROBLEM] == [page.media_type, text.media_type, told.media_type]
    assert bool(near) == ("nearest" in page.text) == ("nearest" in text.text)
    assert near == json.loads(told.body).get("nearest", "")
    assert bool(near) == (f'href="{near}"' in page.text)
    assert near in text.text


@pytest.mark.parametrize("kind", ["incident", "record"])
def test_a_merged_identifier_leads_to_the_other_and_says_so(service: Service, kind: str) -> None:
    """301 has a body in each format that says what replaces it; the record is merged with its incident."""
    for accept in ("text/turtle", "application/ld+json", "application/rdf+xml", BROWSER):
        reply = get(service, f"/base/{kind}/merged", accept)
        assert (301, "Accept") == (reply.status, reply.headers["vary"])
        assert f"/base/{kind}/FI-9001" == reply.headers["location"]
    assert {(BASE + f"{kind}/merged", REPLACED, BASE + f"{kind}/FI-9001")} == _said(service, f"/base/{kind}/merged")
    assert f'href="/base/{kind}/FI-9001"' in reply.text
    fixed = get(service, f"/base/{kind}/merged.nt")
    assert (301, f"/base/{kind}/FI-9001.nt") == (fixed.status, fixed.headers["location"])


def test_another_thing_that_was_merged_leads_on(service: Service) -> None:
    """The document of an organisation goes with it."""
    assert "/base/organisation/northwind-group" == get(service, "/base/organisation/renamed").headers["location"]
    document = get(service, "/base/doc/organisation/renamed").headers["location"]
    assert "/base/doc/organisation/northwind-group" == document


def test_a_divided_identifier_lists_what_it_became(service: Service) -> None:
    """300 names all of them, as a page and as RDF, and leads to none."""
    page = get(service, "/base/record/divided", BROWSER)
    assert (300, "Accept") == (page.status, page.headers["vary"])
    assert "location" not in page.headers
    assert {f"/base/record/FI-900{number}" for number in (1, 2)} <= set(re.findall(r'href="([^"]+)"', page.text))
    told = _said(service, "/base/record/divided")
    assert {(BASE + "record/divided", REPLACED, BASE + f"record/FI-900{number}") for number in (1, 2)} == told


@pytest.mark.parametrize("path", ["/base/incident/withdrawn", "/base/record/withdrawn"])
def test_a_withdrawn_identifier_says_why_and_never_what(service: Service, path: str) -> None:
    """410 has the status, the day and the reason in every format, and nothing of what was removed."""
    for accept in ("text/turtle", "application/ld+json", "application/n-triples", BROWSER):
        reply = get(service, path, accept)
        assert (410, "Accept") == (reply.status, reply.headers["vary"])
        assert "2026-01-05" in reply.text
        assert "No source says that" in reply.text
        assert "withdrawn" in reply.text
        assert "words that were removed" not in reply.text
    assert "name the identifier" in reply.text
    fixed = get(service, path + ".nt", "text/html")
    assert (410, "application/n-triples") == (fixed.status, fixed.media_type)
    assert "vary" not in fixed.headers


def test_a_withdrawal_without_reason_says_so(service: Service) -> None:
    """What is not stated is not made up."""
    assert "not stated" in get(service, "/base/record/withdrawn-in-silence", BROWSER).text
    assert 1 == len(_said(service, "/base/record/withdrawn-in-silence"))


def test_a_retired_identifier_answers_any_client(service: Service) -> None:
    """A type that is not known changes neither the status nor where it leads."""
    merged = get(service, "/base/record/merged", "image/png")
    assert (301, "/base/record/FI-9001") == (merged.status, merged.headers["location"])
    assert 410 == get(service, "/base/record/withdrawn", "image/png").status


def _said(service: Service, path: str) -> set[tuple[str, str, str]]:
    body = get(service, path, "application/n-triples").body
    return {(str(s), str(p), str(o)) for s, p, o in statements("nt", body)}


def test_an_incident_of_another_registry_has_a_document(corpus_service: Service) -> None:
    """It is gathered from what names it, and says that the record is not here."""
    page = get(corpus_service, "/doc/incident/AIID-9001", BROWSER).text
    assert "does not hold the record" in page
    assert 'href="/registry/aiid"' in page
    assert 'href="/incident/FI-9001"' in page
    told = statements("ttl", get(corpus_service, "/doc/incident/AIID-9001", "text/turtle").body)
    assert BASE + "incident/AIID-9001" in {str(value) for _, _, value in told}
    assert {BASE + "graph/links/events#AIID-9001--FI-9001"} == {str(subject) for subject, _, _ in told}


def test_an_imported_record_has_its_own_document(together_service: Service) -> None:
    """Once the registry is imported the incident leads to its record."""
    assert "/record/AIID-9001" == get(together_service, "/incident/AIID-9001").headers["location"]
    assert BASE + "doc/incident/AIID-9001" not in together_service.site.graphs
    assert 404 == get(together_service, "/doc/incident/AIID-9001").status


def test_what_is_retired_is_not_gathered() -> None:
    """Who names a retired incident does not bring it back; another one has a document of what names it."""
    links = BASE + "graph/links/same-event"
    same = ox.NamedNode(BASE + "ontology#sameEventAs")
    told = [
        ox.Triple(ox.NamedNode(BASE + f"incident/AIID-{number}"), same, ox.NamedNode(BASE + "incident/FI-9001"))
        for number in (1, 2)
    ]
    graphs = {links: told, BASE + "record/FI-9001": []}
    found = gathered(graphs, "0", {BASE + "incident/AIID-1"})
    assert [told[1]] == found[BASE + "doc/incident/AIID-2"]
    assert not {BASE + "doc/incident/AIID-1", BASE + "doc/incident/FI-9001"} & found.keys()


def test_a_withdrawn_record_of_an_import_says_what_replaces_it(corpus: Project, tmp_path: Path) -> None:
    """A duplicate of another registry leads to what it is one of, as the registry says, and its page is not named."""
    folder = tmp_path / "aiid"
    take(REGISTRIES["aiid"], Path(__file__).parent / "data" / "registries" / "aiid", corpus, folder)
    project = corpus.with_imports([folder])
    found = Service(build(project, tmp_path / "build"), project, Settings(), Place())
    reply = get(found, "/incident/AIID-9005", "application/n-triples")
    assert (301, "/incident/AIID-9001") == (reply.status, reply.headers["location"])
    assert (BASE + "incident/AIID-9005", REPLACED, BASE + "incident/AIID-9001") in _said(found, "/incident/AIID-9005")
    assert "incidentdatabase.ai" not in reply.text


def test_every_kind_of_refusal_has_a_place(corpus_service: Service) -> None:
    """Each type of a problem body is an element of the page and a concept of the document."""
    page = get(corpus_service, "/problem", BROWSER).text
    told = {str(subject) for subject, _, _ in statements("ttl", get(corpus_service, "/problem.ttl").body)}
    assert set() == {each.name for each in REFUSALS if f'id="{each.name}"' not in page}
    assert {BASE + "problem", *(BASE + f"problem#{each.name}" for each in REFUSALS)} == told
    assert len(REFUSALS) == len({each.name for each in REFUSALS}) == len({each.status for each in REFUSALS})


def test_the_release_has_a_document(corpus_service: Service) -> None:
    """It says what files there are, with their hashes; another release is not here."""
    release = corpus_service.release
    told = {
        (str(p), str(o)) for _, p, o in statements("ttl", get(corpus_service, f"/release/{release.identifier}").body)
    }
    files = {value for name, value in told if name == "http://www.w3.org/ns/dcat#downloadURL"}
    assert {BASE + f"dumps/{release.identifier}/{name}" for name in ("failuregraph.nq", "failuregraph.trig")} <= files
    assert ("http://www.w3.org/ns/dcat#version", release.identifier) in told
    assert 404 == get(corpus_service, "/release/0123456789abcdef").status


def test_imported_shapes_stand_in_the_document_of_shapes(corpus_service: Service) -> None:
    """They share its hash IRIs."""
    told = {str(subject) for subject, _, _ in statements("nt", get(corpus_service, "/shapes.nt").body)}
    assert {BASE + "shapes#incident", BASE + "shapes#imported-record"} <= told


class _Links(html.parser.HTMLParser):
    """The typed links in the head of a page: relation, address, type."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "link":
            told = dict(attrs)
            self.found.append((told["rel"] or "", told["href"] or "", told.get("type") or ""))


def _signposts(reply: Reply) -> list[tuple[str, str, str]]:
    """Return the typed links of a header."""
    pattern = re.compile(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?')
    return [(rel, href, kind) for href, rel, kind in pattern.findall(reply.headers["link"])]


RDF = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "nq": "application/n-quads",
}


def test_signposts_of_a_page(service: Service) -> None:
    """A page names its formats, its permanent name, its licence, its kind, its author and its data set."""
    path = "/base/record/FI-9001"
    found = _signposts(get(service, path, BROWSER))
    assert len(found) == len(set(found))
    for suffix, kind in RDF.items():
        assert {("alternate", f"{path}.{suffix}", kind), ("describedby", f"{path}.{suffix}", kind)} <= set(found)
    assert {
        ("cite-as", BASE + "record/FI-9001", ""),
        ("license", "https://creativecommons.org/licenses/by/4.0/", ""),
        ("type", "https://schema.org/AboutPage", ""),
        ("type", BASE + "ontology#Record", ""),
        ("author", BASE + "registry/ai-failure-index", ""),
        ("collection", BASE + "graph/void#dataset", ""),
    } <= set(found)


@pytest.mark.parametrize(
    "path", ["record/FI-9001", "doc/system/ledger-agent", "mode", "problem", "doc/incident/AIID-9001"]
)
def test_the_head_of_a_page_says_what_its_header_says(service: Service, path: str) -> None:
    """Each typed link of the header is an element of the page, once."""
    reply = get(service, f"/base/{path}", BROWSER)
    head = _Links(reply.text).found
    assert [] == [each for each in _signposts(reply) if head.count(each) != 1]


def test_signposts_of_a_format_lead_to_the_page(corpus_service: Service) -> None:
    """Turtle has the page and the other formats as alternates, and does not describe itself."""
    found = _signposts(get(corpus_service, "/record/FI-9001", "text/turtle"))
    alternates = {href for rel, href, _ in found if rel == "alternate"}
    assert {f"/record/FI-9001.{suffix}" for suffix in ("html", "jsonld", "nt", "rdf", "nq")} == alternates
    assert {"alternate", "author", "cite-as", "collection", "license", "type"} == {rel for rel, _, _ in found}


def test_a_collection_names_its_files(corpus_service: Service) -> None:
    """The catalogue links each dump with its type."""
    items = [(href, kind) for rel, href, kind in _signposts(get(corpus_service, "/graph/dcat")) if rel == "item"]
    address = f"{BASE}dumps/{corpus_service.release.identifier}/failuregraph.nq"
    assert (address, "application/n-quads") in items


def test_the_licence_is_that_of_the_registry(together_service: Service) -> None:
    """A record under share-alike says so; what is gathered from several graphs claims none."""
    paths = ("/record/AIID-9001", "/record/FI-9001", "/scheme/atlas-technique")
    found = [[href for rel, href, _ in _signposts(get(together_service, each)) if rel == "license"] for each in paths]
    licences = "https://creativecommons.org/licenses/"
    assert [[licences + "by-sa/4.0/"], [licences + "by/4.0/"], []] == found


@pytest.mark.parametrize("path", ["/record/FI-9001", "/incident/FI-9001", "/graph/dcat", "/problem"])
def test_head_is_get_without_its_body(corpus_service: Service, path: str) -> None:
    """The headers are the same."""
    whole, head = (get(corpus_service, path, "text/turtle", method) for method in ("GET", "HEAD"))
    assert (whole.status, whole.headers, b"") == (head.status, head.headers, head.body)


def test_bodies_name_things_by_their_permanent_iris(service: Service) -> None:
    """Below a proxy's path no IRI of a body changes; addresses do."""
    for suffix in ("ttl", "jsonld", "nt", "rdf"):
        reply = get(service, f"/base/record/FI-9001.{suffix}")
        assert BASE + "incident/FI-9001" in reply.text or "incident:FI-9001" in reply.text
        assert "/base/record" not in reply.text
    parsed = ox.parse(get(service, "/base/record/FI-9001.ttl").body, ox.RdfFormat.TURTLE)
    assert len(list(parsed)) == len(service.site.graphs[BASE + "record/FI-9001"])


def test_a_release_beside_the_one_that_is_served_answers_too(copy: Project, tmp_path: Path) -> None:
    """What a receipt or a citation names stays: the document of the release in every format, and its files."""
    first = build(copy, tmp_path)
    (copy.root / "data" / "incidents" / "FI-9008.ttl").unlink()
    service = Service(build(copy, tmp_path), copy, Settings(), Place())
    assert first.identifier != service.release.identifier
    path = f"/release/{first.identifier}"
    page = get(service, path, BROWSER)
    assert (200, "Accept") == (page.status, page.headers["vary"])
    assert first.identifier in page.text
    told = set(ox.parse(get(service, f"{path}.ttl").body, format=ox.RdfFormat.TURTLE))
    assert told == set(ox.parse(get(service, f"{path}.nt").body, format=ox.RdfFormat.N_TRIPLES))
    files = {quad.object.value for quad in told if quad.predicate.value.endswith("downloadURL")}
    assert files
    for address in files:
        name = address.rpartition("/")[2]
        assert f"{BASE}dumps/{first.identifier}/{name}" == address
        assert (first.path / name).read_bytes() == get(service, f"/dumps/{first.identifier}/{name}").body
    assert first.manifest["release"] in get(service, f"/dumps/{first.identifier}/manifest.json").text
    listed = get(service, f"/dumps/{first.identifier}/SHA256SUMS").text.splitlines()
    assert {f"{stated['sha256']}  {name}" for name, stated in first.manifest["files"].items()} < set(listed)
    assert 404 == get(service, f"{path}.png").status == get(service, "/release/0000000000000000").status
    assert 406 == get(service, path, "image/png").status


@pytest.mark.parametrize("name", ["", "..", "current", "0" * 16, "A" * 16, "../releases/{0}", "{0}/../{0}"])
def test_only_a_release_has_the_name_of_one(corpus_service: Service, name: str) -> None:
    """No path leads out of the folder of releases, and none is made up."""
    release = corpus_service.release
    assert release.beside(name.format(release.identifier)) is None
    assert release is release.beside(release.identifier)
