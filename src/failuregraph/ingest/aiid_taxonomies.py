"""Classifications of AIID: CSETv0, CSETv1, GMF and MIT, each value a concept of the taxonomy's own scheme.

A value outside its list is told with row and column and never mapped to the nearest.  Cells that list
several values are joined with ``, `` while values hold commas, so they are split by the known values alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.errors import Unreadable
from failuregraph.ingest.entry import day, name, typed
from failuregraph.ingest.files import Row, csv_rows
from failuregraph.ingest.vocabulary import slug_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.ingest.entry import Part, Run, Table
    from failuregraph.ingest.files import InputFile

__all__ = ["split", "take"]


@dataclass(frozen=True)
class _Field:
    """A column of a taxonomy: the scheme of its values, and the values where the list is closed."""

    column: str
    scheme: str
    values: tuple[str, ...] = ()
    open_list: bool = False
    potential: bool = False
    coded: bool = False


@dataclass(frozen=True)
class _Taxonomy:
    """A taxonomy: its title, who classifies by it, and the columns that are read."""

    title: str
    annotator: str
    fields: tuple[_Field, ...]


_YES_NO: Final = ("yes", "no", "maybe")
# The sections of ISIC and the sectors of critical infrastructure, as CSET lists them.
_SECTORS: Final = (
    "agriculture, forestry and fishing",
    "mining and quarrying",
    "manufacturing",
    "electricity, gas, steam and air conditioning supply",
    "water supply",
    "construction",
    "wholesale and retail trade",
    "transportation and storage",
    "accommodation and food service activities",
    "information and communication",
    "financial and insurance activities",
    "real estate activities",
    "professional, scientific and technical activities",
    "administrative and support service activities",
    "public administration",
    "defense",
    "law enforcement",
    "education",
    "human health and social work activities",
    "arts, entertainment and recreation",
    "other service activities",
    "activities of households as employers",
    "activities of extraterritorial organizations and bodies",
    "other",
    "unclear",
)
_INFRASTRUCTURE: Final = (
    "chemical",
    "commercial facilities",
    "communications",
    "critical manufacturing",
    "dams",
    "defense-industrial base",
    "emergency services",
    "energy",
    "financial services",
    "food and agriculture",
    "government facilities",
    "healthcare and public health",
    "information technology",
    "nuclear",
    "transportation",
    "water and wastewater",
    "other",
    "unclear",
)
_BASES: Final = (
    "none",
    "age",
    "disability",
    "familial status (e.g., having or not having children) or pregnancy",
    "financial means",
    "genetic information",
    "geography",
    "ideology",
    "nation of origin, citizenship, immigrant status",
    "race",
    "religion",
    "sex",
    "sexual orientation or gender identity",
    "veteran status",
    "unclear",
    "other",
)
_HARM_LEVELS: Final = (
    "AI tangible harm event",
    "AI tangible harm near-miss",
    "AI tangible harm issue",
    "none",
    "unclear",
)
_SEVERITIES: Final = ("Negligible", "Minor", "Moderate", "Severe", "Critical", "Unclear/unknown")

_TAXONOMIES: Final[dict[str, _Taxonomy]] = {
    "CSETv0": _Taxonomy(
        "CSETv0",
        "human",
        (
            _Field("Severity", "aiid-csetv0-severity", _SEVERITIES),
            _Field("Problem Nature", "aiid-csetv0-problem-nature", open_list=True),
            _Field("Near Miss", "aiid-csetv0-near-miss", open_list=True),
            _Field("Intent", "aiid-csetv0-intent", open_list=True),
        ),
    ),
    "CSETv1": _Taxonomy(
        "CSETv1",
        "human",
        (
            _Field("AI Harm Level", "aiid-csetv1-ai-harm-level", _HARM_LEVELS),
            _Field("Rights Violation", "aiid-csetv1-rights-violation", _YES_NO),
            _Field("Public Sector Deployment", "aiid-csetv1-public-sector", _YES_NO),
            _Field("Autonomy Level", "aiid-csetv1-autonomy", ("Autonomy1", "Autonomy2", "Autonomy3", "unclear")),
            _Field("Harm Distribution Basis", "aiid-csetv1-harm-basis", _BASES),
            _Field("Sector of Deployment", "aiid-csetv1-sector", _SECTORS),
            _Field("Infrastructure Sectors", "aiid-csetv1-infrastructure", _INFRASTRUCTURE),
        ),
    ),
    "GMF": _Taxonomy(
        "GMF",
        "human",
        tuple(
            _Field(f"{claim} {what}", scheme, open_list=True, potential=claim == "Potential")
            for claim in ("Known", "Potential")
            for what, scheme in (
                ("AI Goal", "aiid-gmf-ai-goal"),
                ("AI Technology", "aiid-gmf-ai-technology"),
                ("AI Technical Failure", "aiid-gmf-ai-technical-failure"),
            )
        ),
    ),
    "MIT": _Taxonomy(
        "MIT",
        "machine",
        (
            _Field("Risk Domain", "mit-ai-risk-domain", coded=True),
            _Field("Risk Subdomain", "mit-ai-risk-subdomain", coded=True),
            _Field("Entity", "mit-ai-risk-entity", ("Human", "AI", "Other")),
            _Field("Timing", "mit-ai-risk-timing", ("Pre-deployment", "Post-deployment", "Other")),
            _Field("Intent", "mit-ai-risk-intent", ("Intentional", "Unintentional", "Other")),
        ),
    ),
}
_ALIASES: Final = {"CSET": "CSETv0", "CSET v0": "CSETv0", "CSET v1": "CSETv1", "MIT AI Risk Repository": "MIT"}
_ANNOTATOR = re.compile(r"CSETv1_Annotator-\d+")
_CODE = re.compile(r"([1-9](?:\.[1-9]\d?)?)\.?\s+(\S.*)")
_MONTHS: Final = {
    month: f"{place:02}"
    for place, month in enumerate(
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"],
        1,
    )
}


def take(run: Run, file: InputFile) -> None:
    """Read one table of classifications; each row goes to the record that it classifies."""
    header, rows = csv_rows(file, ("Namespace", "Incident ID"))
    for column in sorted({column for column in header if column and header.count(column) > 1}):
        if any(column == field.column for each in _TAXONOMIES.values() for field in each.fields):
            message = f"the column “{column}” stands twice, and nobody can tell which of the two is meant."
            raise Unreadable(message, file.path, 1)
        run.notes.append(f"{file.name}: the column “{column}” stands twice; it is not read.")
    table = run.table(file.name, "classifications")
    seen: set[tuple[str, str]] = set()
    for row in rows:
        table.read += 1
        if isinstance(row, int):
            run.refuse(table, row, "the row does not have as many cells as the header.")
        else:
            _row(run, table, row, seen)


def _row(run: Run, table: Table, row: Row, seen: set[tuple[str, str]]) -> None:
    namespace = _ALIASES.get(row["Namespace"].strip(), row["Namespace"].strip())
    key = f"AIID-{row['Incident ID'].strip().removesuffix('.0')}"
    is_draft = row["Published"].strip().casefold() not in ("true", "1", "")
    reason = ""
    if _ANNOTATOR.fullmatch(namespace):
        reason = "it is one annotator's draft of a CSETv1 classification."
    elif is_draft and "drafts" not in run.flags:
        reason = "the classification is a draft; --drafts takes it."
    if reason:
        run.leave_out(table, row.line, reason, key=key)
    elif namespace not in _TAXONOMIES:
        known = ", ".join(_TAXONOMIES)
        run.refuse(table, row.line, f"the taxonomy “{namespace}” is not one of {known}.", column="Namespace", key=key)
    elif key not in run.entries:
        run.refuse(table, row.line, "there is no such incident.", column="Incident ID", key=key)
    elif not any(str(t.predicate.value).endswith("primaryTopic") for t in run.entries[key].said.triples):
        run.leave_out(table, row.line, "the incident is a duplicate, and redirects to another.", key=key)
    elif (key, namespace) in seen:
        run.refuse(table, row.line, f"the incident has two {namespace} classifications; the first counts.", key=key)
    else:
        seen.add((key, namespace))
        table.taken += 1
        _classify(run, table, row, key, _TAXONOMIES[namespace], is_draft=is_draft)


def _classify(run: Run, table: Table, row: Row, key: str, taxonomy: _Taxonomy, *, is_draft: bool) -> None:
    status = "draft" if is_draft else "published"
    part = run.entries[key].classify(taxonomy.title.lower(), taxonomy.title, status=status)
    part.say("fg:annotatorKind", name(f"annotator:{taxonomy.annotator}"))
    for field in taxonomy.fields:
        for local, label, code in _values(run, table, row, key, field):
            run.scheme(
                field.scheme, f"{taxonomy.title}: {field.column.removeprefix('Known ').removeprefix('Potential ')}"
            )
            concept = run.concept(field.scheme, local, label, **({"notation": code} if code else {}))
            part.say("fg:assignsPotential" if field.potential else "fg:assigns", concept)
    if taxonomy.title == "CSETv1":
        _counts(run, table, row, key, part)
    elif taxonomy.title == "CSETv0":
        _beginning(run, table, row, key, part)


def _values(run: Run, table: Table, row: Row, key: str, field: _Field) -> Iterator[tuple[str, str, str]]:
    """Yield local name, label and code of each value in a cell."""
    text = run.text(table, row.line, field.column, row[field.column], key=key).strip("[]").replace('"', "")
    if not text or text.casefold() in ("null", "none" if field.coded else ""):
        return
    if field.coded:
        yield from _coded(run, table, row, key, field, text)
        return
    values = (
        [each.strip() for each in text.split(",") if each.strip()] if field.open_list else split(text, field.values)
    )
    if values is None:
        reason = f"“{text[:120]}” cannot be split into the values of this column; the cell was not taken."
        run.cell(table, row.line, field.column, reason, key=key)
        return
    for each in values:
        yield slug_of(each, 120), each, ""


def _coded(run: Run, table: Table, row: Row, key: str, field: _Field, text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the values that begin with a number; their words drift, their numbers do not."""
    for each in re.split(r",\s*(?=[1-9](?:\.\d)?\.?\s)", text):
        found = _CODE.fullmatch(each.strip())
        if found:
            yield found[1], f"{found[1]} {found[2]}", found[1]
        else:
            reason = f"“{each[:120]}” does not begin with the number of a value; it was not taken."
            run.cell(table, row.line, field.column, reason, key=key)


def split(text: str, values: tuple[str, ...]) -> list[str] | None:
    """Return the values that a cell lists, or None where it is not made of them alone.

    >>> split("sex, nation of origin, citizenship, immigrant status", _BASES)
    ['sex', 'nation of origin, citizenship, immigrant status']
    """
    rest, found = text.strip(), []
    longest_first = sorted(values, key=len, reverse=True)
    while rest:
        start = rest.casefold()
        for value in longest_first:
            if start == value.casefold() or start.startswith(value.casefold() + ","):
                found.append(value)
                rest = rest[len(value) :].removeprefix(",").strip()
                break
        else:
            return None
    return found


def _counts(run: Run, table: Table, row: Row, key: str, part: Part) -> None:
    for column, predicate in (("Lives Lost", "fg:livesLost"), ("Injuries", "fg:injuries")):
        text = row[column].strip().removesuffix(".0")
        if text.isdecimal():
            part.say(predicate, typed(int(text), "integer"))
        elif text:
            run.cell(table, row.line, column, f"“{text[:40]}” is no whole number.", key=key)
    year, month, number = (row[f"Date of Incident {each}"].strip() for each in ("Year", "Month", "Day"))
    if not year:
        return
    text = "-".join(each for each in (year, _month(month), number.zfill(2) if number and month else "") if each)
    _say_date(run, table, row, key, part, "Date of Incident Year", text)


def _month(text: str) -> str:
    return _MONTHS.get(text.casefold(), text.zfill(2) if text else "")


def _beginning(run: Run, table: Table, row: Row, key: str, part: Part) -> None:
    """State the beginning that CSETv0 gives, in one of its five ways of writing a date."""
    text = row["Beginning Date"].strip()
    if not text:
        return
    month_first = re.fullmatch(r"(\d{1,2})[/-](\d{4})", text)
    text = f"{month_first[2]}-{month_first[1].zfill(2)}" if month_first else text.partition("T")[0]
    _say_date(run, table, row, key, part, "Beginning Date", text)


def _say_date(run: Run, table: Table, row: Row, key: str, part: Part, column: str, text: str) -> None:
    date = day(text)
    if date is None:
        run.cell(table, row.line, column, f"“{text[:40]}” is no date.", key=key)
    part.say("fg:statedDate", date)
