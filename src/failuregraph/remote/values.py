"""Parameters over the protocol, which has no substitution: one row of VALUES at the head of groups.

The row is written from RDF terms by pyoxigraph's serialiser.  It stands at the head of the outer group, and of each
nested group with an expression that reads the parameter: one row that is joined twice is joined once.  Where that
would not mean what substitution means, the query is refused (decision 21).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.errors import Unsupported
from failuregraph.store import closing, masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.store import Bindings, Term

__all__ = ["bound"]

_ENGINE: Final = "A store over the SPARQL protocol"
_FORM: Final = re.compile(r"(?<![\w:?$@-])(SELECT|ASK|CONSTRUCT|DESCRIBE)(?![\w:-])", re.IGNORECASE)
_LEAD: Final = re.compile(r"\b(OPTIONAL|MINUS|EXISTS)\s*$", re.IGNORECASE)
_SUB_SELECT: Final = re.compile(r"\{\s*SELECT\b", re.IGNORECASE)
_GROUPED: Final = re.compile(
    r"\bGROUP\s+BY\b((?:(?!\b(?:HAVING|ORDER|LIMIT|OFFSET|VALUES)\b).)*)", re.IGNORECASE | re.DOTALL
)
_NAME: Final = ox.NamedNode("x:x")
_LINE: Final = f"{_NAME} {_NAME} "


def bound(text: str, bindings: Bindings) -> str:
    r"""Return a query with its variables bound to the terms; raises Unsupported where that would mean another thing.

    >>> bound("ASK { ?s ?p ?o }", {"o": ox.Literal('"')})
    'ASK { VALUES (?o) { ("\\"") } ?s ?p ?o }'
    """
    if not bindings:
        return text
    plain = masked(text)
    if "\\" in plain:
        raise Unsupported(_ENGINE, "a backslash in a name where a parameter is bound")
    opening = _outer(plain)
    heads: dict[int, list[str]] = {opening: list(bindings)}
    for name in bindings:
        for place in _heads(plain, opening, name):
            heads.setdefault(place, []).append(name)
    for place, names in sorted(heads.items(), reverse=True):
        row = " ".join(_written(bindings[name]) for name in names)
        block = f" VALUES ({' '.join(f'?{name}' for name in names)}) {{ ({row}) }}"
        text = text[: place + 1] + block + text[place + 1 :]
    return text


def _written(term: Term) -> str:
    if isinstance(term, ox.BlankNode):
        raise Unsupported(_ENGINE, "a blank node as a parameter")
    line = bytes(ox.serialize([ox.Triple(_NAME, _NAME, term)], format=ox.RdfFormat.N_TRIPLES) or b"").decode()
    return line.removeprefix(_LINE).removesuffix(" .\n")


def _outer(plain: str) -> int:
    """Return the place where the outer group of a query opens."""
    form = _FORM.search(plain)
    if form is None:
        raise Unsupported(_ENGINE, "parameters in this query")
    places = (place for place, depth in _openings(plain, form.end()) if depth == 0)
    opening = next(places, None)
    if form[1].upper() == "CONSTRUCT" and opening is not None:
        if plain[form.end() : opening].strip():
            raise Unsupported(_ENGINE, "parameters in a CONSTRUCT without a template")
        opening = next((place for place in places if place > closing(plain, opening)), None)
    if opening is None:
        raise Unsupported(_ENGINE, "parameters in a query without a pattern")
    return opening


def _openings(plain: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield the place of each opening brace from there on, with how many parentheses are open."""
    depth = 0
    for place in range(start, len(plain)):
        depth += {"(": 1, ")": -1}.get(plain[place], 0)
        if plain[place] == "{":
            yield place, depth


def _heads(plain: str, opening: int, name: str) -> set[int]:
    """Return where the nested groups open that need the row as well; raises Unsupported where it would not do."""
    end = closing(plain, opening)
    variable = rf"[?$]{re.escape(name)}(?!\w)"
    places = [found.start() for found in re.finditer(variable, plain)]
    if not places:
        raise Unsupported(_ENGINE, f"a parameter ?{name} that the query does not name")
    grouped = _GROUPED.search(plain, end)
    if grouped and not re.search(variable, grouped[1]):
        raise Unsupported(_ENGINE, f"the parameter ?{name} that is not in GROUP BY")
    found = set()
    for place in places:
        if opening < place < end:
            groups, in_brackets = _around(plain, opening, place)
            if groups and groups[-1][1] in ("EXISTS", "OPTIONAL"):
                groups, in_brackets = groups[:-1], True
            if any(kind for _, kind in groups):
                line = plain.count("\n", 0, place) + 1
                raise Unsupported(_ENGINE, f"the parameter ?{name} where it stands in line {line} of the query")
            if groups and in_brackets:
                found.add(groups[-1][0])
    return found


def _around(plain: str, opening: int, place: int) -> tuple[list[tuple[int, str]], bool]:
    """Return the groups between the outer one and a place, with their kind, and whether it is in an expression.

    The kind is empty for a group that is joined with what is around it.
    """
    groups: list[tuple[int, str]] = []
    brackets = [0]
    for at in range(opening + 1, place):
        letter = plain[at]
        if letter == "{":
            lead = _LEAD.search(plain, opening, at)
            kind = "SELECT" if _SUB_SELECT.match(plain, at) else lead[1].upper() if lead else ""
            groups.append((at, kind))
            brackets.append(0)
        elif letter == "}":
            groups.pop()
            brackets.pop()
        elif letter in "()":
            brackets[-1] += 1 if letter == "(" else -1
    return groups, brackets[-1] > 0
