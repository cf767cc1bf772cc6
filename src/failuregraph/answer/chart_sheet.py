"""A table as a chart reads it: which column names the rows, which counts, and how both are put in words.

Imports no drawing library; draws nothing.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph.answer.chart_text import cut, folded, width
from failuregraph.errors import WrongUse
from failuregraph.names import BASE, XSD, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from failuregraph.store import Table, Term

__all__ = [
    "COUNTED",
    "KEPT",
    "MANY",
    "Cell",
    "Sheet",
    "category_column",
    "facet_column",
    "fewer",
    "is_time",
    "is_unknown",
    "label_words",
    "listed",
    "number_of",
    "number_words",
    "numbered",
    "rank_column",
    "row_labels",
    "row_words",
    "sheet_of",
    "size_of",
    "time_text",
    "value_column",
    "value_columns",
    "words",
]

#: More rows than the first number cannot be read; then the second is how many are kept.
MANY, KEPT = 60, 40
#: A line of a label is at most so wide, in pixels, and a label has at most so many lines; its mark says it whole.
LABEL_ROOM, LABEL_LINES, LABEL_SIZE = 320, 4, 12
#: More parts than this are no facets.
_FACETS: Final = 8
_NUMBERS: Final = tuple(XSD + name for name in ("integer", "decimal", "double", "float", "int", "long"))
#: What counts count: a column whose name has one of these words says itself what its numbers are.
COUNTED: Final = frozenset(
    re.findall(
        r"\w+",
        "bits concepts days events gaps hazards incidents mappings namings organisations publishers records registries "
        "sources steps surfaces techniques",
    )
)
#: Columns of numbers that end so put rows in order, and count nothing.
_ORDERS: Final = frozenset(("order", "place", "rank", "year"))
#: Columns that name a row better than any other.
_NAMES: Final[tuple[str, ...]] = ("name", "title")
_UNKNOWN: Final = re.compile(
    r"unknown|undecided|(.+ )?not (known|stated|named|given)|no .+ (known|given|stated)", re.IGNORECASE
)

Cell = str | float


@dataclass(frozen=True)
class Sheet:
    """A table as it is drawn: cells are texts or numbers, an empty cell is not known."""

    columns: tuple[str, ...]
    rows: tuple[dict[str, Cell], ...]
    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    things: tuple[str, ...]
    chosen: dict[str, Any] = field(default_factory=dict)

    def distinct(self, *names: str) -> int:
        """Return how many different combinations of values the columns have."""
        return len({tuple(row[name] for name in names) for row in self.rows})

    def counts(self) -> list[str]:
        """Return the columns that count something, those that name what they count first."""
        numbers = [name for name in self.numbers if name.split("_")[-1] not in _ORDERS]
        named = [name for name in numbers if COUNTED & set(name.split("_")) and not name.startswith("percent")]
        return [*named, *(name for name in numbers if name not in named)]


def sheet_of(table: Table, chosen: dict[str, Any]) -> Sheet:
    """Return a table as it is drawn, with what the header of its question chose."""
    columns = dict(zip(table.columns, zip(*table.rows, strict=True), strict=True))
    bound = {name: [term for term in cells if term is not None] for name, cells in columns.items()}
    numbers = tuple(name for name, terms in bound.items() if terms and all(map(_is_number, terms)))
    things = tuple(name for name, terms in bound.items() if terms and isinstance(terms[0], ox.NamedNode))
    texts = tuple(name for name in table.columns if name not in (*numbers, *things))
    rows = tuple(
        {name: _cell(term, number=name in numbers) for name, term in zip(table.columns, row, strict=True)}
        for row in table.rows
    )
    return Sheet(table.columns, rows, numbers, texts, things, chosen)


def _is_number(term: Term) -> bool:
    return isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS


def _cell(term: Term | None, *, number: bool) -> Cell:
    if term is None:
        return math.nan if number else "not known"
    if isinstance(term, ox.NamedNode):
        return shorten(term.value).rpartition("/")[2].rpartition("#")[2].rpartition(":")[2]
    return float(term.value) if number else " ".join(term.value.split())


def listed(given: object) -> list[str]:
    """Return what a header says under a key as a list: it may name one column, several or none."""
    return [str(each) for each in given] if isinstance(given, list) else [str(given)] if given else []


def value_column(sheet: Sheet, name: str, key: str, *placed: str) -> str:
    """Return the column whose number is drawn."""
    return value_columns(sheet, name, key, *placed)[0]


def value_columns(sheet: Sheet, name: str, key: str, *placed: str) -> list[str]:
    """Return the columns whose numbers are drawn: those that the header names, else the only one that there is.

    ``placed`` are columns that the chart draws otherwise.  Among several none is guessed: a picture of another number
    than the one its title names would be believed.
    """
    given = listed(sheet.chosen.get(key))
    counts = [each for each in sheet.counts() if each not in placed]
    if given or len(counts) == 1:
        return given or counts
    if not counts:
        raise WrongUse(f"{name} has no column that counts, so there is nothing to draw.")
    message = f"{name} has several columns of numbers ({', '.join(counts)}); say in its header which one is drawn:"
    raise WrongUse(f'{message} chart = {{ {key} = "{counts[0]}" }}.')


def category_column(sheet: Sheet, name: str, among: Iterable[str]) -> str:
    """Return the column that names the rows: a name or title, else the text with the most different values."""
    texts = [each for each in among if each != "basis"] or list(among) or list(sheet.things)
    if not texts:
        message = f"{name} has no column of texts to draw beside its numbers."
        raise WrongUse(message)
    given = listed(sheet.chosen.get("y"))
    named = [each for each in _NAMES if each in texts]
    return (given or named or [max(texts, key=sheet.distinct)])[0]


def facet_column(sheet: Sheet, label: str, *others: str) -> str | None:
    """Return the column that splits the chart: the basis always, else one before the label with few values."""
    given = sheet.chosen.get("facet")
    if given or "basis" in sheet.columns:
        return str(given or "basis")
    before = sheet.columns[: sheet.columns.index(label)]
    few = [each for each in before if each in sheet.texts and each not in others and sheet.distinct(each) <= _FACETS]
    return next((each for each in few if sheet.distinct(each) < sheet.distinct(label)), None)


def row_labels(sheet: Sheet, label: str, *placed: str | None) -> list[str]:
    """Return a label for each row, with as many other texts as are needed to tell the rows of one place apart.

    Where the header names several columns for it, a label has them all.  Labels that are too long are cut, and two
    that are the same then have numbers behind them.
    """
    key = [label, *(name for name in placed if name)]
    extra = [name for name in listed(sheet.chosen.get("y")) if name not in key]
    for name in (*sheet.texts, *sheet.things):
        if name not in key and sheet.distinct(*key, *extra, name) > sheet.distinct(*key, *extra):
            extra.append(name)
    labels = [_cut([_brief(row[name]) for name in (label, *extra)]) for row in sheet.rows]
    places = [tuple(row[name] for name in key[1:]) for row in sheet.rows]
    return ["\n".join(folded(each, LABEL_ROOM, LABEL_SIZE)) for each in numbered(labels, places)]


def label_words(sheet: Sheet, label: str) -> str:
    """Return what the labels are called: the column, or all that the header names for them.

    >>> label_words(Sheet((), (), (), (), (), {"y": ["registry", "severity"]}), "registry")
    'Registry · severity'
    """
    named = " · ".join(each.replace("_", " ") for each in listed(sheet.chosen.get("y")) or [label])
    return words(named)


def _brief(cell: Cell) -> str:
    """Return a cell as a part of a label; an address is as short as it can be told apart."""
    return re.sub(r"^https?://", "", str(cell).removeprefix(f"{BASE}scheme/"))


def _cut(parts: list[str]) -> str:
    """Return the parts of a label as one that has room in its lines; the first is cut before what tells it apart."""
    room = (LABEL_LINES - 0.5) * LABEL_ROOM
    tail = "".join(f" · {each}" for each in parts[1:])
    head = cut(parts[0], max(room - width(tail, LABEL_SIZE), room / 3), LABEL_SIZE)
    return cut(head + tail, room, LABEL_SIZE)


def numbered(labels: Iterable[str], places: Iterable[tuple[Cell, ...]]) -> list[str]:
    """Return the labels with a number behind each that another row of the same place has as well."""
    seen: dict[object, int] = {}
    found = []
    for label, place in zip(labels, places, strict=True):
        seen[label, place] = seen.get((label, place), 0) + 1
        number = seen[label, place]
        found.append(label if number == 1 else f"{label} ({number})")
    return found


def rank_column(sheet: Sheet, side: str) -> str | None:
    """Return the column of numbers that is a rank or place of the values of one side, if there is one."""
    ranks = [name for name in sheet.numbers if name.split("_")[-1] in _ORDERS]
    return next((name for name in ranks if sheet.distinct(side, name) == sheet.distinct(side)), None)


def is_time(sheet: Sheet, name: str) -> bool:
    """Say whether a column holds years, quarters or months."""
    values = [time_text(row[name]) for row in sheet.rows]
    known = [each for each in values if not is_unknown(each)]
    return bool(known) and all(re.fullmatch(r"[12]\d{3}(-(Q[1-4]|\d{2}))?", each) for each in known)


def time_text(cell: Cell) -> str:
    """Return a year, a quarter or a month as text."""
    return cell if isinstance(cell, str) else f"{cell:.0f}"


def words(column: str, unit: str = "") -> str:
    """Return a column name as words, with the unit behind it where the name does not say it.

    >>> words("confirmed_events"), words("falls", "events")
    ('Confirmed events', 'Falls (events)')
    """
    words = column.replace("_", " ")
    return words[:1].upper() + words[1:] + (f" ({unit})" if unit and unit not in words else "")


def number_words(value: float) -> str:
    """Return a number as people read it: whole where it is, with commas; a missing one as words."""
    if math.isnan(value):
        return "not known"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.3f}".rstrip("0")


def row_words(row: dict[str, Cell]) -> str:
    """Return a whole row as words, for those who hear the chart, and for labels that are cut."""
    return "; ".join(f"{words(name)}: {v if isinstance(v, str) else number_words(v)}" for name, v in row.items())


def is_unknown(*texts: Cell) -> bool:
    """Say whether one of the texts stands for what is not known."""
    heads = [re.sub(r"( · .*| \(\d+\))$", "", " ".join(text.split())) for text in texts if isinstance(text, str)]
    return any(_UNKNOWN.fullmatch(head) for head in heads)


def fewer(sheet: Sheet, value: str, label: str, notes: list[str]) -> Sheet:
    """Return the largest rows where there are too many to read, and what is not known; say so in the notes."""
    if len(sheet.rows) <= MANY:
        return sheet
    places = range(len(sheet.rows))
    unknown = [place for place in places if is_unknown(sheet.rows[place][label])][:KEPT]
    known = sorted(set(places) - set(unknown), key=lambda place: (-size_of(sheet.rows[place][value]), place))
    kept = sorted([*unknown, *known[: KEPT - len(unknown)]])
    notes.append(f"Shown are the {len(kept)} largest of {len(sheet.rows)} rows, by {words(value).lower()}.")
    rows = tuple(sheet.rows[place] for place in kept)
    return replace(sheet, rows=rows)


def number_of(cell: Cell) -> float:
    """Return the number of a cell; what is no number is a missing one."""
    return cell if isinstance(cell, float) else math.nan


def size_of(cell: Cell) -> float:
    """Return how large a cell is drawn: a missing number has no size."""
    return 0.0 if math.isnan(number_of(cell)) else number_of(cell)
