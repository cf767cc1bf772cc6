"""Marks: for each aspect how many points were kept, and why each other one was lost."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Aspect"]


@dataclass
class Aspect:
    """One aspect of an endpoint with its points, counted while it is looked at."""

    name: str
    kept: int = 0
    lost: list[str] = field(default_factory=list)

    @property
    def points(self) -> int:
        """How many points there are."""
        return self.kept + len(self.lost)

    def check(self, holds: object, reason: str) -> bool:
        """Keep a point where something holds, else lose it for a reason; return which."""
        if holds:
            self.kept += 1
        else:
            self.lost.append(reason)
        return bool(holds)
