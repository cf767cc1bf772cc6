"""The commands that ask: stored questions, and SPARQL text of one's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from failuregraph.cli.root import WITH, shared

if TYPE_CHECKING:
    from failuregraph.project import Project
    from failuregraph.query import QueryFile
    from failuregraph.store import Table

__all__ = ["ask_command", "query_command"]

_FORMATS = ["table", "csv", "tsv", "json", "xml", "jsonl", "md"]
_FORMAT_HELP = "Default: a table on a terminal, CSV in a pipe."


@click.command("ask")
@click.argument("name", required=False)
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="Give a parameter; repeatable.")
@click.option("--all", "everything", is_flag=True, help="Run every question with its defaults and count the rows.")
@click.option("--format", "form", type=click.Choice(_FORMATS), help=_FORMAT_HELP)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@WITH
@click.pass_context
def ask_command(
    context: click.Context,
    name: str | None,
    params: tuple[str, ...],
    everything: bool,  # noqa: FBT001 - click
    form: str | None,
    output: Path | None,
    imports: tuple[Path, ...],
) -> None:
    """Answer a stored question; with no name, list the questions.

    An answer with no rows says on stderr which facts are missing.
    With imported registries, stderr says which records the answer was drawn from, and their licences.

    Example: failuregraph ask organisation-profile -p organisation=meta
    """
    from failuregraph.cli.output import emit, render
    from failuregraph.errors import WrongUse

    known = shared(context)
    if everything and name:
        message = "name one question or give --all, not both."
        raise WrongUse(message)
    project = known.graph(imports)
    whole = _run_all if everything else _listing
    table = _answer(project, name, _pairs(params)) if name else whole(project)
    emit(render(table, form, color=known.color), output)


def _pairs(params: tuple[str, ...]) -> dict[str, str]:
    from failuregraph.errors import WrongUse

    pairs = [param.partition("=") for param in params]
    for name, mark, _ in pairs:
        if not (name and mark):
            message = f"“{name}” is not a parameter; write -p NAME=VALUE."
            raise WrongUse(message)
    return {name: value for name, _, value in pairs}


def _answer(project: Project, name: str, params: dict[str, str]) -> Table:
    from failuregraph.cli.graph import interruptible, say_registries, whole_graph
    from failuregraph.query import QueryFile, run

    question = QueryFile.named(project.answers, name)
    question.bind(params)
    store = whole_graph(project)
    with interruptible():
        table = run(store, question, params)
    say_registries(project, store)
    if not table.rows:
        click.echo(_why_empty(question), err=True)
    return table


def _why_empty(question: QueryFile) -> str:
    return f"{question.name} has no rows: {question.said('empty') or 'no record has the facts that it reads.'}"


def _listing(project: Project) -> Table:
    from failuregraph.query import QueryFile
    from failuregraph.store import Table, text

    questions = QueryFile.folder(project.answers)
    return Table(("name", "question"), tuple((text(each.name), text(each.said("question"))) for each in questions))


def _run_all(project: Project) -> Table:
    from failuregraph.cli.graph import interruptible, say_registries, whole_graph
    from failuregraph.query import QueryFile, run
    from failuregraph.store import Table, number, text

    store = whole_graph(project)
    say_registries(project, store)
    rows = []
    with interruptible():
        for question in QueryFile.folder(project.answers):
            found = len(run(store, question).rows)
            rows.append((text(question.name), number(found), text("" if found else _why_empty(question))))
    return Table(("name", "rows", "why_empty"), tuple(rows))


@click.command("query")
@click.argument("file", required=False, type=click.Path(path_type=Path, allow_dash=True, dir_okay=False))
@click.option("-e", "--execute", "inline", metavar="TEXT", help="The query itself.")
@click.option(
    "--format",
    "form",
    type=click.Choice([*_FORMATS, "ttl", "nt", "jsonld", "rdf"]),
    help="Default: a table on a terminal, CSV in a pipe, Turtle for a graph.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@WITH
@click.pass_context
def query_command(
    context: click.Context,
    file: Path | None,
    inline: str | None,
    form: str | None,
    output: Path | None,
    imports: tuple[Path, ...],
) -> None:
    """Run SPARQL 1.1 over the graph: from a file, from stdin (-) or from -e.

    The default graph is the union of all named graphs.

    Example: failuregraph query -e "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    """
    from failuregraph.cli.graph import interruptible, say_registries, whole_graph
    from failuregraph.cli.output import emit, render

    known = shared(context)
    text = _query_text(file, inline)
    project = known.graph(imports)
    store = whole_graph(project)
    with interruptible():
        answer = store.query(text)
    say_registries(project, store)
    emit(render(answer, form, color=known.color), output)


def _query_text(file: Path | None, inline: str | None) -> str:
    from failuregraph.errors import WrongUse
    from failuregraph.turtle import read_text

    if inline is not None and file is None:
        return inline
    if file is None or inline is not None:
        message = "give one query: a FILE, - for stdin, or -e TEXT."
        raise WrongUse(message)
    if str(file) == "-":
        return _stdin()
    return read_text(file)


def _stdin() -> str:
    from failuregraph.errors import Unreadable

    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        message = "stdin is not UTF-8; send the query as UTF-8."
        raise Unreadable(message) from error
