"""Precedents for a system that a user describes: incidents, the control gaps in them, and questions for a vendor.

The description is concepts of our schemes, or the names in a bill of materials.  All of it stays on the machine.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from failuregraph.answer.bom import parts_in, plain
from failuregraph.answer.drawing import counted, paragraph
from failuregraph.answer.incidents import Facts
from failuregraph.errors import WrongUse
from failuregraph.store import Table, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from failuregraph.answer.incidents import Incident
    from failuregraph.project import Project
    from failuregraph.store import Store, Term

__all__ = [
    "Gap",
    "Precedent",
    "Precedents",
    "Wanted",
    "draw_precedents",
    "precedents",
    "remarks",
    "table_of_precedents",
]

#: What can be asked for, as the command says it, with the scheme of its concepts.
_SCHEMES: Final = {"surface": "surface", "mode": "mode", "sector": "industry"}
#: How many names without a match are listed in a remark; a table lists all.
_LISTED: Final = 20


@dataclass(frozen=True)
class Wanted:
    """Something that was asked for, and the incidents that have it, each with the words for how it has it."""

    label: str
    incidents: Mapping[str, str]


@dataclass(frozen=True)
class Precedent:
    """An incident that has something of what was asked for.

    ``rank`` is that of its severity, 0 where not known; ``same`` are the other records of its event.
    """

    incident: Incident
    matched: tuple[str, ...]
    mode: str
    surface: str
    severity: str
    rank: int
    named: str
    same: tuple[str, ...]


@dataclass
class Gap:
    """A control gap on the paths of the precedents, on one basis, with the events and records that have it.

    Where it is told in words alone, without a concept, the label is what a registry says.
    """

    basis: str
    label: str
    definition: str
    in_words: bool
    events: set[str] = field(default_factory=set)
    identifiers: set[str] = field(default_factory=set)

    @property
    def question(self) -> str:
        """The sentence that puts the gap to a vendor."""
        meaning = f" ({self.definition.rstrip('.')})" if self.definition else ""
        return f"Control gap “{self.label}”{meaning}: which control closes it in your product, and how was it tested?"


@dataclass(frozen=True)
class Precedents:
    """All that fits a system; ``paths`` are the events with a path by basis, ``names`` those of the bill."""

    wanted: tuple[Wanted, ...]
    incidents: tuple[Precedent, ...]
    all_gaps: tuple[Gap, ...]
    paths: Mapping[str, int]
    names: tuple[str, ...]
    unmatched: tuple[str, ...]
    has_bill: bool = False

    @property
    def events(self) -> int:
        """The number of events of which the precedents are records."""
        return len({each.incident.event for each in self.incidents})

    @property
    def gaps(self) -> list[Gap]:
        """The control gaps that have a concept: observed ones first, those of most events first."""
        return [gap for gap in self.all_gaps if not gap.in_words]

    @property
    def in_words(self) -> list[Gap]:
        """The control gaps that are told in words alone."""
        return [gap for gap in self.all_gaps if gap.in_words]

    @property
    def questions(self) -> list[Gap]:
        """The control gaps to ask about, each once; observed where it was observed in one event at least."""
        found: dict[str, Gap] = {}
        for gap in self.gaps:
            found.setdefault(gap.label, gap)
        return list(found.values())


def precedents(
    project: Project, store: Store, described: Mapping[str, Sequence[str]], bill: Path | None = None, least: int = 1
) -> Precedents:
    """Return the incidents that have at least ``least`` of what was asked for, those with most of it first.

    ``described`` holds names of concepts under ``surface``, ``mode`` and ``sector``; a narrower concept fits too.
    Raises WrongUse for an unknown name and where nothing, or less than ``least``, is asked for; Unreadable for a bad
    bill of materials.
    """
    asked = [(kind, name) for kind in _SCHEMES for name in dict.fromkeys(described.get(kind, ()))]
    if not asked and bill is None:
        message = "say what to look for: --surface, --mode, --sector or --bom FILE."
        raise WrongUse(message)
    names = parts_in(bill) if bill else {}
    _possible(least, len(asked) + len(names))
    facts = Facts.read(project, store)
    wanted = [_with_concept(facts, *each) for each in asked]
    parts = _with_names(facts, names)
    wanted += parts.values()
    fits = tuple(each for each in _rated(facts, wanted) if len(each.matched) >= least)
    gaps, paths = _gaps(facts, {each.incident.event for each in fits})
    unmatched = tuple(name for name in names if name not in parts)
    return Precedents(tuple(wanted), fits, gaps, paths, tuple(names), unmatched, bill is not None)


def _possible(least: int, things: int) -> None:
    """Raise WrongUse where more must fit than is asked for; what has no name at all is said with the answer."""
    if least > max(1, things):
        message = f"--least {least} is more than can fit: {counted(things, 'thing is', 'things are')} asked for."
        raise WrongUse(message)


def _with_concept(facts: Facts, kind: str, name: str) -> Wanted:
    """Return the incidents that have a concept or a narrower one."""
    concept = facts.concept(_SCHEMES[kind], name)
    said = {
        iri: f"{kind} {facts.concepts[iri].label}" + ("" if iri == concept.iri else f" (a part of {concept.label})")
        for iri in facts.at_or_below(concept)
    }
    having = {iri: sorted(said[each] for each in kinds[kind] if each in said) for iri, kinds in facts.traits.items()}
    return Wanted(said[concept.iri], {iri: "; ".join(words) for iri, words in having.items() if words})


def _with_names(facts: Facts, names: Mapping[str, str]) -> dict[str, Wanted]:
    """Return the incidents of the organisations and systems that a bill names, by those of its names that match."""
    things: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for thing, kind, name in facts.rows("makers") if names else ():
        things[plain(name)].append((thing, f"{kind} {name}"))
    users: dict[str, list[str]] = defaultdict(list)
    for incident, thing in facts.rows("uses") if names else ():
        users[thing].append(incident)
    found = {}
    for name, called in names.items():
        if plain(name) in things:
            said = {iri: what for thing, what in things[plain(name)] for iri in users[thing]}
            label = f"{called} “{name}”"
            found[name] = Wanted(label, {iri: f"{label} ({what})" for iri, what in said.items()})
    return found


def _rated(facts: Facts, wanted: Sequence[Wanted]) -> list[Precedent]:
    """Return the incidents that have some of what is wanted: most of it first, then the gravest, then the newest."""
    named, events = _named(facts), _records(facts)
    rated = []
    for iri, incident in facts.incidents.items():
        matched = tuple(each.incidents[iri] for each in wanted if iri in each.incidents)
        if matched and incident.kind == "incident":
            mode, surface, severity = (
                "; ".join(facts.labels(facts.traits[iri][kind])) for kind in ("mode", "surface", "severity")
            )
            rank = max((facts.concepts[each].rank or 0 for each in facts.traits[iri]["severity"]), default=0)
            same = tuple(other for other in events[incident.event] if other != incident.identifier)
            told = "; ".join(named.get(iri, []))
            rated.append(Precedent(incident, matched, mode, surface, severity, rank, told, same))
    rated.sort(key=lambda each: each.incident.identifier)
    rated.sort(key=lambda each: each.incident.date, reverse=True)
    rated.sort(key=lambda each: (-len(each.matched), -each.rank))
    return rated


def _records(facts: Facts) -> dict[str, list[str]]:
    """Return the identifiers of the records of each event."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in facts.incidents.values():
        found[each.event].append(each.identifier)
    return found


def _named(facts: Facts) -> dict[str, list[str]]:
    """Return the organisations that each incident names, with roles and claim status."""
    found: dict[str, dict[str, tuple[dict[str, None], dict[str, None]]]] = defaultdict(dict)
    for incident, name, role, claim in facts.rows("involved"):
        roles, claims = found[incident].setdefault(name, ({}, {}))
        roles |= {role: None} if role else {}
        claims[claim] = None
    return {
        incident: [
            f"{name} ({': '.join(filter(None, (', '.join(roles), ' and '.join(claims))))})"
            for name, (roles, claims) in organisations.items()
        ]
        for incident, organisations in found.items()
    }


def _gaps(facts: Facts, events: set[str]) -> tuple[tuple[Gap, ...], dict[str, int]]:
    """Return the control gaps on the paths of all records of events, and how many events have a path, by basis."""
    gaps: dict[tuple[str, str], Gap] = {}
    with_path: dict[str, set[str]] = defaultdict(set)
    for iri, basis, step, iri_of_gap, told in facts.rows("gaps"):
        incident = facts.incidents.get(iri)
        if incident is None or incident.event not in events:
            continue
        with_path[basis].add(incident.event)
        concept = facts.concepts.get(iri_of_gap)
        if concept:
            new = Gap(basis, concept.label, concept.definition, in_words=False)
        elif told:
            new = Gap(basis, told, "", in_words=True)
        else:
            continue
        gap = gaps.setdefault((basis, concept.iri if concept else step), new)
        gap.events.add(incident.event)
        gap.identifiers.add(incident.identifier)
    ordered = sorted(gaps.values(), key=lambda gap: (gap.basis, -len(gap.events), gap.label))
    return tuple(ordered), {basis: len(each) for basis, each in sorted(with_path.items())}


_COLUMNS: Final = (
    "part",
    "identifier",
    "title",
    "date",
    "mode",
    "surface",
    "severity",
    "matched",
    "named",
    "same_event",
    "basis",
    "control_gap",
    "events",
    "of",
    "question",
)


def table_of_precedents(found: Precedents) -> Table:
    """Return one table whose rows are told apart by their first column: incident, control gap, question, name."""
    return Table(_COLUMNS, tuple(tuple(row.get(name) for name in _COLUMNS) for row in _rows(found)))


def _rows(found: Precedents) -> Iterator[dict[str, Term]]:
    for each in found.incidents:
        told = {
            "part": "incident",
            "identifier": each.incident.identifier,
            "title": each.incident.title,
            "date": each.incident.date,
            "mode": each.mode,
            "surface": each.surface,
            "severity": each.severity,
            "matched": "; ".join(each.matched),
            "named": each.named,
            "same_event": "; ".join(each.same),
        }
        yield _texts(told)
    for gap in [*found.gaps, *found.in_words]:
        part = "control gap in words" if gap.in_words else "control gap"
        identifiers = "; ".join(sorted(gap.identifiers))
        told = {"part": part, "identifier": identifiers, "basis": gap.basis, "control_gap": gap.label}
        yield _texts(told) | {"events": number(len(gap.events)), "of": number(found.paths[gap.basis])}
    for gap in found.questions:
        yield _texts({"part": "question", "basis": gap.basis, "control_gap": gap.label, "question": gap.question})
    for name in found.unmatched:
        yield _texts({"part": "name without a match", "matched": name})


def _texts(told: Mapping[str, str]) -> dict[str, Term]:
    return {name: text(value) for name, value in told.items() if value}


def draw_precedents(found: Precedents, most: int, width: int) -> str:
    """Return the three parts as lines of text, with at most ``most`` incidents and gaps that are told in words."""
    total = len(found.incidents)
    lines = [f"Incidents that fit: {total}, of {counted(found.events, 'event')}"]
    for each in found.incidents[:most]:
        lines += _drawn(each, len(found.wanted), width)
    lines += [f"  … and {total - most} more; --most or --format csv lists them"] if total > most else []
    lines += ["", "Control gaps in them", *_drawn_gaps(found, most, width), "", "Questions for the vendor"]
    for place, gap in enumerate(found.questions, 1):
        basis = "" if gap.basis == "observed" else " [from a profile alone]"
        lines += paragraph(gap.question + basis, width, 6, f"  {place:>2}.")
    lines += [] if found.questions else ["  none: no control gap with a concept is known"]
    return "\n".join(lines) + "\n"


def _drawn_gaps(found: Precedents, most: int, width: int) -> Iterator[str]:
    for gap in found.gaps:
        head = f"  {gap.basis:<9} {len(gap.events):>3} of {counted(found.paths[gap.basis], 'event')}"
        yield from paragraph(gap.label, width, 30, head)
    words = len(found.in_words)
    if words:
        yield f"  In words alone, without a concept: {words}"
    for gap in found.in_words[:most]:
        yield from paragraph(f"{', '.join(sorted(gap.identifiers))}: {gap.label}", width, 6, "    –")
    if words > most:
        yield f"    … and {words - most} more"
    if not found.all_gaps:
        yield "  none is known"


def _drawn(each: Precedent, wanted: int, width: int) -> Iterator[str]:
    yield from paragraph(each.incident.headline, width, 8, f"  {len(each.matched)}/{wanted}")
    known = (("mode", each.mode), ("surface", each.surface), ("severity", each.severity))
    facts = [f"{name} {value or 'not known'}" for name, value in known]
    yield from paragraph(", ".join(facts), width, 8)
    yield from paragraph(f"fits by {'; '.join(each.matched)}", width, 8)
    if each.named:
        yield from paragraph(f"names {each.named}", width, 8)
    if each.same:
        yield from paragraph(f"the same event: {', '.join(each.same)}", width, 8)


def remarks(found: Precedents) -> list[str]:
    """Return the sentences that belong to the answer: what was asked for in vain, and what the rows are worth."""
    lines = [f"No incident has {each.label}." for each in found.wanted if not each.incidents]
    if found.has_bill and not found.names:
        lines.append("The bill of materials has no names to look for.")
    if found.names:
        matched = len(found.names) - len(found.unmatched)
        lines.append(f"{counted(len(found.names), 'name')} in the bill of materials, {matched} of them in the graph.")
    if found.unmatched:
        more = f" and {len(found.unmatched) - _LISTED} more" if len(found.unmatched) > _LISTED else ""
        lines.append(f"{len(found.unmatched)} match nothing: {', '.join(found.unmatched[:_LISTED])}{more}.")
    if found.paths.get("profile"):
        lines.append("Profile rows follow from the failure mode and say nothing of one incident.")
    if found.incidents:
        lines.append("An organisation that is named is not thereby at fault: see the claim status.")
    return lines
