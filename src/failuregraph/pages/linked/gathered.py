"""Documents that no file of the graph is: incidents of other registries, the release itself, and what refusals mean.

Every IRI of ours that stands anywhere in the graph leads to a document; these are for those that nothing else tells of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.catalog.saying import DATASET, DCAT, iri, say, text
from failuregraph.names import BASE, FG, NAMESPACES, RDF_TYPE, SHAPES
from failuregraph.pages.document import Document, Link, link_to
from failuregraph.pages.linked.refusals import refusals_graph

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from failuregraph.pages.linked.imports import Graphs
    from failuregraph.pages.site import Site
    from failuregraph.store import Term

__all__ = ["Naming", "OutsidePage", "gathered", "outside_page", "release_graph", "release_path"]

_INCIDENT: Final = NAMESPACES["incident"]
_DOCUMENT: Final = f"{BASE}doc/incident/"
_MAPPING: Final = ox.NamedNode(FG + "Mapping")
_TYPE: Final = ox.NamedNode(RDF_TYPE)
_IMPORTED: Final = SHAPES + "/imported"
#: What an identifier of another registry begins with, and the registry.
_REGISTRIES: Final = {
    "AGL": "agent-incident-log",
    "AIID": "aiid",
    "AIL": "ai-incident-law",
    "APM": "agent-postmortems",
    "ATLAS": "atlas",
}
#: What is said of the data set that holds of the release too.
_OF_A_RELEASE: Final = frozenset(
    iri(name)
    for name in (
        "dcat:distribution",
        "dcat:version",
        "dcterms:conformsTo",
        "dcterms:creator",
        "dcterms:issued",
        "dcterms:language",
        "dcterms:license",
        "dcterms:modified",
        "dcterms:publisher",
    )
)


def gathered(graphs: Graphs, release: str, retired: Collection[str]) -> Graphs:
    """Return these documents; ``retired`` are the IRIs that answer for themselves.

    Imported shapes have hash IRIs of the document of all shapes, so they stand in it too.
    """
    found = _outside_incidents(graphs, retired)
    found[BASE + "problem"] = refusals_graph()
    found[BASE + release_path(release)] = release_graph(graphs.get(DCAT, []), release)
    if SHAPES in graphs:
        found[SHAPES] = graphs[SHAPES] + graphs.get(_IMPORTED, [])
    return found


def release_path(release: str) -> str:
    """Return the path of the document of a release."""
    return f"release/{release}"


def release_graph(told: Iterable[ox.Triple], release: str) -> list[ox.Triple]:
    """Return what the catalogue says of the data set, said of the release, with its files."""
    name = BASE + release_path(release)
    head = [
        say(name, "a", "dcat:Dataset"),
        say(name, "rdfs:label", text(f"Release {release}")),
        say(name, "dcterms:title", text(f"Failure Graph, release {release}")),
        say(name, "dcterms:isVersionOf", DATASET),
    ]
    of_it, files = [], []
    for triple in told:
        if triple.subject == ox.NamedNode(DATASET) and triple.predicate.value in _OF_A_RELEASE:
            of_it.append(ox.Triple(ox.NamedNode(name), triple.predicate, triple.object))
        elif str(triple.subject)[1:].startswith(f"{DCAT}#file="):
            files.append(triple)
    return [*head, *of_it, *files]


def _outside_incidents(graphs: Graphs, retired: Collection[str]) -> Graphs:
    """Return a document for each incident that is named here and has no record, of all that names it."""
    found: dict[str, dict[ox.Triple, None]] = {}
    for triples in graphs.values():
        for subject, told in _by_subject(triples).items():
            whole = ox.Triple(subject, _TYPE, _MAPPING) in told
            for triple in told:
                for name in _named(triple):
                    if BASE + "record/" + name not in graphs and _INCIDENT + name not in retired:
                        found.setdefault(_DOCUMENT + name, {}).update(dict.fromkeys(told if whole else [triple]))
    return {document: list(told) for document, told in found.items()}


def _by_subject(triples: Iterable[ox.Triple]) -> dict[ox.NamedNode, list[ox.Triple]]:
    found: dict[ox.NamedNode, list[ox.Triple]] = {}
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode):
            found.setdefault(triple.subject, []).append(triple)
    return found


def _named(triple: ox.Triple) -> Iterator[str]:
    """Yield the identifiers of the incidents that a statement names."""
    for term in (triple.subject, triple.object):
        if isinstance(term, ox.NamedNode) and term.value.startswith(_INCIDENT):
            yield term.value.removeprefix(_INCIDENT).partition("#")[0]


@dataclass(frozen=True)
class Naming:
    """One statement of ours that names the incident: the other incident, why, who says so, and since when."""

    anchor: str
    property: Link
    other: Link
    reason: str
    author: Link | None
    day: str


@dataclass(frozen=True)
class OutsidePage:
    """The page of an incident that another registry keeps and the graph does not hold."""

    identifier: str
    path: str
    registry: Link | None
    home: str
    namings: tuple[Naming, ...]


def outside_page(site: Site, identifier: str) -> OutsidePage:
    """Return the view of an incident of another registry, whose document must exist."""
    registry = _REGISTRIES.get(identifier.partition("-")[0], "")
    node = ox.NamedNode(NAMESPACES["registry"] + registry)
    known = bool(registry) and node.value in site.labels
    return OutsidePage(
        identifier,
        f"doc/incident/{identifier}",
        link_to(node, site.labels) if known else None,
        site.everything.text(node.value, "foaf:homepage") if known else "",
        tuple(sorted(_namings(site, identifier), key=lambda each: (each.other.text, each.anchor))),
    )


def _namings(site: Site, identifier: str) -> Iterator[Naming]:
    incident = ox.NamedNode(_INCIDENT + identifier)
    told = site.graphs[_DOCUMENT + identifier]
    doc = Document(told, site.labels)
    mappings = {triple.subject for triple in told if triple.predicate == _TYPE and triple.object == _MAPPING}
    for subject in doc.subjects:
        if ox.NamedNode(subject) in mappings:
            yield _mapping(site, incident, subject, doc)
    for triple in told:
        other = triple.object if triple.subject == incident else triple.subject
        if triple.subject not in mappings and isinstance(other, ox.NamedNode):
            yield Naming("", link_to(triple.predicate, site.labels), _incident(site, other), "", None, "")


def _mapping(site: Site, incident: ox.NamedNode, subject: str, doc: Document) -> Naming:
    """Return what a mapping says: the incident at its other end, its reason, its author and its day."""
    ends = [*doc.terms(subject, "owl:annotatedSource"), *doc.terms(subject, "owl:annotatedTarget")]
    return Naming(
        subject.partition("#")[2],
        doc.link(subject, "owl:annotatedProperty") or Link("named together"),
        _incident(site, next((end for end in ends if end != incident), incident)),
        doc.text(subject, "rdfs:comment"),
        doc.link(subject, "prov:wasAttributedTo"),
        doc.text(subject, "dcterms:created"),
    )


def _incident(site: Site, term: Term) -> Link:
    """Return an incident with its identifier before its title."""
    found, name = link_to(term, site.labels), term.value.removeprefix(_INCIDENT)
    return Link(f"{name}: {found.text}" if term.value in site.labels else name, found.href)
