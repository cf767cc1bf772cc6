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

_SOURCE: Final = NAMESPACES["owl"] + "annotatedSource"
#: What a match says when it is read from our concept.
_SAID: Final = {
    "skos:exactMatch": "the same as",
    "skos:closeMatch": "close to",
    "skos:broadMatch": "broader than",
    "skos:narrowMatch": "narrower than",
    "skos:relatedMatch": "related to",
}


@dataclass(frozen=True)
class Match:
    """One mapping between a concept of ours and one of another taxonomy."""

    said: str
    other: Link
    taxonomy: str
    confidence: str
    justification: str
    comment: str


class Matches:
    """All mappings of a release by our concept, read once."""

    def __init__(self, graphs: Mapping[str, list[ox.Triple]], labels: Mapping[str, str]) -> None:
        self._found: dict[str, list[Match]] = {}
        for name, triples in graphs.items():
            if name.startswith(GRAPH + "alignments/"):
                doc = Document(triples, labels)
                for mapping in doc.subjects:
                    self._take(doc, mapping)

    def _take(self, doc: Document, mapping: str) -> None:
        for source in doc.values(mapping, _SOURCE):
            for target in doc.terms(mapping, "owl:annotatedTarget"):
                self._found.setdefault(target.value, []).append(_match(doc, mapping, source.value))

    def of(self, concept: str) -> tuple[Match, ...]:
        """Return the mappings of a concept, by taxonomy and name."""
        return tuple(sorted(self._found.get(concept, ()), key=lambda match: (match.taxonomy, match.other.text)))


def _match(doc: Document, mapping: str, source: str) -> Match:
    """Return a mapping as our concept sees it: the relation is stated of the other concept, and so is turned."""
    relation = shorten(doc.text(mapping, "owl:annotatedProperty"))
    taxonomy, _, local = source.partition("#")
    label = doc.text(mapping, "fg:subjectLabel")
    called = label if label.startswith(local) else f"{local}: {label}" if label else local
    return Match(
        _SAID.get(relation, relation),
        Link(called or source, "/" + source.removeprefix(BASE) if source.startswith(BASE) else source),
        doc.labels.get(taxonomy) or taxonomy.rpartition("/")[2],
        doc.text(mapping, "fg:mappingConfidence"),
        doc.text(mapping, "fg:justification").removeprefix("semapv:"),
        doc.text(mapping, "rdfs:comment"),
    )
