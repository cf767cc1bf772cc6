"""The importer of agent-postmortems: its export and its folder of YAML files, with invented records."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from imports import FIXTURES, Imported, findings, imported

from failuregraph.errors import Unreadable
from failuregraph.project import Project

EXPORT = FIXTURES / "agent-postmortems" / "export" / "incidents.json"
FOLDER = FIXTURES / "agent-postmortems" / "incidents"
DROPPED = "APM-2025-northwind-agent-drops-table"


@pytest.fixture(scope="module")
def postmortems(repository: Project, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Return the fixture of the export, imported."""
    return imported("agent-postmortems", EXPORT, repository, tmp_path_factory.mktemp("apm") / "into")


def _export(tmp_path: Path, *changes: dict[str, Any]) -> Path:
    """Write an export whose record about dropped orders is changed, once for each change."""
    records = json.loads(EXPORT.read_text(encoding="utf-8"))["incidents"]
    (record,) = (each for each in records if each["incident_id"].endswith("drops-table"))
    path = tmp_path / "incidents.json"
    path.write_text(json.dumps({"incidents": [record | change for change in changes]}), encoding="utf-8")
    return path


def test_every_record_is_taken(postmortems: Imported, repository: Project) -> None:
    """Three records in, three out, and the gates find nothing."""
    assert (3, 3, 0, 0) == postmortems.table("incidents.json")
    assert [] == findings(repository, postmortems.outcome.folder)


def test_a_hazard_is_no_incident(postmortems: Imported) -> None:
    """What was demonstrated is kept apart from what happened."""
    assert {"fg:Hazard"} == postmortems.said("incident/APM-2024-contoso-helpdesk-injection", "rdf:type")
    assert {"fg:Incident"} == postmortems.said(f"incident/{DROPPED}", "rdf:type")


def test_the_chain_keeps_its_order(postmortems: Imported) -> None:
    """Trigger, the classes in their order, the causes, and what followed."""
    concepts = [
        {each.rpartition("#")[2] for each in postmortems.said(f"incident/{DROPPED}#step-{order}", "fg:outsideConcept")}
        for order in range(1, 10)
    ]
    chain = [
        {"unsafe-action", "unsafe-action-data-deletion"},
        {"hallucination", "hallucination-false-state"},
        {"task-failure"},
    ]
    assert [set(), *chain, set(), set(), set(), set(), set()] == concepts


def test_a_stage_is_said_where_it_is_certain_alone(postmortems: Imported) -> None:
    """A class of failure has no stage of its own; a trigger, a cause and a consequence have."""
    stages = [postmortems.said(f"incident/{DROPPED}#step-{order}", "fg:stage") for order in range(1, 10)]
    assert [{"stage:trigger"}, set(), set(), set()] == stages[:4]
    assert [{"stage:control-gap"}] * 3 + [{"stage:consequence"}] * 2 == stages[4:]


def test_steps_rest_on_the_sources(postmortems: Imported) -> None:
    """Each step names both sources as its evidence."""
    assert 2 == len(postmortems.said(f"incident/{DROPPED}#step-1", "fg:evidence"))


def test_the_date_may_be_of_the_event_or_of_its_disclosure(postmortems: Imported) -> None:
    """The registry does not tell the two apart, and the graph says so."""
    assert {"datecaveat:occurred-or-disclosed"} == postmortems.said(f"incident/{DROPPED}", "fg:dateCaveat")
    assert {"2024-11"} == postmortems.said("incident/APM-2024-contoso-helpdesk-injection", "fg:incidentDate")


def test_a_vendor_has_no_role(postmortems: Imported) -> None:
    """It is free text, alleged, and typed as nothing but a party."""
    part = f"incident/{DROPPED}#involvement-northwind-fabrikam"
    assert {"claimstatus:alleged"} == postmortems.said(part, "fg:claimStatus")
    assert set() == postmortems.said(part, "fg:role")


def test_an_amount_is_a_range_that_may_be_estimated(postmortems: Imported) -> None:
    """Both bounds are decimals."""
    assert {12000.0} == set(map(float, postmortems.said(f"incident/{DROPPED}", "fg:costUSD")))
    assert {15500.5} == set(map(float, postmortems.said(f"incident/{DROPPED}", "fg:mostCostUSD")))
    assert '"15500.5"^^<http://www.w3.org/2001/XMLSchema#decimal>' in postmortems.text
    assert {"true"} == postmortems.said(f"incident/{DROPPED}", "fg:costEstimated")


def test_an_aiid_number_may_be_a_number_or_a_text(postmortems: Imported) -> None:
    """Both become a link to the page of the incident."""
    for incident, number in ((DROPPED, 9001), ("APM-2024-contoso-helpdesk-injection", 9002)):
        links = postmortems.said(f"incident/{incident}", "skos:closeMatch")
        assert f"https://incidentdatabase.ai/cite/{number}/" in links


def test_the_folder_says_what_the_export_says(postmortems: Imported, repository: Project, tmp_path: Path) -> None:
    """The records of both are the same statements, dates included; the template is passed over."""
    found = imported("agent-postmortems", FOLDER, repository, tmp_path / "into")
    mark = "graph/import/agent-postmortems>"
    assert [line for line in postmortems.text.splitlines() if mark not in line] == [
        line for line in found.text.splitlines() if mark not in line
    ]
    assert ("_TEMPLATE.yaml: a template, no record.",) == found.outcome.notes


def test_the_folder_around_the_records_is_as_good(repository: Project, tmp_path: Path) -> None:
    """A checkout of the registry has its records under incidents/."""
    found = imported("agent-postmortems", FOLDER.parent, repository, tmp_path / "into")
    assert (3, 3, 0, 0) == found.table("agent-postmortems")


def test_one_bad_file_leaves_the_others(repository: Project, tmp_path: Path) -> None:
    """It is refused by name and line, and counted."""
    folder = shutil.copytree(FOLDER, tmp_path / "incidents")
    (folder / "2023-broken.yaml").write_text("incident_id: 2023-broken\ntitle: [\n")
    found = imported("agent-postmortems", folder, repository, tmp_path / "into")
    assert (4, 3, 0, 1) == found.table("incidents")
    assert [("incidents", 1, "", "2023-broken.yaml")] == found.told("2023-broken.yaml, line 3: not YAML")


@pytest.mark.parametrize(
    "value", [lambda records: records, lambda records: {"incidents": {each["incident_id"]: each for each in records}}]
)
def test_a_list_at_the_top_and_an_object_by_identifier_are_read(
    repository: Project, tmp_path: Path, value: Callable[[list[dict[str, Any]]], object]
) -> None:
    """Other layouts of the same records give the same records."""
    path = tmp_path / "incidents.json"
    path.write_text(json.dumps(value(json.loads(EXPORT.read_text(encoding="utf-8"))["incidents"])), encoding="utf-8")
    found = imported("agent-postmortems", path, repository, tmp_path / "into")
    assert (3, 3, 0, 0) == found.table("incidents.json")


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"incident_id": "No Slug"}, "incident_id", "is not a year and words"),
        ({"incident_type": "rumour"}, "incident_type", "neither incident nor hazard"),
        ({"title": " "}, "title", "has no title"),
    ],
)
def test_a_record_that_cannot_be_taken_is_refused(
    repository: Project, tmp_path: Path, change: dict[str, Any], column: str, reason: str
) -> None:
    """The reason names the field, and another record goes on."""
    other = {"incident_id": "2025-another-one", "related_incidents": []}
    found = imported("agent-postmortems", _export(tmp_path, change, other), repository, tmp_path / "into")
    assert (2, 1, 0, 1) == found.table("incidents.json")
    assert [column] == [each[2] for each in found.told(reason)]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"severity": "catastrophic"}, "severity"),
        ({"status": 7}, "status"),
        ({"colour": "red"}, "colour"),
        ({"date": "last spring"}, "date"),
        ({"cve": ["CVE-1"]}, "cve"),
        ({"failure_classes": [{"class": "astrology"}]}, "failure_classes[1].class"),
        ({"failure_classes": [7]}, "failure_classes"),
        ({"blast_radius": {"cost": {"amount_usd": "much"}}}, "blast_radius.cost.amount_usd"),
        ({"blast_radius": {"user_harm": {"categories": ["boredom"]}}}, "blast_radius.user_harm.categories"),
        ({"external_ids": {"aiid": "twelve"}}, "external_ids.aiid"),
        ({"external_ids": {"oecd_aim": "somewhere"}}, "external_ids.oecd_aim"),
        ({"related_incidents": ["2020-nowhere"]}, "related_incidents"),
        ({"sources": []}, "sources"),
        ({"sources": [{"url": "ftp://x", "title": "x"}]}, "sources[1].url"),
        ({"sources": ["https://x.example"]}, "sources[1]"),
        ({"system": "an agent"}, "system"),
    ],
)
def test_a_field_that_is_not_as_it_should_be_is_told(
    repository: Project, tmp_path: Path, change: dict[str, Any], column: str
) -> None:
    """The record is taken, and the field is named."""
    path = _export(tmp_path, {"related_incidents": []} | change)
    found = imported("agent-postmortems", path, repository, tmp_path / "into")
    assert (1, 1, 0, 0) == found.table("incidents.json")
    assert column in {each.column for each in found.outcome.left}


def test_what_is_told_leaves_nothing_for_the_gates(repository: Project, tmp_path: Path) -> None:
    """A link to a record that is not there, and a class that is not known, break no rule."""
    change: dict[str, Any] = {
        "related_incidents": ["2020-nowhere"],
        "failure_classes": ["astrology"],
        "sources": [],
        "severity": "?",
    }
    imported("agent-postmortems", _export(tmp_path, change), repository, tmp_path / "into")
    assert [] == findings(repository, tmp_path / "into")


def test_a_text_where_a_list_belongs_is_a_list_of_one(repository: Project, tmp_path: Path) -> None:
    """A single cause need not stand in brackets."""
    change = {"contributing_factors": "One cause.", "related_incidents": []}
    found = imported("agent-postmortems", _export(tmp_path, change), repository, tmp_path / "into")
    assert {"One cause."} == found.said(f"incident/{DROPPED}#step-6", "fg:text")


def test_without_a_chain_the_primary_class_is_the_chain(repository: Project, tmp_path: Path) -> None:
    """A record of an older layout names one class alone."""
    change: dict[str, Any] = {"failure_classes": None, "related_incidents": []}
    found = imported("agent-postmortems", _export(tmp_path, change), repository, tmp_path / "into")
    (concept,) = found.said(f"incident/{DROPPED}#step-2", "fg:outsideConcept")
    assert concept.endswith("apm-failure-class#unsafe-action")


def test_a_vendor_without_latin_letters_has_a_party_of_its_own(repository: Project, tmp_path: Path) -> None:
    """Two such names are two parties."""
    changes: list[dict[str, Any]] = [
        {"incident_id": f"2025-number-{place}", "system": {"vendor": vendor}, "related_incidents": []}
        for place, vendor in enumerate(("北風", "東風"))
    ]
    found = imported("agent-postmortems", _export(tmp_path, *changes), repository, tmp_path / "into")
    assert 2 == len(set(re.findall(r"party/agent-postmortems-x-[0-9a-f]{12}>", found.text)))


def test_a_count_that_the_export_does_not_hold_is_told(repository: Project, tmp_path: Path) -> None:
    """An export that was cut states more records than it has."""
    value = json.loads(EXPORT.read_text(encoding="utf-8")) | {"count": 63}
    path = tmp_path / "incidents.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    found = imported("agent-postmortems", path, repository, tmp_path / "into")
    assert ("incidents.json: it states 63 records and holds 3.",) == found.outcome.notes


def test_another_file_is_refused(repository: Project, tmp_path: Path) -> None:
    """JSON without records is not an export."""
    path = tmp_path / "incidents.json"
    path.write_text('{"records": 1}')
    with pytest.raises(Unreadable, match="is it an export of agent-postmortems"):
        imported("agent-postmortems", path, repository, tmp_path / "into")


def test_an_empty_folder_is_refused(repository: Project, tmp_path: Path) -> None:
    """A folder without YAML files holds no record."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unreadable, match="no record was found"):
        imported("agent-postmortems", tmp_path / "empty", repository, tmp_path / "into")
