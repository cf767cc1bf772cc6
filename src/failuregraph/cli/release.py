"""The commands that make a release and serve it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from failuregraph.cli.root import WITH, shared

if TYPE_CHECKING:
    from failuregraph.build import Release
    from failuregraph.project import Project

__all__ = ["build_command", "serve_command"]

_FOLDER = click.Path(path_type=Path, file_okay=False)


def _build_folder(project: Project, named: Path | None) -> Path:
    """Return where releases go: the named folder, ``build/`` of a checkout, else the user's cache."""
    if named is not None:
        return named
    package = Path(__file__).parents[1]
    if not project.root.is_relative_to(package):
        return project.root / "build"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "failuregraph" / "build"


def _built(project: Project, named: Path | None) -> Release:
    from failuregraph.build import build

    click.echo("Building the release …", err=True)
    return build(project, _build_folder(project, named))


@click.command("build")
@click.option("-o", "--output", type=_FOLDER, help="The folder of releases; default: build/ in the project.")
@WITH
@click.pass_context
def build_command(context: click.Context, output: Path | None, imports: tuple[Path, ...]) -> None:
    """Build a release and print its folder: store, dumps, manifest.

    Two builds of the same files give the same bytes; the finished release becomes “current” at once.
    The dump failuregraph.nq is under CC BY 4.0; an import under another licence has a dump of its own,
    and NOTICE.txt says what each contains.

    Example: failuregraph build -o build
    """
    release = _built(shared(context).graph(imports), output)
    click.echo(str(release.path))


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("-o", "--output", type=_FOLDER, help="The folder of releases; default: build/ in the project.")
@click.option("--release", "ready", type=_FOLDER, help="Serve this release as it is and build nothing.")
@WITH
@click.pass_context
def serve_command(
    context: click.Context,
    host: str,
    port: int,
    output: Path | None,
    ready: Path | None,
    imports: tuple[Path, ...],
) -> None:
    """Build the graph and serve it: SPARQL at /sparql, documents and pages beside it.

    Nothing can be written over HTTP.

    Example: failuregraph serve --port 8000
    """
    from failuregraph.build import Release
    from failuregraph.serve.run import free_or_refuse, run

    free_or_refuse(host, port)
    project = shared(context).graph(imports)
    run(Release.open(ready) if ready else _built(project, output), project, host, port)
