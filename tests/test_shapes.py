"""Shapes: every property shape and the closedness of every node shape has a passing and a failing twin.

A failing file differs from ``pass.ttl`` beside it by one fact; its first line names the shape that must
report it.  The nodes that the files point at stand in ``context.ttl``.  The shapes for our own records and
those for imported ones target the same classes, so each set is checked by itself; its twins are those of
``tests/shapes/`` or ``tests/shapes/imported/``, and those of the shapes that both sets share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF, SH, URIRef
from rdflib.term import Node

from failuregraph.names import SHAPES
from failuregraph.project import Project
from failuregraph.turtle import header_of, read
from failuregraph.validate.imported import imported_shapes
from failuregraph.validate.shapes import validate_graphs
from failuregraph.validate.vocabulary import SHACL

HERE = Path(__file__).parent / "shapes"
PROJECT = Project.at(Path(__file__).parent.parent)


def own_shapes(project: Project) -> rdflib.Graph:
    """Return the shapes for our own records as one graph."""
    graph = rdflib.Graph(bind_namespaces="none")
    for path in sorted(project.shapes.glob("*.ttl")):
        graph += read(path)
    return graph


@dataclass(frozen=True)
class Set:
    """Shapes that are used together, and where their twins stand."""

    name: str
    read_shapes: Callable[[Project], rdflib.Graph]
    folder: Path
    shared: tuple[str, ...] = ()

    @cached_property
    def shapes(self) -> rdflib.Graph:
        """All shapes of the set as one graph."""
        return self.read_shapes(PROJECT)

    @cached_property
    def context(self) -> rdflib.Graph:
        """The nodes that the twins point at."""
        return read(self.folder / "context.ttl")

    def twins(self, pattern: str) -> list[Path]:
        """Return the files of that name, of the set and of the shapes that it shares."""
        shared = [path for name in self.shared for path in (HERE / name).glob(pattern)]
        return sorted([*self.folder.glob(f"*/{pattern}"), *shared])


SETS = [
    Set("own", own_shapes, HERE),
    Set("imported", imported_shapes, HERE / "imported", ("mapping", "outside-concept", "outside-scheme")),
]
PASSES = [(each, path) for each in SETS for path in each.twins("pass.ttl")]
FAILS = [(each, path) for each in SETS for path in each.twins("fail-*.ttl")]


def _name(value: Set | Path) -> str:
    return value.name if isinstance(value, Set) else str(value.relative_to(HERE).with_suffix(""))


def reported(each: Set, path: Path, shapes: rdflib.Graph) -> set[Node | None]:
    """Return the shapes that report something about the subject of a file."""
    data = read(path)
    subjects = set(data.subjects())
    report = validate_graphs(data + each.context, shapes)
    return {
        report.value(result, SH.sourceShape)
        for result in report.objects(None, SH.result)
        if report.value(result, SH.focusNode) in subjects
    }


def expected(path: Path) -> URIRef:
    """Return the shape that the first line of a failing file names."""
    return URIRef(f"{SHAPES}#{header_of(path.read_text(encoding='utf-8')).split('fgsh:')[1].strip()}")


@pytest.mark.parametrize(("each", "path"), PASSES, ids=_name)
def test_the_passing_twin_conforms(each: Set, path: Path) -> None:
    """No shape reports anything about a passing file."""
    assert set() == reported(each, path, each.shapes)


@pytest.mark.parametrize(("each", "path"), FAILS, ids=_name)
def test_the_failing_twin_is_reported_by_its_shape_alone(each: Set, path: Path) -> None:
    """The one fact that differs is reported by the shape that the file names, and by no other."""
    assert {expected(path)} == reported(each, path, each.shapes)


@pytest.mark.parametrize("path", sorted({path for _, path in FAILS}), ids=_name)
def test_the_twins_differ_by_one_fact(path: Path) -> None:
    """A failing file lacks one statement of the passing one, has one more, or has one in its place."""
    passing, failing = set(read(path.parent / "pass.ttl")), set(read(path))
    assert 1 == max(len(passing - failing), len(failing - passing))


@pytest.mark.parametrize("each", SETS, ids=_name)
def test_every_shape_has_a_failing_twin(each: Set) -> None:
    """No property shape and no closed node shape is without a file that it must refuse."""
    every = set(each.shapes.subjects(RDF.type, SH.PropertyShape)) | set(each.shapes.subjects(RDF.type, SH.NodeShape))
    assert set() == every - {expected(path) for path in each.twins("fail-*.ttl")}


@pytest.mark.parametrize("each", SETS, ids=_name)
def test_every_node_shape_has_a_passing_twin(each: Set) -> None:
    """Each node shape has a folder with a file that conforms."""
    wanted = {str(shape).rpartition("#")[2] for shape in each.shapes.subjects(RDF.type, SH.NodeShape)}
    assert wanted == {"-".join(path.parent.relative_to(HERE).parts) for path in each.twins("pass.ttl")}


@pytest.mark.parametrize(
    ("each", "path"), [(each, path) for each, path in FAILS if path.stem != "fail-closed"], ids=_name
)
def test_deleting_a_property_shape_is_noticed(each: Set, path: Path) -> None:
    """Without its property shape the failing file is no longer reported by it: the test above turns red."""
    shape = expected(path)
    less = rdflib.Graph(bind_namespaces="none")
    less += each.shapes
    less.remove((shape, None, None))
    less.remove((None, SH.property, shape))
    assert shape not in reported(each, path, less)


@pytest.mark.parametrize("each", SETS, ids=_name)
def test_without_shapes_nothing_is_reported(each: Set) -> None:
    """An empty shapes graph conforms to everything, which is why the twins exist."""
    assert set() == reported(each, each.twins("fail-*.ttl")[0], rdflib.Graph())


@pytest.mark.parametrize("each", SETS, ids=_name)
@pytest.mark.parametrize("wanted", [SH.name, SH.message, SH.severity, SH.path])
def test_every_property_shape_says_what_to_write(each: Set, wanted: URIRef) -> None:
    """Name, message, severity and path stand on every property shape."""
    offenders = [
        shape for shape in each.shapes.subjects(RDF.type, SH.PropertyShape) if not each.shapes.value(shape, wanted)
    ]
    assert [] == offenders


@pytest.mark.parametrize("each", SETS, ids=_name)
def test_every_node_shape_is_closed(each: Set) -> None:
    """A misspelt property is a finding, so every node shape is closed."""
    offenders = [
        shape
        for shape in each.shapes.subjects(RDF.type, SH.NodeShape)
        if each.shapes.value(shape, SH.closed) != rdflib.Literal(lexical_or_value=True)
    ]
    assert [] == offenders


@pytest.mark.parametrize("each", SETS, ids=_name)
def test_shapes_use_only_terms_of_shacl(each: Set) -> None:
    """A misspelt constraint would be passed over in silence by the engine."""
    namespace = str(SH)
    used = {str(term) for triple in each.shapes for term in triple if str(term).startswith(namespace)}
    assert set() == {term for term in used if term.removeprefix(namespace) not in SHACL}
