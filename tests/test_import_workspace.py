"""Workspaces of imports: the same bytes twice, upsert, what is gone, and folders that hold something else."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from imports import FIXTURES, balances, files_of, imported

from failuregraph.cli.root import root, run_guarded
from failuregraph.errors import Unreadable, WrongUse
from failuregraph.ingest import archive
from failuregraph.ingest.files import date_in_name
from failuregraph.project import Project, Workspace
from failuregraph.turtle import save

OLDER, NEWER = FIXTURES / "aiid", FIXTURES / "aiid-newer"
EACH = [
    ("aiid", OLDER),
    ("agent-postmortems", FIXTURES / "agent-postmortems" / "export" / "incidents.json"),
    ("agent-postmortems", FIXTURES / "agent-postmortems" / "incidents"),
    ("atlas", FIXTURES / "atlas" / "ATLAS.yaml"),
    ("atlas", FIXTURES / "atlas" / "ATLAS-2026.10.yaml"),
    ("ai-incident-law", FIXTURES / "ai-incident-law" / "data.json"),
    ("agent-incident-log", FIXTURES / "agent-incident-log" / "incidents.json"),
    ("sssom", FIXTURES / "sssom" / "contoso2owasp.sssom.tsv"),
]


def _manifest(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / Workspace.MANIFEST_FILE).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(("registry", "path"), EACH, ids=lambda each: str(getattr(each, "name", each)))
def test_importing_a_file_twice_changes_no_byte(repository: Project, tmp_path: Path, registry: str, path: Path) -> None:
    """The second import says that nothing was written, and two folders hold the same bytes."""
    first = imported(registry, path, repository, tmp_path / "into")
    before = files_of(tmp_path / "into")
    again = imported(registry, path, repository, tmp_path / "into")
    imported(registry, path, repository, tmp_path / "elsewhere")
    assert (True, False) == (first.outcome.written, again.outcome.written)
    assert before == files_of(tmp_path / "into") == files_of(tmp_path / "elsewhere")
    assert ((), (), ()) == (again.outcome.added, again.outcome.changed, again.outcome.gone)


@pytest.mark.parametrize(("registry", "path"), EACH, ids=lambda each: str(getattr(each, "name", each)))
def test_rows_in_are_rows_taken_left_out_and_refused(
    repository: Project, tmp_path: Path, registry: str, path: Path
) -> None:
    """The account of each table balances, and its lost rows stand in the report."""
    found = imported(registry, path, repository, tmp_path / "into")
    assert balances(found.outcome)
    with (tmp_path / "into" / Workspace.REPORT_FILE).open(encoding="utf-8", newline="") as file:
        told = [row for row in csv.DictReader(file, delimiter="\t") if row["refused"] == "yes"]
    assert sum(table.refused for table in found.outcome.tables) == len(told)
    assert all(row["file"] and row["reason"] for row in told)


def test_a_newer_snapshot_replaces_adds_and_withdraws(repository: Project, tmp_path: Path) -> None:
    """Added, changed and gone are told by their identifiers."""
    imported("aiid", OLDER, repository, tmp_path / "into")
    found = imported("aiid", NEWER, repository, tmp_path / "into", accept_gone=True)
    assert ("AIID-9010",) == found.outcome.added
    assert "AIID-9001" in found.outcome.changed
    assert ("AIID-9006",) == found.outcome.gone
    assert {"Northwind’s shop assistant promised refunds that nobody would pay"} == found.said(
        "incident/AIID-9001", "rdfs:label"
    )


def test_a_record_that_is_gone_keeps_its_identifier(repository: Project, tmp_path: Path) -> None:
    """It answers as withdrawn and tells of no incident; importing again changes nothing."""
    imported("aiid", OLDER, repository, tmp_path / "into")
    imported("aiid", NEWER, repository, tmp_path / "into", accept_gone=True)
    before = files_of(tmp_path / "into")
    found = imported("aiid", NEWER, repository, tmp_path / "into")
    assert {"recordstatus:withdrawn"} == found.said("record/AIID-9006", "fg:recordStatus")
    assert {"AIID-9006"} == found.said("record/AIID-9006", "dcterms:identifier")
    assert set() == found.said("incident/AIID-9006", "rdfs:label")
    assert before == files_of(tmp_path / "into")


def test_a_record_that_comes_back_lives_again(repository: Project, tmp_path: Path) -> None:
    """Withdrawal is what a snapshot says, not a verdict for ever."""
    imported("aiid", OLDER, repository, tmp_path / "into")
    imported("aiid", NEWER, repository, tmp_path / "into", accept_gone=True)
    found = imported("aiid", OLDER, repository, tmp_path / "into", accept_gone=True)
    assert {"recordstatus:live"} == found.said("record/AIID-9006", "fg:recordStatus")


def test_a_file_that_lacks_many_records_is_not_taken_for_a_newer_one(repository: Project, tmp_path: Path) -> None:
    """A part of a snapshot would withdraw the rest; nothing is written."""
    imported("aiid", OLDER, repository, tmp_path / "into")
    before = files_of(tmp_path / "into")
    with pytest.raises(WrongUse, match="1 of 6 records are not in the file any more"):
        imported("aiid", NEWER, repository, tmp_path / "into")
    assert before == files_of(tmp_path / "into")


def test_a_record_whose_row_was_refused_is_not_gone(repository: Project, tmp_path: Path) -> None:
    """A bad cell in a newer file withdraws nothing: the record stays as it was."""
    imported("aiid", OLDER, repository, tmp_path / "into")
    folder = shutil.copytree(OLDER, tmp_path / "newer")
    path = folder / "incidents.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Fabrikam’s warehouse robot drove into a shelf", ""))
    found = imported("aiid", folder, repository, tmp_path / "into")
    assert {"AIID-9003"} == {each.key for each in found.outcome.refused}
    assert () == found.outcome.gone
    assert {"Fabrikam’s warehouse robot drove into a shelf"} == found.said("incident/AIID-9003", "rdfs:label")


def test_an_older_snapshot_is_refused(repository: Project, tmp_path: Path) -> None:
    """It would undo the newer one; another folder takes it."""
    imported("aiid", OLDER, repository, tmp_path / "into", date="2026-07-27")
    with pytest.raises(WrongUse, match="holds the snapshot of 2026-07-27, which is newer than that of 2026-06"):
        imported("aiid", OLDER, repository, tmp_path / "into", date="2026-06")
    assert imported("aiid", OLDER, repository, tmp_path / "other", date="2026-06").outcome.written


def test_a_folder_of_another_registry_is_refused(repository: Project, tmp_path: Path) -> None:
    """One workspace holds one registry."""
    imported("aiid", OLDER, repository, tmp_path / "into")
    with pytest.raises(WrongUse, match="the folder holds aiid, not atlas"):
        imported("atlas", FIXTURES / "atlas" / "ATLAS.yaml", repository, tmp_path / "into")


def test_a_folder_with_other_files_is_refused(repository: Project, tmp_path: Path) -> None:
    """Nothing of a person's is written over."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-mum.txt").write_text("Dear mum")
    with pytest.raises(WrongUse, match="the folder is not empty and holds no import"):
        imported("aiid", OLDER, repository, tmp_path / "letters")
    assert ["to-mum.txt"] == list(files_of(tmp_path / "letters"))


def test_a_half_written_folder_is_not_taken_for_an_import(repository: Project, tmp_path: Path) -> None:
    """A graph that does not fit its manifest is refused by name, for reading and for writing."""
    imported("aiid", OLDER, repository, tmp_path / "into")
    graph = tmp_path / "into" / Workspace.GRAPH_FILE
    graph.write_bytes(graph.read_bytes()[:1000])
    with pytest.raises(Unreadable, match="the graph is not what the manifest says"):
        Workspace.open(tmp_path / "into")
    with pytest.raises(Unreadable, match="the graph is not what the manifest says"):
        imported("aiid", OLDER, repository, tmp_path / "into")


def test_a_failed_import_leaves_the_folder_as_it_was(
    repository: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stops before the end has written nothing."""
    imported("aiid", OLDER, repository, tmp_path / "into")
    before = files_of(tmp_path / "into")
    monkeypatch.setattr("failuregraph.ingest.aiid_taxonomies.take", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        imported("aiid", NEWER, repository, tmp_path / "into", accept_gone=True)
    assert before == files_of(tmp_path / "into")


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_the_import_tells_of_itself(repository: Project, tmp_path: Path) -> None:
    """Licence, holder, attribution, files with digests, date and counts stand in a graph of their own."""
    found = imported("aiid", OLDER, repository, tmp_path / "into", date="2026-07")
    node = "graph/import/aiid"
    assert {"https://creativecommons.org/licenses/by-sa/4.0/"} == found.said(node, "dcterms:license")
    assert {"Responsible AI Collaborative"} == found.said(node, "dcterms:rightsHolder")
    assert {"6"} == found.said(node, "void:entities")
    assert {"37"} == found.said(node, "fg:rowsRead")
    assert {"2026-07"} == found.said(f"{node}#file-1", "dcterms:issued")
    assert 8 == found.count("fg:sha256")


def test_each_record_bears_the_licence(repository: Project, tmp_path: Path) -> None:
    """A record that is passed on alone says under what."""
    found = imported("aiid", OLDER, repository, tmp_path / "into")
    records = {each for each in found.text.splitlines() if "#recordStatus>" in each}
    licences = {each for each in found.text.splitlines() if "/record/" in each and "dc/terms/license>" in each}
    assert 9 == len(records) == len(licences)


@pytest.mark.parametrize("date", ["yesterday", "2026-13", "2026-02-30", "26-07-27", ""])
def test_a_date_that_is_none_is_refused(repository: Project, tmp_path: Path, date: str) -> None:
    """The message says how to write one."""
    with pytest.raises(WrongUse, match="is no date; write YYYY-MM-DD, YYYY-MM or YYYY"):
        imported("aiid", OLDER, repository, tmp_path / "into", date=date)
    assert not (tmp_path / "into").exists()


@pytest.mark.parametrize("stated", ["soon", 7, None, {"year": 2026}])
def test_a_stated_date_that_is_none_is_not_believed(repository: Project, tmp_path: Path, stated: object) -> None:
    """The manifest has no date, rather than a text that later dates are compared with."""
    path = tmp_path / "incidents.json"
    path.write_text(json.dumps({"generated_at": stated, "incidents": []}))
    imported("agent-incident-log", path, repository, tmp_path / "into")
    assert _manifest(tmp_path / "into")["date"] is None


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("backup-20260727110451.tar.bz2", "2026-07-27"),
        ("snapshot-2026-07", "2026-07"),
        ("export-2026-07-01.json", "2026-07-01"),
        ("data.json", None),
        ("12026-07", None),
    ],
)
def test_a_date_in_a_name_is_found(name: str, date: str | None) -> None:
    """A stamp, a day or a month, and nothing that is a part of a longer number."""
    assert date == date_in_name(name)


def _run(project: Project, *arguments: str | Path) -> int:
    return run_guarded(root, ["--project", str(project.root), "import", *map(str, arguments)])


def test_the_command_prints_the_account(
    repository: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows, records and the folder are printed, and a clean import ends with 0."""
    path = FIXTURES / "agent-incident-log" / "incidents.json"
    assert 0 == _run(repository, "agent-incident-log", path, "--into", tmp_path / "into")
    output = capsys.readouterr().out
    assert "incidents.json: 3 rows in = 3 records + 0 left out + 0 refused" in output
    assert "records: 3 added, 0 changed, 0 unchanged, 0 gone" in output


def test_the_command_ends_with_1_where_a_row_was_refused(
    repository: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The row and its reason are printed."""
    path = FIXTURES / "sssom" / "contoso2owasp.sssom.tsv"
    assert 1 == _run(repository, "sssom", path, "--into", tmp_path / "into")
    assert "refused contoso2owasp.sssom.tsv:17, predicate_id" in capsys.readouterr().err


def test_the_command_ends_with_3_for_a_file_that_cannot_be_read(
    repository: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence says what to do, and nothing was written."""
    path = tmp_path / "ATLAS.yaml"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert 3 == _run(repository, "atlas", path, "--into", tmp_path / "into")
    assert "fetch the file with git lfs pull" in capsys.readouterr().err
    assert not (tmp_path / "into").exists()


def test_most_that_is_unpacked_leaves_room_for_a_snapshot() -> None:
    """The caps are above the largest snapshot that is known and below what a machine holds."""
    assert 1 << 30 < archive.MOST_UNPACKED <= 8 << 30


@pytest.mark.parametrize("after", [False, True], ids=["before the graph", "after the graph"])
@pytest.mark.parametrize("is_first", [True, False], ids=["new folder", "known folder"])
def test_a_write_that_was_cut_off_is_ended_by_the_next_import(
    repository: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, after: bool, is_first: bool
) -> None:
    """Wherever it was cut off, importing again gives the records of an import that was not."""
    if not is_first:
        imported("aiid", OLDER, repository, tmp_path / "into")

    def cut(path: Path, text: str) -> None:
        if path.name != Workspace.GRAPH_FILE or after:
            save(path, text)
        if path.name == Workspace.GRAPH_FILE:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("failuregraph.ingest.workspace.save", cut)
        with pytest.raises(KeyboardInterrupt):
            imported("aiid", NEWER, repository, tmp_path / "into", accept_gone=True)
    again = imported("aiid", NEWER, repository, tmp_path / "into", accept_gone=True)
    if not is_first:
        imported("aiid", OLDER, repository, tmp_path / "whole")
    whole = imported("aiid", NEWER, repository, tmp_path / "whole", accept_gone=True)
    facts = "> <https://w3id.org/failuregraph/graph/import/aiid> ."
    assert [line for line in whole.text.splitlines() if not line.endswith(facts)] == [
        line for line in again.text.splitlines() if not line.endswith(facts)
    ]
    assert {"graph.nq", "manifest.json", "report.tsv"} == {path.name for path in (tmp_path / "into").iterdir()}
