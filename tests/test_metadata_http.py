"""Metadata over HTTP: service description, well-known places, dumps, and the graphs of the graph store protocol."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
import pytest
import rdflib
from live import Server
from rdflib import DCAT, DCTERMS, RDF, SH, VOID, URIRef
from reading import inlined

from failuregraph.bank import question_iri
from failuregraph.build import build
from failuregraph.catalog.saying import DATASET
from failuregraph.names import BASE, ENDPOINT, FG, NAMESPACES
from failuregraph.pages.site import Site
from failuregraph.project import Project
from failuregraph.query import QueryFile
from failuregraph.serve.description import description
from failuregraph.serve.settings import Settings

SD = NAMESPACES["sd"]
RECORD = BASE + "record/FI-9001"
PARSERS = {"text/turtle": "turtle", "application/n-triples": "nt", "application/rdf+xml": "xml"}
PARSERS |= {"application/ld+json": "json-ld", "application/n-quads": "nquads"}


def _graph(data: bytes, media: str = "text/turtle") -> rdflib.Graph:
    if media == "application/n-quads":
        quads = rdflib.Dataset(default_union=True)
        quads.parse(data=data, format="nquads")
        graph = rdflib.Graph()
        for triple in quads.triples((None, None, None)):
            graph.add(triple)
        return graph
    return rdflib.Graph().parse(data=data, format=PARSERS[media])


@pytest.fixture(scope="module")
def described(server: Server) -> rdflib.Graph:
    """Return the service description."""
    return _graph(server.get("/sparql", "text/turtle").body)


def _sd(described: rdflib.Graph, name: str) -> set[str]:
    return {str(each) for each in described.objects(URIRef(ENDPOINT), URIRef(SD + name))}


@pytest.mark.parametrize("media", sorted(PARSERS))
def test_the_description_comes_in_every_format(server: Server, described: rdflib.Graph, media: str) -> None:
    """N-Quads too; each says the same."""
    reply = server.get("/sparql", media)
    assert media == reply.headers["content-type"].partition(";")[0]
    assert set(described) == set(_graph(reply.body, media))


def test_the_address_is_no_header_of_a_client(server: Server) -> None:
    """A Host header that lies changes nothing."""
    for path in ("/sparql", "/graph/dcat", "/.well-known/security.txt"):
        reply = server.send("GET", path, Host="liar.example", Accept="text/turtle")
        assert "liar.example" not in reply.text
        assert BASE in reply.text
    graph = _graph(server.send("GET", "/sparql", Host="liar.example").body)
    assert {ENDPOINT} == {str(each) for each in graph.objects(None, URIRef(SD + "endpoint"))}


def test_what_is_announced_is_offered_and_nothing_else(described: rdflib.Graph) -> None:
    """SPARQL 1.1 queries over a union; no update, no federation, no dereferencing."""
    assert {SD + "SPARQL11Query"} == _sd(described, "supportedLanguage")
    assert {SD + "UnionDefaultGraph"} == _sd(described, "feature")
    names = {each.rpartition("/")[2] for each in _sd(described, "resultFormat")}
    assert {"Turtle", "N-Triples", "N-Quads", "JSON-LD", "RDF_XML"} < names
    assert {f"SPARQL_Results_{name}" for name in ("JSON", "XML", "CSV", "TSV")} < names


def test_a_named_graph_is_described(server: Server, described: rdflib.Graph) -> None:
    """From the default data set over the graph's name to its number of statements, which is that of the graph."""
    (data_set,) = (URIRef(each) for each in _sd(described, "defaultDataset"))
    named = {
        str(described.value(each, URIRef(SD + "name"))): described.value(each, URIRef(SD + "graph"))
        for each in described.objects(data_set, URIRef(SD + "namedGraph"))
    }
    own = _graph(server.get(f"/rdf-graphs?graph={quote(RECORD)}").body)
    assert str(len(own)) == str(described.value(named[RECORD], VOID.triples))
    assert (URIRef(DATASET), RDF.type, VOID.Dataset) in described


def test_limits_are_stated(described: rdflib.Graph) -> None:
    """Each limit that is published has its number."""
    limits = {
        str(described.value(each, URIRef(NAMESPACES["rdfs"] + "label"))): described.value(each, RDF.value)
        for each in described.objects(URIRef(ENDPOINT), URIRef(FG + "limit"))
    }
    assert {name: float(value) for name, value in Settings().table()} == {
        name: float(str(value)) for name, value in limits.items()
    }


def test_address_and_limits_are_those_of_the_settings(corpus: Project, tmp_path: Path) -> None:
    """A server that stands elsewhere, or allows less, says so."""
    site = Site.open(build(corpus, tmp_path), corpus)
    told = description(site, "https://example.org/sparql", Settings(deadline=2.5))
    node = ox.NamedNode("https://example.org/sparql#limit-deadline")
    values = [triple.object for triple in told if triple.subject == node and triple.predicate.value == str(RDF.value)]
    assert [ox.Literal("2.5", datatype=ox.NamedNode(NAMESPACES["xsd"] + "decimal"))] == values
    assert not any(str(triple.subject).startswith(f"<{ENDPOINT}") for triple in told)


def test_well_known_void_leads_to_the_document(server: Server) -> None:
    """303 to the VoID graph, which is negotiated."""
    reply = server.get("/.well-known/void")
    assert (303, "/graph/void") == (reply.status, reply.headers["location"])
    for media in PARSERS:
        body = server.get(reply.headers["location"], media).body
        graph = _graph(inlined(body) if media == "application/ld+json" else body, media)
        assert (URIRef(DATASET), RDF.type, VOID.Dataset) in graph


def test_well_known_examples_lists_the_questions(server: Server, corpus: Project) -> None:
    """As a graph, as lines, and the page for a browser."""
    expected = {question_iri(each.name) for each in QueryFile.folder(corpus.answers)}
    graph = _graph(server.get("/.well-known/sparql-examples/").body)
    assert expected == {str(each) for each in graph.subjects(RDF.type, SH.SPARQLExecutable)}
    assert expected == {str(each) for each in graph.objects(None, DCTERMS.hasPart)}
    assert sorted(expected) == server.get("/.well-known/sparql-examples/", "text/plain").text.split()
    assert 303 == server.get("/.well-known/sparql-examples/", "text/html").status
    assert 406 == server.get("/.well-known/sparql-examples/", "image/png").status


def test_security_txt_has_what_its_standard_asks_for(server: Server) -> None:
    """Contact and Expires stand there once; the end comes from the date of the data."""
    reply = server.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in reply.text.splitlines() if not line.startswith("#"))
    assert "text/plain; charset=utf-8" == reply.headers["content-type"]
    assert {"Contact", "Expires", "Canonical", "Preferred-Languages"} == set(fields)
    modified = _graph(server.get("/graph/void").body).value(URIRef(DATASET), DCTERMS.modified)
    assert int(str(modified)[:4]) + 1 == int(fields["Expires"][:4])


def test_every_dump_of_the_catalogue_is_there(server: Server) -> None:
    """Below the base of this server the address of a distribution gives the file with that size; the next time 304."""
    catalogue = _graph(server.get("/graph/dcat").body)
    files = list(catalogue.subjects(RDF.type, DCAT.Distribution))
    assert files
    for node in files:
        path = "/" + str(catalogue.value(node, DCAT.downloadURL)).removeprefix(BASE)
        reply = server.get(path)
        assert (200, str(catalogue.value(node, DCAT.byteSize))) == (reply.status, str(len(reply.body)))
        assert f'"{hashlib.sha256(reply.body).hexdigest()}"' == reply.headers["etag"]
        assert 304 == server.send("GET", path, If_None_Match=reply.headers["etag"]).status
    assert 404 == server.get("/dumps/0000000000000000/failuregraph.nq").status
    assert 404 == server.get(path.rpartition("/")[0] + "/..%2Fmanifest.json").status
    assert 404 == server.get(path.rpartition("/")[0] + "/store").status


@pytest.mark.parametrize("media", sorted(PARSERS))
def test_a_named_graph_comes_whole(server: Server, media: str) -> None:
    """The graph by its name is what a query says is in it; HEAD has the headers alone."""
    path = f"/rdf-graphs?graph={quote(RECORD)}"
    reply = server.get(path, media)
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{RECORD}> {{ ?s ?p ?o }} }}"
    assert media == reply.headers["content-type"].partition(";")[0]
    assert set(_graph(server.ask(query, "text/turtle").body)) == set(_graph(reply.body, media))
    head = server.send("HEAD", path, Accept=media)
    assert (200, reply.headers["content-length"], b"") == (head.status, head.headers["content-length"], head.body)


def test_the_default_graph_is_the_union(server: Server) -> None:
    """Every statement of every graph, each once."""
    reply = server.get("/rdf-graphs?default&format=nt")
    lines = reply.text.splitlines()
    query = "SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } } }"
    assert len(set(lines)) == len(lines)
    assert ["n", str(len(lines))] == server.ask(query, "text/csv").text.split()


def test_the_same_graph_is_not_sent_twice(server: Server) -> None:
    """ETag and 304 by release, graph and format."""
    path = f"/rdf-graphs?graph={quote(RECORD)}"
    tags = {media: server.get(path, media).headers["etag"] for media in PARSERS}
    tags["another"] = server.get(f"/rdf-graphs?graph={quote(BASE + 'record/FI-9002')}").headers["etag"]
    assert len(tags) == len(set(tags.values()))
    again = server.send("GET", path, Accept="text/turtle", If_None_Match=tags["text/turtle"])
    assert (304, b"") == (again.status, again.body)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/rdf-graphs", 400, "Name one graph"),
        ("/rdf-graphs?default&graph=x:y", 400, "Name one graph"),
        ("/rdf-graphs?graph=x:y&graph=x:z", 400, "Name one graph"),
        ("/rdf-graphs?graph=x:y", 404, "no graph of that name"),
        (f"/rdf-graphs?graph={quote('record/FI-9001')}", 404, "no graph of that name"),
        ("/rdf-graphs?default&format=csv", 406, "Turtle"),
        ("/rdf-graphs?default&format=nonsense", 400, "nonsense is no format"),
    ],
)
def test_what_cannot_be_had_is_said(server: Server, path: str, status: int, says: str) -> None:
    """One sentence, and any page may read it."""
    reply = server.get(path)
    assert (status, "*") == (reply.status, reply.headers["access-control-allow-origin"])
    assert says in reply.text


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_graphs_cannot_be_written(server: Server, method: str) -> None:
    """405, what is allowed, and where a change is proposed; by the graph's own address too."""
    reply = server.send(method, "/rdf-graphs?default", b"<a:b> <a:b> <a:b> .", content_type="text/turtle")
    assert (405, "GET, HEAD, OPTIONS") == (reply.status, reply.headers["allow"])
    assert "CONTRIBUTING.md" in reply.text
    assert 405 == server.send(method, urlsplit(RECORD).path.removeprefix("/failuregraph")).status


def test_a_script_may_ask_for_a_graph(server: Server) -> None:
    """OPTIONS says what is allowed."""
    reply = server.send("OPTIONS", "/rdf-graphs?default")
    assert (204, "GET, HEAD, OPTIONS") == (reply.status, reply.headers["allow"])
    assert reply.headers["access-control-allow-methods"] == reply.headers["allow"]


def test_a_graph_is_named_by_its_own_address(server: Server) -> None:
    """Direct identification: the address of a document gives the same statements."""
    direct = list(ox.parse(server.get("/graph/dcat", "application/n-triples").body, format=ox.RdfFormat.N_TRIPLES))
    path = f"/rdf-graphs?graph={quote(BASE + 'graph/dcat')}"
    indirect = list(ox.parse(server.get(path, "application/n-triples").body, format=ox.RdfFormat.N_TRIPLES))
    assert set(direct) == set(indirect)


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("application/rdf+xml, application/xml; q=0.7, text/plain; q=0.1, */*; q=0.09", "application/rdf+xml"),
        ("text/plain;q=0, text/turtle", "text/turtle"),
        ("text/plain, */*;q=0.1", "text/plain"),
        ("text/plain;q=0.2, application/ld+json", "application/ld+json"),
        ("*/*", "text/turtle"),
    ],
)
def test_plain_text_is_liked_as_much_as_its_quality_says(server: Server, accept: str, media: str) -> None:
    """The list of questions negotiates plain text like every other type."""
    reply = server.get("/.well-known/sparql-examples/", accept)
    assert (200, media) == (reply.status, reply.headers["content-type"].partition(";")[0])


@pytest.mark.parametrize("media", ["text/plain", "text/html", "application/problem+json"])
@pytest.mark.parametrize("path", ["0000000000000000/failuregraph.nq", "0000000000000000/SHA256SUMS", "", "x/", "x"])
def test_a_file_that_is_not_there_is_refused_like_every_address(server: Server, path: str, media: str) -> None:
    """As text, page or problem details, by Accept, with the files that there are, and not stored for long."""
    reply = server.get(f"/dumps/{path}", media)
    assert (404, media) == (reply.status, reply.headers["content-type"].partition(";")[0])
    assert ("Accept", "public, max-age=60") == (reply.headers["vary"], reply.headers["cache-control"])
    assert "failuregraph.nq" in reply.text
    assert "SHA256SUMS" in reply.text
