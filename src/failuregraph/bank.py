"""The question bank as data: every stored question is a ``sh:SPARQLSelectExecutable`` in a graph of its own.

Derived from the files of the questions; there is no second description of the same header.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import BASE, CC_BY, GRAPH, NAMESPACES, RDF_TYPE, XSD
from failuregraph.query import Parameter, QueryFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.project import Project

__all__ = ["QUESTIONS", "bank_quads", "question_iri"]

#: The named graph of the bank.
QUESTIONS: Final = GRAPH + "questions"
_PREFIXES: Final = GRAPH + "prefixes"
_NUMBERS: Final = ("boolean", "date", "decimal", "integer", "string")


def question_iri(name: str) -> str:
    """Return the IRI of a question, which is the address of its page."""
    return f"{BASE}questions/{name}"


def bank_quads(project: Project) -> list[ox.Quad]:
    """Return the bank of a project as RDF, sorted; raises Unreadable for a header that is not TOML."""
    graph = ox.NamedNode(QUESTIONS)
    told = (triple for question in QueryFile.folder(project.answers) for triple in _question(question))
    return sorted((ox.Quad(t.subject, t.predicate, t.object, graph) for t in told), key=str)


def _question(question: QueryFile) -> Iterator[ox.Triple]:
    """Yield a question as SHACL's SPARQL executables are told (SHACL-AF, and the examples of SIB)."""
    iri = question_iri(question.name)
    yield _triple(iri, "rdf:type", _iri(NAMESPACES["sh"] + "SPARQLExecutable"))
    yield _triple(iri, "rdf:type", _iri(NAMESPACES["sh"] + "SPARQLSelectExecutable"))
    yield _triple(iri, "rdfs:label", ox.Literal(question.said("title"), language="en"))
    yield _triple(iri, "rdfs:comment", ox.Literal(question.said("question"), language="en"))
    yield _triple(iri, "dcterms:description", ox.Literal(question.said("description").strip(), language="en"))
    yield _triple(iri, "dcterms:license", _iri(CC_BY))
    yield _triple(iri, "schema:audience", ox.Literal(question.said("persona"), language="en"))
    yield _triple(iri, "sh:prefixes", _iri(_PREFIXES))
    yield _triple(iri, "sh:select", ox.Literal(question.body))
    for parameter in question.parameters:
        yield from _parameter(iri, parameter)


def _parameter(question: str, parameter: Parameter) -> Iterator[ox.Triple]:
    """Yield a parameter; its path ends in the name of the variable, as SHACL-AF §5.2 asks."""
    iri = f"{question}#{parameter.name}"
    yield _triple(question, "sh:parameter", _iri(iri))
    yield _triple(iri, "rdf:type", _iri(NAMESPACES["sh"] + "Parameter"))
    yield _triple(iri, "sh:path", _iri(iri))
    yield _triple(iri, "sh:name", ox.Literal(parameter.label, language="en"))
    yield _triple(iri, "sh:optional", ox.Literal(parameter.optional))
    if parameter.type in _NUMBERS:
        yield _triple(iri, "sh:datatype", _iri(XSD + parameter.type))
    else:
        yield _triple(iri, "sh:nodeKind", _iri(NAMESPACES["sh"] + "IRI"))
    for short, bound in (("sh:minInclusive", parameter.minimum), ("sh:maxInclusive", parameter.maximum)):
        if bound is not None:
            yield _triple(iri, short, ox.Literal(str(bound), datatype=_iri(XSD + parameter.type)))
    if parameter.default is not None:
        yield _triple(iri, "sh:defaultValue", parameter.term(parameter.default))


def _iri(text: str) -> ox.NamedNode:
    return ox.NamedNode(text)


def _triple(subject: str, short: str, value: ox.NamedNode | ox.Literal | ox.BlankNode) -> ox.Triple:
    prefix, _, local = short.partition(":")
    predicate = RDF_TYPE if short == "rdf:type" else NAMESPACES[prefix] + local
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), value)
