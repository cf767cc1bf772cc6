"""The records of a selection as data: CSV, JSON and the statements of the records, always all of them.

Each row says under which licence its record stands: a list may hold records of several registries.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph.names import NAMESPACES, RDF_TYPE
from failuregraph.pages.browsing.facets import ABSENT, FACETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.pages.browsing.facets import Catalogue, Entry, Value
    from failuregraph.pages.browsing.results import Result
    from failuregraph.pages.site import Site

__all__ = ["COLUMNS", "as_csv", "as_json", "statements"]

#: The facets that are columns of a row, as they are called there.
_FACETS: Final = {
    "mode": "failure_mode",
    "surface": "ai_surface",
    "wing": "wing",
    "severity": "severity",
    "path": "path_basis",
    "confidence": "confidence_computed",
    "stated": "confidence_stated",
    "source": "source_types",
    "registry": "registry",
}
_FIRST: Final = ("identifier", "title", "date", "date_precision", "kind", "organisations")
_LAST: Final = ("licence", "record", "incident")
#: The columns of the CSV.
COLUMNS: Final = (*_FIRST, *_FACETS.values(), *_LAST)
_PRECISIONS: Final = {"date": "day", "gYearMonth": "month", "gYear": "year"}
#: What the statements of a record are that a list of records holds; the document of the record has all.
_SAID: Final = frozenset(
    [RDF_TYPE]
    + [
        NAMESPACES[prefix] + local
        for prefix, local in (
            ("dcterms", "description"),
            ("dcterms", "identifier"),
            ("dcterms", "license"),
            ("fg", "failureMode"),
            ("fg", "incidentDate"),
            ("fg", "industry"),
            ("fg", "severity"),
            ("fg", "surface"),
            ("fg", "system"),
            ("foaf", "primaryTopic"),
            ("prov", "wasAttributedTo"),
            ("rdfs", "label"),
        )
    ]
)


def as_csv(result: Result) -> bytes:
    """Return all rows of a result as CSV; several values of a cell stand with ``; `` between them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_cells(result.catalogue, entry) for entry in result.entries)
    return text.getvalue().encode()


def _cells(catalogue: Catalogue, entry: Entry) -> list[str]:
    precision = _PRECISIONS.get(entry.precision, "")
    named = (f"{each.organisation.text} ({_claim(each.claim, each.role)})" for each in entry.named)
    first = [entry.identifier, entry.title, entry.date, precision, entry.kind, "; ".join(named)]
    values = ["; ".join(catalogue.labels(entry, facet)) for facet in _FACETS]
    return [*first, *values, entry.licence, entry.record, entry.incident]


def _claim(claim: str, role: str) -> str:
    return f"{role.lower() or 'role not stated'}, {claim.lower() or 'claim not stated'}"


def as_json(site: Site, result: Result) -> bytes:
    """Return a result as JSON: what was asked, the facets with counts, all rows, and the licences with attribution."""
    selection = result.selection
    body = {
        "release": site.release.identifier,
        "query": {
            "q": selection.words,
            "sort": selection.sort,
            "facets": {name: list(v) for name, v in selection.chosen},
        },
        "total": len(result.places),
        "facets": [_facet(result, facet) for facet in FACETS],
        "rows": [_row(result.catalogue, entry) for entry in result.entries],
        "licences": list(_licences(site, result)),
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"


def _facet(result: Result, facet: str) -> dict[str, Any]:
    told, counts = FACETS[facet], result.counts[facet]
    values = [
        {"value": name, **_value(value), "records": counts[name]}
        for name, value in result.catalogue.values[facet].items()
    ]
    return {"name": facet, "label": told.label, "meaning": told.meaning, "values": values}


def _value(value: Value) -> dict[str, str | None]:
    """Return label and IRI of a value; a year and the absent value have none."""
    return {"label": value.label, "iri": value.term.value if isinstance(value.term, ox.NamedNode) else None}


def _row(catalogue: Catalogue, entry: Entry) -> dict[str, Any]:
    own = {
        column: [_value(catalogue.values[facet][name]) for name in entry.values.get(facet, ()) if name != ABSENT]
        for facet, column in _FACETS.items()
    }
    named = [
        {"label": each.organisation.text, "iri": each.iri, "role": each.role or None, "claim": each.claim or None}
        for each in entry.named
    ]
    return {
        "identifier": entry.identifier,
        "record": entry.record,
        "incident": entry.incident,
        "title": entry.title,
        "date": entry.date or None,
        "date_precision": _PRECISIONS.get(entry.precision),
        "kind": entry.kind,
        "completeness": "partial" if entry.partial else "complete",
        "organisations": named,
        **own,
        "licence": entry.licence,
    }


def _licences(site: Site, result: Result) -> Iterator[dict[str, str]]:
    """Yield the registries of the rows, with their licence and whom they want named."""
    present = {
        (label, entry.licence) for entry in result.entries for label in result.catalogue.labels(entry, "registry")
    }
    for name, _, licence, rights in site.rows("rights"):
        if (name, licence) in present:
            yield {"registry": name, "licence": licence, "attribution": rights}


def statements(site: Site, result: Result) -> Iterator[ox.Triple]:
    """Yield what the documents of the records say of title, date, classification, registry and licence."""
    for entry in result.entries:
        subjects = (entry.record, entry.incident)
        for triple in site.graphs.get(entry.record, ()):
            subject = triple.subject
            if isinstance(subject, ox.NamedNode) and subject.value in subjects and triple.predicate.value in _SAID:
                yield triple
