"""Running the server: a free port, uvicorn on one address, a line that says where it is."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import uvicorn

from failuregraph.errors import WrongUse
from failuregraph.serve.app import application

if TYPE_CHECKING:
    from failuregraph.build import Release
    from failuregraph.project import Project

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


def run(release: Release, project: Project, host: str, port: int) -> None:
    """Serve a release until the process is told to stop."""
    app = application(release, project)
    sys.stderr.write(f"Serving release {release.identifier} at http://{host}:{port}/ (Ctrl-C stops it)\n")
    uvicorn.run(app, host=host, port=port, http="httptools", log_level="warning", server_header=False)
