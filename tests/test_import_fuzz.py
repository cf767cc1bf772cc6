"""Whatever a file holds: an import ends with a sentence or with an account that balances."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from imports import FIXTURES, balances, imported

from failuregraph.errors import FailureGraphError
from failuregraph.project import Project

SNAPSHOT = FIXTURES / "aiid"

_CELLS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            "[]",
            "[1]",
            '["x"]',
            "9001",
            "2024-01-01",
            "\x00",
            "\ud800".encode("utf-8", "replace").decode(),
            '"',
            "True",
        ]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 7), st.integers(0, 70), _CELLS), max_size=6),
    cut=st.integers(0, 40),
)
@example(edits=[(0, 0, 0, "x")], cut=0)
def test_whatever_the_rows_hold_the_account_balances(
    repository: Project, edits: list[tuple[int, int, int, str]], cut: int
) -> None:
    """Cells changed anywhere and a table cut anywhere never crash an import, and no row is lost."""
    with tempfile.TemporaryDirectory() as place:
        folder = shutil.copytree(SNAPSHOT, Path(place) / "snapshot")
        tables = sorted(folder.glob("*.csv"))
        for table, row, column, value in edits:
            path = tables[table % len(tables)]
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
            if rows:
                cells = rows[row % len(rows)]
                cells[column % len(cells)] = value
                with path.open("w", encoding="utf-8", newline="") as file:
                    csv.writer(file, lineterminator="\n").writerows(rows)
        last = tables[cut % len(tables)]
        last.write_bytes(last.read_bytes()[: len(last.read_bytes()) - cut])
        try:
            found = imported("aiid", folder, repository, Path(place) / "into")
        except FailureGraphError as error:
            assert str(error)  # noqa: PT017 - a file that is refused says why
        else:
            assert balances(found.outcome)
            assert sum(1 for each in found.outcome.left if each.refused) == sum(
                each.refused for each in found.outcome.tables
            )


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
_FILES = {
    "agent-postmortems": FIXTURES / "agent-postmortems" / "export" / "incidents.json",
    "ai-incident-law": FIXTURES / "ai-incident-law" / "data.json",
    "agent-incident-log": FIXTURES / "agent-incident-log" / "incidents.json",
}


def _mutated(value: object, path: list[int], new: object) -> object:
    """Return the value with something else at a place, which the numbers lead to."""
    if not path or not value or not isinstance(value, list | dict):
        return new
    if isinstance(value, list):
        place = path[0] % len(value)
        return [_mutated(each, path[1:], new) if at == place else each for at, each in enumerate(value)]
    name = sorted(value)[path[0] % len(value)]
    return {**value, name: _mutated(value[name], path[1:], new)}


@pytest.mark.slow
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(registry=st.sampled_from(sorted(_FILES)), path=st.lists(st.integers(0, 40), max_size=7), new=_JSON)
def test_whatever_the_fields_hold_the_account_balances(
    repository: Project, registry: str, path: list[int], new: object
) -> None:
    """A value of another type anywhere in a record never crashes an import."""
    value = json.loads(_FILES[registry].read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "file.json"
        file.write_text(json.dumps(_mutated(value, path, new)))
        try:
            found = imported(registry, file, repository, Path(place) / "into")
        except FailureGraphError as error:
            assert "file.json" in str(error)  # noqa: PT017 - a file that is refused is named
        else:
            assert balances(found.outcome)
