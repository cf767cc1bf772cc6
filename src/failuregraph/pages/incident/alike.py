"""The events most like one, with what they share and how much each shared concept says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from failuregraph.answer.similar import similar_in
from failuregraph.pages.dates import When, when
from failuregraph.pages.document import Link, link_to

if TYPE_CHECKING:
    from failuregraph.answer.similar import Likeness, Shared
    from failuregraph.pages.site import Site

__all__ = ["Alike", "Neighbour", "Reason", "alike"]


@dataclass(frozen=True)
class Reason:
    """A shared concept, how much it says, and the record that has it where that is not the one that is shown."""

    kind: str
    concept: Link
    bits: str
    record: str


@dataclass(frozen=True)
class Neighbour:
    """Another event by one of its records."""

    incident: Link
    identifier: str
    date: When
    surfaces: tuple[str, ...]
    reasons: tuple[Reason, ...]
    bits: str
    others: tuple[Link, ...]

    @property
    def kinds(self) -> tuple[tuple[str, tuple[Reason, ...]], ...]:
        """The reasons by kind, in the order of what says most."""
        names = dict.fromkeys(each.kind for each in self.reasons)
        return tuple((name, tuple(each for each in self.reasons if each.kind == name)) for name in names)


@dataclass(frozen=True)
class Alike:
    """The nearest events, of how many that share something, and the closest one on another surface."""

    nearest: tuple[Neighbour, ...]
    candidates: int
    elsewhere: Neighbour | None
    compared: bool
    surfaces: tuple[str, ...]


def alike(site: Site, incident: str, most: int) -> Alike:
    """Return the events that are most like an incident or a hazard."""
    found = similar_in(site.facts, incident, most)
    return Alike(
        tuple(_neighbour(site, each) for each in found.nearest),
        found.candidates,
        _neighbour(site, found.elsewhere) if found.elsewhere else None,
        bool(found.own),
        found.surfaces,
    )


def _neighbour(site: Site, each: Likeness) -> Neighbour:
    incident = each.incident
    return Neighbour(
        Link(incident.title, f"/record/{incident.identifier}"),
        incident.identifier,
        when(incident.date),
        each.surfaces,
        tuple(_reason(site, shared, incident.identifier) for shared in each.shared),
        f"{each.bits:.1f}",
        tuple(Link(other, f"/record/{other}") for other in each.others),
    )


def _reason(site: Site, shared: Shared, lead: str) -> Reason:
    concept = link_to(ox.NamedNode(shared.concept.iri), site.labels)
    record = "" if shared.record == lead else shared.record
    return Reason(shared.kind, concept, f"{shared.bits:.1f}", record)
