"""What is not made or sent twice: answers in memory, up to a number of bytes, and what a client has already.

A release never changes, so an answer is right as long as it is kept.  ``Last-Modified`` is the day of the data and
never a clock or the time of a file, so two servers of one release say the same.  Two releases of one day differ and
say the same too, and so do two builds of one release by other software: only an entity tag tells them apart, and
If-Modified-Since is believed nowhere.  The date does no harm, as it never stands without a tag, and a client that was
given a tag sends it (RFC 9111, 4.3.1).
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from werkzeug.http import http_date

from failuregraph.catalog.saying import DATASET, iri

if TYPE_CHECKING:
    from collections.abc import Iterable

    from failuregraph.serve.frames import Result

__all__ = ["FOREVER", "REVALIDATE", "Cache", "day_of", "has", "last_modified", "lifetime"]

#: How long an answer holds: for good where its address names what never changes, else until there is another release.
FOREVER: Final = "public, max-age=31536000, immutable"
REVALIDATE: Final = "public, max-age=0, must-revalidate"
_SHORT: Final = "public, max-age=60"
_NEVER: Final = "no-store"
_NO_DAY: Final = dt.date(1970, 1, 1)
_DATASET: Final = ox.NamedNode(DATASET)
_MODIFIED: Final = ox.NamedNode(iri("dcterms:modified"))

#: What an entry costs beside its body.
_OVERHEAD: Final = 1024


class Cache:
    """The answers that were asked for last, by entity tag."""

    def __init__(self, size: int) -> None:
        self._size, self._used = size, 0
        self._kept: OrderedDict[str, Result] = OrderedDict()
        self.hits = self.misses = 0

    def get(self, tag: str) -> Result | None:
        """Return the answer with that tag, or None."""
        found = self._kept.get(tag)
        if found is None:
            self.misses += 1
            return None
        self._kept.move_to_end(tag)
        self.hits += 1
        return found

    def put(self, tag: str, result: Result) -> None:
        """Keep an answer of up to a quarter of the room, and drop those that were not asked for longest."""
        cost = len(result.body) + _OVERHEAD
        if cost > self._size // 4 or tag in self._kept:
            return
        self._kept[tag] = result
        self._used += cost
        while self._used > self._size:
            _, dropped = self._kept.popitem(last=False)
            self._used -= len(dropped.body) + _OVERHEAD


def lifetime(status: int) -> str:
    """Return the Cache-Control of an answer whose address names no release: what passes by itself is not stored.

    >>> lifetime(200), lifetime(404), lifetime(503)
    ('public, max-age=0, must-revalidate', 'public, max-age=60', 'no-store')
    """
    if status < 400:  # noqa: PLR2004 - HTTP
        return REVALIDATE
    return _NEVER if status >= 500 or status == 429 else _SHORT  # noqa: PLR2004 - HTTP


def has(known: str, tag: str) -> bool:
    """Say whether If-None-Match names an entity tag, compared weakly as RFC 9110, 13.1.2, has it; ``*`` is any.

    >>> has('"other", W/"tag"', '"tag"')
    True
    """
    stripped = tag.removeprefix("W/")
    return bool(known) and any(each.strip().removeprefix("W/") in (stripped, "*") for each in known.split(","))


def day_of(told: Iterable[ox.Triple]) -> dt.date:
    """Return the day of the data, as the metadata of a release states it; 1970 where nothing in it has a day."""
    stated = (t.object for t in told if t.subject == _DATASET and t.predicate == _MODIFIED)
    return max((dt.date.fromisoformat(term.value) for term in stated if isinstance(term, ox.Literal)), default=_NO_DAY)


def last_modified(told: Iterable[ox.Triple]) -> str:
    """Return the day of the data as Last-Modified writes it."""
    return http_date(day_of(told))
