"""The files of histories: JSON with a version of its form, read whole or refused, written whole or not at all."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read", "text_of", "write"]

_FORMAT: Final = 1


def text_of(stated: object, key: str) -> str:
    """Return the text of a file that says this under a key."""
    return json.dumps({"format": _FORMAT, key: stated}, indent=1, sort_keys=True) + "\n"


def read(path: Path, key: str) -> Any:  # noqa: ANN401 - what JSON holds
    """Return what a file says under a key; raises OSError, ValueError or KeyError where it says nothing there."""
    return {_FORMAT: (stated := json.loads(path.read_bytes()))[key]}[stated["format"]]


def write(path: Path, text: str) -> None:
    """Write a file through to the disk; one that says the same is left alone."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
