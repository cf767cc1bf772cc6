"""Aspects of what an endpoint says of itself: service description, VoID, partitions, dates, licences, catalogue."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import pyoxigraph as ox

from failuregraph.names import NAMESPACES, RDF_TYPE
from failuregraph.quality import queries
from failuregraph.quality.client import graph_of
from failuregraph.quality.marks import Aspect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from failuregraph.quality.client import Client

__all__ = ["Said", "catalogue", "dates", "described", "licences", "service", "void"]

_TURTLE: Final = "text/turtle"
_RDF: Final = (_TURTLE, "application/n-triples", "application/n-quads", "application/rdf+xml", "application/ld+json")
_FORMATS: Final = "http://www.w3.org/ns/formats/"
#: The formats that a description may announce, with their media types and a query that they fit.
_ANNOUNCED: Final = {
    "SPARQL_Results_JSON": ("application/sparql-results+json", "SELECT * {} LIMIT 1"),
    "SPARQL_Results_XML": ("application/sparql-results+xml", "SELECT * {} LIMIT 1"),
    "SPARQL_Results_CSV": ("text/csv", "SELECT ?s { ?s ?p ?o } LIMIT 1"),
    "SPARQL_Results_TSV": ("text/tab-separated-values", "SELECT ?s { ?s ?p ?o } LIMIT 1"),
    "Turtle": (_TURTLE, "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"),
    "N-Triples": ("application/n-triples", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"),
    "N-Quads": ("application/n-quads", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"),
    "JSON-LD": ("application/ld+json", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"),
    "RDF_XML": ("application/rdf+xml", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"),
}


class Said:
    """Look-ups over the statements of a description; names are prefixed."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._objects: dict[tuple[str, str], list[str]] = {}
        for triple in triples:
            value = "" if isinstance(triple.object, ox.Triple) else triple.object.value
            self._objects.setdefault((_node(triple.subject), triple.predicate.value), []).append(value)

    def __bool__(self) -> bool:
        """Say whether there is any statement."""
        return bool(self._objects)

    def of(self, subject: str, name: str) -> list[str]:
        """Return the values of a property of a subject."""
        return self._objects.get((subject, _iri(name)), [])

    def all(self, kind: str) -> list[str]:
        """Return the subjects of a class."""
        wanted = _iri(kind)
        return [subject for (subject, name), values in self._objects.items() if name == RDF_TYPE and wanted in values]


def _node(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode) else str(term)


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix] + local


def described(client: Client) -> Said:
    """Return what the service description says; nothing where there is none."""
    return Said(graph_of(client.describe(_TURTLE)) or [])


def service(client: Client, said: Said) -> Aspect:
    """Look at the service description, and whether what it says is so."""
    aspect = Aspect("service description")
    services = said.all("sd:Service")
    if not aspect.check(services, "there is no service description at the endpoint"):
        return aspect
    node = services[0]
    for media in _RDF:
        reply = client.describe(media)
        aspect.check(reply.media == media and graph_of(reply), f"it does not come as {media}")
    aspect.check(said.of(node, "sd:endpoint"), "it names no address (sd:endpoint)")
    languages = said.of(node, "sd:supportedLanguage")
    aspect.check(_iri("sd:SPARQL11Query") in languages, "it does not say that SPARQL 1.1 is spoken")
    _announced(aspect, client, said.of(node, "sd:resultFormat"))
    _data_set(aspect, client, said, node)
    update = _iri("sd:SPARQL11Update") in languages
    aspect.check(not update, "it announces updates, and a public endpoint takes none")
    return aspect


def _announced(aspect: Aspect, client: Client, names: list[str]) -> None:
    known = [name.removeprefix(_FORMATS) for name in names if name.removeprefix(_FORMATS) in _ANNOUNCED]
    aspect.check(known, "it announces no format of answers")
    false = [
        name for name in known if client.get(_ANNOUNCED[name][1], _ANNOUNCED[name][0]).media != _ANNOUNCED[name][0]
    ]
    aspect.check(not false, f"formats are announced that do not come: {', '.join(false)}")


def _data_set(aspect: Aspect, client: Client, said: Said, node: str) -> None:
    data_sets = said.of(node, "sd:defaultDataset") or said.of(node, "sd:defaultDatasetDescription")
    aspect.check(data_sets, "it names no default data set")
    named = {
        name for each in data_sets for graph in said.of(each, "sd:namedGraph") for name in said.of(graph, "sd:name")
    }
    rows = client.rows(queries.GRAPHS)
    count = rows[0].get("n", "") if rows else "?"
    aspect.check(str(len(named)) == count, f"it lists {len(named)} named graphs, and there are {count}")
    if _iri("sd:UnionDefaultGraph") in said.of(node, "sd:feature"):
        aspect.check(
            client.rows(queries.UNION) == [], "the default graph was not found to be the union that is announced"
        )
    else:
        aspect.check(
            said.of(data_sets[0], "sd:defaultGraph") if data_sets else "", "it does not say what the default graph is"
        )


def void(client: Client, said: Said) -> Aspect:
    """Look for VoID at the well-known place, in the service description and in the store."""
    aspect = Aspect("void")
    reply = client.follow(urljoin(client.endpoint, "/.well-known/void"), _TURTLE)
    found = Said(graph_of(reply) or [])
    aspect.check(found.all("void:Dataset"), "/.well-known/void leads to no VoID description")
    graphs = [graph for each in said.all("sd:NamedGraph") for graph in said.of(each, "sd:graph")]
    bare = [each for each in graphs if _iri("void:Dataset") not in said.of(each, "rdf:type")]
    uncounted = [each for each in graphs if not said.of(each, "void:triples")]
    aspect.check(graphs and not bare, f"{_share(bare, graphs)} no data set by sd:graph")
    aspect.check(graphs and not uncounted, f"{_share(uncounted, graphs)} no void:triples")
    rows = client.rows(queries.VOCABULARIES)
    aspect.check(rows, "no data set with its vocabularies can be queried")
    return aspect


def _share(few: list[str], all_of_them: list[str]) -> str:
    if not all_of_them:
        return "the service description lists no named graphs, so they have"
    return f"{len(few)} of {len(all_of_them)} named graphs have"


def dates(client: Client) -> Aspect:
    """Look whether the data set says of when it is."""
    aspect, found = Aspect("dates"), []
    for name, query in queries.DATES.items():
        days = [row["day"] for row in client.rows(query) or [] if "day" in row]
        aspect.check(days, f"no data set states {name}")
        found += days
    latest = max((_day(text) for text in found), default=None)
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    aspect.check(latest and dt.date.min < latest <= tomorrow, "the dates are none, or lie in the future")
    return aspect


def _day(text: str) -> dt.date:
    """Return the day that a text begins with, and the first of all days where it is none."""
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return dt.date.min


def licences(client: Client, said: Said) -> Aspect:
    """Look for a licence of the data set and of every named graph."""
    aspect = Aspect("licences")
    rows = client.rows(queries.LICENCE)
    aspect.check(rows, "no data set names a licence by its IRI")
    graphs = [graph for each in said.all("sd:NamedGraph") for graph in said.of(each, "sd:graph")]
    without = [graph for graph in graphs if not said.of(graph, "dcterms:license")]
    aspect.check(graphs and not without, f"{_share(without, graphs)} no licence")
    return aspect


def catalogue(client: Client) -> Aspect:
    """Look for DCAT: a data set with its dumps, and the service that serves it."""
    aspect = Aspect("catalogue")
    rows = client.rows(queries.DISTRIBUTIONS)
    aspect.check(rows, "no dcat:Dataset has a distribution")
    bare = client.rows(queries.BARE_DISTRIBUTIONS)
    aspect.check(rows and bare == [], "a distribution lacks licence, media type, size or checksum")
    aspect.check(client.rows(queries.SERVICES), "no dcat:DataService serves a data set")
    return aspect
