"""Signposts of a document (signposting.org): typed links to its formats, name, licence, author and collection.

The same links stand in the ``Link`` header and in the head of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from failuregraph.catalog.saying import DATASET
from failuregraph.names import BASE, RDF_TYPE, format_named
from failuregraph.pages.document import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from failuregraph.pages.site import Site

__all__ = ["Sign", "header", "main_of", "signs"]

_ABOUT: Final = "https://schema.org/AboutPage"
#: Documents that are no part of the data set.
_APART: Final = ("problem",)
#: Characters of an IRI that stay as they are in a header.
_SAFE: Final = "%/:#?&=@!$'()*+,;~[]"


@dataclass(frozen=True)
class Sign:
    """A typed link; ``href`` is a path below the root, or a whole IRI."""

    rel: str
    href: str
    type: str = ""


def main_of(path: str) -> str:
    """Return the IRI of what a document is about first: the thing itself, or the document.

    >>> main_of("doc/system/x").removeprefix(BASE)
    'system/x'
    """
    return BASE + path.removeprefix("doc/")


def signs(site: Site, path: str, shown: str, formats: Iterable[str]) -> tuple[Sign, ...]:
    """Return the signposts of a document that is shown in one of its formats."""
    doc = Document(site.graphs[BASE + path], site.labels)
    return tuple(dict.fromkeys((*_formats(path, shown, list(formats)), *_said(site, doc, path, shown))))


def _formats(path: str, shown: str, formats: list[str]) -> Iterator[Sign]:
    for each in formats:
        if each != shown:
            yield Sign("alternate", f"/{quote(path)}.{each}", _media_type(each))
    for each in formats:
        if shown == "html" and each != "html":
            yield Sign("describedby", f"/{quote(path)}.{each}", _media_type(each))


def _said(site: Site, doc: Document, path: str, shown: str) -> Iterator[Sign]:
    main = main_of(path)
    yield Sign("cite-as", BASE + path)
    for licence in _licences(site, doc, path):
        yield Sign("license", licence)
    if shown == "html":
        yield Sign("type", _ABOUT)
    for kind in sorted(term.value for term in doc.values(main, RDF_TYPE)):
        yield Sign("type", kind)
    for name in ("prov:wasAttributedTo", "dcterms:creator"):
        for author in doc.texts(main, name):
            yield Sign("author", author)
    if path not in _APART and DATASET not in doc.subjects:
        yield Sign("collection", DATASET)
    yield from _items(doc)


def _licences(site: Site, doc: Document, path: str) -> list[str]:
    """Return the licence that the document states, or that VoID states of its graph; none where neither does."""
    told = doc.texts(main_of(path), "dcterms:license") or doc.texts(BASE + path, "dcterms:license")
    stated = site.licences.get(BASE + path)
    return told or ([stated] if stated else [])


def _items(doc: Document) -> Iterator[Sign]:
    """Yield the files that a document offers for download, with the media type under which they are sent."""
    for subject in doc.subjects:
        stated = doc.text(subject, "dcat:compressFormat") or doc.text(subject, "dcat:mediaType")
        media = stated.partition("media-types/")[2]
        for address in doc.texts(subject, "dcat:downloadURL"):
            yield Sign("item", address, media)


def header(found: Iterable[Sign], root: str = "") -> str:
    """Return signposts as the value of a ``Link`` header; ``root`` is the path that a proxy adds.

    >>> header([Sign("alternate", "/mode.ttl", "text/turtle")])
    '</mode.ttl>; rel="alternate"; type="text/turtle"'
    """
    return ", ".join(
        f'<{root if each.href.startswith("/") else ""}{quote(each.href, safe=_SAFE)}>; rel="{each.rel}"'
        + (f'; type="{each.type}"' if each.type else "")
        for each in found
    )


def _media_type(name: str) -> str:
    found = format_named(name, graph=True)
    return found.media_type if found else "text/html"
