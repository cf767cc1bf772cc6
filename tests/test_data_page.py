"""The page of the data and the files of a release: forms, tables, checksums, citations, Croissant."""

from __future__ import annotations

import asyncio
import csv
import gzip
import hashlib
import io
import json
import re
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml

from failuregraph.build import Release, build
from failuregraph.catalog.dcat import DUMPS
from failuregraph.dumps import MAIN_FILE
from failuregraph.forms import content_type
from failuregraph.names import BASE, CC_BY, FG, GRAPH, NAMESPACES, RDF_TYPE
from failuregraph.pages.linked.signposts import signs
from failuregraph.pages.published.data import changes_of
from failuregraph.project import Project
from failuregraph.serve.app import Service
from failuregraph.serve.asking import Reply, ask
from failuregraph.serve.settings import Place, Settings
from failuregraph.tables import SEPARATOR, TABLES, Statements, TableFile, table_named


@pytest.fixture(scope="module")
def release(together: Project, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the corpus with five registries, one of them share-alike."""
    return build(together, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def service(release: Release, together: Project) -> Service:
    """Return what serves this release, without workers."""
    return Service(release, together, Settings(), Place())


def _get(service: Service, path: str) -> Reply:
    return asyncio.run(ask(service, path))


def _rows(release: Release, file: str) -> list[dict[str, str]]:
    text = (release.path / file).read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _quads(release: Release) -> list[ox.Quad]:
    return list(ox.parse(path=str(release.path / MAIN_FILE), format=ox.RdfFormat.N_QUADS))


def _members(quads: list[ox.Quad], *classes: str) -> set[str]:
    kinds = {ox.NamedNode(each) for each in classes}
    return {str(q.subject)[1:-1] for q in quads if q.predicate.value == RDF_TYPE and q.object in kinds}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_has_a_row_for_every_thing_of_the_dump(release: Release, table: TableFile) -> None:
    """Rows are counted against the N-Quads and no thing has two."""
    rows = [row["iri"] for row in _rows(release, table.file)]
    kinds = [NAMESPACES[name.partition(":")[0]] + name.partition(":")[2] for name in table.classes]
    assert rows
    assert len(set(rows)) == len(rows)
    assert _members(_quads(release), *kinds) == set(rows)


def test_cells_are_what_the_files_say(release: Release) -> None:
    """Title, date with its precision, and several values of one cell."""
    row = next(each for each in _rows(release, "incidents.csv") if each["identifier"] == "FI-9001")
    quads = [q for q in _quads(release) if q.subject == ox.NamedNode(f"{BASE}incident/FI-9001")]
    said = {
        name: sorted(str(getattr(q.object, "value", "")) for q in quads if q.predicate.value.endswith(name))
        for name in ("label", "#incidentDate", "#failureMode")
    }
    assert said["label"] == [row["title"]]
    assert said["#incidentDate"] == [row["date"]]
    assert said["#failureMode"] == row["modes"].split(SEPARATOR)
    assert f"{BASE}record/FI-9001" == row["record"]


def test_tables_follow_rfc_4180() -> None:
    """Quotes, commas, line breaks and what looks like a formula are read back as they were."""
    odd = '=1+1, "x"\r\nnext'
    node = ox.NamedNode(f"{BASE}organisation/odd")
    label = ox.NamedNode(NAMESPACES["rdfs"] + "label")
    quads = [
        ox.Quad(node, ox.NamedNode(RDF_TYPE), ox.NamedNode(FG + "Organisation")),
        ox.Quad(node, label, ox.Literal(odd)),
    ]
    table = table_named("organisations.csv")
    assert table is not None
    body = table.body(Statements(quads))
    assert body.startswith(b"iri,name,other_names,part_of,elsewhere\r\n")
    assert [odd] == [row["name"] for row in csv.DictReader(io.StringIO(body.decode(), newline=""))]


def test_nothing_share_alike_is_in_any_form_of_the_cc_by_dump(release: Release) -> None:
    """No record, graph or statement of AIID stands in a file under CC BY; its own dump has them."""
    marks = re.compile(rb"AIID-9\d+|import/aiid\b")
    free = [name for name, stated in release.manifest["files"].items() if stated["licence"] == CC_BY]
    apart = (release.path / "aiid.nq").read_bytes()
    told = {name: _plain(release.path / name) for name in free if name not in {"metadata.nq", "NOTICE.txt"}}
    subjects = set(re.findall(rb"^<(\S+/(?:record|incident)/AIID-\d+)>", apart, re.MULTILINE))
    assert {"incidents.csv", "failuregraph.ttl", "failuregraph.jsonld", "failuregraph.nq.gz"} <= set(told)
    assert subjects
    assert marks.search(apart)
    assert [] == [
        name for name, body in told.items() if any(_stands(each, body) for each in subjects if name.endswith(".csv"))
    ]
    assert [] == [name for name, body in told.items() if b"import/aiid>" in body or b'import/aiid"' in body]


def _stands(iri: bytes, body: bytes) -> bool:
    """Say whether a thing has a row of its own; a link to a record elsewhere is a fact and may stand in a cell."""
    return re.search(rb"(?m)^(?:[^,\r\n]*,)?" + re.escape(iri) + rb",", body) is not None


def _plain(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_every_rdf_form_says_the_same(release: Release) -> None:
    """TriG, JSON-LD and compressed N-Quads hold the data set, Turtle the union of its graphs."""
    quads = ox.Dataset(_quads(release))
    quads.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert (
        gzip.decompress((release.path / "failuregraph.nq.gz").read_bytes()) == (release.path / MAIN_FILE).read_bytes()
    )
    for name, form in (("failuregraph.trig", ox.RdfFormat.TRIG), ("failuregraph.jsonld", ox.RdfFormat.JSON_LD)):
        other = ox.Dataset(ox.parse(path=str(release.path / name), format=form))
        other.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        assert quads == other
    turtle = ox.Dataset(ox.parse(path=str(release.path / "failuregraph.ttl"), format=ox.RdfFormat.TURTLE))
    union = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    turtle.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    union.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert union == turtle


def test_the_ontology_is_there_as_rdf_xml(release: Release) -> None:
    """Protégé reads it: as many statements as the graph of the ontology has."""
    found = set(ox.parse(path=str(release.path / "ontology.rdf"), format=ox.RdfFormat.RDF_XML))
    graph = [q for q in _quads(release) if q.graph_name == ox.NamedNode(f"{BASE}ontology")]
    assert len(graph) == len(found) > 100


def test_two_releases_have_the_same_forms(release: Release, together: Project, tmp_path: Path) -> None:
    """Gzip states no time, and no form depends on when it was written or on what was built before."""
    again = build(together, tmp_path)
    for name in release.manifest["files"]:
        assert (release.path / name).read_bytes() == (again.path / name).read_bytes(), name


def test_checksums_verify(release: Release, service: Service, tmp_path: Path) -> None:
    """``sha256sum -c`` accepts what is served, and notices one changed byte."""
    folder = f"/dumps/{release.identifier}"
    (tmp_path / "SHA256SUMS").write_bytes(_get(service, f"{folder}/SHA256SUMS").body)
    names = [*release.manifest["files"], "manifest.json"]
    for name in names:
        (tmp_path / name).write_bytes(_get(service, f"{folder}/{name}").body)
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (0, len(names)) == (done.returncode, done.stdout.count(": OK"))
    (tmp_path / "incidents.csv").write_bytes(b"changed")
    assert 1 == subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode


def test_the_page_names_every_file_with_licence_and_checksum(release: Release, service: Service) -> None:
    """Each file of the manifest stands on the page, with what the manifest says of it."""
    page = _get(service, "/data").text
    for name, stated in release.manifest["files"].items():
        assert f'href="/dumps/{release.identifier}/{name}"' in page
        assert str(stated["sha256"]) in page
        assert f'href="{stated["licence"]}"' in page


def test_every_address_on_the_page_answers(service: Service) -> None:
    """No link of the page is dead; those that lead elsewhere are not followed."""
    found = set(re.findall(r'<a href="(/[^"#?]*)', _get(service, "/data").text)) - {"/health"}
    assert {"/CITATION.cff", "/croissant.json", "/data.bib", "/feeds/new.atom", "/sitemap.xml"} <= found
    assert [] == [path for path in sorted(found) if _get(service, path).status not in (200, 303)]


def test_the_citation_file_is_valid(service: Service, release: Release) -> None:
    """It has what CFF 1.2.0 asks for, and names the release."""
    said = yaml.safe_load(_get(service, "/CITATION.cff").text)
    assert {"cff-version", "message", "title", "authors"} <= set(said)
    assert ("1.2.0", "dataset", release.identifier) == (said["cff-version"], said["type"], said["version"])
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(said["date-released"]))
    assert all({"type", "title", "authors"} <= set(each) for each in said["references"])


def test_a_reference_is_the_registry_that_is_credited(service: Service) -> None:
    """Title, right holder, address and licence are those of the registry, and the data set does not cite itself."""
    said = yaml.safe_load(_get(service, "/CITATION.cff").text)
    listed = {each["title"]: each for each in said["references"]}
    assert len(said["references"]) == len(listed)
    assert {"AI Failure Index", "agent-postmortems", "AI Incident Law", "Agent Incident Log"} == set(listed)
    index, law = listed["AI Failure Index"], listed["AI Incident Law"]
    assert ([{"name": "Realm Labs"}], "https://failureindex.ai/") == (index["authors"], index["url"])
    assert ([{"name": "PAICE.work PBC"}], "https://aiincidentlaw.org/") == (law["authors"], law["url"])
    assert {"CC-BY-4.0"} == {each["license"] for each in listed.values()}


def test_a_link_to_a_file_has_the_type_under_which_it_is_sent(release: Release, service: Service) -> None:
    """A compressed file is announced as gzip, whatever it holds."""
    site = service.site
    signed = {sign.href: sign.type for sign in signs(site, "graph/dcat", "html", ("ttl",)) if sign.rel == "item"}
    sent = {f"{DUMPS}{release.identifier}/{name}": content_type(name) for name in release.manifest["files"]}
    assert {href: sent[href].partition(";")[0] for href in signed} == signed
    assert "application/gzip" in signed.values()


def test_the_page_has_markup_of_the_catalogue(service: Service) -> None:
    """schema.org reads a catalogue with a data set and its downloads."""
    text = re.search(r'<script type="application/ld\+json">(.*?)</script>', _get(service, "/data").text, re.DOTALL)
    assert text is not None
    said = json.loads(text[1])
    assert "DataCatalog" == said["@type"]
    assert "Dataset" == said["dataset"]["@type"]
    assert said["dataset"]["distribution"]


def test_croissant_reads_the_tables(service: Service, release: Release, tmp_path: Path) -> None:
    """No fault is found by mlcroissant, which reads as many records of a table as the graph has."""
    import mlcroissant as mlc

    said = json.loads(_get(service, "/croissant.json").text)
    for each in said["distribution"]:
        each["contentUrl"] = str(release.path / each["name"])
    path = tmp_path / "croissant.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    dataset = mlc.Dataset(jsonld=path)
    issues = dataset.metadata.ctx.issues
    assert [] == sorted(issues.errors)
    records = list(dataset.records("sources"))
    wanted = _rows(release, "sources.csv")
    assert len(wanted) == len(records)
    assert {row["iri"] for row in wanted} == {record["sources/iri"].decode() for record in records}


def test_croissant_states_the_checksums(service: Service, release: Release) -> None:
    """Each file of a table is described with its hash, its size and its permanent address."""
    said = json.loads(_get(service, "/croissant.json").text)
    for each in said["distribution"]:
        data = (release.path / each["name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == each["sha256"]
        assert f"{len(data)} B" == each["contentSize"]
        assert f"{BASE}dumps/{release.identifier}/{each['name']}" == each["contentUrl"]


def test_the_change_log_is_read_as_releases_with_parts() -> None:
    """Headings, lines and code; what stands before the first release is left out."""
    (first, second) = changes_of(
        "# Log\n\nText.\n\n## 2\n\n### Data\n\n- `a` is b\n- c\n\n## 1\n\n### Software\n\n- d\n"
    )
    assert ("2", (("Data", (("", "a", " is b"), ("c",))),)) == (first.name, first.parts)
    assert "1" == second.name


def test_the_metadata_lists_every_form(release: Release) -> None:
    """DCAT has a distribution with media type for each file of data; only RDF forms are dumps to VoID."""
    quads = list(ox.parse(path=str(release.path / "metadata.nq"), format=ox.RdfFormat.N_QUADS))
    told = {q.object.value.rpartition("/")[2] for q in quads if q.predicate.value.endswith("dcat#downloadURL")}
    dumps = {q.object.value.rpartition("/")[2] for q in quads if q.predicate.value.endswith("void#dataDump")}
    beside = {"metadata.nq", "NOTICE.txt", "answers.json", "records.json"}
    assert set(release.manifest["files"]) - beside == told
    assert {name for name in told if not name.endswith(".csv")} - {"ontology.rdf"} == dumps
    types = {
        q.object.value.rpartition("media-types/")[2] for q in quads if q.predicate.value.endswith("dcat#mediaType")
    }
    assert {"text/csv", "text/turtle", "application/ld+json", "application/rdf+xml"} <= types
    assert GRAPH + "dcat" in {str(q.graph_name)[1:-1] for q in quads}
