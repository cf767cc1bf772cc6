"""The check of a project, or of some of its files: every gate in turn, each fault reported once.

On an unchanged project the kept report is returned and no RDF library is loaded.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from failuregraph.errors import Unreadable
from failuregraph.project import Workspace
from failuregraph.validate import cache as kept
from failuregraph.validate.finding import Finding, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from failuregraph.project import Project, SourceFile
    from failuregraph.validate.fault import Fault, Loaded

__all__ = ["check"]


def check(
    project: Project,
    paths: Sequence[Path] = (),
    *,
    cache: bool = True,
    today: dt.date = dt.date.max,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Return what all gates find in the project, or only what they find in the named files and folders.

    Files outside the project are checked as if they were put into it, the folder of an import by the shapes for
    imported records.  Dates after ``today`` are faults.
    Raises Unreadable for a path that does not exist.  Nothing is written but the cache.  ``progress`` is
    told what is being done, unless a kept report makes it unnecessary.
    """
    for path in paths:
        if not path.exists():
            message = "there is no such file or folder; name one that exists."
            raise Unreadable(message, path)
    imports = [path for path in paths if Workspace.is_at(path)]
    if imports:
        others = [path for path in paths if path not in imports]
        rest = check(project, others, cache=cache, today=today, progress=progress) if others else Report((), 0, 0, 0)
        return rest + _imports(project, imports, progress)
    outside = [source for path in paths for source in _outside(project, path)]
    if outside:
        return _only(_checked(project, today, outside, progress), paths)
    key = kept.fingerprint(project, today)
    report = kept.load(project, key) if cache else None
    if report is None:
        report = _checked(project, today, [], progress)
        note = kept.store(project, key, report) if cache else ""
        report = replace(report, notes=(note,)) if note else report
    return _only(report, paths) if paths else report


def _imports(project: Project, folders: Sequence[Path], progress: Callable[[str], None]) -> Report:
    """Return what the gates find in imports."""
    from failuregraph.validate.imported import check_import

    report = Report((), 0, 0, 0)
    for folder in folders:
        progress(f"Checking the import {folder} …")
        report += check_import(project, Workspace.open(folder))
    return report


def _outside(project: Project, path: Path) -> Iterator[SourceFile]:
    """Yield the Turtle files at a path that the project has no place for, as what they would be in it."""
    from failuregraph.project import SourceFile

    files = sorted(path.rglob("*.ttl")) if path.is_dir() else [path]
    for file in files:
        inside = file.resolve().is_relative_to(project.root.resolve())
        if not inside:
            name = file.parent.name
            kind = {"organisations": "organisation", "publishers": "publisher", "systems": "system"}.get(name, "record")
            yield SourceFile(file, kind, file.stem, f"outside:{file}")


def _only(report: Report, paths: Sequence[Path]) -> Report:
    wanted = [path.resolve() for path in paths]
    findings = tuple(
        finding for finding in report.findings if any(finding.path.resolve().is_relative_to(path) for path in wanted)
    )
    return replace(report, findings=findings)


def _checked(
    project: Project, today: dt.date, outside: Sequence[SourceFile], progress: Callable[[str], None]
) -> Report:
    from failuregraph.validate.fault import Loaded
    from failuregraph.validate.reading import load

    files: list[Loaded] = []
    findings = list(_strays(project))
    sources = [*project.sources(), *outside]
    progress(f"Reading {len(sources)} files …")
    for source in sources:
        found = load(source)
        if isinstance(found, tuple):
            findings.append(_finding(found[0], found[1]))
        elif isinstance(found, Loaded):
            files.append(found)
        else:
            findings.append(_finding(found, 0))
    progress("Running the gates …")
    findings += _all_gates(project, files, today, whole=len(files) == len(sources))
    records = sum(source.kind == "record" for source in sources)
    statements = sum(len(file.triples) for file in files)
    return Report(tuple(sorted(set(findings))), records, len(sources), statements)


def _strays(project: Project) -> Iterator[Finding]:
    for path in project.strays():
        yield Finding(path, 0, "place", "error", "the layout has no place for this file.", "Move or delete it.")


def _finding(fault: Fault, line: int) -> Finding:
    return Finding(fault.source.path, line, fault.rule, fault.level, fault.message, fault.remedy)


def _all_gates(project: Project, files: list[Loaded], today: dt.date, *, whole: bool) -> Iterator[Finding]:
    """Yield the findings of all gates; what looks across files waits until every file can be read."""
    from failuregraph.validate.reading import canonical
    from failuregraph.validate.shapes import shape_faults
    from failuregraph.validate.whole import duplicates, query_faults

    for file in files:
        yield from (_finding(fault, line) for fault, line in canonical(file))
    lines = {file.source: file.positions for file in files}
    told: set[tuple[str, str]] = set()
    faults = [*_file_gates(files, today), *duplicates(files)]
    for fault in faults:
        told.add((fault.subject, fault.predicate))
        yield _finding(fault, lines[fault.source].line(fault.subject, fault.predicate, fault.value))
    if not whole:
        return
    broken = {fault.subject for fault in faults if fault.rule in ("class", "blank-node", "subject", "target")}
    for fault in (*shape_faults(files), *query_faults(project, files)):
        if (fault.subject, fault.predicate) not in told and not {fault.subject, fault.value} & broken:
            yield _finding(fault, lines[fault.source].line(fault.subject, fault.predicate, fault.value))


def _file_gates(files: list[Loaded], today: dt.date) -> Iterator[Fault]:
    from failuregraph.validate import literals, terms
    from failuregraph.validate.vocabulary import SHACL

    known = terms.Known.of(files)
    for file in files:
        yield from literals.blank_nodes(file)
        yield from literals.characters(file)
        yield from literals.dates(file, today)
        yield from literals.numbers(file)
        yield from literals.languages(file)
        yield from literals.addresses(file)
        yield from terms.identifiers(file)
        yield from terms.subjects(file)
        yield from terms.predicates(file, known)
        yield from terms.classes(file, known)
        yield from terms.targets(file, known)
        yield from terms.references(file, known)
        yield from terms.retired(file, known)
        yield from terms.shape_terms(file, SHACL)
