"""Why a row is there: the members of its counts, and the statements that it rests on with graph, licence and support.

The question is asked again without its grouping, the solutions that make the row are kept, and every pattern of
the question is filled in with them.  What a sub-select counts is opened in the same way, and apart where it is a total.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.answer.patterns import instances, outline, patterns_of
from failuregraph.derive import DERIVED
from failuregraph.errors import WrongUse
from failuregraph.names import BASE, CC_BY, GRAPH, NAMESPACES
from failuregraph.query import answer_with
from failuregraph.store import Table, masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from failuregraph.answer.patterns import Select
    from failuregraph.query import QueryFile
    from failuregraph.store import Bindings, OxigraphStore, Term

__all__ = ["Count", "Reasons", "Statement", "reasons"]

Solution = dict[str, "Term | None"]
_INCIDENT: Final = NAMESPACES["incident"]
_OF_ONE: Final = (_INCIDENT, NAMESPACES["record"])
_IMPORT: Final = re.compile(rf"({re.escape(GRAPH)}import/[^/]+)")
_LICENCE: Final = ox.NamedNode(NAMESPACES["dcterms"] + "license")
_PAGE: Final = ox.NamedNode(NAMESPACES["foaf"] + "page")
_TITLE: Final = ox.NamedNode(NAMESPACES["dcterms"] + "title")
_EVIDENCE: Final = ox.NamedNode(NAMESPACES["fg"] + "evidence")
_COUNTED: Final = re.compile(r"COUNT\((?:DISTINCT )?\?(\w+)\)")
_SUMMED: Final = re.compile(r"SUM\(\?(\w+)\)")
_NAMED: Final = re.compile(r"\?(\w+)")


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
class Count:
    """What a count of the row counts: its members, or None where the question does not let them be told one by one.

    A total is no count of the row alone: other rows, or all of the graph, have it too.
    """

    column: str
    value: int
    members: tuple[str, ...] | None
    total: bool


@dataclass(frozen=True)
class Reasons:
    """What a row rests on: its counts, the incidents that it names, the statements, and what its totals alone rest on.

    The members are those that the question's own patterns name, else those of the sub-selects that are no totals.
    """

    columns: tuple[str, ...]
    row: tuple[Term | None, ...]
    counts: tuple[Count, ...]
    members: tuple[str, ...]
    statements: tuple[Statement, ...]
    of_totals: tuple[Statement, ...]


@dataclass(frozen=True)
class _Wanted:
    """The values that solutions must have in common with a row: some names, and the values that they may have."""

    names: tuple[str, ...]
    values: frozenset[tuple[Term | None, ...]]

    @classmethod
    def of(cls, names: Iterable[str], solutions: Iterable[Solution]) -> _Wanted:
        kept = tuple(names)
        return cls(kept, frozenset(tuple(each.get(name) for name in kept) for each in solutions))

    def fits(self, solution: Solution) -> bool:
        return tuple(solution.get(name) for name in self.names) in self.values


@dataclass(frozen=True)
class _Level:
    """A SELECT of the question with its solutions that the row rests on, and the same of each sub-select."""

    select: Select
    solutions: list[Solution]
    total: bool
    inner: tuple[_Level, ...]

    def all(self) -> Iterator[_Level]:
        """Yield the level and all below it."""
        yield self
        for each in self.inner:
            yield from each.all()


def reasons(store: OxigraphStore, question: QueryFile, terms: Bindings, number: int) -> Reasons:
    """Return what the row of that number rests on, counted from 1; raises WrongUse where there is no such row."""
    table = answer_with(store, question, terms)
    if not 1 <= number <= len(table.rows):
        message = f"{question.name} has {len(table.rows)} rows; --why takes a number from 1 to that."
        raise WrongUse(message)
    row = dict(zip(table.columns, table.rows[number - 1], strict=True))
    prologue, select = outline(question.text)
    wanted = _Wanted.of((name for name in table.columns if name in select.names), [row])
    top = _Opening(store, prologue, terms).level(select, wanted, terms)
    own = [each for each in top.all() if not each.total]
    totals = [each for each in top.all() if each.total]
    patterns = patterns_of(question.text)
    triples = set(instances(store, patterns, chain.from_iterable(each.solutions for each in own)))
    rest = set(instances(store, patterns, chain.from_iterable(each.solutions for each in totals))) - triples
    return Reasons(
        table.columns,
        table.rows[number - 1],
        tuple(_counts(top, row)),
        _rests_on(top, own),
        tuple(sorted(_told(store, triples))),
        tuple(sorted(_told(store, rest))),
    )


@dataclass(frozen=True)
class _Opening:
    """How the SELECTs of one question are opened: the store, the prefixes, and the parameters that were given."""

    store: OxigraphStore
    prologue: str
    given: Bindings

    def level(
        self, select: Select, wanted: _Wanted, terms: Bindings, *, top: bool = True, total: bool = False
    ) -> _Level:
        """Return the solutions of a group whose values are wanted, and those of each sub-select that they join with."""
        every = " ".join(sorted(set(re.findall(r"\?\w+", masked(select.body)))))
        found = list(self._solutions(f"{self.prologue}SELECT {every} WHERE {select.body}", terms))
        own = [each for each in found if wanted.fits(each)]
        others = [each for each in found if not wanted.fits(each)] if top else []
        inner = tuple(
            self.level(
                each,
                _Wanted.of(each.names, own),
                {},
                top=False,
                total=total or self._is_total(select, each, own, others, top=top),
            )
            for each in select.inner
        )
        return _Level(select, own, total, inner)

    def _is_total(
        self, outer: Select, inner: Select, own: list[Solution], others: list[Solution], *, top: bool
    ) -> bool:
        """Say whether a sub-select counts more than the row: its group is everything, a parameter, or that of others.

        What is grouped by an incident or a record belongs to that alone.  A sub-select deeper down that counts belongs
        to the one around it; one that only lists, as the years that there are, does not.
        """
        wanted = _Wanted.of(inner.names, own)
        values = set(chain.from_iterable(wanted.values))
        if any(isinstance(term, ox.NamedNode) and term.value.startswith(_OF_ONE) for term in values):
            return False
        if not inner.aggregates:
            return not top
        beside = outer.aggregates or (not inner.names and any(each.aggregates and each.names for each in outer.inner))
        if beside and values <= set(self.given.values()):
            return True
        return top and any(wanted.fits(each) for each in others)

    def _solutions(self, text: str, terms: Bindings) -> Iterator[Solution]:
        found = masked(text)
        used = {name: term for name, term in terms.items() if re.search(rf"\?{re.escape(name)}\b", found)}
        answer = self.store.query(text, used)
        if isinstance(answer, Table):
            for row in answer.rows:
                yield {**dict(zip(answer.columns, row, strict=True)), **used}


def _counts(top: _Level, row: Solution) -> Iterator[Count]:
    """Yield the columns of a row that count, with what they count where as many are found as the row says."""
    for name, term in row.items():
        found = _counted(top, name)
        if found is not None and isinstance(term, ox.Literal) and term.value.isdecimal():
            members, level = found
            agrees = len(members) == int(term.value)
            told = tuple(sorted(_text(each) for each in members)) if agrees else None
            yield Count(name, int(term.value), told, level.total)


def _counted(level: _Level, name: str) -> tuple[set[Term], _Level] | None:
    """Return what a column counts and where it is counted, or None where it is no count that can be opened."""
    expression = level.select.given.get(name, "")
    if expression:
        return _opened(level, expression)
    givers = [each for each in level.inner if name in each.select.given]
    counting = [each for each in givers if each.select.given[name]] or givers
    reached = [each for each in counting if each.solutions] or counting[:1]
    if givers:
        return _counted(reached[0], name) if len(reached) == 1 else None
    renamed = re.search(rf"BIND\(COALESCE\(\?(\w+), 0\) AS \?{name}\)", level.select.body)
    return _counted(level, renamed[1]) if renamed else None


def _opened(level: _Level, expression: str) -> tuple[set[Term], _Level] | None:
    """Return the members of COUNT, of SUM, of a name, or of the difference of two of them; None for all else."""
    if found := _COUNTED.fullmatch(expression):
        return _values(level.solutions, found[1]), level
    if found := _SUMMED.fullmatch(expression):
        return _counted(level, found[1]) or _ones(level, found[1])
    if found := _NAMED.fullmatch(expression):
        members = _counted(level, found[1])
        told = {each.value for each in _values(level.solutions, found[1])}
        return members if members and told == {str(len(members[0]))} else None
    whole, minus, part = expression.partition(" - ")
    first, second = (_opened(level, whole), _opened(level, part)) if minus else (None, None)
    return (first[0] - second[0], first[1]) if first and second and second[0] <= first[0] else None


def _ones(level: _Level, flag: str) -> tuple[set[Term], _Level] | None:
    """Return what a SUM of ones and zeros counts: of the things that are counted beside it, those with a one."""
    things = [found[1] for _, each in level.select.items if (found := _COUNTED.fullmatch(each))]
    ones = [each for each in level.solutions if getattr(each.get(flag), "value", "") == "1"]
    members = _values(ones, things[0]) if things else set()
    return (members, level) if things and len(members) == len(ones) else None


def _values(solutions: Iterable[Solution], name: str) -> set[Term]:
    return {term for each in solutions if (term := each.get(name)) is not None}


def _rests_on(top: _Level, own: list[_Level]) -> tuple[str, ...]:
    """Return the incidents that the patterns of the question name, else those of the sub-selects that are no totals."""
    taken = {name for inner in top.select.inner for name in inner.given}
    first = [{name: term for name, term in each.items() if name not in taken} for each in top.solutions]
    return _members(first) or _members(chain.from_iterable(each.solutions for each in own))


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
