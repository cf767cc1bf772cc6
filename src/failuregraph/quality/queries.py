"""The queries of an examination: constant text, as no value of an endpoint ever becomes part of a query."""

from __future__ import annotations

from typing import Final

__all__ = [
    "BARE_DISTRIBUTIONS",
    "CLASSES",
    "COUNT_CLASSES",
    "COUNT_PROPERTIES",
    "COUNT_TRIPLES",
    "DATES",
    "DECLARED",
    "DISTRIBUTIONS",
    "EXAMPLES",
    "GRAPHS",
    "LACKING",
    "LICENCE",
    "PARTS",
    "PREFIXES",
    "PROPERTIES",
    "SERVICES",
    "TRIPLES",
    "UNION",
    "VOCABULARIES",
]

_HEAD: Final = """PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX spdx: <http://spdx.org/rdf/terms#>
PREFIX void: <http://rdfs.org/ns/void#>
"""
#: The largest data set with partitions.
_WHOLE: Final = """{
    SELECT ?whole WHERE { ?whole void:classPartition ?any ; void:triples ?size } ORDER BY DESC(?size) ?whole LIMIT 1
  }
"""
#: What it counts: the named graphs that are its subsets where there are any, else the default graph.
_PARTS: Final = _WHOLE + "  ?whole void:subset ?part . ?named sd:graph ?part ; sd:name ?g .\n"
_SCOPES: Final = {True: _PARTS + "  GRAPH ?g { ?s ?k ?o }\n", False: "  ?s ?k ?o\n"}
_DECLARATION: Final = "  { ?c a owl:Class } UNION { ?c a rdfs:Class } FILTER(ISIRI(?c))\n"

CLASSES: Final = (
    _HEAD
    + "SELECT ?k ?n WHERE {\n  "
    + _WHOLE
    + "  ?whole void:classPartition ?p . ?p void:class ?k ; void:entities ?n\n}"
)
PROPERTIES: Final = (
    _HEAD
    + "SELECT ?k ?n WHERE {\n  "
    + _WHOLE
    + "  ?whole void:propertyPartition ?p . ?p void:property ?k ; void:triples ?n\n}"
)
TRIPLES: Final = _HEAD + "SELECT ?n WHERE {\n  " + _WHOLE + "  ?whole void:triples ?n\n}"
PARTS: Final = _HEAD + "SELECT ?g WHERE {\n  " + _PARTS + "} LIMIT 1"

#: Counts, by whether the data set counts named graphs.
COUNT_CLASSES: Final = {
    parts: _HEAD + "SELECT ?k (COUNT(DISTINCT ?s) AS ?n) WHERE {\n" + scope.replace("?k ?o", "a ?k") + "} GROUP BY ?k"
    for parts, scope in _SCOPES.items()
}
COUNT_PROPERTIES: Final = {
    parts: _HEAD + "SELECT ?k (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?k ?o WHERE {\n" + scope + "} } GROUP BY ?k"
    for parts, scope in _SCOPES.items()
}
COUNT_TRIPLES: Final = {
    parts: _HEAD + "SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?k ?o WHERE {\n" + scope + "} }"
    for parts, scope in _SCOPES.items()
}

GRAPHS: Final = "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
UNION: Final = "SELECT ?s WHERE { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } } LIMIT 1"
VOCABULARIES: Final = _HEAD + "SELECT ?d WHERE { ?d a void:Dataset ; void:vocabulary ?v } LIMIT 1"
LICENCE: Final = _HEAD + "SELECT ?l WHERE { ?d a void:Dataset ; dcterms:license ?l FILTER(ISIRI(?l)) } LIMIT 1"
DATES: Final = {
    "dcterms:modified": _HEAD + "SELECT ?day WHERE { ?d a void:Dataset ; dcterms:modified ?day }",
    "dcterms:issued": _HEAD + "SELECT ?day WHERE { ?d a void:Dataset ; dcterms:issued ?day }",
}

DISTRIBUTIONS: Final = _HEAD + "SELECT ?d WHERE { ?d a dcat:Dataset ; dcat:distribution ?file } LIMIT 1"
BARE_DISTRIBUTIONS: Final = (
    _HEAD
    + """SELECT ?f WHERE {
  ?f a dcat:Distribution
  FILTER NOT EXISTS { ?f dcterms:license ?l ; dcat:mediaType ?m ; dcat:byteSize ?b ; spdx:checksum ?c }
}"""
)
SERVICES: Final = (
    _HEAD + "SELECT ?s WHERE { ?s a dcat:DataService ; dcat:endpointURL ?u ; dcat:servesDataset ?d } LIMIT 1"
)

DECLARED: Final = _HEAD + "SELECT DISTINCT ?c WHERE {\n" + _DECLARATION + "}"
#: Declared classes that lack something.
LACKING: Final = {
    "label": _HEAD
    + "SELECT DISTINCT ?c WHERE {\n"
    + _DECLARATION
    + "  FILTER NOT EXISTS { ?c rdfs:label|skos:prefLabel ?text }\n}",
    "definition": _HEAD
    + "SELECT DISTINCT ?c WHERE {\n"
    + _DECLARATION
    + "  FILTER NOT EXISTS { ?c skos:definition|rdfs:comment|dcterms:description ?text }\n}",
}
PREFIXES: Final = _HEAD + "SELECT ?p ?n WHERE { ?x sh:declare ?d . ?d sh:prefix ?p ; sh:namespace ?n }"
EXAMPLES: Final = (
    _HEAD
    + """SELECT ?x (SAMPLE(?select) AS ?text) WHERE {
  ?x a sh:SPARQLExecutable ; rdfs:comment|rdfs:label ?label ; sh:select ?select
  FILTER NOT EXISTS { ?x sh:parameter ?p }
} GROUP BY ?x ORDER BY ?x LIMIT 3"""
)
