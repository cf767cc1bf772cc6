"""The AI Incident Database: its weekly snapshot as a folder, an archive, or the table of incidents alone.

The tables of the snapshot are enough; where BSON collections lie beside them and pymongo is installed, they
add display names and systems.  The text of reports is under no licence and is never read into a statement.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pyoxigraph as ox

from failuregraph.errors import Unreadable
from failuregraph.ingest import aiid_taxonomies
from failuregraph.ingest.aiid_bson import display_names, systems
from failuregraph.ingest.archive import is_archive, members
from failuregraph.ingest.entry import day, english, iri, name, typed
from failuregraph.ingest.files import InputFile, Row, csv_rows, open_file
from failuregraph.ingest.kinds import kind_of
from failuregraph.ingest.sources import say_source
from failuregraph.ingest.workspace import tombstone
from failuregraph.names import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from failuregraph.ingest.entry import Entry, Run, Table

__all__ = ["take"]

_HOME: Final = "https://incidentdatabase.ai/"
_ROLES: Final = {
    "Alleged deployer of AI system": "deployer",
    "Alleged developer of AI system": "developer",
    "Alleged harmed or nearly harmed parties": "affected",
}
_NEEDED: Final = ("incident_id", "date", "title", *_ROLES)
_TABLES = re.compile(r"incidents\.csv|duplicates\.csv|reports\.csv|classifications.*\.csv")
_BSON = re.compile(r"(?:entities|incidents)\.bson")
_KEY = re.compile(r"ObjectId\((?P<hex>[0-9a-f]{24})\)|(?P<bare>[0-9a-f]{24})")
#: What stands in the addresses of AIID as it is.
_PLAIN: Final = "-._~'()@!*,;:&=+$"
#: The day on which 173 incidents were loaded at once; it dates none of them.
_BULK_LOAD: Final = "2022-04-13"


def take(run: Run, path: Path) -> None:
    """Read a snapshot into a run; raises Unreadable where there is no table of incidents."""
    files = _files(run, path)
    incidents = files.pop("incidents.csv", None)
    if incidents is None:
        message = "no incidents.csv was found; name a snapshot of the AI Incident Database, or the table itself."
        raise Unreadable(message, path)
    names = display_names(files.get("entities.bson"), run)
    replaced = _duplicates(run, files.get("duplicates.csv"))
    cited = _incidents(run, incidents, replaced, names)
    if "reports.csv" in files:
        _reports(run, files["reports.csv"], cited)
    systems(files.get("incidents.bson"), run)
    for file_name in sorted(files):
        if file_name.startswith("classifications"):
            aiid_taxonomies.take(run, files[file_name])


def _files(run: Run, path: Path) -> dict[str, InputFile]:
    """Return the files of a snapshot by name; the largest tables are not all in memory as text."""
    found: dict[str, InputFile] = {}
    for file in _candidates(run, path):
        if file.name in found:
            message = f"{file.name} stands in the snapshot twice, as {found[file.name].path} and here."
            raise Unreadable(message, file.path)
        found[file.name] = run.use(file)
    return dict(sorted(found.items()))


def _candidates(run: Run, path: Path) -> Iterator[InputFile]:
    def wanted(file_name: str) -> bool:
        return bool(_TABLES.fullmatch(file_name) or _BSON.fullmatch(file_name))

    def refuse(member: str, reason: str) -> None:
        table = run.table(member, "members")
        table.read += 1
        run.refuse(table, 0, f"{reason}; the member was not read.")

    if path.is_dir():
        for each in sorted(path.rglob("*")):
            if each.is_file() and wanted(each.name):
                yield open_file(each)
    elif is_archive(path):
        yield from members(path, wanted, refuse)
    else:
        file = open_file(path)
        yield InputFile(file.path, "incidents.csv", file.data)


def _key(number: str) -> str:
    return f"AIID-{number}"


def _page(number: str) -> str:
    return f"{_HOME}cite/{number}/"


def _duplicates(run: Run, file: InputFile | None) -> dict[str, list[str]]:
    """Return duplicate → what it is a duplicate of, chains followed to their ends."""
    if file is None:
        return {}
    columns = ("duplicate_incident_number", "true_incident_number")
    _, rows = csv_rows(file, columns)
    table = run.table(file.name, "redirects")
    pairs: dict[str, list[str]] = {}
    for row in rows:
        table.read += 1
        if isinstance(row, int):
            run.refuse(table, row, "the row does not have as many cells as the header.")
            continue
        duplicate, true = (_whole(row[column]) for column in columns)
        if not duplicate or not true or duplicate == true:
            run.refuse(table, row.line, f"“{row[columns[0]]}” and “{row[columns[1]]}” are no two incident numbers.")
            continue
        table.taken += 1
        pairs.setdefault(duplicate, []).append(true)
    return {each: _ends(each, pairs) for each in sorted(pairs, key=int)}


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


def _whole(text: str) -> str:
    """Return a number as it is written without a fraction of zero, or nothing."""
    found = re.fullmatch(r"\s*([1-9]\d*)(?:\.0)?\s*", text)
    return found[1] if found else ""


def _incidents(
    run: Run, file: InputFile, replaced: dict[str, list[str]], names: dict[str, str]
) -> dict[str, list[tuple[Entry, int]]]:
    """Take the table of incidents; return report number → the records that cite it, with their order."""
    _, rows = csv_rows(file, _NEEDED)
    table = run.table(file.name, "records")
    total = file.data.count(b"\n")
    cited: dict[str, list[tuple[Entry, int]]] = {}
    for row in rows:
        table.read += 1
        run.progress(file.name, table.read, total)
        if isinstance(row, int):
            run.refuse(table, row, "the row does not have as many cells as the header.")
            continue
        entry = _incident(run, table, row, replaced, names)
        for place, number in enumerate(_reports_of(run, table, row) if entry else [], 1):
            cited.setdefault(number, []).append((entry, place))  # type: ignore[arg-type]  # no entry, no numbers
    for number, ends in replaced.items():
        if _key(number) not in run.entries:
            _redirect(run, number, ends)
    return cited


def _incident(run: Run, table: Table, row: Row, replaced: dict[str, list[str]], names: dict[str, str]) -> Entry | None:
    number = _whole(row["incident_id"])
    key = _key(number)
    date = day(row["date"].strip())
    problem = ""
    if not number:
        problem = f"incident_id “{row['incident_id'][:40]}” is no number."
        run.refuse(table, row.line, problem, column="incident_id")
        return None
    if key in run.entries:
        run.refuse(table, row.line, "this incident stands in the table twice; the first row counts.", key=key)
        return None
    if not row["title"].strip():
        run.refuse(table, row.line, "the incident has no title.", column="title", key=key)
        return None
    table.taken += 1
    if number in replaced:
        _redirect(run, number, replaced[number])
        run.cell(table, row.line, "incident_id", "it is a duplicate of another, and redirects to it.", key=key)
        return None
    entry = run.entry(key, page=_page(number))
    entry.record("fg:completeness", name("completeness:partial"))
    entry.record("fg:rowCreated", _created(row["_id"]))
    entry.about("rdfs:label", english(run.text(table, row.line, "title", row["title"], key=key)))
    _say_date(run, table, row, entry, date)
    for column, role in _ROLES.items():
        _involve(run, table, row, entry, column, role, names)
    return entry


def _redirect(run: Run, number: str, ends: list[str]) -> None:
    entry = tombstone(run, _key(number), _page(number))
    for end in ends:
        entry.record("dcterms:isReplacedBy", iri(f"{BASE}record/{_key(end)}"))
    run.entries[entry.key] = entry


def _created(identifier: str) -> ox.Literal | None:
    """Return the day in the key of a row: its first eight digits are a Unix time."""
    found = _KEY.fullmatch(identifier.strip())
    if not found:
        return None
    seconds = int((found["hex"] or found["bare"])[:8], 16)
    created = dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()
    return None if created == _BULK_LOAD else typed(created, "date")


def _say_date(run: Run, table: Table, row: Row, entry: Entry, date: ox.Literal | None) -> None:
    if date is None:
        text = row["date"].strip()
        reason = f"“{text[:40]}” is no date; the record has none." if text else "there is no date."
        run.cell(table, row.line, "date", reason, key=entry.key)
        return
    entry.about("fg:incidentDate", date)
    entry.about("fg:dateCaveat", name("datecaveat:precision-unknown"))
    if date.value.endswith("-01") and date.datatype == name("xsd:date"):
        entry.about("fg:dateCaveat", name("datecaveat:first-of-month"))


def _list(run: Run, table: Table, row: Row, column: str) -> list[str]:
    """Return the values of a list cell: a JSON array, or nothing and a remark."""
    text = row[column].strip()
    try:
        values = json.loads(text) if text else []
    except ValueError:
        values = None
    if not isinstance(values, list) or not all(isinstance(each, str | int) for each in values):
        run.cell(table, row.line, column, f"“{text[:60]}” is no list; nothing of it was taken.", key=row["incident_id"])
        return []
    return list(dict.fromkeys(str(each) for each in values))


def _reports_of(run: Run, table: Table, row: Row) -> list[str]:
    numbers = _list(run, table, row, "reports")
    run.entries[_key(_whole(row["incident_id"]))].record("fg:sourceCount", typed(len(numbers), "integer"))
    return numbers


def _involve(run: Run, table: Table, row: Row, entry: Entry, column: str, role: str, names: dict[str, str]) -> None:
    for place, slug in enumerate(_list(run, table, row, column), 1):
        page = f"{_HOME}entities/{quote(slug, safe=_PLAIN)}"
        kind = kind_of(slug, page, run.kinds)
        # People are private, and of a harmed party nobody knows that it is none: names only where a user asks.
        private = kind == "person" or (role == "affected" and not kind)
        if private and "people" not in run.flags:
            entry.involve(f"{role}-{place}", None, role)
            continue
        party = run.party(slug, label=names.get(slug, ""), page=page, kind=kind)
        entry.involve(f"{party.value.rpartition('/aiid-')[2]}-{role}", party, role)


def _reports(run: Run, file: InputFile, cited: dict[str, list[tuple[Entry, int]]]) -> None:
    _, rows = csv_rows(file, ("report_number", "title", "url"))
    table = run.table(file.name, "reports")
    total = file.data.count(b"\n")
    for row in rows:
        table.read += 1
        run.progress(file.name, table.read, total)
        if isinstance(row, int):
            run.refuse(table, row, "the row does not have as many cells as the header.")
            continue
        number = _whole(row["report_number"])
        if not number:
            run.refuse(table, row.line, f"report_number “{row['report_number'][:40]}” is no number.")
        elif number not in cited:
            run.leave_out(table, row.line, "no incident that was taken cites the report.", key=number)
        else:
            table.taken += 1
            _say_report(run, table, row, number, cited[number])


def _say_report(run: Run, table: Table, row: Row, number: str, places: list[tuple[Entry, int]]) -> None:
    title = run.text(table, row.line, "title", row["title"], key=number)
    address = run.address(table, row.line, "url", row["url"], key=number)
    issued = day(row["date_published"].strip()[:10])
    for entry, order in places:
        part = entry.part("fg:source", f"source-{number}", "fg:Source")
        say_source(part, order, title, address)
        part.say("dcterms:issued", issued)
        part.say("dcterms:language", ox.Literal(row["language"]) if row["language"] else None)
