"""What an import did, as values: no printing, no exit."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ImportReport", "Kept", "Refused"]


@dataclass(frozen=True)
class Refused:
    """A row that was not imported: its number from 1, its key where it has one, and why."""

    row: int
    key: str
    reason: str

    def __str__(self) -> str:
        """Return one sentence."""
        return f"refused row {self.row} ({self.key}): {self.reason}"


@dataclass(frozen=True)
class Kept:
    """A record whose file differs from the row: the statements on both sides, as one line each."""

    key: str
    differences: tuple[str, ...]

    def __str__(self) -> str:
        """Return the record and its differences, one a line."""
        return "\n".join([self.key, *(f"  {line}" for line in self.differences)])


@dataclass(frozen=True)
class ImportReport:
    """The outcome of one import, record by record."""

    added: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    renumbered: tuple[str, ...] = ()
    overwritten: tuple[Kept, ...] = ()
    kept: tuple[Kept, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0, or 1 where a row was refused or a differing file was left alone."""
        return 1 if self.refused or self.kept else 0

    def __str__(self) -> str:
        """Return the report as text: what happened to single records, then the counts."""
        lines = [f"note: {note}" for note in self.notes]
        lines += [str(row) for row in self.refused]
        lines += [f"left alone, use --overwrite to take the index's: {kept}" for kept in self.kept]
        lines += [f"overwritten: {kept}" for kept in self.overwritten]
        lines += [f"renumbered: {change}" for change in self.renumbered]
        counts = [
            f"{len(self.added)} added",
            f"{len(self.unchanged)} unchanged",
            f"{len(self.overwritten)} overwritten",
            f"{len(self.renumbered)} renumbered",
            f"{len(self.kept)} left alone",
            f"{len(self.refused)} refused",
        ]
        return "\n".join([*lines, ", ".join(counts)])
