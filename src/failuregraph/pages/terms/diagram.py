"""A drawing of classes and of the properties that lead from one to another, laid out by rule: same terms, same lines.

Classes stand in three columns, those that are tied to each other side by side.  A line leaves its row to the side, runs
up or down between the columns and through the room between two boxes, and never over a box; lines to one class join.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from failuregraph.pages.document import Link

__all__ = ["Box", "Drawing", "Edge", "Placed", "Row", "drawing"]

_COLUMNS: Final = 3
_WIDTH: Final = 252
_HEAD: Final = 28
_ROW: Final = 18
_FOOT: Final = 6
_SPACE: Final = 30
_MARGIN: Final = 4
_SWEEPS: Final = 6
#: How far lines of one gutter are apart, and the first and the last from the boxes.
_TRACK, _SIDE = 8, 14
_BEND: Final = 6
#: What it costs that two classes that are tied stand so many columns apart.
_APART: Final = (2, 0, 7)
#: What a column costs: the square of its height, by this.
_HIGH: Final = 15_000


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


class _Spot(NamedTuple):
    """Where a box stands: its column, its place in it from above, its upper edge, and the one of its left edge."""

    column: int
    place: int
    y: int


class _Way(NamedTuple):
    """A line before its place across is known: the gutters that it runs in, and how high it enters and leaves each."""

    key: tuple[str, bool]
    start: int
    end: int
    hops: tuple[tuple[int, float, float], ...]


class _Wish(NamedTuple):
    """What a line is to connect: the box and the height at which it starts, and the box that it leads to."""

    box: str
    y: int
    target: str
    broader: bool


def drawing(boxes: Iterable[Box]) -> Drawing:
    """Return the drawing of the boxes that lead to another or are led to; the others have nothing to draw."""
    known = {box.local: box for box in boxes}
    leads = {local: _targets(box, known) for local, box in known.items()}
    reached = {target for targets in leads.values() for target in targets}
    drawn = {local: box for local, box in known.items() if leads[local] or local in reached}
    columns = _rightwards(_columns(drawn, _tied(drawn, leads)), leads)
    spots = _spots(columns, drawn)
    ways = _ways([wish for box in drawn.values() for wish in _wishes(box, drawn, spots)], columns, spots, drawn)
    tracks = _tracks(ways, spots)
    lefts, width = _lefts(tracks, len(columns))
    edges = tuple(Edge(_path(way, tracks, lefts), broader=way.key[1]) for way in ways)
    height = max((spots[local].y + box.height for local, box in drawn.items()), default=0) + _SPACE
    placed = tuple(_placed(box, (lefts[spots[box.local].column], spots[box.local].y)) for box in drawn.values())
    left_out = tuple(box for local, box in known.items() if local not in drawn)
    return Drawing(width, height, placed, edges, tuple(drawn.values()), left_out)


def _targets(box: Box, known: Mapping[str, Box]) -> list[str]:
    """Return the other boxes that a box leads to, once each, in the order of its rows."""
    found = [range_.href.removeprefix("#") for _, range_, _ in box.rows] + list(box.parents)
    return [each for each in dict.fromkeys(found) if each in known and each != box.local]


def _tied(drawn: Iterable[str], leads: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return what each box is tied to, by a line from it or to it."""
    tied: dict[str, dict[str, None]] = {local: {} for local in drawn}
    for local, others in tied.items():
        for target in leads[local]:
            others[target] = tied[target][local] = None
    return {local: list(others) for local, others in tied.items()}


# --- Columns ---


def _columns(drawn: Mapping[str, Box], tied: Mapping[str, list[str]]) -> list[list[str]]:
    """Return the boxes column by column: what is tied stands side by side, and the columns are about as high.

    The box with most ties begins in the middle; then each moves to where it costs least, until none does.
    """
    order = sorted(drawn, key=lambda local: (-len(tied[local]), -drawn[local].height, local))
    column: dict[str, int] = {}
    heights = [0] * _COLUMNS
    for local in order:
        column[local] = _cheapest(local, drawn, tied, column, heights) if column else _COLUMNS // 2
        heights[column[local]] += drawn[local].height + _SPACE
    for _ in drawn:
        before = dict(column)
        for local in order:
            heights[column.pop(local)] -= drawn[local].height + _SPACE
            column[local] = _cheapest(local, drawn, tied, column, heights)
            heights[column[local]] += drawn[local].height + _SPACE
        if before == column:
            break
    columns = [[local for local in drawn if column[local] == place] for place in range(_COLUMNS)]
    return _sorted([each for each in columns if each], tied)


def _rightwards(columns: list[list[str]], leads: Mapping[str, list[str]]) -> list[list[str]]:
    """Return the columns so that more lines lead to the right than to the left."""
    place = {local: number for number, column in enumerate(columns) for local in column}
    ways = [place[target] - place[local] for local in place for target in leads[local]]
    left, right = (sum(1 for way in ways if way * sign > 0) for sign in (-1, 1))
    return columns[::-1] if left > right else columns


def _cheapest(
    local: str,
    drawn: Mapping[str, Box],
    tied: Mapping[str, list[str]],
    column: Mapping[str, int],
    heights: Sequence[int],
) -> int:
    """Return the column in which a box costs least, beside those that have one."""
    high = drawn[local].height + _SPACE

    def cost(place: int) -> tuple[float, int]:
        apart = sum(_APART[abs(place - column[other])] for other in tied[local] if other in column)
        return apart + ((heights[place] + high) ** 2 - heights[place] ** 2) / _HIGH, place

    return min(range(_COLUMNS), key=cost)


def _sorted(columns: list[list[str]], tied: Mapping[str, list[str]]) -> list[list[str]]:
    """Return the columns with each box near the middle of what it is tied to, from left to right and back."""
    for sweep in range(_SWEEPS):
        order = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        for place in order:
            beside = columns[place - 1] if sweep % 2 == 0 else columns[place + 1]
            height = {local: number / len(beside) for number, local in enumerate(beside)}
            columns[place] = _near(columns[place], tied, height)
    return columns


def _near(column: Sequence[str], tied: Mapping[str, list[str]], height: Mapping[str, float]) -> list[str]:
    def middle(pair: tuple[int, str]) -> tuple[float, int]:
        found = [height[each] for each in tied[pair[1]] if each in height]
        return (sum(found) / len(found) if found else pair[0] / len(column), pair[0])

    return [local for _, local in sorted(enumerate(column), key=middle)]


def _spots(columns: list[list[str]], drawn: Mapping[str, Box]) -> dict[str, _Spot]:
    """Return where each box stands; shorter columns have more room between their boxes."""
    heights = [sum(drawn[each].height + _SPACE for each in column) + _SPACE for column in columns]
    spots = {}
    for number, column in enumerate(columns):
        space = _SPACE + (max(heights) - heights[number]) // (len(column) + 1)
        y = space
        for place, local in enumerate(column):
            spots[local] = _Spot(number, place, y)
            y += drawn[local].height + space
    return spots


# --- Lines ---


def _wishes(box: Box, drawn: Mapping[str, Box], spots: Mapping[str, _Spot]) -> list[_Wish]:
    y = spots[box.local].y
    ends = [range_.href.removeprefix("#") for _, range_, _ in box.rows]
    rows = [
        _Wish(box.local, y + _HEAD + _ROW * place + _ROW // 2, target, broader=False)
        for place, target in enumerate(ends)
        if target in drawn
    ]
    return rows + [_Wish(box.local, y + 7, each, broader=True) for each in box.parents if each in drawn]


def _ways(
    wishes: Sequence[_Wish], columns: list[list[str]], spots: Mapping[str, _Spot], drawn: Mapping[str, Box]
) -> list[_Way]:
    """Return the ways of the lines; those to one class that pass between the same two boxes do so at one height."""
    gaps = [_gaps(column, spots, drawn) for column in columns]
    passed = [_passes(wish, gaps, spots) for wish in wishes]
    lanes: dict[tuple[int, int], list[tuple[str, bool]]] = defaultdict(list)
    for wish, passes in zip(wishes, passed, strict=True):
        for each in passes:
            if (wish.target, wish.broader) not in lanes[each]:
                lanes[each].append((wish.target, wish.broader))
    found = []
    for wish, passes in zip(wishes, passed, strict=True):
        key = (wish.target, wish.broader)
        heights = [_lane(gaps[column][gap], lanes[column, gap], key) for column, gap in passes]
        found.append(_way(wish, heights, spots))
    return found


def _gaps(column: Sequence[str], spots: Mapping[str, _Spot], drawn: Mapping[str, Box]) -> list[tuple[int, int]]:
    """Return the room above, between and below the boxes of a column."""
    tops = [spots[local].y for local in column]
    ends = [spots[local].y + drawn[local].height for local in column]
    return list(zip([tops[0] - _SPACE, *ends], [*tops, ends[-1] + _SPACE], strict=True))


def _passes(wish: _Wish, gaps: list[list[tuple[int, int]]], spots: Mapping[str, _Spot]) -> list[tuple[int, int]]:
    """Return the columns that a line passes, and through which room of each: that which is least out of its way."""
    start, end = spots[wish.box], spots[wish.target]
    step = 1 if end.column > start.column else -1
    goal = end.y + _HEAD // 2

    def detour(pair: tuple[int, tuple[int, int]]) -> float:
        middle = sum(pair[1]) / 2
        return abs(middle - wish.y) + abs(middle - goal)

    between = range(start.column + step, end.column, step) if start.column != end.column else ()
    return [(column, min(enumerate(gaps[column]), key=detour)[0]) for column in between]


def _lane(gap: tuple[int, int], lanes: Sequence[tuple[str, bool]], key: tuple[str, bool]) -> float:
    return gap[0] + (gap[1] - gap[0]) * (lanes.index(key) + 1) / (len(lanes) + 1)


def _way(wish: _Wish, heights: Sequence[float], spots: Mapping[str, _Spot]) -> _Way:
    start, end = spots[wish.box].column, spots[wish.target].column
    step = 1 if end > start else -1
    gutter = start if end < start else start + 1
    goal = spots[wish.target].y + (_HEAD - 7 if wish.broader else _HEAD // 2)
    levels = [float(wish.y), *heights, float(goal)]
    hops = tuple((gutter + step * place, *pair) for place, pair in enumerate(itertools.pairwise(levels)))
    return _Way((wish.target, wish.broader), start, end, hops)


def _tracks(ways: Sequence[_Way], spots: Mapping[str, _Spot]) -> dict[tuple[int, tuple[str, bool]], int]:
    """Return the number of each line in its gutter, from the left: those to one class have one there."""
    used: dict[int, dict[tuple[str, bool], list[float]]] = defaultdict(lambda: defaultdict(list))
    for way in ways:
        for gutter, top, bottom in way.hops:
            used[gutter][way.key] += [top, bottom]
    tracks = {}
    for gutter, keys in used.items():

        def place(key: tuple[str, bool], gutter: int = gutter) -> tuple[bool, int, str, bool]:
            right = spots[key[0]].column >= gutter
            return right, -spots[key[0]].y if right else spots[key[0]].y, *key

        for number, key in enumerate(sorted(keys, key=place)):
            tracks[gutter, key] = number
    return tracks


def _lefts(tracks: Iterable[tuple[int, tuple[str, bool]]], columns: int) -> tuple[list[int], int]:
    """Return the left edge of each column, and the width of all: a gutter is as wide as its lines need."""
    most = [0] * (columns + 1)
    for gutter, _ in tracks:
        most[gutter] += 1
    room = [2 * _SIDE + _TRACK * (number - 1) if number else 0 for number in most]
    lefts = [_MARGIN + sum(room[: place + 1]) + place * _WIDTH for place in range(columns)]
    return lefts, 2 * _MARGIN + sum(room) + columns * _WIDTH


def _path(way: _Way, tracks: Mapping[tuple[int, tuple[str, bool]], int], lefts: Sequence[int]) -> str:
    """Return the line from the side of one box to the side of another, with its corners round."""
    rights = way.hops[0][0] > way.start
    points = [(float(lefts[way.start] + (_WIDTH if rights else 0)), way.hops[0][1])]
    for gutter, top, bottom in way.hops:
        edge = lefts[gutter - 1] + _WIDTH if gutter else _MARGIN
        x = float(edge + _SIDE + _TRACK * tracks[gutter, way.key])
        points += [(x, top), (x, bottom)]
    last = way.hops[-1][0]
    points.append((float(lefts[way.end] + (_WIDTH if last > way.end else 0)), points[-1][1]))
    return _round(points)


def _round(points: Sequence[tuple[float, float]]) -> str:
    """Return a path along points, of which each is straight above or beside the next, with its corners round."""
    found = [f"M{_at(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        bend = min(_BEND, _far(before, corner) / 2, _far(corner, after) / 2)
        found.append(f"L{_at(_toward(corner, before, bend))}Q{_at(corner)} {_at(_toward(corner, after, bend))}")
    return "".join([*found, f"L{_at(points[-1])}"])


def _far(one: tuple[float, float], other: tuple[float, float]) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _toward(start: tuple[float, float], end: tuple[float, float], way: float) -> tuple[float, float]:
    share = way / (_far(start, end) or 1)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _at(point: tuple[float, float]) -> str:
    return f"{point[0]:.5g} {point[1]:.5g}"


def _placed(box: Box, corner: tuple[int, int]) -> Placed:
    x, y = corner
    rows = tuple(
        Row(x + 10, y + _HEAD + _ROW * place + 13, name, _range(name, range_.text))
        for place, (name, range_, local) in enumerate(box.rows)
    )
    return Placed(x, y, _WIDTH, box.height, box.label, f"#{box.local}", rows)


def _range(name: str, range_: str) -> str:
    """Return what a property leads to, unless its name says so already."""
    return "" if name.casefold() == range_.casefold() else range_
