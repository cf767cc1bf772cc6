"""The ontology and its schemes: rules as test names, offenders compared with an empty set."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import DCAT, DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SH, SKOS, VANN, VOID, XSD, URIRef

from failuregraph.catalog.dcat import PUBLISHER
from failuregraph.dumps import dumps_of, served
from failuregraph.names import BASE, CC_BY, FG, NAMESPACES, ONTOLOGY, SCHEMES, SHAPES, STAGES
from failuregraph.project import Project
from failuregraph.turtle import read
from failuregraph.validate.shapes import validate_graphs

ROOT = Path(__file__).parent.parent
CORE = ("core", "path", "assessment", "evidence", "registries", "derived", "editorial", "service")
TERM_KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)


def _all(paths: list[Path]) -> rdflib.Graph:
    graph = rdflib.Graph(bind_namespaces="none")
    for path in paths:
        graph += read(path)
    return graph


@pytest.fixture(scope="module")
def ontology() -> rdflib.Graph:
    """Return the ontology document as one graph."""
    return _all([ROOT / "ontology" / f"{name}.ttl" for name in CORE])


@pytest.fixture(scope="module")
def schemes() -> rdflib.Graph:
    """Return all schemes as one graph."""
    return _all(sorted((ROOT / "ontology" / "schemes").glob("*.ttl")))


def _fg(local: str) -> URIRef:
    return URIRef(FG + local)


def _terms(ontology: rdflib.Graph) -> set[rdflib.term.Node]:
    return {term for kind in TERM_KINDS for term in ontology.subjects(RDF.type, kind)}


@pytest.mark.parametrize(
    "wanted",
    [
        RDFS.label,
        SKOS.definition,
        RDFS.isDefinedBy,
        URIRef(NAMESPACES["vs"] + "term_status"),
        URIRef(NAMESPACES["dcterms"] + "created"),
    ],
)
def test_every_term_has_the_facts_of_the_template(ontology: rdflib.Graph, wanted: URIRef) -> None:
    """Label, definition, home, status and date stand on every class and property."""
    assert set() == {term for term in _terms(ontology) if ontology.value(term, wanted) is None}


def test_every_definition_is_one_sentence(ontology: rdflib.Graph, schemes: rdflib.Graph) -> None:
    """A definition begins with a capital, ends with a full stop and has no other one."""
    definitions = [str(text) for graph in (ontology, schemes) for text in graph.objects(None, SKOS.definition)]
    assert [] == [text for text in definitions if not re.fullmatch(r"[A-Z][^.]*\.", text)]


def test_every_range_of_ours_is_a_class(ontology: rdflib.Graph) -> None:
    """A range or domain in our namespace names a class that exists."""
    ends = {node for end in (RDFS.range, RDFS.domain) for node in ontology.objects(None, end)}
    classes = set(ontology.subjects(RDF.type, OWL.Class))
    assert set() == {node for node in ends if str(node).startswith(FG)} - classes


Pairs = dict[str, set[str]]


def _pairs(quads: Iterable[ox.Quad], predicate: URIRef) -> Pairs:
    """Return subject → objects of a property."""
    found: Pairs = {}
    for quad in quads:
        if quad.predicate.value == str(predicate):
            found.setdefault(_name(quad.subject), set()).add(_name(quad.object))
    return found


def _name(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode) else ""


def _above(start: set[str], higher: Pairs) -> set[str]:
    """Return what is reached from a set over subclasses or subproperties, the set included."""
    found, left = set(start), list(start)
    while left:
        more = higher.get(left.pop(), set()) - found
        found |= more
        left += more
    return found


def _misused(quads: list[ox.Quad]) -> set[tuple[str, str, str]]:
    """Return property, end and class of each use at which a reasoner would give a thing a class that it has not."""
    types, classes, properties = (_pairs(quads, name) for name in (RDF.type, RDFS.subClassOf, RDFS.subPropertyOf))
    ends = {"domain": _pairs(quads, RDFS.domain), "range": _pairs(quads, RDFS.range)}
    wrong = set()
    for quad in quads:
        for end, node in (("domain", quad.subject), ("range", quad.object)):
            names = _above({quad.predicate.value}, properties)
            wanted = {kind for name in names for kind in ends[end].get(name, ()) if kind.startswith(FG)}
            kinds = types.get(_name(node), set())
            if not wanted <= _above(kinds, classes):
                wrong.add((quad.predicate.value.removeprefix(FG), end, ", ".join(sorted(kinds))))
    return wrong


@pytest.mark.parametrize("name", ["repository", "corpus", "together"])
def test_every_use_of_a_property_keeps_its_domain_and_range(name: str, request: pytest.FixtureRequest) -> None:
    """Whatever has a property is of its domain, and what it leads to of its range: RDFS derives nothing false."""
    project: Project = request.getfixturevalue(name)
    quads = served(dumps_of(project))
    assert len(_pairs(quads, RDFS.domain)) > 50
    assert set() == _misused(quads)


def test_a_property_used_beside_its_domain_is_noticed() -> None:
    """A subclass is of the domain of its class, another class is not; the range is looked at likewise."""
    step, response, source = (ox.NamedNode(FG + name) for name in ("ObservedStep", "Response", "Source"))
    one, other, third = (ox.NamedNode(f"{BASE}incident/X#{name}") for name in ("one", "other", "third"))
    evidence, kind = ox.NamedNode(FG + "evidence"), ox.NamedNode(str(RDF.type))
    told = [
        ox.Quad(evidence, ox.NamedNode(str(RDFS.domain)), ox.NamedNode(FG + "Step")),
        ox.Quad(evidence, ox.NamedNode(str(RDFS.range)), source),
        ox.Quad(step, ox.NamedNode(str(RDFS.subClassOf)), ox.NamedNode(FG + "Step")),
        ox.Quad(one, kind, step),
        ox.Quad(other, kind, response),
        ox.Quad(third, kind, source),
        ox.Quad(one, evidence, third),
    ]
    assert set() == _misused(told)
    assert {("evidence", "domain", FG + "Response")} == _misused([*told, ox.Quad(other, evidence, third)])
    assert {("evidence", "range", FG + "Response")} == _misused([*told, ox.Quad(one, evidence, other)])


def test_every_object_property_has_a_range(ontology: rdflib.Graph) -> None:
    """References are checked by range, so each object property has one."""
    properties = set(ontology.subjects(RDF.type, OWL.ObjectProperty))
    assert set() == {each for each in properties if ontology.value(each, RDFS.range) is None}


def test_ranges_are_datatypes_of_xsd_for_datatype_properties(ontology: rdflib.Graph) -> None:
    """Whole numbers are xsd:integer alone, as the store would rewrite narrower types."""
    properties = set(ontology.subjects(RDF.type, OWL.DatatypeProperty))
    ranges = {ontology.value(each, RDFS.range) for each in properties} - {None}
    assert set() == ranges - {XSD.anyURI, XSD.date, XSD.decimal, XSD.string, XSD.integer, XSD.boolean}


def test_the_ontology_states_its_version(ontology: rdflib.Graph) -> None:
    """Version IRI and version agree."""
    iri = URIRef(ONTOLOGY)
    version = ontology.value(iri, OWL.versionInfo)
    assert f"{ONTOLOGY}/{version}" == str(ontology.value(iri, OWL.versionIRI))


def test_the_ontology_states_its_maker_and_its_last_change(ontology: rdflib.Graph) -> None:
    """The agent is that of the catalogue; no term is younger than the last change."""
    iri = URIRef(ONTOLOGY)
    assert {URIRef(PUBLISHER)} == set(ontology.objects(iri, DCTERMS.creator))
    assert {URIRef(PUBLISHER)} == set(ontology.objects(iri, DCTERMS.publisher))
    (changed,) = ontology.objects(iri, DCTERMS.modified)
    days = {str(day) for day in ontology.objects(None, DCTERMS.created)}
    assert len(days) > 1
    assert max(days) <= str(changed)


def test_the_ontology_says_how_it_is_abbreviated_and_cited(ontology: rdflib.Graph) -> None:
    """Prefix and namespace are those of the table; the citation names the version that the head states."""
    iri = URIRef(ONTOLOGY)
    prefix, namespace = (str(ontology.value(iri, VANN[f"preferredNamespace{end}"])) for end in ("Prefix", "Uri"))
    assert NAMESPACES[prefix] == namespace == FG
    citation = str(ontology.value(iri, DCTERMS.bibliographicCitation))
    assert f"Version {ontology.value(iri, OWL.versionInfo)}." in citation
    assert citation.endswith(ONTOLOGY)


@pytest.mark.parametrize(("folder", "name"), [(".", SHAPES), ("imported", f"{SHAPES}/imported")])
def test_shapes_have_a_head(folder: str, name: str) -> None:
    """Title, licence and maker stand in the document of the shapes, in the form that its own shape asks for."""
    home = ROOT / "ontology" / "shapes"
    head = read(home / folder / "head.ttl")
    assert {URIRef(name)} == set(head.subjects())
    assert {URIRef(CC_BY)} == set(head.objects(URIRef(name), DCTERMS.license))
    assert head.value(URIRef(name), DCTERMS.title) is not None
    known = head + read(ROOT / "data" / "registries" / "failure-graph.ttl")
    report = validate_graphs(known, read(home / "ontology.ttl"))
    assert [] == [str(text) for text in report.objects(None, SH.resultMessage)]


def test_there_is_one_document_for_each_scheme() -> None:
    """The files in ontology/schemes are those of the table of schemes."""
    assert sorted(SCHEMES) == sorted(path.stem for path in (ROOT / "ontology" / "schemes").glob("*.ttl"))


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_every_concept_belongs_to_its_scheme(name: str) -> None:
    """A concept stands in the scheme of its document, under its prefix, with a label and a definition."""
    graph = read(ROOT / "ontology" / "schemes" / f"{name}.ttl")
    offenders = {
        concept
        for concept in graph.subjects(RDF.type, SKOS.Concept)
        if not str(concept).startswith(f"{BASE}{name}#")
        or set(graph.objects(concept, SKOS.inScheme)) != {URIRef(BASE + name)}
        or graph.value(concept, SKOS.prefLabel) is None
        or graph.value(concept, SKOS.definition) is None
    }
    assert set() == offenders


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_labels_are_unique_in_a_scheme(name: str) -> None:
    """Two concepts of one scheme never have one label: importers find them by it."""
    labels = [str(label) for label in read(ROOT / "ontology" / "schemes" / f"{name}.ttl").objects(None, SKOS.prefLabel)]
    assert sorted(set(labels)) == sorted(labels)


def test_ranks_are_distinct_on_a_scale(schemes: rdflib.Graph) -> None:
    """No two concepts of one scheme have one rank."""
    seen: dict[tuple[str, str], int] = {}
    for concept, rank in schemes.subject_objects(_fg("rank")):
        key = (str(schemes.value(concept, SKOS.inScheme)), str(rank))
        seen[key] = seen.get(key, 0) + 1
    assert {} == {key: count for key, count in seen.items() if count > 1}


def test_unknown_has_no_rank(schemes: rdflib.Graph) -> None:
    """Unknown is a value, not a place on a scale."""
    unknown = {concept for concept in schemes.subjects(RDF.type, SKOS.Concept) if str(concept).endswith("#unknown")}
    assert 6 == len(unknown)
    assert set() == {concept for concept in unknown if schemes.value(concept, _fg("rank")) is not None}


def test_none_and_unknown_are_two_values(schemes: rdflib.Graph) -> None:
    """Regulatory exposure tells None, which has the rank 0, from Unknown."""
    exposure = NAMESPACES["exposure"]
    assert 0 == int(str(schemes.value(URIRef(exposure + "none"), _fg("rank"))))
    assert schemes.value(URIRef(exposure + "unknown"), SKOS.prefLabel) is not None


def test_financial_impact_is_not_ranked(schemes: rdflib.Graph) -> None:
    """Its values say how a figure is known, not how large it is."""
    concepts = schemes.subjects(RDF.type, _fg("FinancialImpact"))
    assert set() == {concept for concept in concepts if schemes.value(concept, _fg("rank")) is not None}


def test_there_are_twelve_surfaces_under_two_wings(schemes: rdflib.Graph) -> None:
    """Eight surfaces are generative, four predictive."""
    wings = [str(schemes.value(each, SKOS.broader)) for each in schemes.subjects(RDF.type, _fg("Surface"))]
    counted = {wing.rpartition("#")[2]: wings.count(wing) for wing in wings}
    assert {"generative": 8, "predictive": 4} == counted


def test_there_are_seven_modes_and_no_eighth(schemes: rdflib.Graph) -> None:
    """The name of the index's eighth mode is not known, so no concept stands for it."""
    assert 7 == len(set(schemes.subjects(RDF.type, _fg("FailureMode"))))


def test_the_mode_scheme_is_taxonomy_one(schemes: rdflib.Graph) -> None:
    """The scheme carries the version of the index's taxonomy."""
    assert "1.0.0" == str(schemes.value(URIRef(BASE + "mode"), OWL.versionInfo))


def test_a_profile_has_the_five_stages_in_order(schemes: rdflib.Graph) -> None:
    """Six modes have a profile; each has one step for each stage, numbered in the order of the stages."""
    profiles = {}
    for mode in schemes.subjects(RDF.type, _fg("FailureMode")):
        steps = sorted(
            schemes.objects(mode, _fg("profileStep")), key=lambda s: int(str(schemes.value(s, _fg("order"))))
        )
        if steps:
            profiles[mode] = tuple(str(schemes.value(step, _fg("stage"))).rpartition("#")[2] for step in steps)
    assert 6 == len(profiles)
    assert {STAGES} == set(profiles.values())


def test_a_step_and_its_concept_have_one_stage(schemes: rdflib.Graph) -> None:
    """The concept of a profile step belongs to the stage of the step."""
    offenders = [
        step
        for step, concept in schemes.subject_objects(_fg("stepConcept"))
        if schemes.value(step, _fg("stage")) != schemes.value(concept, _fg("stage"))
    ]
    assert [] == offenders


def test_modes_say_whose_definition_they_have(schemes: rdflib.Graph) -> None:
    """A definition is the index's, restated, or ours, and then an editorial note says so."""
    source = URIRef(NAMESPACES["dcterms"] + "source")
    offenders = []
    for mode in schemes.subjects(RDF.type, _fg("FailureMode")):
        ours = any(
            "The index’s own definition is not known" in str(note) for note in schemes.objects(mode, SKOS.editorialNote)
        )
        if ours == (schemes.value(mode, source) is not None):
            offenders.append(mode)
    assert [] == offenders


def test_the_published_prefixes_are_those_of_the_code() -> None:
    """ontology/prefixes.ttl and names.NAMESPACES are one table."""
    graph = read(ROOT / "ontology" / "prefixes.ttl")
    prefix, namespace = (URIRef(NAMESPACES["sh"] + local) for local in ("prefix", "namespace"))
    published = {str(name): str(graph.value(node, namespace)) for node, name in graph.subject_objects(prefix)}
    assert NAMESPACES == published


def test_terms_that_are_used_exist(ontology: rdflib.Graph) -> None:
    """Every fg: term in data, shapes and queries is a term of the ontology."""
    known = {str(term).removeprefix(FG) for term in _terms(ontology)}
    folders = ("data", "ontology", "queries", "tests/corpus/data")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in (".ttl", ".rq")]
    used = {local for path in files for local in re.findall(r"\bfg:([A-Za-z0-9]+)", path.read_text(encoding="utf-8"))}
    assert set() == used - known


OUTSIDE = {
    str(namespace): namespace for namespace in (DCAT, DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SH, SKOS, VOID, XSD)
}


def test_outside_terms_exist(ontology: rdflib.Graph, schemes: rdflib.Graph) -> None:
    """A term of another vocabulary that we use is one that its owner defines."""
    data = _all(sorted((ROOT / "data").rglob("*.ttl")))
    used = {
        str(node) for graph in (ontology, schemes, data) for triple in graph for node in triple[1:] if _is_term(node)
    }
    homes = {iri: next((name for name in OUTSIDE if iri.startswith(name) and iri != name), None) for iri in used}
    assert set() == {iri for iri, home in homes.items() if home is not None and URIRef(iri) not in OUTSIDE[home]}


def _is_term(node: rdflib.term.Node) -> bool:
    return isinstance(node, URIRef) and str(node).startswith(
        ("http://www.w3.org/", "http://purl.org/dc/", "http://xmlns")
    )


def test_vendor_claims_are_attributed() -> None:
    """Each claim about a control names its maker and stands in a document of its own kind."""
    graph = _all(sorted((ROOT / "data" / "controls").glob("*.ttl")))
    claims = set(graph.subjects(RDF.type, _fg("ControlClaim")))
    makers = {graph.value(claim, URIRef(NAMESPACES["prov"] + "wasAttributedTo")) for claim in claims}
    assert 8 == len(claims)
    assert {URIRef(NAMESPACES["organisation"] + "realm-labs")} == makers
