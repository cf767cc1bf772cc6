"""The path of an incident: the steps told of it, and the profile of its mode, which are never mixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from failuregraph.pages.incident.afterwards import anchor, evidence
from failuregraph.pages.incident.drawing import Drawing, draw

if TYPE_CHECKING:
    from failuregraph.pages.document import Document, Link
    from failuregraph.pages.site import Site

__all__ = ["Course", "StepLine", "courses"]


@dataclass(frozen=True)
class StepLine:
    """One step of a path; ``key`` is the local name of its stage, empty where the stage is not stated."""

    order: int
    key: str
    stage: str
    text: str
    concepts: tuple[Link, ...] = ()
    kind: Link | None = None
    evidence: tuple[int, ...] = ()
    anchor: str = ""


@dataclass(frozen=True)
class Course:
    """The steps of a path on one basis, and their drawing; ``mode`` is the mode of a profile."""

    basis: str
    mode: Link | None
    steps: tuple[StepLine, ...]
    drawing: Drawing


def courses(site: Site, doc: Document, incident: str) -> tuple[Course | None, Course | None]:
    """Return the observed path of an incident and the profile of its mode, each where there is one."""
    observed = [part.value for part in doc.terms(incident, "fg:observedStep")]
    observed += [part.value for part in site.derived.terms(incident, "fg:observedStep")]
    modes = doc.terms(incident, "fg:failureMode")
    profile = [part.value for mode in modes for part in site.everything.terms(mode.value, "fg:profileStep")]
    mode = doc.link(incident, "fg:failureMode")
    return (
        _course(site, "observed", None, _ordered(site, doc, observed)),
        _course(site, "profile", mode, _ordered(site, site.everything, profile)),
    )


def _course(site: Site, basis: str, mode: Link | None, steps: tuple[StepLine, ...]) -> Course | None:
    if not steps:
        return None
    return Course(basis, mode, steps, draw(steps, basis, mode.text if mode else "", site.labels))


def _ordered(site: Site, doc: Document, parts: list[str]) -> tuple[StepLine, ...]:
    return tuple(sorted((_step(site, doc, part) for part in parts), key=lambda each: (each.order, each.text)))


def _step(site: Site, doc: Document, part: str) -> StepLine:
    stages = doc.terms(part, "fg:stage") or site.derived.terms(part, "fg:stage")
    iri = stages[0].value if stages else ""
    return StepLine(
        int(doc.text(part, "fg:order") or 0),
        iri.rpartition("#")[2],
        site.labels.get(iri, ""),
        doc.text(part, "fg:text"),
        doc.links(part, "fg:outsideConcept") + doc.links(part, "fg:technique"),
        doc.link(part, "fg:stepConcept"),
        evidence(doc, part),
        anchor(part),
    )
