"""Matrices: a number for each pair of values, or for each value and each of several columns of numbers.

What is not known is grey: its numbers are shown, and do not stretch the shades of what is known.
"""

from __future__ import annotations

import math
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from failuregraph.answer.chart_parts import MOST_LABEL, Drawing, Spec, axis, faceted, label_axis, row_height
from failuregraph.answer.chart_sheet import (
    COUNTED,
    KEPT,
    MANY,
    Cell,
    Sheet,
    category_column,
    facet_column,
    is_time,
    is_unknown,
    label_words,
    listed,
    number_of,
    number_words,
    numbered,
    rank_column,
    row_labels,
    row_words,
    size_of,
    value_column,
    words,
)
from failuregraph.answer.chart_text import cut, width

__all__ = ["matrix"]

#: A square whose number is below this share of the largest has dark ink.
_PALE: Final = 0.55
#: A longer value above or below the columns is cut, in pixels; its squares say it whole.
_ACROSS: Final = 190
#: How wide squares are, in pixels; more columns than the third number have narrow ones.
_BROAD, _NARROW, _COLUMNS = 52, 30, 16


def matrix(sheet: Sheet, name: str) -> Drawing:
    """Return squares: one for each row, or one for each number where the header names several to stand side by side."""
    notes: list[str] = []
    across = sheet.chosen.get("x")
    if isinstance(across, list):
        return _wide(sheet, name, listed(across), notes)
    value = value_column(sheet, name, "color")
    label = category_column(sheet, name, [each for each in sheet.texts if each != across])
    others = [each for each in (*sheet.texts, *sheet.things) if each not in (label, "basis")]
    free = [each for each in others if sheet.distinct(label, each) > sheet.distinct(label)]
    across = str(across or (free or others or [label])[0])
    facet = sheet.chosen.get("facet") or ("basis" if "basis" in sheet.columns else None)
    sheet = _fewer_lines(sheet, value, label, notes)
    sheet = _fewer_lines(sheet, value, across, notes)
    if is_time(sheet, label) or rank_column(sheet, label):
        order = _ordered(sheet, label, across)
        sheet = replace(sheet, rows=tuple(sorted(sheet.rows, key=lambda row: order.index(str(row[label])))))
    cells = [
        _matrix_cell(row, text, str(row[across]), number_of(row[value]), facet)
        for row, text in zip(sheet.rows, row_labels(sheet, label, across, facet), strict=True)
    ]
    titles = (words(across), label_words(sheet, label), words(value, sheet.chosen.get("unit", "")))
    return Drawing(_cells(cells, _ordered(sheet, across, label), titles, facet), notes)


def _wide(sheet: Sheet, name: str, columns: list[str], notes: list[str]) -> Drawing:
    """Return a matrix of which several columns of numbers are the second side."""
    label = category_column(sheet, name, sheet.texts)
    facet = facet_column(sheet, label)
    sheet = _fewer_lines(sheet, columns[0], label, notes)
    across = [words(column) for column in columns]
    cells = [
        _matrix_cell(row, text, title, number_of(row[column]), facet)
        for row, text in zip(sheet.rows, row_labels(sheet, label, facet), strict=True)
        for column, title in zip(columns, across, strict=True)
    ]
    unit = str(sheet.chosen.get("unit") or next((each for each in sheet.counts() if each in COUNTED), "number"))
    return Drawing(_cells(cells, across, ("", label_words(sheet, label), words(unit)), facet), notes)


def _matrix_cell(row: dict[str, Cell], label: str, across: str, size: float, facet: str | None) -> dict[str, Any]:
    missing = math.isnan(size)
    head = f"{words(facet)}: {row[facet]}" if facet else ""
    said = f"{across}: {number_words(size)}; {row_words(row)}"
    return {
        "label": label,
        "across": across,
        "size": 0.0 if missing else size,
        "text": "?" if missing else number_words(size),
        "facet": head,
        "unknown": missing or is_unknown(label, across),
        "said": said,
    }


def _cells(cells: list[dict[str, Any]], order: list[str], titles: tuple[str, str, str], facet: str | None) -> Spec:
    """Return squares with numbers: the darker the more, and grey where one side is not known."""
    most = max((cell["size"] for cell in cells if not cell["unknown"]), default=0) or 1
    for cell in cells:
        cell["light"] = cell["unknown"] or cell["size"] < _PALE * most
    short = dict(zip(order, numbered((cut(each, _ACROSS, 12) for each in order), ((),) * len(order)), strict=True))
    for cell in cells:
        cell["across"] = short[cell["across"]]
    side = {"orient": "top", "labelAlign": "left"} if facet is None else {"orient": "bottom", "labelAlign": "right"}
    x = axis("across", "nominal", titles[0], sort=list(short.values()), labelAngle=-40, labelLimit=MOST_LABEL, **side)
    y = label_axis(titles[1])
    shade = {
        "field": "size",
        "type": "quantitative",
        "scale": {"domain": [0, most], "range": ["#EAF2FA", "#08457E"], "clamp": True},
        "legend": {"title": titles[2], "gradientLength": 160, "tickCount": 4, "tickMinStep": 1, "format": ",~f"},
    }
    color = {"condition": {"test": "datum.unknown", "value": "#DADADA"}, **shade}
    ink = {"condition": {"test": "datum.light", "value": "#111111"}, "value": "#FFFFFF"}
    shared = {"x": x, "y": y, "description": {"field": "said"}}
    squares = {"mark": {"type": "rect", "stroke": "white"}, "encoding": {**shared, "color": color}}
    texts = {"mark": {"type": "text", "aria": False}, "encoding": {**shared, "text": {"field": "text"}, "color": ink}}
    unit = {
        "width": {"step": _square(cells, order)},
        "height": {"step": row_height(cells) + 2},
        "layer": [squares, texts],
    }
    return faceted(cells, unit, facet, {"scale": {"y": "independent", "x": "shared"}})


def _square(cells: list[dict[str, Any]], order: list[str]) -> float:
    """Return how wide each square is: narrower where the columns are many, but as wide as its number needs."""
    needed = 14 + max((width(cell["text"], 12) for cell in cells), default=0)
    return max(needed, _NARROW if len(order) > _COLUMNS else _BROAD)


def _fewer_lines(sheet: Sheet, value: str, side: str, notes: list[str]) -> Sheet:
    """Return the rows of the largest values of one side where that has too many to read; say so in the notes."""
    sums: dict[Cell, float] = {}
    for row in sheet.rows:
        sums[row[side]] = sums.get(row[side], 0) + size_of(row[value]) + (1e12 if is_unknown(row[side]) else 0)
    if len(sums) <= MANY:
        return sheet
    kept = set(sorted(sums, key=lambda each: (-sums[each], str(each)))[:KEPT])
    what = words(side).lower()
    notes.append(f"Of {len(sums)} values of “{what}” the {KEPT} largest are shown, by {words(value).lower()}.")
    rows = tuple(row for row in sheet.rows if row[side] in kept)
    return replace(sheet, rows=rows)


def _ordered(sheet: Sheet, side: str, label: str) -> list[str]:
    """Return the values of one side by a rank that belongs to them, else in the order that all rows agree on.

    Where the rows do not agree they stand by name; what is not known stands last.
    """
    values = dict.fromkeys(str(row[side]) for row in sheet.rows)
    rank = rank_column(sheet, side)
    if rank:
        place = {str(row[side]): size_of(row[rank]) for row in sheet.rows}
    else:
        place = {value: number for number, value in enumerate(_agreed(sheet, side, label) or sorted(values))}
    if is_time(sheet, side):
        place = {value: number for number, value in enumerate(sorted(values))}
    return sorted(values, key=lambda value: (is_unknown(value), place[value]))


def _agreed(sheet: Sheet, side: str, label: str) -> list[str]:
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
