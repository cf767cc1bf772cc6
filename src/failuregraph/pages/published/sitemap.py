"""The site map of a release: every page and document, with the day that a record states and none where none does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from xml.etree import ElementTree as ET

from failuregraph.names import BASE, SCHEMES
from failuregraph.pages.published.feeds import dated_records
from failuregraph.pages.things.concepts import concepts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from failuregraph.pages.site import Site

__all__ = ["LARGEST", "Location", "documents", "pages", "write_index", "write_map"]

#: The most addresses of one map, by the protocol of sitemaps.org.
LARGEST: Final = 50_000
_SPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: A path below the root, and the day of its last change; empty where none is stated.
Location = tuple[str, str]


def documents(site: Site) -> list[Location]:
    """Return every document with its page, records with their day."""
    days = {f"record/{each.identifier}": each.changed for each in dated_records(site)}
    paths = sorted(graph.removeprefix(BASE) for graph in site.graphs if graph.startswith(BASE))
    return [(path, days.get(path, "")) for path in paths]


def pages(site: Site, paths: Sequence[str]) -> list[Location]:
    """Return the pages that are no documents, questions and concepts among them, each as new as the newest record."""
    newest = max((each.changed for each in dated_records(site)), default="")
    questions = [f"questions/{name}" for name in sorted(site.questions)]
    concepts = [f"{scheme}/{local}" for scheme in SCHEMES for local in concepts_of(site, scheme)]
    return [(path, newest) for path in [*paths, *questions, *concepts]]


def write_map(public: str, locations: Sequence[Location]) -> bytes:
    """Return a map of addresses below a public one."""
    root = ET.Element("urlset", xmlns=_SPACE)
    for path, day in locations:
        node = ET.SubElement(root, "url")
        ET.SubElement(node, "loc").text = f"{public}/{quote(path)}"
        if day:
            ET.SubElement(node, "lastmod").text = day
    return _bytes(root)


def write_index(public: str, maps: Sequence[Location]) -> bytes:
    """Return the index of maps."""
    root = ET.Element("sitemapindex", xmlns=_SPACE)
    for path, day in maps:
        node = ET.SubElement(root, "sitemap")
        ET.SubElement(node, "loc").text = f"{public}/{quote(path)}"
        if day:
            ET.SubElement(node, "lastmod").text = day
    return _bytes(root)


def _bytes(root: ET.Element) -> bytes:
    ET.indent(root)
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True)) + b"\n"
