"""Findings: the one currency of all checks, and the report that gathers them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LEVELS", "UNREADABLE", "Finding", "Level", "Report"]

Level = Literal["error", "warning", "info"]

#: The levels, worst first.
LEVELS: Final[tuple[Level, ...]] = ("error", "warning", "info")

#: The rules that mean that a file could not be read at all: exit code 3 instead of 1.
UNREADABLE: Final = ("encoding", "missing", "syntax")


@dataclass(frozen=True, order=True)
class Finding:
    """One fault: where it is, which rule it breaks, what was found and what to do.

    ``line`` counts from 1 and is 0 where a finding is about a file as a whole.
    """

    path: Path
    line: int
    rule: str
    level: Level
    message: str
    remedy: str

    def __str__(self) -> str:
        """Return ``path:line rule level message remedy`` on one line."""
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place} {self.rule} {self.level} {self.message} {self.remedy}".rstrip()

    def to_dict(self) -> dict[str, str | int]:
        """Return the finding with stable field names."""
        return {
            "path": str(self.path),
            "line": self.line,
            "rule": self.rule,
            "level": self.level,
            "message": self.message,
            "remedy": self.remedy,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, str | int]) -> Finding:
        """Return the finding of a dictionary that ``to_dict`` made."""
        level = next(each for each in LEVELS if each == values["level"])
        return cls(
            Path(str(values["path"])),
            int(values["line"]),
            str(values["rule"]),
            level,
            str(values["message"]),
            str(values["remedy"]),
        )


@dataclass(frozen=True)
class Report:
    """What a check found, sorted, and over how much."""

    findings: tuple[Finding, ...]
    records: int
    files: int
    statements: int
    notes: tuple[str, ...] = ()

    def __add__(self, other: Report) -> Report:
        """Return both reports as one, its findings sorted."""
        return Report(
            tuple(sorted({*self.findings, *other.findings})),
            self.records + other.records,
            self.files + other.files,
            self.statements + other.statements,
            self.notes + other.notes,
        )

    @property
    def by_level(self) -> dict[Level, int]:
        """The number of findings of each level."""
        counts = Counter(finding.level for finding in self.findings)
        return {level: counts[level] for level in LEVELS}

    @property
    def by_rule(self) -> list[tuple[Level, str, int]]:
        """Level, rule and number of findings, worst and most frequent first."""
        counts = Counter((finding.level, finding.rule) for finding in self.findings)
        ordered = sorted(counts.items(), key=lambda item: (LEVELS.index(item[0][0]), -item[1], item[0][1]))
        return [(level, rule, count) for (level, rule), count in ordered]

    def exit_code(self, fail_on: str = "error") -> int:
        """Return 3 where a file could not be read, 1 where a finding reaches the level, else 0."""
        if any(finding.rule in UNREADABLE for finding in self.findings):
            return 3
        worst = LEVELS[: [*LEVELS].index(next(level for level in LEVELS if level == fail_on)) + 1]
        return 1 if any(finding.level in worst for finding in self.findings) else 0
