"""A client that keeps N connections busy from one thread and counts complete answers; nothing but sockets."""

from __future__ import annotations

import json
import re
import selectors
import socket
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Round", "asked_once", "loaded"]

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_STATUS: Final = slice(9, 12)
_BLOCK: Final = 1 << 18


@dataclass
class Round:
    """What came of one round: the seconds of each answer, how many were refused, and how long it took in all."""

    times: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Complete answers of status 200 each second."""
        return len(self.times) / self.seconds

    @property
    def median(self) -> float:
        """The middle of the times of the answers, in milliseconds."""
        return 1000 * statistics.median(self.times) if self.times else float("nan")


class _Connection:
    """One connection that is kept open, and the answer that is coming in on it."""

    def __init__(self, port: int, number: int) -> None:
        # An address of its own for each, as each stands for another client.
        self.socket = socket.create_connection(
            ("127.0.0.1", port), timeout=120, source_address=(f"127.0.0.{2 + number % 250}", 0)
        )
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun = 0.0
        self.received = bytearray()
        self._body = -1
        self._end = -1

    def send(self, request: bytes) -> None:
        self.received.clear()
        self._body = self._end = -1
        self.begun = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> bool:
        """Take what has come; say whether the answer is complete."""
        block = self.socket.recv(_BLOCK)
        if not block:
            raise ConnectionError("the server closed a connection that was to be kept")
        self.received += block
        return self._complete()

    def _complete(self) -> bool:
        if self._body < 0:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            self._body = end + 4
            head = bytes(self.received[: end + 2])
            length = _LENGTH.search(head)
            self._end = self._body + int(length[1]) if length else -1
            if not length and not _CHUNKED.search(head):
                raise ConnectionError("an answer without a length")
        if self._end >= 0:
            return len(self.received) >= self._end
        return self.received.endswith(b"0\r\n\r\n")

    def body(self) -> bytes:
        """Return the body of a complete answer, out of its chunks where it came in some."""
        found, rest = b"", bytes(self.received[self._body :])
        if self._end >= 0:
            return rest
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            found, rest = found + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
        return found

    @property
    def status(self) -> bytes:
        return bytes(self.received[_STATUS])


def asked_once(port: int, request: bytes) -> tuple[float, int]:
    """Return the milliseconds of one request and the rows of its JSON; NaN where it was refused."""
    connection = _Connection(port, 0)
    with connection.socket:
        connection.send(request)
        while not connection.read():
            pass
        taken = 1000 * (time.perf_counter() - connection.begun)
    if connection.status != b"200":
        return float("nan"), 0
    return taken, len(json.loads(connection.body())["results"]["bindings"])


def loaded(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Round:
    """Return what came of asking on several connections at once for some seconds; each asks when it was answered."""
    found = Round()
    chosen = selectors.DefaultSelector()
    begun = time.perf_counter()
    for number in range(connections):
        connection = _Connection(port, number)
        chosen.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(next(requests))
    while chosen.get_map():
        for key, _ in chosen.select():
            connection = key.data
            if not connection.read():
                continue
            now = time.perf_counter()
            if connection.status == b"200":
                found.times.append(now - connection.begun)
            else:
                found.refused += 1
            if now - begun < seconds:
                connection.send(next(requests))
            else:
                chosen.unregister(connection.socket)
                connection.socket.close()
    found.seconds = time.perf_counter() - begun
    return found
