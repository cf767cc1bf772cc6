"""The commands that make a release and serve it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from failuregraph.cli.root import WITH, shared
from failuregraph.errors import WrongUse

if TYPE_CHECKING:
    from failuregraph.build import Release
    from failuregraph.project import Project

__all__ = ["build_command", "built", "serve_command"]

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


def built(project: Project, named: Path | None) -> Release:
    """Build a release into the named folder, or where releases go, and return it."""
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
    release = built(shared(context).graph(imports), output)
    click.echo(str(release.path))


@click.command("serve")
@click.option("--bind", "--host", "host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("-o", "--output", type=_FOLDER, help="The folder of releases; default: build/ in the project.")
@click.option(
    "--release",
    "ready",
    type=_FOLDER,
    help="Serve this release and build nothing; a link to it is followed when it changes.",
)
@click.option("--workers", type=click.IntRange(1), help="How many queries run at once; the same as --limit workers=N.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", help="Change a limit of doctor; repeatable.")
@click.option("--public-url", default="", metavar="URL", help="The address under which others see the server.")
@click.option(
    "--contact",
    envvar="FAILUREGRAPH_CONTACT",
    default="",
    metavar="ADDRESS",
    help="Where corrections and weaknesses are sent, https or mailto; pages and security.txt name it.",
)
@click.option("--root-path", default="", metavar="PATH", help="The path below which a proxy shows the server.")
@click.option("--proxy", default="", metavar="ADDRESS", help="Believe X-Forwarded-For of these proxies, with commas.")
@click.option("--metrics", is_flag=True, help="Answer /metrics with counts for Prometheus.")
@click.option("--quiet", is_flag=True, help="Write no line for each request.")
@WITH
@click.pass_context
def serve_command(
    context: click.Context,
    host: str,
    port: int,
    output: Path | None,
    ready: Path | None,
    workers: int | None,
    limits: tuple[str, ...],
    public_url: str,
    contact: str,
    root_path: str,
    proxy: str,
    metrics: bool,  # noqa: FBT001 - click
    quiet: bool,  # noqa: FBT001 - click
    imports: tuple[Path, ...],
) -> None:
    """Build the graph and serve it: SPARQL at /sparql, documents and pages beside it.

    Nothing can be written over HTTP.  A release that is built later into the same folder takes over
    without a lost answer.  Each request is one line of JSON on standard error.

    Example: failuregraph serve --port 8000 --limit deadline=5
    """
    from failuregraph.build import Release
    from failuregraph.serve.front import Front
    from failuregraph.serve.record import Log
    from failuregraph.serve.run import free_or_refuse, run
    from failuregraph.serve.settings import Place, changed, contact_of

    given = [*limits, *([f"workers={workers}"] if workers else [])]
    settings = changed(given)
    place = Place(public_url, _root(root_path), contact_of(contact))
    free_or_refuse(host, port)
    project = shared(context).graph(imports)
    release = Release.open(ready) if ready else built(project, output)
    watched = _build_folder(project, output) / "current" if ready is None else ready if ready.is_symlink() else None
    log = None if quiet else Log()
    front = Front(release, project, settings, place, watched=watched, log=log, metrics=metrics)
    if place.public and not place.contact:
        click.echo("No contact is set, so pages cannot say where corrections are sent; see --contact.", err=True)
    click.echo(f"Serving release {release.identifier} at http://{host}:{port}{place.root}/ (Ctrl-C stops it)", err=True)
    run(front, host, port, root=place.root, proxies=proxy)


def _root(path: str) -> str:
    """Return a root path with one slash before it and none behind; raises WrongUse for one that is no path."""
    if any(sign in path for sign in '?#\\ "<>') or "//" in path:
        message = f"--root-path “{path}” is no path; write one such as /graph."
        raise WrongUse(message)
    return f"/{path.strip('/')}" if path.strip("/") else ""
