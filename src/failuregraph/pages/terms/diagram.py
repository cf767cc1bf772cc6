"""A drawing of classes and of the properties that lead from one to another, laid out by rule: same terms, same lines.

Classes stand in columns, each to the right of those that lead to it; a property starts at its row and ends at its
class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from failuregraph.pages.document import Link

__all__ = ["Box", "Drawing", "Edge", "Placed", "Row", "drawing"]

_WIDTH: Final = 232
_GAP: Final = 52
_HEAD: Final = 26
_ROW: Final = 17
_FOOT: Final = 6
_SPACE: Final = 22
_MARGIN: Final = 12
_SWEEPS: Final = 6


@dataclass(frozen=True)
class Box:
    """A class: its local name, its label, its properties with range and local name, and its parents among the boxes."""

    local: str
    label: str
    rows: tuple[tuple[str, Link, str], ...]
    parents: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """The height of the box in the drawing."""
        return _HEAD + _ROW * len(self.rows) + (_FOOT if self.rows else 0)


@dataclass(frozen=True)
class Row:
    """A property in its box."""

    x: int
    y: int
    name: str
    range: str


@dataclass(frozen=True)
class Placed:
    """A box in its place."""

    x: int
    y: int
    width: int
    height: int
    label: str
    href: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Edge:
    """A line from a property to the class that it leads to, or from a class to its broader one."""

    path: str
    broader: bool


@dataclass(frozen=True)
class Drawing:
    """The drawing, and the same in sentences."""

    width: int
    height: int
    boxes: tuple[Placed, ...]
    edges: tuple[Edge, ...]
    told: tuple[Box, ...]
    left_out: tuple[Box, ...]


def drawing(boxes: Iterable[Box]) -> Drawing:
    """Return the drawing of the boxes that lead to another or are led to; the others have nothing to draw."""
    known = {box.local: box for box in boxes}
    leads = {local: _targets(box, known) for local, box in known.items()}
    reached = {target for targets in leads.values() for target in targets}
    drawn = {local: box for local, box in known.items() if leads[local] or local in reached}
    columns = _columns(drawn, leads)
    corners = _corners(columns, drawn)
    edges = [edge for box in drawn.values() for edge in _edges(box, drawn, corners)]
    width = max((x + _WIDTH for x, _ in corners.values()), default=0) + _MARGIN
    height = max((corners[local][1] + box.height for local, box in drawn.items()), default=0) + _MARGIN
    placed = tuple(_placed(box, corners[box.local]) for box in drawn.values())
    left_out = tuple(box for local, box in known.items() if local not in drawn)
    return Drawing(width, height, placed, tuple(edges), tuple(drawn.values()), left_out)


def _targets(box: Box, known: Mapping[str, Box]) -> list[str]:
    """Return the other boxes that a box leads to, once each, in the order of its rows."""
    found = [range_.href.removeprefix("#") for _, range_, _ in box.rows] + list(box.parents)
    return [each for each in dict.fromkeys(found) if each in known and each != box.local]


def _columns(drawn: Mapping[str, Box], leads: Mapping[str, list[str]]) -> list[list[str]]:
    """Return the boxes column by column: each after all that lead to it, but for what closes a circle."""
    forward = _without_circles(drawn, leads)
    depth = dict.fromkeys(drawn, 0)
    for _ in drawn:
        for local in drawn:
            for target in forward[local]:
                depth[target] = max(depth[target], depth[local] + 1)
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for local in drawn:
        columns[_pulled(local, depth, forward)].append(local)
    return _sorted(columns, forward)


def _pulled(local: str, depth: Mapping[str, int], forward: Mapping[str, list[str]]) -> int:
    """Return the column of a box: one that nothing leads to stands right before the first that it leads to."""
    if depth[local] == 0 and forward[local]:
        return max(0, min(depth[target] for target in forward[local]) - 1)
    return depth[local]


def _without_circles(drawn: Mapping[str, Box], leads: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return what leads where, without the lines that lead back to a box on the way to them."""
    forward: dict[str, list[str]] = {local: [] for local in drawn}
    done: set[str] = set()

    def visit(local: str, way: tuple[str, ...]) -> None:
        done.add(local)
        for target in leads[local]:
            if target not in (*way, local):
                forward[local].append(target)
                if target not in done:
                    visit(target, (*way, local))

    led = {target for targets in leads.values() for target in targets}
    for local in sorted(drawn, key=lambda each: (each in led, -len(leads[each]), each)):
        if local not in done:
            visit(local, ())
    return _acyclic(forward)


def _acyclic(forward: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the lines in an order in which none closes a circle; what would close one is left out."""
    kept: dict[str, list[str]] = {local: [] for local in forward}
    for local, targets in forward.items():
        for target in targets:
            if local not in _reachable(target, kept):
                kept[local].append(target)
    return kept


def _reachable(start: str, lines: Mapping[str, list[str]]) -> set[str]:
    found, open_ = {start}, [start]
    while open_:
        new = [target for target in lines[open_.pop()] if target not in found]
        found.update(new)
        open_ += new
    return found


def _sorted(columns: list[list[str]], forward: Mapping[str, list[str]]) -> list[list[str]]:
    """Return the columns with each box near the middle of what it is tied to, from left to right and back."""
    tied: dict[str, set[str]] = {local: set(targets) for local, targets in forward.items()}
    for local, targets in forward.items():
        for target in targets:
            tied[target].add(local)
    for sweep in range(_SWEEPS):
        order = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        for place in order:
            beside = columns[place - 1] if sweep % 2 == 0 else columns[place + 1]
            height = {local: number for number, local in enumerate(beside)}
            columns[place] = _near(columns[place], tied, height)
    return columns


def _near(column: Sequence[str], tied: Mapping[str, set[str]], height: Mapping[str, int]) -> list[str]:
    def middle(pair: tuple[int, str]) -> tuple[float, int]:
        found = [height[each] for each in tied[pair[1]] if each in height]
        return (sum(found) / len(found) if found else float(pair[0]), pair[0])

    return [local for _, local in sorted(enumerate(column), key=middle)]


def _corners(columns: list[list[str]], drawn: Mapping[str, Box]) -> dict[str, tuple[int, int]]:
    """Return the upper left corner of each box; shorter columns stand in the middle of the longest."""
    heights = [sum(drawn[each].height + _SPACE for each in column) - _SPACE for column in columns]
    longest = max(heights, default=0)
    corners = {}
    for place, column in enumerate(columns):
        y = _MARGIN + (longest - heights[place]) // 2
        for local in column:
            corners[local] = (_MARGIN + place * (_WIDTH + _GAP), y)
            y += drawn[local].height + _SPACE
    return corners


def _placed(box: Box, corner: tuple[int, int]) -> Placed:
    x, y = corner
    rows = tuple(
        Row(x + 10, y + _HEAD + _ROW * place + 12, name, _range(name, range_.text))
        for place, (name, range_, local) in enumerate(box.rows)
    )
    return Placed(x, y, _WIDTH, box.height, box.label, f"#{box.local}", rows)


def _range(name: str, range_: str) -> str:
    """Return what a property leads to, unless its name says so already."""
    return "" if name.casefold() == range_.casefold() else range_


def _edges(box: Box, drawn: Mapping[str, Box], corners: Mapping[str, tuple[int, int]]) -> list[Edge]:
    x, y = corners[box.local]
    found = []
    for place, (_, range_, _local) in enumerate(box.rows):
        target = range_.href.removeprefix("#")
        if target in drawn:
            found.append(Edge(_line((x, y + _HEAD + _ROW * place + 8), corners[target]), broader=False))
    head = (x, y + _HEAD // 2)
    return found + [Edge(_line(head, corners[each]), broader=True) for each in box.parents if each in drawn]


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    """Return the curve from the side of one box to the side of another."""
    (x, y), (u, v) = start, (end[0], end[1] + _HEAD // 2)
    if u > x:
        x += _WIDTH
        bend = _GAP // 2 + (u - x) // 4
        return f"M{x} {y}C{x + bend} {y} {u - bend} {v} {u} {v}"
    if u < x:
        u += _WIDTH
        bend = _GAP // 2 + (x - u) // 4
        return f"M{x} {y}C{x - bend} {y} {u + bend} {v} {u} {v}"
    x, u = x + _WIDTH, u + _WIDTH
    return f"M{x} {y}C{x + _GAP // 2} {y} {u + _GAP // 2} {v} {u} {v}"
