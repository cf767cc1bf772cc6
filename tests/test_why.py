"""Why a row is there: statements, the graphs that assert them, their licences, and the members of a count."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from test_cli import Run, run

from failuregraph.answer.patterns import outline
from failuregraph.answer.why import Reasons, reasons
from failuregraph.cli.graph import whole_graph
from failuregraph.errors import WrongUse
from failuregraph.names import BASE, shorten
from failuregraph.project import Project
from failuregraph.query import QueryFile
from failuregraph.query import run as ask
from failuregraph.store import OxigraphStore, number

__all__ = ["run"]
QUESTIONS = QueryFile.folder(Path(__file__).parent.parent / "queries" / "answers")
GIVEN = {path.stem: json.loads(path.read_text("utf-8")) for path in (Path(__file__).parent / "answers").glob("*.json")}
#: Questions whose rows count nothing of their own: what they count are the sides of a pair, or all events.
TOTALS_ALONE = {
    "empty-cells": "a pair that no event has; it counts the events of the surface and of the mode",
    "modes-close-in-time": "a row is a pair of events, which it names; it counts those of the organisation",
    "rarest-concepts": "how many events a concept has was counted by a rule, as fg:conceptFrequency",
    "unseen-mode-surface-pairs": "a pair that no event has; it counts the events of the mode and of the surface",
}
#: Questions without a row on the corpus and the five registries.
NO_ROWS = ("retired-ids",)
#: Variables of a GROUP BY that are not projected, and follow from one that is.
FOLLOWS = {"long-tail-consequences": {"day"}}
#: Questions whose count is no COUNT of something, so that nobody can say one by one what it counts.
NOT_OPENED = {
    "growing-modes": "a SUM of counts by year, of which a condition takes those of one year",
    "similar-incidents": "a sum of bits",
}


@pytest.fixture(scope="module")
def graph(corpus: Project) -> OxigraphStore:
    """Return the corpus in memory."""
    return whole_graph(corpus)


@pytest.fixture(scope="module")
def real(repository: Project) -> OxigraphStore:
    """Return the real graph in memory."""
    return whole_graph(repository)


@pytest.fixture(scope="module")
def wide(together: Project) -> OxigraphStore:
    """Return the corpus and five registries in memory."""
    return whole_graph(together)


def _why(store: OxigraphStore, name: str, row: int, **given: str) -> Reasons:
    question = next(each for each in QUESTIONS if each.name == name)
    return reasons(store, question, question.bind(given), row)


def _counts(found: Reasons) -> dict[str, list[str] | int | None]:
    """Return the members of each count of the row, and the number of each total."""
    names = {
        each.column: [shorten(name).removeprefix("incident:") for name in each.members or ()] for each in found.counts
    }
    return {each.column: each.value if each.total else names[each.column] for each in found.counts}


def _subjects(found: Reasons) -> set[str]:
    """Return the incidents that the statements of the row are about, their parts included."""
    told = (shorten(each.subject.partition("#")[0]) for each in found.statements)
    return {each.removeprefix("incident:") for each in told if each.startswith("incident:")}


def _members(found: Reasons) -> list[str]:
    return [shorten(each).removeprefix("incident:") for each in found.members]


def test_a_count_expands_to_its_members(graph: OxigraphStore) -> None:
    """“No write confirmation” was observed in two events: these are they."""
    found = _why(graph, "control-gap-recurrence", 1)
    assert "No write confirmation" == getattr(found.row[1], "value", "")
    assert number(2) in found.row
    assert ["FI-9003", "FI-9004"] == _members(found)


def test_the_statements_are_those_of_the_row_and_no_others(graph: OxigraphStore) -> None:
    """The step, its stage and its concept stand there; what another incident says does not."""
    found = _why(graph, "control-gap-recurrence", 1)
    told = {(shorten(each.predicate), each.object.rpartition("/")[2]) for each in found.statements}
    assert {("fg:stage", "stage#control-gap"), ("fg:stepConcept", "step#no-write-confirmation")} <= told
    assert not [each for each in found.statements if "FG-9001" in each.subject]


def test_each_statement_says_who_asserts_it_and_what_supports_it(graph: OxigraphStore) -> None:
    """A step stands in the graph of its record and is supported by its evidence; a derived fact says that it is one."""
    found = _why(graph, "control-gap-recurrence", 1)
    step = next(each for each in found.statements if each.subject.endswith("FI-9003#step-control-gap"))
    assert BASE + "record/FI-9003" == step.graph
    assert "https://creativecommons.org/licenses/by/4.0/" == step.licence
    assert "Ledgers gone overnight" == step.support
    event = next(each for each in found.statements if each.predicate.endswith("#event"))
    assert "derived by the rules of the project" == event.licence


def test_the_licence_of_another_registry_is_its_own(wide: OxigraphStore) -> None:
    """A statement of AIID is share-alike beside one of the index."""
    found = _why(wide, "registry-overlap", 1)
    licences = {each.graph.rpartition("/")[2]: each.licence for each in found.statements}
    assert {"AIID-9001", "AIID-9003", "FI-9001", "FI-9003"} <= set(_members(found))
    assert "https://creativecommons.org/licenses/by-sa/4.0/" == licences["AIID-9001"]
    assert "https://creativecommons.org/licenses/by/4.0/" == licences["FI-9001"]


def test_what_a_sub_select_counts_is_opened_too(wide: OxigraphStore) -> None:
    """The shares of modes-against-other-taxonomies rest on the classified events that a sub-select counts."""
    found = _why(wide, "modes-against-other-taxonomies", 1)
    assert {"FI-9003", "AGL-fabrikam-agent-ledger-loss-2025-07"} <= set(_members(found))


def test_the_base_of_a_share_is_no_member(graph: OxigraphStore) -> None:
    """What a sub-select counts beside the row, here all severe events, has statements and no members."""
    found = _why(graph, "control-leverage", 1)
    base = {each.subject for each in found.of_totals if each.predicate.endswith("#severity")}
    assert found.members
    assert base
    assert not set(found.members) & base
    assert set(found.members) == {each.subject for each in found.statements if each.predicate.endswith("#severity")}


def test_a_row_of_a_leverage_is_its_events_and_not_their_base(real: OxigraphStore) -> None:
    """Row 2 of control-leverage: each member of the count has a step with the gap, and nothing else is told."""
    found = _why(real, "control-leverage", 2)
    counts = _counts(found)
    events = counts["events"]
    assert isinstance(events, list)
    assert (number(len(events)), 79, 3) == (found.row[2], counts["severe_events"], counts["severity_not_known"])
    assert set(events) == _subjects(found)
    assert len(found.of_totals) > len(found.statements)


def test_the_members_of_a_place_are_told_and_not_all_events(real: OxigraphStore) -> None:
    """Row 1 of harm-without-enforcement: two events of Myanmar, one of them with a matter elsewhere."""
    found = _why(real, "harm-without-enforcement", 1)
    expected = {"events": ["FG-0007", "FG-0025"], "matter_elsewhere": ["FG-0007"], "active_exposure": ["FG-0007"]}
    counts = _counts(found)
    assert expected == {name: value for name, value in counts.items() if isinstance(value, list)}
    assert {"placed_events", "all_events"} == {each.column for each in found.counts if each.total}
    assert ["FG-0007", "FG-0025"] == _members(found) == sorted(_subjects(found))
    places = {each.object.rpartition("#")[2] for each in found.statements if each.predicate.endswith("placeOfHarm")}
    assert {"mm"} == places


def test_a_pair_of_events_is_told_and_not_all_of_the_organisation(real: OxigraphStore) -> None:
    """Row 1 of modes-close-in-time: the two events that it names, and no other of Google."""
    found = _why(real, "modes-close-in-time", 1)
    row = dict(zip(found.columns, (getattr(term, "value", "") for term in found.row), strict=True))
    pair = {shorten(row[name]).removeprefix("incident:") for name in ("first_event", "second_event")}
    records = {"gemini-image-generator-produced-historically-inaccurate", "google-ai-overviews-told-users-put"}
    assert pair | records == _subjects(found)
    assert {"dated_events", "organisation_events"} == {each.column for each in found.counts if each.total}


def test_a_difference_and_a_sum_of_ones_have_members(real: OxigraphStore) -> None:
    """What is not known is what is counted without what is known; eligible are the events with a one."""
    shared = {each.column: set(each.members or ()) for each in _why(real, "events-of-one-registry", 1).counts}
    assert shared["only_here"] == shared["events"] - shared["shared"]
    assert shared["shared"]
    ruled = {each.column: set(each.members or ()) for each in _why(real, "headline-counts", 1).counts}
    assert ruled["undecided"] <= ruled["events"]
    assert ruled["no_source_listed"] < ruled["undecided"]
    assert ruled["no_source_listed"]


def test_a_count_that_other_rows_have_too_is_a_total(real: OxigraphStore) -> None:
    """The events of a surface stand in each row of it: they are no members of the gap of one row."""
    counts = _counts(_why(real, "control-gaps-by-surface", 1))
    assert isinstance(counts["events"], list)
    assert isinstance(counts["surface_events"], int)
    assert counts["surface_events"] > len(counts["events"])


def test_a_list_of_years_is_not_what_a_row_rests_on(real: OxigraphStore) -> None:
    """The years that there are come from all incidents; a row of growing-modes rests on those of its mode alone."""
    found = _why(real, "growing-modes", 1)
    modes = {shorten(each.object) for each in found.statements if each.predicate.endswith("#failureMode")}
    assert {"mode:agentic-action-error"} == modes
    assert found.of_totals


def _first_count(question: QueryFile, columns: Sequence[str]) -> str | None:
    """Return the first column that the text of the question counts."""
    return next((name for name in columns if re.search(rf"\(COUNT\([^()]*\) AS \?{name}\)", question.text)), None)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_count_has_as_many_members_as_it_says(question: QueryFile, graph: OxigraphStore, wide: OxigraphStore) -> None:
    """The first and the last row of every question: what its first count counts is told by name, all of it."""
    store = wide if question.header.get("registries") else graph
    table = ask(store, question, GIVEN.get(question.name))
    assert table.rows or question.name in NO_ROWS
    for row in {1, len(table.rows)} if table.rows else ():
        found = reasons(store, question, question.bind(GIVEN.get(question.name, {})), row)
        counts = {each.column: each for each in found.counts}
        for each in found.counts:
            assert number(each.value) == found.row[found.columns.index(each.column)]
            assert each.value == len(set(each.members or ()))
        first = _first_count(question, table.columns)
        if question.name in NOT_OPENED:
            assert not counts
        elif first and question.name not in TOTALS_ALONE:
            assert first in counts
            assert not counts[first].total


@pytest.mark.parametrize("name", sorted(TOTALS_ALONE))
def test_where_a_row_counts_only_totals_they_are_no_members(name: str, real: OxigraphStore) -> None:
    """A row that stands for no events of its own says so, and its statements are told apart."""
    found = _why(real, name, 1)
    assert found.counts
    assert all(each.total for each in found.counts)
    assert found.of_totals


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_group_of_a_question_is_projected(question: QueryFile) -> None:
    """A member is only then one where the row shows its whole group: no GROUP BY has a variable of its own."""
    waiting = [outline(question.text)[1]]
    while waiting:
        select = waiting.pop()
        waiting += select.inner
        after = question.text.partition(select.body)[2]
        grouped = re.match(r"\s*GROUP BY((?:\s+\?\w+)+)", after)
        hidden = set(re.findall(r"\?(\w+)", grouped[1] if grouped else "")) - set(select.given)
        assert hidden <= FOLLOWS.get(question.name, set())


def test_a_path_is_followed_statement_by_statement(graph: OxigraphStore) -> None:
    """An incident of a part counts for the whole: the statement that it is a part is among the reasons."""
    found = _why(graph, "vendor-exposure", 3, vendor="northwind-group")
    assert "subOrganizationOf" in {each.predicate.rpartition("#")[2] for each in found.statements}


@pytest.mark.parametrize(
    "question", [each for each in QUESTIONS if not each.header.get("registries")], ids=lambda q: q.name
)
def test_every_row_of_every_question_has_reasons(question: QueryFile, graph: OxigraphStore) -> None:
    """The first and the last row rest on statements that the store holds."""
    rows = len(ask(graph, question).rows)
    for row in {1, rows} - {0} if rows else set():
        assert reasons(graph, question, question.bind({}), row).statements


def test_a_row_that_is_not_there_is_wrong_use(graph: OxigraphStore) -> None:
    """The sentence says how many rows there are."""
    with pytest.raises(WrongUse, match="--why takes a number from 1"):
        _why(graph, "control-gap-recurrence", 99)


def test_the_command_prints_row_members_and_statements(run: Run) -> None:
    """Standard error names the row and its members, standard output the statements."""
    done = run("ask", "control-gap-recurrence", "--why", "1", "--format", "csv")
    assert "Row 1: basis observed, gap No write confirmation" in done.err
    assert "events: FI-9003, FI-9004" in done.err.splitlines()
    assert "It rests on 2 incidents or hazards: incident:FI-9003, incident:FI-9004" in done.err
    assert "record:FI-9003" in {row["asserted_in"] for row in done.rows}


def test_the_command_counts_what_only_totals_rest_on(run: Run) -> None:
    """It is a number after all else, and its statements are printed last where they are asked for."""
    asked = ("ask", "control-leverage", "--why", "1", "--format", "csv")
    short, long = run(*asked), run(*asked, "--totals")
    more = len(long.rows) - len(short.rows)
    assert short.rows == long.rows[: len(short.rows)]
    assert more > 0
    assert f"Its totals alone rest on {more} further statements; --totals prints them" in short.err.splitlines()[-1]
    assert f"At the end, {more} rows: what its totals alone rest on." == long.err.splitlines()[-1]
    assert any(re.match(r"severe_events: \d+, a total", line) for line in short.err.splitlines())
    assert any(re.match(r"severe_events: F[GI]-\d+, ", line) for line in long.err.splitlines())


def test_totals_without_a_row_are_wrong_use(run: Run) -> None:
    """They belong to --why."""
    done = run("ask", "control-leverage", "--totals")
    assert (2, "") == (done.code, done.out)
    assert "--totals belongs to a row" in done.err
