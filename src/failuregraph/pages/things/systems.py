"""The pages of systems and of controls; what a maker claims of a control is told as its claim and as nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from failuregraph.names import FG, NAMESPACES
from failuregraph.pages.panels import Panel, panel
from failuregraph.pages.things.counting import Cases, Tally, cases, named, spread, years
from failuregraph.pages.things.thing import IN_HEAD, Asked, Fact, Head, asked, facts_of, head, more, places_of
from failuregraph.pages.things.uses import concept_link

if TYPE_CHECKING:
    from failuregraph.pages.document import Document, Link
    from failuregraph.pages.site import Site

__all__ = ["Claim", "ControlPage", "SystemPage", "control_page", "system_page"]


@dataclass(frozen=True)
class SystemPage:
    """Everything that the page of a system shows."""

    head: Head
    developers: tuple[Link, ...]
    suppliers: tuple[Link, ...]
    components: tuple[Link, ...]
    used_in: tuple[Link, ...]
    facts: tuple[Fact, ...]
    incidents: Cases
    tallies: tuple[Tally, ...]
    years: Tally
    asked: Asked


def system_page(site: Site, path: str) -> SystemPage:
    """Return the view of the system whose document stands at a path."""
    top, doc = head(site, path)
    incidents = site.uses.incidents(top.iri)
    return SystemPage(
        top,
        doc.links(top.iri, "fg:developer"),
        doc.links(top.iri, "fg:supplier"),
        doc.links(top.iri, "fg:component"),
        places_of(site, top.iri, "fg:component"),
        facts_of(doc, top.iri, *IN_HEAD, "fg:developer", "fg:supplier", "fg:component"),
        cases(site.uses, incidents),
        (named(site.uses, incidents), *spread(site.uses, incidents)),
        years(site.uses, incidents),
        asked(
            site, top.iri, (("incidents-as-component", ("component",)),), more(site, "system", path.rpartition("/")[2])
        ),
    )


@dataclass(frozen=True)
class Claim:
    """That a maker says of its control that it addresses a failure mode, and how many incidents have the mode."""

    anchor: str
    mode: Link
    maker: Link | None
    incidents: int
    events: int
    matching: str


@dataclass(frozen=True)
class ControlPage:
    """Everything that the page of a control shows."""

    head: Head
    suppliers: tuple[Link, ...]
    keeps: tuple[Link, ...]
    facts: tuple[Fact, ...]
    claims: tuple[Claim, ...]
    all: int
    neutral: Panel
    asked: Asked


def control_page(site: Site, path: str) -> ControlPage:
    """Return the view of the control whose document stands at a path."""
    top, doc = head(site, path)
    suppliers = [term.value for term in doc.terms(top.iri, "fg:supplier")]
    return ControlPage(
        top,
        doc.links(top.iri, "fg:supplier"),
        tuple(link for each in suppliers for link in places_of(site, each, "fg:steward")),
        facts_of(doc, top.iri, *IN_HEAD, "fg:supplier"),
        _claims(site, doc, top.iri),
        len(site.uses.cases),
        panel(site, "mitigations-by-reach"),
        asked(site, top.iri, ()),
    )


def _claims(site: Site, doc: Document, control: str) -> tuple[Claim, ...]:
    found = []
    for subject in doc.subjects:
        if doc.text(subject, "fg:control") != control:
            continue
        for mode in doc.terms(subject, "fg:addressesMode"):
            incidents = site.uses.incidents(mode.value, [FG + "failureMode"])
            local = mode.value.removeprefix(NAMESPACES["mode"])
            found.append(
                Claim(
                    subject.partition("#")[2],
                    concept_link(mode.value, site.labels),
                    doc.link(subject, "prov:wasAttributedTo"),
                    len(incidents),
                    site.uses.events(incidents),
                    f"/incidents?mode={local}",
                )
            )
    return tuple(sorted(found, key=lambda claim: claim.mode.text))
