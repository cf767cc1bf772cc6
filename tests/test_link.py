"""Candidates for review: found with their evidence, decided by a person, and never linked by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Literal, URIRef
from test_cli import Run, run

from failuregraph.cli.graph import whole_graph
from failuregraph.errors import Unreadable, WrongUse
from failuregraph.link.accept import accept
from failuregraph.link.candidates import Candidate, dump, load
from failuregraph.link.events import event_candidates
from failuregraph.link.organisations import organisation_candidates
from failuregraph.names import FG, NAMESPACES
from failuregraph.project import Project
from failuregraph.turtle import read

__all__ = ["run"]
PAGE = "https://incidentdatabase.ai/entities/fabrikam"
LEDGERS = ("incident:AGL-fabrikam-agent-ledger-loss-2025-07", "incident:AIID-9003")


@pytest.fixture
def unlinked(copy: Project, together: Project) -> Project:
    """Return the corpus with the five registries, but without a reviewed link between them."""
    (copy.data / "links" / "events.ttl").unlink()
    return copy.with_imports(each.path for each in together.imports)


def _pairs(candidates: list[Candidate]) -> dict[tuple[str, str], Candidate]:
    return {(each.subject, each.object): each for each in candidates}


def _table(tmp_path: Path, *candidates: Candidate) -> Path:
    path = tmp_path / "candidates.tsv"
    path.write_text(dump(list(candidates)), encoding="utf-8")
    return path


def _event(decision: str, other: str = "incident:FI-9002") -> Candidate:
    return Candidate("incident:AIID-9002", "", "fg:sameEventAs", other, "", 0.5, "invented", decision)


def test_a_stated_link_is_a_candidate_with_its_evidence(unlinked: Project) -> None:
    """The log names the record of AIID; organisation and dates are told beside it."""
    found = _pairs(event_candidates(unlinked, whole_graph(unlinked)))
    assert "a registry states it" in found[LEDGERS].evidence
    assert "dates at least 75 days apart" in found[LEDGERS].evidence


def test_a_shared_source_is_evidence(unlinked: Project) -> None:
    """Two registries that cite one page may tell of one event."""
    found = _pairs(event_candidates(unlinked, whole_graph(unlinked)))
    pair = (LEDGERS[0], "incident:APM-2025-fabrikam-ledger-loss")
    assert "same source daily.example/ledgers" in found[pair].evidence
    assert "same organisation organisation:fabrikam-bank" in found[pair].evidence


def test_organisation_time_and_title_together_are_enough(unlinked: Project) -> None:
    """FI-9001 names a part of the group that AIID-9001 names; they have no source in common, and are found."""
    found = _pairs(event_candidates(unlinked, whole_graph(unlinked)))
    candidate = found["incident:AIID-9001", "incident:FI-9001"]
    assert candidate.evidence.startswith("same organisation organisation:northwind-group; dates at least 0 days apart")
    assert ("incident:AIID-9002", "incident:FI-9001") not in found


def test_two_records_of_one_registry_are_no_candidates(unlinked: Project) -> None:
    """A registry keeps its own records apart."""
    starts = {(a.split("-")[0], b.split("-")[0]) for a, b in _pairs(event_candidates(unlinked, whole_graph(unlinked)))}
    assert [] == [pair for pair in starts if pair[0] == pair[1]]


def test_reviewed_pairs_are_not_proposed_again(together: Project) -> None:
    """The links of the corpus, and the pair that was judged to be two events, are left out."""
    found = _pairs(event_candidates(together, whole_graph(together)))
    assert LEDGERS not in found
    assert ("incident:AIID-9002", "incident:FI-9005") not in found


def test_proposing_links_nothing(run: Run, unlinked: Project) -> None:
    """Candidates go to a table; the data stay as they are."""
    before = {path: path.read_bytes() for path in unlinked.data.rglob("*.ttl")}
    options = [option for each in unlinked.imports for option in ("--with", each.path)]
    done = run("link", "propose", "events", *options, project=unlinked)
    assert 0 == done.code
    assert done.out.startswith("decision\tscore\tsubject")
    assert "none of them is linked before a review says so" in done.err
    assert before == {path: path.read_bytes() for path in unlinked.data.rglob("*.ttl")}


def test_a_name_that_is_alike_is_proposed(copy: Project, together: Project) -> None:
    """“Fabrikam  bank, Inc.” would be Fabrikam Bank; a name that shares nothing is not proposed."""
    path = copy.path_of("organisation", "northwind-group")
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "    skos:closeMatch <https://incidentdatabase.ai/entities/northwind> ;\n", ""
        ),
        encoding="utf-8",
    )
    project = copy.with_imports(each.path for each in together.imports)
    found = organisation_candidates(project, whole_graph(project))
    page = "https://incidentdatabase.ai/entities/northwind"
    assert [("organisation:northwind-group", "skos:closeMatch", page)] == [
        (each.subject, each.predicate, each.object) for each in found
    ]
    assert 1.0 == found[0].score


def test_yes_to_an_event_becomes_a_mapping(copy: Project, tmp_path: Path) -> None:
    """Author, date, justification and evidence stand on it."""
    changed = accept(copy, _table(tmp_path, _event("yes")), "registry:failure-graph", "2026-11-24")
    graph = read(changed[0])
    node = next(iter(graph.subjects(None, Literal("invented", lang="en"))))
    told = {str(p).rpartition("#")[2].rpartition("/")[2]: str(o) for p, o in graph.predicate_objects(node)}
    assert "2026-11-24" == told["created"]
    assert "semapv:ManualMappingCuration" == told["justification"]
    assert FG + "sameEventAs" == told["annotatedProperty"]
    assert NAMESPACES["registry"] + "failure-graph" == told["wasAttributedTo"]


def test_what_a_model_decided_says_so(run: Run, copy: Project, tmp_path: Path) -> None:
    """A link that no person decided is not one of manual curation."""
    table = str(_table(tmp_path, _event("yes")))
    done = run(
        "link",
        "accept",
        table,
        "--author",
        "registry:failure-graph",
        "--date",
        "2026-11-24",
        "--by-model",
        project=copy,
    )
    assert 0 == done.code
    text = (copy.data / "links" / "events.ttl").read_text(encoding="utf-8")
    assert 1 == text.count("semapv:LLMBasedMatching")


def test_no_is_kept_so_that_it_is_not_asked_again(copy: Project, tmp_path: Path) -> None:
    """Two records that are two events are said to be different."""
    changed = accept(copy, _table(tmp_path, _event("no")), "registry:failure-graph", "2026-11-24")
    assert "owl:differentFrom" in changed[0].read_text(encoding="utf-8")


def test_an_undecided_row_changes_nothing(copy: Project, tmp_path: Path) -> None:
    """Empty is neither yes nor no."""
    assert [] == accept(copy, _table(tmp_path, _event("")), "registry:failure-graph", "2026-11-24")


def test_deciding_twice_changes_nothing_more(copy: Project, tmp_path: Path) -> None:
    """The same table again leaves every byte."""
    table = _table(tmp_path, _event("yes"))
    accept(copy, table, "registry:failure-graph", "2026-11-24")
    assert [] == accept(copy, table, "registry:failure-graph", "2026-11-24")


@pytest.mark.parametrize(
    ("predicate", "target", "told"),
    [
        ("skos:closeMatch", PAGE, URIRef(PAGE)),
        ("fg:filedUnder", "Fabrikam / Contoso", Literal("Fabrikam / Contoso")),
    ],
)
def test_yes_to_a_name_goes_into_the_file_of_the_organisation(
    copy: Project, tmp_path: Path, predicate: str, target: str, told: URIRef | Literal
) -> None:
    """The statement is added and the file stays canonical."""
    candidate = Candidate("organisation:fabrikam-bank", "", predicate, target, "", 0.9, "invented", "yes")
    changed = accept(copy, _table(tmp_path, candidate), "registry:failure-graph", "2026-11-24")
    assert [copy.path_of("organisation", "fabrikam-bank")] == changed
    assert told in set(read(changed[0]).objects())


@pytest.mark.parametrize(
    ("candidate", "sentence"),
    [
        (
            Candidate("organisation:nobody", "", "skos:closeMatch", PAGE, "", 0.9, "", "yes"),
            "there is no organisation:n",
        ),
        (Candidate("incident:AIID-1", "", "owl:sameAs", PAGE, "", 0.9, "", "yes"), "is not what link propose proposes"),
        (_event("maybe"), "is neither yes nor no"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named(
    copy: Project, tmp_path: Path, candidate: Candidate, sentence: str
) -> None:
    """Line and reason are told, and nothing of the table is written."""
    good = _event("yes")
    with pytest.raises(Unreadable, match=rf"candidates\.tsv:\d: .*{sentence}"):
        accept(copy, _table(tmp_path, candidate, good), "registry:failure-graph", "2026-11-24")
    assert "AIID-9002--FI-9002" not in (copy.data / "links" / "events.ttl").read_text(encoding="utf-8")


def test_an_author_is_an_iri(copy: Project, tmp_path: Path) -> None:
    """A bare name is no author."""
    with pytest.raises(WrongUse, match="“Jane” is no IRI"):
        accept(copy, _table(tmp_path, _event("yes")), "Jane", "2026-11-24")


def test_another_table_is_refused(tmp_path: Path) -> None:
    """The first line tells what the columns must be."""
    path = tmp_path / "other.tsv"
    path.write_text("a\tb\n", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"other\.tsv:1: the first line must be"):
        load(path)
