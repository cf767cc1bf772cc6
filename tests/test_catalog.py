"""VoID and DCAT of a release: their counts are those of the store, and their terms exist."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, SDO, VOID, XSD, URIRef
from rdflib.namespace import DefinedNamespaceMeta

from failuregraph.build import Release, build
from failuregraph.catalog.dcat import PUBLISHER
from failuregraph.catalog.saying import DATASET, of_graph
from failuregraph.catalog.saying import DCAT as DCAT_GRAPH
from failuregraph.catalog.saying import VOID as VOID_GRAPH
from failuregraph.catalog.void import DEFAULT_GRAPH, DESCRIBING, SERVED, is_data
from failuregraph.names import BASE, CC_BY, ENDPOINT, NAMESPACES
from failuregraph.project import Project
from failuregraph.store import OxigraphStore, Table, project_quads

SD, SPDX, EXT = (NAMESPACES[name] for name in ("sd", "spdx", "void-ext"))
WHOLE = URIRef(DATASET)
DATA = f"GRAPH ?g {{ ?s ?p ?o }} FILTER(?g NOT IN ({', '.join(f'<{name}>' for name in sorted(DESCRIBING))}))"
#: The terms of the vocabularies that rdflib has no copy of, from their specifications.
SD_TERMS = {"Dataset", "Graph", "NamedGraph", "defaultGraph", "graph", "name", "namedGraph"}
SPDX_TERMS = {"Checksum", "algorithm", "checksum", "checksumAlgorithm_sha256", "checksumValue"}
#: Of the third version of DCAT, and rdflib has the second.
DCAT3 = URIRef(str(DCAT) + "version")
EXT_TERMS = {"datatype", "datatypePartition"}


@pytest.fixture(scope="module", params=["corpus", "together"])
def release(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the corpus, alone and with five registries."""
    project: Project = request.getfixturevalue(request.param)
    return build(project, tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def said(release: Release) -> rdflib.Graph:
    """Return VoID and DCAT as rdflib reads them from the file beside the dumps."""
    data = rdflib.Dataset(default_union=True)
    data.parse(release.path / "metadata.nq", format="nquads")
    graph = rdflib.Graph()
    for triple in data.triples((None, None, None)):
        graph.add(triple)
    return graph


def _count(store: OxigraphStore, query: str) -> dict[tuple[str, ...], int]:
    """Return what a query counts: all columns but the last are the key."""
    answer = store.query(query)
    assert isinstance(answer, Table)
    rows = [["" if term is None else term.value for term in row] for row in answer.rows]
    return {tuple(row[:-1]): int(row[-1]) for row in rows}


def _stated(said: rdflib.Graph, node: rdflib.term.Node | None, name: URIRef) -> int:
    return int(str(said.value(node, name)))


def test_the_whole_counts_what_the_store_counts(release: Release, said: rdflib.Graph) -> None:
    """Triples, subjects, objects, properties, classes and entities are those of the data graphs."""
    store = release.store()
    counted = {
        VOID.triples: f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT ?s ?p ?o {{ {DATA} }} }}",
        VOID.distinctSubjects: f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ {DATA} }}",
        VOID.distinctObjects: f"SELECT (COUNT(DISTINCT ?o) AS ?n) {{ {DATA} }}",
        VOID.properties: f"SELECT (COUNT(DISTINCT ?p) AS ?n) {{ {DATA} }}",
        VOID.classes: f"SELECT (COUNT(DISTINCT ?o) AS ?n) {{ {DATA} FILTER(?p = <{RDF.type}>) }}",
        VOID.entities: f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ {DATA} FILTER(?p = <{RDF.type}>) }}",
    }
    assert {name: _count(store, query)[()] for name, query in counted.items()} == {
        name: _stated(said, WHOLE, name) for name in counted
    }


def test_partitions_count_what_the_store_counts(release: Release, said: rdflib.Graph) -> None:
    """Every class and every property has a partition, with its number."""
    store = release.store()
    by_class = f"SELECT ?o (COUNT(DISTINCT ?s) AS ?n) {{ {DATA} FILTER(?p = <{RDF.type}>) }} GROUP BY ?o"
    by_property = f"SELECT ?p (COUNT(*) AS ?n) {{ SELECT DISTINCT ?s ?p ?o {{ {DATA} }} }} GROUP BY ?p"
    for query, link, key, number in (
        (by_class, VOID.classPartition, VOID["class"], VOID.entities),
        (by_property, VOID.propertyPartition, VOID.property, VOID.triples),
    ):
        parts = list(said.objects(WHOLE, link))
        stated = {(str(said.value(each, key)),): _stated(said, each, number) for each in parts}
        assert len(parts) == len(stated) > 10
        assert _count(store, query) == stated


def test_partitions_of_classes_say_what_their_properties_lead_to(release: Release, said: rdflib.Graph) -> None:
    """By class and property: statements, and those with an object of each class or datatype."""
    store, kind = release.store(), f"<{RDF.type}>"
    data = f"SELECT DISTINCT ?s ?p ?o {{ {DATA} }}"
    types = data.replace("?s ?p ?o {", "?s ?c {").replace("?p ?o", f"{kind} ?c")
    joined = f"{{ {data} }} {{ {types} }}"
    ends = types.replace("?s", "?o").replace("?c", "?end")
    queries = {
        VOID.property: f"SELECT ?c ?p (COUNT(*) AS ?n) {{ {joined} }} GROUP BY ?c ?p",
        VOID["class"]: f"SELECT ?c ?p ?end (COUNT(*) AS ?n) {{ {joined} {{ {ends} }} }} GROUP BY ?c ?p ?end",
        URIRef(EXT + "datatype"): f"SELECT ?c ?p ?end (COUNT(*) AS ?n) {{ {joined} BIND(DATATYPE(?o) AS ?end) "
        "FILTER(ISLITERAL(?o)) } GROUP BY ?c ?p ?end",
    }
    stated: dict[URIRef, dict[tuple[str, ...], int]] = {name: {} for name in queries}
    for outer in said.objects(WHOLE, VOID.classPartition):
        name = str(said.value(outer, VOID["class"]))
        for inner in said.objects(outer, VOID.propertyPartition):
            key = (name, str(said.value(inner, VOID.property)))
            stated[VOID.property][key] = _stated(said, inner, VOID.triples)
            for link, end in (
                (VOID.classPartition, VOID["class"]),
                (URIRef(EXT + "datatypePartition"), URIRef(EXT + "datatype")),
            ):
                for last in said.objects(inner, link):
                    stated[end][*key, str(said.value(last, end))] = _stated(said, last, VOID.triples)
    assert {name: _count(store, query) for name, query in queries.items()} == stated


def test_every_named_graph_is_reached_and_counted(release: Release, said: rdflib.Graph) -> None:
    """From the service over sd:graph to a data set with the number of its statements, VoID's own graph included."""
    counted = _count(release.store(), "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    found = {}
    for named in said.objects(URIRef(SERVED), URIRef(SD + "namedGraph")):
        data_set = said.value(named, URIRef(SD + "graph"))
        assert (data_set, RDF.type, VOID.Dataset) in said
        found[(str(said.value(named, URIRef(SD + "name"))),)] = _stated(said, data_set, VOID.triples)
    assert counted == found
    assert {(VOID_GRAPH,), (DCAT_GRAPH,)} < set(found)


def test_only_data_graphs_are_parts_of_the_data_set(release: Release, said: rdflib.Graph) -> None:
    """What describes is part of the default graph alone."""
    parts = {part for part in said.objects(WHOLE, VOID.subset) if (part, RDF.type, VOID.Linkset) not in said}
    graphs = release.manifest["graphs"]
    assert {URIRef(of_graph("graph", name)) for name in graphs if is_data(name)} == parts
    describing = set(said.objects(URIRef(DEFAULT_GRAPH), VOID.subset)) - {WHOLE}
    assert {URIRef(of_graph("graph", name)) for name in graphs if not is_data(name)} == describing


def test_a_graph_has_the_licence_of_its_dump(release: Release, said: rdflib.Graph) -> None:
    """Every data set of a named graph has one licence; what AIID says stays share-alike."""
    found = {}
    for name in release.manifest["graphs"]:
        (found[name],) = said.objects(URIRef(of_graph("graph", name)), DCTERMS.license)
    assert CC_BY == str(found[BASE + "record/FI-9001"])
    shared = {str(licence) for name, licence in found.items() if name.startswith(BASE + "record/AIID-")}
    assert shared <= {"https://creativecommons.org/licenses/by-sa/4.0/"}
    with_imports = "aiid.nq" in release.manifest["dumps"]
    assert with_imports == bool(shared)
    whole = {str(each) for each in said.objects(WHOLE, DCTERMS.license)}
    assert (shared or {CC_BY}) == whole


def test_linksets_count_matches_between_spaces(release: Release, said: rdflib.Graph) -> None:
    """A match from a concept of another taxonomy to one of ours is counted with its property."""
    links = {
        (
            str(said.value(node, VOID.linkPredicate)).rpartition("#")[2],
            *(
                str(said.value(said.value(node, role), VOID.uriSpace)).removeprefix(BASE)
                for role in (VOID.subjectsTarget, VOID.objectsTarget)
            ),
        ): _stated(said, node, VOID.triples)
        for node in said.subjects(RDF.type, VOID.Linkset)
    }
    query = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT (COUNT(*) AS ?n) {
      SELECT DISTINCT ?s ?o { ?s skos:closeMatch ?o
        FILTER(STRSTARTS(STR(?s), "%s") && STRSTARTS(STR(?o), "%s")) } }"""
    assert links
    for (link, here, there), count in links.items():
        if link == "closeMatch" and here.startswith("scheme/"):
            assert _count(release.store(), query % (BASE + here, BASE + there))[()] == count


def test_each_dump_has_its_size_checksum_and_licence(release: Release, said: rdflib.Graph) -> None:
    """A distribution says of a file what the file is."""
    files = set()
    for node in said.objects(WHOLE, DCAT.distribution):
        url = str(said.value(node, DCAT.downloadURL))
        name = url.rpartition("/")[2]
        data = (release.path / name).read_bytes()
        digest = said.value(said.value(node, URIRef(SPDX + "checksum")), URIRef(SPDX + "checksumValue"))
        assert len(data) == _stated(said, node, DCAT.byteSize)
        assert rdflib.Literal(hashlib.sha256(data).hexdigest(), datatype=XSD.hexBinary, normalize=False) == digest
        assert release.manifest["files"][name]["licence"] == str(said.value(node, DCTERMS.license))
        assert release.identifier in url
        assert (name.endswith(".csv") or name == "ontology.rdf") != (
            URIRef(url) in set(said.objects(WHOLE, VOID.dataDump))
        )
        files.add(name)
    assert set(release.manifest["files"]) - {"answers.json", "metadata.nq", "NOTICE.txt", "records.json"} == files


def test_each_dump_says_whom_to_credit_in_text(release: Release, said: rdflib.Graph) -> None:
    """The lines are those of the manifest, under a property that has text for values; dcterms:rights has none."""
    for node in said.objects(WHOLE, DCAT.distribution):
        name = str(said.value(node, DCAT.downloadURL)).rpartition("/")[2]
        owed = release.manifest["files"][name]["attribution"]
        assert owed
        assert set(owed) == {str(line) for line in said.objects(node, SDO.creditText)}
    assert [] == [value for value in said.objects(None, DCTERMS.rights) if isinstance(value, rdflib.Literal)]


def test_only_an_agent_has_a_home_page(said: rdflib.Graph, repository: Project) -> None:
    """A home page is of one thing alone: by FOAF two things that share one are the same."""
    name = NAMESPACES["foaf"] + "homepage"
    told = [quad for quad in project_quads(repository) if quad.predicate.value == name]
    pairs = {(str(quad.subject)[1:-1], str(quad.object)[1:-1]) for quad in told}
    pairs |= {(str(subject), str(page)) for subject, page in said.subject_objects(FOAF.homepage)}
    homes = [page for _, page in pairs]
    assert len(homes) > 5
    assert sorted(set(homes)) == sorted(homes)
    assert (PUBLISHER, BASE) in pairs
    assert set() == {subject for subject, _ in pairs if not subject.startswith(NAMESPACES["registry"])}
    assert {URIRef(PUBLISHER)} == set(said.objects(None, DCTERMS.publisher)) | set(said.objects(None, DCTERMS.creator))


def test_the_service_is_the_permanent_endpoint(said: rdflib.Graph) -> None:
    """The address is the base IRI's, wherever the release is served."""
    (service,) = said.subjects(RDF.type, DCAT.DataService)
    assert URIRef(ENDPOINT) == said.value(service, DCAT.endpointURL)
    assert WHOLE == said.value(service, DCAT.servesDataset)
    assert (None, DCAT.dataset, WHOLE) in said


def test_no_dump_holds_the_metadata(release: Release) -> None:
    """Sizes and checksums of the dumps cannot stand in the dumps."""
    for name in release.manifest["dumps"]:
        text = (release.path / name).read_bytes()
        assert f"<{VOID_GRAPH}>".encode() not in text
        assert f"<{DCAT_GRAPH}>".encode() not in text


def test_dates_come_from_the_sources(release: Release, said: rdflib.Graph) -> None:
    """The latest stated day is that of the data set, and it is no day of the build."""
    days = {str(day) for day in said.objects(WHOLE, DCTERMS.modified)}
    text = (release.path / "failuregraph.nq").read_text(encoding="utf-8")
    assert 1 == len(days)
    assert all(f'"{day}"' in text for day in days) or "aiid.nq" in release.manifest["dumps"]


def test_more_said_by_newer_software_replaces_the_release(corpus: Project, tmp_path: Path) -> None:
    """The same content with another manifest is written anew, under the same name."""
    release = build(corpus, tmp_path)
    path = release.path / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "software": "0.0.0"}), encoding="utf-8")
    again = build(corpus, tmp_path)
    assert release.identifier == again.identifier
    assert release.manifest == Release.open(release.path).manifest


def test_terms_of_the_metadata_exist(said: rdflib.Graph) -> None:
    """A class or property is one that its owner defines."""
    closed: dict[str, DefinedNamespaceMeta] = {str(each): each for each in (DCAT, DCTERMS, FOAF, RDF, RDFS, SDO, VOID)}
    known = {SD: SD_TERMS, SPDX: SPDX_TERMS, EXT: EXT_TERMS}
    for term in _terms(said) - {DCAT3}:
        home = next((name for name in (*closed, *known) if str(term).startswith(name)), None)
        assert home is not None, term
        assert str(term) in closed[home] if home in closed else str(term).removeprefix(home) in known[home], term


def test_terms_of_dcat_are_those_of_its_third_version(said: rdflib.Graph, data_folder: Path) -> None:
    """Every dcat: term stands in the copy of the vocabulary."""
    document = json.loads((data_folder / "ontologies" / "dcat3.jsonld").read_bytes())
    defined = rdflib.Graph().parse(data=json.dumps(document), format="json-ld")
    used = {term for term in _terms(said) if str(term).startswith(str(DCAT))}
    assert used
    assert set() == {term for term in used if (term, RDF.type, None) not in defined}


def _terms(graph: rdflib.Graph) -> set[rdflib.term.Node]:
    return set(graph.predicates()) | set(graph.objects(None, RDF.type))


def test_metadata_has_no_blank_nodes(release: Release) -> None:
    """Every part can be named and looked up."""
    quads = ox.parse(path=str(release.path / "metadata.nq"), format=ox.RdfFormat.N_QUADS)
    assert [] == [
        quad for quad in quads if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)
    ]
