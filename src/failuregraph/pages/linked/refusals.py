"""The kinds of refusal: what each means and what to do, as the table behind problem bodies, page and RDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from failuregraph.catalog.saying import iri, say, text
from failuregraph.names import BASE, CC_BY

__all__ = [
    "REFUSALS",
    "Refusal",
    "Refusals",
    "kind_of",
    "refusal_graph",
    "refusal_iri",
    "refusals",
    "refusals_graph",
]

_DOCUMENT: Final = BASE + "problem"
_TITLE: Final = "Refusals explained"
_SUMMARY: Final = (
    "What the server answers when it does not answer: each kind of refusal with its status, its meaning and what to do."
)


@dataclass(frozen=True)
class Refusal:
    """One kind of refusal: its status, the name in its IRI, its title, what it means and what helps."""

    status: int
    name: str
    title: str
    meaning: str
    remedy: str


#: Every kind, by status; a body of a status that is not here has the last one.
REFUSALS: Final = (
    Refusal(
        400,
        "bad-request",
        "The request cannot be answered",
        "A parameter is missing, repeated or not known, the query does not parse, or it asks for what is not offered.",
        "Read the detail: it names the line and column of a query that does not parse, and one suggestion.",
    ),
    Refusal(
        403,
        "read-only",
        "The endpoint is read-only",
        "The request is an update, and the public server has no way to write.",
        "Propose a change to the files of the graph; the repository says how.",
    ),
    Refusal(
        404,
        "not-found",
        "Nothing has this address",
        "No document, thing, question or file has this address in the release that is served.",
        "Search the records, or look at the nearest identifier that the answer names.",
    ),
    Refusal(
        405,
        "method",
        "This method is not offered",
        "The address answers other methods only; the header Allow lists them.",
        "Read with GET or HEAD; queries are also sent by POST or QUERY.",
    ),
    Refusal(
        406,
        "not-acceptable",
        "No format fits",
        "The client accepts none of the formats that this address has.",
        "Ask for one of the types that the answer lists, or use one of its fixed addresses.",
    ),
    Refusal(
        410,
        "withdrawn",
        "This record was withdrawn",
        "The identifier was in use and is not any more; it is never used again, and what it named is not told.",
        "Remove the link, or see the class of the reason in the answer.",
    ),
    Refusal(
        413,
        "too-large",
        "Too large",
        "The body of the request or the whole answer is larger than the limit; an answer is never cut.",
        "Narrow the query, ask for fewer rows, or use a dump of the release.",
    ),
    Refusal(
        414,
        "address-too-long",
        "The address is too long",
        "The request line is longer than the server reads.",
        "Send the query by POST.",
    ),
    Refusal(
        415,
        "media-type",
        "The type of the body is not accepted",
        "A query is posted as a form or as application/sparql-query, and not compressed.",
        "Set Content-Type to one of the two.",
    ),
    Refusal(
        429,
        "budget-spent",
        "The processing time of this address is used up",
        "Queries from one network address share an amount of processing time, which fills up again.",
        "Wait as long as Retry-After says, or use a dump of the release.",
    ),
    Refusal(
        499,
        "gone",
        "The client went away",
        "The connection was closed before the answer was there; only the log shows it.",
        "Nothing is to be done.",
    ),
    Refusal(
        500,
        "fault",
        "The fault is ours",
        "The server failed at a request that it should have answered.",
        "Report it with the identifier of the request.",
    ),
    Refusal(
        503,
        "busy",
        "Too busy",
        "All workers are at work and the queue is full.",
        "Try again after as many seconds as Retry-After says.",
    ),
    Refusal(
        504,
        "deadline",
        "The deadline was reached",
        "The query ran as long as a query may, and was ended; a part of its answer is never sent.",
        "Narrow the query: bind a class or an identifier first, avoid paths of any length, or use a dump.",
    ),
    Refusal(
        507,
        "memory",
        "The memory was used up",
        "The query needed more memory than one query may use, and was ended.",
        "Group or sort fewer rows, or use a dump of the release.",
    ),
    Refusal(
        0,
        "other",
        "The request was refused",
        "The server refused for a reason that has no kind of its own; the detail tells it.",
        "Read the detail.",
    ),
)


def refusal_iri(name: str) -> str:
    """Return the IRI of a kind of refusal.

    >>> refusal_iri("deadline").rpartition("/")[2]
    'problem#deadline'
    """
    return f"{_DOCUMENT}#{name}"


def refusals_graph() -> list[ox.Triple]:
    """Return the kinds of refusal as a SKOS scheme."""
    found = [
        say(_DOCUMENT, "a", "skos:ConceptScheme"),
        say(_DOCUMENT, "rdfs:label", text(_TITLE)),
        say(_DOCUMENT, "dcterms:title", text(_TITLE)),
        say(_DOCUMENT, "dcterms:description", text(_SUMMARY)),
        say(_DOCUMENT, "dcterms:license", CC_BY),
    ]
    for each in REFUSALS:
        node = refusal_iri(each.name)
        found += [
            say(node, "a", "skos:Concept"),
            say(node, "skos:prefLabel", text(each.title)),
            say(node, "skos:definition", text(each.meaning)),
            say(node, "skos:scopeNote", text(each.remedy)),
            say(node, "skos:inScheme", _DOCUMENT),
            say(node, "skos:topConceptOf", _DOCUMENT),
        ]
        found += [say(node, "skos:notation", ox.Literal(str(each.status)))] if each.status else []
    return found


def refusal_graph(status: int, sentence: str, near: str = "") -> list[ox.Triple]:
    """Return one refusal: its kind, its sentence, what helps, and the IRI that may have been meant."""
    kind = kind_of(status)
    node = ox.BlankNode("refusal")
    said: dict[str, ox.NamedNode | ox.Literal] = {
        "rdf:type": ox.NamedNode(refusal_iri(kind.name)),
        "dcterms:title": text(kind.title),
        "dcterms:description": text(sentence),
        "rdfs:comment": text(kind.remedy),
    }
    said |= {"rdfs:seeAlso": ox.NamedNode(near)} if near else {}
    return [ox.Triple(node, ox.NamedNode(iri(name)), value) for name, value in said.items()]


def kind_of(status: int) -> Refusal:
    """Return the kind of refusal of a status; one that has none of its own has the last."""
    return next((each for each in REFUSALS if each.status == status), REFUSALS[-1])


@dataclass(frozen=True)
class Refusals:
    """The page of all kinds of refusal."""

    title: str
    summary: str
    path: str
    lines: tuple[Refusal, ...]


def refusals() -> Refusals:
    """Return the view of that page."""
    return Refusals(_TITLE, _SUMMARY, "problem", REFUSALS)
