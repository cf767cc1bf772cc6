"""Names that a person writes, looked up in the store that is asked: one that it does not have is refused.

An answer about a name that nobody has would read as one that looked and found nothing.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import BASE, FG, NAMESPACES, SCHEMES, THINGS
from failuregraph.query.parameter import quoted
from failuregraph.store import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from failuregraph.query.parameter import Parameter
    from failuregraph.store import Store, Term

__all__ = ["closest", "named", "nearest"]

#: What a thing is: its classes, and the scheme of a concept.  Both are variables, to be bound from either end.
_SORTS: Final = (
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT ?thing ?sort WHERE { ?thing a|skos:inScheme ?sort }"
)
_MENTIONED: Final = "SELECT ?thing WHERE { { ?thing ?p ?o } UNION { ?s ?q ?thing } } LIMIT 1"
#: The classes of a kind, where they are others than the one class with its name.
_CLASSES: Final = {
    "incident": (FG + "Incident", FG + "Hazard"),
    "organisation": (FG + "Organisation", FG + "Party"),
    "scheme": (NAMESPACES["skos"] + "ConceptScheme", FG + "OutsideScheme"),
}
_OURS: Final = tuple(NAMESPACES[prefix] for prefix in (*SCHEMES.values(), *THINGS))


def named(store: Store, parameter: Parameter, term: Term) -> Term:
    """Return a term as the store spells it, or raise WrongUse with the nearest name where it has no such thing.

    Looked up is what must be of a scheme or a kind.  The default of a parameter is not: its header answers for it.
    Case does not count where it leaves one thing.
    """
    sorts = _sorts(parameter)
    if not sorts or not isinstance(term, ox.NamedNode) or _is_default(parameter, term) or _is_there(store, sorts, term):
        return term
    known = {row[0].value for sort in sorts for row in _rows(store, _SORTS, sort=ox.NamedNode(sort))}
    same = [iri for iri in known if iri.casefold() == term.value.casefold()]
    if len(same) == 1:
        return ox.NamedNode(same[0])
    name = parameter.written(term.value)
    near = nearest(name, map(parameter.written, sorted(known)))
    hint = near or "; write an identifier that it has, or an IRI in full"
    raise parameter.refusal(f"the graph has no {parameter.kind or parameter.scheme} {quoted(name)}{hint}")


def _sorts(parameter: Parameter) -> tuple[str, ...]:
    """Return the scheme that a concept must be in, or the classes one of which a thing must have; empty for any IRI."""
    if parameter.scheme:
        return (BASE + parameter.scheme,)
    if parameter.kind:
        return _CLASSES.get(parameter.kind, (FG + parameter.kind.capitalize(),))
    return ()


def _is_default(parameter: Parameter, term: ox.NamedNode) -> bool:
    return parameter.default is not None and term == parameter.term(parameter.default)


def _is_there(store: Store, sorts: tuple[str, ...], term: ox.NamedNode) -> bool:
    """Say whether a thing is one of these sorts; one whose name is not ours to give need only stand in the graph."""
    if any(row[1].value in sorts for row in _rows(store, _SORTS, thing=term)):
        return True
    return not term.value.startswith(_OURS) and bool(_rows(store, _MENTIONED, thing=term))


def _rows(store: Store, text: str, **terms: ox.NamedNode) -> list[list[ox.NamedNode]]:
    """Return the rows of a query that have an IRI in every cell."""
    answer = store.query(text, terms)
    rows = answer.rows if isinstance(answer, Table) else ()
    named_nodes = ([term for term in row if isinstance(term, ox.NamedNode)] for row in rows)
    return [found for row, found in zip(rows, named_nodes, strict=True) if len(found) == len(row)]


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``, did you mean “…”`` for the closest known word, whatever its case, or an empty string."""
    words = {each.casefold(): each for each in known}
    found = closest(word.casefold(), words)
    return f", did you mean “{words[found]}”" if found else ""


def closest(word: str, known: Iterable[str]) -> str:
    """Return the closest known word, or an empty string where none is close."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return found[0] if found else ""
