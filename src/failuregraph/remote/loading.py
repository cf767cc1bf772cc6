"""Loading a remote store graph by graph, and counting afterwards what it holds.

A graph is replaced, so that loading twice is loading once.  Statements that share a blank node go in one request:
each request makes new blank nodes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pyoxigraph as ox

from failuregraph.errors import WrongUse
from failuregraph.names import BASE
from failuregraph.store import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from failuregraph.remote.store import SparqlStore
    from failuregraph.remote.transport import Remote

__all__ = ["Graphs", "by_graph", "compare", "put", "update"]

#: Named graph → its statements.
Graphs = dict[str, list[ox.Triple]]

#: Virtuoso compiles an update to SQL of at most 10 000 lines, and has a limit for its text.
_MOST_STATEMENTS: Final = 300
_MOST_CHARACTERS: Final = 200_000
_COUNTS: Final = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"


def by_graph(quads: Iterable[ox.Quad]) -> Graphs:
    """Return the statements of each named graph, each once; raises WrongUse for one in no named graph."""
    found: defaultdict[str, dict[ox.Triple, None]] = defaultdict(dict)
    for quad in quads:
        if not isinstance(quad.graph_name, ox.NamedNode):
            message = f"the statement {quad} is in no named graph."
            raise WrongUse(message)
        found[quad.graph_name.value][quad.triple] = None
    return {name: list(triples) for name, triples in sorted(found.items())}


def update(remote: Remote, graphs: Graphs) -> Iterator[str]:
    """Replace each graph by SPARQL Update, and yield its name when it is loaded."""
    for name, triples in graphs.items():
        graph = ox.NamedNode(name)
        remote.update(f"DROP SILENT GRAPH {graph}")
        for batch in _batches(triples):
            # Virtuoso 7.2.5 takes no blank node in INSERT DATA; a template means the same.
            form, end = ("INSERT DATA", "") if all(map(_is_named, batch)) else ("INSERT", " WHERE {}")
            remote.update(f"{form} {{ GRAPH {graph} {{\n{_lines(batch)}}} }}{end}")
        yield name


def put(remote: Remote, graphs: Graphs) -> Iterator[str]:
    """Replace each graph by a PUT of the Graph Store Protocol, and yield its name when it is loaded."""
    mark = "&" if "?" in remote.url else "?"
    for name, triples in graphs.items():
        remote.put(f"{remote.url}{mark}graph={quote(name, safe='')}", _lines(triples).encode(), "text/turtle")
        yield name


def compare(store: SparqlStore, graphs: Graphs) -> None:
    """Raise RemoteFailed where a graph has another number of statements than it should, or is one too many."""
    table = store.query(_COUNTS)
    rows = table.rows if isinstance(table, Table) else ()
    counts = Counter({str(name.value): int(count.value) for name, count in rows if name and count})
    wrong = [name for name, triples in graphs.items() if counts[name] != len(triples)]
    if wrong:
        first = f"{counts[wrong[0]]} statements in {wrong[0]} instead of {len(graphs[wrong[0]])}"
        raise store.remote.failed(f"holds {first}{_more(wrong)}; push again, or see docs/remote.md.")
    extra = sorted(name for name in counts if name.startswith(BASE) and name not in graphs)
    if extra:
        raise store.remote.failed(f"also holds {extra[0]}{_more(extra)}, which this graph does not have; drop it.")


def _more(names: Sequence[str]) -> str:
    return f", and {len(names) - 1} graphs more" if len(names) > 1 else ""


def _batches(triples: Iterable[ox.Triple]) -> Iterator[list[ox.Triple]]:
    """Yield statements in batches, all those with blank nodes in the first one."""
    batch: list[ox.Triple] = []
    size = 0
    for triple in sorted(triples, key=_is_named):
        length = len(str(triple))
        is_full = len(batch) >= _MOST_STATEMENTS or size + length > _MOST_CHARACTERS
        if batch and is_full and _is_named(triple):
            yield batch
            batch, size = [], 0
        batch.append(triple)
        size += length
    yield batch


def _is_named(triple: ox.Triple) -> bool:
    return not (isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode))


def _lines(triples: Iterable[ox.Triple]) -> str:
    return bytes(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()
