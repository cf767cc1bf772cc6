"""Answers in memory, up to a number of bytes; a release never changes, so an answer is right as long as it is kept."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from failuregraph.serve.frames import Result

__all__ = ["Cache"]

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
