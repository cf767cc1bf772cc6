"""The gates of vocabulary: whose subject it is, which predicates and classes exist, what a name points at."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import BASE, FG, NAMESPACES, RDF_TYPE, shorten
from failuregraph.project import DATA_KINDS, is_identifier
from failuregraph.validate.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from failuregraph.validate.fault import Loaded

__all__ = [
    "Known",
    "classes",
    "identifiers",
    "predicates",
    "references",
    "retired",
    "shape_terms",
    "subjects",
    "targets",
]

_REPLACED: Final = NAMESPACES["dcterms"] + "isReplacedBy"
_SH: Final = NAMESPACES["sh"]
_RDFS: Final = NAMESPACES["rdfs"]
_DATA: Final = frozenset(DATA_KINDS.values())


@dataclass(frozen=True)
class Known:
    """What the ontology and the shapes of a project know."""

    predicates: frozenset[str]
    targets: frozenset[str]
    classes: frozenset[str]
    ranges: dict[str, str]
    domains: dict[str, str]
    types: dict[str, frozenset[str]]
    supers: dict[str, frozenset[str]]
    subjects: frozenset[str]

    @classmethod
    def of(cls, files: Iterable[Loaded]) -> Known:
        """Return what the files say: every ``sh:path``, ``sh:targetClass``, range, type and superclass."""
        found: dict[str, set[tuple[str, str]]] = {}
        told: set[str] = set()
        for file in files:
            if file.source.kind not in ("links", "withdrawn"):
                told |= {subject.value for subject, _, _ in file.triples}
            for subject, predicate, value in file.triples:
                found.setdefault(predicate.value, set()).add((subject.value, value.value))
        types = _grouped(found.get(RDF_TYPE, set()))
        return cls(
            frozenset(value for _, value in found.get(_SH + "path", ())) | {RDF_TYPE},
            frozenset(value for _, value in found.get(_SH + "targetClass", ())),
            frozenset(subject for subject, kinds in types.items() if NAMESPACES["owl"] + "Class" in kinds),
            dict(found.get(_RDFS + "range", ())),
            dict(found.get(_RDFS + "domain", ())),
            types,
            _grouped(found.get(_RDFS + "subClassOf", set())),
            frozenset(told),
        )


def _grouped(pairs: set[tuple[str, str]]) -> dict[str, frozenset[str]]:
    grouped: dict[str, set[str]] = {}
    for left, right in pairs:
        grouped.setdefault(left, set()).add(right)
    return {left: frozenset(right) for left, right in grouped.items()}


def _hint(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(shorten(word), sorted(shorten(each) for each in known), n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else ""


def identifiers(file: Loaded) -> Iterator[Fault]:
    """The file name is the identifier, and the record says so."""
    source = file.source
    if source.kind not in _DATA:
        return
    if not is_identifier(source.kind, source.identifier):
        remedy = "Name it like FI-0351.ttl, or in lower case with hyphens."
        yield Fault(source, "identifier", f"“{source.path.name}” is no identifier of a {source.kind}.", remedy)
    main = source.subjects[0]
    said = {(p.value, o.value) for s, p, o in file.triples if s.value == main}
    if not said:
        yield Fault(source, "identifier", f"the file does not tell of {shorten(main)}.", "Rename it or its subject.")
    elif source.kind == "record":
        wanted = {
            NAMESPACES["dcterms"] + "identifier": source.identifier,
            NAMESPACES["foaf"] + "primaryTopic": source.subjects[1],
        }
        for predicate, value in wanted.items():
            stated = [o for p, o in said if p == predicate]
            if stated and stated != [value]:
                message = f"{shorten(predicate)} is {shorten(stated[0])}, which is not that of the file."
                yield Fault(source, "identifier", message, f"Write {shorten(value)}.", main, predicate)


def subjects(file: Loaded) -> Iterator[Fault]:
    """A file speaks of its own thing and the parts of it alone (style §5.5)."""
    own = file.source.subjects
    if not own:
        return
    foreign = {s.value for s, _, _ in file.triples if s.kind == "iri"} - set(own)
    for subject in sorted(foreign):
        if not any(subject.startswith(each + "#") for each in own):
            message = f"{shorten(subject)} is not a subject of this file."
            remedy = f"Say it in the file of {shorten(subject)}, or name the part under {shorten(own[-1])}#."
            yield Fault(file.source, "subject", message, remedy, subject)


def predicates(file: Loaded, known: Known) -> Iterator[Fault]:
    """Only predicates that some shape describes."""
    if file.source.kind not in _DATA:
        return
    for subject, predicate, _ in file.triples:
        if predicate.value not in known.predicates:
            message = f"the predicate {shorten(predicate.value)} is not known."
            remedy = _hint(predicate.value, known.predicates) or "Use a property of the ontology."
            yield Fault(file.source, "predicate", message, remedy, subject.value, predicate.value)


def classes(file: Loaded, known: Known) -> Iterator[Fault]:
    """Only classes that the ontology has."""
    if file.source.kind not in _DATA:
        return
    for subject, predicate, value in file.triples:
        if predicate.value == RDF_TYPE and value.value not in known.classes:
            message = f"the class {shorten(value.value)} is not known."
            remedy = _hint(value.value, known.classes) or "Use a class of the ontology."
            yield Fault(file.source, "class", message, remedy, subject.value, predicate.value, value.value)


def targets(file: Loaded, known: Known) -> Iterator[Fault]:
    """Every subject has a class that some shape targets: a misspelt class would escape all shapes."""
    if file.source.kind not in _DATA:
        return
    typed: dict[str, set[str]] = {}
    for subject, predicate, value in file.triples:
        kinds = typed.setdefault(subject.value, set())
        if predicate.value == RDF_TYPE:
            kinds.add(value.value)
    for subject_iri, kinds in typed.items():
        if not kinds:
            yield Fault(
                file.source, "target", "this subject has no class.", "Begin it with a and its class.", subject_iri
            )
        elif kinds <= known.classes and not kinds & known.targets:
            message = f"no shape checks {shorten(min(kinds))}."
            yield Fault(file.source, "target", message, "Use one of the classes with a shape.", subject_iri, RDF_TYPE)


def references(file: Loaded, known: Known) -> Iterator[Fault]:
    """What an IRI of ours points at exists and has the class that the property asks for."""
    if file.source.is_shapes:
        return
    for subject, predicate, value in file.triples:
        statement = (subject.value, predicate.value, value.value)
        wanted = known.ranges.get(predicate.value, "")
        if not wanted.startswith(FG):
            continue
        if value.kind == "iri" and value.value.startswith(BASE) and not _fits(known, value.value, wanted):
            yield _dangling(file, known, wanted, statement, value.value)
        needed = known.domains.get(predicate.value, "")
        if file.source.kind == "links" and needed and not _fits(known, subject.value, needed):
            yield _dangling(file, known, needed, statement, subject.value)


def retired(file: Loaded, known: Known) -> Iterator[Fault]:
    """A retired identifier has no file any more, and what replaces it exists."""
    if file.source.kind != "withdrawn":
        return
    for subject, predicate, value in file.triples:
        statement = (subject.value, predicate.value, value.value)
        if subject.value in known.subjects:
            message = f"{shorten(subject.value)} is retired here and has a file."
            yield Fault(file.source, "retired", message, "Remove one of the two.", *statement)
        if value.kind == "iri" and predicate.value == _REPLACED and value.value not in known.subjects:
            message = f"{shorten(value.value)}, which is to replace {shorten(subject.value)}, does not exist."
            yield Fault(file.source, "retired", message, "Name the identifier that is in use.", *statement)


def _fits(known: Known, iri: str, wanted: str) -> bool:
    """Say whether a thing has the class; one without a known class is the fault of another gate."""
    kinds = known.types.get(iri, frozenset())
    if iri in known.subjects and not (kinds and kinds <= known.classes | known.targets):
        return True
    return wanted in kinds.union(*(known.supers.get(kind, frozenset()) for kind in kinds))


def _dangling(file: Loaded, known: Known, wanted: str, statement: tuple[str, str, str], value: str) -> Fault:
    subject, predicate, _ = statement
    candidates = [iri for iri, kinds in known.types.items() if wanted in kinds]
    name = shorten(wanted).removeprefix("fg:")
    what = "is of another class" if value in known.types else "does not exist"
    message = f"{shorten(value)} {what}: {shorten(predicate)} wants a {name}."
    remedy = _hint(value, candidates) or f"Write one of the {len(candidates)} that exist, or add it."
    return Fault(file.source, "reference", message, remedy, subject, predicate, value)


def shape_terms(file: Loaded, vocabulary: frozenset[str]) -> Iterator[Fault]:
    """A misspelt constraint would be ignored in silence: every ``sh:`` term must be one of SHACL."""
    if not file.source.is_shapes:
        return
    for subject, predicate, value in file.triples:
        for term in (predicate.value, value.value if value.kind == "iri" else ""):
            if term.startswith(_SH) and term.removeprefix(_SH) not in vocabulary:
                remedy = _hint(term, (_SH + each for each in vocabulary)) or "Use a term of SHACL 1.0."
                message = f"{shorten(term)} is no term of SHACL."
                yield Fault(file.source, "shape-term", message, remedy, subject.value, predicate.value)
