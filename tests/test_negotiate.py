"""Negotiation as a table: what clients really send, and the format that they get."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failuregraph.serve.negotiate import UnknownFormatError, choose, override
from failuregraph.serve.scan import advice, refusal

RDFLIB = "application/rdf+xml, application/sparql-results+xml"
PARSE = (
    "application/rdf+xml,text/rdf+n3,application/trix,application/xhtml+xml,text/turtle,application/n-triples,"
    "application/json,application/ld+json"
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHROMIUM = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
AXIOS = "application/json, text/plain, */*"
WRAPPER = "application/sparql-results+json,application/json,text/javascript,application/javascript"
WRAPPER_N3 = "application/turtle,text/turtle,text/rdf+n3,application/n-triples,application/n3,text/n3"
OWL_API = "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"
YASGUI, YASGUI_GRAPH = "application/sparql-results+json,*/*;q=0.9", "application/n-triples,*/*;q=0.9"
COMUNICA = "application/sparql-results+json;q=1.0,application/sparql-results+xml;q=0.7"
COMUNICA_GRAPH = (
    "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
    "text/turtle;q=0.6,application/rdf+xml;q=0.5,text/n3;q=0.35,application/xml;q=0.3,text/xml;q=0.3"
)


@pytest.mark.parametrize(
    ("accept", "kind", "html", "expected"),
    [
        (None, "table", False, "json"),
        ("", "graph", False, "ttl"),
        ("*/*", "table", True, "json"),
        ("*/*", "graph", True, "ttl"),
        ("text/csv", "table", False, "csv"),
        ("text/*", "table", False, "csv"),
        ("application/json", "table", False, "json"),
        ("application/json;charset=utf-8", "table", False, "json"),
        ("application/json", "graph", False, "jsonld"),
        ("application/xml", "graph", False, "rdf"),
        (None, "question", True, "ttl"),
        ("*/*", "question", True, "ttl"),
        ("application/json", "question", True, "json"),
        ("application/xml", "question", True, "xml"),
        ("application/ld+json, application/json;q=0.9", "question", True, "jsonld"),
        ("application/rdf+xml, application/xml;q=0.7, */*;q=0.1", "question", True, "rdf"),
        ("text/html, */*;q=0.8", "question", True, "html"),
        ("image/png", "question", True, None),
        ("application/sparql-results+json;q=0.5,text/csv;q=0.9", "table", False, "csv"),
        ("text/csv;q=0,*/*", "table", False, "json"),
        ("application/sparql-results+json;q=0,*/*", "table", False, "xml"),
        ("text/turtle", "table", False, None),
        ("text/csv", "truth", False, None),
        ("text/csv", "graph", False, None),
        ("image/png", "graph", True, None),
        ("application/n-quads", "graph", True, "nq"),
        (RDFLIB, "table", False, "xml"),
        (RDFLIB, "graph", False, "rdf"),
        (PARSE, "graph", True, "ttl"),
        (BROWSER, "graph", True, "html"),
        (BROWSER, "graph", False, "rdf"),
        ("text/html", "graph", False, None),
        ("text/turtle,text/html;q=0.5", "graph", True, "ttl"),
        ("application/ld+json, */*", "graph", True, "jsonld"),
        ("application/rdf+xml, */*", "graph", True, "rdf"),
        ("application/n-triples, */*", "graph", False, "nt"),
        ("text/*, application/ld+json", "graph", True, "jsonld"),
        ("application/*, text/turtle", "graph", True, "ttl"),
        ("*/*, application/*", "graph", True, "nt"),
        ("application/ld+json;q=0.5, */*", "graph", True, "ttl"),
        ("application/ld+json;q=0.5, application/*;q=0.9, text/*;q=0.8", "graph", True, "nt"),
        ("text/turtle;q=0, text/*", "graph", True, None),
        ("text/turtle;q=0, text/*, */*;q=0.1", "graph", True, "nt"),
        ("application/xml, */*", "graph", True, "rdf"),
        ("application/xml, */*", "question", True, "xml"),
        ("text/xml, text/*", "table", True, "xml"),
        ("text/csv, */*", "table", True, "csv"),
        ("application/sparql-results+xml, */*", "table", True, "xml"),
        ("application/sparql-results+xml, */*", "truth", True, "xml"),
        ("text/csv, */*", "question", True, "csv"),
        ("text/html, */*", "graph", True, "html"),
        ("text/html;q=0.5, */*;q=0.5", "graph", True, "html"),
        ("text/html;q=0.5, */*", "graph", True, "ttl"),
        ("text/html, text/turtle", "graph", True, "html"),
        ("text/*", "graph", True, "ttl"),
        (CHROMIUM, "graph", True, "html"),
        (CHROMIUM, "question", True, "html"),
        (CHROMIUM, "table", True, "html"),
        (AXIOS, "graph", True, "jsonld"),
        (AXIOS, "table", True, "json"),
        (AXIOS, "question", True, "json"),
        (WRAPPER, "table", True, "json"),
        (WRAPPER, "truth", True, "json"),
        ("application/turtle,text/turtle", "graph", True, "ttl"),
        (WRAPPER_N3, "graph", True, "ttl"),
        ("application/ld+json,application/x-json+ld", "graph", True, "jsonld"),
        (RDFLIB, "truth", False, "xml"),
        ("text/turtle, application/x-turtle, */*;q=0.1", "graph", True, "ttl"),
        ("application/ld+json, application/json;q=0.9, */*;q=0.1", "graph", True, "jsonld"),
        (OWL_API, "graph", True, "rdf"),
        (OWL_API, "list", True, "rdf"),
        (YASGUI, "table", True, "json"),
        (YASGUI, "graph", True, "ttl"),
        (YASGUI_GRAPH, "graph", True, "nt"),
        (COMUNICA, "table", True, "json"),
        (COMUNICA_GRAPH, "graph", True, "nq"),
        ("text/plain", "list", True, "txt"),
        ("text/plain, */*;q=0.1", "list", True, "txt"),
        ("text/plain, */*", "list", True, "txt"),
        ("text/plain;q=0, text/turtle", "list", True, "ttl"),
        ("text/plain;q=0, text/*", "list", True, "ttl"),
        ("text/plain;q=0", "list", True, None),
        ("text/plain", "graph", True, None),
        ("*/*", "list", True, "ttl"),
        ("*/turtle", "graph", True, "ttl"),
        ("TEXT/Turtle;q=0.2, */*;q=0.1", "graph", True, "ttl"),
        ("nonsense", "table", False, "json"),
        (";;,,", "table", False, "json"),
    ],
)
def test_the_header_leads_to_a_format(accept: str | None, kind: str, html: bool, expected: str | None) -> None:  # noqa: FBT001 - a table
    """Highest quality wins, then the more exact range, then our order; HTML only where named; nothing fits is None."""
    assert expected == choose(accept, kind, html=html)


@given(st.text(max_size=3000), st.sampled_from(["table", "truth", "graph"]))
def test_no_header_breaks_negotiation(accept: str, kind: str) -> None:
    """Whatever a client sends, the choice is a known format or None."""
    assert choose(accept, kind, html=True) in {
        "json",
        "xml",
        "csv",
        "tsv",
        "ttl",
        "nt",
        "jsonld",
        "rdf",
        "nq",
        "html",
        None,
    }


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["json"], "table", "json"),
        (["xml", "xml", "xml"], "graph", "rdf"),
        (["tsv", "text/tab-separated-values"], "table", "tsv"),
        (["turtle"], "graph", "ttl"),
        (["turtle"], "table", None),
        (["application/ld+json,application/x-json+ld"], "graph", "jsonld"),
        (["html"], "table", None),
        ([], "table", None),
    ],
)
def test_a_parameter_names_the_format(values: list[str], kind: str, expected: str | None) -> None:
    """A name, a media type or a list of them; a name that does not fit the kind is None."""
    assert expected == override(values, kind)


@pytest.mark.parametrize(
    ("values", "expected"), [(["html"], "html"), (["text/html", "html"], "html"), (["csv"], None), (["n3"], "ttl")]
)
def test_a_parameter_may_name_the_page(values: list[str], expected: str | None) -> None:
    """Where a page is a format like the others, its name is known."""
    assert expected == override(values, "graph", html=True)
    with pytest.raises(UnknownFormatError):
        override([*values, "html", "nt"], "graph", html=True)


@pytest.mark.parametrize("values", [["parquet"], ["csv", "json"]])
def test_an_unknown_or_divided_format_is_refused(values: list[str]) -> None:
    """A name that is none, or two that differ, is an error."""
    with pytest.raises(UnknownFormatError):
        override(values, "table")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://x/> { ?s ?p ?o } }",
        "SELECT * { OPTIONAL { SeRvIcE # here\n <http://x/> { ?s ?p ?o } } }",
    ],
)
def test_service_is_refused(query: str) -> None:
    """SERVICE is found in any case and at any depth."""
    assert "SERVICE" in str(refusal(query, 100))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service ?p 'SERVICE' }",
        'SELECT * { ?s ?p "SERVICE { }" } # SERVICE',
        "PREFIX service: <http://service/> SELECT * { ?s service:x <http://x/SERVICE> }",
    ],
)
def test_the_word_service_elsewhere_is_ordinary_text(query: str) -> None:
    """A variable, a string, a comment, a prefix or an IRI may hold the word."""
    assert refusal(query, 100) is None


@pytest.mark.parametrize(("depth", "refused"), [(100, False), (101, True), (50_000, True)])
def test_deep_nesting_is_refused(depth: int, refused: bool) -> None:  # noqa: FBT001 - a table
    """More than a hundred open brackets are not run."""
    assert refused == (refusal("ASK " + "{" * depth + "}" * depth, 100) is not None)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELECT ?s { ?s a fg:Record }", "Add PREFIX fg: <https://w3id.org/failuregraph/ontology#>."),
        ("SELECT ?s { ?s a zz:Record }", "Declare it: PREFIX zz: <…>."),
        ("INSERT DATA { <a:b> <a:b> <a:b> }", "This is an update; the endpoint is read-only."),
        ("PREFIX fg: <x:> SELECT ?s { ?s a fg:Record ", ""),
    ],
)
def test_text_that_does_not_parse_gets_one_suggestion(query: str, says: str) -> None:
    """The common cases are told what to write."""
    assert says == advice(query)
