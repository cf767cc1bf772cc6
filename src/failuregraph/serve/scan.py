"""What can be said of a query before it is run: its depth, a SERVICE in it, the prefixes that it lacks.

A linear scan that skips strings, IRIs and comments; the limits of the worker are the defence, this gives
the kind message.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from failuregraph.names import NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["advice", "refusal"]

_TOKEN = re.compile(
    r"""
      (?P<skip>\#[^\n]*|<[^<>"{}|^`\\\s]*>
        |\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
        |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'
        |[?$@][A-Za-z0-9_]+)
    | (?P<open>[({\[])
    | (?P<close>[)}\]])
    | (?P<prefixed>[A-Za-z][A-Za-z0-9_.-]*:)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    """,
    re.VERBOSE | re.DOTALL,
)
_UPDATES: Final = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "skip":
            yield str(found.lastgroup), found.group()


def refusal(text: str, nesting: int) -> str | None:
    """Return why the query is not run at all, or None."""
    depth = 0
    before = ""
    for kind, value in _tokens(text):
        depth += (kind == "open") - (kind == "close")
        if depth > nesting:
            return f"The query is too deeply nested: more than {nesting} brackets stand open at once."
        if kind == "word" and value.upper() == "SERVICE" and before != "prefix":
            return "SERVICE is not offered here: no query may leave this machine; use the dumps instead."
        before = "prefix" if kind == "prefixed" else ""
    return None


def advice(text: str) -> str:
    """Return a sentence that helps with text that does not parse, or nothing."""
    declared: set[str] = set()
    words = list(_tokens(text))
    for (kind, value), (_, following) in itertools.pairwise(words):
        if kind == "word" and value.upper() == "PREFIX":
            declared.add(following.rstrip(":"))
    for kind, value in words:
        prefix = value.rstrip(":")
        if kind == "prefixed" and prefix not in declared:
            known = NAMESPACES.get(prefix)
            return f"Add PREFIX {prefix}: <{known}>." if known else f"The prefix {prefix}: is not declared."
    first = next((value.upper() for kind, value in words if kind == "word" and value.upper() != "PREFIX"), "")
    return "This is an update; the endpoint is read-only." if first in _UPDATES else ""
