"""The gates of an import: the shapes for imported records, a target for every subject, and no dangling reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import rdflib
from rdflib import SH

from failuregraph.names import BASE, RDF_TYPE, SHAPES, shorten
from failuregraph.store import project_quads, workspace_quads
from failuregraph.turtle import graph_of, read
from failuregraph.validate.finding import Finding, Report
from failuregraph.validate.shapes import shape_results

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from failuregraph.project import Project, Workspace

__all__ = ["check_import", "imported_shapes"]

#: The shapes that our own records and imports share, by file.
_SHARED: Final = ("mapping", "outside-concept", "outside-scheme")


def imported_shapes(project: Project) -> rdflib.Graph:
    """Return the shapes for imported records as one graph."""
    paths = [*(project.shapes / "imported").glob("*.ttl"), *(project.shapes / f"{name}.ttl" for name in _SHARED)]
    graph = rdflib.Graph(bind_namespaces="none")
    for path in sorted(paths):
        graph += read(path)
    return graph


def check_import(project: Project, workspace: Workspace) -> Report:
    """Return what the gates find in an imported registry; a finding names the line of its N-Quads.

    Raises Unreadable where the workspace or a file of the project does not parse.
    """
    quads = workspace_quads(workspace)
    known = [quad for quad in project_quads(project) if not quad.graph_name.value.startswith(SHAPES)]  # type: ignore[union-attr]  # files are named graphs
    shapes = imported_shapes(project)
    found = [*_shapes(quads, known, shapes), *_targets(quads, shapes), *_dangling(quads, known)]
    lines = _lines(quads)
    path = workspace.graph_file
    findings = sorted({Finding(path, lines.get(subject, 0), *told, "") for subject, *told in found})  # type: ignore[arg-type]  # rule, level, message
    records = int(workspace.manifest["records"]["live"]) + int(workspace.manifest["records"]["withdrawn"])
    return Report(tuple(findings), records, 1, len(quads))


def _lines(quads: Iterable[ox.Quad]) -> dict[str, int]:
    """Return subject → the first line that tells of it: the file has one statement a line, in this order."""
    lines: dict[str, int] = {}
    for place, quad in enumerate(quads, 1):
        if isinstance(quad.subject, ox.NamedNode):
            lines.setdefault(quad.subject.value, place)
    return lines


def _shapes(quads: list[ox.Quad], known: list[ox.Quad], shapes: rdflib.Graph) -> Iterator[tuple[str, str, str, str]]:
    """Yield subject, rule, level and message of each result; of the project only the classes of things matter."""
    subjects = {quad.subject for quad in quads}
    classes = [quad for quad in known if quad.predicate.value == RDF_TYPE and quad.subject not in subjects]
    data = graph_of(quad.triple for quad in [*quads, *classes])
    for result in shape_results(data, shapes):
        if ox.NamedNode(result.focus) in subjects:
            yield result.focus, result.rule, result.level, f"{result.message} {result.remedy}".strip()


def _targets(quads: list[ox.Quad], shapes: rdflib.Graph) -> Iterator[tuple[str, str, str, str]]:
    """Every subject has a class that some shape targets: a misspelt class would escape all shapes."""
    targets = {str(each) for each in shapes.objects(None, SH.targetClass)}
    typed = {quad.subject for quad in quads if quad.predicate.value == RDF_TYPE and quad.object.value in targets}  # type: ignore[union-attr]  # a class is an IRI
    for subject in {quad.subject for quad in quads} - typed:
        iri = subject.value if isinstance(subject, ox.NamedNode) else str(subject)
        yield iri, "target", "error", f"{shorten(iri)} has no class that a shape checks."


def _dangling(quads: list[ox.Quad], known: list[ox.Quad]) -> Iterator[tuple[str, str, str, str]]:
    """An IRI of ours that a statement points at is the subject of some statement."""
    there = {quad.subject for quad in quads} | {quad.subject for quad in known}
    for quad in quads:
        target = quad.object
        if isinstance(target, ox.NamedNode) and target.value.startswith(BASE) and target not in there:
            subject = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else str(quad.subject)
            message = f"{shorten(subject)} {shorten(quad.predicate.value)} {shorten(target.value)}, which does not exist."
            yield subject, "reference", "error", message
