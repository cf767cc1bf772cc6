"""The importers on the real files, which FAILUREGRAPH_DATA names and which are never committed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from imports import balances, files_of, findings, imported

from failuregraph.errors import Unreadable
from failuregraph.project import Project

#: Registry, file under the folder, and rows read, taken, left out and refused of its table of records.
RECORDS = [
    ("agent-postmortems", "agent-postmortems/export/incidents.json", (18, 18, 0, 0)),
    ("agent-postmortems", "agent-postmortems/incidents", (18, 18, 0, 0)),
    ("atlas", "mitre-atlas/ATLAS.yaml", (57, 57, 0, 0)),
    ("ai-incident-law", "ai-incident-law/data.json", (64, 64, 0, 0)),
    ("agent-incident-log", "agent-incident-log/incidents.json", (12, 12, 0, 0)),
    ("sssom", "ai-atlas-nexus/mappings/ibm2nistgenai.tsv", (84, 81, 3, 0)),
    ("sssom", "ai-atlas-nexus/mappings/ibm2owasp.tsv", (73, 31, 41, 1)),
    ("sssom", "ai-atlas-nexus/mappings/mit-ai-risk-repository_ibm-risk-atlas.tsv", (252, 250, 0, 2)),
    ("sssom", "ai-atlas-nexus/mappings/owasp_asi2ibm_risk_atlas.tsv", (149, 79, 0, 70)),
    ("sssom", "ai-atlas-nexus/mappings/owasp_asi2owasp_llm.tsv", (23, 23, 0, 0)),
]


@pytest.fixture(scope="session")
def real() -> Path:
    """Return the folder with the files of the registries, or skip where FAILUREGRAPH_DATA does not name it."""
    folder = os.environ.get("FAILUREGRAPH_DATA")
    if not folder:
        pytest.skip("FAILUREGRAPH_DATA is unset: it names the folder with the files of other registries")
    return Path(folder)


@pytest.mark.parametrize("case", RECORDS, ids=[path for _, path, _ in RECORDS])
def test_the_real_file_comes_in_whole(
    repository: Project, real: Path, tmp_path: Path, case: tuple[str, str, tuple[int, int, int, int]]
) -> None:
    """Its rows are those that were counted by hand, and the gates find nothing."""
    registry, path, rows = case
    found = imported(registry, real / path, repository, tmp_path / "into")
    assert rows == found.table(Path(path).name)
    assert balances(found.outcome)
    assert [] == findings(repository, tmp_path / "into")


def test_the_catalogue_of_atlas_comes_in_whole(repository: Project, real: Path, tmp_path: Path) -> None:
    """Tactics, techniques, mitigations and every step of every chain."""
    found = imported("atlas", real / "mitre-atlas" / "ATLAS.yaml", repository, tmp_path / "into")
    counts = {table.what: table.taken for table in found.outcome.tables}
    assert {"tactics": 16, "techniques": 170, "mitigations": 35, "records": 57, "steps": 449} == counts
    assert 40 == found.text.count("#type> <https://w3id.org/failuregraph/ontology#Hazard>")


def test_the_source_form_of_atlas_is_refused(repository: Project, real: Path, tmp_path: Path) -> None:
    """It holds templates, and the message says which file to name."""
    with pytest.raises(Unreadable, match="is a template: this is a source file of ATLAS"):
        imported("atlas", real / "mitre-atlas" / "AML.CS0041.source.yaml", repository, tmp_path / "into")


def test_the_snapshot_comes_in_whole(repository: Project, real: Path, tmp_path: Path) -> None:
    """1,597 incidents and 208 published classifications; the second import writes nothing."""
    snapshot = real / "aiid-snapshot-2026-07"
    found = imported("aiid", snapshot, repository, tmp_path / "into")
    assert (1597, 1597, 0, 0) == found.table("incidents.csv")
    assert (214, 208, 6, 0) == found.table("classifications_CSETv1.csv")
    assert 6 == len(found.outcome.left)
    before = files_of(tmp_path / "into")
    assert not imported("aiid", snapshot, repository, tmp_path / "into").outcome.written
    assert before == files_of(tmp_path / "into")


def test_the_drafts_of_the_snapshot_come_in_when_asked_for(repository: Project, real: Path, tmp_path: Path) -> None:
    """Six of 214 classifications are not published."""
    flags = frozenset({"drafts"})
    found = imported("aiid", real / "aiid-snapshot-2026-07", repository, tmp_path / "into", flags=flags)
    assert (214, 214, 0, 0) == found.table("classifications_CSETv1.csv")
    assert 6 == found.text.count("publication-status#draft>")


@pytest.mark.slow
def test_the_snapshot_is_imported_and_checked_in_time_and_memory(
    real: Path, repository: Project, tmp_path: Path
) -> None:
    """Half a minute and a gibibyte are enough, and the gates find nothing."""
    command = [sys.executable, "-m", "failuregraph", "--project", str(repository.root), "import", "aiid"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(
        [*command, str(real / "aiid-snapshot-2026-07"), "--into", str(tmp_path / "into")],
        check=False,
        capture_output=True,
        text=True,
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert 0 == result.returncode, result.stderr
    assert ": 0 findings." in result.stdout
    # The time of the processor, which does not grow where other programs run beside it.
    assert used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime <= 30
    assert used.ru_maxrss <= 1 << 20
