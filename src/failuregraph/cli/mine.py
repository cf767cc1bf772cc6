"""The commands that mine paths: one path, control leverage, similar incidents, precedents for a system."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

import click

from failuregraph.cli.root import STORE, WITH, shared

__all__ = ["leverage_command", "path_command", "precedents_command", "similar_command"]

_FORMATS: Final = click.Choice(["table", "csv", "tsv", "json", "xml", "jsonl", "md"])
_DRAWN: Final = click.option("--format", "form", type=_FORMATS, help="A table instead of the drawing.")
_OUTPUT: Final = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file."
)
_IN_A_PIPE: Final = 100


def _width() -> int:
    """Return how wide a drawing is: as the terminal, and always the same in a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _IN_A_PIPE


@click.command("path")
@click.argument("thing", metavar="ID")
@_DRAWN
@_OUTPUT
@WITH
@click.pass_context
def path_command(
    context: click.Context, thing: str, form: str | None, output: Path | None, imports: tuple[Path, ...]
) -> None:
    """Draw the path of one incident: what was observed, or the profile of its failure mode, marked as such.

    ID is an identifier, a prefixed name or an IRI; with --with, those of imported registries too.
    Only of an observed path can a step be missing.

    Example: failuregraph path FI-0351
    """
    from failuregraph.answer.paths import draw_paths, paths_of, table_of_paths
    from failuregraph.cli.graph import interruptible, say_registries, whole_graph
    from failuregraph.cli.output import emit, render

    known = shared(context)
    project = known.graph(imports)
    store = whole_graph(project)
    with interruptible():
        found = paths_of(project, store, thing)
    say_registries(project, store)
    drawn = render(table_of_paths(found), form, color=known.color) if form else draw_paths(found, _width()).encode()
    emit(drawn, output)


@click.command("leverage")
@click.option("--min-severity", default="high", show_default=True, metavar="NAME", help="Count events from here up.")
@click.option("--surface", metavar="NAME", help="Count events of this AI surface, or of a part of it.")
@click.option("--format", "form", type=_FORMATS, help="Default: a table on a terminal, CSV in a pipe.")
@_OUTPUT
@WITH
@click.pass_context
def leverage_command(
    context: click.Context,
    min_severity: str,
    surface: str | None,
    form: str | None,
    output: Path | None,
    imports: tuple[Path, ...],
) -> None:
    """List the control gaps whose closing would break the most paths, each with the events that it adds.

    A greedy cover for observed paths, and one for profiles; the two are never added up.
    Events are counted, so that two records of one count once.

    Example: failuregraph leverage --min-severity catastrophic
    """
    from failuregraph.answer.cover import leverage, remarks, table_of_leverage
    from failuregraph.cli.graph import interruptible, say_registries, whole_graph
    from failuregraph.cli.output import emit, render

    known = shared(context)
    project = known.graph(imports)
    store = whole_graph(project)
    with interruptible():
        found = leverage(project, store, min_severity, surface)
    say_registries(project, store)
    emit(render(table_of_leverage(found), form, color=known.color), output)
    for line in remarks(found):
        click.echo(line, err=True)


@click.command("similar")
@click.argument("thing", metavar="ID")
@click.option("--most", type=click.IntRange(min=1), default=10, show_default=True, help="List at most so many events.")
@_DRAWN
@_OUTPUT
@WITH
@STORE
@click.pass_context
def similar_command(
    context: click.Context,
    thing: str,
    most: int,
    form: str | None,
    output: Path | None,
    imports: tuple[Path, ...],
    store: str | None,
) -> None:
    """Find the incidents most like one, and say why: the concepts that they share, and how rare each is, in bits.

    Other records of the same event are left out.  The closest one on another AI surface stands apart.

    Example: failuregraph similar FI-0351 --most 3
    """
    from failuregraph.answer.similar import draw_similar, similar, table_of_similar
    from failuregraph.cli.graph import interruptible, say_registries, store_of
    from failuregraph.cli.output import emit, render

    known = shared(context)
    project = known.graph(imports, store)
    asked = store_of(project, store)
    with interruptible():
        found = similar(project, asked, thing, most)
    say_registries(project, asked)
    drawn = render(table_of_similar(found), form, color=known.color) if form else draw_similar(found, _width()).encode()
    emit(drawn, output)


@click.command("precedents")
@click.option("--surface", multiple=True, metavar="NAME", help="An AI surface or a wing; repeatable.")
@click.option("--mode", multiple=True, metavar="NAME", help="A failure mode; repeatable.")
@click.option("--sector", multiple=True, metavar="NAME", help="A line of business; repeatable.")
@click.option(
    "--bom",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A bill of materials: CycloneDX or SPDX, in JSON.",
)
@click.option("--least", type=click.IntRange(min=1), default=1, show_default=True, help="How much must fit.")
@click.option(
    "--most", type=click.IntRange(min=1), default=20, show_default=True, help="Draw at most so many incidents."
)
@_DRAWN
@_OUTPUT
@WITH
@click.pass_context
def precedents_command(
    context: click.Context,
    surface: tuple[str, ...],
    mode: tuple[str, ...],
    sector: tuple[str, ...],
    bom: Path | None,
    least: int,
    most: int,
    form: str | None,
    output: Path | None,
    imports: tuple[Path, ...],
) -> None:
    """Find the incidents that fit a system, the control gaps in them, and the questions to put to its vendor.

    Names of a bill of materials are compared with those of organisations and systems, exactly but for case and
    legal form; the file is read on this machine and sent nowhere.  Hazards are left out.

    Example: failuregraph precedents --surface chatbot --mode hallucination --least 2
    """
    from failuregraph.answer.precedents import draw_precedents, precedents, remarks, table_of_precedents
    from failuregraph.cli.graph import interruptible, say_registries, whole_graph
    from failuregraph.cli.output import emit, render

    known = shared(context)
    project = known.graph(imports)
    store = whole_graph(project)
    with interruptible():
        found = precedents(project, store, {"surface": surface, "mode": mode, "sector": sector}, bom, least)
    say_registries(project, store)
    drawn = draw_precedents(found, most, _width()).encode()
    emit(render(table_of_precedents(found), form, color=known.color) if form else drawn, output)
    for line in remarks(found):
        click.echo(line, err=True)
