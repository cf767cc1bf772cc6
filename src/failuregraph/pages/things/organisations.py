"""The page of an organisation: where it is named, in what role and on what footing, and what it said afterwards.

Being named is a claim of a record, never a verdict; the page counts alleged and confirmed apart.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import BASE, FG, NAMESPACES
from failuregraph.pages.document import Link
from failuregraph.pages.panels import Panel, panel
from failuregraph.pages.things.counting import FEW, Cases, Share, Tally, cases, spread, years
from failuregraph.pages.things.thing import IN_HEAD, Asked, Fact, Head, asked, facts_of, head, more, places_of
from failuregraph.pages.things.uses import concept_link

if TYPE_CHECKING:
    from failuregraph.pages.site import Site
    from failuregraph.pages.things.uses import Naming

__all__ = ["Filed", "OrganisationPage", "organisation_page"]

_DOCUMENTS: Final = BASE + "doc/organisation/"
_FILED: Final = ox.NamedNode(FG + "filedUnder")

#: Questions with rows about single organisations, and the columns that hold them.
_QUESTIONS: Final = (
    ("organisation-responses", ("organisation",)),
    ("control-claimed-then-failed", ("organisation",)),
    ("repeat-incidents-by-organisation", ("organisation",)),
    ("time-between-incidents", ("organisation",)),
    ("incident-concentration", ("organisation",)),
    ("organisations-across-registries", ("organisation",)),
)
#: How documents of other things lead to an organisation.
_MADE: Final = (
    ("Develops", "fg:developer"),
    ("Supplies", "fg:supplier"),
    ("Owns", "fg:owner"),
    ("Keeps the registry", "fg:steward"),
)


@dataclass(frozen=True)
class Filed:
    """A name that another registry prints, and the other organisations that it stands for as well."""

    name: str
    others: tuple[Link, ...]


@dataclass(frozen=True)
class OrganisationPage:
    """Everything that the page of an organisation shows; ``profile`` is None where no record names it."""

    head: Head
    filed: tuple[Filed, ...]
    parents: tuple[Link, ...]
    parts: tuple[Link, ...]
    facts: tuple[Fact, ...]
    named: Cases
    itself: int
    confirmed: int
    roles: tuple[Share, ...]
    tallies: tuple[Tally, ...]
    years: Tally
    made: tuple[Fact, ...]
    profile: Panel | None
    asked: Asked


def organisation_page(site: Site, path: str) -> OrganisationPage:
    """Return the view of the organisation whose document stands at a path."""
    top, doc = head(site, path)
    uses, identifier = site.uses, path.rpartition("/")[2]
    parts = uses.parts(top.iri)
    namings = [naming for each in (top.iri, *parts) for naming in uses.namings.get(each, ())]
    incidents = {naming.case.iri for naming in namings}
    notes = _notes(site, namings, top.iri)
    return OrganisationPage(
        top,
        tuple(_filed(site, name, top.iri) for name in doc.texts(top.iri, "fg:filedUnder")),
        doc.links(top.iri, "org:subOrganizationOf"),
        tuple(concept_link(each, site.labels) for each in parts),
        facts_of(doc, top.iri, *IN_HEAD, "org:subOrganizationOf", "fg:filedUnder"),
        cases(
            uses, incidents, lambda iri: notes[iri], note="Named as", address=f"/incidents?organisation={identifier}"
        ),
        len({naming.case.iri for naming in namings if naming.organisation == top.iri}),
        len({naming.case.iri for naming in namings if naming.claim == _confirmed(site)}),
        _roles(namings, len(incidents)),
        spread(uses, incidents, f"organisation={identifier}"),
        years(uses, incidents),
        tuple(Fact(said, found) for said, name in _MADE if (found := places_of(site, top.iri, name))),
        panel(site, "organisation-profile", {"organisation": identifier}) if len(incidents) >= FEW else None,
        asked(site, top.iri, _QUESTIONS, more(site, "organisation", identifier)),
    )


def _filed(site: Site, name: str, iri: str) -> Filed:
    """Return a printed name with the other organisations that are filed under it."""
    documents = (triples for graph, triples in site.graphs.items() if graph.startswith(_DOCUMENTS))
    found = {
        triple.subject.value
        for triples in documents
        for triple in triples
        if triple.predicate == _FILED
        and isinstance(triple.subject, ox.NamedNode)
        and isinstance(triple.object, ox.Literal)
        and triple.object.value == name
    }
    links = (concept_link(each, site.labels) for each in found - {iri})
    return Filed(name, tuple(sorted(links, key=lambda link: link.text)))


def _confirmed(site: Site) -> str:
    return site.labels.get(NAMESPACES["claimstatus"] + "confirmed", "")


def _notes(site: Site, namings: list[Naming], top: str) -> dict[str, tuple[Link, ...]]:
    """Return incident → in what role and on what footing it names the organisation or a part of it."""
    found: dict[str, dict[Link, None]] = {}
    for naming in namings:
        part = concept_link(naming.organisation, site.labels)
        role = naming.role or "role not stated"
        name = f"{role}, {naming.claim.lower() or 'claim not stated'}"
        link = Link(name) if naming.organisation == top else Link(f"{part.text}: {name}", part.href)
        found.setdefault(naming.case.iri, {})[link] = None
    return {incident: tuple(sorted(links, key=lambda link: link.text)) for incident, links in found.items()}


def _roles(namings: list[Naming], of: int) -> tuple[Share, ...]:
    """Return in how many incidents each role and claim is told; several may stand in one."""
    told = {(naming.role or "Role not stated", naming.claim or "Not stated", naming.case.iri) for naming in namings}
    counts = Counter(f"{role}, {claim.lower()}" for role, claim, _ in told)
    return tuple(Share(Link(name), counts[name], of) for name in sorted(counts, key=lambda name: (-counts[name], name)))
