"""Names in a bill of materials: CycloneDX JSON, SPDX 2 JSON and SPDX 3 JSON-LD.

A file is read and never sent anywhere.  It is material of others: nothing in it is taken for more than a name.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from failuregraph.answer.drawing import printable
from failuregraph.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["names_in", "parts_in", "plain"]

#: What the name of a company may end with and be the same name without.
_FORMS: Final = re.compile(
    "ab|ag|bv|co|company|corp|corporation|gmbh|inc|incorporated|limited|llc|llp|ltd|nv|oy|pbc|plc|sa|sas|se|srl"
)
_SHORTEST: Final = 2
_NEITHER: Final = "neither a CycloneDX nor an SPDX file in JSON; export the bill of materials as one of them."
_EXPORT: Final = "export the bill of materials as CycloneDX or SPDX in JSON."
_COMPONENT: Final = "component"
#: The elements of SPDX 3 whose names are read, with what they are called.
_PACKAGES: Final = {
    "AIPackage": _COMPONENT,
    "DatasetPackage": _COMPONENT,
    "Organization": "organisation",
    "Package": _COMPONENT,
}
#: What a bill says that a name is, and the name.
Part = tuple[str, str]


def plain(name: str) -> str:
    """Return a name as it is compared: without case, surplus spaces and a legal form at its end.

    >>> plain("OpenAI, Inc."), plain("Contoso  Co., Ltd."), plain("X Corp."), plain("Character.AI")
    ('openai', 'contoso', 'x corp', 'character.ai')
    """
    words = [word.rstrip(".") for word in unicodedata.normalize("NFKC", name).casefold().replace(",", " ").split()]
    words = [word for word in words if word]
    while len(words) > 1 and _FORMS.fullmatch(words[-1].replace(".", "")) and len(" ".join(words[:-1])) >= _SHORTEST:
        words.pop()
    return " ".join(words)


def names_in(path: Path) -> list[str]:
    """Return the names of components, makers and suppliers in a bill of materials, sorted, each once as compared.

    Raises Unreadable where the file is no such bill, or a part of it is not of the form.
    """
    return list(parts_in(path))


def parts_in(path: Path) -> dict[str, str]:
    """Return the names in a bill of materials, as names_in does, each with what the bill says that it is.

    A name that stands for several things is called all of them: ``component and supplier``.
    """
    value = _loaded(path)
    written: dict[str, str] = {}
    kinds: dict[str, dict[str, None]] = {}
    for kind, name in _reader(value, path)(value, path):
        same = plain(printable(name))
        if same:
            written.setdefault(same, printable(name))
            kinds.setdefault(same, {})[kind] = None
    ordered = sorted(written, key=lambda same: (written[same].casefold(), written[same]))
    return {written[same]: " and ".join(sorted(kinds[same])) for same in ordered}


def _loaded(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        message = f"cannot be read ({error.strerror}); name a file that exists."
        raise Unreadable(message, path) from error
    except json.JSONDecodeError as error:
        message = f"not JSON: line {error.lineno}, column {error.colno}; {_EXPORT}"
        raise Unreadable(message, path) from error
    except UnicodeDecodeError as error:
        message = f"not JSON: byte {error.start + 1} is no text in {error.encoding}; {_EXPORT}"
        raise Unreadable(message, path) from error
    except RecursionError as error:
        message = "nested too deep to be read; export the bill of materials with fewer levels."
        raise Unreadable(message, path) from error
    if not isinstance(value, dict):
        raise Unreadable(_NEITHER, path)
    return value


def _reader(value: dict[str, Any], path: Path) -> Callable[[dict[str, Any], Path], Iterator[Part]]:
    """Return the reader for the kind of bill that a file says it is."""
    if value.get("bomFormat") == "CycloneDX":
        return _cyclonedx
    if str(value.get("spdxVersion", "")).startswith("SPDX-2"):
        return _spdx
    if "spdx.org/rdf/3" in str(value.get("@context", "")):
        return _spdx_graph
    raise Unreadable(_NEITHER, path)


def _cyclonedx(value: dict[str, Any], path: Path) -> Iterator[Part]:
    """Yield the names of components and services, however deep, and of those who make or provide them."""
    metadata = _object(value, "metadata", path)
    waiting = [(_COMPONENT, _object(metadata, "component", path)), (_COMPONENT, value)]
    while waiting:
        kind, each = waiting.pop()
        waiting += [(_COMPONENT, part) for part in _objects(each, "components", path)]
        waiting += [("service", part) for part in _objects(each, "services", path)]
        yield from ((kind, name) for name in _texts(each, ("name",), path))
        yield from (("publisher", name) for name in _texts(each, ("publisher",), path))
        for maker in ("supplier", "manufacturer", "provider"):
            yield from ((maker, name) for name in _texts(_object(each, maker, path), ("name",), path))


def _spdx(value: dict[str, Any], path: Path) -> Iterator[Part]:
    """Yield the names of packages and of the organisations that supply or make them; people are left out."""
    for package in _objects(value, "packages", path):
        yield from ((_COMPONENT, name) for name in _texts(package, ("name",), path))
        for role in ("supplier", "originator"):
            for party in _texts(package, (role,), path):
                if party.startswith("Organization:"):
                    yield role, re.sub(r"\s*\([^()]*\)\s*$", "", party.removeprefix("Organization:"))


def _spdx_graph(value: dict[str, Any], path: Path) -> Iterator[Part]:
    """Yield the names of packages and organisations among the elements of an SPDX 3 document."""
    elements = _objects(value, "@graph", path)
    suppliers = {each["suppliedBy"] for each in elements if isinstance(each.get("suppliedBy"), str)}
    for element in elements:
        kind = re.split(r"[_/]", str(element.get("type", element.get("@type", ""))))[-1]
        if kind in _PACKAGES:
            called = "supplier" if str(element.get("spdxId")) in suppliers else _PACKAGES[kind]
            yield from ((called, name) for name in _texts(element, ("name",), path))


def _object(value: dict[str, Any], key: str, path: Path) -> dict[str, Any]:
    found = value.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Unreadable(f"“{key}” must be an object, not {_kind(found)}; export the bill of materials again.", path)
    return found


def _objects(value: dict[str, Any], key: str, path: Path) -> list[dict[str, Any]]:
    found = value.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unreadable(f"“{key}” must be a list of objects; export the bill of materials again.", path)
    return found


def _texts(value: dict[str, Any], keys: tuple[str, ...], path: Path) -> Iterator[str]:
    for key in keys:
        found = value.get(key)
        if isinstance(found, str):
            yield found
        elif found is not None:
            raise Unreadable(f"“{key}” must be a text, not {_kind(found)}; export the bill of materials again.", path)


def _kind(value: object) -> str:
    names = {
        bool: "a truth value",
        dict: "an object",
        float: "a number",
        int: "a number",
        list: "a list",
        str: "a text",
    }
    return names[type(value)]
