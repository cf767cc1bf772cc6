"""The gates of single terms: characters, dates, numbers, languages, addresses, blank nodes."""

from __future__ import annotations

import calendar
import datetime as dt
import ipaddress
import re
import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from failuregraph.names import BASE, NAMESPACES, XSD
from failuregraph.validate.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from failuregraph.validate.fault import Loaded, Term

__all__ = ["addresses", "blank_nodes", "characters", "dates", "languages", "numbers"]

_OLDEST: Final = 1950
_DATES: Final = {
    XSD + "date": re.compile(r"(\d{4})-(\d{2})-(\d{2})"),
    XSD + "gYearMonth": re.compile(r"(\d{4})-(\d{2})"),
    XSD + "gYear": re.compile(r"(\d{4})"),
}
_NUMBERS: Final = {
    XSD + "integer": re.compile(r"[+-]?\d+"),
    XSD + "boolean": re.compile(r"true|false"),
    XSD + "decimal": re.compile(r"[+-]?\d*\.?\d+"),
}
_FORBIDDEN: Final = ("Cc", "Cf", "Co", "Cs", "Cn")
#: The languages of the pages that are cited: the title of a source keeps its own.
_CITED: Final = frozenset(("de", "es", "fi", "fr", "it", "ja", "ko", "nl", "pl", "pt", "sv"))
_TITLE: Final = NAMESPACES["dcterms"] + "title"
_LINKS: Final = (NAMESPACES["foaf"] + "page", NAMESPACES["foaf"] + "homepage")


def _faults(file: Loaded, rule: str, found: list[tuple[int, str, str]]) -> Iterator[Fault]:
    for place, message, remedy in found:
        subject, predicate, value = file.triples[place]
        yield Fault(file.source, rule, message, remedy, subject.value, predicate.value, value.value)


def blank_nodes(file: Loaded) -> Iterator[Fault]:
    """Blank nodes have no place in data: parts are named under their thing (design §2)."""
    if file.source.is_shapes:
        return
    for subject, predicate, value in file.triples:
        if "blank" in (subject.kind, value.kind):
            yield Fault(
                file.source,
                "blank-node",
                "a blank node stands here.",
                "Name the part under its incident, such as <…/incident/FI-0351#source-1>.",
                subject.value if subject.kind == "iri" else "",
                predicate.value,
            )
            return


def characters(file: Loaded) -> Iterator[Fault]:
    """Control, bidirectional, zero-width, private and unassigned characters, and text that is not NFC."""
    for place, triple in enumerate(file.triples):
        for term in triple:
            message = _bad_character(term)
            if message:
                yield from _faults(file, "characters", [(place, message, "Remove or replace it.")])


def _bad_character(term: Term) -> str:
    for character in term.value:
        if unicodedata.category(character) in _FORBIDDEN and character != "\n":
            name = unicodedata.name(character, "control character").lower()
            return f"the character U+{ord(character):04X} ({name}) is not allowed."
    return "" if unicodedata.normalize("NFC", term.value) == term.value else "text is not in Unicode normal form NFC."


def dates(file: Loaded, today: dt.date) -> Iterator[Fault]:
    """Dates that do not exist, are before 1950, or lie in the future."""
    for place, (_, _, value) in enumerate(file.triples):
        if value.datatype in _DATES:
            message = _bad_date(value, today)
            if message:
                remedy = "Write a real date as precise as it is known: a day, a month or a year."
                yield from _faults(file, "date", [(place, message, remedy)])


def _bad_date(value: Term, today: dt.date) -> str:
    name = value.datatype.removeprefix(XSD)
    found = _DATES[value.datatype].fullmatch(value.value)
    if not found:
        return f"“{value.value}” has not the form of xsd:{name}."
    year, month, day = (int(part) for part in (*found.groups(), "1", "1")[:3])
    if not (1 <= month <= 12 and year >= 1 and 1 <= day <= calendar.monthrange(year, month)[1]):  # noqa: PLR2004 - months
        return f"“{value.value}” is no date that exists."
    if year < _OLDEST:
        return f"“{value.value}” is before {_OLDEST}."
    return f"“{value.value}” lies in the future." if dt.date(year, month, day) > today else ""


def numbers(file: Loaded) -> Iterator[Fault]:
    """Numbers and truth values that have not the form of their datatype."""
    for place, (_, _, value) in enumerate(file.triples):
        pattern = _NUMBERS.get(value.datatype)
        if pattern and not pattern.fullmatch(value.value):
            name = value.datatype.removeprefix(XSD)
            yield from _faults(
                file, "number", [(place, f"“{value.value}” is no xsd:{name}.", "Write it without quotes.")]
            )


def languages(file: Loaded) -> Iterator[Fault]:
    """Texts in another language than English, the one in which the project writes; titles keep their own."""
    for place, (_, predicate, value) in enumerate(file.triples):
        if value.language in (None, "", "en") or (predicate.value == _TITLE and value.language in _CITED):
            continue
        message = f"the language @{value.language} is not used here."
        remedy = "Write the text in English, with @en; only the title of a source keeps its own language."
        yield from _faults(file, "language", [(place, message, remedy)])


def addresses(file: Loaded) -> Iterator[Fault]:
    """IRIs that are no web address where one is meant, or that no page should link to."""
    for place, (_, predicate, value) in enumerate(file.triples):
        if value.kind == "iri" and not value.value.startswith(BASE):
            message = _bad_address(value.value, link=predicate.value in _LINKS)
            if message:
                remedy = "Write the public https address of the page."
                yield from _faults(file, "url", [(place, message, remedy)])


def _bad_address(iri: str, *, link: bool) -> str:
    parts = urlsplit(iri)
    if parts.scheme not in ("http", "https"):
        return f"“{iri}” is not an http or https address."
    if not link:
        return ""
    if "@" in parts.netloc:
        return f"“{iri}” holds credentials."
    host = (parts.hostname or "").strip("[]")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "" if "." in host else f"“{iri}” has no public host name."
    return f"“{iri}” names a host by number."
