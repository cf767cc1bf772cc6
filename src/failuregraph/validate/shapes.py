"""The SHACL gate: pySHACL over rdflib graphs, its results as faults that name the property by its label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyshacl
import rdflib
from rdflib import SH, URIRef

from failuregraph.names import SHAPES, shorten
from failuregraph.validate.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rdflib.term import Node

    from failuregraph.project import SourceFile
    from failuregraph.validate.fault import Loaded
    from failuregraph.validate.finding import Level

__all__ = ["ShapeResult", "shape_faults", "shape_results", "validate_graphs"]

#: How much of a value is told.
_LONGEST: Final = 120
_LEVELS: Final[dict[Node | None, Level]] = {SH.Violation: "error", SH.Warning: "warning", SH.Info: "info"}


def validate_graphs(data: rdflib.Graph, shapes: rdflib.Graph, *, inplace: bool = False) -> rdflib.Graph:
    """Return the SHACL validation report of the data as a graph.

    SHACL 1.0 Core alone: nothing is inferred, imported, fetched or added to the caller's graph.
    ``inplace`` saves copying data that the caller does not need afterwards.
    """
    _, report, _ = pyshacl.validate(
        data,
        shacl_graph=shapes,
        inference="none",
        advanced=False,
        inplace=inplace,
        do_owl_imports=False,
        meta_shacl=False,
    )
    if not isinstance(report, rdflib.Graph):
        raise TypeError(report)
    return report


def shape_faults(files: Iterable[Loaded]) -> Iterator[Fault]:
    """Yield a fault for each result, in the file whose subject it is about, sorted by place and shape."""
    data, shapes = rdflib.Graph(bind_namespaces="none"), rdflib.Graph(bind_namespaces="none")
    home: dict[str, SourceFile] = {}
    for file in files:
        if file.source.kind == "shapes":
            shapes += file.graph
        elif not file.source.is_shapes:
            data += file.graph
            home |= {subject.value: file.source for subject, _, _ in file.triples}
    faults = {
        Fault(
            home[each.focus], each.rule, each.message, each.remedy, each.focus, each.predicate, each.value, each.level
        )
        for each in shape_results(data, shapes)
    }
    yield from sorted(faults, key=lambda fault: (fault.subject, fault.rule, fault.predicate, fault.value))


@dataclass(frozen=True)
class ShapeResult:
    """A validation result in words: the focus node, the rule, what was found and what to write."""

    focus: str
    rule: str
    level: Level
    message: str
    remedy: str
    predicate: str
    value: str

    def fault(self, source: SourceFile) -> Fault:
        """Return the result as a fault of a file."""
        told = (self.rule, self.message, self.remedy, self.focus, self.predicate, self.value, self.level)
        return Fault(source, *told)


def shape_results(data: rdflib.Graph, shapes: rdflib.Graph, *, inplace: bool = False) -> Iterator[ShapeResult]:
    """Yield what SHACL finds in the data, in no order."""
    report = validate_graphs(data, shapes, inplace=inplace)
    for result in report.objects(None, SH.result):
        yield _result(report, shapes, result)


def _brief(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _result(report: rdflib.Graph, shapes: rdflib.Graph, result: Node) -> ShapeResult:
    focus = str(report.value(result, SH.focusNode))
    shape = report.value(result, SH.sourceShape)
    predicate = report.value(result, SH.resultPath)
    value = report.value(result, SH.value)
    label = shapes.value(shape, SH.name) if shape is not None else None
    about = f"{shorten(focus)}: {label or shorten(str(predicate or ''))}"
    component = str(report.value(result, SH.sourceConstraintComponent)).rpartition("#")[2]
    found = f" has the value “{_brief(shorten(str(value)))}”," if value is not None else ""
    reason = component.removesuffix("ConstraintComponent")
    return ShapeResult(
        focus,
        "shape:" + str(shape).removeprefix(SHAPES + "#"),
        _LEVELS.get(report.value(result, SH.resultSeverity), "error"),
        f"{about}{found} breaks {reason}.".replace(", breaks", " and breaks"),
        str(shapes.value(shape, SH.message) or report.value(result, SH.resultMessage) or ""),
        str(predicate or ""),
        str(value) if isinstance(value, URIRef | rdflib.Literal) else "",
    )
