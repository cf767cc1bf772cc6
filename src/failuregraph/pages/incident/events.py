"""The records of one event, where they contradict, and the records of other registries that are not here."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import NAMESPACES
from failuregraph.pages.dates import when
from failuregraph.pages.document import Link

if TYPE_CHECKING:
    from failuregraph.pages.site import Site

__all__ = ["Differing", "Elsewhere", "Event", "Told", "event", "registry_of"]

_DATE: Final = "incident date"
#: How the identifiers of a registry begin, with its identifier here.
_REGISTRIES: Final = {
    "AGL": "agent-incident-log",
    "AIID": "aiid",
    "AIL": "ai-incident-law",
    "APM": "agent-postmortems",
    "ATLAS": "atlas",
    "FG": "failure-graph",
    "FI": "ai-failure-index",
}
#: Where a registry has the page of a record, before the number that stands in the identifier here.
_PAGES: Final = {"AIID": "https://incidentdatabase.ai/cite/"}


@dataclass(frozen=True)
class Told:
    """What one record says of a property: its values, and the days that they allow where they are dates."""

    values: tuple[str, ...] = ()
    first: str = ""
    last: str = ""

    @property
    def text(self) -> str:
        """The values as they are read."""
        return "; ".join(self.values) or "no value"

    def contradicts(self, other: Told) -> bool:
        """Say whether both have values that cannot both hold."""
        if not self.values or not other.values:
            return False
        if self.first and other.first:
            return self.last < other.first or other.last < self.first
        return not set(self.values) & set(other.values)


@dataclass(frozen=True)
class Differing:
    """A property of which the records of an event do not say the same, with the word of each record."""

    name: str
    told: tuple[Told, ...]
    contradiction: bool


@dataclass(frozen=True)
class Elsewhere:
    """A record of the event in a registry that is not imported: at its registry where its address is known."""

    record: Link
    registry: Link


@dataclass(frozen=True)
class Event:
    """The records of an event, this one first, what they differ in, and the records that are not here."""

    records: tuple[Link, ...]
    others: tuple[Link, ...]
    differing: tuple[Differing, ...]
    elsewhere: tuple[Elsewhere, ...]

    @property
    def contradictions(self) -> int:
        """The number of properties in which records contradict each other."""
        return sum(each.contradiction for each in self.differing)


def event(site: Site, incident: str) -> Event:
    """Return the event of an incident."""
    here = site.facts.incidents.get(incident)
    others = [each for each in site.facts.events[here.event] if each.iri != incident] if here else []
    members = [incident, *(each.iri for each in others)]
    titled = tuple(Link(f"{each.identifier}: {each.title}", f"/incident/{each.identifier}") for each in others)
    return Event(
        tuple(Link(iri.rpartition("/")[2], f"/incident/{iri.rpartition('/')[2]}") for iri in members),
        titled,
        _differing(site, members) if others else (),
        tuple(_elsewhere(site, there) for one, there in site.rows("elsewhere") if one == incident),
    )


def _differing(site: Site, members: list[str]) -> tuple[Differing, ...]:
    """Return the properties in which the records do not say the same."""
    told: dict[str, dict[str, Told]] = {}
    for _, name, member, value, first, last in site.rows("conflicts", {"incident": members[0]}):
        words = when(value).text if name == _DATE else value
        known = told.setdefault(name, {}).get(member, Told())
        told[name][member] = Told((*known.values, words), first, last)
    rows = [(name, tuple(by.get(member, Told()) for member in members)) for name, by in told.items()]
    return tuple(
        Differing(name, row, any(one.contradicts(other) for one, other in itertools.combinations(row, 2)))
        for name, row in rows
        if len({each.values for each in row}) > 1
    )


def _elsewhere(site: Site, incident: str) -> Elsewhere:
    identifier = incident.rpartition("/")[2]
    prefix, _, number = identifier.partition("-")
    page = _PAGES[prefix] + number if prefix in _PAGES else f"/incident/{identifier}"
    return Elsewhere(Link(identifier, page), registry_of(site, identifier))


def registry_of(site: Site, identifier: str) -> Link:
    """Return the registry that an identifier tells, with its page."""
    registry = NAMESPACES["registry"] + _REGISTRIES.get(identifier.partition("-")[0], "")
    home = site.everything.link(registry, "foaf:homepage")
    return Link(site.labels.get(registry, "a registry not described here"), home.href if home else "")
