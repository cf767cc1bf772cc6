"""Namespaces, prefixes, schemes and format names as constants.

The base IRI is spelt here and nowhere else.  Reads no file and imports nothing of the package.
``ontology/prefixes.ttl`` publishes the same prefix table; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = [
    "BASE",
    "CC_BY",
    "ENDPOINT",
    "FG",
    "FORMATS",
    "GRAPH",
    "NAMESPACES",
    "ONTOLOGY",
    "RDF_TYPE",
    "SCHEMES",
    "SHAPES",
    "STAGES",
    "THINGS",
    "XSD",
    "Format",
    "format_named",
    "shorten",
]

BASE: Final = "https://w3id.org/failuregraph/"
ONTOLOGY: Final = BASE + "ontology"
FG: Final = ONTOLOGY + "#"
SHAPES: Final = BASE + "shapes"
GRAPH: Final = BASE + "graph/"
#: The permanent address of the endpoint; a server that stands elsewhere says so in its settings.
ENDPOINT: Final = BASE + "sparql"
CC_BY: Final = "https://creativecommons.org/licenses/by/4.0/"

#: The scheme documents with the prefix of their concepts: scheme name → prefix.
SCHEMES: Final[dict[str, str]] = {
    "annotator-kind": "annotator",
    "basis": "basis",
    "claim-status": "claimstatus",
    "completeness": "completeness",
    "confidence": "confidence",
    "customer-impact": "customer",
    "date-caveat": "datecaveat",
    "financial-impact": "financial",
    "industry": "industry",
    "link-status": "linkstatus",
    "mode": "mode",
    "party-kind": "partykind",
    "place": "place",
    "public-visibility": "visibility",
    "publication-status": "publication",
    "publisher-kind": "publisherkind",
    "record-status": "recordstatus",
    "regulatory-exposure": "exposure",
    "response-kind": "responsekind",
    "review-status": "reviewstatus",
    "role": "role",
    "severity": "severity",
    "source-type": "sourcetype",
    "stage": "stage",
    "step": "step",
    "surface": "surface",
    "time-to-disclosure": "disclosure",
}

#: The kinds of thing with an IRI of their own, ``BASE + kind + "/" + identifier``.
THINGS: Final = ("control", "incident", "organisation", "party", "publisher", "record", "registry", "system")

#: The five stages of a path, in order (design §3.1), by local name in the scheme ``stage``.
STAGES: Final = ("trigger", "model-step", "control-gap", "failure", "consequence")

_OUTSIDE: Final[dict[str, str]] = {
    "ai": "https://w3id.org/dpv/ai#",
    "airo": "https://w3id.org/airo#",
    "as": "https://www.w3.org/ns/activitystreams#",
    "cito": "http://purl.org/spar/cito/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eu-aiact": "https://w3id.org/dpv/legal/eu/aiact#",
    "fabio": "http://purl.org/spar/fabio/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "ldes": "https://w3id.org/ldes#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "risk": "https://w3id.org/dpv/risk#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "tech": "https://w3id.org/dpv/tech#",
    "tree": "https://w3id.org/tree#",
    "vair": "https://w3id.org/vair#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "void-ext": "http://ldf.fi/void-ext#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

XSD: Final = _OUTSIDE["xsd"]
RDF_TYPE: Final = _OUTSIDE["rdf"] + "type"

#: The one prefix table, sorted: prefix → namespace.
NAMESPACES: Final[dict[str, str]] = dict(
    sorted(
        {
            **_OUTSIDE,
            **{prefix: f"{BASE}{scheme}#" for scheme, prefix in SCHEMES.items()},
            **{kind: f"{BASE}{kind}/" for kind in THINGS},
            "fg": FG,
            "fgsh": SHAPES + "#",
        }.items()
    )
)


@dataclass(frozen=True)
class Format:
    """One output format: its name for ``format=``, ``--format`` and suffixes, and its media types."""

    name: str
    media_type: str
    aliases: tuple[str, ...]
    table: bool
    graph: bool

    @property
    def content_type(self) -> str:
        """The ``Content-Type`` that is sent."""
        if self.name == "csv":
            return "text/csv; charset=utf-8; header=present"
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


#: The table of formats; the order is the preference where a client has none.
FORMATS: Final = (
    Format("json", "application/sparql-results+json", ("application/json",), table=True, graph=False),
    Format("xml", "application/sparql-results+xml", ("application/xml", "text/xml"), table=True, graph=False),
    Format("csv", "text/csv", (), table=True, graph=False),
    Format("tsv", "text/tab-separated-values", (), table=True, graph=False),
    Format("csv-excel", "text/csv", (), table=True, graph=False),
    Format(
        "ttl",
        "text/turtle",
        ("turtle", "n3", "application/turtle", "application/x-turtle", "text/n3"),
        table=False,
        graph=True,
    ),
    Format("nt", "application/n-triples", ("ntriples", "n-triples"), table=False, graph=True),
    Format(
        "jsonld",
        "application/ld+json",
        ("json-ld", "json", "application/x-json+ld", "application/json"),
        table=False,
        graph=True,
    ),
    Format(
        "rdf",
        "application/rdf+xml",
        ("rdfxml", "rdf+xml", "xml", "application/xml", "text/xml"),
        table=False,
        graph=True,
    ),
    Format("nq", "application/n-quads", ("nquads", "n-quads"), table=False, graph=True),
)


def format_named(name: str, *, graph: bool) -> Format | None:
    """Return the format of that name, alias or media type that fits a graph (or a table), or None.

    >>> format_named("xml", graph=True).media_type
    'application/rdf+xml'
    >>> format_named("csv", graph=True) is None
    True
    """
    for candidate in FORMATS:
        fits = candidate.graph if graph else candidate.table
        if fits and name in (candidate.name, candidate.media_type, *candidate.aliases):
            return candidate
    return None


def shorten(iri: str) -> str:
    """Return the IRI as prefix and local name where the prefix table allows it, else as it is.

    >>> shorten(FG + "severity")
    'fg:severity'
    >>> shorten("https://example.org/x")
    'https://example.org/x'
    """
    for prefix, namespace in NAMESPACES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local and "/" not in local and "#" not in local:
            return f"{prefix}:{local}"
    return iri
