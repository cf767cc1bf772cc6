"""The page of a release: its date, its files with sizes and licences, and how to cite it.

What a release holds is read off its own document, so that the page of an earlier release is told as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from failuregraph.names import BASE
from failuregraph.pages import citations
from failuregraph.pages.dates import When, when

if TYPE_CHECKING:
    from failuregraph.pages.citations import Citation
    from failuregraph.pages.document import Document
    from failuregraph.pages.site import Site

__all__ = ["File", "ReleasePart", "release_part", "size_text"]

_UNITS: Final = ((1024 * 1024, "MB"), (1024, "kB"))
_MEDIA: Final = "https://www.iana.org/assignments/media-types/"
#: The licences that files have, by the name that people know.
_LICENCES: Final = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/": "CC BY-SA 4.0",
    "https://www.apache.org/licenses/LICENSE-2.0": "Apache 2.0",
}


@dataclass(frozen=True)
class File:
    """One file of a release; ``checksum`` is its SHA-256."""

    name: str
    address: str
    description: str
    size: str
    form: str
    licence: str
    licence_name: str
    checksum: str


@dataclass(frozen=True)
class ReleasePart:
    """What the page of a release says beside its title."""

    identifier: str
    date: When
    current: bool
    licence: str
    licence_name: str
    credits: tuple[str, ...]
    files: tuple[File, ...]
    citation: Citation

    @property
    def sums(self) -> str:
        """The checksums as ``sha256sum -c`` reads them."""
        return "".join(f"{each.checksum}  {each.name}\n" for each in self.files if each.checksum)


def release_part(site: Site, doc: Document, main: str) -> ReleasePart:
    """Return the release that a document is about."""
    identifier = main.rpartition("/")[2]
    files = [_file(doc, each) for each in doc.subjects if doc.terms(each, "dcat:downloadURL")]
    licence, day = doc.text(main, "dcterms:license"), doc.text(main, "dcterms:modified")
    newest = citations.of_release(site)
    cited = replace(
        newest, key=newest.key.replace(site.release.identifier, identifier), version=identifier, issued=day[:10]
    )
    return ReleasePart(
        identifier,
        when(day[:10]),
        identifier == site.release.identifier,
        licence,
        _LICENCES.get(licence, licence),
        tuple(sorted({text for each in doc.subjects for text in doc.texts(each, "schema:creditText")})),
        tuple(sorted(files, key=lambda file: file.name)),
        cited,
    )


def _file(doc: Document, subject: str) -> File:
    address, licence = doc.text(subject, "dcat:downloadURL"), doc.text(subject, "dcterms:license")
    checksum = doc.text(subject, "spdx:checksum")
    stated = doc.text(subject, "dcat:byteSize")
    return File(
        doc.text(subject, "dcterms:title") or address.rpartition("/")[2],
        f"/{address.removeprefix(BASE)}" if address.startswith(BASE) else address,
        doc.text(subject, "dcterms:description"),
        size_text(int(stated)) if stated else "",
        doc.text(subject, "dcat:mediaType").removeprefix(_MEDIA),
        licence,
        _LICENCES.get(licence, licence),
        doc.text(checksum, "spdx:checksumValue"),
    )


def size_text(size: int) -> str:
    """Return a number of bytes as people read it.

    >>> size_text(1536), size_text(12)
    ('1.5 kB', '12 B')
    """
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} B"
