"""The gates that look across files: duplicates, strays, and the check queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.errors import Unreadable
from failuregraph.names import FG, NAMESPACES, shorten
from failuregraph.query import QueryFile
from failuregraph.store import OxigraphStore, Table
from failuregraph.turtle import read_text
from failuregraph.validate.fault import Fault
from failuregraph.validate.finding import LEVELS, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from failuregraph.project import Project, SourceFile
    from failuregraph.validate.fault import Loaded

__all__ = ["duplicates", "levels", "query_faults", "run_check"]

_FOAF_PAGE: Final = NAMESPACES["foaf"] + "page"
_IDENTIFIER: Final = NAMESPACES["dcterms"] + "identifier"
_NAMES: Final = (NAMESPACES["rdfs"] + "label", NAMESPACES["skos"] + "altLabel")


def duplicates(files: Sequence[Loaded]) -> Iterator[Fault]:
    """One identifier, one permalink, one name of an organisation and one host of a publisher, in one file each."""
    seen: dict[tuple[str, str], SourceFile] = {}
    for file in files:
        for key, statement in _keys(file):
            first = seen.setdefault(key, file.source)
            if first != file.source:
                message = f"{key[0]} “{key[1]}” stands in {first.path.name} too."
                remedy = "Keep one of the two, or correct the one that is wrong."
                yield Fault(file.source, "duplicate", message, remedy, *statement)


def _keys(file: Loaded) -> Iterator[tuple[tuple[str, str], tuple[str, str, str]]]:
    source = file.source
    if source.kind == "links":
        return
    yield (f"the file name of the {source.kind}", source.path.stem.casefold()), ("", "", "")
    for subject, predicate, value in file.triples:
        statement = (subject.value, predicate.value, value.value)
        if (
            source.kind == "record"
            and subject.value == source.subjects[0]
            and predicate.value in (_FOAF_PAGE, _IDENTIFIER)
        ):
            yield (f"the {shorten(predicate.value)}", value.value), statement
        elif source.kind == "organisation" and predicate.value in _NAMES:
            yield ("the name", " ".join(value.value.split()).casefold()), statement
        elif predicate.value == FG + "domain":
            yield ("the host", value.value), statement


def levels(project: Project) -> dict[str, Level]:
    """Return rule → level of ``queries/checks.profile``: one rule and its level a line, # for remarks.

    Raises Unreadable for a line that is not of that form.
    """
    path = project.queries / "checks.profile"
    found: dict[str, Level] = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        level = next((each for each in LEVELS if words[1:] == [each]), None)
        if level is None:
            message = f"“{line}” is not a rule and one of {', '.join(LEVELS)}."
            raise Unreadable(message, path, number)
        found[words[0]] = level
    return found


def query_faults(project: Project, files: Sequence[Loaded]) -> Iterator[Fault]:
    """Yield a fault for each row that a check query returns; a check must return nothing."""
    quads = [quad for file in files if not file.source.is_shapes for quad in _quads(file)]
    store = OxigraphStore.of(quads)
    profile = levels(project)
    home = {
        subject.value: file.source for file in files for subject, _, _ in file.triples if file.source.kind != "links"
    }
    for query in QueryFile.folder(project.checks):
        rule = query.said("rule")
        if rule not in profile:
            message = f"the rule {rule} has no level; add a line to {project.queries / 'checks.profile'}."
            raise Unreadable(message, query.path)
        for subject, detail in run_check(store, query):
            yield Fault(
                home[subject],
                rule,
                f"{shorten(subject)}: {query.said('problem')}{f' ({detail})' if detail else ''}.",
                query.said("solution"),
                subject,
                level=profile[rule],
            )


def run_check(store: OxigraphStore, query: QueryFile) -> list[tuple[str, str]]:
    """Return subject and detail of each row; the first column is the subject, the others are told as they are."""
    answer = store.query(query.text)
    if not isinstance(answer, Table) or answer.columns[:1] != ("subject",):
        message = "a check must be a SELECT whose first column is ?subject."
        raise Unreadable(message, query.path)
    return [(_value(row[0]), _told(answer.columns[1:], row[1:])) for row in answer.rows]


def _told(columns: Iterable[str], row: Iterable[object]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {shorten(_value(term))}"
        for name, term in zip(columns, row, strict=True)
        if term is not None
    )


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal | ox.BlankNode) else ""


def _quads(file: Loaded) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(file.source.graph)
    for quad in ox.parse(file.text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
        yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)
