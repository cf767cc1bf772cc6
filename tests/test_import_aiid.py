"""The importer of the AI Incident Database, on invented rows in the layout of its snapshots."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path
from typing import Any

import bson
import pytest
from imports import FIXTURES, Imported, balances, edit, findings, imported

from failuregraph.errors import Unreadable
from failuregraph.project import Project

SNAPSHOT = FIXTURES / "aiid"


@pytest.fixture(scope="module")
def aiid(repository: Project, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Return the fixture imported without flags."""
    return imported("aiid", SNAPSHOT, repository, tmp_path_factory.mktemp("aiid") / "into")


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """Return a copy of the fixture that the test may change."""
    return shutil.copytree(SNAPSHOT, tmp_path / "snapshot")


def test_every_row_is_accounted_for(aiid: Imported) -> None:
    """Rows read are rows taken, left out and refused, table by table."""
    tables = {each.file: (each.read, each.taken, each.left_out, each.refused) for each in aiid.outcome.tables}
    expected = {
        "duplicates.csv": (3, 3, 0, 0),
        "incidents.csv": (7, 6, 1, 0),
        "reports.csv": (7, 6, 1, 0),
        "classifications_CSETv0.csv": (5, 4, 1, 0),
        "classifications_CSETv1.csv": (6, 4, 2, 0),
        "classifications_CSETv1_Annotator-1.csv": (1, 0, 1, 0),
        "classifications_GMF.csv": (3, 2, 1, 0),
        "classifications_MIT.csv": (5, 4, 1, 0),
    }
    assert expected == tables


def test_the_fixture_passes_the_gates(aiid: Imported, repository: Project) -> None:
    """Shapes, targets and references find nothing in the import."""
    assert [] == findings(repository, aiid.outcome.folder)


def test_each_record_has_a_graph_of_its_own(aiid: Imported) -> None:
    """The graph of a record bears the name of the record, and there is one of facts about the import."""
    graphs = {graph.value.rpartition("failuregraph/")[2] for graph in aiid.store.named_graphs()}
    records = {f"record/AIID-900{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9)}
    assert records <= graphs
    assert {"graph/import/aiid"} <= graphs


def test_alleged_columns_are_alleged_involvements(aiid: Imported) -> None:
    """A deployer that the registry alleges is alleged here, in its role."""
    part = "incident/AIID-9001#involvement-northwind-deployer"
    assert {"claimstatus:alleged"} == aiid.said(part, "fg:claimStatus")
    assert {"role:deployer"} == aiid.said(part, "fg:role")
    assert "confirmed" not in aiid.text


def test_a_slug_that_nobody_decided_is_typed_as_nothing(aiid: Imported) -> None:
    """A party is a party; its kind comes from a table or from words that are no organisation's."""
    assert set() == aiid.said("party/aiid-northwind", "fg:partyKind")
    assert {"partykind:group"} == aiid.said("party/aiid-deepfake-technology-developers", "fg:partyKind")
    assert {"partykind:abstraction"} == aiid.said("party/aiid-epistemic-integrity", "fg:partyKind")
    assert {"partykind:unknown"} == aiid.said("party/aiid-unknown", "fg:partyKind")
    assert {"fg:Party"} == aiid.said("party/aiid-northwind", "rdf:type")


def test_a_harmed_party_that_may_be_a_person_is_not_named(aiid: Imported) -> None:
    """Its involvement stands, in its role, without a party."""
    part = "incident/AIID-9002#involvement-affected-3"
    assert {"role:affected"} == aiid.said(part, "fg:role")
    assert set() == aiid.said(part, "fg:party")
    assert "jordan-sample" not in aiid.text


def test_people_names_harmed_parties(repository: Project, tmp_path: Path) -> None:
    """A user who asks for people gets the slug."""
    found = imported("aiid", SNAPSHOT, repository, tmp_path / "into", flags=frozenset({"people"}))
    assert "party/aiid-jordan-sample" in found.text


def test_two_slugs_of_one_firm_stay_two_parties(aiid: Imported) -> None:
    """Nothing here decides that two names are one organisation."""
    assert {"fg:Party"} == aiid.said("party/aiid-fabrikam", "rdf:type")
    assert {"fg:Party"} == aiid.said("party/aiid-fabrikam-inc", "rdf:type")


def test_the_precision_of_a_date_is_said_to_be_unknown(aiid: Imported) -> None:
    """Each date carries the caveat, and the first of a month another."""
    both = {"datecaveat:precision-unknown", "datecaveat:first-of-month"}
    assert {"datecaveat:precision-unknown"} == aiid.said("incident/AIID-9001", "fg:dateCaveat")
    assert both == aiid.said("incident/AIID-9002", "fg:dateCaveat")


def test_a_missing_date_is_told_and_not_filled_in(aiid: Imported) -> None:
    """The incident stands without a date."""
    assert set() == aiid.said("incident/AIID-9006", "fg:incidentDate")
    assert [("incidents.csv", 8, "date", "AIID-9006")] == aiid.told("there is no date")


def test_the_key_of_a_row_dates_it_but_for_the_bulk_load(aiid: Imported) -> None:
    """173 rows were made on one day, which dates none of them."""
    assert {"2024-03-24"} == aiid.said("record/AIID-9001", "fg:rowCreated")
    assert set() == aiid.said("record/AIID-9003", "fg:rowCreated")


def test_a_duplicate_redirects_even_where_its_row_still_stands(aiid: Imported) -> None:
    """The redirect wins over the row, and the report says so."""
    assert {"record/AIID-9001"} == aiid.said("record/AIID-9005", "dcterms:isReplacedBy")
    assert {"recordstatus:withdrawn"} == aiid.said("record/AIID-9005", "fg:recordStatus")
    assert set() == aiid.said("incident/AIID-9005", "rdfs:label")
    assert [("incidents.csv", 7, "", "AIID-9005")] == aiid.told("redirects to it")


def test_a_chain_of_duplicates_redirects_to_its_end(aiid: Imported) -> None:
    """A number that duplicates a duplicate leads to what both are."""
    assert {"record/AIID-9004"} == aiid.said("record/AIID-9009", "dcterms:isReplacedBy")


def test_duplicates_in_a_circle_stay_as_they_are(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """Two numbers that redirect to each other are told, and their incidents are kept."""
    (snapshot / "duplicates.csv").write_text("duplicate_incident_number,true_incident_number\n9001,9004\n9004,9001\n")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert {"recordstatus:live"} == found.said("record/AIID-9001", "fg:recordStatus")
    assert 2 == len(found.told("in a circle"))


def test_a_duplicate_of_nothing_stays_as_it_is(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """A redirect to an incident that was not taken would lead nowhere."""
    (snapshot / "duplicates.csv").write_text("duplicate_incident_number,true_incident_number\n9001,8888\n")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert {"recordstatus:live"} == found.said("record/AIID-9001", "fg:recordStatus")
    assert [("incidents.csv", 2, "incident_id", "AIID-9001")] == found.told("was not taken, and so is kept")


def test_reports_become_sources_of_each_incident_that_cites_them(aiid: Imported) -> None:
    """The order is that of the list of the incident."""
    assert {"1"} == aiid.said("incident/AIID-9001#source-7001", "fg:order")
    assert {"2"} == aiid.said("incident/AIID-9004#source-7004", "fg:order")
    assert {"news.example"} == aiid.said("incident/AIID-9001#source-7001", "fg:host")
    assert {"2024-03-09"} == aiid.said("incident/AIID-9001#source-7002", "dcterms:issued")
    assert {"de"} == aiid.said("incident/AIID-9002#source-7003", "dcterms:language")


def test_a_bad_address_is_told_and_the_source_stands(aiid: Imported) -> None:
    """The title is kept, the address is not."""
    assert {"How Contoso ranks people"} == aiid.said("incident/AIID-9004#source-7004", "dcterms:title")
    assert set() == aiid.said("incident/AIID-9004#source-7004", "foaf:page")
    assert [("reports.csv", 8, "url", "7004")] == aiid.told("no http or https address")


@pytest.mark.parametrize("text", ["UNDER NO LICENCE", "SNIPPET OF NEWS", "Prose that is not read", "Ada Example"])
def test_what_is_not_licensed_is_never_written(aiid: Imported, text: str) -> None:
    """Texts of reports, snippets, prose and authors are in the fixture and not in the graph."""
    tables = "".join(path.read_text(encoding="utf-8") for path in SNAPSHOT.glob("*.csv"))
    assert text in tables
    assert text not in aiid.text


@pytest.mark.parametrize("cell", ['["northwind",""]', "['northwind']", '["northwind","northwind"]'])
def test_party_cells_may_be_lists_of_python(snapshot: Path, repository: Project, tmp_path: Path, cell: str) -> None:
    """Empty and repeated values are not parties."""
    edit(snapshot / "incidents.csv", 3, "Alleged deployer of AI system", cell)
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    involved = {each for each in found.said("incident/AIID-9003", "fg:involvement") if "deployer" in each}
    assert 1 == len(involved)


def test_a_list_that_is_none_is_told(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """Nothing is guessed from it, and no count of sources is stated."""
    edit(snapshot / "incidents.csv", 1, "reports", "7001; 7002")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [("incidents.csv", 2, "reports", "AIID-9001")] == found.told("is no list")
    assert set() == found.said("record/AIID-9001", "fg:sourceCount")


def test_a_single_table_is_enough(repository: Project, tmp_path: Path) -> None:
    """Incidents and parties come from incidents.csv alone, whatever it is called."""
    path = tmp_path / "my-incidents.csv"
    shutil.copy(SNAPSHOT / "incidents.csv", path)
    found = imported("aiid", path, repository, tmp_path / "into")
    assert (7, 7, 0, 0) == found.table("incidents.csv")


def test_columns_may_be_spelt_otherwise(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """Capitals, spaces and underscores differ between exports."""
    path = snapshot / "incidents.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("_id,incident_id,date", "_id,Incident ID,Date", 1).replace(
            "Alleged deployer of AI system", "Alleged Deployer of AI System", 1
        )
    )
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert 6 == found.table(path.name)[1]
    assert {"2024-03-05"} == found.said("incident/AIID-9001", "fg:incidentDate")


def test_a_row_that_stands_twice_counts_once(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """The second is refused by its number."""
    edit(snapshot / "incidents.csv", 4, "incident_id", "9001")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [("incidents.csv", 6, "incident_id", "AIID-9001")] == found.told("stands in the table twice")


def test_a_report_that_stands_twice_counts_once(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """A source has one title."""
    edit(snapshot / "reports.csv", 2, "report_number", "7001")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [("reports.csv", 4, "report_number", "7001")] == found.told("stands in the table twice")
    assert {"Shop assistant invents a refund"} == found.said("incident/AIID-9001#source-7001", "dcterms:title")


def test_reports_that_are_cited_and_missing_are_told(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """A table of reports that was cut does not pass for a whole one."""
    edit(snapshot / "reports.csv", 1, "report_number", "7777")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert "reports.csv: 1 of the reports that incidents cite are not in it." in found.outcome.notes


def test_a_folder_without_incidents_is_refused(tmp_path: Path, repository: Project) -> None:
    """Reports alone are no snapshot."""
    folder = tmp_path / "folder"
    folder.mkdir()
    shutil.copy(SNAPSHOT / "reports.csv", folder)
    with pytest.raises(Unreadable, match=r"no incidents\.csv was found"):
        imported("aiid", folder, repository, tmp_path / "into")


def _archive(path: Path, mode: str, extra: dict[str, bytes] | None = None) -> Path:
    """Write the fixture as a snapshot with its one folder at the top."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]  # the mode is a parameter
        for each in sorted(SNAPSHOT.glob("*")):
            archive.add(each, f"mongodump_full_snapshot/{each.name}")
        for name, data in (extra or {}).items():
            member = tarfile.TarInfo(f"mongodump_full_snapshot/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


@pytest.mark.parametrize(
    ("ending", "mode"), [("tar.bz2", "w:bz2"), ("tar.gz", "w:gz"), ("tar.xz", "w:xz"), ("tar", "w")]
)
def test_an_archive_says_what_its_folder_says(
    aiid: Imported, repository: Project, tmp_path: Path, ending: str, mode: str
) -> None:
    """The records of both are the same statements, and the date is that of the archive's name."""
    path = _archive(tmp_path / f"backup-20260727110451.{ending}", mode)
    found = imported("aiid", path, repository, tmp_path / "into")
    assert _records(aiid) == _records(found)
    assert '"2026-07-27"^^' in found.text


def _records(found: Imported) -> list[str]:
    return [line for line in found.text.splitlines() if "graph/import/aiid>" not in line]


def test_an_unpacked_snapshot_has_the_date_of_its_folder(repository: Project, tmp_path: Path) -> None:
    """The folder mongodump_full_snapshot is dated by the one around it."""
    folder = tmp_path / "backup-20260727110451" / "mongodump_full_snapshot"
    shutil.copytree(SNAPSHOT, folder)
    assert '"2026-07-27"^^' in imported("aiid", folder, repository, tmp_path / "into").text


def _collections() -> dict[str, bytes]:
    entities: list[dict[str, Any]] = [
        {"entity_id": "northwind", "name": "Northwind Traders"},
        {"entity_id": "shop-assistant", "name": "Northwind Shop Assistant"},
        {"entity_id": "nameless"},
    ]
    incidents: list[dict[str, Any]] = [
        {"incident_id": 9001, "implicated_systems": ["shop-assistant", "unnamed-system"]},
        {"incident_id": 9005, "implicated_systems": ["shop-assistant"]},
        {"incident_id": 9002},
    ]
    return {
        "aiidprod/entities.bson": b"".join(map(bson.encode, entities)),
        "aiidprod/incidents.bson": b"".join(map(bson.encode, incidents)),
        "aiidprod/reports.bson": b"never read",
    }


def test_bson_adds_names_and_systems(repository: Project, tmp_path: Path) -> None:
    """What the tables lack comes from the collections, row by row accounted for."""
    path = _archive(tmp_path / "backup-20260727110451.tar.bz2", "w:bz2", _collections())
    found = imported("aiid", path, repository, tmp_path / "into")
    assert {"Northwind Traders"} == found.said("party/aiid-northwind", "rdfs:label")
    assert {"Northwind Shop Assistant", "unnamed-system"} == found.said("incident/AIID-9001", "fg:systemName")
    assert (3, 2, 0, 1) == found.table("entities.bson")
    assert (3, 2, 1, 0) == found.table("incidents.bson")
    assert [] == findings(repository, tmp_path / "into")


def test_bson_that_breaks_off_leaves_the_tables_whole(repository: Project, tmp_path: Path) -> None:
    """The collection is refused with what came before, and the incidents are taken."""
    broken = {"aiidprod/incidents.bson": _collections()["aiidprod/incidents.bson"][:-5]}
    path = _archive(tmp_path / "backup-20260727110451.tar.bz2", "w:bz2", broken)
    found = imported("aiid", path, repository, tmp_path / "into")
    assert [("incidents.bson", 0, "", "")] == found.told("not BSON after 2 documents")
    assert 6 == found.table("incidents.csv")[1]
    assert balances(found.outcome)
