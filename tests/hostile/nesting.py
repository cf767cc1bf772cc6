"""Families of nesting and of chains: each construct of SPARQL that can be repeated, n times."""

from __future__ import annotations

from collections.abc import Callable

from hostile.case import ANSWERED, REFUSED, Family

__all__ = ["NESTING"]

#: Constructs that the engine may read or not: what matters is that many of them do no harm.
_EITHER = ANSWERED | REFUSED


def _value(before: str, inside: str, after: str) -> Callable[[int], str]:
    """Return a maker of an expression that is wrapped n times."""
    return lambda n: f"SELECT ?x {{ BIND({before * n}{inside}{after * n} AS ?x) }}"


def _group(before: str, after: str = "}", inside: str = "") -> Callable[[int], str]:
    """Return a maker of a group pattern that is wrapped n times."""
    return lambda n: f"ASK {{ {before * n}{inside}{after * n} }}"


def _chain(sign: str, operand: str) -> Callable[[int], str]:
    """Return a maker of an expression with n operators and no bracket."""
    return lambda n: f"SELECT ?x {{ BIND({operand}{f' {sign} {operand}' * n} AS ?x) }}"


def _path(before: str, after: str) -> Callable[[int], str]:
    """Return a maker of a property path that is wrapped n times."""
    return lambda n: f"ASK {{ <x:s> {before * n}<x:p>{after * n} <x:o> }}"


def _repeated(item: str, head: str = "ASK {", tail: str = "}") -> Callable[[int], str]:
    """Return a maker of n items one after the other; # in an item is its number."""
    return lambda n: " ".join([head, *(item.replace("#", str(place)) for place in range(n)), tail])


def _escaped(n: int) -> str:
    return _value("(", "1", ")")(n).replace("(", "\\u0028").replace(")", "\\u0029")


_EXPRESSIONS = [
    Family("parentheses", _value("(", "1", ")"), 2),
    Family("parentheses-escaped", _escaped, 2, below=_EITHER),
    Family("functions", _value("ABS(", "1", ")"), 2),
    Family("functions-if", _value("IF(true, ", "1", ", 2)"), 2),
    Family("functions-coalesce", _value("COALESCE(?none, ", "1", ")"), 2),
    Family("in-nested", _value("1 IN (", "1", ")"), 2),
    Family("not-run", _value("!", "true", ""), 2, below=_EITHER),
    Family("not-brackets", _value("!(", "true", ")"), 2),
    Family("minus-run", _value("- ", "?y", ""), 2, below=_EITHER),
    Family("minus-brackets", _value("-(", "1", ")"), 2),
    Family("in-having", lambda n: f"SELECT ?s {{ ?s ?p ?o }} GROUP BY ?s HAVING ({'(' * n}true{')' * n})", 1),
    Family("in-order", lambda n: f"SELECT ?s {{ ?s ?p ?o }} ORDER BY ({'(' * n}?s{')' * n}) LIMIT 1", 1),
    Family("in-group-by", lambda n: f"SELECT ?k {{ ?s ?p ?o }} GROUP BY (STR({'(' * n}?s{')' * n}) AS ?k)", 2),
    Family("in-aggregate", lambda n: f"SELECT (SUM({'(' * n}1{')' * n}) AS ?k) {{ ?s ?p ?o }}", 2),
]
_CHAINS = [
    Family("chain-plus", _chain("+", "1"), 0),
    Family("chain-minus", _chain("-", "1"), 0),
    Family("chain-times", _chain("*", "1"), 0),
    Family("chain-divided", _chain("/", "1"), 0),
    Family("chain-and", _chain("&&", "true"), 0),
    Family("chain-or", _chain("||", "false"), 0),
    Family("chain-tight", lambda n: f"SELECT ?x {{ BIND(?y{'+?y' * n} AS ?x) }}", 0),
    Family("chain-signed", lambda n: f"SELECT ?x {{ BIND(1{'+1' * n} AS ?x) }}", 0),
    Family("chain-over-lines", lambda n: "SELECT ?x { BIND(1" + " # (\n + 1" * n + " AS ?x) }", 0),
]
_GROUPS = [
    Family("braces", _group("{")),
    Family("optional", _group("OPTIONAL { ?s ?p ?o ")),
    Family("minus", _group("?s ?p ?o MINUS { ")),
    Family("graph", _group("GRAPH ?g { ", inside="?s ?p ?o")),
    Family("union-nested", _group("{} UNION { ")),
    Family("subselect", _group("SELECT * { ", inside="?s ?p ?o")),
    Family("subselect-braces", _group("{ SELECT * WHERE ", "}", "{ }"), 2),
    Family("exists", _group("FILTER EXISTS { ?s ?p ?o ")),
    Family("not-exists", _group("FILTER NOT EXISTS { ?s ?p ?o ")),
]
_PATHS = [
    Family("path-stars", _path("(", ")*")),
    Family("path-optional", _path("(", ")?")),
    Family("path-inverse", _path("^(", ")")),
    Family("path-alternatives", _path("(<x:p>|", ")")),
    Family("path-negated", _path("(!<x:p>|", ")")),
]
_TERMS = [
    Family("blank-nodes", lambda n: f"ASK {{ ?s ?p {'[ ?p ' * n}1{' ]' * n} }}"),
    Family("collections", lambda n: f"ASK {{ ?s ?p {'(' * n}1{')' * n} }}"),
    Family("triple-terms", lambda n: f"ASK {{ ?s ?p {'<<( <x:s> <x:p> ' * n}1{' )>>' * n} }}", below=_EITHER),
    Family("in-template", lambda n: f"CONSTRUCT {{ ?s ?p {'(' * n}1{')' * n} }} WHERE {{ ?s ?p ?o }} LIMIT 1"),
    Family("in-template-blank", lambda n: f"CONSTRUCT {{ ?s ?p {'[ ?p ' * n}1{' ]' * n} }} WHERE {{ ?s ?p ?o }}"),
    Family("in-describe", lambda n: f"DESCRIBE ?s {{ {'{' * n} ?s a <x:none> {'}' * n} }}"),
]
_LONG = [
    Family("union-chain", lambda n: f"ASK {{ {{ }}{' UNION { }' * n} }}", deep=False),
    Family("optionals", _repeated("OPTIONAL { ?s ?p# ?o# }"), deep=False),
    Family("patterns", _repeated("?s ?p# ?o# ."), deep=False),
    Family("pattern-walk", _repeated("?s# ?p ?t# ."), deep=False),
    Family("values-blocks", _repeated("VALUES ?v# { 1 2 }"), deep=False),
    Family("values-rows", _repeated("(# #)", "ASK { VALUES (?a ?b) {", "} }"), deep=False),
    Family("filters", _repeated("FILTER(?x = #)", "ASK { ?s ?p ?x"), deep=False),
    Family("in-list", lambda n: f"ASK {{ FILTER(1 IN ({', '.join('1' * n)})) }}", deep=False),
    Family("concat-arguments", lambda n: f"ASK {{ FILTER(CONCAT('a'{', STR(1)' * n}) = '') }}", deep=False),
    Family("path-sequence", lambda n: f"ASK {{ <x:s> <x:p>{'/<x:p>' * n} ?o }}", deep=False),
    Family("path-alternative-chain", lambda n: f"ASK {{ <x:s> <x:p>{'|<x:p>' * n} ?o }}", deep=False),
    Family("path-negated-chain", lambda n: f"ASK {{ <x:s> !(<x:p>{'|<x:p>' * n}) ?o }}", deep=False),
    Family("objects", lambda n: f"ASK {{ ?s ?p 1{', 1' * n} }}", deep=False),
    Family("property-list", lambda n: f"ASK {{ ?s ?p 1{' ; ?p 1' * n} }}", deep=False),
    Family("lists-side-by-side", _repeated("?s ?p ( ?o# ) ."), deep=False),
    Family("prefixes", _repeated("PREFIX p#: <x:#>", "", "ASK {}"), deep=False),
]
NESTING = [*_EXPRESSIONS, *_CHAINS, *_GROUPS, *_PATHS, *_TERMS, *_LONG]
