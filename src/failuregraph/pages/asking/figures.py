"""The chart of an answer as a part of a page: one picture with a name and a description, and nothing else to hear.

The table below it says the same, cell by cell.  A chart that stands alone brings its own white ground and its colours;
in a page it has no ground, and each mark has a class by which the style sheet gives it a colour of the page, in the
light and in the dark.  A shade becomes one accent, the stronger the more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from failuregraph.answer.chart_parts import GREY, PALETTE

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Figure", "figure"]

#: The class of each colour that charts have for marks.
_TONES: Final = {**{colour: f"tone-{place}" for place, colour in enumerate(PALETTE)}, GREY: "unknown"}
#: The square of what is not known, and the lines between squares.
_NO_SHADE, _EDGE = "#DADADA", "white"
#: The red of the palest and of the darkest square of a matrix, and how strong the accent is in their place: ink can be
#: read upon both.
_PALEST, _DARKEST = 234, 8
_WEAK, _STRONG = 0.08, 0.5
_TAG: Final = re.compile(r'<(path|line|rect|stop)((?:\s[\w:-]+="[^"]*")*)\s*(/?)>')
_ATTRIBUTE: Final = re.compile(r'\s([\w:-]+)="([^"]*)"')
_SHADE: Final = re.compile(r"rgb\((\d+), \d+, \d+\)")
_GROUND: Final = re.compile(r'(</desc>)<rect width="[\d.]+" height="[\d.]+" fill="white"/>')


@dataclass(frozen=True)
class Figure:
    """A chart: ``svg`` stands in the page, ``address`` is where the picture is alone, as it was drawn."""

    svg: Markup
    title: str
    address: str


def figure(svg: str, title: str, address: str) -> Figure:
    """Return a chart for a page; its marks, which repeat the table, are hidden behind the picture as a whole.

    The text comes from the drawing library, which escapes what the table holds.
    """
    bare = _GROUND.sub(r"\1", svg, count=1)
    named = bare.replace("<title>", '<title id="chart-title">', 1).replace("<desc>", '<desc id="chart-desc">', 1)
    head = '<svg role="img" aria-labelledby="chart-title" aria-describedby="chart-desc" '
    shown = _TAG.sub(_classed, named.replace("<svg ", head, 1))
    return Figure(Markup(shown), title, address)  # noqa: S704 - said above


def _classed(found: re.Match[str]) -> str:
    """Return a mark with the classes of its colours beside them; what is no mark stays as it is."""
    tag, given, end = found.groups()
    told = dict(_ATTRIBUTE.findall(given))
    classes = [*_tones(told), *_shades(told, tag)]
    if not classes:
        return found[0]
    told["class"] = " ".join(filter(None, [told.get("class", ""), *classes]))
    attributes = "".join(f' {name}="{value}"' for name, value in told.items())
    return f"<{tag}{attributes}{end}>"


def _tones(told: Mapping[str, str]) -> list[str]:
    """Return the classes of a mark of one colour: which, whether it is filled or drawn, and whether it is pale."""
    fill, stroke = _TONES.get(told.get("fill", "")), _TONES.get(told.get("stroke", ""))
    if not fill and not stroke:
        return ["edge"] if told.get("stroke") == _EDGE else []
    pale = float(told.get("opacity", 1)) < 1
    return [fill or stroke or "", *["filled"] * bool(fill), *["drawn"] * bool(stroke), *["pale"] * pale]


def _shades(told: dict[str, str], tag: str) -> list[str]:
    """Return the classes of a square of a matrix, or of a part of its scale, and note how strong its colour is."""
    name, strength = ("stop-color", "stop-opacity") if tag == "stop" else ("fill", "fill-opacity")
    if told.get(name) == _NO_SHADE:
        told[strength] = "0.2"
        return ["shade", "none"]
    shade = _SHADE.fullmatch(told.get(name, ""))
    if not shade:
        return []
    share = (_PALEST - int(shade[1])) / (_PALEST - _DARKEST)
    told[strength] = f"{_WEAK + share * (_STRONG - _WEAK):.2f}"
    return ["shade"]
