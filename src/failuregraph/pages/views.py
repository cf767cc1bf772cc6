"""The views of all other pages, and the choice of the view of a document."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pyoxigraph as ox

from failuregraph.names import BASE, SCHEMES, shorten
from failuregraph.pages.document import Document, Link, link_to
from failuregraph.pages.panels import Grid, grid
from failuregraph.pages.records import RecordPage, record_page
from failuregraph.query import run
from failuregraph.store import Table, Truth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from failuregraph.pages.site import Site
    from failuregraph.query import QueryFile
    from failuregraph.store import Term

__all__ = [
    "Fact",
    "Form",
    "Part",
    "Question",
    "Questions",
    "RecordLine",
    "Records",
    "Thing",
    "document",
    "form",
    "question",
    "questions",
    "records",
]


@dataclass(frozen=True)
class RecordLine:
    """One record in the list."""

    identifier: str
    title: str
    date: str
    mode: str
    surface: str
    severity: str


@dataclass(frozen=True)
class Records:
    """The list of all records."""

    lines: tuple[RecordLine, ...]


def records(site: Site) -> Records:
    """Return the view of the list of records, newest first."""
    table = run(site.store, site.pages["records"])
    rows = (tuple("" if term is None else term.value for term in row) for row in table.rows)
    return Records(tuple(RecordLine(*row) for row in rows))


@dataclass(frozen=True)
class Questions:
    """The list of stored questions: name, question, persona."""

    lines: tuple[tuple[str, str, str], ...]


def questions(site: Site) -> Questions:
    """Return the view of the list of questions."""
    return Questions(
        tuple((each.name, each.said("question"), each.said("persona")) for each in site.questions.values())
    )


@dataclass(frozen=True)
class Question:
    """A question with its parameters, its answer and its text."""

    name: str
    title: str
    question: str
    description: str
    text: str
    parameters: tuple[tuple[str, str, str], ...]
    grid: Grid
    empty: str
    suffix: str


def question(query: QueryFile, given: Mapping[str, str], table: Table) -> Question:
    """Return the view of a question and its answer."""
    parameters = tuple((each.name, each.label, given.get(each.name, each.default or "")) for each in query.parameters)
    empty = "" if table.rows else query.said("empty")
    suffix = f"&{urlencode(given)}" if given else ""
    return Question(
        query.name,
        query.said("title"),
        query.said("question"),
        query.said("description").strip(),
        query.body,
        parameters,
        grid(table, {}),
        empty,
        suffix,
    )


_EXAMPLE: Final = """PREFIX fg: <https://w3id.org/failuregraph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?incident ?title ?severity
WHERE {
  ?incident a fg:Incident ;
            rdfs:label ?title ;
            fg:severity ?severity .
}
ORDER BY ?incident
LIMIT 20"""


@dataclass(frozen=True)
class Form:
    """The query form, with the answer to its query where one was asked."""

    query: str = _EXAMPLE
    grid: Grid | None = None
    text: str = ""
    links: tuple[tuple[str, str], ...] = field(default=())
    limits: tuple[tuple[str, str, str], ...] = field(default=())


def form(query: str, kind: str, body: bytes, limits: tuple[tuple[str, str, str], ...] = ()) -> Form:
    """Return the view of a query and its answer, from the JSON or Turtle that a worker sent."""
    return replace(_form(query, kind, body), limits=limits)


def _form(query: str, kind: str, body: bytes) -> Form:
    if kind == "graph":
        return Form(query, text=body.decode("utf-8", "replace"))
    if kind == "truth":
        return Form(query, text="yes" if Truth(json.loads(body)["boolean"]).value else "no")
    results = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if not isinstance(results, ox.QuerySolutions):
        return Form(query, text="no answer")
    columns = tuple(variable.value for variable in results.variables)
    rows = tuple(tuple(_plain(row[name]) for name in columns) for row in results)
    return Form(query, grid(Table(columns, rows), {}, {name: name for name in columns}))


def _plain(term: object) -> Term | None:
    """Return a term that a table shows; a triple term, which only a foreign query makes, is shown as its text."""
    if term is None or isinstance(term, ox.NamedNode | ox.Literal | ox.BlankNode):
        return term
    return ox.Literal(str(term))


@dataclass(frozen=True)
class Fact:
    """A property with its values."""

    name: str
    values: tuple[Link, ...]


@dataclass(frozen=True)
class Part:
    """A subject of a document with its facts; ``anchor`` is its local name."""

    title: str
    anchor: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Thing:
    """The page of any other document: its subjects with their facts, and the incidents that lead to it."""

    title: str
    path: str
    parts: tuple[Part, ...]
    incidents: tuple[Link, ...]


def document(site: Site, path: str) -> tuple[str, RecordPage | Thing]:
    """Return the template and the view of the document at a path, which must exist."""
    kind, _, identifier = path.partition("/")
    if kind == "record":
        return "record.html", record_page(site, identifier)
    doc = Document(site.graphs[BASE + path], site.labels)
    main = BASE + path.removeprefix("doc/")
    title = site.labels.get(main) or shorten(main)
    return "thing.html", Thing(title, path, _parts(doc, main), _incidents(site, path, main))


def _parts(doc: Document, main: str) -> tuple[Part, ...]:
    ordered = sorted(doc.subjects, key=lambda subject: (subject != main, subject))
    return tuple(
        Part(
            doc.labels.get(subject) or shorten(subject),
            subject.partition("#")[2],
            tuple(_fact(doc, subject, predicate) for predicate in doc.predicates(subject)),
        )
        for subject in ordered
    )


def _fact(doc: Document, subject: str, predicate: str) -> Fact:
    links = tuple(link_to(term, doc.labels) for term in doc.values(subject, predicate))
    return Fact(doc.labels.get(predicate) or shorten(predicate), links)


def _incidents(site: Site, path: str, main: str) -> tuple[Link, ...]:
    """Return the incidents that lead to a thing; for schemes and the ontology there is nothing to list."""
    if path in SCHEMES or not path.startswith("doc/"):
        return ()
    table = run(site.store, site.pages["mentions"], {"thing": main})
    return tuple(
        Link(label.value if label else "", "/" + incident.value.removeprefix(BASE))
        for incident, label in table.rows
        if incident is not None
    )
