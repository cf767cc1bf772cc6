"""Releases: the same bytes from the same files, all or nothing, and nothing damaged is opened."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from failuregraph.build import Release, build
from failuregraph.errors import Unreadable, WrongUse
from failuregraph.names import GRAPH
from failuregraph.project import Project

FILES = ("failuregraph.nq", "failuregraph.trig", "manifest.json", "metadata.nq")


def test_two_builds_are_the_same_bytes(corpus: Project, tmp_path: Path) -> None:
    """Another folder, hash seed, time zone and language change nothing but the files of store and search index."""
    releases = []
    for number, zone in enumerate(("UTC", "Asia/Tokyo"), 1):
        out = tmp_path / f"folder-{number}"
        command = [sys.executable, "-m", "failuregraph", "--project", str(corpus.root), "build", "-o", str(out)]
        environment = {
            **os.environ,
            "PYTHONHASHSEED": str(number),
            "TZ": zone,
            "LANG": "C" if number == 1 else "C.UTF-8",
        }
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        releases.append(Path(done.stdout.strip()))
    one, two = ([(release / name).read_bytes() for name in FILES] for release in releases)
    assert one == two
    assert releases[0].name == releases[1].name


def test_nothing_of_the_machine_stands_in_a_release(corpus: Project, tmp_path: Path) -> None:
    """No absolute path is written."""
    release = build(corpus, tmp_path)
    assert [] == [name for name in FILES if str(corpus.root).encode() in (release.path / name).read_bytes()]


def test_the_dumps_say_the_same(corpus: Project, tmp_path: Path) -> None:
    """N-Quads and TriG hold one data set; the store holds it and the metadata, as many quads as the manifest says."""
    release = build(corpus, tmp_path)
    sets = []
    for name, form in (("failuregraph.nq", ox.RdfFormat.N_QUADS), ("failuregraph.trig", ox.RdfFormat.TRIG)):
        dataset = ox.Dataset(ox.parse(path=str(release.path / name), format=form))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        sets.append(dataset)
    assert sets[0] == sets[1]
    counts = release.manifest["counts"]
    assert counts["quads"] == len(release.store().inner) == len(sets[0]) + counts["metadata"]


def test_derived_facts_have_a_graph_of_their_own(corpus: Project, tmp_path: Path) -> None:
    """What rules derived can be told from what files assert."""
    graphs = build(corpus, tmp_path).graphs()
    derived = {triple.predicate.value.rpartition("#")[2] for triple in graphs[GRAPH + "derived"]}
    assert {"earliestDate", "event", "inCluster", "effectivePath", "closeMatch", "informationContent"} <= derived
    asserted = {t.predicate.value for graph, triples in graphs.items() if graph != GRAPH + "derived" for t in triples}
    assert not any(
        iri.endswith(("#earliestDate", "#event", "#inCluster", "#effectivePath", "#informationContent"))
        for iri in asserted
    )


def test_lexical_forms_survive(copy: Project, tmp_path: Path) -> None:
    """A literal that the store would rewrite stands in the dump as it was written."""
    path = copy.path_of("record", "FI-9001")
    text = path.read_text(encoding="utf-8").replace("fg:sourceCount 2", 'fg:sourceCount "02"^^xsd:integer')
    path.write_text(text, encoding="utf-8")
    assert b'"02"^^' in (build(copy, tmp_path / "out").path / "failuregraph.nq").read_bytes()


def test_current_names_the_newest_release(copy: Project, tmp_path: Path) -> None:
    """After a change the link leads to the new release, and the old one is still there."""
    out = tmp_path / "out"
    first = build(copy, out)
    path = copy.path_of("record", "FI-9001")
    path.write_text(path.read_text(encoding="utf-8").replace("severity:medium", "severity:high"), encoding="utf-8")
    second = build(copy, out)
    assert first.identifier != second.identifier
    assert second.path == (out / "current").resolve()
    assert first.path.is_dir()


def test_building_again_leaves_the_release_alone(corpus: Project, tmp_path: Path) -> None:
    """The same content is the same release; its files are not touched."""
    first = build(corpus, tmp_path)
    before = (first.path / "manifest.json").stat().st_mtime_ns
    assert before == (build(corpus, tmp_path).path / "manifest.json").stat().st_mtime_ns


def test_a_file_that_does_not_parse_leaves_nothing(copy: Project, tmp_path: Path) -> None:
    """The fault is named with its place, and no folder is made."""
    copy.path_of("record", "FI-9001").write_text("broken", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"FI-9001\.ttl:1: not valid Turtle"):
        build(copy, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_project_without_records_is_refused(copy: Project, tmp_path: Path) -> None:
    """A release of nothing would look like an answer."""
    for path in copy.incidents.glob("*.ttl"):
        path.unlink()
    with pytest.raises(Unreadable, match="no record to build a release from"):
        build(copy, tmp_path / "out")


def test_an_unwritable_folder_is_said(corpus: Project, tmp_path: Path) -> None:
    """A file where the folder should be is one sentence."""
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(Unreadable, match="choose another folder with -o"):
        build(corpus, tmp_path / "out")


def test_a_second_build_at_once_is_refused(corpus: Project, tmp_path: Path) -> None:
    """Two writers never share a folder."""
    with (tmp_path / ".lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(WrongUse, match="another build is under way"):
            build(corpus, tmp_path)


def test_what_a_killed_build_left_is_removed(corpus: Project, tmp_path: Path) -> None:
    """The next build clears the work folders of the last."""
    (tmp_path / ".building-old").mkdir()
    build(corpus, tmp_path)
    assert [] == list(tmp_path.glob(".building-*"))


@pytest.mark.parametrize("name", ["failuregraph.nq", "failuregraph.trig", "metadata.nq"])
def test_a_changed_file_is_not_opened(corpus: Project, tmp_path: Path, name: str) -> None:
    """One flipped byte in a dump is noticed."""
    release = build(corpus, tmp_path)
    data = bytearray((release.path / name).read_bytes())
    data[100] ^= 1
    (release.path / name).write_bytes(bytes(data))
    with pytest.raises(Unreadable, match=f"{name} is not what the manifest says"):
        Release.open(release.path)


def test_a_store_with_another_count_is_not_opened(corpus: Project, tmp_path: Path) -> None:
    """The manifest's count is compared with the store's."""
    release = build(corpus, tmp_path)
    manifest = json.loads((release.path / "manifest.json").read_text(encoding="utf-8"))
    manifest["counts"]["quads"] += 1
    (release.path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(Unreadable, match="the store holds"):
        Release.open(release.path)


@pytest.mark.parametrize("missing", ["manifest.json", "store/CURRENT", "failuregraph.nq"])
def test_an_incomplete_release_is_not_opened(corpus: Project, tmp_path: Path, missing: str) -> None:
    """A missing part is noticed, and no empty store is made in its place."""
    release = build(corpus, tmp_path)
    (release.path / missing).unlink()
    with pytest.raises(Unreadable, match=r"build it again|build the release again"):
        Release.open(release.path)


def test_a_folder_that_is_no_release_is_said(tmp_path: Path) -> None:
    """Serving a wrong path is one sentence."""
    with pytest.raises(Unreadable, match="not a release that can be served"):
        Release.open(tmp_path)
