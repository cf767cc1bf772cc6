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
    run.date = date or run.date or date_in_name(path.resolve().name)
    return finish(run, into or project.imported / run.name, accept_gone=accept_gone)
