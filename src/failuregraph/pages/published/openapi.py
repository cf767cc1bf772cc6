"""The HTTP interface as OpenAPI 3.1: each stored question with its typed parameters, the endpoint, and the documents.

Generators of clients and tools for agents read it; it says nothing that the server does not do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from failuregraph.names import FORMATS
from failuregraph.pages.browsing.facets import FACETS
from failuregraph.pages.browsing.selection import SORTS
from failuregraph.pages.citations import of_release

if TYPE_CHECKING:
    from collections.abc import Iterable

    from failuregraph.pages.site import Site
    from failuregraph.query import Parameter, QueryFile

__all__ = ["openapi"]

_TABLES: Final = tuple(each for each in FORMATS if each.table)
_GRAPHS: Final = tuple(each for each in FORMATS if each.graph)
_SCHEMAS: Final[dict[str, dict[str, str]]] = {
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "decimal": {"type": "number"},
    "integer": {"type": "integer"},
    "iri": {"type": "string"},
    "string": {"type": "string"},
}
_RESULTS: Final = {
    "type": "object",
    "description": "SPARQL 1.1 Query Results JSON Format; an ASK has boolean in place of results.",
    "required": ["head"],
    "properties": {
        "head": {"type": "object", "properties": {"vars": {"type": "array", "items": {"type": "string"}}}},
        "results": {
            "type": "object",
            "required": ["bindings"],
            "properties": {"bindings": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}},
        },
        "boolean": {"type": "boolean"},
    },
}
_TERM: Final = {
    "type": "object",
    "required": ["type", "value"],
    "properties": {
        "type": {"enum": ["uri", "literal", "bnode"]},
        "value": {"type": "string"},
        "datatype": {"type": "string"},
        "xml:lang": {"type": "string"},
    },
}
_PROBLEM: Final = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "limit": {"type": "string"},
        "requestId": {"type": "string"},
        "release": {"type": "string"},
    },
}
#: What the endpoint refuses: status → when.
_REFUSALS: Final = {
    "400": "The query is not SPARQL 1.1, asks for what is not offered, or nests too deeply.",
    "403": "An update: nothing can be written over HTTP.",
    "406": "No format that was asked for fits this form of query.",
    "413": "The query or its answer is larger than the limits allow.",
    "415": "The body is of another type.",
    "429": "The address has spent its processing time; Retry-After says when to come back.",
    "503": "All workers are busy and the queue is full; Retry-After says when to come back.",
    "504": "The query reached the deadline and was ended.",
    "507": "The query reached the cap of memory and was ended.",
}


def openapi(site: Site, home: str) -> dict[str, Any]:
    """Return the description of the interface of a server whose front page is at ``home``."""
    citation = of_release(site)
    questions = {f"/questions/{name}": {"get": _question(each)} for name, each in sorted(site.questions.items())}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Failure Graph",
            "summary": "AI incidents as checked RDF: stored questions, a SPARQL endpoint, and documents.",
            "version": citation.version,
            "license": {"name": "CC BY 4.0; see /data for each file", "url": site.rows("release")[0][5]},
        },
        "servers": [{"url": home.rstrip("/")}],
        "tags": [
            {"name": "questions", "description": "Stored questions with typed parameters, each with a page."},
            {"name": "sparql", "description": "The SPARQL 1.1 Protocol, for reading."},
            {"name": "documents", "description": "Linked data: every IRI leads to a document."},
        ],
        "paths": {
            "/sparql": {"get": _query_by_address(), "post": _query_by_body()},
            "/incidents": {"get": _incidents()},
            "/record/{identifier}": {"get": _record()},
            **questions,
        },
        "components": {
            "schemas": {
                "Results": _RESULTS,
                "Row": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Term"}},
                "Term": _TERM,
                "Problem": _PROBLEM,
            }
        },
    }


def _question(query: QueryFile) -> dict[str, Any]:
    """Return the operation that asks a stored question."""
    form = _parameter("format", "The format of the answer; without it, Accept decides.", {"enum": _names(_TABLES)})
    return {
        "operationId": query.name,
        "tags": ["questions"],
        "summary": query.said("title"),
        "description": f"{query.said('question')}\n\n{query.said('description')}".strip(),
        "parameters": [*(_typed(each) for each in query.parameters), form],
        "responses": {
            "200": _answer("The rows, all of them.", _TABLES),
            "400": _told("A parameter is misspelt or has a value that it cannot have.", "text/plain"),
            "406": _told("None of the formats was asked for.", "text/plain"),
        },
    }


def _typed(parameter: Parameter) -> dict[str, Any]:
    """Return a parameter of a question with its type, range and default."""
    schema: dict[str, Any] = {**_SCHEMAS[parameter.type]}
    for name, bound in (("minimum", parameter.minimum), ("maximum", parameter.maximum)):
        if bound is not None:
            schema[name] = int(bound) if bound == bound.to_integral_value() else float(bound)
    if parameter.default is not None:
        schema["default"] = _value(parameter)
    said = parameter.label
    if parameter.type == "iri":
        local = f", or the local name of a {parameter.scheme or parameter.kind}"
        said += ": an IRI, a prefixed name" + (local if parameter.scheme or parameter.kind else "")
    required = parameter.default is None and not parameter.optional
    return _parameter(parameter.name, said, schema, required=required)


def _value(parameter: Parameter) -> object:
    """Return the default as JSON has it."""
    text = str(parameter.default)
    readers = {"boolean": lambda: text == "true", "decimal": lambda: float(text), "integer": lambda: int(text)}
    return readers.get(parameter.type, lambda: text)()


def _query_by_address() -> dict[str, Any]:
    graphs = {"type": "array", "items": {"type": "string", "format": "uri"}}
    forms = sorted({*_names(_TABLES), *_names(_GRAPHS)})
    return {
        "operationId": "query",
        "tags": ["sparql"],
        "summary": "Run a query",
        "description": "SELECT and ASK give a table, CONSTRUCT and DESCRIBE a graph. No answer is ever cut.",
        "parameters": [
            _parameter("query", "The text, in SPARQL 1.1.", {"type": "string"}, required=True),
            _parameter("default-graph-uri", "Graphs that make the default graph, in place of all.", graphs),
            _parameter("named-graph-uri", "Graphs that GRAPH sees.", graphs),
            _parameter("format", "The format of the answer; without it, Accept decides.", {"enum": forms}),
            _parameter("timeout", "Seconds, up to the deadline.", {"type": "number", "exclusiveMinimum": 0}),
        ],
        "responses": {"200": _answer("The answer, whole.", (*_TABLES, *_GRAPHS)), **_refusals()},
    }


def _query_by_body() -> dict[str, Any]:
    """Return the same operation by POST: the text is the body, or a field of a form."""
    by_address = _query_by_address()
    form = {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}}
    bodies = {"application/sparql-query": {"type": "string"}, "application/x-www-form-urlencoded": form}
    return by_address | {
        "operationId": "queryByPost",
        "summary": "Run a query that is too long for an address",
        "parameters": by_address["parameters"][1:],
        "requestBody": {"required": True, "content": {kind: {"schema": each} for kind, each in bodies.items()}},
    }


def _refusals() -> dict[str, Any]:
    return {status: _told(said, "application/problem+json", "text/plain") for status, said in _REFUSALS.items()}


def _incidents() -> dict[str, Any]:
    """Return the operation that lists records by words and facets."""
    values = {"type": "array", "items": {"type": "string"}}
    facets = [_parameter(name, f"{facet.label}: {facet.meaning}", values) for name, facet in FACETS.items()]
    return {
        "operationId": "incidents",
        "tags": ["documents"],
        "summary": "List records, narrowed by words and values",
        "description": "Values of one parameter are alternatives; several parameters must all fit.",
        "parameters": [
            _parameter("q", "Words that a record has.", {"type": "string"}),
            *facets,
            _parameter("sort", "The order.", {"enum": list(SORTS)}),
        ],
        "responses": {
            "200": {
                "description": "All rows, as JSON, as CSV or as statements.",
                "content": {kind: {} for kind in ("application/json", "text/csv", *_media(_GRAPHS))},
            },
            "406": _told("None of the formats was asked for.", "text/plain"),
        },
    }


def _record() -> dict[str, Any]:
    path = {"name": "identifier", "in": "path", "required": True, "schema": {"type": "string"}, "example": "FI-0351"}
    return {
        "operationId": "record",
        "tags": ["documents"],
        "summary": "Read one record",
        "description": "The incident with its parts, sources, licence and attribution. JSON-LD is one tree.",
        "parameters": [path],
        "responses": {
            "200": {"description": "The document.", "content": {kind: {} for kind in _media(_GRAPHS)}},
            "301": {"description": "The record was merged into the one that Location names."},
            "404": {"description": "There is no such record."},
            "406": {"description": "None of the formats was asked for."},
            "410": {"description": "The record was withdrawn; the body says why, and never what it said."},
        },
    }


def _parameter(name: str, said: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": said, "required": required, "schema": schema}


def _answer(said: str, formats: Iterable[Any]) -> dict[str, Any]:
    content: dict[str, Any] = {kind: {} for kind in _media(formats)}
    content["application/sparql-results+json"] = {"schema": {"$ref": "#/components/schemas/Results"}}
    return {"description": said, "content": content}


def _told(said: str, *kinds: str) -> dict[str, Any]:
    schemas = {"text/plain": {"type": "string"}}
    problem = {"$ref": "#/components/schemas/Problem"}
    return {"description": said, "content": {kind: {"schema": schemas.get(kind, problem)} for kind in kinds}}


def _names(formats: Iterable[Any]) -> list[str]:
    return [each.name for each in formats]


def _media(formats: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(each.media_type for each in formats))
