"""The drawing of a path: where the boxes of its steps stand and how their text breaks, for a template to draw.

A chain from top to bottom, narrow enough for a small screen.  What was observed and what only belongs to the profile
of a mode differ in outline and in words; a stage of which nothing is told is drawn as that.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import NAMESPACES, STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from failuregraph.pages.incident.courses import StepLine

__all__ = ["Arrow", "Box", "Drawing", "Text", "draw"]

WIDTH: Final = 320
_MARGIN: Final = 2
_INSET: Final = 16
_LEADING: Final = 20
_GAP: Final = 30
#: Letters in a line: a wide font of 15 units needs about 8.5 for each.
_LETTERS: Final = 33
_TOP: Final = 34
_UNTOLD: Final = "untold"
_LEGENDS: Final = {
    "observed": "Solid outline: observed in this incident",
    "profile": "Dashed outline: profile of the mode",
}


@dataclass(frozen=True)
class Text:
    """A line of text: where its baseline begins, and what part it has."""

    x: int
    y: int
    text: str
    part: str


@dataclass(frozen=True)
class Box:
    """The box of a step, or of a stage of which nothing is told."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    texts: tuple[Text, ...]


@dataclass(frozen=True)
class Arrow:
    """What leads from one box to the next, along ``x``; ``head`` is where its point opens."""

    x: int
    top: int
    bottom: int

    @property
    def head(self) -> int:
        """The height at which the two sides of the point begin."""
        return self.bottom - 6


@dataclass(frozen=True)
class Drawing:
    """The boxes and arrows of a path with the words that stand for them."""

    basis: str
    title: str
    description: str
    height: int
    legend: Text
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int = WIDTH


def draw(steps: Sequence[StepLine], basis: str, mode: str, labels: Mapping[str, str]) -> Drawing:
    """Return the drawing of the steps of a path, with the stages that the path leaves out."""
    boxes: list[Box] = []
    top = _TOP
    for stage, step in _chain(steps, labels):
        boxes.append(_box(stage, step, basis, top))
        top += boxes[-1].height + _GAP
    arrows = tuple(Arrow(WIDTH // 2, box.y + box.height + 3, box.y + box.height + _GAP - 3) for box in boxes[:-1])
    title = "Observed path of this incident" if basis == "observed" else f"Profile of the failure mode {mode}"
    return Drawing(
        basis,
        title,
        " Then ".join(_told(stage, step) for stage, step in _chain(steps, labels)),
        top - _GAP + _MARGIN,
        Text(_MARGIN, 16, _LEGENDS[basis], "legend"),
        tuple(boxes),
        arrows,
    )


def _chain(steps: Sequence[StepLine], labels: Mapping[str, str]) -> Iterator[tuple[str, StepLine | None]]:
    """Yield the steps with their stages, and where every stage is stated the missing ones in their place."""
    missing = [stage for stage in STAGES if stage not in {step.key for step in steps}]
    if not all(step.key in STAGES for step in steps):
        missing = []
    for step in steps:
        while missing and STAGES.index(missing[0]) < STAGES.index(step.key):
            yield labels[NAMESPACES["stage"] + missing.pop(0)], None
        yield step.stage or "Stage not stated", step
    for stage in missing:
        yield labels[NAMESPACES["stage"] + stage], None


def _box(stage: str, step: StepLine | None, basis: str, top: int) -> Box:
    lines = [(stage, "stage")]
    if step is None:
        lines.append(("Not told by any source" if basis == "observed" else "Not part of the profile", _UNTOLD))
    else:
        lines += [(line, "step") for line in _wrapped(step.kind.text if step.kind else step.text)]
        if step.evidence:
            lines += [(line, "evidence") for line in _wrapped(_rests(step.evidence))]
    texts = tuple(
        Text(_MARGIN + _INSET, top + 22 + place * _LEADING, text, part) for place, (text, part) in enumerate(lines)
    )
    height = len(lines) * _LEADING + 14
    return Box(_MARGIN, top, WIDTH - 2 * _MARGIN, height, basis if step else _UNTOLD, texts)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _LETTERS) or [""]


def _rests(numbers: Sequence[int]) -> str:
    return f"source{'' if len(numbers) == 1 else 's'} {', '.join(str(number) for number in numbers)}"


def _told(stage: str, step: StepLine | None) -> str:
    """Return a box in words."""
    if step is None:
        return f"{stage}: not told."
    return f"{stage}: {(step.kind.text if step.kind else step.text).rstrip('.')}."
