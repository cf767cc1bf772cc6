"""The whole hostile corpus: every family at every size, heavy queries, ways out and near misses."""

from __future__ import annotations

from hostile.case import Case
from hostile.heavy import HEAVY
from hostile.nesting import NESTING
from hostile.outbound import near_misses, outbound, services

__all__ = ["corpus", "quick"]


def corpus(out: str, file: str) -> list[Case]:
    """Return every case; ``out`` is an address that must not be called, ``file`` a file that must not be read."""
    nested = [case for family in NESTING for case in family.cases()]
    return [*nested, *HEAVY, *services(out), *outbound(out, file), *near_misses(out)]


def quick(out: str, file: str) -> list[Case]:
    """Return the cases that are answered at once, and none that may run until the deadline."""
    nested = [case for family in NESTING if family.deep for case in family.cases()]
    return [*nested, *services(out), *outbound(out, file), *near_misses(out)]
