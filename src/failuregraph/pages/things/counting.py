"""Counts as pages show them: always with what they are out of, and with how many have no value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import FG, shorten
from failuregraph.pages.document import Link
from failuregraph.pages.things.uses import concept_link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from failuregraph.pages.things.uses import Case, Uses

__all__ = ["FEW", "Cases", "Listed", "Share", "Tally", "cases", "named", "percent", "spread", "tally", "years"]

_ORGANISATION: Final = FG + "organisation"
#: How many incidents a page lists before it leads to the list of all.
_MOST: Final = 60
#: Below so many incidents a list of them says it all, and a page draws no shares.
FEW: Final = 3
#: Below so many incidents a page gives counts and no shares.
_LEAST: Final = 20
#: What incidents are spread over on every page: property, title, and the facet of the list of incidents.
_SPREAD: Final = (
    ("failureMode", "Failure mode", "mode"),
    ("surface", "AI surface", "surface"),
    ("severity", "Severity", "severity"),
    ("industry", "Industry", ""),
)


@dataclass(frozen=True)
class Share:
    """A count out of a whole; ``href`` leads to what was counted, where there is such an address."""

    name: Link
    count: int
    of: int
    href: str = ""

    @property
    def percent(self) -> str:
        """The share in whole percent."""
        return percent(self.count, self.of)

    @property
    def shared(self) -> bool:
        """Say whether the whole is large enough for a share to be read off."""
        return self.of >= _LEAST

    @property
    def width(self) -> str:
        """The share as the length of a bar of a hundred."""
        return f"{100 * self.count / self.of:.1f}" if self.of else "0"


@dataclass(frozen=True)
class Tally:
    """How the incidents of a page are spread over the values of one property; several values may stand together."""

    title: str
    shares: tuple[Share, ...]
    of: int
    unknown: int

    @property
    def percent_unknown(self) -> str:
        """The share of those without a value."""
        return percent(self.unknown, self.of)

    @property
    def shared(self) -> bool:
        """Say whether the whole is large enough for a share to be read off."""
        return self.of >= _LEAST


@dataclass(frozen=True)
class Listed:
    """An incident in a list, with why it stands there."""

    case: Case
    notes: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Cases:
    """The incidents of a page: the newest of them, how many they are and of how many events."""

    lines: tuple[Listed, ...]
    total: int
    events: int
    note: str = ""
    all: str = ""


def percent(count: int, of: int) -> str:
    """Return a share in whole percent, never rounded to nothing or to all.

    >>> percent(1, 3), percent(1, 1000), percent(999, 1000), percent(0, 0)
    ('33 %', 'under 1 %', 'over 99 %', 'none')
    """
    if not of:
        return "none"
    rounded = (200 * count + of) // (2 * of)
    if count and not rounded:
        return "under 1 %"
    return "over 99 %" if rounded == 100 and count < of else f"{rounded} %"  # noqa: PLR2004 - percent


def cases(
    uses: Uses,
    incidents: Iterable[str],
    notes: Callable[[str], tuple[Link, ...]] | None = None,
    *,
    note: str = "",
    address: str = "",
) -> Cases:
    """Return the list of incidents; ``notes`` says of each why it is there, ``note`` what the notes are.

    Where an address lists them all, a long list is cut to its newest.
    """
    chosen = set(incidents)
    listed = uses.listed(chosen)
    shown = listed[:_MOST] if address else listed
    lines = tuple(Listed(case, notes(case.iri) if notes else ()) for case in shown)
    return Cases(lines, len(listed), uses.events(chosen), note, address)


def tally(uses: Uses, among: Iterable[str], name: str, title: str = "", address: str = "") -> Tally:
    """Return how incidents are spread over the values of a property: by rank where it is a scale, else by frequency.

    ``address`` is a pattern of the address that lists the incidents of a value, with ``{}`` for its local name.
    """
    chosen = set(among)
    counts: Counter[str] = Counter()
    covered: set[str] = set()
    for value, incidents in uses.by.get(name, {}).items():
        found = incidents & chosen
        if found:
            counts[value] = len(found)
            covered |= found
    links = {value: concept_link(value, uses.labels) for value in counts}
    ordered = sorted(counts, key=lambda value: (-uses.ranks.get(value, 0), -counts[value], links[value].text))
    shares = tuple(Share(links[each], counts[each], len(chosen), _filled(address, each)) for each in ordered)
    called = title or uses.labels.get(name) or shorten(name)
    return Tally(called, shares, len(chosen), len(chosen - covered))


def spread(uses: Uses, incidents: Iterable[str], chosen_by: str = "", without: str = "") -> tuple[Tally, ...]:
    """Return how incidents are spread over modes, surfaces, severities and industries, but for one of them.

    ``chosen_by`` is the facet that lists these incidents, as it stands in an address.
    """
    chosen = set(incidents)
    return tuple(
        tally(uses, chosen, FG + name, title, f"/incidents?{chosen_by}&{facet}={{}}" if facet and chosen_by else "")
        for name, title, facet in _SPREAD
        if name != without
    )


def named(uses: Uses, incidents: Iterable[str], chosen_by: str = "") -> Tally:
    """Return which organisations incidents name, each with its parts, as the list of incidents chooses them."""
    chosen, covered = set(incidents), uses.with_any(_ORGANISATION)
    counts = {each: len(found & chosen) for each, found in uses.naming.items()}
    links = {each: concept_link(each, uses.labels) for each, count in counts.items() if count}
    address = f"/incidents?{chosen_by}&organisation={{}}" if chosen_by else ""
    ordered = sorted(links, key=lambda each: (-counts[each], links[each].text))
    shares = tuple(Share(links[each], counts[each], len(chosen), _filled(address, each)) for each in ordered)
    return Tally("Organisation, with its parts", shares, len(chosen), len(chosen - covered))


def _filled(address: str, iri: str) -> str:
    return address.format(iri.rpartition("#")[2].rpartition("/")[2]) if address else ""


def years(uses: Uses, incidents: Iterable[str]) -> Tally:
    """Return how incidents are spread over the years of their dates, out of all incidents of each year."""
    chosen = {each: uses.cases[each].year for each in incidents}
    mine = Counter(chosen.values())
    whole = Counter(case.year for case in uses.cases.values())
    span = _span(whole)
    shares = tuple(Share(Link(year), mine[year], whole[year]) for year in span)
    first = next((place for place, share in enumerate(shares) if share.count), len(shares))
    return Tally("Year", shares[first:], len(chosen), mine[""])


def _span(counts: Mapping[str, int]) -> list[str]:
    """Return all years from the first to the last, empty ones included."""
    found = sorted(int(year) for year in counts if year)
    return [str(year) for year in range(found[0], found[-1] + 1)] if found else []
