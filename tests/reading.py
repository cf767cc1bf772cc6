"""Answers read back by parsers that are not the engine's: csv, json, ElementTree, rdflib."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from typing import NamedTuple

import rdflib
from rdflib.term import Identifier, Node
from rdflib.util import from_n3

from failuregraph.pages.linked.context import CONTEXT, published

__all__ = ["GRAPHS", "TABLES", "Term", "inlined", "rows", "statements"]

#: The formats of tables and of graphs, and for the latter what rdflib calls them.
TABLES = ("json", "xml", "csv", "tsv")
GRAPHS = {"ttl": "turtle", "nt": "nt", "jsonld": "json-ld", "rdf": "xml"}
_RESULTS = "{http://www.w3.org/2005/sparql-results#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_STRING = "http://www.w3.org/2001/XMLSchema#string"


class Term(NamedTuple):
    """A term as a result tells it; CSV tells the value alone."""

    value: str
    language: str = ""
    datatype: str = ""


def rows(name: str, body: bytes) -> list[list[Term]]:
    """Return the rows of a table, in the order of the columns in the answer; unbound is an empty term."""
    return {"json": _json, "xml": _xml, "csv": _csv, "tsv": _tsv}[name](body)


def statements(name: str, body: bytes) -> set[tuple[Node, Node, Node]]:
    """Return the statements of a graph; literals keep the form that they have in the answer."""
    body = inlined(body) if name == "jsonld" else body
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        return set(rdflib.Graph().parse(data=body, format=GRAPHS[name], publicID="http://example.org/"))
    finally:
        rdflib.NORMALIZE_LITERALS = before


def inlined(body: bytes) -> bytes:
    """Return JSON-LD with the published context in the place of its address, so that no parser fetches anything."""
    document = json.loads(body)
    if isinstance(document, dict) and document.get("@context") == CONTEXT:
        document["@context"] = json.loads(published())["@context"]
    return json.dumps(document).encode()


def _term(value: str, language: str | None, datatype: str | None) -> Term:
    return Term(value, (language or "").lower(), "" if datatype in (None, _STRING) else str(datatype))


def _json(body: bytes) -> list[list[Term]]:
    found = json.loads(body.decode("utf-8"))
    columns, empty = found["head"]["vars"], {"value": ""}
    cells = [[row.get(column, empty) for column in columns] for row in found["results"]["bindings"]]
    return [[_term(each["value"], each.get("xml:lang"), each.get("datatype")) for each in row] for row in cells]


def _xml(body: bytes) -> list[list[Term]]:
    root = ET.fromstring(body)  # noqa: S314 - an answer of our own
    columns = [str(each.get("name")) for each in root.iter(f"{_RESULTS}variable")]
    found = []
    for result in root.iter(f"{_RESULTS}result"):
        bound = {str(each.get("name")): each[0] for each in result}
        found.append([_element(bound.get(column)) for column in columns])
    return found


def _element(element: ET.Element | None) -> Term:
    if element is None:
        return Term("")
    return _term(element.text or "", element.get(_LANGUAGE), element.get("datatype"))


def _csv(body: bytes) -> list[list[Term]]:
    lines = list(csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True))
    return [[Term(cell) for cell in line] for line in lines[1:]]


def _tsv(body: bytes) -> list[list[Term]]:
    head, *lines = body.decode("utf-8").rstrip("\n").split("\n")
    width = len(head.split("\t"))
    cells = [line.split("\t") for line in lines]
    assert [] == [line for line in cells if len(line) != width]
    return [[_n3(cell) for cell in line] for line in cells]


def _n3(text: str) -> Term:
    """Return the term that a cell of TSV writes as Turtle does."""
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        found = from_n3(text) if text else None
    finally:
        rdflib.NORMALIZE_LITERALS = before
    if isinstance(found, rdflib.Literal):
        return _term(str(found), found.language, found.datatype)
    return Term(str(found)) if isinstance(found, Identifier) else Term("")
