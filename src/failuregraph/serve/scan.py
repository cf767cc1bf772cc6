"""What can be said of a query before it is run: its depth, a SERVICE in it, the prefixes that it lacks.

A linear scan that skips strings, IRIs, numbers and comments; the limits of the worker are the defence, this
gives the kind message.  Nothing is scanned twice for an opening that has no end, so that no text makes it slow.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from failuregraph.names import NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["advice", "refusal", "undeclared"]

_TOKEN = re.compile(
    r"""
      (?P<skip>\#[^\n]*|<[^<>"{}|^`\\\s]*>
        |\"\"\"(?:[^"\\]|\\.|"(?!""))*(?:\"\"\")?|'''(?:[^'\\]|\\.|'(?!''))*(?:''')?
        |"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?
        |[?$]\w+|@\w+(?:-\w+)*|\^\^|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<open>[({\[]|<<)
    | (?P<close>[)}\]]|>>)
    | (?P<prefixed>(?:[^\W\d][\w.-]{0,60})?:(?:[\w%-]|\.(?=[\w%-]))*)
    | (?P<word>[^\W\d]\w*)
    | (?P<op>\|\||&&|[-+*/!|^])
    | (?P<stop>[.;,])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_UPDATES: Final = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
_CHAINS: Final = ("UNION", "OPTIONAL", "MINUS")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for kind, value, _ in _placed(text):
        yield kind, value


def _placed(text: str) -> Iterator[tuple[str, str, int]]:
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "skip":
            yield str(found.lastgroup), found.group(), found.start()


def refusal(text: str, nesting: int) -> str | None:
    r"""Return why the query is not run at all, or None: nesting, a long run of operators, SERVICE.

    An escape such as ``\u0053`` stands for its character wherever it is, so the text is read with and without.
    """
    if "\\" in text and _ESCAPE.search(text):
        return _refusal(text, nesting) or _refusal(_ESCAPE.sub(_unescaped, text), nesting)
    return _refusal(text, nesting)


def _unescaped(found: re.Match[str]) -> str:
    code = int(found[1] or found[2], 16)
    return chr(code) if code < 0x110000 else found[0]  # noqa: PLR2004 - the end of Unicode


def _refusal(text: str, nesting: int) -> str | None:
    runs = [0]
    brackets = [""]
    for kind, value in _tokens(text):
        if kind == "open":
            runs.append(0)
            brackets.append(value)
            if len(runs) > nesting + 1:
                return f"The query is too deeply nested: more than {nesting} brackets stand open at once."
        elif kind == "close":
            if len(runs) > 1:
                runs.pop()
                brackets.pop()
        elif kind == "stop":
            runs[-1] = 0
        elif kind == "op" or (kind == "word" and value.upper() in _CHAINS):
            # A list of signed numbers in VALUES is no chain: signs count between round brackets alone.
            runs[-1] += not (value in "+-" and brackets[-1] != "(")
            if runs[-1] > nesting:
                return f"The query is too complex: more than {nesting} operators follow each other in one expression."
        elif kind == "word" and value.upper() == "SERVICE":
            return "SERVICE is not offered here: no query may leave this machine; use the dumps instead."
    return None


def undeclared(text: str) -> tuple[str, int] | None:
    """Return the first prefix that is used and not declared, with the place of the name that uses it; else None."""
    words = list(_placed(text))
    declared = {
        following.partition(":")[0]
        for (kind, value, _), (_, following, _) in itertools.pairwise(words)
        if kind == "word" and value.upper() == "PREFIX"
    }
    used = ((value.partition(":")[0], place) for kind, value, place in words if kind == "prefixed")
    return next(((prefix, place) for prefix, place in used if prefix not in declared), None)


def advice(text: str) -> str:
    """Return a sentence that helps with text that does not parse, or nothing."""
    lacking = undeclared(text)
    if lacking:
        known = NAMESPACES.get(lacking[0])
        return f"Add PREFIX {lacking[0]}: <{known}>." if known else f"Declare it: PREFIX {lacking[0]}: <…>."
    words = (value.upper() for kind, value in _tokens(text) if kind == "word")
    first = next((word for word in words if word != "PREFIX"), "")
    return "This is an update; the endpoint is read-only." if first in _UPDATES else ""
