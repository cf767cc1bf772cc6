"""The page of the data: every file with licence and checksum, how to verify and to cite it, and where else to look."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from failuregraph.catalog.dcat import DUMPS, PUBLISHER
from failuregraph.catalog.metadata import METADATA_FILE
from failuregraph.catalog.saying import DCAT, VOID
from failuregraph.forms import media_type
from failuregraph.history.answers import ANSWERS_FILE
from failuregraph.history.records import RECORDS_FILE
from failuregraph.names import BASE, FORMATS, GRAPH, NAMESPACES
from failuregraph.pages import markup
from failuregraph.pages.citations import Citation, of_release
from failuregraph.pages.document import Document
from failuregraph.pages.published.feeds import addresses
from failuregraph.tables import SEPARATOR, TABLES, TableFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from failuregraph.pages.markup import Markup
    from failuregraph.pages.site import Site

__all__ = ["Change", "DataPage", "FeedLine", "FileLine", "Way", "changes_of", "citation_file", "data_page", "sums"]

_CODE: Final = re.compile(r"`([^`]*)`")
#: Files that hold no data of their own.
_TELLING: Final = ("NOTICE.txt", ANSWERS_FILE, RECORDS_FILE, METADATA_FILE)
_UNITS: Final = ((1024 * 1024, "MB"), (1024, "kB"))
#: The licences that dumps have, by the name that people know.
_LICENCES: Final = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/": "CC BY-SA 4.0",
    "https://www.apache.org/licenses/LICENSE-2.0": "Apache 2.0",
}


@dataclass(frozen=True)
class FileLine:
    """One file of the release."""

    name: str
    address: str
    media_type: str
    size: str
    sha256: str
    licence: str
    licence_name: str
    contains: tuple[str, ...]
    attribution: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """An address that programs use: what it is, the address, and what comes back."""

    name: str
    address: str
    answer: str
    link: bool = True


@dataclass(frozen=True)
class FeedLine:
    """A feed with its name."""

    name: str
    address: str


@dataclass(frozen=True)
class Change:
    """A release in the change log: its name, and its parts with their lines; a line is text and code in turn."""

    name: str
    parts: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]


@dataclass(frozen=True)
class DataPage:
    """Everything that the page of the data shows."""

    release: str
    date: str
    licence: str
    base: str
    folder: str
    files: tuple[FileLine, ...]
    tables: tuple[TableFile, ...]
    separator: str
    ways: tuple[Way, ...]
    feeds: tuple[FeedLine, ...]
    feeds_of: tuple[tuple[str, tuple[FeedLine, ...]], ...]
    changes: tuple[Change, ...]
    citation: Citation
    markup: Markup


def data_page(site: Site) -> DataPage:
    """Return the view of the page of the data."""
    release = site.release.identifier
    files = tuple(_file(release, name, stated) for name, stated in sorted(site.release.manifest["files"].items()))
    first = set(site.release.manifest["dumps"])
    _, _, _, _, modified, licence = site.rows("release")[0]
    feeds = {path: _feed_name(site, path) for path in addresses(site)}
    return DataPage(
        release=release,
        date=modified,
        licence=licence,
        base=BASE,
        folder=f"/dumps/{release}",
        files=tuple(sorted(files, key=lambda each: (_group(each.name, first), each.name))),
        tables=TABLES,
        separator=SEPARATOR.strip(),
        ways=tuple(_ways()),
        feeds=tuple(FeedLine(feeds[path], f"/{path}") for path in feeds if path.count("/") == 1),
        feeds_of=tuple(_grouped(feeds)),
        changes=changes_of(site.project.change_log),
        citation=of_release(site),
        markup=markup.of_catalogue(site),
    )


def _file(release: str, name: str, stated: dict[str, Any]) -> FileLine:
    licence = str(stated["licence"])
    return FileLine(
        name,
        f"/dumps/{release}/{name}",
        media_type(name),
        _size(int(stated["bytes"])),
        str(stated["sha256"]),
        licence,
        _LICENCES.get(licence, licence),
        tuple(stated.get("contains", ())),
        tuple(stated.get("attribution", ())),
    )


def _group(name: str, dumps: set[str]) -> int:
    """Return where a file stands: dumps, their other forms, tables, and what only tells of them."""
    if name in dumps:
        return 0
    if media_type(name) == "text/csv":
        return 2
    return 3 if name in _TELLING else 1


def _size(size: int) -> str:
    """Return a number of bytes as people read it.

    >>> _size(1536)
    '1.5 kB'
    """
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} B"


def _feed_name(site: Site, path: str) -> str:
    """Return the name of a feed: the label of what it is of."""
    kind, _, name = path.removeprefix("feeds/").removesuffix(".atom").partition("/")
    if not name:
        return {"new": "New records", "changed": "Changed records"}[kind]
    if kind == "questions":
        return site.questions[name].said("title")
    return site.labels.get(BASE + (f"{kind}/{name}" if kind == "organisation" else f"{kind}#{name}"), name)


def _grouped(feeds: dict[str, str]) -> Iterator[tuple[str, tuple[FeedLine, ...]]]:
    names = {"mode": "Failure modes", "surface": "AI surfaces", "organisation": "Organisations"}
    for kind, heading in (*names.items(), ("questions", "Answers of stored questions")):
        lines = [FeedLine(name, f"/{path}") for path, name in feeds.items() if path.startswith(f"feeds/{kind}/")]
        yield heading, tuple(sorted(lines, key=lambda each: each.name))


def _ways() -> Iterator[Way]:
    """Yield the addresses that programs use."""
    graphs = ", ".join(f".{each.name}" for each in FORMATS if each.graph)
    yield Way("A thing", "/incident/ID, /organisation/ID, …", "303 to its document", link=False)
    yield Way("A document", "/record/ID, /doc/organisation/ID, …", f"a page or RDF, by Accept or {graphs}", link=False)
    yield Way("Citation of a record", "/record/ID.bib, .ris, .csl.json", "BibTeX, RIS, CSL-JSON", link=False)
    yield Way("SPARQL endpoint", "/sparql", "SPARQL 1.1 Protocol; without a query, its description")
    yield Way("Stored questions", "/questions", "a page for each; with .csv, .json and other suffixes its answer")
    yield Way("List of the questions", "/.well-known/sparql-examples/", "their IRIs, as text or RDF")
    yield Way("OpenAPI", "/openapi.json", "every question with its parameters, for generators of clients")
    yield Way("Whole graphs", "/rdf-graphs?graph=IRI", "one named graph (Graph Store Protocol)", link=False)
    yield Way("VoID", f"/{VOID.removeprefix(BASE)}", "counts, partitions and linksets")
    yield Way("DCAT", f"/{DCAT.removeprefix(BASE)}", "the catalogue with every file")
    yield Way("Croissant", "/croissant.json", "the tables, for machine learning")
    yield Way("Citation of the release", "/CITATION.cff", "Citation File Format; also /data.bib, .ris, .csl.json")
    yield Way("Ontology", "/ontology", "a page or RDF, as every document")
    yield Way("Feeds", "/feeds/new.atom", "Atom; all feeds are listed below")
    yield Way("Changes of records", "/changes", "an event stream (LDES): what became of each record, by release")
    yield Way("Site map", "/sitemap.xml", "every page and document")
    yield Way("Reporting a weakness", "/.well-known/security.txt", "whom to write to")
    yield Way("State of the server", "/health", "200 where it answers a query")


def changes_of(text: str) -> tuple[Change, ...]:
    """Return a change log in Markdown as releases with parts and lines; what is under no heading is left out."""
    found: list[tuple[str, list[tuple[str, list[tuple[str, ...]]]]]] = []
    for line in text.splitlines():
        if line.startswith("## "):
            found.append((line[3:], []))
        elif line.startswith("### ") and found:
            found[-1][1].append((line[4:], []))
        elif line.startswith("- ") and found and found[-1][1]:
            found[-1][1][-1][1].append(tuple(_CODE.split(line[2:])))
    return tuple(Change(name, tuple((part, tuple(lines)) for part, lines in parts)) for name, parts in found)


def sums(files: dict[str, str]) -> str:
    """Return file → SHA-256 as ``sha256sum -c`` reads it."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items()))


def citation_file(site: Site) -> str:
    """Return the citation of the release in the Citation File Format 1.2.0; it needs no quoting but of the title."""
    citation = of_release(site)
    attribution = site.release.manifest["files"][site.release.manifest["dumps"][0]]["attribution"]
    references = list(_references(site, attribution))
    lines = [
        "cff-version: 1.2.0",
        "message: If you use Failure Graph, please cite it, and the registries whose records it restates.",
        f"title: {_quoted(citation.title)}",
        "type: dataset",
        f'version: "{citation.version}"',
        *([f'date-released: "{citation.issued}"'] if citation.issued else []),
        "license: CC-BY-4.0",
        f"url: {citation.url}",
        "authors:",
        f"  - name: {_quoted(citation.author)}",
        "identifiers:",
        "  - type: url",
        f"    value: {DUMPS}{citation.version}/manifest.json",
        "    description: The manifest of the release, with the SHA-256 of every file",
        *(["references:"] if references else []),
    ]
    for reference in references:
        lines += reference
    return "\n".join(lines) + "\n"


def _references(site: Site, attribution: Iterable[str]) -> Iterator[list[str]]:
    """Yield what a release restates, as references: each source that it credits, but for the project itself."""
    known = _credited(site)
    for line in attribution:
        registry, holder, licence = known.get(line, ("", line, ""))
        if registry != PUBLISHER:
            title, url = site.labels.get(registry, line), site.everything.text(registry, "foaf:homepage")
            yield _reference(title, holder, url, licence)


def _credited(site: Site) -> dict[str, tuple[str, str, str]]:
    """Return words of credit → registry, who holds the rights, and licence: of registries and of what is imported."""
    known, found = site.everything, {}
    for registry in (each for each in known.subjects if each.startswith(NAMESPACES["registry"])):
        steward, line = known.link(registry, "fg:steward"), known.text(registry, "schema:creditText")
        holder = steward.text if steward else site.labels[registry]
        found[line] = (registry, holder, known.text(registry, "dcterms:license"))
    for name, triples in site.graphs.items():
        if name.startswith(f"{GRAPH}import/") and "/" not in name.removeprefix(f"{GRAPH}import/"):
            doc = Document(triples, site.labels)
            registry, holder = doc.text(name, "prov:wasAttributedTo"), doc.text(name, "dcterms:rightsHolder")
            line = doc.text(name, "dcterms:bibliographicCitation")
            found[line] = (registry, holder, doc.text(name, "dcterms:license"))
    return found


def _reference(title: str, author: str, url: str, licence: str) -> list[str]:
    """Return one reference in the Citation File Format, its licence by the identifier of SPDX where that is known."""
    spdx = _LICENCES.get(licence, "").replace(" ", "-")
    named = f"license: {spdx}" if spdx else f"license-url: {_quoted(licence)}"
    lines = ["type: database", f"title: {_quoted(title)}", "authors:", f"  - name: {_quoted(author)}"]
    lines += [f"url: {_quoted(url)}"] if url else []
    lines += [named] if licence else []
    return [f"{'    ' if place else '  - '}{line}" for place, line in enumerate(lines)]


def _quoted(text: str) -> str:
    """Return text as a scalar of YAML in single quotes."""
    return "'" + " ".join(text.split()).replace("'", "''") + "'"
