"""The folder that an import writes: idempotent, keeping identifiers, all or nothing.

A record is replaced by what the newer file says of it; one that is gone keeps its identifier and is marked
withdrawn.  Where nothing differs nothing is written, so that importing a file twice changes no byte.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from failuregraph import __version__
from failuregraph.errors import WrongUse
from failuregraph.ingest.entry import Entry, Left, Run, Statements, english, iri, name, typed
from failuregraph.names import BASE, FG, GRAPH
from failuregraph.project import Workspace
from failuregraph.turtle import read_text, save

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from failuregraph.ingest.entry import Table

__all__ = ["Outcome", "finish", "tombstone"]

#: The share of known records that may be gone from a newer file before it is taken for a part of one.
MOST_GONE: Final = 0.1
_RECORD: Final = f"{BASE}record/"
_WITHDRAWN: Final = f"<{BASE}record-status#withdrawn>"
_MAPPINGS: Final = "/mappings"
_ADDRESSES: Final = f"<{FG}addressesTechnique>"
#: The manifest of an import that is being written.
_NEXT: Final = f"{Workspace.MANIFEST_FILE}.next"
_OWN: Final = (_NEXT, Workspace.GRAPH_FILE, Workspace.REPORT_FILE)
Lines = dict[str, frozenset[str]]


@dataclass(frozen=True)
class Outcome:
    """What an import did, as values."""

    folder: Path
    tables: tuple[Table, ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    gone: tuple[str, ...]
    withdrawn: int
    left: tuple[Left, ...]
    notes: tuple[str, ...]
    written: bool

    @property
    def refused(self) -> list[Left]:
        """The rows that were refused."""
        return [each for each in self.left if each.refused]

    @property
    def exit_code(self) -> int:
        """0, or 1 where a row was refused."""
        return 1 if self.refused else 0


def finish(run: Run, folder: Path, *, accept_gone: bool = False) -> Outcome:
    """Write what a run gathered into its folder, merged with what an earlier import left there.

    Raises WrongUse where the folder holds another registry or a newer snapshot, or where so many records
    are gone that the file is likely a part of one; ``accept_gone`` takes it all the same.
    """
    for table in run.tables:
        if table.read != table.taken + table.left_out + table.refused:
            raise AssertionError(table)
    old = _earlier(folder, run)
    before = _lines(old) if old else {}
    now = {graph: frozenset(_line(said)) for graph, said in _statements(run)}
    merged = _merged(before, now, run)
    known, current, kept = _units(before), _units(now), _units(merged)
    gone = sorted(set(known) - set(kept))
    if len(gone) > MOST_GONE * len(known) and not accept_gone:
        message = (
            f"{folder}: {len(gone)} of {len(known)} records are not in the file any more, which looks like a part of "
            "a snapshot; nothing was written. Use --accept-gone if they are really gone."
        )
        raise WrongUse(message)
    tombs = {_key(graph) for graph in merged if graph.startswith(_RECORD) and _is_withdrawn(merged[graph])}
    added = sorted(set(current) - set(known))
    changed = sorted(key for key in set(current) & set(known) if current[key] != known[key])
    same = old is not None and merged == before and _is_this(old, run)
    outcome = Outcome(
        folder,
        tuple(run.tables),
        tuple(added),
        tuple(changed),
        len(current) - len(added) - len(changed),
        tuple(gone),
        len(tombs),
        tuple(sorted(run.left)),
        tuple(dict.fromkeys(run.notes)),
        not same,
    )
    if not same:
        _write(run, outcome, merged, len(kept))
    return outcome


def _units(lines: Lines) -> Lines:
    """Return identifier → statements of every live record, or of every mapping of a set without records."""
    units: dict[str, set[str]] = {}
    for graph, triples in lines.items():
        if graph.startswith(_RECORD) and not _is_withdrawn(triples):
            units[_key(graph)] = set(triples)
        elif graph.endswith(_MAPPINGS):
            for line in triples:
                units.setdefault(_subject(line).rpartition("#")[2].removesuffix(">"), set()).add(line)
    return {key: frozenset(triples) for key, triples in units.items()}


def _subject(line: str) -> str:
    return line.partition(" ")[0]


def _key(graph: str) -> str:
    return graph.removeprefix(_RECORD)


def _earlier(folder: Path, run: Run) -> Workspace | None:
    _complete(folder)
    if not (folder / Workspace.MANIFEST_FILE).exists():
        if folder.is_dir() and any(path.name not in _OWN for path in folder.iterdir()):
            message = f"{folder}: the folder is not empty and holds no import; name another with --into."
            raise WrongUse(message)
        return None
    old = Workspace.open(folder)
    if old.name != run.name:
        message = f"{folder}: the folder holds {old.name}, not {run.name}; name another with --into."
        raise WrongUse(message)
    dated = old.manifest.get("date")
    if dated and run.date and run.date < str(dated)[: len(run.date)]:
        message = f"{folder}: the folder holds the snapshot of {dated}, which is newer than that of {run.date}."
        raise WrongUse(message + " Import the older one into another folder with --into.")
    return old


def _complete(folder: Path) -> None:
    """Bring an import that was cut off to its end where its graph was written, else back to the one before."""
    waiting = folder / _NEXT
    if not waiting.exists():
        return
    graph = folder / Workspace.GRAPH_FILE
    found = hashlib.sha256(graph.read_bytes()).hexdigest() if graph.exists() else ""
    if f'"sha256": "{found}"' in read_text(waiting):
        waiting.replace(folder / Workspace.MANIFEST_FILE)
    else:
        waiting.unlink()


def _lines(workspace: Workspace) -> Lines:
    """Return graph → its triples as lines, of an earlier import; the facts of that import are left out."""
    found: dict[str, set[str]] = {}
    for line in read_text(workspace.graph_file).splitlines():
        triple, _, graph = line.removesuffix("> .").rpartition(" <")
        found.setdefault(graph, set()).add(triple)
    found.pop(f"{GRAPH}import/{workspace.name}", None)
    return {graph: frozenset(lines) for graph, lines in found.items()}


def _line(said: Statements) -> Iterable[str]:
    return map(str, said.triples)


def _statements(run: Run) -> Iterable[tuple[str, Statements]]:
    for entry in run.entries.values():
        yield entry.said.graph, entry.said
    for said in run.shared.values():
        yield said.graph, said


def _is_withdrawn(lines: frozenset[str]) -> bool:
    return any(line.endswith(_WITHDRAWN) for line in lines)


def _merged(before: Lines, now: Lines, run: Run) -> Lines:
    """Return all graphs: what is gone becomes a tombstone, and concepts and parties keep their identifiers.

    A record whose row was refused is not gone: it stays as it was.
    """
    merged = dict(now)
    refused = {each.key for each in run.left if each.refused}
    for graph, lines in before.items():
        if graph.startswith(_RECORD) and graph not in now:
            stays = _is_withdrawn(lines) or _key(graph) in refused
            merged[graph] = lines if stays else frozenset(_line(tombstone(run, _key(graph)).said))
        elif not graph.startswith((_RECORD, f"{GRAPH}import/{run.name}/{_MAPPINGS[1:]}")):
            merged[graph] = now.get(graph, frozenset()) | _left_over(lines, now.get(graph, frozenset()))
    return merged


def _left_over(before: frozenset[str], now: frozenset[str]) -> frozenset[str]:
    """Return what is told of subjects that the file does not name any more; they count for nothing now."""
    told = {_subject(line) for line in now}
    return frozenset(line for line in before if _subject(line) not in told and _ADDRESSES not in line)


def tombstone(run: Run, key: str, page: str | None = None) -> Entry:
    """Return the record of an identifier that is not in use any more: it answers, and tells of no incident."""
    entry = Entry(run, key)
    entry.record("rdf:type", name("fg:Record"))
    entry.record("dcterms:identifier", typed(key, "string"))
    entry.record("prov:wasAttributedTo", run.author)
    entry.record("dcterms:license", iri(run.licence or run.registry.licence))
    entry.record("fg:recordStatus", name("recordstatus:withdrawn"))
    entry.record("foaf:page", iri(page) if page else None)
    return entry


def _is_this(old: Workspace, run: Run) -> bool:
    """Say whether the folder was written by an import of the same files."""
    return all(old.manifest[key] == value for key, value in _identity(run).items())


def _identity(run: Run) -> dict[str, Any]:
    """Return what makes an import this one: its files, its flags and the importer."""
    return {
        "name": run.name,
        "registry": run.registry.name,
        "date": run.date,
        "version": run.version,
        "flags": sorted(run.flags),
        "software": __version__,
        "files": [{"name": file.name, "bytes": len(file.data), "sha256": file.sha256} for file in run.files],
    }


def _write(run: Run, outcome: Outcome, merged: Lines, live: int) -> None:
    graphs = dict(merged)
    graphs[f"{GRAPH}import/{run.name}"] = frozenset(_line(_facts(run, outcome, live)))
    text = "".join(f"{triple} <{graph}> .\n" for graph in sorted(graphs) for triple in sorted(graphs[graph]))
    manifest = {
        "format": Workspace.FORMAT,
        **_identity(run),
        "title": run.registry.title,
        "licence": run.licence or run.registry.licence,
        "rights_holder": run.holder or run.registry.holder,
        "attribution": run.attribution or run.registry.attribution,
        "unit": "records" if run.registry.keeps_records else "mappings",
        "records": {"live": live, "withdrawn": outcome.withdrawn},
        "tables": {
            table.file: {"in": table.read, "taken": table.taken, "left out": table.left_out, "refused": table.refused}
            for table in run.tables
        },
        "graph": {"bytes": len(text.encode()), "sha256": hashlib.sha256(text.encode()).hexdigest()},
    }
    # The manifest waits beside the graph until that is written: whoever is cut off between, ends it next time.
    save(outcome.folder / Workspace.REPORT_FILE, _report(outcome))
    save(outcome.folder / _NEXT, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    save(outcome.folder / Workspace.GRAPH_FILE, text)
    (outcome.folder / _NEXT).replace(outcome.folder / Workspace.MANIFEST_FILE)


def _report(outcome: Outcome) -> str:
    """Return the report: a line for each row or cell that was not taken as it stands."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    writer.writerow(["file", "row", "column", "record", "refused", "reason"])
    for each in outcome.left:
        row = each.row or ""
        writer.writerow([each.file, row, each.column, each.key, "yes" if each.refused else "no", each.reason])
    return stream.getvalue()


def _facts(run: Run, outcome: Outcome, live: int) -> Statements:
    """Return the facts about the import; the clock is not read, or two imports of one file would differ."""
    node = f"{GRAPH}import/{run.name}"
    facts = Statements(node)
    title = f"Import of {run.registry.title}" + (f", {run.name}" if run.name != run.registry.name else "")
    facts.say(node, "rdf:type", name("void:Dataset"))
    facts.say(node, "dcterms:title", english(title))
    facts.say(node, "prov:wasAttributedTo", run.author)
    facts.say(node, "dcterms:license", iri(run.licence or run.registry.licence))
    facts.say(node, "dcterms:rightsHolder", typed(run.holder or run.registry.holder, "string"))
    line = run.attribution or run.registry.attribution
    facts.say(node, "dcterms:bibliographicCitation", typed(line, "string"))
    facts.say(node, "prov:wasGeneratedBy", iri(f"{node}#activity"))
    counts = {
        "void:entities": live,
        "fg:rowsRead": sum(table.read for table in run.tables),
        "fg:rowsRefused": sum(table.refused for table in run.tables),
        "fg:recordsAdded": len(outcome.added),
        "fg:recordsChanged": len(outcome.changed),
        "fg:recordsGone": len(outcome.gone),
    }
    for predicate, count in counts.items():
        facts.say(node, predicate, typed(count, "integer"))
    facts.say(f"{node}#activity", "rdf:type", name("prov:Activity"))
    facts.say(f"{node}#activity", "prov:wasAssociatedWith", iri(f"{node}#software"))
    facts.say(f"{node}#software", "rdf:type", name("prov:SoftwareAgent"))
    facts.say(f"{node}#software", "rdfs:label", english("failuregraph import"))
    facts.say(f"{node}#software", "schema:softwareVersion", typed(__version__, "string"))
    _say_files(run, facts, node)
    return facts


def _say_files(run: Run, facts: Statements, node: str) -> None:
    from failuregraph.ingest.entry import day

    for place, file in enumerate(run.files, 1):
        part = f"{node}#file-{place}"
        facts.say(f"{node}#activity", "prov:used", iri(part))
        facts.say(part, "rdf:type", name("prov:Entity"))
        facts.say(part, "dcterms:title", typed(file.name, "string"))
        facts.say(part, "fg:sha256", typed(file.sha256, "string"))
        facts.say(part, "dcat:byteSize", typed(len(file.data), "integer"))
        facts.say(part, "dcterms:issued", day(run.date) if run.date else None)
        facts.say(part, "schema:version", typed(run.version, "string") if run.version else None)
