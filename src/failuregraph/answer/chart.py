"""Charts of answers, drawn by Vega-Lite: bars, matrices, lines and timelines, each row of the table one mark.

What a chart must never do: hide what is not known, add observed and profile steps, or leave out rows in silence.
The header of a question says by ``view`` what is drawn, and may say by ``chart`` from which columns: a table with
``x``, ``y``, ``color``, ``facet`` (names of columns) and ``unit`` (what the number counts).
Imports vl_convert inside the function that draws: it is large, and only charts need it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import textwrap
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

import pyoxigraph as ox

from failuregraph.errors import WrongUse
from failuregraph.names import XSD, shorten
from failuregraph.query import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from failuregraph.query import QueryFile
    from failuregraph.store import Table, Term

__all__ = ["KINDS", "chart"]

#: The views that are drawn; the others are tables, or graphs that have formats of their own.
KINDS: Final = ("bar", "line", "matrix", "timeline")

_VERSION: Final = "6.4"
_MANY, _KEPT, _FACETS, _SERIES, _PALE = 60, 40, 8, 7, 0.55
_MOST_LABEL: Final = 280
#: Three years in milliseconds: a shorter axis of time is labelled by days.
_YEARS: Final = 3 * 365 * 86_400_000
#: The palette of Okabe and Ito, which people with any kind of colour vision can tell apart, without its yellow.
_PALETTE: Final = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")
_GREY: Final = "#8C8C8C"
_BASIS: Final = {"observed": _PALETTE[0], "profile": _PALETTE[1]}
_NUMBERS: Final = tuple(XSD + name for name in ("integer", "decimal", "double", "float", "int", "long"))
_COUNTED: Final = frozenset(
    re.findall(
        r"\w+",
        "bits concepts days events gaps hazards incidents mappings namings organisations publishers records registries "
        "sources steps surfaces techniques",
    )
)
_ORDERS: Final = frozenset(("order", "place", "rank", "year"))
_NAMES: Final[tuple[str, ...]] = ("name", "title")
_UNKNOWN: Final = re.compile(
    r"unknown|undecided|(.+ )?not (known|stated|named|given)|no .+ (known|given|stated)", re.IGNORECASE
)
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_KEYS: Final = ("x", "y", "color", "facet", "unit")

Cell = str | float
Spec = dict[str, Any]


@dataclass(frozen=True)
class _Sheet:
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
        named = [name for name in numbers if _COUNTED & set(name.split("_")) and not name.startswith("percent")]
        return [*named, *(name for name in numbers if name not in named)]


@dataclass
class _Drawing:
    """What is drawn, and what must be said beside it."""

    body: Spec
    notes: list[str] = field(default_factory=list)


def chart(question: QueryFile, table: Table, source: str) -> str:
    """Return the chart of an answer as SVG text; the same table gives the same text.

    ``source`` is the line at the bottom: registries, release and licence.  Raises WrongUse for a question whose view
    is no chart, for an answer that has no rows or no column to draw, and where vl-convert-python is missing.
    """
    kind = question.said("view")
    if kind not in KINDS:
        message = f"{question.name} is a {kind}, which is not drawn; a chart is one of {', '.join(KINDS)}."
        message += " Formats for all questions are table, csv, tsv, json, xml, jsonl and md."
        raise WrongUse(message)
    if not table.rows:
        message = f"{question.name} has no rows, so there is nothing to draw: {question.said('empty')}"
        raise WrongUse(message)
    sheet = _sheet(table, _chosen(question, table))
    return _drawn(_framed(question, _MAKERS[kind](sheet, question.name), source), question)


def _chosen(question: QueryFile, table: Table) -> dict[str, Any]:
    """Return what the header says about the chart, or raise WrongUse for a name that it cannot mean."""
    given = dict(question.header.get("chart", {}))
    for key, value in given.items():
        names = [] if key == "unit" else value if isinstance(value, list) else [value]
        wrong = [name for name in names if name not in table.columns]
        if key not in _KEYS:
            raise WrongUse(
                f"{question.name} has “{key}” in its chart{nearest(key, _KEYS)}; known are {', '.join(_KEYS)}."
            )
        if wrong:
            raise WrongUse(f"{question.name} has no column “{wrong[0]}” to draw{nearest(wrong[0], table.columns)}.")
    return given


def _sheet(table: Table, chosen: dict[str, Any]) -> _Sheet:
    columns = dict(zip(table.columns, zip(*table.rows, strict=True), strict=True))
    bound = {name: [term for term in cells if term is not None] for name, cells in columns.items()}
    numbers = tuple(name for name, terms in bound.items() if terms and all(map(_is_number, terms)))
    things = tuple(name for name, terms in bound.items() if terms and isinstance(terms[0], ox.NamedNode))
    texts = tuple(name for name in table.columns if name not in (*numbers, *things))
    rows = tuple(
        {name: _cell(term, number=name in numbers) for name, term in zip(table.columns, row, strict=True)}
        for row in table.rows
    )
    return _Sheet(table.columns, rows, numbers, texts, things, chosen)


def _is_number(term: Term) -> bool:
    return isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS


def _cell(term: Term | None, *, number: bool) -> Cell:
    if term is None:
        return math.nan if number else "not known"
    if isinstance(term, ox.NamedNode):
        return shorten(term.value).rpartition("/")[2].rpartition("#")[2].rpartition(":")[2]
    return float(term.value) if number else " ".join(term.value.split())


# --- Which column is what ---


def _value(sheet: _Sheet, name: str, key: str) -> str:
    """Return the column whose number is drawn."""
    given = sheet.chosen.get(key)
    if given or sheet.counts():
        return str(given or sheet.counts()[0])
    message = f"{name} has no column that counts, so there is nothing to draw."
    raise WrongUse(message)


def _category(sheet: _Sheet, name: str, among: Iterable[str]) -> str:
    """Return the column that names the rows: a name or title, else the text with the most different values."""
    texts = [each for each in among if each != "basis"] or list(among) or list(sheet.things)
    if not texts:
        message = f"{name} has no column of texts to draw beside its numbers."
        raise WrongUse(message)
    given = sheet.chosen.get("y")
    named = [each for each in _NAMES if each in texts]
    return str(given or (named or [max(texts, key=sheet.distinct)])[0])


def _facet(sheet: _Sheet, label: str, *others: str) -> str | None:
    """Return the column that splits the chart: the basis always, else one before the label with few values."""
    given = sheet.chosen.get("facet")
    if given or "basis" in sheet.columns:
        return str(given or "basis")
    before = sheet.columns[: sheet.columns.index(label)]
    few = [each for each in before if each in sheet.texts and each not in others and sheet.distinct(each) <= _FACETS]
    return next((each for each in few if sheet.distinct(each) < sheet.distinct(label)), None)


def _labels(sheet: _Sheet, label: str, *placed: str | None) -> list[str]:
    """Return a label for each row, with as many other texts as are needed to tell the rows of one place apart."""
    key = [label, *(name for name in placed if name)]
    extra: list[str] = []
    for name in (*sheet.texts, *sheet.things):
        if name not in key and sheet.distinct(*key, *extra, name) > sheet.distinct(*key, *extra):
            extra.append(name)
    labels = [" · ".join(str(row[name]) for name in (label, *extra)) for row in sheet.rows]
    return _numbered(labels, [tuple(row[name] for name in key[1:]) for row in sheet.rows])


def _numbered(labels: list[str], places: list[tuple[Cell, ...]]) -> list[str]:
    """Return the labels with a number behind each that another row of the same place has as well."""
    seen: dict[object, int] = {}
    found = []
    for label, place in zip(labels, places, strict=True):
        seen[label, place] = seen.get((label, place), 0) + 1
        number = seen[label, place]
        found.append(label if number == 1 else f"{label} ({number})")
    return found


# --- Words ---


def _words(column: str, unit: str = "") -> str:
    """Return a column name as words, with the unit behind it where the name does not say it.

    >>> _words("confirmed_events"), _words("falls", "events")
    ('Confirmed events', 'Falls (events)')
    """
    words = column.replace("_", " ")
    return words[:1].upper() + words[1:] + (f" ({unit})" if unit and unit not in words else "")


def _shown(value: float) -> str:
    """Return a number as people read it: whole where it is, with commas; a missing one as words."""
    if math.isnan(value):
        return "not known"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.3f}".rstrip("0")


def _said(row: dict[str, Cell]) -> str:
    """Return a whole row as words, for those who hear the chart, and for labels that are cut."""
    return "; ".join(f"{_words(name)}: {v if isinstance(v, str) else _shown(v)}" for name, v in row.items())


def _is_unknown(*texts: Cell) -> bool:
    heads = [re.sub(r"( · .*| \(\d+\))$", "", text) for text in texts if isinstance(text, str)]
    return any(_UNKNOWN.fullmatch(head) for head in heads)


def _fewer(sheet: _Sheet, value: str, label: str, notes: list[str]) -> _Sheet:
    """Return the largest rows where there are too many to read, and what is not known; say so in the notes."""
    if len(sheet.rows) <= _MANY:
        return sheet
    places = range(len(sheet.rows))
    unknown = [place for place in places if _is_unknown(sheet.rows[place][label])][:_KEPT]
    known = sorted(set(places) - set(unknown), key=lambda place: (-_size(sheet.rows[place][value]), place))
    kept = sorted([*unknown, *known[: _KEPT - len(unknown)]])
    notes.append(f"Shown are the {len(kept)} largest of {len(sheet.rows)} rows, by {_words(value).lower()}.")
    rows = tuple(sheet.rows[place] for place in kept)
    return replace(sheet, rows=rows)


def _number(cell: Cell) -> float:
    """Return the number of a cell; what is no number is a missing one."""
    return cell if isinstance(cell, float) else math.nan


def _size(cell: Cell) -> float:
    """Return how large a cell is drawn: a missing number has no size."""
    return 0.0 if math.isnan(_number(cell)) else _number(cell)


# --- Bars ---


def _bar(sheet: _Sheet, name: str) -> _Drawing:
    value = _value(sheet, name, "x")
    label = _category(sheet, name, [each for each in sheet.texts if each != sheet.chosen.get("color")])
    notes: list[str] = []
    sheet = _fewer(sheet, value, label, notes)
    facet = _facet(sheet, label)
    rows = _bar_rows(sheet, value, label, facet, notes)
    limit = max((row["shown"] for row in rows), default=0) or 1
    x = _axis("shown", "quantitative", _words(value, sheet.chosen.get("unit", "")))
    x |= {"scale": {"domain": [0, limit * 1.15], "nice": False}, "stack": None}
    x["axis"] |= {"tickMinStep": 1, "tickCount": 6, "format": ",~f"}
    y = _axis("label", "nominal", _words(label), sort=None, labelLimit=_MOST_LABEL)
    shared = {"x": x, "y": y, "description": {"field": "said"}}
    bars = {"mark": {"type": "bar", "height": {"band": 0.75}}, "encoding": {**shared, "color": _colours(rows, sheet)}}
    texts = {
        "mark": {"type": "text", "align": "left", "dx": 4, "aria": False},
        "encoding": {**shared, "text": {"field": "text"}},
    }
    unit = {"width": 480, "height": {"step": 22}, "layer": [bars, texts]}
    return _Drawing(_faceted(rows, unit, facet, {"scale": {"y": "independent"}}), notes)


def _bar_rows(sheet: _Sheet, value: str, label: str, facet: str | None, notes: list[str]) -> list[dict[str, Any]]:
    known = [_size(row[value]) for row in sheet.rows if not _is_unknown(row[label])]
    most = max(known, default=0.0)
    cut = 1.12 * most if most else math.inf
    color = sheet.chosen.get("color")
    rows: list[dict[str, Any]] = []
    for row, text in zip(sheet.rows, _labels(sheet, label, facet), strict=True):
        size, unknown = _size(row[value]), _is_unknown(row[label])
        over = unknown and size > 2 * most and size > cut
        tone = str(row[color]) if color else "not known" if unknown else str(row.get("basis", "known"))
        said = _shown(_number(row[value]))
        rows.append(
            {
                "label": text,
                "shown": cut if over else size,
                "text": f"{said} (bar cut)" if over else said,
                "facet": f"{_words(facet)}: {row[facet]}" if facet else "",
                "tone": tone,
                "said": _said(row),
            }
        )
    if any(row["text"].endswith("(bar cut)") for row in rows):
        notes.append("The bar of what is not known is longer than shown: it is cut, its number is not.")
    return rows


def _colours(rows: list[dict[str, Any]], sheet: _Sheet) -> Spec:
    """Return the colours of the tones: fixed for a basis and for what is not known, else those of the palette."""
    tones = list(dict.fromkeys(row["tone"] for row in rows))
    free = [tone for tone in tones if not _is_unknown(tone) and tone not in _BASIS]
    fixed = {tone: _PALETTE[place % len(_PALETTE)] for place, tone in enumerate(free)} | _BASIS
    scale = {"domain": tones, "range": [fixed.get(tone, _GREY) for tone in tones]}
    color = sheet.chosen.get("color")
    legend = {"title": _words(color), "labelLimit": _MOST_LABEL} if color else None
    return {"field": "tone", "type": "nominal", "scale": scale, "legend": legend}


# --- Matrices ---


def _matrix(sheet: _Sheet, name: str) -> _Drawing:
    notes: list[str] = []
    wide = [each for each in sheet.counts() if not _COUNTED & set(each.split("_")) and not each.startswith("percent")]
    if len(wide) >= 3 and "x" not in sheet.chosen:  # noqa: PLR2004 - three columns of numbers are a matrix by themselves
        return _wide(sheet, name, wide, notes)
    value = _value(sheet, name, "color")
    across = sheet.chosen.get("x")
    label = _category(sheet, name, [each for each in sheet.texts if each != across])
    others = [each for each in (*sheet.texts, *sheet.things) if each not in (label, "basis")]
    free = [each for each in others if sheet.distinct(label, each) > sheet.distinct(label)]
    across = str(across or (free or others or [label])[0])
    facet = sheet.chosen.get("facet") or ("basis" if "basis" in sheet.columns else None)
    sheet = _fewer_lines(sheet, value, label, notes)
    sheet = _fewer_lines(sheet, value, across, notes)
    if _is_time(sheet, label) or _rank(sheet, label):
        order = _ordered(sheet, label, across)
        sheet = replace(sheet, rows=tuple(sorted(sheet.rows, key=lambda row: order.index(str(row[label])))))
    cells = [
        _matrix_cell(row, text, str(row[across]), _size(row[value]), facet)
        for row, text in zip(sheet.rows, _labels(sheet, label, across, facet), strict=True)
    ]
    titles = (_words(across), _words(label), _words(value, sheet.chosen.get("unit", "")))
    return _Drawing(_cells(cells, _ordered(sheet, across, label), titles, facet), notes)


def _wide(sheet: _Sheet, name: str, columns: list[str], notes: list[str]) -> _Drawing:
    """Return a matrix of which several columns of numbers are the second side."""
    label = _category(sheet, name, sheet.texts)
    facet = _facet(sheet, label)
    sheet = _fewer_lines(sheet, columns[0], label, notes)
    across = [_words(column) for column in columns]
    cells = [
        _matrix_cell(row, text, title, _size(row[column]), facet)
        for row, text in zip(sheet.rows, _labels(sheet, label, facet), strict=True)
        for column, title in zip(columns, across, strict=True)
    ]
    unit = str(sheet.chosen.get("unit") or next((each for each in sheet.counts() if each in _COUNTED), "number"))
    return _Drawing(_cells(cells, across, ("", _words(label), _words(unit)), facet), notes)


def _matrix_cell(row: dict[str, Cell], label: str, across: str, size: float, facet: str | None) -> dict[str, Any]:
    unknown = _is_unknown(label, across)
    head = f"{_words(facet)}: {row[facet]}" if facet else ""
    said = f"{across}: {_shown(size)}; {_said(row)}"
    return {
        "label": label,
        "across": across,
        "size": size,
        "text": _shown(size),
        "facet": head,
        "unknown": unknown,
        "said": said,
    }


def _cells(cells: list[dict[str, Any]], order: list[str], titles: tuple[str, str, str], facet: str | None) -> Spec:
    """Return squares with numbers: the darker the more, and grey where one side is not known."""
    most = max((cell["size"] for cell in cells if not cell["unknown"]), default=0) or 1
    for cell in cells:
        cell["light"] = cell["unknown"] or cell["size"] < _PALE * most
    side = {"orient": "top", "labelAlign": "left"} if facet is None else {"orient": "bottom", "labelAlign": "right"}
    x = _axis("across", "nominal", titles[0], sort=order, labelAngle=-40, labelLimit=200, **side)
    y = _axis("label", "nominal", titles[1], sort=None, labelLimit=_MOST_LABEL)
    shade = {
        "field": "size",
        "type": "quantitative",
        "scale": {"domain": [0, most], "range": ["#EAF2FA", "#08457E"], "clamp": True},
        "legend": {"title": titles[2], "gradientLength": 120, "tickMinStep": 1, "format": ",~f"},
    }
    color = {"condition": {"test": "datum.unknown", "value": "#DADADA"}, **shade}
    ink = {"condition": {"test": "datum.light", "value": "#111111"}, "value": "#FFFFFF"}
    shared = {"x": x, "y": y, "description": {"field": "said"}}
    squares = {"mark": {"type": "rect", "stroke": "white"}, "encoding": {**shared, "color": color}}
    texts = {"mark": {"type": "text", "aria": False}, "encoding": {**shared, "text": {"field": "text"}, "color": ink}}
    unit = {"width": {"step": 52}, "height": {"step": 24}, "layer": [squares, texts]}
    return _faceted(cells, unit, facet, {"scale": {"y": "independent", "x": "shared"}})


def _fewer_lines(sheet: _Sheet, value: str, side: str, notes: list[str]) -> _Sheet:
    """Return the rows of the largest values of one side where that has too many to read; say so in the notes."""
    sums: dict[Cell, float] = {}
    for row in sheet.rows:
        sums[row[side]] = sums.get(row[side], 0) + _size(row[value]) + (1e12 if _is_unknown(row[side]) else 0)
    if len(sums) <= _MANY:
        return sheet
    kept = set(sorted(sums, key=lambda each: (-sums[each], str(each)))[:_KEPT])
    what = _words(side).lower()
    notes.append(f"Of {len(sums)} values of “{what}” the {_KEPT} largest are shown, by {_words(value).lower()}.")
    rows = tuple(row for row in sheet.rows if row[side] in kept)
    return replace(sheet, rows=rows)


def _ordered(sheet: _Sheet, side: str, label: str) -> list[str]:
    """Return the values of one side by a rank that belongs to them, else in the order that all rows agree on.

    Where the rows do not agree they stand by name; what is not known stands last.
    """
    values = dict.fromkeys(str(row[side]) for row in sheet.rows)
    rank = _rank(sheet, side)
    if rank:
        place = {str(row[side]): _size(row[rank]) for row in sheet.rows}
    else:
        place = {value: number for number, value in enumerate(_agreed(sheet, side, label) or sorted(values))}
    if _is_time(sheet, side):
        place = {value: number for number, value in enumerate(sorted(values))}
    return sorted(values, key=lambda value: (_is_unknown(value), place[value]))


def _rank(sheet: _Sheet, side: str) -> str | None:
    """Return the column of numbers that is a rank or place of the values of one side, if there is one."""
    ranks = [name for name in sheet.numbers if name.split("_")[-1] in _ORDERS]
    return next((name for name in ranks if sheet.distinct(side, name) == sheet.distinct(side)), None)


def _agreed(sheet: _Sheet, side: str, label: str) -> list[str]:
    """Return an order of the values of one side in which they stand for every label, or nothing."""
    before: dict[str, set[str]] = {}
    last: dict[Cell, str] = {}
    for row in sheet.rows:
        value = str(row[side])
        before.setdefault(value, set()).update({last[row[label]]} - {value} if row[label] in last else ())
        last[row[label]] = value
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError:
        return []


# --- Lines ---


def _line(sheet: _Sheet, name: str) -> _Drawing:
    across = str(sheet.chosen.get("x") or next((each for each in sheet.columns if _is_time(sheet, each)), ""))
    if not across:
        message = f"{name} has no column of years, quarters or months, so there is no line to draw."
        raise WrongUse(message)
    value = str(sheet.chosen.get("y") or next((each for each in sheet.counts() if each != across), ""))
    if not value:
        message = f"{name} has no column that counts, so there is nothing to draw."
        raise WrongUse(message)
    texts = [each for each in sheet.texts if each not in (across, "basis")]
    series = sheet.chosen.get("color") or (max(texts, key=sheet.distinct) if texts else None)
    times = _times([_time(row[across]) for row in sheet.rows])
    many = series is not None and sheet.distinct(series) > _SERIES
    facet = sheet.chosen.get("facet") or ("basis" if "basis" in sheet.columns else series if many else None)
    rows = [_point(row, across, value, series, facet) for row in sheet.rows]
    _broken(rows, times)
    titles = (_words(across), _words(value, sheet.chosen.get("unit", "")))
    tone = None if series is None or facet == series else series
    return _Drawing(_lines(rows, times, titles, tone, facet), ["A line is broken where the answer has no row."])


def _is_time(sheet: _Sheet, name: str) -> bool:
    values = [_time(row[name]) for row in sheet.rows]
    known = [each for each in values if not _is_unknown(each)]
    return bool(known) and all(re.fullmatch(r"[12]\d{3}(-(Q[1-4]|\d{2}))?", each) for each in known)


def _time(cell: Cell) -> str:
    return cell if isinstance(cell, str) else f"{cell:.0f}"


def _times(given: list[str]) -> list[str]:
    """Return all years or quarters from the first to the last, so that a gap is seen; what is not known stands last."""
    known = sorted({each for each in given if not _is_unknown(each)})
    years = range(int(known[0][:4]), int(known[-1][:4]) + 1)
    whole = known
    if all(len(each) == len("2024") for each in known):
        whole = [str(year) for year in years]
    elif all("Q" in each for each in known):
        whole = [f"{year}-Q{quarter}" for year in years for quarter in range(1, 5)]
        whole = [each for each in whole if known[0] <= each <= known[-1]]
    return [*whole, *sorted({each for each in given if _is_unknown(each)})]


def _point(row: dict[str, Cell], across: str, value: str, series: str | None, facet: str | None) -> dict[str, Any]:
    head = "" if facet is None else str(row[facet]) if facet == series else f"{_words(facet)}: {row[facet]}"
    size = _number(row[value])
    tone = str(row[series]) if series else "known"
    return {
        "time": _time(row[across]),
        "size": None if math.isnan(size) else size,
        "tone": tone,
        "facet": head,
        "said": _said(row),
    }


def _broken(rows: list[dict[str, Any]], times: list[str]) -> None:
    """Number the unbroken parts of each line."""
    place = {time: number for number, time in enumerate(times)}
    last: dict[tuple[str, str], tuple[int, int]] = {}
    for row in sorted(rows, key=lambda row: place[row["time"]]):
        key, here = (row["tone"], row["facet"]), place[row["time"]]
        before, part = last.get(key, (-2, 0))
        part += before + 1 != here or _is_unknown(row["time"])
        row["part"], last[key] = part, (here, part)


def _lines(
    rows: list[dict[str, Any]], times: list[str], titles: tuple[str, str], series: str | None, facet: str | None
) -> Spec:
    small = len({row["facet"] for row in rows}) > 1
    tones = sorted({row["tone"] for row in rows}, key=lambda tone: (_is_unknown(tone), tone))
    free = iter(_PALETTE)
    colours = [_GREY if _is_unknown(tone) else next(free, _GREY) for tone in tones] if series else [_PALETTE[0]]
    legend = {"title": _words(series), "labelLimit": _MOST_LABEL} if series else None
    color = {
        "field": "tone",
        "type": "nominal",
        "scale": {"domain": tones if series else ["known"], "range": colours},
        "legend": legend,
    }
    tone: Spec = color if series else {"value": _PALETTE[0]}
    x = _axis("time", "ordinal", titles[0], labelAngle=-40, labelOverlap=True)
    x["scale"] = {"domain": times}
    y = _axis("size", "quantitative", titles[1], tickMinStep=1, tickCount=4 if small else 6, format=",~f")
    shared = {"x": x, "y": y, "color": tone}
    lines = {
        "mark": {"type": "line", "aria": False},
        "encoding": {**shared, "detail": [{"field": "part"}, {"field": "tone"}]},
    }
    shape: Spec = (
        {"shape": {"field": "tone", "type": "nominal", "scale": {"domain": tones}, "legend": legend}} if series else {}
    )
    points = {
        "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
        "encoding": {**shared, **shape, "description": {"field": "said"}},
    }
    unit = {"width": 230 if small else 560, "height": 120 if small else 300, "layer": [lines, points]}
    return _faceted(rows, unit, facet if small else None, {}, across=3)


# --- Timelines ---


def _timeline(sheet: _Sheet, name: str) -> _Drawing:
    notes: list[str] = []
    given = sheet.chosen.get("x") or []
    dates = (
        [given] if isinstance(given, str) else list(given) or [each for each in sheet.texts if _is_dates(sheet, each)]
    )
    spans = [each for each in sheet.numbers if each.endswith("_days")]
    if not dates and len(spans) < 2:  # noqa: PLR2004 - a span has two ends
        message = f"{name} has no column of dates and no two of days, so there is no timeline to draw."
        raise WrongUse(message)
    label = _category(sheet, name, [each for each in sheet.texts if each not in dates])
    facet = _facet(sheet, label, *dates)
    if dates and len(sheet.rows) > _MANY:
        return _Drawing(_strips(sheet, dates[0], facet), ["Each stroke is one row; where they are dense they overlap."])
    counts = [each for each in sheet.counts() if each not in spans]
    sheet = _fewer(sheet, (counts or spans)[0] if counts or spans else label, label, notes)
    labels = _labels(sheet, label, facet)
    rows = [_span(row, text, dates, spans, facet) for row, text in zip(sheet.rows, labels, strict=True)]
    title = " to ".join(dict.fromkeys(_words(each) for each in ((dates or spans)[0], (dates or spans)[-1])))
    return _Drawing(_spans(rows, title, _words(label), facet, days=not dates), notes)


def _is_dates(sheet: _Sheet, name: str) -> bool:
    known = [str(row[name]) for row in sheet.rows if not _is_unknown(row[name])]
    return bool(known) and all(_DATE.fullmatch(each) for each in known)


def _bounds(text: Cell) -> tuple[float, float] | None:
    """Return the first and the last moment of a day, a month or a year, in milliseconds; none where it is no date."""
    found = _DATE.fullmatch(str(text))
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    first = dt.datetime(year or 1, month or 1, day or 1, tzinfo=dt.UTC)
    if day:
        return (1000 * first.timestamp(),) * 2
    after = first.replace(year=first.year + (not month or month == 12), month=month % 12 + 1 if month else 1)  # noqa: PLR2004
    return 1000 * first.timestamp(), 1000 * (after - dt.timedelta(days=1)).timestamp()


def _span(row: dict[str, Cell], label: str, dates: list[str], spans: list[str], facet: str | None) -> dict[str, Any]:
    """Return where a row begins and ends, and the moments in between."""
    if dates:
        bounds = [found for name in (dates[0], dates[-1]) if (found := _bounds(row[name]))]
        ends = [end for pair in bounds for end in pair]
    else:
        ends = [each for name in spans if not math.isnan(each := _number(row[name]))]
    said = _said(row)
    head = f"{_words(facet)}: {row[facet]}" if facet else ""
    if not ends:
        return {
            "label": label,
            "begin": None,
            "end": None,
            "middle": None,
            "facet": head,
            "gap": "not known",
            "said": said,
        }
    middle = sorted(ends)[1] if len(ends) == len(("begin", "middle", "end")) else None
    span = {"begin": min(ends), "end": max(ends), "middle": middle}
    return {"label": label, **span, "facet": head, "gap": "", "said": said}


def _spans(rows: list[dict[str, Any]], title: str, label: str, facet: str | None, *, days: bool) -> Spec:
    x = _axis(
        "begin", "quantitative" if days else "temporal", title + (" (days)" if days and "days" not in title else "")
    )
    ends = [each for row in rows for each in (row["begin"], row["end"]) if each is not None]
    short = not days and max(ends, default=0) - min(ends, default=0) < _YEARS
    x["scale"] = {"nice": True} if days else {"type": "utc", "nice": True}
    x["axis"] |= {"labelOverlap": True, "grid": True, "tickCount": 6 if short else 8}
    x["axis"] |= {"format": ",~f" if days else "%-d %b %Y" if short else "%Y"}
    y = _axis("label", "nominal", label, sort=None, labelLimit=_MOST_LABEL)
    shared = {"y": y, "description": {"field": "said"}}
    bar = {
        "mark": {"type": "rule", "strokeWidth": 5, "opacity": 0.45, "color": _PALETTE[0]},
        "encoding": {**shared, "x": x, "x2": {"field": "end"}},
    }
    dot = {"type": "point", "filled": True, "size": 60, "color": _PALETTE[0], "opacity": 1, "aria": False}
    names = ["begin", "end", *(name for name in ("middle",) if any(row[name] is not None for row in rows))]
    points = [{"mark": dot, "encoding": {"y": y, "x": {**x, "field": name}}} for name in names]
    gap = {"mark": {"type": "text", "align": "left", "color": _GREY, "aria": False}}
    gap["encoding"] = {"y": y, "x": {"value": 4}, "text": {"field": "gap"}}
    unit = {"width": 480, "height": {"step": 22}, "layer": [bar, *points, gap]}
    return _faceted(rows, unit, facet, {"scale": {"y": "independent"}})


def _strips(sheet: _Sheet, date: str, facet: str | None) -> Spec:
    """Return one stroke for each row, in a strip for each kind: many rows have no room for labels."""
    rows = []
    for row in sheet.rows:
        bounds = _bounds(row[date])
        kind = str(row[facet]) if facet else "all"
        rows.append({"label": kind, "begin": bounds[0] if bounds else None, "said": _said(row)})
    x = _axis("begin", "temporal", _words(date), labelOverlap=True, grid=True)
    x["scale"] = {"type": "utc", "nice": True}
    y = _axis("label", "nominal", _words(facet) if facet else "", sort=None, labelLimit=_MOST_LABEL)
    mark = {"type": "tick", "thickness": 2, "opacity": 0.6, "color": _PALETTE[0]}
    encoding = {"x": x, "y": y, "description": {"field": "said"}}
    return {"data": {"values": rows}, "width": 560, "height": {"step": 44}, "mark": mark, "encoding": encoding}


# --- The frame ---


def _axis(name: str, kind: str, title: str, *, sort: object = "ascending", **axis: object) -> Spec:
    return {"field": name, "type": kind, "sort": sort, "axis": {"title": title or None, **axis}}


def _faceted(rows: list[dict[str, Any]], unit: Spec, facet: str | None, resolve: Spec, across: int = 1) -> Spec:
    """Return the unit once for each value of the facet, in the order of the rows, or once where there is none."""
    data = {"values": rows}
    if facet is None:
        return {"data": data, **unit}
    order = list(dict.fromkeys(row["facet"] for row in rows))
    header = {"title": None, "labelAnchor": "start", "labelFontSize": 13, "labelFontWeight": "bold", "labelLimit": 480}
    split = {"field": "facet", "type": "nominal", "sort": order, "header": header}
    return {"data": data, "facet": split, "columns": across, "spec": unit, "resolve": resolve, "spacing": 18}


def _framed(question: QueryFile, drawing: _Drawing, source: str) -> Spec:
    """Return the drawing with the title and the question above it, and the source below."""
    under = [line for text in (question.said("question"), *drawing.notes) for line in textwrap.wrap(text, 95)]
    title = {"text": question.said("title"), "subtitle": under, "anchor": "start", "frame": "bounds", "offset": 14}
    foot: Spec = {
        "text": textwrap.wrap(f"Source: {source}", 120),
        "orient": "bottom",
        "anchor": "start",
        "frame": "bounds",
    }
    foot |= {"fontSize": 11, "fontWeight": "normal", "color": "#444444", "offset": 12}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "white",
        "padding": 14,
        "title": title,
        "vconcat": [{**drawing.body, "title": foot}],
        "config": {
            "axisY": {"titleAngle": 0, "titleAlign": "right", "titleX": -8, "titleY": -8},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titlePadding": 10, "gridColor": "#E4E4E4"},
            "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleLimit": 400},
            "text": {"fontSize": 12},
            "title": {"fontSize": 18, "subtitleFontSize": 13, "subtitleColor": "#333333", "subtitlePadding": 6},
            "view": {"stroke": None},
        },
    }


def _drawn(spec: Spec, question: QueryFile) -> str:
    try:
        import vl_convert
    except ImportError as error:
        message = "charts need vl-convert-python, which is not installed: pip install vl-convert-python."
        raise WrongUse(message) from error
    svg = _renumbered(str(vl_convert.vegalite_to_svg(spec, vl_version=_VERSION)))
    head, close, rest = svg.partition(">")
    title, said = escape(question.said("title")), escape(question.said("question"))
    return f"{head}{close}<title>{title}</title><desc>{said}</desc>{rest}\n"


def _renumbered(svg: str) -> str:
    """Return the text with its own numbers for gradients and clips: Vega counts them on from chart to chart."""
    names: dict[str, str] = {}
    return re.sub(
        r"\b(gradient_|clip)\d+\b",
        lambda found: names.setdefault(found[0], f"{found[1]}{len(names)}"),
        svg,
    )


_MAKERS: Final[dict[str, Callable[[_Sheet, str], _Drawing]]] = {
    "bar": _bar,
    "line": _line,
    "matrix": _matrix,
    "timeline": _timeline,
}
