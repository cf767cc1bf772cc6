"""Candidates for one event: incidents of two registries with organisation, date, source or title in common."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from failuregraph.link.candidates import Candidate, rows, similarity
from failuregraph.names import shorten

if TYPE_CHECKING:
    from collections.abc import Callable

    from failuregraph.project import Project
    from failuregraph.store import Store

__all__ = ["event_candidates"]

#: How far apart two dates may be, in days, and still be near: reports are often dated by their publication.
_NEAR: Final = 31
#: The least likeness of titles, from 0 to 1: where an organisation and the time agree, where only the time
#: does, and where only an organisation does.
_TITLE_WITH_BOTH: Final = 0.48
_TITLE_WITH_TIME: Final = 0.85
_TITLE_WITH_ORGANISATION: Final = 0.6
_NEVER: Final = 2.0


@dataclass
class _Incident:
    """What is known of an incident for comparing it."""

    iri: str
    registry: str
    page: str
    event: str
    title: str
    earliest: str
    latest: str
    clues: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def event_candidates(
    project: Project, store: Store, progress: Callable[[str, int, int], None] = lambda *_: None
) -> list[Candidate]:
    """Return pairs of incidents of two registries that may be one event, with their evidence, for review.

    A pair is proposed where a registry states it, where the two cite one page, or where an organisation, the
    time and words of the title agree.  Pairs that are linked already, or were reviewed, are left out.
    """
    incidents = _incidents(project, store)
    reviewed = _reviewed(project, store)
    found = []
    pairs = sorted(_pairs(incidents))
    for place, (one, other) in enumerate(pairs, 1):
        progress("pairs", place, len(pairs))
        left, right = incidents[one], incidents[other]
        if left.registry == right.registry or left.event == right.event or (one, other) in reviewed:
            continue
        candidate = _compared(left, right)
        if candidate is not None:
            found.append(candidate)
    return found


def _incidents(project: Project, store: Store) -> dict[str, _Incident]:
    incidents = {}
    for iri, registry, page, event, title, earliest, latest in rows(project, store, "incidents"):
        incidents[iri] = _Incident(iri, registry, page, event, title, earliest, latest)
    for iri, kind, clue in rows(project, store, "clues"):
        if iri in incidents:
            incidents[iri].clues[kind].add(_address(clue) if kind == "source" else clue)
    return incidents


def _address(url: str) -> str:
    """Return an address without scheme, www, query and closing slash; empty for a bare host, which says nothing.

    >>> _address("https://www.example.org/a/?utm=1"), _address("https://example.org/")
    ('example.org/a', '')
    """
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    return f"{(parts.hostname or '').removeprefix('www.')}{path}" if path else ""


def _reviewed(project: Project, store: Store) -> set[tuple[str, str]]:
    pairs = {(one, other) for one, other in rows(project, store, "reviewed")}
    return pairs | {(other, one) for one, other in pairs}


def _pairs(incidents: dict[str, _Incident]) -> set[tuple[str, str]]:
    """Return the pairs that have an organisation, a source or a stated page in common, or were near in time."""
    groups: dict[str, set[str]] = defaultdict(set)
    pages = {each.page: each.iri for each in incidents.values() if each.page}
    pairs: set[tuple[str, str]] = set()
    for each in incidents.values():
        for clue in each.clues["organisation"] | each.clues["source"] - {""}:
            groups[clue].add(each.iri)
        if each.earliest:
            month = each.earliest[:7]
            groups[month].add(each.iri)
            groups[_next(month)].add(each.iri)
        for page in each.clues["stated"]:
            if page in pages:
                pairs.add((min(each.iri, pages[page]), max(each.iri, pages[page])))
    for members in groups.values():
        pairs |= {
            (one, other)
            for one, other in combinations(sorted(members), 2)
            if incidents[one].registry != incidents[other].registry
        }
    return pairs


def _next(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def _compared(left: _Incident, right: _Incident) -> Candidate | None:
    """Return the pair as a candidate with its evidence, or None where there is too little."""
    stated = left.page in right.clues["stated"] or right.page in left.clues["stated"]
    sources = sorted((left.clues["source"] & right.clues["source"]) - {""})
    organisations = sorted(left.clues["organisation"] & right.clues["organisation"])
    apart = _apart(left, right)
    near = apart is not None and apart <= _NEAR
    title: float = similarity().token_set_ratio(_words(left.title), _words(right.title)) / 100
    least = _TITLE_WITH_TIME if near else _NEVER
    if organisations:
        least = _TITLE_WITH_BOTH if near else _TITLE_WITH_ORGANISATION
    if not (stated or sources or title >= least):
        return None
    score = min(0.99, 0.4 * stated + 0.3 * bool(sources) + 0.2 * bool(organisations) + 0.2 * near + 0.3 * title)
    told = ["a registry states it"] * stated
    told += [f"same source {source}" for source in sources]
    told += [f"same organisation {shorten(each)}" for each in organisations]
    told.append("a date is not known" if apart is None else f"dates at least {apart} days apart")
    told.append(f"titles alike by {title:.2f}")
    one, other = shorten(left.iri), shorten(right.iri)
    return Candidate(one, left.title, "fg:sameEventAs", other, right.title, score, "; ".join(told))


def _words(title: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", title.casefold()).split())


def _apart(left: _Incident, right: _Incident) -> int | None:
    """Return the least number of days between two dates, by their bounds; None where one has no date."""
    if not (left.earliest and right.earliest):
        return None
    gaps = (
        dt.date.fromisoformat(left.earliest) - dt.date.fromisoformat(right.latest),
        dt.date.fromisoformat(right.earliest) - dt.date.fromisoformat(left.latest),
    )
    return max(0, *(gap.days for gap in gaps))
