"""Files of other registries, read with suspicion: what they are is told by their content, not by their names.

Nothing here opens a network connection.  A file that is not what it should be raises Unreadable.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from failuregraph.errors import Unreadable, WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["InputFile", "Row", "csv_rows", "date_in_name", "json_of", "open_file", "yaml_of"]

#: The largest file that is read; the largest known one, a table of reports, is a third of this.
MOST_BYTES: Final = 1 << 30
_MOST_CELL: Final = 1 << 24
_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_STAMP = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])\d{6}(?!\d)")
_DAY = re.compile(r"(?<!\d)(20\d\d)-(0[1-9]|1[0-2])(?:-([0-2]\d|3[01]))?(?!\d)")


@dataclass(frozen=True)
class InputFile:
    """A file that an import read: where it lay, its name there, and its bytes."""

    path: Path
    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The digest of the bytes."""
        return hashlib.sha256(self.data).hexdigest()

    def text(self) -> str:
        """Return the text without a byte order mark, or raise Unreadable with the line that is not UTF-8."""
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            message = f"byte {error.object[error.start]:#04x} is not UTF-8; save the file as UTF-8."
            raise Unreadable(message, self.path, line) from error


def open_file(path: Path) -> InputFile:
    """Return a file of the disk; raises Unreadable where it is missing, a pointer, a web page or too large."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            message = f"{size} bytes are more than the {MOST_BYTES} that are read; is it the right file?"
            raise Unreadable(message, path)
        return checked(InputFile(path, path.name, path.read_bytes()))
    except OSError as error:
        message = f"cannot be read ({error.strerror}); name a file that exists."
        raise Unreadable(message, path) from error


def checked(file: InputFile) -> InputFile:
    """Return the file, or raise Unreadable where it is what a failed download leaves behind."""
    if file.data.startswith(_POINTER):
        message = "this is a Git LFS pointer, not the data; fetch the file with git lfs pull."
        raise Unreadable(message, file.path, 1)
    if _HTML.match(file.data[:4096]):
        message = "this is a web page, not the data; download the file itself."
        raise Unreadable(message, file.path, 1)
    if not file.data.strip():
        message = "the file is empty; download it again."
        raise Unreadable(message, file.path)
    return file


def date_in_name(name: str) -> str | None:
    """Return the day or month that the name of a snapshot states, or None.

    >>> date_in_name("backup-20260727110451.tar.bz2"), date_in_name("snapshot-2026-07"), date_in_name("ATLAS.yaml")
    ('2026-07-27', '2026-07', None)
    """
    stamp = _STAMP.search(name)
    if stamp:
        return "-".join(stamp.groups())
    day = _DAY.search(name)
    return "-".join(part for part in day.groups() if part) if day else None


def json_of(file: InputFile) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return the value of a JSON file, or raise Unreadable with line and column; a repeated key is refused."""
    try:
        return json.loads(file.text(), object_pairs_hook=lambda pairs: _unique(pairs, file.path))
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg}.", file.path, error.lineno, error.colno) from error
    except RecursionError as error:
        message = "the JSON is nested too deeply to be a list of records."
        raise Unreadable(message, file.path) from error


def _unique(pairs: list[tuple[str, Any]], path: Path) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"the key “{twice}” stands twice in one object; remove one of the two.", path)
    return found


def yaml_of(file: InputFile) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return the value of a YAML file: safe types alone, dates as text, no aliases.

    Raises WrongUse where PyYAML is not installed, Unreadable with the line for bad YAML.
    """
    try:
        import yaml
    except ImportError as error:
        message = f"{file.path}: reading YAML needs PyYAML; install failuregraph[import]."
        raise WrongUse(message) from error
    from failuregraph.ingest.yaml_loader import loader

    try:
        return yaml.load(file.text(), Loader=loader())  # noqa: S506 - a safe loader without dates and aliases
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = str(getattr(error, "problem", None) or error)
        raise Unreadable(
            f"not YAML that is read here: {reason}.", file.path, mark.line + 1 if mark else None
        ) from error


@dataclass(frozen=True)
class Row:
    """A row of a table: the number of its line, and its cells by column."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a cell, empty where the table does not have the column."""
        return self.cells.get(column, "")


def csv_rows(file: InputFile, needed: Sequence[str], *, tab: bool = False) -> tuple[list[str], Iterator[Row | int]]:
    """Return the header of a table and its rows; the line number alone stands for a row of the wrong length.

    A column that is needed must be there once; another that stands twice keeps its first place.  In a table
    with tabs, empty cells at the end of a row may be left away, as SSSOM does.  Raises Unreadable that names the column that was missed, or the line where the table breaks off.
    """
    csv.field_size_limit(_MOST_CELL)
    lines = io.TextIOWrapper(io.BytesIO(file.data), encoding="utf-8-sig", newline="")
    reader = csv.reader(_without_comments(lines) if tab else lines, delimiter="\t" if tab else ",", strict=not tab)
    with _readable(file, reader):
        header = [name.strip() for name in next((cells for cells in reader if cells), [])]
    for name in needed:
        if header.count(name) != 1:
            problem = "stands twice" if name in header else "is missing"
            message = f"the column “{name}” {problem}; the header is {', '.join(header)[:200] or 'empty'}."
            raise Unreadable(message, file.path, 1)
    return header, _rows(reader, header, file, short=tab)


def _rows(
    reader: Any,  # noqa: ANN401 - csv names no type
    header: list[str],
    file: InputFile,
    *,
    short: bool,
) -> Iterator[Row | int]:
    first = {name: place for place, name in reversed(list(enumerate(header)))}
    with _readable(file, reader):
        for cells in reader:
            if not cells:
                continue
            if short:
                cells += [""] * (len(header) - len(cells))
            if len(cells) != len(header):
                yield reader.line_num
            else:
                yield Row(reader.line_num, {name: cells[place] for name, place in first.items()})


@contextlib.contextmanager
def _readable(file: InputFile, reader: Any) -> Iterator[None]:  # noqa: ANN401 - csv names no type
    try:
        yield
    except csv.Error as error:
        raise Unreadable(f"the table breaks off: {error}.", file.path, reader.line_num) from error
    except UnicodeDecodeError:
        file.text()  # says where
        raise


def _without_comments(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of an SSSOM table; comment lines are left blank, so that line numbers hold."""
    body = False
    for line in lines:
        body = body or not line.startswith("#")
        yield line if body else "\n"
