"""A running server and a client that sends exactly what it is told, for tests over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from failuregraph.project import Project


@dataclass(frozen=True)
class Reply:
    """A response as it came: status, headers in lower case, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Server:
    """A running server and a client that sends exactly the headers it is given."""

    port: int
    pid: int = 0

    @property
    def url(self) -> str:
        """The address of the front page, without the slash."""
        return f"http://127.0.0.1:{self.port}"

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """Return the reply to one request on a new connection; ``content_type`` stands for Content-Type."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, found, response.read())
        finally:
            connection.close()

    def ready(self) -> bool:
        """Say whether the server answers by now."""
        with contextlib.suppress(ConnectionError):
            return self.get("/health").status == 200
        return False

    def get(self, path: str, accept: str | None = None) -> Reply:
        """Return the reply to a GET."""
        return self.send("GET", path) if accept is None else self.send("GET", path, Accept=accept)

    def ask(self, query: str, accept: str | None = None, **parameters: str) -> Reply:
        """Return the reply to a query by GET."""
        return self.get("/sparql?" + urlencode({"query": query, **parameters}), accept)


def eventually(condition: Callable[[], bool], within: float = 30.0) -> bool:
    """Return whether a condition comes true in so many seconds; it is asked again ten times a second.

    What a busy machine does late is still done: a proof waits for it, and names a time where the time is the promise.
    """
    end = time.monotonic() + within
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def ended(process: subprocess.Popen[bytes], within: float = 20.0) -> None:
    """End a process; raise TimeoutExpired where it had to be killed, as it did not end by itself in so many seconds."""
    process.terminate()
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def free_port() -> int:
    """Return a port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(project: Project, out: Path, *options: str) -> Iterator[Server]:
    """Run the server on a project as a user would, with more options of ``serve``, until the block ends."""
    server = Server(free_port())
    command = [sys.executable, "-m", "failuregraph", "--project", str(project.root), "serve", *options]
    for workspace in project.imports:
        command += ["--with", str(workspace.path)]
    log = (out.parent / f"{out.name}.log").open("w+b")
    process = subprocess.Popen([*command, "--port", str(server.port), "-o", str(out)], stderr=log)
    try:
        if not eventually(lambda: server.ready() or process.poll() is not None) or process.poll() is not None:
            log.seek(0)
            raise AssertionError(log.read().decode())
        yield Server(server.port, process.pid)
    finally:
        ended(process)
        log.close()
