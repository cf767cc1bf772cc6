"""Aspects of the protocol: forms of requests, formats of answers, CORS, caching, refusals."""

from __future__ import annotations

import csv
import io
from typing import Final
from urllib.parse import urlencode

import pyoxigraph as ox

from failuregraph.quality.client import FORM, JSON, QUERY, Client, Reply, graph_of
from failuregraph.quality.marks import Aspect

__all__ = ["caching", "cors", "formats", "requests", "updates"]

_SELECT: Final = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 3"
_CONSTRUCT: Final = "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3"
_ASK: Final = "ASK { ?s ?p ?o }"
_BROKEN: Final = "SELECT ?s WHERE {"
_CSV: Final = "text/csv"
_TABLES: Final = {
    JSON: ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_GRAPHS: Final = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
_LINES: Final = 4
#: A comment that makes a query longer than many servers take in an address without care.
_LONG: Final = "#" + "x" * 6000 + "\n"


def requests(client: Client) -> Aspect:
    """Look at every way to send a query that the protocol has."""
    aspect = Aspect("requests")
    aspect.check(_is_table(client.get(_SELECT)), "a query by GET is not answered")
    form = client.post(urlencode({"query": _SELECT}), FORM)
    aspect.check(_is_table(form), "a query by a form is not answered")
    direct = client.post(_SELECT, QUERY)
    aspect.check(_is_table(direct), "a query as the body of a POST is not answered")
    aspect.check(_is_table(client.get(_LONG + _SELECT)), "a GET of 6,000 characters is not answered")
    head = client.send("HEAD", client.address(_SELECT), {"Accept": JSON})
    aspect.check(head.fine and head.media == JSON and not head.body, "HEAD does not answer with the headers of GET")
    options = client.send("OPTIONS", client.endpoint)
    aspect.check(200 <= options.status < 300 and "allow" in options.headers, "OPTIONS does not say what is allowed")  # noqa: PLR2004 - HTTP
    aspect.check(client.get(_BROKEN).status == 400, "a query that does not parse is not refused with 400")  # noqa: PLR2004 - HTTP
    return aspect


def _is_table(reply: Reply) -> bool:
    if not reply.fine:
        return False
    try:
        if reply.media == _CSV:
            return len(list(csv.reader(io.StringIO(reply.body.decode(), newline=""), strict=True))) >= _LINES
        found = ox.parse_query_results(reply.body, format=_TABLES[reply.media])
        return isinstance(found, ox.QueryBoolean) or any(True for _ in found)
    except (SyntaxError, ValueError, KeyError, csv.Error):
        return False


def formats(client: Client) -> Aspect:
    """Ask for each format of answers, and read back what came."""
    aspect = Aspect("formats")
    for media in (*_TABLES, _CSV):
        reply = client.get(_SELECT, media)
        aspect.check(reply.media == media and _is_table(reply), f"a SELECT does not come as {media}")
    for media in (JSON, "application/sparql-results+xml"):
        reply = client.get(_ASK, media)
        aspect.check(reply.media == media and _is_table(reply), f"an ASK does not come as {media}")
    for media in _GRAPHS:
        reply = client.get(_CONSTRUCT, media)
        aspect.check(reply.media == media and graph_of(reply), f"a CONSTRUCT does not come as {media}")
    reply = client.get(_SELECT, "text/csv;q=0.1, application/sparql-results+xml")
    aspect.check(reply.media == "application/sparql-results+xml", "the order of preference in Accept is not followed")
    aspect.check(client.get(_SELECT, "image/png").status == 406, "what cannot be had is not refused with 406")  # noqa: PLR2004 - HTTP
    aspect.check("accept" in client.get(_SELECT).headers.get("vary", "").lower(), "Vary does not name Accept")
    return aspect


def cors(client: Client) -> Aspect:
    """Look whether a script of another page may read answers and errors."""
    aspect, key, page = Aspect("cors"), "access-control-allow-origin", {"Origin": "https://example.org"}
    aspect.check(key in client.get(_ASK, headers=page).headers, "an answer may not be read by other pages")
    aspect.check(key in client.get(_BROKEN, headers=page).headers, "an error may not be read by other pages")
    description = client.describe("text/turtle", page)
    aspect.check(key in description.headers, "the service description may not be read by other pages")
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    preflight = client.send("OPTIONS", client.endpoint, page | asked)
    allowed = preflight.headers.get("access-control-allow-methods", "")
    aspect.check(key in preflight.headers and "POST" in allowed, "a preflight for POST is not answered")
    return aspect


def caching(client: Client) -> Aspect:
    """Look whether the same answer has to be sent twice."""
    aspect, first = Aspect("caching"), client.get(_SELECT)
    tag = first.headers.get("etag", "")
    aspect.check(tag, "an answer has no ETag")
    again = client.get(_SELECT, headers={"If-None-Match": tag or '"none"'})
    aspect.check(again.status == 304 and not again.body, "If-None-Match does not lead to 304")  # noqa: PLR2004 - HTTP
    other = client.get(_SELECT, _CSV).headers.get("etag", "")
    aspect.check(tag and other != tag, "two formats do not have ETags of their own")
    return aspect


def updates(client: Client) -> Aspect:
    """Look whether updates are refused; the one that is sent inserts nothing."""
    aspect, nothing = Aspect("updates"), "INSERT DATA {}"
    direct = client.post(nothing, "application/sparql-update")
    aspect.check(direct.refused, "an update as the body of a POST is not refused")
    form = client.post(urlencode({"update": nothing}), FORM)
    aspect.check(form.refused, "an update by a form is not refused")
    by_query = client.get(nothing)
    aspect.check(by_query.refused, "an update in place of a query is not refused")
    return aspect
