"""What the pages of all things share: the head, the facts of a document, panels with and without rows, and more to ask.

``Thing`` is the page of every document that has no page of its own kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from failuregraph.names import BASE, NAMESPACES, RDF_TYPE, SCHEMES, shorten
from failuregraph.pages.document import Document, Link, link_to
from failuregraph.pages.panels import Panel, panel
from failuregraph.pages.things.outline import Outline, outline
from failuregraph.pages.things.releases import ReleasePart, release_part
from failuregraph.pages.things.tables import Pairs, Subject, foreign_labels, mapped, paired, scheme_of, subjects
from failuregraph.pages.things.uses import concept_link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from failuregraph.pages.site import Site

__all__ = [
    "IN_HEAD",
    "Asked",
    "Fact",
    "Head",
    "Part",
    "Thing",
    "asked",
    "facts_of",
    "head",
    "more",
    "places_of",
    "thing",
]

#: Columns that repeat what the label of a thing beside them says.
_NAMES: Final = ("title", "name")
_MATCHES: Final = ("skos:exactMatch", "skos:closeMatch", "skos:relatedMatch", "foaf:homepage", "foaf:page")
#: What the head says in its own way, so that the list of facts need not.
IN_HEAD: Final = ("skos:altLabel", "dcterms:description", "skos:editorialNote", *_MATCHES)


@dataclass(frozen=True)
class Fact:
    """A property with its values."""

    name: str
    values: tuple[Link, ...]


@dataclass(frozen=True)
class Part:
    """A subject of a document with its facts; ``anchor`` is its local name."""

    title: str
    anchor: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Thing:
    """The page of any other document: what it is, and its statements in the way that fits them.

    ``pairs`` are mappings, links or the concepts of an outside scheme, ``release`` is what a release holds,
    ``subjects`` are the statements of a graph, and ``parts`` those of all other things, with the incidents that lead
    to them.  ``statements`` says how many statements the document has, ``shown`` how many a cut page shows, or 0.
    """

    outline: Outline
    path: str
    statements: int
    parts: tuple[Part, ...] = ()
    incidents: tuple[Link, ...] = ()
    subjects: tuple[Subject, ...] = ()
    shown: int = 0
    pairs: Pairs | None = None
    release: ReleasePart | None = None

    @property
    def title(self) -> str:
        """What the document is called."""
        return self.outline.title

    @property
    def shortened(self) -> bool:
        """Say whether any text is shown in part."""
        lines = (line for subject in self.subjects for line in subject.lines)
        return any(value.text.endswith(" …") for line in lines for value in line.values)


@dataclass(frozen=True)
class Head:
    """What a thing is: its names, its notes, its facts, and where else it is told of."""

    kind: str
    title: str
    path: str
    iri: str
    aliases: tuple[str, ...]
    description: str
    notes: tuple[str, ...]
    elsewhere: tuple[Link, ...]


@dataclass(frozen=True)
class Asked:
    """The stored questions of a page: those with rows, those without, and those that may be asked of the thing."""

    panels: tuple[Panel, ...]
    empty: tuple[Panel, ...]
    more: tuple[Link, ...]


def head(site: Site, path: str) -> tuple[Head, Document]:
    """Return the head of the thing that the document at a path is about, and the document."""
    doc = Document(site.graphs[BASE + path], site.labels)
    iri = BASE + path.removeprefix("doc/")
    links = [link for name in _MATCHES for link in doc.links(iri, name)]
    return (
        Head(
            path.split("/")[1].capitalize(),
            site.labels.get(iri) or shorten(iri),
            path,
            iri,
            tuple(doc.texts(iri, "skos:altLabel")),
            doc.text(iri, "dcterms:description"),
            tuple(doc.texts(iri, "skos:editorialNote")),
            tuple(links),
        ),
        doc,
    )


def facts_of(doc: Document, subject: str, *without: str) -> tuple[Fact, ...]:
    """Return the facts of a subject but for its label, its class and what the page says in its own way."""
    told = {_iri(name) for name in ("rdfs:label", *without)} | {RDF_TYPE}
    return tuple(_fact(doc, subject, name) for name in doc.predicates(subject) if name not in told)


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix] + local


def _fact(doc: Document, subject: str, predicate: str) -> Fact:
    links = tuple(link_to(term, doc.labels) for term in doc.values(subject, predicate))
    return Fact(doc.labels.get(predicate) or shorten(predicate), links)


def asked(site: Site, iri: str, wanted: Iterable[tuple[str, tuple[str, ...]]], more_: tuple[Link, ...] = ()) -> Asked:
    """Return the panels of questions for a thing; of each question the columns that may hold it are named.

    A question that the bank of this release has not is left out, and one without rows is not named a second time.
    """
    panels = [
        panel(site, name, only=dict.fromkeys(columns, iri), without=_NAMES)
        for name, columns in wanted
        if name in site.questions
    ]
    empty = tuple(each for each in panels if not each.grid.rows)
    told = {f"/questions/{each.name}" for each in empty}
    left = tuple(link for link in more_ if link.href.partition("?")[0] not in told)
    return Asked(tuple(each for each in panels if each.grid.rows), empty, left)


def more(site: Site, kind: str, local: str) -> tuple[Link, ...]:
    """Return the questions that take a thing of a kind, or a concept of a scheme, as a parameter, with it filled in."""
    found = []
    for query in site.questions.values():
        fitting = [each.name for each in query.parameters if kind in (each.kind, each.scheme)]
        needed = [each for each in query.parameters if each.default is None and not each.optional]
        if fitting and all(each.name == fitting[0] for each in needed):
            found.append(Link(query.said("question"), f"/questions/{query.name}?{urlencode({fitting[0]: local})}"))
    return tuple(found)


def places_of(site: Site, iri: str, *names: str) -> tuple[Link, ...]:
    """Return the things whose documents lead to a thing by one of the properties, sorted."""
    found = {subject for name in names for subject in site.uses.beside.get(iri, {}).get(_iri(name), ())}
    return tuple(sorted((concept_link(each, site.labels) for each in found), key=lambda link: link.text))


def thing(site: Site, path: str) -> Thing:
    """Return the page of the document at a path, which must exist."""
    triples = site.graphs[BASE + path]
    doc = Document(triples, site.labels)
    main = BASE + path.removeprefix("doc/")
    page = Thing(outline(path, site.labels), path, len(triples))
    kind = path.partition("/")[0]
    if kind == "release":
        return replace(page, release=release_part(site, doc, main))
    if kind == "scheme":
        facts = facts_of(doc, main)
        parts = (Part(page.title, "", facts),) if facts else ()
        return replace(page, pairs=scheme_of(doc, main, foreign_labels(site.graphs)), parts=parts)
    if kind != "graph":
        return replace(page, parts=_parts(doc, main), incidents=_incidents(site, path, main))
    pairs = mapped(doc, path, foreign_labels(site.graphs)) or paired(doc)
    if pairs:
        return replace(page, pairs=pairs)
    told = subjects(doc, main, path)
    shown = sum(len(line.values) for subject in told for line in subject.lines)
    return replace(page, subjects=told, shown=shown if shown < len(triples) else 0)


def _parts(doc: Document, main: str) -> tuple[Part, ...]:
    """Return the subjects, the main one first; only IRIs that lead to this document have a place on its page."""
    ordered = sorted(doc.subjects, key=lambda subject: (subject != main, subject))
    return tuple(
        Part(
            doc.labels.get(subject) or shorten(subject),
            subject.partition("#")[2] if subject.partition("#")[0] == main else "",
            tuple(_fact(doc, subject, predicate) for predicate in doc.predicates(subject)),
        )
        for subject in ordered
    )


def _incidents(site: Site, path: str, main: str) -> tuple[Link, ...]:
    """Return the incidents that lead to a thing; for schemes and the ontology there is nothing to list."""
    if path in SCHEMES or not path.startswith("doc/"):
        return ()
    return tuple(Link(case.title, case.href) for case in site.uses.listed(site.uses.incidents(main)))
