"""The statements of one document, looked up by subject and predicate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from failuregraph.names import BASE, NAMESPACES, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from failuregraph.store import Term

__all__ = ["Document", "Link", "link_to"]


@dataclass(frozen=True)
class Link:
    """A text that may lead somewhere; ``href`` is empty where it does not."""

    text: str
    href: str = ""


def link_to(term: Term, labels: Mapping[str, str]) -> Link:
    """Return how a term is shown: the label of an IRI with its address, the text of a literal without one.

    Only http and https addresses become links; those of this graph stay on this host.
    """
    if not isinstance(term, ox.NamedNode):
        return Link(term.value)
    text = labels.get(term.value) or shorten(term.value)
    if term.value.startswith(BASE):
        return Link(text, "/" + term.value.removeprefix(BASE))
    return Link(text, term.value if term.value.startswith(("http://", "https://")) else "")


class Document:
    """Look-ups over the triples of a document; names are prefixed names of the one table.

    ``subjects`` has the properties of each subject, both in the order of the document.
    """

    def __init__(self, triples: Iterable[ox.Triple], labels: Mapping[str, str]) -> None:
        self.labels = labels
        self._objects: dict[tuple[str, str], list[Term]] = {}
        self.subjects: dict[str, dict[str, None]] = {}
        for triple in triples:
            if isinstance(triple.subject, ox.NamedNode) and not isinstance(triple.object, ox.Triple):
                self.subjects.setdefault(triple.subject.value, {})[triple.predicate.value] = None
                key = (triple.subject.value, triple.predicate.value)
                self._objects.setdefault(key, []).append(triple.object)

    def terms(self, subject: str, name: str) -> list[Term]:
        """Return the objects of a subject and a property."""
        prefix, _, local = name.partition(":")
        return self._objects.get((subject, NAMESPACES[prefix] + local), [])

    def predicates(self, subject: str) -> list[str]:
        """Return the properties that a subject has, in the order of the document."""
        return list(self.subjects.get(subject, ()))

    def values(self, subject: str, predicate: str) -> list[Term]:
        """Return the objects of a subject and a property given by IRI."""
        return self._objects.get((subject, predicate), [])

    def texts(self, subject: str, name: str) -> list[str]:
        """Return the objects as text, sorted."""
        return sorted(term.value for term in self.terms(subject, name))

    def text(self, subject: str, name: str) -> str:
        """Return the first object as text, or nothing."""
        found = self.texts(subject, name)
        return found[0] if found else ""

    def link(self, subject: str, name: str) -> Link | None:
        """Return the first object as a link, or None."""
        found = self.terms(subject, name)
        return link_to(found[0], self.labels) if found else None

    def links(self, subject: str, name: str) -> tuple[Link, ...]:
        """Return the objects as links, sorted by text."""
        return tuple(sorted((link_to(term, self.labels) for term in self.terms(subject, name)), key=lambda x: x.text))
