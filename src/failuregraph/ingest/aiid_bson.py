"""What the BSON collections of an AIID snapshot add to its tables: display names and implicated systems.

They are read where pymongo is installed (the extra ``bson``); a snapshot is whole without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from failuregraph.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.ingest.entry import Run, Table
    from failuregraph.ingest.files import InputFile

__all__ = ["display_names", "systems"]


def display_names(file: InputFile | None, run: Run) -> dict[str, str]:
    """Return slug → display name of the collection of entities; empty where it is not there."""
    names: dict[str, str] = {}
    for table, place, entity in _documents(file, run, "names"):
        slug, label = entity.get("entity_id"), entity.get("name")
        if isinstance(slug, str) and isinstance(label, str) and label.strip():
            table.taken += 1
            names[slug] = run.text(table, place, "name", label, key=slug)
        else:
            run.refuse(table, place, "the entity has no entity_id or no name.", key=str(slug or ""))
    return names


def systems(file: InputFile | None, run: Run) -> None:
    """State the implicated systems of the collection of incidents."""
    for table, place, incident in _documents(file, run, "incidents with their systems"):
        entry = run.entries.get(f"AIID-{incident.get('incident_id')}")
        found = incident.get("implicated_systems") or []
        if entry is None or not isinstance(found, list):
            run.leave_out(table, place, "no record was taken for it.", key=str(incident.get("incident_id")))
            continue
        table.taken += 1
        for system in found:
            entry.about("fg:systemName", ox.Literal(str(system)))


def _documents(file: InputFile | None, run: Run, what: str) -> Iterator[tuple[Table, int, dict[str, Any]]]:
    if file is None:
        return
    try:
        import bson
    except ImportError:
        run.notes.append(f"{file.name} was not read: install failuregraph[bson] for it; the tables are whole without.")
        return
    table = run.table(file.name, what)
    try:
        for place, document in enumerate(bson.decode_iter(file.data), 1):
            table.read += 1
            yield table, place, document
    except bson.errors.InvalidBSON as error:
        message = f"not BSON after {table.read} documents ({error}); download the snapshot again."
        raise Unreadable(message, file.path) from error
