"""Imported registries at work: --with and its setting, what an answer was drawn from, and the pages of records."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from live import Server, running
from test_cli import Run, run

from failuregraph.build import Release, build
from failuregraph.errors import Unreadable, WrongUse
from failuregraph.ingest.importing import take
from failuregraph.ingest.registries import REGISTRIES
from failuregraph.names import BASE
from failuregraph.pages.linked.imports import take_withdrawn
from failuregraph.pages.site import Site
from failuregraph.project import Project, Workspace
from failuregraph.validate.imported import check_import

__all__ = ["run"]
FILES = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def folder(together: Project) -> Path:
    """Return the folder that holds the five small workspaces."""
    return together.imports[0].path.parent


@pytest.fixture(scope="module")
def wide(together: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a running server on the corpus and the five registries."""
    with running(together, tmp_path_factory.mktemp("wide")) as found:
        yield found


def test_ask_says_which_registries_an_answer_was_drawn_from(run: Run, folder: Path) -> None:
    """Standard error names each registry with its records and licence; the answer itself is unchanged."""
    done = run("ask", "events-of-one-registry", "--with", folder / "aiid", "--with", folder / "atlas")
    assert ["8", "4", "1", "1"] == [row["events"] for row in done.rows]
    assert "Drawn from AI Incident Database: 4 records, https://creativecommons.org/licenses/by-sa/4.0/" in done.err
    assert "Drawn from MITRE ATLAS: 2 records" in done.err


def test_without_imports_nothing_is_said(run: Run) -> None:
    """The project alone has its one licence."""
    assert "" == run("ask", "events-of-one-registry").err


def test_query_takes_imports_too(run: Run, folder: Path) -> None:
    """SPARQL text sees the records of an import."""
    text = f"SELECT ?date WHERE {{ <{BASE}incident/AIID-9004> <{BASE}ontology#incidentDate> ?date }}"
    assert [{"date": "2023-11-20"}] == run("query", "-e", text, "--with", folder / "aiid").rows
    assert [] == run("query", "-e", text).rows


def test_the_setting_names_imports_once_for_all(run: Run, copy: Project, folder: Path) -> None:
    """A relative folder in pyproject.toml is one of the project."""
    shutil.copytree(folder / "aiid", copy.root / "imports" / "aiid")
    (copy.root / "pyproject.toml").write_text('[tool.failuregraph]\nwith = ["imports/aiid"]\n', encoding="utf-8")
    done = run("ask", "events-of-one-registry", project=copy)
    assert {"AI Failure Index", "AI Incident Database", "Failure Graph"} == {row["registry"] for row in done.rows}
    again = run("ask", "events-of-one-registry", "--with", copy.root / "imports" / "aiid", project=copy)
    assert done.rows == again.rows


@pytest.mark.parametrize("text", ["[tool.failuregraph]\nwith = 3\n", "[tool.failuregraph\n"])
def test_a_bad_setting_is_one_sentence(run: Run, copy: Project, text: str) -> None:
    """The file is named, with what is wrong in it."""
    (copy.root / "pyproject.toml").write_text(text, encoding="utf-8")
    done = run("ask", "events-of-one-registry", project=copy)
    assert 3 == done.code
    assert "pyproject.toml: " in done.err


def test_a_registry_can_be_named_once(together: Project, tmp_path: Path) -> None:
    """Two workspaces of one registry would hold one record twice."""
    other = shutil.copytree(together.imports[0].path, tmp_path / "again")
    with pytest.raises(WrongUse, match="name one of the two"):
        together.with_imports([together.imports[0].path, other])


def test_a_folder_that_is_no_import_is_said(corpus: Project, tmp_path: Path) -> None:
    """The sentence says how to make one."""
    with pytest.raises(Unreadable, match="make one with failuregraph import"):
        corpus.with_imports([tmp_path])


def test_a_changed_graph_is_refused(together: Project, tmp_path: Path) -> None:
    """A workspace whose graph is not what its manifest says is not used in part."""
    folder = shutil.copytree(together.imports[0].path, tmp_path / "changed")
    with (folder / Workspace.GRAPH_FILE).open("a", encoding="utf-8") as file:
        file.write("<https://a.example/s> <https://a.example/p> <https://a.example/o> <https://a.example/g> .\n")
    with pytest.raises(Unreadable, match="not what the manifest says; import the file again"):
        Workspace.open(folder)


def test_another_layout_is_refused(together: Project, tmp_path: Path) -> None:
    """A workspace of a later version is not guessed at."""
    folder = shutil.copytree(together.imports[0].path, tmp_path / "later")
    manifest = json.loads((folder / Workspace.MANIFEST_FILE).read_text(encoding="utf-8"))
    (folder / Workspace.MANIFEST_FILE).write_text(json.dumps(manifest | {"format": 99}), encoding="utf-8")
    with pytest.raises(Unreadable, match="the import has the layout 99"):
        Workspace.open(folder)


def test_an_imported_record_has_its_page(wide: Server) -> None:
    """Organisation, licence and registry stand on it, and a name that may be a person's does not."""
    assert "/record/AIID-9004" == wide.get("/incident/AIID-9004").headers["location"]
    page = wide.get("/record/AIID-9003", "text/html").text
    assert "acme robotics" in page
    assert "https://creativecommons.org/licenses/by-sa/4.0/" in page
    assert "AI Incident Database, Responsible AI Collaborative, CC BY-SA 4.0" in page
    assert "voicecloners" not in wide.get("/record/AIID-9004", "text/html").text


def test_other_records_of_the_event_are_listed(wide: Server) -> None:
    """The page of an index record leads to those of the other registries."""
    page = wide.get("/record/FI-9003", "text/html").text
    for other in ("AIID-9003", "APM-2025-fabrikam-ledger-loss", "AGL-fabrikam-agent-ledger-loss-2025-07"):
        assert f'href="/incident/{other}"' in page


def test_steps_keep_their_order_and_their_own_concepts(wide: Server) -> None:
    """A step whose stage no mapping makes certain says so."""
    page = wide.get("/record/APM-2025-tailspin-notes-leak", "text/html").text
    assert page.index("A mail held hidden instructions.") < page.index("Mails were read as instructions.")
    assert "Stage not stated" in page
    assert "prompt-injection" in page


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/party/aiid-acme-robotics", "/doc/party/aiid-acme-robotics"),
        ("/organisation/northwind-group", "/doc/organisation/northwind-group"),
    ],
)
def test_a_thing_leads_to_its_document(wide: Server, path: str, document: str) -> None:
    """Every IRI that the graph uses answers."""
    reply = wide.get(path)
    assert (303, document) == (reply.status, reply.headers["location"])
    assert 200 == wide.get(document, "text/turtle").status


@pytest.mark.parametrize("scheme", ["atlas-technique", "mit-ai-risk-subdomain", "owasp-llm-2025", "apm-failure-class"])
def test_an_outside_taxonomy_has_a_document(wide: Server, scheme: str) -> None:
    """The concepts of a taxonomy stand in one document, as page and as Turtle."""
    assert f"scheme/{scheme}" in wide.get(f"/scheme/{scheme}", "text/turtle").text
    assert 200 == wide.get(f"/scheme/{scheme}", "text/html").status


def test_withdrawn_records_redirect_or_are_gone(corpus: Project, tmp_path: Path) -> None:
    """A duplicate leads to what it is one of; a record that vanished is gone; both under record and incident."""
    folder = tmp_path / "aiid"
    take(REGISTRIES["aiid"], FILES / "registries" / "aiid", corpus, folder)
    project = corpus.with_imports([folder])
    site = Site.open(build(project, tmp_path / "build"), project)
    assert ["record/AIID-9001"] == site.successors("record/AIID-9005")
    assert ["incident/AIID-9001"] == site.successors("incident/AIID-9005")
    assert BASE + "record/AIID-9005" not in site.graphs


def test_a_record_without_successor_is_gone() -> None:
    """The tombstone of a record leaves two identifiers that answer 410."""
    record = ox.NamedNode(BASE + "record/AIID-1")
    status = ox.NamedNode(BASE + "ontology#recordStatus")
    graphs = {record.value: [ox.Triple(record, status, ox.NamedNode(BASE + "record-status#withdrawn"))]}
    moved, gone = take_withdrawn(graphs)
    assert ({}, {BASE + "record/AIID-1", BASE + "incident/AIID-1"}) == (moved, gone)
    assert {} == graphs


def test_the_front_page_counts_what_is_there(wide: Server, together: Project) -> None:
    """The server serves a release of everything that was named."""
    assert 5 == len(together.imports)
    assert "AIID-9002" in wide.get("/incidents?q=AIID-9002", "text/html").text


def test_check_takes_the_folder_of_an_import(run: Run, folder: Path, together: Project, tmp_path: Path) -> None:
    """It is checked by the shapes for imported records; a broken statement is named with its line."""
    assert 0 == run("check", folder / "aiid", project=together).code
    broken = shutil.copytree(folder / "aiid", tmp_path / "broken")
    path = broken / Workspace.GRAPH_FILE
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not ("AIID-9001" in line and "claimStatus" in line)]
    path.write_text("".join(kept), encoding="utf-8")
    manifest = json.loads((broken / Workspace.MANIFEST_FILE).read_text(encoding="utf-8"))
    manifest["graph"]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (broken / Workspace.MANIFEST_FILE).write_text(json.dumps(manifest), encoding="utf-8")
    done = run("check", broken, project=together)
    assert 1 == done.code
    assert "graph.nq:" in done.out
    assert "shape:imported-involvement-claim error" in done.out


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (
            "<https://w3id.org/failuregraph/party/aiid-voicecloners> <https://w3id.org/failuregraph/record/AIID-9004>",
            "<https://w3id.org/failuregraph/party/aiid-nobody> <https://w3id.org/failuregraph/record/AIID-9004>",
            "reference",
        ),
        ('"2023-11-20"', '"2023-11-31"', "date"),
        (
            "ontology#Incident> <https://w3id.org/failuregraph/record/AIID-9004>",
            "ontology#Incidant> <https://w3id.org/failuregraph/record/AIID-9004>",
            "target",
        ),
    ],
)
def test_each_gate_of_an_import_can_fail(together: Project, tmp_path: Path, old: str, new: str, rule: str) -> None:
    """A dangling reference, a date that does not exist and a misspelt class are findings."""
    aiid = next(each for each in together.imports if each.name == "aiid")
    text = aiid.graph_file.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / Workspace.GRAPH_FILE).write_text(text.replace(old, new), encoding="utf-8")
    broken = Workspace(tmp_path, aiid.manifest)
    assert rule in {finding.rule for finding in check_import(together, broken).findings}
    assert () == check_import(together, aiid).findings


def test_show_finds_an_imported_record(run: Run, folder: Path) -> None:
    """By its identifier, as facts and as Turtle."""
    facts = run("show", "AIID-9003", "--with", folder / "aiid").rows
    assert "2025-09-15" in [row["value"] for row in facts if row["property"] == "incident date"]
    turtle = run("show", "incident/AIID-9003", "--with", folder / "aiid", "--format", "ttl").out
    assert 'fg:incidentDate "2025-09-15"^^xsd:date' in turtle


def test_build_names_its_folder(run: Run, folder: Path, tmp_path: Path) -> None:
    """The release that build prints holds the dump of the import."""
    done = run("build", "-o", tmp_path / "out", "--with", folder / "aiid")
    assert 0 == done.code
    assert "aiid.nq" in Release.open(Path(done.out.strip())).manifest["dumps"]
