"""Lines over years or quarters, and timelines of days, months and years."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any, Final

from failuregraph.answer.chart_parts import (
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
    row_labels,
    row_words,
    time_text,
    value_column,
    words,
)
from failuregraph.answer.drawing import counted
from failuregraph.errors import WrongUse

__all__ = ["line", "timeline"]

#: More lines than this are drawn side by side instead of in colours.
_SERIES: Final = 7
#: Three years in milliseconds: a shorter axis of time is labelled by days.
_YEARS: Final = 3 * 365 * 86_400_000
#: The verb after one row and after several.
_HAVE: Final = {True: "has", False: "have"}
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def line(sheet: Sheet, name: str) -> Drawing:
    """Return one line for each series over all years or quarters, broken where there is no row."""
    across = str(sheet.chosen.get("x") or next((each for each in sheet.columns if is_time(sheet, each)), ""))
    if not across:
        message = f"{name} has no column of years, quarters or months, so there is no line to draw."
        raise WrongUse(message)
    value = value_column(sheet, name, "y", across)
    texts = [each for each in sheet.texts if each not in (across, "basis")]
    series = sheet.chosen.get("color") or (max(texts, key=sheet.distinct) if texts else None)
    times = _times([time_text(row[across]) for row in sheet.rows])
    many = series is not None and sheet.distinct(series) > _SERIES
    facet = sheet.chosen.get("facet") or ("basis" if "basis" in sheet.columns else series if many else None)
    rows = [_point(row, across, value, series, facet) for row in sheet.rows]
    _broken(rows, times)
    titles = (words(across), words(value, sheet.chosen.get("unit", "")))
    tone = None if series is None or facet == series else series
    notes = ["A line is broken where the answer has no row."]
    missing = sum(row["size"] is None for row in rows)
    if missing:
        what = words(value).lower()
        notes.append(
            f"{counted(missing, 'row')} of {len(rows)} without a number for “{what}” {_HAVE[missing == 1]} no point."
        )
    return Drawing(_lines(rows, times, titles, tone, facet), notes)


def _times(given: list[str]) -> list[str]:
    """Return all years or quarters from the first to the last, so that a gap is seen; what is not known stands last."""
    known = sorted({each for each in given if not is_unknown(each)})
    years = range(int(known[0][:4]), int(known[-1][:4]) + 1)
    whole = known
    if all(len(each) == len("2024") for each in known):
        whole = [str(year) for year in years]
    elif all("Q" in each for each in known):
        whole = [f"{year}-Q{quarter}" for year in years for quarter in range(1, 5)]
        whole = [each for each in whole if known[0] <= each <= known[-1]]
    return [*whole, *sorted({each for each in given if is_unknown(each)})]


def _point(row: dict[str, Cell], across: str, value: str, series: str | None, facet: str | None) -> dict[str, Any]:
    head = "" if facet is None else str(row[facet]) if facet == series else f"{words(facet)}: {row[facet]}"
    size = number_of(row[value])
    tone = str(row[series]) if series else "known"
    return {
        "time": time_text(row[across]),
        "size": None if math.isnan(size) else size,
        "tone": tone,
        "facet": head,
        "said": row_words(row),
    }


def _broken(rows: list[dict[str, Any]], times: list[str]) -> None:
    """Number the unbroken parts of each line."""
    place = {time: number for number, time in enumerate(times)}
    last: dict[tuple[str, str], tuple[int, int]] = {}
    for row in sorted(rows, key=lambda row: place[row["time"]]):
        key, here = (row["tone"], row["facet"]), place[row["time"]]
        before, part = last.get(key, (-2, 0))
        part += before + 1 != here or is_unknown(row["time"])
        row["part"], last[key] = part, (here, part)


def _lines(
    rows: list[dict[str, Any]], times: list[str], titles: tuple[str, str], series: str | None, facet: str | None
) -> Spec:
    small = len({row["facet"] for row in rows}) > 1
    tones = sorted({row["tone"] for row in rows}, key=lambda tone: (is_unknown(tone), tone))
    free = iter(PALETTE)
    colours = [GREY if is_unknown(tone) else next(free, GREY) for tone in tones] if series else [PALETTE[0]]
    legend = {"title": words(series), "labelLimit": MOST_LABEL} if series else None
    color = {
        "field": "tone",
        "type": "nominal",
        "scale": {"domain": tones if series else ["known"], "range": colours},
        "legend": legend,
    }
    tone: Spec = color if series else {"value": PALETTE[0]}
    x = axis("time", "ordinal", titles[0], labelAngle=-40, labelOverlap=True)
    x["scale"] = {"domain": times}
    y = axis("size", "quantitative", titles[1], tickMinStep=1, tickCount=4 if small else 6, format=",~f")
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
    return faceted(rows, unit, facet if small else None, {}, across=3)


def timeline(sheet: Sheet, name: str) -> Drawing:
    """Return spans of time, one for each row, or strokes where the rows are many."""
    dates = _dates(sheet, name)
    label = category_column(sheet, name, [each for each in sheet.texts if each not in dates])
    facet = facet_column(sheet, label, *dates)
    if dates and len(sheet.rows) > MANY:
        return Drawing(_strips(sheet, dates[0], facet), ["Each stroke is one row; where they are dense they overlap."])
    labels = row_labels(sheet, label, facet)
    rows = [_span(row, text, dates, facet) for row, text in zip(sheet.rows, labels, strict=True)]
    title = " to ".join(dict.fromkeys(words(each) for each in (dates[0], dates[-1])))
    return Drawing(_spans(rows, title, label_words(sheet, label), facet))


def _dates(sheet: Sheet, name: str) -> list[str]:
    """Return the columns of dates that the header names, else the only one; among several none is guessed."""
    given = listed(sheet.chosen.get("x"))
    dates = [each for each in sheet.texts if _is_dates(sheet, each)]
    if given or len(dates) == 1:
        return given or dates
    if not dates:
        raise WrongUse(f"{name} has no column of dates, so there is no timeline to draw.")
    message = f"{name} has several columns of dates ({', '.join(dates)}); say in its header which are drawn:"
    raise WrongUse(f'{message} chart = {{ x = ["{dates[0]}", "{dates[-1]}"] }}.')


def _is_dates(sheet: Sheet, name: str) -> bool:
    known = [str(row[name]) for row in sheet.rows if not is_unknown(row[name])]
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


def _span(row: dict[str, Cell], label: str, dates: list[str], facet: str | None) -> dict[str, Any]:
    """Return where a row begins and ends."""
    ends = [end for name in (dates[0], dates[-1]) if (found := _bounds(row[name])) for end in found]
    return {
        "label": label,
        "begin": min(ends, default=None),
        "end": max(ends, default=None),
        "facet": f"{words(facet)}: {row[facet]}" if facet else "",
        "gap": "" if ends else "not known",
        "said": row_words(row),
    }


def _spans(rows: list[dict[str, Any]], title: str, label: str, facet: str | None) -> Spec:
    x = axis("begin", "temporal", title)
    ends = [each for row in rows for each in (row["begin"], row["end"]) if each is not None]
    short = max(ends, default=0) - min(ends, default=0) < _YEARS
    x["scale"] = {"type": "utc", "nice": True}
    x["axis"] |= {"labelOverlap": True, "grid": True, "tickCount": 6 if short else 8}
    x["axis"] |= {"format": "%-d %b %Y" if short else "%Y"}
    y = label_axis(label)
    shared = {"y": y, "description": {"field": "said"}}
    bar = {
        "mark": {"type": "rule", "strokeWidth": 5, "opacity": 0.45, "color": PALETTE[0]},
        "encoding": {**shared, "x": x, "x2": {"field": "end"}},
    }
    dot = {"type": "point", "filled": True, "size": 60, "color": PALETTE[0], "opacity": 1, "aria": False}
    points = [{"mark": dot, "encoding": {"y": y, "x": {**x, "field": name}}} for name in ("begin", "end")]
    gap = {"mark": {"type": "text", "align": "left", "color": GREY, "aria": False}}
    gap["encoding"] = {"y": y, "x": {"value": 4}, "text": {"field": "gap"}}
    unit = {"width": 480, "height": {"step": row_height(rows)}, "layer": [bar, *points, gap]}
    return faceted(rows, unit, facet, {"scale": {"y": "independent"}})


def _strips(sheet: Sheet, date: str, facet: str | None) -> Spec:
    """Return one stroke for each row, in a strip for each kind: many rows have no room for labels."""
    rows = []
    for row in sheet.rows:
        bounds = _bounds(row[date])
        kind = str(row[facet]) if facet else "all"
        rows.append({"label": kind, "begin": bounds[0] if bounds else None, "said": row_words(row)})
    x = axis("begin", "temporal", words(date), labelOverlap=True, grid=True)
    x["scale"] = {"type": "utc", "nice": True}
    y = axis("label", "nominal", words(facet) if facet else "", sort=None, labelLimit=MOST_LABEL)
    mark = {"type": "tick", "thickness": 2, "opacity": 0.6, "color": PALETTE[0]}
    encoding = {"x": x, "y": y, "description": {"field": "said"}}
    return {"data": {"values": rows}, "width": 560, "height": {"step": 44}, "mark": mark, "encoding": encoding}
