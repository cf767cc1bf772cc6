"""What all charts share: colours that everybody can tell apart, axes, and parts side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["BASIS", "GREY", "MOST_LABEL", "PALETTE", "Drawing", "Spec", "axis", "faceted", "label_axis", "row_height"]

#: A longer label of a legend or of an axis below is cut, in pixels; its mark says it whole.
MOST_LABEL: Final = 360
#: How high a row is at least, each line of its label, and what stands between two labels, in pixels.
_ROW, _LINE, _BETWEEN = 22, 14, 8
#: No label of a row has more lines.
_MOST_LINES: Final = 9
#: The palette of Okabe and Ito, which people with any kind of colour vision can tell apart, without its yellow.
PALETTE: Final = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")
GREY: Final = "#8C8C8C"
BASIS: Final = {"observed": PALETTE[0], "profile": PALETTE[1]}

Spec = dict[str, Any]


@dataclass
class Drawing:
    """What is drawn, and what must be said beside it."""

    body: Spec
    notes: list[str] = field(default_factory=list)


def axis(name: str, kind: str, title: str, *, sort: object = "ascending", **axis: object) -> Spec:
    """Return an axis: its field, its kind of scale and its title."""
    return {"field": name, "type": kind, "sort": sort, "axis": {"title": title or None, **axis}}


def label_axis(title: str) -> Spec:
    """Return the axis of the labels of rows, which stand in the order of the rows and may have several lines.

    The library lets the first line stand at the middle of the row; the offset moves the whole there.
    """
    lines = r"split(datum.label, '\n')"
    up = [{"test": f"length({lines}) == {more + 1}", "value": -more * _LINE / 2} for more in range(1, _MOST_LINES)]
    return axis(
        "label",
        "nominal",
        title,
        sort=None,
        labelLimit=MOST_LABEL,
        labelExpr=lines,
        labelLineHeight=_LINE,
        labelOffset={"condition": up, "value": 0},
    )


def row_height(rows: list[dict[str, Any]]) -> int:
    """Return how high each row is drawn, so that the longest label has room."""
    lines = 1 + max((str(row["label"]).count("\n") for row in rows), default=0)
    return max(_ROW, _LINE * lines + _BETWEEN)


def faceted(rows: list[dict[str, Any]], unit: Spec, facet: str | None, resolve: Spec, across: int = 1) -> Spec:
    """Return the unit once for each value of the facet, in the order of the rows, or once where there is none."""
    data = {"values": rows}
    if facet is None:
        return {"data": data, **unit}
    order = list(dict.fromkeys(row["facet"] for row in rows))
    header = {"title": None, "labelAnchor": "start", "labelFontSize": 13, "labelFontWeight": "bold", "labelLimit": 480}
    split = {"field": "facet", "type": "nominal", "sort": order, "header": header}
    return {"data": data, "facet": split, "columns": across, "spec": unit, "resolve": resolve, "spacing": 18}
