"""Hostile literals go through every format of an answer and come back from a parser that is not the engine's."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest
import rdflib
from live import Reply, Server
from reading import GRAPHS, TABLES, Term, rows, statements

from failuregraph.names import XSD

DIRECT = "application/sparql-query"
#: What a literal may hold that a format may trip over.
TEXTS = {
    "empty": "",
    "space": " ",
    "spaces-around": "  a  ",
    "double-quotes": 'say "no"',
    "single-quotes": "it's ''' so",
    "long-quotes": 'a """ b',
    "quote-at-end": 'end"',
    "newline": "one\ntwo",
    "newlines-only": "\n\n",
    "tab": "one\ttwo",
    "carriage-return": "one\rtwo",
    "line-end-of-two": "one\r\ntwo",
    "backslash": "C:\\new\\table\\",
    "backslash-n": '\\n\\t\\"',
    "markup": "<b>&amp;</b>",
    "ampersand": "a & b &#13; &lt;",
    "end-of-cdata": "a]]>b",
    "comment": "<!-- --> -->",
    "comma": "a,b,,c",
    "semicolon": "a;b",
    "formula": "=1+1",
    "formula-at": "@SUM(A1)",
    "plus-and-minus": "+1-1",
    "line-separator": "a\u2028b\u2029c",
    "next-line": "a\u0085b",
    "no-break-space": "a\u00a0b",
    "astral": "\U0001f600 \U00010348",
    "right-to-left": "\u05e9\u05dc\u05d5\u05dd \u202eabc\u202c",
    "combining": "e\u0301 \u0344",
    "zero-width": "a\u200bb\ufeffc",
    "private-use": "\ue000",
    "delete": "a\u007fb",
    "script": "</script><script>alert(1)</script>",
    "braces": "{{x}} ${y} %s %(z)s",
    "percent": "%0d%0a",
    "very-long": "abcdefghi\n" * 5_000,
}
TERMS = {
    **{name: Term(text) for name, text in TEXTS.items()},
    "language": Term("Zeit", "de"),
    "language-of-parts": Term("colour", "en-gb"),
    "language-with-newline": Term('a\n"b"', "ar"),
    "integer": Term("-7", "", XSD + "integer"),
    "decimal": Term("1.5", "", XSD + "decimal"),
    "boolean": Term("true", "", XSD + "boolean"),
    "date": Term("2024-02-29", "", XSD + "date"),
    "moment": Term("2024-02-29T12:00:00Z", "", XSD + "dateTime"),
    "own-type": Term('<a> "b"', "", "http://example.org/type"),
    "type-with-signs": Term("x", "", "http://example.org/a?b=c&d=e#f"),
    "not-of-its-type": Term("seven", "", XSD + "integer"),
}
#: XML 1.0 cannot hold these at all.
CONTROLS = ("\u0000", "\u0007", "\u000b", "\u001b", "\ufffe")


def _written(term: Term) -> str:
    """Return a term as a query writes it, with every character that is not a letter escaped."""
    text = "".join(each if each.isalnum() and each.isascii() else f"\\U{ord(each):08X}" for each in term.value)
    tail = f"@{term.language}" if term.language else f"^^<{term.datatype}>" if term.datatype else ""
    return f'"{text}"{tail}'


def _short(term: Term) -> str:
    """Return a term as ``_written`` does, or shorter where that would be too long for a query."""
    if len(term.value) < 1_000:
        return _written(term)
    return '"' + term.value.replace("\n", "\\n") + '"'


def _post(server: Server, query: str, form: str) -> Reply:
    return server.send("POST", f"/sparql?format={form}", query.encode(), content_type=DIRECT)


def _table(server: Server, term: Term, form: str) -> Reply:
    return _post(server, f"SELECT ?a ?x ?z {{ VALUES (?a ?x ?z) {{ (1 {_short(term)} 2) }} }}", form)


def _graph(server: Server, term: Term, form: str) -> Reply:
    return _post(server, f"CONSTRUCT {{ <x:s> <http://example.org/p> {_short(term)} }} WHERE {{}}", form)


@pytest.mark.parametrize("form", TABLES)
def test_every_literal_comes_back_from_a_table(server: Server, form: str) -> None:
    """Value, language and datatype are those that were asked for; CSV tells the value alone."""
    wrong = {}
    for name, term in TERMS.items():
        expected = Term(term.value) if form == "csv" else term
        found = rows(form, _table(server, term, form).body)
        if [[expected]] != [[row[1]] for row in found]:
            wrong[name] = found
    assert {} == wrong


@pytest.mark.parametrize("form", GRAPHS)
def test_every_literal_comes_back_from_a_graph(server: Server, form: str) -> None:
    """The one statement of the graph has the literal that was asked for."""
    wrong = {}
    for name, term in TERMS.items():
        found = [node for _, _, node in statements(form, _graph(server, term, form).body)]
        told = [(str(node), (node.language or "").lower()) for node in found if isinstance(node, rdflib.Literal)]
        types = {str(node.datatype or "") for node in found if isinstance(node, rdflib.Literal)} - {"", XSD + "string"}
        if [(term.value, term.language)] != told or types != ({term.datatype} - {""}):
            wrong[name] = found
    assert {} == wrong


@pytest.mark.parametrize("form", TABLES)
def test_many_literals_stay_in_their_rows(server: Server, form: str) -> None:
    """One answer with all short literals has one row for each, in order, whatever they hold."""
    terms = [term for term in TERMS.values() if len(term.value) < 1_000]
    values = " ".join(f"({place} {_written(term)})" for place, term in enumerate(terms))
    query = f"SELECT ?n ?x {{ VALUES (?n ?x) {{ {values} }} }} ORDER BY ?n"
    found = [row[1] for row in rows(form, _post(server, query, form).body)]
    assert [Term(each.value) if form == "csv" else each for each in terms] == found


@pytest.mark.parametrize("form", TABLES)
def test_unbound_and_empty_cells(server: Server, form: str) -> None:
    """An unbound cell leaves its place, so that the others keep theirs; CSV cannot tell it from an empty literal."""
    found = rows(form, _post(server, 'SELECT ?a ?b ?c { VALUES (?a ?b ?c) { (UNDEF "" "x") } }', form).body)
    assert [[Term(""), Term(""), Term("x")]] == found


def test_csv_is_what_the_recommendation_says(server: Server) -> None:
    """No byte order mark, lines end with CR LF, a formula stays as it is."""
    reply = _table(server, Term("=1+1"), "csv")
    assert "text/csv" == reply.headers["content-type"].partition(";")[0]
    assert b"a,x,z\r\n1,=1+1,2\r\n" == reply.body


def test_csv_for_spreadsheets_runs_no_formula(server: Server) -> None:
    """Csv-excel has a byte order mark, and an apostrophe before what a spreadsheet would run."""
    for sign in "=+-@":
        reply = _table(server, Term(f"{sign}1+1"), "csv-excel")
        assert 200 == reply.status
        assert reply.body.startswith(b"\xef\xbb\xbf")
        assert f"'{sign}1+1" == list(csv.reader(io.StringIO(reply.body.decode("utf-8-sig"))))[1][1]


@pytest.mark.parametrize("form", ["json", "csv", "tsv"])
@pytest.mark.parametrize("control", CONTROLS[1:], ids=ascii)
def test_a_control_character_comes_back(server: Server, form: str, control: str) -> None:
    """Formats that can hold a control character do."""
    found = rows(form, _table(server, Term(f"a{control}b"), form).body)
    assert [f"a{control}b"] == [row[1].value for row in found]


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_xml_that_would_be_ill_formed_is_refused(server: Server, control: str) -> None:
    """A literal with a control character is 406 in XML, with the names of other formats; never ill-formed XML."""
    term = Term(f"a{control}b")
    replies = [_table(server, term, "xml"), _graph(server, term, "rdf"), _post(server, _named(control), "xml")]
    assert [406, 406, 406] == [reply.status for reply in replies]
    assert [] == [reply.text for reply in replies if "json" not in reply.text.lower()]


def _named(control: str) -> str:
    """Return a query whose third row of many holds the character, so that it comes after good ones."""
    return f'SELECT ?x {{ VALUES ?x {{ "a" "b" "\\U{ord(control):08X}" "c" }} }}'


@pytest.mark.parametrize("local", ["1", "a/b#1", "a,b", "%41", ""])
def test_a_predicate_that_xml_cannot_name(server: Server, local: str) -> None:
    """RDF/XML with such a predicate is refused, or well-formed with the statement in it."""
    reply = _post(server, f"CONSTRUCT {{ <x:s> <http://example.org/{local}> 1 }} WHERE {{}}", "rdf")
    assert reply.status in {200, 406}
    if reply.status == 200:
        ET.fromstring(reply.body)  # noqa: S314 - an answer of our own
        assert [f"http://example.org/{local}"] == [str(each[1]) for each in statements("rdf", reply.body)]


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("truth", [True, False])
def test_yes_and_no(server: Server, form: str, *, truth: bool) -> None:
    """ASK says true or false in both formats that can."""
    body = _post(server, f"ASK {{ FILTER({str(truth).lower()}) }}", form).body
    if form == "json":
        assert json.loads(body)["boolean"] is truth
    else:
        said = ET.fromstring(body).findtext("{http://www.w3.org/2005/sparql-results#}boolean")  # noqa: S314 - our own
        assert str(truth).lower() == said


@pytest.mark.parametrize("form", [*TABLES, *GRAPHS])
def test_the_body_is_what_the_header_says(server: Server, form: str) -> None:
    """The media type is that of the format, and length and body agree."""
    reply = _table(server, Term("a"), form) if form in TABLES else _graph(server, Term("a"), form)
    types = {"json": "application/sparql-results+json", "xml": "application/sparql-results+xml", "csv": "text/csv"}
    types |= {"tsv": "text/tab-separated-values", "ttl": "text/turtle", "nt": "application/n-triples"}
    types |= {"jsonld": "application/ld+json", "rdf": "application/rdf+xml"}
    assert types[form] == reply.headers["content-type"].partition(";")[0]
    assert str(len(reply.body)) == reply.headers["content-length"]
