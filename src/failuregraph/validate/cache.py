"""Reports kept by the content of everything they depend on, so that an unchanged project is not checked again.

Loads nothing of RDF.  A cache that cannot be read or written costs time and never an answer.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from failuregraph import __version__
from failuregraph.validate.finding import Finding, Report

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from failuregraph.project import Project

__all__ = ["fingerprint", "load", "store"]


def fingerprint(project: Project, today: dt.date) -> str:
    """Return the SHA-256 of the version, the day, and the name and content of every file that is checked."""
    digest = hashlib.sha256(f"{__version__} {today}\n".encode())
    folders = (project.data, project.ontology, project.queries)
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(project.root)}\n".encode("utf-8", "surrogateescape"))
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _file(project: Project) -> Path:
    return project.cache / "check.json"


def load(project: Project, key: str) -> Report | None:
    """Return the report that was stored under this key, or None where there is none that can be read."""
    try:
        kept: dict[str, Any] = json.loads(_file(project).read_text(encoding="utf-8"))
        if kept["key"] != key:
            return None
        findings = tuple(Finding.from_dict(each) for each in kept["findings"])
        return Report(findings, kept["records"], kept["files"], kept["statements"])
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return None


def store(project: Project, key: str, report: Report) -> str:
    """Keep a report; return what went wrong as a sentence, or nothing."""
    kept = {
        "key": key,
        "records": report.records,
        "files": report.files,
        "statements": report.statements,
        "findings": [finding.to_dict() for finding in report.findings],
    }
    try:
        _file(project).parent.mkdir(parents=True, exist_ok=True)
        fresh = _file(project).with_suffix(".new")
        fresh.write_text(json.dumps(kept), encoding="utf-8")
        fresh.replace(_file(project))
    except OSError as error:
        return f"{_file(project)}: the results cannot be kept ({error.strerror}); the next check starts from nothing."
    return ""
