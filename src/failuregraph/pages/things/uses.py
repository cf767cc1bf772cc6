"""Which incidents use which concept, organisation, publisher and system: an index of a release that is made once.

Pages of things and concepts count in it, so that none of them asks the store for what it has told already.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.derive import DERIVED
from failuregraph.names import BASE, FG, NAMESPACES, RDF_TYPE, SCHEMES
from failuregraph.pages.dates import When, when
from failuregraph.pages.document import Document, Link, link_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from failuregraph.answer.incidents import Facts, Incident

__all__ = ["Case", "Citation", "Naming", "Uses", "concept_link", "concept_path", "editorial_notes"]

_RECORD: Final = NAMESPACES["record"]
_INCIDENT: Final = NAMESPACES["incident"]
_ORGANISATION: Final = FG + "organisation"
_PUBLISHER: Final = FG + "publisher"
_PART_OF: Final = NAMESPACES["org"] + "subOrganizationOf"
_BROADER: Final = NAMESPACES["skos"] + "broader"
_NOTE: Final = NAMESPACES["skos"] + "editorialNote"
_RANK: Final = FG + "rank"
#: Documents whose statements are of things and concepts, beside the records.
_BESIDE: Final = (BASE + "doc/", *(BASE + scheme for scheme in SCHEMES))
_SHOWN: Final = {"modes": "failureMode", "surfaces": "surface", "severities": "severity"}

#: Value → property → subjects.
_Index = dict[str, dict[str, set[str]]]


def concept_path(iri: str) -> str:
    """Return the path of the page of a concept of our schemes, or nothing for any other IRI.

    >>> concept_path(BASE + "mode#hallucination")
    '/mode/hallucination'
    >>> concept_path(BASE + "organisation/meta")
    ''
    """
    scheme, mark, local = iri.removeprefix(BASE).partition("#")
    return f"/{scheme}/{local}" if mark and local and scheme in SCHEMES and iri.startswith(BASE) else ""


def concept_link(iri: str, labels: Mapping[str, str]) -> Link:
    """Return the link to the page of a concept, or to where any other IRI leads."""
    link = link_to(ox.NamedNode(iri), labels)
    return Link(link.text, concept_path(iri) or link.href)


@dataclass(frozen=True)
class Case:
    """An incident as lists show it; ``notes`` are what the editors remark on its record."""

    iri: str
    identifier: str
    title: str
    date: str
    event: str
    modes: tuple[Link, ...]
    surfaces: tuple[Link, ...]
    severities: tuple[Link, ...]
    notes: tuple[str, ...] = ()

    @property
    def when(self) -> When:
        """The date as people read it."""
        return when(self.date)

    @property
    def href(self) -> str:
        """The path of the record."""
        return f"/record/{self.identifier}"

    @property
    def year(self) -> str:
        """The year of the incident, or nothing."""
        return self.date[:4]


@dataclass(frozen=True)
class Naming:
    """That a record names an organisation, in which role and on what footing."""

    case: Case
    organisation: str
    role: str
    claim: str


@dataclass(frozen=True)
class Citation:
    """One source of an incident as the page of its publisher lists it."""

    case: Case
    order: int
    title: str
    page: Link | None
    type: Link | None
    issued: str

    @property
    def href(self) -> str:
        """The path of the source in its record."""
        return f"{self.case.href}#source-{self.order}"

    @property
    def when(self) -> When:
        """The date of publication as people read it."""
        return when(self.issued)


@dataclass(frozen=True)
class Uses:
    """The index; incidents are named by IRI, and properties too; ``ranks`` are the places of concepts on scales."""

    labels: Mapping[str, str]
    cases: dict[str, Case]
    of: _Index
    mapped: _Index
    beside: _Index
    namings: dict[str, tuple[Naming, ...]]
    citations: dict[str, tuple[Citation, ...]]
    ranks: Mapping[str, int] = field(default_factory=dict)
    _below: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _valued: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, graphs: Mapping[str, list[ox.Triple]], facts: Facts, labels: Mapping[str, str]) -> Uses:
        """Return the index of the graphs of a release."""
        stated, beside = _indexes(graphs)
        told = {name for properties in stated.values() for name in properties}
        derived: _Index = defaultdict(lambda: defaultdict(set))
        for incident, triple in _of_incidents(graphs.get(DERIVED, ())):
            if triple.predicate.value in told:
                derived[_value(triple)][triple.predicate.value].add(incident)
        both = _merged(stated, derived, facts.incidents.keys())
        mapped = _without(derived, stated)
        cases = _cases(facts.incidents.values(), both, labels, editorial_notes(graphs))
        parts = Document(_parts(graphs), labels)
        named, cited = _namings(parts, both, cases, labels), _citations(parts, both, cases)
        return cls(labels, cases, both, mapped, beside, named, cited, _ranks(graphs))

    def incidents(self, value: str, properties: Iterable[str] | None = None) -> set[str]:
        """Return the incidents that use a value, by any property or by those that are named."""
        found = self.of.get(value, {})
        chosen = found if properties is None else [name for name in properties if name in found]
        return {incident for name in chosen for incident in found[name]}

    def with_any(self, name: str) -> frozenset[str]:
        """Return the incidents that have any value of a property."""
        if name not in self._valued:
            self._valued[name] = frozenset(one for incidents in self.by.get(name, {}).values() for one in incidents)
        return self._valued[name]

    @cached_property
    def by(self) -> dict[str, dict[str, set[str]]]:
        """Property → value → incidents: the index the other way round."""
        found: _Index = defaultdict(dict)
        for value, properties in self.of.items():
            for name, incidents in properties.items():
                found[name][value] = incidents
        return dict(found)

    @cached_property
    def naming(self) -> dict[str, frozenset[str]]:
        """Organisation → the incidents that name it or a part of it; those that none names are left out."""
        wholes = {
            each
            for index, name in ((self.of, _ORGANISATION), (self.beside, _PART_OF))
            for each in index
            if name in index[each]
        }
        found = {
            each: {one for part in (each, *self.parts(each)) for one in self.incidents(part, [_ORGANISATION])}
            for each in wholes
        }
        return {each: frozenset(incidents) for each, incidents in found.items() if incidents}

    def events(self, incidents: Iterable[str]) -> int:
        """Return how many events incidents are of."""
        return len({self.cases[each].event for each in incidents})

    def narrower(self, concept: str) -> tuple[str, ...]:
        """Return the concepts below a concept, sorted, without itself."""
        return self._all_below(concept, _BROADER)

    def parts(self, organisation: str) -> tuple[str, ...]:
        """Return the organisations that are parts of an organisation, parts of parts included."""
        return self._all_below(organisation, _PART_OF)

    def _all_below(self, top: str, name: str) -> tuple[str, ...]:
        if top not in self._below:
            found: set[str] = set()
            open_ = [top]
            while open_:
                new = self.beside.get(open_.pop(), {}).get(name, set()) - found - {top}
                found |= new
                open_ += new
            self._below[top] = tuple(sorted(found))
        return self._below[top]

    def listed(self, incidents: Iterable[str]) -> tuple[Case, ...]:
        """Return incidents as lists show them: the newest first, those without a date last."""
        found = [self.cases[each] for each in incidents]
        found.sort(key=lambda case: case.identifier)
        return tuple(sorted(found, key=lambda case: case.date, reverse=True))


def _value(triple: ox.Triple) -> str:
    return triple.object.value if isinstance(triple.object, ox.NamedNode) else ""


def _of_incidents(triples: Iterable[ox.Triple]) -> Iterator[tuple[str, ox.Triple]]:
    """Yield each statement that leads to something of ours, with the incident that it is of."""
    for triple in triples:
        if triple.predicate.value != RDF_TYPE and _value(triple).startswith(BASE):
            subject = triple.subject.value if isinstance(triple.subject, ox.NamedNode) else ""
            yield subject.partition("#")[0].replace(_RECORD, _INCIDENT, 1), triple


def _indexes(graphs: Mapping[str, list[ox.Triple]]) -> tuple[_Index, _Index]:
    """Return what records state of incidents, and what documents of things and schemes state."""
    stated: _Index = defaultdict(lambda: defaultdict(set))
    beside: _Index = defaultdict(lambda: defaultdict(set))
    for name, triples in graphs.items():
        if name.startswith(_RECORD):
            for incident, triple in _of_incidents(triples):
                stated[_value(triple)][triple.predicate.value].add(incident)
        elif name.startswith(_BESIDE):
            for triple in triples:
                if isinstance(triple.subject, ox.NamedNode) and triple.predicate.value != RDF_TYPE:
                    beside[_value(triple)][triple.predicate.value].add(triple.subject.value)
    return stated, beside


def _merged(stated: _Index, derived: _Index, known: Iterable[str]) -> _Index:
    """Return both indexes as one, of the incidents that are known: those of withdrawn records are not."""
    live = set(known)
    found: _Index = defaultdict(dict)
    for index in (stated, derived):
        for value, properties in index.items():
            for name, incidents in properties.items():
                if incidents & live:
                    found[value][name] = found[value].get(name, set()) | (incidents & live)
    return dict(found)


def _without(derived: _Index, stated: _Index) -> _Index:
    """Return what rules derive and no record states."""
    return {
        value: {name: incidents - stated.get(value, {}).get(name, set()) for name, incidents in properties.items()}
        for value, properties in derived.items()
    }


def editorial_notes(graphs: Mapping[str, list[ox.Triple]]) -> dict[str, tuple[str, ...]]:
    """Return incident → what the editors remark on its record as a whole.

    Which value a note is about is not stated in the graph, so that no page may guess it.
    """
    found: dict[str, list[str]] = {}
    for name, triples in graphs.items():
        if name.startswith(_RECORD):
            for triple in triples:
                if triple.predicate.value == _NOTE and str(triple.subject) == f"<{name}>":
                    found.setdefault(name.replace(_RECORD, _INCIDENT, 1), []).append(_text(triple))
    return {incident: tuple(sorted(notes)) for incident, notes in found.items()}


def _ranks(graphs: Mapping[str, list[ox.Triple]]) -> dict[str, int]:
    """Return concept → its place on its scale, for the scales of our schemes."""
    return {
        triple.subject.value: int(_text(triple))
        for scheme in SCHEMES
        for triple in graphs.get(BASE + scheme, ())
        if triple.predicate.value == _RANK and isinstance(triple.subject, ox.NamedNode)
    }


def _text(triple: ox.Triple) -> str:
    return triple.object.value if isinstance(triple.object, ox.Literal) else ""


def _cases(
    incidents: Iterable[Incident], index: _Index, labels: Mapping[str, str], notes: Mapping[str, tuple[str, ...]]
) -> dict[str, Case]:
    values: dict[str, dict[str, list[Link]]] = {each: defaultdict(list) for each in _SHOWN}
    for value, properties in sorted(index.items(), key=lambda pair: labels.get(pair[0], "")):
        for shown, name in _SHOWN.items():
            for incident in properties.get(FG + name, ()):
                values[shown][incident].append(concept_link(value, labels))
    return {
        each.iri: Case(
            each.iri,
            each.identifier,
            each.title,
            each.date,
            each.event,
            tuple(values["modes"].get(each.iri, ())),
            tuple(values["surfaces"].get(each.iri, ())),
            tuple(values["severities"].get(each.iri, ())),
            notes.get(each.iri, ()),
        )
        for each in incidents
    }


def _parts(graphs: Mapping[str, list[ox.Triple]]) -> Iterator[ox.Triple]:
    """Yield what records and rules say of involvements and sources."""
    for name, triples in graphs.items():
        if name.startswith(_RECORD) or name == DERIVED:
            yield from (triple for triple in triples if "#" in str(triple.subject))


def _namings(
    parts: Document, index: _Index, cases: Mapping[str, Case], labels: Mapping[str, str]
) -> dict[str, tuple[Naming, ...]]:
    """Return organisation → where it is named itself; an involvement without a role is told once."""
    named = {value for value, properties in index.items() if _ORGANISATION in properties}
    found: dict[str, dict[Naming, None]] = {value: {} for value in named}
    for subject in parts.subjects:
        incident = subject.partition("#")[0]
        if incident in cases:
            for term in parts.values(subject, _ORGANISATION):
                role, claim = (_label(parts.terms(subject, name), labels) for name in ("fg:role", "fg:claimStatus"))
                found.setdefault(term.value, {})[Naming(cases[incident], term.value, role, claim)] = None
    return {value: tuple(each) for value, each in found.items()}


def _label(terms: Iterable[ox.NamedNode | ox.Literal | ox.BlankNode], labels: Mapping[str, str]) -> str:
    return next((labels.get(term.value, term.value) for term in terms), "")


def _citations(parts: Document, index: _Index, cases: Mapping[str, Case]) -> dict[str, tuple[Citation, ...]]:
    """Return publisher → its sources."""
    found: dict[str, list[Citation]] = {value: [] for value, names in index.items() if _PUBLISHER in names}
    for subject in parts.subjects:
        incident = subject.partition("#")[0]
        for term in parts.values(subject, _PUBLISHER) if incident in cases else ():
            found.setdefault(term.value, []).append(_citation(parts, subject, cases[incident]))
    return {value: tuple(sorted(each, key=_place)) for value, each in found.items()}


def _citation(parts: Document, subject: str, case: Case) -> Citation:
    return Citation(
        case,
        int(parts.text(subject, "fg:order") or 0),
        parts.text(subject, "dcterms:title"),
        parts.link(subject, "foaf:page"),
        parts.link(subject, "fg:sourceType"),
        parts.text(subject, "dcterms:issued"),
    )


def _place(citation: Citation) -> tuple[str, str, int]:
    return (citation.case.date, citation.case.identifier, citation.order)
