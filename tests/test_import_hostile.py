"""Hostile files: pointers, web pages, bombs, bad bytes and bad rows are named, and what is good goes on."""

from __future__ import annotations

import bz2
import csv
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from imports import FIXTURES, Imported, balances, imported

from failuregraph.errors import FailureGraphError, Unreadable
from failuregraph.ingest import archive, files
from failuregraph.ingest.archive import members
from failuregraph.ingest.files import InputFile, Row, csv_rows, json_of, open_file, yaml_of
from failuregraph.project import Project

SNAPSHOT = FIXTURES / "aiid"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
PAGE = b"\xef\xbb\xbf\n<!-- cached -->\n<!DOCTYPE html><html><body>Not found</body></html>"
#: A single file for each registry that reads one.
SINGLE = ["agent-postmortems", "atlas", "ai-incident-law", "agent-incident-log", "sssom", "aiid"]


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """Return a copy of the AIID fixture that the test may change."""
    return shutil.copytree(SNAPSHOT, tmp_path / "snapshot")


def _incidents(folder: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO((folder / "incidents.csv").read_text(encoding="utf-8"), newline="")))


def _write(folder: Path, rows: list[list[str]]) -> None:
    with (folder / "incidents.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


@pytest.mark.parametrize("registry", SINGLE)
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (POINTER, "this is a Git LFS pointer"),
        (PAGE, "this is a web page"),
        (b"<?xml version='1.0'?>\n<html>", "this is a web page"),
        (b"PK\x03\x04rest", "this is a ZIP archive"),
        (b" \n\t", "the file is empty"),
    ],
)
def test_what_a_failed_download_leaves_is_named(
    repository: Project, tmp_path: Path, registry: str, data: bytes, reason: str
) -> None:
    """Whatever the file is called, its content tells what it is."""
    path = tmp_path / "file.yaml"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=reason):
        imported(registry, path, repository, tmp_path / "into")
    assert not (tmp_path / "into").exists()


@pytest.mark.parametrize("registry", SINGLE)
@pytest.mark.parametrize(
    "data", [b"\x00" * 300, b"\xff\xfea\x00b\x00", b"{", b"[[[", b"a,b\n1,2\n", b"null", b"1", b'"a"']
)
def test_another_file_is_refused_in_a_sentence(repository: Project, tmp_path: Path, registry: str, data: bytes) -> None:
    """Nothing but an error of the package comes out, with the path in it."""
    path = tmp_path / "file.json"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=r"file\.json"):
        imported(registry, path, repository, tmp_path / "into")


@pytest.mark.parametrize("registry", SINGLE)
def test_a_file_that_is_not_there_is_named(repository: Project, tmp_path: Path, registry: str) -> None:
    """The path stands in the message."""
    with pytest.raises(Unreadable, match=r"nowhere: there is no such file"):
        imported(registry, tmp_path / "nowhere", repository, tmp_path / "into")


@pytest.mark.parametrize("registry", SINGLE)
def test_a_pipe_is_not_waited_for(repository: Project, tmp_path: Path, registry: str) -> None:
    """A device or a pipe may never end."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="it is a folder or a device"):
        imported(registry, tmp_path / "pipe", repository, tmp_path / "into")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size is looked at before the bytes."""
    path = tmp_path / "large.json"
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr(files, "MOST_BYTES", 99)
    with pytest.raises(Unreadable, match="100 bytes are more than the 99 that are read"):
        open_file(path)


# Files of a snapshot.


@pytest.mark.parametrize(
    "case",
    [
        ("classifications_GMF.csv", POINTER, "Git LFS pointer"),
        ("reports.csv", PAGE, "a web page"),
        ("duplicates.csv", b"", "the file is empty"),
        ("classifications_MIT.csv", b"Taxonomy,Incident\nMIT,9001\n", "the column “Namespace” is missing"),
        ("reports.csv", b"report_number,report_number,title,url\n1,1,a,b\n", "“report_number” stands twice"),
        ("duplicates.csv", b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_one_bad_table_leaves_the_others(
    snapshot: Path, repository: Project, tmp_path: Path, case: tuple[str, bytes, str]
) -> None:
    """It is refused by name, counted, and the incidents are taken."""
    name, data, reason = case
    (snapshot / name).write_bytes(data)
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [name] == [each[0] for each in found.told(reason)]
    assert (1, 0, 0, 1) == found.table(name)
    assert found.table("incidents.csv")[1] >= 6
    assert balances(found.outcome)


def test_the_table_of_incidents_is_needed(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """Without it nothing is taken, or all records would be withdrawn."""
    (snapshot / "incidents.csv").write_bytes(POINTER)
    with pytest.raises(Unreadable, match="Git LFS pointer"):
        imported("aiid", snapshot, repository, tmp_path / "into")


def test_a_missing_column_of_incidents_is_named_with_the_header(
    snapshot: Path, repository: Project, tmp_path: Path
) -> None:
    """A reader sees what was found in its place."""
    path = snapshot / "incidents.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("incident_id", "number", 1), encoding="utf-8")
    with pytest.raises(
        Unreadable, match=r"incidents\.csv:1: the column “incident_id” is missing; the header is _id, number"
    ):
        imported("aiid", snapshot, repository, tmp_path / "into")


def test_a_link_out_of_the_folder_is_not_followed(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """It is refused by name, and so is one that leads nowhere."""
    secret = tmp_path / "secret.csv"
    secret.write_text("Namespace,Incident ID,Published\nMIT,9001,True\n")
    (snapshot / "classifications_X.csv").symlink_to(secret)
    (snapshot / "classifications_Y.csv").symlink_to(tmp_path / "nowhere")
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    told = ["classifications_X.csv", "classifications_Y.csv"]
    assert told == sorted(each[0] for each in found.told("a link that leads out of the folder"))


def test_a_link_in_a_folder_of_yaml_is_not_followed(repository: Project, tmp_path: Path) -> None:
    """The same holds for records in files of their own."""
    folder = shutil.copytree(FIXTURES / "agent-postmortems" / "incidents", tmp_path / "incidents")
    (tmp_path / "secret").write_text("incident_id: 2020-secret\n")
    (folder / "2020-secret.yaml").symlink_to(tmp_path / "secret")
    found = imported("agent-postmortems", folder, repository, tmp_path / "into")
    assert ["2020-secret.yaml"] == [each[3] for each in found.told("a link that leads out of the folder")]
    assert (4, 3, 0, 1) == found.table("incidents")


def test_a_table_that_stands_twice_is_refused(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """Two snapshots in one folder cannot be told apart."""
    shutil.copytree(SNAPSHOT, snapshot / "older")
    with pytest.raises(Unreadable, match="stands in the snapshot twice"):
        imported("aiid", snapshot, repository, tmp_path / "into")


# Rows and cells.


def _with_cell(folder: Path, column: str, value: str) -> None:
    rows = _incidents(folder)
    rows[1][rows[0].index(column)] = value
    _write(folder, rows)


@pytest.mark.parametrize(
    "case",
    [
        ("incident_id", "", "is no number"),
        ("incident_id", "9001; DROP TABLE", "is no number"),
        ("incident_id", "-1", "is no number"),
        ("incident_id", "٩٠٠١", "is no number"),
        ("incident_id", "9" * 5000, "is no number"),
        ("title", " \u200b ", "has no title"),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_with_row_and_column(
    snapshot: Path, repository: Project, tmp_path: Path, case: tuple[str, str, str]
) -> None:
    """The other rows go on."""
    column, value, reason = case
    (snapshot / "duplicates.csv").unlink()
    _with_cell(snapshot, column, value)
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [("incidents.csv", 2, column)] == [each[:3] for each in found.told(reason)]
    assert (7, 6, 0, 1) == found.table("incidents.csv")


@pytest.mark.parametrize(
    "case",
    [
        ("date", "2024-02-30", "“2024-02-30” is no date"),
        ("date", "0000-00-00", "“0000-00-00” is no date"),
        ("title", "a\u202eb", "U+202E was left out"),
        ("title", "a\x00b", "U+0000 was left out"),
        ("reports", "[" * 100_000, "is no list"),
        ("reports", "[" + "9" * 5000 + "]", "is no list"),
        ("reports", "[1.5]", "is no list"),
        ("reports", '{"a": 1}', "is no list"),
        ("reports", "__import__('os')", "is no list"),
        ("Alleged deployer of AI system", '["a\\u0000b"]', "U+0000 was left out"),
        ("Alleged deployer of AI system", '["\\ud800"]', "U+D800 was left out"),
        ("Alleged deployer of AI system", "northwind, contoso", "is no list"),
    ],
)
def test_a_cell_that_is_not_as_it_should_be_is_told(
    snapshot: Path, repository: Project, tmp_path: Path, case: tuple[str, str, str]
) -> None:
    """The row is taken without it, and row and column are named."""
    column, value, reason = case
    _with_cell(snapshot, column, value)
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [("incidents.csv", 2, column, "AIID-9001")] == found.told(reason)
    assert (7, 6, 1, 0) == found.table("incidents.csv")


@pytest.mark.parametrize(
    "row", [b"a,b,c\n", b'x,9100,"un"quoted,,,,,,\n', b"\xe9,9100,,,,,,,Latin\n", b",".join([b"x"] * 12) + b"\n"]
)
def test_a_torn_row_is_refused_and_the_rest_goes_on(
    snapshot: Path, repository: Project, tmp_path: Path, row: bytes
) -> None:
    """Too few cells, too many, bad quotes and bytes that are not UTF-8 spoil one row."""
    path = snapshot / "incidents.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], row, *lines[1:]]))
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [2] == [each.row for each in found.outcome.refused]
    assert (8, 6, 1, 1) == found.table("incidents.csv")


def test_a_quotation_mark_without_end_is_refused(snapshot: Path, repository: Project, tmp_path: Path) -> None:
    """A table that was cut in the middle of a cell says where that began."""
    path = snapshot / "incidents.csv"
    lines = path.read_bytes().count(b"\n")
    path.write_bytes(path.read_bytes() + b'x,9100,"no end\n')
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [lines + 1] == [each[1] for each in found.told("unexpected end of data")]


def test_a_huge_cell_is_refused(
    snapshot: Path, repository: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is named, and the others go on."""
    monkeypatch.setattr(files, "_MOST_CELL", 10_000)
    _with_cell(snapshot, "description", "x" * 10_001)
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert [2] == [each[1] for each in found.told("field larger than field limit")]
    assert balances(found.outcome)


@pytest.mark.parametrize("ends", [b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_marks_make_no_difference(
    snapshot: Path, repository: Project, tmp_path: Path, ends: bytes, mark: bytes
) -> None:
    """The statements about records are the same."""
    plain = imported("aiid", snapshot, repository, tmp_path / "plain")
    for path in snapshot.glob("*.csv"):
        path.write_bytes(mark + path.read_bytes().replace(b"\n", ends))
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert _records(plain) == _records(found)


def _records(found: Imported) -> list[str]:
    return [line for line in found.text.splitlines() if "/graph/import/aiid>" not in line]


# JSON and YAML.


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a": 1, "a": 2}', "the key “a” stands twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "not JSON that is read here"),
        (b'{"a":\n nope}', "not JSON: Expecting value"),
        (b"\xe9", "is not UTF-8"),
    ],
)
def test_bad_json_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    """Repeated keys, deep nesting, long numbers and bad bytes are refused in a sentence."""
    with pytest.raises(Unreadable, match=reason):
        json_of(InputFile(tmp_path / "x.json", "x.json", data))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3: .*the key “a” stands twice"),
        ("a: &x [1]\nb: *x\n", "x.yaml:2: .*an alias"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", "an alias"),
        ("[" * 5000, "not YAML"),
        ("a: !!python/object/apply:os.system [ls]\n", "not YAML"),
        ("a: [\n", "not YAML"),
        ("a: 1\n---\nb: 2\n", "not YAML"),
        ("a: " + "9" * 5000 + "\n", "not YAML"),
        ("a: \x00\n", "not YAML"),
    ],
)
def test_bad_yaml_is_named(tmp_path: Path, text: str, reason: str) -> None:
    """Aliases could grow without end, repeated keys hide one another, and objects are code."""
    with pytest.raises(Unreadable, match=reason):
        yaml_of(InputFile(tmp_path / "x.yaml", "x.yaml", text.encode()))


def test_dates_of_yaml_stay_text(tmp_path: Path) -> None:
    """A loader that makes dates of them would pad and change them."""
    data = b"a: 2024-01-01\nb: 2024-01-01T00:00:00Z\nc: 2024-01\n"
    expected = {"a": "2024-01-01", "b": "2024-01-01T00:00:00Z", "c": "2024-01"}
    assert expected == yaml_of(InputFile(tmp_path / "x.yaml", "x.yaml", data))


def test_half_a_character_becomes_a_visible_sign(repository: Project, tmp_path: Path) -> None:
    """No text can hold a lone surrogate; U+FFFD shows where one stood."""
    value = json.loads((FIXTURES / "agent-incident-log" / "incidents.json").read_text(encoding="utf-8"))
    value["incidents"][0]["title"] = "half \ud83d of it"
    path = tmp_path / "incidents.json"
    path.write_text(json.dumps(value))
    found = imported("agent-incident-log", path, repository, tmp_path / "into")
    assert "half \ufffd of it" in found.text


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-1", "1e300", "true", '"12"'])
def test_an_amount_that_is_none_is_told(repository: Project, tmp_path: Path, amount: str) -> None:
    """JSON as Python reads it knows numbers that are no amounts."""
    record = {
        "incident_id": "2025-x",
        "title": "X",
        "incident_type": "incident",
        "blast_radius": {"cost": {"amount_usd": 0}},
    }
    path = tmp_path / "incidents.json"
    path.write_text(json.dumps([record]).replace('"amount_usd": 0', f'"amount_usd": {amount}'))
    found = imported("agent-postmortems", path, repository, tmp_path / "into")
    assert ["blast_radius.cost.amount_usd"] == [each[2] for each in found.told("is no amount")]
    assert 0 == found.count("fg:costUSD")


# Archives.


def _tar(path: Path, *entries: tuple[str, bytes] | tarfile.TarInfo, with_snapshot: bool = True) -> Path:
    with tarfile.open(path, "w:bz2") as packed:
        for each in entries:
            member = each if isinstance(each, tarfile.TarInfo) else tarfile.TarInfo(each[0])
            data = b"" if isinstance(each, tarfile.TarInfo) else each[1]
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
        if with_snapshot:
            for name in ("incidents.csv", "duplicates.csv"):
                packed.add(SNAPSHOT / name, f"mongodump_full_snapshot/{name}")
    return path


def _link(name: str, kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    return member


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (("../incidents.csv", b"x"), "leads out of the archive"),
        (("/etc/reports.csv", b"x"), "leads out of the archive"),
        (("a/../../reports.csv", b"x"), "leads out of the archive"),
        (("a\\..\\..\\reports.csv", b"x"), "leads out of the archive"),
        (_link("a/reports.csv", tarfile.SYMTYPE), "a link or a device"),
        (_link("a/reports.csv", tarfile.LNKTYPE), "a link or a device"),
        (_link("a/reports.csv", tarfile.CHRTYPE), "a link or a device"),
        (_link("a/reports.csv", tarfile.FIFOTYPE), "a link or a device"),
    ],
)
def test_a_member_that_leads_elsewhere_is_refused_by_name(
    repository: Project, tmp_path: Path, entry: tuple[str, bytes] | tarfile.TarInfo, reason: str
) -> None:
    """It is counted, and the rest of the snapshot is taken."""
    name = entry.name if isinstance(entry, tarfile.TarInfo) else entry[0]
    found = imported("aiid", _tar(tmp_path / "x.tar.bz2", entry), repository, tmp_path / "into")
    assert [name] == [each[0] for each in found.told(reason)]
    assert (1, 0, 0, 1) == found.table(name)
    assert 6 == found.table("incidents.csv")[1]


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_truncated_archive_is_refused_as_a_whole(repository: Project, tmp_path: Path, share: float) -> None:
    """Half a snapshot is none."""
    path = _tar(tmp_path / "x.tar.bz2", ("noise", os.urandom(50_000)))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(Unreadable, match="the archive is truncated or damaged"):
        imported("aiid", path, repository, tmp_path / "into")
    assert not (tmp_path / "into").exists()


def test_a_damaged_archive_is_refused(repository: Project, tmp_path: Path) -> None:
    """A changed byte breaks the check sum of bzip2."""
    path = _tar(tmp_path / "x.tar.bz2", ("noise", os.urandom(50_000)))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="the archive is truncated or damaged"):
        imported("aiid", path, repository, tmp_path / "into")


def _unpack(path: Path, most: int) -> Iterator[InputFile]:
    return members(path, lambda name: name.endswith(".csv"), lambda *_: None, most)


def test_a_bomb_is_stopped_at_the_cap(tmp_path: Path) -> None:
    """Members that nobody wants count too."""
    path = _tar(tmp_path / "x.tar.bz2", ("zeros", bytes(3_000_000)))
    with pytest.raises(Unreadable, match="it unpacks to more than 1000000 bytes"):
        list(_unpack(path, 1_000_000))
    assert ["incidents.csv", "duplicates.csv"] == [each.name for each in _unpack(path, 4_000_000)]


def test_a_size_that_lies_is_found(tmp_path: Path) -> None:
    """What stands where a header should be is no end of an archive."""
    member = tarfile.TarInfo("zeros")
    member.size = 10
    path = tmp_path / "x.tar.bz2"
    path.write_bytes(bz2.compress(member.tobuf() + b"x" * 5_000_000))
    with pytest.raises(Unreadable, match="the archive is damaged: what follows its last readable member"):
        list(_unpack(path, 1 << 30))


def test_zeros_after_the_end_count_too(tmp_path: Path) -> None:
    """The cap is on what is unpacked, not on what headers claim."""
    path = _tar(tmp_path / "x.tar.bz2")
    path.write_bytes(bz2.compress(bz2.decompress(path.read_bytes()) + bytes(5_000_000)))
    with pytest.raises(Unreadable, match="it unpacks to more than 1000000 bytes"):
        list(_unpack(path, 1_000_000))


def test_an_archive_without_an_end_is_truncated(tmp_path: Path) -> None:
    """Without compression nothing else tells that members are missing."""
    path = _tar(tmp_path / "x.tar.bz2")
    data = bz2.decompress(path.read_bytes())
    size = (SNAPSHOT / "incidents.csv").stat().st_size
    (tmp_path / "x.tar").write_bytes(data[: 512 + -(-size // 512) * 512])
    with pytest.raises(Unreadable, match="the archive is truncated"):
        list(_unpack(tmp_path / "x.tar", 1 << 30))


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_that_claims_to_be_huge_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: bytes
) -> None:
    """Long names and extended headers are read as a whole by tarfile, so they have a cap of their own."""
    monkeypatch.setattr(archive, "_MOST_HEADER", 100_000)
    member = tarfile.TarInfo("x")
    member.type, member.size = kind, 50_000_000
    path = tmp_path / "x.tar.bz2"
    path.write_bytes(bz2.compress(member.tobuf() + bytes(50_000_000)))
    with pytest.raises(Unreadable, match="a header in it is longer than 100000 bytes"):
        list(_unpack(path, 1 << 30))


def test_a_wanted_member_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is passed over unread, and the others are yielded."""
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    path = _tar(tmp_path / "x.tar.bz2", ("reports.csv", bytes(1001)))
    refused: list[tuple[str, str]] = []
    found = [
        each.name
        for each in members(
            path, lambda name: name in ("reports.csv", "duplicates.csv"), lambda *told: refused.append(told)
        )
    ]
    assert ["duplicates.csv"] == found
    assert [("reports.csv", "it is sparse or too large")] == refused


def test_members_that_nobody_wants_are_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is wanted is read as a whole."""
    read: list[str] = []
    real = archive._read  # noqa: SLF001 - what is counted is the one place that reads a member

    def counted(packed: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> InputFile:
        read.append(member.name)
        return real(packed, member, path)

    monkeypatch.setattr(archive, "_read", counted)
    list(_unpack(_tar(tmp_path / "x.tar.bz2", ("aiidprod/reports.bson", bytes(1_000_000))), 1 << 30))
    assert ["mongodump_full_snapshot/incidents.csv", "mongodump_full_snapshot/duplicates.csv"] == read


# Whatever comes.

_CELLS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            "[]",
            "[1]",
            '["x"]',
            "9001",
            "2024-01-01",
            "\x00",
            "\ud800".encode("utf-8", "replace").decode(),
            '"',
            "True",
        ]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 7), st.integers(0, 70), _CELLS), max_size=6),
    cut=st.integers(0, 40),
)
@example(edits=[(0, 0, 0, "x")], cut=0)
def test_whatever_the_rows_hold_the_account_balances(
    repository: Project, edits: list[tuple[int, int, int, str]], cut: int
) -> None:
    """Cells changed anywhere and a table cut anywhere never crash an import, and no row is lost."""
    with tempfile.TemporaryDirectory() as place:
        folder = shutil.copytree(SNAPSHOT, Path(place) / "snapshot")
        tables = sorted(folder.glob("*.csv"))
        for table, row, column, value in edits:
            path = tables[table % len(tables)]
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
            if rows:
                cells = rows[row % len(rows)]
                cells[column % len(cells)] = value
                with path.open("w", encoding="utf-8", newline="") as file:
                    csv.writer(file, lineterminator="\n").writerows(rows)
        last = tables[cut % len(tables)]
        last.write_bytes(last.read_bytes()[: len(last.read_bytes()) - cut])
        try:
            found = imported("aiid", folder, repository, Path(place) / "into")
        except FailureGraphError as error:
            assert str(error)  # noqa: PT017 - a file that is refused says why
        else:
            assert balances(found.outcome)
            assert sum(1 for each in found.outcome.left if each.refused) == sum(
                each.refused for each in found.outcome.tables
            )


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
_FILES = {
    "agent-postmortems": FIXTURES / "agent-postmortems" / "export" / "incidents.json",
    "ai-incident-law": FIXTURES / "ai-incident-law" / "data.json",
    "agent-incident-log": FIXTURES / "agent-incident-log" / "incidents.json",
}


def _mutated(value: object, path: list[int], new: object) -> object:
    """Return the value with something else at a place, which the numbers lead to."""
    if not path or not value or not isinstance(value, list | dict):
        return new
    if isinstance(value, list):
        place = path[0] % len(value)
        return [_mutated(each, path[1:], new) if at == place else each for at, each in enumerate(value)]
    name = sorted(value)[path[0] % len(value)]
    return {**value, name: _mutated(value[name], path[1:], new)}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(registry=st.sampled_from(sorted(_FILES)), path=st.lists(st.integers(0, 40), max_size=7), new=_JSON)
def test_whatever_the_fields_hold_the_account_balances(
    repository: Project, registry: str, path: list[int], new: object
) -> None:
    """A value of another type anywhere in a record never crashes an import."""
    value = json.loads(_FILES[registry].read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "file.json"
        file.write_text(json.dumps(_mutated(value, path, new)))
        try:
            found = imported(registry, file, repository, Path(place) / "into")
        except FailureGraphError as error:
            assert "file.json" in str(error)  # noqa: PT017 - a file that is refused is named
        else:
            assert balances(found.outcome)


def test_a_row_is_named_by_the_line_where_it_begins(tmp_path: Path) -> None:
    """A cell may have lines of its own."""
    file = InputFile(tmp_path / "x.csv", "x.csv", b'a,b\n"1\n2",x\n\n3,y\n')
    _, rows = csv_rows(file, ("a",))
    assert [2, 5] == [row.line for row in rows if isinstance(row, Row)]
