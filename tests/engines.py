"""Servers of other engines on loopback, each with a folder and ports of its own, and remotes that misbehave."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from live import free_port

from failuregraph.remote.transport import Remote

#: The user and the password of a new Virtuoso.
VIRTUOSO_USER = "dba"
VIRTUOSO = shutil.which("virtuoso-t")

_VIRTUOSO_INI = """\
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
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
ThreadsPerQuery = 1
AsyncQueueMaxThreads = 1
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 5
[SPARQL]
ResultSetMaxRows = 100000
"""


@dataclass(frozen=True)
class Engine:
    """A running server: where it is asked, where it is updated, and its Graph Store Protocol."""

    name: str
    query: Remote
    update: Remote
    graph_store: Remote


@contextlib.contextmanager
def oxigraph() -> Iterator[Engine]:
    """Run the Oxigraph server in memory, its default graph the union of the named ones."""
    port = free_port()
    program = Path(sys.executable).with_name("oxigraph")
    url = f"http://127.0.0.1:{port}"
    with _running([str(program), "serve", "--union-default-graph", "--bind", f"127.0.0.1:{port}"], None, f"{url}/"):
        yield Engine("oxigraph", Remote(f"{url}/query"), Remote(f"{url}/update"), Remote(f"{url}/store"))


@contextlib.contextmanager
def virtuoso(folder: Path) -> Iterator[Engine]:
    """Run Virtuoso on a new database in a folder; its own user may write, by Digest authentication."""
    http, sql = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(_VIRTUOSO_INI.format(http=http, sql=sql), encoding="utf-8")
    url = f"http://127.0.0.1:{http}"
    command = [str(VIRTUOSO), "+foreground", "+configfile", "virtuoso.ini"]
    with _running(command, folder, f"{url}/sparql?query=ASK%7B%7D"):
        writer = Remote("", user=VIRTUOSO_USER, password=VIRTUOSO_USER)
        update = replace(writer, url=f"{url}/sparql-auth")
        store = replace(writer, url=f"{url}/sparql-graph-crud-auth")
        yield Engine("virtuoso", Remote(f"{url}/sparql"), update, store)


@contextlib.contextmanager
def _running(command: list[str], folder: Path | None, url: str) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if process.poll() is not None:
                raise AssertionError(f"{command[0]} ended with {process.returncode}")
            with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310 - on loopback
                break
            time.sleep(0.1)
        yield
    finally:
        process.kill()
        process.wait(10)


Answering = Callable[[BaseHTTPRequestHandler], None]


@contextlib.contextmanager
def answering(answer: Answering) -> Iterator[str]:
    """Serve whatever the function writes, for every method, and give the address."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle_any(self) -> None:
            """Read the request, then answer as told."""
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with contextlib.suppress(ConnectionError):
                answer(self)

        do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - the names of http.server

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/sparql"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def reply(
    handler: BaseHTTPRequestHandler,
    body: bytes,
    status: int = 200,
    kind: str = "text/html",
    headers: Mapping[str, str] | None = None,
) -> None:
    """Write a response with its length."""
    handler.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
