"""Stored queries: a TOML header, SPARQL text, typed parameters bound as RDF terms, and answers as bytes.

No value ever becomes part of the query text: the engine substitutes terms.  The places where that would
be silently wrong are refused when the file is loaded (see docs/decisions/0004).
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph.errors import Unreadable, WrongUse
from failuregraph.names import NAMESPACES, XSD, Format
from failuregraph.query.known import closest, named, nearest
from failuregraph.query.parameter import Parameter
from failuregraph.store import Answer, Statements, Store, Table, Term, Truth
from failuregraph.turtle import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = [
    "GRAPHS",
    "RESULTS",
    "Parameter",
    "QueryFile",
    "answer_to",
    "answer_with",
    "closest",
    "for_spreadsheets",
    "nearest",
    "prefixes_for",
    "run",
    "serialise",
    "settled",
    "tidied",
    "write_graph",
]

_MARK: Final = "#+"


@dataclass(frozen=True)
class QueryFile:
    """A stored query: its name, header and text.  The header keys are those of the question bank."""

    path: Path
    text: str
    header: dict[str, Any] = field(hash=False)
    parameters: tuple[Parameter, ...]

    @property
    def name(self) -> str:
        """The name of the query, which is the name of its file."""
        return self.path.stem

    @property
    def body(self) -> str:
        """The SPARQL text without its header."""
        return "\n".join(line for line in self.text.splitlines() if not line.startswith(_MARK)).strip()

    def said(self, key: str) -> str:
        """Return what the header says under a key such as ``title``, ``question`` or ``rule``, else nothing."""
        return str(self.header.get(key, ""))

    @classmethod
    def load(cls, path: Path) -> QueryFile:
        """Return the stored query of a ``.rq`` file, or raise Unreadable where its header is not TOML."""
        text = read_text(path)
        lines = text.splitlines()
        header = "\n".join(line[len(_MARK) :].removeprefix(" ") for line in lines if line.startswith(_MARK))
        try:
            values = tomllib.loads(header)
        except tomllib.TOMLDecodeError as error:
            raise Unreadable(f"the header is not TOML: {error}.", path) from error
        parameters = tuple(Parameter.of_header(path, name, given) for name, given in values.get("params", {}).items())
        return cls(path, text, values, parameters)

    @classmethod
    def folder(cls, folder: Path) -> list[QueryFile]:
        """Return all stored queries of a folder, by name."""
        return [cls.load(path) for path in sorted(folder.glob("*.rq"))]

    @classmethod
    def named(cls, folder: Path, name: str) -> QueryFile:
        """Return the stored query of that name, or raise WrongUse with the nearest name."""
        names = [path.stem for path in sorted(folder.glob("*.rq"))]
        if name not in names:
            message = f"there is no question “{name}”{nearest(name, names)}; run failuregraph ask to list them."
            raise WrongUse(message)
        return cls.load(folder / f"{name}.rq")

    def bind(self, given: Mapping[str, str]) -> dict[str, Term]:
        """Return the terms of all parameters, defaults included, or raise WrongUse for a name or a type."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                message = f"{self.name} has no parameter “{name}”{nearest(name, known)}."
                raise WrongUse(message)
        values = {name: given.get(name, parameter.default) for name, parameter in known.items()}
        for name, value in values.items():
            if value is None and not known[name].optional:
                message = f"{self.name} needs the parameter {name} ({known[name].label}): add -p {name}=VALUE."
                raise WrongUse(message)
        return {name: known[name].term(value) for name, value in values.items() if value is not None}


def settled(store: Store, query: QueryFile, given: Mapping[str, str]) -> dict[str, Term]:
    """Return the terms of all parameters, each name as the store spells it; raises WrongUse for one it has not."""
    return _spelt(store, query, query.bind(given))


def run(store: Store, query: QueryFile, given: Mapping[str, str] | None = None) -> Table:
    """Return the rows of a stored SELECT; the columns that only carry a parameter are left out.

    The values are the caller's own, and none is looked up: what a person names goes through ``settled``.
    """
    return answer_to(store, query, query.bind(given or {}))


def answer_with(store: Store, query: QueryFile, terms: Mapping[str, Term]) -> Table:
    """Return the rows of a stored SELECT for parameters that are terms already.

    Raises WrongUse for a term that must name something and names nothing in the store.
    """
    return answer_to(store, query, _spelt(store, query, terms))


def _spelt(store: Store, query: QueryFile, terms: Mapping[str, Term]) -> dict[str, Term]:
    known = {parameter.name: parameter for parameter in query.parameters}
    return {name: named(store, known[name], term) if name in known else term for name, term in terms.items()}


def answer_to(store: Store, query: QueryFile, terms: Mapping[str, Term]) -> Table:
    """Return the rows of a stored SELECT for parameters that are settled."""
    answer = store.query(query.text, terms)
    if not isinstance(answer, Table):
        raise Unreadable("a stored question must be a SELECT query.", query.path)
    return answer.without(parameter.name for parameter in query.parameters)


#: The engine's names for the formats of tables.
RESULTS: Final = {
    "csv": ox.QueryResultsFormat.CSV,
    "csv-excel": ox.QueryResultsFormat.CSV,
    "json": ox.QueryResultsFormat.JSON,
    "tsv": ox.QueryResultsFormat.TSV,
    "xml": ox.QueryResultsFormat.XML,
}
#: The engine's names for the formats of graphs.
GRAPHS: Final = {
    "jsonld": ox.RdfFormat.JSON_LD,
    "nq": ox.RdfFormat.N_QUADS,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "ttl": ox.RdfFormat.TURTLE,
}


def serialise(answer: Answer, form: Format) -> bytes:
    """Return the whole answer in a format; raises WrongUse where the format does not fit the answer.

    Tables follow SPARQL 1.1 Query Results JSON, XML, CSV and TSV; graphs RDF 1.1 in its formats.
    """
    if isinstance(answer, Statements):
        if form.name not in GRAPHS:
            raise WrongUse(f"a graph cannot be written as {form.name}; choose one of {', '.join(GRAPHS)}.")
        return write_graph(answer.triples, form.name)
    if form.name not in RESULTS or (isinstance(answer, Truth) and form.name in ("csv", "tsv", "csv-excel")):
        kind = "yes or no" if isinstance(answer, Truth) else "a table"
        raise WrongUse(f"{kind} cannot be written as {form.name}; choose json or xml.")
    text = json.dumps(_json(answer), ensure_ascii=False).encode()
    if form.name == "json":
        return text
    results = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
    body = bytes(results.serialize(format=RESULTS[form.name]) or b"")
    return for_spreadsheets(body) if form.name == "csv-excel" else body


def for_spreadsheets(body: bytes) -> bytes:
    """Return CSV that a spreadsheet reads as text: with a byte order mark, and an apostrophe before a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in csv.reader(io.StringIO(body.decode("utf-8"), newline="")):
        writer.writerow(f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in row)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def write_graph(triples: Iterable[ox.Triple], name: str) -> bytes:
    """Return triples in the graph format of that name, with the prefix table where the format has one."""
    return tidied(bytes(ox.serialize(triples, format=GRAPHS[name], prefixes=prefixes_for(name)) or b""), name)


def prefixes_for(name: str) -> dict[str, str] | None:
    """Return the prefix table where the graph format of that name has prefixes."""
    return NAMESPACES if name in ("rdf", "trig", "ttl") else None


def tidied(data: bytes, name: str) -> bytes:
    """Return a serialised graph with its prefixes sorted, and without those that it does not use.

    The engine writes all prefixes, in an order that differs from run to run.
    """
    if name in ("trig", "ttl"):
        head, body = _split(data, b"@prefix ")
        used = [line for line in sorted(head) if _stands_in(line.split()[1], body)]
        return b"".join(used) + body
    if name == "rdf":
        return _ROOT.sub(lambda root: _root(root, data), data, count=1)
    return data


def _stands_in(prefix: bytes, body: bytes) -> bool:
    """Say whether a prefix stands anywhere where no longer name ends in it; an expression takes 25 times as long."""
    place = body.find(prefix)
    while place > 0 and (body[place - 1 : place].isalnum() or body[place - 1] in b"_-"):
        place = body.find(prefix, place + 1)
    return place >= 0


def _split(data: bytes, mark: bytes) -> tuple[list[bytes], bytes]:
    """Return the lines at the head that begin with a mark, and the rest."""
    head: list[bytes] = []
    while data.startswith(mark):
        line, _, data = data.partition(b"\n")
        head.append(line + b"\n")
    return head, data


_ROOT: Final = re.compile(rb"<rdf:RDF((?: xmlns:[\w-]+=\"[^\"]*\")*)>")


def _root(root: re.Match[bytes], data: bytes) -> bytes:
    names = sorted(re.findall(rb"xmlns:([\w-]+)=(\"[^\"]*\")", root[1]))
    used = [(name, iri) for name, iri in names if re.search(rb"</?" + name + rb":", data)]
    return b"<rdf:RDF" + b"".join(b" xmlns:" + name + b"=" + iri for name, iri in used) + b">"


def _json(answer: Table | Truth) -> dict[str, Any]:
    """Return an answer in the shape of SPARQL 1.1 Query Results JSON Format, section 3."""
    if isinstance(answer, Truth):
        return {"head": {}, "boolean": answer.value}
    rows = [
        {name: _json_term(term) for name, term in zip(answer.columns, row, strict=True) if term is not None}
        for row in answer.rows
    ]
    return {"head": {"vars": list(answer.columns)}, "results": {"bindings": rows}}


def _json_term(term: Term) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    if term.datatype.value == XSD + "string":
        return {"type": "literal", "value": term.value}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}
