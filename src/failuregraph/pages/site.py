"""What the front process knows of a release: documents, redirects, labels, and its own stored questions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.bank import QUESTIONS, question_iri
from failuregraph.derive import DERIVED
from failuregraph.names import BASE, FG, GRAPH, NAMESPACES, SCHEMES, SHAPES, THINGS
from failuregraph.pages.document import Document, Link, link_to
from failuregraph.pages.imports import outside_documents, take_withdrawn
from failuregraph.query import QueryFile

if TYPE_CHECKING:
    from failuregraph.build import Release
    from failuregraph.project import Project
    from failuregraph.store import OxigraphStore

__all__ = ["Site"]

_LABELS: Final = (ox.NamedNode(NAMESPACES["rdfs"] + "label"), ox.NamedNode(NAMESPACES["skos"] + "prefLabel"))
_VERSION: Final = ox.NamedNode(NAMESPACES["owl"] + "versionIRI")
_SAME: Final = ox.NamedNode(FG + "sameEventAs")
_PATH: Final = ox.NamedNode(NAMESPACES["sh"] + "path")
_NAME: Final = ox.NamedNode(NAMESPACES["sh"] + "name")
_REPLACED: Final = ox.NamedNode(NAMESPACES["dcterms"] + "isReplacedBy")


@dataclass(frozen=True)
class Site:
    """A release opened for serving: nothing of it changes while the process runs."""

    release: Release
    store: OxigraphStore
    graphs: dict[str, list[ox.Triple]]
    moved: dict[str, list[str]]
    gone: frozenset[str]
    labels: dict[str, str]
    questions: dict[str, QueryFile]
    pages: dict[str, QueryFile]

    @classmethod
    def open(cls, release: Release, project: Project) -> Site:
        """Return the site of a release with the stored questions of a project."""
        graphs = release.graphs()
        retired = graphs.get(GRAPH + "withdrawn", [])
        moved: dict[str, list[str]] = {}
        for triple in retired:
            if triple.predicate == _REPLACED and isinstance(triple.object, ox.NamedNode):
                moved.setdefault(_iri(triple), []).append(triple.object.value)
        gone = {_iri(triple) for triple in retired} - set(moved)
        also_moved, also_gone = take_withdrawn(graphs)
        graphs |= outside_documents(graphs)
        return cls(
            release,
            release.store(),
            graphs,
            moved | also_moved,
            frozenset(gone | also_gone),
            _labels(graphs),
            {query.name: query for query in QueryFile.folder(project.answers)},
            {query.name: query for query in QueryFile.folder(project.queries / "pages")},
        )

    @cached_property
    def everything(self) -> Document:
        """Look-ups over the schemes and the registries, which records lead to."""
        wanted = [BASE + scheme for scheme in SCHEMES]
        wanted += [graph for graph in self.graphs if graph.startswith(f"{BASE}doc/registry/")]
        return Document((triple for graph in wanted for triple in self.graphs.get(graph, ())), self.labels)

    @cached_property
    def derived(self) -> Document:
        """Look-ups over what the rules derive."""
        return Document(self.graphs.get(DERIVED, ()), self.labels)

    @cached_property
    def versions(self) -> dict[str, str]:
        """The paths of version IRIs, with the document that is of this version."""
        return {
            triple.object.value.removeprefix(BASE): graph.removeprefix(BASE)
            for graph, triples in self.graphs.items()
            for triple in triples
            if triple.predicate == _VERSION and isinstance(triple.object, ox.NamedNode)
        }

    def same_event(self, incident: str) -> tuple[Link, ...]:
        """Return the other records of the event of an incident."""
        pairs = [
            (triple.subject, triple.object)
            for graph, triples in self.graphs.items()
            if graph.startswith(GRAPH + "links/") or graph == DERIVED
            for triple in triples
            if triple.predicate == _SAME
        ]
        others = [b if str(a) == f"<{incident}>" else a for a, b in pairs if f"<{incident}>" in (str(a), str(b))]
        links = {other.value: link_to(other, self.labels) for other in others if isinstance(other, ox.NamedNode)}
        return tuple(Link(f"{iri.rpartition('/')[2]}: {links[iri].text}", links[iri].href) for iri in sorted(links))

    def question_graph(self, name: str) -> list[ox.Triple]:
        """Return what the bank says of a question, its parameters included."""
        iri = question_iri(name)
        return [triple for triple in self.graphs[QUESTIONS] if _iri(triple).partition("#")[0] == iri]

    def document_of(self, path: str) -> str | None:
        """Return the path of the document about the thing at a path, or None where there is no such thing."""
        if path in self.versions:
            return self.versions[path]
        kind, _, identifier = path.partition("/")
        if kind not in THINGS or kind == "record" or not identifier:
            return None
        document = f"record/{identifier}" if kind == "incident" else f"doc/{kind}/{identifier}"
        return document if BASE + document in self.graphs else None

    def successors(self, path: str) -> list[str]:
        """Return the paths that replace a retired one; empty where it is not retired or has no successor."""
        return sorted(iri.removeprefix(BASE) for iri in self.moved.get(BASE + path, []))


def _labels(graphs: dict[str, list[ox.Triple]]) -> dict[str, str]:
    """Return IRI → label for everything that has one."""
    found: dict[str, str] = {}
    for triples in graphs.values():
        for triple in triples:
            if triple.predicate in _LABELS and isinstance(triple.object, ox.Literal):
                found[_iri(triple)] = triple.object.value
    for path, name in _named_by_shapes(graphs.get(SHAPES, [])):
        found.setdefault(path, name)
    return found


def _named_by_shapes(shapes: list[ox.Triple]) -> list[tuple[str, str]]:
    """Return property and name for the outside properties, which only the shapes give a name."""
    paths = {t.subject: t.object.value for t in shapes if t.predicate == _PATH and isinstance(t.object, ox.NamedNode)}
    names = {t.subject: t.object.value for t in shapes if t.predicate == _NAME and isinstance(t.object, ox.Literal)}
    return sorted((path, names[shape]) for shape, path in paths.items() if shape in names)


def _iri(triple: ox.Triple) -> str:
    return triple.subject.value if isinstance(triple.subject, ox.NamedNode) else ""
