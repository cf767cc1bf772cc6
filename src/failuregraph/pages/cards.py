"""Share cards: the picture and the words with which a page of a record is shown elsewhere.

A card stands without its page, so it says that a record tells what sources report: an allegation must not read as a
verdict.  Imports vl_convert inside the function that draws: it is large, and only cards need it.
"""

from __future__ import annotations

import textwrap
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import BASE

if TYPE_CHECKING:
    from failuregraph.pages.incident.record import RecordPage

__all__ = ["HEIGHT", "WIDTH", "Card", "Share", "card_of", "picture", "share_of"]

WIDTH: Final = 1200
HEIGHT: Final = 630
_ROOM: Final = 1080
#: Sizes of the title, each with the most lines that fit below each other; the first that suffices is taken.
_SIZES: Final = ((60, 3), (50, 4), (42, 5))
#: Where each fact begins, and the room that it has, in letters of this size.
_COLUMNS: Final = ((60, 305), (380, 260), (655, 240), (905, 235))
_VALUE: Final = 26
#: Width of letters as shares of the size, in a sans-serif of the width of Arial; a bold one is wider by a tenth.
_WIDTHS: Final = {
    **dict.fromkeys("ijl'|", 0.23),
    **dict.fromkeys("ftI ./,:;!", 0.28),
    **dict.fromkeys('r-()[]"', 0.36),
    **dict.fromkeys("cksvxyzJ", 0.5),
    **dict.fromkeys("MW%@—…", 1),
    "m": 0.85,
    "w": 0.73,
}
_BOLD: Final = 1.1
_ALLEGED: Final = "What is said of organisations here is alleged. Being named is not an accusation."
_REPORTED: Final = "What sources report. Being named is not an accusation."
_DESCRIPTION: Final = 200


@dataclass(frozen=True)
class Share:
    """What a page says of itself where it is shared; ``image`` is empty where there is none."""

    title: str
    description: str
    url: str
    kind: str
    image: str = ""
    alternative: str = ""
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Card:
    """The words of a card, broken into lines: place, name and value of each fact, and the sentence at the bottom."""

    identifier: str
    registry: str
    size: int
    lines: tuple[str, ...]
    facts: tuple[tuple[int, str, str], ...]
    note: str
    width: int = WIDTH
    height: int = HEIGHT


def share_of(page: RecordPage) -> Share:
    """Return how the page of a record is shared."""
    facts = ", ".join(f"{name}: {value}" for name, value in _facts(page))
    told = page.summary or f"{page.identifier} in {page.registry_name or 'a registry'}; {facts}."
    return Share(
        page.title,
        textwrap.shorten(told, _DESCRIPTION, placeholder="…"),
        f"{BASE}{page.path}",
        "article",
        f"{BASE}cards/{page.identifier}.png",
        f"{page.title}. {facts}. {_note(page)}",
    )


def card_of(page: RecordPage) -> Card:
    """Return the card of a record."""
    size, lines = _title(page.title)
    facts = tuple(
        (place, name, _cut(value, _VALUE, room))
        for (place, room), (name, value) in zip(_COLUMNS, _facts(page), strict=True)
    )
    return Card(page.identifier, page.registry_name, size, lines, facts, _note(page))


def picture(svg: str) -> bytes:
    """Return a drawn card as PNG; the same drawing gives the same bytes."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg))


def _note(page: RecordPage) -> str:
    return _ALLEGED if any(each.claim != "Confirmed" for each in page.involved) else _REPORTED


def _facts(page: RecordPage) -> tuple[tuple[str, str], ...]:
    severity = page.severity.values[0] if page.severity.values else None
    rank = f", {severity.place}" if severity and severity.place else ""
    return (
        ("Failure mode", _first(page.mode.texts, page.absent)),
        ("AI surface", _first(page.surface.texts, page.absent)),
        ("Severity", severity.value.text + rank if severity else page.absent),
        ("Date", page.date.text or "not known here"),
    )


def _first(texts: tuple[str, ...], absent: str) -> str:
    return texts[0] if texts else absent


def _title(title: str) -> tuple[int, tuple[str, ...]]:
    """Return the size of a title and its lines; what does not fit the smallest size is cut, and shown to be."""
    for size, most in _SIZES:
        lines = _broken(title, size)
        if len(lines) <= most:
            return size, tuple(lines)
    return size, (*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), size * _BOLD, _ROOM))


def _broken(text: str, size: int) -> list[str]:
    """Return text in lines that fit; a word that is wider than a line is divided."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if _width(joined, size * _BOLD) <= _ROOM:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if _width(lines[-1] + letter, size * _BOLD) > _ROOM:
                lines.append("")
            lines[-1] += letter
    return lines


def _cut(text: str, size: float, room: int) -> str:
    """Return as much of a text as fits, with an ellipsis where it is cut."""
    if _width(text, size) <= room:
        return text
    kept = text
    while kept and _width(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _width(text: str, size: float) -> float:
    """Return about how wide a text is, rather too wide than too narrow."""
    return size * sum(_letter(each) for each in text)


def _letter(each: str) -> float:
    if unicodedata.east_asian_width(each) in "WF":
        return 1.05
    return _WIDTHS.get(each, 0.72 if each.isupper() else 0.56)
