"""Why a row is there: the statements that it rests on, the graphs that assert them, and the licence of each.

The question is asked again without its grouping, the solutions that make the row are kept, and every pattern of
the question is filled in with them.  What a sub-select counts is opened in the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.answer.patterns import instances, patterns_of
from failuregraph.derive import DERIVED
from failuregraph.errors import WrongUse
from failuregraph.names import BASE, CC_BY, GRAPH, NAMESPACES
from failuregraph.query import answer_with
from failuregraph.store import Table, closing, masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from failuregraph.query import QueryFile
    from failuregraph.store import Bindings, OxigraphStore, Term

__all__ = ["Reasons", "Statement", "reasons"]

Solution = dict[str, "Term | None"]
_INCIDENT: Final = NAMESPACES["incident"]
_IMPORT: Final = re.compile(rf"({re.escape(GRAPH)}import/[^/]+)")
_LICENCE: Final = ox.NamedNode(NAMESPACES["dcterms"] + "license")
_PAGE: Final = ox.NamedNode(NAMESPACES["foaf"] + "page")
_TITLE: Final = ox.NamedNode(NAMESPACES["dcterms"] + "title")
_EVIDENCE: Final = ox.NamedNode(NAMESPACES["fg"] + "evidence")


@dataclass(frozen=True, order=True)
class Statement:
    """A statement that a row rests on, where it is asserted, under which licence, and what supports it."""

    subject: str
    predicate: str
    object: str
    graph: str
    licence: str
    support: str


@dataclass(frozen=True)
class Reasons:
    """What a row rests on: its columns, the incidents that it counts, and the statements.

    The members are those that the question's own patterns name, else those of its sub-selects: the base of a share,
    which a sub-select counts beside the row, has its statements here and no members.
    """

    columns: tuple[str, ...]
    row: tuple[Term | None, ...]
    members: tuple[str, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class _Select:
    """A SELECT in the text of a question: what it projects as it is, all that it projects, its group pattern."""

    names: tuple[str, ...]
    given: tuple[str, ...]
    body: str
    inner: tuple[_Select, ...] = field(default=())


def reasons(store: OxigraphStore, question: QueryFile, terms: Bindings, number: int) -> Reasons:
    """Return what the row of that number rests on, counted from 1; raises WrongUse where there is no such row."""
    table = answer_with(store, question, terms)
    if not 1 <= number <= len(table.rows):
        message = f"{question.name} has {len(table.rows)} rows; --why takes a number from 1 to that."
        raise WrongUse(message)
    row = table.rows[number - 1]
    prologue, select = _outline(question.text)
    wanted = {name: {term} for name, term in zip(table.columns, row, strict=True) if name in select.names}
    levels = list(_kept(store, prologue, select, wanted, terms))
    taken = {name for inner in select.inner for name in inner.given}
    own = [{name: term for name, term in each.items() if name not in taken} for each in levels[0]]
    members = _members(own) or _members(chain.from_iterable(levels))
    triples = instances(store, patterns_of(question.text), chain.from_iterable(levels))
    return Reasons(table.columns, row, members, tuple(sorted(_told(store, triples))))


def _kept(
    store: OxigraphStore, prologue: str, select: _Select, wanted: dict[str, set[Term | None]], terms: Bindings
) -> Iterator[list[Solution]]:
    """Yield the solutions of a group whose values are wanted, then those of each sub-select that they join with."""
    every = " ".join(sorted(set(re.findall(r"\?\w+", masked(select.body)))))
    text = f"{prologue}SELECT {every} WHERE {select.body}"
    own = [each for each in _solutions(store, text, terms) if _fits(each, wanted)]
    yield own
    for inner in select.inner:
        shared = {name: {each[name] for each in own} for name in inner.names if own and name in own[0]}
        yield from _kept(store, prologue, inner, shared, {})


def _solutions(store: OxigraphStore, text: str, terms: Bindings) -> Iterator[Solution]:
    found = masked(text)
    used = {name: term for name, term in terms.items() if re.search(rf"\?{re.escape(name)}\b", found)}
    answer = store.query(text, used)
    if isinstance(answer, Table):
        for row in answer.rows:
            yield {**dict(zip(answer.columns, row, strict=True)), **used}


def _fits(solution: Solution, wanted: dict[str, set[Term | None]]) -> bool:
    return all(solution.get(name) in values for name, values in wanted.items())


def _outline(text: str) -> tuple[str, _Select]:
    """Return the prologue of a question and its SELECT with the sub-selects in it."""
    plain = masked(text)
    start = plain.index("SELECT")
    return text[:start], _select(text, plain, start)


def _select(text: str, plain: str, start: int) -> _Select:
    opening = plain.index("{", start)
    last = closing(plain, opening)
    inside = re.compile(r"\{\s*SELECT\b").finditer(plain, opening + 1, last)
    inner: list[_Select] = []
    end = opening
    for match in inside:
        if match.start() >= end:
            inner.append(_select(text, plain, match.end() - len("SELECT")))
            end = closing(plain, match.start())
    clause = plain[start:opening]
    names = re.findall(r"\?(\w+)", _outside(clause))
    given = names + re.findall(r"\bAS \?(\w+)", clause)
    return _Select(tuple(names), tuple(given), text[opening : last + 1], tuple(inner))


def _outside(clause: str) -> str:
    """Return what of a SELECT clause stands outside of all parentheses: what it projects as it is."""
    depth, kept = 0, ""
    for letter in clause:
        depth += letter == "("
        kept += "" if depth else letter
        depth -= letter == ")"
    return kept


def _members(solutions: Iterable[Solution]) -> tuple[str, ...]:
    """Return the incidents and hazards that the solutions name, each once."""
    values = {term.value for each in solutions for term in each.values() if isinstance(term, ox.NamedNode)}
    return tuple(sorted(value for value in values if value.startswith(_INCIDENT) and "#" not in value))


def _told(store: OxigraphStore, triples: Iterable[ox.Triple]) -> Iterator[Statement]:
    for triple in set(triples):
        for quad in store.inner.quads_for_pattern(triple.subject, triple.predicate, triple.object, None):
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
            words = (_text(triple.subject), _text(triple.predicate), _text(triple.object))
            yield Statement(*words, graph, _licence(store, graph), _support(store, triple.subject, graph))


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _licence(store: OxigraphStore, graph: str) -> str:
    """Return the licence of a graph: stated by the record or the import, else that of the project."""
    if graph == DERIVED:
        return "derived by the rules of the project"
    found = _IMPORT.match(graph)
    return _first(store, ox.NamedNode(found[1] if found else graph), _LICENCE) or CC_BY


def _support(store: OxigraphStore, subject: object, graph: str) -> str:
    """Return what supports a statement: the evidence of its subject, else the page of its record."""
    if isinstance(subject, ox.NamedNode):
        evidence = [quad.object for quad in store.inner.quads_for_pattern(subject, _EVIDENCE, None, None)]
        sources = (each for each in evidence if isinstance(each, ox.NamedNode))
        told = sorted(_first(store, each, _PAGE) or _first(store, each, _TITLE) or each.value for each in sources)
        if told:
            return ", ".join(told)
    return _first(store, ox.NamedNode(graph), _PAGE) if graph.startswith(BASE + "record/") else ""


def _first(store: OxigraphStore, subject: ox.NamedNode, predicate: ox.NamedNode) -> str:
    return min(
        (_text(quad.object) for quad in store.inner.quads_for_pattern(subject, predicate, None, None)), default=""
    )
