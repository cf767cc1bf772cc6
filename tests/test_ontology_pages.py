"""The pages of the ontology and of the shapes: each term at its local name, each constraint in words, one drawing."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pyoxigraph as ox
import pytest
from rendered import Dump, Pages, parsed

from failuregraph.build import build
from failuregraph.names import BASE, FG, NAMESPACES, ONTOLOGY, RDF_TYPE, SHAPES
from failuregraph.pages.document import Link
from failuregraph.pages.site import Site
from failuregraph.pages.terms.constraints import Shapes, shapes_page
from failuregraph.pages.terms.diagram import Box, Drawing, drawing
from failuregraph.pages.terms.ontology import OntologyPage, Term, ontology_page
from failuregraph.project import Project


@pytest.fixture(scope="module", params=["repository", "corpus"])
def release(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Pages, Dump]:
    """Return the pages and the dump of the real graph, and of ten incidents."""
    project: Project = request.getfixturevalue(request.param)
    built = build(project, tmp_path_factory.mktemp(request.param))
    return Pages(built, project), Dump(built)


def _terms(view: OntologyPage) -> dict[str, Term]:
    return {term.local: term for _, terms in view.groups for term in terms}


def test_the_pages_have_their_bones_and_their_links(release: tuple[Pages, Dump]) -> None:
    """No heading is skipped, no anchor stands twice, and no link leads nowhere."""
    pages, _ = release
    shapes = [name.removeprefix(BASE) for name in pages.site.graphs if name.startswith(SHAPES)]
    assert {} == {path: found for path in ["ontology", *shapes] if (found := pages.page(path).faults)}
    assert {} == {path: found for path in ["ontology", *shapes] if (found := pages.astray(path))}


def test_every_term_is_an_anchor(release: tuple[Pages, Dump]) -> None:
    """The local name of each class and property is the anchor of its section, and no term is left out."""
    pages, dump = release
    locals_ = {s.removeprefix(FG) for s, _, _ in dump.graphs[ONTOLOGY] if s.startswith(FG)}
    assert locals_ == set(_terms(ontology_page(pages.site)))
    assert locals_ <= set(pages.page("ontology").anchors)
    assert {f"#{local}" for local in locals_} <= set(pages.page("ontology").links)


def test_a_term_says_all_that_the_ontology_says(release: tuple[Pages, Dump]) -> None:
    """No literal of the ontology is missing from the text of its page."""
    pages, dump = release
    text = pages.page("ontology").text
    told = {o for s, p, o in dump.graphs[ONTOLOGY] if not o.startswith(("http", "_:")) and p != RDF_TYPE}
    assert [] == sorted(each for each in told if " ".join(each.split()) not in text)


def test_a_term_leads_to_the_vocabularies_that_it_falls_under(release: tuple[Pages, Dump]) -> None:
    """Each subclass and subproperty that the rules derive stands at its term, and links to the term of the others."""
    pages, dump = release
    pairs = [pair for name in ("rdfs:subClassOf", "rdfs:subPropertyOf") for pair in dump.pairs(name)]
    own = {(s, o) for s, _, o in dump.graphs[ONTOLOGY]}
    wanted = {(s.removeprefix(FG), o) for s, o in pairs if (s, o) not in own}
    terms = _terms(ontology_page(pages.site))
    shown = {
        (local, match.other.href)
        for local, term in terms.items()
        for match in term.matches
        if match.said in ("a kind of", "narrower than")
    }
    assert len(wanted) > 20
    assert wanted == shown
    assert {other for _, other in wanted} <= set(pages.page("ontology").links)


def test_uses_are_counted_as_in_the_dump(release: tuple[Pages, Dump]) -> None:
    """A class counts its instances, a property its statements, over the union of all graphs."""
    pages, dump = release
    types = dump.of[RDF_TYPE]
    for local, term in _terms(ontology_page(pages.site)).items():
        if term.kind == "Class":
            expected = sum(1 for _, kind in types if kind == FG + local)
        else:
            expected = len(dump.pairs(f"fg:{local}"))
        assert expected == (term.used or 0), local


def test_examples_use_the_term(release: tuple[Pages, Dump]) -> None:
    """Each record that is given as an example of a property or class has a statement with it."""
    pages, dump = release
    shown = 0
    for local, term in _terms(ontology_page(pages.site)).items():
        for sample in term.samples:
            statements = dump.graphs[BASE + sample.href.removeprefix("/")]
            assert any(FG + local in (p, o) for _, p, o in statements), (local, sample)
            shown += 1
    assert shown > 100


def test_domains_and_ranges_lead_both_ways(release: tuple[Pages, Dump]) -> None:
    """A property stands among those of its domain, and among those that lead to its range."""
    pages, dump = release
    terms = _terms(ontology_page(pages.site))
    for name, place in (("rdfs:domain", "has"), ("rdfs:range", "leads")):
        for prop, kind in dump.pairs(name):
            if prop.startswith(FG) and kind.startswith(FG):
                links = {link.href for link in getattr(terms[kind.removeprefix(FG)], place)}
                assert f"#{prop.removeprefix(FG)}" in links


def test_shapes_stand_at_the_terms_that_they_constrain(release: tuple[Pages, Dump]) -> None:
    """Each property shape on a term of ours is told in the section of the term."""
    pages, dump = release
    terms = _terms(ontology_page(pages.site))
    paths = {(s, o) for s, o in dump.pairs("sh:path") if o.startswith(FG)}
    assert paths
    for shape, path in paths:
        assert shape.partition("#")[2] in {each.anchor for each in terms[path.removeprefix(FG)].constraints}


def test_the_shapes_page_tells_every_shape_with_message_and_severity(release: tuple[Pages, Dump]) -> None:
    """Each shape is an anchor; its message and its severity stand in the page."""
    pages, dump = release
    for document in sorted(name for name in dump.graphs if name.startswith(SHAPES)):
        page = pages.page(document.removeprefix(BASE))
        statements = dump.graphs[document]
        anchors = {s.partition("#")[2] for s, p, _ in statements if p == RDF_TYPE and "#" in s}
        assert set() == anchors - set(page.anchors)
        messages = {o for _, p, o in statements if p == NAMESPACES["sh"] + "message"}
        assert [] == sorted(each for each in messages if " ".join(each.split()) not in page.text)


def test_no_constraint_is_left_out_of_the_words(release: tuple[Pages, Dump]) -> None:
    """Each property shape has as many words as it has constraints, cardinality being one of them."""
    pages, dump = release
    apart = ("path", "name", "message", "severity", "order", "minCount", "maxCount")
    silent = {NAMESPACES["sh"] + name for name in apart} | {RDF_TYPE}
    told = {each.anchor: each for shape in shapes_page(pages.site, "shapes").shapes for each in shape.properties}
    of: dict[str, set[str]] = {}
    shapes = [each for name, each in dump.graphs.items() if name.startswith(SHAPES)]
    for subject, predicate, _ in itertools.chain.from_iterable(shapes):
        of.setdefault(subject.partition("#")[2], set()).add(predicate)
    assert told
    for anchor, shape in told.items():
        assert len(of[anchor] - silent) + 1 == len(shape.said), anchor


def test_constraints_read_as_they_are_written(release: tuple[Pages, Dump]) -> None:
    """Cardinality, class, alternatives, pattern and length are put into words."""
    pages, _ = release
    told = {each.anchor: each for shape in shapes_page(pages.site, "shapes").shapes for each in shape.properties}
    assert ("at most 1", "a thing of the class fg:CustomerImpact", "an IRI") == told["incident-customers"].said
    expected = "either a value of the datatype xsd:date or a value of the datatype xsd:gYearMonth"
    assert told["incident-date"].said[1].startswith(expected)
    assert "any number" == told["incident-amount"].said[0]


def test_a_constraint_without_words_is_told_by_its_name() -> None:
    """What nobody has put into words is shown as it is, and so are lists."""
    turtle = """
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix fg: <https://w3id.org/failuregraph/ontology#> .
        @prefix : <https://w3id.org/failuregraph/shapes#> .
        :a a sh:NodeShape ; sh:targetClass fg:Incident ; sh:property :b .
        :b sh:path fg:rank ; sh:lessThan fg:order ; sh:in ( 1 2 ) ; sh:minCount 2 ; sh:maxCount 2 .
    """
    triples = [quad.triple for quad in ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE)]
    (shape,) = Shapes(triples, {}, "shapes").node_shapes()
    assert ("exactly 2", "one of 1 or 2", "sh:lessThan fg:order") == shape.properties[0].said


def _with(site: Site, *statements: tuple[str, str, ox.NamedNode | ox.Literal]) -> OntologyPage:
    """Return the page of an ontology with more statements in it."""
    more = [ox.Triple(ox.NamedNode(FG + s), ox.NamedNode(_iri(p)), o) for s, p, o in statements]
    return ontology_page(replace(site, graphs={**site.graphs, ONTOLOGY: [*site.graphs[ONTOLOGY], *more]}))


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix] + local


def test_a_deprecated_term_has_a_banner_with_its_replacement(release: tuple[Pages, Dump]) -> None:
    """It stays in the page with all else, says that it is deprecated, and leads to what replaces it."""
    pages, _ = release
    assert "Deprecated:" not in pages.page("ontology").text
    yes = ox.Literal("true", datatype=ox.NamedNode(NAMESPACES["xsd"] + "boolean"))
    successor = ox.NamedNode(FG + "source")
    view = _with(pages.site, ("evidence", "owl:deprecated", yes), ("evidence", "dcterms:isReplacedBy", successor))
    term = _terms(view)["evidence"]
    assert (True, ("#source",)) == (term.deprecated, tuple(link.href for link in term.replaced))
    page = parsed(bytes(pages.templates.page("ontology.html", view).body).decode())
    assert "Deprecated: do not use it in new data. It is replaced by source" in page.text
    assert "evidence" in page.anchors


def test_an_inverse_is_told_at_both_ends(release: tuple[Pages, Dump]) -> None:
    """Whichever of the two states it."""
    pages, _ = release
    view = _with(pages.site, ("developer", "owl:inverseOf", ox.NamedNode(FG + "supplier")))
    found = {local: [link.href for link in _terms(view)[local].inverses] for local in ("developer", "supplier")}
    assert {"developer": ["#supplier"], "supplier": ["#developer"]} == found


def test_the_version_iri_leads_to_the_ontology(release: tuple[Pages, Dump]) -> None:
    """It is 303 to the document of that version."""
    pages, dump = release
    ((_, version),) = dump.pairs("owl:versionIRI")
    status, headers, _ = pages.ask("/" + version.removeprefix(BASE))
    assert (303, "/ontology") == (status, headers["location"])


def test_prefixes_are_those_of_the_graph(release: tuple[Pages, Dump]) -> None:
    """Each prefix that the release declares stands in the table with its namespace."""
    pages, dump = release
    expected = dict(zip(*(dict(dump.pairs(name)).values() for name in ("sh:prefix", "sh:namespace")), strict=True))
    assert expected == {each.prefix: each.namespace for each in ontology_page(pages.site).prefixes}


def test_the_drawing_says_the_same_as_its_list(release: tuple[Pages, Dump]) -> None:
    """Every box is told, lines are as many as rows and parents that lead to boxes, and no box covers another."""
    pages, _ = release
    found = ontology_page(pages.site).drawing
    assert [box.label for box in found.boxes] == [box.label for box in found.told]
    drawn = {box.local for box in found.told}
    ends = [range_.href[1:] for box in found.told for _, range_, _ in box.rows]
    ends += [parent for box in found.told for parent in box.parents]
    assert sum(1 for end in ends if end in drawn) == len(found.edges)
    for one, other in itertools.combinations(found.boxes, 2):
        apart = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y
    for box in found.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert (box.x + box.width, box.y + box.height) <= (found.width, found.height)
        assert box.y + box.height <= found.height


def _corners(path: str) -> list[tuple[float, float]]:
    """Return the corners of a line, those that are drawn round as points."""
    numbers = [float(each) for each in re.findall(r"-?[\d.]+", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _tidy(found: Drawing) -> None:
    """Lines run level or upright, within the picture, and never over a box."""
    for edge in found.edges:
        for (x, y), (u, v) in itertools.pairwise(_corners(edge.path)):
            assert x == u or y == v, edge.path
            assert 0 <= min(x, u) <= max(x, u) <= found.width, edge.path
            assert 0 <= min(y, v) <= max(y, v) <= found.height, edge.path
            for box in found.boxes:
                beside = max(x, u) <= box.x or min(x, u) >= box.x + box.width
                assert beside or max(y, v) <= box.y or min(y, v) >= box.y + box.height, (edge.path, box.label)


def test_no_line_of_the_drawing_crosses_a_box(release: tuple[Pages, Dump]) -> None:
    """Lines run in the room between the boxes, and the whole fits the width of the page."""
    pages, _ = release
    found = ontology_page(pages.site).drawing
    assert 1100 >= found.width
    _tidy(found)


def test_lines_that_pass_a_column_run_between_its_boxes() -> None:
    """Where every class leads to every other, lines from the first column to the last cross no box of the middle."""
    names = "ABCDEFGHI"
    rows = {name: tuple((f"to {other}", Link(other, f"#{other}"), other) for other in names) for name in names}
    found = drawing([Box(name, name, rows[name]) for name in names])
    first, *_, last = sorted({box.x for box in found.boxes})
    ends = [(_corners(edge.path)[0][0], _corners(edge.path)[-1][0]) for edge in found.edges]
    assert any(max(pair) >= last and min(pair) <= first + found.boxes[0].width for pair in ends)
    _tidy(found)


def test_lines_of_the_drawing_end_at_the_class_that_they_lead_to(release: tuple[Pages, Dump]) -> None:
    """Each begins at the side of its box and ends at that of its class, and those to two classes never run as one."""
    pages, _ = release
    found = ontology_page(pages.site).drawing
    sides = {(x, box.label): box for box in found.boxes for x in (box.x, box.x + box.width)}
    upright: dict[tuple[float, str], list[tuple[float, float]]] = {}
    for edge in found.edges:
        start, *_, end = corners = _corners(edge.path)
        for x, y in (start, end):
            assert [1] == [1 for (side, _), box in sides.items() if side == x and box.y <= y <= box.y + box.height]
        goal = next(label for (side, label), box in sides.items() if side == end[0] and box.y <= end[1] <= box.y + 28)
        for (x, y), (u, v) in itertools.pairwise(corners):
            if x == u and abs(v - y) > 12:
                upright.setdefault((x, f"{goal} {edge.broader}"), []).append((min(y, v), max(y, v)))
    for one, other in itertools.combinations(upright.items(), 2):
        if one[0][0] == other[0][0] and one[0][1] != other[0][1]:
            assert all(a[1] <= b[0] or b[1] <= a[0] for a in one[1] for b in other[1]), (one, other)


def test_the_drawing_has_the_classes_of_the_model(release: tuple[Pages, Dump]) -> None:
    """The record leads to the incident, which leads to its parts; kinds of concept have no box."""
    pages, _ = release
    told = {box.local: box for box in ontology_page(pages.site).drawing.told}
    assert {"Record", "Incident", "Involvement", "Organisation", "Source", "System"} <= set(told)
    assert "#Incident" in {range_.href for _, range_, _ in told["Record"].rows}
    assert {"#Involvement", "#Source", "#System"} <= {
        range_.href for kind in ("Case", "Incident") for _, range_, _ in told[kind].rows
    }
    assert "Severity" not in told


def test_a_drawing_is_the_same_twice_and_lets_circles_be() -> None:
    """Boxes that lead to each other are drawn, and one that leads to itself; what is tied to nothing is not."""
    boxes = [
        Box("A", "A", (("to b", Link("B", "#B"), "toB"),)),
        Box("B", "B", (("to c", Link("C", "#C"), "toC"), ("itself", Link("B", "#B"), "self"))),
        Box("C", "C", (("to a", Link("A", "#A"), "toA"),)),
        Box("D", "D", ()),
    ]
    first, second = drawing(boxes), drawing(boxes)
    assert first == second
    assert (["A", "B", "C"], ["D"]) == ([box.label for box in first.boxes], [box.label for box in first.left_out])
    assert 4 == len(first.edges)
    assert 4 == len({edge.path for edge in first.edges})
