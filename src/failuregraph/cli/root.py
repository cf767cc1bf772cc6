"""The root command, what all commands share, and how errors become one line and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from failuregraph import __version__
from failuregraph.errors import FailureGraphError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from failuregraph.project import Project

__all__ = ["COMMANDS", "STORE", "WITH", "Shared", "root", "run_guarded", "shared"]

#: Every command with the module that holds it and its one-line help, which is shown without loading it.
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "ask": ("ask", "Answer a stored question."),
    "build": ("release", "Build a release: store, dumps and manifest."),
    "check": ("gates", "Check files and say which line to change."),
    "doctor": ("doctor", "Print versions, paths and limits, and what is wrong with them."),
    "export": ("export", "Write the site as files."),
    "fmt": ("gates", "Write Turtle files in canonical form."),
    "import": ("ingest", "Bring in a file of a registry."),
    "leverage": ("mine", "List the control gaps whose closing would break the most paths."),
    "link": ("link", "Propose links between registries, and take what a review decided."),
    "path": ("mine", "Draw the path of one incident."),
    "precedents": ("mine", "Find the incidents that fit a system."),
    "push": ("push", "Load the graph into a store elsewhere."),
    "query": ("ask", "Run SPARQL text over the graph."),
    "serve": ("release", "Build the graph and serve it over HTTP."),
    "show": ("show", "Show one record or thing."),
    "similar": ("mine", "Find the incidents most like one, and say why."),
    "stats": ("show", "Count records by mode, surface and severity."),
    "verify": ("ask", "Run the question of a receipt again and say what differs."),
}


#: The option of every command that takes imported registries along.
WITH: Final = click.option(
    "--with",
    "imports",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Take an imported registry along; repeatable.",
)
#: The option of every command that can ask a store elsewhere instead of the files here.
STORE: Final = click.option("--store", metavar="URL", help="Ask this SPARQL 1.1 endpoint instead of the files here.")


class Shared:
    """What the root options say, handed to every command."""

    def __init__(self, project: Path | None, color: str, *, debug: bool) -> None:
        self._named = project
        self.debug = debug
        self.color = _color(color)

    def project(self, *, writable: bool = False) -> Project:
        """Return the project of ``--project``, else of the working folder, else the one in the package.

        Where files are to be written the packaged graph is no answer, and WrongUse is raised instead.
        """
        from failuregraph.errors import WrongUse
        from failuregraph.project import Project

        if self._named is not None:
            return Project.at(self._named)
        try:
            return Project.find(Path.cwd())
        except WrongUse:
            if writable:
                raise
        bundled = Project.bundled()
        click.echo("Using the graph that ships with the package; --project DIR names another.", err=True)
        return bundled

    def graph(self, folders: Iterable[Path], store: str | None = None) -> Project:
        """Return the project with the imports that its pyproject.toml names and those of ``--with``.

        With a store elsewhere the project has its questions alone: what it imports is no part of the answer.
        """
        project = self.project()
        if store is not None:
            if list(folders):
                from failuregraph.errors import WrongUse

                message = "--with and --store exclude each other: a store elsewhere has what was pushed into it."
                raise WrongUse(message)
            return project
        return project.with_imports([*project.usual_imports(), *folders])


def _color(choice: str) -> bool | None:
    """Return whether to colour: the option, else NO_COLOR and FORCE_COLOR, else None (a terminal decides)."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def shared(context: click.Context) -> Shared:
    """Return what the root options said."""
    found = context.find_object(Shared)
    return found if found is not None else Shared(None, "auto", debug=False)


class _Lazy(click.Group):
    """A group that imports a command when it is called and lists it without importing it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature of click
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"failuregraph.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="FAILUREGRAPH_PROJECT",
    help="The folder with data/, ontology/ and queries/.",
)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.option("--debug", is_flag=True, help="Show a traceback where an error is ours.")
@click.version_option(__version__, prog_name="failuregraph")
@click.pass_context
def root(context: click.Context, project: Path | None, color: str, debug: bool) -> None:  # noqa: FBT001 - click
    """Failure Graph: AI incidents as checked RDF.

    Example: failuregraph show FI-0351
    """
    context.obj = Shared(project, color, debug=debug)
    context.color = context.obj.color


def run_guarded(command: click.Command, arguments: Sequence[str] | None = None) -> int:  # noqa: PLR0911 - one for each kind of end
    """Run a command and return its exit code; an error is one sentence on stderr.

    0 fine, 1 findings, 2 wrong use, 3 unreadable input, 4 network, 5 internal, 130 interrupted.
    """
    debug = "--debug" in (sys.argv if arguments is None else arguments)
    try:
        code = command.main(args=arguments, prog_name="failuregraph", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        return 130
    except FailureGraphError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence turns a fault of ours into exit code 5
        if debug:
            traceback.print_exc()
        click.echo(f"Error: an internal fault ({type(error).__name__}: {error}); run again with --debug.", err=True)
        return 5
    return code if isinstance(code, int) else 0
