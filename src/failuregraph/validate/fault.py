"""A fault as a gate sees it: about a statement; a finding is made of it once its line is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rdflib

    from failuregraph.project import SourceFile
    from failuregraph.validate.finding import Level
    from failuregraph.validate.positions import Positions

__all__ = ["Fault", "Loaded", "Term"]


@dataclass(frozen=True)
class Term:
    """An RDF term reduced to what gates look at: ``kind`` is iri, literal or blank."""

    kind: str
    value: str
    datatype: str = ""
    language: str = ""


@dataclass(frozen=True)
class Loaded:
    """A file that parses: what it is, its text, its graph, its statements as strings, and their lines."""

    source: SourceFile
    text: str
    graph: rdflib.Graph
    triples: tuple[tuple[Term, Term, Term], ...]
    positions: Positions


@dataclass(frozen=True)
class Fault:
    """A fault of one statement of a file, or of its subject, or of the file where both are empty."""

    source: SourceFile
    rule: str
    message: str
    remedy: str
    subject: str = ""
    predicate: str = ""
    value: str = ""
    level: Level = "error"
