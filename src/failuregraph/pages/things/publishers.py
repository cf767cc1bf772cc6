"""The page of a publisher: what it published on which incidents, and how much rests on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.pages.document import Link
from failuregraph.pages.things.counting import Share, Tally, spread, years
from failuregraph.pages.things.thing import IN_HEAD, Asked, Fact, Head, asked, facts_of, head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from failuregraph.pages.site import Site
    from failuregraph.pages.things.uses import Citation

__all__ = ["PublisherPage", "publisher_page"]

_QUESTIONS: Final = (
    ("first-reporters", ("publisher",)),
    ("load-bearing-sources", ("publisher",)),
    ("single-publisher-incidents", ("publisher",)),
    ("publishers-across-registries", ("publisher",)),
    ("unique-court-documents", ("published_by",)),
)


@dataclass(frozen=True)
class PublisherPage:
    """Everything that the page of a publisher shows."""

    head: Head
    kind: Link | None
    owner: Link | None
    domains: tuple[str, ...]
    facts: tuple[Fact, ...]
    citations: tuple[Citation, ...]
    incidents: int
    events: int
    twice: int
    undated: int
    types: tuple[Share, ...]
    tallies: tuple[Tally, ...]
    years: Tally
    asked: Asked

    @property
    def independence(self) -> str:
        """How the sources of the publisher count towards the rule of two independent sources."""
        if self.kind:
            return f"Its kind is {self.kind.text.lower()}, so the rule of two independent sources does not count it."
        return "Its kind is not stated; the rule of two independent sources counts it as one origin for each incident."


def publisher_page(site: Site, path: str) -> PublisherPage:
    """Return the view of the publisher whose document stands at a path."""
    top, doc = head(site, path)
    uses = site.uses
    citations = tuple(reversed(uses.citations.get(top.iri, ())))
    times = Counter(citation.case.iri for citation in citations)
    return PublisherPage(
        top,
        doc.link(top.iri, "fg:publisherKind"),
        doc.link(top.iri, "fg:owner"),
        tuple(doc.texts(top.iri, "fg:domain")),
        facts_of(doc, top.iri, *IN_HEAD, "fg:publisherKind", "fg:owner", "fg:domain"),
        citations,
        len(times),
        uses.events(times),
        sum(1 for count in times.values() if count > 1),
        sum(1 for citation in citations if not citation.issued),
        _types(citations),
        spread(uses, times),
        years(uses, times),
        asked(site, top.iri, _QUESTIONS),
    )


def _types(citations: Sequence[Citation]) -> tuple[Share, ...]:
    """Return how many sources are of each type; one whose type is not known is counted as such."""
    counts = Counter(citation.type or Link("not known here") for citation in citations)
    ordered = sorted(counts, key=lambda link: (-counts[link], link.text))
    return tuple(Share(link, counts[link], len(citations)) for link in ordered)
