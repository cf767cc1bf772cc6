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
        ("nonsense", "table", False, "json"),
        (";;,,", "table", False, "json"),
    ],
)
def test_the_header_leads_to_a_format(accept: str | None, kind: str, html: bool, expected: str | None) -> None:  # noqa: FBT001 - a table
    """Highest quality wins, then our order; HTML only where it is named; nothing fits is None."""
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
        ("SELECT ?s { ?s a zz:Record }", "The prefix zz: is not declared."),
        ("INSERT DATA { <a:b> <a:b> <a:b> }", "This is an update; the endpoint is read-only."),
        ("PREFIX fg: <x:> SELECT ?s { ?s a fg:Record ", ""),
    ],
)
def test_text_that_does_not_parse_gets_one_suggestion(query: str, says: str) -> None:
    """The common cases are told what to write."""
    assert says == advice(query)
