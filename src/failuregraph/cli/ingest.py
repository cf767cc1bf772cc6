"""The command group that brings in files of registries: the index for review, the others as workspaces."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from failuregraph.cli.root import shared
from failuregraph.ingest.registries import REGISTRIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from failuregraph.ingest.registries import Registry
    from failuregraph.ingest.workspace import Outcome

__all__ = ["import_command"]

_FOLDER = click.Path(path_type=Path, file_okay=False)
#: How many refused rows are printed; the report has them all.
_SHOWN = 10


@click.group("import")
def import_command() -> None:
    """Bring in a file of a registry.

    Records of the AI Failure Index become Turtle for review in data/.
    Every other registry becomes a workspace of its own, which ask, query, serve and build take with --with.

    Example: failuregraph import aiid incidents.csv --into imports/aiid
    """


@import_command.command("failureindex")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--into", type=_FOLDER, help="Write here instead of into data/.")
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


def _command(registry: Registry) -> click.Command:
    """Return the command that imports one registry; its flags are those of the table of registries."""

    @click.pass_context
    def run(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click hands over what was given
        flags = frozenset(flag for flag in registry.flags if given.pop(flag.replace("-", "_")))
        context.exit(_import(context, registry, flags=flags, **given))

    options: list[click.Parameter] = [
        click.Argument(["path"], type=click.Path(path_type=Path)),
        click.Option(["--into"], type=_FOLDER, help="The workspace; default: imports/NAME in the project."),
        click.Option(["--date"], metavar="DATE", help="The date of the file, where it states none."),
        click.Option(["--accept-gone"], is_flag=True, help="Take a file that lacks many of the known records."),
        *(click.Option([f"--{flag}"], is_flag=True, help=text) for flag, text in registry.flags.items()),
    ]
    text = (
        f"Import {registry.reads}.\n\nA record that is gone keeps its identifier and is marked withdrawn.\n"
        "A row that cannot be taken is refused with its reason, in report.tsv of the workspace.\n"
        "Ends with 1 where a row was refused or a statement breaks a shape.\n\n"
        f"Example: failuregraph import {registry.name} {registry.example} --into imports/{registry.name}"
    )
    return click.Command(registry.name, callback=run, params=options, help=text, short_help=f"Import {registry.reads}.")


for _registry in REGISTRIES.values():
    import_command.add_command(_command(_registry))


def _import(
    context: click.Context,
    registry: Registry,
    *,
    path: Path,
    into: Path | None,
    date: str | None,
    accept_gone: bool,
    flags: frozenset[str],
) -> int:
    """Import, print the counts, check what was written, and return the exit code."""
    from failuregraph.cli.progress import bar
    from failuregraph.ingest.importing import take

    project = shared(context).project(writable=into is None)
    with bar() as progress:
        outcome = take(
            registry, path, project, into, flags=flags, date=date, accept_gone=accept_gone, progress=progress
        )
    _print(outcome, click.echo)
    if not outcome.written:
        return outcome.exit_code
    from failuregraph.project import Workspace
    from failuregraph.validate.imported import check_import

    click.echo("Checking it against the shapes …", err=True)
    report = check_import(project, Workspace.open(outcome.folder))
    for finding in report.findings[:_SHOWN]:
        click.echo(str(finding), err=True)
    click.echo(f"{report.statements} statements: {len(report.findings)} findings.")
    return max(outcome.exit_code, report.exit_code())


def _print(outcome: Outcome, echo: Callable[..., None]) -> None:
    for note in outcome.notes:
        echo(note, err=True)
    for left in outcome.refused[:_SHOWN]:
        echo(f"refused {left}", err=True)
    if len(outcome.refused) > _SHOWN:
        echo(f"… and {len(outcome.refused) - _SHOWN} more", err=True)
    for table in outcome.tables:
        echo(str(table))
    counts = f"{len(outcome.added)} added, {len(outcome.changed)} changed, {outcome.unchanged} unchanged"
    echo(f"records: {counts}, {len(outcome.gone)} gone")
    remarks = len(outcome.left)
    told = f"; {remarks} remarks in report.tsv" if remarks else ""
    echo(f"{outcome.folder}: {'written' if outcome.written else 'unchanged, nothing was written'}{told}")
