"""One hostile query and the statuses that are honest answers to it; imports nothing of the project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["ANSWERED", "CUT", "ENDLESS", "HONEST", "LIMIT", "REFUSED", "TOO_LONG", "Case", "Family"]

#: The nesting and the operator runs above which a query is refused before it is parsed.
LIMIT = 100
#: The longest query text in bytes.
LONGEST = 64 * 1024

#: What may come of any query at all; never 500, never silence.
HONEST = frozenset({200, 400, 413, 504, 507})
#: A query within the limits is answered, or met a limit while it ran.
ANSWERED = frozenset({200, 413, 504, 507})
#: A query that never ends meets the deadline or the memory cap.
ENDLESS = frozenset({504, 507})
#: An answer that grows without end meets one of the three caps.
CUT = frozenset({413, 504, 507})
REFUSED = frozenset({400})
TOO_LONG = frozenset({413})


@dataclass(frozen=True)
class Case:
    """A query, sent as the body of a POST, and the statuses that are right."""

    name: str
    query: str
    expected: frozenset[int]
    address: str = "/sparql"
    content_type: str = "application/sparql-query"


@dataclass(frozen=True)
class Family:
    """A construct that is repeated n times.

    ``around`` counts the brackets that stand open beside the n; a family that is not ``deep`` is only long, and
    may be answered or refused.  ``below`` is what is right within the limit.
    """

    name: str
    make: Callable[[int], str]
    around: int = 1
    deep: bool = True
    below: frozenset[int] = ANSWERED

    @property
    def sizes(self) -> tuple[int, ...]:
        """How often the construct is repeated."""
        return (50, 99, 101, 1_000, 50_000) if self.deep else (2_000, 50_000)

    def cases(self) -> list[Case]:
        """Return one case for each size."""
        return [Case(f"{self.name}-{size}", self.make(size), self.expected(size)) for size in self.sizes]

    def expected(self, size: int) -> frozenset[int]:
        """Return the statuses that are right for a size."""
        if len(self.make(size).encode()) > LONGEST:
            return TOO_LONG
        if self.deep and size > LIMIT:
            return REFUSED
        return self.below if self.deep and size + self.around <= LIMIT else HONEST
