"""Archives of snapshots: what leads elsewhere is refused by name, what is broken or bloated as a whole."""

from __future__ import annotations

import bz2
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from imports import FIXTURES, imported

from failuregraph.errors import Unreadable
from failuregraph.ingest import archive
from failuregraph.ingest.archive import members
from failuregraph.ingest.files import InputFile
from failuregraph.project import Project

SNAPSHOT = FIXTURES / "aiid"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


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


def test_a_pointer_in_an_archive_is_named(repository: Project, tmp_path: Path) -> None:
    """The table of incidents is needed there too; another table is refused alone."""
    path = _tar(tmp_path / "x.tar.bz2", ("a/incidents.csv", POINTER), with_snapshot=False)
    with pytest.raises(Unreadable, match=r"incidents\.csv:1: this is a Git LFS pointer"):
        imported("aiid", path, repository, tmp_path / "into")
    path = _tar(tmp_path / "y.tar.bz2", ("a/reports.csv", POINTER))
    assert (1, 0, 0, 1) == imported("aiid", path, repository, tmp_path / "into").table("reports.csv")


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
