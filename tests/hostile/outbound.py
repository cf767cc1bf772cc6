"""Queries that try to leave the machine or to read its files, and ordinary text that only looks like it."""

# ruff: noqa: S608 - queries that are meant to be hostile are written as text
from __future__ import annotations

from urllib.parse import quote

from hostile.case import REFUSED, Case

__all__ = ["near_misses", "outbound", "services"]

_UPDATE = "application/sparql-update"
_FORM = "application/x-www-form-urlencoded"


def services(out: str) -> list[Case]:
    """Return SERVICE in every disguise; ``out`` is the address that must never be called."""
    call = f"SERVICE <{out}> {{ ?a ?b ?c }}"
    texts = {
        "plain": f"SELECT * {{ {call} }}",
        "silent": f"SELECT * {{ SERVICE SILENT <{out}> {{ ?a ?b ?c }} }}",
        "mixed-case": f"SELECT * {{ sErViCe sIlEnT <{out}> {{ ?a ?b ?c }} }}",
        "tight": f"SELECT*{{SERVICE<{out}>{{?a ?b ?c}}}}",
        "tabs": f"SELECT * {{\tSERVICE\t<{out}>\t{{ ?a ?b ?c }} }}",
        "comment-before-iri": f"SELECT * {{ SERVICE # <x:y> {{\n <{out}> {{ ?a ?b ?c }} }}",
        "comment-tight": f"SELECT * {{ SERVICE#\n<{out}> {{ ?a ?b ?c }} }}",
        "after-comment": f"SELECT * {{ # it's a comment\n {call} # it's\n }}",
        "after-carriage-return": f"SELECT * {{ # comment\r {call} }}",
        "after-form-of-comment-in-iri": f"SELECT * {{ OPTIONAL {{ <x:y#> ?p ?o }} {call} }}",
        "after-hash-in-string": f"SELECT * {{ OPTIONAL {{ ?s ?p '#' }} {call} }}",
        "after-quote-in-iri": f"SELECT * {{ OPTIONAL {{ <x:it's> ?p ?o }} {call} OPTIONAL {{ <x:it's> ?p ?o }} }}",
        "after-escaped-backslash": f'SELECT * {{ OPTIONAL {{ ?s ?p "\\\\" }} {call} OPTIONAL {{ ?s ?p "" }} }}',
        "after-escaped-quote": f'SELECT * {{ OPTIONAL {{ ?s ?p "\\"" }} {call} }}',
        "after-long-string": f"SELECT * {{ OPTIONAL {{ ?s ?p '''it's \"''' }} {call} }}",
        "after-empty-strings": f"SELECT * {{ OPTIONAL {{ ?s ?p '', \"\" }} {call} OPTIONAL {{ ?s ?p '' }} }}",
        "after-less-than": f"SELECT * {{ BIND(1 AS ?n) FILTER(?n<2) {call} FILTER(3>?n) }}",
        "after-prefix-of-that-name": f"PREFIX service: <x:> SELECT * {{ OPTIONAL {{ ?s service: ?o }} {call} }}",
        "escaped-letter": f"SELECT * {{ \\u0053ERVICE <{out}> {{ ?a ?b ?c }} }}",
        "escaped-letter-within": f"SELECT * {{ SERV\\u0049CE <{out}> {{ ?a ?b ?c }} }}",
        "escaped-letter-long": f"SELECT * {{ \\U00000053ERVICE <{out}> {{ ?a ?b ?c }} }}",
        "escaped-all": "SELECT * { " + "".join(f"\\u{ord(each):04X}" for each in "SERVICE") + f" <{out}> {{}} }}",
        "variable": f"SELECT * {{ VALUES ?e {{ <{out}> }} SERVICE ?e {{ ?a ?b ?c }} }}",
        "bound": f"SELECT * {{ BIND(IRI('{out}') AS ?e) SERVICE ?e {{ ?a ?b ?c }} }}",
        "prefixed": f"PREFIX x: <{out}> SELECT * {{ SERVICE x: {{ ?a ?b ?c }} }}",
        "relative": f"BASE <{out}> SELECT * {{ SERVICE <> {{ ?a ?b ?c }} }}",
        "in-optional": f"SELECT * {{ OPTIONAL {{ {call} }} }}",
        "in-union": f"SELECT * {{ {{ }} UNION {{ {call} }} }}",
        "in-minus": f"SELECT * {{ ?s ?p ?o MINUS {{ {call} }} }}",
        "in-graph": f"SELECT * {{ GRAPH ?g {{ {call} }} }}",
        "in-subselect": f"SELECT * {{ {{ SELECT ?a {{ {call} }} }} }}",
        "in-exists": f"ASK {{ ?s ?p ?o FILTER EXISTS {{ {call} }} }}",
        "in-not-exists": f"ASK {{ ?s ?p ?o FILTER NOT EXISTS {{ {call} }} }}",
        "in-construct": f"CONSTRUCT {{ ?a ?b ?c }} WHERE {{ {call} }}",
        "in-describe": f"DESCRIBE ?a {{ {call} }}",
        "in-service": f"SELECT * {{ SERVICE <{out}> {{ SERVICE <{out}> {{ ?a ?b ?c }} }} }}",
        "file": "SELECT * { SERVICE <file:///etc/passwd> { ?a ?b ?c } }",
    }
    return [Case(f"service-{name}", text, REFUSED) for name, text in texts.items()]


def outbound(out: str, file: str) -> list[Case]:
    """Return the other ways out: data sets by address, LOAD, and escapes that may or may not be decoded."""
    everything = "SELECT * { ?s ?p ?o }"
    empty, refused = frozenset({200, 400}), frozenset({400, 403, 405})
    asked = quote(everything)
    quoted = f'ASK {{ ?s ?p "\\u0022 . SERVICE <{out}> {{ ?a ?b ?c }} #"\n }}'
    commented = f"SELECT * {{ # comment \\u000A SERVICE <{out}> {{ ?a ?b ?c }}\n }}"
    return [
        Case("from-http", f"SELECT * FROM <{out}> {{ ?s ?p ?o }}", empty),
        Case("from-file", f"SELECT * FROM <{file}> {{ ?s ?p ?o }}", empty),
        Case("from-named-http", f"SELECT * FROM NAMED <{out}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", empty),
        Case("from-named-file", f"SELECT * FROM NAMED <{file}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", empty),
        Case("graph-http", f"SELECT * {{ GRAPH <{out}> {{ ?s ?p ?o }} }}", empty),
        Case("default-graph-http", everything, empty, f"/sparql?default-graph-uri={quote(out)}"),
        Case("default-graph-file", everything, empty, f"/sparql?default-graph-uri={quote(file)}"),
        Case("named-graph-http", everything, empty, f"/sparql?named-graph-uri={quote(out)}"),
        Case("load-as-query", f"LOAD <{out}>", REFUSED),
        Case("load-file-as-query", f"LOAD <{file}>", REFUSED),
        Case("load-as-update", f"LOAD <{out}>", refused, content_type=_UPDATE),
        Case("load-into", f"LOAD SILENT <{file}> INTO GRAPH <x:g>", refused, content_type=_UPDATE),
        Case("load-as-form", f"update={quote(f'LOAD <{out}>')}", refused, content_type=_FORM),
        Case("load-beside-query", f"query={asked}&update={quote(f'LOAD <{out}>')}", refused, content_type=_FORM),
        Case("insert-from-service", f"INSERT {{ ?a ?b ?c }} WHERE {{ SERVICE <{out}> {{ ?a ?b ?c }} }}", REFUSED),
        Case("line-end-that-may-be-escaped", commented, empty),
        Case("quote-that-may-be-escaped", quoted, empty),
    ]


def near_misses(out: str) -> list[Case]:
    """Return queries that hold the word or many brackets and are ordinary all the same."""
    many = "({[" * 200
    texts = {
        "variable": "SELECT ?service { OPTIONAL { ?service ?p ?SERVICE } } LIMIT 1",
        "variable-with-dollar": "SELECT $service { OPTIONAL { $service ?p ?o } } LIMIT 1",
        "prefix": "PREFIX service: <x:> ASK { ?s service:x ?o }",
        "prefix-alone": "PREFIX service: <x:> ASK { service: service: ?o }",
        "prefix-capital": "PREFIX SERVICE: <x:> ASK { ?s SERVICE:x ?o }",
        "local-name": "PREFIX x: <x:> ASK { x:service x:SERVICE x:a.SERVICE }",
        "local-name-after-sign": "PREFIX x: <x:> ASK { x:SERVICE-SERVICE x:_SERVICE x:a%20SERVICE }",
        "string": f'ASK {{ ?s ?p "SERVICE <{out}> {{}}" }}',
        "string-single": "ASK { ?s ?p 'SERVICE' }",
        "string-long": f'ASK {{ ?s ?p """\n SERVICE <{out}> {{ "x" }} \n""" }}',
        "string-with-quote": 'ASK { ?s ?p "\\" SERVICE \\" " }',
        "language": "ASK { ?s ?p 'x'@service }",
        "language-part": "ASK { ?s ?p 'x'@en-service }",
        "comment": f"ASK {{ # SERVICE <{out}> {{ ?s ?p ?o }}\n ?s ?p ?o }}",
        "comment-at-end": "ASK { ?s ?p ?o } # SERVICE",
        "iri": "ASK { <http://127.0.0.1:1/SERVICE> ?p <x:a#SERVICE> }",
        "blank-node": "ASK { _:service ?p _:SERVICE }",
        "longer-word": "PREFIX services: <x:> ASK { ?services services:SERVICES ?x_service }",
        "brackets-in-string": f"ASK {{ ?s ?p '{many}' }}",
        "brackets-in-comment": f"ASK {{ # {many}\n ?s ?p ?o }}",
        "brackets-in-iri": f"ASK {{ <x:{'(' * 200}> ?p ?o }}",
        "operators-in-string": f"ASK {{ ?s ?p '{'+!-*/|&' * 200}' }}",
        "operators-in-iri": f"ASK {{ <x:{'+!-*/&' * 200}> ?p ?o }}",
        "brackets-side-by-side": f"ASK {{ {'{ }' * 150} }}",
        "operators-side-by-side": f"ASK {{ {'FILTER(1 + 1 = 2 && !false) ' * 150} }}",
        "less-than": "SELECT * { BIND(1 AS ?a) BIND(2 AS ?b) FILTER(?a<?b && ?b>?a) }",
        "limit": "SELECT (1 AS ?service) {} LIMIT 1",
    }
    return [Case(f"near-{name}", text, frozenset({200})) for name, text in texts.items()]
