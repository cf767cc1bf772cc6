"""Linksets: matches that lead from one space of names to another, by property."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pyoxigraph as ox

from failuregraph.catalog.saying import DATASET, VOID, iri, say
from failuregraph.names import BASE, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["linksets"]

_LINKS: Final = frozenset(
    iri(name)
    for name in (
        "fg:sameEventAs",
        "owl:sameAs",
        "skos:broadMatch",
        "skos:closeMatch",
        "skos:exactMatch",
        "skos:narrowMatch",
        "skos:relatedMatch",
    )
)
#: Identifiers of incidents begin with the letters of their registry: one space for each.
_SPACE: Final = re.compile(rf"({re.escape(BASE)}(?:incident/[A-Z]+-(?=\d)|scheme/[^#]+#|[^#]*#|.*/)|[a-z]+://[^/]+/)")


def linksets(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield a void:Linkset for each property and pair of spaces that its matches join."""
    counted = Counter(
        (triple.predicate.value, _space(triple.subject.value), _space(triple.object.value))
        for triple in triples
        if triple.predicate.value in _LINKS
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode)
    )
    for (link, here, there), count in sorted(counted.items()):
        if here != there:
            yield from _linkset(link, here, there, count)


def _space(name: str) -> str:
    found = _SPACE.match(name)
    return found[1] if found else name


def _linkset(link: str, here: str, there: str, count: int) -> Iterator[ox.Triple]:
    words = "&".join(f"{key}={_short(name)}" for key, name in (("link", link), ("from", here), ("to", there)))
    node = f"{VOID}#{words}"
    yield say(DATASET, "void:subset", node)
    yield say(node, "a", "void:Linkset")
    yield say(node, "void:linkPredicate", link)
    yield say(node, "void:triples", count)
    for role, space in (("void:subjectsTarget", here), ("void:objectsTarget", there)):
        target = f"{VOID}#space={_short(space)}"
        yield say(node, role, target)
        yield say(target, "a", "void:Dataset")
        yield say(target, "void:uriSpace", ox.Literal(space))


def _short(name: str) -> str:
    return quote(shorten(name).removeprefix(BASE), safe=":/")
