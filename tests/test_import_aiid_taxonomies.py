"""The classifications of AIID: four taxonomies, their values, their drafts and who made them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from imports import FIXTURES, Imported, edit, findings, imported

from failuregraph.ingest.aiid_taxonomies import split
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


def test_drafts_stay_out_unless_asked_for(aiid: Imported, repository: Project, tmp_path: Path) -> None:
    """Also where a cell does not say whether the classification is published."""
    with_drafts = imported("aiid", SNAPSHOT, repository, tmp_path / "into", flags=frozenset({"drafts"}))
    part = "incident/AIID-9004#classification-gmf"
    assert set() == aiid.said(part, "dcterms:title")
    assert {"publication:draft"} == with_drafts.said(part, "fg:publicationStatus")
    assert (5, 5, 0, 0) == with_drafts.table("classifications_MIT.csv")
    assert [] == findings(repository, with_drafts.outcome.folder)


@pytest.mark.parametrize(
    ("spelt", "taken"), [("TRUE", 1), ("1", 1), ("yes", 1), ("0", 0), ("no", 0), ("False", 0), ("", 0), ("perhaps", 0)]
)
def test_published_is_read_however_it_is_spelt(
    snapshot: Path, repository: Project, tmp_path: Path, spelt: str, taken: int
) -> None:
    """What does not say that it is published is not."""
    path = snapshot / "classifications_MIT.csv"
    path.write_text(f"Namespace,Incident ID,Published,Entity\nMIT,9001,{spelt},AI\n")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert (1, taken, 1 - taken, 0) == found.table(path.name)


def test_who_classified_is_said(aiid: Imported) -> None:
    """The rows of MIT are made by a machine, the others by people."""
    assert {"annotator:machine"} == aiid.said("incident/AIID-9001#classification-mit", "fg:annotatorKind")
    for taxonomy in ("csetv0", "csetv1", "gmf"):
        part = f"incident/AIID-9001#classification-{taxonomy}"
        assert {"annotator:human"} == aiid.said(part, "fg:annotatorKind")


def test_known_and_potential_failures_are_two_claims(aiid: Imported) -> None:
    """A potential failure is never assigned as a known one."""
    part = "incident/AIID-9001#classification-gmf"
    known, potential = aiid.said(part, "fg:assigns"), aiid.said(part, "fg:assignsPotential")
    assert any(each.endswith("aiid-gmf-ai-technical-failure#hallucinated-terms") for each in known)
    assert {"distributional-artifacts"} == {each.rpartition("#")[2] for each in potential}
    assert not known & potential


@pytest.mark.parametrize(
    ("incident", "date"), [(9001, "2024-03-05"), (9002, "2024-05"), (9003, "2018-07"), (9004, "2024-06-20")]
)
def test_the_dates_of_csetv0_are_read_in_their_ways_of_writing(aiid: Imported, incident: int, date: str) -> None:
    """A time, a month before a year with a slash or a hyphen, and a plain day."""
    assert {date} == aiid.said(f"incident/AIID-{incident}#classification-csetv0", "fg:statedDate")


@pytest.mark.parametrize(("incident", "date"), [(9001, "2024-03-05"), (9002, "2024-05"), (9003, "2018")])
def test_the_dates_of_csetv1_are_as_precise_as_their_cells(aiid: Imported, incident: int, date: str) -> None:
    """A month may be a name or have a space before it, and a lone space is nothing."""
    assert {date} == aiid.said(f"incident/AIID-{incident}#classification-csetv1", "fg:statedDate")


def test_a_list_whose_values_hold_commas_is_split_by_the_values(aiid: Imported) -> None:
    """Sectors and bases of harm come out whole, and a value with spaces after it too."""
    assigned = {each.rpartition("#")[2] for each in aiid.said("incident/AIID-9002#classification-csetv1", "fg:assigns")}
    expected = {
        "arts-entertainment-and-recreation",
        "information-and-communication",
        "nation-of-origin-citizenship-immigrant-status",
        "ideology",
        "communications",
        "nuclear",
        "other",
    }
    assert expected <= assigned


def test_a_list_with_an_unknown_value_is_not_split() -> None:
    """One part that is no value spoils the cell, as nobody knows where it ends."""
    assert split("age, astrology", ("age", "sex")) is None
    assert split("agency", ("age", "sex")) is None
    assert ["age", "sex"] == split("Age,sex", ("age", "sex"))


def test_an_unknown_value_is_told_with_row_and_column(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """It is not mapped to the nearest, and the rest of the row is taken."""
    edit(snapshot / "classifications_CSETv1.csv", 1, "AI Harm Level", "AI tangible harm")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [("classifications_CSETv1.csv", 2, "AI Harm Level", "AIID-9001")] == found.told("cannot be split")
    assert {"0"} == found.said("incident/AIID-9001#classification-csetv1", "fg:livesLost")


@pytest.mark.parametrize("value", ["9. Astrology", "Misinformation", "3.9 Something"])
def test_a_number_that_mit_does_not_have_is_told(
    snapshot: Path, repository: Project, tmp_path: Path, value: str
) -> None:
    """The words of MIT drift, its numbers do not."""
    edit(snapshot / "classifications_MIT.csv", 1, "Risk Domain", value)
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [("classifications_MIT.csv", 2, "Risk Domain", "AIID-9001")] == found.told("was not taken")


def test_the_words_of_mit_may_drift(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """Two spellings of one number are one concept."""
    edit(snapshot / "classifications_MIT.csv", 1, "Risk Domain", "3 Misinformation")
    edit(snapshot / "classifications_MIT.csv", 2, "Risk Domain", "3 > Misleading")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    labels = found.said("scheme/mit-ai-risk-domain#3", "skos:prefLabel")
    assert 1 == len(labels)
    assert [] == findings(repository, tmp_path / "into")


@pytest.mark.parametrize("cell", ['["race","sex"]', "['race', 'sex']", '"race, sex"', "race, sex", "race,sex"])
def test_lists_of_json_and_of_python_are_lists(snapshot: Path, repository: Project, tmp_path: Path, cell: str) -> None:
    """A cell may be an array, a Python list or joined values."""
    edit(snapshot / "classifications_CSETv1.csv", 3, "Harm Distribution Basis", cell)
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assigned = {
        each.rpartition("#")[2] for each in found.said("incident/AIID-9003#classification-csetv1", "fg:assigns")
    }
    assert {"race", "sex"} <= assigned


def test_the_doubled_column_is_told_and_not_read(aiid: Imported) -> None:
    """CSETv1 has the column AI System twice; nobody can tell which is meant."""
    note = "classifications_CSETv1.csv: the column “AI System” stands twice; it is not read."
    assert note in aiid.outcome.notes


def test_a_doubled_column_that_is_read_refuses_its_table_alone(
    snapshot: Path, repository: Project, tmp_path: Path
) -> None:
    """The other tables go on."""
    path = snapshot / "classifications_MIT.csv"
    path.write_text("Namespace,Incident ID,Published,Entity,Entity\nMIT,9001,True,AI,Human\n")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert (1, 0, 0, 1) == found.table(path.name)
    assert [(path.name, 1, "", "")] == found.told("“Entity” stands twice")
    assert 6 == found.table("incidents.csv")[1]


def test_the_old_name_of_csetv0_is_known(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """Older snapshots call the first taxonomy of CSET by its bare name."""
    edit(snapshot / "classifications_CSETv0.csv", 1, "Namespace", "CSET")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert {"CSETv0"} == found.said("incident/AIID-9001#classification-csetv0", "dcterms:title")


def test_two_classifications_of_one_incident_count_once(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """The second of one taxonomy is refused."""
    edit(snapshot / "classifications_MIT.csv", 2, "Incident ID", "9001")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [("classifications_MIT.csv", 3, "Incident ID", "AIID-9001")] == found.told("two MIT classifications")


def test_a_classification_of_nothing_is_refused(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """An incident that the snapshot does not have cannot be classified."""
    edit(snapshot / "classifications_GMF.csv", 1, "Incident ID", "8888")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [("classifications_GMF.csv", 2, "Incident ID", "AIID-8888")] == found.told("no such incident")


def test_an_unknown_taxonomy_is_refused_by_name(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """The row is refused, not read as another taxonomy."""
    edit(snapshot / "classifications_GMF.csv", 1, "Namespace", "GMFv2")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [("classifications_GMF.csv", 2, "Namespace", "")] == found.told("“GMFv2” is not one of")
