"""The service description (SPARQL 1.1 Service Description): what is offered, and nothing that is not.

The data set and its named graphs are those of the VoID description of the release; the service itself, its
address and its limits come from the settings, as a release may be served anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.catalog.saying import VOID, say, text
from failuregraph.catalog.void import SERVED
from failuregraph.names import CC_BY, ENDPOINT, XSD
from failuregraph.serve.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.pages.site import Site

__all__ = ["description"]

_FORMATS: Final = "http://www.w3.org/ns/formats/"
_RESULTS: Final = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS: Final = ("Turtle", "N-Triples", "N-Quads", "JSON-LD", "RDF_XML")
_DECIMAL: Final = ox.NamedNode(XSD + "decimal")


def description(site: Site, endpoint: str = ENDPOINT, settings: Settings | None = None) -> list[ox.Triple]:
    """Return the triples that describe the endpoint at an address: language, formats, data set, graphs, limits.

    The address is a configured one; the Host header of a request never reaches it.
    """
    return [*_service(endpoint), *_limits(endpoint, settings or Settings()), *_data_set(site)]


def _service(endpoint: str) -> Iterator[ox.Triple]:
    yield say(endpoint, "a", "sd:Service")
    yield say(endpoint, "sd:endpoint", endpoint)
    yield say(endpoint, "sd:supportedLanguage", "sd:SPARQL11Query")
    yield say(endpoint, "sd:feature", "sd:UnionDefaultGraph")
    yield say(endpoint, "sd:defaultEntailmentRegime", "http://www.w3.org/ns/entailment/Simple")
    for name in (*_RESULTS, *_GRAPHS):
        yield say(endpoint, "sd:resultFormat", _FORMATS + name)
    yield say(endpoint, "dcterms:title", text("SPARQL endpoint of Failure Graph"))
    yield say(endpoint, "dcterms:license", CC_BY)
    yield say(endpoint, "sd:defaultDataset", SERVED)


def _limits(endpoint: str, settings: Settings) -> Iterator[ox.Triple]:
    """Yield each limit with its name, its meaning and its number."""
    limits = settings.explained()
    for name, _, _ in limits:
        yield say(endpoint, "fg:limit", f"{endpoint}#limit-{name}")
    for name, value, meaning in limits:
        node = f"{endpoint}#limit-{name}"
        yield say(node, "a", "fg:Limit")
        yield say(node, "rdfs:label", text(name))
        yield say(node, "dcterms:description", text(meaning))
        yield say(node, "rdf:value", _number(value))


def _number(value: str) -> ox.Literal:
    """Return a number as RDF; a decimal has no exponent."""
    if value.isdigit():
        return ox.Literal(int(value))
    return ox.Literal(f"{float(value):f}" if "e" in value else value, datatype=_DECIMAL)


def _data_set(site: Site) -> Iterator[ox.Triple]:
    """Yield VoID without the partitions of partitions, the linksets and what is said of the document itself."""
    for triple in site.graphs[VOID]:
        _, mark, name = str(triple.subject)[1:-1].partition("#")
        if mark and "&" not in name and not name.startswith("space="):
            yield triple
