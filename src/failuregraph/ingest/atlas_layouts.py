"""The layouts of MITRE ATLAS, read into one: lists in matrices, lists at the top, and objects by identifier.

Since ``format-version`` 6 the objects stand by identifier, and what ties them together stands apart under
``relationships``; fields have other names too.  Nothing here decides what a file says; it only finds it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from failuregraph.errors import Unreadable
from failuregraph.ingest.objects import records_in, stated_day

if TYPE_CHECKING:
    from failuregraph.ingest.files import InputFile

__all__ = ["Release", "release_in"]

_KINDS: Final = ("tactics", "techniques", "mitigations", "case-studies")
#: Field of a case study since format 6 → what it was called before.
_NAMES: Final = {
    "date": "incident-date",
    "date-granularity": "incident-date-granularity",
    "type": "case-study-type",
    "description": "summary",
}
_VERSION = re.compile(r"^\s*['\"]?version['\"]?:\s*['\"]?([\w.-]+)", re.MULTILINE)
_STEP = re.compile(r"\D*(\d+)\D*")


@dataclass(frozen=True)
class Release:
    """What a file of ATLAS holds: its version, its date where it states one, and its objects by kind."""

    version: str
    date: str | None
    objects: dict[str, list[Any]]


def release_in(file: InputFile, value: object) -> Release:
    """Return what a file holds; raises Unreadable, with the version, where it has no list of case studies."""
    top = _hyphened(value) if isinstance(value, dict) else {}
    collection = top.get("collection")
    version = _version(file, top) or (_version(file, collection) if isinstance(collection, dict) else "")
    if records_in(top.get("case-studies")) is None:
        stated = f", version {version}," if version else ""
        message = f"the key “case-studies” was not found; the file{stated} is of a layout that is not known here."
        raise Unreadable(message, file.path)
    homes = [_hyphened(each) for each in records_in(top.get("matrices")) or [] if isinstance(each, dict)]
    objects: dict[str, list[Any]] = {}
    for kind in _KINDS:
        lists = [records_in(home.get(kind)) or [] for home in (*homes, top)]
        objects[kind] = [_hyphened(each) if isinstance(each, dict) else each for found in lists for each in found]
    _rename(objects["case-studies"])
    related = top.get("relationships")
    if isinstance(related, dict):
        _tie(objects, related)
    date = stated_day(collection.get("modified-date")) if isinstance(collection, dict) else None
    return Release(version, date, objects)


def _version(file: InputFile, fields: dict[Any, Any]) -> str:
    """Return a version as it is written: as a number, 2026.10 would become 2026.1."""
    version = fields.get("version")
    found = _VERSION.search(file.text()) if isinstance(version, float) else None
    return found[1] if found else str(version or "")


def _hyphened(fields: dict[Any, Any]) -> dict[str, Any]:
    """Return an object with hyphens in the names of its fields, as older and newer files differ in them."""
    return {str(name).replace("_", "-"): value for name, value in fields.items()}


def _rename(studies: list[Any]) -> None:
    for study in studies:
        for new, old in _NAMES.items() if isinstance(study, dict) else ():
            if new in study and old not in study:
                study[old] = study[new]


def _tie(objects: dict[str, list[Any]], related: dict[str, Any]) -> None:
    """Give objects what stands apart since format 6: steps to studies, techniques to mitigations, and parents."""
    for kind, link, field in (
        ("case-studies", "employs", "procedure"),
        ("mitigations", "mitigates", "techniques"),
        ("techniques", "specializes", "subtechnique-of"),
    ):
        for each in objects[kind]:
            if not isinstance(each, dict) or field in each:
                continue
            groups = related.get(str(each.get("id")))
            links = groups.get(link) if isinstance(groups, dict) else None
            if isinstance(links, list):
                each[field] = _tied(links, field)


def _tied(links: list[Any], field: str) -> object:
    if field == "subtechnique-of":
        return links[0].get("target") if links and isinstance(links[0], dict) else None
    if field == "techniques":
        return [{"id": each.get("target")} if isinstance(each, dict) else each for each in links]
    # The list is in no order; the numbers of the steps are.
    steps = sorted(links, key=_place)
    return [{**each, "technique": each.get("target")} if isinstance(each, dict) else each for each in steps]


def _place(step: object) -> int:
    found = _STEP.fullmatch(str(step.get("step-id"))[:20]) if isinstance(step, dict) else None
    return int(found[1]) if found else 10**9
