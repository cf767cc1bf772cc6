"""Cells of tables: whole numbers, and lists in the two ways in which exports write them."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from failuregraph.ingest.entry import Run, Table
    from failuregraph.ingest.files import Row

__all__ = ["Cells", "list_of", "whole"]

#: The longest cell that is read as a list; the longest known one is a hundredth of this.
_LONGEST: Final = 200_000


@dataclass(frozen=True)
class Cells:
    """The cells of a row under way: whose they are, and where a remark about one belongs."""

    run: Run
    table: Table
    row: Row
    key: str

    def text(self, column: str) -> str:
        """Return a cell in NFC with single spaces; hidden characters are left out and told."""
        return self.clean(column, self.row[column])

    def clean(self, column: str, value: str) -> str:
        """Return a part of a cell as ``text`` does a whole one."""
        return self.run.text(self.table, self.row.line, column, value, key=self.key)

    def items(self, column: str) -> list[str] | None:
        """Return the values of a list cell, or None and a remark."""
        values = list_of(self.row[column])
        if values is None:
            self.remark(column, f"“{self.row[column].strip()[:60]}” is no list; nothing of it was taken.")
            return None
        return [each for each in dict.fromkeys(self.clean(column, value) for value in values) if each]

    def remark(self, column: str, reason: str) -> None:
        """Say that a cell was not taken as it stands."""
        self.run.cell(self.table, self.row.line, column, reason, key=self.key)


def whole(text: str) -> str:
    """Return a whole number of at least 1 as it is written without a fraction of zero, or nothing.

    >>> whole(" 12.0 "), whole("0"), whole("twelve")
    ('12', '', '')
    """
    found = re.fullmatch(r"\s*([1-9][0-9]{0,11})(?:\.0+)?\s*", text)
    return found[1] if found else ""


def list_of(text: str) -> list[str] | None:
    """Return the values of a list of JSON or of Python, empty ones left out, or None where it is none.

    >>> list_of('["a", ""]'), list_of("['b']"), list_of("[]"), list_of("a, b")
    (['a'], ['b'], [], None)
    """
    text = text.strip()
    if not text:
        return []
    if not text.startswith("[") or len(text) > _LONGEST:
        return None
    values = _parsed(text)
    if not isinstance(values, list) or not all(_is_plain(each) for each in values):
        return None
    return [value for value in dict.fromkeys(str(each).strip() for each in values if each is not None) if value]


def _is_plain(value: object) -> bool:
    return value is None or (isinstance(value, str | int) and not isinstance(value, bool))


def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever the cell holds
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
