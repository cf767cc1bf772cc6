"""Every exception of the package: one sentence each, for the person who can act on it.

Imports nothing of the package.  An error never formats itself for a terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FailureGraphError", "RemoteFailed", "Unreadable", "Unsupported", "WrongUse"]


class FailureGraphError(Exception):
    """The root of all errors that a user can meet; ``exit_code`` is what a command ends with."""

    exit_code: ClassVar[int] = 5


class WrongUse(FailureGraphError):
    """A command, a parameter or a name that cannot be right (exit code 2)."""

    exit_code = 2


class Unsupported(FailureGraphError):
    """A feature that the named engine does not have (exit code 2)."""

    exit_code = 2

    def __init__(self, engine: str, feature: str) -> None:
        super().__init__(f"{engine} does not support {feature}.")


class Unreadable(FailureGraphError):
    """Input that cannot be read or parsed (exit code 3), with the place where reading stopped.

    ``line`` and ``column`` count from 1 and are None where the place is not known.
    """

    exit_code = 3

    def __init__(
        self, message: str, path: Path | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        self.message, self.path, self.line, self.column = message, path, line, column
        super().__init__(f"{self.place}: {message}" if path else message)

    @property
    def place(self) -> str:
        """The path, with the line where it is known, as ``path:line``."""
        return f"{self.path}:{self.line}" if self.line else str(self.path)


class RemoteFailed(FailureGraphError):
    """A remote store that cannot be reached or does not answer as it should (exit code 4)."""

    exit_code = 4
