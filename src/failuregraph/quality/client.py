"""A client of the SPARQL 1.1 Protocol that shows replies as they came, refusals and silence among them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urljoin, urlsplit

import pyoxigraph as ox

from failuregraph.errors import RemoteFailed, WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["FORM", "JSON", "QUERY", "Client", "Reply", "graph_of"]

JSON: Final = "application/sparql-results+json"
FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
#: The formats of graphs, by media type.
_GRAPHS: Final = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
_REDIRECTS: Final = 5
_LONGEST: Final = 64 * 1024 * 1024


@dataclass(frozen=True)
class Reply:
    """A reply as it came, headers in lower case; status 0 and a sentence where none came."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def media(self) -> str:
        """The media type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def fine(self) -> bool:
        """Whether it is an answer."""
        return self.status == 200  # noqa: PLR2004 - HTTP

    @property
    def refused(self) -> bool:
        """Whether the request was refused as the client's fault."""
        return 400 <= self.status < 500  # noqa: PLR2004 - HTTP


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Shows redirects instead of following them."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


class Client:
    """Asks one endpoint; ``silence`` is how many seconds it waits."""

    def __init__(self, endpoint: str, silence: float = 30.0) -> None:
        if urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).netloc:
            message = f"“{endpoint}” is not the address of an endpoint; write one that begins with http:// or https://."
            raise WrongUse(message)
        self.endpoint, self.silence = endpoint, silence
        self._opener = urllib.request.build_opener(_NoRedirect)

    def send(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Reply:
        """Return the reply to one request."""
        request = urllib.request.Request(url, body, dict(headers or {}), method=method)  # noqa: S310 - http and https alone
        try:
            with self._opener.open(request, timeout=self.silence) as found:
                return Reply(found.status, _lower(found.headers.items()), found.read(_LONGEST))
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, _lower(error.headers.items()), error.read(_LONGEST))
        except (OSError, ValueError) as error:
            return Reply(0, {}, str(getattr(error, "reason", error)).encode())

    def address(self, query: str) -> str:
        """Return the address of a query by GET."""
        mark = "&" if urlsplit(self.endpoint).query else "?"
        return self.endpoint + mark + urlencode({"query": query})

    def get(self, query: str, accept: str = JSON, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the reply to a query by GET."""
        return self.send("GET", self.address(query), {"Accept": accept, **(headers or {})})

    def post(self, body: str, kind: str) -> Reply:
        """Return the reply to a POST with a body of that media type."""
        return self.send("POST", self.endpoint, {"Accept": JSON, "Content-Type": kind}, body.encode())

    def describe(self, accept: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the reply to a GET without a query, which asks for the service description."""
        return self.send("GET", self.endpoint, {"Accept": accept, **(headers or {})})

    def follow(self, url: str, accept: str) -> Reply:
        """Return what an address leads to in the end."""
        for _ in range(_REDIRECTS):
            reply = self.send("GET", url, {"Accept": accept})
            if "location" not in reply.headers:
                break
            url = urljoin(url, reply.headers["location"])
            if urlsplit(url).scheme not in ("http", "https"):
                return Reply(0, {}, b"it leads away from the web")
        return reply

    def rows(self, query: str) -> list[dict[str, str]] | None:
        """Return the rows of a SELECT as texts, or None where no whole answer came."""
        reply = self.post(urlencode({"query": query}), FORM)
        if not reply.fine:
            return None
        try:
            bindings = json.loads(reply.body)["results"]["bindings"]
            return [{name: str(term["value"]) for name, term in row.items()} for row in bindings]
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def must_live(self) -> None:
        """Raise RemoteFailed where the endpoint does not even answer ASK {}."""
        reply = self.get("ASK {}")
        if reply.status == 0:
            message = f"{self.endpoint}: no answer ({reply.body.decode(errors='replace')}); is the server running?"
            raise RemoteFailed(message)
        if not reply.fine or b"boolean" not in reply.body:
            message = (
                f"{self.endpoint}: {reply.status} and no answer to an empty ASK; is this the address of an endpoint?"
            )
            raise RemoteFailed(message)


def _lower(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in pairs}


def graph_of(reply: Reply) -> list[ox.Triple] | None:
    """Return the statements of a reply, read by its own media type, or None where it is no graph."""
    form = _GRAPHS.get(reply.media)
    if not reply.fine or form is None:
        return None
    try:
        return [quad.triple for quad in ox.parse(reply.body, format=form, base_iri="http://reply.invalid/")]
    except (SyntaxError, ValueError):
        return None
