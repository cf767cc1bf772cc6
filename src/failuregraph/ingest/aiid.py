"""The AI Incident Database: incidents, the parties that are alleged, redirects, reports and classifications.

The tables of a snapshot are enough; where BSON collections lie beside them and pymongo is installed, they
add display names and systems.  The text of reports is under no licence and is never read into a statement.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from failuregraph.errors import Unreadable
from failuregraph.ingest import aiid_reports, aiid_taxonomies
from failuregraph.ingest.aiid_bson import display_names, systems
from failuregraph.ingest.aiid_duplicates import redirects
from failuregraph.ingest.archive import is_archive, members
from failuregraph.ingest.cells import Cells, whole
from failuregraph.ingest.entry import day, english, iri, name, typed
from failuregraph.ingest.files import InputFile, Row, Torn, checked, csv_rows, open_file
from failuregraph.ingest.kinds import kind_of
from failuregraph.ingest.workspace import tombstone
from failuregraph.names import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyoxigraph as ox

    from failuregraph.ingest.aiid_reports import Cited
    from failuregraph.ingest.entry import Entry, Run, Table

__all__ = ["take"]

_HOME: Final = "https://incidentdatabase.ai/"
_MAIN: Final = "incidents.csv"
_ROLES: Final = {
    "Alleged deployer of AI system": "deployer",
    "Alleged developer of AI system": "developer",
    "Alleged harmed or nearly harmed parties": "affected",
}
_NEEDED: Final = ("incident_id", "date", "title", *_ROLES)
_TABLES = re.compile(r"incidents\.csv|duplicates\.csv|reports\.csv|classifications.*\.csv")
_BSON = re.compile(r"(?:entities|incidents)\.bson")
_KEY = re.compile(r"ObjectId\(['\"]?(?P<hex>[0-9a-f]{24})['\"]?\)|(?P<bare>[0-9a-f]{24})")
#: What stands in the addresses of AIID as it is.
_PLAIN: Final = "-._~'()@!*,;:&=+$"
#: The day on which 173 incidents were loaded at once; it dates none of them.
_BULK_LOAD: Final = "2022-04-13"


def take(run: Run, path: Path) -> None:
    """Read a snapshot into a run; raises Unreadable where there is no table of incidents.

    Another file that cannot be read is refused by name, and the rest goes on.
    """
    files = _files(run, path)
    incidents = files.pop(_MAIN, None)
    if incidents is None:
        message = "no incidents.csv was found; name a snapshot of the AI Incident Database, or the table itself."
        raise Unreadable(message, path)
    names: dict[str, str] = {}
    replaced: dict[str, list[str]] = {}
    if "entities.bson" in files:
        with _apart(run, files["entities.bson"]):
            names = display_names(files["entities.bson"], run)
    if "duplicates.csv" in files:
        with _apart(run, files["duplicates.csv"]):
            replaced = redirects(run, files["duplicates.csv"])
    cited = _incidents(run, incidents, replaced, names)
    if "reports.csv" in files:
        with _apart(run, files["reports.csv"]):
            aiid_reports.take(run, files["reports.csv"], cited)
    if "incidents.bson" in files:
        with _apart(run, files["incidents.bson"]):
            systems(files["incidents.bson"], run, names)
    for file_name in sorted(each for each in files if each.startswith("classifications")):
        with _apart(run, files[file_name]):
            aiid_taxonomies.take(run, files[file_name])


@contextmanager
def _apart(run: Run, file: InputFile) -> Iterator[None]:
    """Refuse what cannot be read of one file of a snapshot, so that the others go on."""
    try:
        yield
    except Unreadable as error:
        _refuse_file(run, file.name, error.message, error.line or 0)


def _refuse_file(run: Run, file_name: str, reason: str, line: int = 0) -> None:
    table = next((each for each in run.tables if each.file == file_name), None) or run.table(file_name, "files")
    table.read += 1
    run.refuse(table, line, reason)


def _files(run: Run, path: Path) -> dict[str, InputFile]:
    """Return the files of a snapshot by name; one that is not what it should be is refused, but for the incidents."""
    found: dict[str, InputFile] = {}
    for file in _candidates(run, path):
        if file.name in found:
            message = f"{file.name} stands in the snapshot twice, as {found[file.name].path} and here."
            raise Unreadable(message, file.path)
        try:
            found[file.name] = run.use(checked(file))
        except Unreadable as error:
            if file.name == _MAIN:
                raise
            _refuse_file(run, file.name, error.message, error.line or 0)
    return dict(sorted(found.items()))


def _wanted(file_name: str) -> bool:
    return bool(_TABLES.fullmatch(file_name) or _BSON.fullmatch(file_name))


def _candidates(run: Run, path: Path) -> Iterator[InputFile]:
    if path.is_dir():
        yield from _in_folder(run, path)
    elif is_archive(path):
        yield from members(
            path, _wanted, lambda member, reason: _refuse_file(run, member, f"{reason}; it was not read.")
        )
    else:
        file = open_file(path)
        yield InputFile(file.path, _MAIN, file.data)


def _in_folder(run: Run, folder: Path) -> Iterator[InputFile]:
    home = folder.resolve()
    for each in sorted(folder.rglob("*")):
        if not _wanted(each.name) or each.is_dir():
            continue
        if each.is_symlink() and not each.resolve().is_relative_to(home):
            _refuse_file(run, each.name, "it is a link that leads out of the folder; it was not read.")
            continue
        try:
            yield open_file(each)
        except Unreadable as error:
            if each.name == _MAIN:
                raise
            _refuse_file(run, each.name, error.message, error.line or 0)


def _key(number: str) -> str:
    return f"AIID-{number}"


def _page(number: str) -> str:
    return f"{_HOME}cite/{number}/"


@dataclass
class _Incidents:
    """The table of incidents under way, what is known beside it, and the reports that its rows cite."""

    run: Run
    table: Table
    replaced: dict[str, list[str]]
    names: dict[str, str]
    cited: Cited = field(default_factory=dict)
    waiting: dict[str, Row] = field(default_factory=dict)


def _incidents(run: Run, file: InputFile, replaced: dict[str, list[str]], names: dict[str, str]) -> Cited:
    """Take the table of incidents; return report number → the records that cite it, with their order.

    Duplicates come last, as one whose counterpart is not in the table is kept as it is.
    """
    _, rows = csv_rows(file, _NEEDED, ("_id", "reports"))
    reading = _Incidents(run, run.table(file.name, "records"), replaced, names)
    total = file.data.count(b"\n")
    for row in rows:
        reading.table.read += 1
        run.progress(file.name, reading.table.read, total)
        if isinstance(row, Torn):
            run.refuse(reading.table, row.line, row.reason, column=row.column)
            continue
        number = whole(row["incident_id"])
        if number in replaced and number not in reading.waiting:
            reading.waiting[number] = row
        else:
            _incident(reading, row, number)
    for number in sorted(replaced, key=int):
        _duplicate(reading, number, reading.waiting.pop(number, None))
    return reading.cited


def _duplicate(reading: _Incidents, number: str, row: Row | None) -> None:
    """Redirect a duplicate, or keep its row where nothing that it could redirect to was taken."""
    run, table, key = reading.run, reading.table, _key(number)
    ends = [end for end in reading.replaced[number] if _key(end) in run.entries]
    if ends:
        entry = tombstone(run, key, _page(number))
        for end in ends:
            entry.record("dcterms:isReplacedBy", iri(f"{BASE}record/{_key(end)}"))
        run.entries[key] = entry
        if row is not None:
            run.leave_out(table, row.line, "it is a duplicate of another, and redirects to it.", key=key)
        return
    told = "it is a duplicate of an incident that was not taken"
    if row is None:
        run.cell(table, 0, "incident_id", f"{told}, and has no row of its own.", key=key)
        return
    run.cell(table, row.line, "incident_id", f"{told}, and so is kept.", key=key)
    _incident(reading, row, number)


def _incident(reading: _Incidents, row: Row, number: str) -> None:
    cells = Cells(reading.run, reading.table, row, _key(number) if number else "")
    title = cells.text("title")
    column = "incident_id"
    if not number:
        reason = f"incident_id “{row['incident_id'].strip()[:40]}” is no number."
    elif number in reading.waiting or cells.key in reading.run.entries:
        reason = "this incident stands in the table twice; the first row counts."
    else:
        column, reason = "title", "" if title else "the incident has no title."
    if reason:
        reading.run.refuse(reading.table, row.line, reason, column=column, key=cells.key)
        return
    reading.table.taken += 1
    entry = reading.run.entry(cells.key, page=_page(number))
    entry.record("fg:completeness", name("completeness:partial"))
    entry.record("fg:rowCreated", _created(row["_id"]))
    entry.about("rdfs:label", english(title))
    _say_date(cells, entry)
    for party_column, role in _ROLES.items():
        _involve(cells, entry, party_column, role, reading.names)
    for place, report in enumerate(_reports_of(cells, entry), 1):
        reading.cited.setdefault(report, []).append((entry, place))


def _created(identifier: str) -> ox.Literal | None:
    """Return the day in the key of a row: its first eight digits are a Unix time."""
    found = _KEY.fullmatch(identifier.strip())
    if not found:
        return None
    seconds = int((found["hex"] or found["bare"])[:8], 16)
    created = dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()
    return None if created == _BULK_LOAD else typed(created, "date")


def _say_date(cells: Cells, entry: Entry) -> None:
    text = cells.row["date"].strip()
    # An export of the database itself writes a day as the beginning of it.
    date = day(text.removesuffix("T00:00:00.000Z"))
    if date is None:
        cells.remark("date", f"“{text[:40]}” is no date; the record has none." if text else "there is no date.")
        return
    entry.about("fg:incidentDate", date)
    entry.about("fg:dateCaveat", name("datecaveat:precision-unknown"))
    if date.value.endswith("-01") and date.datatype == name("xsd:date"):
        entry.about("fg:dateCaveat", name("datecaveat:first-of-month"))


def _reports_of(cells: Cells, entry: Entry) -> list[str]:
    """Return the numbers of the reports of an incident and state how many they are, where that is known."""
    numbers = cells.items("reports")
    if numbers is None or not cells.row["reports"].strip():
        return []
    entry.record("fg:sourceCount", typed(len(numbers), "integer"))
    return numbers


def _involve(cells: Cells, entry: Entry, column: str, role: str, names: dict[str, str]) -> None:
    run = cells.run
    for place, slug in enumerate(cells.items(column) or [], 1):
        page = f"{_HOME}entities/{quote(slug, safe=_PLAIN)}"
        kind = kind_of(slug, page, run.kinds)
        # People are private, and of a harmed party nobody knows that it is none: names only where a user asks.
        private = kind == "person" or (role == "affected" and not kind)
        if private and "people" not in run.flags:
            entry.involve(f"{role}-{place}", None, role)
            continue
        party = run.party(slug, label=names.get(slug, ""), page=page, kind=kind)
        entry.involve(f"{party.value.rpartition('/aiid-')[2]}-{role}", party, role)
