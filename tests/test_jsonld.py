"""JSON-LD documents: one tree each, with a published context that never changes, and exactly what the Turtle says."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox
import pytest
from reading import inlined, statements

from failuregraph.errors import Unsupported
from failuregraph.names import BASE, FG, ONTOLOGY, SHAPES, XSD
from failuregraph.pages.linked.context import CONTEXT, Context, derive, published, text_of
from failuregraph.pages.linked.jsonld import write_tree
from failuregraph.pages.linked.signposts import main_of
from failuregraph.pages.site import Site
from failuregraph.serve.app import Service
from failuregraph.serve.asking import ask

#: Version 1 is kept by caches and clients for good: what differs from it is version 2, in a file of its own.
V1 = "70dc154a779fa634a713c2d5bca563e2f1328f7403c7c77cb2e8eed464a7954c"
#: Terms of version 1 whose property no shape checks any more: in old documents they mean what they meant.
LEFT = {"rights"}
NODE, OTHER = ox.NamedNode(BASE + "record/X"), ox.NamedNode(BASE + "incident/X")


def test_the_context_never_changes() -> None:
    """Version 1 has the bytes that were published."""
    assert V1 == hashlib.sha256(published("v1")).hexdigest()


def test_the_context_is_what_ontology_and_shapes_give(real_site: Site) -> None:
    """Each of its terms means today what it meant when it was published; later terms wait for the next version."""
    shapes = real_site.release.graphs()
    derived = derive(real_site.graphs[ONTOLOGY], [*shapes[SHAPES], *shapes[SHAPES + "/imported"]])["@context"]
    kept = json.loads(published("v1"))["@context"]
    assert {} == {name: derived.get(name) for name in kept if derived.get(name) != kept[name] and name not in LEFT}
    assert set() == LEFT & set(derived)
    assert text_of({"@context": {name: derived.get(name, kept[name]) for name in kept}}) == published("v1")


def test_no_term_has_two_meanings() -> None:
    """No prefix is a term, no two terms are one property, and no term looks like a keyword."""
    context = json.loads(published())["@context"]
    read = Context.read({"@context": context})
    names = {*read.prefixes, *read.types.values(), *(key.name for key in read.keys.values())}
    assert len(context) - 1 == len(names) == len(read.prefixes) + len(read.types) + len(read.keys)
    assert {"severity", "source", "Record", "mode", "skos"} <= names


def test_every_document_says_what_its_graph_says(real_site: Site) -> None:
    """Expanded with the published context, each has the statements of its graph, no more and no fewer."""
    wrong = []
    for name, triples in real_site.graphs.items():
        body = inlined(write_tree(triples, main_of(name.removeprefix(BASE))))
        back = (quad.triple for quad in ox.parse(body, ox.RdfFormat.JSON_LD))
        if _canonical(back) != _canonical(triples):
            wrong.append(name)
    assert [] == wrong
    assert len(real_site.graphs) > 800


SAMPLE = [
    "record/FG-0055",
    "record/FI-0351",
    "doc/organisation/meta",
    "mode",
    "graph/dcat",
    "problem",
    "doc/control/prism",
]


@pytest.mark.parametrize("path", SAMPLE)
def test_another_parser_reads_the_same(real_site: Site, path: str) -> None:
    """What rdflib makes of the tree is what it makes of the N-Triples."""
    triples = real_site.graphs[BASE + path]
    lines = bytes(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
    assert statements("nt", lines) == statements("jsonld", write_tree(triples, main_of(path)))


def test_a_record_is_one_tree(real_site: Site) -> None:
    """The incident stands in its record and its parts in the incident: steps in path order, sources in theirs."""
    record = _tree(real_site, "record/FG-0055")
    incident = record["primaryTopic"]
    assert [CONTEXT, "Record", "FG-0055"] == [record["@context"], record["@type"], record["identifier"]]
    assert BASE + "incident/FG-0055" == incident["@id"]
    for name in ("observedStep", "source"):
        orders = [part["order"] for part in incident[name]]
        assert sorted(orders) == orders
        assert len(orders) > 2
    assert all("@type" in part for part in incident["involvement"])
    assert "@included" not in record


def test_every_record_is_one_tree(real_site: Site) -> None:
    """Nothing of a record stands beside its root."""
    paths = [name.removeprefix(BASE) for name in real_site.graphs if name.startswith(BASE + "record/")]
    assert [] == [path for path in paths if {"@included", "@graph"} & _tree(real_site, path).keys()]
    assert len(paths) > 100


def test_a_scheme_has_itself_at_the_root(real_site: Site) -> None:
    """Its concepts are included beside it, each on its own."""
    scheme = _tree(real_site, "severity")
    assert BASE + "severity" == scheme["@id"]
    assert {BASE + "severity"} == {concept["inScheme"] for concept in scheme["@included"]}


def test_two_writings_are_the_same_bytes(real_site: Site) -> None:
    """The order of the statements changes nothing."""
    for path in ("record/FG-0055", "shapes"):
        triples = real_site.graphs[BASE + path]
        assert write_tree(triples, main_of(path)) == write_tree(list(reversed(triples)), main_of(path))


def _typed(value: str, kind: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(XSD + kind))


AWKWARD = '</script>\u2028"\\'
OUTSIDE = "https://example.org/p"
VALUES = [
    (FG + "rank", _typed("7", "integer"), "rank", 7),
    (FG + "rank", _typed("007", "integer"), "rank", "007"),
    (FG + "rank", ox.Literal("7"), "rank", {"@value": "7"}),
    (FG + "rank", _typed("7.0", "decimal"), "rank", {"@type": "xsd:decimal", "@value": "7.0"}),
    (FG + "value", _typed("7", "integer"), "value", {"@type": "xsd:integer", "@value": "7"}),
    (FG + "value", _typed("1.50", "decimal"), "value", "1.50"),
    (FG + "text", ox.Literal("hi", language="en"), "text", "hi"),
    (FG + "text", ox.Literal("hej", language="sv"), "text", {"@language": "sv", "@value": "hej"}),
    (FG + "text", ox.Literal("hi"), "text", {"@value": "hi"}),
    (FG + "text", ox.Literal(AWKWARD), "text", {"@value": AWKWARD}),
    (FG + "severity", ox.Literal("high"), "severity", {"@value": "high"}),
    (FG + "severity", ox.NamedNode(BASE + "severity#high"), "severity", BASE + "severity#high"),
    (FG + "currency", ox.Literal("EUR"), "currency", "EUR"),
    (FG + "currency", _typed("1", "integer"), "currency", 1),
    (FG + "currency", ox.NamedNode(OUTSIDE), "currency", {"@id": OUTSIDE}),
    (FG + "incidentDate", _typed("2021", "gYear"), "incidentDate", {"@type": "xsd:gYear", "@value": "2021"}),
    (FG + "sourceListComplete", _typed("true", "boolean"), "sourceListComplete", True),
    (FG + "sourceListComplete", _typed("1", "boolean"), "sourceListComplete", "1"),
    (FG + "source", ox.NamedNode(BASE + "x"), "source", [BASE + "x"]),
    (FG + "notThereYet", ox.Literal("x"), "fg:notThereYet", "x"),
    (OUTSIDE, ox.Literal("x"), OUTSIDE, "x"),
    (OUTSIDE, _typed("9" * 40, "integer"), OUTSIDE, {"@type": "xsd:integer", "@value": "9" * 40}),
]


@pytest.mark.parametrize(("predicate", "value", "key", "written"), VALUES)
def test_a_value_is_as_short_as_its_key_allows(
    predicate: str, value: ox.Literal | ox.NamedNode, key: str, written: object
) -> None:
    """A value that the key says all of stands alone, any other says what it is; both read back the same."""
    triple = ox.Triple(NODE, ox.NamedNode(predicate), value)
    body = write_tree([triple], NODE.value)
    told = json.loads(body)[key]
    assert (written, type(written)) == (told, type(told))
    assert [triple] == [quad.triple for quad in ox.parse(inlined(body), ox.RdfFormat.JSON_LD)]


ODD = {
    "a cycle": "<a:1> <a:p> <a:2> . <a:2> <a:p> <a:1> .",
    "a loop": "<a:1> <a:p> <a:1> .",
    "two that share": "<a:1> <a:p> _:x . <a:2> <a:p> _:x . _:x <a:q> 1 .",
    "blanks in a circle": "_:x <a:p> _:y . _:y <a:p> _:x .",
    "a list": "<a:1> <a:p> ( 1 <a:2> [ <a:q> 'x' ] ) .",
    "an empty list": "<a:1> <a:p> () .",
    "a list of lists": "<a:1> <a:p> ( ( 1 ) () ( 2 3 ) ) .",
    "a shared list": "<a:1> <a:p> _:l . <a:2> <a:p> _:l . _:l " + "<{0}first> 1 ; <{0}rest> <{0}nil> .",
    "a list with a note": "<a:1> <a:p> _:l . _:l <{0}first> 1 ; <{0}rest> <{0}nil> ; <a:q> 2 .",
    "a list without an end": "<a:1> <a:p> _:l . _:l <{0}first> 1 .",
    "a list of two firsts": "<a:1> <a:p> _:l . _:l <{0}first> 1 , 2 ; <{0}rest> <{0}nil> .",
    "a type that is text": "<a:1> a 'x' .",
    "a type that has facts": "<a:1> a <a:2> . <a:2> a <a:3> ; <a:p> 1 .",
    "a blank type": "<a:1> a _:x . _:x <a:p> 1 .",
    "no statement": "",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("main", ["a:1", "a:none"])
def test_odd_graphs_come_back(text: str, main: str) -> None:
    """Cycles, shared blank nodes and broken lists lose nothing."""
    turtle = text.replace("{0}", "http://www.w3.org/1999/02/22-rdf-syntax-ns#")
    triples = [quad.triple for quad in ox.parse(turtle, ox.RdfFormat.TURTLE)]
    back = ox.parse(inlined(write_tree(triples, main)), ox.RdfFormat.JSON_LD)
    assert _canonical(triples) == _canonical(quad.triple for quad in back)


def test_what_the_context_would_change_is_refused() -> None:
    """An IRI whose scheme is a prefix would mean something else."""
    with pytest.raises(Unsupported, match="mode:x"):
        write_tree([ox.Triple(NODE, ox.NamedNode(FG + "source"), ox.NamedNode("mode:x"))], NODE.value)
    with pytest.raises(Unsupported, match="statements about statements"):
        write_tree([ox.Triple(NODE, ox.NamedNode(FG + "source"), ox.Triple(NODE, OTHER, OTHER))], NODE.value)


def test_the_context_is_served_for_good(corpus_service: Service) -> None:
    """Its address has a version and is kept for a year; those without one lead to it."""
    reply = asyncio.run(ask(corpus_service, "/context/v1.jsonld", "*/*"))
    assert (200, "application/ld+json", published("v1")) == (reply.status, reply.media_type, reply.body)
    assert "public, max-age=31536000, immutable" == reply.headers["cache-control"]
    for path in ("/context", "/context.jsonld"):
        found = asyncio.run(ask(corpus_service, path, "application/ld+json"))
        assert (302, "/context/v1.jsonld") == (found.status, found.headers["location"])
    assert 404 == asyncio.run(ask(corpus_service, "/context/v9.jsonld", "*/*")).status


def test_a_document_names_the_context_and_holds_no_other(corpus_service: Service) -> None:
    """What is served is the tree; no other address is named for a context anywhere in it."""
    reply = asyncio.run(ask(corpus_service, "/record/FI-9003.jsonld", "*/*"))
    contexts = [value for name, value in _members(json.loads(reply.body)) if name == "@context"]
    assert [BASE + "context/v1.jsonld"] == contexts


def _members(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON
    """Yield every member of every object."""
    if isinstance(value, dict):
        yield from value.items()
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _members(each)


def _tree(site: Site, path: str) -> dict[str, Any]:
    found = json.loads(write_tree(site.graphs[BASE + path], main_of(path)))
    assert isinstance(found, dict)
    return found


def _canonical(triples: Iterable[ox.Triple]) -> ox.Dataset:
    found = ox.Dataset(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found
