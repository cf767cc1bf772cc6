"""For what a chart was made: the parameters of its question, in words, so that a picture that travels alone says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import shorten
from failuregraph.store import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from failuregraph.query import QueryFile
    from failuregraph.store import Store, Term

__all__ = ["asked_for", "labels_of"]

_LABEL: Final = """\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?label WHERE { ?thing rdfs:label|skos:prefLabel ?label . } ORDER BY ?label
"""


def asked_for(question: QueryFile, terms: Mapping[str, Term], labels: Mapping[str, str]) -> str:
    """Return every parameter that has a value, by its label and that of the value: ``Organisation: Meta``."""
    given = [(each.label, terms[each.name]) for each in question.parameters if each.name in terms]
    return "; ".join(f"{label}: {_words(term, labels)}" for label, term in given)


def _words(term: Term, labels: Mapping[str, str]) -> str:
    """Return what a value is called; where no label is given, the last part of its IRI as words."""
    if not isinstance(term, ox.NamedNode):
        return term.value
    local = shorten(term.value).rpartition("/")[2].rpartition("#")[2].rpartition(":")[2]
    name = local.replace("-", " ")
    return labels.get(term.value) or name[:1].upper() + name[1:]


def labels_of(store: Store, terms: Mapping[str, Term]) -> dict[str, str]:
    """Return IRI → label for the values of parameters that have a label in the graph."""
    found: dict[str, str] = {}
    for term in terms.values():
        answer = store.query(_LABEL, {"thing": term}) if isinstance(term, ox.NamedNode) else None
        if isinstance(answer, Table) and answer.rows and (label := answer.rows[0][1]) is not None:
            found[term.value] = label.value
    return found
