"""The page of a record: its facts, who is named, the path, the impact, the sources, and how to cite and correct it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from failuregraph.names import BASE, CC_BY
from failuregraph.pages import citations, markup
from failuregraph.pages.cards import Share, share_of
from failuregraph.pages.dates import When, when
from failuregraph.pages.document import Document, Link
from failuregraph.pages.incident.afterwards import Figure, Proceeding, Reply, anchor, figures, proceedings, replies
from failuregraph.pages.incident.alike import Alike, alike
from failuregraph.pages.incident.courses import Course, courses
from failuregraph.pages.incident.events import Event, event
from failuregraph.pages.incident.levels import MEANINGS, Impact, Level, impacts, levels
from failuregraph.pages.incident.origins import Origins, origins
from failuregraph.pages.published.changes import RecordChange, of_record

if TYPE_CHECKING:
    from failuregraph.pages.citations import Citation
    from failuregraph.pages.site import Site
    from failuregraph.store import Term

__all__ = ["Assessment", "Involved", "RecordPage", "Review", "Stated", "record_page"]

_HAZARD: Final = "Hazard"
_UNTITLED: Final = "Title not known"
_SIMILAR: Final = 5


@dataclass(frozen=True)
class Stated:
    """The values of a property with their places on a scale; ``mapped`` where only a mapping gives them."""

    values: tuple[Level, ...]
    mapped: bool

    @property
    def texts(self) -> tuple[str, ...]:
        """The values as text."""
        return tuple(each.value.text for each in self.values)


@dataclass(frozen=True)
class Involved:
    """An organisation that a record names, in what role and on what footing."""

    organisation: Link
    claim: str
    role: str
    anchor: str


@dataclass(frozen=True)
class Assessment:
    """The confidence that a record states, the one that its sources allow, and whether it counts in headlines."""

    stated: Level | None
    computed: Level | None
    headline: str


@dataclass(frozen=True)
class Review:
    """How often a record was read against its sources, and what that means."""

    status: Link
    meaning: str
    scope: str


@dataclass(frozen=True)
class RecordPage:
    """Everything that the page of a record shows."""

    identifier: str
    path: str
    label: str
    hazard: bool
    summary: str
    absent: str
    date: When
    date_notes: tuple[str, ...]
    mode: Stated
    surface: Stated
    wings: tuple[Link, ...]
    severity: Stated
    severity_reason: str
    confidence: Assessment
    places: tuple[Link, ...]
    industries: tuple[Link, ...]
    systems: tuple[Link, ...]
    system_names: tuple[str, ...]
    involved: tuple[Involved, ...]
    named_party: str
    observed: Course | None
    profile: Course | None
    impacts: tuple[Impact, ...]
    meanings: tuple[str, ...]
    origins: Origins
    event: Event
    replies: tuple[Reply, ...]
    proceedings: tuple[Proceeding, ...]
    figures: tuple[Figure, ...]
    alike: Alike
    registry: Link | None
    attribution: str
    licence: Link
    permalink: Link | None
    registry_citation: str
    indexed: When
    modified: When
    changes: tuple[RecordChange, ...]
    review: Review | None
    notes: tuple[str, ...]
    file: str
    citation: Citation
    share: Share | None = None
    markup: dict[str, Any] | None = None

    @property
    def title(self) -> str:
        """The title of the incident, or that it is not known."""
        return self.label or _UNTITLED

    @property
    def registry_name(self) -> str:
        """The name of the registry, or nothing."""
        return self.registry.text if self.registry else ""


def record_page(site: Site, identifier: str) -> RecordPage:
    """Return the view of the record with that identifier, which must exist."""
    page = _Reader(site, identifier).page()
    return replace(page, share=share_of(page), markup=markup.of_record(page))


class _Reader:
    """Reads one record out of its own graph, what is derived of it, and the schemes."""

    def __init__(self, site: Site, identifier: str) -> None:
        self.site, self.identifier = site, identifier
        self.record, self.incident = f"{BASE}record/{identifier}", f"{BASE}incident/{identifier}"
        self.doc = Document(site.graphs[self.record], site.labels)

    def page(self) -> RecordPage:
        site, doc, record, incident = self.site, self.doc, self.record, self.incident
        partial = doc.text(record, "fg:completeness").endswith("#partial")
        absent = "not known here" if partial else "not assessed"
        registry = doc.terms(record, "prov:wasAttributedTo")
        surfaces = self._terms("fg:surface")
        observed, profile = courses(site, doc, incident)
        valued = impacts(site, doc, incident, absent)
        label = doc.text(incident, "rdfs:label")
        kept = doc.link(record, "prov:wasAttributedTo")
        return RecordPage(
            identifier=self.identifier,
            path=f"record/{self.identifier}",
            label=label,
            hazard=any(link.text == _HAZARD for link in doc.links(incident, "rdf:type")),
            summary=doc.text(incident, "dcterms:description"),
            absent=absent,
            date=when(doc.text(incident, "fg:incidentDate")),
            date_notes=self._date_notes(),
            mode=self._stated("fg:failureMode"),
            surface=self._stated("fg:surface"),
            wings=tuple(
                dict.fromkeys(link for each in surfaces for link in site.everything.links(each.value, "skos:broader"))
            ),
            severity=self._stated("fg:severity"),
            severity_reason=doc.text(incident, "fg:severityReason"),
            confidence=self._assessment(),
            places=doc.links(incident, "fg:placeOfHarm"),
            industries=doc.links(incident, "fg:industry"),
            systems=doc.links(incident, "fg:system"),
            system_names=tuple(doc.texts(incident, "fg:systemName")),
            involved=self._involved(),
            named_party=doc.text(record, "fg:namedParty"),
            observed=observed,
            profile=profile,
            impacts=valued,
            meanings=tuple(text for kind, text in MEANINGS.items() if kind in {each.kind for each in valued}),
            origins=origins(site, doc, record, incident),
            event=event(site, incident),
            replies=replies(doc, incident),
            proceedings=proceedings(doc, incident),
            figures=figures(doc, incident),
            alike=alike(site, incident, _SIMILAR),
            registry=kept,
            attribution=site.everything.text(registry[0].value, "schema:creditText") if registry else "",
            licence=doc.link(record, "dcterms:license") or Link(CC_BY, CC_BY),
            permalink=doc.link(record, "foaf:page"),
            registry_citation=doc.text(record, "dcterms:bibliographicCitation"),
            indexed=when(doc.text(record, "fg:indexedDate") or doc.text(record, "fg:rowCreated")),
            modified=when(doc.text(record, "dcterms:modified")[:10]),
            changes=of_record(site, self.identifier),
            review=self._review(),
            notes=tuple(doc.texts(record, "skos:editorialNote")),
            file=self._file(),
            citation=self._citation(label, kept),
        )

    def _citation(self, label: str, registry: Link | None) -> Citation:
        """Return how the record is cited: one without a title by its identifier."""
        title = label or f"Record {self.identifier}"
        return citations.of_record(self.site, self.identifier, title, registry.text if registry else "")

    def _terms(self, name: str) -> list[Term]:
        """Return the values of the incident, or those that a mapping gives where the record has none."""
        return self.doc.terms(self.incident, name) or self.site.derived.terms(self.incident, name)

    def _stated(self, name: str) -> Stated:
        found = levels(self.site, self._terms(name))
        return Stated(found, bool(found) and not self.doc.terms(self.incident, name))

    def _date_notes(self) -> tuple[str, ...]:
        """Return the date as the registry prints it, and what is to be kept in mind when it is read."""
        printed = self.doc.texts(self.incident, "fg:dateText")
        caveats = self.doc.terms(self.incident, "fg:dateCaveat")
        told = sorted(self.site.everything.text(each.value, "skos:definition") for each in caveats)
        return (*(f"Printed as “{each}”." for each in printed), *told)

    def _assessment(self) -> Assessment:
        stated = levels(self.site, self.doc.terms(self.record, "fg:confidence"))
        computed = levels(self.site, self.site.derived.terms(self.record, "fg:computedConfidence"))
        headline = self.site.derived.text(self.record, "fg:headlineEligible")
        return Assessment(next(iter(stated), None), next(iter(computed), None), headline)

    def _involved(self) -> tuple[Involved, ...]:
        """Return the organisations that are named; those behind the names of another registry are derived.

        A name of which nobody has said that it is an organisation may be that of a person and is not shown.
        """
        doc, found = self.doc, []
        for part in doc.terms(self.incident, "fg:involvement"):
            claim, role = doc.link(part.value, "fg:claimStatus"), doc.link(part.value, "fg:role")
            named = [
                link for source in (doc, self.site.derived) for link in source.links(part.value, "fg:organisation")
            ]
            told, does = claim.text if claim else "", role.text if role else "role not stated"
            for place, organisation in enumerate(dict.fromkeys(named)):
                found.append(Involved(organisation, told, does, "" if place else anchor(part.value)))
        return tuple(sorted(found, key=lambda each: (each.organisation.text, each.role)))

    def _review(self) -> Review | None:
        """Return the review status with what it means."""
        status = self.doc.link(self.record, "fg:reviewStatus")
        if status is None:
            return None
        iri = self.doc.text(self.record, "fg:reviewStatus")
        told = self.site.everything.text
        return Review(status, told(iri, "skos:definition"), told(iri, "skos:scopeNote"))

    def _file(self) -> str:
        """Return the path of the file of the record in the repository; empty for an imported one."""
        project = self.site.project
        path = project.path_of("record", self.identifier)
        return path.relative_to(project.root).as_posix() if path.is_file() else ""
