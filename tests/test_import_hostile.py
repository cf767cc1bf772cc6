"""Hostile files: pointers, web pages, bombs, bad bytes and bad rows are named, and what is good goes on."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from pathlib import Path

import pytest
from imports import FIXTURES, Imported, balances, imported

from failuregraph.errors import Unreadable
from failuregraph.ingest import files
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


def test_a_row_is_named_by_the_line_where_it_begins(tmp_path: Path) -> None:
    """A cell may have lines of its own."""
    file = InputFile(tmp_path / "x.csv", "x.csv", b'a,b\n"1\n2",x\n\n3,y\n')
    _, rows = csv_rows(file, ("a",))
    assert [2, 5] == [row.line for row in rows if isinstance(row, Row)]
