"""Statements as they are written down: subject, prefixed name, value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pyoxigraph as ox

from failuregraph.names import BASE, GRAPH, NAMESPACES, RDF_TYPE, shorten

if TYPE_CHECKING:
    from failuregraph.store import Term

__all__ = ["ABSTRACT", "DATASET", "DCAT", "VOID", "iri", "of_graph", "part", "say", "text"]

#: The named graphs of the two descriptions, and the data set that both describe.
VOID: Final = GRAPH + "void"
DCAT: Final = GRAPH + "dcat"
DATASET: Final = VOID + "#dataset"
ABSTRACT: Final = "A knowledge graph of AI incidents, the organisations in them and the ways in which they failed."


def say(subject: str, predicate: str, value: Term | int | str) -> ox.Triple:
    """Return a statement; ``a`` stands for rdf:type, text is an IRI or a prefixed name, a number an integer.

    >>> print(say(DATASET, "void:triples", 3).predicate)
    <http://rdfs.org/ns/void#triples>
    """
    found = value if isinstance(value, ox.NamedNode | ox.Literal | ox.BlankNode) else _value(value)
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(RDF_TYPE if predicate == "a" else iri(predicate)), found)


def _value(value: int | str) -> ox.Literal | ox.NamedNode:
    return ox.Literal(value) if isinstance(value, int) else ox.NamedNode(iri(value))


def iri(name: str) -> str:
    """Return the IRI for a prefixed name; what has no prefix of ours is an IRI already."""
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix] + local if prefix in NAMESPACES and not local.startswith("//") else name


def text(value: str) -> ox.Literal:
    """Return English text."""
    return ox.Literal(value, language="en")


def part(parent: str, kind: str, name: str) -> str:
    """Return the IRI of a part of a data set: ``#class=fg:Incident``, and ``&property=…`` below it."""
    mark = "#" if parent == DATASET else "&"
    return f"{VOID if parent == DATASET else parent}{mark}{kind}={quote(shorten(name), safe=':')}"


def of_graph(kind: str, name: str) -> str:
    """Return the IRI of what describes a named graph: its data set (``graph``) or its place (``named``)."""
    return f"{VOID}#{kind}={quote(name.removeprefix(BASE), safe='/')}"
