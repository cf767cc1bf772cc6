"""The whole graph in memory, as the commands that ask questions need it."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

from failuregraph.derive import derive
from failuregraph.store import OxigraphStore, project_quads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.project import Project

__all__ = ["interruptible", "whole_graph"]


def whole_graph(project: Project) -> OxigraphStore:
    """Return a store with every file of the project and what the rules derive from them."""
    quads = project_quads(project)
    return OxigraphStore.of([*quads, *derive(quads, project)])


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end the process at once: a running Oxigraph query never looks at Python's signals."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
