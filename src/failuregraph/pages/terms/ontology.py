"""The page of the ontology: every class and property with what it means, what checks it, and where it is used."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.catalog.saying import DATASET, VOID
from failuregraph.names import BASE, FG, GRAPH, NAMESPACES, ONTOLOGY, RDF_TYPE, SHAPES, shorten
from failuregraph.pages.document import Document, Link, link_to
from failuregraph.pages.terms.constraints import Shapes
from failuregraph.pages.terms.diagram import Box, Drawing, drawing
from failuregraph.pages.things.thing import Fact, facts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from failuregraph.pages.site import Site
    from failuregraph.pages.terms.constraints import PropertyShape
    from failuregraph.pages.things.matches import Match

__all__ = ["OntologyPage", "Prefix", "Term", "ontology_page"]

_KINDS: Final = {
    NAMESPACES["owl"] + "Class": "Class",
    NAMESPACES["owl"] + "ObjectProperty": "Property that leads to a thing",
    NAMESPACES["owl"] + "DatatypeProperty": "Property that has a value",
    NAMESPACES["owl"] + "AnnotationProperty": "Property of notes",
}
_GROUPS: Final = ("Classes", "Properties that lead to things", "Properties that have values", "Properties of notes")
#: What the page says of a term in its own way.
_TOLD: Final = (
    "skos:definition",
    "skos:scopeNote",
    "skos:example",
    "rdfs:subClassOf",
    "rdfs:subPropertyOf",
    "rdfs:domain",
    "rdfs:range",
    "rdfs:isDefinedBy",
    "owl:inverseOf",
    "owl:deprecated",
    "dcterms:isReplacedBy",
    "dcterms:created",
    "vs:term_status",
)
_SAMPLES: Final = 3


@dataclass(frozen=True)
class Term:
    """A class or a property; ``used`` is None where this release does not count it."""

    local: str
    kind: str
    label: str
    definition: str
    scope: tuple[str, ...]
    examples: tuple[str, ...]
    broader: tuple[Link, ...]
    narrower: tuple[Link, ...]
    domains: tuple[Link, ...]
    ranges: tuple[Link, ...]
    inverses: tuple[Link, ...]
    has: tuple[Link, ...]
    leads: tuple[Link, ...]
    used: int | None
    samples: tuple[Link, ...]
    constraints: tuple[PropertyShape, ...]
    introduced: str
    status: str
    deprecated: bool
    replaced: tuple[Link, ...]
    matches: tuple[Match, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Prefix:
    """A prefix and its namespace."""

    prefix: str
    namespace: str


@dataclass(frozen=True)
class OntologyPage:
    """Everything that the page of the ontology shows."""

    title: str
    iri: str
    description: str
    scope: tuple[str, ...]
    facts: tuple[Fact, ...]
    groups: tuple[tuple[str, tuple[Term, ...]], ...]
    drawing: Drawing
    prefixes: tuple[Prefix, ...]
    path: str


def ontology_page(site: Site) -> OntologyPage:
    """Return the view of the ontology of a release."""
    doc = Document(site.graphs[ONTOLOGY], site.labels)
    terms = _Terms(site, doc).all()
    kinds = tuple(_KINDS.values())
    groups = tuple((name, tuple(t for t in terms if t.kind == kind)) for name, kind in zip(_GROUPS, kinds, strict=True))
    return OntologyPage(
        doc.text(ONTOLOGY, "dcterms:title"),
        ONTOLOGY,
        doc.text(ONTOLOGY, "dcterms:description"),
        tuple(doc.texts(ONTOLOGY, "skos:scopeNote")),
        facts_of(doc, ONTOLOGY, "dcterms:title", "dcterms:description", "skos:scopeNote"),
        tuple((name, found) for name, found in groups if found),
        drawing(_boxes(site, terms)),
        _prefixes(site),
        ONTOLOGY.removeprefix(BASE),
    )


class _Terms:
    """The terms of the ontology, with what the rest of the graph says of them, read once."""

    def __init__(self, site: Site, doc: Document) -> None:
        self._site, self._doc = site, doc
        self._counts = _counts(site)
        self._samples = _samples(site)
        self._constraints = _constraints(site)
        self._back: dict[tuple[str, str], list[str]] = defaultdict(list)
        for subject in doc.subjects:
            for name in ("rdfs:domain", "rdfs:range", "rdfs:subClassOf", "rdfs:subPropertyOf", "owl:inverseOf"):
                for term in doc.terms(subject, name):
                    self._back[name, term.value].append(subject)

    def all(self) -> list[Term]:
        found = [self._term(subject) for subject in self._doc.subjects if subject.startswith(FG)]
        return sorted(found, key=lambda term: (term.label.casefold(), term.local))

    def _term(self, iri: str) -> Term:
        doc = self._doc
        return Term(
            local=iri.removeprefix(FG),
            kind=next(_KINDS[term.value] for term in doc.terms(iri, "rdf:type") if term.value in _KINDS),
            label=doc.text(iri, "rdfs:label"),
            definition=doc.text(iri, "skos:definition"),
            scope=tuple(doc.texts(iri, "skos:scopeNote")),
            examples=tuple(doc.texts(iri, "skos:example")),
            broader=self._links(iri, "rdfs:subClassOf", "rdfs:subPropertyOf"),
            narrower=self._links_back(iri, "rdfs:subClassOf", "rdfs:subPropertyOf"),
            domains=self._links(iri, "rdfs:domain"),
            ranges=self._links(iri, "rdfs:range"),
            inverses=self._inverses(iri),
            has=self._links_back(iri, "rdfs:domain"),
            leads=self._links_back(iri, "rdfs:range"),
            used=self._counts.get(iri),
            samples=self._samples.get(iri, ()),
            constraints=tuple(self._constraints.get(iri, ())),
            introduced=doc.text(iri, "dcterms:created"),
            status=doc.text(iri, "vs:term_status"),
            deprecated=doc.text(iri, "owl:deprecated") == "true",
            replaced=self._links(iri, "dcterms:isReplacedBy"),
            matches=self._site.matches.of(iri),
            facts=facts_of(doc, iri, *_TOLD),
        )

    def _links(self, iri: str, *names: str) -> tuple[Link, ...]:
        return _linked(self._site, (term.value for name in names for term in self._doc.terms(iri, name)))

    def _links_back(self, iri: str, *names: str) -> tuple[Link, ...]:
        return _linked(self._site, (each for name in names for each in self._back.get((name, iri), ())))

    def _inverses(self, iri: str) -> tuple[Link, ...]:
        return tuple(dict.fromkeys(self._links(iri, "owl:inverseOf") + self._links_back(iri, "owl:inverseOf")))


def _linked(site: Site, iris: Iterable[str]) -> tuple[Link, ...]:
    """Return links to terms; those of this page are called by their label, those of others by their short name."""
    links = [
        Link(site.labels[iri], "#" + iri.removeprefix(FG))
        if iri.startswith(FG) and iri in site.labels
        else Link(shorten(iri), link_to(ox.NamedNode(iri), {}).href)
        for iri in iris
    ]
    return tuple(sorted(links, key=lambda link: link.text.casefold()))


def _counts(site: Site) -> dict[str, int]:
    """Return class → instances and property → statements, as the VoID description of the release counts them."""
    doc = Document(site.graphs.get(VOID, ()), {})
    found: dict[str, int] = {}
    for partition, name, count in (
        ("void:classPartition", "void:class", "void:entities"),
        ("void:propertyPartition", "void:property", "void:triples"),
    ):
        for part in doc.terms(DATASET, partition):
            found[doc.text(part.value, name)] = int(doc.text(part.value, count))
    return found


def _samples(site: Site) -> dict[str, tuple[Link, ...]]:
    """Return class or property → some records that use it, those of different records first seen."""
    found: dict[str, dict[str, Link]] = defaultdict(dict)
    for case in site.uses.listed(site.uses.cases):
        for triple in site.graphs.get(f"{NAMESPACES['record']}{case.identifier}", ()):
            _take(found, triple, case.identifier, site)
    return {iri: tuple(links.values()) for iri, links in found.items()}


def _take(found: dict[str, dict[str, Link]], triple: ox.Triple, identifier: str, site: Site) -> None:
    is_type = triple.predicate.value == RDF_TYPE
    iri = triple.object.value if is_type and isinstance(triple.object, ox.NamedNode) else triple.predicate.value
    if iri.startswith(FG) and identifier not in found[iri] and len(found[iri]) < _SAMPLES:
        value = "" if is_type or isinstance(triple.object, ox.Triple) else link_to(triple.object, site.labels).text
        found[iri][identifier] = Link(
            f"{identifier}: {_short(value)}" if value else identifier, f"/record/{identifier}"
        )


def _short(text: str, most: int = 60) -> str:
    own = text.removeprefix(BASE)
    return own if len(own) <= most else own[:most].rpartition(" ")[0] + " …"


def _constraints(site: Site) -> dict[str, list[PropertyShape]]:
    """Return property → what shapes ask of it; the first document that has a shape tells it."""
    found: dict[str, dict[str, PropertyShape]] = defaultdict(dict)
    for name in sorted(name for name in site.graphs if name.startswith(SHAPES)):
        for shape in Shapes(site.graphs[name], site.labels, name.removeprefix(BASE)).node_shapes():
            for each in shape.properties:
                iri = each.path.href.removeprefix("/")
                found[BASE + iri].setdefault(each.anchor, each)
    return {iri: list(each.values()) for iri, each in found.items()}


def _prefixes(site: Site) -> tuple[Prefix, ...]:
    doc = Document(site.graphs.get(GRAPH + "prefixes", ()), {})
    found = [Prefix(doc.text(each, "sh:prefix"), doc.text(each, "sh:namespace")) for each in doc.subjects]
    return tuple(sorted((each for each in found if each.prefix), key=lambda each: each.prefix))


def _boxes(site: Site, terms: list[Term]) -> list[Box]:
    """Return the classes that are no kinds of concept, each with the properties that start at it."""
    concepts = {term.local for term in terms if any(link.text == "skos:Concept" for link in term.broader)}
    classes = {term.local: term for term in terms if term.kind == "Class" and term.local not in concepts}
    outside = _outside_rows(site, classes)
    return [
        Box(
            local,
            term.label,
            (*_rows(local, terms), *outside.get(local, ())),
            tuple(link.href[1:] for link in term.broader if link.href[1:] in classes),
        )
        for local, term in classes.items()
    ]


def _rows(local: str, terms: list[Term]) -> Iterator[tuple[str, Link, str]]:
    """Yield the properties of the ontology that start at a class, with what they lead to."""
    for each in terms:
        if any(link.href == f"#{local}" for link in each.domains) and not each.deprecated:
            yield each.label, each.ranges[0] if each.ranges else Link("any value"), each.local


def _outside_rows(site: Site, classes: Mapping[str, Term]) -> dict[str, list[tuple[str, Link, str]]]:
    """Return the outside properties by which a shape leads from one class to another, such as that to the incident."""
    found: dict[str, list[tuple[str, Link, str]]] = defaultdict(list)
    for shape in Shapes(site.graphs.get(SHAPES, ()), site.labels, SHAPES.removeprefix(BASE)).node_shapes():
        for each in shape.properties:
            start = each.target.href.rpartition("#")[2] if each.target else ""
            ends = [iri.removeprefix(FG) for iri in each.classes]
            if start in classes and not each.path.href.startswith("/ontology#"):
                found[start] += [(each.name, Link(classes[end].label, f"#{end}"), "") for end in ends if end in classes]
    return {start: list(dict.fromkeys(rows)) for start, rows in found.items()}
