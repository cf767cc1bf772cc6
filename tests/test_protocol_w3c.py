"""The SPARQL 1.1 Protocol as W3C tests it: twenty tests of queries pass, fourteen of updates are refused.

The suite itself is not in this repository: a checkout of w3c/rdf-tests that FAILUREGRAPH_RDF_TESTS names is run where
there is one.  What it tests is restated here as requests of our own, on the graphs of the test corpus.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import rdflib
from live import Reply, Server
from rdflib.collection import Collection
from rdflib.namespace import Namespace

from failuregraph.names import BASE

FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
BOOLEAN = frozenset({"application/sparql-results+json", "application/sparql-results+xml"})
TABULAR = BOOLEAN | {"text/csv", "text/tab-separated-values"}
RDF = frozenset({"text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"})
FORMATS = {"boolean": BOOLEAN, "tabular": TABULAR, "RDF": RDF}
#: Each names a record and the graph in which that record has its type.
ONE, TWO, THREE, NONE = (f"{BASE}record/FI-{number}" for number in ("9001", "9002", "9003", "0000"))
_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Request:
    """One request: the headers that stand here, the length of a body, and nothing else."""

    method: str
    target: str
    body: bytes | None = None
    content_type: str | None = None

    def sent(self, server: Server) -> Reply:
        """Return the reply on a connection of its own."""
        headers = {} if self.content_type is None else {"content_type": self.content_type}
        return server.send(self.method, self.target, self.body, **headers)


@dataclass(frozen=True)
class Expected:
    """What must come: one of these media types where it is an answer, and its truth where it has one."""

    accepted: bool = True
    types: frozenset[str] = field(default=BOOLEAN)
    truth: bool | None = None


YES = Expected(truth=True)
REFUSED = Expected(accepted=False)


def _get(*pairs: tuple[str, str]) -> Request:
    return Request("GET", f"/sparql/?{urlencode(pairs, quote_via=quote)}" if pairs else "/sparql/")


def _post(text: str, content_type: str | None, *pairs: tuple[str, str], encoding: str = "utf-8") -> Request:
    target = f"/sparql/?{urlencode(pairs, quote_via=quote)}" if pairs else "/sparql/"
    return Request("POST", target, text.encode(encoding), content_type)


def _default(*graphs: str) -> list[tuple[str, str]]:
    return [("default-graph-uri", graph) for graph in graphs]


def _named(*graphs: str) -> list[tuple[str, str]]:
    return [("named-graph-uri", graph) for graph in graphs]


def _typed(record: str, graph: str = "") -> str:
    pattern = f"<{record}> a ?{'kind' + record[-1]} ."
    return f"GRAPH ?{graph} {{ {pattern} }}" if graph else pattern


BOTH = f"ASK {{ {_typed(ONE)} {_typed(TWO)} }}"
BOTH_NAMED = f"ASK {{ {_typed(ONE, 'g')} {_typed(TWO, 'h')} }}"
MIXED = f"ASK {{ {_typed(THREE)} {_typed(ONE, 'g')} {_typed(TWO, 'h')} }}"

QUERIES: dict[str, tuple[Request, Expected]] = {
    "form": (_post("query=ASK%20%7B%20%7D", FORM, *_default(NONE)), YES),
    "default graphs by GET": (_get(("query", BOTH), *_default(ONE, TWO)), YES),
    "default graphs by POST": (_post(BOTH, QUERY, *_default(ONE, TWO)), YES),
    "named graphs by POST": (_post(BOTH_NAMED, QUERY, *_named(ONE, TWO)), YES),
    "named graphs by GET": (_get(("query", BOTH_NAMED), *_named(ONE, TWO)), YES),
    "default and named graphs": (_post(MIXED, QUERY, *_default(THREE), *_named(ONE, TWO)), YES),
    "graphs of the protocol win over FROM": (
        _post(BOTH_NAMED.replace("ASK", f"ASK FROM <{THREE}> FROM NAMED <{THREE}>"), QUERY, *_named(ONE, TWO)),
        YES,
    ),
    "GET": (_get(("query", "ASK { }"), *_default(NONE)), YES),
    "type of SELECT": (_post("SELECT (2 AS ?two) { }", QUERY, *_default(NONE)), Expected(types=TABULAR)),
    "type of ASK": (_post("ASK { }", QUERY, *_default(NONE)), Expected()),
    "type of DESCRIBE": (_post(f"DESCRIBE <{ONE}>", QUERY, *_default(NONE)), Expected(types=RDF)),
    "type of CONSTRUCT": (_post("CONSTRUCT { <a> <b> 2 } WHERE { }", QUERY, *_default(NONE)), Expected(types=RDF)),
    "body is the query": (_post("ASK { }", QUERY), YES),
    "method PUT": (Request("PUT", _get(("query", "ASK { }")).target, b"", FORM), REFUSED),
    "two queries": (_get(("query", "ASK { }"), ("query", "SELECT * { }")), REFUSED),
    "wrong media type": (_post("ASK { }", "text/plain"), REFUSED),
    "form without its type": (_post("query=ASK%20%7B%20%7D", None), REFUSED),
    "query without its type": (_post("ASK { }", None), REFUSED),
    "not UTF-8": (_post("ASK { }", f"{QUERY}; charset=UTF-16", encoding="utf-16"), REFUSED),
    "syntax": (_get(("query", "ASK {")), REFUSED),
}

_INSERT = f"INSERT {{ GRAPH <x:target> {{ ?s a <x:Thing> }} }} WHERE {{ <{ONE}> a ?kind . ?s a ?kind }}"
_ADD = f"CLEAR ALL ; INSERT DATA {{ GRAPH <{ONE}> {{ <{ONE}> a <x:Document> }} }} ; {_INSERT}"
UPDATES: dict[str, Request] = {
    "default graph": _post(_ADD, UPDATE, ("using-graph-uri", ONE)),
    "default graphs": _post(_ADD, UPDATE, ("using-graph-uri", ONE), ("using-graph-uri", TWO)),
    "named graphs": _post(_ADD, UPDATE, ("using-named-graph-uri", ONE), ("using-named-graph-uri", TWO)),
    "default and named graphs": _post(_ADD, UPDATE, ("using-graph-uri", ONE), ("using-named-graph-uri", TWO)),
    "form": _post("update=CLEAR%20ALL", FORM),
    "body is the update": _post("CLEAR ALL", UPDATE),
    "relative address": _post("CLEAR GRAPH <x:g> ; INSERT DATA { GRAPH <x:g> { <x:s> <x:p> <here> } }", UPDATE),
    "GET": _get(("update", "CLEAR ALL")),
    "two updates": _post("update=CLEAR%20DEFAULT&update=CLEAR%20ALL", FORM),
    "wrong media type": _post("CLEAR ALL", "text/plain"),
    "form without its type": _post("update=CLEAR%20ALL", None),
    "not UTF-8": _post("CLEAR ALL", f"{UPDATE}; charset=UTF-16", encoding="utf-16"),
    "syntax": _post("update=CLEAR%20EVERYTHING", FORM),
    "two data sets": _post(f"WITH <{ONE}> DELETE {{ ?s a ?c }} WHERE {{ ?s a ?c }}", UPDATE, ("using-graph-uri", TWO)),
}


def _content(server: Server) -> tuple[str, str]:
    """Return a digest of all statements with their graphs, asked so that no cache knows the answer."""
    query = f"SELECT * {{ GRAPH ?g {{ ?s ?p ?o }} }} #{next(_NUMBERS)}"
    reply = _post(query, QUERY, ("format", "tsv")).sent(server)
    assert 200 == reply.status
    lines = b"\n".join(sorted(reply.body.splitlines()))
    return hashlib.sha256(lines).hexdigest(), reply.headers["x-release"]


def _check(reply: Reply, expected: Expected) -> None:
    if not expected.accepted:
        assert 400 <= reply.status < 500
        assert len(reply.text) > 20
        return
    assert 200 <= reply.status < 400, reply.text
    assert reply.headers["content-type"].partition(";")[0] in expected.types
    if expected.truth is not None:
        assert json.loads(reply.text)["boolean"] is expected.truth


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_by_the_protocol(server: Server, name: str) -> None:
    """What the protocol allows is answered in a fitting type; what it forbids is refused with a reason."""
    request, expected = QUERIES[name]
    _check(request.sent(server), expected)


def test_data_sets_can_be_wrong(server: Server) -> None:
    """The data sets of these tests matter: with other graphs the answer is no."""
    for request in (
        _post(BOTH, QUERY, *_default(ONE)),
        _post(BOTH_NAMED, QUERY, *_named(ONE)),
        _post(MIXED, QUERY, *_default(ONE), *_named(TWO)),
        _post(BOTH_NAMED.replace("ASK", f"ASK FROM NAMED <{ONE}> FROM NAMED <{TWO}>"), QUERY, *_named(THREE)),
    ):
        _check(request.sent(server), Expected(truth=False))


@pytest.fixture(scope="module")
def before(server: Server) -> tuple[str, str]:
    """Return what the store held before any update was tried."""
    return _content(server)


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_by_the_protocol_is_refused(server: Server, before: tuple[str, str], name: str) -> None:
    """Whatever its form, an update is refused with a reason, and the store is as it was."""
    reply = UPDATES[name].sent(server)
    _check(reply, REFUSED)
    assert before == _content(server)


def test_a_well_formed_update_is_forbidden(server: Server) -> None:
    """403 says that the endpoint is read-only, in each of the two forms of an update."""
    replies = [UPDATES[name].sent(server) for name in ("form", "body is the update")]
    assert [403, 403] == [reply.status for reply in replies]
    assert [] == [reply.text for reply in replies if "read-only" not in reply.text]


# --- The suite itself, where there is a checkout ---

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
#: The suite's graphs hold one statement each: the type of a document with the name of its graph; so do ours.
_GRAPH = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
_OURS = f"{BASE}record/FI-900{{}}"
#: One test of the suite escapes the sign between two parameters and so names one graph with a strange name.
_ESCAPED = ("%26named-graph-uri%3D", "&named-graph-uri=")


def _manifest() -> Path | None:
    folder = os.environ.get("FAILUREGRAPH_RDF_TESTS")
    return Path(folder) / "sparql" / "sparql11" / "protocol" / "manifest.ttl" if folder else None


def _ours(text: str) -> str:
    """Return text of the suite with the graphs of the test corpus in place of its own."""
    for number in range(4):
        theirs, ours = _GRAPH.format(number), _OURS.format(number or 9)
        text = text.replace(theirs, ours).replace(quote(theirs, safe=""), quote(ours, safe=""))
    return text.replace(*_ESCAPED)


def _text(graph: rdflib.Graph, node: rdflib.term.Node | None, predicate: rdflib.URIRef) -> str:
    return str(next(graph.objects(node, predicate), "")) if node else ""


def _first(graph: rdflib.Graph, test: rdflib.term.Node) -> tuple[Request, Expected]:
    """Return the first request of a test; those after it ask what an update did."""
    action = graph.value(test, MF.action)
    requests = graph.value(action, HT.requests)
    assert requests is not None
    node = next(iter(Collection(graph, requests)))
    headers = graph.value(node, HT.headers)
    kinds = [
        _text(graph, each, HT.fieldValue)
        for each in (Collection(graph, headers) if headers else ())
        if _text(graph, each, HT.fieldName).lower() == "content-type"
    ]
    content = graph.value(node, HT.body)
    body = None if content is None else _ours(_text(graph, content, CNT.chars))
    encoding = _text(graph, content, CNT.characterEncoding)
    method, path = _text(graph, node, HT.methodName), _ours(_text(graph, node, HT.absolutePath))
    data = b"" if body is None and method == "PUT" else None if body is None else body.encode(encoding)
    return Request(method, path, data, kinds[0] if kinds else None), _wanted(graph, graph.value(node, HT.resp))


def _wanted(graph: rdflib.Graph, response: rdflib.term.Node | None) -> Expected:
    statuses = {str(each).rpartition("StatusCode")[2] for each in graph.objects(response, MF.expectedStatus)}
    truth = graph.value(response, MF.expectedBoolean)
    types = FORMATS.get(str(graph.value(response, MF.expectedFormat)), frozenset())
    return Expected("2xx" in statuses, types, None if truth is None else str(truth) == "true")


def _suite() -> Iterator[tuple[str, Request, Expected]]:
    manifest = _manifest()
    if manifest is None:
        return
    graph = rdflib.Graph().parse(manifest)
    entries = next(graph.objects(None, MF.entries))
    for test in Collection(graph, entries):
        yield (str(test).rpartition("#")[2], *_first(graph, test))


def test_the_suite_of_w3c(server: Server) -> None:
    """Each query test of the suite passes over HTTP, each update test is refused, and the store is as it was."""
    if _manifest() is None:
        pytest.skip("FAILUREGRAPH_RDF_TESTS is unset: it names a checkout of w3c/rdf-tests")
    before, wrong, passed = _content(server), {}, {"query": 0, "update": 0}
    for name, request, expected in _suite():
        kind = "update" if "update" in name else "query"
        try:
            _check(request.sent(server), expected if kind == "query" else REFUSED)
            passed[kind] += 1
        except AssertionError as error:
            wrong[name] = str(error)
    assert {} == wrong
    assert {"query": 20, "update": 14} == passed
    assert before == _content(server)
