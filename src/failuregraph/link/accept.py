"""Reviewed candidates become statements: names in the files of organisations, events as mappings in ``data/links/``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import rdflib
from rdflib import RDF, Literal, URIRef

from failuregraph.errors import Unreadable, WrongUse
from failuregraph.link.candidates import load
from failuregraph.names import FG, GRAPH, NAMESPACES, XSD
from failuregraph.turtle import header_of, read, read_text, save, write

if TYPE_CHECKING:
    from pathlib import Path

    from failuregraph.link.candidates import Candidate
    from failuregraph.project import Project

__all__ = ["JUSTIFICATIONS", "accept"]

_SAME: Final = "fg:sameEventAs"
_PREDICATES: Final = (_SAME, "skos:closeMatch", "fg:filedUnder")
#: Who decided, in the terms of the Semantic Mapping Vocabulary: a person, or a language model.
JUSTIFICATIONS: Final = ("semapv:ManualMappingCuration", "semapv:LLMBasedMatching")


def accept(project: Project, table: Path, author: str, date: str, justification: str = JUSTIFICATIONS[0]) -> list[Path]:
    """Write the decisions of a reviewed table and return the files that changed; undecided rows change nothing.

    ``yes`` to an organisation adds the statement to its file.  A decision on an event, and a ``no``, become a
    mapping with author, date and justification, so that the pair is not proposed again.  All rows are read before
    one file is written; raises Unreadable with the line of a row that cannot be taken.
    """
    graphs: dict[Path, rdflib.Graph] = {}
    for line, candidate in load(table):
        if candidate.decision:
            path = _path(project, table, line, candidate)
            graph = graphs.setdefault(path, read(path) if path.exists() else rdflib.Graph(bind_namespaces="none"))
            _decide(graph, candidate, (author, date, justification))
    return [path for path, graph in graphs.items() if _written(project, path, graph)]


def _path(project: Project, table: Path, line: int, candidate: Candidate) -> Path:
    """Return the file that a decision belongs to."""
    prefix, _, local = candidate.subject.partition(":")
    if candidate.predicate not in _PREDICATES or prefix not in ("incident", "organisation") or not local:
        message = f"“{candidate.subject} {candidate.predicate}” is not what link propose proposes."
        raise Unreadable(message, table, line)
    if candidate.predicate == _SAME:
        return project.data / "links" / "events.ttl"
    if candidate.decision == "no":
        return project.data / "links" / "organisations.ttl"
    path = project.path_of("organisation", local)
    if not path.exists():
        message = f"there is no {candidate.subject}; add {path} first."
        raise Unreadable(message, table, line)
    return path


def _decide(graph: rdflib.Graph, candidate: Candidate, made: tuple[str, str, str]) -> None:
    author, date, justification = made
    is_yes = candidate.decision == "yes"
    if candidate.predicate == "fg:filedUnder":
        if is_yes:
            graph.add((_iri(candidate.subject), _iri(candidate.predicate), Literal(candidate.object)))
        return
    if candidate.predicate != _SAME and is_yes:
        graph.add((_iri(candidate.subject), _iri(candidate.predicate), _iri(candidate.object)))
        return
    kind = "events" if candidate.predicate == _SAME else "organisations"
    local = f"{_local(candidate.subject)}--{_local(candidate.object)}"
    node = URIRef(f"{GRAPH}links/{kind}#{local}")
    predicate = _SAME if is_yes else "owl:differentFrom"
    for name, value in (
        ("owl:annotatedSource", _iri(candidate.subject)),
        ("owl:annotatedProperty", _iri(predicate)),
        ("owl:annotatedTarget", _iri(candidate.object)),
        ("fg:justification", Literal(justification)),
        ("prov:wasAttributedTo", _iri(author)),
        ("dcterms:created", Literal(date, datatype=URIRef(XSD + "date"))),
        ("rdfs:comment", Literal(candidate.evidence, lang="en")),
    ):
        graph.set((node, _iri(name), value))
    graph.set((node, RDF.type, URIRef(FG + "Mapping")))


def _local(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2].rpartition(":")[2]


def _iri(name: str) -> URIRef:
    """Return the IRI of a prefixed name, or of an IRI in full; raises WrongUse for anything else."""
    prefix, _, local = name.partition(":")
    if prefix in NAMESPACES:
        return URIRef(NAMESPACES[prefix] + local)
    if prefix in ("http", "https"):
        return URIRef(name)
    message = f"“{name}” is no IRI; write one in full, such as https://orcid.org/0000-0002-1825-0097."
    raise WrongUse(message)


def _written(project: Project, path: Path, graph: rdflib.Graph) -> bool:
    """Write a file in canonical form, and say whether that changed it."""
    before = read_text(path) if path.exists() else ""
    source = project.source_of(path)
    text = write(graph, source.subjects if source else (), header_of(before))
    if text == before:
        return False
    save(path, text)
    return True
