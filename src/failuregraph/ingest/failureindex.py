"""The importer of the AI Failure Index: from its JSON to one Turtle file a record, for review.

Everything is computed before anything is written.  A file that a person has changed is left alone and
its differences are listed, unless ``overwrite`` is asked for; statements with predicates that the
importer never writes are a person's and are kept in any case (decision 0007).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rdflib import RDF, RDFS, Graph, Literal, URIRef

from failuregraph.ingest.renumber import renumber
from failuregraph.ingest.report import ImportReport, Kept, Refused
from failuregraph.ingest.rows import FIELDS, BadRow, Row, checked, key_of, placeholder_of, read_rows
from failuregraph.ingest.statements import OWNED, host_of, statements
from failuregraph.ingest.vocabulary import Vocabulary, slug_of
from failuregraph.names import BASE, FG, NAMESPACES, shorten
from failuregraph.turtle import header_of, parse, read, read_text, save, write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rdflib.term import Node

    from failuregraph.project import Project

__all__ = ["import_file"]

_PAGE = URIRef(NAMESPACES["foaf"] + "page")


@dataclass
class _Run:
    """One import under way: what is known, what will be written, what is to be said."""

    project: Project
    folder: Path
    overwrite: bool
    known: Vocabulary
    pages: dict[str, str]
    texts: dict[Path, str | None] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    renumbered: list[str] = field(default_factory=list)
    overwritten: list[Kept] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def report(self) -> ImportReport:
        """Return what happened, as values that no longer change."""
        return ImportReport(
            tuple(self.added),
            tuple(self.unchanged),
            tuple(self.renumbered),
            tuple(self.overwritten),
            tuple(self.kept),
            tuple(self.refused),
            tuple(dict.fromkeys(self.notes)),
        )


def import_file(path: Path, project: Project, into: Path | None = None, *, overwrite: bool = False) -> ImportReport:
    """Import the rows of a file into the project's data, or into another folder, and say what happened.

    Importing one file twice changes nothing.  Raises Unreadable where the file is no list of records or
    a folder cannot be written to; a bad row is refused in the report and the others go on.
    """
    rows = read_rows(path)
    run = _Run(project, into or project.data, overwrite, Vocabulary.of(project), _pages(project))
    if into is not None:
        run.known.add_folder(into)
    seen: set[str] = set()
    for number, raw in enumerate(rows, 1):
        try:
            row = checked(number, raw, run.known)
        except BadRow as bad:
            run.refused.append(Refused(number, key_of(raw), str(bad)))
            continue
        names = {row.key, row.text("permalink") or row.key}
        if names & seen:
            reason = f"{min(names & seen)} stands in the file twice; the first row counts."
            run.refused.append(Refused(number, row.key, reason))
            continue
        seen |= names
        _take(run, row)
    for file, text in run.texts.items():
        if text is None:
            file.unlink(missing_ok=True)
        else:
            save(file, text)
    return run.report()


def _pages(project: Project) -> dict[str, str]:
    """Return permalink → identifier for the records of the project."""
    records = [source for source in project.sources() if source.kind == "record"]
    found: dict[str, str] = {}
    for source in records:
        page = read(source.path).value(URIRef(source.subjects[0]), _PAGE)
        if page is not None:
            found[str(page)] = source.identifier
    return found


def _take(run: _Run, row: Row) -> None:
    _note_unknown(run, row)
    _learn(run, row)
    old = _former_key(run, row)
    if old is not None and run.folder == run.project.data:
        run.texts |= renumber(run.project, run.texts, old, row.key)
        run.renumbered.append(f"{old} is now {row.key}; the old identifier redirects.")
    new = statements(row, run.known)
    file = run.folder / "incidents" / f"{row.key}.ttl"
    before = _current(run, file)
    if before is None:
        run.added.append(row.key)
        run.texts[file] = write(new, _first(row.key))
        return
    _merge(run, row.key, file, before, new)


def _current(run: _Run, file: Path) -> str | None:
    """Return the text of a file as this run would leave it, or None where there is none."""
    if file in run.texts:
        return run.texts[file]
    return read_text(file) if file.is_file() else None


def _first(key: str) -> tuple[str, str]:
    return f"{BASE}record/{key}", f"{BASE}incident/{key}"


def _merge(run: _Run, key: str, file: Path, before: str, new: Graph) -> None:
    old = parse(before, file)
    subjects = set(new.subjects())
    owned = {triple for triple in old if triple[1] in OWNED and triple[0] in subjects | _parts(old, new)}
    gone, come = owned - set(new), set(new) - owned
    if not gone and not come:
        run.unchanged.append(key)
        return
    difference = Kept(key, tuple(sorted([*(f"- {_line(t)}" for t in gone), *(f"+ {_line(t)}" for t in come)])))
    if not run.overwrite:
        run.kept.append(difference)
        return
    run.overwritten.append(difference)
    for triple in gone:
        old.remove(triple)
    run.texts[file] = write(old + new, _first(key), header_of(before))


def _parts(old: Graph, new: Graph) -> set[Node]:
    """Return the parts of the old file that only the importer wrote and the new row no longer has."""
    lost = set(old.subjects()) - set(new.subjects())
    return {part for part in lost if all(predicate in OWNED for predicate in old.predicates(part))}


def _line(triple: tuple[Node, Node, Node]) -> str:
    return " ".join(shorten(str(node)) if isinstance(node, URIRef) else node.n3() for node in triple)


def _note_unknown(run: _Run, row: Row) -> None:
    run.notes += [f"the field “{name}” is not known and was not read." for name in row.raw if name not in FIELDS]
    cluster = row.text("related_cluster")
    linked = f"{BASE}incident/{row.key}" in run.known.linked
    if cluster and run.known.system(cluster) is None and not linked:
        run.notes.append(f"{row.key}: the cluster “{cluster}” is no known system or event; link it by hand.")


def _learn(run: _Run, row: Row) -> None:
    """Write a file for review for each organisation and publisher that the project does not know."""
    for name in row.items("organisations"):
        if run.known.organisation(name) is None:
            iri = _new_thing(run, "organisation", slug_of(name), name, ())
            run.known.organisations[" ".join(name.split()).casefold()] = iri
    for source in row.items("sources"):
        host = host_of(source)
        if host and host not in run.known.publishers:
            domain = (URIRef(FG + "domain"), Literal(host))
            run.known.publishers[host] = _new_thing(run, "publisher", slug_of(host, 60), host, [domain])


def _new_thing(run: _Run, kind: str, slug: str, label: str, more: Iterable[tuple[URIRef, Literal]]) -> URIRef:
    """Write a file for a thing that is not known, under a name that no other thing has, and note it."""
    slug = slug or f"x-{hashlib.sha256(label.encode()).hexdigest()[:8]}"
    name = next(each for each in (slug, *(f"{slug}-{n}" for n in range(2, 1000))) if _is_free(run, kind, each))
    iri = URIRef(f"{BASE}{kind}/{name}")
    graph = Graph(bind_namespaces="none")
    graph.add((iri, RDF.type, URIRef(FG + kind.capitalize())))
    graph.add((iri, RDFS.label, Literal(label, lang="en")))
    for predicate, value in more:
        graph.add((iri, predicate, value))
    run.texts[run.folder / f"{kind}s" / f"{name}.ttl"] = write(graph, (str(iri),))
    run.notes.append(f"{kind} “{label}” is new: review {name}.ttl, or add it as an alias of a known one.")
    return iri


def _is_free(run: _Run, kind: str, name: str) -> bool:
    files = (run.folder / f"{kind}s" / f"{name}.ttl", run.project.path_of(kind, name))
    return all(file not in run.texts and not file.exists() for file in files)


def _former_key(run: _Run, row: Row) -> str | None:
    """Return the identifier that the record had before its number or slug was known, if it had another."""
    placeholder = placeholder_of(row.text("title"))
    known = [run.pages.get(row.text("permalink") or "") if row.text("fi_id") else None]
    known.append(placeholder if placeholder and run.project.path_of("record", placeholder).is_file() else None)
    return next((key for key in known if key is not None and key != row.key), None)
