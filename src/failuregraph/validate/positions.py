"""On which line of a Turtle text a statement stands: pySHACL and the parsers do not say.

A tokenising pass, not a parser: the text has already been parsed.  What stands inside brackets or
parentheses has no position of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from failuregraph.names import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Positions"]

_TOKEN = re.compile(
    r"""
      (?P<space>\s+|\#[^\n]*)
    | (?P<iri><[^<>\s]*>)
    | (?P<text>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
        |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<type>\^\^(?:<[^<>\s]*>|[^\s;,\[\]()]+?(?=[\s;,\])]|\.\s|\.$))|@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<mark>[;,\[\]()]|\.(?=\s|$))
    | (?P<word>(?:[^\s;,\[\]()<>"'.]|\.(?!\s|$))+)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPEN: Final = "[("
_CLOSE: Final = "])"


@dataclass
class Positions:
    """The lines of subjects, of predicates of a subject, and of their objects."""

    lines: dict[tuple[str, str, str], int] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> Positions:
        """Return the positions of all statements in a Turtle text."""
        found = cls()
        for line, subject, predicate, value in _statements(text):
            found.lines.setdefault((subject, predicate, value), line)
            found.lines.setdefault((subject, predicate, ""), line)
            if (subject, "", "") not in found.lines:
                found.lines[subject, "", ""] = line
                found.order.append(subject)
        return found

    def line(self, subject: str, predicate: str = "", value: str = "") -> int:
        """Return the line of the object, else of the predicate, else of the subject, else 1."""
        for key in ((subject, predicate, value), (subject, predicate, ""), (subject, "", "")):
            if key in self.lines:
                return self.lines[key]
        return 1


def _tokens(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, kind and text of each token; a sign that fits no token is passed over."""
    place, line = 0, 1
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            place += 1
            continue
        kind, value = str(found.lastgroup), found.group()
        if kind not in ("space", "type"):
            yield line, kind, value
        line += value.count("\n")
        place = found.end()


def _statements(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield line, subject, predicate and object of what stands outside brackets."""
    prefixes: dict[str, str] = {}
    subject = predicate = ""
    depth = 0
    tokens = _tokens(text)
    for line, kind, value in tokens:
        if kind == "mark":
            depth += (value in _OPEN) - (value in _CLOSE)
            if depth == 0 and value == ".":
                subject = predicate = ""
            elif depth == 0 and value == ";":
                predicate = ""
        elif depth:
            continue
        elif not subject and value.upper() in ("PREFIX", "@PREFIX"):
            name = next(tokens, (0, "", ""))[2]
            prefixes[name.rstrip(":")] = next(tokens, (0, "", "<>"))[2][1:-1]
        else:
            term = _term(kind, value, prefixes)
            if not subject:
                subject = term
                yield line, subject, "", ""
            elif not predicate:
                predicate = RDF_TYPE if value == "a" else term
                yield line, subject, predicate, ""
            else:
                yield line, subject, predicate, term


def _term(kind: str, value: str, prefixes: dict[str, str]) -> str:
    """Return an IRI as it is, a prefixed name in full, the characters of a literal without escapes."""
    if kind == "iri":
        return value[1:-1]
    if kind == "text":
        quotes = 3 if value[:3] in ('"""', "'''") else 1
        return value[quotes:-quotes]
    prefix, colon, local = value.partition(":")
    return prefixes.get(prefix, prefix + colon) + local.replace("\\", "") if colon else value
