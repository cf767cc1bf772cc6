"""Check queries: each has a passing and a failing twin that differ by one fact, and both engines agree."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from failuregraph.errors import Unreadable
from failuregraph.names import BASE
from failuregraph.project import Project
from failuregraph.query import QueryFile
from failuregraph.store import OxigraphStore, RdflibStore, Table
from failuregraph.validate.whole import levels, run_check

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).parent / "checks"
CHECKS = QueryFile.folder(ROOT / "queries" / "checks")


def _quads(path: Path) -> list[ox.Quad]:
    graph = ox.NamedNode("https://example.org/graph")
    parsed = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    return [ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in parsed]


def _expected(path: Path) -> str:
    return BASE + path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expect: ")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_passing_twin_has_no_finding(check: QueryFile) -> None:
    """The query returns nothing for the file that keeps the rule."""
    assert [] == run_check(OxigraphStore.of(_quads(HERE / check.name / "pass.ttl")), check)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_failing_twin_has_its_finding(check: QueryFile) -> None:
    """The query returns the subject that the first line of the failing file names."""
    path = HERE / check.name / "fail.ttl"
    assert [_expected(path)] == [subject for subject, _ in run_check(OxigraphStore.of(_quads(path)), check)]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_both_engines_agree_on_the_failing_twin(check: QueryFile) -> None:
    """Rdflib finds the same subject."""
    path = HERE / check.name / "fail.ttl"
    answer = RdflibStore.of(_quads(path)).query(check.text)
    assert isinstance(answer, Table)
    assert [f"<{_expected(path)}>"] == [str(row[0]) for row in answer.rows]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_twins_differ_by_one_line(check: QueryFile) -> None:
    """Apart from the line that says what to expect, one line differs."""
    passing, failing = ((HERE / check.name / f"{kind}.ttl").read_text(encoding="utf-8") for kind in ("pass", "fail"))
    pairs = zip(passing.splitlines(), failing.splitlines()[1:], strict=True)
    assert 1 == sum(left != right for left, right in pairs)


def test_every_check_has_a_rule_a_level_and_a_remedy(repository: Project) -> None:
    """Rule, problem and solution stand in the header, the level in the profile, and the rule is the file name."""
    profile = levels(repository)
    assert sorted(profile) == sorted(check.said("rule") for check in CHECKS)
    offenders = [c.name for c in CHECKS if c.said("rule") != c.name or not c.said("problem") or not c.said("solution")]
    assert [] == offenders


def test_a_profile_line_with_an_unknown_level_is_refused(copy: Project) -> None:
    """A level that is none names the line."""
    path = copy.root / "queries" / "checks.profile"
    path.write_text("# remark\nQ07-padded-date loud\n", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"checks\.profile:2: “Q07-padded-date loud”"):
        levels(copy)
