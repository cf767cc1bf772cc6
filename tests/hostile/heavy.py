"""Queries that are short and cost much: products, paths between all pairs, sorting, growing strings."""

from __future__ import annotations

from hostile.case import CUT, ENDLESS, HONEST, Case

__all__ = ["HEAVY", "HUGE", "NEVER", "PRODUCT", "QUICKEST", "grown"]

#: Four patterns that share no variable: on 10,000 statements a product of 10^16 rows.
PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
#: A filter that needs every variable of the product and lets nothing through.
NEVER = "FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?g), STR(?j))) < 0)"
_HUNDRED = " ".join(str(number) for number in range(100))


def grown(levels: int) -> str:
    """Return binds that make a string of ten to the power of ``levels`` letters."""
    steps = [f"BIND(CONCAT({', '.join([f'?s{level}'] * 10)}) AS ?s{level + 1})" for level in range(levels)]
    return " ".join(['BIND("x" AS ?s0)', *steps])


def _replaced(levels: int) -> str:
    steps = ['BIND("xx" AS ?s0)']
    steps += [f'BIND(REPLACE(?s{level}, "x", "xxxxxxxxxx") AS ?s{level + 1})' for level in range(levels)]
    return " ".join(steps)


def _values(blocks: int) -> str:
    return " ".join(f"VALUES ?v{number} {{ {_HUNDRED} }}" for number in range(blocks))


_ENDLESS = {
    "count": f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}",
    "count-distinct": f"SELECT (COUNT(DISTINCT ?a) AS ?n) {{ {PRODUCT} }}",
    "distinct": f"SELECT DISTINCT ?b {{ {PRODUCT} }}",
    "group-concat": f"SELECT (STRLEN(GROUP_CONCAT(?a)) AS ?n) {{ {PRODUCT} }}",
    "group-by": f"SELECT ?b ?e (COUNT(*) AS ?n) {{ {PRODUCT} }} GROUP BY ?b ?e",
    "order": f"SELECT ?a {{ {PRODUCT} }} ORDER BY ?c LIMIT 1",
    "values": f"SELECT (COUNT(*) AS ?n) {{ {_values(6)} }}",
    "values-filtered": f"SELECT (COUNT(*) AS ?n) {{ {_values(6)} FILTER(?v0 + ?v1 + ?v2 + ?v3 + ?v4 + ?v5 < 0) }}",
    "minus": f"ASK {{ {PRODUCT} FILTER(?a = <x:none>) MINUS {{ ?a ?b ?c . ?d ?e ?f }} }}",
    "not-exists": f"ASK {{ {PRODUCT} FILTER NOT EXISTS {{ ?q ?b ?c . ?q2 ?e ?f }} }}",
    "hashes": f"SELECT (MAX(SHA512(CONCAT(STR(?a), STR(?d), STR(?g)))) AS ?n) {{ {PRODUCT} }}",
    "regex-of-data": f"ASK {{ {PRODUCT} FILTER(REGEX(STR(?a), CONCAT(STR(?d), '(z+)+$'))) }}",
    "path-of-everything": "SELECT (COUNT(*) AS ?n) { ?a (!<x:x>|^!<x:x>)* ?b . ?c (!<x:x>|^!<x:x>)* ?d }",
    "path-star-of-star": "SELECT (COUNT(*) AS ?n) { ?a ((!<x:x>|^!<x:x>)*)* ?b . ?c (!<x:x>)+ ?d . ?e (!<x:x>)+ ?f }",
    "union-of-products": f"SELECT (COUNT(*) AS ?n) {{ {{ {PRODUCT} }} UNION {{ {PRODUCT} }} }}",
    "optional-product": f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c OPTIONAL {{ {PRODUCT.replace('?a', '?z')} }} }}",
    "first-row-never": f"SELECT * {{ {PRODUCT} {NEVER} }} LIMIT 1",
    "describe-everything": f"DESCRIBE ?a {{ {PRODUCT} {NEVER} }}",
}
_GROWING = {
    "strings-8": f"SELECT ?s8 {{ {grown(8)} }}",
    "strings-9": f"SELECT ?s9 {{ {grown(9)} }}",
    "strings-10": f"SELECT ?s10 {{ {grown(10)} }}",
    "strings-replace-9": f"SELECT ?s9 {{ {_replaced(9)} }}",
    "strings-encoded": f"SELECT (ENCODE_FOR_URI(REPLACE(?s7, 'x', ' ')) AS ?e) {{ {grown(7)} }}",
}
_EITHER = {
    "strings-counted": f"SELECT (STRLEN(?s9) AS ?n) {{ {grown(9)} }}",
    "regex-catastrophe": f"ASK {{ FILTER(REGEX('{'a' * 5000}b', '(a+)+$')) }}",
    "regex-large": "ASK { FILTER(REGEX('a', '((a{1,100}){1,100}){1,100}')) }",
    "regex-long": f"ASK {{ FILTER(REGEX('a', '{'(a|b)*' * 5000}')) }}",
    "replace-empty": f"SELECT (REPLACE('{'a' * 30_000}', '', 'b') AS ?x) {{}}",
    "path-all-pairs": "SELECT (COUNT(*) AS ?n) { ?a (!<x:x>)+ ?b }",
    "big-numbers": f"SELECT (1{'0' * 5000} * 1{'0' * 5000} AS ?x) {{}}",
    "big-decimals": f"SELECT (0.{'1' * 5000} / 0.{'3' * 5000} AS ?x) {{}}",
    "substr-far": "SELECT (SUBSTR('abc', 9223372036854775807, 9223372036854775807) AS ?x) {}",
    "limit-far": "SELECT * { ?s ?p ?o } LIMIT 1 OFFSET 18446744073709551615",
    "limit-too-far": "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999999",
    "dates-far": "SELECT ('9999999999-01-01T00:00:00Z'^^<http://www.w3.org/2001/XMLSchema#dateTime> + 1 AS ?x) {}",
    "nul": "SELECT ('\\u0000' AS ?x) {}",
    "surrogate": "SELECT ('\\uD800' AS ?x) {}",
}

#: Few enough to be read at once and many enough to be planned for seconds.
_PLANNED = {
    f"{name}-{size}": f"ASK {{ {' '.join(item.replace('#', str(place)) for place in range(size))} }}"
    for name, item in (
        ("optionals", "OPTIONAL { ?s ?p# ?o# }"),
        ("patterns", "?s ?p# ?o# ."),
        ("lists", "?s ?p ( ?o# ) ."),
    )
    for size in (150, 200, 1_000)
}
#: Those that every run of the tests waits for; each takes until the deadline.
QUICKEST = frozenset(
    f"endless-{name}"
    for name in ("count", "distinct", "group-concat", "order", "values", "minus", "not-exists", "path-of-everything")
)
#: Results without end: the cap of rows or of bytes stops them.
HUGE = {
    "product": "SELECT * { ?a ?b ?c . ?d ?e ?f }",
    "product-of-graphs": "SELECT * { GRAPH ?g { ?a ?b ?c } GRAPH ?h { ?d ?e ?f } }",
    "product-constructed": "CONSTRUCT { ?a ?e ?c } { ?a ?b ?c . ?d ?e ?f }",
}
HEAVY = [
    *(Case(f"endless-{name}", query, ENDLESS) for name, query in _ENDLESS.items()),
    *(Case(f"growing-{name}", query, CUT) for name, query in (_GROWING | HUGE).items()),
    *(Case(f"planned-{name}", query, HONEST) for name, query in _PLANNED.items()),
    *(Case(f"odd-{name}", query, HONEST) for name, query in _EITHER.items()),
]
