"""The form of a stored question: a field for each parameter, with what may be chosen and what was wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.errors import WrongUse
from failuregraph.names import BASE, SCHEMES
from failuregraph.query.known import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from failuregraph.pages.site import Site
    from failuregraph.query import Parameter, QueryFile
    from failuregraph.store import Store

__all__ = ["Field", "Option", "checked", "fields", "filled"]

_KINDS: Final = {"boolean": "select", "date": "date", "decimal": "number", "integer": "number"}
_NEEDED: Final = "A value is needed here."


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
    minimum: str = ""
    maximum: str = ""


def filled(query: QueryFile, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what was given for the parameters; an empty field is as if it were not there.

    A name that is needed is the exception: without one, the answer would be about that of the default.
    """
    known = {each.name: each for each in query.parameters}
    needed = {each.name for each in query.parameters if each.type == "iri" and not each.optional}
    return {name: value for name, value in pairs if name in known and (value or name in needed)}


def checked(store: Store, query: QueryFile, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the values as the store spells them, and parameter → what is wrong with its value, in a sentence.

    Where there is no such sentence the question can be asked.
    """
    values, faults = dict(given), {}
    for each in query.parameters:
        try:
            if each.name in given:
                values[each.name] = _spelt(store, each, given[each.name])
            elif each.default is None and not each.optional:
                faults[each.name] = _NEEDED
        except WrongUse as error:
            faults[each.name] = each.said(error)
    return values, faults


def _spelt(store: Store, parameter: Parameter, value: str) -> str:
    """Return a value as it was given, a name in another case as the store has it; raises WrongUse."""
    term = parameter.term(value)
    found = named(store, parameter, term)
    return value if found == term else parameter.written(found.value)


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
        "" if parameter.minimum is None else str(parameter.minimum),
        "" if parameter.maximum is None else str(parameter.maximum),
    )


def _hint(parameter: Parameter) -> str:
    """Return what a person should know before filling in a field."""
    said = []
    if parameter.kind:
        said.append(f"An identifier, or the IRI of the {parameter.kind} in full.")
    elif parameter.type == "iri" and not parameter.scheme:
        said.append("An IRI, in full or with a prefix.")
    if parameter.range:
        said.append(f"{parameter.range.capitalize()}.")
    if parameter.optional:
        said.append("May be left empty.")
    elif parameter.default is not None and parameter.type != "iri":
        said.append(f"Left empty, it is {parameter.default}.")
    return " ".join(said)


def _local(parameter: Parameter, value: str) -> str:
    """Return the value of a choice as the list has it, however it was written."""
    prefix = SCHEMES[parameter.scheme] if parameter.scheme else ""
    return value.removeprefix(parameter.namespace).removeprefix(f"{prefix}:") if prefix else value


def _options(site: Site, parameter: Parameter) -> tuple[Option, ...]:
    if parameter.type == "boolean":
        return Option("true", "yes"), Option("false", "no")
    if not parameter.namespace:
        return ()
    known = [iri for iri in site.labels if iri.startswith(parameter.namespace)]
    if parameter.kind == "scheme":
        known += [BASE + name for name in SCHEMES if BASE + name in site.labels]
    found = (Option(name, site.labels[iri]) for iri in known if (name := parameter.local(iri)))
    return tuple(sorted(found, key=lambda each: (each.label.casefold(), each.value)))
