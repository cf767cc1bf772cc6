"""The events that are most like one, with the concepts that they share and how much each says, in bits.

Rarity is derived in the graph (``fg:informationContent``), so that a reader can check it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from failuregraph.answer.drawing import counted, paragraph
from failuregraph.answer.incidents import Facts, decimal
from failuregraph.store import Table, number, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from failuregraph.answer.incidents import Concept, Incident
    from failuregraph.project import Project
    from failuregraph.store import Store, Term

__all__ = ["Likeness", "Shared", "Similar", "draw_similar", "similar", "similar_in", "table_of_similar"]

_KINDS: Final = ("mode", "surface", "sector", "regulatory exposure", "customers", "observed step")


@dataclass(frozen=True)
class Shared:
    """A concept of an event with its kind, and the record that has it: records of one event may disagree."""

    kind: str
    concept: Concept
    record: str

    @property
    def bits(self) -> Decimal:
        """How much it says that two events share the concept."""
        return self.concept.bits or Decimal()


@dataclass(frozen=True)
class Likeness:
    """Another event by one of its records, with the concepts that it shares, those that say most first."""

    incident: Incident
    others: tuple[str, ...]
    surfaces: tuple[str, ...]
    shared: tuple[Shared, ...]

    @property
    def bits(self) -> Decimal:
        """The sum of what the shared concepts say."""
        return sum((each.bits for each in self.shared), Decimal())


@dataclass(frozen=True)
class Similar:
    """An incident with the concepts by which it is compared, the nearest events, and the nearest elsewhere."""

    incident: Incident
    own: tuple[Shared, ...]
    nearest: tuple[Likeness, ...]
    elsewhere: Likeness | None
    candidates: int

    @property
    def surfaces(self) -> tuple[str, ...]:
        """The surfaces of the incident."""
        return tuple(each.concept.label for each in self.own if each.kind == "surface")


#: Kind and concept, each with the first record of the event that has it.
_Traits = dict[tuple[str, str], str]


def similar(project: Project, store: Store, thing: str, most: int) -> Similar:
    """Return the nearest events of a graph as ``similar_in`` does, reading its facts first."""
    return similar_in(Facts.read(project, store), thing, most)


def similar_in(facts: Facts, thing: str, most: int) -> Similar:
    """Return the nearest events, at most ``most``, and the closest one whose surfaces are known and all others.

    Records of the same event are left out, and so are hazards.  Raises WrongUse for an unknown identifier.
    """
    incident = facts.incident(thing)
    own = _of_event(facts, incident)
    alike = [found for found in _alike(facts, incident.event, own) if found.shared]
    alike.sort(key=lambda each: (-each.bits, each.incident.identifier))
    here = set(facts.labels(concept for kind, concept in own if kind == "surface"))
    elsewhere = (each for each in alike if here and each.surfaces and not here & set(each.surfaces))
    return Similar(incident, _shared(facts, own), tuple(alike[:most]), next(elsewhere, None), len(alike))


def _of_event(facts: Facts, lead: Incident) -> _Traits:
    """Return all that the records of one event have, each with the record that has it, the leading one first."""
    found: _Traits = {}
    for each in (lead, *facts.events[lead.event]):
        for trait in facts.held.get(each.iri, ()):
            if trait[0] in _KINDS:
                found.setdefault(trait, each.identifier)
    return found


def _alike(facts: Facts, event: str, own: _Traits) -> Iterator[Likeness]:
    """Yield the other events that share a trait."""
    for other, all_ in facts.events.items():
        records = [each for each in all_ if each.kind == "incident"]
        common = {each.iri: facts.held.get(each.iri, frozenset()) & own.keys() for each in records}
        if other != event and any(common.values()):
            yield _likeness(facts, records, common)


def _likeness(facts: Facts, records: list[Incident], common: dict[str, frozenset[tuple[str, str]]]) -> Likeness:
    """Return an event by the record of it that shares most; ``common`` are the traits that each record shares."""
    lead = min(records, key=lambda each: (-len(common[each.iri]), each.identifier))
    shared: _Traits = {}
    for each in (lead, *records):
        for trait in common[each.iri]:
            shared.setdefault(trait, each.identifier)
    surfaces = {concept for each in records for concept in facts.traits[each.iri]["surface"]}
    others = tuple(each.identifier for each in records if each is not lead)
    return Likeness(lead, others, facts.labels(surfaces), _shared(facts, shared))


def _shared(facts: Facts, found: _Traits) -> tuple[Shared, ...]:
    """Return the concepts that say something, those that say most first."""
    known = [
        Shared(kind, facts.concepts[iri], record) for (kind, iri), record in found.items() if iri in facts.concepts
    ]
    known = [each for each in known if each.bits]
    return tuple(sorted(known, key=lambda each: (-each.bits, each.kind, each.concept.label)))


_COLUMNS: Final = (
    "part",
    "place",
    "identifier",
    "title",
    "date",
    "surface",
    "kind",
    "concept",
    "record",
    "bits",
    "total",
)


def table_of_similar(found: Similar) -> Table:
    """Return one row per event and shared concept; the closest on another surface stands in a part of its own."""
    rows: list[tuple[Term | None, ...]] = []
    for place, each in enumerate(found.nearest, 1):
        rows += _cells("nearest", place, each)
    if found.elsewhere:
        rows += _cells("another surface", 1, found.elsewhere)
    return Table(_COLUMNS, tuple(rows))


def _cells(part: str, place: int, each: Likeness) -> list[tuple[Term | None, ...]]:
    told = (each.incident.identifier, each.incident.title, each.incident.date, "; ".join(each.surfaces))
    head = (text(part), number(place), *(text(word) if word else None for word in told))
    total = decimal(each.bits)
    return [
        (*head, text(shared.kind), text(shared.concept.label), text(shared.record), decimal(shared.bits), total)
        for shared in each.shared
    ]


def draw_similar(found: Similar, width: int) -> str:
    """Return the nearest events with their reasons as lines of text; one sentence where there is none."""
    lines = paragraph(found.incident.headline, width, 4, "")
    if not found.own:
        lines += ["", "Nothing that could be compared is known of it."]
        return "\n".join(lines) + "\n"
    lines += paragraph(_told(found.own, found.incident), width, 4)
    lines += ["", f"Nearest {len(found.nearest)} of {counted(found.candidates, 'event')} that share a concept with it:"]
    for place, each in enumerate(found.nearest, 1):
        lines += _drawn(f"{place:>3}", each, width)
    lines += ["", "Closest on another surface:"]
    if found.elsewhere:
        lines += _drawn("   ", found.elsewhere, width)
    elif not found.surfaces:
        lines.append("    none can be said: the surface of the incident is not known")
    else:
        lines.append("    none: no event whose surface is known to be another shares a concept")
    return "\n".join(lines) + "\n"


def _drawn(mark: str, each: Likeness, width: int) -> list[str]:
    lines = paragraph(each.incident.headline, width, 18, f"{mark} {each.bits:>8.3f} bits  ")
    lines += paragraph(_told(each.shared, each.incident), width, 18)
    if each.others:
        lines += paragraph(f"the same event: {', '.join(each.others)}", width, 18)
    return lines


def _told(shared: Iterable[Shared], lead: Incident) -> str:
    """Return the concepts with their bits; one that only another record of the event has names that record."""
    return ", ".join(
        f"{each.kind} {each.concept.label} {each.bits:.3f}"
        + ("" if each.record == lead.identifier else f" (by {each.record})")
        for each in shared
    )
