"""Candidates: statements that somebody may accept, with their evidence, as a table that is edited by hand.

The table is tab-separated.  Whoever reviews it writes ``yes`` or ``no`` under ``decision``; a row that is left
empty stays undecided.
"""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, dataclass, fields, replace
from typing import TYPE_CHECKING, Final

from failuregraph.errors import Unreadable, WrongUse
from failuregraph.query import QueryFile, run
from failuregraph.turtle import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from failuregraph.project import Project
    from failuregraph.store import Store

__all__ = ["Candidate", "dump", "load", "rows", "similarity"]

_DECISIONS: Final = ("yes", "no", "")


@dataclass(frozen=True)
class Candidate:
    """A statement that is proposed: subject and predicate as prefixed names, the object as an IRI or a text.

    ``score`` runs from 0 to 1 and orders the table; it is no probability.
    """

    subject: str
    subject_label: str
    predicate: str
    object: str
    object_label: str
    score: float
    evidence: str
    decision: str = ""


_COLUMNS: Final = (
    "decision",
    "score",
    *(each.name for each in fields(Candidate) if each.name not in ("decision", "score")),
)


def dump(candidates: list[Candidate]) -> str:
    """Return the table of candidates, the best first."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for each in sorted(candidates, key=lambda each: (-each.score, astuple(each))):
        row = {**vars(each), "score": f"{each.score:.2f}"}
        writer.writerow([" ".join(str(row[name]).split()) for name in _COLUMNS])
    return stream.getvalue()


def load(path: Path) -> list[tuple[int, Candidate]]:
    """Return the rows of a reviewed table with their lines; raises Unreadable for a row that is not of the form."""
    rows = csv.reader(io.StringIO(read_text(path), newline=""), delimiter="\t")
    if tuple(next(rows, ())) != _COLUMNS:
        message = f"the first line must be {', '.join(_COLUMNS)}; use a table of failuregraph link propose."
        raise Unreadable(message, path, 1)
    found = []
    for cells in rows:
        if len(cells) != len(_COLUMNS):
            message = f"the row has {len(cells)} cells, not {len(_COLUMNS)}; keep the tabs between them."
            raise Unreadable(message, path, rows.line_num)
        row = dict(zip(_COLUMNS, cells, strict=True))
        decision = row.pop("decision").strip().lower()
        if decision not in _DECISIONS:
            message = f"the decision “{decision}” is neither yes nor no; leave it empty to decide later."
            raise Unreadable(message, path, rows.line_num)
        score = row.pop("score")
        try:
            candidate = Candidate(**row, score=float(score))
        except ValueError as error:
            message = f"the score “{score}” is no number."
            raise Unreadable(message, path, rows.line_num) from error
        found.append((rows.line_num, replace(candidate, decision=decision)))
    return found


def rows(project: Project, store: Store, name: str) -> Iterator[list[str]]:
    """Yield the rows of a stored query of ``queries/candidates/`` as texts, empty where nothing is bound."""
    for row in run(store, QueryFile.load(project.queries / "candidates" / f"{name}.rq")).rows:
        yield ["" if term is None else term.value for term in row]


def similarity() -> ModuleType:
    """Return RapidFuzz's measures of likeness, or raise WrongUse where it is not installed."""
    try:
        from rapidfuzz import fuzz
    except ImportError as error:
        message = "proposing links needs RapidFuzz; install failuregraph[import]."
        raise WrongUse(message) from error
    return fuzz
