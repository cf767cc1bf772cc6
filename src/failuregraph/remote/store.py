"""A SPARQL 1.1 endpoint behind the Protocol of stores."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from failuregraph.errors import Unsupported
from failuregraph.remote.results import GRAPHS, RESULTS, read
from failuregraph.remote.transport import Remote
from failuregraph.remote.values import bound
from failuregraph.store import OxigraphStore, Statements, Table, Truth, masked, names_data_set

if TYPE_CHECKING:
    from failuregraph.store import Answer, Bindings

__all__ = ["SparqlStore"]

_SERVICE: Final = re.compile(r"(?<![\w:?$@-])SERVICE(?![\w:-])", re.IGNORECASE)
#: A subject with a predicate in a named graph, and whether it is seen without GRAPH.
_WITNESS: Final = "SELECT ?s ?p WHERE { GRAPH ?g { ?s ?p ?o } FILTER(isIRI(?s)) } LIMIT 1"
_SEEN: Final = "ASK { ?s ?p ?o }"
#: True where FROM is ignored, as by the Oxigraph server with a default graph that is the union of all.
_IGNORES_FROM: Final = "ASK FROM <urn:failuregraph:no-graph> { ?s ?p ?o }"


class SparqlStore:
    """A store elsewhere, asked by the SPARQL 1.1 protocol; it is never written to, and nobody is asked instead.

    A query is parsed here first, so that what is no query is never sent.  Before the first query the store is asked
    whether its default graph is the union of its named graphs.  Whatever is wrong with the remote is RemoteFailed.
    """

    def __init__(self, remote: Remote) -> None:
        self.remote = remote
        self._is_assured = False

    @classmethod
    def at(cls, url: str) -> SparqlStore:
        """Return the store of an address; nothing is sent yet.  Raises WrongUse for what is no http address."""
        return cls(Remote.at(url))

    @property
    def endpoint(self) -> str:
        """The address that is asked."""
        return self.remote.url

    def query(self, text: str, bindings: Bindings | None = None) -> Answer:
        """Return the complete answer of a query, as ``Store`` promises."""
        if _SERVICE.search(masked(text)):
            raise Unsupported("A remote store", "SERVICE, as nobody else is asked")
        OxigraphStore.of([]).query(text)
        self._assure()
        if names_data_set(text) and self._ask(_IGNORES_FROM) != Truth(value=False):
            raise self.remote.failed("ignores FROM, so that the answer would be drawn from all graphs; use GRAPH.")
        return self._ask(bound(text, bindings or {}))

    def _ask(self, text: str) -> Answer:
        expected = OxigraphStore.of([]).query(text)
        reply = self.remote.ask(text, GRAPHS if isinstance(expected, Statements) else RESULTS)
        return read(self.remote, reply, expected)

    def _assure(self) -> None:
        """Refuse an empty store, and one whose default graph hides the named ones: it would answer with too little."""
        if self._is_assured:
            return
        found = self._ask(_WITNESS)
        if not isinstance(found, Table) or not found.rows:
            raise self.remote.failed("holds no named graph that it shows; load it with failuregraph push.")
        witness = {name: term for name, term in zip(found.columns, found.rows[0], strict=True) if term is not None}
        if self._ask(bound(_SEEN, witness)) != Truth(value=True):
            why = "does not show its named graphs together; make its default graph their union (see docs/remote.md)."
            raise self.remote.failed(why)
        self._is_assured = True
