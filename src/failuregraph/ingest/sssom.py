"""Sets of mappings in the TSV form of SSSOM: each accepted row is one mapping with its justification.

Only the five match properties of SKOS are mappings.  ``noMatch`` tells that nothing was found and is left
out; other predicates mean something else and are refused by name.  Nothing is minted from the expansions in the
file, which are web pages; an identifier becomes a concept of the scheme, in the edition that it names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from failuregraph.errors import Unreadable
from failuregraph.ingest.entry import Statements, day, english, iri, name, typed
from failuregraph.ingest.files import Row, Torn, csv_rows, open_file
from failuregraph.ingest.objects import stated_day
from failuregraph.ingest.registries import APACHE
from failuregraph.ingest.vocabulary import slug_of
from failuregraph.names import BASE, CC_BY, GRAPH, SCHEMES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyoxigraph as ox

    from failuregraph.ingest.entry import Run, Table
    from failuregraph.ingest.files import InputFile

__all__ = ["take"]

_NEEDED: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_ALSO: Final = ("subject_label", "object_label", "author_id", "confidence", "mapping_date", "comment")
_MATCHES: Final = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
_SKOS: Final = ("skos:", "http://www.w3.org/2004/02/skos/core#")
_META = re.compile(r"#\s?([a-z_]+):\s*(.*)")
_CURIE = re.compile(r"([A-Za-z][\w.-]*):([^\s:]\S*)")
_JUSTIFICATION = re.compile(r"semapv:[A-Za-z]+")
_ORCID = re.compile(r"(?:orcid:|https://orcid\.org/)(\d{4}-\d{4}-\d{4}-\d{3}[\dX])")
_LICENCES: Final = {
    "apache.org/licenses/license-2.0": APACHE,
    "creativecommons.org/licenses/by/4.0": CC_BY,
    "creativecommons.org/publicdomain/zero/1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
_OWASP = re.compile(r"(llm|asi)(0[1-9]|10)[:_]?(20[2-9][0-9])?(?:-.*)?", re.IGNORECASE)
_STATED = re.compile(r"\b(LLM|ASI)(0[1-9]|10):(20[2-9][0-9])\b")
#: The lists of OWASP whose concepts stand in our own alignments.
_OURS: Final = ("owasp-llm-2025", "owasp-llm-2026", "owasp-agentic-2026")
#: Two prefixes of one scheme, and the name that the scheme has here.
_SCHEMES: Final = {
    "ibm-risk-atlas": ("ibm-risk-atlas", "IBM AI Risk Atlas"),
    "ibmairisk": ("ibm-risk-atlas", "IBM AI Risk Atlas"),
    "nistai": ("nist-ai-600-1", "NIST AI 600-1, Generative AI Profile"),
    "mit-ai-risk-repository": ("mit-ai-risk-repository", "MIT AI Risk Repository"),
    "mit-ai-risk-repository-causal": ("mit-ai-risk-repository-causal", "MIT AI Risk Repository: causal taxonomy"),
}


def take(run: Run, path: Path) -> None:
    """Read one set; raises Unreadable where columns are missed or the licence is not stated or known."""
    file = run.use(open_file(path))
    meta = _meta(file)
    _rights(run, file, meta)
    stem = path.name.removesuffix(".tsv").removesuffix(".sssom").replace("_", "-")
    run.name = f"sssom-{slug_of(stem, 60) or 'mappings'}"
    run.date = stated_day(meta.get("mapping_date"))
    _, rows = csv_rows(file, _NEEDED, _ALSO, tab=True)
    table = run.table(file.name, "mappings")
    seen: set[str] = set()
    for row in rows:
        table.read += 1
        if isinstance(row, Torn):
            run.refuse(table, row.line, row.reason, column=row.column)
        else:
            _row(run, table, row, meta, seen)


def _meta(file: InputFile) -> dict[str, str]:
    """Return the header of the set: the keys of the comment lines."""
    lines = [line for line in file.text().splitlines() if line.startswith("#")]
    found = (_META.match(line) for line in lines)
    return {match[1]: match[2].strip("'\" ") for match in found if match}


def _rights(run: Run, file: InputFile, meta: Mapping[str, str]) -> None:
    stated = meta.get("license", "")
    plain = re.sub(r"^https?://(?:www\.)?", "", stated.lower()).removesuffix(".html").removesuffix("/")
    if plain not in _LICENCES:
        message = (
            f"the licence “{stated}” is not one of those known here; a set without a known licence is not imported."
        )
        raise Unreadable(message, file.path)
    run.licence = _LICENCES[plain]
    run.attribution = f"Mapping set {meta.get('mapping_set_id') or file.name}, {stated}"


def _row(run: Run, table: Table, row: Row, meta: Mapping[str, str], seen: set[str]) -> None:
    pair = f"{row['subject_id']} → {row['object_id']}"
    if row["predicate_id"].strip().endswith("noMatch"):
        run.leave_out(table, row.line, "noMatch tells that no counterpart was found; it is no mapping.", key=pair)
        return
    subject, target = (_concept(row[f"{end}_id"], row[f"{end}_label"]) for end in ("subject", "object"))
    column, reason = _fault(row, subject, target)
    mapping = f"{subject} {_local(row)} {target}"
    if not reason and mapping in seen:
        column, reason = "subject_id", "this mapping stands in the file twice; the first counts."
    if reason or subject is None or target is None:
        run.refuse(table, row.line, reason, column=column, key=pair)
        return
    seen.add(mapping)
    table.taken += 1
    for end, concept in (("subject", subject), ("object", target)):
        concept.say(run)
        stated = _STATED.search(row[f"{end}_label"])
        if concept.edition and stated and stated[0] != f"{concept.local}:{concept.edition}":
            reason = f"“{stated[0]}” is not what the identifier names; the identifier counts."
            run.cell(table, row.line, f"{end}_label", reason, key=pair)
    _say(run, table, row, meta, (subject.iri, _local(row), target.iri))


def _local(row: Row) -> str:
    """Return the local name of the predicate where it is one of SKOS, else nothing."""
    predicate = row["predicate_id"].strip()
    return next((predicate.removeprefix(start) for start in _SKOS if predicate.startswith(start)), "")


def _fault(row: Row, subject: _Concept | None, target: _Concept | None) -> tuple[str, str]:
    """Return the column at fault and the reason, both empty for a row that is a mapping."""
    predicate, justification = row["predicate_id"].strip(), row["mapping_justification"].strip()
    if row["object_id"].startswith("semapv:"):
        return "object_id", "a justification stands in the place of the object; the columns are shifted."
    if _local(row) not in _MATCHES:
        return "predicate_id", f"“{predicate}” is not a match property of SKOS."
    if subject is None or target is None:
        end = "object" if subject else "subject"
        return f"{end}_id", f"“{row[f'{end}_id'][:60]}” names no concept of a known scheme and edition."
    if not _JUSTIFICATION.fullmatch(justification):
        return "mapping_justification", f"“{justification[:60]}” is no justification of SEMAPV."
    return "", ""


@dataclass(frozen=True)
class _Concept:
    """A concept that an identifier names; ``label`` is empty where our own alignments have the concept."""

    scheme: str
    title: str
    edition: str
    local: str
    label: str

    @property
    def iri(self) -> str:
        return f"{BASE}scheme/{self.scheme}#{quote(self.local, safe='.-_~')}"

    def __str__(self) -> str:
        return self.iri

    def say(self, run: Run) -> None:
        """State the scheme and the concept."""
        run.scheme(self.scheme, self.title, version=self.edition)
        if self.label:
            run.concept(self.scheme, self.local, self.label)


def _concept(identifier: str, label: str) -> _Concept | None:
    """Return the concept that an identifier names, or None: a bare LLM03 is nothing without its edition."""
    found = _CURIE.fullmatch(identifier.strip())
    if not found:
        return None
    prefix, local = found[1], found[2]
    if re.match(r"owasp[-_]?(?:llm|asi)", prefix, re.IGNORECASE):
        return _owasp(local, label)
    scheme, title = _SCHEMES.get(prefix, (slug_of(prefix.replace("_", "-")), prefix))
    # The schemes of this project are not an outside set's to add to.
    return None if not scheme or scheme in SCHEMES else _Concept(scheme, title, "", local, label.strip() or local)


def _owasp(local: str, label: str) -> _Concept | None:
    """Return the concept of a list of OWASP; each edition is a scheme of its own, and a label may state it."""
    found, stated = _OWASP.fullmatch(local), _STATED.search(label)
    if not found:
        return None
    kind, code, edition = found[1].upper(), f"{found[1].upper()}{found[2]}", found[3]
    agrees = stated is not None and f"{stated[1]}{stated[2]}" == code
    edition = edition or (stated[3] if stated and agrees else "2026" if kind == "ASI" else None)
    if edition is None:
        return None
    name_, what = ("llm", "LLM Applications") if kind == "LLM" else ("agentic", "Agentic Applications")
    scheme = f"owasp-{name_}-{edition}"
    # The wording of OWASP is under a licence of its own: a list that is not among ours is known by its codes.
    return _Concept(
        scheme, f"OWASP Top 10 for {what} {edition}", edition, code, "" if scheme in _OURS else f"{code}:{edition}"
    )


def _say(run: Run, table: Table, row: Row, meta: Mapping[str, str], mapping: tuple[str, str, str]) -> None:
    subject, local, target = mapping
    graph = f"{GRAPH}import/{run.name}/mappings"
    said = run.shared.setdefault("mappings", Statements(graph))
    node = f"{graph}#{quote(f'{_end(subject)}-{local}-{_end(target)}', safe='.-_~%')}"
    said.say(node, "rdf:type", name("fg:Mapping"))
    said.say(node, "owl:annotatedSource", iri(subject))
    said.say(node, "owl:annotatedProperty", name(f"skos:{local}"))
    said.say(node, "owl:annotatedTarget", iri(target))
    for end in ("subject", "object"):
        label = run.text(table, row.line, f"{end}_label", row[f"{end}_label"])
        said.say(node, f"fg:{end}Label", english(label) if label else None)
    said.say(node, "fg:justification", typed(row["mapping_justification"].strip(), "string"))
    for author in row["author_id"].split("|"):
        orcid = _ORCID.fullmatch(author.strip())
        said.say(node, "prov:wasAttributedTo", iri(f"https://orcid.org/{orcid[1]}") if orcid else None)
    confidence = row["confidence"].strip()
    if re.fullmatch(r"0(?:\.\d+)?|1(?:\.0+)?", confidence):
        said.say(node, "fg:mappingConfidence", typed(confidence if "." in confidence else f"{confidence}.0", "decimal"))
    elif confidence:
        run.cell(table, row.line, "confidence", f"“{confidence[:20]}” is no number from 0 to 1.")
    said.say(node, "dcterms:created", _date(row["mapping_date"] or meta.get("mapping_date", "")))
    said.say(node, "fg:mappingSet", typed(meta["mapping_set_id"], "anyURI") if meta.get("mapping_set_id") else None)
    comment = run.text(table, row.line, "comment", row["comment"])
    said.say(node, "rdfs:comment", english(comment) if comment else None)


def _date(text: str) -> ox.Literal | None:
    found = day(text.strip())
    return found if found is not None and found.datatype == name("xsd:date") else None


def _end(concept: str) -> str:
    return concept.removeprefix(f"{BASE}scheme/").replace("#", ".")
