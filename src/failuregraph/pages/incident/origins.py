"""The sources of a record, grouped by origin: two links of one publisher are one voice.

Which sources are of one origin is derived in the graph; why is read off the same facts that the rules use.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from failuregraph.names import BASE, NAMESPACES
from failuregraph.pages.dates import When, when
from failuregraph.pages.document import Document, Link, link_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from failuregraph.pages.site import Site

__all__ = ["Origin", "Origins", "SourceLine", "origins"]

_ARCHIVES: Final = ("web.archive.org", "archive.org", "archive.ph", "archive.is", "perma.cc", "archive.today")


@dataclass(frozen=True)
class SourceLine:
    """One source as far as it is known; ``state`` says whether its address still answers."""

    iri: str
    number: int
    type: Link | None
    title: str
    publisher: Link | None
    printed: str
    page: Link | None
    issued: When
    state: str
    archived: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """The sources that count as one, why they do, and why they are not counted where they are not."""

    sources: tuple[SourceLine, ...]
    reasons: tuple[str, ...]
    uncounted: str


@dataclass(frozen=True)
class Origins:
    """All sources by origin, and what is known of the length of the list."""

    groups: tuple[Origin, ...]
    listing: str

    @property
    def sources(self) -> tuple[SourceLine, ...]:
        """All sources, by number."""
        return tuple(sorted((each for group in self.groups for each in group.sources), key=lambda each: each.number))

    @property
    def counted(self) -> int:
        """The number of independent origins."""
        return sum(not group.uncounted for group in self.groups)

    @property
    def sentence(self) -> str:
        """How many sources are independent, of how many, and what the others are."""
        total, counted = len(self.sources), self.counted
        told = f"{counted or 'No'} independent {_plural('source', counted or 1)}"
        if total == counted:
            return f"{told}."
        apart = [origin for origin in self.groups if origin.uncounted]
        again = total - counted - sum(len(origin.sources) for origin in apart)
        rest = [f"{again} {'repeats' if again == 1 else 'repeat'} the origin of another"] if again else []
        rest += _apart(apart, alone=total - counted == 1)
        return f"{told} (of {total}; {' and '.join(rest)})."


def _apart(origins: Sequence[Origin], *, alone: bool) -> list[str]:
    """Return how many sources are not counted; one that is the only other is called by its kind."""
    if not origins:
        return []
    number = sum(len(origin.sources) for origin in origins)
    kind = origins[0].uncounted.partition(",")[0]
    if alone:
        return [f"the other is {kind}" if kind.startswith(("a ", "an ")) else "the other is not counted"]
    return [f"{number} {'is' if number == 1 else 'are'} not counted"]


def _plural(noun: str, number: int) -> str:
    return noun if number == 1 else f"{noun}s"


def origins(site: Site, doc: Document, record: str, incident: str) -> Origins:
    """Return the sources of a record by origin, in the order of the list."""
    reader = _Reader(site, doc)
    groups: dict[str, list[SourceLine]] = {}
    for line in sorted((reader.line(part.value) for part in doc.terms(incident, "fg:source")), key=_number):
        groups.setdefault(site.derived.text(line.iri, "fg:inCluster") or line.iri, []).append(line)
    return Origins(tuple(reader.origin(lines) for lines in groups.values()), _listing(doc, record))


def _number(line: SourceLine) -> tuple[int, str]:
    return line.number, line.iri


class _Reader:
    """Reads what is known of sources and of those who publish them."""

    def __init__(self, site: Site, doc: Document) -> None:
        self.site, self.doc = site, doc
        self._publishers: dict[str, Document] = {}

    def line(self, source: str) -> SourceLine:
        doc = self.doc
        page, state = doc.link(source, "foaf:page"), doc.link(source, "fg:linkStatus")
        publisher = self._publisher(source)
        return SourceLine(
            source,
            int(doc.text(source, "fg:order") or 0),
            doc.link(source, "fg:sourceType"),
            doc.text(source, "dcterms:title"),
            link_to(ox.NamedNode(publisher), self.site.labels) if publisher else None,
            doc.text(source, "fg:publisherName") or doc.text(source, "fg:host"),
            page,
            when(doc.text(source, "dcterms:issued")),
            self.site.everything.text(doc.text(source, "fg:linkStatus"), "skos:definition") if state else "",
            bool(page) and urlsplit(page.href).hostname in _ARCHIVES if page else False,
            tuple(doc.texts(source, "skos:editorialNote")),
        )

    def origin(self, lines: Sequence[SourceLine]) -> Origin:
        reasons = dict.fromkeys(
            reason for one, other in itertools.combinations(lines, 2) for reason in self._reasons(one, other)
        )
        uncounted = [self._uncounted(each.iri) for each in lines]
        return Origin(tuple(lines), tuple(reasons), "" if "" in uncounted else uncounted[0])

    def _publisher(self, source: str) -> str:
        return self.doc.text(source, "fg:publisher") or self.site.derived.text(source, "fg:publisher")

    def _known(self, publisher: str) -> Document:
        if publisher not in self._publishers:
            graph = publisher.replace(NAMESPACES["publisher"], f"{BASE}doc/publisher/", 1)
            self._publishers[publisher] = Document(self.site.graphs.get(graph, ()), self.site.labels)
        return self._publishers[publisher]

    def _reasons(self, one: SourceLine, other: SourceLine) -> list[str]:
        """Return why two sources are of one origin, by the rules of the graph; empty where only others join them."""
        found = []
        theirs, others = self._publisher(one.iri), self._publisher(other.iri)
        owners = {publisher: set(self._known(publisher).texts(publisher, "fg:owner")) for publisher in (theirs, others)}
        if theirs and theirs == others:
            found.append(f"the same publisher, {self.site.labels.get(theirs, theirs)}")
        elif owners[theirs] & owners[others]:
            owner = min(owners[theirs] & owners[others])
            found.append(f"publishers of the same owner, {self.site.labels.get(owner, owner)}")
        host = self.doc.text(one.iri, "fg:host")
        if host and host == self.doc.text(other.iri, "fg:host"):
            found.append(f"the same host, {host}")
        for new, old in ((one, other), (other, one)):
            if old.iri in self.doc.texts(new.iri, "prov:wasDerivedFrom"):
                found.append(f"source {new.number} is derived from source {old.number}")
        return found

    def _uncounted(self, source: str) -> str:
        """Return why a source is not counted as an origin; empty where it is."""
        publisher = self._publisher(source)
        if not publisher and not self.doc.text(source, "fg:host"):
            return "publisher not known, so independence cannot be told"
        kind = self._known(publisher).link(publisher, "fg:publisherKind")
        if kind is None:
            return ""
        name = kind.text.lower()
        return f"{'an' if name[0] in 'aeiou' else 'a'} {name}, which retells other sources"


def _listing(doc: Document, record: str) -> str:
    """Return what is known of the length of the list of sources, as a sentence."""
    printed = doc.text(record, "fg:sourceCount")
    whole = doc.text(record, "fg:sourceListComplete")
    if not printed:
        return "How many sources the registry counts is not known."
    counted = f"The registry counts {printed} {_plural('source', int(printed))}"
    return counted + {"true": "; all are listed.", "false": "; not all are known here."}.get(whole, ".")
