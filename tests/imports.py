"""What the tests of importers share: the fixtures, an import into a folder, and what it says of a subject."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from failuregraph.ingest.importing import take
from failuregraph.ingest.registries import REGISTRIES
from failuregraph.ingest.workspace import Outcome
from failuregraph.names import BASE, NAMESPACES, shorten
from failuregraph.project import Project, Workspace
from failuregraph.validate.imported import check_import

FIXTURES = Path(__file__).parent / "data" / "registries"


@dataclass(frozen=True)
class Imported:
    """An import that was written: what happened, and its statements."""

    outcome: Outcome
    store: ox.Store

    def said(self, subject: str, predicate: str) -> set[str]:
        """Return what is said of a subject, named under the base IRI: texts as they are, names with their prefix."""
        prefix, local = predicate.split(":")
        pattern = (ox.NamedNode(BASE + subject), ox.NamedNode(NAMESPACES[prefix] + local), None, None)
        return {_short(quad.object) for quad in self.store.quads_for_pattern(*pattern)}

    def count(self, predicate: str) -> int:
        """Return how many statements have the predicate."""
        prefix, local = predicate.split(":")
        return sum(1 for _ in self.store.quads_for_pattern(None, ox.NamedNode(NAMESPACES[prefix] + local), None, None))

    def table(self, file: str) -> tuple[int, int, int, int]:
        """Return rows read, taken, left out and refused of a table."""
        (found,) = (each for each in self.outcome.tables if each.file == file)
        return found.read, found.taken, found.left_out, found.refused

    def told(self, text: str) -> list[tuple[str, int, str, str]]:
        """Return file, row, column and key of the remarks whose reason has the text."""
        return [(each.file, each.row, each.column, each.key) for each in self.outcome.left if text in each.reason]

    @property
    def text(self) -> str:
        """The whole graph as it was written."""
        return (self.outcome.folder / Workspace.GRAPH_FILE).read_text(encoding="utf-8")


def _short(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return term.value.removeprefix(BASE) if "/record/" in term.value else shorten(term.value)
    assert isinstance(term, ox.Literal)
    return term.value


def imported(  # noqa: PLR0913 - as many as an import has
    registry: str,
    path: Path,
    project: Project,
    folder: Path,
    *,
    flags: frozenset[str] = frozenset(),
    date: str | None = None,
    accept_gone: bool = False,
) -> Imported:
    """Import a file into a folder and return what was written."""
    outcome = take(REGISTRIES[registry], path, project, folder, flags=flags, date=date, accept_gone=accept_gone)
    store = ox.Store()
    store.load(path=str(folder / Workspace.GRAPH_FILE), format=ox.RdfFormat.N_QUADS)
    return Imported(outcome, store)


def balances(outcome: Outcome) -> bool:
    """Say whether each table's rows are those taken, left out and refused."""
    return all(each.read == each.taken + each.left_out + each.refused for each in outcome.tables)


def findings(project: Project, folder: Path) -> list[str]:
    """Return what the gates find in an import, one line each."""
    return [str(finding) for finding in check_import(project, Workspace.open(folder)).findings]


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by name."""
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir())}


def edit(path: Path, row: int, column: str, value: str) -> None:
    """Change one cell of a table; rows count from 1 below the header."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    rows[row][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
