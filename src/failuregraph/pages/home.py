"""The front page: what the graph holds, how to search it, what was added last, and questions to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import FG, NAMESPACES, SCHEMES
from failuregraph.pages.dates import When, when
from failuregraph.pages.document import Link, link_to
from failuregraph.pages.markup import of_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from failuregraph.pages.markup import Markup
    from failuregraph.pages.site import Site
    from failuregraph.query import QueryFile

__all__ = ["Bar", "Home", "Latest", "home"]

_COUNTED: Final = ("mode", "surface", "severity")
_LATEST: Final = 8
#: How a scale is read: a part of the page's width out of this.
_FULL: Final = 100


@dataclass(frozen=True)
class Bar:
    """A value with its number of records; ``width`` is its share of the longest bar, in percent."""

    value: Link
    records: int
    width: int
    known: bool


@dataclass(frozen=True)
class Latest:
    """An incident in the list of the newest."""

    incident: Link
    date: When
    mode: str
    severity: str


@dataclass(frozen=True)
class Home:
    """The view of the front page."""

    records: int
    events: int
    organisations: int
    sources: int
    statements: int
    observed: int
    registries: tuple[tuple[Link, int, str], ...]
    counts: dict[str, tuple[Bar, ...]]
    latest: tuple[Latest, ...]
    questions: tuple[tuple[str, Link], ...]
    listed: int
    markup: Markup


def home(site: Site) -> Home:
    """Return the view of the front page."""
    registries = _registries(site)
    incidents = {each.event for each in site.facts.incidents.values() if each.kind == "incident"}
    manifest = site.release.manifest
    return Home(
        sum(records for _, records, _ in registries),
        len(incidents),
        manifest["counts"]["sources"].get("organisation", 0),
        _typed(site, "Source"),
        manifest["counts"]["quads"],
        sum(1 for traits in site.facts.traits.values() if traits["observed step"]),
        registries,
        {dimension: _bars(site, dimension) for dimension in _COUNTED},
        _latest(site),
        _first_questions(site),
        len(site.questions),
        of_catalogue(site),
    )


def _registries(site: Site) -> tuple[tuple[Link, int, str], ...]:
    """Return the registries with their pages, the number of their records and their licence."""
    named = {name: iri for iri, name in site.labels.items() if iri.startswith(NAMESPACES["registry"])}
    return tuple(
        (link_to(ox.NamedNode(named[name]), site.labels), int(records), licence)
        for name, records, licence in site.rows("registries")
    )


def _typed(site: Site, name: str) -> int:
    """Return how many things of the records have a class."""
    records = (triples for graph, triples in site.graphs.items() if graph.startswith(NAMESPACES["record"]))
    return sum(1 for triples in records for each in triples if str(each.object) == f"<{FG}{name}>")


def _bars(site: Site, dimension: str) -> tuple[Bar, ...]:
    """Return the values of a dimension with their records: a scale from the top, and last of all what is not known."""
    rows = [(value, int(n)) for kind, value, n in site.rows("counts") if kind == dimension and int(n)]
    longest = max((n for _, n in rows), default=1)
    named = {site.labels[iri]: iri for iri in site.labels if iri.startswith(NAMESPACES[SCHEMES[dimension]])}
    rows.sort(key=lambda row: (row[0] == "not known", -site.uses.ranks.get(named.get(row[0], ""), 0)))
    return tuple(
        Bar(_chosen(dimension, value, named.get(value, "")), n, round(_FULL * n / longest), value in named)
        for value, n in rows
    )


def _chosen(dimension: str, value: str, iri: str) -> Link:
    """Return a value that leads to its incidents."""
    local = iri.rpartition("#")[2] or "not-known"
    return Link(value, f"/incidents?{dimension}={local}")


def _latest(site: Site) -> tuple[Latest, ...]:
    rows = site.rows("latest")[:_LATEST]
    return tuple(
        Latest(Link(title, f"/record/{identifier}"), when(date), mode, severity)
        for identifier, title, date, mode, severity in rows
    )


def _first_questions(site: Site) -> tuple[tuple[str, Link], ...]:
    """Return for each kind of reader the first question that is written for them."""
    first: dict[str, Link] = {}
    for query in _by_persona(site):
        link = Link(query.said("question"), f"/questions/{query.name}")
        first.setdefault(query.said("persona"), link)
    return tuple(sorted(first.items()))


def _by_persona(site: Site) -> Iterable[QueryFile]:
    """Return the questions: those with an answer in this release first, then those that are drawn and need no value."""
    rows = {name: each.rows for name, each in site.answered.items()}
    return sorted(
        site.questions.values(),
        key=lambda each: (not rows.get(each.name), bool(each.parameters), each.said("view") == "table"),
    )
