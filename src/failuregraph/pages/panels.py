"""A stored question as a part of a page: its answer, with the addresses of query, download and receipt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pyoxigraph as ox

from failuregraph.pages.document import Link, link_to
from failuregraph.store import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from failuregraph.pages.site import Site
    from failuregraph.query import QueryFile
    from failuregraph.store import Term

__all__ = ["Cell", "Grid", "Panel", "grid", "panel"]


#: A text of more characters than these is set wide, so that it does not become a column of single words.
_LONG: Final = 40


@dataclass(frozen=True)
class Cell(Link):
    """A cell of a table; numbers stand to the right."""

    number: bool = False


@dataclass(frozen=True)
class Grid:
    """A table as a page shows it; ``kinds`` says of each column how wide it is set: number, text, or neither."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kinds: tuple[str, ...]


def grid(table: Table, labels: Mapping[str, str], names: Mapping[str, str] | None = None) -> Grid:
    """Return a table with labels in the place of IRIs; ``names`` says how columns are called."""
    called = names or {}
    rows = tuple(tuple(_cell(term, labels) for term in row) for row in table.rows)
    kinds = tuple(_kind([row[place] for row in rows]) for place in range(len(table.columns)))
    return Grid(tuple(called.get(name, _words(name)) for name in table.columns), rows, kinds)


def _kind(cells: Sequence[Cell]) -> str:
    """Return what a column holds: numbers alone, texts of which one is long, or neither."""
    told = [cell for cell in cells if cell.text]
    if told and all(cell.number for cell in told):
        return "number"
    return "text" if any(len(cell.text) > _LONG for cell in told) else ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def _cell(term: Term | None, labels: Mapping[str, str]) -> Cell:
    if term is None:
        return Cell("")
    found = link_to(term, labels)
    kind = getattr(getattr(term, "datatype", None), "value", "")
    return Cell(found.text, found.href, kind.endswith(("#integer", "#decimal", "#double")))


@dataclass(frozen=True)
class Panel:
    """A question and its answer; ``address`` is its page with the same parameters, ``suffix`` their text.

    ``only`` says which rows of the answer are shown, where not all are.
    """

    name: str
    title: str
    question: str
    description: str
    grid: Grid
    empty: str
    suffix: str
    only: str = ""

    @property
    def address(self) -> str:
        """The path of the page of the question with these parameters."""
        return f"/questions/{self.name}" + (f"?{self.suffix}" if self.suffix else "")

    def form(self, name: str) -> str:
        """Return the path of the answer in a format, or of its receipt."""
        return f"/questions/{self.name}.{name}" + (f"?{self.suffix}" if self.suffix else "")


def panel(  # noqa: PLR0913 - each is one choice of the page
    site: Site,
    name: str,
    given: Mapping[str, str] | None = None,
    *,
    title: str = "",
    without: Sequence[str] = (),
    only: Mapping[str, str] | None = None,
) -> Panel:
    """Return the panel of a stored question; ``without`` names columns that the page itself says.

    ``only`` keeps the rows that have a thing, by its IRI or its label, in one of the columns named, and leaves out
    a column that then says the same in every row.  Raises WrongUse for a parameter that the question has not,
    KeyError for a question that is not there, ValueError for such a column.
    """
    query = site.questions[name]
    table = site.answer(name, given or {})
    if only is None:
        return _panel(query, given or {}, grid(table.without(without), site.labels), title)
    kept = _kept(table, only, site.labels)
    said = ", ".join(sorted({site.labels.get(iri, iri) for iri in only.values()}))
    sentence = (
        f"Of {len(table.rows)} rows of the answer, those of “{said}”; the downloads and the receipt hold all rows."
    )
    same = [name for name in only if len(only) == 1]
    shown = grid(kept.without([*without, *same]), site.labels)
    return replace(_panel(query, given or {}, shown, title), only=sentence)


def _kept(table: Table, only: Mapping[str, str], labels: Mapping[str, str]) -> Table:
    """Return the rows of a table that have one of the things in its column."""
    wanted = [(table.columns.index(column), iri, labels.get(iri)) for column, iri in only.items()]
    rows = tuple(row for row in table.rows if any(_is(row[place], iri, label) for place, iri, label in wanted))
    return Table(table.columns, rows)


def _is(term: Term | None, iri: str, label: str | None) -> bool:
    """Say whether a cell is a thing: its IRI, or its label where the question writes labels."""
    if isinstance(term, ox.NamedNode):
        return term.value == iri
    return isinstance(term, ox.Literal) and term.value == label


def _panel(query: QueryFile, given: Mapping[str, str], shown: Grid, title: str) -> Panel:
    empty = "" if shown.rows else query.said("empty")
    said = query.said
    return Panel(
        query.name,
        title or said("title"),
        said("question"),
        said("description").strip(),
        shown,
        empty,
        urlencode(sorted(given.items())),
    )
