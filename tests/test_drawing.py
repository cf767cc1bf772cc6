"""The drawing of a path: what stands where, what is missing, and how text breaks."""

from __future__ import annotations

import itertools

from failuregraph.names import NAMESPACES, STAGES
from failuregraph.pages.document import Link
from failuregraph.pages.incident.courses import StepLine
from failuregraph.pages.incident.drawing import WIDTH, draw

LABELS = {NAMESPACES["stage"] + stage: stage.replace("-", " ").capitalize() for stage in STAGES}


def _step(key: str, order: int = 1, text: str = "It happened.") -> StepLine:
    return StepLine(order, key, LABELS.get(NAMESPACES["stage"] + key, ""), text, kind=Link(f"Kind of {key}"))


def test_a_stage_that_is_not_told_is_drawn_as_that() -> None:
    """The gap stands where the stage would, and is told in the description too."""
    drawing = draw((_step("trigger"), _step("failure", 2)), "observed", "", LABELS)
    assert ["observed", "untold", "untold", "observed", "untold"] == [box.kind for box in drawing.boxes]
    assert ["Trigger", "Model step", "Control gap", "Failure", "Consequence"] == [
        box.texts[0].text for box in drawing.boxes
    ]
    assert "Control gap: not told." in drawing.description
    assert 4 == len(drawing.arrows)


def test_a_stage_may_stand_twice_and_one_not_stated_fills_no_gap() -> None:
    """Two failures are two boxes; where a stage is not stated nothing is said to be missing."""
    twice = draw(tuple(_step(key) for key in ("trigger", "failure", "failure", "consequence")), "observed", "", LABELS)
    assert 6 == len(twice.boxes)
    unstated = draw((_step(""), _step("failure")), "observed", "", LABELS)
    assert ["Stage not stated", "Failure"] == [box.texts[0].text for box in unstated.boxes]


def test_boxes_stand_below_each_other_and_hold_their_text() -> None:
    """No box meets the next, lines stay within, long words are divided, and all is narrow enough for 320 px."""
    long = StepLine(1, "trigger", "Trigger", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau " * 4)
    drawing = draw((long, _step("failure", 2)), "observed", "", LABELS)
    for box, after in itertools.pairwise(drawing.boxes):
        assert box.y + box.height < after.y
    for box in drawing.boxes:
        assert box.x + box.width <= WIDTH == 320
        assert all(box.y < line.y < box.y + box.height and len(line.text) <= 33 for line in box.texts)
    assert drawing.boxes[-1].y + drawing.boxes[-1].height <= drawing.height
