"""Rows of the AI Failure Index: read the file, and turn a JSON object into a checked Row or a reason."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from failuregraph.errors import Unreadable
from failuregraph.ingest.vocabulary import slug_of
from failuregraph.turtle import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rdflib import URIRef

    from failuregraph.ingest.vocabulary import Vocabulary

__all__ = ["FIELDS", "IMPACTS", "BadRow", "Row", "checked", "key_of", "placeholder_of", "read_rows"]

#: Every field of a row that is known; another one is a note, not a refusal.
FIELDS: Final = frozenset(
    [
        "ai_surface",
        "confidence",
        "cost_line",
        "date_precision_suspect",
        "failure_mode",
        "failure_path_kind",
        "fi_id",
        "impact",
        "impact_partial",
        "incident_date",
        "incident_month",
        "indexed_date",
        "industry",
        "n_sources",
        "observed_path",
        "organisations",
        "permalink",
        "quality_flags",
        "related_cluster",
        "severity",
        "slug",
        "sources",
        "sources_complete",
        "summary",
        "title",
        "who",
        "wing",
    ]
)
#: The five impact values: field → scheme.
IMPACTS: Final = {
    "public_visibility": "public-visibility",
    "regulatory_exposure": "regulatory-exposure",
    "customer_impact": "customer-impact",
    "financial_impact": "financial-impact",
    "time_to_disclosure": "time-to-disclosure",
}
_CONCEPTS: Final = {
    "failure_mode": "mode",
    "ai_surface": "surface",
    "severity": "severity",
    "confidence": "confidence",
    "industry": "industry",
}
_PATHS: Final = ("mode profile", "mode profile (inferred)", "this incident", "this incident (inferred)")
_NUMBER = re.compile(r"FI-[0-9]{4}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG: Final = 55
_HOME: Final = "https://failureindex.ai/failures/"
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_FORBIDDEN: Final = ("Cc", "Cf", "Co", "Cs", "Cn")


class BadRow(Exception):
    """A row that is refused; the text is the reason."""


@dataclass(frozen=True)
class Row:
    """One checked row: texts and dates are clean, labels are concepts of the project."""

    number: int
    raw: Mapping[str, Any]
    concepts: Mapping[str, URIRef]
    key: str

    def text(self, name: str) -> str | None:
        """Return a text field, or None where the index gives no value."""
        value = self.raw.get(name)
        return value if isinstance(value, str) else None

    def items(self, name: str) -> list[Any]:
        """Return a list field, empty where the index gives no value."""
        value = self.raw.get(name)
        return value if isinstance(value, list) else []


def read_rows(path: Path) -> list[Any]:
    """Return the rows of the file, unchecked, or raise Unreadable: not JSON, not a list, a pointer, empty."""
    text = read_text(path)
    if text.startswith("version https://git-lfs"):
        message = "this is a Git LFS pointer, not the data; fetch the file with git lfs pull."
        raise Unreadable(message, path)
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg}.", path, error.lineno, error.colno) from error
    if isinstance(rows, dict) and isinstance(rows.get("records"), list):
        rows = rows["records"]
    if not isinstance(rows, list) or not rows:
        message = "no list of records was found; give the index's records.json."
        raise Unreadable(message, path)
    return rows


def key_of(raw: object) -> str:
    """Return what a person recognises the row by, however bad it is."""
    if not isinstance(raw, dict):
        return type(raw).__name__
    found = (raw.get(name) for name in ("fi_id", "slug", "title"))
    return next((str(value)[:60] for value in found if value), "no identifier")


def checked(number: int, raw: object, known: Vocabulary) -> Row:
    """Return the row where everything in it can be right, or raise BadRow with the first reason."""
    if not isinstance(raw, dict):
        message = f"a row must be an object, not {type(raw).__name__}."
        raise BadRow(message)
    _check_types(raw)
    for where, text in _texts(raw, ""):
        _check_characters(where, text)
    _check_dates(raw)
    _check_sources(raw, known)
    row = Row(number, raw, _concepts(raw, known), _identifier(raw))
    _check_wing(row, known)
    return row


def _identifier(raw: Mapping[str, Any]) -> str:
    """Return the identifier: the number, else the slug, else a placeholder from the title (decision 0002)."""
    number, slug, title = raw.get("fi_id"), raw.get("slug"), raw.get("title")
    if number and not _NUMBER.fullmatch(number):
        raise BadRow(f"fi_id “{number}” is not FI- and four digits.")
    if slug and not (_SLUG.fullmatch(slug) and len(slug) <= _LONGEST_SLUG):
        raise BadRow(f"slug “{slug}” is not lower case, hyphenated and at most {_LONGEST_SLUG} characters long.")
    page = raw.get("permalink")
    if page and page != _HOME + str(slug):
        raise BadRow(f"permalink “{page}” is not {_HOME} and the slug.")
    if number or slug:
        return str(number or slug)
    placeholder = placeholder_of(title)
    if not placeholder:
        message = "it has no fi_id, no slug and no title to make an identifier from."
        raise BadRow(message)
    return placeholder


def placeholder_of(title: str | None) -> str:
    """Return the identifier that a record has while only its title is known; empty where it has no words."""
    words = slug_of(title or "")
    return f"FI-X-{words}" if words else ""


_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    **dict.fromkeys(FIELDS, str),
    "organisations": list,
    "sources": list,
    "observed_path": list,
    "quality_flags": list,
    "impact": dict,
    "impact_partial": dict,
    "n_sources": int,
    "sources_complete": bool,
}


def _check_types(raw: Mapping[str, Any]) -> None:
    for name, kind in _TYPES.items():
        value = raw.get(name)
        wrong = value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool)))
        if wrong:
            raise BadRow(f"{name} is {json.dumps(value, ensure_ascii=False)[:60]}, which is not of the right type.")
    for name in ("organisations", "quality_flags"):
        if not all(isinstance(item, str) and item.strip() for item in raw.get(name) or ()):
            raise BadRow(f"{name} holds something that is not a name.")
    for name in ("sources", "observed_path"):
        if not all(isinstance(item, dict) for item in raw.get(name) or ()):
            raise BadRow(f"{name} holds something that is not an object.")


def _texts(value: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, str(key))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, where)


def _check_characters(where: str, text: str) -> None:
    for character in text:
        if unicodedata.category(character) in _FORBIDDEN:
            raise BadRow(f"{where} holds the character U+{ord(character):04X}, which is not allowed; remove it.")
    if unicodedata.normalize("NFC", text) != text:
        raise BadRow(f"{where} is not in Unicode normal form NFC; normalise it.")


def _day(raw: Mapping[str, Any], name: str) -> dt.date | None:
    value = raw.get(name)
    if value is None:
        return None
    wrong = BadRow(f"{name} “{value}” is not a day that exists, as YYYY-MM-DD.")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise wrong
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise wrong from None


def _check_dates(raw: Mapping[str, Any]) -> None:
    happened, indexed = _day(raw, "incident_date"), _day(raw, "indexed_date")
    month = raw.get("incident_month")
    if month is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise BadRow(f"incident_month “{month}” is not a month, as YYYY-MM.")
    precision = raw.get("date_precision_suspect")
    if precision not in (None, "year", "month"):
        raise BadRow(f"date_precision_suspect “{precision}” is neither year nor month.")
    if happened and indexed and indexed < happened:
        raise BadRow(f"indexed_date {indexed} is before incident_date {happened}.")
    if month and indexed and str(indexed)[:7] < month:
        raise BadRow(f"indexed_date {indexed} is before incident_month {month}.")
    for name, day in (("incident_date", happened), ("indexed_date", indexed)):
        if day and day.year < 1950:  # noqa: PLR2004 - no AI incident is older than the field
            raise BadRow(f"{name} {day} is before 1950.")


def _concept(known: Vocabulary, scheme: str, where: str, label: object) -> URIRef:
    labels = known.concepts.get(scheme, {})
    if isinstance(label, str) and label in labels:
        return labels[label]
    near = difflib.get_close_matches(str(label), labels, n=1, cutoff=0.5)
    hint = f", did you mean “{near[0]}”" if near else ""
    raise BadRow(f"{where} “{label}” is not a value of the scheme {scheme}{hint}.")


def _concepts(raw: Mapping[str, Any], known: Vocabulary) -> dict[str, URIRef]:
    found = {
        name: _concept(known, scheme, name, raw[name])
        for name, scheme in _CONCEPTS.items()
        if raw.get(name) is not None
    }
    for name in raw.get("impact") or {}:
        if name not in IMPACTS:
            raise BadRow(f"impact has the unknown value {name}.")
    unsure = raw.get("impact_partial") or {}
    for name, scheme in IMPACTS.items():
        value = (raw.get("impact") or {}).get(name)
        if value is not None and name not in unsure:
            found[name] = _concept(known, scheme, name, value)
    return found


def _check_sources(raw: Mapping[str, Any], known: Vocabulary) -> None:
    listed = raw.get("sources") or []
    count = raw.get("n_sources")
    if count is not None and count < len(listed):
        raise BadRow(f"n_sources is {count}, but {len(listed)} sources are listed.")
    for source in listed:
        _concept(known, "source-type", "source type", source.get("type"))
        for name in ("title", "domain", "url"):
            if source.get(name) is not None and not isinstance(source[name], str):
                raise BadRow(f"the {name} of a source is not a text.")
        if source.get("domain") is not None and not _HOST.fullmatch(source["domain"].lower()):
            raise BadRow(f"the domain “{source['domain']}” of a source is not a host name.")
        if source.get("url") is not None and not re.fullmatch(r"https?://[^\s<>\"{}|\\^`@]+", source["url"]):
            raise BadRow(f"the address “{source['url']}” of a source is not http or https.")
    _check_path(raw, known)


def _check_path(raw: Mapping[str, Any], known: Vocabulary) -> None:
    kind, steps = raw.get("failure_path_kind"), raw.get("observed_path") or []
    if kind is not None and kind not in _PATHS:
        raise BadRow(f"failure_path_kind “{kind}” is not one of {', '.join(_PATHS)}.")
    for step in steps:
        _concept(known, "stage", "stage", step.get("stage"))
        if not isinstance(step.get("text"), str) or not step["text"].strip():
            message = "a step of observed_path has no text."
            raise BadRow(message)
    if steps and not raw.get("sources"):
        message = "observed_path has no source as evidence."
        raise BadRow(message)


def _check_wing(row: Row, known: Vocabulary) -> None:
    wing, surface = row.text("wing"), row.text("ai_surface")
    if wing not in (None, "generative", "predictive"):
        raise BadRow(f"wing “{wing}” is neither generative nor predictive.")
    if wing and surface:
        actual = known.broader.get(row.concepts["ai_surface"])
        if wing != actual:
            raise BadRow(f"wing is {wing}, but the surface {surface} is {actual}.")
