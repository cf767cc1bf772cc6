"""The page of a registry: its licence, its records here, and how complete they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import NAMESPACES
from failuregraph.pages.document import Link
from failuregraph.pages.things.counting import Cases, Share, Tally, cases, spread, years
from failuregraph.pages.things.thing import IN_HEAD, Asked, Fact, Head, asked, facts_of, head

if TYPE_CHECKING:
    from failuregraph.pages.site import Site

__all__ = ["RegistryPage", "registry_page"]

_ATTRIBUTED: Final = NAMESPACES["prov"] + "wasAttributedTo"
_QUESTIONS: Final = (
    ("registries-and-licences", ("registry",)),
    ("completeness", ("registry",)),
    ("events-of-one-registry", ("registry",)),
    ("registry-overlap", ("registry", "other_registry")),
    ("severity-across-registries", ("registry",)),
    ("headline-counts", ("registry",)),
    ("parties-by-kind", ("registry",)),
    ("observed-steps-across-registries", ("registry",)),
)


@dataclass(frozen=True)
class RegistryPage:
    """Everything that the page of a registry shows."""

    head: Head
    steward: Link | None
    licence: Link | None
    rights: str
    facts: tuple[Fact, ...]
    records: Cases
    share: Share
    tallies: tuple[Tally, ...]
    years: Tally
    asked: Asked


def registry_page(site: Site, path: str) -> RegistryPage:
    """Return the view of the registry whose document stands at a path."""
    top, doc = head(site, path)
    incidents = site.uses.incidents(top.iri, [_ATTRIBUTED])
    identifier = path.rpartition("/")[2]
    return RegistryPage(
        top,
        doc.link(top.iri, "fg:steward"),
        doc.link(top.iri, "dcterms:license"),
        doc.text(top.iri, "schema:creditText"),
        facts_of(doc, top.iri, *IN_HEAD, "fg:steward", "dcterms:license", "schema:creditText"),
        cases(site.uses, incidents, address=f"/incidents?registry={identifier}"),
        Share(Link(top.title), len(incidents), len(site.uses.cases)),
        spread(site.uses, incidents, f"registry={identifier}"),
        years(site.uses, incidents),
        asked(site, top.iri, _QUESTIONS),
    )
