"""The JSON-LD context: how ontology and shapes give it, and the versions that were published.

A published version stands in ``contexts/`` and never changes, as documents and clients keep its address for good.
A term that came later is written with its prefix until the next version names it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph.names import BASE, FG, NAMESPACES, RDF_TYPE, XSD, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from failuregraph.store import Term

__all__ = ["CONTEXT", "CURRENT", "VERSIONS", "Context", "Key", "derive", "published", "text_of"]

_FOLDER: Final = Path(__file__).parent / "contexts"
#: The versions that are published; a new one is a new file, written with ``text_of(derive(…))``.
VERSIONS: Final = ("v1",)
CURRENT: Final = VERSIONS[-1]
#: The IRI that documents name as their context.
CONTEXT: Final = f"{BASE}context/{CURRENT}.jsonld"
_LANGUAGE: Final = "en"
_TEXT: Final = NAMESPACES["rdf"] + "langString"
_STRING: Final = XSD + "string"
_ID: Final = "@id"
_UNKNOWN: Final = ""


@dataclass(frozen=True)
class Key:
    """How a property is written: its key, what its texts are taken for, and whether it always has a list of values."""

    name: str
    type: str = ""
    language: str = ""
    many: bool = False


@dataclass(frozen=True)
class Context:
    """A context as a writer needs it: property → key, class → name, prefix → namespace."""

    keys: Mapping[str, Key]
    types: Mapping[str, str]
    prefixes: Mapping[str, str]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Context:
        """Return the context that a document holds."""
        told = {name: value for name, value in document["@context"].items() if not name.startswith("@")}
        prefixes = {name: value for name, value in told.items() if isinstance(value, str) and value[-1] in "#/"}
        names = {name: value for name, value in told.items() if isinstance(value, str) and name not in prefixes}
        keys = {name: value for name, value in told.items() if not isinstance(value, str)}
        return cls(
            {_full(value["@id"], prefixes): _key(name, value, prefixes) for name, value in keys.items()},
            {_full(value, prefixes): name for name, value in names.items()},
            prefixes,
        )

    def key(self, iri: str) -> Key:
        """Return how a property is written; one without a term has a prefix or its whole IRI."""
        return self.keys.get(iri) or Key(self.compact(iri))

    def type(self, iri: str) -> str:
        """Return how a class or a datatype is written."""
        return self.types.get(iri) or self.compact(iri)

    def compact(self, iri: str) -> str:
        """Return an IRI with a prefix of the context where one fits, else as it is."""
        short = shorten(iri)
        return short if short.partition(":")[0] in self.prefixes else iri


def _full(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return prefixes[prefix] + local if prefix in prefixes else name


def _key(name: str, value: Mapping[str, str], prefixes: Mapping[str, str]) -> Key:
    kind = value.get("@type", "")
    whole = kind if kind == _ID else _full(kind, prefixes)
    return Key(name, whole, value.get("@language", ""), value.get("@container") == "@set")


@cache
def published(version: str = CURRENT) -> bytes:
    """Return the text of a published version; raises FileNotFoundError for one that is none."""
    return (_FOLDER / f"{version}.jsonld").read_bytes()


def text_of(document: Mapping[str, Any]) -> bytes:
    """Return a context as the text that is published."""
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


def derive(ontology: Iterable[ox.Triple], shapes: Iterable[ox.Triple]) -> dict[str, Any]:
    """Return the context that ontology and shapes give.

    Terms are the local names of the ontology and, where these leave them free, of the outside properties that shapes
    check.  A property whose values may be of several types is not coerced; one that a record may have once has no list.
    """
    said = _Said([*ontology, *shapes])
    keys = _names(said.properties)
    classes = {iri.removeprefix(FG): shorten(iri) for iri in sorted(said.classes)}
    taken = {*keys, *classes}
    prefixes = {prefix: iri for prefix, iri in NAMESPACES.items() if prefix not in taken}
    terms = {name: _definition(said, iri) for name, iri in sorted(keys.items())}
    return {"@context": {"@version": 1.1, **prefixes, **classes, **terms}}


def _names(properties: Iterable[str]) -> dict[str, str]:
    """Return key → property: ours first, then the others in the order of their prefixes."""
    found: dict[str, str] = {}
    for iri in sorted(properties, key=lambda each: (not each.startswith(FG), shorten(each))):
        local = shorten(iri).partition(":")[2]
        found[local if local not in found else shorten(iri)] = iri
    return found


def _definition(said: _Said, iri: str) -> dict[str, str]:
    told = {"@id": shorten(iri)}
    kinds = said.kinds(iri)
    if _TEXT in kinds and kinds <= {_TEXT, _STRING}:
        told["@language"] = _LANGUAGE
    elif len(kinds) == 1 and not kinds & {_STRING, _UNKNOWN}:
        told["@type"] = shorten(min(kinds))
    return told if said.single(iri) else told | {"@container": "@set"}


class _Said:
    """What ontology and shapes say of properties."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._facts: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            if isinstance(triple.subject, ox.NamedNode | ox.BlankNode) and not isinstance(triple.object, ox.Triple):
                self._facts[triple.subject][triple.predicate.value].append(triple.object)
        self._shapes: dict[str, list[Term]] = defaultdict(list)
        for node in list(self._facts):
            for path in self._values(node, "sh:path"):
                self._shapes[path].append(node)

    @property
    def properties(self) -> set[str]:
        """The properties of the ontology, and those that shapes check."""
        kinds = {NAMESPACES["owl"] + "ObjectProperty", NAMESPACES["owl"] + "DatatypeProperty"}
        return self._ours(kinds) | (self._shapes.keys() - {RDF_TYPE})

    @property
    def classes(self) -> set[str]:
        """The classes of the ontology."""
        return self._ours({NAMESPACES["owl"] + "Class"})

    def _ours(self, kinds: set[str]) -> set[str]:
        return {n.value for n, told in self._facts.items() if kinds & {each.value for each in told.get(RDF_TYPE, ())}}

    def kinds(self, iri: str) -> set[str]:
        """Return what the values of a property are: IRIs, or the datatypes of literals."""
        node = ox.NamedNode(iri)
        if NAMESPACES["owl"] + "ObjectProperty" in self._values(node, "rdf:type"):
            return {_ID}
        return {kind for shape in self._shapes[iri] for kind in self._of_shape(shape)} or set(
            self._values(node, "rdfs:range")
        )

    def _of_shape(self, shape: Term) -> set[str]:
        """Return the kinds of value that a shape allows; nothing is known of one that says nothing."""
        if NAMESPACES["sh"] + "IRI" in self._values(shape, "sh:nodeKind"):
            return {_ID}
        options = [item for head in self._facts[shape][_iri("sh:or")] for item in self._items(head)]
        return {kind for node in (shape, *options) for kind in self._values(node, "sh:datatype")} or {_UNKNOWN}

    def _items(self, head: Term) -> list[Term]:
        found: list[Term] = []
        while self._facts[head][_iri("rdf:first")]:
            found += self._facts[head][_iri("rdf:first")]
            head = self._facts[head][_iri("rdf:rest")][0]
        return found

    def single(self, iri: str) -> bool:
        """Say whether every shape of a property allows one value alone."""
        shapes = self._shapes[iri]
        return bool(shapes) and all("1" in self._values(shape, "sh:maxCount") for shape in shapes)

    def _values(self, node: Term, name: str) -> list[str]:
        return [term.value for term in self._facts[node][_iri(name)]]


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix] + local
