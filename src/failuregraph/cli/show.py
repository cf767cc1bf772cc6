"""The commands that show: one thing with all its facts, and the counts of the whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from failuregraph.cli.root import STORE, WITH, shared

if TYPE_CHECKING:
    import pyoxigraph as ox

    from failuregraph.project import Project, SourceFile
    from failuregraph.store import Answer, Table

__all__ = ["show_command", "stats_command"]

_GRAPHS = ["ttl", "nt", "jsonld", "rdf"]
_CONTENT = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?document { ?s ?p ?o } }"
_TABLES = ["table", "csv", "tsv", "json", "xml", "jsonl", "md"]


@click.command("show")
@click.argument("thing", metavar="ID")
@click.option(
    "--format",
    "form",
    type=click.Choice([*_TABLES, *_GRAPHS]),
    help="A table of facts by default; ttl prints the reviewed file as it is.",
)
@WITH
@STORE
@click.pass_context
def show_command(
    context: click.Context, thing: str, form: str | None, imports: tuple[Path, ...], store: str | None
) -> None:
    """Show one record or thing: FI-0351, a slug, organisation/meta, a prefixed name or an IRI.

    A record without a path of its own is shown with the profile of its failure mode, marked as such.
    With --with, the records of imported registries are found too: AIID-1152.

    Example: failuregraph show FI-0351
    """
    from failuregraph.cli.output import emit, render
    from failuregraph.turtle import read_text

    known = shared(context)
    project = known.graph(imports, store)
    if store is not None:
        emit(render(_told_by(project, store, thing, form in _GRAPHS), form, color=known.color))
        return
    record = _imported(project, thing)
    if record is not None and form in _GRAPHS:
        from failuregraph.query import write_graph

        emit(write_graph(record[1], form))
        return
    source = None if record else _find(project, thing)
    if source is not None and form == "ttl":
        emit(read_text(source.path).encode())
    elif source is not None and form in _GRAPHS:
        emit(_document(source, form))
    else:
        graph = source.graph if source else record[0] if record else ""
        emit(render(_facts(project, graph), form, color=known.color))


def _imported(project: Project, thing: str) -> tuple[str, list[ox.Triple]] | None:
    """Return the graph of a record of an imported registry, or None where none has it."""
    import pyoxigraph

    from failuregraph.names import BASE
    from failuregraph.store import workspace_quads

    graph = BASE + (_wanted(thing) if "/" in _wanted(thing) else f"record/{_wanted(thing)}")
    name = pyoxigraph.NamedNode(graph)
    for workspace in project.imports:
        triples = [quad.triple for quad in workspace_quads(workspace) if quad.graph_name == name]
        if triples:
            return graph, triples
    return None


def _told_by(project: Project, url: str, thing: str, graph: bool) -> Answer:  # noqa: FBT001 - a table or a graph
    """Return what a store elsewhere holds of a thing: its document as a graph, or as a table of facts."""
    from failuregraph.cli.graph import say_registries, store_of
    from failuregraph.errors import WrongUse
    from failuregraph.query import QueryFile, answer_with
    from failuregraph.store import Statements, Table

    store = store_of(project, url)
    for name in _documents(thing):
        document = {"document": name}
        facts = QueryFile.load(project.queries / "pages" / "facts.rq")
        answer = store.query(_CONTENT, document) if graph else answer_with(store, facts, document)
        if (isinstance(answer, Statements) and answer.triples) or (isinstance(answer, Table) and answer.rows):
            say_registries(project, store)
            return answer
    raise WrongUse(f"there is no “{thing}” in {url}.")


def _documents(thing: str) -> list[ox.NamedNode]:
    """Return the named graphs that may be the document of a thing; none where its name is none."""
    import pyoxigraph

    from failuregraph.names import BASE
    from failuregraph.project import DATA_KINDS

    wanted = _wanted(thing)
    names = [wanted] if "/" in wanted else [f"{kind}/{wanted}" for kind in ("record", *DATA_KINDS.values())]
    iris = [BASE + (name if name.startswith("record/") else f"doc/{name}") for name in dict.fromkeys(names)]
    try:
        return [pyoxigraph.NamedNode(iri) for iri in iris]
    except ValueError:
        return []


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


def _facts(project: Project, graph: str) -> Table:
    """Return the facts of a thing as rows of part, property and value, labels instead of IRIs."""
    from failuregraph.cli.graph import whole_graph
    from failuregraph.query import QueryFile, run

    question = QueryFile.load(project.queries / "pages" / "facts.rq")
    return run(whole_graph(project), question, {"document": graph})


@click.command("stats")
@click.option("--format", "form", type=click.Choice(_TABLES), help="Default: a table on a terminal, CSV in a pipe.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@WITH
@STORE
@click.pass_context
def stats_command(
    context: click.Context, form: str | None, output: Path | None, imports: tuple[Path, ...], store: str | None
) -> None:
    """Count records by mode, surface, severity and more; “not known” is counted apart.

    Example: failuregraph stats --format csv
    """
    from failuregraph.cli.graph import say_registries, store_of
    from failuregraph.cli.output import emit, render
    from failuregraph.query import QueryFile, run

    known = shared(context)
    project = known.graph(imports, store)
    counts = QueryFile.load(project.queries / "pages" / "counts.rq")
    asked = store_of(project, store)
    table = run(asked, counts)
    if store is not None:
        say_registries(project, asked)
    emit(render(table, form, color=known.color), output)
