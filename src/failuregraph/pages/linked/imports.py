"""Documents of imported registries: records that were withdrawn, parties, and taxonomies that are kept elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import BASE, GRAPH, NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Graphs", "is_withdrawn", "outside_documents", "take_withdrawn"]

Graphs = dict[str, list[ox.Triple]]
_STATUS: Final = ox.NamedNode(NAMESPACES["fg"] + "recordStatus")
_WITHDRAWN: Final = ox.NamedNode(NAMESPACES["recordstatus"] + "withdrawn")
_REPLACED: Final = ox.NamedNode(NAMESPACES["dcterms"] + "isReplacedBy")
_RECORD: Final = NAMESPACES["record"]
_PARTY: Final = NAMESPACES["party"]
_SCHEME: Final = BASE + "scheme/"


def take_withdrawn(graphs: Graphs) -> tuple[dict[str, list[str]], set[str]]:
    """Take the withdrawn records out of the graphs; return what replaces them, and those that nothing replaces.

    The incident of a record goes with it, so each stands under both IRIs.
    """
    moved: dict[str, list[str]] = {}
    gone: set[str] = set()
    for name in [name for name, triples in graphs.items() if name.startswith(_RECORD) and is_withdrawn(triples)]:
        successors = sorted(_successors(graphs.pop(name)))
        for kind in ("record", "incident"):
            old = name.replace(_RECORD, NAMESPACES[kind], 1)
            if successors:
                moved[old] = [each.replace(_RECORD, NAMESPACES[kind], 1) for each in successors]
            else:
                gone.add(old)
    return moved, gone


def is_withdrawn(triples: list[ox.Triple]) -> bool:
    """Say whether the statements of a record say that it is withdrawn."""
    return any(triple.predicate == _STATUS and triple.object == _WITHDRAWN for triple in triples)


def _successors(triples: list[ox.Triple]) -> Iterator[str]:
    for triple in triples:
        if triple.predicate == _REPLACED and isinstance(triple.object, ox.NamedNode):
            yield triple.object.value


def outside_documents(graphs: Graphs) -> Graphs:
    """Return a document for each party and each outside taxonomy, gathered from the graphs that tell of them."""
    found: Graphs = {}
    for name, triples in graphs.items():
        if name.startswith(GRAPH):
            for triple in triples:
                document = _document(triple)
                if document:
                    found.setdefault(document, []).append(triple)
    return found


def _document(triple: ox.Triple) -> str:
    """Return the IRI of the document that tells of a party or an outside concept; empty for all else."""
    subject = triple.subject.value if isinstance(triple.subject, ox.NamedNode) else ""
    if subject.startswith(_SCHEME):
        return subject.partition("#")[0]
    return subject.replace(_PARTY, f"{BASE}doc/party/", 1) if subject.startswith(_PARTY) else ""
