"""Formatting of files: which would change, and writing them in canonical form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from failuregraph.errors import Unreadable
from failuregraph.turtle import format_text, read_text, save

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from failuregraph.project import Project

__all__ = ["format_paths"]


def format_paths(project: Project, paths: Sequence[Path], *, check: bool) -> list[Path]:
    """Return the files whose text is not canonical, and write them anew unless ``check`` is set.

    Without paths every file of the project is meant.  All files are read before one is written; raises
    Unreadable for one that does not parse or does not exist.
    """
    texts = {path: _canonical(project, path) for path in _files(project, paths)}
    changed = {path: text for path, text in texts.items() if text != read_text(path)}
    if not check:
        for path, text in changed.items():
            save(path, text)
    return list(changed)


def _files(project: Project, paths: Sequence[Path]) -> Iterator[Path]:
    if not paths:
        yield from (source.path for source in project.sources())
    for path in paths:
        if not path.exists():
            message = "there is no such file or folder; name one that exists."
            raise Unreadable(message, path)
        yield from sorted(path.rglob("*.ttl")) if path.is_dir() else [path]


def _canonical(project: Project, path: Path) -> str:
    source = project.source_of(path)
    return format_text(read_text(path), path, source.subjects if source else ())
