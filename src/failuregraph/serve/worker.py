"""Evaluating a foreign query in a process that can be ended: one query at a time, under limits.

The answer is whole or it is a refusal: it is written into a buffer that refuses to grow beyond the cap.
"""

from __future__ import annotations

import io
import json
import os
import resource
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

import pyoxigraph as ox

from failuregraph.query import GRAPHS, RESULTS, for_spreadsheets, prefixes_for, tidied
from failuregraph.serve.frames import Result, pack_result, read_request
from failuregraph.store import names_data_set

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping

    from typing_extensions import Buffer

__all__ = ["answer", "confine", "work"]

#: What ends a row in each format where no value can hold it; CSV and JSON are counted exactly only when near the cap.
_ROW_ENDS: Final = {"xml": b"</result>", "tsv": b"\n", "csv": b"\n", "csv-excel": b"\n", "json": b"},{"}
_NICENESS: Final = 5
_SLACK: Final = 2.0


class _TooMuchError(Exception):
    """The answer is larger than the cap."""


class _Capped(io.BytesIO):
    """A buffer that refuses to grow beyond the cap, so that no answer is ever sent in part."""

    def __init__(self, cap: int) -> None:
        super().__init__()
        self.cap = cap

    def write(self, data: Buffer) -> int:
        """Take the data, or raise where the answer becomes too large."""
        written = super().write(data)
        if self.tell() > self.cap:
            message = f"The answer is larger than {self.cap} bytes; narrow the query, or use the dumps."
            raise _TooMuchError(message)
        return written


def answer(store: ox.Store, request: Mapping[str, Any]) -> Result:
    """Return the complete answer to a request, or a status with its reason."""
    started = time.process_time()
    return replace(_evaluated(store, request), seconds=time.process_time() - started)


def _evaluated(store: ox.Store, request: Mapping[str, Any]) -> Result:
    try:
        return _evaluate(store, request)
    except SyntaxError as error:
        return Result(400, message=error.msg)
    except _TooMuchError as error:
        return Result(413, message=str(error))
    except MemoryError:
        return Result(507, message="The query needs more memory than it may use; narrow it, or use the dumps.")
    except (ValueError, RuntimeError, OSError) as error:
        return Result(400, message=f"The query cannot be answered: {error}")


def _evaluate(store: ox.Store, request: Mapping[str, Any]) -> Result:
    default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [ox.NamedNode(g) for g in request["default_graphs"]]
    named: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(g) for g in request["named_graphs"]]
    found = store.query(
        request["query"],
        base_iri=request.get("base"),
        use_default_graph_as_union=not (default or named or names_data_set(request["query"])),
        default_graph=default or ([] if named else None),
        named_graphs=named or ([] if default else None),
    )
    buffer = _Capped(request["cap"])
    if isinstance(found, ox.QueryTriples):
        return _graph(found, request["formats"]["graph"], buffer, request["rows"])
    kind = "truth" if isinstance(found, ox.QueryBoolean) else "table"
    name = request["formats"][kind]
    if name is None:
        return Result(406, message=kind)
    found.serialize(buffer, format=RESULTS[name])
    body = buffer.getvalue()
    if kind == "table" and _rows(body, name, request["rows"]) > request["rows"]:
        raise _too_many(request["rows"])
    if name == "xml":
        if _is_ill_formed(body):
            return Result(406, message="xml")
        body = _kept(body)
    elif name == "csv-excel":
        body = for_spreadsheets(body)
    return Result(200, f"{kind}:{name}", body=body)


def _graph(found: ox.QueryTriples, name: str | None, buffer: _Capped, rows: int) -> Result:
    if name is None:
        return Result(406, message="graph")
    ox.serialize(_counted(found, rows), buffer, format=GRAPHS[name], prefixes=prefixes_for(name))
    body = tidied(buffer.getvalue(), name)
    if name == "rdf":
        body = _kept(body)
        if not _is_xml(body):
            return Result(406, message="rdf")
    return Result(200, f"graph:{name}", body=body)


def _counted(found: ox.QueryTriples, rows: int) -> Iterator[ox.Triple]:
    for number, triple in enumerate(found, 1):
        if number > rows:
            raise _too_many(rows)
        yield triple


def _too_many(rows: int) -> _TooMuchError:
    return _TooMuchError(f"The answer has more than {rows} rows; narrow the query, or use the dumps.")


def _rows(body: bytes, name: str, cap: int) -> int:
    """Return a number of rows that is right wherever it decides; in JSON and CSV a value may look like an end."""
    ends = body.count(_ROW_ENDS[name]) + (name == "json")
    if ends <= cap:
        return ends
    if name == "json":
        return len(json.loads(body)["results"]["bindings"])
    # A line break in a value of CSV stands between quotes; TSV escapes it, and both begin with a line of names.
    lines = sum(part.count(b"\n") for part in body.split(b'"')[::2]) if name.startswith("csv") else ends
    return lines if name == "xml" else lines - 1


def _is_ill_formed(body: bytes) -> bool:
    """Say whether the bytes hold a character that XML 1.0 has no way to write."""
    return any(bytes((code,)) in body for code in range(32) if code not in (9, 10, 13)) or b"\xef\xbf\xbe" in body


def _kept(body: bytes) -> bytes:
    """Return XML in which a carriage return survives: a parser reads a bare one as the end of a line."""
    return body.replace(b"\r", b"&#13;")


def _is_xml(body: bytes) -> bool:
    """Say whether a parser reads the bytes: a predicate or a character may have no way into XML."""
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(body, True)  # noqa: FBT003 - the signature of expat
    except expat.ExpatError:
        return False
    return True


def confine(memory: int) -> None:
    """Give up, for good, all that a query does not need: memory, new files and sockets, core dumps, priority."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    os.nice(_NICENESS)


def work(channel: socket.socket, store: ox.Store, memory: int) -> None:
    """Answer requests that come over a socket until the other side is gone.

    A call of the kernel costs as much as a short query, so the processor time is read once for each, and the
    limit on it is moved only when a query could meet it before its deadline.
    """
    confine(memory)
    used, limit = time.process_time(), 0.0
    while (request := read_request(channel)) is not None:
        if used + request["deadline"] > limit:
            limit = used + 2 * request["deadline"] + _SLACK
            resource.setrlimit(resource.RLIMIT_CPU, (int(limit), resource.RLIM_INFINITY))
        result = _evaluated(store, request)
        before, used = used, time.process_time()
        channel.sendall(pack_result(replace(result, seconds=used - before)))
