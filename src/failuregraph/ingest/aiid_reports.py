"""Reports of AIID as sources of the incidents that cite them: title, address, day and language, never their text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from failuregraph.ingest.cells import whole
from failuregraph.ingest.entry import day
from failuregraph.ingest.files import Torn, csv_rows
from failuregraph.ingest.sources import say_source

if TYPE_CHECKING:
    from failuregraph.ingest.entry import Entry, Run, Table
    from failuregraph.ingest.files import InputFile, Row

__all__ = ["Cited", "take"]

#: Report number → the records that cite it, each with the place of the report in its list.
Cited = dict[str, list[tuple["Entry", int]]]

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def take(run: Run, file: InputFile, cited: Cited) -> None:
    """Read the table of reports; each becomes a source of the records that cite it."""
    _, rows = csv_rows(file, ("report_number", "title", "url"), ("date_published", "language"))
    table = run.table(file.name, "reports")
    total = file.data.count(b"\n")
    seen: set[str] = set()
    for row in rows:
        table.read += 1
        run.progress(file.name, table.read, total)
        if isinstance(row, Torn):
            run.refuse(table, row.line, row.reason, column=row.column)
            continue
        number = whole(row["report_number"])
        if not number:
            reason = f"report_number “{row['report_number'].strip()[:40]}” is no number."
            run.refuse(table, row.line, reason, column="report_number")
        elif number in seen:
            reason = "this report stands in the table twice; the first row counts."
            run.refuse(table, row.line, reason, column="report_number", key=number)
        elif number not in cited:
            run.leave_out(table, row.line, "no incident that was taken cites the report.", key=number)
        else:
            table.taken += 1
            _say(run, table, row, number, cited[number])
        seen.add(number)
    missed = len(set(cited) - seen)
    if missed:
        run.notes.append(f"{file.name}: {missed} of the reports that incidents cite are not in it.")


def _say(run: Run, table: Table, row: Row, number: str, places: list[tuple[Entry, int]]) -> None:
    title = run.text(table, row.line, "title", row["title"], key=number)
    address = run.address(table, row.line, "url", row["url"], key=number)
    published, language = row["date_published"].strip(), row["language"].strip()
    issued = day(published[:10])
    if published and issued is None:
        run.cell(table, row.line, "date_published", f"“{published[:40]}” is no date.", key=number)
    if language and not _LANGUAGE.fullmatch(language):
        run.cell(table, row.line, "language", f"“{language[:20]}” is no language tag.", key=number)
        language = ""
    for entry, order in places:
        part = entry.part("fg:source", f"source-{number}", "fg:Source")
        say_source(part, order, title, address)
        part.say("dcterms:issued", issued)
        part.say("dcterms:language", ox.Literal(language) if language else None)
