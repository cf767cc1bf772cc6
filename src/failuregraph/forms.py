"""The other forms of the dump under CC BY, and the media types of the files of a release.

Every form is made of the quads of that dump and of nothing else, so that what a licence keeps out of the dump is in no
form of it.  Turtle, tables and the ontology lose the names of the graphs; TriG, N-Quads and JSON-LD have them.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import ONTOLOGY, format_named
from failuregraph.query import prefixes_for, tidied, write_graph
from failuregraph.tables import TABLES, Statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.dumps import Dump

__all__ = ["FormFile", "compression", "content_type", "forms_of", "is_rdf", "media_type"]

_GZIP: Final = "application/gzip"
_OTHERS: Final = {
    "json": "application/json",
    "trig": "application/trig",
    "txt": "text/plain",
}
_ONTOLOGY_FILE: Final = "ontology.rdf"
#: The suffixes of files that hold every statement of a dump.
_WHOLE: Final = ("nq", "trig", "ttl", "jsonld")
_LEVEL: Final = 9


@dataclass(frozen=True)
class FormFile:
    """A file that says again what a dump says, or a part of it: its name, its content and what it contains."""

    file: str
    body: bytes
    contains: str


def forms_of(dump: Dump) -> Iterator[FormFile]:
    """Yield the forms of a dump, TriG first; two calls give the same bytes."""
    told = "the same statements as in failuregraph.nq"
    trig = bytes(ox.serialize(dump.quads, format=ox.RdfFormat.TRIG, prefixes=prefixes_for("trig")) or b"")
    yield FormFile("failuregraph.trig", tidied(trig, "trig"), f"TriG: {told}, with their graphs")
    yield FormFile(f"{dump.file}.gz", gzip.compress(dump.lines, _LEVEL, mtime=0), f"N-Quads, compressed: {told}")
    union = sorted({quad.triple for quad in dump.quads}, key=str)
    yield FormFile("failuregraph.ttl", write_graph(union, "ttl"), f"Turtle: {told}, without their graphs")
    tree = bytes(ox.serialize(dump.quads, format=ox.RdfFormat.JSON_LD) or b"")
    yield FormFile("failuregraph.jsonld", tree, f"JSON-LD: {told}, with their graphs")
    ontology = [quad.triple for quad in dump.quads if quad.graph_name == ox.NamedNode(ONTOLOGY)]
    yield FormFile(_ONTOLOGY_FILE, write_graph(ontology, "rdf"), "RDF/XML: the ontology alone")
    said = Statements(dump.quads)
    for table in TABLES:
        yield FormFile(table.file, table.body(said), f"CSV: one row for {table.row}")


def media_type(file: str) -> str:
    """Return the media type of what a file of a release holds, compressed or not.

    >>> media_type("failuregraph.nq.gz")
    'application/n-quads'
    """
    suffix = file.removesuffix(".gz").rpartition(".")[2]
    found = format_named(suffix, graph=True) or format_named(suffix, graph=False)
    return _OTHERS.get(suffix, found.media_type if found else "application/octet-stream")


def compression(file: str) -> str:
    """Return the media type of the compression of a file, or nothing.

    >>> compression("failuregraph.nq")
    ''
    """
    return _GZIP if file.endswith(".gz") else ""


def content_type(file: str) -> str:
    """Return the media type under which a file is sent.

    >>> content_type("NOTICE.txt")
    'text/plain; charset=utf-8'
    """
    found = compression(file) or media_type(file)
    return f"{found}; charset=utf-8" if found.startswith("text/") else found


def is_rdf(file: str) -> bool:
    """Say whether a file holds every statement of a dump as RDF.

    >>> is_rdf("incidents.csv")
    False
    """
    return file.removesuffix(".gz").rpartition(".")[2] in _WHOLE
