"""Bars and matrices: a number for each value, or for each pair of values.

What is not known is grey: its numbers are shown, and neither stretch the bars nor the shades of what is known.
"""

from __future__ import annotations

import math
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from failuregraph.answer.chart_parts import BASIS, GREY, MOST_LABEL, PALETTE, Drawing, Spec, axis, faceted
from failuregraph.answer.chart_sheet import (
    COUNTED,
    KEPT,
    MANY,
    Cell,
    Sheet,
    category_column,
    facet_column,
    fewer,
    is_time,
    is_unknown,
    number_of,
    number_words,
    rank_column,
    row_labels,
    row_words,
    size_of,
    value_column,
    words,
)

__all__ = ["bar", "matrix"]

#: A square whose number is below this share of the largest has dark ink.
_PALE: Final = 0.55


def bar(sheet: Sheet, name: str) -> Drawing:
    """Return bars: one for each row, in parts by basis or by a column of few values."""
    value = value_column(sheet, name, "x")
    label = category_column(sheet, name, [each for each in sheet.texts if each != sheet.chosen.get("color")])
    notes: list[str] = []
    sheet = fewer(sheet, value, label, notes)
    facet = facet_column(sheet, label)
    rows = _bar_rows(sheet, value, label, facet, notes)
    limit = max((row["shown"] for row in rows), default=0) or 1
    x = axis("shown", "quantitative", words(value, sheet.chosen.get("unit", "")))
    x |= {"scale": {"domain": [0, limit * 1.15], "nice": False}, "stack": None}
    x["axis"] |= {"tickMinStep": 1, "tickCount": 6, "format": ",~f"}
    y = axis("label", "nominal", words(label), sort=None, labelLimit=MOST_LABEL)
    shared = {"x": x, "y": y, "description": {"field": "said"}}
    bars = {"mark": {"type": "bar", "height": {"band": 0.75}}, "encoding": {**shared, "color": _colours(rows, sheet)}}
    texts = {
        "mark": {"type": "text", "align": "left", "dx": 4, "aria": False},
        "encoding": {**shared, "text": {"field": "text"}},
    }
    unit = {"width": 480, "height": {"step": 22}, "layer": [bars, texts]}
    return Drawing(faceted(rows, unit, facet, {"scale": {"y": "independent"}}), notes)


def _bar_rows(sheet: Sheet, value: str, label: str, facet: str | None, notes: list[str]) -> list[dict[str, Any]]:
    known = [size_of(row[value]) for row in sheet.rows if not is_unknown(row[label])]
    most = max(known, default=0.0)
    cut = 1.12 * most if most else math.inf
    color = sheet.chosen.get("color")
    rows: list[dict[str, Any]] = []
    for row, text in zip(sheet.rows, row_labels(sheet, label, facet), strict=True):
        size, unknown = size_of(row[value]), is_unknown(row[label])
        over = unknown and size > 2 * most and size > cut
        tone = str(row[color]) if color else "not known" if unknown else str(row.get("basis", "known"))
        said = number_words(number_of(row[value]))
        rows.append(
            {
                "label": text,
                "shown": cut if over else size,
                "text": f"{said} (bar cut)" if over else said,
                "facet": f"{words(facet)}: {row[facet]}" if facet else "",
                "tone": tone,
                "said": row_words(row),
            }
        )
    if any(row["text"].endswith("(bar cut)") for row in rows):
        notes.append("The bar of what is not known is longer than shown: it is cut, its number is not.")
    return rows


def _colours(rows: list[dict[str, Any]], sheet: Sheet) -> Spec:
    """Return the colours of the tones: fixed for a basis and for what is not known, else those of the palette."""
    tones = list(dict.fromkeys(row["tone"] for row in rows))
    free = [tone for tone in tones if not is_unknown(tone) and tone not in BASIS]
    fixed = {tone: PALETTE[place % len(PALETTE)] for place, tone in enumerate(free)} | BASIS
    scale = {"domain": tones, "range": [fixed.get(tone, GREY) for tone in tones]}
    color = sheet.chosen.get("color")
    legend = {"title": words(color), "labelLimit": MOST_LABEL} if color else None
    return {"field": "tone", "type": "nominal", "scale": scale, "legend": legend}


def matrix(sheet: Sheet, name: str) -> Drawing:
    """Return squares: one for each row, or one for each number where several stand side by side."""
    notes: list[str] = []
    wide = [each for each in sheet.counts() if not COUNTED & set(each.split("_")) and not each.startswith("percent")]
    if len(wide) >= 3 and "x" not in sheet.chosen:  # noqa: PLR2004 - three columns of numbers are a matrix by themselves
        return _wide(sheet, name, wide, notes)
    value = value_column(sheet, name, "color")
    across = sheet.chosen.get("x")
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
        _matrix_cell(row, text, str(row[across]), size_of(row[value]), facet)
        for row, text in zip(sheet.rows, row_labels(sheet, label, across, facet), strict=True)
    ]
    titles = (words(across), words(label), words(value, sheet.chosen.get("unit", "")))
    return Drawing(_cells(cells, _ordered(sheet, across, label), titles, facet), notes)


def _wide(sheet: Sheet, name: str, columns: list[str], notes: list[str]) -> Drawing:
    """Return a matrix of which several columns of numbers are the second side."""
    label = category_column(sheet, name, sheet.texts)
    facet = facet_column(sheet, label)
    sheet = _fewer_lines(sheet, columns[0], label, notes)
    across = [words(column) for column in columns]
    cells = [
        _matrix_cell(row, text, title, size_of(row[column]), facet)
        for row, text in zip(sheet.rows, row_labels(sheet, label, facet), strict=True)
        for column, title in zip(columns, across, strict=True)
    ]
    unit = str(sheet.chosen.get("unit") or next((each for each in sheet.counts() if each in COUNTED), "number"))
    return Drawing(_cells(cells, across, ("", words(label), words(unit)), facet), notes)


def _matrix_cell(row: dict[str, Cell], label: str, across: str, size: float, facet: str | None) -> dict[str, Any]:
    unknown = is_unknown(label, across)
    head = f"{words(facet)}: {row[facet]}" if facet else ""
    said = f"{across}: {number_words(size)}; {row_words(row)}"
    return {
        "label": label,
        "across": across,
        "size": size,
        "text": number_words(size),
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
    x = axis("across", "nominal", titles[0], sort=order, labelAngle=-40, labelLimit=200, **side)
    y = axis("label", "nominal", titles[1], sort=None, labelLimit=MOST_LABEL)
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
    return faceted(cells, unit, facet, {"scale": {"y": "independent", "x": "shared"}})


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
