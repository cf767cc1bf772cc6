"""Style sheets and scripts under addresses that carry the hash of their content, so that they may be kept for good."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["Asset", "Assets"]

_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class Asset:
    """One file that pages use: its name with a hash in it, its media type and its content."""

    address: str
    content_type: str
    body: bytes


class Assets:
    """The files of ``pages/static``, read once.

    The bundle of scripts is there where ``make assets`` made it; every page is whole without it.
    """

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._named: dict[str, Asset] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix in _TYPES:
                body = path.read_bytes()
                digest = hashlib.sha256(body).hexdigest()[:12]
                address = f"assets/{path.stem}.{digest}{path.suffix}"
                self._named[path.name] = Asset(address, _TYPES[path.suffix], body)
        self._placed = {asset.address: asset for asset in self._named.values()}

    def address(self, name: str) -> str:
        """Return the address of a file below the root, or nothing where the file was not made."""
        found = self._named.get(name)
        return found.address if found else ""

    def at(self, address: str) -> Asset | None:
        """Return the file at an address, or None."""
        return self._placed.get(address)

    @property
    def addresses(self) -> list[str]:
        """The addresses of all files."""
        return sorted(self._placed)
