"""Shapes in words: what each of them asks of the data, for the page of the shapes and for that of the ontology."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import BASE, NAMESPACES, RDF_TYPE, shorten
from failuregraph.pages.document import Link, link_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from failuregraph.pages.site import Site
    from failuregraph.store import Term

__all__ = ["NodeShape", "PropertyShape", "Shapes", "ShapesPage", "shapes_page"]

_SH: Final = NAMESPACES["sh"]
_FIRST: Final = NAMESPACES["rdf"] + "first"
_REST: Final = NAMESPACES["rdf"] + "rest"
#: What a shape says that is no constraint on a value, or that is put into words by a function of its own.
_APART: Final = frozenset(
    _SH + name for name in ("path", "name", "message", "severity", "order", "minCount", "maxCount", "description")
) | {RDF_TYPE, NAMESPACES["rdfs"] + "label", NAMESPACES["rdfs"] + "isDefinedBy"}
#: How a constraint with one value reads.
_WORDS: Final = {
    "class": "a thing of the class {}",
    "datatype": "a value of the datatype {}",
    "pattern": "matching {}",
    "maxLength": "of at most {} characters",
    "minLength": "of at least {} characters",
    "minInclusive": "not below {}",
    "maxInclusive": "not above {}",
    "hasValue": "the value {}",
    "node": "that conforms to {}",
}
_KINDS: Final = {"IRI": "an IRI", "Literal": "a literal", "BlankNode": "a blank node"}


@dataclass(frozen=True)
class PropertyShape:
    """What a shape asks of the values of one property; ``shape`` leads to where it stands."""

    anchor: str
    shape: Link
    target: Link | None
    path: Link
    name: str
    said: tuple[str, ...]
    message: str
    severity: str
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NodeShape:
    """A shape: the class that it checks, its message, and what it asks of each property."""

    anchor: str
    label: str
    targets: tuple[Link, ...]
    closed: bool
    message: str
    severity: str
    properties: tuple[PropertyShape, ...]


@dataclass(frozen=True)
class ShapesPage:
    """All shapes of a document."""

    title: str
    path: str
    shapes: tuple[NodeShape, ...]


class Shapes:
    """The shapes of one document, lists and nameless parts included; statements about statements are no RDF 1.1."""

    def __init__(self, triples: Iterable[ox.Triple], labels: Mapping[str, str], path: str) -> None:
        self._labels, self._path = labels, path
        self._told: dict[str, dict[str, list[Term]]] = {}
        for triple in triples:
            if not isinstance(triple.subject, ox.Triple) and not isinstance(triple.object, ox.Triple):
                told = self._told.setdefault(_key(triple.subject), {})
                told.setdefault(triple.predicate.value, []).append(triple.object)

    def node_shapes(self) -> tuple[NodeShape, ...]:
        """Return the node shapes by label."""
        kind = ox.NamedNode(_SH + "NodeShape")
        found = [self._node(name) for name, told in self._told.items() if kind in told.get(RDF_TYPE, ())]
        return tuple(sorted(found, key=lambda shape: (shape.label, shape.anchor)))

    def _node(self, name: str) -> NodeShape:
        targets = tuple(link_to(term, self._labels) for term in self._terms(name, "targetClass"))
        parts = [self._property(_key(part), targets) for part in self._terms(name, "property")]
        label = self._told[name].get(NAMESPACES["rdfs"] + "label", [])
        return NodeShape(
            _local(name),
            _text(label) or shorten(name),
            targets,
            _text(self._terms(name, "closed")) == "true",
            _text(self._terms(name, "message")),
            _local(_text(self._terms(name, "severity"))),
            tuple(part for _, part in sorted(parts, key=lambda pair: pair[0])),
        )

    def _property(self, name: str, targets: tuple[Link, ...]) -> tuple[tuple[int, str], PropertyShape]:
        path = _text(self._terms(name, "path"))
        label = _text(self._terms(name, "name"))
        shape = PropertyShape(
            _local(name),
            Link(shorten(name), f"/{self._path}#{_local(name)}"),
            targets[0] if targets else None,
            link_to(ox.NamedNode(path), self._labels),
            label or shorten(path),
            self._said(name),
            _text(self._terms(name, "message")),
            _local(_text(self._terms(name, "severity"))),
            tuple(_text([term]) for term in self._terms(name, "class")),
        )
        return (int(_text(self._terms(name, "order")) or 0), label), shape

    def _said(self, name: str) -> tuple[str, ...]:
        """Return all constraints of a property shape in words; none is left out."""
        words = [self._constraint(each, terms) for each, terms in self._told[name].items() if each not in _APART]
        return (_counted(*(_text(self._terms(name, each)) for each in ("minCount", "maxCount"))), *sorted(words))

    def _constraint(self, predicate: str, terms: list[Term]) -> str:
        name = predicate.removeprefix(_SH)
        if name == "or":
            return "either " + " or ".join(self._inside(part) for part in self._list(terms[0]))
        if name in ("in", "languageIn", "ignoredProperties"):
            said = " or ".join(self._called(each) for each in self._list(terms[0]))
            return f"in the language {said}" if name == "languageIn" else f"one of {said}"
        if name == "nodeKind":
            local = _local(_text(terms))
            return _KINDS.get(local, local)
        values = " and ".join(self._called(each) for each in terms)
        return _WORDS.get(name, f"{shorten(predicate)} {{}}").format(values)

    def _inside(self, part: Term) -> str:
        """Return what one alternative asks, in words."""
        told = self._told.get(_key(part), {})
        return " and ".join(sorted(self._constraint(each, terms) for each, terms in told.items() if each != RDF_TYPE))

    def _list(self, head: Term) -> list[Term]:
        found: list[Term] = []
        told = self._told.get(_key(head), {})
        while _FIRST in told:
            found += told[_FIRST]
            told = self._told.get(_key(told[_REST][0]), {})
        return found

    def _terms(self, name: str, local: str) -> list[Term]:
        return self._told.get(name, {}).get(_SH + local, [])

    @staticmethod
    def _called(term: Term) -> str:
        return shorten(term.value) if isinstance(term, ox.NamedNode) else _text([term])


def _counted(least: str, most: str) -> str:
    """Return how many values are asked for.

    >>> _counted("1", "1"), _counted("", "1"), _counted("1", ""), _counted("", "")
    ('exactly 1', 'at most 1', 'at least 1', 'any number')
    """
    if least and least == most:
        return f"exactly {least}"
    bounds = [f"at least {least}" if least and least != "0" else "", f"at most {most}" if most else ""]
    return " and ".join(bound for bound in bounds if bound) or "any number"


def _key(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _text(terms: list[Term]) -> str:
    return next((term.value for term in terms if not isinstance(term, ox.Triple)), "")


def _local(iri: str) -> str:
    return iri.rpartition("#")[2]


def shapes_page(site: Site, path: str) -> ShapesPage:
    """Return the view of a document of shapes."""
    shapes = Shapes(site.graphs[BASE + path], site.labels, path)
    title = site.labels.get(BASE + path) or ("Shapes of imported records" if path != "shapes" else "Shapes")
    return ShapesPage(title, path, shapes.node_shapes())
