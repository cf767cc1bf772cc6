"""Counting statements: what VoID says of a set of them, as the store would count it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["Partition", "Size", "classes_of", "partitions", "property_sizes", "size"]

_TYPE: Final = ox.NamedNode(RDF_TYPE)
Classes = dict[object, list[str]]


@dataclass(frozen=True)
class Size:
    """How large a set of statements is; an entity is what has a class."""

    triples: int
    entities: int
    classes: int
    properties: int
    subjects: int
    objects: int


@dataclass(frozen=True)
class Partition:
    """The instances of a class: how many, and for each property its statements by class or datatype of the object."""

    entities: int
    properties: dict[str, int]
    classes: dict[tuple[str, str], int]
    datatypes: dict[tuple[str, str], int]


def size(triples: Collection[ox.Triple]) -> Size:
    """Return the counts of a set of distinct statements."""
    types = [(t.subject, t.object) for t in triples if t.predicate == _TYPE]
    return Size(
        len(triples),
        len({subject for subject, _ in types}),
        len({kind for _, kind in types}),
        len({t.predicate for t in triples}),
        len({t.subject for t in triples}),
        len({t.object for t in triples}),
    )


def property_sizes(triples: Iterable[ox.Triple]) -> dict[str, Size]:
    """Return property → the counts of its statements, by property."""
    by: dict[str, list[ox.Triple]] = defaultdict(list)
    for triple in triples:
        by[triple.predicate.value].append(triple)
    return {name: size(by[name]) for name in sorted(by)}


def classes_of(triples: Iterable[ox.Triple]) -> Classes:
    """Return subject → its classes."""
    found: Classes = defaultdict(list)
    for triple in triples:
        if triple.predicate == _TYPE and isinstance(triple.object, ox.NamedNode):
            found[triple.subject].append(triple.object.value)
    return dict(found)


def partitions(triples: Collection[ox.Triple], types: Classes) -> dict[str, Partition]:
    """Return class → its partition, by class."""
    entities = Counter(kind for kinds in types.values() for kind in kinds)
    found = {kind: Partition(entities[kind], {}, {}, {}) for kind in sorted(entities)}
    for triple in triples:
        for kind in types.get(triple.subject, ()):
            _count(found[kind], triple, types)
    return found


def _count(partition: Partition, triple: ox.Triple, types: Classes) -> None:
    name, value = triple.predicate.value, triple.object
    partition.properties[name] = partition.properties.get(name, 0) + 1
    if isinstance(value, ox.Literal):
        key = (name, value.datatype.value)
        partition.datatypes[key] = partition.datatypes.get(key, 0) + 1
    for kind in types.get(value, ()):
        partition.classes[name, kind] = partition.classes.get((name, kind), 0) + 1
