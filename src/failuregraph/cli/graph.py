"""The whole graph in memory, as the commands that ask questions need it."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

import click

from failuregraph.bank import bank_quads
from failuregraph.cli.output import plain
from failuregraph.derive import derive
from failuregraph.query import QueryFile, run
from failuregraph.remote.store import SparqlStore
from failuregraph.store import OxigraphStore, project_quads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.project import Project
    from failuregraph.store import Store

__all__ = ["interruptible", "say_registries", "store_of", "whole_graph"]


def whole_graph(project: Project) -> OxigraphStore:
    """Return a store with every file of the project, its question bank, and what the rules derive from them."""
    quads = [*project_quads(project), *bank_quads(project)]
    return OxigraphStore.of([*quads, *derive(quads, project)])


def store_of(project: Project, url: str | None) -> Store:
    """Return the store of an address, or without one the whole graph of the project in memory."""
    return whole_graph(project) if url is None else SparqlStore.at(url)


def say_registries(project: Project, store: Store) -> None:
    """Say on stderr what an answer was drawn from: a store elsewhere, or imports; else there is nothing to say."""
    if isinstance(store, SparqlStore):
        click.echo(f"Answered by {store.endpoint}", err=True)
    if not project.imports:
        return
    rows = run(store, QueryFile.load(project.queries / "pages" / "registries.rq")).rows
    for label, records, licence in (tuple(plain(term) for term in row) for row in rows):
        click.echo(f"Drawn from {label}: {records} records, {licence}", err=True)
    for each in project.imports:
        if each.manifest["unit"] != "records":
            click.echo(f"Drawn from {each.name}: {each.records} {each.manifest['unit']}, {each.licence}", err=True)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end the process at once: a running Oxigraph query never looks at Python's signals."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
