"""The servers that are measured side by side, each on loopback with the same statements.

``failuregraph serve`` with its published limits, the Oxigraph server on disk and in memory, rdflib-endpoint and
Virtuoso; one that is not installed is left out, with a note.
"""

from __future__ import annotations

import contextlib
import http.client
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from failuregraph.build import Release
    from failuregraph.project import Project

__all__ = ["PEERS", "Data", "Peer", "PeerMissingError", "free_port"]

#: How long a server may take to load its data and to answer, in seconds.
_START: Final = 900.0
_VIRTUOSO: Final = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
CheckpointInterval = 0
NumberOfBuffers = 100000
MaxDirtyBuffers = 75000
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 32
[SPARQL]
ResultSetMaxRows = 100000
"""


class PeerMissingError(Exception):
    """A server that is not installed here; the message says what is missing."""


@dataclass(frozen=True)
class Data:
    """The same statements in every form: a project and its release, and a file of N-Quads."""

    project: Project
    release: Release
    quads: Path


@dataclass(frozen=True)
class Peer:
    """A running server: its port, the path of its endpoint, and the seconds from start to the first answer."""

    name: str
    port: int
    path: str
    started: float


def free_port() -> int:
    """Return a port of loopback that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _program(name: str, where: Path | None = None) -> str:
    """Return the path of a program beside this Python, in a folder, or on the search path."""
    beside = Path(sys.executable).with_name(name)
    found = (where / name if where and (where / name).exists() else None) or (beside if beside.exists() else None)
    path = str(found) if found else shutil.which(name)
    if not path:
        raise PeerMissingError(f"{name} is not installed")
    return path


@contextlib.contextmanager
def _running(name: str, command: list[str], folder: Path, port: int, path: str) -> Iterator[Peer]:
    """Run a server until the block ends, which begins when the server answers."""
    begun = time.perf_counter()
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)  # noqa: S603 - a bench
    try:
        while not _answers(port, path):
            if process.poll() is not None or time.perf_counter() - begun > _START:
                raise PeerMissingError(f"{name} did not start: {(folder / 'output.txt').read_text()[-300:]}")
            time.sleep(0.02)
        yield Peer(name, port, path, time.perf_counter() - begun)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", f"{path}?query=ASK%7B%7D", headers={"Accept": "application/sparql-results+json"})
        return connection.getresponse().status == http.client.OK
    return False


@contextlib.contextmanager
def _ours(data: Data, folder: Path, _: Path | None) -> Iterator[Peer]:
    port = free_port()
    command = [sys.executable, "-m", "failuregraph", "--project", str(data.project.root), "serve"]
    command += ["--port", str(port), "--release", str(data.release.path), "--quiet"]
    with _running("failuregraph", command, folder, port, "/sparql") as peer:
        yield peer


@contextlib.contextmanager
def _oxigraph(data: Data, folder: Path, where: Path | None) -> Iterator[Peer]:
    port, program = free_port(), _program("oxigraph", where)
    subprocess.run(  # noqa: S603 - a bench
        [program, "load", "--location", "store", "--file", str(data.quads)], cwd=folder, check=True, capture_output=True
    )
    command = [program, "serve-read-only", "--location", "store", "--union-default-graph", "--bind"]
    with _running("oxigraph", [*command, f"127.0.0.1:{port}"], folder, port, "/query") as peer:
        yield peer


@contextlib.contextmanager
def _oxigraph_in_memory(data: Data, folder: Path, where: Path | None) -> Iterator[Peer]:
    port, program = free_port(), _program("oxigraph", where)
    command = [program, "serve", "--union-default-graph", "--bind", f"127.0.0.1:{port}"]
    with _running("oxigraph in memory", command, folder, port, "/query") as peer:
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_START)
        with contextlib.closing(connection), data.quads.open("rb") as quads:
            connection.request("POST", "/store", quads, {"Content-Type": "application/n-quads"})
            if connection.getresponse().status >= http.client.BAD_REQUEST:
                raise PeerMissingError("oxigraph did not take the data")
        yield Peer(peer.name, peer.port, peer.path, peer.started + time.perf_counter() - begun)


@contextlib.contextmanager
def _rdflib_endpoint(data: Data, folder: Path, where: Path | None) -> Iterator[Peer]:
    port, program = free_port(), _program("rdflib-endpoint", where)
    command = [program, "serve", "--host", "127.0.0.1", "--port", str(port), "--store", "Oxigraph", str(data.quads)]
    with _running("rdflib-endpoint", command, folder, port, "/") as peer:
        yield peer


@contextlib.contextmanager
def _virtuoso(data: Data, folder: Path, where: Path | None) -> Iterator[Peer]:
    port, sql = free_port(), free_port()
    program, client = _program("virtuoso-t", where), _program("isql-vt", where)
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(http=port, sql=sql), encoding="utf-8")
    shutil.copy(data.quads, folder / "data.nq")
    command = [program, "+foreground", "+configfile", "virtuoso.ini"]
    with _running("virtuoso", command, folder, port, "/sparql") as peer:
        begun = time.perf_counter()
        load = "ld_dir('.', 'data.nq', 'http://example.org/'); rdf_loader_run(); checkpoint;"
        subprocess.run(  # noqa: S603 - a bench
            [client, f"127.0.0.1:{sql}", "dba", "dba", f"exec={load}"], cwd=folder, check=True, capture_output=True
        )
        yield Peer(peer.name, peer.port, peer.path, peer.started + time.perf_counter() - begun)


#: Name → what runs it.
PEERS: Final[dict[str, Callable[[Data, Path, Path | None], contextlib.AbstractContextManager[Peer]]]] = {
    "failuregraph": _ours,
    "oxigraph": _oxigraph,
    "oxigraph-memory": _oxigraph_in_memory,
    "virtuoso": _virtuoso,
    "rdflib-endpoint": _rdflib_endpoint,
}
