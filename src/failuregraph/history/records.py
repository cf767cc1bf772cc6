"""What became of the records, release after release: a log beside the releases, to which a build only adds.

Each release holds ``records.json``, made of its own content alone: the hash of what it states of each record.
``changes.json`` beside the releases has one step for each build that found other records than the one before it
(decision 0031).
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, Literal

import pyoxigraph as ox

from failuregraph.errors import Unreadable
from failuregraph.history.files import read, text_of, write
from failuregraph.names import BASE, GRAPH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["CHANGES_FILE", "RECORDS_FILE", "Change", "Log", "Step", "Version", "read_records", "records_of", "text"]

RECORDS_FILE: Final = "records.json"
CHANGES_FILE: Final = "changes.json"
#: A record and its incident: one file tells of both and of their parts.
_KINDS: Final = (f"{BASE}record/", f"{BASE}incident/")

Kind = Literal["new", "changed", "withdrawn"]


@dataclass(frozen=True)
class Version:
    """What a release states of a record: how many statements, and the SHA-256 of them as sorted N-Triples."""

    statements: int
    sha256: str


@dataclass(frozen=True)
class Change:
    """What became of a record in a step; of one that was withdrawn nothing is stated any more."""

    kind: Kind
    version: Version | None


@dataclass(frozen=True)
class Step:
    """A release that has other records than the one before it; ``date`` is that of its data."""

    number: int
    release: str
    date: str
    changes: Mapping[str, Change]


def records_of(quads: Iterable[ox.Quad]) -> dict[str, Version]:
    """Return identifier → what is asserted of the record, its incident and their parts.

    Links and what rules derive are no part of a record, and change with others.
    """
    found: dict[str, list[str]] = {}
    for quad in quads:
        identifier = _identifier(quad)
        if identifier:
            found.setdefault(identifier, []).append(f"{quad.triple} .\n")
    return {
        identifier: Version(len(lines), hashlib.sha256("".join(sorted(lines)).encode()).hexdigest())
        for identifier, lines in sorted(found.items())
    }


def _identifier(quad: ox.Quad) -> str:
    subject, graph = quad.subject, quad.graph_name
    if not isinstance(subject, ox.NamedNode) or str(graph).startswith(f"<{GRAPH}"):
        return ""
    own = next((each for each in _KINDS if subject.value.startswith(each)), None)
    return subject.value.removeprefix(own).partition("#")[0] if own else ""


def text(records: Mapping[str, Version]) -> str:
    """Return what ``records.json`` holds."""
    return text_of({name: asdict(each) for name, each in records.items()}, "records")


def read_records(path: Path) -> dict[str, Version]:
    """Return what a ``records.json`` holds; raises Unreadable for another file."""
    try:
        return {name: Version(**stated) for name, stated in read(path, "records").items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"not the records of a release ({error}); build it again."
        raise Unreadable(message, path) from error


@dataclass(frozen=True)
class Log:
    """The steps, the first one first; what stands in it never changes."""

    steps: tuple[Step, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Log:
        """Return the log of a file, empty where there is none; raises Unreadable for one that is damaged."""
        try:
            return cls(tuple(_step(number, each) for number, each in enumerate(read(path, "steps"), 1)))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"not a log of changes ({error}); move it away, and the next build begins a new one."
            raise Unreadable(message, path) from error

    @property
    def records(self) -> dict[str, Version]:
        """The records after the last step."""
        found: dict[str, Version] = {}
        for step in self.steps:
            for name, change in step.changes.items():
                if change.version is None:
                    found.pop(name, None)
                else:
                    found[name] = change.version
        return found

    def with_release(self, release: str, date: str, records: Mapping[str, Version]) -> Log:
        """Return the log with a step more, where a release has other records than the last step left."""
        before = self.records
        changes = {name: Change("withdrawn", None) for name in before if name not in records}
        for name, version in records.items():
            if before.get(name) != version:
                changes[name] = Change("changed" if name in before else "new", version)
        if not changes:
            return self
        return Log((*self.steps, Step(len(self.steps) + 1, release, date, dict(sorted(changes.items())))))

    def until(self, records: Mapping[str, Version]) -> Log:
        """Return the log up to the last step that left these records; empty where none did."""
        for end in range(len(self.steps), 0, -1):
            log = Log(self.steps[:end])
            if log.records == records:
                return log
        return Log()

    def of(self, identifier: str) -> list[tuple[Step, Change]]:
        """Return what became of a record, the last first."""
        return [(step, step.changes[identifier]) for step in reversed(self.steps) if identifier in step.changes]

    def write(self, path: Path) -> None:
        """Write the log, whole or not at all; one that says the same is left alone."""
        write(path, text_of([_stated(each) for each in self.steps], "steps"))


def _step(number: int, stated: Mapping[str, object]) -> Step:
    told = stated["changes"]
    if not isinstance(told, dict):
        raise TypeError(told)
    changes = {name: _change(each) for name, each in told.items()}
    return Step(number, str(stated["release"]), str(stated["date"]), changes)


def _change(stated: Mapping[str, object]) -> Change:
    kinds: dict[object, Kind] = {"new": "new", "changed": "changed", "withdrawn": "withdrawn"}
    kind = kinds[stated["change"]]
    if kind == "withdrawn":
        return Change(kind, None)
    return Change(kind, Version(int(str(stated["statements"])), str(stated["sha256"])))


def _stated(step: Step) -> dict[str, object]:
    changes = {
        name: {"change": each.kind, **(asdict(each.version) if each.version else {})}
        for name, each in step.changes.items()
    }
    return {"release": step.release, "date": step.date, "changes": changes}
