"""What the BSON collections of an AIID snapshot add to its tables: display names and implicated systems.

They are read where pymongo is installed (the extra ``bson``); a snapshot is whole without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from failuregraph.errors import Unreadable
from failuregraph.ingest.cells import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from failuregraph.ingest.entry import Run, Table
    from failuregraph.ingest.files import InputFile

__all__ = ["display_names", "systems"]


def display_names(file: InputFile, run: Run) -> dict[str, str]:
    """Return slug → display name of the collection of entities."""
    names: dict[str, str] = {}
    for table, place, entity in _documents(file, run, "names"):
        slug, label = entity.get("entity_id"), entity.get("name")
        text = run.text(table, place, "name", label, key=str(slug)) if isinstance(label, str) else ""
        if isinstance(slug, str) and text:
            table.taken += 1
            names[slug] = text
        else:
            run.refuse(table, place, "the entity has no entity_id or no name.", column="name", key=str(slug or ""))
    return names


def systems(file: InputFile, run: Run, names: Mapping[str, str]) -> None:
    """State the implicated systems of the collection of incidents, by their display names where they are known."""
    for table, place, incident in _documents(file, run, "incidents with their systems"):
        key = f"AIID-{whole(str(incident.get('incident_id')))}"
        entry = run.entries.get(key)
        if entry is None or not entry.is_live:
            run.leave_out(table, place, "no record was taken for it.", key=key)
            continue
        table.taken += 1
        found = incident.get("implicated_systems") or []
        for system in found if isinstance(found, list) else [found]:
            if isinstance(system, str) and system.strip():
                text = run.text(table, place, "implicated_systems", names.get(system, system), key=key)
                entry.about("fg:systemName", ox.Literal(text) if text else None)
            else:
                run.cell(table, place, "implicated_systems", "it is not a list of names.", key=key)


def _documents(file: InputFile, run: Run, what: str) -> Iterator[tuple[Table, int, dict[str, Any]]]:
    try:
        import bson
        from bson.errors import BSONError
    except ImportError:
        run.notes.append(f"{file.name} was not read: install failuregraph[bson] for it; the tables are whole without.")
        return
    table = run.table(file.name, what)
    documents = bson.decode_iter(file.data)
    while True:
        try:
            document = next(documents, None)
        except (BSONError, ValueError, OverflowError, RecursionError) as error:
            message = f"not BSON after {table.read} documents ({error}); download the snapshot again."
            raise Unreadable(message, file.path) from error
        if document is None:
            return
        table.read += 1
        yield table, table.read, document
