"""Clients of others get right answers from a running server: SPARQLWrapper, rdflib, pandas."""

from __future__ import annotations

from typing import Any
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
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)

PREFIX = "PREFIX fg: <https://w3id.org/failuregraph/ontology#>\n"
MODES = PREFIX + "SELECT ?incident ?mode WHERE { ?incident a fg:Incident ; fg:failureMode ?mode } ORDER BY ?incident"
GRAPH = PREFIX + "CONSTRUCT { ?incident fg:failureMode ?mode } WHERE { ?incident a fg:Incident ; fg:failureMode ?mode }"
#: Nine of the ten incidents of the corpus have a failure mode.
EXPECTED = 9


def _wrapper(server: Server, query: str, form: str) -> SPARQLWrapper:
    wrapper = SPARQLWrapper(server.url + "/sparql")
    wrapper.setQuery(query)
    wrapper.setReturnFormat(form)
    return wrapper


def _converted(wrapper: SPARQLWrapper) -> Any:  # noqa: ANN401 - what comes depends on the format that was asked for
    return wrapper.queryAndConvert()


@pytest.mark.parametrize(("method", "request_method"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_gets_json_by_every_method(server: Server, method: str, request_method: str) -> None:
    """GET, POST form and POST direct give the same bindings."""
    wrapper = _wrapper(server, MODES, JSON)
    wrapper.setMethod(method)
    wrapper.setRequestMethod(request_method)
    assert EXPECTED == len(_converted(wrapper)["results"]["bindings"])


def test_sparqlwrapper_gets_xml(server: Server) -> None:
    """The default format of SPARQLWrapper is read by its own parser."""
    document = _converted(_wrapper(server, MODES, XML))
    assert EXPECTED == len(document.getElementsByTagName("result"))


@pytest.mark.parametrize("form", [CSV, TSV])
def test_sparqlwrapper_gets_lines(server: Server, form: str) -> None:
    """CSV and TSV have a header and one line a row."""
    assert EXPECTED + 1 == len(_converted(_wrapper(server, MODES, form)).decode().strip().splitlines())


@pytest.mark.parametrize(("form", "parser"), [(TURTLE, "turtle"), (N3, "n3")])
def test_sparqlwrapper_gets_graphs_as_text(server: Server, form: str, parser: str) -> None:
    """Turtle and N3 are parsed to the same statements."""
    text = _converted(_wrapper(server, GRAPH, form))
    assert EXPECTED == len(rdflib.Graph().parse(data=text, format=parser))


@pytest.mark.parametrize("form", [RDFXML, XML, JSONLD])
def test_sparqlwrapper_gets_graphs_as_rdflib_graphs(server: Server, form: str) -> None:
    """RDF/XML and JSON-LD come back as graphs of rdflib."""
    assert EXPECTED == len(_converted(_wrapper(server, GRAPH, form)))


def test_sparqlwrapper_asks(server: Server) -> None:
    """ASK is true where there is a statement."""
    assert _converted(_wrapper(server, "ASK { ?s ?p ?o }", JSON))["boolean"] is True


def test_rdflib_queries_the_endpoint_as_a_store(server: Server) -> None:
    """SPARQLStore gives rows and graphs."""
    graph = rdflib.Graph(SPARQLStore(server.url + "/sparql"))
    assert EXPECTED == len(list(graph.query(MODES)))
    found = graph.query(GRAPH).graph
    assert found is not None
    assert EXPECTED == len(found)


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
