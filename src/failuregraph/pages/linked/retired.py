"""Identifiers that are not in use any more: what replaces them, and what may still be said of those that are gone.

Of a record that was withdrawn its identifier, its status, a day and the reason that an editor gave are told, and never
what it said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.catalog.saying import iri, say
from failuregraph.names import BASE, GRAPH, NAMESPACES, THINGS
from failuregraph.pages.document import Document, Link
from failuregraph.pages.linked.imports import is_withdrawn, take_withdrawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from failuregraph.pages.linked.imports import Graphs

__all__ = ["Retired", "Tomb", "retired", "tomb"]

_WITHDRAWN: Final = GRAPH + "withdrawn"
_REPLACED: Final = iri("dcterms:isReplacedBy")
_STATUS: Final = iri("fg:recordStatus")
_GONE: Final = NAMESPACES["recordstatus"] + "withdrawn"
#: What a tomb may say; the note is that of an editor, in the file of retired identifiers alone.
_KEPT: Final = frozenset(iri(name) for name in ("dcterms:isReplacedBy", "dcterms:modified", "fg:recordStatus"))
_NOTE: Final = iri("skos:editorialNote")


@dataclass(frozen=True)
class Retired:
    """IRI → what replaces it, those that nothing replaces, and what is said of each of both."""

    moved: dict[str, list[str]]
    gone: frozenset[str]
    said: dict[str, list[ox.Triple]]


def retired(graphs: Graphs) -> Retired:
    """Take the withdrawn records out of the graphs and return all that is retired, documents with their things."""
    told = [*_of_editors(graphs.get(_WITHDRAWN, [])), *_of_imports(graphs)]
    moved, gone = take_withdrawn(graphs)
    notes: dict[str, list[ox.Triple]] = {}
    for name, triple in told:
        notes.setdefault(name, []).append(triple)
        if triple.predicate.value == _REPLACED and isinstance(triple.object, ox.NamedNode):
            moved.setdefault(name, [])
            moved[name] += [triple.object.value] if triple.object.value not in moved[name] else []
    gone |= notes.keys()
    still = {name for name in (*moved, *gone) if name not in graphs}
    moved = {name: sorted(targets) for name, targets in moved.items() if name in still}
    gone = still - moved.keys()
    return Retired(moved, frozenset(gone), {name: _said(name, moved.get(name, []), notes) for name in sorted(still)})


def _said(name: str, targets: Iterable[str], notes: Mapping[str, list[ox.Triple]]) -> list[ox.Triple]:
    """Return what is told of a retired IRI: what replaces it or that it is gone, and what else may be told."""
    head = [say(name, _REPLACED, target) for target in targets] or [say(name, _STATUS, _GONE)]
    return list(dict.fromkeys([*head, *notes.get(name, [])]))


def _of_editors(triples: Iterable[ox.Triple]) -> Iterator[tuple[str, ox.Triple]]:
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode) and triple.predicate.value in _KEPT | {_NOTE}:
            yield from _twice(triple.subject.value, triple)


def _of_imports(graphs: Graphs) -> Iterator[tuple[str, ox.Triple]]:
    for name, triples in graphs.items():
        if name.startswith(NAMESPACES["record"]) and is_withdrawn(triples):
            for triple in triples:
                if triple.subject == ox.NamedNode(name) and triple.predicate.value in _KEPT:
                    yield from _twice(name, triple)


def _twice(name: str, triple: ox.Triple) -> Iterator[tuple[str, ox.Triple]]:
    """Yield a statement of a thing for the thing and for its document, and the other way about."""
    yield name, triple
    twin = _counterpart(name)
    if twin:
        value = triple.object
        other = _counterpart(value.value) if isinstance(value, ox.NamedNode) else ""
        yield twin, ox.Triple(ox.NamedNode(twin), triple.predicate, ox.NamedNode(other) if other else value)


def _counterpart(name: str) -> str:
    """Return the IRI of the document of a thing, or of the incident of a record; empty for all else."""
    kind, _, identifier = name.removeprefix(BASE).partition("/")
    if kind not in THINGS or not identifier:
        return ""
    twins = {"incident": "record/", "record": "incident/"}
    return BASE + twins.get(kind, f"doc/{kind}/") + identifier


@dataclass(frozen=True)
class Tomb:
    """The page of a retired identifier."""

    status: int
    path: str
    successors: tuple[Link, ...]
    reasons: tuple[Link, ...]
    notes: tuple[str, ...]
    day: str


def tomb(triples: Iterable[ox.Triple], path: str, labels: Mapping[str, str]) -> Tomb:
    """Return the view of a retired identifier: 301 with one successor, 300 with several, 410 with none."""
    doc, name = Document(triples, labels), BASE + path
    successors = doc.links(name, "dcterms:isReplacedBy")
    status = {0: 410, 1: 301}.get(len(successors), 300)
    return Tomb(
        status,
        path,
        successors,
        doc.links(name, "fg:recordStatus"),
        tuple(doc.texts(name, "skos:editorialNote")),
        doc.text(name, "dcterms:modified"),
    )
