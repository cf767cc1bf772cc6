"""The elements of a page with their attributes and text, for tests that look for one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Element", "Markup"]

_EMPTY = {"br", "hr", "img", "input", "link", "meta"}


@dataclass
class Element:
    """An element: its attributes, the text in it, and the elements that it stands in."""

    tag: str
    attributes: dict[str, str]
    within: tuple[str, ...]
    text: str = ""

    def __getitem__(self, name: str) -> str:
        """Return an attribute, or nothing where there is none."""
        return self.attributes.get(name, "")


@dataclass
class Markup(HTMLParser):
    """A page as a list of elements, in their order."""

    source: str
    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the page."""
        super().__init__(convert_charrefs=True)
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        within = tuple(each.tag for each in self._open)
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, within))
        if tag not in _EMPTY:
            self._open.append(self.elements[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element of a drawing that has nothing in it."""
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Add to the text of every open element."""
        for each in self._open:
            each.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements of a name that have the attributes; ``aria_label`` stands for aria-label."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            each
            for each in self.elements
            if each.tag == tag and all(each[name] == value for name, value in wanted.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """Return the one element of a name that has the attributes."""
        (found,) = self.all(tag, **attributes)
        return found
