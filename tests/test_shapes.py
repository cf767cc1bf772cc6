"""Shapes: every property shape and the closedness of every node shape has a passing and a failing twin.

A failing file differs from ``pass.ttl`` beside it by one fact; its first line names the shape that must
report it.  The nodes that the files point at stand in ``context.ttl``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF, SH, URIRef
from rdflib.term import Node

from failuregraph.names import SHAPES
from failuregraph.turtle import header_of, read
from failuregraph.validate.shapes import validate_graphs
from failuregraph.validate.vocabulary import SHACL

HERE = Path(__file__).parent / "shapes"
ROOT = Path(__file__).parent.parent
PASSES = sorted(HERE.glob("*/pass.ttl"))
FAILS = sorted(HERE.glob("*/fail-*.ttl"))


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@cache
def shapes() -> rdflib.Graph:
    """Return all shapes of the project as one graph."""
    graph = rdflib.Graph(bind_namespaces="none")
    for path in sorted((ROOT / "ontology" / "shapes").glob("*.ttl")):
        graph += read(path)
    return graph


@cache
def context() -> rdflib.Graph:
    """Return the nodes that the twins point at."""
    return read(HERE / "context.ttl")


def reported(path: Path, shape_graph: rdflib.Graph) -> set[Node | None]:
    """Return the shapes that report something about the subject of a file."""
    data = read(path)
    subjects = set(data.subjects())
    report = validate_graphs(data + context(), shape_graph)
    return {
        report.value(result, SH.sourceShape)
        for result in report.objects(None, SH.result)
        if report.value(result, SH.focusNode) in subjects
    }


def expected(path: Path) -> URIRef:
    """Return the shape that the first line of a failing file names."""
    return URIRef(f"{SHAPES}#{header_of(path.read_text(encoding='utf-8')).split('fgsh:')[1].strip()}")


@pytest.mark.parametrize("path", PASSES, ids=_name)
def test_the_passing_twin_conforms(path: Path) -> None:
    """No shape reports anything about a passing file."""
    assert set() == reported(path, shapes())


@pytest.mark.parametrize("path", FAILS, ids=_name)
def test_the_failing_twin_is_reported_by_its_shape_alone(path: Path) -> None:
    """The one fact that differs is reported by the shape that the file names, and by no other."""
    assert {expected(path)} == reported(path, shapes())


@pytest.mark.parametrize("path", FAILS, ids=_name)
def test_the_twins_differ_by_one_fact(path: Path) -> None:
    """A failing file lacks one statement of the passing one, has one more, or has one in its place."""
    passing, failing = set(read(path.parent / "pass.ttl")), set(read(path))
    assert 1 == max(len(passing - failing), len(failing - passing))


def test_every_shape_has_a_failing_twin() -> None:
    """No property shape and no closed node shape is without a file that it must refuse."""
    every = set(shapes().subjects(RDF.type, SH.PropertyShape)) | set(shapes().subjects(RDF.type, SH.NodeShape))
    assert set() == every - {expected(path) for path in FAILS}


def test_every_node_shape_has_a_passing_twin() -> None:
    """Each node shape has a folder with a file that conforms."""
    wanted = {str(shape).rpartition("#")[2] for shape in shapes().subjects(RDF.type, SH.NodeShape)}
    assert wanted == {path.parent.name for path in PASSES}


@pytest.mark.parametrize("path", [path for path in FAILS if path.stem != "fail-closed"], ids=_name)
def test_deleting_a_property_shape_is_noticed(path: Path) -> None:
    """Without its property shape the failing file is no longer reported by it: the test above turns red."""
    shape = expected(path)
    less = rdflib.Graph(bind_namespaces="none")
    less += shapes()
    less.remove((shape, None, None))
    less.remove((None, SH.property, shape))
    assert shape not in reported(path, less)


def test_without_shapes_nothing_is_reported() -> None:
    """An empty shapes graph conforms to everything, which is why the twins exist."""
    assert set() == reported(FAILS[0], rdflib.Graph())


@pytest.mark.parametrize("wanted", [SH.name, SH.message, SH.severity, SH.path])
def test_every_property_shape_says_what_to_write(wanted: URIRef) -> None:
    """Name, message, severity and path stand on every property shape."""
    offenders = [shape for shape in shapes().subjects(RDF.type, SH.PropertyShape) if not shapes().value(shape, wanted)]
    assert [] == offenders


def test_every_node_shape_is_closed() -> None:
    """A misspelt property is a finding, so every node shape is closed."""
    offenders = [
        shape
        for shape in shapes().subjects(RDF.type, SH.NodeShape)
        if shapes().value(shape, SH.closed) != rdflib.Literal(lexical_or_value=True)
    ]
    assert [] == offenders


def test_shapes_use_only_terms_of_shacl() -> None:
    """A misspelt constraint would be passed over in silence by the engine."""
    namespace = str(SH)
    used = {str(term) for triple in shapes() for term in triple if str(term).startswith(namespace)}
    assert set() == {term for term in used if term.removeprefix(namespace) not in SHACL}
