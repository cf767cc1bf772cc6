"""The server over HTTP: protocol, documents, refusals, pages; each on a running server."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
import rdflib
from live import Server, running
from reading import inlined

from failuregraph.build import Release, build
from failuregraph.names import BASE, ENDPOINT
from failuregraph.project import Project
from failuregraph.serve.settings import Settings

COUNT = "PREFIX fg: <https://w3id.org/failuregraph/ontology#> SELECT (COUNT(?i) AS ?n) WHERE { ?i a fg:Incident }"
TYPES = "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c }"
FORM = "application/x-www-form-urlencoded"


def _count(text: str) -> str:
    return str(json.loads(text)["results"]["bindings"][0]["n"]["value"])


def test_a_query_by_get(server: Server) -> None:
    """JSON is what comes without a wish."""
    reply = server.ask(COUNT)
    assert (200, "application/sparql-results+json") == (reply.status, reply.headers["content-type"])
    assert "10" == _count(reply.text)


def test_a_query_by_form(server: Server) -> None:
    """A form holds the query in its body."""
    reply = server.send("POST", "/sparql", urlencode({"query": COUNT}).encode(), content_type=FORM)
    assert "10" == _count(reply.text)


def test_a_query_as_the_body(server: Server) -> None:
    """The body is the query, UTF-8."""
    reply = server.send("POST", "/sparql/", COUNT.encode(), content_type="application/sparql-query; charset=utf-8")
    assert "10" == _count(reply.text)


def test_every_table_format_reads_back(server: Server) -> None:
    """JSON, XML, CSV and TSV hold the same number."""
    assert "10" == _count(server.ask(COUNT, "application/sparql-results+json").text)
    root = ET.fromstring(server.ask(COUNT, "application/sparql-results+xml").text)  # noqa: S314 - our own answer
    assert "10" == next(root.iter("{http://www.w3.org/2005/sparql-results#}literal")).text
    assert [["n"], ["10"]] == list(csv.reader(io.StringIO(server.ask(COUNT, "text/csv").text)))
    assert ["?n", "10"] == server.ask(COUNT, format="tsv").text.split()


@pytest.mark.parametrize(("name", "parser"), [("ttl", "turtle"), ("nt", "nt"), ("jsonld", "json-ld"), ("rdf", "xml")])
def test_every_graph_format_reads_back(server: Server, name: str, parser: str) -> None:
    """The same graph comes in each format, read by rdflib."""
    found = rdflib.Graph().parse(data=server.ask(TYPES, format=name).body, format=parser)
    expected = rdflib.Graph().parse(data=server.ask(TYPES, format="nt").body, format="nt")
    assert len(expected) == len(found) > 100


def test_a_question_of_yes_or_no(server: Server) -> None:
    """ASK is answered as JSON or XML, and never as CSV."""
    assert json.loads(server.ask("ASK { ?s ?p ?o }").text)["boolean"] is True
    assert 406 == server.ask("ASK { ?s ?p ?o }", "text/csv").status


def test_a_data_set_of_ones_own(server: Server) -> None:
    """default-graph-uri narrows the data; an unknown graph is empty; FROM does the same."""
    every = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    graph = BASE + "record/FI-9001"
    narrowed = {"default-graph-uri": graph}
    size = int(_count(server.ask(every, **narrowed).text))
    assert 0 < size < int(_count(server.ask(every).text))
    assert str(size) == _count(server.ask(every.replace("WHERE", f"FROM <{graph}> WHERE")).text)
    assert "0" == _count(server.ask(every, **{"default-graph-uri": "http://127.0.0.1:1/none"}).text)
    named = every.replace("{ ?s ?p ?o }", "{ GRAPH ?g { ?s ?p ?o } }")
    assert str(size) == _count(server.ask(named, **{"named-graph-uri": graph}).text)


@pytest.mark.parametrize(
    ("status", "method", "path", "body", "headers", "says"),
    [
        (400, "GET", "/sparql?query=SELECT+%3Fs+WHERE+%7B%0A%3Fs+%3Fp+%7D", None, {}, "line 2, column"),
        (400, "GET", "/sparql?query=ASK+%7B%3Fs+a+fg:Record%7D", None, {}, "Add PREFIX fg:"),
        (400, "GET", "/sparql?query=ASK+%7B%0A+%3Fs+zz:p+1%7D", None, {}, "line 2, column 5: the prefix zz: is not"),
        (400, "GET", "/sparql?query=ASK+%7B%7D&query=ASK+%7B%7D", None, {}, "Exactly one query"),
        (400, "GET", "/sparql?query=ASK+%7B%7D&format=parquet", None, {}, "“parquet” is not known"),
        (400, "GET", "/sparql?query=ASK+%7B%7D&default-graph-uri=no", None, {}, "is not an IRI"),
        (400, "GET", "/sparql?query=%ff", None, {}, "not UTF-8"),
        (400, "GET", "/sparql?update=CLEAR+ALL", None, {}, "read-only"),
        (400, "GET", "/sparql?query=ASK+%7BSERVICE+%3Chttp://127.0.0.1:1/%3E+%7B%7D%7D", None, {}, "SERVICE"),
        (400, "GET", "/sparql?query=ASK+" + "%7B" * 101 + "%7D" * 101, None, {}, "too deeply nested"),
        (400, "POST", "/sparql", b"", {"content_type": FORM}, "Exactly one query"),
        (400, "POST", "/sparql", b"INSERT DATA {}", {"content_type": "application/sparql-query"}, "is an update"),
        (403, "POST", "/sparql", b"CLEAR ALL", {"content_type": "application/sparql-update"}, "read-only"),
        (403, "POST", "/sparql", b"update=CLEAR+ALL", {"content_type": FORM}, "read-only"),
        (406, "GET", "/sparql?query=ASK+%7B%7D&format=turtle", None, {}, "answered as"),
        (413, "POST", "/sparql", b"#" * 70_000, {"content_type": "application/sparql-query"}, "longer than"),
        (414, "GET", "/sparql?query=" + "a" * 17_000, None, {}, "by POST"),
        (415, "POST", "/sparql", b"ASK {}", {"content_type": "text/plain"}, "posted as"),
        (415, "POST", "/sparql", b"ASK {}", {"content_type": FORM, "content_encoding": "gzip"}, "compressed"),
        (405, "PUT", "/sparql", b"", {}, "not offered"),
        (405, "DELETE", "/record/FI-9001", None, {}, "not offered"),
        (404, "GET", "/record/FI-0000", None, {}, "/incidents"),
        (404, "GET", "/incident/FI-0000", None, {}, "/incidents"),
        (404, "GET", "/record/..%2f..%2fetc%2fpasswd", None, {}, "/incidents"),
        (404, "GET", "/record/FI-9001.exe", None, {}, "/incidents"),
    ],
)
def test_a_refusal_has_its_status_and_its_reason(  # noqa: PLR0913, PLR0917 - a table
    server: Server, status: int, method: str, path: str, body: bytes | None, headers: dict[str, str], says: str
) -> None:
    """Each fault of a request is answered in plain text, with CORS, and never with 500."""
    reply = server.send(method, path, body, **headers)
    assert (status, "*") == (reply.status, reply.headers["access-control-allow-origin"])
    assert says in reply.text
    assert "Traceback" not in reply.text


def test_updates_leave_the_store_as_it_was(server: Server) -> None:
    """After refused updates the count is that of the manifest."""
    before = server.get("/health").text
    for kind in ("application/sparql-update", "application/sparql-query"):
        server.send("POST", "/sparql", b"INSERT DATA { <a:b> <a:b> <a:b> }", content_type=kind)
    assert before == server.get("/health").text


def test_options_and_head(server: Server) -> None:
    """OPTIONS says what is offered; HEAD has the headers of GET and no body."""
    assert (204, "GET, HEAD, POST, QUERY, OPTIONS") == (
        server.send("OPTIONS", "/sparql").status,
        server.send("OPTIONS", "/sparql").headers["allow"],
    )
    path = "/sparql?" + urlencode({"query": COUNT})
    head, get = server.send("HEAD", path), server.send("GET", path)
    assert (get.status, b"", get.headers["etag"]) == (head.status, head.body, head.headers["etag"])


def test_an_entity_tag_saves_the_answer(server: Server) -> None:
    """The tag of an answer brings 304; another format has another tag."""
    path = "/sparql?" + urlencode({"query": COUNT})
    tag = server.get(path).headers["etag"]
    assert 304 == server.send("GET", path, if_none_match=tag).status
    assert tag != server.get(path, "text/csv").headers["etag"]


def test_the_service_describes_itself(server: Server) -> None:
    """Without a query a program gets the service description, a browser the form."""
    graph = rdflib.Graph().parse(data=server.get("/sparql").body, format="turtle")
    endpoint = rdflib.URIRef("http://www.w3.org/ns/sparql-service-description#endpoint")
    assert [rdflib.URIRef(ENDPOINT)] == list(graph.objects(None, endpoint))
    assert "<textarea" in server.get("/sparql", "text/html").text


@pytest.mark.parametrize(
    ("thing", "document"),
    [
        ("/incident/FI-9001", "/record/FI-9001"),
        ("/organisation/northwind-group", "/doc/organisation/northwind-group"),
        ("/system/ledger-agent", "/doc/system/ledger-agent"),
        ("/publisher/daily-example", "/doc/publisher/daily-example"),
        ("/registry/failure-graph", "/doc/registry/failure-graph"),
        ("/control/prism", "/doc/control/prism"),
    ],
)
def test_a_thing_answers_303_to_its_document(server: Server, thing: str, document: str) -> None:
    """What is not a document says where its document is."""
    reply = server.get(thing)
    assert (303, document, "Accept") == (reply.status, reply.headers["location"], reply.headers["vary"])
    assert 200 == server.get(document).status


RDF = [
    ("ttl", "text/turtle", "turtle"),
    ("nt", "application/n-triples", "nt"),
    ("jsonld", "application/ld+json", "json-ld"),
    ("rdf", "application/rdf+xml", "xml"),
]


@pytest.mark.parametrize("path", ["/record/FI-9003", "/doc/organisation/northwind-assist", "/mode", "/ontology"])
@pytest.mark.parametrize(("suffix", "media_type", "parser"), RDF)
def test_a_document_comes_by_accept_and_by_suffix(
    server: Server, path: str, suffix: str, media_type: str, parser: str
) -> None:
    """Both ways give the same graph; the negotiated one says where its fixed address is."""
    negotiated, fixed = server.get(path, media_type), server.get(f"{path}.{suffix}", "text/html")
    assert f"{path}.{suffix}" == negotiated.headers["content-location"]
    assert "Accept" in negotiated.headers["vary"]
    assert "vary" not in fixed.headers
    assert negotiated.headers["content-type"].startswith(media_type)
    assert negotiated.body == fixed.body
    body = inlined(fixed.body) if suffix == "jsonld" else fixed.body
    assert len(rdflib.Graph().parse(data=body, format=parser)) > 2


def test_the_graph_of_a_document_is_that_of_its_file(server: Server, corpus: Project) -> None:
    """What is served is what was reviewed, with its lexical forms."""
    parsed = ox.parse(path=str(corpus.path_of("record", "FI-9003")), format=ox.RdfFormat.TURTLE)
    served = ox.parse(server.get("/record/FI-9003.nt").body, format=ox.RdfFormat.N_TRIPLES)
    assert {str(quad.triple) for quad in parsed} == {str(quad.triple) for quad in served}


def test_a_document_in_no_wanted_format_lists_what_there_is(server: Server) -> None:
    """406 names the fixed addresses."""
    reply = server.get("/record/FI-9001", "image/png")
    assert 406 == reply.status
    assert "/record/FI-9001.ttl" in reply.text


def test_a_retired_identifier_redirects(copy: Project, tmp_path: Path) -> None:
    """A merged identifier answers 301, a withdrawn one 410."""
    text = (
        "PREFIX dcterms: <http://purl.org/dc/terms/>\nPREFIX fg: <https://w3id.org/failuregraph/ontology#>\n"
        "PREFIX incident: <https://w3id.org/failuregraph/incident/>\n"
        "PREFIX recordstatus: <https://w3id.org/failuregraph/record-status#>\n"
        "incident:old-name dcterms:isReplacedBy incident:FI-9001 .\n"
        "incident:bad-name fg:recordStatus recordstatus:withdrawn .\n"
    )
    (copy.data / "withdrawn.ttl").write_text(text, encoding="utf-8")
    with running(copy, tmp_path / "build") as server:
        moved = server.get("/incident/old-name")
        assert (301, "/incident/FI-9001") == (moved.status, moved.headers["location"])
        assert 410 == server.get("/incident/bad-name").status


def test_health_runs_a_query_and_compares(server: Server) -> None:
    """The answer names the release and the count of the manifest."""
    values = json.loads(server.get("/health").text)
    assert "ok" == values["status"]
    assert server.get("/health").headers["x-release"] == values["release"]


class _Page(html.parser.HTMLParser):
    """What a page holds: its elements, its links and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        ours = tag == "script" and str(dict(attrs).get("src")).startswith("/assets/sparql.")
        self.tags.append("data" if ("type", "application/ld+json") in attrs else "bundle" if ours else tag)
        self.links += [value for name, value in attrs if name in ("href", "src") and value]
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_data(self, data: str) -> None:
        self.text += data


PAGES = [
    "/",
    "/incidents",
    "/incidents?q=refund&severity=high&sort=oldest",
    "/record/FI-9001",
    "/record/FI-9003",
    "/record/FI-9007",
    "/doc/organisation/northwind-group",
    "/mode",
    "/ontology",
    "/questions",
    "/questions/severity-by-mode",
    "/questions/organisation-profile?organisation=northwind-group",
    "/sparql",
    "/sparql?format=html&query=" + quote(COUNT),
    "/nothing",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_runs_nothing(server: Server, path: str) -> None:
    """One heading, a title, no script but the bundle, no handler, no style, and the strict policy on every page."""
    reply = server.get(path, "text/html")
    page = _Page(reply.text)
    assert 1 == page.tags.count("h1")
    assert {"html", "title", "main", "nav"} <= set(page.tags)
    assert "script" not in page.tags
    assert [] == page.handlers
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "nosniff" == reply.headers["x-content-type-options"]


def test_every_link_between_pages_answers(server: Server) -> None:
    """Each local link of the pages leads to something."""
    links = {link.partition("#")[0] for path in PAGES for link in _Page(server.get(path, "text/html").text).links}
    local = sorted(link for link in links if link.startswith("/") and not link.startswith("//"))
    assert {} == {link: status for link in local if (status := server.get(link, "text/html").status) >= 400}


def test_the_record_page_tells_observed_from_profile(server: Server) -> None:
    """The basis of a path stands beside it, and absence is not called None or Unknown."""
    observed, profile = (server.get(f"/record/{name}", "text/html").text for name in ("FI-9003", "FI-9001"))
    assert "Steps told of this incident" in observed
    assert "it says nothing of this incident" in profile
    assert "not known here" in server.get("/record/FI-9007", "text/html").text


def test_a_question_comes_as_a_page_and_as_data(server: Server) -> None:
    """The page has a table; format=csv has the same rows."""
    rows = list(csv.DictReader(io.StringIO(server.get("/questions/severity-by-mode?format=csv").text)))
    assert 10 == len(rows)
    assert 400 == server.get("/questions/repeat-incidents-by-organisation?min_events=many").status
    assert "No rows" in server.get("/questions/organisation-profile?organisation=realm-labs", "text/html").text


def test_hostile_text_stays_text(copy: Project, tmp_path: Path) -> None:
    """Markup in a title, and script addresses in query results, do nothing on any page."""
    path = copy.path_of("record", "FI-9001")
    evil = "<script>alert(1)</script>"
    path.write_text(path.read_text(encoding="utf-8").replace("invents a refund", evil), encoding="utf-8")
    with running(copy, tmp_path / "build") as server:
        query = 'SELECT (<javascript:alert(1)> AS ?iri) ("' + evil + '" AS ?text) WHERE {}'
        for page in ("/record/FI-9001", "/incidents", "/sparql?format=html&query=" + quote(query)):
            found = _Page(server.get(page, "text/html").text)
            assert "script" not in found.tags
            assert [] == [link for link in found.links if link.startswith("javascript:")]


def test_a_query_that_never_ends_is_ended(corpus: Project, tmp_path: Path) -> None:
    """At the deadline the answer is 504, and the next query is answered."""
    import asyncio

    from failuregraph.serve.pool import Pool

    release = build(corpus, tmp_path)
    endless = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    formats = {"table": "json", "truth": "json", "graph": "ttl"}

    def _request(query: str) -> dict[str, object]:
        caps = {"cap": 100_000, "rows": 100_000}
        return {"query": query, "default_graphs": (), "named_graphs": (), "formats": formats, **caps}

    async def _ask() -> tuple[int, float, int, int, int]:
        pool = Pool(release.store_path, Settings(deadline=1.0, workers=1))
        await pool.start()
        started = time.perf_counter()
        ended = await pool.run(_request(endless))
        taken = time.perf_counter() - started
        after = await pool.run(_request("ASK {}"))
        large = await pool.run(_request("SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }"))
        last = await pool.run(_request("ASK {}"))
        await pool.stop()
        return ended.status, taken, after.status, large.status, last.status

    status, taken, after, large, last = asyncio.run(_ask())
    assert (504, 200, 413, 200) == (status, after, large, last)
    assert taken < 5


def test_a_full_queue_is_refused_at_once(corpus: Project, tmp_path: Path) -> None:
    """Where too many wait the answer is 503, not silence."""
    import asyncio

    from failuregraph.serve.pool import Pool

    async def _ask() -> int:
        return (await Pool(build(corpus, tmp_path).store_path, Settings(waiting=0)).run({})).status

    assert 503 == asyncio.run(_ask())


def test_a_release_is_opened_once_it_is_whole(corpus: Project, tmp_path: Path) -> None:
    """What the server opens is a release that agrees with its manifest."""
    release = build(corpus, tmp_path)
    assert release.identifier == Release.open(release.path).identifier
