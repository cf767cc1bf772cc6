"""Duplicates of AIID: which incident numbers are no longer in use, and what they redirect to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from failuregraph.ingest.cells import whole
from failuregraph.ingest.files import Torn, csv_rows

if TYPE_CHECKING:
    from failuregraph.ingest.entry import Run
    from failuregraph.ingest.files import InputFile

__all__ = ["redirects"]

_COLUMNS = ("duplicate_incident_number", "true_incident_number")


def redirects(run: Run, file: InputFile) -> dict[str, list[str]]:
    """Return duplicate → what it is a duplicate of, chains followed to their ends.

    Numbers that only redirect to one another in a circle redirect to nothing and are left out with a remark.
    """
    _, rows = csv_rows(file, _COLUMNS)
    table = run.table(file.name, "redirects")
    pairs: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    for row in rows:
        table.read += 1
        if isinstance(row, Torn):
            run.refuse(table, row.line, row.reason, column=row.column)
            continue
        duplicate, true = (whole(row[column]) for column in _COLUMNS)
        if not duplicate or not true or duplicate == true:
            told = " and ".join(f"“{row[column].strip()[:20]}”" for column in _COLUMNS)
            run.refuse(table, row.line, f"{told} are no two incident numbers.", column=_COLUMNS[0])
            continue
        table.taken += 1
        pairs.setdefault(duplicate, []).append(true)
        lines.setdefault(duplicate, row.line)
    found = {each: _ends(each, pairs) for each in sorted(pairs, key=int)}
    for each in (each for each, ends in found.items() if not ends):
        reason = "the numbers redirect to one another in a circle; the incident is kept."
        run.cell(table, lines[each], _COLUMNS[1], reason, key=f"AIID-{each}")
    return {each: ends for each, ends in found.items() if ends}


def _ends(start: str, pairs: dict[str, list[str]]) -> list[str]:
    ends: list[str] = []
    seen, waiting = {start}, list(pairs[start])
    while waiting:
        each = waiting.pop()
        if each in pairs and each not in seen:
            waiting += pairs[each]
        elif each not in seen:
            ends.append(each)
        seen.add(each)
    return sorted(ends, key=int)
