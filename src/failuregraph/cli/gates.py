"""The commands that guard the files: check and fmt."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import click

from failuregraph.cli.root import shared

__all__ = ["check_command", "fmt_command"]

_PATHS = click.Path(path_type=Path)


@click.command("check")
@click.argument("paths", nargs=-1, type=_PATHS)
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="The lowest level that ends with exit code 1.",
)
@click.option("-v", "--verbose", is_flag=True, help="Print each warning and note, not only their number by rule.")
@click.option("--no-cache", is_flag=True, help="Check everything again.")
@click.pass_context
def check_command(
    context: click.Context,
    paths: tuple[Path, ...],
    form: str,
    fail_on: str,
    verbose: bool,  # noqa: FBT001 - click
    no_cache: bool,  # noqa: FBT001 - click
) -> None:
    """Check the project, or the named files and folders: one finding a line, with its remedy.

    The folder of an import is checked by the shapes for imported records.
    Ends with 0 where nothing reaches --fail-on, 1 with findings, 3 where a file cannot be read.

    Example: failuregraph check data/incidents/FI-0351.ttl
    """
    from failuregraph.validate.gates import check
    from failuregraph.validate.report import RENDERERS

    started = time.perf_counter()
    project = shared(context).project(writable=True)
    today = dt.datetime.now(tz=dt.UTC).date()
    report = check(project, paths, cache=not no_cache, today=today, progress=lambda line: click.echo(line, err=True))
    everything = verbose or bool(paths) or fail_on != "error"
    click.echo(RENDERERS[form](report, everything=everything), nl=False)
    for note in report.notes:
        click.echo(note, err=True)
    click.echo(f"Checked in {time.perf_counter() - started:.1f} s.", err=True)
    context.exit(report.exit_code(fail_on))


@click.command("fmt")
@click.argument("paths", nargs=-1, type=_PATHS)
@click.option("--check", "only_check", is_flag=True, help="Change nothing; end with 1 where a file would change.")
@click.pass_context
def fmt_command(context: click.Context, paths: tuple[Path, ...], only_check: bool) -> None:  # noqa: FBT001 - click
    """Write Turtle files in canonical form; without paths, all files of the project.

    Formatting never changes what a file states.

    Example: failuregraph fmt --check data
    """
    from failuregraph.validate.fmt import format_paths

    project = shared(context).project(writable=True)
    changed = format_paths(project, paths, check=only_check)
    for path in changed:
        click.echo(str(path))
    if only_check and changed:
        names = " ".join(str(path) for path in changed[:3]) + (" …" if len(changed) > 3 else "")  # noqa: PLR2004 - three are enough to see
        click.echo(f"{len(changed)} not canonical; run failuregraph fmt {names}", err=True)
        context.exit(1)
