"""Records that come as objects: fields by name and type, and a remark for each that is not as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from failuregraph.ingest.entry import day
from failuregraph.ingest.vocabulary import slug_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    import pyoxigraph as ox

    from failuregraph.ingest.entry import Run, Table

__all__ = ["Item"]


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
            return str(value)
        if value is not None and not isinstance(value, str):
            self.remark(field, f"{value!r:.60} is no text.")
        return (
            self.run.text(self.table, self.row, self.path + field, value, key=self.key)
            if isinstance(value, str)
            else ""
        )

    def items(self, field: str) -> list[Any]:
        """Return a list, empty where there is none."""
        value = self.fields.get(field)
        if value is not None and not isinstance(value, list):
            self.remark(field, f"{value!r:.60} is no list.")
        return value if isinstance(value, list) else []

    def texts(self, field: str) -> list[str]:
        """Return the texts of a list."""
        found = [Item(self.run, self.table, self.row, self.key, {field: each}, self.path) for each in self.items(field)]
        return [text for text in (each.text(field) for each in found) if text]

    def inner(self, field: str) -> Item:
        """Return the object in a field, without fields where there is none."""
        value = self.fields.get(field)
        if value is not None and not isinstance(value, dict):
            self.remark(field, f"{value!r:.60} is no object.")
        fields = value if isinstance(value, dict) else {}
        return Item(self.run, self.table, self.row, self.key, fields, f"{self.path}{field}.")

    def inners(self, field: str) -> Iterator[Item]:
        """Yield the objects of a list."""
        for place, value in enumerate(self.items(field), 1):
            yield Item(self.run, self.table, self.row, self.key, {field: value}, self.path).inner(field)._at(place)

    def _at(self, place: int) -> Item:
        path = f"{self.path.removesuffix('.')}[{place}]."
        return Item(self.run, self.table, self.row, self.key, self.fields, path)

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
        return self.run.concept(scheme, slug_of(value.replace("_", "-"), 120), value)

    def unknown(self, known: Collection[str]) -> None:
        """Remark the fields that are not known; nothing is read from them."""
        for field in self.fields:
            if field not in known:
                self.remark(field, "the field is not known and was not read.")
