"""The limits of the server, in one table: enforced, shown by doctor, published and printed in refusals."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from failuregraph.errors import WrongUse
from failuregraph.names import BASE, ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Place", "Settings", "changed", "contact_of"]

_CONTACT: Final = re.compile(r"https://[^\s<>\"'/]+(/[^\s<>\"']*)?|mailto:[^\s<>\"'@]+@[^\s<>\"'@]+")
_MIB: Final = 1024 * 1024
#: What each limit means, for the pages and for doctor; sizes are in bytes, times in seconds.
_MEANING: Final[dict[str, str]] = {
    "deadline": "seconds for one query",
    "rows": "rows or statements in one answer",
    "answer": "bytes in one answer",
    "memory": "bytes of memory for one query, beside the data",
    "query": "bytes of query text",
    "target": "bytes of path and parameters of a GET",
    "nesting": "brackets open at once, and operators in one run",
    "parallel": "queries of one address at once",
    "workers": "queries at once",
    "waiting": "queries that wait for a worker",
    "refill": "seconds of processing that one address gets back each minute",
    "burst": "seconds of processing that one address may save up",
    "cache": "bytes of answers kept in memory, and as many of pages",
}


@dataclass(frozen=True)
class Settings:
    """Published limits; sizes in bytes, times in seconds."""

    deadline: float = 10.0
    rows: int = 100_000
    answer: int = 16 * _MIB
    memory: int = 512 * _MIB
    query: int = 64 * 1024
    target: int = 16 * 1024
    nesting: int = 100
    parallel: int = 4
    workers: int = 6
    waiting: int = 16
    refill: float = 60.0
    burst: float = 120.0
    cache: int = 64 * _MIB

    def __post_init__(self) -> None:
        """Leave a worker to others than one address; raise ValueError for a limit that leaves nothing to serve."""
        if min(getattr(self, each.name) for each in fields(self) if each.name not in {"cache", "waiting"}) <= 0:
            message = "every limit but cache and waiting is greater than 0."
            raise ValueError(message)
        object.__setattr__(self, "parallel", min(self.parallel, max(1, self.workers - 1)))

    def table(self) -> list[tuple[str, str]]:
        """Return name and value of every limit, as text."""
        values = ((each.name, getattr(self, each.name)) for each in fields(self))
        return [(name, f"{value:g}" if isinstance(value, float) else str(value)) for name, value in values]

    def explained(self) -> list[tuple[str, str, str]]:
        """Return name, value and meaning of every limit."""
        return [(name, value, _MEANING[name]) for name, value in self.table()]


@dataclass(frozen=True)
class Place:
    """Where a server stands: its public address, the path below which a proxy shows it, and who is behind it.

    ``contact`` is an address of https or mailto, for corrections and weaknesses; empty where none is named.
    """

    public: str = ""
    root: str = ""
    contact: str = ""

    @property
    def endpoint(self) -> str:
        """The address of the endpoint, from the configuration and never from the Host header."""
        return f"{self.home}sparql" if self.public else ENDPOINT

    @property
    def home(self) -> str:
        """The address of the front page, with a slash at its end."""
        return f"{self.public.rstrip('/')}/" if self.public else BASE


def contact_of(address: str) -> str:
    """Return the address of a contact as it was given; raises WrongUse for one that no page should link to."""
    if address and not _CONTACT.fullmatch(address):
        message = f"the contact “{address}” is no https or mailto address; write one such as mailto:graph@example.org."
        raise WrongUse(message)
    return address


def changed(given: Iterable[str]) -> Settings:
    """Return the limits with some changed, each written as ``NAME=VALUE``; raises WrongUse for one that is none."""
    types = {each.name: float if isinstance(each.default, float) else int for each in fields(Settings)}
    values: dict[str, Any] = {}
    for text in given:
        name, _, value = text.partition("=")
        if name not in types:
            message = f"there is no limit “{name}”; the limits are {', '.join(types)}."
            raise WrongUse(message)
        try:
            values[name] = types[name](value)
        except ValueError:
            message = f"the limit {name} is a number, and “{value}” is none."
            raise WrongUse(message) from None
    try:
        return Settings(**values)
    except ValueError as error:
        message = f"these limits do not go together: {error}"
        raise WrongUse(message) from error
