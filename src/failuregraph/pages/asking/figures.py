"""The chart of an answer as a part of a page: one picture with a name and a description, and nothing else to hear.

The table below it says the same, cell by cell.  A chart brings its own white ground, in the light and in the dark.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

__all__ = ["Figure", "figure"]


@dataclass(frozen=True)
class Figure:
    """A chart: ``svg`` stands in the page as it is, ``address`` is where the picture is alone."""

    svg: Markup
    title: str
    address: str


def figure(svg: str, title: str, address: str) -> Figure:
    """Return a chart for a page; its marks, which repeat the table, are hidden behind the picture as a whole.

    The text comes from the drawing library, which escapes what the table holds.
    """
    named = svg.replace("<title>", '<title id="chart-title">', 1).replace("<desc>", '<desc id="chart-desc">', 1)
    head = '<svg role="img" aria-labelledby="chart-title" aria-describedby="chart-desc" '
    return Figure(Markup(named.replace("<svg ", head, 1)), title, address)  # noqa: S704 - said above
