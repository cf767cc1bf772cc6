"""The gates of an import: literals, the shapes for imported records, a target for every subject, no dangling IRI."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import rdflib
from rdflib import SH

from failuregraph.names import BASE, RDF_TYPE, shorten
from failuregraph.project import SourceFile
from failuregraph.store import project_quads, workspace_quads
from failuregraph.turtle import graph_of, read
from failuregraph.validate import literals
from failuregraph.validate.fault import Loaded
from failuregraph.validate.finding import Finding, Report
from failuregraph.validate.positions import Positions
from failuregraph.validate.reading import statements
from failuregraph.validate.shapes import shape_results

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from failuregraph.project import Project, Workspace
    from failuregraph.validate.finding import Level

__all__ = ["check_import", "imported_shapes"]

#: The shapes that our own records and imports share, by file.
_SHARED: Final = ("mapping", "outside-concept", "outside-scheme")


def imported_shapes(project: Project) -> rdflib.Graph:
    """Return the shapes for imported records as one graph."""
    paths = [*(project.shapes / "imported").glob("*.ttl"), *(project.shapes / f"{name}.ttl" for name in _SHARED)]
    # The store without contexts is the faster one, and the engine asks the shapes for every value.
    graph = rdflib.Graph(store="SimpleMemory", bind_namespaces="none")
    for path in sorted(paths):
        graph += read(path)
    return graph


def check_import(project: Project, workspace: Workspace) -> Report:
    """Return what the gates find in an imported registry; a finding names the line of its N-Quads.

    Raises Unreadable where the workspace or a file of the project does not parse.
    """
    quads, known = workspace_quads(workspace), project_quads(replace(project, imports=()))
    shapes = imported_shapes(project)
    found = [*_literals(quads, workspace), *_shapes(quads, known, shapes)]
    found += [*_targets(quads, shapes), *_dangling(quads, known)]
    lines = _lines(quads)
    path = workspace.graph_file
    findings = {Finding(path, lines.get(each.subject, 0), each.rule, each.level, each.message, "") for each in found}
    return Report(tuple(sorted(findings)), workspace.records, 1, len(quads))


@dataclass(frozen=True)
class _Found:
    """A fault of a subject, before its line is known."""

    subject: str
    rule: str
    message: str
    level: Level = "error"


def _lines(quads: Iterable[ox.Quad]) -> dict[str, int]:
    """Return subject → the first line that tells of it: the file has one statement a line, in this order."""
    lines: dict[str, int] = {}
    for place, quad in enumerate(quads, 1):
        lines.setdefault(_value(quad.subject), place)
    return lines


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _literals(quads: list[ox.Quad], workspace: Workspace) -> Iterator[_Found]:
    """Yield what the gates of texts, dates, numbers, languages and addresses find; no day counts as in the future."""
    source = SourceFile(workspace.graph_file, "import", workspace.name, "")
    file = Loaded(source, "", rdflib.Graph(), statements(quads), Positions.of(""))
    faults = (literals.characters(file), literals.dates(file, dt.date.max), literals.numbers(file))
    for fault in chain(*faults, literals.languages(file), literals.addresses(file), literals.blank_nodes(file)):
        yield _Found(fault.subject, fault.rule, f"{shorten(fault.subject)}: {fault.message}", fault.level)


def _shapes(quads: list[ox.Quad], known: list[ox.Quad], shapes: rdflib.Graph) -> Iterator[_Found]:
    """Yield what the shapes find; of the project only the classes of things matter."""
    subjects = {_value(quad.subject) for quad in quads}
    classes = [quad for quad in known if quad.predicate.value == RDF_TYPE and _value(quad.subject) not in subjects]
    data = graph_of(quad.triple for quad in [*quads, *classes])
    for result in shape_results(data, shapes, inplace=True):
        if result.focus in subjects:
            yield _Found(result.focus, result.rule, f"{result.message} {result.remedy}".strip(), result.level)


def _targets(quads: list[ox.Quad], shapes: rdflib.Graph) -> Iterator[_Found]:
    """Every subject has a class that some shape targets: a misspelt class would escape all shapes."""
    targets = {str(each) for each in shapes.objects(None, SH.targetClass)}
    typed = {quad.subject for quad in quads if quad.predicate.value == RDF_TYPE and _value(quad.object) in targets}
    for subject in {quad.subject for quad in quads} - typed:
        yield _Found(_value(subject), "target", f"{shorten(_value(subject))} has no class that a shape checks.")


def _dangling(quads: list[ox.Quad], known: list[ox.Quad]) -> Iterator[_Found]:
    """An IRI of ours that a statement points at is the subject of some statement."""
    there = {_value(quad.subject) for quad in quads} | {_value(quad.subject) for quad in known}
    for quad in quads:
        target = _value(quad.object)
        if target.startswith(BASE) and target not in there:
            subject, predicate = _value(quad.subject), shorten(quad.predicate.value)
            message = f"{shorten(subject)} {predicate} {shorten(target)}, which does not exist."
            yield _Found(subject, "reference", message)
