"""Dates as people read them; what is not known of a date is never filled in."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

__all__ = ["When", "when"]

_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SHAPE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class When:
    """A date as it is read and as machines read it; both are empty where there is none."""

    text: str = ""
    machine: str = ""

    def __bool__(self) -> bool:
        """Say whether there is a date."""
        return bool(self.text)


def when(value: str) -> When:
    """Return a date in words, as precise as it is stated; what is no date is shown as it stands.

    >>> when("2023-06-21").text, when("2023-06").text, when("2021").text
    ('21 June 2023', 'June 2023', '2021 (year only)')
    >>> when("around Easter")
    When(text='around Easter', machine='')
    """
    found = _SHAPE.fullmatch(value)
    if found is None or not _is_day(found):
        return When(value)
    year, month, day = found.groups()
    if month is None:
        return When(f"{year} (year only)", value)
    named = f"{_MONTHS[int(month) - 1]} {year}"
    return When(f"{int(day)} {named}" if day else named, value)


def _is_day(found: re.Match[str]) -> bool:
    """Say whether the calendar has the day, or the month, or the year."""
    try:
        dt.date(*(int(part or 1) for part in found.groups()))
    except ValueError:
        return False
    return True
