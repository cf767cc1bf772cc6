"""Content negotiation as pure functions: from what a client sends to the name of one format.

Follows RFC 9110 §12.5.1; Werkzeug parses the header.  HTML is only chosen where it is named.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from failuregraph.names import FORMATS, format_named

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["DOCUMENT_FORMATS", "UnknownFormatError", "choose", "override", "prefers"]

_LONGEST: Final = 2048
_RANGES: Final = 32
_HTML: Final = "text/html"

#: The formats of a document, in the order of preference where a client has none.
DOCUMENT_FORMATS: Final = ("ttl", "jsonld", "nt", "rdf", "nq")


class UnknownFormatError(ValueError):
    """A ``format`` parameter that names no format, or two different ones."""


def _offers(kind: str) -> list[tuple[str, str]]:
    """Return media type and format name of what an answer of that kind can be, best first."""
    if kind == "question":
        return _of_a_question()
    graph = kind == "graph"
    known = [each for each in FORMATS if (each.graph if graph else each.table)]
    if kind == "truth":
        known = [each for each in known if each.name in ("json", "xml")]
    mains = [(each.media_type, each.name) for each in known]
    others = [(alias, each.name) for each in known for alias in each.aliases if "/" in alias]
    return mains + others


def _of_a_question() -> list[tuple[str, str]]:
    """Return what an address of a question can be: its own statements first, then its answer, for which JSON stands."""
    graphs, tables = _offers("graph"), _offers("table")
    taken = {media for media, _ in tables}
    return [pair for pair in graphs if pair[0] not in taken] + tables


#: Clients send the same few headers again and again, and reading one takes longer than a short query.
_KEPT: Final = 1024


@functools.lru_cache(_KEPT)
def choose(accept: str | None, kind: str, *, html: bool = False) -> str | None:
    """Return the format name for an answer of a kind (table, truth, graph, question), or None where nothing fits.

    An absent, empty or unusable header takes the default; ``q=0`` excludes; parameters of a media type
    are ignored.  ``html`` says whether a page exists.

    >>> choose("text/csv;q=0.5, application/sparql-results+xml", "table")
    'xml'
    >>> choose("text/turtle", "table") is None
    True
    """
    offers = _offers(kind)
    parsed = _parsed(accept)
    if not parsed:
        return offers[0][1]
    named = any(value.lower() == _HTML for value, quality in parsed if quality > 0)
    types = [media for media, _ in offers] + ([_HTML] if html and named else [])
    if html and named and parsed.quality(_HTML) >= max((parsed.quality(media) for media, _ in offers), default=0):
        return "html"
    best = max(types, key=lambda media: (parsed.quality(media), -types.index(media)))
    if parsed.quality(best) <= 0:
        return None
    return "html" if best == _HTML else dict(reversed(offers))[best]


def _parsed(accept: str | None) -> MIMEAccept:
    """Return the header without parameters of media types, cut to a sane length."""
    ranges = []
    for part in (accept or "")[:_LONGEST].split(",")[:_RANGES]:
        media, *parameters = (each.strip() for each in part.split(";"))
        quality = next((each for each in parameters if each.lower().startswith("q=")), "")
        if media.count("/") == 1 and not media.startswith("/") and not media.endswith("/"):
            ranges.append(f"{media};{quality}" if quality else media)
    return parse_accept_header(", ".join(ranges), MIMEAccept)


def override(values: Sequence[str], kind: str) -> str | None:
    """Return the format that ``format``, ``output`` and ``results`` name for an answer of a kind.

    Each value is a name, a media type or a list of them (SPARQLWrapper sends three that agree).  None
    where the named format does not fit the kind; raises UnknownFormatError for a name that is no format.
    """
    found: list[str] = []
    for name in (part.strip().lower() for value in values for part in value.split(",")):
        if not name:
            continue
        fitting = format_named(name, graph=kind == "graph")
        if fitting is not None:
            found.append(fitting.name)
        elif name not in ("html", _HTML) and format_named(name, graph=kind != "graph") is None:
            raise UnknownFormatError(name)
    if len(set(found)) > 1:
        raise UnknownFormatError(", ".join(dict.fromkeys(found)))
    return found[0] if found else None


@functools.lru_cache(_KEPT)
def prefers(accept: str | None, *types: str) -> bool:
    """Say whether the header names one of the types, and no plain text or page that it likes as much.

    >>> prefers("application/json, text/plain;q=0.5", "application/json")
    True
    >>> prefers("*/*", "application/json")
    False
    """
    parsed = _parsed(accept)
    named = {value.lower(): quality for value, quality in parsed}
    best = max((named.get(each, 0) for each in types), default=0)
    return best > max(named.get("text/plain", 0), named.get(_HTML, 0))
