"""What an import says: statements in named graphs, gathered record by record, and what was not taken.

Terms are pyoxigraph's, so that lexical forms stay as they are written.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pyoxigraph as ox

from failuregraph.names import BASE, GRAPH, NAMESPACES, XSD

if TYPE_CHECKING:
    from collections.abc import Callable

    from failuregraph.ingest.files import InputFile
    from failuregraph.ingest.registries import Registry

__all__ = ["Entry", "Left", "Part", "Run", "Statements", "Table", "Value", "day", "english", "iri", "name", "typed"]

Value = ox.NamedNode | ox.Literal
_HIDDEN: Final = ("Cc", "Cf", "Co", "Cs", "Cn")
#: A web address; before the path there is no user, which would hide the host.
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x1f@/?#]+(?:[/?#][^\s<>\"{}|\\^`\x00-\x1f]*)?")
_DAY: Final = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")
#: Length of a date → its type, and what makes it a whole day.
_TYPES: Final = {4: ("gYear", "-01-01"), 7: ("gYearMonth", "-01"), 10: ("date", "")}


@lru_cache(maxsize=4096)
def name(short: str) -> ox.NamedNode:
    """Return the IRI of a prefixed name of the one table, such as ``fg:role``."""
    prefix, _, local = short.partition(":")
    return ox.NamedNode(NAMESPACES[prefix] + local)


def iri(text: str) -> ox.NamedNode:
    """Return the term of a full IRI; raises ValueError where it is none."""
    return ox.NamedNode(text)


def english(text: str) -> ox.Literal:
    """Return a text in English."""
    return ox.Literal(text, language="en")


def typed(text: object, kind: str) -> ox.Literal:
    """Return a literal of a type of XML Schema, such as ``integer``."""
    return ox.Literal(str(text), datatype=ox.NamedNode(XSD + kind))


def day(text: str) -> ox.Literal | None:
    """Return a date as precise as it is written (YYYY, YYYY-MM, YYYY-MM-DD), or None where it is none.

    >>> day("2025-07").datatype.value.rpartition("#")[2], day("2025-02-30")
    ('gYearMonth', None)
    """
    if not _DAY.fullmatch(text):
        return None
    kind, rest = _TYPES[len(text)]
    try:
        dt.date.fromisoformat(text + rest)
    except ValueError:
        return None
    return typed(text, kind)


@dataclass(frozen=True, order=True)
class Left:
    """Something that an import did not take: where it stands, whose it is, and why."""

    file: str
    row: int
    column: str
    key: str
    reason: str
    refused: bool = True

    def __str__(self) -> str:
        """Return one line for a person."""
        place = ":".join(str(part) for part in (self.file, self.row) if part)
        column = f", {self.column}" if self.column else ""
        return f"{place}{column}{f' ({self.key})' if self.key else ''}: {self.reason}"


@dataclass
class Table:
    """The account of one table: rows read are rows taken, rows left out on purpose and rows refused."""

    file: str
    what: str
    read: int = 0
    taken: int = 0
    left_out: int = 0
    refused: int = 0

    def __str__(self) -> str:
        """Return the account as one line."""
        return (
            f"{self.file}: {self.read} rows in = {self.taken} {self.what} + {self.left_out} left out"
            f" + {self.refused} refused"
        )


@dataclass
class Statements:
    """Statements in one named graph."""

    graph: str
    triples: set[ox.Triple] = field(default_factory=set)

    def say(self, subject: str, predicate: str, value: Value | None) -> None:
        """State something; None states nothing."""
        if value is not None:
            self.triples.add(ox.Triple(ox.NamedNode(subject), name(predicate), value))


@dataclass
class Run:
    """One import under way: what was read, what is said of it, and what was left."""

    registry: Registry
    name: str
    flags: frozenset[str] = frozenset()
    kinds: dict[str, str] = field(default_factory=dict)
    progress: Callable[[str, int, int], None] = lambda *_: None
    date: str | None = None
    version: str = ""
    licence: str = ""
    holder: str = ""
    attribution: str = ""
    files: list[InputFile] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    shared: dict[str, Statements] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def author(self) -> ox.NamedNode | None:
        """The registry as the author of what it says; a set of mappings names its authors row by row."""
        return name(f"registry:{self.registry.name}") if self.registry.keeps_records else None

    def use(self, file: InputFile) -> InputFile:
        """Remember a file as one that the import is made of."""
        self.files.append(file)
        return file

    def table(self, file: str, what: str) -> Table:
        """Open the account of a table."""
        self.tables.append(Table(file, what))
        return self.tables[-1]

    def refuse(self, table: Table, row: int, reason: str, *, column: str = "", key: str = "") -> None:
        """Refuse a whole row, with the column that is at fault."""
        table.refused += 1
        self.left.append(Left(table.file, row, column, key, reason))

    def leave_out(self, table: Table, row: int, reason: str, *, key: str = "") -> None:
        """Leave out a whole row on purpose."""
        table.left_out += 1
        self.left.append(Left(table.file, row, "", key, reason, refused=False))

    def cell(self, table: Table, row: int, column: str, reason: str, *, key: str = "") -> None:
        """Say that one cell was not taken as it stands, while its row goes on."""
        self.left.append(Left(table.file, row, column, key, reason, refused=False))

    def entry(self, key: str, kind: str = "fg:Incident", page: str | None = None) -> Entry:
        """Begin a record and what it is about, with all that every record says."""
        entry = Entry(self, key)
        self.entries[key] = entry
        entry.record("rdf:type", name("fg:Record"))
        entry.record("dcterms:identifier", ox.Literal(key))
        entry.record("prov:wasAttributedTo", self.author)
        entry.record("dcterms:license", iri(self.licence or self.registry.licence))
        entry.record("foaf:page", iri(page) if page else None)
        entry.record("fg:recordStatus", name("recordstatus:live"))
        entry.record("foaf:primaryTopic", iri(entry.incident))
        entry.about("rdf:type", name(kind))
        return entry

    def sharing(self, part: str) -> Statements:
        """Return the statements that records share, such as ``parties`` and ``schemes``."""
        return self.shared.setdefault(part, Statements(f"{GRAPH}import/{self.name}/{part}"))

    def concept(self, scheme: str, local: str, label: str, **more: str) -> ox.NamedNode:
        """Return a concept of another taxonomy; ``page``, ``notation`` and ``broader`` may be added.

        Where a file spells one concept in two ways, the first is its label; the same holds for parties.
        """
        home = f"{BASE}scheme/{scheme}"
        concept = f"{home}#{quote(local, safe='.-_~')}"
        known = self.sharing("schemes")
        known.say(concept, "rdf:type", name("fg:OutsideConcept"))
        known.say(concept, "skos:prefLabel", english(self.labels.setdefault(concept, label)))
        known.say(concept, "skos:inScheme", iri(home))
        known.say(concept, "skos:notation", ox.Literal(more["notation"]) if "notation" in more else None)
        known.say(concept, "foaf:page", iri(more["page"]) if "page" in more else None)
        known.say(concept, "skos:broader", iri(f"{home}#{more['broader']}") if "broader" in more else None)
        return iri(concept)

    def scheme(self, scheme: str, label: str, *, version: str = "", home: str = "") -> None:
        """Say what a taxonomy is called, and its edition where it is known."""
        known, node = self.sharing("schemes"), f"{BASE}scheme/{scheme}"
        known.say(node, "rdf:type", name("fg:OutsideScheme"))
        known.say(node, "rdfs:label", english(label))
        known.say(node, "prov:wasAttributedTo", self.author)
        known.say(node, "owl:versionInfo", ox.Literal(version) if version else None)
        known.say(node, "foaf:page", iri(home) if home else None)

    def party(self, slug: str, *, label: str = "", page: str = "", kind: str = "") -> ox.NamedNode:
        """Return the party that a registry calls so."""
        party = f"{BASE}party/{self.name}-{quote(slug, safe='.-_~')}"
        known = self.sharing("parties")
        known.say(party, "rdf:type", name("fg:Party"))
        known.say(party, "skos:notation", ox.Literal(slug) if page else None)
        known.say(party, "rdfs:label", english(self.labels.setdefault(party, label)) if label else None)
        known.say(party, "foaf:page", iri(page) if page else None)
        known.say(party, "fg:partyKind", name(f"partykind:{kind}") if kind else None)
        return iri(party)

    def text(self, table: Table, row: int, column: str, value: str, *, key: str = "") -> str:
        """Return a text in NFC with single spaces; hidden characters are left out and told."""
        spaced = " ".join(unicodedata.normalize("NFC", value).split())
        hidden = sorted({f"U+{ord(sign):04X}" for sign in spaced if unicodedata.category(sign) in _HIDDEN})
        if not hidden:
            return spaced
        self.cell(table, row, column, f"{', '.join(hidden)} was left out of the text.", key=key)
        return "".join(sign for sign in spaced if unicodedata.category(sign) not in _HIDDEN)

    def address(self, table: Table, row: int, column: str, value: str, *, key: str = "") -> ox.NamedNode | None:
        """Return a web address, or None and a remark where it is none."""
        found = _ADDRESS.fullmatch(value.strip())
        if found:
            return iri(found[0])
        if value.strip():
            self.cell(table, row, column, f"“{value.strip()[:80]}” is no http or https address.", key=key)
        return None


@dataclass
class Entry:
    """One record: the document, what it is about, and the parts of that."""

    run: Run
    key: str
    said: Statements = field(init=False)

    def __post_init__(self) -> None:
        """Open the graph of the record."""
        self.said = Statements(f"{BASE}record/{self.key}")

    @property
    def incident(self) -> str:
        """The IRI of the incident or hazard."""
        return f"{BASE}incident/{self.key}"

    @property
    def is_live(self) -> bool:
        """Whether the record tells of an incident or hazard; one that only redirects does not."""
        topic = ox.Triple(iri(f"{BASE}record/{self.key}"), name("foaf:primaryTopic"), iri(self.incident))
        return topic in self.said.triples

    def record(self, predicate: str, value: Value | None) -> None:
        """State something of the document."""
        self.said.say(f"{BASE}record/{self.key}", predicate, value)

    def about(self, predicate: str, value: Value | None) -> None:
        """State something of the incident."""
        self.said.say(self.incident, predicate, value)

    def part(self, link: str, local: str, kind: str) -> Part:
        """Begin a part of the incident, named under it."""
        part = Part(self, f"{self.incident}#{quote(local, safe='.-_~%')}")
        self.about(link, iri(part.node))
        part.say("rdf:type", name(kind))
        return part

    def involve(self, local: str, party: ox.NamedNode | None, role: str = "") -> None:
        """State that somebody is said to have had a part; nothing that a registry says makes it confirmed."""
        part = self.part("fg:involvement", f"involvement-{local}", "fg:Involvement")
        part.say("fg:party", party)
        part.say("fg:claimStatus", name("claimstatus:alleged"))
        part.say("fg:role", name(f"role:{role}") if role else None)

    def classify(self, local: str, taxonomy: str, *, status: str = "published") -> Part:
        """Begin a classification by the registry or in its name."""
        part = self.part("fg:classification", f"classification-{local}", "fg:Classification")
        part.say("dcterms:title", ox.Literal(taxonomy))
        part.say("prov:wasAttributedTo", self.run.author)
        part.say("fg:publicationStatus", name(f"publication:{status}"))
        return part


@dataclass(frozen=True)
class Part:
    """A part of an incident: an involvement, a source, a step, a classification."""

    entry: Entry
    node: str

    def say(self, predicate: str, value: Value | None) -> None:
        """State something of the part."""
        self.entry.said.say(self.node, predicate, value)
