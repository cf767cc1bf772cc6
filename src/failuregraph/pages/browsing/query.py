"""The SPARQL query that finds the records of a selection, as text to be shown, kept and changed by hand.

It is never run by the server.  Values stand in it as the N-Triples form of their terms; what the index found stands in
it as the records themselves, since SPARQL knows no word stems.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import NAMESPACES
from failuregraph.pages.browsing.facets import ABSENT, FACETS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from failuregraph.pages.browsing.facets import Facet, Value
    from failuregraph.pages.browsing.results import Result
    from failuregraph.store import Term

__all__ = ["selection_query"]

_HEAD: Final = """SELECT DISTINCT ?record ?title ?date
WHERE {
  ?record a fg:Record ;
          fg:recordStatus recordstatus:live ;
          dcterms:identifier ?identifier ;
          foaf:primaryTopic ?incident .
"""
_TAIL: Final = """  OPTIONAL {
    ?incident rdfs:label ?title .
  }
  OPTIONAL {
    ?incident fg:incidentDate ?date .
  }
}
ORDER BY ?identifier ?title ?date
"""
_WORDS: Final = "  # SPARQL knows no word stems: the index has these records for the words, as far as they fit.\n"


def selection_query(result: Result) -> str:
    """Return a SPARQL 1.1 query whose records are those of the result."""
    parts = [_HEAD]
    if result.found is not None:
        records = [result.catalogue.entries[place].record for place in sorted(result.fitting)]
        parts.append(_WORDS + _rows("record", [ox.NamedNode(iri) for iri in records]))
    for facet, names in result.selection.chosen:
        parts.append(_chosen(FACETS[facet], names, result.catalogue.values[facet]))
    text = "".join([*parts, _TAIL])
    used = [prefix for prefix in NAMESPACES if f"{prefix}:" in text]
    heads = "".join(f"PREFIX {prefix}: <{NAMESPACES[prefix]}>\n" for prefix in used)
    return f"{heads}\n{text}"


def _chosen(facet: Facet, names: Sequence[str], known: Mapping[str, Value]) -> str:
    """Return the pattern of a facet: one of the values, or none at all where that was chosen."""
    terms = [term for name in names if name in known and (term := known[name].term) is not None]
    head = f"  # {facet.label}\n"
    if ABSENT not in names:
        return f"{head}  {facet.pattern}\n{_rows(facet.name, terms)}"
    pattern = facet.pattern.replace("\n", "\n  ")
    kept = f"!BOUND(?{facet.name})" + (f" || ?{facet.name} IN ({', '.join(map(str, terms))})" if terms else "")
    return f"{head}  OPTIONAL {{\n    {pattern}\n  }}\n  FILTER({kept})\n"


def _rows(name: str, terms: Sequence[Term]) -> str:
    lines = "".join(f"    {term}\n" for term in terms)
    return f"  VALUES ?{name} {{\n{lines}  }}\n"
