"""The pages of changes: every step of the log, and one step with its records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import BASE
from failuregraph.pages.dates import When, when
from failuregraph.pages.document import Link
from failuregraph.pages.linked.changes import CHANGES, step_path

if TYPE_CHECKING:
    from failuregraph.history.records import Kind, Step
    from failuregraph.pages.site import Site

__all__ = ["ChangesPage", "RecordChange", "StepLine", "StepPage", "changes_page", "of_record"]

_HEADINGS: Final[dict[Kind, str]] = {"new": "New", "changed": "Changed", "withdrawn": "Withdrawn"}


@dataclass(frozen=True)
class StepLine:
    """A step: its release, the day of its data, and how many records became what."""

    number: int
    page: Link
    release: Link
    date: When
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ChangesPage:
    """All steps, the last first."""

    path: str
    steps: tuple[StepLine, ...]


@dataclass(frozen=True)
class StepPage:
    """One step with the records that became something in it, by what they became."""

    path: str
    step: StepLine
    records: tuple[tuple[str, tuple[Link, ...]], ...]


@dataclass(frozen=True)
class RecordChange:
    """What became of a record with a release."""

    kind: Kind
    release: Link
    date: When


def changes_page(site: Site, path: str) -> tuple[str, object]:
    """Return the template and the view of the list of steps, or of the step that the path names."""
    if path == CHANGES:
        return "changes.html", ChangesPage(path, tuple(_line(each) for each in reversed(site.log.steps)))
    step = site.log.steps[int(path.rpartition("/")[2]) - 1]
    records = [(heading, tuple(_records(site, step, kind))) for kind, heading in _HEADINGS.items()]
    return "change.html", StepPage(path, _line(step), tuple(pair for pair in records if pair[1]))


def of_record(site: Site, identifier: str) -> tuple[RecordChange, ...]:
    """Return what became of a record, the last first."""
    return tuple(RecordChange(change.kind, _release(step), when(step.date)) for step, change in site.log.of(identifier))


def _line(step: Step) -> StepLine:
    kinds = [change.kind for change in step.changes.values()]
    counts = tuple((heading.lower(), kinds.count(kind)) for kind, heading in _HEADINGS.items() if kind in kinds)
    page = Link(f"Step {step.number}", f"/{step_path(step.number)}")
    return StepLine(step.number, page, _release(step), when(step.date), counts)


def _release(step: Step) -> Link:
    return Link(step.release, f"/release/{step.release}")


def _records(site: Site, step: Step, kind: Kind) -> list[Link]:
    """Return the records of a kind of change; one of which nothing is left leads nowhere."""
    found = []
    for identifier in (name for name, change in step.changes.items() if change.kind == kind):
        record = f"{BASE}record/{identifier}"
        there = record in site.graphs or record in site.tombs
        label = site.labels.get(f"{BASE}incident/{identifier}", "")
        found.append(Link(f"{identifier}: {label}" if label else identifier, f"/record/{identifier}" if there else ""))
    return found
