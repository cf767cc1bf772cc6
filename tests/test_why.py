"""Why a row is there: statements, the graphs that assert them, their licences, and the members of a count."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_cli import Run, run

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


@pytest.fixture(scope="module")
def graph(corpus: Project) -> OxigraphStore:
    """Return the corpus in memory."""
    return whole_graph(corpus)


@pytest.fixture(scope="module")
def wide(together: Project) -> OxigraphStore:
    """Return the corpus and five registries in memory."""
    return whole_graph(together)


def _why(store: OxigraphStore, name: str, row: int, **given: str) -> Reasons:
    question = next(each for each in QUESTIONS if each.name == name)
    return reasons(store, question, question.bind(given), row)


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
    base = {each.subject for each in found.statements if each.predicate.endswith("#severity")}
    assert found.members
    assert set(found.members) < base


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
    assert "It rests on 2 incidents or hazards: incident:FI-9003, incident:FI-9004" in done.err
    assert "record:FI-9003" in {row["asserted_in"] for row in done.rows}
