"""MITRE ATLAS: its case studies, with the techniques, tactics and mitigations that they name.

Exercises are demonstrations and come in as hazards.  The whole procedure of a study is kept in order; which
of its steps have a stage of a failure path is left to a reviewed mapping of tactics.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from failuregraph.errors import Unreadable
from failuregraph.ingest.atlas_layouts import Release, release_in
from failuregraph.ingest.entry import day, english, iri, name, typed
from failuregraph.ingest.files import json_of, open_file, yaml_of
from failuregraph.ingest.objects import Item, party_slug
from failuregraph.ingest.sources import say_source
from failuregraph.ingest.vocabulary import slug_of
from failuregraph.names import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyoxigraph as ox

    from failuregraph.ingest.entry import Entry, Run, Table

__all__ = ["take"]

_HOME: Final = "https://atlas.mitre.org/"
_STUDY = re.compile(r"AML\.(CS[0-9]{4})")
_CODES: Final = {
    "technique": re.compile(r"AML\.T[0-9]{4}(?:\.[0-9]{3})?"),
    "tactic": re.compile(r"AML\.TA[0-9]{4}"),
    "mitigation": re.compile(r"AML\.M[0-9]{4}"),
}
_TEMPLATE = re.compile(r"\{\{\s*[\w-]+\.id\s*\}\}")
#: Granularity of a date → how much of it is meant.
_PRECISION: Final = {"DATE": 10, "DAY": 10, "MONTH": 7, "YEAR": 4}


def take(run: Run, path: Path) -> None:
    """Read a release of ATLAS; raises Unreadable for another layout, and for sources with templates."""
    file = run.use(open_file(path))
    found = _TEMPLATE.search(file.text())
    if found:
        line = file.text()[: found.start()].count("\n") + 1
        message = f"“{found[0]}” is a template: this is a source file of ATLAS; name the built file, dist/ATLAS.yaml."
        raise Unreadable(message, file.path, line)
    release = release_in(file, json_of(file) if file.data.lstrip()[:1] == b"{" else yaml_of(file))
    run.version, run.date = release.version, release.date
    known = _catalogue(run, file.name, release)
    table, steps = run.table(file.name, "records"), run.table(f"{file.name}: procedure", "steps")
    studies = release.objects["case-studies"]
    for place, raw in enumerate(studies, 1):
        table.read += 1
        run.progress(file.name, place, len(studies))
        _study(run, table, steps, known, place, raw)


def _catalogue(run: Run, file_name: str, release: Release) -> frozenset[str]:
    """State tactics, techniques and mitigations; return the identifiers of the first two."""
    found = {kind: list(_items(run, file_name, kind, release)) for kind in ("tactics", "techniques", "mitigations")}
    known = frozenset(item.key for kind in ("tactics", "techniques") for item in found[kind])
    for kind in ("tactics", "techniques"):
        scheme = f"atlas-{kind.removesuffix('s')}"
        run.scheme(scheme, f"MITRE ATLAS {kind}", version=run.version, home=_HOME)
        for item in found[kind]:
            _concept(item, scheme, kind, known)
    for item in found["mitigations"]:
        _mitigation(item, known)
    return known


def _items(run: Run, file_name: str, kind: str, release: Release) -> Iterator[Item]:
    table = run.table(f"{file_name}: {kind}", kind)
    seen: set[str] = set()
    for place, raw in enumerate(release.objects[kind], 1):
        table.read += 1
        code = raw.get("id") if isinstance(raw, dict) else None
        item = Item(run, table, place, code, raw) if isinstance(raw, dict) and isinstance(code, str) else None
        if item is None or not _CODES[kind.removesuffix("s")].fullmatch(item.key) or not item.text("name"):
            run.refuse(
                table, place, "it has no identifier of its kind or no name.", column="id", key=str(code or "")[:40]
            )
        elif item.key in seen:
            run.refuse(table, place, "it stands in the file twice; the first counts.", column="id", key=item.key)
        else:
            seen.add(item.key)
            table.taken += 1
            yield item


def _concept(item: Item, scheme: str, kind: str, known: frozenset[str]) -> None:
    field = "specializes" if item.fields.get("specializes") else "subtechnique-of"
    above = item.text(field)
    if above and above not in known:
        item.remark(field, f"“{above[:40]}” is not among the techniques of the file.")
    more = {"broader": above} if above in known else {}
    page = f"{_HOME}{kind}/{item.key}"
    item.run.concept(scheme, item.key, item.text("name"), notation=item.key, page=page, **more)


def _mitigation(item: Item, known: frozenset[str]) -> None:
    node = f"{BASE}scheme/atlas-mitigation#{item.key}"
    said = item.run.sharing("schemes")
    said.say(node, "rdf:type", name("fg:Mitigation"))
    said.say(node, "rdfs:label", english(item.text("name")))
    said.say(node, "skos:notation", typed(item.key, "string"))
    said.say(node, "foaf:page", iri(f"{_HOME}mitigations/{item.key}"))
    for each in item.items("techniques"):
        code = each.get("id") if isinstance(each, dict) else each
        if isinstance(code, str) and code in known:
            said.say(node, "fg:addressesTechnique", iri(f"{BASE}scheme/atlas-technique#{code}"))
        else:
            item.remark("techniques", f"“{str(code)[:40]}” is not among the techniques of the file.")


def _study(  # noqa: PLR0913, PLR0917 - a record, the two accounts it is counted in, and what is known
    run: Run, table: Table, steps: Table, known: frozenset[str], place: int, raw: object
) -> None:
    identifier = str(raw.get("id")) if isinstance(raw, dict) else ""
    found = _STUDY.fullmatch(identifier)
    if not isinstance(raw, dict) or not found:
        reason = f"the id “{identifier[:40]}” is not one of a case study, AML.CS and four digits."
        run.refuse(table, place, reason, column="id")
        return
    item = Item(run, table, place, f"ATLAS-{found[1]}", raw)
    kind = item.text("case-study-type").casefold()
    if kind not in ("incident", "exercise"):
        reason = f"“{kind}” is neither incident nor exercise."
        run.refuse(table, place, reason, column="case-study-type", key=item.key)
    elif item.key in run.entries:
        run.refuse(table, place, "this study stands in the file twice; the first counts.", column="id", key=item.key)
    elif not item.text("name"):
        run.refuse(table, place, "the study has no name.", column="name", key=item.key)
    elif kind == "exercise" and "incidents-only" in run.flags:
        run.leave_out(table, place, "it is an exercise.", key=item.key)
    else:
        table.taken += 1
        entry = run.entry(
            item.key, "fg:Incident" if kind == "incident" else "fg:Hazard", f"{_HOME}studies/{identifier}"
        )
        _say(item, entry)
        for order, step in enumerate(item.items("procedure"), 1):
            _step(item, entry, steps, known, order, step)


def _say(item: Item, entry: Entry) -> None:
    run = item.run
    entry.record("fg:completeness", name("completeness:complete"))
    entry.about("rdfs:label", english(item.text("name")))
    entry.about("dcterms:description", english(item.text("summary")) if item.text("summary") else None)
    _date(item, entry)
    target = item.text("target")
    if target:
        entry.record("fg:namedParty", typed(target, "string"))
        party = run.party(party_slug(target), label=target)
        entry.involve(f"{slug_of(target) or party_slug(target)}-affected", party, "affected")
    for place, source in enumerate(item.inners("references"), 1):
        part = entry.part("fg:source", f"source-{place}", "fg:Source")
        say_source(part, place, source.text("title"), source.address("url"))


def _date(item: Item, entry: Entry) -> None:
    """State the date as far as its granularity says that it is meant; without one the precision is unknown."""
    text, granularity = item.text("incident-date"), item.text("incident-date-granularity").upper()
    if not text:
        return
    if granularity and granularity not in _PRECISION:
        reason = f"“{granularity[:20]}” is not one of DATE, MONTH, YEAR; the date was not taken."
        item.remark("incident-date-granularity", reason)
        return
    found = day(text[: _PRECISION.get(granularity, 10)])
    if found is None:
        item.remark("incident-date", f"“{text[:20]}” is no date.")
        return
    entry.about("fg:incidentDate", found)
    if not granularity:
        entry.about("fg:dateCaveat", name("datecaveat:precision-unknown"))
        item.remark("incident-date-granularity", "it is missing; the precision of the date is marked unknown.")


def _step(  # noqa: PLR0913, PLR0917 - a step, its record, its account and what is known
    item: Item, entry: Entry, table: Table, known: frozenset[str], order: int, raw: object
) -> None:
    """State a step under its number; one without a technique is refused, and its number stays free."""
    table.read += 1
    if not isinstance(raw, dict):
        item.run.refuse(table, item.row, "the step is no object.", column=f"procedure[{order}]", key=item.key)
        return
    step = Item(item.run, item.table, item.row, item.key, raw, f"procedure[{order}].")
    technique = _code(step, "technique", known)
    if technique is None:
        reason = f"step {order} names no technique and was not taken; the others keep their numbers."
        item.run.refuse(table, item.row, reason, column=f"procedure[{order}].technique", key=item.key)
        return
    table.taken += 1
    part = entry.part("fg:procedureStep", f"procedure-{order}", "fg:ProcedureStep")
    part.say("fg:order", typed(order, "integer"))
    part.say("fg:technique", technique)
    part.say("fg:tactic", _code(step, "tactic", known))
    part.say("fg:text", english(step.text("description")) if step.text("description") else None)


def _code(step: Item, field: str, known: frozenset[str]) -> ox.NamedNode | None:
    """Return the concept that a step names; one that the file does not describe is told, and kept by its code."""
    text = step.text(field)
    if not _CODES[field].fullmatch(text):
        if text:
            step.remark(field, f"“{text[:40]}” is no {field}.")
        return None
    if text in known:
        return iri(f"{BASE}scheme/atlas-{field}#{text}")
    step.remark(field, f"“{text}” is not among the {field}s of the file; it is known by its code alone.")
    return step.run.concept(f"atlas-{field}", text, text, notation=text)
