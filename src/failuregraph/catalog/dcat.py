"""DCAT: the catalogue of a release with its data set, its service, and a distribution for each file of data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph.catalog.saying import ABSTRACT, DATASET, DCAT, say, text
from failuregraph.forms import compression, is_rdf, media_type
from failuregraph.names import BASE, CC_BY, ENDPOINT, NAMESPACES, ONTOLOGY, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from failuregraph.catalog.void import Dates

__all__ = ["CATALOG", "DUMPS", "PUBLISHER", "dcat"]

CATALOG: Final = DCAT + "#catalog"
#: Where a server offers the dumps of a release: ``DUMPS + release + "/" + file``.
DUMPS: Final = BASE + "dumps/"
#: The registry of the project is the agent that made and publishes it all, and the only one with this home page.
PUBLISHER: Final = NAMESPACES["registry"] + "failure-graph"
_MEDIA: Final = "https://www.iana.org/assignments/media-types/"
_PROTOCOL: Final = "http://www.w3.org/TR/sparql11-protocol/"
_KEYWORDS: Final = ("AI incidents", "AI safety", "knowledge graph", "failure modes")


def dcat(release: str, files: Mapping[str, Mapping[str, Any]], licence: str, when: Dates) -> list[ox.Triple]:
    """Return the DCAT description of a release, sorted.

    ``files`` are dumps and their forms as the manifest states them: bytes, SHA-256, licence, attribution and content.
    """
    told = [*_catalog(when), *_dataset(release, licence, when), *_service()]
    for name, stated in files.items():
        told += _distribution(release, name, stated)
    return sorted(told, key=str)


def _catalog(when: Dates) -> Iterator[ox.Triple]:
    yield say(CATALOG, "a", "dcat:Catalog")
    yield say(CATALOG, "dcterms:title", text("Catalogue of Failure Graph"))
    yield say(CATALOG, "dcterms:description", text("The data set, its dumps and its endpoint."))
    yield say(CATALOG, "dcterms:license", CC_BY)
    yield say(CATALOG, "dcterms:publisher", PUBLISHER)
    yield say(CATALOG, "dcat:dataset", DATASET)
    yield say(CATALOG, "dcat:service", ENDPOINT)
    yield from when.said(CATALOG)
    yield say(PUBLISHER, "a", "foaf:Agent")
    yield say(PUBLISHER, "foaf:name", text("Failure Graph contributors"))
    yield say(PUBLISHER, "foaf:homepage", BASE)


def _dataset(release: str, licence: str, when: Dates) -> Iterator[ox.Triple]:
    yield say(DATASET, "a", "dcat:Dataset")
    yield say(DATASET, "dcterms:title", text("Failure Graph"))
    yield say(DATASET, "dcterms:description", text(ABSTRACT))
    yield say(DATASET, "dcterms:identifier", ox.Literal(DATASET))
    yield say(DATASET, "dcterms:license", licence)
    yield say(DATASET, "dcterms:publisher", PUBLISHER)
    yield say(DATASET, "dcterms:creator", PUBLISHER)
    yield say(DATASET, "dcterms:language", "http://id.loc.gov/vocabulary/iso639-1/en")
    yield say(DATASET, "dcterms:conformsTo", ONTOLOGY)
    yield say(DATASET, "dcat:landingPage", BASE)
    yield say(DATASET, "dcat:version", ox.Literal(release))
    for word in _KEYWORDS:
        yield say(DATASET, "dcat:keyword", text(word))
    yield from when.said(DATASET)


def _service() -> Iterator[ox.Triple]:
    yield say(ENDPOINT, "a", "dcat:DataService")
    yield say(ENDPOINT, "dcterms:title", text("SPARQL endpoint of Failure Graph"))
    yield say(ENDPOINT, "dcterms:license", CC_BY)
    yield say(ENDPOINT, "dcterms:publisher", PUBLISHER)
    yield say(ENDPOINT, "dcterms:conformsTo", _PROTOCOL)
    yield say(ENDPOINT, "dcat:endpointURL", ENDPOINT)
    yield say(ENDPOINT, "dcat:endpointDescription", ENDPOINT)
    yield say(ENDPOINT, "dcat:servesDataset", DATASET)


def _distribution(release: str, name: str, stated: Mapping[str, Any]) -> Iterator[ox.Triple]:
    node, address = f"{DCAT}#file={name}", f"{DUMPS}{release}/{name}"
    yield say(DATASET, "dcat:distribution", node)
    if is_rdf(name):
        yield say(DATASET, "void:dataDump", address)
    yield say(node, "a", "dcat:Distribution")
    yield say(node, "dcterms:title", text(name))
    for line in stated["contains"]:
        yield say(node, "dcterms:description", text(line))
    for line in stated["attribution"]:
        yield say(node, "schema:creditText", text(line))
    yield say(node, "dcterms:license", str(stated["licence"]))
    yield say(node, "dcat:accessURL", BASE)
    yield say(node, "dcat:downloadURL", address)
    yield say(node, "dcat:mediaType", _MEDIA + media_type(name))
    if compression(name):
        yield say(node, "dcat:compressFormat", _MEDIA + compression(name))
    yield say(node, "dcat:byteSize", int(stated["bytes"]))
    yield from _checksum(node, str(stated["sha256"]))


def _checksum(node: str, digest: str) -> Iterator[ox.Triple]:
    checksum = f"{node}&sha256"
    yield say(node, "spdx:checksum", checksum)
    yield say(checksum, "a", "spdx:Checksum")
    yield say(checksum, "spdx:algorithm", "spdx:checksumAlgorithm_sha256")
    yield say(checksum, "spdx:checksumValue", ox.Literal(digest, datatype=ox.NamedNode(XSD + "hexBinary")))
