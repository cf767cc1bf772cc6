"""From a checked row to statements: the record, its incident and their parts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from rdflib import RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef

from failuregraph.ingest.remarks import remarks
from failuregraph.ingest.rows import IMPACTS
from failuregraph.names import BASE, CC_BY, FG, NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rdflib.term import Node

    from failuregraph.ingest.rows import Row
    from failuregraph.ingest.vocabulary import Vocabulary

__all__ = ["OWNED", "host_of", "incident_iri", "record_iri", "statements"]


def _fg(local: str) -> URIRef:
    return URIRef(FG + local)


def _outside(name: str) -> URIRef:
    prefix, local = name.split(":")
    return URIRef(NAMESPACES[prefix] + local)


_REGISTRY = URIRef(NAMESPACES["registry"] + "ai-failure-index")
_INCIDENT_CONCEPTS: Final = {
    "failure_mode": "failureMode",
    "ai_surface": "surface",
    "severity": "severity",
    "industry": "industry",
    "public_visibility": "publicVisibility",
    "regulatory_exposure": "regulatoryExposure",
    "customer_impact": "customerImpact",
    "financial_impact": "financialImpact",
    "time_to_disclosure": "timeToDisclosure",
}
_CUT: Final = "The title is known only in part and is left out."
_INFERRED: Final = "The publisher was read from the title of the source."

#: The predicates whose statements the importer writes; all others are a person's and are always kept.
OWNED: Final = frozenset(
    {RDF.type, RDFS.label, SKOS.editorialNote}
    | {
        _outside(name)
        for name in [
            "dcterms:identifier",
            "dcterms:title",
            "dcterms:description",
            "dcterms:license",
            "dcterms:bibliographicCitation",
            "foaf:page",
            "foaf:primaryTopic",
            "prov:wasAttributedTo",
        ]
    }
    | {_fg(local) for local in _INCIDENT_CONCEPTS.values()}
    | {
        _fg(local)
        for local in [
            "claimStatus",
            "completeness",
            "confidence",
            "evidence",
            "incidentDate",
            "indexedDate",
            "involvement",
            "namedParty",
            "observedStep",
            "order",
            "organisation",
            "printedPathBasis",
            "publisher",
            "recordStatus",
            "source",
            "sourceCount",
            "sourceListComplete",
            "sourceType",
            "stage",
            "system",
            "text",
        ]
    }
)


def record_iri(key: str) -> URIRef:
    """Return the IRI of the record with that identifier."""
    return URIRef(f"{BASE}record/{key}")


def incident_iri(key: str) -> URIRef:
    """Return the IRI of the incident with that identifier."""
    return URIRef(f"{BASE}incident/{key}")


def statements(row: Row, known: Vocabulary) -> Graph:
    """Return the graph that a row states; a null of the row writes nothing.

    The organisations and publishers of the row must be known to the vocabulary.
    """
    graph = Graph(bind_namespaces="none")
    for subject, predicate, value in (*_record(row), *_incident(row, known)):
        graph.add((subject, predicate, value))
    return graph


Triple = tuple["Node", "Node", "Node"]


def _english(text: str) -> Literal:
    return Literal(text, lang="en")


def _record(row: Row) -> Iterator[Triple]:
    record = record_iri(row.key)
    yield record, RDF.type, _fg("Record")
    yield record, _outside("dcterms:identifier"), Literal(row.key)
    yield record, _outside("foaf:primaryTopic"), incident_iri(row.key)
    yield record, _outside("prov:wasAttributedTo"), _REGISTRY
    yield record, _outside("dcterms:license"), URIRef(CC_BY)
    yield record, _fg("recordStatus"), URIRef(NAMESPACES["recordstatus"] + "live")
    whole = "complete" if _is_complete(row) else "partial"
    yield record, _fg("completeness"), URIRef(NAMESPACES["completeness"] + whole)
    if row.text("permalink"):
        yield record, _outside("foaf:page"), URIRef(str(row.text("permalink")))
    if row.text("indexed_date"):
        yield record, _fg("indexedDate"), Literal(row.text("indexed_date"), datatype=XSD.date)
    if row.text("who"):
        yield record, _fg("namedParty"), Literal(row.text("who"))
    if "confidence" in row.concepts:
        yield record, _fg("confidence"), row.concepts["confidence"]
    yield from _printed(row, record)
    for note in remarks(row):
        yield record, SKOS.editorialNote, _english(note)


def _printed(row: Row, record: URIRef) -> Iterator[Triple]:
    """Yield what the index prints about the record: its counts, the kind of its path, its citation."""
    if row.raw.get("n_sources") is not None:
        yield record, _fg("sourceCount"), Literal(row.raw["n_sources"])
    if row.raw.get("sources_complete") is not None:
        yield record, _fg("sourceListComplete"), Literal(row.raw["sources_complete"])
    basis = {"mode profile": "profile", "this incident": "observed"}.get(row.text("failure_path_kind") or "")
    if basis:
        yield record, _fg("printedPathBasis"), URIRef(NAMESPACES["basis"] + basis)
    citation = _citation(row)
    if citation:
        yield record, _outside("dcterms:bibliographicCitation"), Literal(citation)


def _is_complete(row: Row) -> bool:
    """Say whether every field of the index's page is known: only then absence means "not assessed"."""
    concepts = ("failure_mode", "ai_surface", "severity", *IMPACTS)
    fields = ("title", "incident_date", "indexed_date", "permalink")
    return (
        all(name in row.concepts for name in concepts)
        and all(row.text(name) for name in fields)
        and row.raw.get("sources_complete") is True
    )


def _citation(row: Row) -> str | None:
    title, number, page, indexed = (row.text(name) for name in ("title", "fi_id", "permalink", "indexed_date"))
    if not (title and number and page and indexed):
        return None
    day = dt.date.fromisoformat(indexed)
    return f'AI Failure Index. "{title}" ({number}). Realm Labs. {page} (indexed {day:%b} {day.day}, {day.year}).'


def _incident(row: Row, known: Vocabulary) -> Iterator[Triple]:
    incident = incident_iri(row.key)
    yield incident, RDF.type, _fg("Incident")
    if row.text("title"):
        yield incident, RDFS.label, _english(str(row.text("title")))
    if row.text("summary"):
        yield incident, _outside("dcterms:description"), _english(str(row.text("summary")))
    date = _date(row)
    if date is not None:
        yield incident, _fg("incidentDate"), date
    for name, local in _INCIDENT_CONCEPTS.items():
        if name in row.concepts:
            yield incident, _fg(local), row.concepts[name]
    system = known.system(row.text("related_cluster") or "")
    if system is not None:
        yield incident, _fg("system"), system
    yield from _involvements(row, known, incident)
    yield from _sources(row, known, incident)
    yield from _steps(row, incident)


def _date(row: Row) -> Literal | None:
    day, month = row.text("incident_date"), row.text("incident_month")
    precision = row.text("date_precision_suspect")
    if day and precision == "year":
        return Literal(day[:4], datatype=XSD.gYear)
    if day and precision == "month":
        return Literal(day[:7], datatype=XSD.gYearMonth)
    if day:
        return Literal(day, datatype=XSD.date)
    return Literal(month, datatype=XSD.gYearMonth) if month else None


def _involved(row: Row, known: Vocabulary) -> list[URIRef]:
    """Return the organisations of a row; the one that ``who`` names replaces a parent of it."""
    listed = [found for name in row.items("organisations") if (found := known.organisation(name)) is not None]
    named = known.organisation(row.text("who") or "")
    if named is not None and named not in listed and known.belongs_to(named, listed):
        return [named, *(each for each in listed if not known.belongs_to(named, [each]))]
    return listed


def _involvements(row: Row, known: Vocabulary, incident: URIRef) -> Iterator[Triple]:
    for organisation in _involved(row, known):
        part = URIRef(f"{incident}#involvement-{str(organisation).rpartition('/')[2]}")
        yield incident, _fg("involvement"), part
        yield part, RDF.type, _fg("Involvement")
        yield part, _fg("organisation"), organisation
        yield part, _fg("claimStatus"), URIRef(NAMESPACES["claimstatus"] + "alleged")


def host_of(source: Mapping[str, Any]) -> str:
    """Return the host of a source in lower case without www, or nothing where it is not known."""
    return str(source.get("domain") or "").lower().removeprefix("www.")


def _sources(row: Row, known: Vocabulary, incident: URIRef) -> Iterator[Triple]:
    for place, source in enumerate(row.items("sources"), 1):
        part = URIRef(f"{incident}#source-{place}")
        yield incident, _fg("source"), part
        yield part, RDF.type, _fg("Source")
        yield part, _fg("order"), Literal(place)
        yield part, _fg("sourceType"), known.concepts["source-type"][source["type"]]
        if source.get("title_cut"):
            yield part, SKOS.editorialNote, _english(_CUT)
        elif source.get("title"):
            yield part, _outside("dcterms:title"), _english(source["title"])
        if host_of(source):
            yield part, _fg("publisher"), known.publishers[host_of(source)]
        if source.get("domain_inferred"):
            yield part, SKOS.editorialNote, _english(_INFERRED)
        if source.get("url"):
            yield part, _outside("foaf:page"), URIRef(source["url"])


def _steps(row: Row, incident: URIRef) -> Iterator[Triple]:
    used: dict[str, int] = {}
    for place, step in enumerate(row.items("observed_path"), 1):
        stage = step["stage"].lower().replace(" ", "-")
        used[stage] = used.get(stage, 0) + 1
        again = f"-{used[stage]}" if used[stage] > 1 else ""
        part = URIRef(f"{incident}#step-{stage}{again}")
        yield incident, _fg("observedStep"), part
        yield part, RDF.type, _fg("ObservedStep")
        yield part, _fg("order"), Literal(place)
        yield part, _fg("stage"), URIRef(NAMESPACES["stage"] + stage)
        yield part, _fg("text"), _english(step["text"])
        for number in range(1, len(row.items("sources")) + 1):
            yield part, _fg("evidence"), URIRef(f"{incident}#source-{number}")
