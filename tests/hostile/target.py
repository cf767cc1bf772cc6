"""A server to attack: started with a short deadline, asked from any address of this machine, and watched."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from live import Server, ended, eventually

from failuregraph.cli.release import serve_command
from failuregraph.names import BASE
from failuregraph.project import Project
from failuregraph.serve.settings import Settings
from hostile.case import Case

__all__ = ["CROWDED", "DEADLINE", "Answer", "Target", "attacked", "can_set", "limit", "look_up", "whole"]

#: The deadline in tests, in seconds.
DEADLINE = 2.0
#: Whether other tests run beside this one, on a machine that may have two processors.
CROWDED = "PYTEST_XDIST_WORKER" in os.environ
#: How much later than the deadline an answer may come, in seconds: the promise, and what a crowded machine may add.
GRACE = 4.0 if CROWDED else 1.0
_NUMBERS = itertools.count()


def can_set(option: str) -> bool:
    """Say whether the command that serves has this option."""
    return any(option in parameter.opts for parameter in serve_command.params)


def limit(name: str, value: float) -> tuple[str, ...]:
    """Return the words of a command line that set a limit."""
    return ("--limit", f"{name}={value:g}")


@dataclass(frozen=True)
class Answer:
    """What came back: status, body, headers, and the seconds it took."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def _received(connection: http.client.HTTPConnection, started: float) -> Answer:
    response = connection.getresponse()
    found = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, response.read(), found, time.perf_counter() - started)


@dataclass(frozen=True)
class Target:
    """A running server, its front process, and the deadline that it keeps."""

    port: int
    pid: int
    deadline: float

    def send(self, case: Case, source: str = "", accept: str = "application/sparql-results+json, */*;q=0.1") -> Answer:
        """Return the answer to a case, sent from ``source``; without one, from an address that nobody used before."""
        started = time.perf_counter()
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(source or _fresh(), 0)
        )
        with contextlib.closing(connection):
            headers = {"Content-Type": case.content_type, "Accept": accept, "Connection": "close"}
            # A server may refuse before it has read all of the body, and then the reason is what counts.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", case.address, case.query.encode(), headers)
            try:
                return _received(connection, started)
            except (ConnectionError, http.client.HTTPException) as error:
                return Answer(0, repr(error).encode(), {}, time.perf_counter() - started)

    def benign(self, source: str = "") -> Answer:
        """Return the answer to a look-up that no cache can know."""
        return self.send(Case("benign", look_up(next(_NUMBERS)), frozenset({200})), source)

    def trial(self, cases: Iterable[Case]) -> list[str]:
        """Send each case and a look-up after it; return a sentence for each that was not dealt with honestly."""
        return [wrong for case in cases for wrong in self.judged(case, self.send(case))]

    def judged(self, case: Case, answer: Answer) -> Iterator[str]:
        """Yield what is wrong with the answer to a case, and with the server after it."""
        if answer.status not in case.expected:
            yield f"{case.name}: {answer.status} is none of {sorted(case.expected)}: {answer.body[:200]!r}"
        if answer.seconds > self.deadline + GRACE:
            yield f"{case.name}: took {answer.seconds:.1f} s, the deadline is {self.deadline:g} s"
        if answer.status == 200 and not whole(answer):
            yield f"{case.name}: 200 with a body that does not parse: {answer.body[-200:]!r}"
        if answer.status != 200 and len(answer.body) < 20:
            yield f"{case.name}: {answer.status} without a reason: {answer.body!r}"
        after = self.benign()
        if after.status != 200 or not whole(after):
            yield f"{case.name}: the look-up after it was answered {after.status}: {after.body[:200]!r}"


def look_up(number: int) -> str:
    """Return a question about one incident, different for each number."""
    return f"SELECT ?p ?o {{ VALUES ?n {{ {number} }} <{BASE}incident/FI-9001> ?p ?o }}"


def whole(answer: Answer) -> bool:
    """Say whether a JSON answer parses; other formats are read elsewhere, and a graph may be empty."""
    if "results+json" not in answer.headers.get("content-type", ""):
        return True
    with contextlib.suppress(ValueError):
        found = json.loads(answer.body)
        return "boolean" in found or "bindings" in found.get("results", {})
    return False


def _fresh() -> str:
    number = next(_NUMBERS) % 60_000
    return f"127.{1 + number // 250 % 200}.7.{1 + number % 250}"


@contextlib.contextmanager
def attacked(project: Project, out: Path, *options: str, deadline: float = DEADLINE) -> Iterator[Target]:
    """Run the server on a project with a short deadline, where it can be set, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "failuregraph", "--project", str(project.root), "serve", "--port", str(port)]
    command += ["-o", str(out), *limit("deadline", deadline), *options]
    with (out / "stderr").open("wb") as errors:
        process = subprocess.Popen(command, stderr=errors)
    try:
        _wait(Server(port), process, out / "stderr")
        yield Target(port, process.pid, deadline if can_set("--limit") else Settings().deadline)
    finally:
        ended(process)


def _wait(server: Server, process: subprocess.Popen[bytes], errors: Path) -> None:
    """Return when the server answers; raise what it said where it ended."""
    if not eventually(lambda: server.ready() or process.poll() is not None) or process.poll() is not None:
        raise AssertionError(errors.read_text(encoding="utf-8"))
