"""The facets by which records are browsed, and the table of records and values that stands behind the pages.

The table is read once from stored queries.  Each value has the set of the records that have it, so that choosing and
counting are operations on sets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import NAMESPACES, shorten
from failuregraph.pages.document import Link, link_to
from failuregraph.pages.things.uses import editorial_notes
from failuregraph.query import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from failuregraph.pages.site import Site
    from failuregraph.store import Term

__all__ = ["ABSENT", "FACETS", "Catalogue", "Entry", "Facet", "Named", "Value"]

#: The value of records that have none of a facet.
ABSENT: Final = "not-known"


@dataclass(frozen=True)
class Facet:
    """One way to choose records: its short name in addresses, what it means, and what it is in SPARQL.

    ``pattern`` binds a variable of the name of the facet; ``order`` says how values are listed.
    """

    name: str
    label: str
    meaning: str
    absent: str
    pattern: str
    order: str = "count"


FACETS: Final[dict[str, Facet]] = {
    facet.name: facet
    for facet in (
        Facet(
            "mode",
            "Failure mode",
            "In which way the system failed.",
            "Not known here, or not assessed",
            "?incident fg:failureMode ?mode .",
        ),
        Facet(
            "surface",
            "Kind of AI system",
            "The AI surface: what people met, such as a chatbot or a recommender.",
            "Not known here, or not assessed",
            "?incident fg:surface ?surface .",
        ),
        Facet(
            "wing",
            "Generative or predictive",
            "The wing of the surface: systems that make content, or systems that score, rank, perceive or steer.",
            "Not known here, or not assessed",
            "?incident fg:surface/skos:broader ?wing .",
        ),
        Facet(
            "severity",
            "Severity",
            "How grave the harm was, as the registry or a reviewed mapping rates it.",
            "Not known here, or not assessed",
            "?incident fg:severity ?severity .",
            "rank",
        ),
        Facet(
            "organisation",
            "Organisation",
            "Who is named, in any role, alleged or confirmed; a parent stands for its parts too.",
            "None named",
            "?incident fg:involvement/fg:organisation/org:subOrganizationOf* ?organisation .",
        ),
        Facet(
            "year",
            "Year",
            "The year of the incident, not of the report.",
            "Not known here",
            "?incident fg:incidentDate ?date .\n  BIND(SUBSTR(STR(?date), 1, 4) AS ?year)",
            "newest",
        ),
        Facet(
            "source",
            "Type of source",
            "What a record rests on; it counts under each type that it lists.",
            "Not known here",
            "?incident fg:source/fg:sourceType ?source .",
        ),
        Facet(
            "path",
            "Path to failure",
            "Observed: steps told of this incident. Profile: only the typical path of its failure mode is known.",
            "No path",
            "?incident fg:effectivePath/fg:basis ?path .",
        ),
        Facet(
            "confidence",
            "Confidence, computed",
            "How well the sources carry a record, by their independent origins.",
            "Cannot be computed",
            "?record fg:computedConfidence ?confidence .",
            "rank",
        ),
        Facet(
            "stated",
            "Confidence, stated",
            "What the registry itself says of its record.",
            "Not known here",
            "?record fg:confidence ?stated .",
            "rank",
        ),
        Facet(
            "registry",
            "Registry",
            "Who keeps a record; its licence is that of the registry.",
            "Not known here",
            "?record prov:wasAttributedTo ?registry .",
        ),
    )
}
#: The namespace of the usual values of a facet, which addresses leave out.
_SPACES: Final = {
    "mode": "mode",
    "surface": "surface",
    "wing": "surface",
    "severity": "severity",
    "organisation": "organisation",
    "source": "sourcetype",
    "path": "basis",
    "confidence": "confidence",
    "stated": "confidence",
    "registry": "registry",
}


@dataclass(frozen=True)
class Value:
    """A value of a facet, with the places of the records that have it; ``term`` is None for the value of the rest."""

    name: str
    label: str
    meaning: str
    term: Term | None
    records: frozenset[int]
    rank: int = 0


@dataclass(frozen=True)
class Named:
    """An organisation that a record names; claim and role are empty where they are not stated."""

    organisation: Link
    iri: str
    role: str
    claim: str


@dataclass(frozen=True)
class Entry:
    """One record as lists show it; ``values`` has the names of its values by facet, ``notes`` counts editorial ones."""

    identifier: str
    record: str
    incident: str
    title: str
    date: str
    precision: str
    earliest: str
    kind: str
    partial: bool
    licence: str
    summary: str
    values: Mapping[str, tuple[str, ...]]
    named: tuple[Named, ...]
    notes: int = 0


@dataclass(frozen=True)
class Catalogue:
    """All live records with their values: ``values`` is facet → name → value."""

    entries: tuple[Entry, ...]
    values: Mapping[str, Mapping[str, Value]]
    places: Mapping[str, int]

    @classmethod
    def read(cls, site: Site) -> Catalogue:
        """Return the catalogue of a release; of two titles or dates of one record the first counts."""
        rows: dict[str, tuple[str, ...]] = {}
        for row in site.rows("browse-records"):
            rows.setdefault(row[0], row)
        places = {identifier: place for place, identifier in enumerate(rows)}
        values, own = _values(site, places)
        named = _named(site)
        notes = {incident: len(each) for incident, each in editorial_notes(site.graphs).items()}
        entries = tuple(
            replace(_entry(row, own.get(name, {}), named.get(name, ())), notes=notes.get(row[2], 0))
            for name, row in rows.items()
        )
        return cls(entries, values, places)

    @property
    def everything(self) -> frozenset[int]:
        """The places of all records."""
        return frozenset(range(len(self.entries)))

    def having(self, facet: str, names: Iterable[str]) -> frozenset[int]:
        """Return the records that have one of the values; a name that is no value has none."""
        known = self.values[facet]
        return frozenset().union(*(known[name].records for name in names if name in known))

    def labels(self, entry: Entry, facet: str) -> tuple[str, ...]:
        """Return the labels of the values that a record has of a facet."""
        return tuple(self.values[facet][name].label for name in entry.values.get(facet, ()))


def _entry(row: tuple[str, ...], own: dict[str, list[str]], named: tuple[Named, ...]) -> Entry:
    identifier, record, incident, title, date, precision, earliest, kind, partial, _, licence, summary = row
    known = title or "Title not known"
    values = {facet: tuple(names) for facet, names in own.items()}
    when = (date, precision, earliest)
    return Entry(identifier, record, incident, known, *when, kind, bool(partial), licence, summary, values, named)


def _values(
    site: Site, places: Mapping[str, int]
) -> tuple[dict[str, dict[str, Value]], dict[str, dict[str, list[str]]]]:
    """Return facet → name → value, and identifier → facet → names."""
    sets: dict[str, dict[Term, set[int]]] = {facet: {} for facet in FACETS}
    own: dict[str, dict[str, list[str]]] = {}
    for identifier, facet, term in run(site.store, site.pages["browse-values"]).rows:
        if identifier is not None and facet is not None and term is not None:
            sets[facet.value].setdefault(term, set()).add(places[identifier.value])
            own.setdefault(identifier.value, {}).setdefault(facet.value, []).append(_short(facet.value, term))
    return {facet: _of_facet(site, facet, found, len(places)) for facet, found in sets.items()}, own


def _of_facet(site: Site, facet: str, found: Mapping[Term, set[int]], size: int) -> dict[str, Value]:
    values = [_value(site, facet, term, frozenset(records)) for term, records in found.items()]
    rest = frozenset(range(size)).difference(*found.values())
    absent = Value(ABSENT, FACETS[facet].absent, "What records have that say nothing of it.", None, rest)
    listed = sorted(values, key=_ORDERS[FACETS[facet].order])
    return {value.name: value for value in ([*listed, absent] if rest else listed)}


def _by_count(value: Value) -> tuple[int, str]:
    return -len(value.records), value.label.casefold() + value.name


def _by_rank(value: Value) -> tuple[int, str]:
    return -value.rank, value.label


def _by_year(value: Value) -> tuple[int, str]:
    return -int(value.name), ""


_ORDERS: Final = {"count": _by_count, "newest": _by_year, "rank": _by_rank}


def _value(site: Site, facet: str, term: Term, records: frozenset[int]) -> Value:
    label = link_to(term, site.labels).text
    if not isinstance(term, ox.NamedNode):
        return Value(term.value, label, "", term, records)
    meaning = site.everything.text(term.value, "skos:definition")
    rank = int(site.everything.text(term.value, "fg:rank") or 0)
    return Value(_short(facet, term), label, meaning, term, records, rank)


def _short(facet: str, term: Term) -> str:
    """Return how a value is written in addresses: without the usual namespace of its facet."""
    space = NAMESPACES[_SPACES[facet]] if facet in _SPACES else ""
    local = term.value.removeprefix(space)
    return local if local != term.value or not space else shorten(term.value)


def _named(site: Site) -> dict[str, tuple[Named, ...]]:
    """Return the organisations that each record names, by their labels."""
    found: dict[str, dict[Named, None]] = {}
    for identifier, organisation, role, claim in site.rows("browse-named"):
        link = link_to(ox.NamedNode(organisation), site.labels)
        named = Named(link, organisation, site.labels.get(role, ""), site.labels.get(claim, ""))
        found.setdefault(identifier, {})[named] = None
    return {
        identifier: tuple(sorted(all_, key=lambda each: (each.organisation.text.casefold(), each.role)))
        for identifier, all_ in found.items()
    }
