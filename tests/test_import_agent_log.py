"""The importer of the Agent Incident Log, on invented records."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from imports import FIXTURES, Imported, findings, imported

from failuregraph.errors import Unreadable
from failuregraph.project import Project

DATA = FIXTURES / "agent-incident-log" / "incidents.json"
DROPPED = "AGL-northwind-agent-drops-orders-2025-03"


@pytest.fixture(scope="module")
def log(repository: Project, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Return the fixture, imported."""
    return imported("agent-incident-log", DATA, repository, tmp_path_factory.mktemp("log") / "into")


def _value() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


def _changed(tmp_path: Path, **change: object) -> Path:
    """Write the first record, changed."""
    path = tmp_path / "incidents.json"
    path.write_text(json.dumps({"incidents": [_value()["incidents"][0] | change]}), encoding="utf-8")
    return path


def test_every_record_is_taken(log: Imported, repository: Project) -> None:
    """Three in, three out, nothing told, and the gates find nothing."""
    assert (3, 3, 0, 0) == log.table("incidents.json")
    assert () == log.outcome.left
    assert [] == findings(repository, log.outcome.folder)


def test_the_prose_of_a_record_is_not_read(log: Imported) -> None:
    """It stays with the registry."""
    assert "Prose of the registry" in DATA.read_text(encoding="utf-8")
    assert "Prose" not in log.text


def test_the_verdict_on_controls_is_a_claim_of_its_maker(log: Imported) -> None:
    """It stands apart from the classification, attributed."""
    claim = f"incident/{DROPPED}#control-assessment"
    assert {"registry:agent-incident-log"} == log.said(claim, "prov:wasAttributedTo")
    (verdict,) = log.said(claim, "fg:assigns")
    assert verdict.endswith("agl-action-governance#likely")


def test_a_party_that_is_not_disclosed_is_not_named(log: Imported) -> None:
    """The involvement stands without a party."""
    part = "incident/AGL-contoso-build-host-takeover-2025-09#involvement-not-disclosed"
    assert {"claimstatus:alleged"} == log.said(part, "fg:claimStatus")
    assert set() == log.said(part, "fg:party")


def test_no_tools_is_an_answer(log: Imported) -> None:
    """An entry about infrastructure has none, and nothing is told about it."""
    part = "incident/AGL-contoso-build-host-takeover-2025-09#classification-agent-incident-log"
    assert not [each for each in log.said(part, "fg:assigns") if "agl-tool#" in each]
    assert 2 == len(
        [
            each
            for each in log.said(
                part.replace("contoso-build-host-takeover-2025-09", "tailspin-chat-agent-refunds-2025-11"), "fg:assigns"
            )
            if "agl-tool#" in each
        ]
    )


def test_a_primary_source_is_one(log: Imported) -> None:
    """What is not said to be primary has no type."""
    assert {"sourcetype:primary"} == log.said(f"incident/{DROPPED}#source-1", "fg:sourceType")
    assert set() == log.said(f"incident/{DROPPED}#source-2", "fg:sourceType")
    assert {"2025-03-10"} == log.said(f"incident/{DROPPED}#source-2", "dcterms:issued")


def test_an_aiid_number_is_a_link(log: Imported) -> None:
    """It is a close match, never the same as ours."""
    assert {"https://incidentdatabase.ai/cite/9001/"} == log.said(f"incident/{DROPPED}", "skos:closeMatch")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"surface": "toaster"}, "surface"),
        ({"harm": ["boredom"]}, "harm"),
        ({"root_cause": "missing_approval_gate; context_loss"}, "root_cause"),
        ({"reversible": True}, "reversible"),
        ({"aiid_incident": "none"}, "aiid_incident"),
        ({"date": "2025-02-30"}, "date"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_field_that_is_not_as_it_should_be_is_told(
    repository: Project, tmp_path: Path, change: dict[str, object], column: str
) -> None:
    """The record is taken, the field is named."""
    found = imported("agent-incident-log", _changed(tmp_path, **change), repository, tmp_path / "into")
    assert (1, 1, 0, 0) == found.table("incidents.json")
    assert {column} == {each.column for each in found.outcome.left}


@pytest.mark.parametrize("change", [{"id": "No Slug"}, {"id": None}, {"title": ""}])
def test_a_record_that_cannot_be_taken_is_refused(
    repository: Project, tmp_path: Path, change: dict[str, object]
) -> None:
    """The reason names the field."""
    found = imported("agent-incident-log", _changed(tmp_path, **change), repository, tmp_path / "into")
    assert (1, 0, 0, 1) == found.table("incidents.json")
    assert list(change) == [each.column for each in found.outcome.refused]


@pytest.mark.parametrize(
    "layout", [lambda records: records, lambda records: {"incidents": {each["id"]: each for each in records}}]
)
def test_other_layouts_of_the_same_records_are_read(
    repository: Project, tmp_path: Path, layout: Callable[[list[dict[str, Any]]], object]
) -> None:
    """A list at the top, and an object by identifier."""
    path = tmp_path / "incidents.json"
    path.write_text(json.dumps(layout(_value()["incidents"])), encoding="utf-8")
    assert (3, 3, 0, 0) == imported("agent-incident-log", path, repository, tmp_path / "into").table("incidents.json")


@pytest.mark.parametrize("licence", ["CC BY 4.0", "cc-by-4.0", "https://creativecommons.org/licenses/by/4.0/"])
def test_the_licence_may_be_written_in_its_ways(repository: Project, tmp_path: Path, licence: str) -> None:
    """Each of them is the licence under which the graph stands."""
    path = tmp_path / "incidents.json"
    path.write_text(json.dumps(_value() | {"license": licence}), encoding="utf-8")
    assert 3 == len(imported("agent-incident-log", path, repository, tmp_path / "into").outcome.added)


def test_another_licence_is_refused(repository: Project, tmp_path: Path) -> None:
    """What may not be shared as CC BY is not imported as that."""
    path = tmp_path / "incidents.json"
    path.write_text(json.dumps(_value() | {"license": "CC-BY-NC-4.0"}), encoding="utf-8")
    with pytest.raises(Unreadable, match=r"states the licence “CC-BY-NC-4\.0”"):
        imported("agent-incident-log", path, repository, tmp_path / "into")


def test_another_file_is_refused(repository: Project, tmp_path: Path) -> None:
    """Without the list there is nothing to import."""
    path = tmp_path / "incidents.json"
    path.write_text('{"records": []}')
    with pytest.raises(Unreadable, match="the list “incidents” was not found"):
        imported("agent-incident-log", path, repository, tmp_path / "into")
