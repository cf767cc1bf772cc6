"""Engines that answer SPARQL, behind one Protocol: embedded Oxigraph, and rdflib as the second opinion.

Terms are pyoxigraph's throughout, so that answers of two engines can be compared.  A store never falls
back to another engine: what an engine cannot do raises Unsupported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox
import rdflib
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.term import BNode, URIRef
from rdflib.term import Literal as RdflibLiteral

from failuregraph.errors import Unreadable, Unsupported
from failuregraph.turtle import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rdflib.term import Identifier, Node

    from failuregraph.project import Project, Workspace

__all__ = [
    "Answer",
    "Bindings",
    "OxigraphStore",
    "QueryInvalid",
    "RdflibStore",
    "Statements",
    "Store",
    "Table",
    "Term",
    "Truth",
    "closing",
    "from_rdflib",
    "masked",
    "names_data_set",
    "number",
    "project_quads",
    "text",
    "workspace_quads",
]

Term = ox.NamedNode | ox.Literal | ox.BlankNode
Bindings = Mapping[str, Term]


class QueryInvalid(Unreadable):
    """SPARQL text that cannot be parsed, with line and column where the engine names them."""


@dataclass(frozen=True)
class Table:
    """The solutions of a SELECT: columns in the order of the query, rows in the order of the answer."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    def without(self, columns: Iterable[str]) -> Table:
        """Return the table without those columns; an unknown name is ignored."""
        gone = set(columns)
        if gone.isdisjoint(self.columns):
            return self
        kept = [place for place, name in enumerate(self.columns) if name not in gone]
        names = tuple(self.columns[place] for place in kept)
        return Table(names, tuple(tuple(row[place] for place in kept) for row in self.rows))


@dataclass(frozen=True)
class Truth:
    """The answer of an ASK."""

    value: bool


@dataclass(frozen=True)
class Statements:
    """The graph that a CONSTRUCT or a DESCRIBE returns."""

    triples: tuple[ox.Triple, ...]


Answer = Table | Truth | Statements


class Store(Protocol):
    """A data set that answers SPARQL 1.1 queries.

    Promises: the default graph is the union of all named graphs; ``bindings`` are RDF terms that the
    engine substitutes for the variables of that name, never text that is pasted; an answer is complete
    or an exception; text that does not parse raises QueryInvalid; a feature that the engine lacks
    raises Unsupported; nothing is written and no other engine is asked instead.
    """

    def query(self, text: str, bindings: Bindings | None = None) -> Answer:
        """Return the complete answer of a query."""


def text(value: str) -> ox.Literal:
    """Return the plain literal of a text."""
    return ox.Literal(value)


def number(value: int) -> ox.Literal:
    """Return the ``xsd:integer`` literal of a number."""
    return ox.Literal(value)


_SKIPPED = re.compile(
    r"""\#[^\n]*|<[^<>"{}|^`\\\s]*>|"{3}.*?"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.DOTALL
)
_FROM = re.compile(r"(?<![\w:?$@])FROM(?![\w:])", re.IGNORECASE)


def names_data_set(text: str) -> bool:
    """Say whether a query names its own data set by FROM; the engine would prefer the union of all graphs.

    >>> names_data_set("ASK FROM <http://a/> {}"), names_data_set("ASK { ?from ?p 'FROM' }")
    (True, False)
    """
    return _FROM.search(masked(text)) is not None


def masked(text: str) -> str:
    """Return a query with its comments, strings and IRIs blanked out, every other character in its place.

    >>> masked("ASK { ?s ?p '}' }")
    'ASK { ?s ?p     }'
    """
    return _SKIPPED.sub(lambda found: " " * len(found[0]), text)


def closing(plain: str, opening: int) -> int:
    """Return where the group that opens at a place of a masked query closes.

    Raises QueryInvalid where it does not.

    >>> closing("ASK { { ?s ?p ?o } }", 4)
    19
    """
    depth = 0
    for place in range(opening, len(plain)):
        depth += {"{": 1, "}": -1}.get(plain[place], 0)
        if depth == 0:
            return place
    raise QueryInvalid("a group of the query does not close.")


def project_quads(project: Project) -> list[ox.Quad]:
    """Return every statement of the project's files, in the named graph that its file is, and of its imports.

    Raises Unreadable at the first file that does not parse; lexical forms are those of the files.
    """
    own = [quad for source in project.sources() for quad in _file_quads(source.path, source.graph)]
    return own + [quad for workspace in project.imports for quad in workspace_quads(workspace)]


def workspace_quads(workspace: Workspace) -> list[ox.Quad]:
    """Return every statement of an imported registry, in its named graphs; raises Unreadable."""
    try:
        return list(ox.parse(path=str(workspace.graph_file), format=ox.RdfFormat.N_QUADS))
    except (SyntaxError, OSError) as error:
        message = f"not valid N-Quads ({error}); import the file again."
        raise Unreadable(message, workspace.graph_file) from error


def _file_quads(path: Path, graph: str) -> list[ox.Quad]:
    name = ox.NamedNode(graph)
    try:
        quads = list(ox.parse(read_text(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    except SyntaxError as error:
        message = f"not valid Turtle: {error.msg}; run failuregraph check for the place."
        raise Unreadable(message, path, error.lineno, error.offset) from error
    return [ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads]


class OxigraphStore:
    """The embedded engine.

    A running query cannot be cancelled, so foreign queries belong in a worker process; see
    ``failuregraph.serve``.
    """

    def __init__(self, store: ox.Store) -> None:
        self.inner = store

    @classmethod
    def of(cls, quads: Iterable[ox.Quad]) -> OxigraphStore:
        """Return a store in memory that holds the quads."""
        store = ox.Store()
        store.bulk_extend(quads)
        return cls(store)

    @classmethod
    def load(cls, project: Project) -> OxigraphStore:
        """Return a store in memory that holds every file of the project."""
        return cls.of(project_quads(project))

    def query(self, text: str, bindings: Bindings | None = None) -> Answer:
        """Return the complete answer of a query, as ``Store`` promises."""
        values: dict[ox.Variable, Term | ox.Triple] = {
            ox.Variable(name): term for name, term in (bindings or {}).items()
        }
        try:
            union = not names_data_set(text)
            found = self.inner.query(text, use_default_graph_as_union=union, substitutions=values or None)
        except SyntaxError as error:
            raise _invalid(error.msg) from error
        except ValueError as error:
            raise Unsupported("Oxigraph", f"this binding ({error})") from error
        if isinstance(found, ox.QueryBoolean):
            return Truth(bool(found))
        if isinstance(found, ox.QueryTriples):
            return Statements(tuple(found))
        columns = tuple(variable.value for variable in found.variables)
        return Table(columns, _rows(found))


def _rows(solutions: ox.QuerySolutions) -> tuple[tuple[Term | None, ...], ...]:
    # Answers may have a hundred thousand cells: they are looked at by the types of all, and not one by one.
    rows = tuple(map(tuple, solutions))
    if ox.Triple in set(map(type, chain.from_iterable(rows))):
        raise Unsupported("Oxigraph", "a term that is a triple, in an answer")
    return rows


_LONGEST_REASON = 120
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


def _invalid(message: str) -> QueryInvalid:
    """Return the error for text that Oxigraph refuses; its messages begin ``error at line:column``."""
    found = _PLACE.match(message)
    if not found:
        return QueryInvalid(f"not valid SPARQL: {message}.")
    line, column, reason = int(found[1]), int(found[2]), _readable(found[3])
    return QueryInvalid(f"not valid SPARQL at line {line}, column {column}: {reason}.", None, line, column)


def _readable(reason: str) -> str:
    """Return the engine's reason without its ranges of Unicode characters, which help nobody."""
    reason = " ".join(reason.split())
    return reason if len(reason) <= _LONGEST_REASON else "something else is expected here"


class RdflibStore:
    """The second engine, slow and independent: what both answer alike is worth trusting."""

    def __init__(self, dataset: rdflib.Dataset) -> None:
        self.inner = dataset

    @classmethod
    def of(cls, quads: Iterable[ox.Quad]) -> RdflibStore:
        """Return a store in memory that holds the quads."""
        dataset = rdflib.Dataset(default_union=True)
        text = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
        dataset.parse(data=text, format="nquads")
        return cls(dataset)

    @classmethod
    def load(cls, project: Project) -> RdflibStore:
        """Return a store in memory that holds every file of the project."""
        return cls.of(project_quads(project))

    def query(self, text: str, bindings: Bindings | None = None) -> Answer:
        """Return the complete answer of a query, as ``Store`` promises."""
        self._refuse_what_reaches_out(text)
        initial = {name: _to_rdflib(term) for name, term in (bindings or {}).items()}
        result = self.inner.query(text, initBindings=initial)
        if result.type == "ASK":
            return Truth(bool(result.askAnswer))
        if result.graph is not None:
            return Statements(tuple(_triple(*triple) for triple in result.graph))
        columns = tuple(str(name) for name in result.vars or ())
        rows = tuple(tuple(from_rdflib(row.get(name)) for name in result.vars or ()) for row in result.bindings)
        return Table(columns, rows)

    @staticmethod
    def _refuse_what_reaches_out(text: str) -> None:
        """Parse first, so that bad text is QueryInvalid, and refuse FROM and SERVICE, which rdflib would fetch."""
        try:
            parsed = parseQuery(text)
        except Exception as error:  # pyparsing and rdflib raise several unrelated classes
            raise QueryInvalid(f"not valid SPARQL: {error}.") from error
        if names_data_set(text):
            raise Unsupported("rdflib", "FROM, which it would fetch")
        if "ServiceGraphPattern" in str(parsed):
            raise Unsupported("rdflib", "SERVICE, as no query may leave the machine")


def _to_rdflib(term: Term) -> Identifier:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if term.language:
        return RdflibLiteral(term.value, lang=term.language)
    return RdflibLiteral(term.value, datatype=URIRef(term.datatype.value))


def from_rdflib(node: Node | None) -> Term | None:
    """Return the term for a node of rdflib, None for None; raises Unsupported for what is no RDF 1.1 term."""
    if node is None:
        return None
    if isinstance(node, URIRef):
        return ox.NamedNode(str(node))
    if isinstance(node, BNode):
        return ox.BlankNode(str(node))
    if isinstance(node, RdflibLiteral):
        if node.language:
            return ox.Literal(str(node), language=node.language)
        datatype = ox.NamedNode(str(node.datatype)) if node.datatype else None
        return ox.Literal(str(node), datatype=datatype)
    raise Unsupported("rdflib", f"the term {node!r} in an answer")


def _triple(subject: Node, predicate: Node, value: Node) -> ox.Triple:
    terms = (from_rdflib(subject), from_rdflib(predicate), from_rdflib(value))
    return ox.Triple(*terms)  # type: ignore[arg-type]  # positions of a triple are never None or misplaced
