"""The commands that ask: stored questions, and SPARQL text of one's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from failuregraph.cli.root import STORE, WITH, shared

if TYPE_CHECKING:
    from failuregraph.store import Table

__all__ = ["ask_command", "emit_table", "query_command", "verify_command"]

_FORMATS = ["table", "csv", "tsv", "json", "xml", "jsonl", "md"]
_FILE = click.Path(path_type=Path, dir_okay=False)
_FORMAT_HELP = "Default: a table on a terminal, CSV in a pipe."


@click.command("ask")
@click.argument("name", required=False)
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="Give a parameter; repeatable.")
@click.option("--all", "everything", is_flag=True, help="Run every question with its defaults and count the rows.")
@click.option("--why", "row", type=click.IntRange(min=1), metavar="ROW", help="Print what that row rests on.")
@click.option("--totals", is_flag=True, help="With --why: print what only its totals rest on too, last.")
@click.option("--receipt", type=_FILE, metavar="FILE", help="Write a receipt; with -o it is written anyway.")
@click.option("--format", "form", type=click.Choice([*_FORMATS, "chart"]), help=_FORMAT_HELP)
@click.option("-o", "--output", type=_FILE, help="Write to a file.")
@WITH
@STORE
@click.pass_context
def ask_command(
    context: click.Context,
    name: str | None,
    params: tuple[str, ...],
    everything: bool,  # noqa: FBT001 - click
    row: int | None,
    totals: bool,  # noqa: FBT001 - click
    receipt: Path | None,
    form: str | None,
    output: Path | None,
    imports: tuple[Path, ...],
    store: str | None,
) -> None:
    """Answer a stored question; with no name, list the questions.

    A name that the graph does not have is refused, with the nearest one that it has.
    Standard error says for what was asked, defaults included: an answer itself does not state its parameters.
    An answer with no rows says on stderr which facts are missing.
    With imported registries, stderr says which records the answer was drawn from, and their licences.
    A receipt states question, parameters, release, row count, licence and the hash of the answer; see verify.
    With -o it states name, format and hash of the file as well.
    With --why the statements that a row rests on are printed, with the graph, licence and support of each; stderr
    names the members of each count, and how much more its totals rest on.
    With --store the receipt names the endpoint instead of a release.

    Example: failuregraph ask organisation-profile -p organisation=meta
    """
    from failuregraph.cli.answers import Asked, listing, run_all, show_answer, show_reasons
    from failuregraph.errors import WrongUse

    known = shared(context)
    if name is None and (row or receipt or params or form == "chart"):
        message = "--why, --receipt, -p and charts belong to one question; name it."
        raise WrongUse(message)
    if everything and name:
        message = "name one question or give --all, not both."
        raise WrongUse(message)
    if store and name is None and not everything:
        message = "--store belongs to a question that is asked; name it, or give --all."
        raise WrongUse(message)
    if totals and row is None:
        message = "--totals belongs to a row; name it with --why ROW."
        raise WrongUse(message)
    if row is not None and receipt:
        message = "--receipt is for an answer, and --why prints what a row of it rests on; ask twice, once with each."
        raise WrongUse(message)
    project = known.graph(imports, store)
    if name is None:
        emit_table(run_all(project, store) if everything else listing(project), form, known.color, output)
        return
    asked = Asked.of(project, name, _pairs(params), store)
    if row is not None:
        show_reasons(asked, row, form, known.color, output, totals=totals)
    else:
        show_answer(asked, form, known.color, output, receipt)


def emit_table(table: Table, form: str | None, color: bool | None, output: Path | None) -> None:  # noqa: FBT001 - as render takes it
    """Print a table, or write it to a file."""
    from failuregraph.cli.output import emit, render

    emit(render(table, form, color=color), output)


@click.command("verify")
@click.argument("file", type=_FILE)
@WITH
@STORE
@click.pass_context
def verify_command(context: click.Context, file: Path, imports: tuple[Path, ...], store: str | None) -> None:
    """Run the question of a receipt again, and print for each thing that it states whether it is the same.

    Ends with 0 where question, parameters and answer are those of the receipt, though the release may be another;
    with 1 where one of them differs.  A receipt that was written for a file states that too: a file of this name
    beside the receipt is hashed, and is part of what must be the same; one that is not here is no fault.

    Example: failuregraph verify answer.csv.receipt.json
    """
    from failuregraph.answer.receipt import verify
    from failuregraph.cli.answers import verdicts
    from failuregraph.cli.graph import interruptible, store_of

    project = shared(context).graph(imports, store)
    with interruptible():
        found = verify(file, project, store_of(project, store))
    for line in verdicts(found):
        click.echo(line)
    context.exit(0 if all(each.same or not each.binding for each in found) else 1)


def _pairs(params: tuple[str, ...]) -> dict[str, str]:
    from failuregraph.errors import WrongUse

    pairs = [param.partition("=") for param in params]
    for name, mark, _ in pairs:
        if not (name and mark):
            message = f"“{name}” is not a parameter; write -p NAME=VALUE."
            raise WrongUse(message)
    names = [name for name, _, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            message = f"the parameter {name} is given {names.count(name)} times; give it one value."
            raise WrongUse(message)
    return {name: value for name, _, value in pairs}


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
@STORE
@click.pass_context
def query_command(
    context: click.Context,
    file: Path | None,
    inline: str | None,
    form: str | None,
    output: Path | None,
    imports: tuple[Path, ...],
    store: str | None,
) -> None:
    """Run SPARQL 1.1 over the graph: from a file, from stdin (-) or from -e.

    The default graph is the union of all named graphs.

    Example: failuregraph query -e "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    """
    from failuregraph.cli.graph import interruptible, say_registries, store_of
    from failuregraph.cli.output import emit, render

    known = shared(context)
    text = _query_text(file, inline)
    project = known.graph(imports, store)
    asked = store_of(project, store)
    with interruptible():
        answer = asked.query(text)
    say_registries(project, asked)
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
