"""A report as text for people, JSON for programs, and annotations for GitHub."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from failuregraph.validate.finding import LEVELS, Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from failuregraph.validate.finding import Finding

__all__ = ["RENDERERS", "as_github", "as_json", "as_text"]


def _short(path: Path) -> str:
    """Return the path as it is seen from the working folder, where it lies below it."""
    here = Path.cwd()
    return os.path.relpath(path, here) if path.is_absolute() and path.is_relative_to(here) else str(path)


def _line(finding: Finding) -> str:
    return str(finding).replace(str(finding.path), _short(finding.path), 1)


def as_text(report: Report, *, everything: bool = False) -> str:
    """Return errors one a line, then the standing list of warnings and notes by rule, then the counts.

    With ``everything`` each warning and note has its line as well.
    """
    shown = [finding for finding in report.findings if everything or finding.level == "error"]
    lines = [_line(finding) for finding in shown]
    lines += [f"{count:>5} {level:<7} {rule}" for level, rule, count in report.by_rule]
    counts = ", ".join(
        f"{report.by_level[level]} {level}{'s' if report.by_level[level] != 1 else ''}" for level in LEVELS
    )
    lines.append(f"{report.records} records in {report.files} files, {report.statements} statements: {counts}.")
    return "\n".join(lines) + "\n"


def as_json(report: Report, *, everything: bool = True) -> str:  # noqa: ARG001 - JSON always holds everything
    """Return the report as JSON with stable field names; the same report gives the same bytes."""
    values = {
        "records": report.records,
        "files": report.files,
        "statements": report.statements,
        "levels": report.by_level,
        "findings": [finding.to_dict() for finding in report.findings],
    }
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def as_github(report: Report, *, everything: bool = True) -> str:  # noqa: ARG001 - as above
    """Return one workflow command a finding, which GitHub shows beside the line."""
    names = {"error": "error", "warning": "warning", "info": "notice"}
    return "".join(
        f"::{names[each.level]} file={_short(each.path)},line={max(each.line, 1)},title={each.rule}::"
        f"{_escaped(f'{each.message} {each.remedy}'.strip())}\n"
        for each in report.findings
    )


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


#: The formats of ``check --format``.
RENDERERS: Final[dict[str, Callable[..., str]]] = {"github": as_github, "json": as_json, "text": as_text}
