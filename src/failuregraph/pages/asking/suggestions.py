"""What an editor of SPARQL completes: prefixes, classes and properties with their counts, concepts and questions.

The counts are those of the VoID description of the release, so that nothing is counted twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph.catalog.saying import DATASET, VOID
from failuregraph.names import BASE, NAMESPACES, SCHEMES, shorten
from failuregraph.pages.document import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.pages.site import Site

__all__ = ["suggestions"]

_CONCEPTS: Final = tuple(f"{BASE}{scheme}#" for scheme in SCHEMES)


def suggestions(site: Site) -> dict[str, Any]:
    """Return what an editor needs to know of a release, as it becomes JSON; names are prefixed names.

    Terms are triples of name, label and how often the data have them.
    """
    doc = Document(site.graphs[VOID], site.labels)
    return {
        "prefixes": NAMESPACES,
        "classes": _counted(site, doc, "void:classPartition", "void:class", "void:entities"),
        "properties": _counted(site, doc, "void:propertyPartition", "void:property", "void:triples"),
        "concepts": sorted(_concepts(site)),
        "questions": [[each.name, each.said("title")] for each in site.questions.values()],
    }


def _counted(site: Site, doc: Document, part: str, term: str, count: str) -> list[tuple[str, str, int]]:
    """Return the terms of a kind that the data set as a whole has, the most frequent first."""
    found = [
        (shorten(named.value), site.labels.get(named.value, ""), int(doc.text(each.value, count) or 0))
        for each in doc.terms(DATASET, part)
        for named in doc.terms(each.value, term)
        if isinstance(named, ox.NamedNode)
    ]
    return sorted(found, key=lambda each: (-each[2], each[0]))


def _concepts(site: Site) -> Iterator[tuple[str, str]]:
    for iri, label in site.labels.items():
        if iri.startswith(_CONCEPTS):
            yield shorten(iri), label
