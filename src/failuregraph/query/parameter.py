"""The typed parameters of stored queries: what a person writes becomes one RDF term, or is refused in a sentence."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from failuregraph.errors import Unreadable, WrongUse
from failuregraph.names import BASE, NAMESPACES, SCHEMES, XSD, shorten

if TYPE_CHECKING:
    from pathlib import Path

    from failuregraph.store import Term

__all__ = ["Parameter", "quoted"]

_VALID: Final = {
    "boolean": re.compile(r"true|false"),
    "date": re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII),
    "decimal": re.compile(r"[+-]?\d*\.?\d+", re.ASCII),
    "integer": re.compile(r"[+-]?\d+", re.ASCII),
}
_WANTED: Final = {
    "boolean": "neither true nor false",
    "date": "no day of the calendar, written as 2026-01-31",
    "decimal": "not a number",
    "integer": "not a whole number",
}
_TYPES: Final = (*_VALID, "iri", "string")
_NUMBERS: Final = ("decimal", "integer")
_LONGEST: Final = 60


@dataclass(frozen=True)
class Parameter:
    """One typed parameter of a stored query; ``scheme`` or ``kind`` says what an IRI must be.

    A number is never below ``minimum`` and never above ``maximum``, where there is one.
    """

    name: str
    type: str
    label: str
    default: str | None = None
    optional: bool = False
    scheme: str | None = None
    kind: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    @classmethod
    def of_header(cls, path: Path, name: str, given: dict[str, Any]) -> Parameter:
        """Return the parameter that a header states under a name; raises Unreadable for a type or a bound."""
        kind = given.get("type")
        if kind not in _TYPES:
            message = f"parameter {name} has the type {kind!r}; write one of {', '.join(sorted(_TYPES))}."
            raise Unreadable(message, path)
        default = given.get("default")
        text = None if default is None else str(default).lower() if isinstance(default, bool) else str(default)
        bounds = [given.get("minimum"), given.get("maximum")]
        if kind not in _NUMBERS and bounds != [None, None]:
            raise Unreadable(f"parameter {name} has a minimum or a maximum; only a number has one.", path)
        return cls(
            name,
            kind,
            str(given.get("label", name)),
            text,
            bool(given.get("optional", False)),
            given.get("scheme"),
            given.get("class"),
            *(_bound(path, name, stated) for stated in bounds),
        )

    def term(self, text: str) -> Term:
        """Return the RDF term for a value as a person writes it, or raise WrongUse.

        An ``iri`` may be a full IRI, a prefixed name, or a bare local name of its scheme or kind.
        """
        if self.type == "iri":
            return self._iri(text)
        if self.type == "string":
            return ox.Literal(text)
        if not _VALID[self.type].fullmatch(text) or (self.type == "date" and not _is_day(text)):
            raise self.refusal(f"{quoted(text)} is {_WANTED[self.type]}")
        if self.type in _NUMBERS and not self._holds(Decimal(text)):
            raise self.refusal(f"{quoted(text)} is out of range; give {self.range}")
        return ox.Literal(text, datatype=ox.NamedNode(XSD + self.type))

    def refusal(self, said: str) -> WrongUse:
        """Return the error for a value of this parameter, which begins with its name."""
        return WrongUse(f"parameter {self.name}: {said}.")

    def said(self, error: WrongUse) -> str:
        """Return what an error says where the name of the parameter stands beside it."""
        sentence = str(error).removeprefix(f"parameter {self.name}: ")
        return sentence[:1].upper() + sentence[1:]

    def _holds(self, number: Decimal) -> bool:
        return (self.minimum is None or self.minimum <= number) and (self.maximum is None or number <= self.maximum)

    @property
    def range(self) -> str:
        """The range of a number in words; empty where it has none."""
        if self.minimum is None:
            return "" if self.maximum is None else f"a number up to {self.maximum}"
        least = f"a number from {self.minimum}"
        return f"{least} on" if self.maximum is None else f"{least} to {self.maximum}"

    @property
    def namespace(self) -> str:
        """Where the things live that may be written by their local name; empty where nothing says so."""
        if self.scheme:
            return NAMESPACES[SCHEMES[self.scheme]]
        return f"{BASE}{self.kind}/" if self.kind else ""

    def local(self, iri: str) -> str:
        """Return the local name by which an IRI may be written here; empty where it has none."""
        if self.kind == "scheme" and iri.removeprefix(BASE) in SCHEMES:
            return iri.removeprefix(BASE)
        name = iri.removeprefix(self.namespace)
        return name if name != iri and "#" not in name else ""

    def written(self, iri: str) -> str:
        """Return an IRI as briefly as it may be written here."""
        return self.local(iri) or shorten(iri)

    def _iri(self, text: str) -> ox.NamedNode:
        if not text:
            raise self.refusal("the value is empty; give one, or leave the parameter out")
        prefix, colon, local = text.partition(":")
        iri = text
        if colon and prefix in NAMESPACES and not local.startswith("//"):
            iri = NAMESPACES[prefix] + local
        elif not colon:
            # Our own schemes stand at the top, those of other registries below scheme/.
            iri = (BASE if self.kind == "scheme" and text.casefold() in SCHEMES else self.namespace) + text
        try:
            return ox.NamedNode(iri)
        except ValueError:
            raise self.refusal(f"{quoted(text)} is not an IRI; write one in full or with a prefix") from None


def _bound(path: Path, name: str, stated: object) -> Decimal | None:
    """Return a bound of a number as the header states it, as a number of TOML or as text."""
    if stated is None:
        return None
    try:
        bound = Decimal(str(stated))
    except InvalidOperation:
        bound = Decimal("NaN")
    if not bound.is_finite():
        raise Unreadable(f"parameter {name} has the bound {stated!r}; write a number.", path)
    return bound


def _is_day(text: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def quoted(text: str) -> str:
    """Return a text of a person in quotes, cut where it is long."""
    return f"“{text}”" if len(text) <= _LONGEST else f"“{text[:_LONGEST]}…”"
