"""The outline of a query and its triple patterns, and the statements that they stand for with known variables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox
from rdflib import Literal, URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from failuregraph.errors import Unsupported
from failuregraph.store import closing, from_rdflib, masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from failuregraph.store import OxigraphStore, Term

__all__ = ["Select", "instances", "outline", "patterns_of"]

Pattern = tuple[Any, Any, Any]
Walk = tuple[ox.Triple, ...]
_AGGREGATE: Final = re.compile(r"\b(?:AVG|COUNT|GROUP_CONCAT|MAX|MIN|SAMPLE|SUM)\(")
_ITEM: Final = re.compile(r"\?(\w+)|\(")


@dataclass(frozen=True)
class Select:
    """A SELECT in the text of a question: what it projects, its group pattern, and the sub-selects in that.

    An item is a name with the expression that it stands for; the expression of what is projected as it is, is empty.
    """

    items: tuple[tuple[str, str], ...]
    body: str
    inner: tuple[Select, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that are projected as they are: those that a row of a group has in common."""
        return tuple(name for name, expression in self.items if not expression)

    @property
    def given(self) -> dict[str, str]:
        """The expressions of all that is projected, by name."""
        return dict(self.items)

    @property
    def aggregates(self) -> bool:
        """Whether it counts, or works out something else of many solutions."""
        return any(_AGGREGATE.search(expression) for _, expression in self.items)


def outline(text: str) -> tuple[str, Select]:
    """Return the prologue of a question and its SELECT with the sub-selects in it."""
    plain = masked(text)
    start = plain.index("SELECT")
    return text[:start], _select(text, plain, start)


def _select(text: str, plain: str, start: int) -> Select:
    opening = plain.index("{", start)
    last = closing(plain, opening)
    inner: list[Select] = []
    end = opening
    for match in re.compile(r"\{\s*SELECT\b").finditer(plain, opening + 1, last):
        if match.start() >= end:
            inner.append(_select(text, plain, match.end() - len("SELECT")))
            end = closing(plain, match.start())
    clause = " ".join(plain[start:opening].split())
    return Select(tuple(_items(clause)), text[opening : last + 1], tuple(inner))


def _items(clause: str) -> Iterator[tuple[str, str]]:
    """Yield the names of a SELECT clause, each with its expression."""
    place = 0
    while found := _ITEM.search(clause, place):
        place = found.end()
        if found[1]:
            yield found[1], ""
        else:
            place = _closing_bracket(clause, found.start()) + 1
            expression, _, name = clause[found.end() : place - 1].rpartition(" AS ?")
            yield name.strip(), expression


def _closing_bracket(clause: str, opening: int) -> int:
    """Return where the parenthesis that opens at a place closes; a question was parsed, so that it does."""
    depth = 0
    for place in range(opening, len(clause)):
        depth += {"(": 1, ")": -1}.get(clause[place], 0)
        if depth == 0:
            break
    return place


def patterns_of(text: str) -> list[Pattern]:
    """Return every triple pattern of a SELECT, those of its sub-selects too, with rdflib's terms and paths."""
    found: list[Pattern] = []
    _gather(translateQuery(parseQuery(text)).algebra, found)
    return list(dict.fromkeys(found))


def _gather(node: object, found: list[Pattern]) -> None:
    if isinstance(node, CompValue):
        if node.name == "BGP":
            found.extend(node.triples)
        for value in node.values():
            _gather(value, found)
    elif isinstance(node, list | tuple):
        for each in node:
            _gather(each, found)


def instances(
    store: OxigraphStore, patterns: Iterable[Pattern], solutions: Iterable[Mapping[str, Term | None]]
) -> Iterator[ox.Triple]:
    """Yield the statements of the store that fit a pattern with the values of a solution.

    A pattern with a variable that the solution does not bind stands for nothing.
    """
    kept = list(patterns)
    for solution in solutions:
        for subject, path, value in kept:
            start, end = _bound(subject, solution), _bound(value, solution)
            if isinstance(path, Variable):
                predicate = _bound(path, solution)
                path = URIRef(predicate.value) if isinstance(predicate, ox.NamedNode) else None  # noqa: PLW2901
            if isinstance(start, ox.NamedNode | ox.BlankNode) and end is not None and path is not None:
                for reached, walk in _walks(store, start, path):
                    if reached == end:
                        yield from walk


def _bound(node: object, solution: Mapping[str, Term | None]) -> Term | None:
    if isinstance(node, Variable):
        return solution.get(str(node))
    return from_rdflib(node) if isinstance(node, URIRef | Literal) else None


def _walks(store: OxigraphStore, start: Term, path: object) -> Iterator[tuple[Term, Walk]]:
    """Yield what a path reaches from a term, with the statements on the way."""
    if isinstance(path, SequencePath):
        yield from _sequence(store, start, list(path.args))
    elif isinstance(path, AlternativePath):
        for each in path.args:
            yield from _walks(store, start, each)
    elif isinstance(path, MulPath):
        yield from _repeated(store, start, path)
    elif isinstance(path, InvPath):
        yield from _backward(store, start, path.arg)
    elif not isinstance(start, ox.Literal):
        for quad in store.inner.quads_for_pattern(start, ox.NamedNode(str(path)), None, None):
            if not isinstance(quad.object, ox.Triple):
                yield quad.object, (quad.triple,)


def _backward(store: OxigraphStore, end: Term, path: object) -> Iterator[tuple[Term, Walk]]:
    if isinstance(path, Path):
        raise Unsupported("The search for reasons", "the inverse of a longer path")
    for quad in store.inner.quads_for_pattern(None, ox.NamedNode(str(path)), end, None):
        if not isinstance(quad.subject, ox.Triple):
            yield quad.subject, (quad.triple,)


def _sequence(store: OxigraphStore, start: Term, parts: list[object]) -> Iterator[tuple[Term, Walk]]:
    if not parts:
        yield start, ()
        return
    for middle, walk in _walks(store, start, parts[0]):
        for end, rest in _sequence(store, middle, parts[1:]):
            yield end, walk + rest


def _repeated(store: OxigraphStore, start: Term, path: MulPath) -> Iterator[tuple[Term, Walk]]:
    """Yield what ``*``, ``+`` and ``?`` reach, each by its shortest way."""
    if path.zero:
        yield start, ()
    seen = {start} if path.zero else set()
    waiting: list[tuple[Term, Walk]] = [(start, ())]
    while waiting:
        term, walk = waiting.pop(0)
        for end, step in _walks(store, term, path.path):
            if end not in seen:
                seen.add(end)
                yield end, walk + step
                if path.more:
                    waiting.append((end, walk + step))
