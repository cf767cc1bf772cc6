"""Turtle of the repository: read it, write it canonically, compare it with its canonical form.

Reading runs two parsers: pyoxigraph is strict and names line and column, rdflib keeps lexical forms and
is what the writer works on.  Knows nothing of incidents; the order of predicates is a table.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import pyoxigraph
import rdflib
from rdflib.plugins.serializers.longturtle import LongTurtleSerializer
from rdflib.term import BNode, Literal, URIRef

from failuregraph.errors import Unreadable
from failuregraph.names import BASE, NAMESPACES, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rdflib.term import Node

__all__ = [
    "ORDER",
    "format_graph",
    "format_text",
    "graph_of",
    "header_of",
    "natural",
    "parse",
    "read",
    "read_text",
    "save",
    "write",
]

# rdflib would print a traceback for each impossible date, which is a finding of a gate with a line.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)

_BOM: Final = "\ufeff"
_SYNTAX_PREFIX = re.compile(r"^Parser error at line \d+ (?:column \d+|between columns \d+ and \d+): ")


def read_text(path: Path) -> str:
    """Return the text of the file, or raise Unreadable: missing, a folder, not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        message = f"byte {error.object[error.start]:#04x} is not UTF-8; save the file as UTF-8."
        raise Unreadable(message, path, before.count(b"\n") + 1) from error
    except OSError as error:
        message = f"cannot be read ({error.strerror}); name a file that exists."
        raise Unreadable(message, path) from error


def read(path: Path) -> rdflib.Graph:
    """Return the graph of a Turtle file, or raise Unreadable with the line where parsing stopped."""
    return parse(read_text(path), path)


def parse(text: str, path: Path) -> rdflib.Graph:
    """Return the graph of a Turtle text; ``path`` is only for messages.

    Raises Unreadable where either parser refuses, so that nothing is read in part.  Relative IRIs are
    refused, as the strict parser has no base to resolve them with.
    """
    _parse_strictly(text, path)
    graph = rdflib.Graph(bind_namespaces="none")
    try:
        with _lexical_forms():
            graph.parse(data=text, format="turtle", publicID=BASE)
    except (SyntaxError, ValueError, IndexError) as error:
        message = f"rdflib cannot parse it ({type(error).__name__}: {error}); simplify the Turtle."
        raise Unreadable(message, path) from error
    return graph


def graph_of(triples: Iterable[pyoxigraph.Triple]) -> rdflib.Graph:
    """Return triples as a graph of rdflib, lexical forms kept."""
    graph = rdflib.Graph(bind_namespaces="none")
    with _lexical_forms():
        graph.parse(data=pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.N_TRIPLES), format="nt")
    return graph


@contextlib.contextmanager
def _lexical_forms() -> Iterator[None]:
    """Keep rdflib from rewriting "01" or "…Z" while it parses; pySHACL sets the switch for itself."""
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


def _parse_strictly(text: str, path: Path) -> None:
    try:
        for _ in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE):
            pass
    except SyntaxError as error:
        reason = _SYNTAX_PREFIX.sub("", error.msg)
        if "No scheme" in reason:
            reason = "a relative IRI, which has no meaning here; write it in full or with a prefix"
        raise Unreadable(f"not valid Turtle: {reason}.", path, error.lineno, error.offset) from error


def header_of(text: str) -> str:
    """Return the comment lines at the head of the text, with their line ends; often empty."""
    lines = []
    for line in text.removeprefix(_BOM).splitlines(keepends=True):
        if not line.startswith("#"):
            break
        lines.append(line if line.endswith("\n") else line + "\n")
    return "".join(lines)


def format_text(text: str, path: Path, first: Sequence[str] = ()) -> str:
    """Return the canonical form of a Turtle text; formatting that form again changes nothing.

    ``first`` names the subjects that stand before the others.  Comments below the header are dropped.
    """
    return format_graph(parse(text, path), text, path, first)


def format_graph(graph: rdflib.Graph, text: str, path: Path, first: Sequence[str] = ()) -> str:
    """Return the canonical form of a Turtle text of which the graph is at hand, as ``format_text`` does."""
    canonical = write(graph, first, header_of(text))
    if _statements(canonical) != _statements(text):
        message = "formatting would change a literal; write numbers such as 01 as quoted, typed literals."
        raise Unreadable(message, path)
    return canonical


def _statements(text: str) -> pyoxigraph.Dataset:
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def write(graph: rdflib.Graph, first: Sequence[str] = (), header: str = "") -> str:
    """Return the graph as canonical Turtle: one text for one graph that has no blank nodes."""
    serializer = _CanonicalTurtle(graph)  # type: ignore[no-untyped-call]  # rdflib leaves it untyped
    serializer.first = tuple(first)
    stream = _Text()
    serializer.serialize(stream)
    body = stream.text().strip("\n")
    if not body:
        return header
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in serializer.used(body))
    return "\n".join(part for part in (header, prefixes, body + "\n") if part)


def save(path: Path, text: str) -> None:
    """Write the text whole or not at all: a new file beside it, then a rename.

    Raises Unreadable where the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        message = f"cannot be written ({error.strerror}); choose a folder that you may write to."
        raise Unreadable(message, path) from error


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key in which ``source-2`` comes before ``source-10``."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text))


class _Text:
    """A stream of bytes for the serializer that gives its text back."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.parts.append(data)
        return len(data)

    def text(self) -> str:
        return b"".join(self.parts).decode("utf-8")


#: The properties in the order in which they are written; all others follow by their names.
ORDER: Final = [
    NAMESPACES[prefix] + local
    for prefix, names in (
        ("rdf", "type"),
        ("dcterms", "identifier"),
        ("rdfs", "label"),
        ("skos", "prefLabel altLabel hiddenLabel notation"),
        ("dcterms", "title"),
        ("skos", "definition"),
        ("dcterms", "description"),
        ("skos", "scopeNote example"),
        ("fg", "incidentDate earliestDate latestDate indexedDate"),
        ("dcterms", "issued created modified"),
        ("prov", "wasAttributedTo"),
        ("fg", "organisation role claimStatus namedParty involvement steward developer supplier"),
        ("org", "subOrganizationOf"),
        ("foaf", "primaryTopic"),
        ("fg", "failureMode surface industry system sameEventAs event"),
        ("fg", "order stage stepConcept text profileStep observedStep evidence printedPathBasis"),
        ("fg", "severity severityReason publicVisibility regulatoryExposure customerImpact financialImpact"),
        ("fg", "timeToDisclosure confidence rank"),
        ("fg", "source sourceType publisher domain publisherKind sourceCount sourceListComplete"),
        ("foaf", "page homepage"),
        ("dcterms", "bibliographicCitation license rights"),
        ("skos", "inScheme topConceptOf broader"),
        ("fg", "recordStatus completeness reviewStatus"),
        ("dcterms", "isReplacedBy"),
        ("skos", "editorialNote"),
    )
    for local in names.split()
]
_RANK: Final = {URIRef(iri): place for place, iri in enumerate(ORDER)}
_GROUPS: Final = {
    URIRef(NAMESPACES[prefix] + local): place
    for place, (prefix, local) in enumerate(
        (
            ("owl", "Ontology"),
            ("skos", "ConceptScheme"),
            ("owl", "Class"),
            ("owl", "ObjectProperty"),
            ("owl", "DatatypeProperty"),
        )
    )
}
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_PLAIN: Final = {
    XSD + "integer": re.compile(r"[+-]?\d+"),
    XSD + "decimal": re.compile(r"[+-]?\d*\.\d+"),
    XSD + "boolean": re.compile(r"true|false"),
}


class _CanonicalTurtle(LongTurtleSerializer):
    """rdflib's long Turtle with our prefix table, order of subjects and order of predicates."""

    first: tuple[str, ...] = ()

    def serialize(
        self,
        stream: IO[bytes] | _Text,
        base: str | None = None,
        encoding: str | None = None,
        spacious: bool | None = None,  # noqa: FBT001 - the signature of the parent class
        **kwargs: Any,  # noqa: ANN401 - as above
    ) -> None:
        super().serialize(stream, base, encoding, spacious, **kwargs)  # type: ignore[arg-type]  # _Text writes bytes, all that is used of IO

    def startDocument(self) -> None:  # noqa: N802 - overrides rdflib; the prefixes are written last
        self._started = True

    def used(self, body: str) -> list[tuple[str, str]]:
        """Return the prefixes that the body uses, sorted; list cells are read but never written."""
        return [(prefix, str(iri)) for prefix, iri in sorted(self.namespaces.items()) if f"{prefix}:" in body]

    def orderSubjects(self) -> list[Node]:  # noqa: N802 - overrides rdflib
        subjects = {s for s in self.store.subjects() if not (isinstance(s, BNode) and self._references[s])}
        return sorted(subjects, key=self._subject_key)

    def _subject_key(self, subject: Node) -> tuple[int, int, tuple[tuple[int, str], ...]]:
        main = self.first.index(str(subject)) if str(subject) in self.first else len(self.first)
        kinds = self.store.objects(subject, rdflib.RDF.type)
        groups = (_GROUPS.get(URIRef(str(kind)), len(_GROUPS)) for kind in kinds)
        return main, min(groups, default=len(_GROUPS)), natural(str(subject))

    def sortProperties(  # noqa: N802 - overrides rdflib
        self, properties: Mapping[Node, list[Node]]
    ) -> list[Node]:
        for objects in properties.values():
            objects.sort(key=_object_key)
        return sorted(properties, key=lambda node: (_RANK.get(URIRef(str(node)), len(_RANK)), str(node)))

    def get_pname(self, uri: Node, gen_prefix: bool = True) -> str | None:  # noqa: ARG002, FBT001, FBT002 - overrides rdflib
        if not isinstance(uri, URIRef):
            return None
        # A plain string: rdflib compares its own IRIs in Python, and this is asked for every term and prefix.
        name = str(uri)
        for prefix, namespace in NAMESPACES.items():
            local = name[len(namespace) :]
            if name.startswith(namespace) and _LOCAL.fullmatch(local):
                self.addNamespace(prefix, URIRef(namespace))  # type: ignore[no-untyped-call]  # as above
                return f"{prefix}:{local}"
        return None

    def label(self, node: Node, position: int) -> str:
        if isinstance(node, Literal):
            plain = _PLAIN.get(str(node.datatype))
            if plain and plain.fullmatch(str(node)):
                return str(node)
            return str(node._literal_n3(use_plain=False, qname_callback=self._datatype))  # noqa: SLF001 - as rdflib's own serializers do
        return str(super().label(node, position))  # type: ignore[no-untyped-call]  # as above

    def _datatype(self, uri: URIRef) -> str | None:
        return self.get_pname(uri)


def _object_key(node: Node) -> tuple[int, tuple[tuple[int, str], ...], str, str]:
    language = (node.language or "") if isinstance(node, Literal) else ""
    datatype = str(node.datatype or "") if isinstance(node, Literal) else ""
    return int(isinstance(node, Literal)), natural(str(node)), language, datatype
