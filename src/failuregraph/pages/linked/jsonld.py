"""JSON-LD as one tree: what a document is about at its root, its parts below it, keys and values in a stable order.

The engine writes JSON-LD expanded and flat; this is the compacted form for people and programs that read JSON.
It says exactly what the Turtle says: expanding it with the published context gives the same statements.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict, deque
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph.errors import Unsupported
from failuregraph.names import FG, NAMESPACES, RDF_TYPE, XSD
from failuregraph.pages.linked.context import CONTEXT, Context, Key, published
from failuregraph.turtle import ORDER, natural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from failuregraph.store import Term

__all__ = ["write_tree"]

Subject = ox.NamedNode | ox.BlankNode
Json = dict[str, Any]
_ENGINE: Final = "JSON-LD with this context"
_RDF: Final = NAMESPACES["rdf"]
_FIRST, _REST, _NIL = _RDF + "first", _RDF + "rest", ox.NamedNode(_RDF + "nil")
_ORDER: Final = FG + "order"
#: Terms of a vocabulary stand on their own, wherever they are pointed at.
_TERMS: Final = {NAMESPACES["rdfs"] + "isDefinedBy", NAMESPACES["skos"] + "inScheme"}
_RANK: Final = {iri: place for place, iri in enumerate(ORDER)}
#: Whole numbers that every reader of JSON keeps as they are.
_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,14}")
_TRUTH: Final = {"true": True, "false": False}


def write_tree(triples: Iterable[ox.Triple], main: str) -> bytes:
    """Return a document as JSON-LD with its main subject at the root; what nothing leads to is included beside it.

    Raises Unsupported for what the context would change: an IRI whose scheme is one of its prefixes, a quoted triple.
    """
    tree = _Tree(triples, _current())
    roots = [tree.written(root) for root in tree.grow(ox.NamedNode(main))]
    if ox.NamedNode(main) in tree.facts:
        whole = roots[0] | ({"@included": roots[1:]} if roots[1:] else {})
    else:
        whole = {"@graph": roots}
    return json.dumps({"@context": CONTEXT, **whole}, ensure_ascii=False, indent=2).encode() + b"\n"


@cache
def _current() -> Context:
    return Context.read(json.loads(published()))


class _Tree:
    """The statements of a document, and which subject stands below which."""

    def __init__(self, triples: Iterable[ox.Triple], context: Context) -> None:
        self.context = context
        self.facts: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._uses: Counter[Term] = Counter()
        for triple in dict.fromkeys(triples):
            if isinstance(triple.object, ox.Triple) or isinstance(triple.subject, ox.Triple):
                raise Unsupported(_ENGINE, "statements about statements; ask for Turtle")
            self.facts[triple.subject][triple.predicate.value].append(triple.object)
            self._uses[triple.object] += 1
        self._lists = self._found_lists()
        self._below: dict[Term, set[Term]] = defaultdict(set)

    def _found_lists(self) -> dict[Term, list[Term]]:
        """Take the lists that are whole out of the facts; return the head of each with its items."""
        heads = [
            each for told in self.facts.values() for name, values in told.items() if name != _REST for each in values
        ]
        found = {head: items for head in dict.fromkeys(heads) if (items := self._items(head))}
        for head in found:
            node = head
            while node != _NIL:
                node = self.facts.pop(node)[_REST][0]
        return found

    def _items(self, head: Term) -> list[Term]:
        """Return the items of the list at a node; none where it is no list, or one that is pointed into."""
        items: list[Term] = []
        while isinstance(head, ox.BlankNode) and self._uses[head] == 1 and self._is_cell(head):
            items += self.facts[head][_FIRST]
            head = self.facts[head][_REST][0]
        return items if head == _NIL else []

    def _is_cell(self, node: Term) -> bool:
        told = self.facts.get(node, {})
        return told.keys() == {_FIRST, _REST} and all(len(values) == 1 for values in told.values())

    def grow(self, main: ox.NamedNode) -> list[Term]:
        """Put each subject below the nearest one that leads to it, from the main one on; return what has no place."""
        placed: set[Term] = set()
        free = [node for node in self._sorted(self.facts) if self._stands_alone(node) or not self._uses[node]]
        rest = [node for node in self._sorted(self.facts) if not self._stands_alone(node) and self._uses[node]]
        roots = []
        for node in ([main] if main in self.facts else []) + free + rest:
            if node not in placed:
                roots.append(node)
                self._spread(node, placed)
        return roots

    def _spread(self, root: Term, placed: set[Term]) -> None:
        """Put below a root all that it leads to, the nearest first."""
        placed.add(root)
        waiting = deque([root])
        while waiting:
            node = waiting.popleft()
            for each in self._led_to(node):
                if each in self.facts and each not in placed and not self._stands_alone(each):
                    placed.add(each)
                    self._below[node].add(each)
                    waiting.append(each)

    def _led_to(self, node: Term) -> Iterator[Term]:
        for name in sorted(self.facts[node], key=_rank):
            if not self._are_types(node, name):
                for value in self._sorted(self.facts[node][name]):
                    yield from self._lists.get(value, [value])

    def _are_types(self, node: Term, name: str) -> bool:
        """Say whether values are written as types, which have no room for what is told of them."""
        return name == RDF_TYPE and all(isinstance(value, ox.NamedNode) for value in self.facts[node][name])

    def _stands_alone(self, node: Term) -> bool:
        return isinstance(node, ox.NamedNode) and not _TERMS.isdisjoint(self.facts[node])

    def _sorted(self, terms: Iterable[Term]) -> list[Term]:
        return sorted(terms, key=self._place)

    def _place(self, term: Term) -> tuple[Any, ...]:
        """Return where a value stands among others: parts by their order, all else by name."""
        order = self.facts[term].get(_ORDER, []) if term in self.facts else []
        told = int(order[0].value) if order and order[0].value.isdecimal() else -1
        return told, natural(term.value), str(term)

    def written(self, node: Term, uses: int = 0) -> Json:
        """Return a subject with all that stands below it; a blank one that is used here alone needs no label."""
        nameless = isinstance(node, ox.BlankNode) and self._uses[node] == uses
        told: Json = {} if nameless else {"@id": self._name(node)}
        for name in sorted(self.facts[node], key=_rank):
            values = self._sorted(self.facts[node][name])
            if self._are_types(node, name):
                told["@type"] = _single([self.context.type(self._name(value)) for value in values])
                continue
            key = self.context.key(name)
            found = [self._value(node, value, key) for value in values]
            told[key.name] = found if key.many else _single(found)
        return told

    def _value(self, parent: Term, value: Term, key: Key) -> Json | str | int:
        if value in self._lists:
            return {"@list": [self._value(parent, item, key) for item in self._lists[value]]}
        if isinstance(value, ox.Literal):
            return self._literal(value, key)
        if value in self._below[parent]:
            self._below[parent].discard(value)
            return self.written(value, 1)
        return self._name(value) if key.type == "@id" else {"@id": self._name(value)}

    def _name(self, node: Term) -> str:
        """Return the whole IRI of a node, or the label of a blank one."""
        if isinstance(node, ox.BlankNode):
            return f"_:{node.value}"
        scheme, _, rest = node.value.partition(":")
        if scheme in self.context.prefixes and not rest.startswith("//"):
            raise Unsupported(_ENGINE, f"{node.value}, as “{scheme}” is a prefix there; ask for Turtle")
        return node.value

    def _literal(self, value: ox.Literal, key: Key) -> Json | str | int:
        """Return a literal as short as the key allows: text, number or truth alone, or with what it is."""
        if value.language:
            return value.value if value.language == key.language else _said(value, "@language", value.language)
        kind = value.datatype.value
        if kind == XSD + "string":
            return {"@value": value.value} if key.type or key.language else value.value
        if key.type in ("", kind):
            native = _native(value)
            if native is not None:
                return native
            if key.type:
                return value.value
        return _said(value, "@type", self.context.type(kind))


def _said(value: ox.Literal, name: str, what: str) -> Json:
    return {name: what, "@value": value.value}


def _native(value: ox.Literal) -> int | bool | None:
    """Return a number or truth of JSON where it says exactly what the literal says."""
    if value.datatype.value == XSD + "boolean":
        return _TRUTH.get(value.value)
    whole = value.datatype.value == XSD + "integer" and _WHOLE.fullmatch(value.value)
    return int(value.value) if whole else None


def _single(values: list[Any]) -> Any:  # noqa: ANN401 - a value of JSON
    return values[0] if len(values) == 1 else values


def _rank(name: str) -> tuple[int, str]:
    return _RANK.get(name, len(_RANK)), name
