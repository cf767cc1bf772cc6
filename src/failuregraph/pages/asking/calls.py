"""A question or a query as code that can be copied: curl, Python, R and JavaScript, each with its own quoting.

Whatever a value holds, it stays one string of the language; signs that are not seen are written as escapes.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Call", "calls_of_query", "calls_of_question"]

_PLANE: Final = 0xFFFF
#: How Python and R write a sign past the first plane, and how JavaScript does.
_EIGHT: Final = "\\U{:08x}"
_BRACED: Final = "\\u{{{:x}}}"

#: The rows of an answer with nothing of its terms but their values, in JavaScript.
_PLAIN: Final = """answer.results.bindings.map((row) =>
  Object.fromEntries(Object.entries(row).map(([name, term]) => [name, term.value])))"""


@dataclass(frozen=True)
class Call:
    """A program in one language; ``anchor`` names it in the page."""

    anchor: str
    name: str
    text: str


def calls_of_question(address: str, given: Mapping[str, str], endpoint: str, query: str) -> tuple[Call, ...]:
    """Return programs that ask for the answer of a stored question; ``query`` is its text with the parameters in it."""
    return (
        Call("curl", "curl", _curl(f"{address}.csv", given)),
        Call("pandas", "Python, pandas", _pandas(f"{address}.csv", given)),
        Call("sparqlwrapper", "Python, SPARQLWrapper", _wrapper(endpoint, query)),
        Call("r", "R", _r(f"{address}.csv", given)),
        Call("javascript", "JavaScript", _javascript(f"{address}.json", given)),
    )


def calls_of_query(endpoint: str, query: str, kind: str) -> tuple[Call, ...]:
    """Return programs that ask a query, which gives a ``graph``, a ``table`` or a ``truth``."""
    if kind == "graph":
        given = {"query": query, "format": "ttl"}
        return (
            Call("curl", "curl", _curl(endpoint, given)),
            Call("rdflib", "Python, rdflib", _rdflib(endpoint, given)),
            Call("r", "R", _r(endpoint, given, read="readLines", show="writeLines")),
            Call("javascript", "JavaScript", _javascript(endpoint, given, read="text", show="log")),
        )
    if kind == "truth":
        given = {"query": query, "format": "json"}
        return (
            Call("curl", "curl", _curl(endpoint, given)),
            Call("sparqlwrapper", "Python, SPARQLWrapper", _wrapper(endpoint, query, "boolean")),
            Call("r", "R", _r(endpoint, given, read="readLines", show="writeLines")),
            Call("javascript", "JavaScript", _javascript(endpoint, given, found="answer.boolean", show="log")),
        )
    given = {"query": query, "format": "csv"}
    return (
        Call("curl", "curl", _curl(endpoint, given)),
        Call("pandas", "Python, pandas", _pandas(endpoint, given)),
        Call("sparqlwrapper", "Python, SPARQLWrapper", _wrapper(endpoint, query)),
        Call("r", "R", _r(endpoint, given)),
        Call("javascript", "JavaScript", _javascript(endpoint, given | {"format": "json"})),
    )


def _curl(address: str, given: Mapping[str, str]) -> str:
    parts = [f"curl -sS -L --fail-with-body -G {shlex.quote(address)}"]
    parts += [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in given.items()]
    return " \\\n  ".join(parts)


def _pandas(address: str, given: Mapping[str, str]) -> str:
    return "\n".join(
        [
            *(["from urllib.parse import urlencode", ""] if given else []),
            "import pandas",
            "",
            *_address_in_python(address, given),
            "table = pandas.read_csv(address)",
            "print(table)",
        ]
    )


def _rdflib(address: str, given: Mapping[str, str]) -> str:
    return "\n".join(
        [
            "from urllib.parse import urlencode",
            "",
            "import rdflib",
            "",
            *_address_in_python(address, given),
            'graph = rdflib.Graph().parse(address, format="turtle")',
            'print(graph.serialize(format="turtle"))',
        ]
    )


def _address_in_python(address: str, given: Mapping[str, str]) -> list[str]:
    if not given:
        return [f"address = {_python(address)}"]
    pairs = [f"    {_python(name)}: {_python(value)}," for name, value in given.items()]
    return ["given = {", *pairs, "}", f'address = {_python(address)} + "?" + urlencode(given)']


def _wrapper(endpoint: str, query: str, found: str = "results") -> str:
    shown = (
        ['print(answer["boolean"])']
        if found == "boolean"
        else [
            'for row in answer["results"]["bindings"]:',
            '    print({name: term["value"] for name, term in row.items()})',
        ]
    )
    return "\n".join(
        [
            "from SPARQLWrapper import JSON, POST, SPARQLWrapper",
            "",
            f"client = SPARQLWrapper({_python(endpoint)}, returnFormat=JSON)",
            "client.setMethod(POST)",
            f"client.setQuery({_python(query)})",
            "answer = client.queryAndConvert()",
            *shown,
        ]
    )


def _r(address: str, given: Mapping[str, str], *, read: str = "read.csv", show: str = "print") -> str:
    if not given:
        return f"answer <- {read}({_r_text(address)})\n{show}(answer)"
    pairs = ",\n".join(f"  {name} = {_r_text(value)}" for name, value in given.items())
    return "\n".join(
        [
            f"given <- c(\n{pairs}\n)",
            "encoded <- vapply(enc2utf8(given), URLencode, character(1), reserved = TRUE)",
            f'address <- paste0({_r_text(address)}, "?", paste0(names(given), "=", encoded, collapse = "&"))',
            f"answer <- {read}(address)",
            f"{show}(answer)",
        ]
    )


def _javascript(
    address: str,
    given: Mapping[str, str],
    *,
    read: str = "json",
    found: str = "",
    show: str = "table",
) -> str:
    values = [f"  {name}: {_js_text(value)}," for name, value in given.items()]
    shown = found or (_PLAIN if read == "json" else "answer")
    return "\n".join(
        [
            f"const address = new URL({_js_text(address)});",
            *(["address.search = new URLSearchParams({", *values, "});"] if given else []),
            "const reply = await fetch(address);",
            "if (!reply.ok) throw new Error(await reply.text());",
            f"const answer = await reply.{read}();",
            f"console.{show}({shown});",
        ]
    )


def _python(text: str) -> str:
    quote = '"""' if "\n" in text else '"'
    return f"{quote}{_escaped(text, _EIGHT)}{quote}"


def _r_text(text: str) -> str:
    return f'"{_escaped(text, _EIGHT)}"'


def _js_text(text: str) -> str:
    if "\n" in text:
        inner = _escaped(text, _BRACED).replace("`", "\\`").replace("${", "\\${")
        return f"`{inner}`"
    return f'"{_escaped(text, _BRACED)}"'


def _escaped(text: str, beyond: str) -> str:
    """Return what stands between quotes; ``beyond`` writes a sign past the first plane, line feeds stay."""
    return "".join(sign if sign == "\n" else _sign(sign, beyond) for sign in text)


def _sign(sign: str, beyond: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) <= _PLANE else beyond.format(ord(sign))
