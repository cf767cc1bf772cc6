"""Which records a selection means, in which order, and how many each further value would leave."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from failuregraph.pages.browsing.facets import FACETS
from failuregraph.search import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from failuregraph.pages.browsing.facets import Catalogue, Entry
    from failuregraph.pages.browsing.selection import Selection
    from failuregraph.search import Index

__all__ = ["Result"]

_UNDATED: Final = "9999"


@dataclass(frozen=True)
class Result:
    """The records of a selection: one of the values in each facet, and all of the words."""

    catalogue: Catalogue
    index: Index
    selection: Selection

    @cached_property
    def words(self) -> Words:
        """The words that are looked for."""
        return Words.of(self.selection.words)

    @cached_property
    def found(self) -> tuple[int, ...] | None:
        """The records that have the words, the best first, or None where nothing is looked for."""
        if not self.words.terms:
            return None
        return tuple(self.catalogue.places[name] for name in self.index.find(self.words))

    @cached_property
    def _sets(self) -> dict[str, frozenset[int]]:
        """Facet, or ``q`` for the words → the records that it leaves."""
        values = self.selection.values
        sets = {facet: self.catalogue.having(facet, names) for facet, names in values.items()}
        return sets if self.found is None else {"q": frozenset(self.found), **sets}

    def apart_from(self, facet: str) -> frozenset[int]:
        """Return the records that all but one facet leave."""
        others = [each for name, each in self._sets.items() if name != facet]
        return self.catalogue.everything.intersection(*others)

    @cached_property
    def fitting(self) -> frozenset[int]:
        """The records that everything leaves."""
        return self.apart_from("")

    @cached_property
    def places(self) -> tuple[int, ...]:
        """The records in the order that was chosen."""
        sort = self.selection.sort
        if sort == "relevance" and self.found is not None:
            return tuple(place for place in self.found if place in self.fitting)
        entries = self.catalogue.entries
        key = _KEYS.get(sort, _newest)
        if sort == "severity":
            return tuple(
                sorted(self.fitting, key=lambda place: (-self._gravity(entries[place]), *_newest(entries[place])))
            )
        return tuple(sorted(self.fitting, key=lambda place: key(entries[place])))

    def _gravity(self, entry: Entry) -> int:
        known = self.catalogue.values["severity"]
        return max((known[name].rank for name in entry.values.get("severity", ())), default=0)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The records themselves, in the order that was chosen."""
        return tuple(self.catalogue.entries[place] for place in self.places)

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """Facet → value → how many records have it among those that the other facets leave."""
        return {facet: self._counted(facet) for facet in FACETS}

    def _counted(self, facet: str) -> dict[str, int]:
        base = self.apart_from(facet) if facet in self._sets else self.fitting
        return {name: len(value.records & base) for name, value in self.catalogue.values[facet].items()}


def _newest(entry: Entry) -> tuple[int, int, str]:
    """Return a key that puts the newest first, a day before the month that it begins, and what has no date last."""
    return -int((entry.earliest or "0").replace("-", "")), -len(entry.date), entry.identifier


def _oldest(entry: Entry) -> tuple[str, int, str]:
    return entry.earliest or _UNDATED, -len(entry.date), entry.identifier


def _identifier(entry: Entry) -> tuple[str, int, str]:
    return entry.identifier, 0, ""


_KEYS: Final[dict[str, Callable[[Entry], tuple[int | str, int, str]]]] = {
    "date": _newest,
    "identifier": _identifier,
    "oldest": _oldest,
}
