"""The process that evaluates foreign queries: one at a time, under limits, and killed where it takes too long.

Frames on stdin and stdout: four bytes of length, then the content.  A request is one frame of JSON, an
answer is a frame of JSON (status, form, message) and a frame with the body, complete or empty.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyoxigraph as ox

from failuregraph.query import GRAPHS, RESULTS, prefixes_for, tidied
from failuregraph.store import names_data_set

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Buffer

__all__ = ["answer", "main", "read_frame", "write_frame"]


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
            raise _TooMuchError
        return written


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
    default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [ox.NamedNode(g) for g in request["default_graphs"]]
    named: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(g) for g in request["named_graphs"]]
    found = store.query(
        request["query"],
        use_default_graph_as_union=not (default or named or names_data_set(request["query"])),
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
    found.serialize(buffer, format=RESULTS[name])
    return _Outcome(200, f"{kind}:{name}", body=buffer.getvalue())


def _graph(found: ox.QueryTriples, name: str | None, buffer: _Capped) -> _Outcome:
    if name is None:
        return _Outcome(406, "graph")
    ox.serialize(found, buffer, format=GRAPHS[name], prefixes=prefixes_for(name))
    return _Outcome(200, f"graph:{name}", body=tidied(buffer.getvalue(), name))


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
