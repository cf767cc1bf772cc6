"""What a refusal says: the same sentences as plain text, problem details (RFC 9457) or a page."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from failuregraph.names import format_named
from failuregraph.pages.linked.refusals import kind_of, refusal_iri
from failuregraph.serve.negotiate import choose, prefers
from failuregraph.serve.scan import advice, undeclared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from failuregraph.names import Format

__all__ = ["PROBLEM_TYPES", "Refused", "body_of", "graph_wanted", "of_syntax"]

_PLACE: Final = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_LONGEST_REASON: Final = 120
_EXCERPT: Final = 80
_PROBLEM: Final = "application/problem+json"
#: What a client names that wants problem details.
PROBLEM_TYPES: Final = (_PROBLEM, "application/json", "application/sparql-results+json")


class Refused(Exception):
    """A request that is answered with a status and a sentence, and more that a program can read."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None, **more: Any) -> None:  # noqa: ANN401 - members of a JSON object
        super().__init__(message)
        self.status, self.message, self.headers, self.more = status, message, dict(headers or {}), more


def of_syntax(message: str, query: str) -> Refused:
    """Return the refusal of text that does not parse: place, reason, excerpt and one suggestion.

    The engine stops behind a name whose prefix is not declared, and does not say so: the place told is the name.
    """
    found = _PLACE.match(message)
    if not found:
        return Refused(400, message)
    place = int(found[1]), int(found[2])
    reason = " ".join(found[3].split())
    told = reason if len(reason) <= _LONGEST_REASON else "something else is expected here"
    lacking = undeclared(query)
    if lacking and (named := _place_of(query, lacking[1])) <= place:
        place, told = named, f"the prefix {lacking[0]}: is not declared"
    line, column = place
    suggestion = advice(query)
    lines = query.splitlines()
    excerpt = lines[line - 1].strip()[:_EXCERPT] if line <= len(lines) else ""
    sentence = f"The query does not parse at line {line}, column {column}: {told}. {suggestion}".strip()
    more = {"line": line, "column": column, "excerpt": excerpt, "suggestion": suggestion}
    return Refused(400, sentence, None, **{name: value for name, value in more.items() if value})


def _place_of(text: str, offset: int) -> tuple[int, int]:
    r"""Return line and column of a place in a text, both counted from 1.

    >>> _place_of("ASK {\n a:b }", 7)
    (2, 2)
    """
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def graph_wanted(accept: str | None) -> Format | None:
    """Return the form of a refusal as RDF for a client that names a type of it and likes none better, else None.

    >>> graph_wanted("*/*") is None, graph_wanted("text/turtle, */*;q=0.1").name
    (True, 'ttl')
    """
    form = format_named(choose(accept, "graph", html=True) or "", graph=True)
    if form is None or not prefers(accept, form.media_type) or prefers(accept, *PROBLEM_TYPES):
        return None
    return form


def body_of(refused: Refused, accept: str | None, request: str, release: str) -> tuple[bytes, str]:
    """Return body and content type of a refusal: problem details where JSON is wanted, else plain text.

    ``request`` is the identifier of the request, by which the log knows it; it is empty in a body that is kept.
    """
    if not prefers(accept, *PROBLEM_TYPES):
        return f"{refused.message}\n".encode(), "text/plain; charset=utf-8"
    kind = kind_of(refused.status)
    told = {
        "type": refusal_iri(kind.name),
        "title": kind.title,
        "status": refused.status,
        "detail": refused.message,
        **refused.more,
        **({"requestId": request} if request else {}),
        "release": release,
    }
    return json.dumps(told, ensure_ascii=False).encode() + b"\n", _PROBLEM
