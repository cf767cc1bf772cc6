"""Incidents and concepts as the commands that mine paths read them, from the stored queries of ``queries/mine/``.

What a user names is compared here, in Python; none of it becomes query text.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.errors import WrongUse
from failuregraph.names import BASE, NAMESPACES, SCHEMES, XSD
from failuregraph.query import QueryFile, nearest, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from failuregraph.project import Project
    from failuregraph.store import Store

__all__ = ["Concept", "Facts", "Incident", "Traits", "decimal"]

#: The concepts of each incident, by their kind: incident → kind → concepts.
Traits = dict[str, dict[str, set[str]]]


@dataclass(frozen=True)
class Incident:
    """An incident or a hazard of one record; ``event`` stands for all records of one event."""

    iri: str
    identifier: str
    event: str
    title: str
    date: str
    kind: str

    @property
    def headline(self) -> str:
        """Identifier, title and date on one line."""
        return f"{self.identifier}: {self.title} ({self.date or 'date not known'})"


@dataclass(frozen=True)
class Concept:
    """A concept of one of our schemes; ``bits`` is None where no event has it."""

    iri: str
    scheme: str
    label: str
    definition: str
    rank: int | None
    bits: Decimal | None


@dataclass(frozen=True)
class Facts:
    """What the graph says of incidents and concepts, read once: both by their IRI, and the traits of incidents."""

    project: Project
    store: Store
    incidents: dict[str, Incident]
    concepts: dict[str, Concept]
    traits: Traits

    @classmethod
    def read(cls, project: Project, store: Store) -> Facts:
        """Return the facts of a graph; of two titles or dates of one incident the first counts."""
        known: dict[str, Incident] = {}
        for row in _rows(project, store, "incidents"):
            known.setdefault(row[0], Incident(*row))
        concepts: dict[str, Concept] = {}
        for iri, scheme, label, definition, rank, bits in _rows(project, store, "concepts"):
            number = int(rank) if rank else None
            concepts.setdefault(iri, Concept(iri, scheme, label, definition, number, Decimal(bits) if bits else None))
        traits: Traits = defaultdict(lambda: defaultdict(set))
        for incident, kind, concept in _rows(project, store, "traits"):
            traits[incident][kind].add(concept)
        return cls(project, store, known, concepts, traits)

    @cached_property
    def events(self) -> dict[str, list[Incident]]:
        """Event → the incidents and hazards whose records tell of it, by identifier."""
        found: dict[str, list[Incident]] = defaultdict(list)
        for each in self.incidents.values():
            found[each.event].append(each)
        return dict(found)

    @cached_property
    def held(self) -> dict[str, frozenset[tuple[str, str]]]:
        """Incident → its traits as pairs of kind and concept, for comparing many incidents."""
        return {
            incident: frozenset((kind, concept) for kind, concepts in kinds.items() for concept in concepts)
            for incident, kinds in self.traits.items()
        }

    def rows(self, name: str, given: Mapping[str, str] | None = None) -> Iterator[list[str]]:
        """Yield the rows of a stored query of ``queries/mine/`` as texts, empty where nothing is bound."""
        return _rows(self.project, self.store, name, given)

    def incident(self, thing: str) -> Incident:
        """Return the incident of an identifier, a prefixed name or an IRI, or raise WrongUse with the nearest one."""
        wanted = _local(thing)
        for each in self.incidents.values():
            if each.identifier == wanted or each.iri == thing:
                return each
        folded = [each for each in self.incidents.values() if each.identifier.casefold() == wanted.casefold()]
        if len(folded) == 1:
            return folded[0]
        near = nearest(wanted, [each.identifier for each in self.incidents.values()])
        message = f"there is no incident “{thing}”{near}; those of another registry need --with."
        raise WrongUse(message)

    def concept(self, scheme: str, text: str) -> Concept:
        """Return the concept of a scheme by its label, another label, its local name, a prefixed name or its IRI.

        Case does not count.  Raises WrongUse with the nearest name.
        """
        prefix = SCHEMES[scheme]
        known = {iri: each for iri, each in self.concepts.items() if each.scheme == scheme}
        locals_ = {iri.removeprefix(NAMESPACES[prefix]).casefold(): iri for iri in known}
        labels = {name.casefold(): iri for iri, name in self.rows("names") if iri in known}
        names = labels | locals_
        wanted = text.strip().casefold().removeprefix(NAMESPACES[prefix].casefold()).removeprefix(f"{prefix}:")
        if wanted not in names:
            kind = "sector" if scheme == "industry" else scheme
            all_ = ", ".join(sorted(each.label for each in known.values()))
            message = f"there is no {kind} “{text}”{nearest(wanted, names)}; it is one of {all_}."
            raise WrongUse(message)
        return known[names[wanted]]

    def at_or_below(self, concept: Concept) -> set[str]:
        """Return the IRI of a concept and those of all narrower ones."""
        below = {narrow for narrow, wide in self.rows("wider") if wide == concept.iri}
        return {concept.iri} | below & self.concepts.keys()

    def labels(self, iris: Iterable[str]) -> tuple[str, ...]:
        """Return the labels of concepts, sorted."""
        return tuple(sorted(self.concepts[iri].label for iri in iris if iri in self.concepts))


def _rows(project: Project, store: Store, name: str, given: Mapping[str, str] | None = None) -> Iterator[list[str]]:
    for row in run(store, QueryFile.load(project.queries / "mine" / f"{name}.rq"), given).rows:
        yield ["" if term is None else term.value for term in row]


def _local(thing: str) -> str:
    """Return the identifier in a name of a record or of an incident.

    >>> _local("record:FI-0351"), _local(BASE + "incident/FI-0351#step-1")
    ('FI-0351', 'FI-0351')
    """
    name = thing.strip().removeprefix(BASE).partition("#")[0]
    for kind in ("record", "incident"):
        name = name.removeprefix(f"{kind}:").removeprefix(f"{kind}/")
    return name


_DECIMAL: Final = ox.NamedNode(XSD + "decimal")


def decimal(value: Decimal) -> ox.Literal:
    """Return the ``xsd:decimal`` literal of a number, without an exponent."""
    return ox.Literal(f"{value:f}", datatype=_DECIMAL)
