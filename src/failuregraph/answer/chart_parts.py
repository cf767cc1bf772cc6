"""What all charts share: colours that everybody can tell apart, axes, and parts side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["BASIS", "GREY", "MOST_LABEL", "PALETTE", "Drawing", "Spec", "axis", "faceted"]

#: A longer label is cut, in pixels; its mark says it whole.
MOST_LABEL: Final = 280
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


def faceted(rows: list[dict[str, Any]], unit: Spec, facet: str | None, resolve: Spec, across: int = 1) -> Spec:
    """Return the unit once for each value of the facet, in the order of the rows, or once where there is none."""
    data = {"values": rows}
    if facet is None:
        return {"data": data, **unit}
    order = list(dict.fromkeys(row["facet"] for row in rows))
    header = {"title": None, "labelAnchor": "start", "labelFontSize": 13, "labelFontWeight": "bold", "labelLimit": 480}
    split = {"field": "facet", "type": "nominal", "sort": order, "header": header}
    return {"data": data, "facet": split, "columns": across, "spec": unit, "resolve": resolve, "spacing": 18}
