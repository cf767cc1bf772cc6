"""A listener that nobody may call: it counts connections and answers none."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Honeypot", "honeypot"]


@dataclass
class Honeypot:
    """A port on this machine and the peers that connected to it."""

    port: int
    calls: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The address that a hostile query names."""
        return f"http://127.0.0.1:{self.port}/sparql"


@contextlib.contextmanager
def honeypot() -> Iterator[Honeypot]:
    """Listen until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Honeypot(int(listener.getsockname()[1]))
        stopping = threading.Event()
        listener.settimeout(0.1)

        def listen() -> None:
            while not stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    connection, peer = listener.accept()
                    connection.close()
                    found.calls.append(str(peer))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield found
        finally:
            stopping.set()
            thread.join()
