"""The commands that show: one thing with all its facts, and the counts of the whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from failuregraph.cli.root import shared

if TYPE_CHECKING:
    from failuregraph.project import Project, SourceFile
    from failuregraph.store import Table

__all__ = ["show_command", "stats_command"]

_TABLES = ["table", "csv", "tsv", "json", "xml", "jsonl", "md"]


@click.command("show")
@click.argument("thing", metavar="ID")
@click.option(
    "--format",
    "form",
    type=click.Choice([*_TABLES, "ttl", "nt", "jsonld", "rdf"]),
    help="A table of facts by default; ttl prints the reviewed file as it is.",
)
@click.pass_context
def show_command(context: click.Context, thing: str, form: str | None) -> None:
    """Show one record or thing: FI-0351, a slug, organisation/meta, a prefixed name or an IRI.

    A record without a path of its own is shown with the profile of its failure mode, marked as such.

    Example: failuregraph show FI-0351
    """
    from failuregraph.cli.output import emit, render
    from failuregraph.turtle import read_text

    known = shared(context)
    project = known.project()
    source = _find(project, thing)
    if form == "ttl":
        emit(read_text(source.path).encode())
    elif form in ("nt", "jsonld", "rdf"):
        emit(_document(source, form))
    else:
        emit(render(_facts(project, source), form, color=known.color))


def _find(project: Project, thing: str) -> SourceFile:
    """Return the file that tells of a thing, or raise WrongUse with the nearest identifier."""
    from failuregraph.errors import WrongUse
    from failuregraph.project import DATA_KINDS
    from failuregraph.query import nearest

    named = [source for source in project.sources() if source.kind in DATA_KINDS.values()]
    wanted = _wanted(thing)
    for source in named:
        if wanted in (source.identifier, f"{source.kind}/{source.identifier}"):
            return source
    near = nearest(wanted.rpartition("/")[2], [source.identifier for source in named])
    message = f"there is no “{thing}” in {project.root}{near}."
    raise WrongUse(message)


def _wanted(thing: str) -> str:
    from failuregraph.names import BASE, THINGS

    name = thing.removeprefix(BASE).removeprefix("doc/").partition("#")[0]
    prefix, colon, local = name.partition(":")
    name = f"{prefix}/{local}" if colon and prefix in THINGS else name
    return "record/" + name.removeprefix("incident/") if name.startswith("incident/") else name


def _document(source: SourceFile, form: str) -> bytes:
    import pyoxigraph

    from failuregraph.query import write_graph
    from failuregraph.turtle import read_text

    quads = pyoxigraph.parse(read_text(source.path), format=pyoxigraph.RdfFormat.TURTLE)
    return write_graph((quad.triple for quad in quads), form)


def _facts(project: Project, source: SourceFile) -> Table:
    """Return the facts of a thing as rows of part, property and value, labels instead of IRIs."""
    from failuregraph.cli.graph import whole_graph
    from failuregraph.query import QueryFile, run

    question = QueryFile.load(project.queries / "pages" / "facts.rq")
    return run(whole_graph(project), question, {"document": source.graph})


@click.command("stats")
@click.option("--format", "form", type=click.Choice(_TABLES), help="Default: a table on a terminal, CSV in a pipe.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@click.pass_context
def stats_command(context: click.Context, form: str | None, output: Path | None) -> None:
    """Count records by mode, surface, severity and more; “not known” is counted apart.

    Example: failuregraph stats --format csv
    """
    from failuregraph.cli.graph import whole_graph
    from failuregraph.cli.output import emit, render
    from failuregraph.query import QueryFile, run

    known = shared(context)
    project = known.project()
    counts = QueryFile.load(project.queries / "pages" / "counts.rq")
    emit(render(run(whole_graph(project), counts), form, color=known.color), output)
