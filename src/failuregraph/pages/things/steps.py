"""What pages of concepts draw from paths and pairs: profiles, the steps observed most, and counts by two properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import FG, NAMESPACES, STAGES
from failuregraph.pages.document import Link
from failuregraph.pages.things.counting import Share
from failuregraph.pages.things.uses import concept_link

if TYPE_CHECKING:
    from failuregraph.pages.site import Site
    from failuregraph.pages.things.uses import Uses

__all__ = ["Crossing", "ProfileLine", "Stage", "crossing", "linked", "profile", "stages"]

_STEP: Final = FG + "stepConcept"
_OF_STAGE: Final = FG + "stage"
#: How many steps of a stage a page tells.
_MOST: Final = 5
#: Scheme of a page → what its incidents are counted by, rows and columns.
_CROSSED: Final = {
    "mode": ("surface", "severity"),
    "surface": ("failureMode", "severity"),
    "severity": ("failureMode", "surface"),
    "industry": ("failureMode", "severity"),
}
_FACETS: Final = {"failureMode": "mode", "surface": "surface", "severity": "severity"}


@dataclass(frozen=True)
class ProfileLine:
    """One step of the profile of a mode; ``anchor`` is its local name."""

    anchor: str
    order: int
    stage: Link | None
    text: str
    concept: Link | None


@dataclass(frozen=True)
class Stage:
    """What was observed most at one stage of the paths of a mode, out of the incidents with an observed path."""

    stage: Link
    steps: tuple[Share, ...]
    others: int


@dataclass(frozen=True)
class Crossing:
    """Counts of incidents by two properties; ``both`` of ``of`` incidents have both, and the others are not in it."""

    first: str
    second: str
    columns: tuple[Link, ...]
    rows: tuple[tuple[Link, tuple[Share, ...]], ...]
    both: int
    of: int


def linked(site: Site, subject: str, name: str) -> tuple[Link, ...]:
    """Return the concepts that a subject of a scheme leads to, with the addresses of their pages."""
    found = [concept_link(term.value, site.labels) for term in site.everything.terms(subject, name)]
    return tuple(sorted(found, key=lambda link: link.text))


def profile(site: Site, mode: str) -> tuple[ProfileLine, ...]:
    """Return the steps of the profile of a mode, in order; other concepts have none."""
    doc = site.everything
    lines = [
        ProfileLine(
            part.value.partition("#")[2],
            int(doc.text(part.value, "fg:order") or 0),
            next(iter(linked(site, part.value, "fg:stage")), None),
            doc.text(part.value, "fg:text"),
            next(iter(linked(site, part.value, "fg:stepConcept")), None),
        )
        for part in doc.terms(mode, "fg:profileStep")
    ]
    return tuple(sorted(lines, key=lambda line: line.order))


def stages(site: Site, observed: set[str]) -> tuple[Stage, ...]:
    """Return for each stage the steps that were observed in most of these incidents; none without incidents."""
    return tuple(_stage(site, NAMESPACES["stage"] + local, observed) for local in STAGES) if observed else ()


def _stage(site: Site, stage: str, observed: set[str]) -> Stage:
    found = []
    for concept in site.uses.beside.get(stage, {}).get(_OF_STAGE, set()):
        count = len(site.uses.incidents(concept, [_STEP]) & observed)
        if count:
            found.append(Share(concept_link(concept, site.labels), count, len(observed)))
    found.sort(key=lambda share: (-share.count, share.name.text))
    return Stage(concept_link(stage, site.labels), tuple(found[:_MOST]), len(found[_MOST:]))


def crossing(site: Site, scheme: str, incidents: set[str], chosen: str) -> Crossing | None:
    """Return the incidents of a concept by two other properties, or None where its scheme is counted by none."""
    if scheme not in _CROSSED or not incidents:
        return None
    uses = site.uses
    first, second = _CROSSED[scheme]
    rows, columns = _valued(site, first, incidents), _valued(site, second, incidents)
    both = incidents & uses.with_any(FG + first) & uses.with_any(FG + second)
    address = f"/incidents?{chosen}&{_FACETS[first]}={{}}&{_FACETS[second]}={{}}" if chosen else ""
    table = tuple(
        (
            concept_link(row, uses.labels),
            tuple(_cell(uses, incidents, (first, row), (second, column), address) for column in columns),
        )
        for row in rows
    )
    names = [uses.labels.get(FG + name, name) for name in (first, second)]
    links = tuple(concept_link(each, uses.labels) for each in columns)
    return Crossing(names[0], names[1], links, table, len(both), len(incidents))


def _valued(site: Site, name: str, incidents: set[str]) -> list[str]:
    """Return the values of a property that any of the incidents has: by rank, else the most frequent first."""
    uses = site.uses
    counts = {value: len(found & incidents) for value, found in uses.by.get(FG + name, {}).items()}
    used = [value for value, count in counts.items() if count]
    return sorted(used, key=lambda value: (-uses.ranks.get(value, 0), -counts[value], uses.labels.get(value, value)))


def _cell(uses: Uses, incidents: set[str], row: tuple[str, str], column: tuple[str, str], address: str) -> Share:
    found = [uses.incidents(value, [FG + name]) for name, value in (row, column)]
    count = len(found[0] & found[1] & incidents)
    local = [value.rpartition("#")[2] for _, value in (row, column)]
    return Share(Link(str(count)), count, len(incidents), address.format(*local) if address else "")
