"""An import from beginning to end: the registry's module reads, the workspace is written."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from failuregraph.errors import Unreadable, WrongUse
from failuregraph.ingest.entry import Run, day
from failuregraph.ingest.files import date_in_name
from failuregraph.ingest.kinds import party_kinds
from failuregraph.ingest.workspace import Outcome, finish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from failuregraph.ingest.registries import Registry
    from failuregraph.project import Project

__all__ = ["take"]

#: The one folder at the top of a snapshot of the AI Incident Database; the folder around it is dated.
_SNAPSHOT = "mongodump_full_snapshot"


def take(  # noqa: PLR0913 - one for each thing that a user may say
    registry: Registry,
    path: Path,
    project: Project,
    into: Path | None = None,
    *,
    flags: frozenset[str] = frozenset(),
    date: str | None = None,
    accept_gone: bool = False,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Outcome:
    """Import a file or folder of a registry into a workspace and say what happened.

    ``date`` is that of the file, where neither the file nor its name states one.  ``progress`` is told
    what is read, how far, and of how much.  Raises Unreadable for a file that is not of the registry,
    WrongUse for a folder that holds something else.
    """
    if not path.exists():
        message = "there is no such file or folder; name one that exists."
        raise Unreadable(message, path)
    if date is not None and day(date) is None:
        message = f"--date “{date}” is no date; write YYYY-MM-DD, YYYY-MM or YYYY."
        raise WrongUse(message)
    run = Run(registry, registry.name, flags, party_kinds(project), progress)
    importlib.import_module(f"failuregraph.ingest.{registry.module}").take(run, path)
    # A cell that is read twice is told once.
    run.left = list(dict.fromkeys(run.left))
    run.date = date or run.date or _date_of(path.resolve())
    return finish(run, into or project.imported / run.name, accept_gone=accept_gone)


def _date_of(path: Path) -> str | None:
    """Return the date in the name of a file or folder, else that of the snapshot that it was unpacked from."""
    inner = next((each.parent for each in (path, *path.parents[:2]) if each.name == _SNAPSHOT), path)
    return date_in_name(path.name) or date_in_name(inner.name)
