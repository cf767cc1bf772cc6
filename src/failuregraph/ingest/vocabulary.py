"""What a project already knows: concepts by label, organisations and systems by name, publishers by host."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rdflib import RDFS, SKOS, Graph, URIRef

from failuregraph.names import BASE, FG, NAMESPACES, SCHEMES
from failuregraph.turtle import read

if TYPE_CHECKING:
    from pathlib import Path

    from failuregraph.project import Project

__all__ = ["Vocabulary", "slug_of"]

_PARENT = URIRef(NAMESPACES["org"] + "subOrganizationOf")


def slug_of(text: str, longest: int = 50) -> str:
    """Return a lower-case hyphenated identifier for a name, cut at a word.

    >>> slug_of("Levidow, Levidow & Oberman")
    'levidow-levidow-oberman'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().replace("'", "").lower()
    words = re.findall(r"[a-z0-9]+", plain)
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > longest:
            break
        slug = longer
    return slug


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


@dataclass
class Vocabulary:
    """Look-ups over the reviewed files of a project; unknown names give None."""

    concepts: dict[str, dict[str, URIRef]] = field(default_factory=dict)
    organisations: dict[str, URIRef] = field(default_factory=dict)
    parents: dict[URIRef, URIRef] = field(default_factory=dict)
    publishers: dict[str, URIRef] = field(default_factory=dict)
    systems: dict[str, URIRef] = field(default_factory=dict)
    broader: dict[URIRef, str] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, project: Project) -> Vocabulary:
        """Return the look-ups of a project; raises Unreadable where a file does not parse."""
        known = cls({scheme: {} for scheme in SCHEMES})
        for source in project.sources():
            if source.kind == "scheme":
                graph = read(source.path)
                known.concepts[source.identifier] = _labels(graph, SKOS.prefLabel)
                known.broader |= {
                    URIRef(str(narrow)): str(wide).rpartition("#")[2]
                    for narrow, wide in graph.subject_objects(SKOS.broader)
                }
            elif source.kind == "organisation":
                known.add_organisation(read(source.path), URIRef(source.subjects[0]))
            elif source.kind == "system":
                known.systems |= _named(read(source.path), URIRef(source.subjects[0]), source.identifier)
            elif source.kind == "publisher":
                known.add_publisher(read(source.path), URIRef(source.subjects[0]))
            elif source.kind == "links":
                known.linked |= {str(node) for triple in read(source.path) for node in (triple[0], triple[2])}
        return known

    def add_folder(self, folder: Path) -> None:
        """Learn the organisations and publishers that an earlier import wrote into a folder for review."""
        for path in sorted((folder / "organisations").glob("*.ttl")):
            self.add_organisation(read(path), URIRef(f"{BASE}organisation/{path.stem}"))
        for path in sorted((folder / "publishers").glob("*.ttl")):
            self.add_publisher(read(path), URIRef(f"{BASE}publisher/{path.stem}"))

    def add_organisation(self, graph: Graph, iri: URIRef) -> None:
        """Learn the names and the parent of an organisation."""
        self.organisations |= _named(graph, iri)
        parent = graph.value(iri, _PARENT)
        if isinstance(parent, URIRef):
            self.parents[iri] = parent

    def add_publisher(self, graph: Graph, iri: URIRef) -> None:
        """Learn the hosts of a publisher."""
        for host in graph.objects(iri, URIRef(FG + "domain")):
            self.publishers[str(host)] = iri

    def organisation(self, name: str) -> URIRef | None:
        """Return the organisation of that name or alias."""
        return self.organisations.get(_folded(name))

    def system(self, name: str) -> URIRef | None:
        """Return the system of that identifier, name or alias."""
        return self.systems.get(_folded(name))

    def belongs_to(self, child: URIRef, parents: list[URIRef]) -> bool:
        """Say whether one of the parents stands above the child, at any height."""
        seen: set[URIRef] = set()
        while child in self.parents and child not in seen:
            seen.add(child)
            child = self.parents[child]
            if child in parents:
                return True
        return False


def _labels(graph: Graph, label: URIRef) -> dict[str, URIRef]:
    return {str(text): concept for concept, text in graph.subject_objects(label) if isinstance(concept, URIRef)}


def _named(graph: Graph, iri: URIRef, *more: str) -> dict[str, URIRef]:
    names = [str(name) for label in (RDFS.label, SKOS.altLabel) for name in graph.objects(iri, label)]
    return {_folded(name): iri for name in (*names, *more)}
