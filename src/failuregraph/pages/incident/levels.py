"""Values on a scale, and the impact of an incident, in which four kinds of "nothing" are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import FG
from failuregraph.pages.document import link_to

if TYPE_CHECKING:
    from failuregraph.pages.document import Document, Link
    from failuregraph.pages.site import Site
    from failuregraph.store import Term

__all__ = ["MEANINGS", "Impact", "Level", "impacts", "level", "levels"]

_RANK: Final = ox.NamedNode(FG + "rank")
_IMPACTS: Final = (
    ("Public visibility", "fg:publicVisibility"),
    ("Regulatory exposure", "fg:regulatoryExposure"),
    ("Customer impact", "fg:customerImpact"),
    ("Financial impact", "fg:financialImpact"),
    ("Time to disclosure", "fg:timeToDisclosure"),
)
#: What each kind of impact value means, in the order in which notes stand below the values.
MEANINGS: Final = {
    "unknown": "Unknown is a value that the registry states: it looked, and it is not known.",
    "none": "None is a value that the registry states: it says that there was no such impact.",
    "not assessed": "Not assessed: the whole page of the registry was seen, and it gives no value.",
    "not known here": "Not known here: the page of the registry was seen only in part; it may give a value.",
}


@dataclass(frozen=True)
class Level:
    """A value with its place on its scale, as far as it has one: ``rank`` 3 ``of`` 4."""

    value: Link
    definition: str
    rank: int = 0
    of: int = 0

    @property
    def place(self) -> str:
        """The place on the scale in words, or nothing."""
        return f"{self.rank} of {self.of}" if self.rank and self.of else ""


@dataclass(frozen=True)
class Impact:
    """One kind of impact: a value, or why there is none; ``kind`` is ``value`` or a key of ``MEANINGS``."""

    name: str
    kind: str
    level: Level | None

    @property
    def meaning(self) -> str:
        """What the value means."""
        if self.kind in MEANINGS:
            return MEANINGS[self.kind]
        return self.level.definition if self.level else ""


def level(site: Site, term: Term) -> Level:
    """Return a value with its place on the scale of its scheme."""
    ranks = [
        int(triple.object.value)
        for triple in site.graphs.get(term.value.partition("#")[0], ())
        if triple.predicate == _RANK and isinstance(triple.object, ox.Literal)
    ]
    rank = int(site.everything.text(term.value, "fg:rank") or 0)
    definition = site.everything.text(term.value, "skos:definition")
    return Level(link_to(term, site.labels), definition, rank, max(ranks, default=0))


def levels(site: Site, terms: list[Term]) -> tuple[Level, ...]:
    """Return the values with their places, the highest first."""
    return tuple(sorted((level(site, term) for term in terms), key=lambda each: (-each.rank, each.value.text)))


def impacts(site: Site, doc: Document, incident: str, absent: str) -> tuple[Impact, ...]:
    """Return the five kinds of impact; ``absent`` says what it means here that there is no value."""
    return tuple(_impact(site, name, doc.terms(incident, prop), absent) for name, prop in _IMPACTS)


def _impact(site: Site, name: str, terms: list[Term], absent: str) -> Impact:
    if not terms:
        return Impact(name, absent, None)
    local = terms[0].value.rpartition("#")[2]
    return Impact(name, local if local in MEANINGS else "value", level(site, terms[0]))
