"""The command line: thin commands over functions of the library, no logic of their own.

Importing this package loads click and nothing heavy; every command imports what it needs when it runs.
"""

from __future__ import annotations

import sys

from failuregraph.cli.root import root, run_guarded

__all__ = ["main"]


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run_guarded(root))
