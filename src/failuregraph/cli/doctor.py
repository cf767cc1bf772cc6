"""The command that says what is installed, where things are and what is wrong with them."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from typing import TYPE_CHECKING

import click

from failuregraph import __version__
from failuregraph.cli.root import shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.project import Project
    from failuregraph.store import Table

__all__ = ["doctor_command"]

_PACKAGES = ("pyoxigraph", "rdflib", "pyshacl", "SPARQLWrapper", "click", "starlette", "uvicorn")
_OLDEST = (3, 11)


@click.command("doctor")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "md"]), help="Default as for ask.")
@click.option("--endpoint", metavar="URL", help="Examine this SPARQL endpoint instead, any that answers HTTP.")
@click.pass_context
def doctor_command(context: click.Context, form: str | None, endpoint: str | None) -> None:
    """Print versions, folders and limits; end with 1 where something is wrong.

    With --endpoint print what a public monitor would say of an endpoint: points for each aspect, and the
    reason of each lost one; end with 1 below full marks, with 4 where nothing answers.

    Example: failuregraph doctor --endpoint http://127.0.0.1:8000/sparql
    """
    from failuregraph.cli.output import emit, render
    from failuregraph.store import Table, text

    known = shared(context)
    if endpoint is not None:
        table, full = _marks(endpoint)
        emit(render(table, form, color=known.color))
        context.exit(0 if full else 1)
    rows = [*_software(), *_project(known.project()), *_limits()]
    table = Table(("what", "value", "trouble"), tuple((text(a), text(b), text(c)) for a, b, c in rows))
    emit(render(table, form, color=known.color))
    context.exit(1 if any(trouble for _, _, trouble in rows) else 0)


def _marks(endpoint: str) -> tuple[Table, bool]:
    """Return the marks of an endpoint, one line a lost point, and whether none was lost."""
    from failuregraph.quality.examining import examine
    from failuregraph.store import Table, number, text

    found = examine(endpoint)
    rows = tuple(
        (text(each.name), number(each.kept), number(each.points), text(reason))
        for each in found
        for reason in each.lost or [""]
    )
    return Table(("aspect", "points", "of", "lost"), rows), not any(each.lost for each in found)


def _software() -> Iterator[tuple[str, str, str]]:
    yield "failuregraph", __version__, ""
    trouble = "" if sys.version_info >= _OLDEST else "Python 3.11 or newer is needed."
    yield "python", platform.python_version(), trouble
    for name in _PACKAGES:
        try:
            yield name, importlib.metadata.version(name), ""
        except importlib.metadata.PackageNotFoundError:
            yield name, "missing", f"install it: pip install {name}"


def _project(project: Project) -> Iterator[tuple[str, str, str]]:
    yield "project", str(project.root), ""
    sources = project.sources()
    records = sum(source.kind == "record" for source in sources)
    yield "files", str(len(sources)), ""
    yield "records", str(records), "" if records else "no record is there; nothing can be built."
    yield "ontology", _ontology_version(project), ""
    folder = project.cache if project.cache.is_dir() else project.root
    trouble = "" if os.access(folder, os.W_OK) else "not writable: every check starts from nothing."
    yield "cache", str(project.cache), trouble


def _ontology_version(project: Project) -> str:
    from rdflib import OWL, URIRef

    from failuregraph.names import ONTOLOGY
    from failuregraph.turtle import read

    found = read(project.ontology / "core.ttl").value(URIRef(ONTOLOGY), OWL.versionInfo)
    return str(found) if found is not None else "not stated"


def _limits() -> Iterator[tuple[str, str, str]]:
    from failuregraph.serve.settings import Settings

    for name, value in Settings().table():
        yield f"limit: {name}", value, ""
