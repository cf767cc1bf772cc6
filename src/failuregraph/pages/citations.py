"""Citations of a record, an answer and a release: as text, BibTeX, RIS and CSL-JSON.

What is cited is always the release that was read: its date is that of the data, and its identifier is the version.
Text of a record may hold anything; each format has its own way of keeping it from being read as markup.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from failuregraph.names import BASE
from failuregraph.pages.dates import when

if TYPE_CHECKING:
    from collections.abc import Mapping

    from failuregraph.pages.site import Site
    from failuregraph.query import QueryFile

__all__ = ["FORMATS", "Citation", "CitationFormat", "of_answer", "of_record", "of_release"]

_GRAPH: Final = "Failure Graph"
_AUTHOR: Final = "Failure Graph contributors"


@dataclass(frozen=True)
class CitationFormat:
    """A format that reference managers read: its name, suffix and media type."""

    name: str
    suffix: str
    media_type: str


FORMATS: Final = (
    CitationFormat("BibTeX", "bib", "application/x-bibtex"),
    CitationFormat("RIS", "ris", "application/x-research-info-systems"),
    CitationFormat("CSL-JSON", "csl.json", "application/vnd.citationstyles.csl+json"),
)
#: Kind of the cited thing → its type in CSL, in RIS, and as a word.
_KINDS: Final = {
    "record": ("entry", "ELEC", "Record"),
    "answer": ("dataset", "DATA", "Answer to a stored question"),
    "release": ("dataset", "DATA", "Data set"),
}
_BIBTEX: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{sign: f"\\{sign}" for sign in "$&#%_"},
}
_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Citation:
    """What a reader cites; ``issued`` is an ISO date or empty, ``number`` the identifier of a record or empty."""

    kind: str
    key: str
    title: str
    author: str
    issued: str
    url: str
    version: str
    number: str = ""

    @property
    def text(self) -> str:
        """The citation as one line of prose."""
        number = f" ({self.number})" if self.number else ""
        date = f", {when(self.issued).text}" if self.issued else ""
        held = "Release" if self.kind == "release" else f"{_GRAPH}, release"
        return f"{_line(self.author)}. “{_line(self.title)}”{number}. {held} {self.version}{date}. {self.url}"

    @property
    def bibtex(self) -> str:
        """The citation as an entry of BibTeX."""
        year, month = (*self.issued.split("-"), "", "")[:2]
        fields = {
            "title": f"{{{_bibtex(self.title)}}}",
            "author": f"{{{_bibtex(self.author)}}}",
            "howpublished": _bibtex(self._held),
            "year": year,
            "month": str(int(month)) if month else "",
            "number": _bibtex(self.number),
            "version": _bibtex(self.version),
            "note": _bibtex(f"{_KINDS[self.kind][2]}, release {self.version}"),
            "url": self.url,
        }
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
        return "\n".join([f"@misc{{{self.key},", *lines, "}", ""])

    @property
    def ris(self) -> str:
        """The citation as a record of RIS."""
        fields = [
            ("TY", _KINDS[self.kind][1]),
            ("TI", self.title),
            ("AU", self.author),
            ("T2", "" if self.kind == "release" else _GRAPH),
            ("PB", _AUTHOR),
            ("PY", self.issued[:4]),
            ("DA", self.issued.replace("-", "/")),
            ("ET", self.version),
            ("M1", self.number),
            ("LA", "en"),
            ("UR", self.url),
            ("ID", self.key),
        ]
        lines = [f"{tag}  - {_line(value)}" for tag, value in fields if value]
        return "\r\n".join([*lines, "ER  - ", ""])

    @property
    def csl(self) -> str:
        """The citation as CSL-JSON: a list of one item."""
        parts = [int(part) for part in self.issued.split("-") if part]
        item: dict[str, Any] = {
            "id": self.key,
            "type": _KINDS[self.kind][0],
            "title": _line(self.title),
            "author": [{"literal": _line(self.author)}],
            "container-title": "" if self.kind == "release" else _GRAPH,
            "publisher": _AUTHOR,
            "issued": {"date-parts": [parts]} if parts else None,
            "number": self.number,
            "version": self.version,
            "URL": self.url,
            "language": "en",
        }
        return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=2) + "\n"

    def form(self, suffix: str) -> str:
        """Return the citation in the format of a suffix of ``FORMATS``; raises KeyError for another."""
        return {"bib": self.bibtex, "ris": self.ris, "csl.json": self.csl}[suffix]

    @property
    def forms(self) -> tuple[tuple[CitationFormat, str], ...]:
        """All formats with the citation in them."""
        return tuple((form, self.form(form.suffix)) for form in FORMATS)

    @property
    def _held(self) -> str:
        return _AUTHOR if self.kind == "release" else f"{_GRAPH}, {_AUTHOR}"


def of_record(site: Site, identifier: str, title: str, registry: str) -> Citation:
    """Return the citation of a record, whose author is the registry that keeps it."""
    return Citation(
        "record",
        _key(identifier),
        title,
        registry or _AUTHOR,
        _issued(site),
        f"{BASE}record/{identifier}",
        site.release.identifier,
        identifier,
    )


def of_answer(site: Site, question: QueryFile, given: Mapping[str, str]) -> Citation:
    """Return the citation of the answer that a release gives to a stored question with these parameters."""
    query = urlencode(sorted(given.items()))
    told = f" ({', '.join(f'{name} {value}' for name, value in sorted(given.items()))})" if given else ""
    return Citation(
        "answer",
        _key(question.name, *(each for pair in sorted(given.items()) for each in pair)),
        question.said("title") + told,
        _AUTHOR,
        _issued(site),
        f"{BASE}questions/{question.name}" + (f"?{query}" if query else ""),
        site.release.identifier,
    )


def of_release(site: Site) -> Citation:
    """Return the citation of the data set in the release that is served."""
    return Citation(
        "release", _key(site.release.identifier), _GRAPH, _AUTHOR, _issued(site), BASE, site.release.identifier
    )


def _issued(site: Site) -> str:
    """Return the latest day that the release tells of; the clock is never asked."""
    return next((row[4] for row in site.rows("release")), "")


def _key(*parts: str) -> str:
    """Return a key that every format takes: letters, digits and hyphens."""
    return "-".join(["failuregraph", *(re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-") for part in parts)])


def _line(text: str) -> str:
    """Return text on one line, without control characters: a line of RIS ends a field."""
    return _SPACE.sub(" ", text).strip()


def _bibtex(text: str) -> str:
    """Return text that BibTeX prints as it stands; it counts braces even after a backslash, so none is left."""
    return "".join(_BIBTEX.get(sign, sign) for sign in _line(text))
