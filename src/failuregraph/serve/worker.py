"""The process that evaluates foreign queries: one at a time, under limits, and killed where it takes too long.

Frames on stdin and stdout: four bytes of length, then the content.  A request is one frame of JSON, an
answer is a frame of JSON (status, form, message) and a frame with the body, complete or empty.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pyoxigraph as ox

from failuregraph.names import NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["answer", "main", "read_frame", "write_frame"]

_RESULTS: Final = {
    "csv": ox.QueryResultsFormat.CSV,
    "json": ox.QueryResultsFormat.JSON,
    "tsv": ox.QueryResultsFormat.TSV,
    "xml": ox.QueryResultsFormat.XML,
}
_GRAPHS: Final = {
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "ttl": ox.RdfFormat.TURTLE,
}


class _TooMuchError(Exception):
    """The answer is larger than the cap."""


class _Capped:
    """A buffer that refuses to grow beyond the cap, so that no answer is ever sent in part."""

    def __init__(self, cap: int) -> None:
        self.cap, self.size = cap, 0
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.size += len(data)
        if self.size > self.cap:
            raise _TooMuchError
        self.parts.append(data)
        return len(data)


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next frame, or None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:  # noqa: PLR2004 - the length of the length
        return None
    return stream.read(struct.unpack(">I", head)[0])


def write_frame(stream: BinaryIO, data: bytes) -> None:
    """Write one frame."""
    stream.write(struct.pack(">I", len(data)) + data)


@dataclass(frozen=True)
class _Outcome:
    status: int
    form: str = ""
    message: str = ""
    body: bytes = b""


def answer(store: ox.Store, request: Mapping[str, Any]) -> _Outcome:
    """Return the complete answer to a request, or a status with its reason."""
    try:
        return _evaluate(store, request)
    except SyntaxError as error:
        return _Outcome(400, message=error.msg)
    except _TooMuchError:
        return _Outcome(413, message=f"The answer is larger than {request['cap']} bytes.")
    except MemoryError:
        return _Outcome(507, message="The query needs more memory than it may use.")
    except (ValueError, RuntimeError, OSError) as error:
        return _Outcome(400, message=f"The query cannot be answered: {error}")


def _evaluate(store: ox.Store, request: Mapping[str, Any]) -> _Outcome:
    default = [ox.NamedNode(iri) for iri in request["default_graphs"]]
    named = [ox.NamedNode(iri) for iri in request["named_graphs"]]
    found = store.query(
        request["query"],
        use_default_graph_as_union=not (default or named),
        default_graph=default or ([] if named else None),
        named_graphs=named or ([] if default else None),
    )
    buffer = _Capped(request["cap"])
    if isinstance(found, ox.QueryTriples):
        return _graph(found, request["formats"]["graph"], buffer)
    kind = "truth" if isinstance(found, ox.QueryBoolean) else "table"
    name = request["formats"][kind]
    if name is None:
        return _Outcome(406, kind)
    found.serialize(buffer, format=_RESULTS[name])
    return _Outcome(200, f"{kind}:{name}", body=b"".join(buffer.parts))


def _graph(found: ox.QueryTriples, name: str | None, buffer: _Capped) -> _Outcome:
    if name is None:
        return _Outcome(406, "graph")
    prefixes = None if name == "nt" else NAMESPACES
    ox.serialize(found, buffer, format=_GRAPHS[name], prefixes=prefixes)
    return _Outcome(200, f"graph:{name}", body=b"".join(buffer.parts))


def _confine(memory: int) -> None:
    """Give up, for good, all that a query does not need: memory, new files and sockets, core dumps."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def main() -> None:
    """Serve requests from stdin until it ends: ``python -m failuregraph.serve.worker STORE MEMORY``."""
    folder, memory = sys.argv[1], int(sys.argv[2])
    store = ox.Store.read_only(folder)
    next(iter(store), None)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    _confine(memory)
    write_frame(answers, b"ready")
    answers.flush()
    while (frame := read_frame(requests)) is not None:
        outcome = answer(store, json.loads(frame))
        head = {"status": outcome.status, "form": outcome.form, "message": outcome.message}
        write_frame(answers, json.dumps(head).encode())
        write_frame(answers, outcome.body)
        answers.flush()


if __name__ == "__main__":
    main()
