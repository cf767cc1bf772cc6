"""The addresses in a page: found and replaced in place, so that every other byte stays as it was."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Address", "addresses_of", "readdressed"]

_ATTRIBUTE: Final = re.compile(r"""([^\s"'<>/=]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+)""")
_LEADING: Final = ("href", "xlink:href", "src", "action", "formaction")
_CARD: Final = "og:image"


@dataclass(frozen=True)
class Address:
    """An address as it stands in an attribute, with the place of its value in the text."""

    tag: str
    attribute: str
    value: str
    start: int
    end: int


class _Reader(HTMLParser):
    """Finds the attributes of start tags that lead somewhere; what scripts and styles contain is no tag.

    An attribute for scripts (``data-…``) leads somewhere where its value is a path.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [0]
        for line in text.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.found: list[Address] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses of a start tag."""
        leading = (*_LEADING, "content") if dict(attrs).get("property") == _CARD else _LEADING
        raw = self.get_starttag_text() or ""
        line, column = self.getpos()
        base = self._lines[line - 1] + column
        for match in _ATTRIBUTE.finditer(raw, len(tag) + 1):
            name, value = match[1].lower(), match[2]
            quoted = value[0] in "\"'"
            start, end = match.start(2) + quoted, match.end(2) - quoted
            told = html.unescape(raw[start:end])
            if name in leading or (name.startswith("data-") and told.startswith("/")):
                self.found.append(Address(tag, name, told, base + start, base + end))


def addresses_of(text: str) -> list[Address]:
    """Return the addresses of a page in the order in which they stand.

    >>> [each.value for each in addresses_of('<p title="a"><a href="/x?a=1&amp;b=2">x</a><img src=y>')]
    ['/x?a=1&b=2', 'y']
    """
    return _Reader(text).found


def readdressed(text: str, change: Callable[[Address], str]) -> str:
    """Return a page in which every address is what ``change`` makes of it.

    >>> readdressed('<a  class=b href="/x">é</a>', lambda each: each.value + "&")
    '<a  class=b href="/x&amp;">é</a>'
    """
    parts, last = [], 0
    for each in addresses_of(text):
        value = change(each)
        if value != each.value:
            parts += [text[last : each.start], html.escape(value)]
            last = each.end
    return "".join([*parts, text[last:]])
