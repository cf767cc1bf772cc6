"""Stored questions over HTTP: the list, and each question as a page, as data, as a chart, as a receipt or as RDF.

What ends in a suffix has one form; without one ``format`` says which, and else ``Accept``: an address that names a
question gives its own statements where nothing else is asked for, its answer to who asks for a table, and its page
to who asks for HTML.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from failuregraph.answer.chart import KINDS, chart
from failuregraph.answer.receipt import Edition, origin_of, receipt, text_of
from failuregraph.bank import question_iri
from failuregraph.errors import WrongUse
from failuregraph.names import BASE, FORMATS, Format, format_named
from failuregraph.pages.asking.fields import checked, filled
from failuregraph.pages.asking.figures import figure
from failuregraph.pages.asking.questions import (
    Answered,
    Asked,
    answer_part,
    given_of,
    question_page,
    questions,
    refused_page,
    text_with,
)
from failuregraph.pages.asking.suggestions import suggestions
from failuregraph.pages.citations import FORMATS as CITATIONS
from failuregraph.pages.citations import of_answer
from failuregraph.pages.linked.jsonld import write_tree
from failuregraph.query import answer_to, nearest, serialise, write_graph
from failuregraph.serve.negotiate import choose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.requests import Request

    from failuregraph.query import QueryFile
    from failuregraph.serve.desk import Desk

__all__ = ["Questions"]

_TABLES: Final = {each.name: each for each in FORMATS if each.table}
_GRAPHS: Final = {each.name: each for each in FORMATS if each.graph}
_OTHERS: Final = {
    "html": "text/html; charset=utf-8",
    "receipt": "application/json",
    "rq": "application/sparql-query; charset=utf-8",
    "svg": "image/svg+xml",
    **{each.suffix: each.media_type for each in CITATIONS},
}
_CITED: Final = frozenset(each.suffix for each in CITATIONS)
_FORMS: Final = (*_TABLES, *_GRAPHS, *_OTHERS)
#: What the header ``Link`` offers beside the form that was sent.
_OFFERED: Final = ("html", "ttl", "jsonld", "nt", "rdf", "json", "xml", "csv", "tsv", "rq")
#: How many charts are kept: one takes up to a second to draw, and stands both in a page and alone.
_CHARTS: Final = 128
_METHODS: Final = ["GET", "HEAD"]


@dataclass(frozen=True)
class _Wish:
    """What a request wants: a question with parameters, in a form that its address may fix."""

    query: QueryFile
    given: dict[str, str]
    form: str
    fixed: bool
    wrong: tuple[str, ...] = ()

    @property
    def page(self) -> bool:
        """Whether a refusal is a page too."""
        return self.form == "html"


class Questions:
    """Answers ``/questions`` and all below it, and what the editor of the query page suggests.

    The handlers are plain functions, which run in threads: drawing takes long.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk, self.site, self.root = desk, desk.site, desk.place.root
        self.public = desk.place.public.rstrip("/") or BASE.rstrip("/")
        self.edition = Edition.of_manifest(desk.site.release.manifest)
        self._drawn = lru_cache(_CHARTS)(self._draw)

    def routes(self) -> list[Route]:
        """Return the routes of the questions."""
        found = {
            "/questions": self.listing,
            "/questions/{name}": self.question,
            "/sparql-editor.json": self.editor,
        }
        return [Route(path, answer, methods=_METHODS) for path, answer in found.items()]

    def listing(self, request: Request) -> Response:
        """Return the list of questions, narrowed by the words of ``q``."""
        return self.desk.page("questions.html", questions(self.site, request.query_params.get("q", "")))

    def editor(self, _: Request) -> Response:
        """Return what the editor of the query page completes: one address, and the same for everybody."""
        text = json.dumps(suggestions(self.site), ensure_ascii=False, separators=(",", ":"))
        return Response(text, headers={"Content-Type": "application/json"})

    def question(self, request: Request) -> Response:
        """Return a question in the form that is asked for, or a refusal that helps."""
        name, _, suffix = str(request.path_params["name"]).partition(".")
        query = self.site.questions.get(name)
        if query is None or (suffix and suffix not in _FORMS):
            return self._missing(request, name, suffix if query else "")
        try:
            wish = _wish(query, suffix, request)
        except _NoFormError as error:
            return PlainTextResponse(f"{error}\n", error.status, {"Vary": "Accept"})
        given, faults = checked(self.site.store, query, wish.given)
        if wish.wrong or faults:
            return self._refused(wish, faults)
        wish = replace(wish, given=given)
        reply = self._answered(wish)
        reply.headers.update(self._headers(wish))
        if wish.fixed and "vary" in reply.headers:
            del reply.headers["vary"]
        return reply

    def _missing(self, request: Request, name: str, suffix: str) -> Response:
        if suffix:
            sentence = f"A question has no form “{suffix}”; it is there as {', '.join(_FORMS)}."
        else:
            sentence = f"There is no question “{name}”{nearest(name, self.site.questions)}; /questions lists them."
        if choose(request.headers.get("accept"), "graph", html=True) == "html":
            return self.desk.templates.error(404, sentence, {"Vary": "Accept"})
        return PlainTextResponse(f"{sentence}\n", 404, {"Vary": "Accept"})

    def _refused(self, wish: _Wish, faults: Mapping[str, str]) -> Response:
        """Return the form again with what was wrong, or the same sentences as text."""
        headers = {} if wish.fixed else {"Vary": "Accept"}
        if wish.page:
            page = self.desk.page("question.html", refused_page(self.site, wish.query, wish.given, faults, wish.wrong))
            page.status_code = 400
            return page
        labels = {each.name: each.label for each in wish.query.parameters}
        told = [f"{name} ({labels[name]}): {text}" for name, text in faults.items()]
        return PlainTextResponse("".join(f"{line}\n" for line in (*wish.wrong, *told)), 400, headers)

    def _answered(self, wish: _Wish) -> Response:
        asked = Asked(wish.query, given_of(wish.query, wish.given))
        if wish.form in _GRAPHS:
            body = self._described(wish.query.name, wish.form)
            return Response(body, headers={"Content-Type": _content_type(wish.form)})
        if wish.form == "svg":
            return self._picture(asked)
        if wish.form == "rq":
            return _text(text_with(asked, wish.query.bind(asked.given)), wish.form)
        if wish.form in _CITED:
            return _text(of_answer(self.site, wish.query, asked.given).form(wish.form), wish.form)
        return self._answer(asked, wish)

    def _described(self, name: str, form: str) -> bytes:
        """Return what the bank says of a question; as JSON-LD it is one tree, as documents are."""
        told = self.site.question_graph(name)
        return write_tree(told, question_iri(name)) if form == "jsonld" else write_graph(told, form)

    def _answer(self, asked: Asked, wish: _Wish) -> Response:
        terms = asked.query.bind(asked.given)
        table = answer_to(self.site.store, asked.query, terms)
        if wish.form in _TABLES:
            body = serialise(table, _TABLES[wish.form])
            return Response(body, headers={"Content-Type": _content_type(wish.form)})
        stated = receipt(self.edition, asked.query, terms, table)
        if wish.form == "receipt":
            return _text(text_of(stated), wish.form)
        return self._page(asked, Answered(terms, table, stated), wish)

    def _page(self, asked: Asked, answer: Answered, wish: _Wish) -> Response:
        drawn = self._chart(asked) if answer.table.rows else ""
        shown = figure(drawn, asked.query.said("title"), asked.form("svg")) if drawn else None
        part = answer_part(self.site, asked, replace(answer, figure=shown), self.public, self.desk.place.endpoint)
        return self.desk.page("question.html", question_page(self.site, asked.query, wish.given, part))

    def _picture(self, asked: Asked) -> Response:
        """Return the chart alone; an answer that is none, or that is empty, has no such address."""
        try:
            drawn = self._drawn(asked.query.name, tuple(asked.given.items()))
        except WrongUse as error:
            return PlainTextResponse(f"{error}\n", 404)
        return _text(drawn, "svg")

    def _chart(self, asked: Asked) -> str:
        if asked.query.said("view") not in KINDS:
            return ""
        return self._drawn(asked.query.name, tuple(asked.given.items()))

    def _draw(self, name: str, given: tuple[tuple[str, str], ...]) -> str:
        """Return the chart of an answer; raises WrongUse where there is nothing to draw."""
        query = self.site.questions[name]
        terms = query.bind(dict(given))
        table = answer_to(self.site.store, query, terms)
        stated = receipt(self.edition, query, terms, table)
        source = f"{'; '.join(stated['attribution'])}. {origin_of(stated)}, {stated['licence']}"
        return chart(query, table, source, terms, self.site.labels)

    def _headers(self, wish: _Wish) -> dict[str, str]:
        """Return the headers that lead to the other forms; a negotiated one says which it is and where it is fixed."""
        asked = Asked(wish.query, wish.given)
        others = [
            f'<{self.root}{asked.form(name)}>; rel="alternate"; type="{_content_type(name).partition(";")[0]}"'
            for name in _OFFERED
            if name != wish.form
        ]
        headers = {"Link": ", ".join(others)}
        if not wish.fixed:
            headers |= {"Vary": "Accept", "Content-Location": f"{self.root}{asked.form(wish.form)}"}
        return headers


class _NoFormError(Exception):
    """A wish that no form fulfils, with the status of its refusal."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def _wish(query: QueryFile, suffix: str, request: Request) -> _Wish:
    """Return what is wanted; raises _NoFormError where no form fits."""
    pairs = request.query_params.multi_items()
    named = [value for name, value in pairs if name == "format" and value]
    form = suffix or (_form_named(named[-1]) if named else choose(request.headers.get("accept"), "question", html=True))
    if not form:
        known = ", ".join(_FORMS)
        if named:
            raise _NoFormError(400, f"There is no format “{named[-1][:40]}”; an answer is there as {known}.")
        raise _NoFormError(406, f"A question is there as {known}; none of them was asked for.")
    known_names = [each.name for each in query.parameters]
    given = filled(query, pairs)
    return _Wish(query, given, form, bool(suffix), tuple(_wrong(query, known_names, [name for name, _ in pairs])))


def _wrong(query: QueryFile, known: list[str], names: list[str]) -> Iterator[str]:
    """Yield what is wrong with the names of parameters: one that is misspelt would change the answer in silence."""
    for name in dict.fromkeys(names):
        if name not in (*known, "format"):
            yield f"{query.name} has no parameter “{name[:40]}”{nearest(name, known)}."
        elif names.count(name) > 1:
            yield f"{name} stands more than once; give one value."


def _form_named(name: str) -> str:
    """Return the form that ``format`` names, by a name, an alias or a media type; empty where it names none."""
    if name in _OTHERS:
        return name
    found = format_named(name, graph=False) or format_named(name, graph=True)
    return found.name if found else ""


def _content_type(form: str) -> str:
    found: Format | None = _TABLES.get(form) or _GRAPHS.get(form)
    return found.content_type if found else _OTHERS[form]


def _text(text: str, form: str) -> Response:
    return Response(text, headers={"Content-Type": _content_type(form)})
