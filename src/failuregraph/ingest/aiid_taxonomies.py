"""Classifications of AIID: CSETv0, CSETv1, GMF and MIT, each value a concept of the taxonomy's own scheme.

A value outside its list is told with row and column and never mapped to the nearest.  Cells that list
several values are joined with ``, `` while values hold commas, so they are split by the known values alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from failuregraph.errors import Unreadable
from failuregraph.ingest.aiid_fields import TAXONOMIES
from failuregraph.ingest.cells import Cells, list_of, whole
from failuregraph.ingest.entry import day, name, typed
from failuregraph.ingest.files import Row, Torn, csv_rows
from failuregraph.ingest.vocabulary import slug_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.ingest.aiid_fields import Field, Taxonomy
    from failuregraph.ingest.entry import Part, Run, Table
    from failuregraph.ingest.files import InputFile

__all__ = ["split", "take"]


_ALIASES: Final = {"CSET": "CSETv0", "CSET v0": "CSETv0", "CSET v1": "CSETv1", "MIT AI Risk Repository": "MIT"}
_ANNOTATOR = re.compile(r"CSETv1_Annotator-\d+")
_CODE = re.compile(r"([1-9](?:\.[1-9]\d?)?)\.?[\s>:–-]+(\S.*)")
_NEXT_CODE = re.compile(r"[,;]\s*(?=[1-9](?:\.\d+)?\.?\s)")
_PUBLISHED: Final = {
    **dict.fromkeys(("true", "1", "1.0", "yes", "y", "t", "published"), True),
    **dict.fromkeys(("false", "0", "0.0", "no", "n", "f", "draft", "unpublished"), False),
}
#: The columns that are read beside the fields.
_BESIDE: Final = (
    "Published",
    "Lives Lost",
    "Injuries",
    "Date of Incident Year",
    "Date of Incident Month",
    "Date of Incident Day",
    "Beginning Date",
)
_MONTHS: Final = {
    month: f"{place:02}"
    for place, month in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        1,
    )
}


def take(run: Run, file: InputFile) -> None:
    """Read one table of classifications; each row goes to the record that it classifies."""
    read = {field.column for taxonomy in TAXONOMIES.values() for field in taxonomy.fields} | set(_BESIDE)
    header, rows = csv_rows(file, ("Namespace", "Incident ID"), sorted(read))
    for column in sorted({column for column in header if column and header.count(column) > 1}):
        if column in read:
            message = f"the column “{column}” stands twice, and nobody can tell which of the two is meant."
            raise Unreadable(message, file.path, 1)
        run.notes.append(f"{file.name}: the column “{column}” stands twice; it is not read.")
    table = run.table(file.name, "classifications")
    seen: set[tuple[str, str]] = set()
    for row in rows:
        table.read += 1
        if isinstance(row, Torn):
            run.refuse(table, row.line, row.reason, column=row.column)
        else:
            _row(run, table, row, seen)


def _row(run: Run, table: Table, row: Row, seen: set[tuple[str, str]]) -> None:
    namespace = _ALIASES.get(row["Namespace"].strip(), row["Namespace"].strip())
    number = whole(row["Incident ID"])
    key = f"AIID-{number}"
    status = _status(row["Published"])
    entry = run.entries.get(key)
    column, reason = _fault(row, namespace, number, known=entry is not None, twice=(key, namespace) in seen)
    if _ANNOTATOR.fullmatch(namespace):
        run.leave_out(table, row.line, "it is one annotator's draft of a CSETv1 classification.", key=key)
    elif column == "Namespace" or not number:
        run.refuse(table, row.line, reason, column=column)
    elif status != "published" and "drafts" not in run.flags:
        told = "is a draft" if status == "draft" else "does not say that it is published"
        run.leave_out(table, row.line, f"the classification {told}; --drafts takes it.", key=key)
    elif entry is not None and not entry.is_live:
        run.leave_out(table, row.line, "the incident is a duplicate, and redirects to another.", key=key)
    elif reason:
        run.refuse(table, row.line, reason, column=column, key=key)
    else:
        seen.add((key, namespace))
        table.taken += 1
        _classify(Cells(run, table, row, key), TAXONOMIES[namespace], is_draft=status != "published")


def _status(text: str) -> str:
    """Return published, draft, or nothing where the cell says neither."""
    found = _PUBLISHED.get(text.strip().casefold())
    return "" if found is None else "published" if found else "draft"


def _fault(row: Row, namespace: str, number: str, *, known: bool, twice: bool) -> tuple[str, str]:
    """Return the column at fault and the reason, both empty for a row that can be taken."""
    if namespace not in TAXONOMIES:
        return "Namespace", f"the taxonomy “{namespace[:40]}” is not one of {', '.join(TAXONOMIES)}."
    if not number:
        return "Incident ID", f"“{row['Incident ID'].strip()[:40]}” is no incident number."
    if not known:
        return "Incident ID", "there is no such incident."
    return (
        ("Incident ID", f"the incident has two {namespace} classifications; the first counts.") if twice else ("", "")
    )


def _classify(cells: Cells, taxonomy: Taxonomy, *, is_draft: bool) -> None:
    run = cells.run
    status = "draft" if is_draft else "published"
    part = run.entries[cells.key].classify(taxonomy.title.lower(), taxonomy.title, status=status)
    part.say("fg:annotatorKind", name(f"annotator:{taxonomy.annotator}"))
    for field in taxonomy.fields:
        for local, label, code in _values(cells, field):
            title = field.column.removeprefix("Known ").removeprefix("Potential ")
            run.scheme(field.scheme, f"{taxonomy.title}: {title}")
            concept = run.concept(field.scheme, local, label, **({"notation": code} if code else {}))
            part.say("fg:assignsPotential" if field.potential else "fg:assigns", concept)
    if taxonomy.title == "CSETv1":
        _counts(cells, part)
    elif taxonomy.title == "CSETv0":
        _beginning(cells, part)


def _values(cells: Cells, field: Field) -> Iterator[tuple[str, str, str]]:
    """Yield local name, label and code of each value in a cell."""
    text = cells.text(field.column)
    if not text or text.casefold() in ("null", "none" if field.codes else "", '""'):
        return
    values = _split(text, field)
    if values is None:
        reason = f"“{text[:120]}” cannot be split into the values of this column; the cell was not taken."
        cells.remark(field.column, reason)
        return
    for each in values:
        found = _CODE.fullmatch(each) if field.codes else None
        local = (found[1] if found and found[1] in field.codes else "") if field.codes else slug_of(each, 120)
        if not local:
            what = "does not begin with the number of a value" if field.codes else "gives no identifier"
            cells.remark(field.column, f"“{each[:120]}” {what}; it was not taken.")
        elif found:
            yield local, f"{local} {found[2]}", local
        else:
            yield local, each, ""


def _split(text: str, field: Field) -> list[str] | None:
    """Return the values that a cell lists: of a list each by itself, else as the column is known to join them."""
    if text.startswith("["):
        values = list_of(text)
        if values is None or not field.values:
            return values
        parts = [split(each, field.values) for each in values]
        return None if None in parts else [value for part in parts if part for value in part]
    text = text.strip('"')
    if field.codes:
        return [each.strip() for each in _NEXT_CODE.split(text)]
    if field.open_list:
        return [each.strip() for each in text.split(",") if each.strip()]
    return split(text, field.values)


def split(text: str, values: tuple[str, ...]) -> list[str] | None:
    """Return the values that a cell lists, or None where it is not made of them alone.

    >>> split("sex, arts, crafts", ("arts, crafts", "sex")), split("sex, age", ("sex",))
    (['sex', 'arts, crafts'], None)
    """
    rest, found = text.strip(), []
    longest_first = sorted(values, key=len, reverse=True)
    while rest:
        start = rest.casefold()
        for value in longest_first:
            after = rest[len(value) :].lstrip()
            if start.startswith(value.casefold()) and after[:1] in ("", ","):
                found.append(value)
                rest = after.removeprefix(",").strip()
                break
        else:
            return None
    return found


def _counts(cells: Cells, part: Part) -> None:
    row = cells.row
    for column, predicate in (("Lives Lost", "fg:livesLost"), ("Injuries", "fg:injuries")):
        text = row[column].strip().removesuffix(".0")
        if re.fullmatch(r"[0-9]{1,9}", text):
            part.say(predicate, typed(int(text), "integer"))
        elif text:
            cells.remark(column, f"“{text[:40]}” is no whole number.")
    year, month, number = (
        row[f"Date of Incident {each}"].strip().removesuffix(".0") for each in ("Year", "Month", "Day")
    )
    if not year:
        return
    text = "-".join(each for each in (year, _month(month), number.zfill(2) if number and month else "") if each)
    _say_date(cells, part, "Date of Incident Year", text)


def _month(text: str) -> str:
    return _MONTHS.get(text.casefold(), text.zfill(2) if text else "")


def _beginning(cells: Cells, part: Part) -> None:
    """State the beginning that CSETv0 gives, in one of its five ways of writing a date."""
    text = cells.row["Beginning Date"].strip()
    if not text:
        return
    month_first = re.fullmatch(r"(\d{1,2})[/-](\d{4})", text)
    text = f"{month_first[2]}-{month_first[1].zfill(2)}" if month_first else text.partition("T")[0]
    _say_date(cells, part, "Beginning Date", text)


def _say_date(cells: Cells, part: Part, column: str, text: str) -> None:
    date = day(text)
    if date is None:
        cells.remark(column, f"“{text[:40]}” is no date.")
    part.say("fg:statedDate", date)
