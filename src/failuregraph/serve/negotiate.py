"""Content negotiation as pure functions: from what a client sends to the name of one format.

Follows RFC 9110 §12.5.1; Werkzeug parses the header.  HTML is only chosen where it is named.  A parameter of the
address that names a format wins over the header.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Final

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from failuregraph.names import FORMATS, format_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["DOCUMENT_FORMATS", "OVERRIDES", "UnknownFormatError", "choose", "is_html", "override", "prefers"]

_LONGEST: Final = 2048
_RANGES: Final = 32
_HTML: Final = "text/html"
_ANY: Final = "*/*"
_PLAIN: Final = "text/plain"

#: The formats of a document, in the order of preference where a client has none.
DOCUMENT_FORMATS: Final = ("ttl", "jsonld", "nt", "rdf", "nq")
#: The parameters that name a format; SPARQLWrapper sends all three.
OVERRIDES: Final = ("format", "output", "results")


class UnknownFormatError(ValueError):
    """A ``format`` parameter that names no format, or two different ones."""


_Offers = list[tuple[str, str]]


def _offers(kind: str) -> tuple[_Offers, _Offers]:
    """Return media type and format name of what an answer of that kind can be, best first, and the types' other names.

    Another name counts only where a client says it: a range such as ``text/*`` asks for what is sent.
    """
    if kind == "question":
        return _of_a_question()
    if kind == "list":
        graphs, others = _offers("graph")
        return [*graphs, (_PLAIN, "txt")], others
    graph = kind == "graph"
    known = [each for each in FORMATS if (each.graph if graph else each.table)]
    if kind == "truth":
        known = [each for each in known if each.name in ("json", "xml")]
    mains = [(each.media_type, each.name) for each in known]
    return mains, [(alias, each.name) for each in known for alias in each.aliases if "/" in alias]


def _of_a_question() -> tuple[_Offers, _Offers]:
    """Return what an address of a question can be: its own statements first, then its answer, for which JSON stands."""
    (graphs, graph_names), (tables, table_names) = _offers("graph"), _offers("table")
    taken = {media for media, _ in table_names}
    return graphs + tables, [pair for pair in graph_names if pair[0] not in taken] + table_names


#: Clients send the same few headers again and again, and reading one takes longer than a short query.
_KEPT: Final = 1024


@functools.lru_cache(_KEPT)
def choose(accept: str | None, kind: str, *, html: bool = False) -> str | None:
    """Return the format name for an answer of a kind (table, truth, graph, question, list), or None where nothing fits.

    The highest quality wins, then the type that is named more exactly, then our order; a page stands before its equals.
    An absent, empty or unusable header takes the default; ``q=0`` excludes; parameters of a media type
    are ignored.  ``html`` says whether a page exists.

    >>> choose("text/csv;q=0.5, application/sparql-results+xml", "table")
    'xml'
    >>> choose("text/csv, */*", "table")
    'csv'
    >>> choose("text/turtle", "table") is None
    True
    """
    offers, others = _offers(kind)
    wishes = _parsed(accept)
    if not wishes:
        return offers[0][1]
    offers = offers + [pair for pair in others if pair[0] in wishes]
    weight, name = max(((_weight(wishes, media), name) for media, name in offers), key=operator.itemgetter(0))
    if html and wishes.get(_HTML, 0) > 0 and _weight(wishes, _HTML) >= weight:
        return "html"
    return name if weight[0] > 0 else None


def _weight(wishes: Mapping[str, float], media: str) -> tuple[float, int]:
    """Return how much a type is liked, and how exactly the range names it that says so: the most exact one does."""
    for exactness, each in ((2, media), (1, f"{media.partition('/')[0]}/*"), (0, _ANY)):
        if each in wishes:
            return wishes[each], exactness
    return 0, 0


def _parsed(accept: str | None) -> dict[str, float]:
    """Return range → quality of a header without parameters of media types, cut to a sane length."""
    ranges = []
    for part in (accept or "")[:_LONGEST].split(",")[:_RANGES]:
        media, *parameters = (each.strip() for each in part.split(";"))
        quality = next((each for each in parameters if each.lower().startswith("q=")), "")
        if _is_range(media):
            ranges.append(f"{media};{quality}" if quality else media)
    found: dict[str, float] = {}
    for media, liked in parse_accept_header(", ".join(ranges), MIMEAccept):
        found.setdefault(media.lower(), liked)
    return found


def _is_range(media: str) -> bool:
    kind, _, rest = media.partition("/")
    return bool(kind and rest) and "/" not in rest and (kind != "*" or rest == "*")


def is_html(values: Sequence[str]) -> bool:
    """Say whether the parameters that name a format name the page."""
    return any(each.strip().lower() in ("html", _HTML) for each in values)


def override(values: Sequence[str], kind: str, *, html: bool = False) -> str | None:
    """Return the format that ``format``, ``output`` and ``results`` name for an answer of a kind.

    Each value is a name, a media type or a list of them (SPARQLWrapper sends three that agree).  None
    where the named format does not fit the kind; raises UnknownFormatError for a name that is no format.
    ``html`` says whether a page is a format like the others.
    """
    found: list[str] = []
    for name in (part.strip().lower() for value in values for part in value.split(",")):
        if not name:
            continue
        fitting = format_named(name, graph=kind == "graph")
        if fitting is not None:
            found.append(fitting.name)
        elif is_html([name]):
            found += ["html"] if html else []
        elif format_named(name, graph=kind != "graph") is None:
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
    named = _parsed(accept)
    best = max((named.get(each, 0) for each in types), default=0)
    return best > max(named.get(_PLAIN, 0), named.get(_HTML, 0))
