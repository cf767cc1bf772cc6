"""Files of other registries, read with suspicion: what they are is told by their content, not by their names.

Nothing here opens a network connection.  A file that is not what it should be raises Unreadable.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import stat
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from failuregraph.errors import Unreadable, WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = [
    "MOST_BYTES",
    "InputFile",
    "Row",
    "Torn",
    "checked",
    "csv_rows",
    "date_in_name",
    "json_of",
    "open_file",
    "yaml_of",
]

#: The largest file that is read; the largest known one, a table of reports, is a third of this.
MOST_BYTES: Final = 1 << 30
_MOST_CELL: Final = 1 << 24
_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_ZIP: Final = b"PK\x03\x04"
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPED_SURROGATE = re.compile(r"\\[uU](?:0000)?[dD][89a-fA-F]")
_STAMP = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])\d{6}(?!\d)")
_DAY = re.compile(r"(?<!\d)(20\d\d)-(0[1-9]|1[0-2])(?:-([0-2]\d|3[01]))?(?!\d)")


@dataclass(frozen=True)
class InputFile:
    """A file that an import read: where it lay, its name there, and its bytes."""

    path: Path
    name: str
    data: bytes

    @cached_property
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
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            message = "it is a folder or a device, not a file; name the file itself."
            raise Unreadable(message, path)
        if found.st_size > MOST_BYTES:
            message = f"{found.st_size} bytes are more than the {MOST_BYTES} that are read; is it the right file?"
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
    if file.data.startswith(_ZIP):
        message = "this is a ZIP archive; unpack it and name the file in it."
        raise Unreadable(message, file.path)
    if _HTML.match(file.data[:4096]):
        message = "this is a web page, not the data; download the file itself."
        raise Unreadable(message, file.path, 1)
    if not file.data[:4096].strip() and not file.data.strip():
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
    text = file.text()
    try:
        value = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, file.path))
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg}.", file.path, error.lineno, error.colno) from error
    except ValueError as error:
        raise Unreadable(f"not JSON that is read here: {error}.", file.path) from error
    except RecursionError as error:
        message = "the JSON is nested too deeply to be a list of records."
        raise Unreadable(message, file.path) from error
    return _paired(value) if _ESCAPED_SURROGATE.search(text) else value


def _paired(value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return the value with U+FFFD for each half of a character, which no text can hold."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_paired(each) for each in value]
    if isinstance(value, dict):
        return {_paired(name): _paired(each) for name, each in value.items()}
    return value


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
    from failuregraph.ingest.yaml_loader import load

    text = file.text()
    try:
        value = load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = str(getattr(error, "problem", None) or error)
        raise Unreadable(
            f"not YAML that is read here: {reason}.", file.path, mark.line + 1 if mark else None
        ) from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not YAML that is read here: {error}.", file.path) from error
    return _paired(value) if _ESCAPED_SURROGATE.search(text) else value


@dataclass(frozen=True)
class Row:
    """A row of a table: the number of the line where it begins, and its cells by column."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a cell, empty where the table does not have the column."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Torn:
    """A row that cannot be read: the number of the line where it begins, the column where it is known, and why."""

    line: int
    reason: str
    column: str = ""


def csv_rows(
    file: InputFile, needed: Sequence[str], also: Sequence[str] = (), *, tab: bool = False
) -> tuple[list[str], Iterator[Row | Torn]]:
    """Return the header of a table and its rows, a Torn for each that cannot be read while the others go on.

    A column that is needed must be there once; another that stands twice keeps its first place.  A column
    that is needed or asked for in ``also`` may be spelt with other capitals, spaces or underscores.  In a
    table with tabs, empty cells at the end of a row may be left away, as SSSOM does.  Raises Unreadable
    that names the column that was missed.
    """
    csv.field_size_limit(_MOST_CELL)
    # A byte that is not UTF-8 spoils its row, not the table.
    lines = io.TextIOWrapper(io.BytesIO(file.data), encoding="utf-8-sig", errors="surrogateescape", newline="")
    reader = csv.reader(_without_comments(lines) if tab else lines, delimiter="\t" if tab else ",", strict=not tab)
    try:
        header = [name.strip() for name in next((cells for cells in reader if cells), [])]
    except csv.Error as error:
        raise Unreadable(f"the header cannot be read: {error}.", file.path, reader.line_num) from error
    if not _is_utf8("".join(header)):
        file.text()  # says where
    _respell(header, (*needed, *also))
    for name in needed:
        if header.count(name) != 1:
            problem = "stands twice" if name in header else "is missing"
            message = f"the column “{name}” {problem}; the header is {', '.join(header)[:200] or 'empty'}."
            raise Unreadable(message, file.path, 1)
    return header, _rows(reader, header, tab=tab)


def _respell(header: list[str], wanted: Sequence[str]) -> None:
    """Give the columns that are wanted the names by which they are asked for, where one alone is meant."""
    folded = [_fold(name) for name in header]
    for name in wanted:
        places = [place for place, each in enumerate(folded) if each == _fold(name) and header[place] not in wanted]
        if name not in header and len(places) == 1:
            header[places[0]] = name


def _fold(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _is_utf8(text: str) -> bool:
    """Say whether a text has none of the signs that stand for bytes that are not UTF-8."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _rows(
    reader: Any,  # noqa: ANN401 - csv names no type
    header: list[str],
    *,
    tab: bool,
) -> Iterator[Row | Torn]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Torn(line, f"the row cannot be read: {error}.")
            continue
        if cells is None:
            return
        if cells:
            yield _row(line, cells, header, tab=tab)


def _row(line: int, cells: list[str], header: list[str], *, tab: bool) -> Row | Torn:
    if tab:
        cells += [""] * (len(header) - len(cells))
        if any("\n" in cell and "\t" in cell for cell in cells):
            return Torn(line, "a quotation mark opens in this row and closes in a later one; double it or remove it.")
    if len(cells) != len(header):
        return Torn(line, f"the row does not have as many cells as the header: {len(cells)}, not {len(header)}.")
    spoilt = next((name for name, cell in zip(header, cells, strict=True) if not _is_utf8(cell)), None)
    if spoilt is not None:
        return Torn(line, "the cell is not UTF-8; save the file as UTF-8.", spoilt)
    return Row(line, dict(zip(reversed(header), reversed(cells), strict=True)))


def _without_comments(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of an SSSOM table; comment lines are left blank, so that line numbers hold."""
    body = False
    for line in lines:
        body = body or not line.startswith("#")
        yield line if body else "\n"
