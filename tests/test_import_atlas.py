"""The importer of MITRE ATLAS: both layouts, with invented studies, techniques and mitigations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from imports import FIXTURES, Imported, findings, imported

from failuregraph.errors import Unreadable
from failuregraph.project import Project

OLDER = FIXTURES / "atlas" / "ATLAS.yaml"
NEWER = FIXTURES / "atlas" / "ATLAS-2026.10.yaml"


@pytest.fixture(scope="module")
def atlas(repository: Project, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Return the fixture with matrices, imported."""
    return imported("atlas", OLDER, repository, tmp_path_factory.mktemp("atlas") / "into")


@pytest.fixture(scope="module")
def newer(repository: Project, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Return the fixture of format 6, imported."""
    return imported("atlas", NEWER, repository, tmp_path_factory.mktemp("newer") / "into")


def _changed(tmp_path: Path, old: str, new: str, source: Path = OLDER) -> Path:
    """Write the fixture with one text in the place of another."""
    text = source.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "ATLAS.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def _chain(found: Imported, study: str) -> list[str]:
    steps = [found.said(f"incident/ATLAS-{study}#procedure-{order}", "fg:technique") for order in range(1, 9)]
    return [technique.rpartition("#")[2] for step in steps for technique in step]


def test_every_row_is_accounted_for(atlas: Imported, repository: Project) -> None:
    """Studies, steps and the catalogue balance, and the gates find nothing."""
    assert (3, 3, 0, 0) == atlas.table("ATLAS.yaml")
    assert (6, 6, 0, 0) == atlas.table("ATLAS.yaml: procedure")
    assert [] == findings(repository, atlas.outcome.folder)


def test_exercises_are_hazards(atlas: Imported) -> None:
    """A demonstration is kept apart from what happened."""
    assert {"fg:Hazard"} == atlas.said("incident/ATLAS-CS9000", "rdf:type")
    assert {"fg:Incident"} == atlas.said("incident/ATLAS-CS9001", "rdf:type")


def test_exercises_can_be_left_out(repository: Project, tmp_path: Path) -> None:
    """The flag leaves out what is not an incident, and says so."""
    found = imported("atlas", OLDER, repository, tmp_path / "into", flags=frozenset({"incidents-only"}))
    assert (3, 2, 1, 0) == found.table("ATLAS.yaml")
    assert [("ATLAS.yaml", 1, "", "ATLAS-CS9000")] == found.told("it is an exercise")


def test_a_chain_keeps_order_and_length(atlas: Imported) -> None:
    """A technique that comes twice is two steps."""
    assert ["AML.T9001.000", "AML.T9048", "AML.T9001.000"] == _chain(atlas, "CS9000")


def test_no_step_of_a_procedure_has_a_stage(atlas: Imported) -> None:
    """Which tactic is which stage is a reviewed mapping's to say."""
    assert 0 == atlas.count("fg:stage")
    assert 6 == atlas.count("fg:technique")


@pytest.mark.parametrize(("study", "date"), [("CS9000", "2021"), ("CS9001", "2023-06"), ("CS9002", "2024-02-29")])
def test_a_date_is_as_precise_as_its_granularity(atlas: Imported, study: str, date: str) -> None:
    """Upstream pads a year to a day; the granularity tells how much is meant."""
    assert {date} == atlas.said(f"incident/ATLAS-{study}", "fg:incidentDate")
    assert set() == atlas.said(f"incident/ATLAS-{study}", "fg:dateCaveat")


def test_without_a_granularity_the_precision_is_unknown(newer: Imported) -> None:
    """The day is kept, with the caveat and a remark."""
    assert {"2024-02-29"} == newer.said("incident/ATLAS-CS9002", "fg:incidentDate")
    assert {"datecaveat:precision-unknown"} == newer.said("incident/ATLAS-CS9002", "fg:dateCaveat")
    assert ["incident-date-granularity"] == [each[2] for each in newer.told("is missing")]


def test_a_subtechnique_stands_below_its_technique(atlas: Imported) -> None:
    """The catalogue keeps what is narrower than what, and what a mitigation addresses."""
    (above,) = atlas.said("scheme/atlas-technique#AML.T9001.000", "skos:broader")
    assert above.endswith("#AML.T9001")
    assert 2 == len(atlas.said("scheme/atlas-mitigation#AML.M9000", "fg:addressesTechnique"))


def test_format_6_is_read_by_its_keys(newer: Imported, repository: Project) -> None:
    """Objects by identifier and relationships apart give records, chains and a catalogue."""
    assert (3, 3, 0, 0) == newer.table(NEWER.name)
    assert (4, 4, 0, 0) == newer.table(f"{NEWER.name}: procedure")
    assert {"2021"} == newer.said("incident/ATLAS-CS9000", "fg:incidentDate")
    assert {"An invented clerk heard a voice and paid."} == newer.said("incident/ATLAS-CS9001", "dcterms:description")
    (above,) = newer.said("scheme/atlas-technique#AML.T9001.000", "skos:broader")
    assert above.endswith("#AML.T9001")
    assert 1 == len(newer.said("scheme/atlas-mitigation#AML.M9000", "fg:addressesTechnique"))
    assert [] == findings(repository, newer.outcome.folder)


def test_format_6_orders_steps_by_their_numbers(newer: Imported) -> None:
    """The list of relationships is in no order."""
    assert ["AML.T9001.000", "AML.T9048", "AML.T9001"] == _chain(newer, "CS9000")


def test_a_version_is_kept_as_it_is_written(newer: Imported) -> None:
    """2026.10 is not the number 2026.1."""
    assert {"2026.10"} == newer.said("scheme/atlas-technique", "owl:versionInfo")


def test_a_newer_release_replaces_what_changed(repository: Project, tmp_path: Path) -> None:
    """The identifiers stay, and a technique has its new name alone."""
    imported("atlas", OLDER, repository, tmp_path / "into")
    found = imported("atlas", NEWER, repository, tmp_path / "into")
    assert ((), 3, ()) == (found.outcome.added, len(found.outcome.changed), found.outcome.gone)
    assert {"Invented Loss of Money and Goods"} == found.said("scheme/atlas-technique#AML.T9048", "skos:prefLabel")


def test_a_step_without_a_technique_is_refused_and_its_number_stays_free(repository: Project, tmp_path: Path) -> None:
    """The steps after it do not move up, and the account has it."""
    path = _changed(
        tmp_path, "    technique: AML.T9048\n    description: Letters passed", "    description: Letters passed"
    )
    found = imported("atlas", path, repository, tmp_path / "into")
    assert (6, 5, 0, 1) == found.table("ATLAS.yaml: procedure")
    assert [("ATLAS.yaml: procedure", 1, "procedure[2].technique", "ATLAS-CS9000")] == found.told("step 2 names no")
    assert set() == found.said("incident/ATLAS-CS9000#procedure-2", "fg:order")
    assert {"3"} == found.said("incident/ATLAS-CS9000#procedure-3", "fg:order")


def test_a_technique_that_the_file_does_not_describe_is_known_by_its_code(repository: Project, tmp_path: Path) -> None:
    """The chain keeps the step, and no reference dangles."""
    path = _changed(tmp_path, "technique: AML.T9001.000\n    description: The team read on.", "technique: AML.T9777")
    found = imported("atlas", path, repository, tmp_path / "into")
    assert ["AML.T9001.000", "AML.T9048", "AML.T9777"] == _chain(found, "CS9000")
    assert ["procedure[3].technique"] == [each[2] for each in found.told("known by its code alone")]
    assert [] == findings(repository, tmp_path / "into")


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("case-study-type: exercise", "case-study-type: rumour", "case-study-type"),
        ("- id: AML.CS9000", "- id: CS9000", "id"),
        ("- id: AML.CS9001", "- id: AML.CS9000", "id"),
        ("  name: Contoso's spam filter let invented letters through\n", "", "name"),
    ],
)
def test_a_study_that_cannot_be_taken_is_refused(
    repository: Project, tmp_path: Path, old: str, new: str, column: str
) -> None:
    """The others go on, and the reason names the field."""
    found = imported("atlas", _changed(tmp_path, old, new), repository, tmp_path / "into")
    assert (3, 2, 0, 1) == found.table("ATLAS.yaml")
    assert [column] == [each.column for each in found.outcome.refused]


def test_a_granularity_that_is_not_known_gives_no_date(repository: Project, tmp_path: Path) -> None:
    """Nobody can tell how much of the date is meant."""
    path = _changed(tmp_path, "incident-date-granularity: YEAR", "incident-date-granularity: DECADE")
    found = imported("atlas", path, repository, tmp_path / "into")
    assert set() == found.said("incident/ATLAS-CS9000", "fg:incidentDate")
    assert ["incident-date-granularity"] == [each[2] for each in found.told("“DECADE” is not one of")]


def test_older_files_with_lists_at_the_top_are_read(repository: Project, tmp_path: Path) -> None:
    """Before version 4 there were no matrices, and names may have underscores."""
    text = OLDER.read_text(encoding="utf-8")
    body = text[text.index("  tactics:") : text.index("case-studies:")].replace("\n  ", "\n").removeprefix("  ")
    path = tmp_path / "ATLAS.yaml"
    path.write_text(
        "version: 3.1.0\n" + body + text[text.index("case-studies:") :].replace("case-studies", "case_studies")
    )
    found = imported("atlas", path, repository, tmp_path / "into")
    assert (3, 3, 0, 0) == found.table("ATLAS.yaml")
    assert (3, 3, 0, 0) == found.table("ATLAS.yaml: techniques")


def test_the_same_release_as_json_is_read(repository: Project, tmp_path: Path) -> None:
    """The content tells the format, not the name."""
    value = {
        "version": "5.9.0",
        "matrices": [],
        "case-studies": [{"id": "AML.CS9003", "name": "A", "case-study-type": "incident"}],
    }
    path = tmp_path / "ATLAS.yaml"
    path.write_text(json.dumps(value))
    assert ("ATLAS-CS9003",) == imported("atlas", path, repository, tmp_path / "into").outcome.added


def test_a_source_file_with_templates_is_refused_by_name(repository: Project, tmp_path: Path) -> None:
    """The template and its line are named."""
    path = _changed(tmp_path, "technique: AML.T9001\n", 'technique: "{{invented_search.id}}"\n')
    with pytest.raises(Unreadable, match=r"ATLAS\.yaml:\d+: “\{\{invented_search\.id\}\}” is a template"):
        imported("atlas", path, repository, tmp_path / "into")


def test_braces_in_a_text_are_no_template(repository: Project, tmp_path: Path) -> None:
    """A study may tell of an attack on templates."""
    path = _changed(tmp_path, "The clerk paid.", "'The clerk typed {{7*7}}.'")
    found = imported("atlas", path, repository, tmp_path / "into")
    assert {"The clerk typed {{7*7}}."} == found.said("incident/ATLAS-CS9001#procedure-1", "fg:text")


def test_another_layout_is_refused_with_its_version(repository: Project, tmp_path: Path) -> None:
    """A reader who has a later release learns which."""
    path = tmp_path / "ATLAS.yaml"
    path.write_text("collection:\n  version: 2031.10\nstudies: []\n")
    with pytest.raises(Unreadable, match=r"“case-studies” was not found; the file, version 2031\.10, is of a layout"):
        imported("atlas", path, repository, tmp_path / "into")
