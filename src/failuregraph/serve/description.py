"""The service description (SPARQL 1.1 Service Description), small and true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import NAMESPACES, RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.pages.site import Site

__all__ = ["description"]

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_RESULTS: Final = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS: Final = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML")


def description(site: Site, endpoint: str) -> list[ox.Triple]:
    """Return the triples that describe the endpoint at an address: language, formats, data set, graphs."""
    return list(_triples(site, endpoint))


def _triples(site: Site, endpoint: str) -> Iterator[ox.Triple]:
    service = ox.NamedNode(endpoint)
    data_set = ox.NamedNode(endpoint + "#dataset")
    yield _say(service, RDF_TYPE, _SD + "Service")
    yield _say(service, _SD + "endpoint", endpoint)
    yield _say(service, _SD + "supportedLanguage", _SD + "SPARQL11Query")
    yield _say(service, _SD + "feature", _SD + "UnionDefaultGraph")
    for name in (*_RESULTS, *_GRAPHS):
        yield _say(service, _SD + "resultFormat", _FORMATS + name)
    yield _say(service, _SD + "defaultDataset", data_set.value)
    yield _say(data_set, RDF_TYPE, _SD + "Dataset")
    yield _say(data_set, NAMESPACES["dcterms"] + "license", str(site.release.manifest["licence"]))
    for place, (name, count) in enumerate(site.release.manifest["graphs"].items(), 1):
        graph = ox.NamedNode(f"{endpoint}#graph-{place}")
        content = ox.NamedNode(f"{endpoint}#content-{place}")
        yield _say(data_set, _SD + "namedGraph", graph.value)
        yield _say(graph, RDF_TYPE, _SD + "NamedGraph")
        yield _say(graph, _SD + "name", name)
        yield _say(graph, _SD + "graph", content.value)
        yield _say(content, RDF_TYPE, _SD + "Graph")
        yield ox.Triple(content, ox.NamedNode(NAMESPACES["void"] + "triples"), ox.Literal(count))


def _say(subject: ox.NamedNode, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(value))
