"""Charts of answers, drawn by Vega-Lite: bars, matrices, lines and timelines, each row of the table one mark.

What a chart must never do: hide what is not known, add observed and profile steps, or leave out rows in silence.
The header of a question says by ``view`` what is drawn, and may say by ``chart`` from which columns: a table with
``x``, ``y``, ``color``, ``facet`` (names of columns) and ``unit`` (what the number counts).  The number that is drawn
is never guessed among several: bars name it by ``x`` (or several, side by side), lines by ``y``, a matrix by ``color``
(or by a list of columns in ``x``), a timeline its dates by ``x``.
Imports vl_convert inside the function that draws: it is large, and only charts need it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from failuregraph.answer.chart_asked import asked_for
from failuregraph.answer.chart_bars import bar
from failuregraph.answer.chart_matrix import matrix
from failuregraph.answer.chart_sheet import Sheet, sheet_of
from failuregraph.answer.chart_text import FONT, fitted, folded
from failuregraph.answer.chart_times import line, timeline
from failuregraph.errors import WrongUse
from failuregraph.query import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from failuregraph.answer.chart_parts import Drawing, Spec
    from failuregraph.query import QueryFile
    from failuregraph.store import Table, Term

__all__ = ["KINDS", "chart", "drawing_of"]

#: The views that are drawn; the others are tables, or graphs that have formats of their own.
KINDS: Final = ("bar", "line", "matrix", "timeline")

_VERSION: Final = "6.4"
_KEYS: Final = ("x", "y", "color", "facet", "unit")
#: How wide the lines above and below the drawing are at most, in pixels.
_ROOM: Final = 600


def chart(
    question: QueryFile,
    table: Table,
    source: str,
    terms: Mapping[str, Term] | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the chart of an answer as SVG text; the same table gives the same text.

    ``source`` is the line at the bottom: registries, release and licence.  ``terms`` are the values of the parameters,
    as ``QueryFile.bind`` returns them, and ``labels`` says IRI → label: the chart names them below its question.
    Raises WrongUse for a question whose view is no chart, for an answer that has no rows, or no or several columns to
    draw, and where vl-convert-python is missing.
    """
    drawing = drawing_of(question, table)
    said = [question.said("question"), asked_for(question, terms or {}, labels or {})]
    return _drawn(_framed(question, drawing, source, said), question, " ".join(filter(None, said)))


def drawing_of(question: QueryFile, table: Table) -> Drawing:
    """Return what is drawn of an answer, before it has its title and its source; raises WrongUse as ``chart`` does."""
    kind = question.said("view")
    if kind not in KINDS:
        message = f"{question.name} is a {kind}, which is not drawn; a chart is one of {', '.join(KINDS)}."
        message += " Formats for all questions are table, csv, tsv, json, xml, jsonl and md."
        raise WrongUse(message)
    if not table.rows:
        message = f"{question.name} has no rows, so there is nothing to draw: {question.said('empty')}"
        raise WrongUse(message)
    sheet = sheet_of(table, _chosen(question, table))
    return _MAKERS[kind](sheet, question.name)


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


def _framed(question: QueryFile, drawing: Drawing, source: str, said: list[str]) -> Spec:
    """Return the drawing with the title, the question and its parameters above it, and the source below."""
    under = [line for text in (*said, *drawing.notes) if text for line in folded(text, _ROOM, 13)]
    title = {"text": question.said("title"), "subtitle": under, "anchor": "start", "frame": "bounds", "offset": 14}
    foot: Spec = {
        "text": folded(f"Source: {source}", _ROOM, 11),
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
            "font": FONT,
            "axisY": {"titleAngle": 0, "titleAlign": "right", "titleX": -8, "titleY": -8},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titlePadding": 10, "gridColor": "#E4E4E4"},
            "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleLimit": 400, "orient": "top", "columns": 4},
            "text": {"fontSize": 12},
            "title": {"fontSize": 18, "subtitleFontSize": 13, "subtitleColor": "#333333", "subtitlePadding": 6},
            "view": {"stroke": None},
        },
    }


def _drawn(spec: Spec, question: QueryFile, said: str) -> str:
    try:
        import vl_convert
    except ImportError as error:
        message = "charts need vl-convert-python, which is not installed: pip install vl-convert-python."
        raise WrongUse(message) from error
    svg = fitted(_renumbered(str(vl_convert.vegalite_to_svg(spec, vl_version=_VERSION))))
    head, close, rest = svg.partition(">")
    return f"{head}{close}<title>{escape(question.said('title'))}</title><desc>{escape(said)}</desc>{rest}\n"


def _renumbered(svg: str) -> str:
    """Return the text with its own numbers for gradients and clips: Vega counts them on from chart to chart."""
    names: dict[str, str] = {}
    return re.sub(
        r"\b(gradient_|clip)\d+\b",
        lambda found: names.setdefault(found[0], f"{found[1]}{len(names)}"),
        svg,
    )


_MAKERS: Final[dict[str, Callable[[Sheet, str], Drawing]]] = {
    "bar": bar,
    "line": line,
    "matrix": matrix,
    "timeline": timeline,
}
