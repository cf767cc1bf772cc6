"""The query page: a form that works alone, the answer below it, and a refusal at the line where it arose.

A script may make more of the form; nothing that stands here needs it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import pyoxigraph as ox

from failuregraph.pages.asking.calls import Call, calls_of_query
from failuregraph.pages.asking.fields import checked, filled
from failuregraph.pages.asking.questions import Asked, Group, given_of, questions, text_with
from failuregraph.pages.panels import Grid, grid
from failuregraph.query import nearest
from failuregraph.store import Table, Truth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from failuregraph.pages.site import Site
    from failuregraph.store import Term

__all__ = ["Fault", "Form", "Workbench"]

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
#: What an answer may be had as: the format, how the page calls it, and for which kinds of answer it is.
_FORMATS: Final = (
    ("json", "JSON", ("table", "truth")),
    ("xml", "XML", ("table", "truth")),
    ("csv", "CSV", ("table",)),
    ("csv-excel", "CSV for Excel", ("table",)),
    ("tsv", "TSV", ("table",)),
    ("ttl", "Turtle", ("graph",)),
    ("nt", "N-Triples", ("graph",)),
    ("jsonld", "JSON-LD", ("graph",)),
    ("rdf", "RDF/XML", ("graph",)),
)
_LEAST: Final = 0.001
#: Editors elsewhere that ask an endpoint which their address names.
_EDITORS: Final = (
    ("SIB SPARQL editor", "https://sib-swiss.github.io/sparql-editor/?"),
    ("YASGUI", "https://yasgui.triply.cc/#"),
)


@dataclass(frozen=True)
class Fault:
    """Why a query was refused; ``line`` and ``column`` count from 1 and are 0 where no place is known."""

    sentence: str
    line: int = 0
    column: int = 0
    suggestion: str = ""


@dataclass(frozen=True)
class Form:
    """The query form, with the answer to its query, or the refusal of it, where one was asked."""

    query: str
    endpoint: str
    examples: tuple[Group, ...]
    limits: tuple[tuple[str, str, str], ...]
    editors: tuple[tuple[str, str], ...]
    formats: tuple[tuple[str, str], ...]
    asked: bool = False
    kind: str = ""
    grid: Grid | None = None
    text: str = ""
    seconds: str = ""
    downloads: tuple[tuple[str, str], ...] = field(default=())
    calls: tuple[Call, ...] = field(default=())
    fault: Fault | None = None

    @property
    def lines(self) -> tuple[tuple[int, str], ...]:
        """The lines of the query, numbered from 1."""
        return tuple(enumerate(self.query.splitlines(), 1))

    @property
    def link(self) -> str:
        """The path of this query and its answer."""
        return f"/sparql?{urlencode({'query': self.query, 'format': 'html'})}"

    def limit(self, name: str) -> str:
        """Return the value of a published limit."""
        return next(value for known, value, _ in self.limits if known == name)


class Workbench:
    """Makes the query page of one release; ``endpoint`` is the address under which others find it."""

    def __init__(self, site: Site, limits: tuple[tuple[str, str, str], ...], endpoint: str) -> None:
        self._site = site
        self._blank = Form(
            _EXAMPLE,
            endpoint,
            questions(site).groups,
            limits,
            tuple((name, f"{address}{urlencode({'endpoint': endpoint})}") for name, address in _EDITORS),
            tuple((name, called) for name, called, _ in _FORMATS),
        )

    def blank(self, given: Mapping[str, str]) -> Form:
        """Return the form before anything was asked, with the stored question that ``example`` names."""
        name = given.get("example")
        if name is None:
            return self._blank
        query = self._site.questions.get(name)
        if query is None:
            sentence = f"There is no question “{name[:40]}”{nearest(name, self._site.questions)}."
            return replace(self._blank, fault=Fault(sentence))
        values, faults = checked(self._site.store, query, filled(query, given.items()))
        if faults:
            told = " ".join(f"{name}: {sentence}" for name, sentence in faults.items())
            return replace(self._blank, fault=Fault(told))
        asked = Asked(query, given_of(query, values))
        return replace(self._blank, query=text_with(asked, query.bind(asked.given)).strip())

    def refused(self, query: str, sentence: str, more: Mapping[str, Any]) -> Form:
        """Return the form with a query that was not answered, and why."""
        line, column = int(more.get("line", 0)), int(more.get("column", 0))
        return replace(self._blank, query=query, fault=Fault(sentence, line, column, str(more.get("suggestion", ""))))

    def answered(self, query: str, kind: str, body: bytes, seconds: float) -> Form:
        """Return the form with a query and its answer, from the JSON or Turtle that a worker sent."""
        shown, text = _shown(kind, body)
        return replace(
            self._blank,
            query=query,
            asked=True,
            kind=kind,
            grid=shown,
            text=text,
            seconds=f"{seconds:.3f}" if seconds >= _LEAST else f"less than {_LEAST}",
            downloads=tuple(
                (f"/sparql?{urlencode({'query': query, 'format': name})}", called)
                for name, called, kinds in _FORMATS
                if kind in kinds
            ),
            calls=calls_of_query(self._blank.endpoint, query, kind),
        )


def _shown(kind: str, body: bytes) -> tuple[Grid | None, str]:
    """Return an answer as a table or as text."""
    if kind == "graph":
        return None, body.decode("utf-8", "replace")
    if kind == "truth":
        return None, "yes" if Truth(json.loads(body)["boolean"]).value else "no"
    results = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if not isinstance(results, ox.QuerySolutions):
        return None, "no answer"
    columns = tuple(variable.value for variable in results.variables)
    rows = tuple(tuple(_plain(row[name]) for name in columns) for row in results)
    return grid(Table(columns, rows), {}, {name: name for name in columns}), ""


def _plain(term: object) -> Term | None:
    """Return a term that a table shows; a triple term, which only a foreign query makes, is shown as its text."""
    if term is None or isinstance(term, ox.NamedNode | ox.Literal | ox.BlankNode):
        return term
    return ox.Literal(str(term))
