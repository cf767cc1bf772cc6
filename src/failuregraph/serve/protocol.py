"""SPARQL 1.1 Protocol, the reading side: from a request to the one query it asks, or to a refusal."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from failuregraph.serve.negotiate import OVERRIDES, UnknownFormatError, choose, is_html, override
from failuregraph.serve.problems import Refused
from failuregraph.serve.scan import refusal

if TYPE_CHECKING:
    from starlette.types import Receive, Scope

    from failuregraph.serve.settings import Settings

__all__ = ["Asked", "Incoming", "read_request"]

_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_READ_ONLY: Final = "The endpoint is read-only; propose a change to the files of the project instead."


class Incoming:
    """A request as ASGI hands it over: method, address, headers in lower case, and its body."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method = str(scope["method"])
        self.path = str(scope["path"])
        self.query = _decoded(scope["query_string"])
        self.headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            key = name.decode("latin-1")
            text = value.decode("latin-1")
            self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text
        self.receive = receive
        client = scope.get("client")
        self.address = str(client[0]) if client else ""
        self.has_body = self.method not in ("GET", "HEAD")


def _decoded(raw: bytes) -> str | None:
    """Return the parameters of an address as text; some clients send letters beyond ASCII as they are."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


@dataclass(frozen=True)
class Asked:
    """One query: its text, its data set, and the format of the answer for each kind that it may have."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    formats: dict[str, str | None] = field(default_factory=dict)
    page: bool = False
    timeout: float | None = None


async def read_request(incoming: Incoming, settings: Settings) -> Asked | None:
    """Return what a request asks, or None for a GET without a query; raises Refused with the status."""
    if incoming.query is None:
        raise Refused(400, "The address is not UTF-8.")
    if len(incoming.path) + len(incoming.query) > settings.target:
        raise Refused(
            414, f"The address is longer than {settings.target} bytes; send the query by POST.", limit=settings.target
        )
    address = _pairs(incoming.query, "the address")
    if not incoming.has_body:
        if any(name == "update" for name, _ in address):
            raise Refused(400, _READ_ONLY)
        if not any(name == "query" for name, _ in address):
            return None
        return _asked(address, address, incoming, settings)
    return _posted(await _body(incoming, settings), address, incoming, settings)


def _posted(body: bytes, address: list[tuple[str, str]], incoming: Incoming, settings: Settings) -> Asked:
    kind = incoming.headers.get("content-type", "").partition(";")[0].strip().lower()
    text = _text(body, "the body")
    if kind == _UPDATE:
        raise Refused(403, _READ_ONLY)
    if kind == _QUERY:
        return _asked([("query", text), *(pair for pair in address if pair[0] != "query")], address, incoming, settings)
    if kind != _FORM:
        raise Refused(415, f"A query is posted as {_FORM} or {_QUERY}, not as “{kind or 'nothing'}”.")
    form = _pairs(text, "the body")
    if any(name == "update" for name, _ in form):
        raise Refused(403, _READ_ONLY)
    return _asked(form, [*address, *form], incoming, settings)


async def _body(incoming: Incoming, settings: Settings) -> bytes:
    if incoming.headers.get("content-encoding"):
        raise Refused(415, "A compressed request body is not accepted.")
    too_long = Refused(413, f"The query is longer than {settings.query} bytes.", limit=settings.query)
    if (
        incoming.headers.get("content-length", "").isdigit()
        and int(incoming.headers["content-length"]) > settings.query
    ):
        raise too_long
    body, more = b"", True
    while more:
        message = await incoming.receive()
        if message["type"] == "http.disconnect":
            raise Refused(499, "The client went away.")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > settings.query:
            raise too_long
    return body


def _pairs(encoded: str, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except (UnicodeDecodeError, ValueError) as error:
        raise Refused(400, f"The parameters in {where} are not UTF-8, or too many.") from error


def _text(body: bytes, where: str) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(400, f"The text in {where} is not UTF-8.") from error


def _asked(
    pairs: list[tuple[str, str]], overriding: list[tuple[str, str]], incoming: Incoming, settings: Settings
) -> Asked:
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) != 1:
        raise Refused(400, f"Exactly one query is needed, {len(queries)} were sent.")
    if len(queries[0].encode("utf-8", "surrogatepass")) > settings.query:
        raise Refused(413, f"The query is longer than {settings.query} bytes.", limit=settings.query)
    reason = refusal(queries[0], settings.nesting)
    if reason:
        raise Refused(400, reason)
    names = [value for name, value in overriding if name in OVERRIDES]
    accept = incoming.headers.get("accept")
    return Asked(
        queries[0],
        _graphs(pairs, "default-graph-uri"),
        _graphs(pairs, "named-graph-uri"),
        _formats(names, accept),
        _wants_page(names, accept),
        _timeout([value for name, value in overriding if name == "timeout"]),
    )


def _timeout(values: list[str]) -> float | None:
    """Return the seconds that the client gives the query; the deadline of the server still holds."""
    if not values:
        return None
    try:
        seconds = float(values[-1])
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise Refused(400, f"timeout “{values[-1][:40]}” is no number of seconds.")
    return seconds


def _graphs(pairs: list[tuple[str, str]], name: str) -> tuple[str, ...]:
    iris = tuple(value for key, value in pairs if key == name)
    for iri in iris:
        if ":" not in iri or any(sign in iri for sign in ' <>"{}|\\^`\n\r\t'):
            raise Refused(400, f"{name} “{iri}” is not an IRI.")
    return iris


def _formats(names: list[str], accept: str | None) -> dict[str, str | None]:
    kinds = ("table", "truth", "graph")
    if any(name.strip() for name in names):
        try:
            return {kind: override(names, kind) or ("json" if is_html(names) else None) for kind in kinds} | (
                {"graph": "ttl"} if is_html(names) else {}
            )
        except UnknownFormatError as error:
            known = "json, xml, csv, tsv, ttl, nt, jsonld, rdf, html"
            raise Refused(
                400, f"The format “{error}” is not known, or differs from another; use one of {known}."
            ) from error
    return {kind: _plain(choose(accept, kind, html=True), kind) for kind in kinds}


def _plain(name: str | None, kind: str) -> str | None:
    """Return the format that a page is made from where a page was chosen."""
    if name != "html":
        return name
    return "ttl" if kind == "graph" else "json"


def _wants_page(names: list[str], accept: str | None) -> bool:
    if any(name.strip() for name in names):
        return is_html(names)
    return choose(accept, "table", html=True) == "html"
