"""The form of a stored question: a field for each parameter, with what may be chosen and what was wrong with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.errors import WrongUse
from failuregraph.names import BASE, NAMESPACES, SCHEMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from failuregraph.pages.site import Site
    from failuregraph.query import Parameter, QueryFile

__all__ = ["Field", "Option", "faults", "fields"]

_KINDS: Final = {"boolean": "select", "date": "date", "decimal": "number", "integer": "number"}
_WANTED: Final = {
    "boolean": "neither true nor false",
    "date": "no day of the calendar, written as 2026-01-31",
    "decimal": "not a number",
    "integer": "not a whole number",
    "iri": "not an IRI; write one in full, or with a prefix",
}
_LONGEST: Final = 60


@dataclass(frozen=True)
class Option:
    """A value that may be chosen, and what it is called."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """A field of the form: ``kind`` is select, text, number or date; ``options`` of a text are suggestions."""

    name: str
    label: str
    kind: str
    value: str
    hint: str
    fault: str
    options: tuple[Option, ...]
    step: str = ""
    optional: bool = False


def faults(query: QueryFile, given: Mapping[str, str]) -> dict[str, str]:
    """Return parameter → what is wrong with its value, in a sentence; empty where the question can be asked."""
    found = {parameter.name: _fault(parameter, given.get(parameter.name)) for parameter in query.parameters}
    return {name: sentence for name, sentence in found.items() if sentence}


def _fault(parameter: Parameter, given: str | None) -> str:
    value = parameter.default if given is None else given
    if value is None:
        return "" if parameter.optional else "A value is needed here."
    try:
        parameter.term(value)
        if parameter.type == "date":
            dt.date.fromisoformat(value)
    except (WrongUse, ValueError):
        shown = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
        return f"“{shown}” is {_WANTED[parameter.type]}."
    return ""


def fields(site: Site, query: QueryFile, given: Mapping[str, str], wrong: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the fields of a question, filled in with what was given and else with the defaults."""
    return tuple(_field(site, each, given, wrong.get(each.name, "")) for each in query.parameters)


def _field(site: Site, parameter: Parameter, given: Mapping[str, str], fault: str) -> Field:
    value = given.get(parameter.name, parameter.default or "")
    options = _options(site, parameter)
    chosen = parameter.scheme is not None or parameter.type == "boolean"
    if chosen:
        value = _local(parameter, value)
        if value and value not in {each.value for each in options}:
            options = (*options, Option(value, f"{value} (not in the list)"))
    if chosen and parameter.optional:
        options = (Option("", "any"), *options)
    return Field(
        parameter.name,
        parameter.label,
        "select" if chosen else _KINDS.get(parameter.type, "text"),
        value,
        _hint(parameter),
        fault,
        options,
        {"integer": "1", "decimal": "any"}.get(parameter.type, ""),
        parameter.optional,
    )


def _hint(parameter: Parameter) -> str:
    """Return what a person should know before filling in a field."""
    said = []
    if parameter.kind:
        said.append(f"An identifier, or the IRI of the {parameter.kind} in full.")
    elif parameter.type == "iri" and not parameter.scheme:
        said.append("An IRI, in full or with a prefix.")
    if parameter.optional:
        said.append("May be left empty.")
    elif parameter.default is not None and parameter.type != "iri":
        said.append(f"Left empty, it is {parameter.default}.")
    return " ".join(said)


def _namespace(parameter: Parameter) -> str:
    """Return where the values of a parameter live; empty where nothing says so."""
    if parameter.scheme:
        return NAMESPACES[SCHEMES[parameter.scheme]]
    return f"{BASE}{parameter.kind}/" if parameter.kind else ""


def _local(parameter: Parameter, value: str) -> str:
    """Return the value of a choice as the list has it, however it was written."""
    prefix = SCHEMES[parameter.scheme] if parameter.scheme else ""
    return value.removeprefix(_namespace(parameter)).removeprefix(f"{prefix}:") if prefix else value


def _options(site: Site, parameter: Parameter) -> tuple[Option, ...]:
    if parameter.type == "boolean":
        return Option("true", "yes"), Option("false", "no")
    namespace = _namespace(parameter)
    if not namespace:
        return ()
    found = (
        Option(iri.removeprefix(namespace), label)
        for iri, label in site.labels.items()
        if iri.startswith(namespace) and "#" not in iri.removeprefix(namespace)
    )
    return tuple(sorted(found, key=lambda each: (each.label.casefold(), each.value)))
