"""The CSV tables of a release: what the dump under CC BY says of six kinds of thing, a row for each.

A table is declared by its columns, each with the path that its values are found by; the cells are the lexical forms of
the source files.  Nothing is marked or changed for spreadsheets: the tables are data (RFC 4180, UTF-8), and a value
that begins like a formula stands as it was written.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import NAMESPACES, RDF_TYPE
from failuregraph.turtle import natural

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SEPARATOR", "TABLES", "Column", "Statements", "TableFile", "table_named"]

#: What stands between several values of one cell.
SEPARATOR: Final = " | "
_SELF: Final = "."
_Cell = tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column: its name, where its values are found from the thing of the row, and what they mean.

    A path is a list of properties with ``/`` between them, ``^`` before one that is followed backwards; ``.`` is the
    thing itself.
    """

    name: str
    path: str
    meaning: str
    several: bool = False


@dataclass(frozen=True)
class TableFile:
    """A table: its file, what a row is, the classes whose members have a row, and its columns."""

    file: str
    row: str
    classes: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """The name of the table, which is that of its file."""
        return self.file.partition(".")[0]

    def body(self, said: Statements) -> bytes:
        """Return the table as CSV with a header line, rows by IRI."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(column.name for column in self.columns)
        for subject in said.members(self.classes):
            writer.writerow(SEPARATOR.join(said.values(subject, column.path)) for column in self.columns)
        return text.getvalue().encode()


class Statements:
    """Look-ups over the quads of a dump, forwards and backwards, whatever graph they stand in."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for quad in quads:
            if not isinstance(quad.subject, ox.NamedNode) or not isinstance(quad.object, ox.NamedNode | ox.Literal):
                continue
            subject, name, value = quad.subject.value, quad.predicate.value, quad.object.value
            self._found[subject, name].add(value)
            if isinstance(quad.object, ox.NamedNode):
                self._found[value, f"^{name}"].add(subject)

    def members(self, classes: Iterable[str]) -> list[str]:
        """Return the things of these classes, given by prefixed names, in natural order."""
        found = {each for name in classes for each in self._found.get((_iri(name), f"^{RDF_TYPE}"), ())}
        return sorted(found, key=natural)

    def values(self, subject: str, path: str) -> _Cell:
        """Return what a path leads to from a subject, in natural order."""
        here = {subject}
        for step in path.split("/") if path != _SELF else ():
            key = "^" + _iri(step[1:]) if step.startswith("^") else _iri(step)
            here = {value for each in here for value in self._found.get((each, key), ())}
        return tuple(sorted(here, key=natural))


def _iri(name: str) -> str:
    """Return the IRI of a prefixed name."""
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix] + local


_IRI: Final = Column("iri", _SELF, "The IRI of what the row is about")
_LABEL: Final = "rdfs:label"
_INCIDENTS: Final = (
    Column("identifier", "^foaf:primaryTopic/dcterms:identifier", "Identifier of the record"),
    _IRI,
    Column("record", "^foaf:primaryTopic", "IRI of the record"),
    Column("title", _LABEL, "Title"),
    Column("summary", "dcterms:description", "What happened, in our words or those of the registry"),
    Column("date", "fg:incidentDate", "Date as it is known: a day, a month (2025-07) or a year (2025)"),
    Column("earliest_date", "fg:earliestDate", "First day that the date allows; derived"),
    Column("latest_date", "fg:latestDate", "Last day that the date allows; derived"),
    Column("event", "fg:event", "IRI of the first incident of the same event; derived"),
    Column("modes", "fg:failureMode", "IRIs of the failure modes", several=True),
    Column("surfaces", "fg:surface", "IRIs of the AI surfaces", several=True),
    Column("severities", "fg:severity", "IRI of the severity; several where mappings disagree", several=True),
    Column("severity_reason", "fg:severityReason", "Why the severity was given"),
    Column("public_visibility", "fg:publicVisibility", "IRI of the public visibility"),
    Column("regulatory_exposure", "fg:regulatoryExposure", "IRI of the regulatory exposure"),
    Column("customer_impact", "fg:customerImpact", "IRI of the customer impact"),
    Column("financial_impact", "fg:financialImpact", "IRI of how the financial impact is known"),
    Column("time_to_disclosure", "fg:timeToDisclosure", "IRI of the time to disclosure"),
    Column("industries", "fg:industry", "IRIs of the industries", several=True),
    Column("places", "fg:placeOfHarm", "IRIs of the places of harm", several=True),
    Column("systems", "fg:system", "IRIs of the systems", several=True),
    Column("independent_sources", "fg:independentSourceCount", "Number of independent clusters of sources; derived"),
    Column("registry", "^foaf:primaryTopic/prov:wasAttributedTo", "IRI of the registry that keeps the record"),
    Column("named_party", "^foaf:primaryTopic/fg:namedParty", "Who the registry says was involved, as printed"),
    Column("indexed", "^foaf:primaryTopic/fg:indexedDate", "Day on which the registry took the record in"),
    Column("completeness", "^foaf:primaryTopic/fg:completeness", "IRI: an empty cell means not known where partial"),
    Column("confidence", "^foaf:primaryTopic/fg:confidence", "IRI of the confidence that the registry states"),
    Column("record_status", "^foaf:primaryTopic/fg:recordStatus", "IRI of the status of the record"),
    Column("review_status", "^foaf:primaryTopic/fg:reviewStatus", "IRI of the review status of the record"),
    Column("licence", "^foaf:primaryTopic/dcterms:license", "IRI of the licence of the record"),
)
_SOURCES: Final = (
    _IRI,
    Column("incidents", "^fg:source", "IRIs of the incidents that cite the source", several=True),
    Column("order", "fg:order", "Place in the list of sources"),
    Column("type", "fg:sourceType", "IRI of the type of source"),
    Column("title", "dcterms:title", "Title"),
    Column("publisher", "fg:publisher", "IRI of the publisher"),
    Column("issued", "dcterms:issued", "Date of publication as it is known"),
    Column("page", "foaf:page", "Address on the web"),
    Column("cluster", "fg:inCluster", "Cluster of sources that are not independent of each other; derived"),
)
_ORGANISATIONS: Final = (
    _IRI,
    Column("name", _LABEL, "Name"),
    Column("other_names", "skos:altLabel", "Other names", several=True),
    Column("part_of", "org:subOrganizationOf", "IRI of the organisation that it belongs to", several=True),
    Column("elsewhere", "skos:closeMatch", "IRIs of the same organisation elsewhere", several=True),
)
_INVOLVEMENTS: Final = (
    _IRI,
    Column("incidents", "^fg:involvement", "IRI of the incident", several=True),
    Column("organisations", "fg:organisation", "IRI of the organisation", several=True),
    Column("role", "fg:role", "IRI of the role; empty where none is stated"),
    Column("claim", "fg:claimStatus", "IRI: alleged or confirmed; being named is no accusation"),
)
_STEPS: Final = (
    _IRI,
    Column("incidents", "^fg:observedStep", "IRI of the incident of which the step was told with evidence"),
    Column("modes", "^fg:profileStep", "IRI of the mode in whose profile it stands; not to be added to observed steps"),
    Column("order", "fg:order", "Place in the path"),
    Column("stage", "fg:stage", "IRI of the stage"),
    Column("text", "fg:text", "What happened"),
    Column("kinds", "fg:stepConcept", "IRI of the kind of step", several=True),
    Column("evidence", "fg:evidence", "IRIs of the sources that tell of it", several=True),
)
_CONCEPTS: Final = (
    _IRI,
    Column("schemes", "skos:inScheme", "IRI of the scheme", several=True),
    Column("label", "skos:prefLabel", "Label"),
    Column("definition", "skos:definition", "Definition", several=True),
    Column("broader", "skos:broader", "IRIs of wider concepts", several=True),
    Column("rank", "fg:rank", "Place in a ranked scheme; empty where the scheme has no ranks"),
)

#: The tables of a release.
TABLES: Final = (
    TableFile("incidents.csv", "an incident or hazard with its record", ("fg:Incident", "fg:Hazard"), _INCIDENTS),
    TableFile("sources.csv", "a source that a record lists", ("fg:Source",), _SOURCES),
    TableFile("organisations.csv", "an organisation", ("fg:Organisation",), _ORGANISATIONS),
    TableFile("involvements.csv", "an organisation in an incident", ("fg:Involvement",), _INVOLVEMENTS),
    TableFile("steps.csv", "a step of an observed path or of a profile", ("fg:ObservedStep", "fg:ProfileStep"), _STEPS),
    TableFile("concepts.csv", "a concept of a scheme", ("skos:Concept",), _CONCEPTS),
)


def table_named(file: str) -> TableFile | None:
    """Return the table of a file, or None where it is no table."""
    return next((table for table in TABLES if table.file == file), None)
