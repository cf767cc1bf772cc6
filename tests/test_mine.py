"""Paths, control leverage, similar incidents and precedents: what each command says, and what it must not say."""

from __future__ import annotations

import json
from pathlib import Path as File

import pytest
from rdflib.plugins.sparql.parser import parseQuery
from test_cli import Outcome, Run, run

from failuregraph.answer.bom import names_in, parts_in, plain
from failuregraph.answer.cover import greedy, leverage, remarks
from failuregraph.answer.incidents import Facts
from failuregraph.answer.paths import Path, Step, paths_of
from failuregraph.answer.precedents import Gap, Precedents, precedents
from failuregraph.answer.similar import Likeness, similar
from failuregraph.cli.graph import whole_graph
from failuregraph.errors import Unreadable, WrongUse
from failuregraph.names import NAMESPACES
from failuregraph.project import Project
from failuregraph.query import QueryFile
from failuregraph.store import OxigraphStore

__all__ = ["run"]
BOM = File(__file__).parent / "data" / "bom"
QUERIES = QueryFile.folder(File(__file__).parent.parent / "queries" / "mine")


@pytest.fixture(scope="module")
def graph(corpus: Project) -> OxigraphStore:
    """Return the ten incidents with what is derived from them."""
    return whole_graph(corpus)


@pytest.fixture(scope="module")
def all_graph(together: Project) -> OxigraphStore:
    """Return the ten incidents and five small registries with what is derived from them."""
    return whole_graph(together)


def _with(project: Project) -> list[str | File]:
    return [option for each in project.imports for option in ("--with", each.path)]


def _part(outcome: Outcome, part: str) -> list[dict[str, str]]:
    return [row for row in outcome.rows if row["part"] == part]


# Paths


def test_an_observed_path_is_drawn_with_its_evidence(run: Run) -> None:
    """Every step has its stage, concept and text, and a number that leads to its source."""
    done = run("path", "FI-9003")
    assert 0 == done.code
    assert done.out.startswith("FI-9003: Fabrikam agent deletes ledgers (2025-07-01)\n")
    assert "Observed path: told of this incident." in done.out
    assert "   3  Control gap       No write confirmation\n" in done.out
    assert "Nobody has to confirm the deletion. [1]\n" in done.out
    assert "[1]  Ledgers gone overnight\n" in done.out
    assert "missing" not in done.out


def test_missing_stages_of_an_observed_path_stand_where_they_would_be(run: Run) -> None:
    """FI-9004 tells of no model step and no failure."""
    rows = run("path", "FI-9004", "--format", "csv").rows
    stages = ["Trigger", "Model step", "Control gap", "Failure", "Consequence"]
    assert stages == [row["stage"] for row in rows]
    assert ["", "missing"] == [row["note"].partition(":")[0] for row in rows[:2]]
    assert ["1", "", "2", "", "3"] == [row["order"] for row in rows]


def test_a_profile_says_that_it_says_nothing_of_the_incident(run: Run) -> None:
    """FI-9002 has no observed step: no row of its profile is missing, and each is marked."""
    done = run("path", "FI-9002")
    assert "Profile of the mode “Hallucination”: the typical path, which says nothing of this incident." in done.out
    rows = run("path", "FI-9002", "--format", "csv").rows
    assert [("profile", "Hallucination", "the profile of the mode, not of this incident")] * 5 == [
        (row["basis"], row["mode"], row["note"]) for row in rows
    ]


def test_no_step_of_a_profile_is_missing() -> None:
    """What no step is told of is missing from an observed path alone."""
    steps = [Step("trigger", "1", "", "")]
    assert [] == Path("profile", "Hallucination", steps).missing
    assert ["model-step", "control-gap", "failure", "consequence"] == Path("observed", "", steps).missing


def test_an_incident_without_a_path_says_so(run: Run) -> None:
    """Nothing is known of the path of FI-9007, which is no error."""
    done = run("path", "FI-9007")
    assert 0 == done.code
    assert "No path is known: no step is told, and no profile of its failure mode.\n" in done.out


def test_steps_of_other_registries_keep_their_order(together: Project, all_graph: OxigraphStore) -> None:
    """A step without a stage stays in its place; a missing stage stands at the end, since that step may be of it."""
    path = paths_of(together, all_graph, "APM-2025-tailspin-notes-leak").paths[0]
    told = [each if isinstance(each, str) else (each.order, each.stage, each.name) for each in path.lines]
    assert [
        ("1", "trigger", ""),
        ("2", "", "prompt-injection"),
        ("3", "", "data-exfiltration"),
        ("4", "control-gap", ""),
        "model-step",
        "failure",
        "consequence",
    ] == told


def test_a_stage_that_is_not_stated_is_named_so(run: Run, corpus: Project, together: Project) -> None:
    """Where a registry gives no stage, none is guessed."""
    done = run("path", "AIL-2024-901", *_with(together), project=corpus)
    assert "   1  Stage not stated  A customer asked for the refund rule" in done.out
    assert "AI Incident Law" in done.err


def test_a_hazard_has_a_path_and_is_called_a_hazard(run: Run, together: Project) -> None:
    """What could have happened is not told as an incident."""
    done = run("path", "APM-2024-northwind-shop-trick", *_with(together))
    assert "A hazard: something that could have led to an incident.\n" in done.out
    assert "Observed path" in done.out


def test_a_record_without_a_path_names_the_record_that_has_one(together: Project, all_graph: OxigraphStore) -> None:
    """AIID-9003 tells no step of an event of which two other records tell."""
    found = paths_of(together, all_graph, "AIID-9003")
    assert ((), ("APM-2025-fabrikam-ledger-loss", "FI-9003")) == (found.paths, found.told_by)


@pytest.mark.parametrize(
    "name",
    ["fi-9003", "record:FI-9003", "incident/FI-9003", "https://w3id.org/failuregraph/incident/FI-9003#step-failure"],
)
def test_an_incident_is_found_by_each_of_its_names(corpus: Project, graph: OxigraphStore, name: str) -> None:
    """Identifier, prefixed name and IRI lead to one incident; case does not count."""
    assert "FI-9003" == Facts.read(corpus, graph).incident(name).identifier


@pytest.mark.parametrize("command", ["path", "similar"])
def test_an_unknown_identifier_names_the_nearest(run: Run, command: str) -> None:
    """An identifier that does not exist is wrong use."""
    done = run(command, "FI-903")
    assert (2, "") == (done.code, done.out)
    assert "there is no incident “FI-903”, did you mean “FI-9003”" in done.err


# Leverage


def test_ties_of_the_cover_go_to_the_first_label() -> None:
    """Of two control gaps that add the same number the first by its label is taken, and none that adds nothing."""
    assert [("a", 2), ("b", 1)] == greedy({"b": {"1", "2"}, "c": {"2"}, "a": {"2", "3"}})
    assert [] == greedy({})


def test_each_basis_has_a_cover_of_its_own(run: Run) -> None:
    """Five events are High or above: two have an observed path, three a profile; FI-9005 has two records."""
    done = run("leverage")
    assert [
        ("observed", "1", "No write confirmation", "2", "2", "2", "0"),
        ("profile", "1", "No publication filter", "2", "2", "3", "1"),
        ("profile", "2", "No source check", "1", "3", "3", "0"),
    ] == [tuple(row.values()) for row in done.rows]
    assert "5 events of severity High or above; not counted, for lack of a path: 0." in done.err
    assert "would have broken a path is an assumption" in done.err
    assert "Profile rows follow from the failure mode and say nothing of one incident" in done.err


def test_a_cover_at_a_lower_severity_breaks_its_tie_by_label(run: Run) -> None:
    """Three control gaps would add two events each."""
    rows = run("leverage", "--min-severity", "low").rows
    assert [("No generation check", "2"), ("No source check", "2"), ("No publication filter", "1")] == [
        (row["control_gap"], row["adds"]) for row in rows if row["basis"] == "profile"
    ]


def test_records_of_one_event_count_once(together: Project, all_graph: OxigraphStore) -> None:
    """FI-9003 and the post-mortem of another registry tell of one write without confirmation."""
    observed = leverage(together, all_graph, "high").covers[0]
    assert [("No write confirmation", 2)] == observed.chosen


def test_events_that_no_control_gap_covers_are_counted(together: Project, all_graph: OxigraphStore) -> None:
    """The court case and FI-9001 are one event whose control gap has no concept: it has words alone."""
    found = leverage(together, all_graph, "low")
    observed = found.covers[0]
    assert (5, 2) == (len(observed.events), len(observed.uncovered))
    assert "observed: no control gap covers 2 of 5 events; 2 of them tell of one in words alone" in remarks(found)[-1]


def test_leverage_can_be_asked_of_one_surface(run: Run) -> None:
    """A wing stands for its surfaces, and a basis without an event is said to have none."""
    rows = run("leverage", "--min-severity", "low", "--surface", "predictive").rows
    assert {("profile", "3")} == {(row["basis"], row["of"]) for row in rows}
    assert "observed: no event has such a path." in run("leverage", "--surface", "surface:recommender").err


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [("--min-severity", "hig", "did you mean “high”"), ("--surface", "chatbott", "did you mean “chatbot”")],
)
def test_an_unknown_concept_names_the_nearest(run: Run, option: str, value: str, told: str) -> None:
    """A severity or a surface that is in no scheme is wrong use."""
    done = run("leverage", option, value)
    assert (2, "") == (done.code, done.out)
    assert told in done.err


# Similar incidents


def test_the_nearest_event_comes_with_its_reasons(run: Run) -> None:
    """By hand: two events of nine have the mode, 9/8 + 1 bits; three have each of the others, 9/6 bits."""
    rows = run("similar", "FI-9006", "--format", "csv").rows
    assert [
        ("mode", "Brand & Safety Incident", "contoso-triage-scores-biased", "2.125", "5.125"),
        ("customers", "Many customers", "contoso-triage-scores-biased", "1.5", "5.125"),
        ("regulatory exposure", "None", "FI-9005", "1.5", "5.125"),
    ] == [tuple(row[name] for name in ("kind", "concept", "record", "bits", "total")) for row in rows[:3]]


def test_records_of_the_same_event_are_one_row_and_never_their_own_match(corpus: Project, graph: OxigraphStore) -> None:
    """FI-9005 is not like itself, and its two records are one event beside FI-9006."""
    own = {name for each in similar(corpus, graph, "FI-9005", 10).nearest for name in _names(each)}
    assert set() == own & {"FI-9005", "contoso-triage-scores-biased"}
    first = similar(corpus, graph, "FI-9006", 10).nearest[0]
    assert ("contoso-triage-scores-biased", ("FI-9005",)) == (first.incident.identifier, first.others)


def _names(each: Likeness) -> set[str]:
    return {each.incident.identifier, *each.others}


def test_the_closest_on_another_surface_stands_apart(run: Run) -> None:
    """FI-9008 shares exposure and customers with FI-9001; FG-9001 shares its chatbot alone."""
    found = run("similar", "FI-9001", "--format", "csv")
    assert ["FI-9008"] == list({row["identifier"]: 0 for row in _part(found, "another surface")})
    assert "none: no event whose surface is known to be another shares a concept" in run("similar", "FG-9001").out


def test_at_most_so_many_events_are_listed(run: Run) -> None:
    """--most 1 leaves the nearest one, and says of how many."""
    done = run("similar", "FI-9006", "--most", "1")
    assert "Nearest 1 of 3 events that share a concept with it:" in done.out
    assert "FI-9002" not in done.out


def test_a_hazard_is_compared_but_is_nobody_s_neighbour(together: Project, all_graph: OxigraphStore) -> None:
    """The hazard of the shop shares a mode with two incidents and is listed by neither."""
    hazard, leak = "APM-2024-northwind-shop-trick", "APM-2025-tailspin-notes-leak"
    assert [leak, "ATLAS-CS9001"] == [
        each.incident.identifier for each in similar(together, all_graph, hazard, 10).nearest
    ]
    assert hazard not in {each.incident.identifier for each in similar(together, all_graph, leak, 10).nearest}


def test_an_incident_of_which_nothing_is_known_is_like_none(run: Run) -> None:
    """FI-9007 has no concept, which is no error."""
    done = run("similar", "FI-9007")
    assert (0, True) == (done.code, "Nothing that could be compared is known of it." in done.out)


# Bills of materials


@pytest.mark.parametrize(
    ("file", "names"),
    [
        (
            "cyclonedx.json",
            [
                "Accounts",
                "Echo model",
                "Example GmbH",
                "Fabrikam Bank",
                "Help desk",
                "left-pad",
                "NORTHWIND CHAT",
                "Northwind Group, Inc.",
                "Tailspin Media Ltd.",
            ],
        ),
        ("spdx.json", ["Example GmbH", "Fabrikam Bank, Inc.", "Ledger agent", "left-pad"]),
        ("spdx3.jsonld", ["Echo model", "left-pad", "Tailspin Media"]),
    ],
)
def test_names_are_read_from_each_kind_of_bill(file: str, names: list[str]) -> None:
    """Components, however deep, and makers are names; people and missing values are not."""
    assert names == names_in(BOM / file)


@pytest.mark.parametrize(
    ("one", "other"),
    [("OpenAI, Inc.", "openai"), ("Contoso  Co., Ltd.", "CONTOSO"), ("Ｅcho S.A.", "echo")],
)
def test_case_spaces_and_legal_form_do_not_count(one: str, other: str) -> None:
    """Two spellings of one name are compared as one."""
    assert plain(one) == plain(other)


@pytest.mark.parametrize(("one", "other"), [("X Corp.", "x"), ("Northwind", "Northwind Group"), ("Inc", "")])
def test_names_are_never_matched_by_likeness(one: str, other: str) -> None:
    """What is left of a name must still be a name, and a part is not the whole."""
    assert plain(one) != plain(other)


def _hostile(tmp_path: File, text: str) -> File:
    path = tmp_path / "bom.json"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not JSON: line 1, column 1; export the bill of materials as CycloneDX or SPDX in JSON."),
        ("<bom/>", "not JSON: line 1, column 1"),
        ('{\n  "bomFormat":"CycloneDX"', "not JSON: line 2, column 26"),
        ("[" * 200_000, "nested too deep to be read"),
        ('{"bomFormat": "CycloneDX", "components": ' + '[{"components": ' * 50_000, "nested too deep to be read"),
        ('{"spdxVersion": "SPDX-9"}', "neither a CycloneDX nor an SPDX file in JSON"),
        ('["bomFormat", "CycloneDX"]', "neither a CycloneDX nor an SPDX file in JSON"),
        ('{"components": [{"name": "Northwind"}]}', "neither a CycloneDX nor an SPDX file in JSON"),
        ('{"bomFormat": "CycloneDX", "components": "x"}', "“components” must be a list of objects"),
        ('{"bomFormat": "CycloneDX", "components": [["x"]]}', "“components” must be a list of objects"),
        ('{"bomFormat": "CycloneDX", "components": [{"name": 5}]}', "“name” must be a text, not a number"),
        ('{"bomFormat": "CycloneDX", "metadata": []}', "“metadata” must be an object, not a list"),
        ('{"spdxVersion": "SPDX-2.3", "packages": {}}', "“packages” must be a list of objects"),
    ],
    ids=lambda value: value[:30],
)
def test_a_bad_bill_is_one_sentence(run: Run, tmp_path: File, text: str, told: str) -> None:
    """Nesting without end, wrong types and other files are unreadable input."""
    done = run("precedents", "--bom", _hostile(tmp_path, text))
    assert (3, "", 1) == (done.code, done.out, len(done.err.splitlines()))
    assert told in done.err


def test_a_bill_that_is_not_there_is_unreadable(tmp_path: File) -> None:
    """The path is named."""
    with pytest.raises(Unreadable, match=r"none\.json: cannot be read"):
        names_in(tmp_path / "none.json")


def test_names_reach_the_terminal_without_control_characters(run: Run, tmp_path: File) -> None:
    """Neither an escape sequence nor half a character of a bill is printed."""
    components = [{"name": "\x1b[31mred"}, {"name": "\ud800half"}, {"name": "  "}]
    path = _hostile(tmp_path, json.dumps({"bomFormat": "CycloneDX", "components": components}))
    done = run("precedents", "--bom", path)
    assert 0 == done.code
    assert "\x1b" not in done.err
    assert "2 match nothing: �[31mred, �half." in done.err


def test_components_nested_a_hundred_deep_are_read(tmp_path: File) -> None:
    """Depth alone is no fault."""
    bill: dict[str, object] = {"name": "Echo model"}
    for _ in range(100):
        bill = {"components": [bill]}
    path = _hostile(tmp_path, json.dumps({"bomFormat": "CycloneDX", **bill}))
    assert ["Echo model"] == names_in(path)


# Precedents


def test_incidents_that_fit_say_by_what(run: Run) -> None:
    """Two of two comes first, then the graver, then the newer; roll-up is told."""
    done = run("precedents", "--surface", "generative", "--mode", "hallucination", "--format", "csv")
    found = _part(done, "incident")
    assert ["FI-9002", "FI-9001", "FI-9003", "FI-9004", "FG-9001"] == [row["identifier"] for row in found]
    assert "surface Search / RAG (a part of Generative); mode Hallucination" == found[0]["matched"]
    assert ["High", "Northwind Group (alleged)"] == [found[0]["severity"], found[0]["named"]]
    assert "Northwind Assist (deployer: confirmed)" == found[4]["named"]


def test_control_gaps_keep_their_basis_and_become_questions(run: Run) -> None:
    """Observed gaps stand first with the events that have them; each is asked about once."""
    done = run("precedents", "--surface", "generative", "--format", "csv")
    assert [
        ("observed", "No write confirmation", "2", "3"),
        ("observed", "No output isolation", "1", "3"),
        ("profile", "No source check", "2", "2"),
    ] == [tuple(row[name] for name in ("basis", "control_gap", "events", "of")) for row in _part(done, "control gap")]
    questions = [row["question"] for row in _part(done, "question")]
    assert 3 == len(questions)
    assert (
        "Control gap “No write confirmation” (A write or deletion needs no confirmation): "
        "which control closes it in your product, and how was it tested?"
    ) == questions[0]
    assert "[from a profile alone]" in run("precedents", "--surface", "generative").out


def test_a_gap_of_one_event_with_several_records_counts_once(together: Project, all_graph: OxigraphStore) -> None:
    """FI-9003 and a post-mortem are one event, FI-9004 is another."""
    gap = precedents(together, all_graph, {"mode": ["agentic-action-error"]}).gaps[0]
    assert {"APM-2025-fabrikam-ledger-loss", "FI-9003", "FI-9004"} == gap.identifiers
    assert ("No write confirmation", 2) == (gap.label, len(gap.events))


def test_what_another_record_of_the_event_observed_counts(together: Project, all_graph: OxigraphStore) -> None:
    """FI-9001 fits by its surface; the control gap of its event is told by the court case alone."""
    found = precedents(together, all_graph, {"surface": ["chatbot"], "mode": ["hallucination"]}, least=2)
    assert ["FI-9001"] == [each.incident.identifier for each in found.incidents]
    assert {("AIL-2024-901",)} == {tuple(gap.identifiers) for gap in found.in_words}


def test_a_gap_on_both_bases_is_asked_about_once() -> None:
    """The question rests on what was observed."""
    gaps = tuple(Gap(basis, "No source check", "No check", in_words=False) for basis in ("observed", "profile"))
    assert ["observed"] == [gap.basis for gap in Precedents((), (), gaps, {}, (), ()).questions]


def test_only_what_fits_in_enough_ways_is_listed(run: Run) -> None:
    """--least 2 leaves the chatbot that hallucinated."""
    rows = run("precedents", "--surface", "chatbot", "--mode", "hallucination", "--least", "2", "--format", "csv").rows
    assert ["FI-9001"] == [row["identifier"] for row in rows if row["part"] == "incident"]


def test_a_bill_finds_the_incidents_of_its_parts_and_makers(run: Run) -> None:
    """A component of a system, its supplier and an organisation with its parts lead to incidents."""
    done = run("precedents", "--bom", BOM / "cyclonedx.json", "--format", "csv")
    found = {row["identifier"]: row["matched"] for row in _part(done, "incident")}
    assert {"FG-9001", "FI-9001", "FI-9002", "FI-9003", "FI-9004", "FI-9006"} == found.keys()
    assert "provider “Fabrikam Bank” (organisation Fabrikam Bank)" == found["FI-9003"]
    assert (
        "component “Echo model” (system Echo model); component “NORTHWIND CHAT” (system Northwind chat); "
        "publisher “Northwind Group, Inc.” (organisation Northwind Group); "
        "supplier “Tailspin Media Ltd.” (organisation Tailspin Media)"
    ) == found["FG-9001"]
    assert "9 names in the bill of materials, 5 of them in the graph." in done.err
    assert "4 match nothing: Accounts, Example GmbH, Help desk, left-pad." in done.err


def test_what_a_name_is_in_a_bill_is_said(tmp_path: File) -> None:
    """A supplier is called one, in each kind of bill; a name that is two things is called both."""
    part = {"name": "Echo", "supplier": {"name": "Echo"}, "publisher": "Contoso"}
    nested = {"bomFormat": "CycloneDX", "components": [part], "services": [{"name": "Chat"}]}
    expected = {"Chat": "service", "Contoso": "publisher", "Echo": "component and supplier"}
    assert expected == parts_in(_hostile(tmp_path, json.dumps(nested)))
    package = {"name": "Echo", "supplier": "Organization: Contoso", "originator": "Organization: Echo"}
    flat = {"spdxVersion": "SPDX-2.3", "packages": [package]}
    expected = {"Contoso": "supplier", "Echo": "component and originator"}
    assert expected == parts_in(_hostile(tmp_path, json.dumps(flat)))
    kinds = {"Echo model": "component", "left-pad": "component", "Tailspin Media": "supplier"}
    assert kinds == parts_in(BOM / "spdx3.jsonld")


def test_a_bill_that_is_no_text_is_said(tmp_path: File) -> None:
    """Bytes that are no UTF-8 have no line and column; the byte is counted."""
    path = tmp_path / "bom.json"
    path.write_bytes(b'{"name": "\xff"}')
    with pytest.raises(Unreadable, match="not JSON: byte 11 is no text in utf-8"):
        names_in(path)


def test_a_bill_without_names_says_so(run: Run, tmp_path: File) -> None:
    """Stderr tells it, where a table has its header alone; asked with a mode too, the mode still finds."""
    path = _hostile(tmp_path, '{"bomFormat": "CycloneDX", "components": []}')
    done = run("precedents", "--bom", path, "--format", "csv")
    assert (0, []) == (done.code, done.rows)
    assert "The bill of materials has no names to look for." in done.err
    assert _part(run("precedents", "--bom", path, "--mode", "hallucination", "--format", "csv"), "incident")
    assert "no names" not in run("precedents", "--mode", "hallucination").err


def test_more_than_what_is_asked_for_can_never_fit(run: Run) -> None:
    """--least above the number of things is wrong use; as many as there are is an answer."""
    two = ("precedents", "--surface", "chatbot", "--mode", "hallucination", "--least")
    done = run(*two, "3")
    assert (2, "") == (done.code, done.out)
    assert "--least 3 is more than can fit: 2 things are asked for." in done.err
    assert 0 == run(*two, "2").code
    assert 2 == run("precedents", "--bom", BOM / "no-match.json", "--least", "4").code
    assert 0 == run("precedents", "--bom", BOM / "no-match.json", "--least", "3").code


def test_names_of_systems_that_a_registry_prints_are_found(together: Project, all_graph: OxigraphStore) -> None:
    """“LedgerAgent” stands in an imported record alone; an imported double is named as the same event."""
    path = BOM / "spdx.json"
    found = precedents(together, all_graph, {}, path)
    same = {each.incident.identifier: each.same for each in found.incidents}
    assert "AIID-9003" in same["FI-9003"]
    assert found.events < len(found.incidents)


def test_a_bill_that_matches_nothing_finds_nothing(run: Run) -> None:
    """A part of a name is no match; the names are listed, and the answer is empty and no error."""
    done = run("precedents", "--bom", BOM / "no-match.json")
    assert 0 == done.code
    assert "Incidents that fit: 0, of 0 events" in done.out
    assert "3 match nothing: left-pad, North, Northwind chatter." in done.err
    rows = run("precedents", "--bom", BOM / "no-match.json", "--format", "csv").rows
    assert [("name without a match", "left-pad")] == [(row["part"], row["matched"]) for row in rows[:1]]


def test_what_no_incident_has_is_said(run: Run) -> None:
    """A sector of which there is no incident is named."""
    done = run("precedents", "--sector", "saas", "--mode", "policy-violation")
    assert "No incident has sector SaaS." in done.err
    assert "Incidents that fit: 2, of 2 events" in done.out


def test_control_gaps_without_a_concept_are_told_in_words(together: Project, all_graph: OxigraphStore) -> None:
    """What a registry says of a control gap is listed apart and is no question."""
    found = precedents(together, all_graph, {"mode": ["agentic-action-error"]})
    assert "Writes to the ledgers needed no approval." in {gap.label for gap in found.in_words}
    assert ["No write confirmation"] == [gap.label for gap in found.questions]


def test_an_unknown_mode_names_the_nearest(run: Run) -> None:
    """A misspelt mode is wrong use."""
    done = run("precedents", "--mode", "halucination")
    assert (2, "") == (done.code, done.out)
    assert "there is no mode “halucination”, did you mean “hallucination”" in done.err


def test_a_hostile_name_is_only_a_name(run: Run) -> None:
    """Text that looks like SPARQL is in no scheme."""
    assert 2 == run("precedents", "--mode", "x> } UNION { ?s ?p ?o } #").code


def test_nothing_to_look_for_is_wrong_use(corpus: Project, graph: OxigraphStore) -> None:
    """The four ways to describe a system are named."""
    with pytest.raises(WrongUse, match="--surface, --mode, --sector or --bom FILE"):
        precedents(corpus, graph, {})


@pytest.mark.parametrize(
    "arguments",
    [("path", "FI-9003"), ("leverage",), ("similar", "FI-9006"), ("precedents", "--surface", "chatbot")],
    ids=lambda arguments: arguments[0],
)
def test_every_answer_is_a_table_too(run: Run, tmp_path: File, arguments: tuple[str, ...]) -> None:
    """JSON has the columns of the CSV, and -o writes what would be printed."""
    table = json.loads(run(*arguments, "--format", "json").out)
    assert list(run(*arguments, "--format", "csv").rows[0]) == table["head"]["vars"]
    assert "" == run(*arguments, "-o", tmp_path / "out.txt").out
    assert run(*arguments).out == (tmp_path / "out.txt").read_bytes().decode()


# Stored queries


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_stored_queries_are_standard_and_ordered(query: QueryFile) -> None:
    """Each parses in the second engine, declares the prefixes that it uses alone, and ends with its order."""
    parseQuery(query.text)
    body = [line for line in query.text.splitlines() if not line.startswith("#+")]
    declared = {line.split()[1][:-1]: line.split()[2][1:-1] for line in body if line.startswith("PREFIX")}
    rest = " ".join(line for line in body if not line.startswith("PREFIX"))
    assert [] == [name for name, iri in declared.items() if NAMESPACES[name] != iri or f"{name}:" not in rest]
    assert body[-1].startswith("ORDER BY")
    assert query.said("title")
    assert query.said("description")


def test_no_row_of_a_stored_query_is_repeated(together: Project, all_graph: OxigraphStore) -> None:
    """An OPTIONAL that is not connected would multiply rows."""
    facts = Facts.read(together, all_graph)
    given = {"incident": "https://w3id.org/failuregraph/incident/FI-9004"}
    for query in QUERIES:
        rows = [tuple(row) for row in facts.rows(query.name, given if query.parameters else None)]
        assert (query.name, len(set(rows))) == (query.name, len(rows))
