"""The statements of a graph or an outside scheme as tables for people: mappings and links, and all else by subject.

A page shows a few hundred statements at most and says how many there are: the rest is in the RDF.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import BASE, FG, GRAPH, NAMESPACES, RDF_TYPE, shorten
from failuregraph.pages.dates import when
from failuregraph.pages.document import Document, Link, link_to
from failuregraph.pages.things.outline import outline
from failuregraph.pages.things.uses import concept_link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from failuregraph.store import Term

__all__ = ["MOST", "Line", "Pair", "Pairs", "Subject", "foreign_labels", "mapped", "paired", "scheme_of", "subjects"]

#: How many statements, or rows of a table of pairs, a page shows.
MOST: Final = 300
#: How many values of one property of one thing a page shows.
_VALUES: Final = 12
#: How many characters of a text a page shows; the query of a question has thousands.
_LONG: Final = 280
_MATCHES: Final = {
    "skos:exactMatch": "is the same as",
    "skos:closeMatch": "is close to",
    "skos:broadMatch": "is narrower than",
    "skos:narrowMatch": "is broader than",
    "skos:relatedMatch": "is related to",
    "fg:sameEventAs": "is the same event as",
    "owl:differentFrom": "is not the same event as",
}
#: What our terms state of terms of others, read from theirs.
_STATED: Final = {"rdfs:subClassOf": "is a wider class than", "rdfs:subPropertyOf": "is a wider property than"}
_FOUND: Final = {"LLMBasedMatching": "a language model", "ManualMappingCuration": "hand"}
_OF_A_CONCEPT: Final = frozenset(NAMESPACES["skos"] + name for name in ("inScheme", "notation", "prefLabel"))
_SCHEME: Final = BASE + "scheme/"
_INCIDENT: Final = NAMESPACES["incident"]


@dataclass(frozen=True)
class Pair:
    """A thing, how it stands to another, and the other; ``second`` is None where nothing is stated.

    ``scheme`` is the outside scheme that the first is of, where it is not that of the page.
    """

    anchor: str
    first: Link
    said: str
    second: Link | None
    confidence: str = ""
    note: str = ""
    scheme: str = ""


@dataclass(frozen=True)
class Pairs:
    """A table of pairs: the headings of both things, what holds of all rows, and how many rows there are in all.

    ``besides`` are other documents of which the graph tells as well, on whose pages that stands.
    """

    first: str
    second: str
    common: str
    rows: tuple[Pair, ...]
    total: int
    besides: tuple[Link, ...] = ()

    @property
    def said(self) -> bool:
        """Say whether any row says how both things stand to each other."""
        return any(row.said for row in self.rows)

    @property
    def rated(self) -> bool:
        """Say whether any row has a confidence."""
        return any(row.confidence for row in self.rows)

    @property
    def noted(self) -> bool:
        """Say whether any row has a note."""
        return any(row.note for row in self.rows)


@dataclass(frozen=True)
class Line:
    """A property with its values; ``more`` says how many are not shown."""

    name: str
    values: tuple[Link, ...]
    more: int


@dataclass(frozen=True)
class Subject:
    """A thing with what is said of it."""

    title: Link
    anchor: str
    lines: tuple[Line, ...]


def foreign_labels(graphs: Mapping[str, list[ox.Triple]]) -> dict[str, str]:
    """Return what the mappings call concepts and terms of others, whose own labels are not in the graph."""
    found: dict[str, str] = {}
    for name, triples in graphs.items():
        if name.startswith(GRAPH + "alignments/"):
            doc = Document(triples, {})
            for mapping in doc.subjects:
                for end, label in (("annotatedSource", "subjectLabel"), ("annotatedTarget", "objectLabel")):
                    called = doc.text(mapping, f"fg:{label}")
                    if called:
                        found.setdefault(doc.text(mapping, f"owl:{end}"), called)
    return found


def mapped(doc: Document, path: str, names: Mapping[str, str]) -> Pairs | None:
    """Return the mappings of a graph as a table, or None where it has none, or states more of its own."""
    found = [each for each in doc.subjects if doc.terms(each, "owl:annotatedProperty")]
    others = [each for each in doc.subjects if each not in found]
    if not found or any(_anchor(each, path) for each in others):
        return None
    common, notes = _remarks(doc, found)
    rows = [_mapping(doc, each, path, names, notes[each]) for each in found]
    rows.sort(key=lambda row: (row.first.text.casefold(), row.second.text if row.second else ""))
    of_events = all(doc.text(each, "owl:annotatedTarget").startswith(_INCIDENT) for each in found)
    first, second = ("Record", "Record") if of_events else ("Theirs", "Ours")
    return Pairs(first, second, common, tuple(rows[:MOST]), len(rows), _documents(others, doc.labels))


def _documents(others: Sequence[str], labels: Mapping[str, str]) -> tuple[Link, ...]:
    """Return the documents that things are told of in."""
    paths = dict.fromkeys(each.partition("#")[0].removeprefix(BASE) for each in others if each.startswith(BASE))
    return tuple(Link(outline(path, labels).title, f"/{path}") for path in paths)


def _mapping(doc: Document, mapping: str, path: str, names: Mapping[str, str], note: str) -> Pair:
    relation = shorten(doc.text(mapping, "owl:annotatedProperty"))
    ends = [doc.text(mapping, name) for name in ("owl:annotatedSource", "owl:annotatedTarget")]
    first, second = reversed(ends) if relation in _STATED else ends
    said = _STATED.get(relation) or _MATCHES.get(relation) or f"stands to it as {relation}"
    return Pair(
        _anchor(mapping, path),
        _called(first, doc.labels, names),
        said,
        _called(second, doc.labels, names),
        doc.text(mapping, "fg:mappingConfidence"),
        note,
        outline(first.partition("#")[0].removeprefix(BASE), doc.labels).title if first.startswith(_SCHEME) else "",
    )


def _remarks(doc: Document, found: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return who stated the mappings, when and how they were found: once for most, and in a note for the rest."""
    told = {each: _provenance(doc, each) for each in found}
    ((common, number),) = Counter(told.values()).most_common(1)
    notes = {}
    for each in found:
        remark = doc.text(each, "rdfs:comment").strip().rstrip(".")
        parts = (f"{remark[0].upper()}{remark[1:]}." if remark else "", "" if told[each] == common else told[each])
        notes[each] = " ".join(filter(None, parts))
    return common if number == len(told) else f"Where no note says otherwise: {common[0].lower()}{common[1:]}", notes


def _provenance(doc: Document, mapping: str) -> str:
    author, day = doc.link(mapping, "prov:wasAttributedTo"), when(doc.text(mapping, "dcterms:created"))
    found = doc.text(mapping, "fg:justification").removeprefix("semapv:")
    parts = [f"Stated by {author.text}" if author else "Stated", f"on {day.text}" if day else ""]
    parts.append(f"and found by {_FOUND.get(found, found)}" if found else "")
    return " ".join(filter(None, parts)) + "."


def scheme_of(doc: Document, main: str, names: Mapping[str, str]) -> Pairs:
    """Return the concepts of an outside scheme with what each matches here, and those without a match."""
    rows = [row for each in doc.subjects if each != main for row in _concept(doc, each, names)]
    rows.sort(key=lambda row: row.first.text.casefold())
    return Pairs("Theirs", "Ours", "", tuple(rows[:MOST]), len(rows))


def _concept(doc: Document, concept: str, names: Mapping[str, str]) -> Iterator[Pair]:
    """Yield one row for each match of a concept; its anchor and its other facts stand in the first."""
    anchor = concept.partition("#")[2]
    code, label = doc.text(concept, "skos:notation"), doc.text(concept, "skos:prefLabel") or names.get(concept, "")
    said = label if label.startswith(code) else f"{code}: {label}"
    first = Link(said or anchor.replace("-", " "))
    known = {NAMESPACES[prefix] + name for prefix, _, name in (each.partition(":") for each in _MATCHES)}
    told = [_line(doc, concept, name, concept) for name in doc.predicates(concept) if name not in known]
    others = [line for line in told if line.name not in _plain_names(doc)]
    note = "; ".join(f"{line.name}: {', '.join(value.text for value in line.values)}" for line in others)
    matches = [(words, each) for name, words in _MATCHES.items() for each in doc.terms(concept, name)]
    for words, other in matches:
        yield Pair(anchor, first, words, concept_link(other.value, doc.labels), "", note)
        anchor = note = ""
    if not matches:
        yield Pair(anchor, first, "", None, "", note)


def _plain_names(doc: Document) -> frozenset[str]:
    """Return the names of the properties that the table of a scheme says in its own way."""
    return frozenset(_name(doc, name) for name in (*_OF_A_CONCEPT, RDF_TYPE))


def paired(doc: Document) -> Pairs | None:
    """Return a graph whose statements all have one property as a table, or None for any other graph."""
    properties = {name for subject in doc.subjects for name in doc.predicates(subject)}
    if len(properties) != 1:
        return None
    (name,) = properties
    said = _MATCHES.get(shorten(name), "")
    rows = [
        Pair("", _called(subject, doc.labels, {}), said, link_to(other, doc.labels))
        for subject in sorted(doc.subjects)
        for other in doc.values(subject, name)
    ]
    label = _name(doc, name)
    heads = ("Record", "Record") if name == FG + "sameEventAs" else ("Name", label[0].upper() + label[1:])
    return Pairs(*heads, "", tuple(rows[:MOST]), len(rows))


def subjects(doc: Document, main: str, path: str) -> tuple[Subject, ...]:
    """Return what a graph says by subject, the main one first, until the page is full."""
    room, found = MOST, []
    for subject in sorted(doc.subjects, key=lambda each: _place(each, main)):
        if room <= 0:
            break
        lines = tuple(_line(doc, subject, name, path) for name in doc.predicates(subject))
        room -= sum(len(line.values) for line in lines)
        found.append(Subject(_title(doc, subject, path), _anchor(subject, path), lines))
    shown = {subject.anchor for subject in found}
    return tuple(_kept(subject, path, shown) for subject in found)


def _place(subject: str, main: str) -> tuple[bool, bool, int, str]:
    """Return where a subject stands: the document, what it is mainly about, then wholes before their parts."""
    return (subject != main, "=" in subject, subject.count("&"), subject)


def _title(doc: Document, subject: str, path: str) -> Link:
    """Return what a subject is called; a part of this document is no link, for it stands here."""
    title = doc.labels.get(subject) or doc.text(subject, "dcterms:title")
    anchor = _anchor(subject, path)
    if anchor or subject == BASE + path:
        return Link(title or anchor.replace("&", " · ").replace("=", " ") or "This document")
    return Link(title, concept_link(subject, doc.labels).href) if title else concept_link(subject, doc.labels)


def _line(doc: Document, subject: str, name: str, path: str) -> Line:
    values = doc.values(subject, name)
    links = tuple(_value(term, doc, path) for term in values[:_VALUES])
    return Line(_name(doc, name), links, len(values) - len(links))


def _value(term: Term, doc: Document, path: str) -> Link:
    """Return a value; a part of this document is called by its title or its local name."""
    if isinstance(term, ox.NamedNode) and _anchor(term.value, path):
        return Link(_title(doc, term.value, path).text, f"/{path}#{_anchor(term.value, path)}")
    link = link_to(term, doc.labels)
    if len(link.text) > _LONG and not link.href:
        return Link(f"{link.text[:_LONG]} …")
    title = doc.text(term.value, "dcterms:title") if isinstance(term, ox.NamedNode) else ""
    return Link(title or link.text, link.href)


def _kept(subject: Subject, path: str, shown: set[str]) -> Subject:
    """Return a subject without the links to parts of the document for which the page had no room."""
    start = f"/{path}#"
    lines = tuple(
        Line(
            line.name,
            tuple(
                Link(each.text) if each.href.startswith(start) and each.href.removeprefix(start) not in shown else each
                for each in line.values
            ),
            line.more,
        )
        for line in subject.lines
    )
    return Subject(subject.title, subject.anchor, lines)


def _called(iri: str, labels: Mapping[str, str], names: Mapping[str, str]) -> Link:
    """Return a link to a concept, term or record by its label, with the short name of a term of others."""
    if iri.startswith(_INCIDENT):
        identifier = iri.removeprefix(_INCIDENT)
        title = labels.get(iri, "")
        return Link(f"{identifier}: {title}" if title else identifier, f"/incident/{identifier}")
    if iri.startswith(BASE):
        link = concept_link(iri, labels)
        return Link(labels.get(iri) or names.get(iri) or iri.rpartition("#")[2], link.href)
    name = names.get(iri, "")
    return Link(f"{name} ({shorten(iri)})" if name else shorten(iri), iri if iri.startswith("http") else "")


def _name(doc: Document, predicate: str) -> str:
    return doc.labels.get(predicate) or shorten(predicate)


def _anchor(subject: str, path: str) -> str:
    """Return the local name of a subject of the document at a path; empty for any other."""
    whole, _, local = subject.partition("#")
    return local if whole == BASE + path else ""
