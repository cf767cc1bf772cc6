"""The page of a record: its facts, who is named, the path, the impact, the sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import BASE, CC_BY
from failuregraph.pages.afterwards import Figure, Proceeding, Reply, evidence, figures, proceedings, replies
from failuregraph.pages.document import Document, Link

if TYPE_CHECKING:
    from failuregraph.pages.site import Site

__all__ = ["Impact", "Involved", "RecordPage", "SourceLine", "StepLine", "record_page"]

_IMPACTS: Final = (
    ("Public visibility", "fg:publicVisibility"),
    ("Regulatory exposure", "fg:regulatoryExposure"),
    ("Customer impact", "fg:customerImpact"),
    ("Financial impact", "fg:financialImpact"),
    ("Time to disclosure", "fg:timeToDisclosure"),
)
#: What a mapping may carry over from the taxonomy of another registry.
_MAPPED: Final = ("failureMode", "surface", "severity")


@dataclass(frozen=True)
class Impact:
    """One impact value; without a link it is not known here or was not assessed."""

    name: str
    value: Link | None


@dataclass(frozen=True)
class Involved:
    """An organisation that a record names, in what role and on what footing."""

    organisation: Link
    claim: str
    role: str


@dataclass(frozen=True)
class StepLine:
    """One step of a path."""

    order: int
    stage: str
    text: str
    concepts: tuple[Link, ...] = ()
    kind: Link | None = None
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True)
class SourceLine:
    """One source: its type, title, publisher and address, as far as they are known."""

    type: Link | None
    title: str
    publisher: Link | None
    page: Link | None
    notes: tuple[str, ...]
    issued: str


@dataclass(frozen=True)
class RecordPage:
    """Everything that the page of a record shows."""

    identifier: str
    title: str
    summary: str
    date: str
    named_party: str
    indexed: str
    mode: Link | None
    surface: Link | None
    wing: Link | None
    severity: Link | None
    mapped: frozenset[str]
    confidence: Link | None
    industries: tuple[Link, ...]
    systems: tuple[Link, ...]
    system_names: tuple[str, ...]
    involved: tuple[Involved, ...]
    impacts: tuple[Impact, ...]
    absent: str
    path_basis: str
    steps: tuple[StepLine, ...]
    sources: tuple[SourceLine, ...]
    listing: str
    same_event: tuple[Link, ...]
    registry: Link | None
    attribution: str
    licence: str
    permalink: str
    citation: str
    notes: tuple[str, ...]
    path: str
    severity_reason: str
    places: tuple[Link, ...]
    review: Link | None
    replies: tuple[Reply, ...]
    proceedings: tuple[Proceeding, ...]
    figures: tuple[Figure, ...]


def record_page(site: Site, identifier: str) -> RecordPage:
    """Return the view of the record with that identifier, which must exist."""
    record, incident = f"{BASE}record/{identifier}", f"{BASE}incident/{identifier}"
    doc = Document(site.graphs[record], site.labels)
    everything = site.everything
    partial = doc.text(record, "fg:completeness").endswith("#partial")
    basis, steps = _steps(site, doc, incident)
    surface = doc.terms(incident, "fg:surface")
    own = {name: doc.link(incident, f"fg:{name}") for name in _MAPPED}
    found = {name: link or site.derived.link(incident, f"fg:{name}") for name, link in own.items()}
    registry = doc.terms(record, "prov:wasAttributedTo")
    return RecordPage(
        identifier=identifier,
        title=doc.text(incident, "rdfs:label") or "Title not known",
        summary=doc.text(incident, "dcterms:description"),
        date=doc.text(incident, "fg:incidentDate"),
        named_party=doc.text(record, "fg:namedParty"),
        indexed=doc.text(record, "fg:indexedDate"),
        mode=found["failureMode"],
        surface=found["surface"],
        wing=everything.link(surface[0].value, "skos:broader") if surface else None,
        severity=found["severity"],
        mapped=frozenset(name for name in _MAPPED if found[name] is not None and own[name] is None),
        confidence=doc.link(record, "fg:confidence"),
        industries=doc.links(incident, "fg:industry"),
        systems=doc.links(incident, "fg:system"),
        system_names=tuple(doc.texts(incident, "fg:systemName")),
        involved=_involved(site, doc, incident),
        impacts=tuple(Impact(name, doc.link(incident, prop)) for name, prop in _IMPACTS),
        absent="not known here" if partial else "not assessed",
        path_basis=basis,
        steps=steps,
        sources=_sources(doc, incident),
        listing=_listing(doc, record),
        same_event=site.same_event(incident),
        registry=doc.link(record, "prov:wasAttributedTo"),
        attribution=everything.text(registry[0].value, "dcterms:rights") if registry else "",
        licence=doc.text(record, "dcterms:license") or CC_BY,
        permalink=doc.text(record, "foaf:page"),
        citation=doc.text(record, "dcterms:bibliographicCitation"),
        notes=tuple(doc.texts(record, "skos:editorialNote")),
        path=f"record/{identifier}",
        severity_reason=doc.text(incident, "fg:severityReason"),
        places=doc.links(incident, "fg:placeOfHarm"),
        review=doc.link(record, "fg:reviewStatus"),
        replies=replies(doc, incident),
        proceedings=proceedings(doc, incident),
        figures=figures(doc, incident),
    )


def _involved(site: Site, doc: Document, incident: str) -> tuple[Involved, ...]:
    """Return the organisations that are named; those behind the names of another registry are derived.

    A name of which nobody has said that it is an organisation may be that of a person and is not shown.
    """
    found = set()
    for part in doc.terms(incident, "fg:involvement"):
        claim, role = doc.link(part.value, "fg:claimStatus"), doc.link(part.value, "fg:role")
        for source in (doc, site.derived):
            for organisation in source.links(part.value, "fg:organisation"):
                told = claim.text if claim else ""
                found.add(Involved(organisation, told, role.text if role else "role not stated"))
    return tuple(sorted(found, key=lambda each: (each.organisation.text, each.role)))


def _steps(site: Site, doc: Document, incident: str) -> tuple[str, tuple[StepLine, ...]]:
    """Return the basis of the path that is shown, and its steps in order."""
    observed = [part.value for part in doc.terms(incident, "fg:observedStep")]
    observed += [part.value for part in site.derived.terms(incident, "fg:observedStep")]
    if observed:
        return "observed", _ordered(site, doc, observed)
    modes = doc.terms(incident, "fg:failureMode")
    profile = [part.value for mode in modes for part in site.everything.terms(mode.value, "fg:profileStep")]
    return ("profile", _ordered(site, site.everything, profile)) if profile else ("", ())


def _ordered(site: Site, doc: Document, parts: list[str]) -> tuple[StepLine, ...]:
    lines = []
    for part in parts:
        stage = doc.link(part, "fg:stage") or site.derived.link(part, "fg:stage")
        concepts = doc.links(part, "fg:outsideConcept") + doc.links(part, "fg:technique")
        order = int(doc.text(part, "fg:order") or 0)
        text = doc.text(part, "fg:text")
        kind = doc.link(part, "fg:stepConcept")
        lines.append(StepLine(order, stage.text if stage else "", text, concepts, kind, evidence(doc, part)))
    return tuple(sorted(lines, key=lambda each: each.order))


def _sources(doc: Document, incident: str) -> tuple[SourceLine, ...]:
    parts = sorted(doc.terms(incident, "fg:source"), key=lambda part: int(doc.text(part.value, "fg:order") or 0))
    return tuple(
        SourceLine(
            doc.link(part.value, "fg:sourceType"),
            doc.text(part.value, "dcterms:title"),
            doc.link(part.value, "fg:publisher"),
            doc.link(part.value, "foaf:page"),
            tuple(doc.texts(part.value, "skos:editorialNote")),
            doc.text(part.value, "dcterms:issued"),
        )
        for part in parts
    )


def _listing(doc: Document, record: str) -> str:
    """Return what is known of the length of the list of sources, as a sentence."""
    printed = doc.text(record, "fg:sourceCount")
    whole = doc.text(record, "fg:sourceListComplete")
    if not printed:
        return "How many sources the registry counts is not known."
    counted = f"The registry counts {printed} source{'s' if printed != '1' else ''}"
    return counted + {"true": "; all are listed.", "false": "; not all are known here."}.get(whole, ".")
