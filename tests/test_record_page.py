"""The page of a record: what it says of an incident, of its sources and its path, and what it must not say."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest
from pagetext import PageText, read

from failuregraph.answer.similar import similar
from failuregraph.build import build
from failuregraph.ingest.importing import take
from failuregraph.ingest.registries import REGISTRIES
from failuregraph.names import BASE
from failuregraph.pages.dates import When, when
from failuregraph.pages.document import Link
from failuregraph.pages.incident.events import Told, event, registry_of
from failuregraph.pages.incident.levels import MEANINGS
from failuregraph.pages.incident.record import RecordPage, record_page
from failuregraph.pages.rendering import Templates
from failuregraph.pages.site import Site
from failuregraph.project import Project
from failuregraph.serve.app import Service
from failuregraph.serve.asking import ask
from failuregraph.serve.settings import Place, Settings

SECTIONS = ["Who is named", "Failure path", "Impact", "Sources", "Similar incidents", "History and licence", "Cite"]


def _page(service: Service, name: str) -> PageText:
    reply = asyncio.run(ask(service, f"/record/{name}"))
    assert (200, "text/html") == (reply.status, reply.media_type)
    return read(reply.text)


def _names(site: Site) -> list[str]:
    return sorted(name.removeprefix(BASE + "record/") for name in site.graphs if name.startswith(BASE + "record/"))


def _changed(project: Project, tmp_path: Path, name: str, *changes: tuple[str, str]) -> Site:
    """Return the site of a project whose record of that name was changed."""
    path = project.path_of("record", name)
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return Site.open(build(project, tmp_path / "build"), project)


@pytest.fixture(scope="module")
def templates() -> Templates:
    """Return the templates with a release of an invented name."""
    return Templates("0123")


@pytest.fixture(scope="module", params=["corpus", "together", "real"])
def every(request: pytest.FixtureRequest) -> list[RecordPage]:
    """Return all records of the corpus, of the corpus with five registries, and of the real graph."""
    if request.param == "real":
        site: Site = request.getfixturevalue("real_site")
    else:
        site = request.getfixturevalue(f"{request.param}_service").site
    return [record_page(site, name) for name in _names(site)]


# Every record


def test_every_record_has_a_page_in_order(every: list[RecordPage], templates: Templates) -> None:
    """One first heading, no level left out, all sections, anchors that are unique, references that lead somewhere."""
    template = templates.environment.get_template("record.html")
    for view in every:
        page = read(template.render(view=view))
        levels = [level for level, _ in page.headings]
        assert 1 == levels.count(1), view.identifier
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), view.identifier
        assert [name for name in SECTIONS if name not in [text for _, text in page.headings]] == [], view.identifier
        assert len(page.ids) == len(set(page.ids)), view.identifier
        assert {link[1:] for link in page.links if link.startswith("#")} <= {*page.ids, "main"}, view.identifier


def test_origins_are_as_the_rules_count_them(every: list[RecordPage], request: pytest.FixtureRequest) -> None:
    """The number on the page is the one that is derived, and sources stand together for a reason that is told."""
    site = next(iter(_sites(request, every)))
    for view in every:
        derived = site.derived.text(f"{BASE}incident/{view.identifier}", "fg:independentSourceCount")
        if view.origins.groups and not view.hazard:
            assert derived == str(view.origins.counted), view.identifier
        for group in view.origins.groups:
            assert (len(group.sources) > 1) == bool(group.reasons), view.identifier


def _sites(request: pytest.FixtureRequest, every: list[RecordPage]) -> list[Site]:
    """Return the site that the views are of."""
    known: list[Site] = [
        request.getfixturevalue("corpus_service").site,
        request.getfixturevalue("together_service").site,
        request.getfixturevalue("real_site"),
    ]
    return [site for site in known if _names(site) == [view.identifier for view in every]]


def test_a_page_contradicts_as_often_as_the_question_says(real_site: Site) -> None:
    """The rows marked as contradictions are those of the stored question, in either order of the pair."""
    table = real_site.answer("same-event-conflicts")
    wanted = [table.columns.index(name) for name in ("one", "other", "property", "contradiction")]
    told = [[term.value for place in wanted if (term := row[place])] for row in table.rows]
    asked = {(*sorted((one, other)), name) for one, other, name, contradicts in told if contradicts == "yes"}
    assert 5 < len(asked)
    for one, other in {each[:2] for each in asked}:
        found = {row.name for row in event(real_site, one).differing if row.contradiction}
        assert {each[2] for each in asked if each[:2] == (one, other)} == found


# Facts


@pytest.mark.parametrize(
    ("value", "text", "machine"),
    [
        ("2023-06-21", "21 June 2023", "2023-06-21"),
        ("2023-06", "June 2023", "2023-06"),
        ("2021", "2021 (year only)", "2021"),
        ("2021-02-30", "2021-02-30", ""),
        ("summer", "summer", ""),
        ("", "", ""),
    ],
)
def test_a_date_is_as_precise_as_it_is_stated(value: str, text: str, machine: str) -> None:
    """A month is no day, a year says that it is one, and what is no date stays as it is."""
    assert When(text, machine) == when(value)


def test_facts_stand_with_their_places_on_scales(corpus_service: Service) -> None:
    """Severity with its rank, surface with its wing, confidence as stated and as computed, the date for machines."""
    page = _page(corpus_service, "FI-9003")
    assert "Catastrophic, 4 of 4" == page.facts["Severity"]
    assert "Agentic Workflow Wing: Generative" == page.facts["AI surface"]
    assert "not known here By its sources: Low confidence, 1 of 3" == page.facts["Confidence"]
    assert ("2025-07-01", "1 July 2025") in page.times
    assert "United States" == page.facts["Place of harm"]


def test_who_is_named_stands_with_claim_and_role(corpus_service: Service) -> None:
    """An organisation is never named without saying on what footing."""
    assert ("involvement-fabrikam-bank", "Fabrikam Bank alleged role not stated") in _page(
        corpus_service, "FI-9003"
    ).items


def test_four_kinds_of_nothing_differ_in_words(corpus_service: Service) -> None:
    """None and Unknown are stated; not assessed and not known here are not; each is explained where it stands."""
    partial, whole = _page(corpus_service, "FI-9002"), _page(corpus_service, "FG-9001")
    assert "None (stated)" == partial.facts["Regulatory exposure"]
    assert "Unknown (stated)" == partial.facts["Financial impact"]
    assert "not known here" == partial.facts["Customer impact"]
    assert "not assessed" == whole.facts["Customer impact"]
    told = {text for _, text in partial.items}, {text for _, text in whole.items}
    assert {MEANINGS["unknown"], MEANINGS["none"], MEANINGS["not known here"]} == told[0] & set(MEANINGS.values())
    assert {MEANINGS["unknown"], MEANINGS["not assessed"]} == told[1] & set(MEANINGS.values())


def test_a_record_of_which_little_is_known_says_so(corpus_service: Service) -> None:
    """No date, mode, organisation, path or source, and still a page."""
    page = _page(corpus_service, "FI-9007")
    assert {"not known here"} == {page.facts[name] for name in ("Date", "Failure mode", "AI surface", "Severity")}
    for sentence in ("No organisation is named.", "No path is known", "Nothing that could be compared is known"):
        assert sentence in page.text


def test_review_and_corrections_are_told(corpus_service: Service, together_service: Service) -> None:
    """What the review means, and which file to change; an imported record is corrected by its registry."""
    own, imported = _page(corpus_service, "FG-9001"), _page(together_service, "AIID-9003")
    assert own.facts["Review"].startswith("Checked. A second reading compared every statement with the sources.")
    assert "no person has read the records" in own.facts["Review"]
    assert "File: data/incidents/FG-9001.ttl\n" in own.code[-1]
    assert own.code[-1].startswith(f"Record: FG-9001 {BASE}record/FG-9001\n")
    assert "File:" not in imported.code[-1]
    assert "its registry corrects it" in imported.text
    assert imported.facts["Review"].startswith("No review by Failure Graph is recorded")


def test_a_hazard_is_called_one(together_service: Service) -> None:
    """What a registry keeps beside incidents is not called an incident, on the page and in its markup."""
    page = _page(together_service, "APM-2024-northwind-shop-trick")
    assert "Hazard APM-2024-northwind-shop-trick" in page.text
    assert "fg:Hazard" == page.blocks[0]["mainEntity"]["@type"]


# Paths and drawings


@pytest.mark.parametrize(("name", "boxes"), [("FI-9003", ["observed"] * 5), ("FI-9001", ["profile"] * 5)])
def test_the_drawing_has_the_steps_of_the_list(corpus_service: Service, name: str, boxes: list[str]) -> None:
    """One box for each step, of the kind of the path, with the stage and the concept that the list has."""
    view = record_page(corpus_service.site, name)
    shown = view.observed or view.profile
    page = _page(corpus_service, name)
    assert shown is not None
    assert boxes == [kind for kind, _ in page.boxes[: len(boxes)]]
    for step, (_, texts) in zip(shown.steps, page.boxes, strict=False):
        assert step.stage == texts[0]
        assert " ".join(texts[1:]).startswith(step.kind.text if step.kind else step.text)


def test_observed_and_profile_are_apart_in_words(corpus_service: Service) -> None:
    """The profile stands below an observed path, folded, and says that it says nothing of this incident."""
    observed, profile = _page(corpus_service, "FI-9003"), _page(corpus_service, "FI-9001")
    assert ["observed"] * 5 + ["profile"] * 5 == [kind for kind, _ in observed.boxes]
    assert "Solid outline: observed in this incident" in observed.text
    assert "for comparison" in observed.text
    assert "Dashed outline: profile of the mode" in profile.text
    assert "Solid outline" not in profile.text
    for page in (observed, profile):
        assert "it says nothing of this incident" in page.text


def test_a_step_leads_to_its_evidence(corpus_service: Service) -> None:
    """Each number beside a step is a link to a source of the list."""
    page = _page(corpus_service, "FI-9003")
    assert "#source-1" in page.links
    assert "source-1" in page.ids


# Sources


def test_two_sources_of_one_publisher_are_one_origin(corpus_service: Service) -> None:
    """Both stand in one group with the reason, and the sentence counts one."""
    view = record_page(corpus_service.site, "FI-9002")
    assert [(2, ("the same publisher, The Gazette",), "")] == [
        (len(group.sources), group.reasons, group.uncounted) for group in view.origins.groups
    ]
    assert "1 independent source (of 2; 1 repeats the origin of another)." in _page(corpus_service, "FI-9002").text


def test_a_registry_is_not_counted(corpus_service: Service) -> None:
    """FI-9006 lists a registry and a paper: one independent source, and the page says why."""
    view = record_page(corpus_service.site, "FI-9006")
    assert ["a registry, which retells other sources", ""] == [group.uncounted for group in view.origins.groups]
    page = _page(corpus_service, "FI-9006")
    assert "1 independent source (of 2; the other is a registry)." in page.text
    assert "Not counted: a registry, which retells other sources." in page.text


def test_owners_and_derivations_join_sources(copy: Project, tmp_path: Path) -> None:
    """Papers of one owner are one origin, and so is what is derived from another source."""
    for name in ("daily-example", "gazette-example"):
        path = copy.data / "publishers" / f"{name}.ttl"
        text = path.read_text(encoding="utf-8").replace(
            "    a fg:Publisher ;", "    a fg:Publisher ;\n    fg:owner x: ;"
        )
        path.write_text(f"PREFIX x: <{BASE}organisation/tailspin-media>\n{text}", encoding="utf-8")
    source = f"<{BASE}incident/FI-9004#source-"
    derived = (f"{source}1>\n    a fg:Source ;", f"{source}1>\n    a fg:Source ;\n    prov:wasDerivedFrom {source}2> ;")
    site = _changed(copy, tmp_path, "FI-9004", derived)
    (group,) = record_page(site, "FI-9004").origins.groups
    assert {"source 1 is derived from source 2", "publishers of the same owner, Tailspin Media"} == set(group.reasons)
    assert 3 == len(group.sources)


# Records of the same event


def test_contradictions_stand_beside_each_other(corpus_service: Service) -> None:
    """Each property that differs has a row; a date whose bounds meet and a value of one side are no contradiction."""
    rows = _page(corpus_service, "FI-9005").rows
    start = rows.index(["Property", "FI-9005", "contoso-triage-scores-biased", "Contradiction"])
    assert [
        ["incident date", "2020 (year only)", "15 January 2020", "no"],
        ["failure mode", "Policy Violation", "Brand & Safety Incident", "yes"],
        ["severity", "High", "Catastrophic", "yes"],
        ["regulatory exposure", "None", "Active", "yes"],
        ["customer impact", "Class-wide", "Many customers", "yes"],
    ] == rows[start + 1 :]


@pytest.mark.parametrize(
    ("one", "other", "contradicts"),
    [
        (Told(("High",)), Told(("Low",)), True),
        (Told(("High", "Low")), Told(("Low",)), False),
        (Told(("High",)), Told(), False),
        (Told(("2020",), "2020-01-01", "2020-12-31"), Told(("2020-05",), "2020-05-01", "2020-05-31"), False),
        (Told(("2020",), "2020-01-01", "2020-12-31"), Told(("2021",), "2021-01-01", "2021-12-31"), True),
    ],
)
def test_only_values_that_cannot_both_hold_contradict(one: Told, other: Told, *, contradicts: bool) -> None:
    """Absence contradicts nothing, and dates are compared by what they allow."""
    assert (contradicts, contradicts) == (one.contradicts(other), other.contradicts(one))


def test_records_that_are_not_imported_are_named_with_their_registry(
    corpus_service: Service, together_service: Service
) -> None:
    """Alone the corpus lists what is linked elsewhere; with the registries these are records of the event."""
    alone, together = (event(each.site, f"{BASE}incident/FI-9003") for each in (corpus_service, together_service))
    registries = {each.record.text: each.registry for each in alone.elsewhere}
    pages = {each.record.text: each.record.href for each in alone.elsewhere}
    assert "https://incidentdatabase.ai/cite/9003" == pages["AIID-9003"]
    assert {f"/incident/{name}" for name in pages if not name.startswith("AIID-")} == {
        href for name, href in pages.items() if not name.startswith("AIID-")
    }
    assert Link("AI Incident Database", "https://incidentdatabase.ai/") == registries["AIID-9003"]
    assert () == alone.others
    assert () == together.elsewhere
    assert set(registries) == {each.href.removeprefix("/incident/") for each in together.others}
    assert "AIID-9003 in AI Incident Database" in {text for _, text in _page(corpus_service, "FI-9003").items}


def test_an_identifier_tells_its_registry(together_service: Service) -> None:
    """Of every imported record the letters before the number lead to the registry that keeps it."""
    site = together_service.site
    imported = [name for name in _names(site) if not name.startswith("contoso")]
    wrong = [name for name in imported if registry_of(site, name).text != record_page(site, name).registry_name]
    assert [] == wrong
    assert 15 < len(imported)


def test_a_withdrawn_record_leads_to_its_successor(corpus: Project, tmp_path: Path) -> None:
    """It has no page, citation or card of its own."""
    files = Path(__file__).parent / "data" / "registries" / "aiid"
    take(REGISTRIES["aiid"], files, corpus, tmp_path / "aiid")
    project = corpus.with_imports([tmp_path / "aiid"])
    service = Service(build(project, tmp_path / "build"), project, Settings(), Place())
    paths = ("/record/AIID-9005", "/record/AIID-9005.bib", "/cards/AIID-9005.png")
    assert [301, 404, 404] == [asyncio.run(ask(service, path)).status for path in paths]
    assert 200 == asyncio.run(ask(service, "/record/AIID-9001")).status


# Similar incidents, and what came after


@pytest.mark.parametrize("name", ["FI-9001", "FI-9005", "FI-9006"])
def test_similar_incidents_are_those_of_the_command(corpus_service: Service, name: str) -> None:
    """The page lists at most five, with the reasons and bits that the command gives."""
    site = corpus_service.site
    found, view = similar(site.project, site.store, name, 5), record_page(site, name).alike
    assert [each.incident.identifier for each in found.nearest] == [each.identifier for each in view.nearest]
    assert [[f"{shared.bits:.1f}" for shared in each.shared] for each in found.nearest] == [
        [reason.bits for reason in each.reasons] for each in view.nearest
    ]
    assert (found.elsewhere.incident.identifier if found.elsewhere else None) == (
        view.elsewhere.identifier if view.elsewhere else None
    )
    shown = {link for link in _page(corpus_service, name).links if link.startswith("/record/")}
    assert {f"/record/{each.identifier}" for each in view.nearest} <= shown
    assert f"/record/{name}" not in shown


def test_what_came_after_stands_with_its_evidence(corpus_service: Service) -> None:
    """A response has who, when and what it says was closed; a proceeding and a figure have their sources."""
    response = _page(corpus_service, "FI-9003")
    assert any(
        "10 July 2025: It said that deletions now need a second person. [1]" in text for _, text in response.items
    )
    assert any("Says that it closed: No write confirmation." in text for _, text in response.items)
    own = _page(corpus_service, "FG-9001")
    assert {(2, "Proceedings"), (2, "Figures")} <= set(own.headings)


def test_a_page_is_the_same_when_it_is_made_twice(corpus: Project, corpus_service: Service, tmp_path: Path) -> None:
    """Two builds of one project give one page, byte for byte."""
    again = Service(build(corpus, tmp_path / "build"), corpus, Settings(), Place())
    pages = [asyncio.run(ask(each, "/record/FI-9003")).body for each in (corpus_service, again)]
    assert pages[0] == pages[1]
