"""What a test reads off a page: headings, links, anchors, tables, lists of facts, drawings, times and data blocks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

__all__ = ["PageText", "read"]

_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "path", "rect", "wbr"}


@dataclass
class PageText(HTMLParser):
    """A page that was read: what it shows, and what stands in its head."""

    headings: list[tuple[int, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)
    boxes: list[tuple[str, list[str]]] = field(default_factory=list)
    items: list[tuple[str, str]] = field(default_factory=list)
    times: list[tuple[str, str]] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    relations: dict[str, str] = field(default_factory=dict)
    blocks: list[dict[str, Any]] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        """Begin to read."""
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, dict[str, str], list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and begin to gather its text."""
        told = {name: value or "" for name, value in attrs}
        self.ids += [told["id"]] if "id" in told else []
        self.links += [told["href"]] if tag == "a" and "href" in told else []
        if tag == "meta":
            self.metas[told.get("property", told.get("name", ""))] = told.get("content", "")
        if tag == "link":
            self.relations[told["rel"]] = told["href"]
        if tag == "g":
            self.boxes.append((told["class"].removeprefix("box "), []))
        if tag == "tr":
            self.rows.append([])
        if tag not in _VOID:
            self._open.append((tag, told, []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that has no text."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        """Gather text for every element that is open."""
        self.text += data
        for _, _, texts in self._open:
            texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Note the text of an element; one that does not close what is open is a fault of the page."""
        found, told, texts = self._open.pop()
        assert tag == found, f"</{tag}> closes <{found}>"
        text = " ".join("".join(texts).split())
        within = {name for name, _, _ in self._open}
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append((int(tag[1]), text))
        elif tag == "dt":
            self._name = text
        elif tag == "dd":
            self.facts[self._name] = text
        elif tag in ("th", "td"):
            self.rows[-1].append(text)
        elif tag == "text" and "g" in within:
            self.boxes[-1][1].append(text)
        elif tag == "li":
            self.items.append((told.get("id", ""), text))
        elif tag == "time":
            self.times.append((told["datetime"], text))
        elif tag == "code" and "pre" in within:
            self.code.append("".join(texts))
        elif tag == "script" and told.get("type") == "application/ld+json":
            self.blocks.append(json.loads("".join(texts)))


def read(html: str) -> PageText:
    """Return a page that was read to its end."""
    page = PageText()
    page.feed(html)
    page.close()
    return page
