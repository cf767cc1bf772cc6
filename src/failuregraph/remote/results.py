"""What a remote store answers, as the terms of the embedded one; an answer that is not whole is an error.

The results are read here and not by pyoxigraph, which refuses the names that Virtuoso gives to blank nodes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph.store import Statements, Table, Truth

if TYPE_CHECKING:
    from failuregraph.remote.transport import Remote, Reply
    from failuregraph.store import Answer, Term

__all__ = ["GRAPHS", "RESULTS", "read"]

#: What is asked for: the standard's names, and the one that some stores answer with instead.
RESULTS: Final = "application/sparql-results+json, application/json;q=0.5"
GRAPHS: Final = "application/n-triples, text/turtle;q=0.9"

_VIRTUOSO_TRUTH: Final = "__ASK_RETVAL"
_TABLES: Final = ("application/sparql-results+json", "application/json")
_GRAPH_TYPES: Final = {
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/x-turtle": ox.RdfFormat.TURTLE,
}


def read(remote: Remote, reply: Reply, expected: Answer) -> Answer:
    """Return the answer in a reply, of the form and with the columns of the expected one; raises RemoteFailed."""
    _refuse_part(remote, reply)
    if isinstance(expected, Statements):
        return _graph(remote, reply)
    if reply.media_type not in _TABLES:
        raise _another(remote, reply, "SPARQL results in JSON")
    try:
        found = json.loads(reply.body)
        answer = _truth(found) if isinstance(expected, Truth) else _table(found, expected.columns)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = f"does not answer with whole SPARQL results ({type(error).__name__}); this answer cannot be used."
        raise remote.failed(why) from error
    if isinstance(answer, Table):
        _refuse_full(remote, reply, len(answer.rows))
    return answer


def _refuse_part(remote: Remote, reply: Reply) -> None:
    """Refuse what Virtuoso marks as a part of the answer, with status 200."""
    if "x-sql-state" in reply.headers:
        why = "answers with a part of the answer alone, as its time was over; nothing of it is used."
        raise remote.failed(why)


def _refuse_full(remote: Remote, reply: Reply, rows: int) -> None:
    """Refuse an answer that is as long as the store allows: Virtuoso cuts longer ones off and returns 200."""
    most = reply.headers.get("x-sparql-maxrows", "")
    if most.isdecimal() and rows >= int(most):
        why = f"cuts answers off at {most} rows, and this one is as long; ask for less, or raise its limit."
        raise remote.failed(why)


def _another(remote: Remote, reply: Reply, wanted: str) -> Exception:
    kind = reply.media_type if reply.media_type.isprintable() and reply.media_type else "no media type"
    why = f"answers with {kind[:60]} instead of {wanted}; is this the address of a SPARQL 1.1 endpoint?"
    return remote.failed(why)


def _truth(found: dict[str, Any]) -> Truth:
    """Return the answer of an ASK; Virtuoso 7.2.5 writes it as a table of one number, or of no row."""
    if "boolean" not in found and found["head"]["vars"] == [_VIRTUOSO_TRUTH]:
        (values,) = found["results"]["bindings"] or [{_VIRTUOSO_TRUTH: {"value": "0"}}]
        return Truth({"1": True, "0": False}[values[_VIRTUOSO_TRUTH]["value"]])
    if not isinstance(found["boolean"], bool):
        raise TypeError(found["boolean"])
    return Truth(found["boolean"])


def _table(found: dict[str, Any], columns: tuple[str, ...]) -> Table:
    """Return the rows with the columns of the query; a column that the store names and the query does not is an error.

    A store that leaves a column out of its head has no value for it (Virtuoso, where there are no rows).
    """
    names: dict[str, ox.BlankNode] = {}
    rows = []
    if not set(found["head"].get("vars", ())) <= set(columns):
        raise KeyError(found["head"])
    for row in found["results"]["bindings"]:
        if not row.keys() <= set(columns):
            raise KeyError(row)
        rows.append(tuple(_term(row[name], names) if name in row else None for name in columns))
    return Table(columns, tuple(rows))


def _term(value: dict[str, str], names: dict[str, ox.BlankNode]) -> Term:
    kind, text = value["type"], value["value"]
    if not isinstance(text, str):
        raise TypeError(text)
    if kind == "uri":
        return ox.NamedNode(text)
    if kind == "bnode":
        return names.setdefault(text, ox.BlankNode(f"b{len(names)}"))
    if kind not in ("literal", "typed-literal"):
        raise ValueError(kind)
    if "xml:lang" in value:
        return ox.Literal(text, language=value["xml:lang"])
    return ox.Literal(text, datatype=ox.NamedNode(value["datatype"]) if "datatype" in value else None)


def _graph(remote: Remote, reply: Reply) -> Statements:
    if reply.media_type not in _GRAPH_TYPES:
        raise _another(remote, reply, "N-Triples or Turtle")
    if not reply.has_an_end:
        raise remote.failed("answers with a graph that may be cut off: it states no length; ask for a table.")
    try:
        quads = ox.parse(reply.body, format=_GRAPH_TYPES[reply.media_type], rename_blank_nodes=True)
        return Statements(tuple(dict.fromkeys(quad.triple for quad in quads)))
    except (SyntaxError, ValueError) as error:
        raise remote.failed("answers with a graph that cannot be parsed; this answer cannot be used.") from error
