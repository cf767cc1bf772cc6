"""AI Incident Law: the included cases of its data.json.

Five text fields run nearly one to one with the stages of a path; the public record is their evidence.  The
description tells what set the failure off together with what the system did, and so has no stage
(decision 0013).  Who used a system in legal work is mostly a private person and is not named.
"""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING, Any, Final

from failuregraph.errors import Unreadable
from failuregraph.ingest.entry import day, english, iri, name, typed
from failuregraph.ingest.files import json_of, open_file
from failuregraph.ingest.objects import Item, party_slug, records_in, stated_day
from failuregraph.ingest.sources import say_source
from failuregraph.ingest.vocabulary import slug_of

if TYPE_CHECKING:
    from pathlib import Path

    import pyoxigraph as ox

    from failuregraph.ingest.entry import Entry, Run, Table

__all__ = ["take"]

_HOME: Final = "https://aiincidentlaw.org/"
_ID = re.compile(r"AIEL-([0-9]{4}-[0-9]{3,})")
#: Two years with a hyphen, or two dates with a longer dash, a slash or a word between them.
#: Words that stand beside the name of a person; what is left undecided is no firm.
_PERSONS = re.compile(
    r"\b(?:attorneys?|counsel|lawyers?|solicitors?|advocates?|prosecutors?|judges?|litigants?|pro se|personnel)\b",
    re.IGNORECASE,
)
_RANGE = re.compile(r"([0-9]{4})\s*-\s*([0-9]{4})|([0-9-]{4,10})\s*(?:–|—|/|\s-\s|\sto\s|\sthrough\s)\s*([0-9-]{4,10})")
#: Text field → the stage that it is certain to tell of.
_STEPS: Final = (
    ("error_description", ""),
    ("canonical_source_conflicted", "model-step"),
    ("mitigation_gap", "control-gap"),
    ("reliance_or_harm", "failure"),
    ("notes_on_resolution", "consequence"),
)
_CLOSED: Final = {
    "confidence_score": ("high", "medium", "low"),
    "source_quality": ("primary record", "official statement", "reliable reporting"),
}
_OPEN: Final = ("domain", "error_type", "filing_status", "public_matter_type")
_TYPES: Final = {"primary record": "court-filing", "official statement": "primary", "reliable reporting": "press"}
_FIELDS: Final = frozenset(
    """
    error_id error_title ai_system_name deployer domain error_type error_description canonical_source_conflicted
    mitigation_gap reliance_or_harm public_matter_type public_matter_name filing_status jurisdiction filing_date
    error_date public_record_link secondary_source_links confidence_score notes_on_resolution tags source_quality
    research_status last_verified_date needs_review neutral_citation case_sameAs legal_graph obligation_first_anchors
    """.split()  # noqa: SIM905 - a list to be read as one
)


def take(run: Run, path: Path) -> None:
    """Read the included cases; raises Unreadable where they are not found."""
    file = run.use(open_file(path))
    records = _included(run, json_of(file))
    if records is None:
        message = "the list datasets.included.records was not found; name data.json of AI Incident Law."
        raise Unreadable(message, file.path)
    for field in (*_OPEN, *_CLOSED):
        run.scheme(f"ail-{field.replace('_', '-')}", f"AI Incident Law: {field.replace('_', ' ')}", home=_HOME)
    table = run.table(file.name, "records")
    for place, raw in enumerate(records, 1):
        table.read += 1
        run.progress(file.name, place, len(records))
        _record(run, table, place, raw)


def _included(run: Run, value: object) -> list[Any] | None:
    """Return the finished records; the queues of the editors are told and not read."""
    if not isinstance(value, dict):
        return records_in(value, "error_id")
    run.date = stated_day(value.get("generated_at"))
    sets = value.get("datasets") if isinstance(value.get("datasets"), dict) else value
    for queue, found in sets.items() if isinstance(sets, dict) else ():
        waiting = records_in(found.get("records") if isinstance(found, dict) else None, "error_id")
        if waiting and queue != "included":
            run.notes.append(f"{queue}: {len(waiting)} records of a queue of the editors are not imported.")
    found = sets.get("included", value.get("records")) if isinstance(sets, dict) else None
    records = found.get("records", found) if isinstance(found, dict) else found
    return records_in(records, "error_id")


def _record(run: Run, table: Table, place: int, raw: object) -> None:
    identifier = str(raw.get("error_id")) if isinstance(raw, dict) else ""
    found = _ID.fullmatch(identifier)
    if not isinstance(raw, dict) or not found:
        reason = f"error_id “{identifier[:40]}” is not AIEL, a year and three digits."
        run.refuse(table, place, reason, column="error_id")
        return
    item = Item(run, table, place, f"AIL-{found[1]}", raw)
    if item.key in run.entries:
        run.refuse(
            table, place, "this case stands in the file twice; the first counts.", column="error_id", key=item.key
        )
    elif not item.text("error_title"):
        run.refuse(table, place, "the case has no title.", column="error_title", key=item.key)
    else:
        table.taken += 1
        item.unknown(_FIELDS)
        _say(item, run.entry(item.key, page=f"{_HOME}cases/{identifier}"))


def _say(item: Item, entry: Entry) -> None:
    entry.record("fg:completeness", name("completeness:complete"))
    entry.about("rdfs:label", english(item.text("error_title")))
    _date(item, entry)
    _involve(item, entry)
    for field, predicate in (
        ("ai_system_name", "fg:systemName"),
        ("jurisdiction", "fg:jurisdictionName"),
        ("public_matter_name", "fg:matterName"),
    ):
        entry.about(predicate, typed(item.text(field), "string") if item.text(field) else None)
    entry.about("fg:filingDate", item.date("filing_date"))
    part = entry.classify("ai-incident-law", "AI Incident Law")
    for field in _OPEN:
        part.say("fg:assigns", item.concept(field, f"ail-{field.replace('_', '-')}"))
    for field, allowed in _CLOSED.items():
        part.say("fg:assigns", item.concept(field, f"ail-{field.replace('_', '-')}", allowed))
    record = _sources(item, entry)
    if record is not None:
        _steps(item, entry, record)
    elif any(item.text(field) for field, _ in _STEPS):
        item.remark("public_record_link", "the case has no public record, and so none of its steps was taken.")


def _date(item: Item, entry: Entry) -> None:
    """State a year, a month or a day; a range becomes two bounds and keeps its text."""
    text = item.text("error_date")
    found = day(text) if text else None
    entry.about("fg:incidentDate", found)
    if not text or found is not None:
        return
    bounds = _bounds(text)
    if bounds is None:
        item.remark("error_date", f"“{text[:40]}” is no date and no range of dates; it is kept as text.")
    entry.about("fg:dateText", typed(text[:60], "string"))
    for predicate, bound in zip(("fg:earliestDate", "fg:latestDate"), bounds or (), strict=False):
        entry.about(predicate, typed(bound, "date"))


def _bounds(text: str) -> tuple[str, str] | None:
    """Return the first and the last day of a range, or None where it is none.

    >>> _bounds("2018-2020"), _bounds("2024-01 to 2024-02"), _bounds("2020-2018")
    (('2018-01-01', '2020-12-31'), ('2024-01-01', '2024-02-29'), None)
    """
    found = _RANGE.fullmatch(text)
    first, last = (found[1] or found[3], found[2] or found[4]) if found else ("", "")
    if not day(first) or not day(last):
        return None
    earliest = first + "-01-01"[len(first) - 4 :]
    latest = last + "-12"[len(last) - 4 :] if len(last) < len("2024-01") else last
    if len(latest) < len(earliest):
        year, month = map(int, latest.split("-"))
        latest = f"{latest}-{calendar.monthrange(year, month)[1]:02}"
    return (earliest, latest) if earliest <= latest else None


def _involve(item: Item, entry: Entry) -> None:
    """State who used the system; a name that is mostly that of a person is not written."""
    deployer = item.text("deployer")
    if not deployer:
        return
    if item.text("domain").casefold().startswith("legal services") or _PERSONS.search(deployer):
        entry.involve("deployer", None, "deployer")
        return
    entry.record("fg:namedParty", typed(deployer, "string"))
    party = item.run.party(party_slug(deployer), label=deployer)
    entry.involve(f"{slug_of(deployer) or party_slug(deployer)}-deployer", party, "deployer")


def _sources(item: Item, entry: Entry) -> ox.NamedNode | None:
    """State the public record and the secondary sources; return the public record."""
    link = item.address("public_record_link")
    first: ox.NamedNode | None = None
    if link is not None:
        part = entry.part("fg:source", "source-1", "fg:Source")
        say_source(part, 1, item.text("public_matter_name"), link)
        kind = _TYPES.get(item.text("source_quality"))
        part.say("fg:sourceType", name(f"sourcetype:{kind}") if kind else None)
        first = iri(part.node)
    given = item.texts("secondary_source_links")
    others = [each.strip() for text in given for each in text.split(";") if each.strip()]
    for place, text in enumerate(others, 2):
        address = item.run.address(item.table, item.row, "secondary_source_links", text, key=item.key)
        if address is not None:
            say_source(entry.part("fg:source", f"source-{place}", "fg:Source"), place, "", address)
    return first


def _steps(item: Item, entry: Entry, record: ox.NamedNode) -> None:
    told = [(stage, item.text(field)) for field, stage in _STEPS if item.text(field)]
    for order, (stage, text) in enumerate(told, 1):
        part = entry.part("fg:observedStep", f"step-{order}", "fg:ObservedStep")
        part.say("fg:order", typed(order, "integer"))
        part.say("fg:stage", name(f"stage:{stage}") if stage else None)
        part.say("fg:text", english(text))
        part.say("fg:evidence", record)
