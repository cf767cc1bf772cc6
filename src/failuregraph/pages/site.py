"""What the front process knows of a release: documents, redirects, labels, and its own stored questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.answer.incidents import Facts
from failuregraph.bank import QUESTIONS, question_iri
from failuregraph.catalog.saying import VOID, of_graph
from failuregraph.derive import DERIVED
from failuregraph.history.answers import ANSWERS_FILE, read_answers
from failuregraph.names import BASE, FG, GRAPH, NAMESPACES, SCHEMES, SHAPES, THINGS
from failuregraph.pages.document import Document, Link, link_to
from failuregraph.pages.linked.changes import change_documents, log_of
from failuregraph.pages.linked.gathered import gathered
from failuregraph.pages.linked.imports import outside_documents
from failuregraph.pages.linked.retired import retired
from failuregraph.pages.things.matches import Matches
from failuregraph.pages.things.uses import Uses
from failuregraph.pages.things.vocabulary import OUTSIDE
from failuregraph.query import QueryFile, run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from failuregraph.build import Release
    from failuregraph.history.answers import Answered
    from failuregraph.history.records import Log
    from failuregraph.project import Project
    from failuregraph.store import OxigraphStore, Table

__all__ = ["Site"]

_LABELS: Final = (ox.NamedNode(NAMESPACES["rdfs"] + "label"), ox.NamedNode(NAMESPACES["skos"] + "prefLabel"))
_VERSION: Final = ox.NamedNode(NAMESPACES["owl"] + "versionIRI")
_SAME: Final = ox.NamedNode(FG + "sameEventAs")
_PATH: Final = ox.NamedNode(NAMESPACES["sh"] + "path")
_NAME: Final = ox.NamedNode(NAMESPACES["sh"] + "name")


@dataclass(frozen=True)
class Site:
    """A release opened for serving: nothing of it changes while the process runs."""

    release: Release
    store: OxigraphStore
    graphs: dict[str, list[ox.Triple]]
    moved: dict[str, list[str]]
    gone: frozenset[str]
    tombs: dict[str, list[ox.Triple]]
    labels: dict[str, str]
    questions: dict[str, QueryFile]
    pages: dict[str, QueryFile]
    project: Project
    log: Log
    _answers: dict[tuple[str, str, tuple[tuple[str, str], ...]], Table] = field(default_factory=dict)

    @classmethod
    def open(cls, release: Release, project: Project) -> Site:
        """Return the site of a release with the stored questions of a project."""
        graphs = release.graphs()
        left = retired(graphs)
        graphs |= outside_documents(graphs)
        graphs |= gathered(graphs, release.identifier, left.said)
        log = log_of(release)
        graphs |= change_documents(log)
        return cls(
            release,
            release.store(),
            graphs,
            left.moved,
            left.gone,
            left.said,
            _labels(graphs),
            {query.name: query for query in QueryFile.folder(project.answers)},
            {query.name: query for query in QueryFile.folder(project.queries / "pages")},
            project,
            log,
        )

    @cached_property
    def facts(self) -> Facts:
        """Incidents and concepts as the commands that mine paths read them."""
        return Facts.read(self.project, self.store)

    @cached_property
    def uses(self) -> Uses:
        """Which incidents use which concepts, organisations, publishers and systems."""
        return Uses.read(self.graphs, self.facts, self.labels)

    @cached_property
    def matches(self) -> Matches:
        """The mappings between our concepts and those of others."""
        return Matches(self.graphs, self.labels)

    def answer(self, name: str, given: Mapping[str, str] | None = None) -> Table:
        """Return the answer of a stored question of the bank; raises as ``query.run`` does."""
        return self._kept("answers", self.questions[name], given or {})

    def rows(self, name: str, given: Mapping[str, str] | None = None) -> list[tuple[str, ...]]:
        """Return the answer of a query of ``queries/pages`` as texts, empty where nothing is bound."""
        table = self._kept("pages", self.pages[name], given or {})
        return [tuple("" if term is None else term.value for term in row) for row in table.rows]

    def _kept(self, folder: str, query: QueryFile, given: Mapping[str, str]) -> Table:
        """Return an answer that is asked for without parameters once and kept: a release never changes."""
        key = (folder, query.name, tuple(sorted(given.items())))
        if key in self._answers:
            return self._answers[key]
        table = run(self.store, query, given)
        if not given:
            self._answers[key] = table
        return table

    @cached_property
    def answered(self) -> dict[str, Answered]:
        """Question → what it answers without parameters in this release; one that needs some is not there."""
        return read_answers(self.release.path / ANSWERS_FILE)

    @cached_property
    def events(self) -> dict[str, tuple[str, ...]]:
        """Incident → the other incidents of its event, by what links state and rules derive."""
        found: dict[str, set[str]] = {}
        for graph, triples in self.graphs.items():
            if graph.startswith(GRAPH + "links/") or graph == DERIVED:
                for triple in triples:
                    if triple.predicate == _SAME and isinstance(triple.object, ox.NamedNode):
                        found.setdefault(_iri(triple), set()).add(triple.object.value)
                        found.setdefault(triple.object.value, set()).add(_iri(triple))
        return {incident: tuple(sorted(others)) for incident, others in found.items()}

    @cached_property
    def licences(self) -> dict[str, str]:
        """Named graph → its licence, as VoID states it."""
        void = Document(self.graphs.get(VOID, ()), self.labels)
        stated = ((name, void.text(of_graph("graph", name), "dcterms:license")) for name in self.graphs)
        return {name: licence for name, licence in stated if licence}

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
        links = [(iri, link_to(ox.NamedNode(iri), self.labels)) for iri in self.events.get(incident, ())]
        return tuple(Link(f"{iri.rpartition('/')[2]}: {link.text}", link.href) for iri, link in links)

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
        documents = [f"doc/{kind}/{identifier}"]
        if kind == "incident":
            documents.insert(0, f"record/{identifier}")
        return next((document for document in documents if BASE + document in self.graphs), None)

    def successors(self, path: str) -> list[str]:
        """Return the paths that replace a retired one; empty where it is not retired or has no successor."""
        return sorted(iri.removeprefix(BASE) for iri in self.moved.get(BASE + path, []))


def _labels(graphs: dict[str, list[ox.Triple]]) -> dict[str, str]:
    """Return IRI → label for everything that has one; terms of others are called as the table of the pages says."""
    found: dict[str, str] = {}
    for triples in graphs.values():
        for triple in triples:
            if triple.predicate in _LABELS and isinstance(triple.object, ox.Literal):
                found[_iri(triple)] = triple.object.value
    return _named_by_shapes(graphs.get(SHAPES, [])) | found | OUTSIDE


def _named_by_shapes(shapes: list[ox.Triple]) -> dict[str, str]:
    """Return property → name where all shapes of a property agree on it: a name is meant for one class alone."""
    paths = {t.subject: t.object.value for t in shapes if t.predicate == _PATH and isinstance(t.object, ox.NamedNode)}
    told: dict[str, set[str]] = {}
    for triple in shapes:
        if triple.predicate == _NAME and triple.subject in paths:
            told.setdefault(paths[triple.subject], set()).add(_text(triple))
    return {path: min(names) for path, names in told.items() if len(names) == 1}


def _text(triple: ox.Triple) -> str:
    return triple.object.value if isinstance(triple.object, ox.Literal) else ""


def _iri(triple: ox.Triple) -> str:
    return triple.subject.value if isinstance(triple.subject, ox.NamedNode) else ""
