"""The importer of AI Incident Law, on invented cases."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from imports import FIXTURES, Imported, findings, imported

from failuregraph.errors import Unreadable
from failuregraph.project import Project

DATA = FIXTURES / "ai-incident-law" / "data.json"


@pytest.fixture(scope="module")
def law(repository: Project, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Return the fixture, imported."""
    return imported("ai-incident-law", DATA, repository, tmp_path_factory.mktemp("law") / "into")


def _cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))["datasets"]["included"]["records"]
    return found


def _changed(tmp_path: Path, **change: object) -> Path:
    """Write the first case, changed."""
    path = tmp_path / "data.json"
    path.write_text(json.dumps({"datasets": {"included": {"records": [_cases()[0] | change]}}}), encoding="utf-8")
    return path


def test_every_finished_case_is_taken(law: Imported, repository: Project) -> None:
    """The queues of the editors are told and not read, and the gates find nothing."""
    assert (4, 4, 0, 0) == law.table("data.json")
    assert 2 == len([note for note in law.outcome.notes if "queue of the editors" in note])
    assert "AIL-2024-950" not in law.text
    assert [] == findings(repository, law.outcome.folder)


def test_the_chain_has_stages_where_they_are_certain(law: Imported) -> None:
    """The description tells of two things at once, and so has no stage."""
    stages = [law.said(f"incident/AIL-2024-901#step-{order}", "fg:stage") for order in range(1, 6)]
    expected: list[set[str]] = [
        set(),
        {"stage:model-step"},
        {"stage:control-gap"},
        {"stage:failure"},
        {"stage:consequence"},
    ]
    assert expected == stages
    assert 4 == len([order for order in range(1, 6) if law.said(f"incident/AIL-2023-903#step-{order}", "fg:text")])


def test_the_public_record_is_the_evidence_of_each_step(law: Imported) -> None:
    """It is the first source, and what it is comes from its quality."""
    (evidence,) = law.said("incident/AIL-2024-901#step-3", "fg:evidence")
    assert evidence.endswith("AIL-2024-901#source-1")
    assert {"sourcetype:court-filing"} == law.said("incident/AIL-2024-901#source-1", "fg:sourceType")
    assert {"sourcetype:primary"} == law.said("incident/AIL-2023-903#source-1", "fg:sourceType")


def test_a_case_without_a_public_record_has_no_steps_and_says_so(law: Imported) -> None:
    """A step needs evidence."""
    assert set() == law.said("incident/AIL-2025-904", "fg:observedStep")
    assert [("data.json", 4, "public_record_link", "AIL-2025-904")] == law.told("has no public record")


@pytest.mark.parametrize(("case", "date"), [("2024-901", "2024-02"), ("2025-902", "2025"), ("2025-904", "2025-06-07")])
def test_a_date_is_as_precise_as_it_is_written(law: Imported, case: str, date: str) -> None:
    """A year, a month and a day."""
    assert {date} == law.said(f"incident/AIL-{case}", "fg:incidentDate")


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2018-2020", "2018-01-01", "2020-12-31"),
        ("2018 – 2020", "2018-01-01", "2020-12-31"),
        ("2024-01 to 2024-02", "2024-01-01", "2024-02-29"),
        ("2024-01-05/2024-03", "2024-01-05", "2024-03-31"),
    ],
)
def test_a_range_is_two_bounds_and_its_text(
    repository: Project, tmp_path: Path, text: str, earliest: str, latest: str
) -> None:
    """No single date is made of it."""
    found = imported("ai-incident-law", _changed(tmp_path, error_date=text), repository, tmp_path / "into")
    case = "incident/AIL-2024-901"
    assert ({earliest}, {latest}) == (found.said(case, "fg:earliestDate"), found.said(case, "fg:latestDate"))
    assert ({text}, set()) == (found.said(case, "fg:dateText"), found.said(case, "fg:incidentDate"))


@pytest.mark.parametrize("text", ["2020-2018", "early 2024", "2024-13"])
def test_what_is_no_range_is_kept_as_text_and_told(repository: Project, tmp_path: Path, text: str) -> None:
    """Nothing is guessed from it."""
    found = imported("ai-incident-law", _changed(tmp_path, error_date=text), repository, tmp_path / "into")
    assert {text} == found.said("incident/AIL-2024-901", "fg:dateText")
    assert set() == found.said("incident/AIL-2024-901", "fg:earliestDate")
    assert ["error_date"] == [each[2] for each in found.told("no range of dates")]


def test_who_used_a_system_in_legal_work_is_not_named(law: Imported) -> None:
    """It is mostly a private person; elsewhere the deployer is an alleged party."""
    assert set() == law.said("incident/AIL-2025-902#involvement-deployer", "fg:party")
    assert "Counsel for an invented party" not in law.text
    assert {"claimstatus:alleged"} == law.said(
        "incident/AIL-2024-901#involvement-woodgrove-bank-deployer", "fg:claimStatus"
    )


@pytest.mark.parametrize("deployer", ["Assistant District Attorney J. Roe", "Plaintiff's counsel", "Pro se appellant"])
def test_a_name_that_is_that_of_a_person_is_not_written_elsewhere_either(
    repository: Project, tmp_path: Path, deployer: str
) -> None:
    """Outside legal services, words that stand beside a person's name keep it out; that of a firm is written."""
    found = imported("ai-incident-law", _changed(tmp_path, deployer=deployer), repository, tmp_path / "into")
    assert deployer not in found.text
    assert set() == found.said("incident/AIL-2024-901#involvement-deployer", "fg:party")
    firm = imported("ai-incident-law", _changed(tmp_path, deployer="Roe Ltd"), repository, tmp_path / "firm")
    assert "Roe Ltd" in firm.text


@pytest.mark.parametrize("links", ["https://a.example; https://b.example", ["https://a.example", "https://b.example"]])
def test_secondary_sources_are_joined_by_semicolons_or_listed(
    repository: Project, tmp_path: Path, links: str | list[str]
) -> None:
    """They follow the public record in order."""
    found = imported("ai-incident-law", _changed(tmp_path, secondary_source_links=links), repository, tmp_path / "into")
    assert {"https://b.example"} == found.said("incident/AIL-2024-901#source-3", "foaf:page")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"error_id": "AIEL-24-1"}, "error_id"),
        ({"error_title": ""}, "error_title"),
    ],
)
def test_a_case_that_cannot_be_taken_is_refused(
    repository: Project, tmp_path: Path, change: dict[str, object], column: str
) -> None:
    """The reason names the field."""
    found = imported("ai-incident-law", _changed(tmp_path, **change), repository, tmp_path / "into")
    assert (1, 0, 0, 1) == found.table("data.json")
    assert [column] == [each.column for each in found.outcome.refused]


def test_an_unknown_value_of_a_closed_list_is_told(repository: Project, tmp_path: Path) -> None:
    """A confidence that the registry does not have is not mapped to the nearest."""
    found = imported("ai-incident-law", _changed(tmp_path, confidence_score="highest"), repository, tmp_path / "into")
    assert ["confidence_score"] == [each[2] for each in found.told("“highest” is not one of high, medium, low")]


@pytest.mark.parametrize(
    "layout",
    [
        lambda cases: cases,
        lambda cases: {"records": cases},
        lambda cases: {"included": {"records": cases}},
        lambda cases: {"datasets": {"included": cases}},
        lambda cases: {"datasets": {"included": {"records": {each["error_id"]: each for each in cases}}}},
    ],
)
def test_other_layouts_of_the_same_cases_are_read(
    repository: Project, tmp_path: Path, layout: Callable[[list[dict[str, Any]]], object]
) -> None:
    """Keys tell where the records are."""
    path = tmp_path / "data.json"
    path.write_text(json.dumps(layout(_cases())), encoding="utf-8")
    assert (4, 4, 0, 0) == imported("ai-incident-law", path, repository, tmp_path / "into").table("data.json")


@pytest.mark.parametrize("value", [{"datasets": {"review": {"records": []}}}, {"datasets": 7}, "text", {}])
def test_another_file_is_refused(repository: Project, tmp_path: Path, value: object) -> None:
    """Without the finished records there is nothing to import."""
    path = tmp_path / "data.json"
    path.write_text(json.dumps(value))
    with pytest.raises(Unreadable, match=r"datasets\.included\.records was not found"):
        imported("ai-incident-law", path, repository, tmp_path / "into")
