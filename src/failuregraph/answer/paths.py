"""The path of one incident, as a drawing and as a table.

An observed path is told of the incident, with evidence.  A profile is the typical path of a failure mode and says
nothing of the incident: the two are never mixed, and only of an observed path can a step be missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from failuregraph.answer.drawing import paragraph
from failuregraph.answer.incidents import Facts
from failuregraph.names import STAGES
from failuregraph.store import Table, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.answer.incidents import Incident
    from failuregraph.project import Project
    from failuregraph.store import Store, Term

__all__ = ["IncidentPaths", "Path", "Source", "Step", "draw_paths", "paths_of", "table_of_paths"]

_NAMES: Final = {stage: stage.replace("-", " ").capitalize() for stage in STAGES}
_UNSTATED: Final = "Stage not stated"
_MISSING: Final = "missing: no step is told to be of this stage"
_INDENT: Final = 24


@dataclass(frozen=True)
class Source:
    """A source by its title, or what is known in its place, and its page, which may be empty."""

    title: str
    page: str

    @property
    def name(self) -> str:
        """Title and page."""
        return ", ".join(each for each in (self.title, self.page) if each)


@dataclass
class Step:
    """One step: stage and order are empty where they are not stated."""

    stage: str
    order: str
    concept: str
    text: str
    outside: list[str] = field(default_factory=list)
    evidence: list[Source] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The step concept, else the concepts of other taxonomies, else nothing."""
        return self.concept or "; ".join(self.outside)


@dataclass
class Path:
    """The steps of an incident on one basis, in order; ``mode`` is set for a profile."""

    basis: str
    mode: str
    steps: list[Step] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """The stages that no step of an observed path is said to be of; of a profile none is missing."""
        told = {step.stage for step in self.steps}
        return [stage for stage in STAGES if stage not in told] if self.basis == "observed" else []

    @property
    def lines(self) -> list[Step | str]:
        """The steps in order, and the missing stages as their names, each before the first step of a later stage.

        Where a step has no stage, it may be the missing one, and all missing stages stand at the end.
        """
        lines: list[Step | str] = list(self.steps)
        if not all(step.stage for step in self.steps):
            return lines + self.missing
        for stage in self.missing:
            later = [place for place, each in enumerate(lines) if _rank(each) > STAGES.index(stage)]
            lines.insert(later[0] if later else len(lines), stage)
        return lines


def _rank(line: Step | str) -> int:
    return STAGES.index(line.stage if isinstance(line, Step) else line)


@dataclass(frozen=True)
class IncidentPaths:
    """An incident with its paths, and the records of the same event that have an observed path."""

    incident: Incident
    paths: tuple[Path, ...]
    told_by: tuple[str, ...]


def paths_of(project: Project, store: Store, thing: str) -> IncidentPaths:
    """Return the paths of an incident or a hazard, none where it has none; raises WrongUse for an unknown one."""
    facts = Facts.read(project, store)
    incident = facts.incident(thing)
    given = {"incident": incident.iri}
    evidence: dict[str, list[Source]] = {}
    for step, _, title, page in facts.rows("evidence", given):
        evidence.setdefault(step, []).append(Source(title, page))
    steps: dict[tuple[str, str, str], Step] = {}
    paths: dict[tuple[str, str], Path] = {}
    for basis, mode, iri, order, stage, concept, outside, told in facts.rows("steps", given):
        key = (basis, mode, iri)
        if key not in steps:
            steps[key] = Step(stage, order, concept, told, evidence=evidence.get(iri, []))
            paths.setdefault((basis, mode), Path(basis, mode)).steps.append(steps[key])
        if outside and outside not in steps[key].outside:
            steps[key].outside.append(outside)
    observed = {iri for iri, basis, *_ in facts.rows("gaps") if basis == "observed"}
    same = (each for each in facts.incidents.values() if each.event == incident.event and each.iri != incident.iri)
    told_by = tuple(each.identifier for each in same if each.iri in observed)
    return IncidentPaths(incident, tuple(paths.values()), told_by)


_COLUMNS: Final = ("identifier", "basis", "mode", "order", "stage", "step", "text", "evidence", "note")


def table_of_paths(found: IncidentPaths) -> Table:
    """Return one row per step, and one per missing stage, with a note that says what the row is worth."""
    rows_: list[tuple[Term | None, ...]] = []
    for path in found.paths:
        head = (text(found.incident.identifier), text(path.basis), text(path.mode) if path.mode else None)
        rows_.extend((*head, *_cells(path, line)) for line in path.lines)
    return Table(_COLUMNS, tuple(rows_))


def _cells(path: Path, line: Step | str) -> tuple[Term | None, ...]:
    if isinstance(line, str):
        return None, text(_NAMES[line]), None, None, None, text(_MISSING)
    note = "the profile of the mode, not of this incident" if path.basis == "profile" else ""
    note = note or ("" if line.stage else "stage not stated")
    evidence = "; ".join(source.name for source in line.evidence)
    order = number(int(line.order)) if line.order else None
    stage = text(_NAMES[line.stage]) if line.stage else None
    return (order, stage, *(text(each) if each else None for each in (line.name, line.text, evidence, note)))


def draw_paths(found: IncidentPaths, width: int) -> str:
    """Return the paths of an incident as lines of text; one sentence where there is none."""
    lines = paragraph(found.incident.headline, width, 4, "")
    if found.incident.kind == "hazard":
        lines.append("A hazard: something that could have led to an incident.")
    if not found.paths:
        lines += ["", "No path is known: no step is told, and no profile of its failure mode."]
    for path in found.paths:
        lines += ["", *_drawn(path, width)]
    if found.told_by and all(path.basis == "profile" for path in found.paths):
        others = ", ".join(found.told_by)
        lines += ["", *paragraph(f"What was observed is told by another record of this event: {others}.", width)]
    return "\n".join(lines) + "\n"


def _drawn(path: Path, width: int) -> Iterator[str]:
    if path.basis == "profile":
        head = f"Profile of the mode “{path.mode}”: the typical path, which says nothing of this incident."
    else:
        head = "Observed path: told of this incident."
    yield from paragraph(head, width)
    sources = list(dict.fromkeys(source for step in path.steps for source in step.evidence))
    for line in path.lines:
        if isinstance(line, str):
            yield from paragraph(_MISSING, width, _INDENT, f"   –  {_NAMES[line]}")
        else:
            yield from _drawn_step(line, sources, width)
    for place, source in enumerate(sources, 1):
        yield from paragraph(source.name, width, 10, f"     [{place}]")


def _drawn_step(step: Step, sources: list[Source], width: int) -> Iterator[str]:
    marks = "".join(f" [{sources.index(source) + 1}]" for source in step.evidence)
    told = [each for each in (step.name, step.text) if each] or ["no text"]
    told[-1] += marks
    head = f"{step.order or '?':>4}  {_NAMES.get(step.stage, _UNSTATED)}"
    yield from paragraph(told[0], width, _INDENT, head)
    for each in told[1:]:
        yield from paragraph(each, width, _INDENT)
