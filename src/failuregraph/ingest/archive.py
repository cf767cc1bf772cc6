"""Snapshots as archives: the wanted members are read into memory, the others are passed over unread."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import tarfile
import zlib
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final, cast

from failuregraph.errors import Unreadable
from failuregraph.ingest.files import MOST_BYTES, InputFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["MOST_UNPACKED", "is_archive", "members"]

#: The most bytes that an archive may unpack to, all members together.
MOST_UNPACKED: Final = 4 << 30
#: The most bytes between the end of a member and the name of the next; a header may claim any length.
_MOST_HEADER: Final = 1 << 20
_CHUNK: Final = 1 << 16
_OPENERS: Final[dict[bytes, Callable[..., Any]]] = {
    b"BZh": bz2.open,
    b"\x1f\x8b": gzip.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_TAR: Final = (b"ustar", 257)
_BROKEN: Final = (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError)


def is_archive(path: Path) -> bool:
    """Say whether a file is a tar archive, compressed or not, by its first bytes."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(512)
    magic, place = _TAR
    return start.startswith(tuple(_OPENERS)) or start[place:].startswith(magic)


class _Metered:
    """A stream of unpacked bytes that stops at a count, whatever the sizes in the archive claim."""

    def __init__(self, stream: IO[bytes], path: Path, most: int) -> None:
        self._stream, self._path, self.most = stream, path, most
        self.count = 0
        self.allowed = _MOST_HEADER

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; raises Unreadable where more come than may."""
        data = self._stream.read(size)
        self.count += len(data)
        if self.count > self.most:
            message = f"it unpacks to more than {self.most} bytes; nothing of it was taken."
            raise Unreadable(message, self._path)
        if self.count > self.allowed:
            message = f"a header in it is longer than {_MOST_HEADER} bytes; nothing of it was taken."
            raise Unreadable(message, self._path)
        return data

    def expect(self, size: int) -> None:
        """Allow a member of this size and the header after it."""
        self.allowed = self.count + size + _MOST_HEADER


def members(
    path: Path,
    wanted: Callable[[str], bool],
    refuse: Callable[[str, str], None],
    most: int = MOST_UNPACKED,
) -> Iterator[InputFile]:
    """Yield the wanted members of an archive, by the last part of their names.

    A member with an absolute path or ``..``, a link or a device is told to ``refuse`` with its name and the
    reason.  Raises Unreadable for an archive that is truncated or unpacks to more than ``most`` bytes,
    counted as they come.
    """
    try:
        with path.open("rb") as packed:
            start = packed.read(6)
        opener = next((each for magic, each in _OPENERS.items() if start.startswith(magic)), None)
        with cast("IO[bytes]", opener(path, "rb")) if opener else path.open("rb") as stream:
            meter = _Metered(stream, path, most)
            with tarfile.open(fileobj=cast("IO[bytes]", meter), mode="r|") as archive:
                yield from _members(archive, meter, path, wanted, refuse)
    except _BROKEN as error:
        message = f"the archive is truncated or damaged ({error}); download it again."
        raise Unreadable(message, path) from error


def _members(
    archive: tarfile.TarFile,
    meter: _Metered,
    path: Path,
    wanted: Callable[[str], bool],
    refuse: Callable[[str, str], None],
) -> Iterator[InputFile]:
    for member in archive:
        meter.expect(member.size)
        reason = _reason(member)
        base = PurePosixPath(member.name).name
        if not reason and member.isfile() and wanted(base):
            reason = "it is sparse or too large" if member.issparse() or member.size > MOST_BYTES else ""
            if not reason:
                yield _read(archive, member, path)
                continue
        if reason:
            refuse(member.name, reason)
    meter.allowed = meter.most
    _at_end(cast("IO[bytes]", archive.fileobj), meter, archive.offset, path)


def _at_end(stream: IO[bytes], meter: _Metered, offset: int, path: Path) -> None:
    """Raise Unreadable where an archive does not end as one does: tarfile takes a broken header for the end of it."""
    while chunk := stream.read(_CHUNK):
        if chunk.strip(b"\0"):
            message = "the archive is damaged: what follows its last readable member is no member; download it again."
            raise Unreadable(message, path)
    if meter.count < offset + tarfile.BLOCKSIZE:
        message = "the archive is truncated: it has no end; download it again."
        raise Unreadable(message, path)


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
    unpacked = io.BytesIO()
    if stream:
        # In pieces: to read it as a whole would hold it twice.
        shutil.copyfileobj(stream, unpacked, _CHUNK)
    data = unpacked.getvalue()
    if len(data) != member.size:
        message = f"the member {member.name} is truncated; download the archive again."
        raise Unreadable(message, path)
    return InputFile(path / member.name, PurePosixPath(member.name).name, data)
