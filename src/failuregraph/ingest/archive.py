"""Snapshots as archives: the wanted members are read into memory, the others are passed over unread."""

from __future__ import annotations

import lzma
import tarfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from failuregraph.errors import Unreadable
from failuregraph.ingest.files import InputFile, checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["MOST_UNPACKED", "is_archive", "members"]

#: The most bytes that an archive may unpack to, all members together.
MOST_UNPACKED: Final = 4 << 30
_MAGIC: Final = (b"BZh", b"\x1f\x8b", b"\xfd7zXZ\x00")
_BROKEN: Final = (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError)


def is_archive(path: Path) -> bool:
    """Say whether a file is a compressed archive, by its first bytes."""
    with path.open("rb") as file:
        return file.read(6).startswith(_MAGIC)


def members(
    path: Path,
    wanted: Callable[[str], bool],
    refuse: Callable[[str, str], None],
    most: int = MOST_UNPACKED,
) -> Iterator[InputFile]:
    """Yield the wanted members of an archive, by the last part of their names.

    A member with an absolute path or ``..``, a link or a device is told to ``refuse`` with its name and the
    reason.  Raises Unreadable for an archive that is truncated or unpacks to more than ``most`` bytes.
    """
    total = 0
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                total += member.size
                if total > most:
                    message = f"it unpacks to more than {most} bytes; nothing of it was read."
                    raise Unreadable(message, path)
                reason = _reason(member)
                if reason:
                    refuse(member.name, reason)
                elif member.isfile() and wanted(PurePosixPath(member.name).name):
                    yield _read(archive, member, path)
    except _BROKEN as error:
        message = f"the archive is truncated or damaged ({error}); download it again."
        raise Unreadable(message, path) from error


def _reason(member: tarfile.TarInfo) -> str:
    """Return why a member is refused, or nothing."""
    name = PurePosixPath(member.name.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts:
        return "its path leads out of the archive"
    if not (member.isfile() or member.isdir()):
        return "it is a link or a device"
    return ""


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> InputFile:
    stream = archive.extractfile(member)
    data = stream.read() if stream else b""
    if len(data) != member.size:
        message = f"the member {member.name} is truncated; download the archive again."
        raise Unreadable(message, path)
    return checked(InputFile(path / member.name, PurePosixPath(member.name).name, data))
