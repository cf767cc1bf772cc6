"""What became of records: the log beside the releases, its pages, the event stream, and the feed of changes."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from failuregraph.build import Release, build
from failuregraph.errors import Unreadable
from failuregraph.history.records import CHANGES_FILE, RECORDS_FILE, Log, Version, read_records, records_of
from failuregraph.names import BASE, NAMESPACES
from failuregraph.project import Project
from failuregraph.serve.app import Service
from failuregraph.serve.asking import Reply, ask
from failuregraph.serve.settings import Place, Settings

ONE, TWO = Version(1, "a" * 64), Version(2, "b" * 64)
AS, TREE, LDES = (NAMESPACES[each] for each in ("as", "tree", "ldes"))


def _get(service: Service, path: str, accept: str = "text/html") -> Reply:
    return asyncio.run(ask(service, path, accept))


def _service(release: Release, project: Project) -> Service:
    return Service(release, project, Settings(), Place())


def _graph(service: Service, path: str) -> set[tuple[str, str, str]]:
    triples = ox.parse(_get(service, path, "text/turtle").body, format=ox.RdfFormat.TURTLE)
    return {(str(quad.subject)[1:-1], quad.predicate.value, _value(quad.object)) for quad in triples}


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else ""


@pytest.fixture(scope="module")
def three(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Release], Project]:
    """Return releases of which the second lacks a record and has another changed, and the third has both again."""
    out = tmp_path_factory.mktemp("three")
    copy = Project.at(shutil.copytree(corpus.root, out / "project", ignore=shutil.ignore_patterns(".cache")))
    incidents = copy.root / "data" / "incidents"
    gone, changed = incidents / "FI-9008.ttl", incidents / "FI-9001.ttl"
    kept = {path: path.read_text(encoding="utf-8") for path in (gone, changed)}
    releases = [build(copy, out)]
    gone.unlink()
    changed.write_text(kept[changed].replace('rdfs:label "', 'rdfs:label "Changed: '), encoding="utf-8")
    assert kept[changed] != changed.read_text(encoding="utf-8")
    releases.append(build(copy, out))
    for path, text in kept.items():
        path.write_text(text, encoding="utf-8")
    releases.append(build(copy, out))
    return releases, copy


def test_a_step_says_what_became_of_each_record() -> None:
    """New, changed, withdrawn, and new again; what stayed is not named, and without a difference there is no step."""
    log = Log().with_release("r1", "2026-01-01", {"A": ONE, "B": ONE})
    log = log.with_release("r2", "2026-02-01", {"A": TWO, "C": ONE})
    log = log.with_release("r2", "2026-02-01", {"A": TWO, "C": ONE})
    log = log.with_release("r3", "2026-03-01", {"A": TWO, "B": ONE, "C": ONE})
    told = [{name: change.kind for name, change in step.changes.items()} for step in log.steps]
    assert [{"A": "new", "B": "new"}, {"A": "changed", "B": "withdrawn", "C": "new"}, {"B": "new"}] == told
    assert {"A": TWO, "B": ONE, "C": ONE} == log.records
    assert ["r3", "r2", "r1"] == [step.release for step, _ in log.of("B")]


def test_a_log_ends_where_the_records_are_those_that_are_served() -> None:
    """An older release that is served again does not tell of what came after it."""
    log = Log().with_release("r1", "", {"A": ONE}).with_release("r2", "", {"A": TWO})
    assert [1, 2, 0] == [len(log.until(records).steps) for records in ({"A": ONE}, {"A": TWO}, {"A": ONE, "B": ONE})]


def test_a_log_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Every kind of change; what is no log is refused with what to do."""
    path = tmp_path / CHANGES_FILE
    log = Log().with_release("r1", "2026-01-01", {"A": ONE, "B": ONE}).with_release("r2", "", {"A": TWO})
    log.write(path)
    assert log == Log.read(path)
    assert Log() == Log.read(tmp_path / "none")
    for wrong in (
        "{",
        '{"format": 2, "steps": []}',
        '{"format": 1, "steps": [{"release": "r", "date": "", "changes": 1}]}',
    ):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(Unreadable, match="move it away"):
            Log.read(path)


@pytest.mark.parametrize(
    ("subject", "graph", "counts"),
    [
        ("incident/X-1#source-1", "record/X-1", True),
        ("record/X-1", "registry/x", True),
        ("incident/X-1", "graph/derived", False),
        ("incident/X-1", "graph/links/x", False),
        ("organisation/x", "doc/organisation/x", False),
    ],
)
def test_a_record_is_what_is_stated_of_it(subject: str, graph: str, counts: bool) -> None:  # noqa: FBT001 - a row
    """Parts count, in any graph of records; links, derived facts and other things do not."""
    quad = ox.Quad(ox.NamedNode(BASE + subject), ox.NamedNode("x:p"), ox.Literal("1"), ox.NamedNode(BASE + graph))
    assert (["X-1"] if counts else []) == list(records_of([quad]))


def test_the_order_of_statements_is_none() -> None:
    """The hash is of the sorted lines; one statement more is another hash."""
    name = ox.NamedNode(BASE + "record/X-1")
    quads = [ox.Quad(name, ox.NamedNode("x:p"), ox.Literal(each), name) for each in "ab"]
    assert records_of(quads) == records_of(reversed(quads))
    assert records_of(quads)["X-1"] != records_of(quads[:1])["X-1"]


def test_a_build_adds_a_step(three: tuple[list[Release], Project]) -> None:
    """The log has a step for each of the three; each release has the records of its own content alone."""
    releases, _ = three
    log = Log.read(releases[0].log_path)
    assert [each.identifier for each in releases] == [step.release for step in log.steps]
    kinds = [{name: change.kind for name, change in step.changes.items()} for step in log.steps[1:]]
    assert [{"FI-9001": "changed", "FI-9008": "withdrawn"}, {"FI-9001": "changed", "FI-9008": "new"}] == kinds
    assert releases[0].identifier == releases[2].identifier
    records = read_records(releases[1].path / RECORDS_FILE)
    assert "FI-9008" not in records
    assert log.records == read_records(releases[2].path / RECORDS_FILE)


def test_pages_tell_of_the_steps(three: tuple[list[Release], Project]) -> None:
    """The list, each step, and the page of a record; a record that is gone leads nowhere."""
    releases, project = three
    service = _service(releases[2], project)
    listed = _get(service, "/changes").text
    assert 3 == listed.count('<th scope="row">')
    assert listed.index('href="/changes/3"') < listed.index('href="/changes/1"')
    second = _get(service, "/changes/2").text
    assert "Withdrawn (1)" in second
    assert "Changed (1)" in second
    record = _get(service, "/record/FI-9001").text
    assert 2 == record.count("changed with release")
    assert 404 == _get(service, "/changes/4").status
    earlier = _service(releases[1], project)
    assert "FI-9008" in _get(earlier, "/changes/2").text
    assert 'href="/record/FI-9008"' not in _get(earlier, "/changes/2").text
    assert 404 == _get(earlier, "/changes/3").status


def test_the_stream_has_a_page_for_each_step(three: tuple[list[Release], Project]) -> None:
    """From the view every page is reached; each member is an activity with its record, and is in one page alone."""
    releases, project = three
    service = _service(releases[2], project)
    view = _graph(service, "/changes")
    stream = f"{BASE}changes#stream"
    assert (stream, LDES + "versionOfPath", AS + "object") in view
    assert (stream, TREE + "view", BASE + "changes") in view
    pages = sorted(value for _, predicate, value in view if predicate == TREE + "node")
    assert [f"{BASE}changes/{number}" for number in (1, 2, 3)] == pages
    members: list[str] = []
    for page in pages:
        told = _graph(service, "/" + page.removeprefix(BASE))
        here = [value for subject, predicate, value in told if (subject, predicate) == (stream, TREE + "member")]
        objects = {subject: value for subject, predicate, value in told if predicate == AS + "object"}
        assert set(here) == set(objects)
        assert {f"{BASE}record/{each.partition('#')[2]}" for each in here} == set(objects.values())
        members += here
    assert len(members) == len(set(members)) > 4
    types = {value for subject, predicate, value in _graph(service, "/changes/2") if subject.endswith("#FI-9008")}
    assert AS + "Delete" in types


def test_a_release_that_no_log_knows_begins_one(corpus: Project, tmp_path: Path) -> None:
    """Without the file beside the releases there is one step, of all records."""
    release = build(corpus, tmp_path)
    release.log_path.unlink()
    service = _service(release, corpus)
    assert 1 == _get(service, "/changes").text.count('<th scope="row">')
    assert set(read_records(release.path / RECORDS_FILE)) == set(service.site.log.steps[0].changes)


def test_the_feed_of_changes_knows_of_releases(three: tuple[list[Release], Project]) -> None:
    """A record that a release changed is dated by it, and so is one that states no day."""
    releases, project = three
    service = _service(releases[2], project)
    date = service.site.log.steps[2].date
    text = _get(service, "/feeds/changed.atom").text
    first = text.partition("<entry>")[2].partition("</entry>")[0]
    assert date
    assert f"<updated>{date}T00:00:00Z</updated>" in first
    entries = text.split("<entry>")[1:]
    named = [each for each in entries if "record/FI-9008<" in each or "record/FI-9001<" in each]
    assert 2 == len(named)
    assert all(date in each for each in named)


def test_the_log_is_no_part_of_a_release(copy: Project, tmp_path: Path) -> None:
    """A release is the same bytes with a log and without; a damaged log stops the build before it is switched to."""
    one = build(copy, tmp_path / "one")
    other = tmp_path / "two"
    other.mkdir()
    Log().with_release("x", "2020-01-01", {"A": ONE}).write(other / CHANGES_FILE)
    two = build(copy, other)
    assert one.manifest == two.manifest
    assert ["x", two.identifier] == [step.release for step in Log.read(other / CHANGES_FILE).steps]
    (tmp_path / "three").mkdir()
    (tmp_path / "three" / CHANGES_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(Unreadable, match="move it away"):
        build(copy, tmp_path / "three")
    assert not (tmp_path / "three" / "current").exists()
