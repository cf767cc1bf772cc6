"""The stored questions as pages: the list by persona, and each question with its form, answer, receipt and code."""

from __future__ import annotations

import re
import shlex
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import pyoxigraph as ox

from failuregraph.bank import question_iri
from failuregraph.names import BASE
from failuregraph.pages import markup
from failuregraph.pages.asking.calls import Call, calls_of_question
from failuregraph.pages.asking.fields import Field, fields
from failuregraph.pages.citations import of_answer
from failuregraph.pages.panels import Grid, grid
from failuregraph.remote.values import bound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from failuregraph.pages.asking.figures import Figure
    from failuregraph.pages.citations import Citation
    from failuregraph.pages.markup import Markup
    from failuregraph.pages.site import Site
    from failuregraph.query import QueryFile
    from failuregraph.store import Bindings, Table

__all__ = [
    "DOWNLOADS",
    "AnswerPart",
    "Answered",
    "Asked",
    "Group",
    "Line",
    "QuestionPage",
    "Questions",
    "answer_part",
    "given_of",
    "labels_for",
    "question_page",
    "questions",
    "refused_page",
    "text_with",
]

#: What an answer is offered as: the suffix of the address, and how the page calls it.
DOWNLOADS: Final = (
    ("csv", "CSV"),
    ("csv-excel", "CSV for Excel"),
    ("tsv", "TSV"),
    ("json", "JSON"),
    ("xml", "XML"),
    ("rq", "SPARQL"),
)
#: What the question itself is offered as.
_GRAPHS: Final = (("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"), ("rdf", "RDF/XML"))
_INCIDENT: Final = BASE + "incident/"
_VIEWS: Final = {"bar": "bar chart", "line": "line chart", "matrix": "matrix", "timeline": "timeline"}


@dataclass(frozen=True)
class Line:
    """A question in the list; ``rows`` is how many its answer has without parameters, None where it needs some."""

    name: str
    title: str
    question: str
    view: str
    parameters: tuple[str, ...]
    rows: int | None


@dataclass(frozen=True)
class Group:
    """The questions of one persona."""

    persona: str
    anchor: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Questions:
    """The list of stored questions by persona; ``words`` is what it was narrowed by."""

    groups: tuple[Group, ...]
    words: str
    shown: int
    total: int


def questions(site: Site, words: str = "") -> Questions:
    """Return the list of the questions in which each of the words stands, all where there is none."""
    wanted = _plain(words).split()
    found = [each for each in site.questions.values() if all(word in _searched(each) for word in wanted)]
    personas = sorted({each.said("persona") for each in found}, key=str.casefold)
    lines = {name: [_line(site, each) for each in found if each.said("persona") == name] for name in personas}
    groups = tuple(Group(name, name.casefold().replace(" ", "-"), tuple(each)) for name, each in lines.items())
    return Questions(groups, words.strip(), len(found), len(site.questions))


def _searched(query: QueryFile) -> str:
    """Return the text of a question that words are looked for in."""
    labels = (each.label for each in query.parameters)
    told = (query.said(key) for key in ("title", "question", "description", "persona", "view"))
    return _plain(" ".join((query.name, query.name.replace("-", " "), *told, *labels)))


def _plain(text: str) -> str:
    """Return a text without case and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _line(site: Site, query: QueryFile) -> Line:
    answered = site.answered.get(query.name)
    rows = answered.rows if answered else None
    view = query.said("view")
    labels = tuple(each.label for each in query.parameters)
    return Line(query.name, query.said("title"), query.said("question"), _VIEWS.get(view, "table"), labels, rows)


@dataclass(frozen=True)
class Asked:
    """A question with its parameters as they were bound: what its addresses, its text and its code are made of."""

    query: QueryFile
    given: Mapping[str, str]

    @property
    def suffix(self) -> str:
        """The parameters as the end of an address."""
        return f"?{urlencode(self.given)}" if self.given else ""

    @property
    def permalink(self) -> str:
        """The permanent address: the IRI of the question, and every parameter, defaults too, for they may change."""
        return question_iri(self.query.name) + self.suffix

    def form(self, name: str) -> str:
        """Return the path of the answer in a format."""
        return f"/questions/{self.query.name}.{name}{self.suffix}"


@dataclass(frozen=True)
class Answered:
    """What was found: the terms that were bound, the table, what the receipt states, and the chart if it is one."""

    terms: Bindings
    table: Table
    stated: Mapping[str, Any]
    figure: Figure | None = None


def given_of(query: QueryFile, given: Mapping[str, str]) -> dict[str, str]:
    """Return the values of all parameters that have one, in the order of the question, defaults included."""
    values = ((each.name, given.get(each.name, each.default)) for each in query.parameters)
    return {name: value for name, value in values if value is not None}


def text_with(asked: Asked, terms: Bindings) -> str:
    """Return the SPARQL text with the parameters in it, so that it can be asked anywhere, below a line that says what.

    A title and a permanent address have no line break, so that each stays one comment.
    """
    head = f"# {' '.join(asked.query.said('title').split())}\n# {asked.permalink}\n\n"
    return f"{head}{bound(asked.query.body, terms)}\n"


@dataclass(frozen=True)
class QuestionPage:
    """A question: its form, and where its parameters are right its answer, its receipt and its code."""

    name: str
    title: str
    question: str
    description: tuple[str, ...]
    persona: str
    text: str
    fields: tuple[Field, ...]
    refusals: tuple[str, ...]
    graphs: tuple[tuple[str, str], ...]
    answer: AnswerPart | None = None


@dataclass(frozen=True)
class AnswerPart:
    """The answer to a question with its parameters, and all that goes with it."""

    asked: Asked
    grid: Grid
    empty: str
    figure: Figure | None
    receipt: tuple[tuple[str, str], ...]
    downloads: tuple[tuple[str, str], ...]
    calls: tuple[Call, ...]
    image: str
    command: str
    text: str
    citation: Citation
    markup: Markup


def refused_page(
    site: Site, query: QueryFile, given: Mapping[str, str], faults: Mapping[str, str], more: Iterable[str] = ()
) -> QuestionPage:
    """Return the page of a question that was not asked: its form, with what was wrong beside each field."""
    shown = fields(site, query, given, faults)
    return QuestionPage(
        query.name,
        query.said("title"),
        query.said("question"),
        _told(query.said("description")),
        query.said("persona"),
        query.body,
        shown,
        tuple(more),
        tuple((f"/questions/{query.name}.{suffix}", name) for suffix, name in _GRAPHS),
    )


def _told(text: str) -> tuple[str, ...]:
    """Return a description as it is to be read: a line that ends a sentence ends a paragraph, others run on."""
    parts = re.split(r"(?<=\.)\n", text.strip())
    return tuple(" ".join(part.split()) for part in parts if part.strip())


def question_page(site: Site, query: QueryFile, given: Mapping[str, str], answer: AnswerPart) -> QuestionPage:
    """Return the page of a question that was asked."""
    return replace(refused_page(site, query, given, {}), answer=answer)


def answer_part(site: Site, asked: Asked, answer: Answered, public: str, endpoint: str) -> AnswerPart:
    """Return the part of the page that holds the answer; ``public`` and ``endpoint`` are where others find this."""
    query, table = asked.query, answer.table
    text = text_with(asked, answer.terms)
    return AnswerPart(
        asked,
        grid(table, site.labels | labels_for(table, site.labels)),
        "" if table.rows else query.said("empty"),
        answer.figure,
        _receipt(answer.stated),
        tuple((asked.form(suffix), called) for suffix, called in DOWNLOADS),
        calls_of_question(f"{public}/questions/{query.name}", asked.given, endpoint, text),
        f"{public}{asked.form('svg')}",
        _command(asked),
        text,
        of_answer(site, query, asked.given),
        markup.of_answer(site, query, table.columns, urlencode(asked.given)),
    )


def _receipt(stated: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what a receipt states, as names and values."""
    return (
        ("Release", str(stated["release"])),
        ("Rows", str(stated["rows"])),
        ("SHA-256 of the result", str(stated["sha256"])),
        ("SHA-256 of the question", str(stated["question"]["sha256"])),
        ("Software", f"failuregraph {stated['software']}"),
    )


def _command(asked: Asked) -> str:
    """Return the command that asks the same."""
    given = "".join(f" -p {shlex.quote(f'{name}={value}')}" for name, value in asked.given.items())
    return f"failuregraph ask {asked.query.name}{given}"


def labels_for(table: Table, labels: Mapping[str, str]) -> dict[str, str]:
    """Return how the IRIs of a table are called: incidents by identifier, others too where the row has their label."""
    found: dict[str, str] = {}
    for row in table.rows:
        told = {term.value for term in row if isinstance(term, ox.Literal)}
        for term in row:
            iri = term.value if isinstance(term, ox.NamedNode) else ""
            if iri.startswith(BASE) and (iri.startswith(_INCIDENT) or labels.get(iri, "") in told):
                found[iri] = iri.rpartition("/")[2].rpartition("#")[2]
    return found
