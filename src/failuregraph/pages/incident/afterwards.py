"""What came after an incident: answers of organisations, proceedings and figures of money, each with its sources."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from failuregraph.pages.dates import When, when

if TYPE_CHECKING:
    from failuregraph.pages.document import Document, Link

__all__ = ["Figure", "Proceeding", "Reply", "anchor", "evidence", "figures", "proceedings", "replies"]


@dataclass(frozen=True)
class Reply:
    """What an organisation said or did, and the control gaps that it says it closed."""

    organisation: Link | None
    kind: str
    date: When
    text: str
    closed: tuple[Link, ...]
    evidence: tuple[int, ...]
    anchor: str


@dataclass(frozen=True)
class Proceeding:
    """A suit, order or investigation."""

    name: str
    place: str
    filed: When
    evidence: tuple[int, ...]
    anchor: str


@dataclass(frozen=True)
class Figure:
    """A figure of money and what it is."""

    text: str
    value: str
    currency: str
    evidence: tuple[int, ...]
    anchor: str


def anchor(part: str) -> str:
    """Return the local name of a part of an incident, which is its place on the page of the record."""
    return part.partition("#")[2]


def evidence(doc: Document, part: str) -> tuple[int, ...]:
    """Return the numbers of the sources that a part rests on, in the order of the list of sources."""
    return tuple(sorted(int(doc.text(each.value, "fg:order") or 0) for each in doc.terms(part, "fg:evidence")))


def replies(doc: Document, incident: str) -> tuple[Reply, ...]:
    """Return the answers of organisations, the earliest first, those without a date last."""
    found = [
        Reply(
            doc.link(part.value, "prov:wasAttributedTo"),
            _text(doc.link(part.value, "fg:responseKind")),
            when(doc.text(part.value, "dcterms:issued")),
            doc.text(part.value, "fg:text"),
            doc.links(part.value, "fg:controlClaimed"),
            evidence(doc, part.value),
            anchor(part.value),
        )
        for part in doc.terms(incident, "fg:response")
    ]
    return tuple(sorted(found, key=lambda each: (not each.date, each.date.machine, each.text)))


def proceedings(doc: Document, incident: str) -> tuple[Proceeding, ...]:
    """Return the proceedings, the earliest first, those without a date last."""
    found = [
        Proceeding(
            doc.text(part.value, "rdfs:label"),
            _text(doc.link(part.value, "fg:jurisdiction")),
            when(doc.text(part.value, "fg:filingDate")),
            evidence(doc, part.value),
            anchor(part.value),
        )
        for part in doc.terms(incident, "fg:proceeding")
    ]
    return tuple(sorted(found, key=lambda each: (not each.filed, each.filed.machine, each.name)))


def figures(doc: Document, incident: str) -> tuple[Figure, ...]:
    """Return the figures of money, with thousands set apart."""
    found = [
        Figure(
            doc.text(part.value, "fg:text"),
            f"{Decimal(doc.text(part.value, 'fg:value')).normalize():,f}",
            doc.text(part.value, "fg:currency"),
            evidence(doc, part.value),
            anchor(part.value),
        )
        for part in doc.terms(incident, "fg:amount")
    ]
    return tuple(sorted(found, key=lambda each: each.text))


def _text(link: Link | None) -> str:
    return link.text if link else ""
