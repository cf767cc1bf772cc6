"""Control leverage: the control gaps whose closing would have interrupted the most events, as a greedy cover.

Observed and profile paths have a cover of their own and are never added up: what a profile says follows from the
failure mode.  Events are counted, not records.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from failuregraph.answer.drawing import counted
from failuregraph.answer.incidents import Facts
from failuregraph.store import Table, number, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from failuregraph.answer.incidents import Concept
    from failuregraph.project import Project
    from failuregraph.store import Store, Term

__all__ = ["Cover", "Leverage", "greedy", "leverage", "remarks", "table_of_leverage"]

#: The bases of a path, in the order in which they are shown.
BASES: Final = ("observed", "profile")


@dataclass
class Cover:
    """The cover of the events that have a path on one basis: control gaps with the events that each adds."""

    basis: str
    events: set[str] = field(default_factory=set)
    in_words: set[str] = field(default_factory=set)
    gaps: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def chosen(self) -> list[tuple[str, int]]:
        """The labels of the control gaps in the order of the cover, with the events that each adds."""
        return greedy(self.gaps)

    @property
    def uncovered(self) -> set[str]:
        """The events on whose paths no control gap has a concept."""
        return self.events.difference(*self.gaps.values())


@dataclass(frozen=True)
class Leverage:
    """The covers at or above a severity, and how many events of that severity have no path at all."""

    severity: Concept
    surface: Concept | None
    events: int
    without_path: int
    covers: tuple[Cover, ...]


def greedy(sets: Mapping[str, AbstractSet[str]]) -> list[tuple[str, int]]:
    """Return the names of a greedy cover with the members that each adds; ties go to the first name.

    The set of names is small, though not always the smallest there is.

    >>> greedy({"b": {"1", "2"}, "a": {"2", "3"}, "c": {"2"}})
    [('a', 2), ('b', 1)]
    """
    chosen: list[tuple[str, int]] = []
    covered: set[str] = set()
    while True:
        adds, name = min(((-len(members - covered), name) for name, members in sets.items()), default=(0, ""))
        if not adds:
            return chosen
        chosen.append((name, -adds))
        covered |= sets[name]


def leverage(project: Project, store: Store, severity: str, surface: str | None = None) -> Leverage:
    """Return the covers of the events at or above a severity, on a surface or a part of it where one is named.

    An event has the severity, the surface and the paths of each of its records.  Raises WrongUse for an unknown name.
    """
    facts = Facts.read(project, store)
    least = facts.concept("severity", severity)
    place = facts.concept("surface", surface) if surface else None
    events = _events_at(facts, least, place)
    covers = {basis: Cover(basis) for basis in BASES}
    for iri, basis, step, gap, _ in facts.rows("gaps"):
        event = facts.incidents[iri].event if iri in facts.incidents else iri
        if event in events:
            covers[basis].events.add(event)
            if gap in facts.concepts:
                covers[basis].gaps[facts.concepts[gap].label].add(event)
            elif step:
                covers[basis].in_words.add(event)
    with_path = set().union(*(cover.events for cover in covers.values()))
    return Leverage(least, place, len(events), len(events - with_path), tuple(covers.values()))


def _events_at(facts: Facts, least: Concept, surface: Concept | None) -> set[str]:
    """Return the events of which a record has that severity or more, and a record, maybe another, that surface."""
    ranked = (each for each in facts.concepts.values() if each.scheme == least.scheme)
    severe = {each.iri for each in ranked if (each.rank or 0) >= (least.rank or 0)}
    at_severity = _events_with(facts, "severity", severe)
    return at_severity & _events_with(facts, "surface", facts.at_or_below(surface)) if surface else at_severity


def _events_with(facts: Facts, kind: str, concepts: set[str]) -> set[str]:
    incidents = (each for each in facts.incidents.values() if each.kind == "incident")
    return {each.event for each in incidents if facts.traits[each.iri][kind] & concepts}


_COLUMNS: Final = ("basis", "place", "control_gap", "adds", "covered", "of", "uncovered")


def table_of_leverage(found: Leverage) -> Table:
    """Return one row per basis and control gap, in the order of the cover, with what it leaves uncovered.

    A basis on which no control gap has a concept has one row, without one.
    """
    rows_: list[tuple[Term | None, ...]] = []
    for cover in found.covers:
        of = len(cover.events)
        covered = 0
        for place, (label, adds) in enumerate(cover.chosen, 1):
            covered += adds
            counts = (number(each) for each in (adds, covered, of, of - covered))
            rows_.append((text(cover.basis), number(place), text(label), *counts))
        if of and not covered:
            rows_.append((text(cover.basis), None, None, number(0), number(0), number(of), number(of)))
    return Table(_COLUMNS, tuple(rows_))


def remarks(found: Leverage) -> list[str]:
    """Return the sentences without which the table would say too much."""
    scope = f" on {found.surface.label}" if found.surface else ""
    severity = f"severity {found.severity.label} or above{scope}"
    lines = [
        f"{counted(found.events, 'event')} of {severity}; not counted, for lack of a path: {found.without_path}.",
        "That closing a control gap would have broken a path is an assumption.",
        "Profile rows follow from the failure mode and say nothing of one incident; never add them to observed rows.",
    ]
    for cover in found.covers:
        if not cover.events:
            lines.append(f"{cover.basis}: no event has such a path.")
        elif cover.uncovered:
            told = len(cover.uncovered & cover.in_words)
            words = f"; {told} of them tell of one in words alone, without a concept" if told else ""
            of = len(cover.events)
            lines.append(
                f"{cover.basis}: no control gap covers {len(cover.uncovered)} of {counted(of, 'event')}{words}."
            )
    return lines
