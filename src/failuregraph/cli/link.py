"""The commands that bring registries together: candidates for review, and what a review decided."""

from __future__ import annotations

from pathlib import Path

import click

from failuregraph.cli.root import WITH, shared

__all__ = ["link_command"]


@click.group("link")
def link_command() -> None:
    """Propose links between registries for review, and take what a review decided.

    Nothing is linked or merged by itself.

    Example: failuregraph link propose events --with imports/aiid -o candidates.tsv
    """


@link_command.command("propose")
@click.argument("what", type=click.Choice(["events", "organisations"]))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@WITH
@click.pass_context
def _propose(context: click.Context, what: str, output: Path | None, imports: tuple[Path, ...]) -> None:
    """Write a table of candidates, the best first, each with its score and evidence.

    events: incidents of two registries that may be one event.
    organisations: names of other registries that may be those of a reviewed organisation.
    Write yes or no under “decision” and hand the table to link accept.

    Example: failuregraph link propose organisations --with imports/aiid -o names.tsv
    """
    from failuregraph.cli.graph import whole_graph
    from failuregraph.cli.output import emit
    from failuregraph.cli.progress import bar
    from failuregraph.link.candidates import dump
    from failuregraph.link.events import event_candidates
    from failuregraph.link.organisations import organisation_candidates

    project = shared(context).graph(imports)
    propose = event_candidates if what == "events" else organisation_candidates
    with bar() as progress:
        found = propose(project, whole_graph(project), progress)
    emit(dump(found).encode(), output)
    click.echo(f"{len(found)} candidates; none of them is linked before a review says so.", err=True)


@link_command.command("accept")
@click.argument("table", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--author", required=True, metavar="IRI", help="Who reviewed it: an ORCID, or registry:failure-graph.")
@click.option("--date", required=True, metavar="DATE", help="The day of the review, YYYY-MM-DD.")
@click.option("--by-model", is_flag=True, help="A language model decided, and no person: the links say so.")
@click.pass_context
def _accept(context: click.Context, table: Path, author: str, date: str, by_model: bool) -> None:  # noqa: FBT001 - a flag
    """Write the decisions of a reviewed table into data/ and print the files that changed.

    A pair that was decided, either way, is not proposed again.

    Example: failuregraph link accept candidates.tsv --author registry:failure-graph --date 2026-11-24
    """
    from failuregraph.link.accept import JUSTIFICATIONS, accept

    changed = accept(shared(context).project(writable=True), table, author, date, JUSTIFICATIONS[by_model])
    for path in changed:
        click.echo(str(path))
    click.echo(f"{len(changed)} files changed.", err=True)
