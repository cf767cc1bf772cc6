"""The commands that write what is served as files."""

from __future__ import annotations

from pathlib import Path

import click

from failuregraph.cli.root import WITH, shared

__all__ = ["export_command", "export_site"]

_FOLDER = click.Path(path_type=Path, file_okay=False)
#: After how many files a line is written.
_STEP = 250


@click.group("export")
def export_command() -> None:
    """Write what is served as files.

    Example: failuregraph export site public
    """


@export_command.command("site")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--release", "ready", type=_FOLDER, help="Export this release and build nothing.")
@click.option("-o", "--output", type=_FOLDER, help="The folder of releases; default: build/ in the project.")
@click.option("--live", metavar="URL", help="The service that answers queries; default: the permanent one.")
@click.option(
    "--contact",
    envvar="FAILUREGRAPH_CONTACT",
    default="",
    metavar="ADDRESS",
    help="Where corrections are sent, https or mailto; pages and security.txt name it.",
)
@WITH
@click.pass_context
def export_site(
    context: click.Context,
    directory: Path,
    ready: Path | None,
    output: Path | None,
    live: str | None,
    contact: str,
    imports: tuple[Path, ...],
) -> None:
    """Write the site as files for any host of files, in any folder of it.

    Pages, documents in all formats, feeds and dumps are those of the server.  Links between them are
    relative; searches, SPARQL and questions with other parameters lead to the live service.
    DIRECTORY appears whole or not at all; an earlier export is replaced, other files never.

    Example: failuregraph export site public
    """
    import asyncio

    from failuregraph.build import Release
    from failuregraph.cli.release import built
    from failuregraph.names import BASE
    from failuregraph.serve.app import Service
    from failuregraph.serve.export import export, free_or_refuse, gather
    from failuregraph.serve.settings import Place, Settings, contact_of

    place = Place(live or "", contact=contact_of(contact))
    free_or_refuse(directory)
    project = shared(context).graph(imports)
    release = Release.open(ready) if ready else built(project, output)
    service = Service(release, project, Settings(), place)
    seen = 0

    def told(files: int) -> None:
        nonlocal seen
        if files >= seen + _STEP:
            seen = files - files % _STEP
            click.echo(f"{seen} files …", err=True)

    found = asyncio.run(gather(service, live or BASE, told))
    count = export(found, directory, release.identifier)
    for path, page in sorted(found.broken.items()):
        click.echo(f"{path} is not in this release and leads to the live service (on {page}).", err=True)
    click.echo(f"{count} files of release {release.identifier}", err=True)
    click.echo(str(directory))
