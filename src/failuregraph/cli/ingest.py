"""The command group that turns a file of a registry into Turtle for review."""

from __future__ import annotations

from pathlib import Path

import click

from failuregraph.cli.root import shared

__all__ = ["import_command"]


@click.group("import")
def import_command() -> None:
    """Turn a file of a registry into Turtle for review.

    Example: failuregraph import failureindex records.json
    """


@import_command.command("failureindex")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Write here instead of into data/.")
@click.option("--overwrite", is_flag=True, help="Replace what the index says differently; other edits are kept.")
@click.pass_context
def _failureindex(context: click.Context, file: Path, into: Path | None, overwrite: bool) -> None:  # noqa: FBT001 - click
    """Import records of the AI Failure Index from its JSON.

    A record that differs from its file is left alone and listed, unless --overwrite is given.
    A bad row is refused with its reason, and the others go on.
    Ends with 1 where a row was refused or a record was left alone.

    Example: failuregraph import failureindex records.json --into review
    """
    from failuregraph.ingest.failureindex import import_file

    project = shared(context).project(writable=into is None)
    report = import_file(file, project, into, overwrite=overwrite)
    click.echo(str(report))
    context.exit(report.exit_code)
