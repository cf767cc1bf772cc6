"""Running the server: a free port, uvicorn on one address, an orderly end."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import uvicorn

from failuregraph.errors import WrongUse

if TYPE_CHECKING:
    from failuregraph.serve.front import Front

__all__ = ["free_or_refuse", "run"]


def free_or_refuse(host: str, port: int) -> None:
    """Raise WrongUse where the port is taken or the address is not one of this machine."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"port {port} on {host} cannot be used ({error.strerror}); choose another with --port."
            raise WrongUse(message) from error


def run(front: Front, host: str, port: int, *, root: str = "", proxies: str = "") -> None:
    """Serve until the process is told to stop; running queries then have their deadline to end.

    ``proxies`` are the addresses of reverse proxies whose X-Forwarded-For is believed; without one the address
    of the connection counts.
    """
    uvicorn.run(
        front,
        host=host,
        port=port,
        http="httptools",
        log_level="warning",
        access_log=False,
        server_header=False,
        root_path=root,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        timeout_graceful_shutdown=int(front.settings.deadline) + 1,
    )
