"""The triple patterns of a query, and the statements that they stand for once their variables are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from rdflib import Literal, URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from failuregraph.errors import Unsupported
from failuregraph.store import from_rdflib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from failuregraph.store import OxigraphStore, Term

__all__ = ["instances", "patterns_of"]

Pattern = tuple[Any, Any, Any]
Walk = tuple[ox.Triple, ...]


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
