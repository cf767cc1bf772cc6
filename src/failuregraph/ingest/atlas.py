"""MITRE ATLAS: its case studies, with the techniques, tactics and mitigations that they name.

Exercises are demonstrations and come in as hazards.  The whole procedure of a study is kept in order; which
of its steps have a stage of a failure path is left to a reviewed mapping of tactics.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from failuregraph.errors import Unreadable
from failuregraph.ingest.entry import day, english, iri, name, typed
from failuregraph.ingest.files import InputFile, json_of, open_file, yaml_of
from failuregraph.ingest.objects import Item
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
_STUDY = re.compile(r"AML\.(CS\d{4})")
_CODE = re.compile(r"AML\.T[A]?\d{4}(?:\.\d{3})?")
_TEMPLATE = re.compile(r"\{\{[^}]*\}\}")
#: Granularity of a date → how much of it is meant.
_PRECISION: Final = {"DATE": 10, "MONTH": 7, "YEAR": 4}


def take(run: Run, path: Path) -> None:
    """Read a release of ATLAS; raises Unreadable for another layout, and for sources with templates."""
    file = run.use(open_file(path))
    found = _TEMPLATE.search(file.text())
    if found:
        line = file.text()[: found.start()].count("\n") + 1
        message = f"“{found[0]}” is a template: this is a source file of ATLAS; name the built file, dist/ATLAS.yaml."
        raise Unreadable(message, file.path, line)
    value = json_of(file) if file.data.lstrip()[:1] == b"{" else yaml_of(file)
    version = str(value.get("version") or "") if isinstance(value, dict) else ""
    studies = value.get("case-studies") if isinstance(value, dict) else None
    if not isinstance(studies, list):
        stated = f", version {version}," if version else ""
        message = f"the key “case-studies” was not found; the file{stated} is of a layout that is not known here."
        raise Unreadable(message, file.path)
    run.version = version
    _catalogue(run, file, value)
    table = run.table(file.name, "records")
    for place, raw in enumerate(studies, 1):
        table.read += 1
        run.progress(file.name, place, len(studies))
        _study(run, table, place, raw)


def _catalogue(run: Run, file: InputFile, value: dict[str, Any]) -> None:
    """State tactics, techniques and mitigations, from the matrices or, in other layouts, from the top."""
    homes = [each for each in value.get("matrices") or [] if isinstance(each, dict)] or [value]
    for scheme, label in (("atlas-tactic", "tactics"), ("atlas-technique", "techniques")):
        run.scheme(scheme, f"MITRE ATLAS {label}", version=run.version, home=_HOME)
    for kind, scheme in (("tactics", "atlas-tactic"), ("techniques", "atlas-technique")):
        for item in _items(run, file, kind, homes):
            _concept(run, scheme, kind, item)
    for item in _items(run, file, "mitigations", homes):
        _mitigation(run, item)


def _items(run: Run, file: InputFile, kind: str, homes: list[dict[str, Any]]) -> Iterator[Item]:
    table = run.table(f"{file.name}: {kind}", kind)
    for place, raw in enumerate([each for home in homes for each in home.get(kind) or []], 1):
        table.read += 1
        if isinstance(raw, dict) and isinstance(raw.get("id"), str) and raw.get("name"):
            table.taken += 1
            yield Item(run, table, place, raw["id"], raw)
        else:
            run.refuse(table, place, "it has no id or no name.", column="id")


def _concept(run: Run, scheme: str, kind: str, item: Item) -> None:
    above = item.text("subtechnique-of") or item.text("specializes")
    more = {"broader": above} if _CODE.fullmatch(above) else {}
    page = f"{_HOME}{kind}/{item.key}"
    run.concept(scheme, item.key, item.text("name"), notation=item.key, page=page, **more)


def _mitigation(run: Run, item: Item) -> None:
    node = f"{BASE}scheme/atlas-mitigation#{item.key}"
    known = run.sharing("schemes")
    known.say(node, "rdf:type", name("fg:Mitigation"))
    known.say(node, "rdfs:label", english(item.text("name")))
    known.say(node, "skos:notation", typed(item.key, "string"))
    known.say(node, "foaf:page", iri(f"{_HOME}mitigations/{item.key}"))
    for each in item.items("techniques"):
        code = each.get("id") if isinstance(each, dict) else each
        if isinstance(code, str) and _CODE.fullmatch(code):
            known.say(node, "fg:addressesTechnique", iri(f"{BASE}scheme/atlas-technique#{code}"))
        else:
            item.remark("techniques", f"{code!r:.40} is no technique.")


def _study(run: Run, table: Table, place: int, raw: object) -> None:
    identifier = str(raw.get("id")) if isinstance(raw, dict) else ""
    found = _STUDY.fullmatch(identifier)
    if not isinstance(raw, dict) or not found:
        run.refuse(
            table, place, f"the id “{identifier[:40]}” is not one of a case study, AML.CS and four digits.", column="id"
        )
        return
    item = Item(run, table, place, f"ATLAS-{found[1]}", raw)
    kind = item.text("case-study-type")
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
        _say(
            item,
            run.entry(item.key, "fg:Incident" if kind == "incident" else "fg:Hazard", f"{_HOME}studies/{identifier}"),
        )


def _say(item: Item, entry: Entry) -> None:
    run = item.run
    entry.record("fg:completeness", name("completeness:complete"))
    entry.about("rdfs:label", english(item.text("name")))
    entry.about("dcterms:description", english(item.text("summary")) if item.text("summary") else None)
    _date(item, entry)
    target = item.text("target")
    if target:
        entry.record("fg:namedParty", typed(target, "string"))
        entry.involve(f"{slug_of(target)}-affected", run.party(slug_of(target, 120), label=target), "affected")
    for place, source in enumerate(item.inners("references"), 1):
        part = entry.part("fg:source", f"source-{place}", "fg:Source")
        say_source(part, place, source.text("title"), source.address("url"))
    for order, step in enumerate(item.inners("procedure"), 1):
        _step(step, entry, order)


def _date(item: Item, entry: Entry) -> None:
    """State the date as far as its granularity says that it is meant."""
    text, granularity = item.text("incident-date"), item.text("incident-date-granularity") or "DATE"
    if not text:
        return
    if granularity not in _PRECISION:
        item.remark("incident-date-granularity", f"“{granularity[:20]}” is not one of {', '.join(_PRECISION)}.")
        return
    found = day(text[: _PRECISION[granularity]])
    if found is None:
        item.remark("incident-date", f"“{text[:20]}” is no date.")
    entry.about("fg:incidentDate", found)


def _step(step: Item, entry: Entry, order: int) -> None:
    technique = _code(step, "technique")
    if technique is None:
        step.remark("technique", f"“{step.text('technique')[:40]}” is no technique; the step was not taken.")
        return
    part = entry.part("fg:procedureStep", f"procedure-{order}", "fg:ProcedureStep")
    part.say("fg:order", typed(order, "integer"))
    part.say("fg:technique", technique)
    part.say("fg:tactic", _code(step, "tactic"))
    part.say("fg:text", english(step.text("description")) if step.text("description") else None)


def _code(step: Item, field: str) -> ox.NamedNode | None:
    text = step.text(field)
    return iri(f"{BASE}scheme/atlas-{field}#{text}") if _CODE.fullmatch(text) else None
