"""Answers side by side: how much is not known is one number, and who was harmed is never counted as who failed."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from failuregraph.cli.graph import whole_graph
from failuregraph.derive import derive
from failuregraph.names import NAMESPACES, RDF_TYPE
from failuregraph.project import Project
from failuregraph.query import QueryFile, run
from failuregraph.store import OxigraphStore, project_quads

FG, INCIDENT, ORGANISATION = (NAMESPACES[name] for name in ("fg", "incident", "organisation"))
GRAPH = ox.NamedNode("https://example.org/graph")
#: Property → the questions that state of how many events it is not known: their rows, and the column that counts them.
STATED = {
    "severity": [
        ("severity-on-one-source-type", {"severity": "not known"}, "events"),
        ("low-confidence-effect", {"counted_by": "severity", "value": "not known"}, "events"),
        ("severity-by-mode", {"severity": "not known"}, "events"),
        ("severity-distribution", {}, "not_known"),
        ("control-gap-only-from-profile", {"severity": "not known"}, "events"),
    ],
    "surface": [
        ("severity-distribution", {"surface": "not known"}, "events"),
        ("surfaces-without-observed-path", {"state": "surface not known"}, "events"),
        ("modes-by-surface", {"surface": "not known"}, "events"),
    ],
    "failureMode": [
        ("low-confidence-effect", {"counted_by": "failure mode", "value": "not known"}, "events"),
        ("leave-one-out", {"mode": "not known"}, "events"),
        ("severity-by-mode", {"mode": "not known"}, "events"),
        ("control-gap-only-from-profile", {"mode": "not known"}, "events"),
        ("failures-without-adversary", {"mode": "not known"}, "events"),
        ("modes-by-surface", {"mode": "not known"}, "events"),
        ("time-to-disclosure-by-mode", {"mode": "not known"}, "events"),
    ],
}
Rows = list[dict[str, str]]


def _ask(store: OxigraphStore, project: Project, name: str, given: dict[str, str] | None = None) -> Rows:
    table = run(store, QueryFile.named(project.answers, name), given)
    return [
        {name: term.value if term else "" for name, term in zip(table.columns, row, strict=True)} for row in table.rows
    ]


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _not_known(store: OxigraphStore, name: str) -> int:
    """Return of how many events no record has a value of a property, counted without a stored question."""
    event = _node(f"{FG}event")
    events = {quad.subject: quad.object for quad in store.inner.quads_for_pattern(None, event, None)}
    valued = {quad.subject for quad in store.inner.quads_for_pattern(None, _node(FG + name), None)}
    return len(set(events.values()) - {events[each] for each in valued if each in events})


@pytest.fixture(scope="module", params=["repository", "corpus", "empty record"])
def graph(request: pytest.FixtureRequest) -> tuple[OxigraphStore, Project]:
    """Return the real graph, the corpus, and the corpus with a second record of an event that says nothing."""
    project: Project = request.getfixturevalue("repository" if request.param == "repository" else "corpus")
    if request.param != "empty record":
        return whole_graph(project), project
    new, record = _node(f"{INCIDENT}says-nothing"), _node(f"{NAMESPACES['record']}says-nothing")
    quads = [
        ox.Quad(new, _node(RDF_TYPE), _node(f"{FG}Incident"), GRAPH),
        ox.Quad(_node(f"{INCIDENT}FI-9003"), _node(f"{FG}sameEventAs"), new, GRAPH),
        ox.Quad(record, _node(RDF_TYPE), _node(f"{FG}Record"), GRAPH),
        ox.Quad(record, _node(f"{NAMESPACES['foaf']}primaryTopic"), new, GRAPH),
    ]
    return _store(project, quads), project


def _store(project: Project, more: list[ox.Quad]) -> OxigraphStore:
    quads = [*project_quads(project), *more]
    return OxigraphStore.of([*quads, *derive(quads, project)])


@pytest.mark.parametrize(
    ("name", "question", "rows", "column"),
    [(name, *each) for name, questions in STATED.items() for each in questions],
    ids=[f"{name}-{each[0]}" for name, questions in STATED.items() for each in questions],
)
def test_not_known_is_one_number(
    graph: tuple[OxigraphStore, Project], name: str, question: str, rows: dict[str, str], column: str
) -> None:
    """Every question counts the same events as not known: those of which no record has a value."""
    store, project = graph
    found = _ask(store, project, question, _present(store, question))
    chosen = [row for row in found if all(row[key] == value for key, value in rows.items())]
    assert _not_known(store, name) == sum(int(row[column]) for row in chosen)


def _present(store: OxigraphStore, question: str) -> dict[str, str] | None:
    """Return an organisation that is in the graph, for the question that needs one."""
    known = store.inner.quads_for_pattern(None, _node(RDF_TYPE), _node(f"{FG}Organisation"))
    first = min(quad.subject.value for quad in known if isinstance(quad.subject, ox.NamedNode))
    return {"organisation": first} if question == "leave-one-out" else None


# Who was harmed


@pytest.fixture(scope="module")
def harmed(corpus: Project) -> OxigraphStore:
    """Return the corpus, in which FI-9003 and FI-9004 also name Contoso Health as harmed, as a court confirmed."""
    quads = []
    for name in ("FI-9003", "FI-9004"):
        part = _node(f"{INCIDENT}{name}#involvement-contoso-health-affected")
        quads += [
            ox.Quad(_node(INCIDENT + name), _node(f"{FG}involvement"), part, GRAPH),
            ox.Quad(part, _node(RDF_TYPE), _node(f"{FG}Involvement"), GRAPH),
            ox.Quad(part, _node(f"{FG}organisation"), _node(f"{ORGANISATION}contoso-health"), GRAPH),
            ox.Quad(part, _node(f"{FG}role"), _node(f"{NAMESPACES['role']}affected"), GRAPH),
            ox.Quad(part, _node(f"{FG}claimStatus"), _node(f"{NAMESPACES['claimstatus']}confirmed"), GRAPH),
        ]
    return _store(corpus, quads)


def test_a_profile_counts_who_was_harmed_apart(harmed: OxigraphStore, corpus: Project) -> None:
    """Contoso Health failed in one event of two modes, and was harmed in two of a third one."""
    rows = _ask(harmed, corpus, "organisation-profile", {"organisation": "contoso-health"})
    assert {
        ("Agentic Action Error", "0", "0", "2"),
        ("Brand & Safety Incident", "1", "0", "0"),
        ("Policy Violation", "1", "0", "0"),
    } == {tuple(row.values())[1:] for row in rows if row["aspect"] == "failure mode"}


def test_being_harmed_twice_is_no_repeat(harmed: OxigraphStore, corpus: Project) -> None:
    """Two events of one mode harmed Contoso Health: it has no repeat incident."""
    named = {row["name"] for row in _ask(harmed, corpus, "repeat-incidents-by-organisation")}
    assert {"Fabrikam Bank", "Northwind Group"} == named


def test_leaving_out_one_who_was_harmed_changes_nothing(harmed: OxigraphStore, corpus: Project) -> None:
    """The events that harmed it remain, and stand in a column of their own."""
    rows = _ask(harmed, corpus, "leave-one-out", {"organisation": "contoso-health"})
    (row,) = [each for each in rows if each["mode"] == "Agentic Action Error"]
    assert ("2", "2", "0", "0", "2") == tuple(
        row[each] for each in ("events", "without", "named", "confirmed", "affected")
    )


def test_who_was_harmed_is_no_precedent(harmed: OxigraphStore, corpus: Project) -> None:
    """What precedents reads leads from the two incidents to Fabrikam Bank alone."""
    table = run(harmed, QueryFile.named(corpus.queries / "mine", "uses"))
    uses = {(row[0].value, row[1].value) for row in table.rows if row[0] and row[1]}
    assert (f"{INCIDENT}FI-9003", f"{ORGANISATION}fabrikam-bank") in uses
    assert (f"{INCIDENT}FI-9003", f"{ORGANISATION}contoso-health") not in uses


def test_a_confirmed_claim_of_any_record_counts(corpus: Project) -> None:
    """FI-9002 is dated to a month; a second record of FI-9001 confirms the claim, and says no more."""
    new, part = _node(f"{INCIDENT}says-so"), _node(f"{INCIDENT}says-so#involvement")
    store = _store(
        corpus,
        [
            ox.Quad(new, _node(RDF_TYPE), _node(f"{FG}Incident"), GRAPH),
            ox.Quad(_node(f"{INCIDENT}FI-9001"), _node(f"{FG}sameEventAs"), new, GRAPH),
            ox.Quad(new, _node(f"{FG}involvement"), part, GRAPH),
            ox.Quad(part, _node(f"{FG}organisation"), _node(f"{ORGANISATION}northwind-group"), GRAPH),
            ox.Quad(part, _node(f"{FG}claimStatus"), _node(f"{NAMESPACES['claimstatus']}confirmed"), GRAPH),
        ],
    )
    given = {"organisation": "northwind-group", "max_days": "700"}
    assert ["both confirmed"] == [row["claims"] for row in _ask(store, corpus, "modes-close-in-time", given)]
