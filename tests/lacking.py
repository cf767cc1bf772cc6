"""A server of SPARQL that does little more than answer: the twin that must lose points."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox


class Lacking(BaseHTTPRequestHandler):
    """Answers every query as JSON with no other header, takes updates, and describes nothing."""

    store: ClassVar[ox.Store] = ox.Store()

    def do_GET(self) -> None:
        """Answer a query of the address."""
        self._answer(parse_qs(urlsplit(self.path).query).get("query", [""])[0])

    def do_POST(self) -> None:
        """Answer a query of a form; say yes to all else."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        query = parse_qs(body).get("query", [""])[0]
        if query:
            self._answer(query)
        else:
            self._send(200, "text/plain", b"done")

    def _answer(self, query: str) -> None:
        try:
            found = self.store.query(query, use_default_graph_as_union=True)
        except SyntaxError:
            self._send(500, "text/html", b"fault")
            return
        if isinstance(found, ox.QueryTriples):
            self._send(500, "text/html", b"no graphs")
        else:
            body = found.serialize(format=ox.QueryResultsFormat.JSON)
            self._send(200, "application/sparql-results+json", body or b"")

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def lacking(quads: list[ox.Quad]) -> Iterator[str]:
    """Run the server on some statements until the block ends; the address of its endpoint is given."""
    store = ox.Store()
    store.extend(quads)
    handler = type("Handler", (Lacking,), {"store": store})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/sparql"
        finally:
            server.shutdown()
            thread.join()
