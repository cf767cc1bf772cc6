"""Records that come as objects: fields by name and type, and a remark for each that is not as it should be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from failuregraph.ingest.entry import day
from failuregraph.ingest.vocabulary import slug_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    import pyoxigraph as ox

    from failuregraph.ingest.entry import Run, Table

__all__ = ["Item", "party_slug", "records_in", "stated_day"]

#: The largest amount that is taken for one.
_MOST: Final = 10**15


def records_in(value: object, key: str = "id") -> list[Any] | None:
    """Return a list of records, also from an object that has them by identifier, or None where it is neither.

    >>> records_in({"a": {"x": 1}}), records_in([1]), records_in({"a": 1}), records_in("a")
    ([{'id': 'a', 'x': 1}], [1], None, None)
    """
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and value and all(isinstance(each, dict) for each in value.values()):
        return [{key: name, **each} for name, each in value.items()]
    return None


def stated_day(value: object) -> str | None:
    """Return the day, month or year that a file states as its date, or None where it states none.

    >>> stated_day("2026-01-15T00:00:00Z"), stated_day("soon"), stated_day(None)
    ('2026-01-15', None, None)
    """
    text = str(value or "").strip()[:10]
    return text if day(text) else None


def party_slug(name: str) -> str:
    """Return an identifier for a party that a registry names; one without Latin letters gets a digest.

    >>> party_slug("Northwind Ltd."), party_slug("北風")
    ('northwind-ltd', 'x-4b1ef54bd8f7')
    """
    return slug_of(name, 120) or f"x-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _shown(value: object) -> str:
    """Return a value as a person may read it, cut; Python refuses to write very long numbers."""
    try:
        return repr(value)[:60]
    except ValueError:
        return "a very long number"


@dataclass(frozen=True)
class Item:
    """An object of a list: where it stands, whose it is, and its fields."""

    run: Run
    table: Table
    row: int
    key: str
    fields: Mapping[str, Any]
    path: str = ""

    def remark(self, field: str, reason: str) -> None:
        """Say that a field was not taken as it stands."""
        self.run.cell(self.table, self.row, self.path + field, reason, key=self.key)

    def text(self, field: str) -> str:
        """Return a text with single spaces, empty where there is none."""
        value = self.fields.get(field)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _shown(value)
        if value is not None and not isinstance(value, str):
            self.remark(field, f"{_shown(value)} is no text.")
        return (
            self.run.text(self.table, self.row, self.path + field, value, key=self.key)
            if isinstance(value, str)
            else ""
        )

    def items(self, field: str) -> list[Any]:
        """Return a list, empty where there is none."""
        value = self.fields.get(field)
        if value is not None and not isinstance(value, list):
            self.remark(field, f"{_shown(value)} is no list.")
        return value if isinstance(value, list) else []

    def texts(self, field: str) -> list[str]:
        """Return the texts of a list; a text alone is a list of one."""
        if isinstance(self.fields.get(field), str):
            return [text for text in [self.text(field)] if text]
        found = [Item(self.run, self.table, self.row, self.key, {field: each}, self.path) for each in self.items(field)]
        return [text for text in (each.text(field) for each in found) if text]

    def inner(self, field: str) -> Item:
        """Return the object in a field, without fields where there is none."""
        value = self.fields.get(field)
        if value is not None and not isinstance(value, dict):
            self.remark(field, f"{_shown(value)} is no object.")
        fields = value if isinstance(value, dict) else {}
        return Item(self.run, self.table, self.row, self.key, fields, f"{self.path}{field}.")

    def inners(self, field: str) -> Iterator[Item]:
        """Yield the objects of a list."""
        for place, value in enumerate(self.items(field), 1):
            if not isinstance(value, dict):
                self.remark(f"{field}[{place}]", f"{_shown(value)} is no object.")
                continue
            yield Item(self.run, self.table, self.row, self.key, value, f"{self.path}{field}[{place}].")

    def amount(self, field: str) -> float | None:
        """Return an amount of at least 0, or None and a remark."""
        value = self.fields.get(field)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and 0 <= value <= _MOST:
            return float(value)
        self.remark(field, f"{_shown(value)} is no amount.")
        return None

    def date(self, field: str) -> ox.Literal | None:
        """Return a date as precise as it is written, or None and a remark."""
        text = self.text(field)
        found = day(text) if text else None
        if text and found is None:
            self.remark(field, f"“{text[:40]}” is no date.")
        return found

    def address(self, field: str) -> ox.NamedNode | None:
        """Return a web address, or None and a remark."""
        return self.run.address(self.table, self.row, self.path + field, self.text(field), key=self.key)

    def concept(
        self, field: str, scheme: str, allowed: Collection[str] = (), text: str | None = None
    ) -> ox.NamedNode | None:
        """Return the concept of a value; one outside a closed list is remarked and never mapped to the nearest."""
        value = self.text(field) if text is None else text
        if not value:
            return None
        if allowed and value not in allowed:
            self.remark(field, f"“{value[:60]}” is not one of {', '.join(allowed)}; it was not taken.")
            return None
        local = slug_of(value.replace("_", "-"), 120)
        if not local:
            self.remark(field, f"“{value[:60]}” gives no identifier; it was not taken.")
            return None
        return self.run.concept(scheme, local, value)

    def unknown(self, known: Collection[str]) -> None:
        """Remark the fields that are not known; nothing is read from them."""
        for field in self.fields:
            if field not in known:
                self.remark(str(field)[:60], "the field is not known and was not read.")
