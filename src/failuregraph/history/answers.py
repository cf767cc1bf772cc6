"""What the stored questions answered, release after release: a record of the place of releases, not of any release.

Each release holds ``answers.json``, made of its own content alone.  ``history.json`` beside the releases gathers, for
every question, the releases whose answer was another than that before (decision 0029).
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from failuregraph.answer.receipt import canonical
from failuregraph.errors import Unreadable
from failuregraph.history.files import read, text_of, write
from failuregraph.query import QueryFile, run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from failuregraph.project import Project
    from failuregraph.store import Store

__all__ = [
    "ANSWERS_FILE",
    "HISTORY_FILE",
    "Answered",
    "History",
    "answers_of",
    "answers_text",
    "date_of",
    "read_answers",
]

ANSWERS_FILE: Final = "answers.json"
HISTORY_FILE: Final = "history.json"


@dataclass(frozen=True)
class Answered:
    """The answer of a question in a release: its rows and its hash, and the date of the data."""

    release: str
    date: str
    rows: int
    sha256: str


def answers_of(project: Project, store: Store, release: str, date: str) -> dict[str, Answered]:
    """Return question → its answer with default parameters; a question that needs more is left out."""
    found = {}
    for question in QueryFile.folder(project.answers):
        if all(each.optional or each.default is not None for each in question.parameters):
            table = run(store, question)
            digest = hashlib.sha256(canonical(table)).hexdigest()
            found[question.name] = Answered(release, date, len(table.rows), digest)
    return found


def answers_text(answers: Mapping[str, Answered]) -> str:
    """Return what ``answers.json`` holds."""
    return text_of({name: asdict(each) for name, each in answers.items()}, "answers")


def read_answers(path: Path) -> dict[str, Answered]:
    """Return what an ``answers.json`` holds; raises Unreadable for another file."""
    try:
        return {name: Answered(**stated) for name, stated in read(path, "answers").items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"not the answers of a release ({error}); build it again."
        raise Unreadable(message, path) from error


def date_of(answers: Mapping[str, Answered]) -> str:
    """Return the date of the data that these answers are of; empty where it states none."""
    return max((each.date for each in answers.values()), default="")


@dataclass(frozen=True)
class History:
    """Question → the releases in which its answer changed, the first one first."""

    changes: Mapping[str, tuple[Answered, ...]]

    @classmethod
    def read(cls, path: Path) -> History:
        """Return the history of a file, empty where there is none; raises Unreadable for one that is damaged."""
        try:
            kept: Mapping[str, list[dict[str, Any]]] = read(path, "changes")
            changes = {name: tuple(Answered(**each) for each in found) for name, found in kept.items()}
        except FileNotFoundError:
            return cls({})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"not a history of answers ({error}); move it away, and the next build begins a new one."
            raise Unreadable(message, path) from error
        return cls(changes)

    def with_answers(self, answers: Mapping[str, Answered]) -> History:
        """Return the history with the answers of one more release: where one differs from the last, it is added.

        A release that is built again changes nothing.  One that gives an older answer again stands anew at the end.
        """
        changes = dict(self.changes)
        for name, answer in answers.items():
            before = changes.get(name, ())
            if not before or before[-1].sha256 != answer.sha256:
                kept = tuple(each for each in before if each.release != answer.release)
                changes[name] = (*kept, answer)
        return History(changes)

    def write(self, path: Path) -> None:
        """Write the history, whole or not at all; one that says the same is left alone."""
        stated = {name: [asdict(each) for each in kept] for name, kept in self.changes.items()}
        write(path, text_of(stated, "changes"))
