"""What somebody chose on the page of incidents, as its address says it: words, values of facets, order and page."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from failuregraph.pages.browsing.facets import FACETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["SORTS", "Selection"]

#: Order of results → how it is called.
SORTS: Final[dict[str, str]] = {
    "date": "newest first",
    "oldest": "oldest first",
    "relevance": "best match first",
    "severity": "gravest first",
    "identifier": "by identifier",
}
_LONGEST, _MOST, _LAST_PAGE = 500, 50, 100_000
_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


@dataclass(frozen=True)
class Selection:
    """The whole state of the page; two addresses that mean the same are the same selection."""

    words: str = ""
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    order: str = ""
    page: int = 1

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Selection:
        """Return the selection that the parameters of an address make; what means nothing is left out.

        >>> Selection.of([("mode", "b"), ("q", " a  b "), ("mode", "a"), ("x", "y"), ("page", "two")]).query
        'q=a+b&mode=a&mode=b'
        """
        given: dict[str, dict[str, None]] = {}
        for name, value in pairs:
            plain = _SPACE.sub(" ", value[:_LONGEST]).strip()
            if plain and len(given.setdefault(name, {})) < _MOST:
                given[name][plain] = None
        chosen = tuple((facet, tuple(sorted(given[facet]))) for facet in FACETS if given.get(facet))
        order = next(iter(given.get("sort", {})), "")
        words = next(iter(given.get("q", {})), "")
        return cls(words, chosen, order if order in SORTS else "", _page(next(iter(given.get("page", {})), "")))

    @property
    def sort(self) -> str:
        """The order of results: what was chosen, else the best match where there are words, else the newest."""
        if self.order and (self.order != "relevance" or self.words):
            return self.order
        return "relevance" if self.words else "date"

    @property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """Facet → the names of the values that were chosen."""
        return dict(self.chosen)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the address, in their one order."""
        found = [("q", self.words)] if self.words else []
        found += [(facet, name) for facet, names in self.chosen for name in names]
        found += [("sort", self.order)] if self.order else []
        return found + ([("page", str(self.page))] if self.page > 1 else [])

    @property
    def query(self) -> str:
        """The parameters as text; empty for the list of all records."""
        return urlencode(self.pairs)

    def address(self, suffix: str = "") -> str:
        """Return the path of the page of this selection, or of all its rows in a format."""
        whole = replace(self, page=1) if suffix else self
        return "/incidents" + (f".{suffix}" if suffix else "") + (f"?{whole.query}" if whole.query else "")

    def toggled(self, facet: str, name: str) -> Selection:
        """Return the selection with a value more, or without it where it was chosen; it begins at the first page."""
        now = set(self.values.get(facet, ())) ^ {name}
        return self._with({**self.values, facet: tuple(sorted(now))})

    def without(self, facet: str) -> Selection:
        """Return the selection without the values of a facet, or without its words where the facet is ``q``."""
        if facet == "q":
            return replace(self, words="", page=1)
        return self._with({name: names for name, names in self.values.items() if name != facet})

    def at(self, page: int) -> Selection:
        """Return the selection at another page."""
        return replace(self, page=page)

    def saying(self, words: str) -> Selection:
        """Return the selection with other words."""
        return replace(self, words=words, page=1)

    def _with(self, values: Mapping[str, tuple[str, ...]]) -> Selection:
        return replace(self, chosen=tuple((facet, values[facet]) for facet in FACETS if values.get(facet)), page=1)


def _page(text: str) -> int:
    return min(max(int(text), 1), _LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < _MOST else 1
