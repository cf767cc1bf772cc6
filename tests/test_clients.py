"""Clients of others get right answers from a running server: SPARQLWrapper, rdflib, pandas."""

from __future__ import annotations

from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

import pandas as pd
import pytest
import rdflib
from live import Server
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDF,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from failuregraph.names import BASE
from failuregraph.names import FG as ONTOLOGY

FG = rdflib.Namespace(ONTOLOGY)

PREFIX = "PREFIX fg: <https://w3id.org/failuregraph/ontology#>\n"
MODES = PREFIX + "SELECT ?incident ?mode WHERE { ?incident a fg:Incident ; fg:failureMode ?mode } ORDER BY ?incident"
GRAPH = PREFIX + "CONSTRUCT { ?incident fg:failureMode ?mode } WHERE { ?incident a fg:Incident ; fg:failureMode ?mode }"
#: Nine of the ten incidents of the corpus have a failure mode.
EXPECTED = 9
#: How SPARQLWrapper can send a query: in the address, as a form, as the body.
WAYS = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]


def _wrapper(server: Server, query: str, form: str) -> SPARQLWrapper:
    wrapper = SPARQLWrapper(server.url + "/sparql")
    wrapper.setQuery(query)
    wrapper.setReturnFormat(form)
    return wrapper


def _converted(wrapper: SPARQLWrapper) -> Any:  # noqa: ANN401 - what comes depends on the format that was asked for
    return wrapper.queryAndConvert()


def _by(wrapper: SPARQLWrapper, way: tuple[str, str]) -> SPARQLWrapper:
    wrapper.setMethod(way[0])
    wrapper.setRequestMethod(way[1])
    return wrapper


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_sparqlwrapper_gets_json_by_every_method(server: Server, way: tuple[str, str]) -> None:
    """GET, POST form and POST direct give the same bindings."""
    found = _converted(_by(_wrapper(server, MODES, JSON), way))
    assert EXPECTED == len(found["results"]["bindings"])


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_sparqlwrapper_gets_xml(server: Server, way: tuple[str, str]) -> None:
    """The default format of SPARQLWrapper is read by its own parser."""
    document = _converted(_by(_wrapper(server, MODES, XML), way))
    assert EXPECTED == len(document.getElementsByTagName("result"))


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize("form", [CSV, TSV])
def test_sparqlwrapper_gets_lines(server: Server, form: str, way: tuple[str, str]) -> None:
    """CSV and TSV have a header and one line a row."""
    found = _converted(_by(_wrapper(server, MODES, form), way))
    assert EXPECTED + 1 == len(found.decode().strip().splitlines())


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize(("form", "parser"), [(TURTLE, "turtle"), (N3, "n3")])
def test_sparqlwrapper_gets_graphs_as_text(server: Server, form: str, parser: str, way: tuple[str, str]) -> None:
    """Turtle and N3 are parsed to the same statements."""
    text = _converted(_by(_wrapper(server, GRAPH, form), way))
    assert EXPECTED == len(rdflib.Graph().parse(data=text, format=parser))


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize("form", [RDFXML, XML, JSONLD])
def test_sparqlwrapper_gets_graphs_as_rdflib_graphs(server: Server, form: str, way: tuple[str, str]) -> None:
    """RDF/XML and JSON-LD come back as graphs of rdflib."""
    assert EXPECTED == len(_converted(_by(_wrapper(server, GRAPH, form), way)))


def test_sparqlwrapper_describes(server: Server) -> None:
    """DESCRIBE gives the statements about one incident."""
    found = _converted(_wrapper(server, f"DESCRIBE <{BASE}incident/FI-9001>", RDFXML))
    assert len(found) == len(list(found.triples((rdflib.URIRef(f"{BASE}incident/FI-9001"), None, None)))) > 5


def test_sparqlwrapper_names_a_format_that_it_does_not_know(server: Server) -> None:
    """Its format “rdf” is sent with an Accept of anything; the name decides, and is read as RDF/XML."""
    with pytest.warns(RuntimeWarning, match="unexpected returned format"):
        assert EXPECTED == len(_converted(_wrapper(server, GRAPH, RDF)))


def test_sparqlwrapper_gets_no_table_as_turtle(server: Server) -> None:
    """A table that is asked for as Turtle is refused, since it would be read as Turtle."""
    with pytest.warns(RuntimeWarning), pytest.raises(HTTPError, match="406"):
        _converted(_wrapper(server, MODES, TURTLE))


def test_sparqlwrapper_tells_what_is_wrong(server: Server) -> None:
    """A syntax error and a deep query come as its exception for a bad query, with our sentence in it."""
    for query, says in (("SELECT * { ?s ?p }", "line 1"), (f"ASK {{ {'{' * 101}{'}' * 101} }}", "nested")):
        with pytest.raises(QueryBadFormed, match=says):
            _converted(_wrapper(server, query, JSON))


def test_sparqlwrapper_asks(server: Server) -> None:
    """ASK is true where there is a statement."""
    assert _converted(_wrapper(server, "ASK { ?s ?p ?o }", JSON))["boolean"] is True


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_queries_the_endpoint_as_a_store(server: Server, method: str, form: str) -> None:
    """SPARQLStore gives rows in each format and by each method."""
    graph = rdflib.Graph(SPARQLStore(server.url + "/sparql", method=method, returnFormat=form))
    bindings = graph.query(MODES).bindings
    assert EXPECTED == len(bindings)
    assert {"URIRef"} == {type(term).__name__ for row in bindings for term in row.values()}


def test_rdflib_gets_graphs_from_a_store(server: Server) -> None:
    """SPARQLStore gives the graph of a CONSTRUCT, the answer of an ASK, and single statements."""
    graph = rdflib.Graph(SPARQLStore(server.url + "/sparql"))
    found = graph.query(GRAPH).graph
    assert found is not None
    assert EXPECTED == len(found)
    assert graph.query("ASK { ?s ?p ?o }").askAnswer is True
    assert EXPECTED == len(list(graph.triples((None, FG.failureMode, None))))


def test_rdflib_takes_our_part_into_a_query_of_its_own(server: Server) -> None:
    """SERVICE in another graph joins its statements with ours."""
    graph = rdflib.Graph()
    mine = rdflib.URIRef("http://example.org/mine")
    for number in ("FI-9001", "FI-9002", "FI-none"):
        graph.add((mine, FG.sameEventAs, rdflib.URIRef(f"{BASE}incident/{number}")))
    text = PREFIX + "SELECT ?incident ?mode { ?mine fg:sameEventAs ?incident SERVICE <%s> { %s } }"
    rows = graph.query(text % (server.url + "/sparql", "?incident fg:failureMode ?mode")).bindings
    assert {"FI-9001", "FI-9002"} == {str(row[rdflib.Variable("incident")]).rpartition("/")[2] for row in rows}


def test_rdflib_reads_a_document(server: Server) -> None:
    """Graph.parse of an address gets RDF, never a page."""
    graph = rdflib.Graph().parse(server.url + "/record/FI-9001")
    incident = rdflib.URIRef("https://w3id.org/failuregraph/incident/FI-9001")
    assert (incident, None, None) in graph


def test_pandas_reads_a_query_by_its_address(server: Server) -> None:
    """read_csv of a query address gives a table with the columns of the query."""
    frame = pd.read_csv(f"{server.url}/sparql?{urlencode({'query': MODES, 'format': 'csv'})}")
    assert ["incident", "mode"] == list(frame.columns)
    assert EXPECTED == len(frame)


def test_pandas_reads_every_table_format(server: Server) -> None:
    """A TSV address has a table too, and an error is raised, not read as data."""
    address = f"{server.url}/sparql?{urlencode({'query': MODES, 'format': 'tsv'})}"
    assert (EXPECTED, 2) == pd.read_csv(address, sep="\t").shape
    with pytest.raises(HTTPError, match="400"):
        pd.read_csv(f"{server.url}/sparql?{urlencode({'query': 'SELECT', 'format': 'csv'})}")
