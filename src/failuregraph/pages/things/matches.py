"""How our concepts and terms stand to those of others, as the alignments state it and no further."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import BASE, GRAPH, NAMESPACES, shorten
from failuregraph.pages.document import Document, Link

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyoxigraph as ox

__all__ = ["Match", "Matches"]

#: What a statement of ours says of a term of others.
_STATED: Final = {"rdfs:subClassOf": "a kind of", "rdfs:subPropertyOf": "narrower than"}
#: What a match says when it is read from our concept: it is stated of the other concept, and so is turned.
_TURNED: Final = {
    "skos:exactMatch": "the same as",
    "skos:closeMatch": "close to",
    "skos:broadMatch": "broader than",
    "skos:narrowMatch": "narrower than",
    "skos:relatedMatch": "related to",
}
#: How a mapping was found, in words; any other justification keeps its name.
_FOUND: Final = {
    "semapv:LLMBasedMatching": "by a language model",
    "semapv:ManualMappingCuration": "by hand",
}


@dataclass(frozen=True)
class Match:
    """One mapping between a concept or term of ours and one of another taxonomy or vocabulary."""

    said: str
    other: Link
    taxonomy: str
    confidence: str
    justification: str
    comment: str


class Matches:
    """All mappings of a release by our concept or term, read once."""

    def __init__(self, graphs: Mapping[str, list[ox.Triple]], labels: Mapping[str, str]) -> None:
        self._found: dict[str, list[Match]] = {}
        for name, triples in graphs.items():
            if name.startswith(GRAPH + "alignments/"):
                doc = Document(triples, labels)
                for mapping in doc.subjects:
                    ours, match = _match(doc, mapping)
                    self._found.setdefault(ours, []).append(match)

    def of(self, concept: str) -> tuple[Match, ...]:
        """Return the mappings of a concept or term, by taxonomy and name."""
        return tuple(sorted(self._found.get(concept, ()), key=lambda match: (match.taxonomy, match.other.text)))


def _match(doc: Document, mapping: str) -> tuple[str, Match]:
    """Return our concept or term, and the mapping as it sees it."""
    relation = shorten(doc.text(mapping, "owl:annotatedProperty"))
    source, target = (doc.text(mapping, name) for name in ("owl:annotatedSource", "owl:annotatedTarget"))
    found = doc.text(mapping, "fg:justification")
    ours, other = (source, target) if relation in _STATED else (target, source)
    return ours, Match(
        _STATED.get(relation) or _TURNED.get(relation, relation),
        _link(other, doc.text(mapping, "fg:subjectLabel")),
        _taxonomy(other, doc.labels),
        doc.text(mapping, "fg:mappingConfidence"),
        _FOUND.get(found, found.removeprefix("semapv:")),
        doc.text(mapping, "rdfs:comment"),
    )


def _link(other: str, label: str) -> Link:
    """Return a link to a concept of an imported scheme by its notation and label, or to a term by its short name."""
    if not other.startswith(BASE):
        return Link(shorten(other), other)
    local = other.partition("#")[2]
    called = label if label.startswith(local) else f"{local}: {label}" if label else local
    return Link(called or other, "/" + other.removeprefix(BASE))


def _taxonomy(other: str, labels: Mapping[str, str]) -> str:
    """Return the name of an imported scheme, or the namespace of a vocabulary."""
    if not other.startswith(BASE):
        return NAMESPACES.get(shorten(other).partition(":")[0], other)
    scheme = other.partition("#")[0]
    return labels.get(scheme) or scheme.rpartition("/")[2]
