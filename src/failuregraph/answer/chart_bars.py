"""Bars: a number for each row, or several numbers side by side.

What is not known is grey, or pale where colours tell numbers apart: its numbers are shown, and do not stretch the bars
of what is known.
"""

from __future__ import annotations

import math
from typing import Any, Final

from failuregraph.answer.chart_parts import (
    BASIS,
    GREY,
    MOST_LABEL,
    PALETTE,
    Drawing,
    Spec,
    axis,
    faceted,
    label_axis,
    row_height,
)
from failuregraph.answer.chart_sheet import (
    COUNTED,
    Sheet,
    category_column,
    facet_column,
    fewer,
    is_unknown,
    label_words,
    number_of,
    number_words,
    row_labels,
    row_words,
    size_of,
    value_columns,
    words,
)

__all__ = ["bar"]

#: What is not known is drawn up to so many times the longest bar of what is known, and cut there.
_MOST_UNKNOWN: Final = 1.5
#: How strong the colour of what is not known is where the colours tell numbers apart.
_PALE: Final = 0.45
#: The share of the axis that the numbers behind the bars need.
_MARGIN: Final = 0.15
#: How high the bar of a row is, and how much room each of several has, in pixels.
_BAR, _PART = 16, 17


def bar(sheet: Sheet, name: str) -> Drawing:
    """Return bars: one for each row and number, in parts by basis or by a column of few values."""
    values = value_columns(sheet, name, "x")
    label = category_column(sheet, name, [each for each in sheet.texts if each != sheet.chosen.get("color")])
    notes: list[str] = []
    sheet = fewer(sheet, values[0], label, notes)
    facet = facet_column(sheet, label)
    rows = _bar_rows(sheet, values, label, facet, notes)
    x = axis("shown", "quantitative", _counted(sheet, values))
    x |= {"scale": {"domain": _domain(rows), "nice": False}, "stack": None}
    x["axis"] |= {"tickMinStep": 1, "tickCount": 6, "format": ",~f"}
    shared: Spec = {"x": x, "y": label_axis(label_words(sheet, label)), "description": {"field": "said"}}
    step = row_height(rows)
    if len(values) > 1:
        shared["yOffset"] = {"field": "part", "type": "nominal", "sort": None}
        step = max(step, len(values) * _PART + 6)
    bars: Spec = {"mark": {"type": "bar", "height": _BAR if len(values) == 1 else {"band": 0.9}}}
    bars["encoding"] = {**shared, "color": _colours(rows, sheet, several=len(values) > 1)}
    if len(values) > 1:
        bars["encoding"]["opacity"] = {"condition": {"test": "datum.unknown", "value": _PALE}, "value": 1}
    texts = {"mark": _numbers(), "encoding": {**shared, "text": {"field": "text"}}}
    unit = {"width": 480, "height": {"step": step, "for": "position"}, "layer": [bars, texts]}
    return Drawing(faceted(rows, unit, facet, {"scale": {"y": "independent", "yOffset": "independent"}}), notes)


def _counted(sheet: Sheet, values: list[str]) -> str:
    """Return what the axis counts: the one column, or what several have in common."""
    unit = str(sheet.chosen.get("unit", ""))
    if len(values) == 1:
        return words(values[0], unit)
    return words(unit or next((each for each in sheet.counts() if each in COUNTED), "number"))


def _domain(rows: list[dict[str, Any]]) -> list[float]:
    """Return the ends of the axis: zero is on it, and the numbers have room behind the bars on either side."""
    most = max((row["shown"] for row in rows), default=0)
    least = min((row["shown"] for row in rows), default=0)
    room = _MARGIN * ((max(most, 0) - min(least, 0)) or 1)
    return [least - room if least < 0 else 0, most + room if most > 0 or least >= 0 else room]


def _numbers() -> Spec:
    """Return the mark of the numbers: each stands behind the end of its bar, on the side to which it points."""
    below = "datum.shown < 0"
    return {
        "type": "text",
        "align": {"expr": f"{below} ? 'right' : 'left'"},
        "dx": {"expr": f"{below} ? -4 : 4"},
        "aria": False,
    }


def _bar_rows(sheet: Sheet, values: list[str], label: str, facet: str | None, notes: list[str]) -> list[dict[str, Any]]:
    most = max((size_of(row[each]) for row in sheet.rows if not is_unknown(row[label]) for each in values), default=0.0)
    cut = _MOST_UNKNOWN * most if most > 0 else math.inf
    color = sheet.chosen.get("color")
    rows: list[dict[str, Any]] = []
    for row, text in zip(sheet.rows, row_labels(sheet, label, facet), strict=True):
        unknown = is_unknown(row[label])
        tone = str(row[color]) if color else "not known" if unknown else str(row.get("basis", "known"))
        for value in values:
            size, said = size_of(row[value]), number_words(number_of(row[value]))
            over = unknown and size > cut
            part = words(value)
            rows.append(
                {
                    "label": text,
                    "size": number_of(row[value]),
                    "shown": cut if over else size,
                    "text": f"{said} (bar cut)" if over else said,
                    "facet": f"{words(facet)}: {row[facet]}" if facet else "",
                    "part": part,
                    "unknown": unknown,
                    "tone": tone if len(values) == 1 else part,
                    "said": row_words(row) if len(values) == 1 else f"{part}: {said}; {row_words(row)}",
                }
            )
    if any(row["text"].endswith("(bar cut)") for row in rows):
        notes.append("The bar of what is not known is longer than shown: it is cut, its number is not.")
    return rows


def _colours(rows: list[dict[str, Any]], sheet: Sheet, *, several: bool) -> Spec:
    """Return the colours of the tones: fixed for a basis and for what is not known, else those of the palette.

    Where several numbers stand beside a basis they have none of its colours.
    """
    tones = list(dict.fromkeys(row["tone"] for row in rows))
    free = [tone for tone in tones if several or not (is_unknown(tone) or tone in BASIS)]
    palette = PALETTE[len(BASIS) :] if several and "basis" in sheet.columns else PALETTE
    fixed = {tone: palette[place % len(palette)] for place, tone in enumerate(free)}
    scale = {"domain": tones, "range": [fixed.get(tone) or BASIS.get(tone, GREY) for tone in tones]}
    color = sheet.chosen.get("color")
    legend = {"title": words(color) if color else None, "labelLimit": MOST_LABEL} if color or several else None
    return {"field": "tone", "type": "nominal", "scale": scale, "legend": legend}
