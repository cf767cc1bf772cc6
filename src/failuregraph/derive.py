"""Derived facts: CONSTRUCT rules, run in the order of their file names, into one graph of their own.

Asserts nothing that a rule does not say.  What is derived can be told from what is asserted by its graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.errors import Unreadable
from failuregraph.names import GRAPH
from failuregraph.query import QueryFile
from failuregraph.store import OxigraphStore, Statements

if TYPE_CHECKING:
    from collections.abc import Iterable

    from failuregraph.project import Project

__all__ = ["DERIVED", "derive"]

#: The named graph of all derived statements.
DERIVED: Final = GRAPH + "derived"


def derive(quads: Iterable[ox.Quad], project: Project) -> list[ox.Quad]:
    """Return what the rules of the project derive from the quads, sorted, in the graph ``DERIVED``.

    Each rule sees what the rules before it derived.  What is asserted already is not derived once more: a statement in
    two graphs would count twice in the union of all graphs.  Raises Unreadable where a rule is no CONSTRUCT.
    """
    store = OxigraphStore.of(quads)
    graph = ox.NamedNode(DERIVED)
    derived: set[ox.Quad] = set()
    for rule in QueryFile.folder(project.derivations):
        answer = store.query(rule.text)
        if not isinstance(answer, Statements):
            message = "a rule must be a CONSTRUCT query."
            raise Unreadable(message, rule.path)
        triples = (t for t in answer.triples if not _holds(store, t))
        new = [ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples]
        store.inner.extend(new)
        derived.update(new)
    return sorted(derived, key=str)


def _holds(store: OxigraphStore, triple: ox.Triple) -> bool:
    """Say whether a statement stands in any graph."""
    return any(True for _ in store.inner.quads_for_pattern(triple.subject, triple.predicate, triple.object, None))
