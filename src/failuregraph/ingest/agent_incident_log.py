"""The Agent Incident Log: its incidents.json.

Its verdict whether governance of actions would have helped is a claim of its maker about one kind of
control, and is kept as one.  The prose of a record (``body``) is not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from failuregraph.errors import Unreadable
from failuregraph.ingest.entry import english, iri, name, typed
from failuregraph.ingest.files import json_of, open_file
from failuregraph.ingest.objects import Item, party_slug, records_in, stated_day
from failuregraph.ingest.sources import say_source
from failuregraph.ingest.vocabulary import slug_of

if TYPE_CHECKING:
    from pathlib import Path

    from failuregraph.ingest.entry import Entry, Run, Table

__all__ = ["take"]

_HOME: Final = "https://helio.so/incidents"
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: One licence in the ways in which it is written.
_LICENCES: Final = ("CC-BY-4.0", "HTTPS://CREATIVECOMMONS.ORG/LICENSES/BY/4.0")
_SURFACES: Final = ("coding_agent", "browser_agent", "chat_agent", "pipeline", "infrastructure")
_TOOLS: Final = (
    "database",
    "repo",
    "payments",
    "comms",
    "filesystem",
    "browser",
    "package_install",
    "saas_app",
)
_HARMS: Final = (
    "data_destruction",
    "data_exfiltration",
    "data_exposure",
    "credential_exposure",
    "unauthorized_state_change",
    "unauthorized_system_access",
    "financial_loss",
    "service_disruption",
    "malicious_code_distribution",
)
_CAUSES: Final = (
    "instruction_not_binding",
    "missing_approval_gate",
    "overscoped_credential",
    "no_environment_matcher",
    "no_third_party_identity_check",
    "no_spend_limit",
    "untrusted_content_as_instruction",
    "malicious_tool_supply_chain",
    "no_install_governance",
    "tenant_isolation_failure",
    "transport_design_flaw",
    "hosting_platform_vulnerability",
    "unsafe_code_execution",
    "context_loss",
)
#: Field → scheme and values.
_ONE: Final = {
    "surface": ("agl-surface", _SURFACES),
    "harm_bearer": ("agl-harm-bearer", ("first_party", "third_party", "both", "unclear")),
    "reversible": ("agl-reversible", ("yes", "no", "unclear")),
}
_MANY: Final = {
    "tools": ("agl-tool", _TOOLS),
    "harm": ("agl-harm", _HARMS),
    "root_cause": ("agl-root-cause", _CAUSES),
}
_VERDICTS: Final = ("likely", "partially", "no", "unclear")
_FIELDS: Final = frozenset(
    """
    id date title organization scale surface agent_stack tools harm harm_bearer reversible root_cause
    prevented_by_action_governance control sources aiid_incident helio_pack last_verified body
    """.split()  # noqa: SIM905 - a list to be read as one
)


def take(run: Run, path: Path) -> None:
    """Read the log; raises Unreadable for another layout or a licence that is not the one known."""
    file = run.use(open_file(path))
    value = json_of(file)
    top = value if isinstance(value, dict) else {}
    records = records_in(top.get("incidents") if top else value)
    if records is None:
        message = "the list “incidents” was not found; name incidents.json of the Agent Incident Log."
        raise Unreadable(message, file.path)
    licence = str(top.get("license") or _LICENCES[0])
    if licence.strip().rstrip("/").replace(" ", "-").upper() not in _LICENCES:
        message = f"the file states the licence “{licence[:60]}”, not {_LICENCES[0]}; it cannot be imported as that."
        raise Unreadable(message, file.path)
    run.date = stated_day(top.get("generated_at"))
    run.version = str(top.get("version") or "")[:40]
    stated = top.get("count")
    if isinstance(stated, int) and stated != len(records):
        run.notes.append(f"{file.name}: it states {stated} records and holds {len(records)}.")
    schemes = {scheme: field for field, (scheme, _) in (_ONE | _MANY).items()}
    for scheme, field in {**schemes, "agl-action-governance": "prevented by action governance"}.items():
        run.scheme(scheme, f"Agent Incident Log: {field.replace('_', ' ')}", home=_HOME)
    table = run.table(file.name, "records")
    for place, raw in enumerate(records, 1):
        table.read += 1
        run.progress(file.name, place, len(records))
        _record(run, table, place, raw)


def _record(run: Run, table: Table, place: int, raw: object) -> None:
    identifier = str(raw.get("id")) if isinstance(raw, dict) else ""
    if not isinstance(raw, dict) or not _ID.fullmatch(identifier):
        reason = f"the id “{identifier[:40]}” is not made of words in lower case with hyphens."
        run.refuse(table, place, reason, column="id")
        return
    item = Item(run, table, place, f"AGL-{identifier}", raw)
    if item.key in run.entries:
        run.refuse(table, place, "this record stands in the file twice; the first counts.", column="id", key=item.key)
    elif not item.text("title"):
        run.refuse(table, place, "the record has no title.", column="title", key=item.key)
    else:
        table.taken += 1
        item.unknown(_FIELDS)
        _say(item, run.entry(item.key, page=f"{_HOME}/{identifier}"))


def _say(item: Item, entry: Entry) -> None:
    entry.record("fg:completeness", name("completeness:complete"))
    entry.about("rdfs:label", english(item.text("title")))
    entry.about("fg:incidentDate", item.date("date"))
    entry.about("fg:reach", english(item.text("scale")) if item.text("scale") else None)
    organisation = item.text("organization")
    if organisation.casefold() in ("not disclosed", "undisclosed", "unknown"):
        entry.involve("not-disclosed", None)
    elif organisation:
        entry.record("fg:namedParty", typed(organisation, "string"))
        party = item.run.party(party_slug(organisation), label=organisation)
        entry.involve(slug_of(organisation) or party_slug(organisation), party)
    stack = item.inner("agent_stack")
    for field in ("framework", "model"):
        entry.about("fg:systemName", typed(stack.text(field), "string") if stack.text(field) else None)
    _classify(item, entry)
    _link(item, entry)
    for place, source in enumerate(item.inners("sources"), 1):
        part = entry.part("fg:source", f"source-{place}", "fg:Source")
        say_source(part, place, source.text("title"), source.address("url"), source.text("publisher"))
        part.say("dcterms:issued", source.date("date"))
        part.say("fg:sourceType", name("sourcetype:primary") if source.fields.get("primary") is True else None)


def _classify(item: Item, entry: Entry) -> None:
    part = entry.classify("agent-incident-log", "Agent Incident Log")
    for field, (scheme, allowed) in _ONE.items():
        part.say("fg:assigns", item.concept(field, scheme, allowed))
    for field, (scheme, allowed) in _MANY.items():
        for value in item.texts(field):
            part.say("fg:assigns", item.concept(field, scheme, allowed, value))
    verdict = item.concept("prevented_by_action_governance", "agl-action-governance", _VERDICTS)
    if verdict is not None:
        claim = entry.part("fg:controlAssessment", "control-assessment", "fg:ControlAssessment")
        claim.say("prov:wasAttributedTo", item.run.author)
        claim.say("fg:assigns", verdict)
        claim.say("fg:text", english(item.text("control")) if item.text("control") else None)


def _link(item: Item, entry: Entry) -> None:
    number = item.text("aiid_incident")
    if re.fullmatch(r"[1-9]\d*", number):
        entry.about("skos:closeMatch", iri(f"https://incidentdatabase.ai/cite/{number}/"))
    elif number:
        item.remark("aiid_incident", f"“{number[:40]}” is no incident number.")
