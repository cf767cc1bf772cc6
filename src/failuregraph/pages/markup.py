"""What pages say in the words of schema.org, as JSON-LD that stands in them.

The context is spelt out, so that a reader needs no other document.  schema.org has no type for an incident: it keeps
ours.  ClaimReview is not used, since an allegation must not read as a verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from failuregraph.catalog.dcat import CATALOG, DUMPS
from failuregraph.catalog.saying import DATASET, DCAT
from failuregraph.forms import compression, media_type
from failuregraph.names import BASE, FG, SCHEMES
from failuregraph.pages.citations import of_release

if TYPE_CHECKING:
    from collections.abc import Iterable

    from failuregraph.pages.document import Link
    from failuregraph.pages.incident.origins import SourceLine
    from failuregraph.pages.incident.record import RecordPage
    from failuregraph.pages.site import Site
    from failuregraph.query import QueryFile

__all__ = ["Markup", "of_answer", "of_catalogue", "of_record", "of_scheme"]

Markup = dict[str, Any]

_CONTEXT: Final = {"@vocab": "https://schema.org/", "fg": FG}
_MEASURED: Final = "Records of registries and of Failure Graph, each statement with its sources, checked with SHACL"


def of_record(page: RecordPage) -> Markup:
    """Return the markup of the page of a record: a web page about an incident, with its sources.

    A record whose title is not known has no name here: what the page writes in its place would be kept as one.
    """
    return _whole(
        {
            "@id": BASE + page.path,
            "@type": "WebPage",
            "url": _at(BASE + page.path),
            "name": page.label,
            "description": page.summary,
            "identifier": page.identifier,
            "inLanguage": "en",
            "isPartOf": _data_set(),
            "license": _at(page.licence.href) if page.licence.href else None,
            "creditText": page.attribution,
            "publisher": {"@type": "Organization", "name": page.registry_name} if page.registry_name else None,
            "datePublished": page.indexed.machine,
            "dateModified": page.modified.machine or page.indexed.machine,
            "mainEntity": _incident(page),
            "citation": [_source(each) for each in page.origins.sources],
        }
    )


def _incident(page: RecordPage) -> Markup:
    """Return the incident; it is an Event only where both date and place are known."""
    placed = bool(page.date.machine and page.places) and not page.hazard
    own = "fg:Hazard" if page.hazard else "fg:Incident"
    return {
        "@id": f"{BASE}incident/{page.identifier}",
        "@type": [own, "Event"] if placed else own,
        "name": page.label,
        "startDate": page.date.machine if placed else "",
        "location": [{"@type": "Place", "@id": _iri(each), "name": each.text} for each in page.places]
        if placed
        else (),
        "subjectOf": [_at(each.iri) for each in page.origins.sources],
    }


def _source(source: SourceLine) -> Markup:
    publisher = source.publisher.text if source.publisher else ""
    return {
        "@id": source.iri,
        "@type": "CreativeWork",
        "name": source.title,
        "url": _at(source.page.href) if source.page and source.page.href else None,
        "datePublished": source.issued.machine,
        "publisher": {"@type": "Organization", "name": publisher} if publisher else None,
    }


def of_catalogue(site: Site) -> Markup:
    """Return the markup of the data set in the release that is served, with its catalogue and its dumps."""
    _, title, description, issued, modified, licence = site.rows("release")[0]
    manifest = site.release.manifest
    return _whole(
        {
            "@id": CATALOG,
            "@type": "DataCatalog",
            "url": _at(DCAT),
            "name": f"Catalogue of {title}",
            "license": _at(licence),
            "dataset": {
                "@id": DATASET,
                "@type": "Dataset",
                "url": _at(BASE),
                "name": title,
                "description": description,
                "identifier": DATASET,
                "version": site.release.identifier,
                "license": _at(licence),
                "creator": {"@type": "Organization", "name": of_release(site).author, "url": _at(BASE)},
                "datePublished": issued,
                "dateModified": modified,
                "temporalCoverage": _covered(site),
                "measurementTechnique": _MEASURED,
                "isAccessibleForFree": True,
                "includedInDataCatalog": _at(CATALOG),
                "distribution": [_download(site, name, stated) for name, stated in manifest["files"].items()],
            },
        }
    )


def _covered(site: Site) -> str:
    """Return the years from the first to the last incident, as an interval of ISO 8601."""
    years = sorted(each.date[:4] for each in site.facts.incidents.values() if each.date)
    return f"{years[0]}/{years[-1]}" if years else ""


def _download(site: Site, name: str, stated: dict[str, Any]) -> Markup:
    """Return the markup of a file, with the media type under which it is sent."""
    return {
        "@type": "DataDownload",
        "name": name,
        "contentUrl": _at(f"{DUMPS}{site.release.identifier}/{name}"),
        "encodingFormat": compression(name) or media_type(name),
        "contentSize": f"{stated['bytes']} B",
        "sha256": stated["sha256"],
        "license": _at(stated["licence"]),
    }


def of_scheme(site: Site, scheme: str) -> Markup:
    """Return the markup of one of our schemes and its concepts; raises KeyError for another document."""
    iri, prefix = BASE + scheme, BASE + scheme + "#"
    everything, known = site.everything, SCHEMES[scheme]
    concepts = sorted(each for each in everything.subjects if each.startswith(prefix) and known)
    return _whole(
        {
            "@id": iri,
            "@type": "DefinedTermSet",
            "url": _at(iri),
            "name": site.labels.get(iri, scheme),
            "description": everything.text(iri, "dcterms:description"),
            "isPartOf": _data_set(),
            "hasDefinedTerm": [
                {
                    "@id": each,
                    "@type": "DefinedTerm",
                    "name": site.labels.get(each, each.removeprefix(prefix)),
                    "termCode": each.removeprefix(prefix),
                    "description": everything.text(each, "skos:definition"),
                    "inDefinedTermSet": _at(iri),
                }
                for each in concepts
                if everything.terms(each, "skos:inScheme")
            ],
        }
    )


def of_answer(site: Site, question: QueryFile, columns: Iterable[str], suffix: str = "") -> Markup:
    """Return the markup of the answer to a stored question; ``suffix`` is its parameters as part of an address."""
    address = f"{BASE}questions/{question.name}"
    query = f"?{suffix}" if suffix else ""
    forms = {"csv": "text/csv", "json": "application/sparql-results+json"}
    return _whole(
        {
            "@id": address + query,
            "@type": "Dataset",
            "url": _at(address + query),
            "name": question.said("title"),
            "alternateName": question.said("question"),
            "description": question.said("description").strip() or question.said("question"),
            "version": site.release.identifier,
            "license": _at(site.rows("release")[0][5]),
            "creator": {"@type": "Organization", "name": of_release(site).author, "url": _at(BASE)},
            "isBasedOn": _at(DATASET),
            "isPartOf": _data_set(),
            "variableMeasured": [name.replace("_", " ") for name in columns],
            "distribution": [
                {"@type": "DataDownload", "contentUrl": _at(f"{address}.{name}{query}"), "encodingFormat": media}
                for name, media in forms.items()
            ],
        }
    )


def _data_set() -> Markup:
    return {"@type": "Dataset", "@id": DATASET, "name": "Failure Graph", "url": _at(BASE)}


def _iri(link: Link) -> str:
    return BASE + link.href.removeprefix("/") if link.href.startswith("/") else link.href


def _at(iri: str) -> Markup:
    return {"@id": iri}


def _whole(markup: Markup) -> Markup:
    """Return markup with its context and without what is not known."""
    return {"@context": _CONTEXT, **_known(markup)}


def _known(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {name: _known(each) for name, each in value.items() if each not in ("", None, [], ())}
    return [_known(each) for each in value] if isinstance(value, list | tuple) else value
