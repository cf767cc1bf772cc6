"""agent-postmortems: its export, or its folder of YAML files.

A hazard is kept apart from incidents.  The registry tells what set a failure off, the chain of its classes,
the root cause and what followed; these become observed steps in that order.  The stage of a class is left
to a reviewed mapping, as not every class is a step of the model.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from failuregraph.errors import Unreadable
from failuregraph.ingest.entry import english, iri, name, typed
from failuregraph.ingest.files import InputFile, json_of, open_file, yaml_of
from failuregraph.ingest.objects import Item, party_slug, records_in, stated_day
from failuregraph.ingest.sources import say_source
from failuregraph.ingest.vocabulary import slug_of
from failuregraph.names import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyoxigraph as ox

    from failuregraph.ingest.entry import Entry, Run, Table

__all__ = ["take"]

_HOME: Final = "https://github.com/swarmproof/agent-postmortems"
_ID = re.compile(r"[0-9]{4}-[a-z0-9]+(?:-[a-z0-9]+)*")
_CLOSED: Final = {
    "status": ("preliminary", "factual", "final"),
    "confidence": ("reported", "corroborated", "confirmed", "disputed"),
    "severity": ("critical", "high", "moderate", "low", "informational"),
    "attack_vector": (
        "direct-user",
        "untrusted-content",
        "tool-metadata",
        "supply-chain",
        "multimodal",
        "self-induced",
        "n-a",
    ),
}
#: The classes of taxonomy 1.0; a later one may add to them, so that another is told and taken as it is.
_CLASSES: Final = frozenset(
    """
    prompt-injection jailbreak tool-misuse unsafe-action data-exfiltration excessive-agency runaway-loop cost-blowup
    double-side-effect hallucination reward-hacking goal-misalignment memory-context-poisoning supply-chain-compromise
    insecure-output multi-agent-failure task-failure autonomous-misuse other
    """.split()  # noqa: SIM905 - a list to be read as one
)
_HARMS: Final = (
    "physical",
    "environmental",
    "property",
    "psychological",
    "reputational",
    "economic",
    "legal-regulatory",
    "human-rights",
    "none-reported",
)
_SYSTEM: Final = ("suggest", "human-in-the-loop", "supervised-autonomous", "fully-autonomous", "unknown")
_SOURCE_TYPES: Final = {
    "regulatory-court": "court-filing",
    "news": "press",
    "social-primary": "social",
    "primary-research": "primary",
    "vendor-disclosure": "primary",
    "vendor-response": "primary",
}
_OTHER_TYPES: Final = ("academic", "other")
_FIELDS: Final = frozenset(
    """
    schema_version taxonomy_version incident_id title summary date last_updated incident_type status confidence
    severity severity_rationale system primary_failure_class failure_classes attack_vector causation trigger
    root_cause contributing_factors detection recovery prevention blast_radius timeline external_ids cve cwe
    related_incidents tags submitted_by sources machine_export
    """.split()  # noqa: SIM905 - a list to be read as one
)
_SCHEMES: Final = {
    "apm-failure-class": "agent-postmortems: failure class",
    "apm-failure-subclass": "agent-postmortems: failure subclass",
    "apm-severity": "agent-postmortems: severity",
    "apm-confidence": "agent-postmortems: confidence",
    "apm-status": "agent-postmortems: status",
    "apm-attack-vector": "agent-postmortems: attack vector",
    "apm-autonomy": "agent-postmortems: autonomy level",
    "apm-harm": "agent-postmortems: category of harm",
}


def take(run: Run, path: Path) -> None:
    """Read an export or a folder of YAML files; raises Unreadable where it is neither."""
    for scheme, label in _SCHEMES.items():
        run.scheme(scheme, label, home=_HOME)
    if path.is_dir():
        table = run.table(path.name, "records")
        found = _folder(run, table, path)
    else:
        file = run.use(open_file(path))
        table = run.table(file.name, "records")
        found = [(file.name, place, each) for place, each in enumerate(_records(run, file), 1)]
    if not found and not table.read:
        message = "no record was found; name incidents.json of the export, or the folder with the YAML files."
        raise Unreadable(message, path)
    taken: list[tuple[Item, Entry]] = []
    for count, (where, place, each) in enumerate(found, 1):
        table.read += 1
        run.progress(table.file, count, len(found))
        taken += _record(run, table, place, each, where)
    for item, entry in taken:
        _relate(item, entry)


def _folder(run: Run, table: Table, path: Path) -> list[tuple[str, int, Any]]:
    """Return file name, place and value of each YAML file; one that cannot be read is refused, and the rest goes on."""
    home = path / "incidents" if (path / "incidents").is_dir() else path
    found: list[tuple[str, int, Any]] = []
    for place, each in enumerate(sorted([*home.glob("*.yaml"), *home.glob("*.yml")]), 1):
        if each.name.startswith("_"):
            run.notes.append(f"{each.name}: a template, no record.")
            continue
        try:
            found.append((each.name, place, _value(run, home, each)))
        except Unreadable as error:
            table.read += 1
            line = f", line {error.line}" if error.line else ""
            run.refuse(table, place, f"{each.name}{line}: {error.message}", key=each.name)
    return found


def _value(run: Run, home: Path, path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    if path.is_symlink() and not path.resolve().is_relative_to(home.resolve()):
        message = "it is a link that leads out of the folder; it was not read."
        raise Unreadable(message, path)
    file = open_file(path)
    value = yaml_of(file)
    run.use(file)
    return value


def _records(run: Run, file: InputFile) -> list[Any]:
    value = yaml_of(file) if file.name.endswith((".yaml", ".yml")) else json_of(file)
    top = value if isinstance(value, dict) else {}
    if "incident_id" in top:
        return [value]
    records = records_in(value if isinstance(value, list) else top.get("incidents"), "incident_id")
    if records is None:
        message = "neither a list “incidents” nor an “incident_id” was found; is it an export of agent-postmortems?"
        raise Unreadable(message, file.path)
    run.date = stated_day(top.get("generated_at"))
    run.version = str(top.get("export_schema_version") or "")
    stated = top.get("count")
    if isinstance(stated, int) and stated != len(records):
        run.notes.append(f"{file.name}: it states {stated} records and holds {len(records)}.")
    return records


def _record(run: Run, table: Table, place: int, raw: object, where: str) -> list[tuple[Item, Entry]]:
    """Take a record; return it with what was said of it, or nothing where it was refused."""
    identifier = raw.get("incident_id") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        reason = f"incident_id “{str(identifier)[:60]}” is not a year and words in lower case with hyphens."
        run.refuse(table, place, reason, column="incident_id", key=where)
        return []
    item = Item(run, table, place, f"APM-{identifier}", raw)
    kind = raw.get("incident_type")
    column, reason = "", ""
    if kind not in ("incident", "hazard"):
        column, reason = "incident_type", f"“{str(kind)[:40]}” is neither incident nor hazard."
    elif item.key in run.entries:
        column, reason = "incident_id", "this record stands in the file twice; the first counts."
    elif not item.text("title"):
        column, reason = "title", "the record has no title."
    if reason:
        run.refuse(table, place, reason, column=column, key=item.key)
        return []
    table.taken += 1
    item.unknown(_FIELDS)
    page = f"{_HOME}/blob/main/incidents/{identifier}.yaml"
    entry = run.entry(item.key, "fg:Hazard" if kind == "hazard" else "fg:Incident", page)
    _say(item, entry)
    sources = list(_sources(item, entry))
    if sources:
        _steps(item, entry, sources)
    else:
        item.remark("sources", "the record has no source, and so none of its steps was taken.")
    return [(item, entry)]


def _say(item: Item, entry: Entry) -> None:
    entry.record("fg:completeness", name("completeness:complete"))
    entry.record("dcterms:modified", item.date("last_updated"))
    entry.about("rdfs:label", english(item.text("title")))
    entry.about("dcterms:description", english(item.text("summary")) if item.text("summary") else None)
    date = item.date("date")
    entry.about("fg:incidentDate", date)
    entry.about("fg:dateCaveat", name("datecaveat:occurred-or-disclosed") if date else None)
    entry.about("fg:prevention", english(item.text("prevention")) if item.text("prevention") else None)
    system = item.inner("system")
    vendor = system.text("vendor")
    if vendor:
        entry.record("fg:namedParty", typed(vendor, "string"))
        party = item.run.party(party_slug(vendor), label=vendor)
        entry.involve(slug_of(vendor) or party_slug(vendor), party)
    for each in (system.text("framework"), *system.texts("models")):
        entry.about("fg:systemName", typed(each, "string") if each else None)
    _classify(item, entry, system)
    _radius(item, entry)
    _links(item, entry)


def _classify(item: Item, entry: Entry, system: Item) -> None:
    part = entry.classify("agent-postmortems", "agent-postmortems")
    for field, allowed in _CLOSED.items():
        part.say("fg:assigns", item.concept(field, f"apm-{field.replace('_', '-')}", allowed))
    part.say("fg:assigns", system.concept("autonomy_level", "apm-autonomy", _SYSTEM))
    for concept in (concept for link in _chain(item) for concept in link):
        part.say("fg:assigns", concept)
    harm = item.inner("blast_radius").inner("user_harm")
    for category in harm.texts("categories"):
        part.say("fg:assigns", harm.concept("categories", "apm-harm", _HARMS, category))


def _chain(item: Item) -> list[list[ox.NamedNode]]:
    """Return the links of the chain in order, each with its class and subclass; without a chain the primary class."""
    given = item.items("failure_classes")
    links = [
        Item(item.run, item.table, item.row, item.key, each, f"failure_classes[{place}].")
        for place, each in enumerate(({"class": each} if isinstance(each, str) else each for each in given), 1)
        if isinstance(each, dict)
    ]
    if len(links) != len(given):
        item.remark("failure_classes", "a link of the chain is neither an object nor a name; it was not taken.")
    primary = item.text("primary_failure_class")
    if not links and primary:
        links = [Item(item.run, item.table, item.row, item.key, {"class": primary}, "primary_failure_class.")]
    return [classes for classes in map(_classes, links) if classes]


def _classes(each: Item) -> list[ox.NamedNode]:
    """Return the class and the subclass of one link in the chain; a class that is not known is told."""
    above, below = each.text("class"), each.text("subclass")
    if above and above not in _CLASSES:
        each.remark("class", f"“{above[:60]}” is not a class of taxonomy 1.0; it was taken as it is.")
    found = [each.concept("class", "apm-failure-class")]
    found.append(
        each.concept("subclass", "apm-failure-subclass", text=f"{above}: {below}") if above and below else None
    )
    return [concept for concept in found if concept is not None]


def _radius(item: Item, entry: Entry) -> None:
    radius = item.inner("blast_radius")
    cost = radius.inner("cost")
    for field, predicate in (("amount_usd", "fg:costUSD"), ("amount_usd_max", "fg:mostCostUSD")):
        amount = cost.amount(field)
        if amount is not None:
            entry.about(
                predicate,
                typed(
                    f"{amount:.2f}".removesuffix("0").removesuffix("0") if amount % 1 else f"{amount:.1f}", "decimal"
                ),
            )
    estimated = cost.fields.get("estimated")
    if isinstance(estimated, bool) and cost.fields.get("amount_usd") is not None:
        entry.about("fg:costEstimated", typed(str(estimated).lower(), "boolean"))
    entry.about("fg:reach", english(radius.text("scope")) if radius.text("scope") else None)


def _links(item: Item, entry: Entry) -> None:
    outside = item.inner("external_ids")
    number = outside.text("aiid")
    if re.fullmatch(r"[1-9]\d*", number):
        entry.about("skos:closeMatch", iri(f"https://incidentdatabase.ai/cite/{number}/"))
    elif number:
        outside.remark("aiid", f"“{number[:40]}” is no incident number.")
    oecd = outside.text("oecd_aim")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}-[0-9a-f]+", oecd):
        entry.about("skos:closeMatch", iri(f"https://oecd.ai/en/incidents/{oecd}"))
    elif oecd:
        outside.remark("oecd_aim", f"“{oecd[:40]}” is no identifier of the OECD.")
    for field, pattern, home in (
        ("cve", r"CVE-\d{4}-\d{4,}", "https://www.cve.org/CVERecord?id="),
        ("cwe", r"CWE-\d+", "https://cwe.mitre.org/data/definitions/"),
    ):
        for code in item.texts(field):
            if re.fullmatch(pattern, code):
                ending = code if field == "cve" else code.removeprefix("CWE-") + ".html"
                entry.about("skos:relatedMatch", iri(home + ending))
            else:
                item.remark(field, f"“{code[:40]}” is no {field.upper()} identifier.")


def _relate(item: Item, entry: Entry) -> None:
    """Link related records once all are known; one that was not taken has nothing to link to."""
    for each in item.texts("related_incidents"):
        if f"APM-{each}" in item.run.entries:
            entry.about("skos:relatedMatch", iri(f"{BASE}incident/APM-{each}"))
        else:
            item.remark("related_incidents", f"“{each[:60]}” is not among the records that were taken.")


def _sources(item: Item, entry: Entry) -> Iterator[ox.NamedNode]:
    for place, source in enumerate(item.inners("sources"), 1):
        part = entry.part("fg:source", f"source-{place}", "fg:Source")
        say_source(part, place, source.text("title"), source.address("url"), source.text("publisher"))
        kind = source.text("type")
        if kind in _SOURCE_TYPES:
            part.say("fg:sourceType", name(f"sourcetype:{_SOURCE_TYPES[kind]}"))
        elif kind and kind not in _OTHER_TYPES:
            source.remark("type", f"“{kind[:40]}” is no known type of source.")
        yield iri(part.node)


def _steps(item: Item, entry: Entry, sources: list[ox.NamedNode]) -> None:
    """State the chain: trigger, classes in their order, causes, and what followed."""
    radius = item.inner("blast_radius")
    told: list[tuple[str, str, list[ox.NamedNode]]] = [("trigger", item.text("trigger"), [])]
    told += [("", "", classes) for classes in _chain(item)]
    told += [("control-gap", text, []) for text in (item.text("root_cause"), *item.texts("contributing_factors"))]
    consequences = (radius.inner("data").text("description"), radius.inner("user_harm").text("description"))
    told += [("consequence", text, []) for text in consequences]
    kept = [(stage, text, concepts) for stage, text, concepts in told if text or concepts]
    for order, (stage, text, concepts) in enumerate(kept, 1):
        part = entry.part("fg:observedStep", f"step-{order}", "fg:ObservedStep")
        part.say("fg:order", typed(order, "integer"))
        part.say("fg:stage", name(f"stage:{stage}") if stage else None)
        part.say("fg:text", english(text) if text else None)
        for concept in concepts:
            part.say("fg:outsideConcept", concept)
        for source in sources:
            part.say("fg:evidence", source)
