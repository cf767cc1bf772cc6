"""The limits of the server, in one table: enforced, shown by doctor and printed in refusals."""

from __future__ import annotations

from dataclasses import dataclass, fields

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """Published limits; sizes in bytes, times in seconds."""

    deadline: float = 10.0
    memory: int = 512 * 1024 * 1024
    answer: int = 16 * 1024 * 1024
    query: int = 64 * 1024
    target: int = 16 * 1024
    nesting: int = 100
    workers: int = 2
    waiting: int = 16

    def table(self) -> list[tuple[str, str]]:
        """Return name and value of every limit, as text."""
        return [(each.name, str(getattr(self, each.name))) for each in fields(self)]
