"""VoID: the data set as a whole with its partitions, and one data set for each named graph.

The data graphs alone are counted.  Graphs that only describe (questions, prefixes, ontology, shapes, VoID and DCAT)
are part of the default graph of the endpoint and have a data set of their own, but none of the counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.bank import QUESTIONS
from failuregraph.catalog.counting import Partition, Size, classes_of, partitions, property_sizes, size
from failuregraph.catalog.linksets import linksets
from failuregraph.catalog.saying import ABSTRACT, DATASET, DCAT, VOID, iri, of_graph, part, say, text
from failuregraph.names import BASE, CC_BY, ENDPOINT, GRAPH, NAMESPACES, ONTOLOGY, SHAPES, XSD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from failuregraph.dumps import Dump

__all__ = ["DEFAULT_GRAPH", "DESCRIBING", "SERVED", "Dates", "dates", "is_data", "void"]

#: The graphs that describe, and are not counted.
DESCRIBING: Final = frozenset(
    {DCAT, GRAPH + "prefixes", ONTOLOGY, QUESTIONS, SHAPES, SHAPES + "/imported", VOID},
)
#: What the service serves: its data set, and the union that is its default graph.
SERVED: Final = VOID + "#served"
DEFAULT_GRAPH: Final = VOID + "#default-graph"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_DATED: Final = frozenset(iri(name) for name in ("dcterms:created", "dcterms:modified", "fg:indexedDate"))
_EXAMPLES: Final = 3
_INCIDENT: Final = iri("fg:Incident")
Graphs = dict[str, list[ox.Triple]]


@dataclass(frozen=True)
class Dates:
    """When the ontology was made, and the latest day that a source states for what it says; empty where none does."""

    issued: str
    modified: str

    def said(self, subject: str) -> Iterator[ox.Triple]:
        """Yield both dates of a subject."""
        for name, value in (("dcterms:issued", self.issued), ("dcterms:modified", self.modified)):
            if value:
                yield say(subject, name, ox.Literal(value, datatype=ox.NamedNode(XSD + "date")))


def dates(quads: Collection[ox.Quad]) -> Dates:
    """Return the dates of a release, from its statements alone."""
    found = [
        (quad.subject, quad.predicate, quad.object.value)
        for quad in quads
        if quad.predicate.value in _DATED
        if isinstance(quad.object, ox.Literal) and quad.object.datatype.value == XSD + "date"
    ]
    created = ox.NamedNode(iri("dcterms:created"))
    made = [day for subject, name, day in found if subject == ox.NamedNode(ONTOLOGY) and name == created]
    return Dates(min(made, default=""), max((day for _, _, day in found), default=""))


def is_data(graph: str) -> bool:
    """Say whether a named graph holds data, which VoID counts."""
    return graph not in DESCRIBING


def void(graphs: Graphs, dumps: Sequence[Dump], when: Dates) -> list[ox.Triple]:
    """Return the VoID description of the named graphs of a release, that of its own graph included."""
    data = {triple for name, triples in graphs.items() if is_data(name) for triple in triples}
    licences = _licences(dumps)
    told = [
        *_head(when, dumps[-1].licence),
        *_whole(data),
        *linksets(data),
        *_service(),
        *(t for name in sorted({*graphs, VOID}) for t in _graph(name, graphs.get(name), licences.get(name, CC_BY))),
    ]
    # One statement more says how many there are in the graph of this description itself.
    own = say(of_graph("graph", VOID), "void:triples", len(set(told)) + 1)
    return sorted({*told, own}, key=str)


def _licences(dumps: Collection[Dump]) -> dict[str, str]:
    """Return named graph → licence; what is derived from everything has that of the last dump."""
    names = ((dump, {quad.graph_name for quad in dump.quads}) for dump in dumps)
    return {name.value: dump.licence for dump, found in names for name in found if isinstance(name, ox.NamedNode)}


def _head(when: Dates, licence: str) -> Iterator[ox.Triple]:
    yield say(VOID, "a", "void:DatasetDescription")
    yield say(VOID, "dcterms:title", text("VoID description of Failure Graph"))
    yield say(VOID, "foaf:primaryTopic", DATASET)
    yield say(DATASET, "a", "void:Dataset")
    yield say(DATASET, "dcterms:title", text("Failure Graph"))
    yield say(DATASET, "dcterms:description", text(ABSTRACT))
    yield say(DATASET, "dcterms:license", licence)
    # Only an agent has a home page: two things that share one would be one thing.
    yield say(DATASET, "foaf:page", BASE)
    yield say(DATASET, "void:uriSpace", ox.Literal(BASE))
    yield say(DATASET, "void:sparqlEndpoint", ENDPOINT)
    for name in ("Turtle", "N-Triples", "N-Quads", "JSON-LD", "RDF_XML"):
        yield say(DATASET, "void:feature", _FORMATS + name)
    yield from when.said(DATASET)


def _whole(data: Collection[ox.Triple]) -> Iterator[ox.Triple]:
    types = classes_of(data)
    found, properties = partitions(data, types), property_sizes(data)
    yield from _size(DATASET, size(data))
    for vocabulary in _vocabularies([*found, *properties]):
        yield say(DATASET, "void:vocabulary", vocabulary)
    incidents = (node.value for node, kinds in types.items() if isinstance(node, ox.NamedNode) and _INCIDENT in kinds)
    for example in sorted(incidents)[:_EXAMPLES]:
        yield say(DATASET, "void:exampleResource", example)
    for name, counted in properties.items():
        node = part(DATASET, "property", name)
        yield from _partition(DATASET, "void:propertyPartition", node, ("void:property", name))
        yield say(node, "void:triples", counted.triples)
        yield say(node, "void:distinctSubjects", counted.subjects)
        yield say(node, "void:distinctObjects", counted.objects)
    for name, partition in found.items():
        yield from _class(name, partition)


def _class(name: str, partition: Partition) -> Iterator[ox.Triple]:
    node = part(DATASET, "class", name)
    yield from _partition(DATASET, "void:classPartition", node, ("void:class", name))
    yield say(node, "void:entities", partition.entities)
    for key, count in sorted(partition.properties.items()):
        inner = part(node, "property", key)
        yield from _partition(node, "void:propertyPartition", inner, ("void:property", key))
        yield say(inner, "void:triples", count)
    for kind, ends in (("void:class", partition.classes), ("void-ext:datatype", partition.datatypes)):
        for (key, end), count in sorted(ends.items()):
            inner = part(node, "property", key)
            last = part(inner, kind.partition(":")[2], end)
            yield from _partition(inner, f"{kind}Partition", last, (kind, end))
            yield say(last, "void:triples", count)


def _partition(parent: str, link: str, node: str, stated: tuple[str, str]) -> Iterator[ox.Triple]:
    yield say(parent, link, node)
    yield say(node, "a", "void:Dataset")
    yield say(node, *stated)


def _size(node: str, counted: Size) -> Iterator[ox.Triple]:
    yield say(node, "void:triples", counted.triples)
    yield say(node, "void:entities", counted.entities)
    yield say(node, "void:classes", counted.classes)
    yield say(node, "void:properties", counted.properties)
    yield say(node, "void:distinctSubjects", counted.subjects)
    yield say(node, "void:distinctObjects", counted.objects)


def _vocabularies(terms: Collection[str]) -> list[str]:
    """Return the vocabularies of classes and properties; ours is the ontology."""
    spaces: Mapping[str, str] = {space: ONTOLOGY if prefix == "fg" else space for prefix, space in NAMESPACES.items()}
    return sorted({spaces[space] for space in spaces if any(term.startswith(space) for term in terms)})


def _service() -> Iterator[ox.Triple]:
    """Yield what the endpoint serves: a data set whose default graph is the union of all its named graphs."""
    yield say(SERVED, "a", "sd:Dataset")
    yield say(SERVED, "sd:defaultGraph", DEFAULT_GRAPH)
    yield say(DEFAULT_GRAPH, "a", "sd:Graph")
    yield say(DEFAULT_GRAPH, "a", "void:Dataset")
    yield say(
        DEFAULT_GRAPH, "dcterms:description", text("The union of all named graphs, those that describe included.")
    )
    yield say(DEFAULT_GRAPH, "void:subset", DATASET)


def _graph(name: str, triples: Collection[ox.Triple] | None, licence: str) -> Iterator[ox.Triple]:
    named, node = of_graph("named", name), of_graph("graph", name)
    yield say(SERVED, "sd:namedGraph", named)
    yield say(named, "a", "sd:NamedGraph")
    yield say(named, "sd:name", name)
    yield say(named, "sd:graph", node)
    yield say(node, "a", "sd:Graph")
    yield say(node, "a", "void:Dataset")
    yield say(node, "dcterms:license", licence)
    yield say(DATASET if is_data(name) else DEFAULT_GRAPH, "void:subset", node)
    if triples is not None:
        yield from _size(node, size(set(triples)))
